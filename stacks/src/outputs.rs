//! The outputs of a stack: one struct per stack, by which the stack adds them and others read them.
//!
//! Like a resource's properties, each is generic over its strings: [`model::Text`] where the stack
//! adds its outputs, `String` where they are known.

use std::collections::BTreeMap;
use std::fmt;

use model::{StackBuilder, Text};
use serde::de::value::MapDeserializer;
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An output has no value: the stack was not applied, or not completely.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct MissingOutput(String);

impl de::Error for MissingOutput {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn missing_field(name: &'static str) -> Self {
        Self(format!("its output `{name}` has no value"))
    }
}

/// Adds outputs to a stack.
///
/// # Panics
/// If they are not a struct of texts: a mistake in a stack's code, which its snapshot test shows.
pub(crate) fn add(stack: &mut StackBuilder<'_>, outputs: &impl Serialize) {
    let outputs = serde_json::to_value(outputs)
        .and_then(BTreeMap::<String, Text>::deserialize)
        .unwrap_or_else(|error| panic!("outputs are texts: {error}"));
    for (name, value) in outputs {
        stack.output(&name, value);
    }
}

/// The outputs among values by name.
pub(crate) fn read<T: DeserializeOwned>(
    values: &BTreeMap<String, String>,
) -> Result<T, MissingOutput> {
    let values = values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    T::deserialize(MapDeserializer::new(values))
}
