//! The names of the system and of its teams.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The name of a team or of the system; the system's is the first part of every physical name.
///
/// 1 to 20 characters of `a-z`, `0-9` and `-`; it begins with a letter, does not end with `-` and
/// contains no `--`. So it is valid wherever AWS accepts a name, and the longest physical names
/// built from it stay within the 64 characters of a Lambda function's and the 63 of a bucket's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidName {
    /// It is empty.
    #[error("a name must not be empty")]
    Empty,
    /// More than [`Name::MAX_LENGTH`] characters.
    #[error("{0} characters; the maximum is {max}", max = Name::MAX_LENGTH)]
    TooLong(usize),
    /// A character that is not allowed in names.
    #[error("`{}` is not one of a-z, 0-9 and `-`", .0.escape_debug())]
    Character(char),
    /// The first is not a letter.
    #[error("a name must begin with a letter")]
    Beginning,
    /// The last is a hyphen.
    #[error("a name must not end with `-`")]
    TrailingHyphen,
    /// Two hyphens in a row.
    #[error("a name must not contain `--`")]
    DoubleHyphen,
}

impl Name {
    /// The maximum length of a name.
    pub const MAX_LENGTH: usize = 20;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A valid name similar to the text, such as `my-shop` for `My Shop!`, if there is one.
    #[must_use]
    pub fn like(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let words = lower
            .split(|c: char| !is_allowed(c))
            .flat_map(|word| word.split('-'))
            .filter(|word| !word.is_empty());
        let cut: String = words
            .collect::<Vec<_>>()
            .join("-")
            .chars()
            .take(Self::MAX_LENGTH)
            .collect();
        cut.trim_end_matches('-').parse().ok()
    }
}

fn is_allowed(character: char) -> bool {
    matches!(character, 'a'..='z' | '0'..='9' | '-')
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let length = text.chars().count();
        match text {
            "" => Err(InvalidName::Empty),
            _ if let Some(character) = text.chars().find(|&c| !is_allowed(c)) => {
                Err(InvalidName::Character(character))
            }
            _ if length > Self::MAX_LENGTH => Err(InvalidName::TooLong(length)),
            _ if !text.starts_with(|c: char| c.is_ascii_lowercase()) => Err(InvalidName::Beginning),
            _ if text.ends_with('-') => Err(InvalidName::TrailingHyphen),
            _ if text.contains("--") => Err(InvalidName::DoubleHyphen),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Graph, StackName, Tags};

    #[test]
    fn takes_what_every_service_takes() {
        for name in ["a", "acme", "shop-2", "a-b-c", "abcdefghijklmnopqrst"] {
            assert_eq!(name.parse::<Name>().unwrap().as_str(), name);
        }
        for (text, why) in [
            ("", InvalidName::Empty),
            ("abcdefghijklmnopqrstu", InvalidName::TooLong(21)),
            ("Acme", InvalidName::Character('A')),
            ("caf\u{e9}", InvalidName::Character('\u{e9}')),
            ("a b", InvalidName::Character(' ')),
            ("3d", InvalidName::Beginning),
            ("-a", InvalidName::Beginning),
            ("a-", InvalidName::TrailingHyphen),
            ("a--b", InvalidName::DoubleHyphen),
        ] {
            assert_eq!(text.parse::<Name>(), Err(why), "{text}");
        }
    }

    #[test]
    fn offers_a_name_like_a_text() {
        for (text, like) in [
            ("My Shop!", Some("my-shop")),
            ("shop--2-", Some("shop-2")),
            (
                "a-platform-for-every-front-end",
                Some("a-platform-for-every"),
            ),
            ("3d-shop", None),
            ("?", None),
        ] {
            assert_eq!(Name::like(text).as_ref().map(Name::as_str), like, "{text}");
        }
    }

    #[test]
    fn leaves_room_in_the_longest_physical_name() {
        let name: Name = "a".repeat(Name::MAX_LENGTH).parse().unwrap();
        let mut graph = Graph::new(name.as_str(), Tags::new());
        let function = graph
            .stack(StackName::new("toggles"))
            .physical_name("connection-manager");
        assert!(function.len() <= 64, "Lambda's limit: {function}");
    }
}
