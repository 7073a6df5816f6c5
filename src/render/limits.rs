//! What GitHub takes at the most, and how a text is made to fit: whole sections
//! first, then whole rows of a section, and always with the count of what was cut.

/// The longest title of a check run, in characters. GitHub shows about this much.
pub const TITLE: usize = 200;

/// The longest summary of a check run, in bytes. GitHub takes 65,535.
pub const SUMMARY: usize = 65_000;

/// The longest comment, in bytes. GitHub takes 65,536 characters; nobody reads half of it.
pub const COMMENT: usize = 16_000;

/// The most annotations of a run. GitHub takes any number in requests of 50; past this nobody reads on.
pub const ANNOTATIONS: usize = 100;

/// The longest message of an annotation, in bytes. GitHub takes 64 KB.
pub const ANNOTATION: usize = 4_000;

/// The most errors of policy files that are shown.
pub const POLICY_ERRORS: usize = 20;

/// The most people that are named at one place.
pub const PEOPLE: usize = 8;

/// The room that notes about what was cut may take.
const NOTE: usize = 600;

/// A part of a text that can be shown in full, in part, or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// What it is called when it has to be left out.
    pub name: &'static str,
    /// The lines that every showing of it starts with: the heading, a table's head.
    pub head: Vec<String>,
    /// Its rows, of which the last may be cut.
    pub rows: Vec<String>,
    /// The lines after the rows; left out where rows are cut.
    pub tail: Vec<String>,
}

impl Section {
    /// A section of lines that make sense only together.
    pub fn block(name: &'static str, lines: impl IntoIterator<Item = String>) -> Self {
        Self { name, head: lines.into_iter().collect(), ..Self::default() }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.rows.is_empty()
    }

    fn text(&self, rows: usize) -> String {
        let tail = if rows == self.rows.len() { self.tail.as_slice() } else { &[] };
        let mut text = String::new();
        for line in self.head.iter().chain(&self.rows[..rows]).chain(tail) {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

/// The sections as one text of at most `most` bytes.
pub fn fit(sections: &[Section], most: usize) -> String {
    let sections: Vec<&Section> = sections.iter().filter(|section| !section.is_empty()).collect();
    let whole: String = sections.iter().map(|section| format!("{}\n", section.text(section.rows.len()))).collect();
    if whole.len() <= most {
        return whole.trim_end().to_owned();
    }
    let room = most.saturating_sub(NOTE);
    let mut text = String::new();
    let mut left_out: Vec<&str> = Vec::new();
    for section in &sections {
        let full = section.text(section.rows.len());
        if left_out.is_empty() && text.len() + full.len() < room {
            text.push_str(&full);
            text.push('\n');
        } else if left_out.is_empty() && !section.rows.is_empty() && text.len() + section.text(1).len() < room {
            let rows = most_rows(section, room - text.len());
            text.push_str(&section.text(rows));
            text.push_str(&format!("\n{} more rows are not shown here.\n\n", section.rows.len() - rows));
            left_out.push("");
        } else {
            left_out.push(section.name);
        }
    }
    left_out.retain(|name| !name.is_empty());
    if !left_out.is_empty() {
        let count = if left_out.len() == 1 { "1 section".to_owned() } else { format!("{} sections", left_out.len()) };
        text.push_str(&format!("Left out for length: {count} ({}).\n", left_out.join(", ")));
    }
    text.trim_end().to_owned()
}

/// How many rows fit into the room, at least one.
fn most_rows(section: &Section, room: usize) -> usize {
    let mut used: usize = section.head.iter().map(|line| line.len() + 1).sum();
    let fitting = section.rows.iter().take_while(|row| {
        used += row.len() + 1;
        used < room
    });
    fitting.count().max(1)
}
