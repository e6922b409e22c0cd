//! `frontage release rollback`.

use clap::Args;
use miette::Report;

use super::destination;
use super::named::Named;
use super::progress::with_progress;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json};
use crate::render;

/// Arguments of `rollback`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    named: Named,
    /// The release, or the beginning of its version; default: end a running canary, otherwise the
    /// previous release
    #[arg(value_name = "VERSION")]
    version: Option<String>,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<(), Report> {
    let (application, releases) = destination::named(global, &arguments.named.application).await?;
    let roll_back = async |events| {
        releases
            .roll_back(arguments.version.as_deref(), &events)
            .await
    };
    let back = with_progress(global.format, roll_back).await?;
    match global.format {
        Format::Json => print_json(&back),
        Format::Human => print(&render::rolled_back(&application, &back)),
    }
}
