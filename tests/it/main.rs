//! Everything that is tested from outside: the house, the store's contract, the door, and stories of the whole bot
//! over the stand-in GitHub.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and says what it left out"
)]

mod budgets;
mod burst;
mod commanded;
mod commands;
mod conformance;
mod databases;
mod deploy;
mod dispatches;
mod door;
mod early;
mod emergencies;
mod ending;
mod forward;
mod gates;
mod groups;
mod guide;
mod house;
mod kill;
mod links;
mod migrations;
mod operations;
mod outbox;
mod pages;
mod process;
mod queue;
mod readme;
mod receivers;
mod recurrence;
mod reference;
mod replicas;
mod shortcuts;
mod signals;
mod stop;
mod store;
mod stories;
mod world;
