//! `frontage build`.

use std::process::ExitCode;

use clap::Args;
use miette::{Report, miette};

use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json};
use crate::cli::{description, functions};

/// Arguments of `build`.
#[derive(Debug, Args)]
pub(super) struct Arguments {}

pub(super) async fn run(global: &Global, _: &Arguments) -> Result<ExitCode, Report> {
    let system = description::read(global)?;
    let root = local::workspace_root().ok_or_else(|| {
        miette!(
            help = "released binaries include the functions; run this in a checkout of Frontage to build them",
            "the functions' source tree was not found"
        )
    })?;
    let built = functions::build(root, functions::architecture(&system)).await?;
    match global.format {
        Format::Json => {
            let rows = built.iter().map(|function| {
                serde_json::json!({"name": function.name, "path": function.path, "code_sha256": function.code_sha256})
            });
            print_json(&serde_json::json!({"version": 1, "functions": rows.collect::<Vec<_>>()}))?;
        }
        Format::Human => {
            for function in &built {
                print(&format!(
                    "{}  {}  {}",
                    function.code_sha256,
                    function.name,
                    function.path.display()
                ))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
