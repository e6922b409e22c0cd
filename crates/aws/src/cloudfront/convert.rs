//! CloudFront's words and lists, and ours.

use aws_sdk_cloudfront::error::BuildError;
use engine::DriverError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Our value of CloudFront's word.
///
/// # Errors
/// [`DriverError::Invalid`] if the word is newer than this program: it is told rather than taken
/// for another.
pub(super) fn ours<T: DeserializeOwned>(what: &str, word: &str) -> Result<T, DriverError> {
    serde_json::from_value(Value::from(word)).map_err(|_| {
        DriverError::Invalid(format!(
            "CloudFront's {what} is `{word}`, which this Frontage does not know"
        ))
    })
}

/// CloudFront's value of ours: both are written as the same word.
pub(super) fn theirs<T: Serialize, E: for<'w> From<&'w str>>(value: T) -> Result<E, DriverError> {
    let word = serde_json::to_value(value).ok();
    let word = word
        .as_ref()
        .and_then(Value::as_str)
        .ok_or_else(|| DriverError::internal("a word does not serialise"))?;
    Ok(E::from(word))
}

/// Each of ours as CloudFront's.
pub(super) fn all_theirs<T: Serialize, E: for<'w> From<&'w str>>(
    values: &[T],
) -> Result<Vec<E>, DriverError> {
    values.iter().map(theirs).collect()
}

/// What a builder made; all that CloudFront asks for is there.
pub(super) fn built<T>(result: Result<T, BuildError>) -> Result<T, DriverError> {
    result.map_err(|error| DriverError::internal(format!("a request lacks something ({error})")))
}

/// How many there are, as each of CloudFront's lists says beside its items.
pub(super) fn quantity<T>(items: &[T]) -> i32 {
    i32::try_from(items.len()).unwrap_or(i32::MAX)
}

/// A text, if there is one: CloudFront answers with an empty one where there is none.
pub(super) fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Takes an empty text for none.
pub(super) fn none_if_empty(text: &mut Option<String>) {
    *text = text.take().filter(|text| !text.is_empty());
}

/// A set has no order, and each of its members once.
pub(super) fn set<T: Ord>(items: &mut Vec<T>) {
    items.sort();
    items.dedup();
}

/// Fails with a message where something is not as CloudFront takes it.
pub(super) fn require(holds: bool, message: impl FnOnce() -> String) -> Result<(), DriverError> {
    if holds {
        Ok(())
    } else {
        Err(DriverError::Invalid(message()))
    }
}

/// A name of 1 to so many of `[A-Za-z0-9_-]`.
pub(super) fn require_name(what: &str, name: &str, most: usize) -> Result<(), DriverError> {
    let taken = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    require(
        (1..=most).contains(&name.len()) && name.chars().all(taken),
        || {
            format!(
                "the {what} `{name}` must have a name of 1 to {most} letters, digits, hyphens and underscores"
            )
        },
    )
}
