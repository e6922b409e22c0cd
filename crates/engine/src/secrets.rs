//! Secrets that properties refer to.

use std::collections::BTreeMap;
use std::fmt;

/// Secrets, by the names of the environment variables that contain them. Their values are never
/// printed, not even for debugging.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// The secret in a variable, if it is known.
    #[must_use]
    pub fn get(&self, variable: &str) -> Option<&str> {
        self.0.get(variable).map(String::as_str)
    }
}

impl FromIterator<(String, String)> for Secrets {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(secrets: I) -> Self {
        Self(secrets.into_iter().collect())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_printed_and_the_values_are_not() {
        let secrets = Secrets::from_iter([("OKTA_SECRET".to_owned(), "hidden".to_owned())]);
        assert_eq!(secrets.get("OKTA_SECRET"), Some("hidden"));
        assert_eq!(secrets.get("OTHER"), None);
        assert_eq!(format!("{secrets:?}"), r#"{"OKTA_SECRET"}"#);
    }
}
