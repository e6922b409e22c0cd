//! The length of a text that is known in part.

use engine::Resolved;
use model::types::apigatewayv2::{Api, Stage};
use model::types::cloudfront::Distribution;
use model::types::cognito::UserPoolDomain;
use model::{Expression, Text};

/// The least characters of attributes before they are known. CloudFront's own names are `d` and 13
/// characters, some of them fewer: `d111111abcdef8.cloudfront.net`.
const LEAST: [(&str, usize); 5] = [
    (
        Distribution::<Text>::HOST.name,
        "d111111abcdef.cloudfront.net".len(),
    ),
    (Distribution::<Text>::HOSTS.name, "*.cloudfront.net".len()),
    (
        UserPoolDomain::<Text>::LOGIN_URL.name,
        "https://a.auth.us-east-1.amazoncognito.com".len(),
    ),
    (
        Api::HTTP_URL.name,
        "https://abcdefghij.execute-api.us-east-1.amazonaws.com".len(),
    ),
    (
        Stage::<Text>::WEBSOCKET_URL.name,
        "wss://abcdefghij.execute-api.us-east-1.amazonaws.com/a".len(),
    ),
];

/// The length of a text.
pub(super) struct Measured {
    /// Its characters, at least.
    pub(super) length: usize,
    /// The first word beyond the limit, or the resource that it will come from.
    pub(super) beyond: Option<String>,
    /// Whether all of the text is known.
    pub(super) is_whole: bool,
}

/// Measures a text against a limit.
pub(super) fn measure(text: &Text, known: &Resolved, most: usize) -> Measured {
    let mut measured = Measured {
        length: 0,
        beyond: None,
        is_whole: true,
    };
    measured.add(text, known, most);
    measured
}

impl Measured {
    fn add(&mut self, text: &Text, known: &Resolved, most: usize) {
        let value = known.text(text);
        match (text, value) {
            (Text::Deferred(Expression::Join(between, parts)), _) => {
                for (place, part) in parts.iter().enumerate() {
                    if place > 0 {
                        self.words(between, most);
                    }
                    self.add(part, known, most);
                }
            }
            (Text::Deferred(Expression::Attribute(address, _)), Some(value)) => {
                self.word(&address.to_string(), value.chars().count(), most);
            }
            (_, Some(value)) => self.words(&value, most),
            (Text::Deferred(Expression::Attribute(address, name)), None) => {
                let least = LEAST.iter().find(|(attribute, _)| attribute == name);
                let least = least.map_or(0, |(_, least)| *least);
                self.is_whole = false;
                self.word(&address.to_string(), least, most);
            }
            (_, None) => self.is_whole = false,
        }
    }

    fn words(&mut self, text: &str, most: usize) {
        for word in text.split_inclusive(' ') {
            self.word(word.trim_end(), word.chars().count(), most);
        }
    }

    fn word(&mut self, name: &str, length: usize, most: usize) {
        self.length += length;
        if self.length > most && self.beyond.is_none() {
            self.beyond = Some(name.to_owned());
        }
    }
}
