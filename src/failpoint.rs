//! Named places of the pipeline where a test build can be told to stop dead, as by `kill -9`.
//!
//! Only with the feature `failpoints`; otherwise [`reach`] is nothing at all. The list
//! is the truth: a test stops the bot at each of them and looks at what is left.

/// Every place, in the order in which one event passes them.
pub const PLACES: [&str; 13] = [
    "delivery-stored",
    "row-claimed",
    "look-done",
    "decided",
    "run-written",
    "comment-written",
    "decision-stored",
    "message-sent",
    "said",
    "withdrawn",
    "gate-answered",
    "review-begun",
    "review-opened",
];

/// The variable that names the place to stop at.
pub const VARIABLE: &str = "COUNTERSIGN_FAILPOINT";

/// Stops the process dead where the environment names this place.
#[cfg(feature = "failpoints")]
pub fn reach(place: &'static str) {
    debug_assert!(PLACES.contains(&place), "`{place}` is not in the list");
    if std::env::var(VARIABLE).is_ok_and(|named| named == place) {
        std::process::abort();
    }
}

/// Nothing: the feature `failpoints` is off.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub fn reach(_place: &'static str) {}
