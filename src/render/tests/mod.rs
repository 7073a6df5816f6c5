//! Tests of what people see, with a real Markdown reader at the other end.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say so")]

mod change_block;
mod escape;
mod examples;
mod hostile;
mod limits;
mod markdown;
mod terminal;
mod texts;
