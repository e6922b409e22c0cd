//! `frontage outputs`.

use std::process::ExitCode;

use engine::Goal;
use miette::{Report, miette};

use crate::cli::context::Context;
use crate::cli::functions::Zips;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::render;

pub(super) async fn run(global: &Global) -> Result<ExitCode, Report> {
    let mut context = Context::open(global, Zips::None).await?;
    let inventory = context.read(Goal::Converge).await?;
    let outputs = context.outputs(&inventory.known);
    if outputs.values().all(std::collections::BTreeMap::is_empty) {
        return Err(miette!(
            help = "run `frontage apply` first",
            "the system {} is not deployed in account {}, {}",
            context.graph.system(),
            context.account.id(),
            context.account.region(),
        ));
    }
    if let Some(lacking) = context.left_out() {
        say(&lacking.to_string());
    }
    match global.format {
        Format::Json => print_json(&outputs)?,
        Format::Human => print(&render::outputs(&outputs))?,
    }
    Ok(ExitCode::SUCCESS)
}
