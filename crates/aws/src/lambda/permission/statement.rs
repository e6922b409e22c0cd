//! Statements of a function's policy, and the permissions that create them.

use std::collections::BTreeMap;

use model::types::iam::{Effect, Principal, Statement, Values};
use model::types::lambda::Permission;
use serde_json::Value;

use super::{Policy, Properties};

/// The beginning of Frontage's statement ids.
pub(super) const PREFIX: &str = "frontage-";

/// The action of a statement that no permission of the model can create: it differs from all of
/// theirs.
const NOT_UNDERSTOOD: &str = "(not understood)";

/// The statement id of the permission whose address has this name.
pub(super) fn id(address_name: &str) -> String {
    format!("{PREFIX}{address_name}")
}

/// The name in the address of the permission with this statement id.
pub(super) fn address_name(id: &str) -> &str {
    id.strip_prefix(PREFIX).unwrap_or(id)
}

/// The statements of a policy, as the permissions that create them.
pub(super) fn parse(function: &str, policy: &str) -> Policy {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
    let named = statements.into_iter().filter_map(|statement| {
        let id = statement["Sid"].as_str()?.to_owned();
        Some((id, permission(function, statement)))
    });
    named.collect()
}

fn permission(function: &str, statement: Value) -> Properties {
    let parsed: Option<Statement<String>> = serde_json::from_value(statement).ok();
    let understood = parsed.and_then(|statement| understand(function, statement));
    understood.unwrap_or_else(|| Permission {
        function_name: function.to_owned(),
        action: NOT_UNDERSTOOD.to_owned(),
        principal: String::new(),
        source_arn: None,
        source_account: None,
    })
}

/// The permission that creates this statement, if there is one: `SourceArn` becomes an `ArnLike`
/// condition on `AWS:SourceArn`, `SourceAccount` a `StringEquals` condition on `AWS:SourceAccount`.
fn understand(function: &str, statement: Statement<String>) -> Option<Properties> {
    let [action] = statement.action.as_slice() else {
        return None;
    };
    let mut permission = Permission {
        function_name: function.to_owned(),
        action: action.clone(),
        principal: principal(&single_principal(statement.principal?)?),
        source_arn: None,
        source_account: None,
    };
    for (operator, keys) in statement.condition {
        take_conditions(&mut permission, &operator, keys)?;
    }
    (statement.effect == Effect::Allow).then_some(permission)
}

fn take_conditions(
    permission: &mut Properties,
    operator: &str,
    keys: BTreeMap<String, Values<String>>,
) -> Option<()> {
    for (key, Values(mut values)) in keys {
        let value = values.pop().filter(|_| values.is_empty())?;
        match (operator, key.to_ascii_lowercase().as_str()) {
            ("ArnLike" | "ArnEquals" | "StringLike" | "StringEquals", "aws:sourcearn") => {
                permission.source_arn = Some(value);
            }
            ("StringEquals" | "StringLike", "aws:sourceaccount") => {
                permission.source_account = Some(value);
            }
            _ => return None,
        }
    }
    Some(())
}

fn single_principal(principal: Principal<String>) -> Option<String> {
    match principal {
        Principal::Anyone(anyone) => Some(anyone),
        Principal::Of(kinds) => {
            let mut names = kinds.into_values().flat_map(|Values(names)| names);
            names.next().filter(|_| names.next().is_none())
        }
    }
}

/// The principal as it is compared: Lambda returns an account given by its 12 digits as the ARN of
/// its root.
pub(super) fn principal(name: &str) -> String {
    let account = name
        .strip_suffix(":root")
        .and_then(|arn| arn.rsplit_once(":iam::"));
    account.map_or(name, |(_, account)| account).to_owned()
}
