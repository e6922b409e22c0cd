//! The program itself as npm packages, made from the release that it runs from.

use std::path::Path;

use miette::{IntoDiagnostic as _, Report, WrapErr as _, miette};
use tempfile::TempDir;

/// The packages `@frontage/cli` and the one of this platform, in a workspace that is deleted when this is
/// dropped.
pub(super) struct OwnPackages(TempDir);

impl OwnPackages {
    /// Lays them out.
    ///
    /// # Errors
    /// If the program is not from a release, with all its parts beside it.
    pub(super) fn lay_out() -> Result<Self, Report> {
        let program = std::env::current_exe().into_diagnostic()?;
        let release = program.parent().unwrap_or(Path::new(""));
        if !release.join("functions/functions.json").is_file() {
            return Err(miette!(
                help = "unpack the archive of a release and run the program there; `cargo xtask dist` makes one",
                "{} is not the program of a release: it has no functions beside it",
                program.display()
            ));
        }
        let workspace = tempfile::tempdir().into_diagnostic()?;
        local::lay_out_npm(release, env!("CARGO_PKG_VERSION"), workspace.path())
            .into_diagnostic()
            .wrap_err("the program's npm packages cannot be made")?;
        Ok(Self(workspace))
    }

    /// The workspace's directory.
    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}
