//! The errors of publishing and listing packages.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::hint::Hint;

/// Why packages could not be published or listed.
#[derive(Debug, Error)]
pub enum PackagesError {
    /// There is no workspace.
    #[error("{} has no package.json, so it is not an npm workspace", .0.display())]
    NoWorkspace(PathBuf),
    /// The workspace has no such package.
    #[error("the workspace has no package `{name}` to publish; it has {known}")]
    NoPackage {
        /// The requested name.
        name: String,
        /// The packages that can be published.
        known: String,
    },
    /// A package.json is not usable.
    #[error("{}: {why}", .path.display())]
    Described {
        /// Its package.json.
        path: PathBuf,
        /// The problem.
        why: String,
    },
    /// A package cannot be built or packed.
    #[error("{package} cannot be {action}; output of npm:\n{output}")]
    Build {
        /// The package.
        package: String,
        /// Built or packed.
        action: &'static str,
        /// npm's output.
        output: String,
    },
    /// Versions are already published with different contents.
    #[error("{} already published with different contents", .0.join(", ") + if .0.len() == 1 { " is" } else { " are" })]
    Differs(Vec<String>),
    /// Versions would become `latest`, though they are not what most people should get.
    #[error("{} would become `latest`, which is what `npm install` gets", .0.join(", "))]
    NotLatest(Vec<String>),
    /// The registry rejects the token.
    #[error("{package}: the registry {registry} rejects the token ({said})")]
    Unauthorized {
        /// The package.
        package: String,
        /// The registry.
        registry: String,
        /// npm's message.
        said: String,
    },
    /// The token is valid but does not allow this.
    #[error("{package}: the registry {registry} does not allow it ({said})")]
    Forbidden {
        /// The package.
        package: String,
        /// The registry.
        registry: String,
        /// npm's message.
        said: String,
    },
    /// The registry cannot be reached.
    #[error("{package}: the registry {registry} cannot be reached ({said})")]
    Unreachable {
        /// The package.
        package: String,
        /// The registry.
        registry: String,
        /// npm's message.
        said: String,
    },
    /// npm failed for another reason.
    #[error("{package}: {registry}: {said}")]
    Npm {
        /// The package.
        package: String,
        /// The registry.
        registry: String,
        /// npm's message.
        said: String,
    },
    /// There is no token for a registry.
    #[error("there is no token for {0}")]
    NoToken(String),
    /// A file operation failed, or npm could not be started.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// The action.
        action: &'static str,
        /// The path.
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
    fn hint(&self) -> Option<Cow<'_, str>> {
        let advice = match self {
            Self::NoWorkspace(_) => "pass the workspace's folder with --dir",
            Self::Differs(_) => {
                "raise `version` in the package's package.json and publish again: a published version never \
                 changes"
            }
            Self::NotLatest(_) => {
                "publish them under a tag of their own: `--tag next`, or `publishConfig.tag` in their package.json; \
                 `npm install NAME@next` gets them"
            }
            Self::Unauthorized { .. } => {
                "the token may have expired: with --registry set NODE_AUTH_TOKEN to a new one, otherwise run the command \
                 again to get one"
            }
            Self::Forbidden { .. } => {
                "add the publisher to `[packages] publishers`: publishing requires codeartifact:PublishPackageVersion and \
                 PutPackageMetadata"
            }
            Self::NoToken(_) => "set NODE_AUTH_TOKEN to the registry's token",
            Self::Unreachable { .. } => {
                "check the network and the address, then run the command again"
            }
            _ => return None,
        };
        Some(advice.into())
    }
}
