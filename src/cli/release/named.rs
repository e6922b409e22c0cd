//! The argument that names an application.

use clap::Args;

/// The application.
#[derive(Debug, Args)]
pub(in crate::cli) struct Named {
    /// `shell`, or a team's name
    #[arg(value_name = "shell|TEAM")]
    pub(super) application: String,
}
