//! Parses text into a TOML document, or reports its syntax errors.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Problem;

/// The maximum number of errors shown: more have one cause, such as a file of another kind.
const SHOWN: usize = 20;

/// A document as far as it can be read.
#[derive(Debug)]
pub(super) struct Document<'t> {
    pub(super) root: DeTable<'t>,
    /// The syntax errors.
    pub(super) problems: Vec<Problem>,
    /// Whether the document contains everything that was written, so that reading it finds only
    /// real problems.
    pub(super) is_whole: bool,
}

/// Reads a document.
pub(super) fn parse(text: &str) -> Document<'_> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut document = Document {
        root: root.into_inner(),
        problems: Vec::new(),
        is_whole: true,
    };
    let place = |error: &toml::de::Error| visible(text, error.span().unwrap_or_default());
    let mut errors: Vec<_> = errors
        .iter()
        .map(|error| (place(error), error.message()))
        .collect();
    errors.sort_by_key(|(at, _)| at.start);
    let mut last_line = None;
    for (at, message) in errors.into_iter().take(SHOWN) {
        let line = line_around(text, at.start);
        if let Some(first) = first_of(text, &at) {
            document.problems.push(duplicate(text, at, first));
        } else if last_line.as_ref() != Some(&line) {
            // The parser continues after an error: only the first error in a line is the operator's.
            document.problems.push(malformed(message, text, at));
            document.is_whole = false;
            last_line = Some(line);
        }
    }
    document
}

fn duplicate(text: &str, at: Range<usize>, first: Range<usize>) -> Problem {
    let noun = if is_header(&text[line_around(text, at.start)]) {
        "table"
    } else {
        "key"
    };
    let message = format!("the {noun} `{}` is defined twice", &text[at.clone()]);
    Problem::new(message, at, "defined again here")
        .also(first, "first defined here")
        .help(match noun {
            "table" => "move the keys of both below one of them",
            _ => "keep one of the two lines",
        })
}

fn malformed(message: &str, text: &str, at: Range<usize>) -> Problem {
    match common_mistake(text, &at) {
        Some((label, help)) => Problem::new("invalid TOML", at, label).help(help),
        None => Problem::new("invalid TOML", at, message)
            .help("write lines as `key = value`, `[table]` or `# comment`; put text in quotes, but not numbers and booleans"),
    }
}

/// Mistakes of people who know other languages better, and what to write instead.
///
/// The parser's own messages are for people who know how it works; these are derived from the line.
fn common_mistake(text: &str, at: &Range<usize>) -> Option<(&'static str, String)> {
    let line = line_around(text, at.start);
    let before = text[line.start..at.start].trim();
    let after = text[at.end..].lines().next().unwrap_or_default().trim();
    let (marked, whole) = (text[at.clone()].trim(), text[line].trim());
    let is_value = before.ends_with('=') && is_word(marked);
    let boolean = ["true", "false"]
        .into_iter()
        .find(|word| word.eq_ignore_ascii_case(marked));
    Some(match boolean {
        Some(word) if is_value => ("not a boolean", format!("write it in lower case: `{word}`")),
        _ if is_value && marked.starts_with(char::is_alphabetic) => {
            ("unquoted text", format!("put it in quotes: `\"{marked}\"`"))
        }
        _ if is_value => (
            "neither a number nor text",
            "write only digits, or put text in quotes".to_owned(),
        ),
        _ if marked == "=" && after.is_empty() => (
            "expected a value",
            "write a value after `=`, or remove the line".to_owned(),
        ),
        _ if !before.contains('=') && (marked == ":" || after.starts_with(':')) => {
            ("expected `=`", "write `key = value`".to_owned())
        }
        _ if is_header(whole) && !whole.contains(']') => {
            ("expected `]`", format!("write `{whole}]`"))
        }
        _ if is_word(whole) => (
            "a key without a value",
            format!("write `=` and a value after `{whole}`, or remove the line"),
        ),
        _ if whole.matches('"').count() % 2 == 1 => {
            ("missing quote", "put `\"` before and after text".to_owned())
        }
        _ => return None,
    })
}

/// Whether text could be a key, or a word without its quotes.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

/// The first definition of a key or table that is defined again at a place, if it is.
///
/// The parser does not report it, so the text before the line and the line are parsed separately.
fn first_of(text: &str, at: &Range<usize>) -> Option<Range<usize>> {
    let line = line_around(text, at.start);
    let (text_before, text_of_line) = (&text[..line.start], &text[line.clone()]);
    let (before, _) = DeTable::parse_recoverable(text_before);
    let (this, _) = DeTable::parse_recoverable(text_of_line);
    let root = before.get_ref();
    let mut before = if is_header(text_of_line) {
        root
    } else {
        last_table(text_before, root)
    };
    let mut this = this.get_ref();
    loop {
        let (key, value) = this.iter().next()?;
        let (first, earlier) = before.get_key_value(key.get_ref().as_ref())?;
        if key.span().start + line.start == at.start {
            return Some(first.span());
        }
        (before, this) = (as_table(earlier)?, as_table(value)?);
    }
}

/// The table that a line after the text would belong to: the one whose header is last.
fn last_table<'a, 't>(text: &str, root: &'a DeTable<'t>) -> &'a DeTable<'t> {
    let mut last = (0, root);
    let mut waiting = vec![root];
    while let Some(table) = waiting.pop() {
        for value in table.values() {
            let Some(inner) = as_table(value) else {
                continue;
            };
            let at = value.span();
            waiting.push(inner);
            // A table that is written inline, or as part of a dotted key, cannot be extended by
            // lines.
            if at.start >= last.0 && text[at.clone()].starts_with('[') {
                last = (at.start, inner);
            }
        }
    }
    last.1
}

fn as_table<'a, 't>(value: &'a Spanned<DeValue<'t>>) -> Option<&'a DeTable<'t>> {
    if let DeValue::Table(table) = value.get_ref() {
        Some(table)
    } else {
        None
    }
}

fn is_header(line: &str) -> bool {
    line.trim_start().starts_with('[')
}

/// The line of a place, without its line ending.
fn line_around(text: &str, offset: usize) -> Range<usize> {
    let start = text[..offset].rfind('\n').map_or(0, |end| end + 1);
    let end = text[offset..]
        .find('\n')
        .map_or(text.len(), |length| offset + length);
    start..end
}

/// The place itself, or the character before it if it is empty or a line ending, which cannot be
/// marked.
fn visible(text: &str, at: Range<usize>) -> Range<usize> {
    let marked = text.get(at.clone()).unwrap_or_default();
    if !marked.trim().is_empty() {
        return at;
    }
    let before = text[..at.start].trim_end();
    let start = before
        .char_indices()
        .next_back()
        .map_or(0, |(start, _)| start);
    start..before.len()
}
