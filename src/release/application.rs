//! The applications that are released, and their destinations.

use std::fmt;

/// A front-end that is released.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Application {
    /// The page that shows the teams' applications.
    Shell,
    /// A team's application, by the team's name.
    Team(String),
}

impl Application {
    /// The key of the object that says which release is current.
    #[must_use]
    pub fn pointer(&self) -> &'static str {
        match self {
            Self::Shell => "index.html",
            Self::Team(_) => "manifest.json",
        }
    }
}

impl fmt::Display for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shell => "shell",
            Self::Team(name) => name,
        })
    }
}

/// The place where an application is released.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The bucket.
    pub bucket: String,
    /// The URL at which its files are served, without a trailing slash.
    pub url: String,
    /// The system's name.
    pub system: String,
    /// The application.
    pub application: Application,
}
