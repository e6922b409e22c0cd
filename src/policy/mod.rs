//! Which permissions each command needs: what it calls, by the declarations next to that code.
//!
//! Knows no terminal, and makes no calls.

mod settings;

use std::collections::{BTreeMap, BTreeSet};

use aws::Declared;
use aws::Purpose::{self, Change, Create, Delete, Read};
use aws::policy::{
    BINDING, Condition, HISTORY, INDEX, LEASES, Names, OTHER_NAMES, Policy, RUNS, UNLOCKING,
};
use engine::{Goal, Selection, types_left, types_looked_up, types_read, types_selected};
use model::{Graph, StackName};
use stacks::description::System;
use stacks::pipeline::team_name;
use stacks::system::is_site;
use stacks::toggles::Endpoint;
use stacks::{operations, packages, toggles};

/// A command, or several with the same needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// `plan` and `outputs`.
    Plan,
    /// `apply`.
    Apply,
    /// `destroy`.
    Destroy,
    /// `history`.
    History,
    /// `unlock`.
    Unlock,
    /// `toggles`, with all its commands.
    Toggles,
    /// `release`, with all its commands.
    Release,
    /// `packages`, with all its commands.
    Packages,
    /// `pipeline list`, `start`, `logs` and `approve`.
    Pipeline,
    /// `status`.
    Status,
}

impl Need {
    /// Every command.
    pub const ALL: &[Self] = &[
        Self::Plan,
        Self::Apply,
        Self::Destroy,
        Self::History,
        Self::Unlock,
        Self::Toggles,
        Self::Release,
        Self::Packages,
        Self::Pipeline,
        Self::Status,
    ];
}

/// A system, as its permissions are derived.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    /// Its description.
    pub system: &'s System,
    /// Its desired state.
    pub graph: &'s Graph,
    /// The Region; `None`: any.
    pub region: Option<&'s str>,
    /// The stacks that the command is for.
    pub selection: &'s Selection,
    /// The ids of the toggles that `toggles` may change, with `*` and `?`; all, if there are none.
    pub may_flip: Option<&'s [String]>,
}

/// The least policy under which commands work.
#[must_use]
pub fn policy(subject: Subject<'_>, needs: &[Need]) -> Policy {
    let mut policy = Policy::new(Names {
        system: subject.graph.system().to_owned(),
        region: subject.region.map(str::to_owned),
        account: subject.system.account.clone(),
        role_path: subject
            .system
            .functions
            .role_path
            .clone()
            .unwrap_or("/".to_owned()),
    });
    for need in needs {
        subject.allow(*need, &mut policy);
    }
    policy
}

impl Subject<'_> {
    fn allow(self, need: Need, policy: &mut Policy) {
        let converge = Goal::Converge;
        let destroy = Goal::Destroy { delete_data: true };
        match need {
            Need::Plan => {
                policy.allow(OTHER_NAMES, &[Read], self.selection);
                self.planning(policy, converge);
            }
            Need::Apply => {
                policy.allow(OTHER_NAMES, &[Read], self.selection);
                self.writing(policy, converge, &[Create, Change, Delete]);
            }
            Need::Destroy => self.writing(policy, destroy, &[Delete]),
            Need::History => policy.allow(HISTORY, &[Read], self.selection),
            Need::Unlock => policy.allow(UNLOCKING, &[Read, Change], self.selection),
            Need::Toggles => self.toggles(policy),
            Need::Release => self.releases(policy),
            Need::Packages => self.packages(policy),
            Need::Pipeline => self.pipelines(policy),
            Need::Status => self.status(policy),
        }
    }

    /// Reading the account for a goal: the types of what is selected, what that refers to, and the
    /// orphans.
    fn reading(self, policy: &mut Policy, goal: Goal, selection: &Selection) {
        let mut types = types_read(self.graph, selection, goal);
        let everything = goal != Goal::Converge && selection.reaches_beyond(self.graph);
        let selected = types_selected(self.graph, selection);
        let declared = aws::declared();
        let of_selected = declared
            .iter()
            .filter(|of| selected.contains(of.resource_type.name));
        let shown = of_selected.flat_map(Declared::services).collect();
        let whole = selection.covers_whole_system();
        let searched = declared
            .iter()
            .filter(|of| everything || of.is_searched(whole, &shown));
        types.extend(searched.map(|of| of.resource_type.name));
        policy.allow(INDEX, &[Read], selection);
        policy.allow_types(&types, &[Read], selection);
        if goal == Goal::Converge {
            self.elsewhere(policy, &[Read], selection);
        } else {
            // What uses the selected is read as well.
            self.elsewhere(policy, &[Read], &Selection::All);
        }
        self.settings(policy, false, selection);
    }

    /// Reading what is selected, and what earlier descriptions may have left there.
    fn planning(self, policy: &mut Policy, goal: Goal) {
        self.reading(policy, goal, self.selection);
        let left = types_left(self.graph, self.selection);
        policy.allow_types(&left, &[Read], self.selection);
    }

    /// A run that writes.
    fn writing(self, policy: &mut Policy, goal: Goal, purposes: &[Purpose]) {
        self.planning(policy, goal);
        let types = types_selected(self.graph, self.selection);
        policy.allow_types(&types, purposes, self.selection);
        self.elsewhere(policy, purposes, self.selection);
        policy.allow(LEASES, &[Read, Change], self.selection);
        self.settings(policy, true, self.selection);
    }

    /// The same for what the selected stacks have in other Regions, with what refers to it, such as the
    /// subscriptions of a topic.
    fn elsewhere(self, policy: &mut Policy, purposes: &[Purpose], selection: &Selection) {
        for (region, types) in types_elsewhere(self.graph, selection) {
            policy.allow_types_in(region, &types, purposes, self.selection);
        }
    }

    /// Of described stacks alone, so remains of others are not looked for.
    fn status(self, policy: &mut Policy) {
        let stacks = crate::status::described(self.graph, self.selection);
        self.reading(policy, Goal::Converge, &stacks);
        policy.allow(RUNS, &[Read], self.selection);
        policy.allow(crate::status::CALLS, &[Read], self.selection);
        if !types_elsewhere(self.graph, &stacks).is_empty() {
            policy.allow(crate::status::ELSEWHERE, &[Read], self.selection);
        }
        if let Some(only) = self.with_runs() {
            policy.allow(crate::status::PIPELINES, &[Read], &only);
        }
    }

    fn toggles(self, policy: &mut Policy) {
        policy.allow(BINDING, &[Read], self.selection);
        let calls = crate::toggles::CALLS;
        policy.allow(calls, &[Read], self.selection);
        match self.may_flip {
            None => policy.allow(calls, &[Change], self.selection),
            // Who may flip nothing may look.
            Some([]) => {}
            // The keys of all tables that are written are ids of toggles.
            Some(patterns) => {
                let condition = Condition::keys_like(patterns);
                policy.allow_if(&condition, calls, &[Change], self.selection);
            }
        }
        let outputs = self.graph.outputs().get(&StackName::new(toggles::STACK));
        let outputs = outputs.into_iter().flatten();
        let texts = outputs
            .filter(|(name, _)| Endpoint::NAMES.contains(&name.as_str()))
            .map(|(_, text)| text);
        let types = types_looked_up(self.graph, texts);
        policy.allow_types(&types, &[Read], self.selection);
        settings::allow_key(policy, self.system.toggles.kms_key.as_deref(), false);
    }

    fn releases(self, policy: &mut Policy) {
        let stacks = stacks::system::names(self.system).into_iter();
        let sites = stacks.filter(|stack| self.selection.contains(stack) && is_site(stack));
        let sites: BTreeSet<_> = sites.collect();
        if !sites.is_empty() {
            let sites = Selection::Only(sites);
            self.reading(policy, Goal::Converge, &sites);
            policy.allow(BINDING, &[Read], &sites);
            policy.allow(crate::release::CALLS, &[Change], &sites);
            self.marking(policy);
        }
    }

    /// Marking releases on the dashboard, if the system has one.
    fn marking(self, policy: &mut Policy) {
        if self.system.operations.is_none() {
            return;
        }
        let operations = crate::release::MARKING.iter().flat_map(|of| of.operations);
        for operation in operations {
            let within = Condition::equals("cloudwatch:namespace", operations::NAMESPACE);
            policy.allow_action(*operation, "*", Some(within));
        }
    }

    /// The runs of the selected stacks' pipelines.
    fn pipelines(self, policy: &mut Policy) {
        if let Some(only) = self.with_runs() {
            policy.allow(crate::pipeline::CALLS, &[Read, Change], &only);
        }
    }

    /// The selected stacks that have pipelines, if there are some.
    fn with_runs(self) -> Option<Selection> {
        let stacks = stacks::system::names(self.system).into_iter();
        let selected = stacks.filter(|stack| self.selection.contains(stack));
        let with_runs: BTreeSet<_> = selected.filter(|of| team_name(of).is_some()).collect();
        (!with_runs.is_empty()).then_some(Selection::Only(with_runs))
    }

    /// The actions of npm's requests. Sources: Service Authorization Reference, "AWS CodeArtifact";
    /// CodeArtifact User Guide, "Authentication and tokens".
    fn packages(self, policy: &mut Policy) {
        if self.system.packages.is_none() {
            return;
        }
        let stack = StackName::new(packages::STACK);
        let only = Selection::Only(BTreeSet::from([stack.clone()]));
        self.reading(policy, Goal::Converge, &only);
        policy.allow(BINDING, &[Read], &only);
        policy.allow(crate::packages::CALLS, &[Change], &only);
        let condition = Condition::equals("sts:AWSServiceName", "codeartifact.amazonaws.com");
        policy.allow_action("sts:GetServiceBearerToken", "*", Some(condition));
        let within = |on: &str| policy.names().arn(on, Some(&stack));
        let repositories = within("codeartifact:{region}:{account}:repository/{stack}/*");
        let packages = within("codeartifact:{region}:{account}:package/{stack}/*");
        policy.allow_action("codeartifact:ReadFromRepository", repositories, None);
        for action in [
            "codeartifact:PublishPackageVersion",
            "codeartifact:PutPackageMetadata",
        ] {
            policy.allow_action(action, packages.clone(), None);
        }
    }
}

/// The types of the resources of some stacks that are in other Regions than the system, by Region, with
/// those that refer to them.
fn types_elsewhere<'g>(
    graph: &'g Graph,
    selection: &Selection,
) -> BTreeMap<&'g str, BTreeSet<&'g str>> {
    let mut types = BTreeMap::<_, BTreeSet<_>>::new();
    let mut regions = BTreeMap::new();
    let nodes = graph.nodes();
    for node in nodes.filter(|node| selection.contains(node.address.stack())) {
        let stated = node.region();
        let of_another = || {
            node.dependencies
                .iter()
                .find_map(|on| regions.get(on).copied())
        };
        if let Some(region) = stated.or_else(of_another) {
            let of_region = types.entry(region).or_default();
            of_region.insert(node.resource_type.name);
        }
        if let Some(region) = stated {
            regions.insert(&node.address, region);
        }
    }
    types
}

#[cfg(test)]
mod tests;
