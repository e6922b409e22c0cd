//! The plan as ordered steps, which the executor runs.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Replacement};
use serde_json::Value;

use crate::event::StepKind;
use crate::live::Live;
use crate::plan::{Action, Plan, ResourcePlan};

/// One call to a driver.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The action.
    pub kind: StepKind,
    /// The resource: an index into [`Plan::resources`].
    pub resource: usize,
    /// The steps, by index, that must have succeeded before.
    pub after: BTreeSet<usize>,
}

/// The steps of a plan. A replacement is two of them.
///
/// # Guarantees
/// - A resource is created or changed after the resources that it refers to.
/// - A resource is deleted for good after everything that refers to it was changed or deleted.
/// - A replacement creates first or deletes first, as its type says.
#[must_use]
pub(super) fn steps(plan: &Plan) -> Vec<Step> {
    let mut steps = Vec::new();
    for (resource, planned) in plan.resources.iter().enumerate() {
        for kind in kinds(planned) {
            steps.push(Step {
                kind: *kind,
                resource,
                after: BTreeSet::new(),
            });
        }
    }
    let orders = Orders::of(plan, &steps);
    let after: Vec<BTreeSet<usize>> = (0..steps.len()).map(|step| orders.before(step)).collect();
    for (step, after) in steps.iter_mut().zip(after) {
        step.after = after;
    }
    steps
}

fn kinds(planned: &ResourcePlan) -> &'static [StepKind] {
    match planned.action {
        Action::Create { .. } => &[StepKind::Create],
        Action::Update { .. } => &[StepKind::Update],
        Action::Delete => &[StepKind::Delete],
        Action::Replace { .. } => match planned.resource_type.replacement {
            Replacement::CreateFirst => &[StepKind::Create, StepKind::Delete],
            Replacement::DeleteFirst => &[StepKind::Delete, StepKind::Create],
        },
    }
}

struct Orders<'p> {
    plan: &'p Plan,
    steps: &'p [Step],
    /// The step that creates or changes the resource at an address.
    writes: BTreeMap<&'p Address, usize>,
}

impl<'p> Orders<'p> {
    fn of(plan: &'p Plan, steps: &'p [Step]) -> Self {
        let writing = steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step.kind != StepKind::Delete);
        let writes = writing
            .map(|(index, step)| (&plan.resources[step.resource].address, index))
            .collect();
        Self {
            plan,
            steps,
            writes,
        }
    }

    fn planned(&self, step: usize) -> &'p ResourcePlan {
        &self.plan.resources[self.steps[step].resource]
    }

    fn before(&self, step: usize) -> BTreeSet<usize> {
        let mut before = match self.steps[step].kind {
            StepKind::Create | StepKind::Update => self.before_write(step),
            StepKind::Delete => self.before_delete(step),
        };
        // The two steps of one replacement are in the order in which `kinds` lists them.
        before.extend(
            (0..step).filter(|other| self.steps[*other].resource == self.steps[step].resource),
        );
        before
    }

    /// The writes of the resources that it refers to.
    fn before_write(&self, step: usize) -> BTreeSet<usize> {
        let Some(node) = &self.planned(step).node else {
            return BTreeSet::new();
        };
        node.dependencies
            .iter()
            .filter_map(|on| self.writes.get(on).copied())
            .collect()
    }

    /// The deletions and the writes of the resources that refer, or may refer, to it.
    ///
    /// A replacement that deletes first waits for nothing: those that refer to it could release
    /// only a name that is the same afterwards, and AWS accepts such a deletion.
    fn before_delete(&self, step: usize) -> BTreeSet<usize> {
        let planned = self.planned(step);
        if matches!(planned.action, Action::Replace { .. }) && !planned.creates_first() {
            return BTreeSet::new();
        }
        let others = (0..self.steps.len())
            .filter(|other| self.steps[*other].resource != self.steps[step].resource);
        others
            .filter(|other| match self.steps[*other].kind {
                StepKind::Delete => self.may_refer(*other, step),
                StepKind::Create | StepKind::Update => self.used_to_refer(*other, step),
            })
            .collect()
    }

    /// Whether one live resource may refer to another: its type may, or, if they have the same
    /// type, it does.
    fn may_refer(&self, from: usize, to: usize) -> bool {
        let (from, to) = (self.planned(from), self.planned(to));
        if from.resource_type.name != to.resource_type.name {
            return from
                .resource_type
                .refers_to
                .contains(&to.resource_type.name);
        }
        let (Some(from), Some(to)) = (&from.live, &to.live) else {
            return false;
        };
        let has = |live: &Live, text: &str| {
            live.id == text || live.attributes.values().any(|value| value == text)
        };
        // A value that both have is their parent's, such as the function of two permissions: it is
        // no reference to the other.
        let properties = from.properties.to_json().unwrap_or_default();
        mentions(&properties, &|text| has(to, text) && !has(from, text))
    }

    /// Whether a write may make a resource release one that is deleted.
    fn used_to_refer(&self, write: usize, deleted: usize) -> bool {
        let referred = self.planned(write).live.is_some() && self.may_refer(write, deleted);
        // A duplicate or a replaced one is released by the resources that refer to its address.
        let address = &self.planned(deleted).address;
        referred
            || self
                .planned(write)
                .node
                .as_ref()
                .is_some_and(|node| node.dependencies.contains(address))
    }
}

/// Whether a value contains a wanted text.
pub(super) fn mentions(value: &Value, wanted: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => wanted(text),
        Value::Array(items) => items.iter().any(|item| mentions(item, wanted)),
        Value::Object(members) => members.values().any(|member| mentions(member, wanted)),
        _ => false,
    }
}
