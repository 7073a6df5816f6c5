//! Stories of the whole bot, over the stand-in GitHub.

mod databases;
mod store;
