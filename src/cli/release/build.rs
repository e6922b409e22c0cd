//! Building an application before it is published.

use std::path::PathBuf;

use miette::{Report, miette};

use crate::release::Application;

/// Builds an application, and says where its output is.
///
/// The one place that a publish without `--dir` goes through.
#[allow(clippy::unused_async, reason = "a build takes its time")]
pub(super) async fn build(application: &Application) -> Result<PathBuf, Report> {
    Err(miette!(
        help = "build it, then name its output: frontage release publish {application} --dir DIST",
        "{application} is not built by this command yet"
    ))
}
