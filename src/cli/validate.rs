//! `frontage validate`: the description itself, and the values that AWS would refuse.

use std::process::ExitCode;

use aws::Account;
use engine::Resolved;
use miette::Report;
use stacks::description::System;
use stacks::operations;

use crate::cli::global::{Format, Global};
use crate::cli::output::{print_json, say};
use crate::cli::regions::OutOfPlace;
use crate::cli::{advice, context, description, identity};

pub(super) fn run(global: &Global) -> Result<ExitCode, Report> {
    let system = description::read(global)?;
    description::selection(global, &system)?;
    let region = global.region.clone().or(system.region.clone());
    let system = System { region, ..system };
    let graph = context::graph(global, &system, None)?;
    let region = system.region.as_ref();
    let out_of_place = region.and_then(|region| OutOfPlace::find(&graph, region));
    if let Some(out_of_place) = out_of_place {
        return Err(advice::report(out_of_place));
    }
    if let Some(left_out) = operations::left_out(&system) {
        say(&format!("note: {left_out}"));
    }
    let drivers = aws::readers(&Account::offline(graph.system()));
    // The id takes up one tag, whatever its value.
    let known = Resolved {
        id: identity::described(&system),
        ..Resolved::default()
    };
    engine::check(&graph, &drivers, &known).map_err(advice::plan)?;
    let resources = graph.nodes().count();
    match global.format {
        Format::Json => print_json(&serde_json::json!({
            "version": 1, "valid": true, "system": graph.system(), "stacks": graph.stacks(), "resources": resources,
        }))?,
        Format::Human => say(&format!(
            "{} is valid: system {}, {} stack(s), {resources} resources",
            global.config.display(),
            graph.system(),
            graph.stacks().len(),
        )),
    }
    Ok(ExitCode::SUCCESS)
}
