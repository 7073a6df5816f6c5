//! A walk over every key of the language: each is read, each changes what the file
//! comes to, and each that is not enforced is found as such.

use super::mutated::EXAMPLE;
use super::*;

/// Files that use the keys. The lines that end in `#KEY` are what each key is taken away by.
const USES: [&str; 4] = [
    EXAMPLE,
    r#"
version = 1
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
planned_window = "enforce"
collisions = "warn"
[pir]
when = { fork = true }
within = "5 business days"
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
deployments = [{ environment = "staging", state = "success", by = "ci" }]
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
id = "a"
why = "b"
from = "2026-12-18T18:00"
rrule = "FREQ=YEARLY"
duration = "3d"
timezone = "UTC"
when = { fork = true }
holds = ["merge"]
waive = { from = ["user:carol"], count = 1, for = "24h" }
always = true
[[freeze]]
id = "c"
why = "d"
calendar = "a.ics"
[[freeze]]
id = "e"
why = "f"
from = 2026-12-18
until = 2026-12-19
[[window]]
id = "a"
days = "Mon"
hours = "09:00-17:00"
timezone = "UTC"
when = { fork = true }
holds = ["merge"]
waive = { from = ["user:carol"], count = 1, for = "24h" }
always = true
[[window]]
id = "b"
open = [{ days = "Mon" }]
[[window]]
id = "c"
rrule = "FREQ=DAILY"
from = "2026-12-18"
duration = "1h"
[[window]]
id = "d"
calendar = "a.ics"
[[model]]
id = "a"
owner = "user:carol"
until = 2027-01-01
when = { fork = false }
approvals = []
fields = ["window"]
suspend_after_failures = 2
[[waiver]]
id = "a"
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

#[test]
fn the_files_of_the_walk_are_valid() {
    for text in USES {
        valid(text);
    }
}
