//! `waive`: who may waive a rule, freeze or window, how many of them, and for how long.

use super::cursor::Value;
use super::{time, who};
use crate::policy::waive::Waive;

/// Reads who may waive; `None` where the table says too little, of which each problem is reported.
pub(super) fn waive(value: &Value<'_>) -> Option<Waive> {
    let table = value.table("waive")?;
    let from = table.required("from").and_then(|from| who::who_list(&from));
    let count = table.required("count").and_then(|count| count.number(1, 100));
    let length = table.required("for").and_then(|length| time::duration(&length));
    let from = from?.into_iter().map(|who| who.value).collect();
    Some(Waive { from, count: count?.value, length: length? })
}
