//! What can go wrong between GitHub and us, by what a caller does about it.

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

/// Why a request gave nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// It is not there, or this installation may not see it: GitHub tells them apart for nobody.
    #[error("GitHub knows nothing at `{0}`")]
    NotFound(String),
    /// The installation's token was refused, twice.
    #[error("GitHub refused the App's credentials: {0}")]
    Unauthorised(String),
    /// The App lacks a permission, or the installation is suspended.
    #[error("GitHub does not let the App do this: {0}")]
    Forbidden(String),
    /// One of GitHub's limits was reached; nothing may be sent before the instant.
    #[error("GitHub asks to wait until {0}")]
    Limited(Timestamp),
    /// The same, told of a read: what is written may be taken all the same.
    #[error("GitHub grants no reads until {0}")]
    ReadsLimited(Timestamp),
    /// GitHub understood the request and refuses its content.
    #[error("GitHub refused what was sent: {0}")]
    Refused(String),
    /// GitHub is down, slow or unreachable; the request may have been carried out.
    #[error("GitHub could not be reached: {0}")]
    Outage(String),
    /// The answer is not what GitHub documents.
    #[error("GitHub's answer could not be read: {0}")]
    Odd(String),
}

/// What a request gives.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether GitHub understood what was asked and will not do it: it would say the same again, until somebody changes
    /// something there.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::NotFound(_) | Self::Forbidden(_) | Self::Refused(_))
    }

    /// From an answer that is no success.
    pub(super) fn from_answer(
        status: StatusCode,
        headers: &HeaderMap,
        path: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Self {
        let message = message(body);
        match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Self::NotFound(path.to_owned()),
            StatusCode::UNAUTHORIZED => Self::Unauthorised(message),
            StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => match wait(headers, &message, now) {
                Some(until) => Self::Limited(until),
                None if status == StatusCode::TOO_MANY_REQUESTS => Self::Limited(after(now, 60)),
                None => Self::Forbidden(message),
            },
            status if status.is_server_error() => Self::Outage(format!("{status} {message}")),
            StatusCode::REQUEST_TIMEOUT => Self::Outage(format!("{status} {message}")),
            _ => Self::Refused(format!("{status} {message}")),
        }
    }
}

/// Until when to wait, where the answer is one of GitHub's limits: `Retry-After`, else the reset of a used-up
/// budget, else a minute (GitHub's documents, "Rate limits for the REST API").
fn wait(headers: &HeaderMap, message: &str, now: Timestamp) -> Option<Timestamp> {
    if let Some(seconds) = number(headers, "retry-after") {
        return Some(after(now, seconds.clamp(1, 3_600)));
    }
    if let Some(reset) = used_up_until(headers, now) {
        return Some(reset);
    }
    message.to_ascii_lowercase().contains("rate limit").then(|| after(now, 60))
}

/// When the hour ends whose budget is used up by these headers; `None` where something is left. A minute where they do
/// not say, an hour at the most.
pub(super) fn used_up_until(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    if number(headers, "x-ratelimit-remaining") != Some(0) {
        return None;
    }
    let reset = number(headers, "x-ratelimit-reset").and_then(|second| Timestamp::from_second(second).ok());
    Some(reset.filter(|reset| *reset > now).unwrap_or_else(|| after(now, 60)).min(after(now, 3_600)))
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

impl Error {
    /// The error as that of a read.
    pub(super) fn of_a_read(self) -> Self {
        match self {
            Self::Limited(until) => Self::ReadsLimited(until),
            error => error,
        }
    }
}

/// Until when to wait for a limit that GitHub told of inside an answer. A secondary one comes with budget left.
pub(super) fn limit_ends(headers: &HeaderMap, message: &str, now: Timestamp) -> Timestamp {
    wait(headers, message, now).unwrap_or_else(|| after(now, 60))
}

fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(now)
}

/// GitHub's own words in an error, on one line.
fn message(body: &[u8]) -> String {
    let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let main = json["message"].as_str().unwrap_or("no message");
    let details = json["errors"].as_array().map(|errors| {
        let texts: Vec<_> = errors
            .iter()
            .map(|error| error["message"].as_str().map_or_else(|| error.to_string(), Into::into))
            .collect();
        format!(" ({})", texts.join("; "))
    });
    let text = format!("{main}{}", details.unwrap_or_default()).replace(['\n', '\r'], " ");
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn check(status: u16, headers: &[(&'static str, &'static str)], body: &str, expected: &str) {
        let now = Timestamp::UNIX_EPOCH;
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let status = StatusCode::from_u16(status).unwrap_or_default();
        let error = Error::from_answer(status, &headers, "/x", body.as_bytes(), now);
        assert!(format!("{error:?}").starts_with(expected), "{error:?}");
    }

    #[test]
    fn answers_are_told_apart_by_what_to_do() {
        check(404, &[], "", "NotFound");
        check(401, &[], r#"{"message":"Bad credentials"}"#, "Unauthorised(\"Bad credentials\")");
        check(403, &[], r#"{"message":"Resource not accessible by integration"}"#, "Forbidden");
        check(403, &[("retry-after", "7")], "{}", "Limited(1970-01-01T00:00:07Z)");
        check(
            403,
            &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "90")],
            "{}",
            "Limited(1970-01-01T00:01:30Z)",
        );
        check(403, &[], r#"{"message":"You have exceeded a secondary rate limit."}"#, "Limited(1970-01-01T00:01:00Z)");
        check(429, &[], "", "Limited(1970-01-01T00:01:00Z)");
        check(
            422,
            &[],
            r#"{"message":"Invalid","errors":[{"message":"too long"}]}"#,
            "Refused(\"422 Unprocessable Entity Invalid (too long)\")",
        );
        check(502, &[], "<html>", "Outage");
        check(408, &[], "", "Outage");
    }
}
