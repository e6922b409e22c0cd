//! `frontage build`.

use std::process::ExitCode;

use clap::Args;
use miette::{Report, miette};

use crate::cli::context;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json};

/// Arguments of `build`.
#[derive(Debug, Args)]
pub(super) struct Arguments {}

pub(super) async fn run(global: &Global, _: &Arguments) -> Result<ExitCode, Report> {
    let system = context::describe(global)?;
    let root = local::workspace_root().ok_or_else(|| {
        miette!(
            help = "released binaries include the functions; run this in a checkout of Frontage to build them",
            "the functions' source tree was not found"
        )
    })?;
    let functions = context::build(root, context::architecture(&system)).await?;
    match global.format {
        Format::Json => {
            let rows = functions.iter().map(|function| {
                serde_json::json!({"name": function.name, "path": function.path, "code_sha256": function.code_sha256})
            });
            print_json(&serde_json::json!({"version": 1, "functions": rows.collect::<Vec<_>>()}))?;
        }
        Format::Human => {
            for function in &functions {
                print(&format!(
                    "{}  {}  {}",
                    function.code_sha256,
                    function.name,
                    function.path.display()
                ));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
