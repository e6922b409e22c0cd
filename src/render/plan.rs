//! A plan for people: one line per resource, one line per property that differs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use engine::{
    Action, Change, Kept, Plan, Reason, Refusal, ResourcePlan, Strangeness, Stranger, UNKNOWN,
    Unsearched,
};
use model::{Address, Pseudo};
use serde_json::Value;

/// The length beyond which values are cut; the JSON contains them whole.
const LONGEST: usize = 100;

/// The whole plan.
#[must_use]
pub fn plan(plan: &Plan) -> String {
    let pseudo = |name| plan.known.pseudo.get(&name).map_or("", String::as_str);
    let mut text = format!(
        "{} in {}, account {}\n",
        plan.system,
        pseudo(Pseudo::Region),
        pseudo(Pseudo::AccountId)
    );
    for region in &plan.elsewhere {
        let _ = writeln!(
            text,
            "note: {} is also applied in {region}, which this leaves untouched; `frontage destroy --region {region}` deletes it",
            plan.system
        );
    }
    for (stack, resources) in plan.by_stack() {
        let _ = write!(text, "\n{stack}\n");
        for planned in resources {
            text.push_str(&resource(planned));
        }
    }
    text.push_str(&refused(&plan.refused));
    for of in &plan.kept {
        text.push_str(&kept(of));
    }
    text.push_str(&unsearched(plan));
    for of in &plan.strangers {
        text.push_str(&stranger(of, plan));
    }
    let _ = write!(text, "\n{}", summary(plan));
    text
}

/// The settings that are left as they are, one line per property.
#[must_use]
pub fn left(plan: &Plan) -> String {
    if plan.left.is_empty() {
        return "\nNo setting of others was found.\n".to_owned();
    }
    let head = "\nLeft as they are, since frontage.toml does not state them:\n".to_owned();
    plan.left.iter().fold(head, |mut text, left| {
        let _ = writeln!(text, "  = {}  {}", left.address, left.resource_type.name);
        for property in &left.properties.0 {
            let _ = writeln!(text, "      {}: {}", property.path, short(&property.old));
        }
        text
    })
}

/// A resource that is kept, how much it holds, and how to delete it.
fn kept(of: &Kept) -> String {
    let (address, name, id) = (&of.address, of.resource_type.name, &of.id);
    let holds = of
        .holding
        .as_ref()
        .map_or_else(|| "data".to_owned(), ToString::to_string);
    format!(
        "\n  = {address}  {name}\n      kept: `{id}` holds {holds}; `frontage destroy {of} --delete-data` deletes it\n"
    )
}

/// The resources of others, each with those that wait for it.
fn refused(refusals: &[Refusal]) -> String {
    let mut waiting = BTreeMap::<&Address, Vec<String>>::new();
    for refusal in refusals {
        if let Refusal::Behind { address, on, .. } = refusal {
            waiting.entry(on).or_default().push(address.to_string());
        }
    }
    let others = refusals.iter();
    let others = others.filter(|of| !matches!(of, Refusal::Behind { .. }));
    others.fold(String::new(), |mut text, other| {
        let _ = writeln!(text, "\n  ! {other}");
        if let Some(waiting) = waiting.get(other.address()) {
            let _ = writeln!(text, "      waiting for it: {}", waiting.join(", "));
        }
        text
    })
}

/// A resource that is none of the system's, and what the plan does to it.
fn stranger(of: &Stranger, plan: &Plan) -> String {
    let resource_type = of.resource_type.name;
    let id = match &of.name {
        Some(name) => format!("{name} ({})", of.id),
        None => of.id.clone(),
    };
    match (&of.reason, plan.takes_along(of)) {
        (Strangeness::Unreadable(source), _) => {
            format!(
                "\n  ? left alone: {resource_type}  {id}\n      its owner is not known: {source}\n"
            )
        }
        (Strangeness::Unrecorded(within), None) => format!(
            "\n  ? left alone: {resource_type}  {id}\n      in {within}, which has no record of it: added by others\n"
        ),
        (Strangeness::Unrecorded(_), Some(with)) => format!(
            "\n  - also deleted: {resource_type}  {id}\n      added by others; it is deleted with {with}\n"
        ),
    }
}

/// The types that could not be looked for, by the reason.
fn unsearched(plan: &Plan) -> String {
    let mut types = BTreeMap::<String, Vec<&str>>::new();
    for Unsearched {
        resource_type,
        source,
    } in &plan.unsearched
    {
        let of = types.entry(source.to_string()).or_default();
        of.push(resource_type.name);
    }
    types.iter().fold(String::new(), |mut text, (reason, of)| {
        let _ = writeln!(
            text,
            "\n  ? not looked at: {}\n      {reason}",
            of.join(", ")
        );
        text
    })
}

/// The last line: the number of each action, and of unchanged resources.
fn summary(plan: &Plan) -> String {
    if plan.is_empty() {
        let unchanged = plan.unchanged;
        return if unchanged == 0 {
            "Nothing to do.".to_owned()
        } else {
            format!("Nothing to do: {unchanged} resources are as described.")
        };
    }
    let counts = plan.counts();
    format!(
        "Plan: {} to create, {} to change, {} to replace, {} to delete; {} unchanged.",
        counts.create, counts.update, counts.replace, counts.delete, plan.unchanged
    )
}

fn resource(planned: &ResourcePlan) -> String {
    let name = planned.address.name();
    let of = planned.resource_type.name;
    match &planned.action {
        Action::Create { properties } => format!("  + {name}  {of}\n{}", created(properties)),
        Action::Update {
            changes,
            tag_changes,
            reason,
        } => {
            let all: Vec<&Change> = changes.0.iter().chain(tag_changes).collect();
            format!(
                "  ~ {name}  {of}{}\n{}",
                because(*reason, all.is_empty()),
                changed(&all)
            )
        }
        Action::Replace { changes, reason } => {
            let order = if planned.creates_first() {
                "create, then delete"
            } else {
                "delete, then create"
            };
            let all: Vec<&Change> = changes.0.iter().collect();
            format!(
                "  ! {name}  {of}  (replace: {order}){}\n{}",
                because(*reason, false),
                changed(&all)
            )
        }
        Action::Delete => {
            let id = planned.live.as_ref().map_or("", |live| live.id.as_str());
            let holds = planned.holding.as_ref();
            let holds = holds.map_or(String::new(), |holding| format!("      holds {holding}\n"));
            format!("  - {name}  {of}\n      {id}\n{holds}")
        }
    }
}

fn because(reason: Reason, record_only: bool) -> &'static str {
    match (record_only, reason) {
        (true, _) => "  (only the record of what was applied)",
        (false, Reason::Drift) => "  (drift: changed outside Frontage)",
        (false, Reason::Changed) => "",
    }
}

fn created(properties: &Value) -> String {
    let members = properties.as_object().into_iter().flatten();
    members.fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "      {name}: {}", short(value));
        text
    })
}

fn changed(changes: &[&Change]) -> String {
    changes.iter().fold(String::new(), |mut text, change| {
        let forces = if change.forces_replacement {
            "  (forces the replacement)"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "      {}: {} -> {}{forces}",
            change.path,
            short(&change.old),
            short(&change.new)
        );
        text
    })
}

/// A value in one line, cut if it is too long.
fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => return "(none)".to_owned(),
        Value::String(text) if text.contains(UNKNOWN) => return UNKNOWN.to_owned(),
        other => other
            .to_string()
            .replace(&format!("\"{UNKNOWN}\""), UNKNOWN),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
