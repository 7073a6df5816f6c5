//! Whether two globs have a path in common: decided by walking both as automata at once.
//!
//! An automaton may take in a little more than its glob (classes and `**` within
//! braces), never less. So "nothing in common" is certain as it is; a common path is
//! shown to the real globs before it counts. What takes out (`!glob`) only makes less.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::policy::model::Globs;

/// How many pairs of states a walk may visit.
const MOST_VISITED: usize = 100_000;

/// How many alternatives the braces of a glob may come to.
const MOST_ALTERNATIVES: usize = 64;

/// What two sets of globs have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Overlap {
    /// This, for one.
    Path(String),
    /// Nothing, for certain.
    Nothing,
    /// It was not decided.
    Undecided,
}

/// What two sets of globs have in common.
pub(super) fn overlap(left: &Globs, right: &Globs) -> Overlap {
    let mut decided = true;
    for one in taken_in(left) {
        for other in taken_in(right) {
            match common(one, other) {
                Overlap::Nothing => {}
                Overlap::Path(path) if left.matches(&path) && right.matches(&path) => return Overlap::Path(path),
                _ => decided = false,
            }
        }
    }
    if decided { Overlap::Nothing } else { Overlap::Undecided }
}

/// The globs that take in, as written.
pub(super) fn taken_in(globs: &Globs) -> impl Iterator<Item = &str> {
    globs.written.iter().map(String::as_str).filter(|glob| !glob.starts_with('!'))
}

/// Whether a glob means one text only, itself.
pub(super) fn is_literal(glob: &str) -> bool {
    !glob.contains(['*', '?', '[', '{', '\\'])
}

/// Whether everything that `left` matches is matched by `right`, as far as it can be seen from how they are written.
pub(super) fn within(left: &Globs, right: &Globs) -> bool {
    let excludes = right.written.iter().any(|glob| glob.starts_with('!'));
    let has = |glob: &str| {
        (is_literal(glob) && right.matches(glob))
            || (!excludes && taken_in(right).any(|other| other == glob || other == "**"))
    };
    taken_in(left).next().is_some() && taken_in(left).all(has)
}

/// A state of each of two automata.
type Pair = (usize, usize);

/// The pairs of states that were reached, each with the one before and the letter between; the first have none.
type Seen = BTreeMap<Pair, Option<(Pair, char)>>;

fn common(left: &str, right: &str) -> Overlap {
    let (Some(left), Some(right)) = (Automaton::of(left), Automaton::of(right)) else { return Overlap::Undecided };
    let mut seen = Seen::new();
    let mut waiting = VecDeque::new();
    for state in pairs(&left.reached(0), &right.reached(0)) {
        seen.insert(state, None);
        waiting.push_back(state);
    }
    let alphabet = alphabet(&left, &right);
    while let Some(state) = waiting.pop_front() {
        if state == (left.end, right.end) {
            return Overlap::Path(spelled(&seen, state));
        }
        if seen.len() > MOST_VISITED {
            return Overlap::Undecided;
        }
        for letter in &alphabet {
            for next in pairs(&left.after(state.0, *letter), &right.after(state.1, *letter)) {
                if let Entry::Vacant(vacant) = seen.entry(next) {
                    vacant.insert(Some((state, *letter)));
                    waiting.push_back(next);
                }
            }
        }
    }
    Overlap::Nothing
}

fn pairs(left: &[usize], right: &[usize]) -> Vec<Pair> {
    left.iter().flat_map(|one| right.iter().map(move |other| (*one, *other))).collect()
}

/// The letters that led to a state; a folder is given a file, so that it is a path.
fn spelled(seen: &Seen, end: Pair) -> String {
    let mut letters = Vec::new();
    let mut state = end;
    while let Some(Some((before, letter))) = seen.get(&state) {
        letters.push(*letter);
        state = *before;
    }
    let mut path: String = letters.into_iter().rev().collect();
    if path.is_empty() || path.ends_with('/') {
        path.push('x');
    }
    path
}

/// The letters that can tell the two apart, and one that stands for all others. `x` comes first: it reads well.
fn alphabet(left: &Automaton, right: &Automaton) -> Vec<char> {
    let mut letters = vec!['x', '/', '\u{2022}'];
    for step in left.steps.iter().chain(&right.steps) {
        match &step.by {
            By::Letter(letter) => letters.push(*letter),
            By::Class { ranges, .. } => letters.extend(ranges.iter().flat_map(|(from, to)| [*from, *to])),
            By::Nothing | By::NoSlash | By::Anything => {}
        }
    }
    let mut known = BTreeSet::new();
    letters.retain(|letter| known.insert(*letter));
    letters
}

/// What a step takes.
#[derive(Debug, Clone)]
enum By {
    Nothing,
    Letter(char),
    NoSlash,
    Anything,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl By {
    fn takes(&self, letter: char) -> bool {
        match self {
            Self::Nothing => false,
            Self::Letter(own) => *own == letter,
            Self::NoSlash => letter != '/',
            Self::Anything => true,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&letter)) != *negated
            }
        }
    }
}

struct Step {
    from: usize,
    to: usize,
    by: By,
}

/// A glob as states and steps; it starts at state 0.
struct Automaton {
    steps: Vec<Step>,
    states: usize,
    end: usize,
}

impl Automaton {
    fn of(glob: &str) -> Option<Self> {
        let mut automaton = Self { steps: Vec::new(), states: 2, end: 1 };
        for alternative in alternatives(glob)? {
            let last = automaton.path(&alternative)?;
            automaton.step(last, 1, By::Nothing);
        }
        Some(automaton)
    }

    fn state(&mut self) -> usize {
        self.states += 1;
        self.states - 1
    }

    fn step(&mut self, from: usize, to: usize, by: By) {
        self.steps.push(Step { from, to, by });
    }

    fn then(&mut self, from: usize, by: By) -> usize {
        let to = self.state();
        self.step(from, to, by);
        to
    }

    /// Any number of times, also none.
    fn repeated(&mut self, from: usize, by: By) -> usize {
        let here = self.then(from, By::Nothing);
        self.step(here, here, by);
        here
    }

    /// The states and steps of one glob without braces; the state in which it ends.
    fn path(&mut self, glob: &[char]) -> Option<usize> {
        let (mut at, mut place) = (0, 0);
        while let Some(letter) = glob.get(place) {
            let rest = &glob[place..];
            (at, place) = match letter {
                '*' if rest.starts_with(&['*', '*', '/']) => {
                    let folders = self.repeated(at, By::Anything);
                    let after = self.then(folders, By::Letter('/'));
                    self.step(at, after, By::Nothing);
                    (after, place + 3)
                }
                '*' if rest.starts_with(&['*', '*']) => (self.repeated(at, By::Anything), place + 2),
                '*' => (self.repeated(at, By::NoSlash), place + 1),
                '?' => (self.then(at, By::NoSlash), place + 1),
                '[' => {
                    let (class, length) = class(rest)?;
                    (self.then(at, class), place + length)
                }
                '\\' => (self.then(at, By::Letter(*rest.get(1)?)), place + 2),
                other => (self.then(at, By::Letter(*other)), place + 1),
            };
        }
        Some(at)
    }

    /// The states reached without a letter.
    fn reached(&self, from: usize) -> Vec<usize> {
        let mut reached = vec![from];
        let mut next = 0;
        while let Some(state) = reached.get(next).copied() {
            next += 1;
            for step in self.steps.iter().filter(|step| step.from == state && matches!(step.by, By::Nothing)) {
                if !reached.contains(&step.to) {
                    reached.push(step.to);
                }
            }
        }
        reached
    }

    /// The states reached with one letter.
    fn after(&self, from: usize, letter: char) -> Vec<usize> {
        let steps = self.steps.iter().filter(|step| step.from == from && step.by.takes(letter));
        let mut after: Vec<usize> = steps.flat_map(|step| self.reached(step.to)).collect();
        after.sort_unstable();
        after.dedup();
        after
    }
}

/// A class such as `[a-z]`, and how many letters it is written with.
fn class(glob: &[char]) -> Option<(By, usize)> {
    let negated = matches!(glob.get(1), Some('!' | '^'));
    let start = if negated { 2 } else { 1 };
    // A bracket that stands first means itself.
    let end = start + 1 + glob.get(start + 1..)?.iter().position(|letter| *letter == ']')?;
    let letters = &glob[start..end];
    let (mut ranges, mut place) = (Vec::new(), 0);
    while let Some(from) = letters.get(place) {
        match (letters.get(place + 1), letters.get(place + 2)) {
            (Some('-'), Some(to)) => {
                ranges.push((*from, *to));
                place += 3;
            }
            _ => {
                ranges.push((*from, *from));
                place += 1;
            }
        }
    }
    Some((By::Class { negated, ranges }, end + 1))
}

/// A glob without its braces: each of the globs that it stands for.
fn alternatives(glob: &str) -> Option<Vec<Vec<char>>> {
    let mut open = vec![glob.chars().collect::<Vec<char>>()];
    let mut done = Vec::new();
    while let Some(glob) = open.pop() {
        if open.len() + done.len() >= MOST_ALTERNATIVES {
            return None;
        }
        match braces(&glob) {
            None => done.push(glob),
            Some((start, commas, end)) => {
                let mut from = start + 1;
                for to in commas.into_iter().chain([end]) {
                    open.push([&glob[..start], &glob[from..to], &glob[end + 1..]].concat());
                    from = to + 1;
                }
            }
        }
    }
    Some(done)
}

/// The first outermost braces: where they open, where their commas are, and where they close.
fn braces(glob: &[char]) -> Option<(usize, Vec<usize>, usize)> {
    let (mut depth, mut start, mut commas, mut place) = (0_u32, 0, Vec::new(), 0);
    while let Some(letter) = glob.get(place) {
        match letter {
            '\\' => place += 1,
            '[' => place += class(&glob[place..]).map_or(0, |(_, length)| length - 1),
            '{' => {
                if depth == 0 {
                    start = place;
                }
                depth += 1;
            }
            ',' if depth == 1 => commas.push(place),
            '}' if depth == 1 => return Some((start, commas, place)),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        place += 1;
    }
    None
}
