//! The codes of all diagnostics that reading a record can give, in one place.
//!
//! Absent on purpose: messages; they are worded where the problem is met, with the user's words in them.

pub(crate) const AMBIGUOUS: &str = "ambiguous-answer";
pub(crate) const ANSWERED_TWICE: &str = "answered-twice";
pub(crate) const BLOCK_SYNTAX: &str = "block-syntax";
pub(crate) const BLOCK_TOO_DEEP: &str = "block-too-deep";
pub(crate) const CONFLICTING: &str = "conflicting-answers";
pub(crate) const DUPLICATE_KEY: &str = "duplicate-key";
pub(crate) const ESCAPED_NEWLINES: &str = "escaped-newlines";
pub(crate) const FRONT_MATTER_SYNTAX: &str = "front-matter-syntax";
pub(crate) const HIDDEN_HTML: &str = "hidden-html";
pub(crate) const HIDDEN_TEXT: &str = "hidden-text";
pub(crate) const IMAGE_ANSWER: &str = "image-answer";
pub(crate) const LINK_MISMATCH: &str = "link-mismatch";
pub(crate) const NONE_REFUSED: &str = "none-refused";
pub(crate) const NONE_WITHOUT_REASON: &str = "none-without-reason";
pub(crate) const OPEN_FENCE: &str = "open-fence";
pub(crate) const QUOTED_ANSWER: &str = "quoted-answer";
pub(crate) const TIME_WITHOUT_ZONE: &str = "time-without-zone";
pub(crate) const UNFILLED: &str = "unfilled-answer";
pub(crate) const UNKNOWN_KEY: &str = "unknown-key";
pub(crate) const WINDOW_INCOMPLETE: &str = "window-incomplete";
pub(crate) const WRONG_CHANGE_FORMAT: &str = "unknown-block-format";

/// Every code that [`super::parse`] can give, with its meaning in a line.
pub const CODES: [(&str, &str); 21] = [
    (AMBIGUOUS, "an answer is there, but it cannot be told which"),
    (ANSWERED_TWICE, "a field stands in the description more than once, and one place is empty"),
    (BLOCK_SYNTAX, "the `change` block is not valid TOML, YAML or JSON; what could be read was read"),
    (BLOCK_TOO_DEEP, "the block nests or repeats itself further than a change record ever needs; it was not read"),
    (CONFLICTING, "a field has different answers in different places"),
    (DUPLICATE_KEY, "a key stands twice in one block"),
    (ESCAPED_NEWLINES, "the description has `\\n` in place of line breaks; nothing in it was trusted"),
    (FRONT_MATTER_SYNTAX, "the front matter is not valid YAML or TOML; what could be read was read"),
    (HIDDEN_HTML, "HTML hides this text from whoever reads the page; it was not read"),
    (HIDDEN_TEXT, "characters, a title or an alternative text that readers of the page do not see; left out"),
    (IMAGE_ANSWER, "the answer is only an image, which cannot be read"),
    (LINK_MISMATCH, "a link shows one address and leads to another"),
    (NONE_REFUSED, "the policy takes no `none` for this field"),
    (NONE_WITHOUT_REASON, "the policy wants a reason with `none`"),
    (OPEN_FENCE, "the `change` block's fence is never closed, so all that follows is inside it"),
    (QUOTED_ANSWER, "the only text under this heading is a quotation, which is no answer"),
    (TIME_WITHOUT_ZONE, "a time without a zone, or with letters that name several zones"),
    (UNFILLED, "a choice is offered and none was taken"),
    (UNKNOWN_KEY, "a key of the `change` block that is no field"),
    (WINDOW_INCOMPLETE, "a window with a start or an end missing, or the end before the start"),
    (WRONG_CHANGE_FORMAT, "the word after `change` is none of toml, yaml and json; the block was read as TOML"),
];
