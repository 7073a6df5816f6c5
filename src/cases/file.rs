//! Reads a case file: which policies, and the cases with what each expects.
//!
//! Every problem is found at once and points at its line. What a case says of the change is checked key by key as a
//! facts file's, so that the two forms never part.

use std::collections::BTreeSet;
use std::ops::Range;

use countersign_domain::decision::{Outcome, State};
use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::expect::Expected;
use super::{VERSION, Wrong, change};
use crate::facts_file::FactsFile;

/// A case file.
#[derive(Debug, Default)]
pub struct CaseFile {
    /// The policy files that it names, from its own folder.
    pub policies: Vec<String>,
    /// The text of a repository's policy, in place of a file.
    pub policy_text: Option<String>,
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
}

/// One change, and what is expected of it.
#[derive(Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// Where its name stands.
    pub place: Range<usize>,
    /// The change, as a facts file says it.
    pub facts: Map<String, Value>,
    /// What is expected.
    pub expected: Expected,
}

const TOP: [&str; 5] = ["version", "policy", "policy_text", "default", "case"];
const OWN: [&str; 4] = ["name", "record", "bare", "expect"];
const EXPECT: [&str; 6] = ["outcome", "risk", "type", "rules", "says", "text"];

/// Tables of which a case says only the members that differ.
const JOINED: [&str; 4] = ["record", "teams", "accounts", "failures"];

/// Reads a case file, with everything that is wrong with it.
pub fn read(text: &str) -> (CaseFile, Vec<Wrong>) {
    let (file, broken) = DeTable::parse_recoverable(text);
    let mut reader = Reader::default();
    for error in &broken {
        reader.wrong(error.message().to_lowercase(), error.span().unwrap_or(0..0));
    }
    let read = if broken.is_empty() { reader.file(file.get_ref()) } else { CaseFile::default() };
    reader.found.sort_by_key(|wrong| wrong.place.start);
    (read, reader.found)
}

type Member<'a> = Spanned<DeValue<'a>>;

#[derive(Default)]
struct Reader {
    found: Vec<Wrong>,
}

impl Reader {
    fn wrong(&mut self, message: impl Into<String>, place: Range<usize>) {
        self.found.push(Wrong::new(message, place));
    }

    fn file(&mut self, top: &DeTable<'_>) -> CaseFile {
        self.keys(top, &TOP);
        match top.get("version").map(|version| (json(version.get_ref()), version.span())) {
            None => self.found.push(Wrong::new("the file has no `version`", 0..0).help("write `version = 1`")),
            Some((version, _)) if version == VERSION => {}
            Some((_, place)) => self.wrong(format!("this countersign reads case files of version {VERSION}"), place),
        }
        let mut default = Map::new();
        if let Some(value) = top.get("default") {
            default = self.said(value, "default");
        }
        let cases = self.cases(top, &default);
        CaseFile { policies: self.policies(top), policy_text: self.text(top, "policy_text"), cases }
    }

    fn policies(&mut self, top: &DeTable<'_>) -> Vec<String> {
        let Some(written) = top.get("policy") else { return Vec::new() };
        if let Some(again) = top.get("policy_text") {
            self.wrong("`policy` and `policy_text` exclude each other", again.span());
        }
        self.texts("policy", written)
    }

    fn cases(&mut self, top: &DeTable<'_>, default: &Map<String, Value>) -> Vec<Case> {
        let Some(written) = top.get("case") else {
            self.found.push(Wrong::new("the file has no case", 0..0).help("write one as `[[case]]`"));
            return Vec::new();
        };
        let Some(cases) = written.get_ref().as_array() else {
            self.found.push(Wrong::new("`case` is a list of tables", written.span()).help("write `[[case]]`"));
            return Vec::new();
        };
        let mut names = BTreeSet::new();
        let mut read = Vec::new();
        for case in cases.iter() {
            let Some(case) = self.case(case, default) else { continue };
            if !names.insert(case.name.clone()) {
                self.wrong(format!("two cases are called `{}`", case.name), case.place.clone());
            }
            read.push(case);
        }
        read
    }

    fn case(&mut self, written: &Member<'_>, default: &Map<String, Value>) -> Option<Case> {
        let Some(table) = written.get_ref().as_table() else {
            self.wrong("a case is a table", written.span());
            return None;
        };
        let named = table.get("name").map(Spanned::span);
        let name = self.text(table, "name").filter(|name| !name.trim().is_empty());
        if name.is_none() && named.is_none() {
            self.found.push(Wrong::new("the case has no `name`", written.span()).help("say what it shows"));
        }
        let mut said = self.said(written, "case");
        let bare = self.flag(table, "bare");
        let expected = match table.get("expect") {
            Some(expect) => self.expected(expect),
            None => {
                let missing = Wrong::new("the case expects nothing", named.clone().unwrap_or(written.span()));
                self.found.push(missing.help("write `expect = \"pass\"`, or another outcome"));
                Expected::default()
            }
        };
        let mut facts = Map::new();
        if !bare {
            let mut whole = change::facts();
            join(&mut whole, default.clone());
            join(&mut whole, said);
            said = whole;
        }
        let record = match said.remove("record") {
            Some(Value::Object(record)) => record,
            _ => Map::new(),
        };
        if !bare {
            facts.insert("body".to_owned(), change::description(&record).into());
        }
        facts.extend(said);
        Some(Case { name: name?, place: named.unwrap_or(written.span()), facts, expected })
    }

    /// What a table says of the change, each key checked as a facts file's.
    fn said(&mut self, written: &Member<'_>, title: &str) -> Map<String, Value> {
        let mut said = Map::new();
        let Some(table) = written.get_ref().as_table() else {
            self.wrong(format!("`{title}` is a table"), written.span());
            return said;
        };
        for (key, value) in table.iter() {
            let word: &str = key.get_ref();
            match word {
                "record" => drop(self.record(value)),
                _ if title == "case" && OWN.contains(&word) => continue,
                _ => self.fact(word, key.span(), value),
            }
            said.insert(word.to_owned(), json(value.get_ref()));
        }
        if let Some(body) = table.get("body").filter(|_| table.contains_key("record")) {
            self.wrong("`body` and `record` exclude each other", body.span());
        }
        said
    }

    fn fact(&mut self, word: &str, key: Range<usize>, value: &Member<'_>) {
        let one = Value::Object(Map::from_iter([(word.to_owned(), json(value.get_ref()))]));
        let Err(error) = FactsFile::of(&one) else { return };
        // What a key of a case should have been is not known to facts files.
        let unknown = error.message.starts_with("unknown field") && error.message.contains(&format!("`{word}`"));
        let near = OWN.iter().find(|own| unknown && strsim::damerau_levenshtein(own, word) <= 2);
        let place = if unknown { key } else { value.span() };
        let mut wrong = Wrong::new(
            if unknown { format!("there is no key `{word}` here") } else { format!("`{word}`: {}", error.message) },
            place,
        );
        wrong.help = match near {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None => error.help,
        };
        self.found.push(wrong);
    }

    fn record(&mut self, written: &Member<'_>) -> Option<()> {
        let Some(table) = written.get_ref().as_table() else {
            self.found.push(
                Wrong::new("`record` is a table of fields and answers", written.span())
                    .help("write `record = { risk = \"high\" }`; a whole description is `body`"),
            );
            return None;
        };
        for (_, answer) in table.iter() {
            let taken = match answer.get_ref() {
                DeValue::String(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => true,
                DeValue::Array(members) => members.iter().all(|member| member.get_ref().is_str()),
                DeValue::Table(table) => table.iter().all(|(_, part)| part.get_ref().is_str()),
                DeValue::Integer(_) | DeValue::Float(_) => false,
            };
            if !taken {
                self.wrong("an answer is a text, or a list of texts", answer.span());
            }
        }
        Some(())
    }

    fn expected(&mut self, written: &Member<'_>) -> Expected {
        let mut expected = Expected::default();
        match written.get_ref() {
            DeValue::String(_) => expected.outcome = self.outcome(written),
            DeValue::Table(table) => {
                self.keys(table, &EXPECT);
                expected.outcome = table.get("outcome").and_then(|outcome| self.outcome(outcome));
                expected.risk =
                    table.get("risk").and_then(|risk| self.word(risk, &["low", "medium", "high", "critical"]));
                expected.change_type =
                    table.get("type").and_then(|word| self.word(word, &["normal", "standard", "emergency"]));
                if let Some(rules) = table.get("rules") {
                    expected.rules = self.rules(rules);
                }
                if let Some(says) = table.get("says") {
                    expected.says = self.texts("says", says).into_iter().map(|text| (text, says.span())).collect();
                }
                expected.text = table.get("text").and_then(|text| Some((self.text(table, "text")?, text.span())));
                if table.is_empty() {
                    self.wrong("`expect` says nothing", written.span());
                }
            }
            _ => self.wrong("`expect` is an outcome, or a table", written.span()),
        }
        expected
    }

    fn outcome(&mut self, written: &Member<'_>) -> Option<(String, Range<usize>)> {
        self.word(written, &Outcome::ALL.map(Outcome::name))
    }

    fn rules(&mut self, written: &Member<'_>) -> Vec<(String, State, Range<usize>)> {
        let Some(table) = written.get_ref().as_table() else {
            let wrong = Wrong::new("`rules` is a table of rules and states", written.span());
            self.found.push(wrong.help("write `rules = { peer = \"satisfied\" }`"));
            return Vec::new();
        };
        let names = State::ALL.map(State::name);
        let mut rules = Vec::new();
        for (rule, state) in table.iter() {
            let Some((word, _)) = self.word(state, &names) else { continue };
            let state = State::ALL.into_iter().find(|state| state.name() == word);
            rules.extend(state.map(|state| (rule.get_ref().to_string(), state, rule.span())));
        }
        rules.sort_by_key(|(_, _, place)| place.start);
        rules
    }

    /// One of some words.
    fn word(&mut self, written: &Member<'_>, words: &[&str]) -> Option<(String, Range<usize>)> {
        let word = written.get_ref().as_str().unwrap_or_default();
        if words.contains(&word) {
            return Some((word.to_owned(), written.span()));
        }
        let said = if word.is_empty() { "this is no text".to_owned() } else { format!("`{word}` is none of these") };
        self.found.push(Wrong::new(said, written.span()).help(nearest(word, words)));
        None
    }

    fn text(&mut self, table: &DeTable<'_>, key: &str) -> Option<String> {
        let value = table.get(key)?;
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(format!("`{key}` is a text"), value.span());
        }
        text
    }

    fn flag(&mut self, table: &DeTable<'_>, key: &str) -> bool {
        let Some(value) = table.get(key) else { return false };
        if let DeValue::Boolean(flag) = value.get_ref() {
            return *flag;
        }
        self.wrong(format!("`{key}` is `true` or `false`"), value.span());
        false
    }

    /// A text, or a list of them.
    fn texts(&mut self, key: &str, written: &Member<'_>) -> Vec<String> {
        match written.get_ref() {
            DeValue::String(text) => return vec![text.to_string()],
            DeValue::Array(members) if members.iter().all(|member| member.get_ref().is_str()) => {
                return members.iter().filter_map(|member| Some(member.get_ref().as_str()?.to_owned())).collect();
            }
            _ => {}
        }
        self.wrong(format!("`{key}` is a text or a list of texts"), written.span());
        Vec::new()
    }

    fn keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for (key, _) in table.iter() {
            let word: &str = key.get_ref();
            if !known.contains(&word) {
                let wrong = Wrong::new(format!("there is no key `{word}` here"), key.span());
                self.found.push(wrong.help(nearest(word, known)));
            }
        }
    }
}

/// What was probably meant, else what there is.
pub(super) fn nearest(word: &str, known: &[&str]) -> String {
    let near = known.iter().map(|known| (strsim::damerau_levenshtein(known, word), *known)).min();
    match near {
        Some((distance, near)) if distance <= (word.len() / 3).clamp(1, 3) => format!("did you mean `{near}`?"),
        _ => format!("one of {}", known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ")),
    }
}

/// Puts what is said over what was said before; of some tables, member by member.
fn join(before: &mut Map<String, Value>, said: Map<String, Value>) {
    // A whole description stands in place of the answers, and they in place of it.
    for (one, other) in [("body", "record"), ("record", "body")] {
        if said.contains_key(one) {
            before.remove(other);
        }
    }
    for (key, value) in said {
        match (before.get_mut(&key), value) {
            (Some(Value::Object(members)), Value::Object(said)) if JOINED.contains(&key.as_str()) => {
                members.extend(said);
            }
            (_, value) => drop(before.insert(key, value)),
        }
    }
}

/// A value of TOML as JSON, which is what facts files are.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(written) => {
            i64::from_str_radix(&written.as_str().replace('_', ""), written.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(written) => written.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Datetime(instant) => instant.to_string().into(),
        DeValue::Array(members) => members.iter().map(|member| json(member.get_ref())).collect(),
        DeValue::Table(table) => {
            let members = table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())));
            Value::Object(members.collect())
        }
    }
}
