//! What can go wrong.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::hint::Hint;

/// Why packages could not be published or listed.
#[derive(Debug, Error)]
pub enum PackagesError {
    /// There is no workspace.
    #[error("{} has no package.json: there is no npm workspace", .0.display())]
    NoWorkspace(PathBuf),
    /// There is no such package.
    #[error("the workspace has no package `{name}` to publish; it has {known}")]
    NoPackage {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A package's own description is not usable.
    #[error("{}: {why}", .path.display())]
    Described {
        /// Its package.json.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A package does not build, or is not packed.
    #[error("{package} cannot be {action}; npm wrote:\n{output}")]
    Build {
        /// Which.
        package: String,
        /// Built or packed.
        action: &'static str,
        /// What npm wrote.
        output: String,
    },
    /// Versions are there with other contents.
    #[error("{} there already, with other contents", .0.join(", ") + if .0.len() == 1 { " is" } else { " are" })]
    Differs(Vec<String>),
    /// The registry takes nobody with this token.
    #[error("{package}: the registry {registry} does not take the token ({said})")]
    Unauthorized {
        /// What was asked for.
        package: String,
        /// Where.
        registry: String,
        /// npm's words.
        said: String,
    },
    /// The token is one, and may not do this.
    #[error("{package}: the registry {registry} does not allow it ({said})")]
    Forbidden {
        /// What was asked for.
        package: String,
        /// Where.
        registry: String,
        /// npm's words.
        said: String,
    },
    /// Nobody answers.
    #[error("{package}: the registry {registry} cannot be reached ({said})")]
    Unreachable {
        /// What was asked for.
        package: String,
        /// Where.
        registry: String,
        /// npm's words.
        said: String,
    },
    /// npm failed otherwise.
    #[error("{package}: {registry}: {said}")]
    Npm {
        /// What was asked for.
        package: String,
        /// Where.
        registry: String,
        /// npm's words.
        said: String,
    },
    /// There is no token for a registry.
    #[error("there is no token for {0}")]
    NoToken(String),
    /// A file operation failed, or npm could not be started.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl PackagesError {
    pub(super) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

impl Hint for PackagesError {
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoWorkspace(_) => Some("name the workspace's folder with --dir"),
            Self::Differs(_) => Some(
                "a version never changes once it is published: raise `version` in the package's package.json, and \
                 publish again",
            ),
            Self::Unauthorized { .. } => Some(
                "a token runs out: with --registry put a fresh one into NODE_AUTH_TOKEN; else run the command again, \
                 which gets one",
            ),
            Self::Forbidden { .. } => Some(
                "publishing takes codeartifact:PublishPackageVersion and PutPackageMetadata: name who publishes in \
                 `[packages] publishers`",
            ),
            Self::NoToken(_) => Some("put the registry's token into the variable NODE_AUTH_TOKEN"),
            Self::Unreachable { .. } => {
                Some("check the network and the address, then run the command again")
            }
            _ => None,
        }
    }
}
