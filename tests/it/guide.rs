//! The pages for admins, `docs/policy/guide.md` and `docs/policy/cookbook.md`: the real binary reads every policy of
//! theirs without a complaint, every case comes out as the page says, and what people are shown reads as on the page.
//!
//! `COUNTERSIGN_UPDATE_PAGES=1` writes what is shown and printed into the pages instead. The blocks of a page: `toml` is a
//! repository's policy, `toml part` one that stands on the page's first, `toml organisation` the file above the next
//! policy; `toml case` tries the policy before it; `text NAME` is what people read in the case of that name, of which a
//! line `…` leaves something out; `console` is what commands print.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use countersign::cases;
use countersign_domain::layer::Layer;
use countersign_domain::policy::{self, PolicySet, Read, Source, Version};
use tempfile::TempDir;

use crate::commands::{folder, run};
use crate::links::slug;
use crate::pages::{Block, blocks, code, root, text};

const GUIDE: &str = "docs/policy/guide.md";
const COOKBOOK: &str = "docs/policy/cookbook.md";
const PAGES: [&str; 2] = [GUIDE, COOKBOOK];

const ABOVE: &str = "countersign.toml";
const POLICY: &str = ".github/countersign.toml";
const CASES: &str = ".github/cases/page.toml";

/// Checks the files of a folder at the time of cases that name none: some day everything on the pages is over.
const CHECK: [&str; 3] = ["check", "--at", "2026-01-06T12:00:00Z"];

/// What leaves something out.
const LEFT_OUT: &str = "…";

/// A policy of a page with its cases, and what the page says of them.
#[derive(Debug, Default)]
struct Example {
    /// Where its policy stands.
    place: String,
    /// The files, by path.
    files: BTreeMap<&'static str, String>,
    /// The lines that a part adds to the page's beginning.
    part: Option<String>,
    /// The codes for which it is refused.
    refused: Vec<String>,
    /// What people are shown, and what commands print.
    shown: Vec<Block>,
}

impl Example {
    fn folder(&self) -> TempDir {
        let files: Vec<(&str, &str)> = self.files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        folder(&files)
    }

    fn policies(&self) -> PolicySet {
        let source = |(path, layer): (&str, Layer)| {
            let read = Read::Text(Version { blob: String::new(), text: self.files.get(path)?.clone() });
            Some(Source { layer, path: path.to_owned(), read, last_good: None })
        };
        let sources = [(ABOVE, Layer::Organisation), (POLICY, Layer::Repository)].into_iter().filter_map(source);
        policy::load(&sources.collect::<Vec<_>>()).0
    }

    /// What a block of it would read, were it written now.
    fn now(&self, block: &Block) -> String {
        match block.info.strip_prefix("text ") {
            Some(name) => self.seen_in(name, &block.text),
            None => self.printed(&block.text),
        }
    }

    /// What people are shown in a case, as far as the page shows it.
    fn seen_in(&self, name: &str, written: &str) -> String {
        let (file, wrong) = cases::read(&self.files[CASES]);
        assert_eq!(wrong, [], "{}", self.place);
        let case = file.cases.iter().find(|case| case.name == name);
        let case = case.unwrap_or_else(|| panic!("{}: no case is called `{name}`", self.place));
        let sections = sections(&case.run(&self.policies()).unwrap().text);
        let head = sections.iter().take_while(|(heading, _)| *heading != "What the policies ask");
        let mut now = head.map(|(_, section)| section.as_str()).collect::<Vec<_>>().join("\n\n") + "\n";
        let lines: Vec<&str> = written.lines().collect();
        for asked in lines.windows(2).filter(|pair| pair[0] == LEFT_OUT).map(|pair| pair[1].trim()) {
            let section = sections.iter().find(|(heading, _)| heading == asked);
            let (_, section) = section.unwrap_or_else(|| panic!("{}: `{name}` shows no `{asked}`", self.place));
            now.push_str(&format!("{LEFT_OUT}\n{section}\n"));
        }
        now
    }

    /// What the commands of a block print, each with the line that runs it.
    fn printed(&self, written: &str) -> String {
        let folder = self.folder();
        let commands = written.lines().filter_map(|line| line.strip_prefix("$ countersign "));
        let printed = commands.map(|command| {
            let ran = run(folder.path(), &command.split(' ').collect::<Vec<_>>());
            format!("$ countersign {command}\n{}", ran.stdout)
        });
        printed.collect::<Vec<_>>().join("\n")
    }
}

/// What people are shown in parts, each with its heading; the first has none, and the comment is called `comment`.
fn sections(whole: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = whole.lines().collect();
    let is_heading = |at: usize| {
        let is_ruled =
            lines.get(at + 1).is_some_and(|next| next.starts_with("  -") && next.trim_matches([' ', '-']).is_empty());
        is_ruled || lines[at] == "comment" || lines[at].starts_with("comment, ") || lines[at] == "no comment"
    };
    let mut found = vec![(String::new(), Vec::new())];
    for (at, line) in lines.iter().enumerate() {
        if is_heading(at) {
            found.push((line.trim().to_owned(), Vec::new()));
        }
        if let Some((_, section)) = found.last_mut() {
            section.push(*line);
        }
    }
    found.into_iter().map(|(heading, lines)| (heading, lines.join("\n").trim_end().to_owned())).collect()
}

/// The examples of a page, in order.
fn examples(path: &str) -> Vec<Example> {
    let page = text(path);
    let mut found: Vec<Example> = Vec::new();
    let mut beginning = String::new();
    for block in blocks(&page) {
        let place = format!("{path}:{}", block.line);
        let refused = block.after.strip_prefix("Refused: ").map(code).unwrap_or_default();
        let begun = Example { place: place.clone(), refused, ..Example::default() };
        match block.info.as_str() {
            "toml organisation" => found.push(Example { files: [(ABOVE, block.text)].into(), ..begun }),
            "toml" => {
                if beginning.is_empty() {
                    beginning = block.text.clone();
                }
                match found.last_mut().filter(|last| !last.files.contains_key(POLICY)) {
                    Some(last) => drop(last.files.insert(POLICY, block.text)),
                    None => found.push(Example { files: [(POLICY, block.text)].into(), ..begun }),
                }
            }
            "toml part" => {
                let whole = format!("{beginning}\n{}", block.text);
                found.push(Example { files: [(POLICY, whole)].into(), part: Some(block.text), ..begun });
            }
            "toml case" => {
                let before = found.last_mut().and_then(|example| example.files.insert(CASES, block.text));
                assert_eq!(before, None, "{place}: cases that try nothing of their own");
            }
            info if info == "console" || info.starts_with("text ") => found.last_mut().unwrap().shown.push(block),
            other => panic!("{place}: `{other}`?"),
        }
    }
    found
}

#[test]
fn every_policy_of_the_guide_and_the_cookbook_is_read_as_they_say() {
    for example in PAGES.iter().flat_map(|page| examples(page)) {
        let ran = run(example.folder().path(), &CHECK);
        if example.refused.is_empty() {
            let fine = ran.stdout.lines().all(|line| line.ends_with(": no problem"));
            assert!(ran.code == 0 && fine && !ran.stdout.is_empty(), "{}: {ran:#?}", example.place);
        } else {
            let codes = ran.stdout.lines().filter_map(|line| line.strip_prefix("error[")?.split(']').next());
            assert_eq!((ran.code, codes.collect::<Vec<_>>()), (1, words(&example.refused)), "{}", example.place);
        }
    }
}

fn words(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

#[test]
fn every_case_of_the_guide_and_the_cookbook_comes_out_and_they_reach_every_rule() {
    let mut tried = 0;
    for example in PAGES.iter().flat_map(|page| examples(page)).filter(|example| example.refused.is_empty()) {
        assert!(example.files.contains_key(CASES), "{}: nothing tries it", example.place);
        let ran = run(example.folder().path(), &["test", "--format", "json"]);
        assert_eq!(ran.code, 0, "{}: {ran:#?}", example.place);
        // What a recipe stands on is tried where it stands alone.
        let of_part = |id: &str| example.part.as_ref().is_none_or(|part| part.contains(&format!("id = \"{id}\"")));
        let ran = ran.json();
        let missed = ran["not_tried"].as_array().unwrap().iter().filter(|part| of_part(part["id"].as_str().unwrap()));
        assert_eq!(missed.collect::<Vec<_>>(), Vec::<&serde_json::Value>::new(), "{}", example.place);
        assert!(!example.shown.is_empty(), "{}: it does not say what people see", example.place);
        tried += 1;
    }
    assert!(tried >= 28, "{tried} examples were tried");
}

#[test]
fn what_people_are_shown_reads_as_in_the_guide_and_the_cookbook() {
    let updates = std::env::var_os("COUNTERSIGN_UPDATE_PAGES").is_some();
    for page in PAGES {
        let mut lines: Vec<String> = text(page).lines().map(str::to_owned).collect();
        // From the end, so that the lines of the blocks before stay where they are.
        for example in examples(page).iter().rev() {
            for block in example.shown.iter().rev() {
                let now = example.now(block);
                if !updates {
                    assert_eq!(block.text, now, "COUNTERSIGN_UPDATE_PAGES=1 corrects {page}:{}", block.line);
                }
                let old = block.line - 1..block.line - 1 + block.text.lines().count();
                lines.splice(old, now.lines().map(str::to_owned));
            }
        }
        if updates {
            fs::write(root().join(page), lines.join("\n") + "\n").unwrap();
        }
    }
}

#[test]
fn all_recipes_of_the_cookbook_can_stand_in_one_file() {
    let recipes = examples(COOKBOOK);
    let mut whole = recipes[0].files[POLICY].clone();
    for part in recipes.iter().filter(|recipe| recipe.refused.is_empty()).filter_map(|recipe| recipe.part.as_ref()) {
        whole.push_str(part);
    }
    assert!(whole.matches("[[rule]]").count() > 15, "{whole}");
    let ran = run(folder(&[(POLICY, &whole)]).path(), &CHECK);
    assert!(ran.code == 0 && !ran.stdout.contains("error"), "{whole}\n{ran:#?}");
}

#[test]
fn the_cookbook_lists_its_recipes_in_their_order() {
    let page = text(COOKBOOK);
    let (list, recipes) = page.split_once("\n## Who has to agree\n").unwrap();
    let listed: Vec<&str> = list.split("](#").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let headings: Vec<String> = recipes.lines().filter(|line| line.starts_with("### ")).map(slug).collect();
    assert_eq!(listed, words(&headings));
    assert!(headings.len() >= 20 && headings.iter().collect::<BTreeSet<_>>().len() == headings.len());
}
