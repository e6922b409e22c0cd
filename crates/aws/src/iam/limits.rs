//! What IAM refuses and emulators accept, checked before any call.
//!
//! Source: the IAM API reference's patterns and the IAM quotas page. Quotas that AWS raises on
//! request are checked at the most that it raises them to.

use engine::DriverError;
use model::types::iam::Role;

use crate::kit::policy_document::print;

/// The most characters of a trust policy, the quota raised as far as it goes (2,048 at first).
const TRUST_POLICY: usize = 8_192;
/// The most characters of all inline policies together, white space not counted.
const INLINE_POLICIES: usize = 10_240;
/// The most managed policies, the quota raised as far as it goes (10 at first).
const MANAGED_POLICIES: usize = 25;

/// Whether IAM takes the role.
///
/// # Errors
/// [`DriverError::Invalid`] with what it would not take.
pub(super) fn check(role: &Role<String>) -> Result<(), DriverError> {
    let refuse = |is: bool, why: String| {
        if is {
            Err(DriverError::Invalid(why))
        } else {
            Ok(())
        }
    };
    let name = &role.role_name;
    refuse(
        !is_name(name, 64),
        format!("the role name `{name}` is not 1 to 64 of A-Z a-z 0-9 _ + = , . @ -"),
    )?;
    if let Some(path) = &role.path {
        refuse(
            !is_path(path),
            format!("the path `{path}` of the role `{name}` does not begin and end with /"),
        )?;
    }
    if let Some(text) = &role.description {
        let why = "is longer than 1,000 characters or has characters outside Latin-1";
        refuse(
            !is_description(text),
            format!("the description of the role `{name}` {why}"),
        )?;
    }
    if let Some(seconds) = role.max_session_duration {
        let why = format!(
            "MaxSessionDuration {seconds} of the role `{name}` is not 3,600 to 43,200 seconds"
        );
        refuse(!(3_600..=43_200).contains(&seconds), why)?;
    }
    let managed = role.managed_policy_arns.len();
    refuse(
        managed > MANAGED_POLICIES,
        format!("the role `{name}` has {managed} managed policies; AWS takes 25 at most"),
    )?;
    let trust = print(&role.assume_role_policy_document)?.chars().count();
    refuse(
        trust > TRUST_POLICY,
        format!(
            "the trust policy of the role `{name}` has {trust} characters; AWS takes 8,192 at most"
        ),
    )?;
    check_inline(role)
}

fn check_inline(role: &Role<String>) -> Result<(), DriverError> {
    let name = &role.role_name;
    let mut names = std::collections::BTreeSet::new();
    let mut characters = 0;
    for policy in &role.policies {
        let policy_name = &policy.policy_name;
        if !is_name(policy_name, 128) {
            let why = "is not 1 to 128 of A-Z a-z 0-9 _ + = , . @ -";
            return Err(DriverError::Invalid(format!(
                "the policy name `{policy_name}` of the role `{name}` {why}"
            )));
        }
        if !names.insert(policy_name) {
            return Err(DriverError::Invalid(format!(
                "the role `{name}` has two policies called `{policy_name}`"
            )));
        }
        characters += print(&policy.policy_document)?
            .chars()
            .filter(|character| !character.is_whitespace())
            .count();
    }
    if characters > INLINE_POLICIES {
        let why = format!(
            "the inline policies of the role `{name}` have {characters} characters; AWS takes 10,240 at most"
        );
        return Err(DriverError::Invalid(why));
    }
    Ok(())
}

/// `[\w+=,.@-]{1,longest}`.
fn is_name(name: &str, longest: usize) -> bool {
    let allowed =
        |character: char| character.is_ascii_alphanumeric() || "_+=,.@-".contains(character);
    (1..=longest).contains(&name.len()) && name.chars().all(allowed)
}

/// `/` or `/…/` of printable ASCII, at most 512 characters.
fn is_path(path: &str) -> bool {
    let ends = path.starts_with('/') && path.ends_with('/');
    ends && path.len() <= 512
        && path
            .chars()
            .all(|character| ('!'..='\u{7f}').contains(&character))
}

/// Tab, line ends, printable ASCII and printable Latin-1.
fn is_description(text: &str) -> bool {
    let allowed =
        |character: char| matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}');
    text.chars().count() <= 1_000 && text.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use model::types::iam::PolicyDocument;

    use super::*;

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

    #[test]
    fn a_name_has_its_length_and_characters() {
        assert!(check(&role("acme-toggles_role@1")).is_ok());
        assert!(check(&role("")).is_err());
        assert!(check(&role("a b")).is_err());
        assert!(check(&role(&"a".repeat(64))).is_ok());
        assert!(check(&role(&"a".repeat(65))).is_err());
    }

    #[test]
    fn other_members_have_their_ranges() {
        assert!(
            check(&Role {
                path: Some("/team".to_owned()),
                ..role("r")
            })
            .is_err()
        );
        assert!(
            check(&Role {
                path: Some("/team/".to_owned()),
                ..role("r")
            })
            .is_ok()
        );
        assert!(
            check(&Role {
                description: Some("a — b".to_owned()),
                ..role("r")
            })
            .is_err()
        );
        assert!(
            check(&Role {
                max_session_duration: Some(900),
                ..role("r")
            })
            .is_err()
        );
        assert!(
            check(&Role {
                managed_policy_arns: vec!["arn".to_owned(); 26],
                ..role("r")
            })
            .is_err()
        );
    }

    #[test]
    fn inline_policies_have_names_of_their_own_and_a_length() {
        let policy = |name: &str, length: usize| model::types::iam::Policy {
            policy_name: name.to_owned(),
            policy_document: PolicyDocument::new(vec![model::types::iam::Statement::allow(
                ["s3:GetObject"],
                vec!["x".repeat(length)],
            )]),
        };
        assert!(
            check(&Role {
                policies: vec![policy("a", 9), policy("b", 9)],
                ..role("r")
            })
            .is_ok()
        );
        assert!(
            check(&Role {
                policies: vec![policy("a", 9), policy("a", 9)],
                ..role("r")
            })
            .is_err()
        );
        assert!(
            check(&Role {
                policies: vec![policy("a", 10_240)],
                ..role("r")
            })
            .is_err()
        );
    }
}
