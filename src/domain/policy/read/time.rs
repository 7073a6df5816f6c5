//! Zones, dates, lengths of time.

use super::cursor::Value;
use crate::policy::codes;

/// Checks a length of time.
pub(super) fn duration(value: &Value<'_>) -> Option<()> {
    let text = value.text()?;
    let number = |digits: &str| digits.parse::<u32>().is_ok_and(|number| number > 0);
    let sound = match text.value.strip_suffix("business days").or_else(|| text.value.strip_suffix("business day")) {
        Some(count) => number(count.trim_end()),
        None => text.value.strip_suffix(['m', 'h', 'd', 'w']).is_some_and(number),
    };
    if !sound {
        let problem = value.cx.error(codes::BAD_DURATION, format!("`{}` is no length of time", text.value), text.span);
        value.cx.report(problem.help("a number with `m`, `h`, `d` or `w`, or `5 business days`"));
    }
    sound.then_some(())
}
