//! A clean checkout of one commit.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use super::error::{Ended, PipelineError};
use super::git::git;

/// A checkout in a directory of its own, which is deleted when this is dropped.
#[derive(Debug)]
pub struct Checkout {
    directory: TempDir,
    commit: String,
}

impl Checkout {
    /// Checks out a branch, a tag or a commit of a repository: a directory, or a URL.
    ///
    /// # Errors
    /// If Git is not installed, or there is no such repository or commit in it.
    pub async fn of(source: &str, reference: &str) -> Result<Self, PipelineError> {
        for text in [source, reference] {
            if text.starts_with('-') {
                return Err(PipelineError::Option(text.to_owned()));
            }
        }
        let directory = tempfile::Builder::new()
            .prefix("frontage-pipeline-")
            .tempdir();
        let directory = directory.map_err(PipelineError::io(
            "create a directory in",
            std::env::temp_dir(),
        ))?;
        // Git takes a relative path for one in the new repository.
        let absolute = std::fs::canonicalize(source);
        let from = absolute.map_or_else(|_| source.into(), PathBuf::into_os_string);
        let failed = |output: Output| PipelineError::Checkout {
            source_name: source.to_owned(),
            reference: reference.to_owned(),
            status: Ended(output.status),
        };
        let steps: [&[&OsStr]; 3] = [
            &["init".as_ref(), "--quiet".as_ref()],
            &[
                "fetch".as_ref(),
                "--quiet".as_ref(),
                "--depth=1".as_ref(),
                "--".as_ref(),
                &from,
                reference.as_ref(),
            ],
            &[
                "checkout".as_ref(),
                "--quiet".as_ref(),
                "--detach".as_ref(),
                "FETCH_HEAD".as_ref(),
            ],
        ];
        for arguments in steps {
            let output = git(directory.path(), arguments).await?;
            if !output.status.success() {
                return Err(failed(output));
            }
        }
        let head = git(directory.path(), &["rev-parse".as_ref(), "HEAD".as_ref()]).await?;
        let commit = String::from_utf8_lossy(&head.stdout).trim().to_owned();
        Ok(Self { directory, commit })
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The id of the commit.
    #[must_use]
    pub fn commit(&self) -> &str {
        &self.commit
    }
}
