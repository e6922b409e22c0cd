//! The whole system: every stack that a description asks for.
//!
//! References have one direction. A team's stack refers to `edge` alone; the shell's policy names the
//! teams' sites, the login pages and the toggles; the login's client names the shell's URL; and
//! `config.json` in the shell's bucket, which names them all, is last of these. `operations` refers to
//! all of them.

use model::{Graph, StackName, Tags};

use crate::artifacts::Artifacts;
use crate::description::System;
use crate::operations::Shown;
use crate::shell::ShellInputs;
use crate::{edge, identity, operations, packages, shell, team, toggles};

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
    let login = identity::add(&mut graph, system, artifacts);
    let around = ShellInputs {
        teams: &teams,
        login: &login,
        toggles: &toggles,
        edge: &edge,
    };
    let site = shell::add(&mut graph, system, &around, artifacts);
    let sign_in = identity::add_client(&mut graph, system, &login, &site.url);
    shell::add_config(&mut graph, system, &around, &site, &sign_in);
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
