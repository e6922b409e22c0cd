//! Shared packages: those that were published, and those that are available.

use crate::packages::{Comparison, Standing};

/// The result of a publish, one line per package.
#[must_use]
pub fn packages_published(published: &[Comparison]) -> String {
    let line = |of: &Comparison| match of.standing {
        Standing::Published => format!("{}@{}: is already published", of.name, of.version),
        Standing::New | Standing::Differs => format!("{}@{}: published", of.name, of.version),
    };
    published.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The packages and their published versions, one line per package.
#[must_use]
pub fn packages_listed(listed: &[Comparison]) -> String {
    let name = |of: &Comparison| format!("{}@{}", of.name, of.version);
    let width = listed.iter().map(|of| name(of).len()).max().unwrap_or(0);
    let line = |of: &Comparison| {
        let standing = match of.standing {
            Standing::New => "not published",
            Standing::Published => "published",
            Standing::Differs => "published with different contents: raise its version",
        };
        let others: Vec<&str> = of
            .versions
            .iter()
            .map(String::as_str)
            .filter(|one| *one != of.version)
            .collect();
        let others = if others.is_empty() {
            String::new()
        } else {
            format!(" (also {})", others.join(", "))
        };
        format!("{:width$}  {standing}{others}", name(of))
    };
    listed.iter().map(line).collect::<Vec<_>>().join("\n")
}
