//! Rules of EventBridge.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Refusal;
use crate::call::{Answer, Call};
use crate::memory::Account;

/// The ids of the targets of each rule of the default bus, by the rule's name.
pub(crate) type Targets = BTreeMap<String, BTreeSet<String>>;

/// "Before you can delete the rule, you must remove all targets" (botocore's description of
/// `DeleteRule`). The message is from getmoto/moto#5056.
pub(crate) fn has_targets(call: &Call, account: &Account) -> Option<Refusal> {
    if call.service != "events" || call.operation != "DeleteRule" {
        return None;
    }
    let sent = call.json();
    let targets = account.targets.get(sent["Name"].as_str()?)?;
    let message = "Rule can't be deleted since it has targets.";
    (!targets.is_empty()).then(|| Refusal::new(400, "ValidationException", message))
}

/// Remembers the targets of rules.
pub(crate) fn note(call: &Call, _: &Answer, account: &mut Account) {
    if call.service != "events" {
        return;
    }
    let sent = call.json();
    let Some(rule) = sent["Rule"].as_str() else {
        return;
    };
    let targets = account.targets.entry(rule.to_owned()).or_default();
    match call.operation.as_str() {
        "PutTargets" => targets.extend(texts(&sent["Targets"], |target| &target["Id"])),
        "RemoveTargets" => {
            for id in texts(&sent["Ids"], |id| id) {
                targets.remove(&id);
            }
        }
        _ => {}
    }
}

fn texts<'v>(list: &'v Value, text: fn(&'v Value) -> &'v Value) -> Vec<String> {
    let members = list.as_array().into_iter().flatten();
    let texts = members.filter_map(|member| text(member).as_str());
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use crate::fake::operation;
    use crate::memory::Memory;

    #[test]
    fn a_rule_is_deleted_without_targets_only() {
        let memory = Memory::default();
        let deleted = || operation("events", "DeleteRule", r#"{"Name":"r"}"#).code(&memory);
        let passed = |name: &str, body: &str| {
            operation("events", name, body).done(&memory, "", "{}");
        };
        assert_eq!(deleted(), "passes");
        passed(
            "PutTargets",
            r#"{"Rule":"r","Targets":[{"Id":"a"},{"Id":"b"}]}"#,
        );
        passed("RemoveTargets", r#"{"Rule":"r","Ids":["a"]}"#);
        assert_eq!(deleted(), "ValidationException");
        passed("RemoveTargets", r#"{"Rule":"r","Ids":["b"]}"#);
        assert_eq!(deleted(), "passes");
    }
}
