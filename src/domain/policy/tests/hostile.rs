//! Files that are made to cost: each is read in about the time of an honest one of its size.

use super::*;

/// As many lines as fit into the largest file.
fn filled(head: &str, line: impl Fn(usize) -> String) -> String {
    let mut text = format!("version = 1\n{head}");
    for n in 0.. {
        let line = line(n);
        if text.len() + line.len() > 500 * 1024 {
            break;
        }
        text.push_str(&line);
    }
    text
}

/// Reading ends, and the code is among what is found.
fn check(text: &str, code: &str) {
    let (_, found) = load_one(text);
    assert!(found.iter().any(|problem| problem.code == code), "{code}");
    let longest = found.iter().map(|problem| problem.message.chars().count()).max();
    assert!(longest.is_some_and(|longest| longest < 300), "{longest:?}");
}

#[test]
fn many_of_one_mistake_are_read() {
    check(&filled("[scope]\n", |n| format!("baze{n} = 1\n")), "unknown-key");
    check(&filled("[record]\nrequired = [", |n| format!("\"backuot{n}\",")), "syntax");
    check(&format!("{}]", filled("[record]\nrequired = [", |n| format!("\"backuot{n}\","))), "unknown-name");
    check(
        &format!("{}]", filled("[record.fields.a]\naliases = [", |n| format!("\"risk {n}\",\"risk\","))),
        "alias-clash",
    );
    let values = filled("[record.fields.risk]\nvalues = { low = [", |n| format!("\"w{n}\","));
    check(&format!("{values}\"high\"] }}"), "alias-clash");
    let chain = filled("", |n| format!("[authorities.a{n}]\nusers = [\"eve\"]\nexcept = [\"a{}\"]\n", n + 1));
    check(&chain, "unknown-name");
    let circle = |n: usize| format!("[authorities.a{n}]\nusers = [\"eve\"]\nexcept = [\"a{}\"]\n", (n + 1) % 5_000);
    check(&(0..5_000).map(circle).collect::<String>(), "circular");
}

#[test]
fn globs_and_patterns_are_counted() {
    check(&format!("{}]", filled("[checks]\ntrusted_paths = [", |n| format!("\"{n}\","))), "too-large");
    check(&format!("version = 1\n[checks]\ntrusted_paths = [\"{}\"]", "?".repeat(600)), "bad-glob");
}

#[test]
fn a_message_stays_on_its_line_whatever_it_quotes() {
    let text = format!("version = 1\nmode = \"\"\"a\nb{}\"\"\"", "é`".repeat(5_000));
    let (_, found) = load_one(&text);
    let message = &found[0].message;
    assert!(
        message.chars().count() < 300 && !message.contains('\n') && message.matches('`').count() % 2 == 0,
        "{message}"
    );
}
