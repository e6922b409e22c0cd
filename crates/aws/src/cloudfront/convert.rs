//! Conversion between CloudFront's words and lists and the model's.

use aws_sdk_cloudfront::error::BuildError;
use engine::DriverError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One of CloudFront's lists, which contain the number of their items as well: `list!(Aliases,
/// items)`. If it is empty it has no items at all, unless the SDK requires them: `list!(required
/// Origins, items)`.
macro_rules! list {
    (required $list:ident, $items:expr) => {
        list!(@ $list, $items, |_| true)
    };
    ($list:ident, $items:expr) => {
        list!(@ $list, $items, |items| !Vec::is_empty(items))
    };
    (@ $list:ident, $items:expr, $has_items:expr) => {{
        let items = $items;
        $crate::cloudfront::convert::built(
            $list::builder()
                .quantity($crate::cloudfront::convert::quantity(&items))
                .set_items(Some(items).filter($has_items))
                .build(),
        )
    }};
}
pub(super) use list;

/// The model's value of CloudFront's word.
///
/// # Errors
/// [`DriverError::Invalid`] if the word is newer than this program: it is reported rather than
/// mistaken for another.
pub(super) fn from_sdk<T: DeserializeOwned>(what: &str, word: &str) -> Result<T, DriverError> {
    serde_json::from_value(Value::from(word)).map_err(|_| {
        DriverError::Invalid(format!(
            "CloudFront's {what} is `{word}`, which this Frontage does not know"
        ))
    })
}

/// CloudFront's value for one of the model's: both are written as the same word.
pub(super) fn to_sdk<T: Serialize, E: for<'w> From<&'w str>>(value: T) -> Result<E, DriverError> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Ok(E::from(&word)),
        _ => Err(DriverError::internal("a word does not serialise")),
    }
}

/// CloudFront's values for the model's.
pub(super) fn all_to_sdk<T: Serialize, E: for<'w> From<&'w str>>(
    values: &[T],
) -> Result<Vec<E>, DriverError> {
    values.iter().map(to_sdk).collect()
}

/// A builder's result; everything that CloudFront requires is set.
pub(super) fn built<T>(result: Result<T, BuildError>) -> Result<T, DriverError> {
    result.map_err(|error| DriverError::internal(format!("a request lacks something ({error})")))
}

/// The number of items that a list states.
pub(super) fn quantity<T>(items: &[T]) -> i32 {
    i32::try_from(items.len()).unwrap_or(i32::MAX)
}

/// A text, or `None` if it is empty: CloudFront's answer if there is none.
pub(super) fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Replaces an empty text with `None`.
pub(super) fn none_if_empty(text: &mut Option<String>) {
    *text = text.take().filter(|text| !text.is_empty());
}

/// Sorts a set, which has no order, and removes duplicates.
pub(super) fn set<T: Ord>(items: &mut Vec<T>) {
    items.sort();
    items.dedup();
}

/// The characters of most names: those of [`NAME_CHARACTERS`].
pub(super) fn is_in_names(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-".contains(character)
}

/// The characters that [`is_in_names`] allows.
pub(super) const NAME_CHARACTERS: &str = "letters, digits, hyphens and underscores";
