//! Globs over paths, repositories and branches: compiled, and refused where they could never match.

use std::ops::Range;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::context::{Context, GLOB};
use super::cursor::{At, Value};
use crate::policy::codes;
use crate::policy::model::{BranchGlobs, Globs};

/// GitHub's word for the default branch.
const DEFAULT_BRANCH: &str = "~DEFAULT_BRANCH";

/// The longest glob; paths themselves are rarely longer.
const LONGEST: usize = 512;

/// What globs are matched against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// Paths of files, from the root of the repository.
    Paths,
    /// Names of repositories, without the owner.
    Repositories,
    /// Names of branches, without `refs/heads/`.
    Branches,
    /// Head branches; a fork's is `owner:branch`.
    Heads,
}

/// Reads globs; `None` where one of them is wrong, which is reported.
pub(super) fn globs(value: &Value<'_>, members: &[Value<'_>], over: Over) -> Option<Globs> {
    let cx = value.cx;
    let written: Vec<At<&str>> = members.iter().filter_map(Value::text).collect();
    let complete = written.len() == members.len();
    let (mut include, mut exclude) = (Vec::new(), Vec::new());
    let mut sound = complete;
    for text in &written {
        let (target, pattern) = match text.value.strip_prefix('!') {
            Some(rest) => (&mut exclude, rest),
            None => (&mut include, text.value),
        };
        match compile(cx, pattern, &text.span, over) {
            Some(glob) => target.push(glob),
            None => sound = false,
        }
    }
    if sound && include.is_empty() {
        only_exclusions(value);
        return None;
    }
    let written = written.iter().map(|text| text.value.to_owned()).collect();
    sound.then_some(())?;
    Some(Globs { written, include: set(value, include)?, exclude: set(value, exclude)? })
}

/// Reads globs over branches, among which `~DEFAULT_BRANCH` may stand.
pub(super) fn branches(value: &Value<'_>, members: &[Value<'_>]) -> Option<BranchGlobs> {
    let is = |member: &Value<'_>, word: &str| member.raw().as_str() == Some(word);
    let default_branch = members.iter().any(|member| is(member, DEFAULT_BRANCH));
    let not_default_branch = members.iter().any(|member| is(member, "!~DEFAULT_BRANCH"));
    let rest: Vec<Value<'_>> = members
        .iter()
        .filter(|member| !is(member, DEFAULT_BRANCH) && !is(member, "!~DEFAULT_BRANCH"))
        .cloned()
        .collect();
    let only_out = rest.iter().all(|member| member.raw().as_str().is_some_and(|text| text.starts_with('!')));
    if only_out && !default_branch {
        only_exclusions(value);
        return None;
    }
    let mut globs = if only_out { exclusions(value, &rest)? } else { globs(value, &rest, Over::Branches)? };
    globs.written = members.iter().filter_map(|member| member.raw().as_str().map(str::to_owned)).collect();
    Some(BranchGlobs { globs, default_branch, not_default_branch })
}

/// Globs of which none takes in, because `~DEFAULT_BRANCH` does.
fn exclusions(value: &Value<'_>, members: &[Value<'_>]) -> Option<Globs> {
    let mut exclude = Vec::new();
    for member in members {
        let text = member.text()?;
        exclude.push(compile(value.cx, text.value.trim_start_matches('!'), &text.span, Over::Branches)?);
    }
    Some(Globs { written: Vec::new(), include: GlobSet::empty(), exclude: set(value, exclude)? })
}

/// One glob over branches that stands as a key.
pub(super) fn one_branch(value: &Value<'_>, text: &At<&str>) -> Option<Globs> {
    let glob = compile(value.cx, text.value, &text.span, Over::Branches)?;
    Some(Globs { written: vec![text.value.to_owned()], include: set(value, vec![glob])?, exclude: GlobSet::empty() })
}

/// Globs that are written in no file: those of a default.
pub(in crate::policy) fn fixed(patterns: &[&str]) -> Globs {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        if let Ok(glob) = builder_of(pattern).build() {
            builder.add(glob);
        }
    }
    let written = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
    // A default is sound by test; an empty set matches nothing all the same.
    Globs { written, include: builder.build().unwrap_or_default(), exclude: GlobSet::empty() }
}

/// Branches that are written in no file: those of a default.
pub(super) fn fixed_branches(patterns: &[&str], default_branch: bool) -> BranchGlobs {
    BranchGlobs { globs: fixed(patterns), default_branch, not_default_branch: false }
}

fn builder_of(pattern: &str) -> GlobBuilder<'_> {
    let mut builder = GlobBuilder::new(pattern);
    builder.literal_separator(true).backslash_escape(true);
    builder
}

fn compile(cx: &Context<'_>, pattern: &str, span: &Range<usize>, over: Over) -> Option<Glob> {
    if !cx.may_compile(GLOB, span) {
        return None;
    }
    if pattern.len() > LONGEST {
        cx.problem(codes::BAD_GLOB, format!("a glob has at most {LONGEST} bytes"), span.clone());
        return None;
    }
    if let Some((message, help)) = never_matches(pattern, over) {
        cx.report(cx.error(codes::BAD_GLOB, message, span.clone()).help(help));
        return None;
    }
    if over == Over::Paths && pattern.starts_with("*.") && !pattern.contains('/') {
        let message = format!("`{pattern}` matches at the root only");
        let help = format!("`**/{pattern}` matches everywhere");
        cx.report(cx.warning(codes::ROOT_ONLY_GLOB, message, span.clone()).help(help));
    }
    match builder_of(pattern).build() {
        Ok(glob) => Some(glob),
        Err(error) => {
            let message = format!("`{pattern}` is no glob: {}", error.kind());
            cx.problem(codes::BAD_GLOB, message, span.clone());
            None
        }
    }
}

/// Why a glob can match nothing, and what was probably meant.
fn never_matches(pattern: &str, over: Over) -> Option<(String, String)> {
    let out = |message: &str, help: String| Some((format!("`{pattern}` can match nothing: {message}"), help));
    if pattern.is_empty() || pattern.starts_with('!') {
        return Some((format!("`!{pattern}` takes nothing out"), "one `!`, then a glob".to_owned()));
    }
    if let Some(rest) = pattern.strip_prefix("refs/heads/") {
        return out("a branch is named without `refs/heads/`", format!("did you mean `{rest}`?"));
    }
    match over {
        Over::Paths if pattern.starts_with('/') || pattern.starts_with("./") => {
            let rest = pattern.trim_start_matches('.').trim_start_matches('/');
            out("a path starts at the root of the repository without `/`", format!("did you mean `{rest}`?"))
        }
        Over::Paths if pattern.ends_with('/') => {
            out("a path does not end in `/`", format!("did you mean `{pattern}**`?"))
        }
        Over::Repositories if pattern.contains('/') && !pattern.contains("**") => {
            let name = pattern.rsplit('/').next().unwrap_or_default();
            out("a repository is named without its owner", format!("did you mean `{name}`?"))
        }
        Over::Heads | Over::Branches | Over::Paths | Over::Repositories => {
            let mut parts = pattern.split(['/', '{', ',', '}']);
            let loose = parts.any(|part| part.contains("**") && part != "**");
            let help = || "write `**` alone between slashes, as in `src/**/x`, or a single `*`".to_owned();
            loose.then(|| (format!("`**` in `{pattern}` stands beside other characters"), help()))
        }
    }
}

fn set(value: &Value<'_>, globs: Vec<Glob>) -> Option<GlobSet> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        builder.add(glob);
    }
    match builder.build() {
        Ok(set) => Some(set),
        Err(error) => {
            let message = format!("the globs of `{}` are too large together: {}", value.key.name, error.kind());
            value.cx.problem(codes::BAD_GLOB, message, value.span.clone());
            None
        }
    }
}

fn only_exclusions(value: &Value<'_>) {
    let message = format!("`{}` only takes out, so that nothing is left to match", value.key.name);
    let problem = value.cx.error(codes::ONLY_EXCLUSIONS, message, value.span.clone());
    value.cx.report(problem.help("put what is taken in before it, such as `\"**\"`"));
}
