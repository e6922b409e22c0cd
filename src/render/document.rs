//! Plans and reports as JSON. docs/plan.schema.json is the schema of a plan.

use std::collections::BTreeMap;

use engine::{
    Action, Change, Counts, Holding, Outcome, Plan, Precision, Reason, Refusal, Report,
    ResourcePlan, StepKind, Strangeness, Stranger,
};
use model::{Pseudo, StackName};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// The version of these documents; it changes when a member changes its meaning or is removed.
const VERSION: u32 = 1;

/// A plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Plan")]
pub struct PlanDocument {
    /// The version of this document: 1.
    version: u32,
    /// The system's name.
    system: String,
    /// The account id: 12 digits.
    account: String,
    /// The Region.
    region: String,
    /// The other Regions of the account in which resources of the system were seen. They are left
    /// untouched.
    other_regions: Vec<String>,
    /// The number of resources per action.
    summary: CountsDocument,
    /// The number of resources that already match the description.
    unchanged: usize,
    /// The planned actions, in the order of the model; deletions come last.
    resources: Vec<ResourceDocument>,
    /// Resources that are not touched, since they are somebody else's, and those that wait for them.
    refused: Vec<RefusedDocument>,
    /// Resources that are kept though they are not described or are to be destroyed, since they hold
    /// people's data.
    kept: Vec<KeptDocument>,
    /// Settings that are left as they are, since the description does not state them and others may
    /// have made them.
    left: Vec<LeftDocument>,
    /// Types that could not be looked at, since their service is not in the Region or may not be
    /// read: resources of them that are no longer described, if there are any, stay.
    unsearched: Vec<UnsearchedDocument>,
    /// Resources that the plan came across and that are not known to be the system's: they have names
    /// like the system's and their owner may not be read, or others added them to one of the system's.
    /// They are left alone, unless the plan deletes the resource that they are within.
    strangers: Vec<StrangerDocument>,
}

/// The planned action on one resource.
#[derive(Debug, Serialize, JsonSchema)]
struct ResourceDocument {
    /// Its address, `STACK/NAME`.
    address: String,
    /// Its CloudFormation type.
    #[serde(rename = "type")]
    resource_type: String,
    /// The action.
    action: ActionName,
    /// Why a live resource differs; null for creations and deletions.
    reason: Option<ReasonName>,
    /// Its physical id; null if it is still to be created.
    id: Option<String>,
    /// The properties that differ; for a creation all of them, with null as the old value.
    changes: Vec<ChangeDocument>,
    /// How much of people's data a deletion deletes; null if its type holds none.
    holds: Option<HoldingDocument>,
}

/// A resource that is not touched.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Refused")]
struct RefusedDocument {
    /// Its address.
    address: String,
    /// Why.
    reason: String,
    /// What to do about it.
    help: String,
}

/// How much of people's data a resource holds.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Holding")]
struct HoldingDocument {
    /// The number; null if it could not be counted.
    number: Option<u64>,
    /// How close the number is; null if there is none.
    precision: Option<PrecisionName>,
    /// The thing that is counted, in the singular: `user`, `message`; null if nothing was.
    unit: Option<String>,
    /// Why it could not be counted; null if it was.
    reason: Option<String>,
}

/// How close a number is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum PrecisionName {
    /// It was counted.
    Exact,
    /// The service estimates it, or counted it some time ago.
    About,
    /// There are more.
    AtLeast,
}

/// The number of resources per action.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Counts")]
struct CountsDocument {
    /// To be created.
    create: usize,
    /// To be changed in place.
    update: usize,
    /// To be replaced.
    replace: usize,
    /// To be deleted.
    delete: usize,
}

/// One property that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Change")]
struct ChangeDocument {
    /// Its path: `Environment.Variables.TABLE`, `Policies[0].PolicyName`, `Tags.team`.
    path: String,
    /// The live value: null if there is none, `(sensitive)` in place of a secret.
    old: Value,
    /// The desired value: null if there is none, `(known after apply)` if it depends on a step of
    /// the plan, `(sensitive)` in place of a secret.
    new: Value,
    /// Whether AWS can only make the change by replacing the resource.
    forces_replacement: bool,
}

/// An action on a resource.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ActionName {
    /// It is created.
    Create,
    /// It is changed in place.
    Update,
    /// A new one is created, then the old one is deleted.
    CreateThenDelete,
    /// The old one is deleted, then a new one is created.
    DeleteThenCreate,
    /// It is deleted.
    Delete,
}

/// Why a live resource differs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ReasonName {
    /// The description changed.
    Changed,
    /// The resource was changed outside Frontage.
    Drift,
}

/// A resource that is left alone.
#[derive(Debug, Serialize, JsonSchema)]
struct KeptDocument {
    /// Its address.
    address: String,
    /// Its type.
    #[serde(rename = "type")]
    resource_type: String,
    /// Its physical id.
    id: String,
    /// How much it holds.
    holds: Option<HoldingDocument>,
}

/// A setting that is left as it is.
#[derive(Debug, Serialize, JsonSchema)]
struct LeftDocument {
    /// The address of its resource.
    address: String,
    /// The type of its resource.
    #[serde(rename = "type")]
    resource_type: String,
    /// Its path: `DistributionConfig.WebACLId`.
    path: String,
    /// Its value.
    value: Value,
}

/// A type that could not be looked at.
#[derive(Debug, Serialize, JsonSchema)]
struct UnsearchedDocument {
    /// The type.
    #[serde(rename = "type")]
    resource_type: String,
    /// Why.
    reason: String,
}

/// A resource that is not known to be the system's.
#[derive(Debug, Serialize, JsonSchema)]
struct StrangerDocument {
    /// Its type.
    #[serde(rename = "type")]
    resource_type: String,
    /// Its physical id.
    id: String,
    /// The name by which people know it; null if its id contains it.
    name: Option<String>,
    /// The address of the system's resource that it is within; null if it is within none.
    within: Option<String>,
    /// Whether it is deleted together with that resource.
    deleted: bool,
    /// Why it is not taken for the system's.
    reason: String,
}

impl RefusedDocument {
    fn new(refusal: &Refusal) -> Self {
        Self {
            address: refusal.address().to_string(),
            reason: refusal.to_string(),
            help: refusal.hint().into_owned(),
        }
    }
}

impl StrangerDocument {
    fn new(stranger: &Stranger, plan: &Plan) -> Self {
        let (within, reason) = match &stranger.reason {
            Strangeness::Unreadable(source) => (None, source.to_string()),
            Strangeness::Unrecorded(within) => {
                let reason = format!("{within} has no record of it");
                (Some(within.to_string()), reason)
            }
        };
        Self {
            resource_type: stranger.resource_type.name.to_owned(),
            id: stranger.id.clone(),
            name: stranger.name.clone(),
            within,
            deleted: plan.takes_along(stranger).is_some(),
            reason,
        }
    }
}

impl PlanDocument {
    /// The document of a plan.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let pseudo = |name| plan.known.pseudo.get(&name).cloned().unwrap_or_default();
        let kept = plan.kept.iter().map(|kept| KeptDocument {
            address: kept.address.to_string(),
            resource_type: kept.resource_type.name.to_owned(),
            id: kept.id.clone(),
            holds: kept.holding.as_ref().map(HoldingDocument::of),
        });
        let left = plan.left.iter().flat_map(|left| {
            left.properties.0.iter().map(|property| LeftDocument {
                address: left.address.to_string(),
                resource_type: left.resource_type.name.to_owned(),
                path: property.path.clone(),
                value: property.old.clone(),
            })
        });
        let unsearched = plan.unsearched.iter().map(|of| UnsearchedDocument {
            resource_type: of.resource_type.name.to_owned(),
            reason: of.source.to_string(),
        });
        let strangers = plan.strangers.iter();
        let strangers = strangers.map(|of| StrangerDocument::new(of, plan));
        Self {
            version: VERSION,
            system: plan.system.clone(),
            account: pseudo(Pseudo::AccountId),
            region: pseudo(Pseudo::Region),
            other_regions: plan.elsewhere.iter().cloned().collect(),
            summary: plan.counts().into(),
            unchanged: plan.unchanged,
            resources: plan.resources.iter().map(ResourceDocument::new).collect(),
            refused: plan.refused.iter().map(RefusedDocument::new).collect(),
            kept: kept.collect(),
            left: left.collect(),
            unsearched: unsearched.collect(),
            strangers: strangers.collect(),
        }
    }
}

impl ResourceDocument {
    fn new(planned: &ResourcePlan) -> Self {
        let (action, reason, changes) = match &planned.action {
            Action::Create { properties } => (ActionName::Create, None, created(properties)),
            Action::Update {
                changes,
                tag_changes,
                reason,
            } => (
                ActionName::Update,
                Some(*reason),
                changes
                    .0
                    .iter()
                    .chain(tag_changes)
                    .map(ChangeDocument::of)
                    .collect(),
            ),
            Action::Replace { changes, reason } => {
                let action = if planned.creates_first() {
                    ActionName::CreateThenDelete
                } else {
                    ActionName::DeleteThenCreate
                };
                (
                    action,
                    Some(*reason),
                    changes.0.iter().map(ChangeDocument::of).collect(),
                )
            }
            Action::Delete => (ActionName::Delete, None, Vec::new()),
        };
        Self {
            address: planned.address.to_string(),
            resource_type: planned.resource_type.name.to_owned(),
            action,
            reason: reason.map(|reason| match reason {
                Reason::Changed => ReasonName::Changed,
                Reason::Drift => ReasonName::Drift,
            }),
            id: planned.live.as_ref().map(|live| live.id.clone()),
            changes,
            holds: planned.holding.as_ref().map(HoldingDocument::of),
        }
    }
}

impl HoldingDocument {
    fn of(holding: &Holding) -> Self {
        match holding {
            Holding::Counted {
                number,
                precision,
                unit,
            } => Self {
                number: Some(*number),
                precision: Some(match precision {
                    Precision::Exact => PrecisionName::Exact,
                    Precision::About => PrecisionName::About,
                    Precision::AtLeast => PrecisionName::AtLeast,
                }),
                unit: Some((*unit).to_owned()),
                reason: None,
            },
            Holding::Unknown { reason } => Self {
                number: None,
                precision: None,
                unit: None,
                reason: Some(reason.clone()),
            },
        }
    }
}

impl ChangeDocument {
    fn of(change: &Change) -> Self {
        Self {
            path: change.path.clone(),
            old: change.old.clone(),
            new: change.new.clone(),
            forces_replacement: change.forces_replacement,
        }
    }
}

impl From<Counts> for CountsDocument {
    fn from(counts: Counts) -> Self {
        let Counts {
            create,
            update,
            replace,
            delete,
        } = counts;
        Self {
            create,
            update,
            replace,
            delete,
        }
    }
}

fn created(properties: &Value) -> Vec<ChangeDocument> {
    let members = properties.as_object().into_iter().flatten();
    let change = |(name, value): (&String, &Value)| ChangeDocument {
        path: name.clone(),
        old: Value::Null,
        new: value.clone(),
        forces_replacement: false,
    };
    members.map(change).collect()
}

/// How a run ended.
#[derive(Debug, Serialize)]
pub struct ReportDocument {
    version: u32,
    complete: bool,
    steps: Vec<StepDocument>,
    settling: Vec<SettlingDocument>,
    outputs: BTreeMap<StackName, BTreeMap<String, String>>,
}

#[derive(Debug, Serialize)]
struct StepDocument {
    address: String,
    step: &'static str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// A resource whose last change has not reached everywhere yet.
#[derive(Debug, Serialize)]
struct SettlingDocument {
    address: String,
    what: String,
}

impl ReportDocument {
    /// The document of a report, with the current outputs of the stacks.
    #[must_use]
    pub fn new(report: &Report, outputs: &BTreeMap<StackName, BTreeMap<String, String>>) -> Self {
        let steps = report.outcomes.iter().map(|(address, kind, outcome)| {
            let (outcome, detail) = match outcome {
                Outcome::Done => ("done", None),
                Outcome::Failed(error) => ("failed", Some(error.to_string())),
                Outcome::Interrupted { condition } => {
                    ("interrupted", Some(format!("waiting for {condition}")))
                }
                Outcome::Skipped { because } => ("skipped", Some(format!("{because} failed"))),
                Outcome::Stopped => ("stopped", None),
            };
            StepDocument {
                address: address.to_string(),
                step: step_name(*kind),
                outcome,
                detail,
            }
        });
        let settling = report.pending.iter().map(|pending| SettlingDocument {
            address: pending.address.to_string(),
            what: pending.what.clone(),
        });
        Self {
            version: VERSION,
            complete: report.complete(),
            steps: steps.collect(),
            settling: settling.collect(),
            outputs: outputs.clone(),
        }
    }
}

fn step_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Create => "create",
        StepKind::Update => "update",
        StepKind::Delete => "delete",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_schema_is_the_plans() {
        let schema =
            serde_json::to_string_pretty(&schemars::schema_for!(PlanDocument)).unwrap() + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/plan.schema.json");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &schema).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            schema,
            "run the test with UPDATE_SCHEMA=1"
        );
    }
}
