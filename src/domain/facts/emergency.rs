//! What is known of emergencies beside the change itself: whose a ticket is, and which reviews are owed.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Facts;
use crate::command::{self, Asks};

/// What change a ticket of an emergency is used for, beside the one that is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TicketUse {
    /// None.
    Free,
    /// Another pull request of the same repository, by its number.
    Here(u64),
    /// One of another repository of the same owner.
    Elsewhere,
}

/// What two tickets share that are one: neither case nor the space around them makes another.
pub fn ticket_key(ticket: &str) -> String {
    ticket.trim().to_lowercase()
}

/// The review that is owed of another change of the repository, which went in as an emergency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwedReview {
    /// When it is due.
    pub due: Timestamp,
    /// The pull request's number.
    pub number: u64,
}

impl Facts {
    /// By [`ticket_key`], the tickets of all emergencies that were declared of the change, be it by whoever may or not.
    pub fn declared_tickets(&self) -> BTreeSet<String> {
        let commands = self.commands.known().into_iter().flatten();
        let tickets = commands.filter_map(|command| match command::read(&command.line) {
            Ok(Asks::Emergency { ticket, .. }) => Some(ticket_key(&ticket)),
            _ => None,
        });
        tickets.collect()
    }
}
