//! The part of a change that was read after it went in.

use super::super::{Error, Part, hash, history_of, stored_history};

fn read(parts: &[Part]) -> Result<Option<Vec<String>>, Error> {
    let named: Vec<(String, &Part)> = parts.iter().map(|part| (hash(&part.bytes), part)).collect();
    stored_history(named.iter().map(|(hash, part)| (part.kind.as_str(), hash.as_str(), part.bytes.as_slice())))
}

#[test]
fn what_is_not_known_of_a_change_comes_back_and_others_have_no_history() {
    for unknown in [vec![], vec!["what reviewers had before them".to_owned()]] {
        assert_eq!(read(&[history_of(unknown.clone())]), Ok(Some(unknown)));
    }
    assert_eq!(read(&[]), Ok(None));
}

#[test]
fn a_history_of_a_later_version_or_a_broken_one_is_refused() {
    let part = |bytes: &[u8]| Part { kind: "history".to_owned(), bytes: bytes.to_vec() };
    let later = read(&[part(br#"{"v":2,"content":{"unknown":[]}}"#)]);
    assert_eq!(later, Err(Error::Version { kind: "history", version: 2, newest: 1 }));
    // However the version is written.
    let later = read(&[part(br#"{ "v": 2, "content": {"unknown": []} }"#)]);
    assert_eq!(later, Err(Error::Version { kind: "history", version: 2, newest: 1 }));
    for broken in [&br#"{"v":1,"content":{"unknown":[],"known":1}}"#[..], br#"{"v":1,"v":1,"content":{"unknown":[]}}"#]
    {
        assert!(matches!(read(&[part(broken)]), Err(Error::Broken { .. })));
    }
}
