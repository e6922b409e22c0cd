//! Git, with the caller's own configuration and keys.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Output, Stdio};

use tokio::process::Command;

use super::error::{Ended, PipelineError};

/// Variables that a hook of Git has, and by which Git would work on the hook's repository.
pub(crate) const OF_A_HOOK: [&str; 4] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"];

/// Runs Git, whose errors and questions for a password appear on the terminal.
pub(super) async fn git(directory: &Path, arguments: &[&OsStr]) -> Result<Output, PipelineError> {
    let mut command = Command::new("git");
    for name in OF_A_HOOK {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    command
        .output()
        .await
        .map_err(PipelineError::io("run", "git"))
}

/// Runs Git, which must succeed.
pub(super) async fn must(directory: &Path, arguments: &[&OsStr]) -> Result<(), PipelineError> {
    let output = git(directory, arguments).await?;
    if output.status.success() {
        return Ok(());
    }
    let words: Vec<_> = arguments
        .iter()
        .map(|word| word.to_string_lossy())
        .collect();
    Err(PipelineError::Git {
        command: words.join(" "),
        status: Ended(output.status),
    })
}
