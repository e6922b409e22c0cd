//! What rules are evaluated for: see [`toggle_contract::CONNECTION_CONTEXT`].

use serde_json::{Map, Value, json};
use toggle_contract::doors::{GROUPS, SUBJECT, TARGETING_KEY, name_in_context};

use super::token::Claims;

/// The claim with the groups of the user in the pool; a user without groups has no such claim.
const POOL_GROUPS: &str = "cognito:groups";

/// The context of a user, in JSON: `sub`, also as the `targetingKey`, the groups, and the claims that are
/// named, if they are there.
pub(super) fn of_user(claims: &Claims, named: &[String]) -> String {
    let groups = claims.get(POOL_GROUPS).filter(|groups| groups.is_array());
    let groups = groups.cloned().unwrap_or_else(|| json!([]));
    let mut context: Map<_, _> = named
        .iter()
        .filter_map(|claim| {
            Some((
                name_in_context(claim).to_owned(),
                claims.get(claim)?.clone(),
            ))
        })
        .collect();
    context.insert(GROUPS.to_owned(), groups);
    let subject = claims.get(SUBJECT).cloned().unwrap_or_default();
    context.insert(SUBJECT.to_owned(), subject.clone());
    context.insert(TARGETING_KEY.to_owned(), subject);
    Value::from(context).to_string()
}

/// The context of a client that nobody has signed in to: nothing but the id that it chose itself, which can
/// be that of a user. So a rule that names users asks for `sub`, which only a token states.
pub(super) fn of_client(id: &str) -> String {
    json!({ TARGETING_KEY: id }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(claims: Value, named: &[&str]) -> Value {
        let claims = serde_json::from_value(claims).unwrap();
        let named: Vec<_> = named.iter().map(|name| (*name).to_owned()).collect();
        serde_json::from_str(&of_user(&claims, &named)).unwrap()
    }

    #[test]
    fn a_user_has_groups_and_the_named_claims() {
        let claims = json!({
            "sub": "u1", "cognito:groups": ["beta"], "custom:plan": "gold", "email": "ada@example.com",
            "email_verified": true,
        });
        assert_eq!(
            context(claims, &["custom:plan", "email_verified", "custom:none"]),
            json!({"sub": "u1", "targetingKey": "u1", "groups": ["beta"], "plan": "gold", "email_verified": true})
        );
    }

    #[test]
    fn a_user_without_groups_has_none_and_no_claim_stands_for_them() {
        let claims = json!({"sub": "u1", "custom:groups": ["admin"], "custom:targetingKey": "u2", "custom:sub": "u2"});
        assert_eq!(
            context(
                claims,
                &["custom:groups", "custom:targetingKey", "custom:sub"]
            ),
            json!({"sub": "u1", "targetingKey": "u1", "groups": []})
        );
        let odd = json!({"sub": "u1", "cognito:groups": "admin"});
        assert_eq!(
            context(odd, &[]),
            json!({"sub": "u1", "targetingKey": "u1", "groups": []})
        );
    }

    #[test]
    fn a_client_has_its_id_alone() {
        let hostile = r#"x","groups":["admin"],"y":""#;
        let context: Value = serde_json::from_str(&of_client(hostile)).unwrap();
        assert_eq!(context, json!({"targetingKey": hostile}));
    }
}
