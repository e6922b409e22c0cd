//! Policy documents of IAM and of resources: parsing, and equivalence.

use engine::DriverError;
use model::types::iam::{Policy, PolicyDocument, Principal, Statement, Values};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::Value;

/// The version of a document that is not in the language: it differs from every desired one.
const NOT_UNDERSTOOD: &str = "(not understood)";

/// The document that IAM returns URL-encoded (RFC 3986), normalised.
pub(crate) fn parse_encoded(encoded: &str) -> PolicyDocument<String> {
    parse(&percent_decode_str(encoded).decode_utf8_lossy())
}

/// A document, normalised.
///
/// A text that is not in the language, as only a manual change can leave it, becomes a document of
/// no known version: an unreadable policy is drift, and no reason to stop.
pub(crate) fn parse(text: &str) -> PolicyDocument<String> {
    let parsed = serde_json::from_str(text).ok().map(scalars_as_text);
    let document = parsed.and_then(|document| serde_json::from_value(document).ok());
    let mut document = document.unwrap_or_else(|| PolicyDocument {
        version: NOT_UNDERSTOOD.to_owned(),
        statement: Vec::new(),
    });
    normalise(&mut document);
    document
}

/// The text of a document, as IAM accepts it.
///
/// # Errors
/// [`DriverError::Internal`] if it does not serialise.
pub(crate) fn print(document: &PolicyDocument<String>) -> Result<String, DriverError> {
    serde_json::to_string(document)
        .map_err(|error| DriverError::internal(format!("a policy does not serialise: {error}")))
}

/// Sorts the parts without order: statements, actions, resources, principals, values of conditions.
pub(crate) fn normalise(document: &mut PolicyDocument<String>) {
    for statement in &mut document.statement {
        normalise_statement(statement);
    }
    document.statement.sort_by_cached_key(key);
}

/// Sorts inline policies by name, and normalises each.
pub(crate) fn normalise_all(policies: &mut [Policy<String>]) {
    for policy in policies.iter_mut() {
        normalise(&mut policy.policy_document);
    }
    policies.sort_by(|one, other| one.policy_name.cmp(&other.policy_name));
}

/// Sorts a list that is a set.
pub(crate) fn sort_set(values: &mut Vec<String>) {
    values.sort();
    values.dedup();
}

fn normalise_statement(statement: &mut Statement<String>) {
    sort_set(&mut statement.action);
    sort_set(&mut statement.not_action);
    sort_set(&mut statement.resource);
    sort_set(&mut statement.not_resource);
    for principal in statement
        .principal
        .iter_mut()
        .chain(statement.not_principal.iter_mut())
    {
        normalise_principal(principal);
    }
    for Values(values) in statement
        .condition
        .values_mut()
        .flat_map(|keys| keys.values_mut())
    {
        sort_set(values);
    }
}

/// IAM returns an account that is named by its 12 digits as the ARN of its root.
fn normalise_principal(principal: &mut Principal<String>) {
    let Principal::Of(kinds) = principal else {
        return;
    };
    for Values(names) in kinds.values_mut() {
        for name in names.iter_mut() {
            if let Some(account) = account_of_root(name) {
                *name = account;
            }
        }
        sort_set(names);
    }
}

fn account_of_root(arn: &str) -> Option<String> {
    let (head, account) = arn.strip_suffix(":root")?.rsplit_once(':')?;
    (head.starts_with("arn:") && head.ends_with(":iam:")).then(|| account.to_owned())
}

fn key(of: &impl Serialize) -> String {
    serde_json::to_string(of).unwrap_or_default()
}

/// The language accepts `true` and `5` for `"true"` and `"5"` as values of conditions.
fn scalars_as_text(value: Value) -> Value {
    match value {
        Value::Bool(value) => Value::String(value.to_string()),
        Value::Number(value) => Value::String(value.to_string()),
        Value::Array(items) => items.into_iter().map(scalars_as_text).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| (name, scalars_as_text(member)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        parse(one) == parse(other)
    }

    #[test]
    fn one_value_is_a_list_of_one() {
        assert!(same(
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":{"AWS":"a"}}}"#,
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["*"],"Principal":{"AWS":["a"]}}]}"#,
        ));
    }

    #[test]
    fn order_means_nothing() {
        assert!(same(
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"b","Effect":"Deny","Action":"*","Resource":"*"},
                {"Sid":"a","Effect":"Allow","Action":["x:B","x:A"],"Resource":["2","1"],
                 "Condition":{"StringEquals":{"k":["w","v"]},"Bool":{"aws:SecureTransport":true}}}]}"#,
            r#"{"Version":"2012-10-17","Statement":[
                {"Sid":"a","Effect":"Allow","Action":["x:A","x:B"],"Resource":["1","2"],
                 "Condition":{"Bool":{"aws:SecureTransport":"true"},"StringEquals":{"k":["v","w"]}}},
                {"Sid":"b","Effect":"Deny","Action":["*"],"Resource":["*"]}]}"#,
        ));
    }

    #[test]
    fn an_account_is_its_root() {
        let of = |aws: &str| {
            format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{aws}"}},"Action":"a:B"}}]}}"#
            )
        };
        assert!(same(
            &of("111122223333"),
            &of("arn:aws:iam::111122223333:root")
        ));
        assert!(
            !same(&of("arn:aws:iam::111122223333:role/r"), &of("AROAEXAMPLE")),
            "a deleted principal is drift"
        );
    }

    #[test]
    fn what_is_read_is_url_encoded() {
        let encoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action\
                       %22%3A%22a%3AB%22%2C%22Resource%22%3A%22x%2By%22%7D%5D%7D";
        assert_eq!(parse_encoded(encoded).statement[0].resource, ["x+y"]);
    }

    #[test]
    fn what_is_not_in_the_language_differs_from_all_that_is() {
        assert_eq!(
            parse(r#"{"Statement":[{"Effect":"Maybe"}]}"#).version,
            NOT_UNDERSTOOD
        );
        assert_eq!(parse(r#"{"Statement":[]}"#).version, "2008-10-17");
    }
}
