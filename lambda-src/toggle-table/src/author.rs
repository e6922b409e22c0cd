//! Who changes toggles, and why: see [`toggle_contract::LAST_CHANGE`].

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use thiserror::Error;
use toggle_contract::{APPROVED_BY, AT, BY, COMMENT};

/// The longest comment, in bytes: it is in the item, of which a record of the history has two.
const LIMIT: usize = 1_024;

/// Who changes toggles, and why.
#[derive(Clone, Debug, Default)]
pub(crate) struct Author {
    /// The ARN of the caller, or the name of a person.
    pub(crate) by: String,
    /// Why.
    pub(crate) comment: Option<String>,
    /// Who agreed, if that was needed.
    pub(crate) approved_by: Option<String>,
}

/// Why a text is no comment.
#[derive(Debug, Error)]
#[error("a comment has 1 to {LIMIT} bytes; this one has {0}")]
pub struct CommentError(usize);

/// Checks a comment.
///
/// # Errors
/// [`CommentError`].
pub fn check_comment(comment: &str) -> Result<(), CommentError> {
    match comment.len() {
        1..=LIMIT => Ok(()),
        length => Err(CommentError(length)),
    }
}

impl Author {
    /// The attribute of an item that is changed at that time, in milliseconds since the epoch.
    pub(crate) fn signature(&self, at: u64) -> AttributeValue {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut said = HashMap::from([
            (BY.to_owned(), text(&self.by)),
            (AT.to_owned(), AttributeValue::N(at.to_string())),
        ]);
        let also = [(COMMENT, &self.comment), (APPROVED_BY, &self.approved_by)];
        for (name, of) in also {
            said.extend(of.as_deref().map(|of| (name.to_owned(), text(of))));
        }
        AttributeValue::M(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_neither_empty_nor_long() {
        check_comment(&"é".repeat(512)).unwrap();
        for comment in [String::new(), "é".repeat(513)] {
            let error = check_comment(&comment).unwrap_err().to_string();
            assert!(error.contains("1 to 1024 bytes"), "{error}");
        }
    }
}
