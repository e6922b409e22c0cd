//! Why a pipeline ended early.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use engine::DriverError;
use stacks::pipeline::Step;
use thiserror::Error;

use crate::hint::Hint;

/// Why a pipeline ended early.
#[derive(Debug, Error)]
pub enum PipelineError {
    /// A source or a ref that Git would take for an option.
    #[error("`{0}` begins with `-`, so it names no repository, branch, tag or commit")]
    Option(String),
    /// Git did not make the checkout. Its own output says why.
    #[error("`{reference}` of {source_name} cannot be checked out: git {status}")]
    Checkout {
        /// The repository.
        source_name: String,
        /// The branch, tag or commit.
        reference: String,
        /// How Git ended.
        status: Ended,
    },
    /// Git did not do what a repository on this machine needs. Its own output says why.
    #[error("`git {command}` {status}")]
    Git {
        /// Its arguments.
        command: String,
        /// How it ended.
        status: Ended,
    },
    /// There is no pipe for what is pushed.
    #[error("`mkfifo` {0}")]
    Pipe(Ended),
    /// A step failed. Its own output says why.
    #[error("the step `{}` {status}{}", .step.name(), published(*.step))]
    Step {
        /// The step.
        step: Step,
        /// How it ended.
        status: Ended,
    },
    /// The pipeline was interrupted.
    #[error("interrupted in the step `{}`{}", .0.name(), published(*.0))]
    Interrupted(Step),
    /// AWS answered with an error.
    #[error(transparent)]
    Aws(#[from] DriverError),
    /// There is no such pipeline.
    #[error("there is no pipeline {0}")]
    NoPipeline(String),
    /// It has not run.
    #[error("the pipeline {0} has not run yet")]
    NoRun(String),
    /// No approval is waited for.
    #[error("no run of the pipeline {0} waits for an approval")]
    NothingWaits(String),
    /// A file operation failed, or a program could not be started.
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

/// What a failure before the last step means.
fn published(step: Step) -> &'static str {
    match step {
        Step::Publish => "",
        _ => "; nothing was published",
    }
}

/// How a program ended, in words that follow its name.
#[derive(Debug)]
pub struct Ended(pub(super) ExitStatus);

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.code() {
            Some(code) => write!(f, "failed with exit code {code}"),
            // Unix's own words, such as `signal: 9 (SIGKILL)`.
            None => write!(f, "ended by {}", self.0),
        }
    }
}

impl PipelineError {
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

impl Hint for PipelineError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        let advice = match self {
            Self::Checkout { .. } => {
                "pass a repository that `git clone` accepts with --source, and a branch, a tag or a commit with --ref"
            }
            Self::Step {
                step: Step::Install,
                ..
            } => "a package.json and a package-lock.json must be committed: run `npm install`",
            Self::Io { path, source, .. }
                if path.as_os_str() == "git" && source.kind() == io::ErrorKind::NotFound =>
            {
                "install Git"
            }
            Self::Aws(error) => return error.hint(),
            Self::NoPipeline(_) => {
                "run `frontage apply` for the stack of the pipeline: --stack ci/TEAM"
            }
            Self::NothingWaits(_) => "see the runs with `frontage pipeline list`",
            Self::NoRun(_) => "start one with `frontage pipeline start`, or push a commit",
            _ => return None,
        };
        Some(advice.into())
    }
}
