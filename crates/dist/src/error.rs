//! The errors of making a release.

use std::path::{Path, PathBuf};

use local::{FileError, FrontendsError, FunctionsError};

/// Why a release could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DistError {
    /// A file operation failed, or a program could not be started.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// The action.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A program failed.
    #[error("`{line}` failed; its output:\n{output}")]
    Failed {
        /// What was run.
        line: String,
        /// What it wrote to standard error.
        output: String,
    },
    /// A program or a lock file said something that cannot be read.
    #[error("{what} is not as expected: {why}")]
    Unexpected {
        /// What was read.
        what: String,
        /// Why it cannot be used.
        why: String,
    },
    /// The functions could not be built.
    #[error(transparent)]
    Functions(#[from] FunctionsError),
    /// The shell could not be built.
    #[error(transparent)]
    Shell(#[from] FrontendsError),
    /// The npm packages could not be laid out.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Adds the action and the file to an error.
pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> DistError {
    move |source| DistError::Io {
        action,
        path: path.to_path_buf(),
        source,
    }
}

/// Something that cannot be read.
pub(crate) fn unexpected(what: impl Into<String>, why: &impl ToString) -> DistError {
    DistError::Unexpected {
        what: what.into(),
        why: why.to_string(),
    }
}
