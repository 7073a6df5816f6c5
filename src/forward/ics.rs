//! The forward schedule as an iCalendar file (RFC 5545), for the calendars that people have open.
//!
//! A change that may go in is `CONFIRMED`, any other `TENTATIVE`. Times are UTC. Absent: alarms, which are everyone's own.

use countersign_domain::policy::HoldKind;
use jiff::Timestamp;

use super::{Forward, HeldTime, PlannedChange};

/// The most octets that a line of a calendar has, without its end (RFC 5545, 3.1).
const LINE: usize = 75;

/// A file in the making.
struct File(String);

impl Forward {
    /// As an iCalendar file.
    pub fn ics(&self) -> String {
        let mut file = File(String::new());
        file.line("BEGIN", "VCALENDAR");
        file.line("VERSION", "2.0");
        file.line("PRODID", "-//countersign//forward schedule of change//EN");
        file.text("X-WR-CALNAME", &format!("Changes of {}", self.organisation));
        // Calendars ask again this often (RFC 7986, 5.7).
        file.line("REFRESH-INTERVAL;VALUE=DURATION", "PT15M");
        for change in &self.changes {
            file.change(&self.organisation, change);
        }
        for held in &self.holds {
            file.held(&self.organisation, held, self.from);
        }
        file.line("END", "VCALENDAR");
        file.0
    }
}

impl File {
    fn change(&mut self, organisation: &str, change: &PlannedChange) {
        let name = format!("{organisation}/{}#{}", change.repository, change.number);
        self.line("BEGIN", "VEVENT");
        self.text("UID", &format!("change-{}-{}@countersign", change.repository_id, change.number));
        self.when(change.as_of, change.start, change.end);
        self.text("SUMMARY", &format!("{name} {}", change.title));
        let mut about = vec![format!("Risk: {}", change.risk), format!("Check: {}", change.outcome)];
        if !change.services.is_empty() {
            about.push(format!("Services: {}", listed(&change.services)));
        }
        about.extend(change.implementer.as_ref().map(|who| format!("Implementer: {who}")));
        self.text("DESCRIPTION", &about.join("\n"));
        self.line("URL", &change.url);
        self.line("CATEGORIES", "CHANGE");
        self.line("STATUS", if change.outcome == "pass" { "CONFIRMED" } else { "TENTATIVE" });
        self.line("END", "VEVENT");
    }

    fn held(&mut self, organisation: &str, held: &HeldTime, now: Timestamp) {
        let place =
            held.repository.as_ref().map_or_else(|| organisation.to_owned(), |name| format!("{organisation}/{name}"));
        let (word, category) = match held.kind {
            HoldKind::Freeze => ("Freeze", "FREEZE"),
            HoldKind::Window => ("Window", "WINDOW"),
        };
        self.line("BEGIN", "VEVENT");
        // What began before is one event still, however often it is asked for: its end tells which.
        self.text("UID", &format!("{}-{place}-{}-{}@countersign", held.kind.name(), held.id, held.end.as_second()));
        self.when(now, held.start, held.end);
        self.text("SUMMARY", &format!("{word}: {} ({place})", held.id));
        let mut about: Vec<String> = Some(held.why.clone()).into_iter().filter(|why| !why.is_empty()).collect();
        let what = match (held.merges, held.deploys) {
            (true, true) => "merges and deployments",
            (true, false) => "merges",
            _ => "deployments",
        };
        about.push(format!("Holds: {what}"));
        if !held.services.is_empty() {
            about.push(format!("Services: {}", listed(&held.services)));
        }
        if held.some {
            about.push("Only changes that the policy's `when` tells".to_owned());
        }
        self.text("DESCRIPTION", &about.join("\n"));
        self.line("CATEGORIES", category);
        self.line("TRANSP", if held.kind == HoldKind::Freeze { "OPAQUE" } else { "TRANSPARENT" });
        self.line("END", "VEVENT");
    }

    fn when(&mut self, stamp: Timestamp, start: Timestamp, end: Timestamp) {
        for (name, at) in [("DTSTAMP", stamp), ("DTSTART", start), ("DTEND", end)] {
            self.line(name, &at.strftime("%Y%m%dT%H%M%SZ").to_string());
        }
    }

    /// A property of text, with what means something in it escaped (RFC 5545, 3.3.11).
    fn text(&mut self, name: &str, text: &str) {
        let mut escaped = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '\\' | ';' | ',' => escaped.extend(['\\', letter]),
                '\n' => escaped.push_str("\\n"),
                letter if letter.is_control() => {}
                letter => escaped.push(letter),
            }
        }
        self.line(name, &escaped);
    }

    /// A line, folded between letters where it is too long (RFC 5545, 3.1).
    fn line(&mut self, name: &str, value: &str) {
        let mut length = 0;
        for letter in name.chars().chain([':']).chain(value.chars()) {
            if length + letter.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(letter);
            length += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

fn listed(names: &std::collections::BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_folded_between_letters_and_what_means_something_is_escaped() {
        let mut file = File(String::new());
        file.text("SUMMARY", &"ä; b, c\\\n".repeat(20));
        assert!(file.0.split("\r\n").all(|line| line.len() <= LINE), "{}", file.0);
        let unfolded = file.0.replace("\r\n ", "");
        assert_eq!(unfolded, format!("SUMMARY:{}\r\n", "ä\\; b\\, c\\\\\\n".repeat(20)));
    }
}
