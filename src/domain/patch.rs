//! Patches of text files, as GitHub gives them: hunks without the file's header.
//!
//! A patch that is cut, or of another form, is none: its hunks' headers say how many
//! lines there must be. Absent: making patches, and placing a hunk by its line number;
//! a hunk belongs where its old side stands, if that is at one place alone.

/// A line of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Context,
    Removed,
    Added,
}

/// A stretch of a file before and after, whole lines with their line feeds.
#[derive(Debug, Default)]
struct Hunk<'a> {
    lines: Vec<(Sign, &'a str)>,
    old: Side,
    new: Side,
}

/// One side of a hunk.
#[derive(Debug, Default)]
struct Side {
    text: String,
    lines: u64,
    /// Whether its last line is the file's last and has no line feed of its own.
    bare: bool,
}

impl Side {
    /// Takes a line; `None` where the file had ended.
    fn add(&mut self, line: &str) -> Option<()> {
        self.text.push_str(line);
        self.text.push('\n');
        self.lines += 1;
        (!self.bare).then_some(())
    }
}

/// The text that the patch makes of another text, if every hunk's old side occurs there exactly once, in their order.
///
/// Occurrences are those of whole lines, byte for byte. A hunk without an old side belongs nowhere.
pub fn carry(patch: &str, onto: &str) -> Option<String> {
    let bare = !onto.is_empty() && !onto.ends_with('\n');
    // A line feed before and after every line, so that what is found is whole lines.
    let text = format!("\n{onto}{}", if bare { "\n" } else { "" });
    let (mut carried, mut done, mut ends_bare) = (String::new(), 1, bare);
    for Hunk { old, new, .. } in hunks(patch)? {
        let start = only_place(&text, &old.text)?;
        let end = start + old.text.len();
        let at_end = end == text.len();
        let fits = start >= done && old.bare == (at_end && bare) && (at_end || !new.bare);
        if !fits {
            return None;
        }
        carried.push_str(text.get(done..start)?);
        carried.push_str(&new.text);
        done = end;
        if at_end {
            ends_bare = new.bare;
        }
    }
    carried.push_str(text.get(done..)?);
    if ends_bare {
        carried.pop();
    }
    Some(carried)
}

/// Where these lines begin in a text that begins with a line feed, if they are there exactly once.
fn only_place(text: &str, lines: &str) -> Option<usize> {
    if lines.is_empty() {
        return None;
    }
    let wanted = format!("\n{lines}");
    let first = text.find(&wanted)? + 1;
    // Every occurrence begins with a line feed, so that the next one begins behind this one's first.
    (!text.get(first..)?.contains(&wanted)).then_some(first)
}

/// The added and removed lines of a patch, if there are as many as they should be.
pub fn changed_lines(patch: &str, added: u64, removed: u64) -> Option<Vec<&str>> {
    let lines: Vec<(Sign, &str)> = hunks(patch)?.into_iter().flat_map(|hunk| hunk.lines).collect();
    let count = |sign: Sign| lines.iter().filter(|(found, _)| *found == sign).count() as u64;
    let whole = count(Sign::Added) == added && count(Sign::Removed) == removed;
    let changed = lines.iter().filter(|(sign, _)| *sign != Sign::Context).map(|(_, line)| *line);
    whole.then(|| changed.collect())
}

/// The hunks of a patch; `None` where it is not whole, or has none.
fn hunks(patch: &str) -> Option<Vec<Hunk<'_>>> {
    let mut lines = patch.strip_suffix('\n').unwrap_or(patch).split('\n').peekable();
    let mut hunks = Vec::new();
    while let Some(line) = lines.next() {
        let (old, new) = header(line)?;
        let mut hunk = Hunk::default();
        while hunk.old.lines < old || hunk.new.lines < new {
            let line = lines.next()?;
            let (sign, rest) = split(line)?;
            if sign != Sign::Added {
                hunk.old.add(rest)?;
            }
            if sign != Sign::Removed {
                hunk.new.add(rest)?;
            }
            hunk.lines.push((sign, rest));
            // `\ No newline at end of file` speaks of the line before it.
            if lines.next_if(|next| next.starts_with('\\')).is_some() {
                hunk.old.bare |= sign != Sign::Added;
                hunk.new.bare |= sign != Sign::Removed;
            }
        }
        if (hunk.old.lines, hunk.new.lines) != (old, new) {
            return None;
        }
        hunks.push(hunk);
    }
    (!hunks.is_empty()).then_some(hunks)
}

fn split(line: &str) -> Option<(Sign, &str)> {
    let rest = line.get(1..)?;
    match line.as_bytes().first()? {
        b' ' => Some((Sign::Context, rest)),
        b'-' => Some((Sign::Removed, rest)),
        b'+' => Some((Sign::Added, rest)),
        _ => None,
    }
}

/// How many lines the two sides of `@@ -1,3 +1,4 @@` have; one where no number is given.
fn header(line: &str) -> Option<(u64, u64)> {
    let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let count = |range: &str| match range.split_once(',') {
        Some((_, count)) => count.parse().ok(),
        None => range.parse::<u64>().ok().map(|_| 1),
    };
    Some((count(old)?, count(new)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the patch makes of the text.
    fn check(patch: &str, onto: &str, made: Option<&str>) {
        assert_eq!(carry(patch, onto).as_deref(), made, "{patch}\n--- onto\n{onto}");
    }

    const PATCH: &str = "@@ -2,3 +2,4 @@ fn pay() {\n two\n-three\n+THREE\n+more\n four";

    #[test]
    fn a_hunk_is_carried_to_the_one_place_where_its_old_side_stands() {
        check(PATCH, "one\ntwo\nthree\nfour\nfive\n", Some("one\ntwo\nTHREE\nmore\nfour\nfive\n"));
        check(PATCH, "0\n00\none\ntwo\nthree\nfour\n", Some("0\n00\none\ntwo\nTHREE\nmore\nfour\n"));
        check(PATCH, "two\nthree\nfour\n", Some("two\nTHREE\nmore\nfour\n"));
        let two = "@@ -1,2 +1,2 @@\n-a\n+A\n b\n@@ -9,2 +9,2 @@\n y\n-z\n+Z";
        check(two, "a\nb\nnew\ny\nz\n", Some("A\nb\nnew\ny\nZ\n"));
    }

    #[test]
    fn a_hunk_whose_old_side_occurs_twice_or_nowhere_is_not_carried() {
        check(PATCH, "two\nthree\nfour\n-\ntwo\nthree\nfour\n", None);
        check(PATCH, "two\nthree\nFOUR\n", None);
        check(PATCH, "two\nthree\n", None);
        // Occurrences may overlap.
        check("@@ -1,3 +1,3 @@\n x\n-x\n+y\n x", "x\nx\nx\nx\n", None);
        // Only whole lines count.
        check(PATCH, "twenty-two\nthree\nfour\n", None);
        check("@@ -1 +1 @@\n-a\n+b", "xa\na\nab\n", Some("xa\nb\nab\n"));
        // The second one lacks its line feed only.
        check("@@ -1 +1 @@\n-a\n+b", "a\nx\na", None);
    }

    #[test]
    fn hunks_in_another_order_or_one_upon_the_other_are_not_carried() {
        let two = "@@ -1,2 +1,2 @@\n-a\n+A\n b\n@@ -9,2 +9,2 @@\n y\n-z\n+Z";
        check(two, "y\nz\na\nb\n", None);
        check("@@ -1,2 +1,2 @@\n-a\n+A\n b\n@@ -2,2 +2,2 @@\n b\n-c\n+C", "a\nb\nc\n", None);
        check("@@ -1 +1 @@\n-a\n+A\n@@ -1 +1 @@\n-a\n+A", "a\n", None);
    }

    #[test]
    fn white_space_and_line_ends_are_content() {
        check(PATCH, "two\n three\nfour\n", None);
        check(PATCH, "two\nthree \nfour\n", None);
        check(PATCH, "two\r\nthree\r\nfour\r\n", None);
        let crlf = "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r";
        check(crlf, "a\r\nb\r\n", Some("a\r\nc\r\n"));
        check(crlf, "a\nb\n", None);
    }

    #[test]
    fn a_missing_line_feed_at_the_end_is_content() {
        let kept = "@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file";
        check(kept, "a\nb", Some("A\nb"));
        check(kept, "a\nb\n", None);
        check(kept, "a\nb\nc\n", None);
        let taken = "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file";
        check(taken, "a\n", Some("a"));
        check(taken, "a", None);
        check(taken, "a\nb\n", None);
        let given = "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a";
        check(given, "x\na", Some("x\na\n"));
        check(given, "x\na\n", None);
        check("@@ -1 +0,0 @@\n-b", "a\nb\n", Some("a\n"));
        check("@@ -1 +1 @@\n-a\n+A", "a\nb", Some("A\nb"));
    }

    #[test]
    fn an_insertion_without_context_belongs_nowhere() {
        check("@@ -0,0 +1 @@\n+a", "", None);
        check("@@ -0,0 +1 @@\n+a", "b\n", None);
    }

    #[test]
    fn a_patch_that_is_cut_or_of_another_form_is_none() {
        let onto = "one\ntwo\nthree\nfour\n";
        for (end, _) in PATCH.char_indices().filter(|(at, _)| *at < PATCH.len() - 4) {
            check(&PATCH[..end], onto, None);
        }
        for patch in [
            "",
            "Binary files differ",
            "@@ -1 +1 @@\n-one",
            "@@ -1,2 +1,1 @@\n-one\n+1",
            "@@ -1 +1 @@\n-one\n+1\n+2",
            "@@ -1 +1 @@\n-one\n\n",
            "@@@ -1 +1 @@@\n-one\n+1",
        ] {
            check(patch, onto, None);
        }
    }

    #[test]
    fn changed_lines_are_those_of_a_whole_patch() {
        assert_eq!(changed_lines(PATCH, 2, 1), Some(vec!["three", "THREE", "more"]));
        assert_eq!(changed_lines(PATCH, 3, 1), None);
        assert_eq!(changed_lines(PATCH, 2, 2), None);
        assert_eq!(changed_lines("@@ -1 +1 @@\n--- a\n+++ b", 1, 1), Some(vec!["-- a", "++ b"]));
    }
}
