//! Policy documents: permissions as few statements, and these in documents that IAM takes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Action, Condition};

/// The most characters of a managed policy, without white space. Source: IAM User Guide, "IAM and
/// AWS STS quotas". All inline policies of a role together have 10,240, of a user 2,048.
pub const MANAGED_POLICY: usize = 6_144;

/// A policy document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Document {
    version: &'static str,
    statement: Vec<Statement>,
}

/// What is allowed on some resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: &'static str,
    action: Vec<String>,
    resource: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

impl Document {
    fn of(statement: Vec<Statement>) -> Self {
        Self {
            version: "2012-10-17",
            statement,
        }
    }

    /// Its characters as IAM counts them.
    #[must_use]
    pub fn size(&self) -> usize {
        size(self)
    }
}

/// The characters without white space, which no name contains.
fn size(value: &impl Serialize) -> usize {
    serde_json::to_string(value).map_or(usize::MAX, |text| text.chars().count())
}

pub(super) fn documents(allowed: &BTreeMap<Action, BTreeSet<String>>) -> Vec<Document> {
    let room = MANAGED_POLICY - Document::of(Vec::new()).size();
    let mut documents: Vec<(usize, Vec<Statement>)> = Vec::new();
    for statement in statements(allowed)
        .into_iter()
        .flat_map(|statement| fitting(statement, room))
    {
        // With the comma before it.
        let size = size(&statement) + 1;
        match documents.iter_mut().find(|(used, _)| used + size <= room) {
            Some((used, statements)) => {
                *used += size;
                statements.push(statement);
            }
            None => documents.push((size, vec![statement])),
        }
    }
    let documents = documents.into_iter();
    documents
        .map(|(_, statements)| Document::of(statements))
        .collect()
}

/// A statement for all actions that have the same resources and condition, in the order of their
/// first actions.
fn statements(allowed: &BTreeMap<Action, BTreeSet<String>>) -> Vec<Statement> {
    let mut grouped: BTreeMap<(Option<&Condition>, Vec<String>), Vec<String>> = BTreeMap::new();
    for (action, resources) in allowed {
        let key = (action.condition.as_ref(), broadest(resources));
        grouped.entry(key).or_default().push(action.name.clone());
    }
    let statements = grouped.into_iter();
    let mut statements: Vec<_> = statements
        .map(|((condition, resource), action)| Statement {
            effect: "Allow",
            action,
            resource,
            condition: condition.cloned(),
        })
        .collect();
    statements.sort_by(|a, b| a.action.cmp(&b.action));
    statements
}

/// The resources without those that another one covers.
fn broadest(resources: &BTreeSet<String>) -> Vec<String> {
    let covered = |one: &String| {
        resources
            .iter()
            .any(|other| other != one && covers(other, one))
    };
    resources
        .iter()
        .filter(|one| !covered(one))
        .cloned()
        .collect()
}

/// Whether everything that a pattern matches is matched by another one.
pub(super) fn covers(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            rest.is_empty() || ends.into_iter().any(|at| covers(rest, &text[at..]))
        }),
    }
}

/// A statement in parts that each have room.
fn fitting(statement: Statement, room: usize) -> Vec<Statement> {
    if size(&statement) < room || statement.resource.len() < 2 {
        return vec![statement];
    }
    let (first, second) = statement.resource.split_at(statement.resource.len() / 2);
    let parts = [first, second].map(|resource| Statement {
        resource: resource.to_vec(),
        ..statement.clone()
    });
    let parts = parts.into_iter();
    parts.flat_map(|part| fitting(part, room)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(rows: &[(&str, &[&str])]) -> BTreeMap<Action, BTreeSet<String>> {
        let rows = rows.iter().map(|(name, resources)| {
            let action = Action {
                name: (*name).to_owned(),
                condition: None,
            };
            (action, resources.iter().map(ToString::to_string).collect())
        });
        rows.collect()
    }

    #[test]
    fn actions_with_the_same_resources_share_a_statement() {
        let allowed = allowed(&[
            ("a:One", &["arn:x-*"]),
            ("a:Two", &["arn:x-*", "arn:x-y-*"]),
            ("b:Three", &["*", "arn:x-*"]),
        ]);
        let documents = serde_json::to_value(documents(&allowed)).unwrap();
        let allow = |action: &[&str], resource: &str| serde_json::json!({"Effect": "Allow", "Action": action, "Resource": [resource]});
        let statements = [
            allow(&["a:One", "a:Two"], "arn:x-*"),
            allow(&["b:Three"], "*"),
        ];
        let document = serde_json::json!({"Version": "2012-10-17", "Statement": statements});
        assert_eq!(documents, serde_json::json!([document]));
    }

    #[test]
    fn no_document_is_larger_than_a_managed_policy() {
        let resources: Vec<_> = (0..200)
            .map(|at| format!("arn:aws:s3:::acme-team-{at:03}-*"))
            .collect();
        let resources: Vec<_> = resources.iter().map(String::as_str).collect();
        let documents = documents(&allowed(&[("s3:ListBucket", &resources), ("s3:A", &["*"])]));
        assert_eq!(documents.len(), 2);
        let left: usize = documents
            .iter()
            .flat_map(|of| &of.statement)
            .map(|statement| statement.resource.len())
            .sum();
        assert_eq!(left, resources.len() + 1);
        assert!(documents.iter().all(|of| of.size() <= MANAGED_POLICY));
    }

    #[test]
    fn a_pattern_covers_what_is_narrower() {
        assert!(covers("*", "arn:a:acme-*"));
        assert!(covers("arn:*:acme-*", "arn:a:acme-toggles-*"));
        assert!(!covers("arn:a:acme-toggles-*", "arn:a:acme-*"));
        assert!(!covers("arn:a:acme-*", "arn:b:acme-1"));
        assert!(covers("acme*-x", "acme-y-x"));
    }
}
