//! The smallest deliveries that tell something.

use countersign::signal::{Delivery, Evidence, Mark, MovedCheck, PullIndex, RepositoryName, Signal, Want};
use countersign_domain::account::{Account, AccountKind, Oid};
use jiff::Timestamp;

/// The repository of all that does not name another one.
pub(crate) const SHOP: u64 = 7;
/// Its installation.
pub(crate) const ACME: u64 = 1;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub(crate) fn user(id: u64, login: &str) -> Account {
    Account { id, login: login.into(), kind: AccountKind::User }
}

pub(crate) fn delivery(id: &str, signal: Signal) -> Delivery {
    delivery_for(ACME, id, signal)
}

pub(crate) fn delivery_for(installation: u64, id: &str, signal: Signal) -> Delivery {
    Delivery {
        id: id.into(),
        event: "pull_request".into(),
        action: "opened".into(),
        installation,
        received_at: at("2026-03-02T10:00:00Z"),
        payload: br#"{"zen":"keep it logically awesome"}"#.to_vec(),
        signal,
    }
}

pub(crate) fn repository(id: u64, owner: &str) -> RepositoryName {
    RepositoryName { id, owner: owner.into(), name: "shop".into(), default_branch: "main".into() }
}

pub(crate) fn mark(number: u64) -> Mark {
    mark_in(SHOP, number)
}

pub(crate) fn mark_in(repository: u64, number: u64) -> Mark {
    Mark::Pull { repository, number, want: Want::Anything, lowers: false }
}

pub(crate) fn pull(number: u64, head: &str) -> PullIndex {
    let updated_at = at("2026-03-02T10:00:00Z");
    PullIndex { repository: SHOP, number, head: Oid::new(head), base: "main".into(), open: true, updated_at }
}

/// A pull request of the shop's is opened, or its head moved.
pub(crate) fn opened(number: u64, head: &str) -> Signal {
    Signal {
        repository: Some(repository(SHOP, "Acme")),
        sender: None,
        marks: vec![mark(number)],
        evidence: vec![Evidence::Pull(pull(number, head))],
        awaited: false,
        lowered: None,
    }
}

/// Something tells only where to look.
pub(crate) fn marks(marks: Vec<Mark>) -> Signal {
    Signal { marks, ..Signal::default() }
}

/// A person asks for a look, and waits for what comes of it.
pub(crate) fn awaited(mark: Mark) -> Signal {
    Signal { awaited: true, ..marks(vec![mark]) }
}

/// Something only takes green away.
pub(crate) fn lowers(number: u64) -> Signal {
    marks(vec![Mark::Pull { repository: SHOP, number, want: Want::Anything, lowers: true }])
}

/// Something proves only what it proves.
pub(crate) fn proves(evidence: Vec<Evidence>) -> Signal {
    Signal { evidence, ..Signal::default() }
}

pub(crate) fn check_moved(head: &str, name: &str, app: Option<&str>) -> Mark {
    let check = MovedCheck { name: name.into(), app: app.map(Into::into), ours: false };
    Mark::Head { repository: SHOP, head: Oid::new(head), check: Some(check), want: Want::Anything, lowers: false }
}
