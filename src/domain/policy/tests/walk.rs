//! A walk over every key of the language: each is read, each changes what the file
//! comes to, and each that is not enforced is found as such.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::mutated::EXAMPLE;
use super::*;

/// Files that use every key between them.
const USES: [&str; 4] = [
    EXAMPLE,
    r#"
version = 1
mode = "warn"
[scope]
properties = { team = "a" }
[record.fields.notice]
kind = "choice"
choices = ["a", "b"]
aliases = ["who knows"]
values = { a = ["x"] }
none = "refuse"
[record.fields.ticket]
pattern = '^CHG'
[services.web]
paths = ["web/**"]
tier = 1
owner = "owners"
depends_on = ["db"]
[services.db]
paths = ["db/**"]
tier = 1
[environments.production]
names = ["prod"]
paths = ["deploy/**"]
base = ["main"]
[authorities.owners]
teams = ["acme/web"]
users = ["carol"]
permission = "write"
codeowners = "any"
fill = "who"
except = ["user:eve"]
unowned = ["user:bob"]
write = false
[check]
names = { "release/**" = "countersign: release" }
[checks]
trusted_paths = ["ci/**"]
[approval]
independent_of = ["author"]
keep = "same-sha"
expires = "14d"
changes_requested = "ignore"
unattributed = "pusher"
unbound = ["summary"]
request = "teams"
[schedule]
planned_window = "warn"
collisions = "block"
[pir]
when = { fork = true }
within = "3 business days"
[comment]
show = "never"
[[rule]]
id = "a"
why = "b"
controls = ["c"]
mode = "warn"
always = true
waive = { from = ["owners"], count = 1, for = "24h" }
approvals = [{ any = [{ from = ["owners"], count = 2, independent_of = ["author"], keep = "same-sha", expires = "1d", unattributed = "pusher", unbound = ["summary"], request = "people" }] }]
checks = ["x", { name = "y", app = "z", conclusions = ["neutral"] }, { name = "y", creator = "z" }, { required = true }]
deployments = [{ environment = "staging", state = "inactive", by = "ci" }]
fields = ["window"]
signed = true
resolved_threads = true
soak = "30m"
notice = "24h"
acknowledge = ["owners"]
deny = "no"
[[rule]]
id = "rest"
allow = "yes"
"#,
    r#"
version = 1
[services.web]
paths = ["web/**"]
tier = 1
[environments.production]
names = ["prod"]
[[rule]]
id = "a"
deny = "b"
[rule.when]
files = ["a"]
only_files = ["a"]
no_files = ["b"]
diff = 'x'
lines = "> 1"
files_changed = "> 1"
commits = "> 1"
services = ["web"]
tier = "<= 1"
environments = ["production"]
repositories = ["a"]
properties = { team = "a" }
base = ["main"]
author = ["carol"]
author_in = ["user:carol"]
first_contribution = true
fork = true
agent = true
committer_in = ["user:carol"]
signed = true
type = ["emergency"]
risk = ">= high"
field = { impact = { matches = 'x' }, backout = { state = "present" } }
title = 'x'
labels = ["x"]
head = ["x"]
draft = true
on_declaration = true
at = { days = "Fri", hours = "12:00-24:00", timezone = "UTC" }
expr = 'files.size() > 1'
any = [{ fork = true }]
all = [{ fork = true }]
not = { fork = true }
[[rule]]
id = "rest"
allow = "yes"
"#,
    r#"
version = 1
timezone = "UTC"
[[freeze]]
id = "year-end"
why = "b"
from = "2026-12-18T18:00"
rrule = "FREQ=YEARLY"
duration = "3d"
timezone = "Europe/Berlin"
when = { fork = true }
holds = ["merge"]
waive = { from = ["user:carol"], count = 1, for = "24h" }
always = true
[[freeze]]
id = "holidays"
why = "d"
calendar = "a.ics"
[[freeze]]
id = "two-days"
why = "f"
from = 2026-12-18
until = 2026-12-19
[[window]]
id = "mondays"
days = "Mon"
hours = "09:00-17:00"
timezone = "Europe/Berlin"
when = { fork = true }
holds = ["merge"]
waive = { from = ["user:carol"], count = 1, for = "24h" }
always = true
[[window]]
id = "open"
open = [{ days = "Mon" }]
[[window]]
id = "nights"
rrule = "FREQ=DAILY"
from = "2026-12-18"
duration = "1h"
[[window]]
id = "calendar"
calendar = "a.ics"
[[model]]
id = "patches"
owner = "user:carol"
until = 2027-01-01
when = { fork = false }
approvals = []
fields = ["window"]
suspend_after_failures = 2
[[waiver]]
id = "exception"
rules = ["rest"]
until = 2027-01-01
why = "b"
when = { fork = false }
[emergency]
declared_by = ["user:carol"]
ticket = 'x'
expires = "4h"
approvals = [{ from = ["user:carol"], count = 1 }]
postpone = ["test_plan"]
review_within = "1d"
overdue = "warn"
[[notify]]
on = ["failed"]
to = ["slack:a"]
when = { fork = true }
[[rule]]
id = "rest"
allow = "yes"
"#,
];

/// A key in a file, with the keys around it, outermost first and itself last.
struct Use {
    text: &'static str,
    chain: Vec<&'static Key>,
    key: Range<usize>,
    value: Range<usize>,
}

impl Use {
    fn own(&self) -> &'static Key {
        self.chain.last().unwrap()
    }

    /// Whether the value is a table under a header of its own, which stands elsewhere than the key.
    fn is_header(&self) -> bool {
        self.value.contains(&self.key.start)
    }

    /// The file with the value replaced.
    fn with_value(&self, value: &str) -> String {
        format!("{}{value}{}", &self.text[..self.value.start], &self.text[self.value.end..])
    }

    /// The file without the key; blanks keep every other place where it was.
    fn without(&self) -> String {
        let mut end = self.value.end;
        if self.text[end..].starts_with(',') {
            end += 1;
        }
        let blank: String = self.text[self.key.start..end].chars().map(|c| if c == '\n' { c } else { ' ' }).collect();
        format!("{}{blank}{}", &self.text[..self.key.start], &self.text[end..])
    }
}

/// Every key of the language that a file uses.
fn uses(text: &'static str) -> Vec<Use> {
    let (file, broken) = DeTable::parse_recoverable(text);
    assert_eq!(broken, []);
    let mut found = Vec::new();
    in_table(text, file.get_ref(), "", &[], &mut found);
    found
}

fn in_table(text: &'static str, table: &DeTable<'_>, name: &str, around: &[&'static Key], found: &mut Vec<Use>) {
    for (word, value) in table.iter() {
        let Some(key) = keys().iter().find(|key| key.table == name && key.name == word.get_ref()) else {
            panic!("`{}` is no key of `{name}`", word.get_ref())
        };
        let chain: Vec<&'static Key> = around.iter().copied().chain([key]).collect();
        let inside = key.opens.map(|opens| (opens, chain.clone()));
        found.push(Use { text, chain, key: word.span(), value: value.span() });
        let Some((opens, chain)) = inside else { continue };
        let named = key.kind == Kind::Named || key.name == "field";
        let mut values = vec![value.get_ref()];
        if let DeValue::Array(list) = value.get_ref() {
            values = list.iter().map(toml::Spanned::get_ref).collect();
        }
        for table in values.into_iter().filter_map(DeValue::as_table) {
            if named {
                let tables = table.iter().filter_map(|(_, value)| value.get_ref().as_table());
                tables.for_each(|table| in_table(text, table, opens, &chain, found));
            } else {
                in_table(text, table, opens, &chain, found);
            }
        }
    }
}

fn path(key: &Key) -> String {
    if key.table.is_empty() { key.name.to_owned() } else { format!("{}.{}", key.table, key.name) }
}

/// What a file comes to, as one text; `None` where it is wrong.
fn meaning(text: &str) -> Option<String> {
    let (set, _) = load_one(text);
    set.layers[0].policy.as_ref().map(|policy| format!("{policy:?}"))
}

#[test]
fn every_key_is_used() {
    let used: Vec<&Key> = USES.into_iter().flat_map(uses).map(|found| found.own()).collect();
    let unused: Vec<String> = keys().iter().filter(|key| !used.contains(key)).map(path).collect();
    assert_eq!(unused, Vec::<String>::new());
}

#[test]
fn every_key_is_read() {
    for found in USES.into_iter().flat_map(uses) {
        let key = found.own();
        let wrong = if key.kind == Kind::Date { "true" } else { "1979-05-27T07:32:00Z" };
        let text = match found.is_header() {
            false => found.with_value(wrong),
            true if key.table.is_empty() => format!("version = 1\n{} = {wrong}", key.name),
            true if key.table == "rule" => format!("version = 1\n[[rule]]\n{} = {wrong}", key.name),
            true => format!("version = 1\n[{}]\n{} = {wrong}", key.table, key.name),
        };
        let (_, problems) = load_one(&text);
        let read = marks(&problems, &text).contains(&("wrong-type", wrong));
        assert!(read, "{} takes a date\n{}", path(key), shown(&problems, &text));
    }
}

#[test]
fn every_key_that_is_enforced_changes_the_policy() {
    let uses: Vec<Use> = USES.into_iter().flat_map(uses).filter(|found| !found.is_header()).collect();
    for text in USES {
        assert!(meaning(text).is_some() && meaning(text) == meaning(text), "a meaning has to be stable to be compared");
    }
    for key in keys().iter().filter(|key| key.status == Status::Enforced) {
        let mut of_key = uses.iter().filter(|found| found.own() == key).peekable();
        // A table that only ever stands under a header is what its keys make it.
        if of_key.peek().is_some() {
            assert!(
                of_key.any(|found| meaning(&found.without()) != meaning(found.text)),
                "{} changes nothing",
                path(key)
            );
        } else {
            assert!(key.opens.is_some(), "{}", path(key));
        }
    }
}

#[test]
fn every_key_that_is_not_enforced_is_found_as_such() {
    for found in USES.into_iter().flat_map(|text| {
        let parts = valid(text).unenforced_parts();
        uses(text).into_iter().map(move |found| (found, parts.clone()))
    }) {
        let (found, parts) = found;
        if found.own().status != Status::Enforced {
            let held = found.chain.iter().any(|key| parts.iter().any(|part| part.key == path(key)));
            assert!(held, "{} is held by nothing: {parts:?}", path(found.own()));
        }
    }
}

#[test]
fn what_relaxes_is_kept_apart_from_what_holds() {
    let policy = valid(USES[3]);
    let named = |parts: &[Unenforced]| parts.iter().map(|part| part.key.clone()).collect::<Vec<_>>();
    assert_eq!(named(&policy.unenforced), [""; 0]);
    let holds: Vec<&str> = policy.holds.iter().map(|hold| hold.id.as_str()).collect();
    assert_eq!(holds, ["year-end", "holidays", "two-days", "mondays", "open", "nights", "calendar"]);
    assert_eq!((policy.models.len(), policy.waivers.len()), (1, 1));
    assert!(policy.asks && !policy.rules[0].reads_author_controlled());
    let rule = &valid(USES[1]).rules[0];
    assert_eq!(rule.waive.as_ref().map(|waive| (waive.count, waive.length.to_string())), Some((1, "24h".to_owned())));
}

#[test]
fn every_key_of_a_condition_names_itself() {
    let conditions = &valid(USES[2]).rules[0].when;
    let read: Vec<&str> = conditions.0.iter().map(Condition::key).collect();
    let keys = keys().iter().filter(|key| key.table == "when" && key.name != "on_declaration").map(|key| key.name);
    for key in keys {
        assert!(read.contains(&key), "{key}");
    }
    assert!(conditions.reads_author_controlled());
}

#[test]
fn what_is_switched_off_asks_nothing() {
    let text = "version = 1\n[schedule]\nplanned_window = \"off\"\ncollisions = \"off\"\n[approval]\nrequest = \"no\"";
    assert_eq!(valid(text).unenforced_parts(), []);
}
