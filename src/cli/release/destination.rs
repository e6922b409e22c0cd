//! The destination of an application's releases: the outputs of its stack.

use engine::Selection;
use miette::{Report, miette};
use model::StackName;
use stacks::description::System;
use stacks::{operations, shell, team};

use crate::cli::context::{Context, Outputs};
use crate::cli::description;
use crate::cli::global::Global;
use crate::release::{Application, Destination, Marks, Metric, Releases};

/// The system and its application with this name. With `--system` it has the application if its stack
/// exists.
pub(super) fn of(global: &Global, name: &str) -> Result<(System, Application), Report> {
    let stack = match name {
        shell::STACK => StackName::new(name),
        _ => team::stack_name(team::team_name(&StackName::new(name)).unwrap_or(name)),
    };
    let system = description::of(global, &[stack])?;
    let application = application(&system, name)?;
    Ok((system, application))
}

/// The application with this name, or whose stack has this name.
fn application(system: &System, name: &str) -> Result<Application, Report> {
    let stack = StackName::new(name);
    let wanted = team::team_name(&stack).unwrap_or(name);
    let known: Vec<_> = applications(system, &Selection::All).collect();
    if let Some(found) = known.iter().find(|known| known.to_string() == wanted) {
        return Ok(found.clone());
    }
    let help = if known.is_empty() {
        "describe one in frontage.toml: [shell], and [teams.NAME] for each team".to_owned()
    } else {
        let known: Vec<_> = known.iter().map(ToString::to_string).collect();
        format!("the applications are: {}", known.join(", "))
    };
    Err(miette!(help = help, "there is no application `{name}`"))
}

/// The application's releases, found through its stack.
pub(super) async fn releases(
    global: &Global,
    application: &Application,
) -> Result<Releases, Report> {
    let stack = stack_of(application);
    let (context, outputs) = Context::open_stack(global, &stack, shell::Outputs::of).await?;
    Ok(releases_at(&context, outputs, application))
}

/// The application's releases, if its stack's outputs are already known.
pub(in crate::cli) fn in_outputs(
    context: &Context,
    outputs: &Outputs,
    application: &Application,
) -> Result<Releases, Report> {
    let outputs = context.outputs_of(outputs, &stack_of(application), shell::Outputs::of)?;
    Ok(releases_at(context, outputs, application))
}

/// The outputs of a team's stack are those of the shell's: both have a site.
fn releases_at(
    context: &Context,
    outputs: shell::Outputs<String>,
    application: &Application,
) -> Releases {
    let destination = Destination {
        bucket: outputs.bucket,
        url: outputs.url,
        system: context.graph.system().to_owned(),
        application: application.clone(),
    };
    let marks = marks(context, application);
    Releases::new(&context.account, destination).with_marks(marks)
}

/// Where the dashboard of the stack `operations` looks for releases of an application.
fn marks(context: &Context, application: &Application) -> Marks {
    let dimensions = operations::dimensions(context.graph.system(), &application.to_string());
    let metric = Metric {
        namespace: operations::NAMESPACE,
        name: operations::RELEASES,
        dimensions: dimensions.to_vec(),
    };
    Marks::new(&context.account, StackName::new(operations::STACK), metric)
}

/// Reads the description first: an unknown name needs no account.
pub(super) async fn named(global: &Global, name: &str) -> Result<(Application, Releases), Report> {
    let (_, application) = of(global, name)?;
    let releases = releases(global, &application).await?;
    Ok((application, releases))
}

/// The URL at which an application is served, without a trailing slash.
pub(in crate::cli) fn site(outputs: &Outputs, application: &Application) -> Option<String> {
    let outputs = shell::Outputs::of(outputs.get(&stack_of(application))?);
    outputs.ok().map(|outputs| outputs.url)
}

/// The applications of the selected stacks, in the order of the stacks.
pub(in crate::cli) fn applications(
    system: &System,
    selection: &Selection,
) -> impl Iterator<Item = Application> {
    let stacks = stacks::system::names(system).into_iter();
    stacks
        .filter(|stack| selection.contains(stack))
        .filter_map(|stack| of_stack(&stack))
}

fn stack_of(application: &Application) -> StackName {
    match application {
        Application::Shell => StackName::new(shell::STACK),
        Application::Team(name) => team::stack_name(name),
    }
}

fn of_stack(stack: &StackName) -> Option<Application> {
    if stack.as_str() == shell::STACK {
        return Some(Application::Shell);
    }
    team::team_name(stack).map(|name| Application::Team(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system() -> System {
        let text = "name = \"acme\"\n[packages]\n[shell]\n[teams.shipping]\n[teams.billing]\n";
        System::parse("frontage.toml", text).unwrap()
    }

    #[test]
    fn applications_are_the_shell_and_the_teams() {
        let all: Vec<_> = applications(&system(), &Selection::All)
            .map(|of| (of.to_string(), stack_of(&of).to_string()))
            .collect();
        let expected = [
            ("shell", "shell"),
            ("billing", "team/billing"),
            ("shipping", "team/shipping"),
        ];
        assert_eq!(
            all,
            expected.map(|(of, stack)| (of.to_owned(), stack.to_owned()))
        );
    }

    #[test]
    fn an_application_is_found_by_its_name_or_its_stacks() {
        let found = |name| application(&system(), name).ok();
        let billing = Some(Application::Team("billing".to_owned()));
        assert_eq!(found("billing"), billing);
        assert_eq!(found("team/billing"), billing);
        assert_eq!(found("shell"), Some(Application::Shell));
        assert_eq!(found("toggles"), None);
    }
}
