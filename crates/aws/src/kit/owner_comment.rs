//! The owner of a resource that AWS cannot tag, at the end of its comment: `TEXT [frontage
//! SYSTEM:ID@REGION STACK/NAME FINGERPRINT]`. Older versions wrote no id and no Region.
//!
//! A distribution's comment contains one as well, without id and fingerprint, for which there is no
//! room: a list of distributions shows comments and no tags.

use engine::DriverError;
use model::{Owner, Tags};

const BEGINS: &str = "[frontage ";
const ENDS: char = ']';

/// Ends a comment that has lost its note, so that it differs from the desired one.
const NOTE_LOST: &str = "(without the note of its owner)";

/// A comment's own text, and the owner that its note names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OwnerComment {
    /// The text without the note; `None` if it is empty.
    pub(crate) text: Option<String>,
    /// `None` if there is no note.
    pub(crate) owner: Option<Owner>,
}

impl OwnerComment {
    /// The tags that the note replaces.
    pub(crate) fn tags(&self) -> Tags {
        self.owner.as_ref().map(Owner::tags).unwrap_or_default()
    }

    /// Whether the note names a system, in whatever Region.
    pub(crate) fn names(&self, system: &str) -> bool {
        self.owner
            .as_ref()
            .is_some_and(|owner| owner.system == system)
    }
}

/// Reads a comment. Text that only resembles a note is text.
pub(crate) fn parse(comment: &str) -> OwnerComment {
    let found = comment.rfind(BEGINS).and_then(|at| {
        let note = comment[at + BEGINS.len()..].strip_suffix(ENDS)?;
        Some((&comment[..at], Some(owner(note)?)))
    });
    let (text, owner) = found.unwrap_or((comment, None));
    let text = text.trim_end();
    OwnerComment {
        text: (!text.is_empty()).then(|| text.to_owned()),
        owner,
    }
}

fn owner(note: &str) -> Option<Owner> {
    let mut words = note.split(' ');
    let system = words.next()?;
    let (system, region) = match system.split_once('@') {
        Some((system, region)) => (system, Some(region.to_owned())),
        None => (system, None),
    };
    let (system, id) = match system.split_once(':') {
        Some((system, id)) => (system, Some(id.to_owned())),
        None => (system, None),
    };
    let owner = Owner {
        system: system.to_owned(),
        id,
        region,
        address: words.next()?.parse().ok()?,
        fingerprint: words.next().unwrap_or_default().to_owned(),
    };
    words.next().is_none().then_some(owner)
}

/// The system and its Region in one word: `SYSTEM@REGION`.
pub(crate) fn system(owner: &Owner) -> String {
    in_region(owner.system.clone(), owner)
}

fn in_region(name: String, owner: &Owner) -> String {
    match &owner.region {
        Some(region) => format!("{name}@{region}"),
        None => name,
    }
}

/// Writes a comment of at most `limit` characters.
///
/// # Errors
/// [`DriverError::Invalid`] if the text leaves no room for the note.
pub(crate) fn write(
    text: Option<&str>,
    owner: &Owner,
    limit: usize,
) -> Result<String, DriverError> {
    let name = match &owner.id {
        Some(id) => format!("{}:{id}", owner.system),
        None => owner.system.clone(),
    };
    let name = in_region(name, owner);
    let note = format!("{name} {} {}", owner.address, owner.fingerprint);
    let note = format!("{BEGINS}{}{ENDS}", note.trim_end());
    let comment = match text.filter(|text| !text.is_empty()) {
        Some(text) => format!("{text} {note}"),
        None => note,
    };
    let over = comment.chars().count().saturating_sub(limit);
    if over > 0 {
        let message = format!(
            "the comment `{comment}` has {over} characters more than the {limit} that are allowed"
        );
        return Err(DriverError::Invalid(message));
    }
    Ok(comment)
}

/// The text of a comment that has lost its note.
pub(crate) fn note_lost(text: Option<&str>) -> String {
    text.map_or_else(
        || NOTE_LOST.to_owned(),
        |text| format!("{text} {NOTE_LOST}"),
    )
}

/// An owner without its id and fingerprint, as a distribution's note names it.
pub(crate) fn in_brief(owner: &Owner) -> Owner {
    Owner {
        id: None,
        fingerprint: String::new(),
        ..owner.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Owner {
        Owner {
            system: "acme".to_owned(),
            id: Some("0a1b2c3d".to_owned()),
            region: Some("eu-west-1".to_owned()),
            address: "team/shipping/site".parse().unwrap(),
            fingerprint: "0123456789abcdef".to_owned(),
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            None,
            Some("Shipping"),
            Some("a [frontage x y/z] text"),
            Some("[frontage "),
        ] {
            let older = Owner {
                id: None,
                region: None,
                ..site()
            };
            for owner in [site(), in_brief(&site()), older] {
                let expected = OwnerComment {
                    text: text.map(|text| text.trim_end().to_owned()),
                    owner: Some(owner.clone()),
                };
                assert_eq!(parse(&write(text, &owner, 128).unwrap()), expected);
            }
        }
        assert_eq!(
            write(None, &site(), 128).unwrap(),
            "[frontage acme:0a1b2c3d@eu-west-1 team/shipping/site 0123456789abcdef]"
        );
    }

    /// A site's comment names its team: with the longest names and the longest Region there is
    /// still room for the note of a distribution.
    #[test]
    fn the_longest_note_fits() {
        let longest = "a2345678901234567890";
        let owner = Owner {
            system: longest.to_owned(),
            id: Some("0a1b2c3d".to_owned()),
            region: Some("ap-southeast-4".to_owned()),
            address: format!("team/{longest}/distribution").parse().unwrap(),
            fingerprint: String::new(),
        };
        write(
            Some(&format!("Application of team {longest}")),
            &in_brief(&owner),
            128,
        )
        .unwrap();
        let policy = Owner {
            address: format!("team/{longest}/cache-policy").parse().unwrap(),
            fingerprint: "0123456789abcdef".to_owned(),
            ..owner
        };
        write(None, &policy, 128).unwrap();
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
            let expected = OwnerComment {
                text: Some(text.to_owned()),
                owner: None,
            };
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(parse(""), OwnerComment::default());
    }

    #[test]
    fn a_text_leaves_room_for_the_note() {
        let note = write(None, &site(), 128).unwrap().len();
        let longest = "ü".repeat(128 - note - 1);
        assert_eq!(
            write(Some(&longest), &site(), 128).unwrap().chars().count(),
            128
        );
        let error = write(Some(&format!("{longest}ü")), &site(), 128).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("has 1 characters more than the 128"),
            "{error}"
        );
    }
}
