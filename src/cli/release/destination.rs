//! Where an application is released to: what its stack tells about itself.

use engine::{Goal, Selection};
use miette::{Report, miette};
use model::{Graph, StackName};
use stacks::description::System;

use crate::cli::context::{self, Context, Outputs, Zips};
use crate::cli::global::Global;
use crate::release::{Application, Destination, Releases};

/// The stack of the shell.
const SHELL: &str = "shell";
/// What the names of teams' stacks begin with.
const TEAM: &str = "team/";

/// The application with this name.
pub(super) fn application(system: &System, name: &str) -> Result<Application, Report> {
    let graph = context::graph(system, None)?;
    let wanted = stack(name);
    if graph.stacks().contains(&wanted) {
        return Ok(of_stack(&wanted).unwrap_or(Application::Shell));
    }
    let known: Vec<String> = applications(&graph, &Selection::All)
        .map(|known| known.to_string())
        .collect();
    let help = if known.is_empty() {
        "describe one in frontage.toml: [shell], and [teams.NAME] for each team".to_owned()
    } else {
        format!("the applications are: {}", known.join(", "))
    };
    Err(miette!(help = help, "there is no application `{name}`"))
}

/// The application's releases, reached through its stack.
pub(super) async fn releases(
    global: &Global,
    application: &Application,
) -> Result<Releases, Report> {
    let stack = stack_of(application);
    let global = Global {
        stack: vec![stack.to_string()],
        ..global.clone()
    };
    let mut context = Context::open(&global, Zips::None).await?;
    let inventory = context.read(Goal::Converge).await?;
    in_outputs(&context, &context.outputs(&inventory.known), application)
}

/// The application's releases, where its stack's outputs are known already.
pub(in crate::cli) fn in_outputs(
    context: &Context,
    outputs: &Outputs,
    application: &Application,
) -> Result<Releases, Report> {
    let stack = stack_of(application);
    let output = |name: &str| {
        outputs
            .get(&stack)
            .and_then(|values| values.get(name))
            .cloned()
    };
    let (Some(bucket), Some(url)) = (output("bucket"), site(outputs, application)) else {
        return Err(miette!(
            help = format!("run `frontage apply --stack {stack}` first"),
            "the stack {stack} does not stand in account {}, {}",
            context.account.id(),
            context.account.region(),
        ));
    };
    let system = context.graph.system().to_owned();
    let destination = Destination {
        bucket,
        url,
        system,
        application: application.clone(),
    };
    Ok(Releases::new(&context.account, destination))
}

/// Reads the description first: a name that is not in it needs no account.
pub(super) async fn named(global: &Global, name: &str) -> Result<(Application, Releases), Report> {
    let application = application(&context::describe(global)?, name)?;
    let releases = releases(global, &application).await?;
    Ok((application, releases))
}

/// The URL at which an application is served, without a slash at the end.
pub(in crate::cli) fn site(outputs: &Outputs, application: &Application) -> Option<String> {
    let url = outputs.get(&stack_of(application))?.get("url")?;
    Some(url.trim_end_matches('/').to_owned())
}

/// The applications of the stacks that a command speaks of.
pub(in crate::cli) fn applications(
    graph: &Graph,
    selection: &Selection,
) -> impl Iterator<Item = Application> {
    graph
        .stacks()
        .iter()
        .filter(|stack| selection.contains(stack))
        .filter_map(of_stack)
}

fn stack_of(application: &Application) -> StackName {
    match application {
        Application::Shell => stack(SHELL),
        Application::Team(name) => stack(name),
    }
}

fn stack(name: &str) -> StackName {
    match name.strip_prefix(TEAM).unwrap_or(name) {
        SHELL => StackName::new(SHELL),
        team => StackName::new(format!("{TEAM}{team}")),
    }
}

fn of_stack(stack: &StackName) -> Option<Application> {
    match stack.as_str() {
        SHELL => Some(Application::Shell),
        other => other
            .strip_prefix(TEAM)
            .map(|team| Application::Team(team.to_owned())),
    }
}
