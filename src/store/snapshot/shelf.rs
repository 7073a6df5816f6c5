//! Parts by their names: putting what is written, and finding what is referred to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::Error;
use super::{Part, hash};

/// What the parts of one kind say.
pub(crate) trait Content: Serialize + DeserializeOwned {
    /// The kind.
    const KIND: &'static str;

    /// The newest version that is read, and that is written where the content needs it.
    const NEWEST: u32 = 1;

    /// The version that this content is written as: the oldest one that can say it, so that what could be said before
    /// goes on sharing its bytes with what is stored.
    fn version(&self) -> u32 {
        1
    }
}

/// A reference to a part, written `KIND:HASH`.
#[derive(Debug)]
pub(crate) struct Ref<C> {
    hash: String,
    content: PhantomData<fn() -> C>,
}

impl<C: Content> fmt::Display for Ref<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", C::KIND, self.hash)
    }
}

impl<C: Content> Serialize for Ref<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, C: Content> Deserialize<'de> for Ref<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.split_once(':') {
            Some((kind, hash)) if kind == C::KIND => Ok(Self { hash: hash.to_owned(), content: PhantomData }),
            _ => Err(D::Error::custom(format_args!("`{text}` does not refer to a part `{}`", C::KIND))),
        }
    }
}

#[derive(Serialize)]
struct Written<'a, C> {
    v: u32,
    content: &'a C,
}

/// What every version begins with. The rest is looked at once the version is known.
#[derive(Deserialize)]
struct Header {
    v: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read<C> {
    #[serde(rename = "v")]
    _version: u64,
    content: C,
}

/// Writes the part that says this.
pub(crate) fn write<C: Content>(content: &C) -> Part {
    // Writing plain structures into memory does not fail; where it did, the empty part would not be restored.
    let bytes = serde_json::to_vec(&Written { v: content.version(), content }).unwrap_or_default();
    Part { kind: C::KIND.to_owned(), bytes }
}

fn read<C: Content>(bytes: &[u8]) -> Result<C, Error> {
    let broken = |error: serde_json::Error| Error::Broken { kind: C::KIND, problem: error.to_string() };
    let version = match written_version(bytes) {
        Some(version) => version,
        None => serde_json::from_slice::<Header>(bytes).map_err(broken)?.v,
    };
    if !(1..=u64::from(C::NEWEST)).contains(&version) {
        return Err(Error::Version { kind: C::KIND, version, newest: C::NEWEST });
    }
    let read: Read<C> = serde_json::from_slice(bytes).map_err(broken)?;
    if u64::from(read.content.version()) != version {
        let problem = format!("it says what version {} says", read.content.version());
        return Err(Error::Broken { kind: C::KIND, problem });
    }
    Ok(read.content)
}

/// The version at the beginning of a part, where it is as we write it: a part is read once then, and not twice.
fn written_version(bytes: &[u8]) -> Option<u64> {
    let rest = bytes.strip_prefix(br#"{"v":"#)?;
    let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    let (digits, rest) = rest.split_at_checked(end)?;
    rest.starts_with(br#","content":"#).then_some(())?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The parts that are being written, each once.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    parts: Vec<Part>,
    names: BTreeSet<(&'static str, String)>,
}

impl Cut {
    /// Puts the part that says this, and gives the reference to it.
    pub(crate) fn put<C: Content>(&mut self, content: &C) -> Ref<C> {
        let part = write(content);
        let hash = hash(&part.bytes);
        if self.names.insert((C::KIND, hash.clone())) {
            self.parts.push(part);
        }
        Ref { hash, content: PhantomData }
    }

    pub(crate) fn into_parts(self) -> Vec<Part> {
        self.parts
    }
}

/// The parts of a snapshot, by kind and the hash of what they really say.
#[derive(Debug)]
pub(crate) struct Shelf<'a> {
    parts: BTreeMap<(&'a str, Cow<'a, str>), &'a [u8]>,
}

impl<'a> Shelf<'a> {
    pub(crate) fn new(parts: &'a [Part]) -> Self {
        let named = |part: &'a Part| ((part.kind.as_str(), Cow::Owned(hash(&part.bytes))), part.bytes.as_slice());
        Self { parts: parts.iter().map(named).collect() }
    }

    /// The same of parts whose hashes were compared with their bytes already.
    pub(crate) fn checked(parts: impl IntoIterator<Item = (&'a str, &'a str, &'a [u8])>) -> Self {
        Self { parts: parts.into_iter().map(|(kind, hash, bytes)| ((kind, Cow::Borrowed(hash)), bytes)).collect() }
    }

    /// The part that is referred to.
    pub(crate) fn take<C: Content>(&self, reference: &Ref<C>) -> Result<C, Error> {
        let missing = || Error::Missing { kind: C::KIND, hash: reference.hash.clone() };
        let bytes = self.parts.get(&(C::KIND, Cow::Borrowed(reference.hash.as_str()))).ok_or_else(missing)?;
        read(bytes)
    }

    /// The only part of its kind.
    pub(crate) fn only<C: Content>(&self) -> Result<C, Error> {
        let mut found = self.parts.iter().filter(|((kind, _), _)| *kind == C::KIND).map(|(_, bytes)| *bytes);
        let first = found.next().ok_or(Error::Absent { kind: C::KIND })?;
        match found.count() {
            0 => read(first),
            more => Err(Error::Several { kind: C::KIND, count: more + 1 }),
        }
    }
}
