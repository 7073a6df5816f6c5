//! A stand-in for GitHub that keeps its state.
//!
//! A test builds a world through the handles in [`api`]: organisations, teams, repositories, pull
//! requests. The stand-in answers REST and GraphQL about it over HTTP, lets the App write, and
//! sends the webhooks that GitHub would send. Whatever the App asks is judged by GitHub's own
//! published contract, and [`GitHub::assert_clean`] tells of everything that broke it.
//!
//! ```text
//! api        the handles that stories are written in
//! turn       every change, with the events that it causes     ──▶ webhook  hands them to the App
//! state, git, diff   what is known: plain data, shared between snapshots
//! server     every request: faults, limits, who asks          ──▶ rest, graphql  answer it
//! shape      GitHub's JSON, for answers and events alike
//! contract, trim     GitHub's published API, cut to what the App may use
//! faults, limits, log, clock
//! ```
//!
//! Deliberately absent: pages for people, OAuth, issues, mutations over GraphQL, git over HTTP.
//! A change takes effect at once; only webhooks travel, so a test waits with [`GitHub::settled`].
#![expect(clippy::needless_pass_by_value, reason = "handles are small, and stories read better without borrows")]

pub mod api;
mod auth;
mod clock;
mod contract;
mod diff;
mod faults;
mod git;
mod graphql;
mod limits;
mod log;
mod rest;
mod server;
mod shape;
mod state;
pub mod trim;
mod turn;
mod webhook;
mod world;

pub use api::{
    Changes, Check, Comment, Commit, Delivery, Dispatched, GitHub, Installed, Issue, MergeGroup, NewPullRequest,
    Outcome, Owner, PullRequest, Repository, Review, Settings, Team,
};
pub use clock::Clock;
pub use contract::SDL;
pub use faults::{Faults, On};
pub use git::{Identity, Oid, Signature};
pub use limits::Limits;
pub use log::{Entry, Log, Look};
pub use state::pull_request::Verdict;
pub use state::repository::{Permission, Visibility};
pub use webhook::sign;
