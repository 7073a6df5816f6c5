//! How far a long command is: a bar on a terminal, a few lines elsewhere; on standard error, so that results stay clean.

use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;

use jiff::Timestamp;

/// How wide the bar is, in characters.
const WIDTH: usize = 30;

/// A bar, and what is said beside it.
#[derive(Debug)]
pub(super) struct Progress {
    /// Whether anybody watches who can see a line change.
    live: bool,
    started: Instant,
    /// How long the line is that stands there.
    standing: usize,
}

impl Progress {
    pub(super) fn new() -> Self {
        let live = std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|kind| kind != "dumb");
        Self { live, started: Instant::now(), standing: 0 }
    }

    /// A line that stays.
    pub(super) fn say(&mut self, text: &str) {
        self.clear();
        super::output::remark(&format!("{text}\n"));
    }

    /// So many are done.
    pub(super) fn at(&mut self, done: usize, of: usize) {
        if self.live && of > 0 {
            let line = bar(done, of, self.started.elapsed().as_secs());
            self.put(&line);
        }
    }

    /// Nothing happens before then. Where nobody sees a line change, one stays that says so.
    pub(super) fn waits(&mut self, until: Timestamp, why: &str) {
        let line = format!("{why}: goes on at {until:.0}");
        if self.live { self.put(&line) } else { self.say(&line) }
    }

    /// Takes the bar away.
    pub(super) fn clear(&mut self) {
        if self.standing > 0 {
            self.put("");
            self.standing = 0;
        }
    }

    fn put(&mut self, line: &str) {
        let blank = " ".repeat(self.standing.saturating_sub(line.chars().count()));
        self.standing = line.chars().count();
        let mut stderr = std::io::stderr().lock();
        // Nothing is left to tell where standard error is gone.
        let _ = write!(stderr, "\r{line}{blank}\r{line}").and_then(|()| stderr.flush());
    }
}

/// The bar, how many of how many, and how long it will go on as it has gone on so far.
fn bar(done: usize, of: usize, seconds: u64) -> String {
    let full = (WIDTH * done.min(of)) / of;
    let left = match (done as u64, (of - done.min(of)) as u64) {
        (0, _) | (_, 0) => String::new(),
        (done, left) => match seconds * left / done {
            seconds if seconds < 90 => format!(", {seconds} s left"),
            seconds => format!(", {} min left", seconds.div_ceil(60)),
        },
    };
    format!("[{}{}] {done} of {of}{left}", "#".repeat(full), ".".repeat(WIDTH - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_and_says_how_long_it_will_take() {
        let check = |done: usize, of: usize, seconds: u64, full: usize, words: &str| {
            let expected = format!("[{}{}] {words}", "#".repeat(full), ".".repeat(WIDTH - full));
            assert_eq!(bar(done, of, seconds), expected);
        };
        check(0, 4, 0, 0, "0 of 4");
        check(1, 4, 10, 7, "1 of 4, 30 s left");
        check(10, 1_000, 5, 0, "10 of 1000, 9 min left");
        check(4, 4, 40, 30, "4 of 4");
    }
}
