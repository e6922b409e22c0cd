//! Progress while something runs.

use std::future::Future;

use miette::Report;
use tokio::sync::mpsc;

use crate::cli::advice;
use crate::cli::global::Format;
use crate::release::{Events, ReleaseError};
use crate::render;

/// Runs something with its progress on standard error; for JSON with its warnings alone.
pub(super) async fn with_progress<T, F>(
    format: Format,
    run: impl FnOnce(Events) -> F,
) -> Result<T, Report>
where
    F: Future<Output = Result<T, ReleaseError>>,
{
    let (sender, received) = mpsc::unbounded_channel();
    let progress = match format {
        Format::Human => tokio::spawn(render::release_progress(received)),
        Format::Json => tokio::spawn(render::release_warnings(received)),
    };
    let ended = run(Events::new(sender)).await;
    let _ = progress.await;
    ended.map_err(advice::report)
}
