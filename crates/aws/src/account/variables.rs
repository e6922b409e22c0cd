//! The environment variables, of which an empty one counts as unset.

use std::collections::BTreeMap;
use std::env;

use aws_types::os_shim_internal::Env;

/// The environment variables that have a value.
#[derive(Clone, Default)]
pub(super) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// The variables of this process.
    pub(super) fn of_the_process() -> Self {
        let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        Self::new(env::vars_os().map(|(name, value)| (text(name), text(value))))
    }

    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables.into_iter();
        Self(variables.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The first of these variables that has a value, with its name.
    pub(super) fn first(&self, names: [&'static str; 2]) -> Option<(&'static str, &str)> {
        let mut values = names
            .into_iter()
            .filter_map(|name| Some((name, self.get(name)?)));
        values.next()
    }

    /// The names and values of the variables whose names begin so.
    pub(super) fn with_prefix(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        let variables = self.0.iter();
        variables
            .filter(move |(name, _)| name.starts_with(prefix))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The variables in the SDK's form.
    pub(super) fn env(&self) -> Env {
        Env::from(
            self.0
                .clone()
                .into_iter()
                .collect::<std::collections::HashMap<_, _>>(),
        )
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Variables {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self::new(variables.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }
}
