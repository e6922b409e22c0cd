//! The owner of what AWS cannot tag, at the end of its comment: `TEXT [frontage SYSTEM STACK/NAME
//! FINGERPRINT]`.
//!
//! A distribution's comment has one too, without the fingerprint: a list of distributions shows
//! comments and no tags.

use engine::DriverError;
use model::{ADDRESS_TAG, Address, FINGERPRINT_TAG, SYSTEM_TAG, Tags};

const BEGINS: &str = "[frontage ";
const ENDS: char = ']';

/// A comment's own text, and the tags that its note stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OwnerComment {
    /// The text without the note; none where that is empty.
    pub(super) text: Option<String>,
    /// Empty where there is no note.
    pub(super) tags: Tags,
}

/// Reads a comment. What only looks like a note is text.
pub(super) fn parse(comment: &str) -> OwnerComment {
    let found = comment.rfind(BEGINS).and_then(|at| {
        let note = comment[at + BEGINS.len()..].strip_suffix(ENDS)?;
        Some((&comment[..at], tags(note)?))
    });
    let (text, tags) = found.unwrap_or((comment, Tags::new()));
    let text = text.trim_end();
    OwnerComment {
        text: (!text.is_empty()).then(|| text.to_owned()),
        tags,
    }
}

fn tags(note: &str) -> Option<Tags> {
    let mut words = note.split(' ');
    let (system, address) = (words.next()?, words.next()?);
    address.parse::<Address>().ok()?;
    let mut tags = Tags::from([
        (SYSTEM_TAG.to_owned(), system.to_owned()),
        (ADDRESS_TAG.to_owned(), address.to_owned()),
    ]);
    tags.extend(
        words
            .next()
            .map(|fingerprint| (FINGERPRINT_TAG.to_owned(), fingerprint.to_owned())),
    );
    words.next().is_none().then_some(tags)
}

/// Writes a comment of at most `limit` characters.
///
/// # Errors
/// [`DriverError::Invalid`] if the text leaves the note no room.
pub(super) fn write(text: Option<&str>, tags: &Tags, limit: usize) -> Result<String, DriverError> {
    let words: Vec<&str> = [SYSTEM_TAG, ADDRESS_TAG, FINGERPRINT_TAG]
        .iter()
        .filter_map(|key| tags.get(*key))
        .map(String::as_str)
        .collect();
    let note = format!("{BEGINS}{}{ENDS}", words.join(" "));
    let comment = text
        .filter(|text| !text.is_empty())
        .map_or_else(|| note.clone(), |text| format!("{text} {note}"));
    let over = comment.chars().count().saturating_sub(limit);
    if over > 0 {
        let message = format!(
            "the comment `{comment}` has {over} characters more than the {limit} that CloudFront takes"
        );
        return Err(DriverError::Invalid(message));
    }
    Ok(comment)
}

/// The tags without the fingerprint: what a distribution's note says.
pub(super) fn owner(tags: &Tags) -> Tags {
    tags.iter()
        .filter(|(key, _)| [SYSTEM_TAG, ADDRESS_TAG].contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags() -> Tags {
        [
            (SYSTEM_TAG, "acme"),
            (ADDRESS_TAG, "team/shipping/site"),
            (FINGERPRINT_TAG, "0123456789abcdef"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            None,
            Some("Shipping"),
            Some("a [frontage x y/z] text"),
            Some("[frontage "),
        ] {
            for tags in [tags(), owner(&tags())] {
                let comment_owned = parse(&write(text, &tags, 128).unwrap());
                assert_eq!(
                    comment_owned,
                    OwnerComment {
                        text: text.map(|text| text.trim_end().to_owned()),
                        tags
                    }
                );
            }
        }
        assert_eq!(
            write(None, &tags(), 128).unwrap(),
            "[frontage acme team/shipping/site 0123456789abcdef]"
        );
    }

    #[test]
    fn what_only_looks_like_a_note_is_text() {
        for text in [
            "Shipping",
            "[frontage acme]",
            "[frontage acme shipping]",
            "[frontage acme a/b c d]",
            "[frontage a b/c] x",
        ] {
            assert_eq!(
                parse(text),
                OwnerComment {
                    text: Some(text.to_owned()),
                    tags: Tags::new()
                },
                "{text}"
            );
        }
        assert_eq!(parse(""), OwnerComment::default());
    }

    #[test]
    fn a_text_leaves_room_for_the_note() {
        let note = write(None, &tags(), 128).unwrap().len();
        let longest = "ü".repeat(128 - note - 1);
        assert_eq!(
            write(Some(&longest), &tags(), 128).unwrap().chars().count(),
            128
        );
        let error = write(Some(&format!("{longest}ü")), &tags(), 128).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("has 1 characters more than the 128"),
            "{error}"
        );
    }
}
