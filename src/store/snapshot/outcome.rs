//! What a decision came to, kept beside its snapshot, and how a replay differs from it.
//!
//! Wording is not compared: texts may be put better without a decision being another.

use std::collections::BTreeMap;

use countersign_domain::decision::Decision;
use countersign_domain::plan::{Effect, Refusals};

use super::super::part::Part;
use super::error::Error;
use super::shelf::{self, Shelf};
pub use super::wire::StoredOutcome;
use super::wire::{History, Shown};

/// The part `decision`: outcomes, the name of the check, the risk, and the state of each requirement.
pub fn outcome_of(decision: &Decision) -> Part {
    shelf::write(&StoredOutcome::from(decision))
}

/// Reads the part `decision`, which other parts may lie around.
///
/// # Errors
/// Where it is missing, there twice, of a version that is not known, or broken.
pub fn stored_outcome(parts: &[Part]) -> Result<StoredOutcome, Error> {
    Shelf::new(parts).only()
}

/// The part `shown`, for a decision whose texts depend on what was shown before it, or on what GitHub does not take.
pub fn shown_of(effect: Effect, refusals: &Refusals) -> Part {
    shelf::write(&Shown::new(effect, refusals))
}

/// Reads the part `shown`; `None` where there is none.
///
/// # Errors
/// Where it is there twice, of a version that is not known, or broken.
pub fn stored_shown(parts: &[Part]) -> Result<Option<(Effect, Refusals)>, Error> {
    match Shelf::new(parts).only::<Shown>() {
        Ok(shown) => {
            let refusals = shown.refusals();
            Ok(Some((shown.effect.into(), refusals)))
        }
        Err(Error::Absent { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The part `history`, for a change that was read after it went in: what is not known of it, for people.
pub fn history_of(unknown: Vec<String>) -> Part {
    shelf::write(&History { unknown })
}

/// Reads the part `history` among parts of which kind, hash and bytes are given; `None` where there is none, because the
/// change was decided while it was open.
///
/// # Errors
/// Where it is there twice, of a version that is not known, or broken.
pub fn stored_history<'a>(
    parts: impl IntoIterator<Item = (&'a str, &'a str, &'a [u8])>,
) -> Result<Option<Vec<String>>, Error> {
    match Shelf::checked(parts).only::<History>() {
        Ok(history) => Ok(Some(history.unknown)),
        Err(Error::Absent { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where a decision differs from the stored one, for people, a line each; none where they are the same.
///
/// The order of rules is not compared, nor is [`StoredOutcome::semantics`]: it says by which rules to decide again.
pub fn differences(stored: &StoredOutcome, decision: &Decision) -> Vec<String> {
    let (before, now) = (entries(stored), entries(&StoredOutcome::from(decision)));
    let find = |entries: &[(String, String)]| entries.iter().cloned().collect::<BTreeMap<_, _>>();
    let (stood, stands) = (find(&before), find(&now));
    let was = before.iter().filter_map(|(what, was)| match stands.get(what) {
        Some(is) if is == was => None,
        Some(is) => Some(format!("{what}: was `{was}`, is `{is}`")),
        None => Some(format!("{what}: was `{was}`, is no longer there")),
    });
    let new = now.iter().filter(|(what, _)| !stood.contains_key(what));
    was.chain(new.map(|(what, is)| format!("{what}: was not there, is `{is}`"))).collect()
}

/// Everything that is compared, each thing with a name of its own, in the order in which people read it.
fn entries(stored: &StoredOutcome) -> Vec<(String, String)> {
    let mut entries = vec![
        ("outcome".to_owned(), stored.outcome.to_string()),
        ("own outcome".to_owned(), stored.own_outcome.to_string()),
        ("name of the check".to_owned(), stored.check_name.clone()),
        ("risk level".to_owned(), stored.risk.level.to_string()),
        ("risk score".to_owned(), stored.risk.score.to_string()),
    ];
    for rule in &stored.rules {
        let of = format!("of `{}/{}`", rule.layer, rule.id);
        entries.push((format!("mode {of}"), rule.mode.to_string()));
        entries.extend(rule.asks.iter().map(|asked| (format!("`{}` {of}", asked.key), asked.state.to_string())));
    }
    number_repeated(&mut entries);
    entries
}

/// Tells apart what one rule asks several times.
fn number_repeated(entries: &mut [(String, String)]) {
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for (what, _) in entries {
        let time = times.entry(what.clone()).or_default();
        *time += 1;
        if *time > 1 {
            *what = format!("{what} ({time})");
        }
    }
}
