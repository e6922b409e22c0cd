//! The limits of roles that emulators do not enforce.
//!
//! Quotas that AWS raises on request are checked at their maximum.

use std::collections::BTreeSet;

use model::types::iam::{PolicyDocument, Role};

use crate::kit::known::{is_known, known_part};
use crate::kit::limits::{Checks, Limit};
use crate::kit::policy_document::print;

const CREATE: &str = "IAM API reference, CreateRole";
const PUT_POLICY: &str = "IAM API reference, PutRolePolicy";
const QUOTAS: &str = "IAM user guide, IAM and AWS STS quotas";

/// The most characters of a trust policy, with the quota raised to its maximum (2,048 at first).
/// Source: [`QUOTAS`].
const TRUST_POLICY: usize = 8_192;
/// The most characters of all inline policies together, white space not counted. Source:
/// [`QUOTAS`].
const INLINE_POLICIES: usize = 10_240;

const NAME: &str = "letters, digits, _, +, =, comma, ., @ and -";

/// The limits of single properties. Managed policies: the quota raised to its maximum (10 at
/// first).
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("RoleName", 1, 64, CREATE),
    Limit::characters("RoleName", in_name, NAME, CREATE),
    Limit::length("Path", 1, 512, CREATE),
    Limit::characters("Path", in_path, "printable ASCII characters", CREATE),
    Limit::length("Description", 0, 1_000, CREATE),
    Limit::characters("Description", in_description, "Latin-1 characters", CREATE),
    Limit::range("MaxSessionDuration", 3_600, 43_200, CREATE),
    Limit::count("ManagedPolicyArns", 0, 25, QUOTAS),
    Limit::length("Policies[].PolicyName", 1, 128, PUT_POLICY),
    Limit::characters("Policies[].PolicyName", in_name, NAME, PUT_POLICY),
];

/// `[\w+=,.@-]`.
fn in_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_+=,.@-".contains(character)
}

fn in_path(character: char) -> bool {
    ('!'..='\u{7f}').contains(&character)
}

/// Tab, line ends, printable ASCII and printable Latin-1.
fn in_description(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}')
}

/// The limits that concern several properties, or the structure of a text.
pub(super) fn check(role: &Role<String>, checks: &mut Checks) {
    if let Some(path) = role.path.as_deref().filter(|path| is_known(path)) {
        checks.require(
            path.starts_with('/') && path.ends_with('/'),
            "Path",
            format!("is `{path}`; it begins and ends with /"),
        );
    }
    at_most(
        TRUST_POLICY,
        text(&role.assume_role_policy_document).chars().count(),
        "AssumeRolePolicyDocument",
        checks,
    );
    let mut names = BTreeSet::new();
    let mut inline = 0;
    for policy in &role.policies {
        let (name, document) = (&policy.policy_name, text(&policy.policy_document));
        checks.require(
            names.insert(name) || !is_known(name),
            "Policies",
            format!("has two policies named `{name}`"),
        );
        inline += document.chars().filter(|c| !c.is_whitespace()).count();
    }
    at_most(INLINE_POLICIES, inline, "Policies", checks);
}

/// The known part of a document, as IAM counts it.
fn text(document: &PolicyDocument<String>) -> String {
    known_part(&print(document).unwrap_or_default())
}

fn at_most(most: usize, characters: usize, property: &str, checks: &mut Checks) {
    checks.require(
        characters <= most,
        property,
        format!("has {characters} characters; up to {most} are allowed"),
    );
}

#[cfg(test)]
mod tests {
    use engine::UNKNOWN;
    use model::types::iam::{Policy, Statement};

    use super::*;
    use crate::iam::Roles;
    use crate::kit::findings::findings;

    fn role(name: &str) -> Role<String> {
        Role {
            role_name: name.to_owned(),
            path: None,
            description: None,
            assume_role_policy_document: PolicyDocument::trust("lambda.amazonaws.com"),
            managed_policy_arns: Vec::new(),
            policies: Vec::new(),
            max_session_duration: None,
            permissions_boundary: None,
        }
    }

    fn found(role: &Role<String>) -> Vec<String> {
        findings(Roles::new, role)
    }

    #[test]
    fn a_name_has_its_length_and_characters() {
        assert_eq!(found(&role("acme-toggles_role@1")), [""; 0]);
        assert_eq!(
            found(&role("")),
            ["RoleName has 0 characters; 1 to 64 are allowed"]
        );
        assert_eq!(
            found(&role("a b")),
            ["RoleName is `a b`; only letters, digits, _, +, =, comma, ., @ and - are allowed"]
        );
        assert_eq!(found(&role(&"a".repeat(64))), [""; 0]);
        assert_eq!(
            found(&role(&"a".repeat(65))),
            ["RoleName has 65 characters; 1 to 64 are allowed"]
        );
    }

    #[test]
    fn other_members_have_their_ranges() {
        let path = |path: &str| Role {
            path: Some(path.to_owned()),
            ..role("r")
        };
        assert_eq!(
            found(&path("/team")),
            ["Path is `/team`; it begins and ends with /"]
        );
        assert_eq!(found(&path("/team/")), [""; 0]);
        let described = Role {
            description: Some("a — b".to_owned()),
            ..role("r")
        };
        assert_eq!(
            found(&described),
            ["Description is `a — b`; only Latin-1 characters are allowed"]
        );
        let short = Role {
            max_session_duration: Some(900),
            ..role("r")
        };
        assert_eq!(
            found(&short),
            ["MaxSessionDuration is 900; 3600 to 43200 are allowed"]
        );
        let arns = (0..26).map(|number| format!("arn:{number}"));
        let managed = Role {
            managed_policy_arns: arns.collect(),
            ..role("r")
        };
        assert_eq!(
            found(&managed),
            ["ManagedPolicyArns has 26 members; 0 to 25 are allowed"]
        );
    }

    fn policy(name: &str, resource: String) -> Policy<String> {
        let statement = Statement::allow(["s3:GetObject"], vec![resource]);
        Policy {
            policy_name: name.to_owned(),
            policy_document: PolicyDocument::new(vec![statement]),
        }
    }

    fn with(policies: &[Policy<String>]) -> Role<String> {
        Role {
            policies: policies.to_vec(),
            ..role("r")
        }
    }

    #[test]
    fn policies_have_names_of_their_own_and_a_length() {
        let named = |name: &str| policy(name, "x".repeat(9));
        assert_eq!(found(&with(&[named("a"), named("b")])), [""; 0]);
        assert_eq!(
            found(&with(&[named("a"), named("a")])),
            ["Policies has two policies named `a`"]
        );
        assert_eq!(
            found(&with(&[named("a b")])),
            [
                "Policies[0].PolicyName is `a b`; only letters, digits, _, +, =, comma, ., @ and - are allowed"
            ]
        );
        let long = found(&with(&[policy("a", "x".repeat(10_240))])).concat();
        assert!(long.starts_with("Policies has 10"), "{long}");
        let mut trust = role("r");
        trust.assume_role_policy_document.statement[0].sid = Some("x".repeat(8_192));
        let long = found(&trust).concat();
        assert!(long.starts_with("AssumeRolePolicyDocument has 8"), "{long}");
    }

    #[test]
    fn what_is_not_known_breaks_no_limit() {
        let unknown = Role {
            path: Some(UNKNOWN.to_owned()),
            description: Some(UNKNOWN.to_owned()),
            managed_policy_arns: vec![UNKNOWN.to_owned()],
            policies: vec![policy("p", UNKNOWN.repeat(600))],
            permissions_boundary: Some(UNKNOWN.to_owned()),
            ..role(UNKNOWN)
        };
        assert_eq!(found(&unknown), [""; 0]);
    }
}
