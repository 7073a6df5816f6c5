//! Snapshots that must not be restored, and what is said then.

use super::super::{Error, Part, hash, outcome_of, restore};
use super::{cut, outcome, rich};

/// What restoring the rich snapshot says after its parts were changed.
fn said(change: impl FnOnce(&mut Vec<Part>)) -> String {
    let mut parts = cut(&rich::owned());
    change(&mut parts);
    restore(&parts).unwrap_err().to_string()
}

/// Replaces text in the parts of a kind.
fn edit(kind: &'static str, from: &'static str, to: &'static str) -> impl Fn(&mut Vec<Part>) {
    move |parts| {
        for part in parts.iter_mut().filter(|part| part.kind == kind) {
            let text = String::from_utf8(part.bytes.clone()).unwrap();
            assert!(text.contains(from), "{text}");
            part.bytes = text.replacen(from, to, 1).into_bytes();
        }
    }
}

/// Replaces text in the only part of a kind and in the `change`, so that it goes on referring to it.
fn forge(kind: &'static str, from: &'static str, to: &'static str) -> impl Fn(&mut Vec<Part>) {
    move |parts| {
        let name = |parts: &[Part]| hash(&parts.iter().find(|part| part.kind == kind).unwrap().bytes);
        let before = name(parts);
        edit(kind, from, to)(parts);
        let after = name(parts);
        let change = parts.iter_mut().find(|part| part.kind == "change").unwrap();
        let text = String::from_utf8(change.bytes.clone()).unwrap();
        change.bytes = text.replace(&before, &after).into_bytes();
    }
}

#[test]
fn a_missing_part_is_named() {
    for kind in [
        "files",
        "commits",
        "reviews",
        "checks",
        "templates",
        "team",
        "body",
        "policy",
        "asked",
        "head_diff",
        "patches",
        "codeowners",
    ] {
        let said = said(|parts| parts.retain(|part| part.kind != kind));
        assert!(said.starts_with(&format!("the part `{kind}` is missing: none has the hash `")), "{said}");
    }
    assert_eq!(said(|parts| parts.retain(|part| part.kind != "change")), "the part `change` is missing");
    assert_eq!(restore(&[]), Err(Error::Absent { kind: "change" }));
}

#[test]
fn each_part_that_is_cut_is_wanted() {
    let parts = cut(&rich::owned());
    for out in 0..parts.len() {
        let mut rest = parts.clone();
        let taken = rest.remove(out);
        assert!(restore(&rest).is_err(), "a snapshot was restored without a part `{}`", taken.kind);
    }
}

#[test]
fn a_part_with_another_hash_is_a_missing_one() {
    let said = said(edit("files", "src/pay.rs", "src/pay.md"));
    assert!(said.starts_with("the part `files` is missing: none has the hash `"), "{said}");
}

#[test]
fn a_part_of_another_kind_does_not_stand_in() {
    let said = said(edit("change", "\"files\":\"files:", "\"files\":\"commits:"));
    assert!(said.starts_with("the part `change` is broken: `commits:"), "{said}");
    assert!(said.contains("does not refer to a part `files`"), "{said}");
}

#[test]
fn a_later_version_is_not_guessed_at() {
    let later = "and this countersign reads version 1";
    assert_eq!(
        said(edit("change", "{\"v\":3,\"content\":", "{\"v\":6,\"more\":")),
        "the part `change` is of version 6, and this countersign reads version 5"
    );
    assert_eq!(
        said(edit("change", "{\"v\":3,", "{\"v\":1,")),
        "the part `change` is broken: it says what version 3 says"
    );
    assert_eq!(said(forge("files", "\"v\":1", "\"v\":77")), format!("the part `files` is of version 77, {later}"));
    assert_eq!(said(forge("files", "\"v\":1", "\"v\":0")), format!("the part `files` is of version 0, {later}"));
}

#[test]
fn a_broken_part_is_never_read_in_part() {
    for (kind, from, to) in [
        ("change", "{\"v\":3,", ""),
        ("change", "{\"v\":3,", "{\"v\":3,\"v\":3,"),
        ("change", "\"draft\":true", "\"draft\":1"),
        ("change", "\"draft\":true,", ""),
        ("change", "\"draft\":true", "\"draft\":true,\"ready\":true"),
        ("change", "2026-01-30T12:00:00.123456789Z", "yesterday"),
        ("change", "\"app_id\":18446744073709551615", "\"app_id\":-1"),
        ("change", "\"head_owner\":\"alice\",", ""),
        ("files", "\"status\":\"added\"", "\"status\":\"invented\""),
        ("files", "\"content\":{\"known\":", "\"content\":{\"guessed\":"),
        ("reviews", "\"author\":null,", ""),
        ("reviews", "\"by\":null,", ""),
        ("checks", "\"running\"", "\"running\",\"required\":true,\"state\":\"running\""),
        ("commits", "}]}", "}]}}"),
        ("templates", "]", ""),
    ] {
        let said = said(forge(kind, from, to));
        assert!(said.starts_with(&format!("the part `{kind}` is broken: ")), "{from} to {to}: {said}");
    }
}

#[test]
fn bytes_of_no_meaning_are_broken() {
    for bytes in [&b""[..], b"\xff\xfe", b"null", b"{", b"[[[[[[", b"{\"v\":1}", b"{\"v\":\"1\",\"content\":{}}"] {
        let part = Part { kind: "change".to_owned(), bytes: bytes.to_vec() };
        assert!(matches!(restore(&[part]), Err(Error::Broken { kind: "change", .. })), "{bytes:?}");
    }
}

#[test]
fn two_changes_are_one_too_many() {
    let mut parts = cut(&rich::owned());
    parts.extend(cut(&rich::unknown()));
    assert_eq!(restore(&parts), Err(Error::Several { kind: "change", count: 2 }));
}

#[test]
fn parts_of_other_kinds_and_in_any_order_do_not_disturb() {
    let mut parts = cut(&rich::owned());
    parts.push(outcome_of(&outcome::decision()));
    parts.push(Part { kind: "texts".to_owned(), bytes: b"anything".to_vec() });
    parts.extend(parts.clone());
    parts.reverse();
    assert_eq!(restore(&parts), Ok(rich::owned()));
}
