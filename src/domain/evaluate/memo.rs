//! Questions that many rules ask of the same facts, each worked out once.
//!
//! Facts, policies and instant of an evaluation stand still, so an answer stays true.
//! What asks the facts alone is in `seen`. Absent: anything that outlives the facts.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::condition::Finding;
use crate::layer::Layer;
use crate::policy::Keep;
use crate::record::FieldId;

/// Answers, each by what was asked.
#[derive(Debug)]
pub(crate) struct Memo<Asked, Answer>(RefCell<BTreeMap<Asked, Answer>>);

impl<Asked, Answer> Default for Memo<Asked, Answer> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<Asked: Ord, Answer: Clone> Memo<Asked, Answer> {
    /// The answer, worked out where this is asked for the first time.
    ///
    /// What works it out may ask other questions here, but not the same one.
    pub(crate) fn answer<Same>(&self, asked: &Same, work_out: impl FnOnce() -> Answer) -> Answer
    where
        Asked: Borrow<Same>,
        Same: Ord + ToOwned<Owned = Asked> + ?Sized,
    {
        if let Some(known) = self.0.borrow().get(asked) {
            return known.clone();
        }
        let answer = work_out();
        self.0.borrow_mut().insert(asked.to_owned(), answer.clone());
        answer
    }
}

/// What rules ask about approvals.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// Whether what was seen at a review is what is there, for a layer, under that `keep`, but for these fields.
    pub(crate) bound: Memo<(u64, Layer, Keep, BTreeSet<FieldId>), Finding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_is_worked_out_once() {
        let memo: Memo<Vec<String>, usize> = Memo::default();
        let mut worked_out = 0;
        for asked in [["a"], ["b"], ["a"]] {
            let asked: Vec<String> = asked.map(str::to_owned).into();
            memo.answer(asked.as_slice(), || {
                worked_out += 1;
                worked_out
            });
        }
        assert_eq!((worked_out, memo.answer(&["a".to_owned()][..], || 7)), (2, 1));
    }
}
