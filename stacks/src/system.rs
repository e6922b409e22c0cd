//! The whole system: every stack that a description asks for.
//!
//! References have one direction. A team's stack refers to `edge` alone, and that of its pipeline to the
//! team's and to `pipelines`; the shell's policy names the
//! teams' sites, the login pages and the toggles; the login's client names the shell's URL; and
//! `config.json` in the shell's bucket, which names them all, is last of these. `operations` refers to
//! all of them.

use model::{Graph, StackName, Tags};

use crate::artifacts::Artifacts;
use crate::description::{InvalidName, Name, Operations, Packages, System, Team};
use crate::operations::Shown;
use crate::shell::ShellInputs;
use crate::{edge, identity, operations, packages, pipeline, shell, team, toggles};

/// The names of a system's stacks, in alphabetical order: those of its [`graph`].
#[must_use]
pub fn names(system: &System) -> Vec<StackName> {
    let mut names = vec![StackName::new(toggles::STACK)];
    names.extend(
        system
            .packages
            .iter()
            .map(|_| StackName::new(packages::STACK)),
    );
    if system.shell.is_some() {
        names.extend([edge::STACK, identity::STACK, shell::STACK].map(StackName::new));
        let teams = system.teams.iter().map(|team| team.name.as_str());
        names.extend(teams.map(team::stack_name));
        let with_pipelines = system.teams.iter().filter(|team| team.pipeline.is_some());
        names.extend(with_pipelines.map(|team| pipeline::stack_name(team.name.as_str())));
        if pipeline::is_shared(system) {
            names.push(StackName::new(pipeline::SHARED_STACK));
        }
    }
    names.extend(
        system
            .operations
            .iter()
            .map(|_| StackName::new(operations::STACK)),
    );
    names.sort();
    names
}

/// A system of which nothing is known but its name, and that it has some stacks. Everything else has its
/// default, so its graph is for finding what exists, not for changing it.
///
/// # Errors
/// If the name of a team's stack is not one that a team can have.
pub fn named(name: Name, stacks: &[StackName]) -> Result<System, InvalidName> {
    let mut system = System::new(name);
    for stack in stacks {
        if stack.as_str() == packages::STACK {
            system.packages = Some(Packages::default());
        }
        if stack.as_str() == operations::STACK {
            system.operations = Some(Operations::default());
        }
        if is_site(stack) {
            system.shell.get_or_insert_default();
        }
        if let Some(team) = team::team_name(stack) {
            system.teams.push(Team::new(team.parse()?));
        }
    }
    Ok(system)
}

/// Whether a stack has a site: the shell's, or a team's.
#[must_use]
pub fn is_site(stack: &StackName) -> bool {
    stack.as_str() == shell::STACK || team::team_name(stack).is_some()
}

/// The desired state of a system.
#[must_use]
pub fn graph(system: &System, artifacts: &Artifacts) -> Graph {
    let mut graph = Graph::new(system.name.as_str(), Tags::clone(&system.tags));
    graph.ignore_tags(system.ignore_tags.clone());
    let toggles = toggles::add(&mut graph, system, &artifacts.functions);
    if let Some(settings) = &system.packages {
        packages::add(&mut graph, system, settings);
    }
    if system.shell.is_none() {
        add_operations(&mut graph, system, &[]);
        return graph;
    }
    let edge = edge::add(&mut graph);
    let teams: Vec<_> = system
        .teams
        .iter()
        .map(|team| team::add(&mut graph, team, &edge, &system.sites))
        .collect();
    let shared = pipeline::Shared::add(&mut graph, system);
    for (team, site) in system.teams.iter().zip(&teams) {
        pipeline::add(&mut graph, system, team, site, &shared);
    }
    let login = identity::add(&mut graph, system, artifacts);
    let flips = shell::api(&mut graph, system);
    let around = ShellInputs {
        teams: &teams,
        login: &login,
        toggles: &toggles,
        flips: flips.as_ref(),
        edge: &edge,
    };
    let site = shell::add(&mut graph, system, &around, artifacts);
    let sign_in = identity::add_client(&mut graph, system, &login, &site.url);
    shell::add_config(&mut graph, system, &around, (&site, &sign_in), artifacts);
    let names = system.teams.iter().map(|team| team.name.as_str());
    let names = std::iter::once(shell::STACK).chain(names);
    let sites = std::iter::once(&site).chain(&teams);
    let shown = names.zip(sites).map(|(name, site)| Shown { name, site });
    add_operations(&mut graph, system, &shown.collect::<Vec<_>>());
    graph
}

/// Adds the stack that shows all others, if it is described.
fn add_operations(graph: &mut Graph, system: &System, sites: &[Shown<'_>]) {
    if let Some(settings) = &system.operations {
        operations::add(graph, system, settings, sites);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of physical resources follow from the stack, whatever else is described.
    #[test]
    fn a_system_known_by_its_name_has_the_stacks_that_are_asked_for() {
        let stacks = ["packages", "shell", "team/shipping"].map(StackName::new);
        let by_name = named("acme".parse().unwrap(), &stacks).unwrap();
        let text = "name = \"acme\"\n[packages]\n[shell]\n[teams.shipping]\n";
        assert_eq!(by_name, System::parse("frontage.toml", text).unwrap());

        let alone = named("acme".parse().unwrap(), &[]).unwrap();
        assert_eq!(names(&alone), [StackName::new(toggles::STACK)]);
        let wrong = [StackName::new("team/Shipping")];
        assert!(named("acme".parse().unwrap(), &wrong).is_err());
    }
}
