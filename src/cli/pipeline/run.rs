//! `frontage pipeline run`.

use std::ffi::OsString;

use clap::Args;
use local::Tools;
use miette::{IntoDiagnostic as _, Report};
use model::StackName;
use stacks::description::{System, Team, is_folder};
use stacks::pipeline::{FOLDER_VARIABLE, Step, project_name, stack_name};

use super::team;
use crate::cli::global::{Format, Global};
use crate::cli::interrupts::Interrupts;
use crate::cli::output::say;
use crate::cli::packages::registry;
use crate::cli::release::Canary;
use crate::cli::{advice, context, description};
use crate::packages::{Registry, TOKEN_VARIABLE};
use crate::pipeline::{Checkout, PipelineError, Project, Steps};
use crate::release::{Application, PreviewName};

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The team
    team: String,
    /// The team's Git repository
    #[arg(long, value_name = "DIR|URL", default_value = ".")]
    source: String,
    /// A branch, a tag or a commit
    #[arg(long = "ref", value_name = "REF", default_value = "HEAD")]
    reference: String,
    /// The folder of the team's npm package in the repository [default: that of the team's
    /// pipeline, otherwise the repository itself]
    #[arg(long, value_name = "FOLDER", value_parser = folder)]
    folder: Option<String>,
    /// Get packages from this registry instead of the system's own, with the token from the
    /// variable `NODE_AUTH_TOKEN`
    #[arg(long, value_name = "URL")]
    registry: Option<String>,
    /// Publish as a preview of this name, shown only to visitors with its link
    #[arg(long, value_name = "NAME", conflicts_with = "canary")]
    preview: Option<PreviewName>,
    #[command(flatten)]
    canary: Canary,
}

impl Arguments {
    /// The variables of what is published: a preview, or a canary, of the command line or else the team's.
    fn kind(&self, team: &Team) -> Vec<(&'static str, String)> {
        if let Some(name) = &self.preview {
            return vec![("FRONTAGE_PREVIEW", name.to_string())];
        }
        let given = self.canary.variables();
        if !given.is_empty() {
            return given;
        }
        let pipeline = team.pipeline.as_ref();
        let described = pipeline.and_then(|pipeline| pipeline.canary.as_ref());
        stacks::pipeline::canary_variables(described)
    }
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<(), Report> {
    let application = Application::Team(arguments.team.clone());
    arguments.canary.check(&application)?;
    let stack = stacks::team::stack_name(&arguments.team);
    let system = description::of(global, &[stack])?;
    let team = team(&system, &arguments.team)?;
    let project = Box::pin(project_of(global, &system, team, arguments)).await?;
    let registry = registry_of(global, &project, arguments).await?;
    let mut steps = prepare(global, team, registry.as_ref()).await?;
    if let Some(folder) = project.folder {
        steps.set(FOLDER_VARIABLE, folder);
    }
    for (name, value) in arguments.kind(team) {
        steps.set(name, value);
    }
    let ended = execute(&steps, &arguments.source, &arguments.reference).await;
    ended.map_err(advice::report)
}

/// What the steps need to know of the team: by the command line, otherwise by the description or, with
/// `--system`, by the account.
async fn project_of(
    global: &Global,
    system: &System,
    team: &Team,
    arguments: &Arguments,
) -> Result<Project, Report> {
    let is_complete = arguments.folder.is_some() && arguments.registry.is_some();
    let known = if global.system.is_some() && !is_complete {
        deployed(global, team).await?
    } else {
        let pipeline = team.pipeline.as_ref();
        Project {
            folder: pipeline.and_then(|of| of.folder.clone()),
            has_packages: system.packages.is_some(),
        }
    };
    Ok(Project {
        folder: arguments.folder.clone().or(known.folder),
        ..known
    })
}

/// What the account shows of a team: its pipeline, if CodePipeline runs it, and the system's packages. The
/// index of tags lags, so what the pipeline says of the packages counts as well.
async fn deployed(global: &Global, team: &Team) -> Result<Project, Report> {
    let (system, _, account) = context::reach_by_name(global, &[]).await?;
    let shown = aws::stacks(&account).await.map_err(advice::report)?;
    let team = team.name.as_str();
    let project = if shown.contains(&stack_name(team)) {
        let name = project_name(system.name.as_str(), team);
        let found = Project::find(&account, &name).await;
        found.map_err(advice::report)?.unwrap_or_default()
    } else {
        Project::default()
    };
    let packages = StackName::new(stacks::packages::STACK);
    Ok(Project {
        has_packages: project.has_packages || shown.contains(&packages),
        ..project
    })
}

/// Prepares the steps of a team, with this program and its tools, and with the registry of the packages if
/// there is one.
pub(in crate::cli) async fn prepare(
    global: &Global,
    team: &Team,
    registry: Option<&Registry>,
) -> Result<Steps, Report> {
    let mut steps =
        Steps::prepare(team.name.as_str(), &program(global)?).map_err(advice::report)?;
    if let Some(folder) = team.pipeline.as_ref().and_then(|of| of.folder.as_deref()) {
        steps.set(FOLDER_VARIABLE, folder);
    }
    let tools = tokio::task::spawn_blocking(|| Tools::install(&mut say));
    let tools = tools.await.into_diagnostic()?.into_diagnostic()?;
    steps.set("PATH", tools.path_variable());
    if let Some(registry) = registry {
        steps.set("FRONTAGE_REGISTRY", registry.url());
        steps.set(TOKEN_VARIABLE, registry.token().unwrap_or_default());
    }
    Ok(steps)
}

/// Runs every step in a new checkout, until one fails or the run is interrupted.
pub(in crate::cli) async fn execute(
    steps: &Steps,
    source: &str,
    reference: &str,
) -> Result<(), PipelineError> {
    let checkout = Checkout::of(source, reference).await?;
    say(&format!("commit {} of {source}", checkout.commit()));
    let mut interrupts = Interrupts::listen();
    for step in Step::ALL {
        tokio::select! {
            ended = steps.run(step, &checkout) => ended?,
            () = interrupts.next() => return Err(PipelineError::Interrupted(step)),
        }
    }
    Ok(())
}

/// The registry of the system's packages, or the one that the command line names; `None` if there is
/// neither.
async fn registry_of(
    global: &Global,
    project: &Project,
    arguments: &Arguments,
) -> Result<Option<Registry>, Report> {
    if !project.has_packages && arguments.registry.is_none() {
        return Ok(None);
    }
    registry(global, arguments.registry.clone()).await.map(Some)
}

/// This program with the global options of this run. It publishes from another directory.
fn program(global: &Global) -> Result<Vec<OsString>, Report> {
    let mut words = vec![std::env::current_exe().into_diagnostic()?.into_os_string()];
    if let Some(name) = &global.system {
        words.extend(["--system".into(), name.into()]);
    } else {
        let config = std::path::absolute(&global.config).into_diagnostic()?;
        words.extend(["--config".into(), config.into_os_string()]);
    }
    let options = [
        ("--region", &global.region),
        ("--profile", &global.profile),
        ("--endpoint-url", &global.endpoint_url),
    ];
    for (option, value) in options {
        if let Some(value) = value {
            words.extend([option.into(), value.into()]);
        }
    }
    if global.format == Format::Json {
        words.extend(["--format".into(), "json".into()]);
    }
    Ok(words)
}

/// A folder of the repository.
fn folder(text: &str) -> Result<String, String> {
    if is_folder(text) {
        Ok(text.to_owned())
    } else {
        Err("use a path from the repository's root, such as `apps/shipping`".to_owned())
    }
}
