//! Stories: each plays what people and GitHub do, and looks at what they see.
//!
//! A story ends only when the stand-in has nothing to complain of: every request was one
//! that GitHub's types allow.

mod approvals;
mod authors;
mod bases;
mod budgets;
mod calendars;
mod checks;
mod collisions;
mod commands;
mod deliveries;
mod deployments;
mod early;
mod effects;
mod elapsed;
mod emergency;
mod enterprise;
mod expressions;
mod faults;
mod flood;
mod fresh;
mod frozen;
mod gate;
mod groups;
mod lag;
mod large;
mod life;
mod models;
mod moved;
mod notify;
mod owners;
mod people;
mod planning;
mod policies;
mod properties;
mod record;
mod requests;
mod reviewed;
mod same_diff;
mod schedule;
mod shown;
mod threads;
mod tips;
mod unfinished;
mod words;
