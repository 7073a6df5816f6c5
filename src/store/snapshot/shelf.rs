//! Parts by their names: putting what is written, and finding what is referred to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::error::Error;
use super::wire::VERSION;
use super::{Part, hash};

/// What the parts of one kind say.
pub(crate) trait Content: Serialize + DeserializeOwned {
    /// The kind.
    const KIND: &'static str;
    /// The version that is written; all from 1 on are read.
    const VERSION: u64 = VERSION;

    /// From what one version says to what the next one says of the same.
    fn next(_from: u64, _content: &mut Map<String, Value>) {}
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
    v: u64,
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
    let bytes = serde_json::to_vec(&Written { v: C::VERSION, content }).unwrap_or_default();
    Part { kind: C::KIND.to_owned(), bytes }
}

fn read<C: Content>(bytes: &[u8]) -> Result<C, Error> {
    let broken = |error: serde_json::Error| Error::Broken { kind: C::KIND, problem: error.to_string() };
    let Header { v: version } = serde_json::from_slice(bytes).map_err(broken)?;
    if !(1..=C::VERSION).contains(&version) {
        return Err(Error::Version { kind: C::KIND, version, reads: C::VERSION });
    }
    if version == C::VERSION {
        return serde_json::from_slice::<Read<C>>(bytes).map(|read| read.content).map_err(broken);
    }
    let mut read: Read<Map<String, Value>> = serde_json::from_slice(bytes).map_err(broken)?;
    (version..C::VERSION).for_each(|from| C::next(from, &mut read.content));
    serde_json::from_value(Value::Object(read.content)).map_err(broken)
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
    parts: BTreeMap<(&'a str, String), &'a [u8]>,
}

impl<'a> Shelf<'a> {
    pub(crate) fn new(parts: &'a [Part]) -> Self {
        let named = |part: &'a Part| ((part.kind.as_str(), hash(&part.bytes)), part.bytes.as_slice());
        Self { parts: parts.iter().map(named).collect() }
    }

    /// The part that is referred to.
    pub(crate) fn take<C: Content>(&self, reference: &Ref<C>) -> Result<C, Error> {
        let missing = || Error::Missing { kind: C::KIND, hash: reference.hash.clone() };
        let bytes = self.parts.get(&(C::KIND, reference.hash.clone())).ok_or_else(missing)?;
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
