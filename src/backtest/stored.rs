//! Stored decisions made ready to be decided again: their parts, and the policies that they were made by.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use countersign_domain::layer::Layer;
use countersign_domain::policy::{self, PolicySet, Shelf, Source, packs_of};
use countersign_domain::record::FieldSet;
use countersign_domain::{Needs, needs};

use super::replaced;
use crate::store::snapshot::{self, Part, Snapshot};
use crate::store::{self, Store, unpacked};

/// How many bytes of parts are kept for the decisions that follow. What neighbours share is small and soon read again; what
/// is a change's own is needed once, and memory that was just used is the quickest.
const SHELF: usize = 1 << 20;

/// How many sets of policies are kept loaded.
const LOADED: usize = 32;

/// A part by its kind and hash.
type Name = (String, String);

/// Parts that were read; of neighbours most are the same.
#[derive(Debug, Default)]
pub struct Parts {
    /// `None` where the bytes have another hash.
    shelf: HashMap<Name, Option<Vec<u8>>>,
    shelved: usize,
}

impl Parts {
    /// Reads those of these parts that are not here yet, as they are kept.
    ///
    /// # Errors
    /// The database's.
    pub async fn missing<'a>(
        &mut self,
        store: &Store,
        names: impl Iterator<Item = &'a Name>,
    ) -> store::Result<Vec<(Name, Vec<u8>)>> {
        if self.shelved > SHELF {
            *self = Self::default();
        }
        let mut wanted: Vec<Name> = names.filter(|name| !self.shelf.contains_key(*name)).cloned().collect();
        wanted.sort_unstable();
        wanted.dedup();
        store.packed_parts(&wanted).await
    }

    /// Unpacks what was read, and compares it with its hash.
    pub fn take(&mut self, packed: Vec<(Name, Vec<u8>)>) {
        for (name, packed) in packed {
            let bytes = unpacked(&packed, &name.1);
            self.shelved += bytes.as_ref().map_or(0, Vec::len);
            self.shelf.insert(name, bytes);
        }
    }

    fn bytes(&self, name: &Name) -> Result<&[u8], String> {
        let (kind, hash) = name;
        match self.shelf.get(name) {
            Some(Some(bytes)) => Ok(bytes),
            Some(None) => Err(format!("its part `{kind}` is not what was kept: the hash is not `{hash}`")),
            None => Err(format!("its part `{kind}` is not kept any more")),
        }
    }

    /// All of these parts, or why they are not all there.
    ///
    /// # Errors
    /// For people, which one.
    pub fn of(&self, names: &[Name]) -> Result<Vec<Part>, String> {
        names.iter().map(|name| Ok(Part { kind: name.0.clone(), bytes: self.bytes(name)?.to_vec() })).collect()
    }

    /// What is not known of a change that was read after it went in; `None` where it was decided while it was open.
    ///
    /// # Errors
    /// For people, why it cannot be told.
    pub fn history(&self, names: &[Name]) -> Result<Option<Vec<String>>, String> {
        let mut parts = Vec::new();
        for name in names.iter().filter(|(kind, _)| kind == "history") {
            parts.push((name.0.as_str(), name.1.as_str(), self.bytes(name)?));
        }
        snapshot::stored_history(parts).map_err(|error| error.to_string())
    }

    /// The snapshot that these parts are.
    ///
    /// # Errors
    /// For people, why it cannot be put together again.
    pub fn snapshot(&self, names: &[Name]) -> Result<Snapshot, String> {
        let parts = names.iter().map(|name| Ok((name.0.as_str(), name.1.as_str(), self.bytes(name)?)));
        let parts = parts.collect::<Result<Vec<_>, String>>()?;
        snapshot::restore_checked(parts).map_err(|error| error.to_string())
    }
}

/// Policies that were loaded, with what comes of them.
#[derive(Debug)]
pub struct Loaded {
    /// The policies.
    pub set: PolicySet,
    /// The facts that they want.
    pub needs: Needs,
    /// The fields that descriptions are read for.
    pub fields: FieldSet,
}

impl Loaded {
    fn of(sources: &[Source], packs: &BTreeMap<String, String>) -> Arc<Self> {
        let (set, _) = policy::load_with(sources, Shelf::Kept(packs));
        Arc::new(Self { needs: needs(&set), fields: policy::field_set(&set), set })
    }
}

#[derive(Debug)]
struct Known {
    sources: Vec<Source>,
    packs: BTreeMap<String, String>,
    loaded: Arc<Loaded>,
    /// What comes of them with another text in place of a layer's: to find it again costs less than to read the text for
    /// its packs.
    tried: Vec<(Layer, Option<String>, Arc<Loaded>)>,
}

/// The policies of the decisions before, the last used first: neighbours were mostly made under the same.
#[derive(Debug, Default)]
pub struct Policies(Vec<Known>);

impl Policies {
    /// What these files come to, with the packs of their time.
    pub fn of(&mut self, sources: &[Source], packs: &BTreeMap<String, String>) -> Arc<Loaded> {
        let known = match self.0.iter().position(|known| known.sources == sources && known.packs == *packs) {
            Some(place) => self.0.remove(place),
            None => {
                let loaded = Loaded::of(sources, packs);
                Known { sources: sources.to_vec(), packs: packs.clone(), loaded, tried: Vec::new() }
            }
        };
        let loaded = known.loaded.clone();
        self.0.insert(0, known);
        self.0.truncate(LOADED);
        loaded
    }

    /// The same with another text in place of one layer's. What a pack said then is no effect of an edit: only packs that
    /// were not there come as they are now.
    pub fn tried(
        &mut self,
        (sources, packs): (&[Source], &BTreeMap<String, String>),
        layer: Layer,
        text: Option<&str>,
    ) -> Arc<Loaded> {
        // It is the first one now.
        self.of(sources, packs);
        let is_it = |(of, tried, _): &&(Layer, Option<String>, _)| *of == layer && tried.as_deref() == text;
        if let Some((.., known)) = self.0.first().and_then(|known| known.tried.iter().find(is_it)) {
            return known.clone();
        }
        let sources = replaced(sources, layer, text);
        let mut kept = packs_of(&sources);
        kept.extend(packs.iter().map(|(name, text)| (name.clone(), text.clone())));
        let loaded = Loaded::of(&sources, &kept);
        if let Some(known) = self.0.first_mut() {
            known.tried.push((layer, text.map(str::to_owned), loaded.clone()));
        }
        loaded
    }
}
