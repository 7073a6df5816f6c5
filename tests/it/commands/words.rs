//! What every command says of itself: help, completions, manual pages, and `docs/commands.md`.

use super::{folder, run};

const COMMANDS: [&str; 15] = [
    "serve",
    "init",
    "check",
    "explain",
    "schema",
    "template",
    "evaluate",
    "test",
    "record",
    "queue",
    "migrate",
    "replay",
    "backtest",
    "completions",
    "man",
];

#[test]
fn every_command_has_help_that_a_newcomer_can_use() {
    let folder = folder(&[]);
    let all = run(folder.path(), &["--help"]);
    for command in COMMANDS {
        all.ended(0, &format!("\n  {command} "));
        let help = run(folder.path(), &[command, "--help"]);
        help.ended(0, "Usage: countersign ");
        if command != "serve" {
            help.ended(0, "Example");
            help.ended(0, &format!("countersign {command}"));
        }
    }
    run(folder.path(), &["queue", "retry", "--help"]).ended(0, "countersign queue retry --all");
    run(folder.path(), &["chek"]).refused("'check'");
}

#[test]
fn what_commands_say_of_their_endings_is_said_once_each() {
    let folder = folder(&[]);
    for command in ["check", "evaluate", "test", "migrate", "replay", "backtest"] {
        let help = run(folder.path(), &[command, "--help"]);
        assert_eq!(help.stdout.matches("Ends with 0").count(), 1, "{command}");
    }
}

#[test]
fn completions_know_every_command() {
    let folder = folder(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(folder.path(), &["completions", shell]);
        for command in COMMANDS {
            script.ended(0, command);
        }
    }
    run(folder.path(), &["completions", "tcsh"]).refused("tcsh");
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = folder(&[]);
    run(folder.path(), &["man"]).ended(0, ".TH countersign 1").ended(0, "countersign\\-check(1)");
    for command in COMMANDS {
        run(folder.path(), &["man", command]).ended(0, &format!(".TH countersign-{command} 1")).ended(0, ".SH OPTIONS");
    }
    run(folder.path(), &["man", "queue", "retry"]).ended(0, "queue retry");
    run(folder.path(), &["man", "chek"]).refused("`countersign` has no command `chek`\n  help: one of `serve`");
}

#[test]
fn the_page_on_commands_names_every_command_and_every_flag() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md")).unwrap();
    let folder = folder(&[]);
    // The settings of `serve` are the README's.
    for command in COMMANDS.iter().filter(|command| **command != "serve") {
        let start =
            page.find(&format!("\n## `countersign {command}")).unwrap_or_else(|| panic!("{command} has no heading"));
        let section = page[start + 1..].split("\n## ").next().unwrap();
        let help = run(folder.path(), &[command, "--help"]);
        let flags = help
            .stdout
            .lines()
            .filter_map(|line| line.trim_start().split([' ', ',']).find(|word| word.starts_with("--")));
        let shared = ["--help", "--settings", "--database-url"];
        for flag in flags.filter(|flag| !shared.contains(flag)) {
            assert!(section.contains(flag), "the page on `{command}` does not name `{flag}`");
        }
    }
}

/// Every key of a facts file stands in the page's tables, and the page's example is one.
#[test]
fn the_page_on_commands_tells_every_key_of_a_facts_file() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md")).unwrap();
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/facts_file/shape.rs")).unwrap();
    let keys = source.lines().filter_map(|line| line.strip_prefix("    pub ")?.split_once(": ")).map(|(key, _)| key);
    let mut count = 0;
    for key in keys {
        assert!(page.contains(&format!("`{key}`")), "the page does not name the key `{key}`");
        count += 1;
    }
    assert!(count > 40, "{count} keys");
    let example = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    countersign::facts_file::FactsFile::read(example).expect("the example is a facts file");
}
