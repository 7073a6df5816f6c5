//! What is wrong with a facts file, and what was probably meant.

use std::fmt;

use super::VERSION;

/// What is wrong with a facts file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Lower case, no full stop, with line and column where they are known.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl Error {
    pub(super) fn version(found: u32) -> Self {
        Self {
            message: format!("the facts are of version {found}, and this countersign reads version {VERSION}"),
            help: None,
        }
    }

    pub(super) fn value(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The reader's own words; for a key that there is not, the one that was probably meant.
    pub(super) fn of_json(error: &serde_json::Error) -> Self {
        let whole = error.to_string();
        let (said, place) = whole.split_once(" at line ").map_or((whole.as_str(), ""), |(said, place)| (said, place));
        let place = if place.is_empty() { String::new() } else { format!(" (line {place})") };
        let message = format!("{said}{place}");
        if !said.starts_with("unknown ") {
            return Self { message, help: None };
        }
        // "unknown field `x`, expected one of `a`, `b`": the words in backticks are the mistake and what there is.
        let mut quoted = said.split('`').skip(1).step_by(2);
        let wrong = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        let near = known.iter().map(|known| (strsim::damerau_levenshtein(known, wrong), *known)).min();
        let message = match said.split_once(", expected") {
            Some((said, _)) => format!("{said}{place}"),
            None => message,
        };
        let help = match near {
            Some((distance, near)) if distance <= (wrong.len() / 3).clamp(1, 3) => format!("did you mean `{near}`?"),
            _ => format!("one of {}", known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ")),
        };
        Self { message, help: Some(help) }
    }
}
