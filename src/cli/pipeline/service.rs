//! `frontage pipeline list`, `start`, `logs` and `approve`: a team's pipeline in `CodePipeline`.

use clap::Args;
use miette::{Report, miette};
use stacks::description::Team;
use stacks::pipeline::pipeline_name;

use super::team;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::cli::{advice, context};
use crate::pipeline::Service;
use crate::render;

/// Arguments of `list`.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// The team
    team: String,
    /// The number of runs, the newest first
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(i32).range(1..=100))]
    last: i32,
}

/// Arguments of `start`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Start {
    /// The team
    team: String,
}

/// Arguments of `logs`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Logs {
    /// The team
    team: String,
    /// The id of the run; default: the newest
    run: Option<String>,
}

/// Arguments of `approve`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Approve {
    /// The team
    team: String,
    /// Reject it instead: the run ends
    #[arg(long)]
    reject: bool,
    /// What others see beside the answer
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "by frontage pipeline approve"
    )]
    comment: String,
}

pub(super) async fn list(global: &Global, arguments: &List) -> Result<(), Report> {
    let service = service(global, &arguments.team).await?;
    let runs = service.runs(arguments.last).await;
    let runs = runs.map_err(advice::report)?;
    match global.format {
        Format::Json => print_json(&runs),
        Format::Human if runs.is_empty() => {
            say("the pipeline has not run yet");
            Ok(())
        }
        Format::Human => print(&render::runs(&runs)),
    }
}

pub(super) async fn start(global: &Global, arguments: &Start) -> Result<(), Report> {
    let service = service(global, &arguments.team).await?;
    let id = service.start().await.map_err(advice::report)?;
    match global.format {
        Format::Json => print_json(&serde_json::json!({ "id": id })),
        Format::Human => print(&format!("started: {id}")),
    }
}

pub(super) async fn logs(global: &Global, arguments: &Logs) -> Result<(), Report> {
    let service = service(global, &arguments.team).await?;
    let logs = service.logs(arguments.run.as_deref()).await;
    let logs = logs.map_err(advice::report)?;
    match global.format {
        Format::Json => print_json(&logs),
        Format::Human if logs.is_empty() => {
            say("no build has started in this run");
            Ok(())
        }
        Format::Human => print(&render::build_logs(&logs)),
    }
}

pub(super) async fn approve(global: &Global, arguments: &Approve) -> Result<(), Report> {
    let service = service(global, &arguments.team).await?;
    let answered = service.answer(!arguments.reject, &arguments.comment);
    let answered = answered.await.map_err(advice::report)?;
    match global.format {
        Format::Json => print_json(&answered),
        Format::Human => {
            let word = if answered.approved {
                "approved"
            } else {
                "rejected"
            };
            print(&format!(
                "{word}: {} of run {}",
                answered.stage, answered.run
            ))
        }
    }
}

/// The pipeline of a team.
async fn service(global: &Global, name: &str) -> Result<Service, Report> {
    let stack = stacks::team::stack_name(name);
    let (system, _, account) = context::reach_by_name(global, &[stack]).await?;
    let team = team(&system, name)?;
    // With `--system` it is known by its name alone.
    if global.system.is_none() {
        assert_pipeline(team)?;
    }
    let name = pipeline_name(system.name.as_str(), team.name.as_str());
    Ok(Service::new(&account, name))
}

/// Checks that CodePipeline runs the pipeline of a described team.
fn assert_pipeline(team: &Team) -> Result<(), Report> {
    let name = &team.name;
    let Some(pipeline) = &team.pipeline else {
        return Err(miette!(
            help = format!("describe one in frontage.toml: [teams.{name}.pipeline]"),
            "the team {name} has no pipeline"
        ));
    };
    match pipeline.ci() {
        None => Ok(()),
        Some(ci) => Err(miette!(
            help = "look at the runs where the repository is",
            "{} runs the pipeline of {name}, not CodePipeline",
            ci.as_str()
        )),
    }
}
