//! Rules of Cognito's user pools.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Refusal;
use crate::call::{Answer, Call};
use crate::memory::Account;

/// The most tags of a user pool ("Quotas in Amazon Cognito" in the developer guide).
const TAGS: usize = 50;

/// What a domain prefix must not contain ("Configuring a user pool domain" in the developer guide).
const RESERVED: [&str; 3] = ["aws", "amazon", "cognito"];

/// The keys of the tags of each user pool, by its id.
pub(crate) type Tags = BTreeMap<String, BTreeSet<String>>;

/// The names of the identity providers of each user pool, by its id.
pub(crate) type Providers = BTreeMap<String, BTreeSet<String>>;

/// A domain prefix contains none of AWS's names. The message is from
/// aws-solutions/content-analysis-on-aws#8 and aws-amplify/amplify-cli#3854.
pub(crate) fn reserved_domain(call: &Call, _: &Account) -> Option<Refusal> {
    if call.service != "cognito-idp" || call.operation != "CreateUserPoolDomain" {
        return None;
    }
    let sent = call.json();
    let domain = sent["Domain"].as_str()?;
    // A domain of one's own is named by its owner.
    if sent["CustomDomainConfig"].is_object() {
        return None;
    }
    let word = RESERVED.iter().find(|word| domain.contains(*word))?;
    let message = format!("Domain cannot contain reserved word: {word}");
    Some(Refusal::new(400, "InvalidParameterException", message))
}

/// A user pool has at most 50 tags. The codes are those that botocore's model lists for the
/// operations; the message is not AWS's, for which no source was found.
pub(crate) fn tags(call: &Call, account: &Account) -> Option<Refusal> {
    let change = Change::of(call)?;
    let count = match &change {
        Change::Replaced { keys, .. } => keys.len(),
        Change::Added { pool, keys } => {
            let had = account.cognito.get(pool);
            had.map_or(keys.len(), |had| had.union(keys).count())
        }
        Change::Removed { .. } | Change::Deleted { .. } => 0,
    };
    let code = match change {
        Change::Added { .. } => "InvalidParameterException",
        _ => "UserPoolTaggingException",
    };
    let message =
        format!("A user pool can have at most {TAGS} tags, and the request would make {count}.");
    (count > TAGS).then(|| Refusal::new(400, code, message))
}

/// A client supports only identity providers that its pool has. The message is from
/// lgallard/terraform-aws-cognito-user-pool#72.
pub(crate) fn unknown_provider(call: &Call, account: &Account) -> Option<Refusal> {
    let operations = ["CreateUserPoolClient", "UpdateUserPoolClient"];
    if call.service != "cognito-idp" || !operations.contains(&call.operation.as_str()) {
        return None;
    }
    let sent = call.json();
    let pool = sent["UserPoolId"].as_str()?;
    // Of a pool that was not seen from its beginning nothing is known.
    account.cognito.get(pool)?;
    let known = account.providers.get(pool);
    let supported = names(&sent["SupportedIdentityProviders"])?;
    let unknown = supported
        .iter()
        .find(|name| *name != "COGNITO" && !known.is_some_and(|known| known.contains(*name)))?;
    let message = format!("The provider {unknown} does not exist for User Pool {pool}.");
    Some(Refusal::new(400, "InvalidParameterException", message))
}

/// Remembers the identity providers of user pools.
pub(crate) fn note_providers(call: &Call, _: &Answer, account: &mut Account) {
    let sent = call.json();
    let (pool, name) = (&sent["UserPoolId"], &sent["ProviderName"]);
    let (Some(pool), name) = (pool.as_str(), name.as_str().unwrap_or_default()) else {
        return;
    };
    let providers = account.providers.entry(pool.to_owned()).or_default();
    match (call.service.as_str(), call.operation.as_str()) {
        ("cognito-idp", "CreateIdentityProvider") => drop(providers.insert(name.to_owned())),
        ("cognito-idp", "DeleteIdentityProvider") => drop(providers.remove(name)),
        _ => {}
    }
}

/// Remembers the tags of user pools.
pub(crate) fn note(call: &Call, answer: &Answer, account: &mut Account) {
    let pools = &mut account.cognito;
    match Change::of(call) {
        Some(Change::Replaced { pool, keys }) => {
            let made = answer.json()["UserPool"]["Id"].as_str().map(str::to_owned);
            if let Some(pool) = pool.or(made) {
                pools.insert(pool, keys);
            }
        }
        Some(Change::Added { pool, keys }) => pools.entry(pool).or_default().extend(keys),
        Some(Change::Removed { pool, keys }) => {
            pools
                .entry(pool)
                .or_default()
                .retain(|key| !keys.contains(key));
        }
        Some(Change::Deleted { pool }) => drop(pools.remove(&pool)),
        None => {}
    }
}

/// A change of the tags of a pool.
enum Change {
    /// By an update, or by a creation, which has no pool yet.
    Replaced {
        pool: Option<String>,
        keys: BTreeSet<String>,
    },
    Added {
        pool: String,
        keys: BTreeSet<String>,
    },
    Removed {
        pool: String,
        keys: BTreeSet<String>,
    },
    Deleted {
        pool: String,
    },
}

impl Change {
    fn of(call: &Call) -> Option<Self> {
        if call.service != "cognito-idp" {
            return None;
        }
        let sent = call.json();
        let id = || sent["UserPoolId"].as_str().map(str::to_owned);
        let of_arn = || Some(sent["ResourceArn"].as_str()?.rsplit('/').next()?.to_owned());
        Some(match call.operation.as_str() {
            "CreateUserPool" => Self::Replaced {
                pool: None,
                keys: keys(&sent["UserPoolTags"]).unwrap_or_default(),
            },
            "UpdateUserPool" => Self::Replaced {
                pool: Some(id()?),
                keys: keys(&sent["UserPoolTags"])?,
            },
            "TagResource" => Self::Added {
                pool: of_arn()?,
                keys: keys(&sent["Tags"])?,
            },
            "UntagResource" => Self::Removed {
                pool: of_arn()?,
                keys: names(&sent["TagKeys"])?,
            },
            "DeleteUserPool" => Self::Deleted { pool: id()? },
            _ => return None,
        })
    }
}

fn keys(tags: &Value) -> Option<BTreeSet<String>> {
    Some(tags.as_object()?.keys().cloned().collect())
}

fn names(list: &Value) -> Option<BTreeSet<String>> {
    let names = list.as_array()?.iter().filter_map(Value::as_str);
    Some(names.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{Request, operation};
    use crate::memory::Memory;

    const ARN: &str = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/p";

    fn cognito(name: &str, body: &Value) -> Request {
        operation("cognito-idp", name, body.to_string())
    }

    fn tags(numbers: std::ops::Range<usize>) -> Value {
        numbers.map(|n| (format!("k{n}"), json!("v"))).collect()
    }

    #[test]
    fn a_domain_prefix_has_no_reserved_word() {
        let memory = Memory::default();
        let create = |body: Value| cognito("CreateUserPoolDomain", &body).refused(&memory);
        let paws = create(json!({"Domain": "paws-1", "UserPoolId": "p"})).unwrap();
        assert_eq!(paws.code, "InvalidParameterException");
        assert_eq!(paws.message, "Domain cannot contain reserved word: aws");
        assert_eq!(create(json!({"Domain": "pets-1", "UserPoolId": "p"})), None);
        let own =
            json!({"Domain": "login.paws.com", "CustomDomainConfig": {"CertificateArn": "a"}});
        assert_eq!(create(own), None);
    }

    #[test]
    fn a_client_supports_providers_of_its_pool() {
        let memory = Memory::default();
        let client = |providers: &[&str]| {
            let body = json!({"UserPoolId": "p", "SupportedIdentityProviders": providers});
            cognito("UpdateUserPoolClient", &body)
        };
        assert_eq!(client(&["Okta"]).code(&memory), "passes");
        let pool = r#"{"UserPool":{"Id":"p"}}"#;
        cognito("CreateUserPool", &json!({})).done(&memory, "", pool);
        let refused = client(&["COGNITO", "Okta"]).refused(&memory).unwrap();
        assert_eq!(refused.code, "InvalidParameterException");
        let message = "The provider Okta does not exist for User Pool p.";
        assert_eq!(refused.message, message);
        let okta = json!({"UserPoolId": "p", "ProviderName": "Okta"});
        cognito("CreateIdentityProvider", &okta).done(&memory, "", "{}");
        assert_eq!(client(&["COGNITO", "Okta"]).code(&memory), "passes");
        cognito("DeleteIdentityProvider", &okta).done(&memory, "", "{}");
        assert_eq!(client(&["Okta"]).code(&memory), "InvalidParameterException");
    }

    #[test]
    fn a_user_pool_has_fifty_tags() {
        let memory = Memory::default();
        let create = |count| cognito("CreateUserPool", &json!({"UserPoolTags": tags(0..count)}));
        assert_eq!(create(51).code(&memory), "UserPoolTaggingException");
        create(48).done(&memory, "", r#"{"UserPool":{"Id":"p"}}"#);
        let tag = |range| {
            cognito(
                "TagResource",
                &json!({"ResourceArn": ARN, "Tags": tags(range)}),
            )
        };
        assert_eq!(tag(47..51).code(&memory), "InvalidParameterException");
        // Keys that exist are no more tags.
        tag(40..50).done(&memory, "", "{}");
        assert_eq!(tag(50..51).code(&memory), "InvalidParameterException");
        let untag = json!({"ResourceArn": ARN, "TagKeys": ["k3"]});
        cognito("UntagResource", &untag).done(&memory, "", "{}");
        assert_eq!(tag(50..51).code(&memory), "passes");
        let update = json!({"UserPoolId": "p", "UserPoolTags": tags(0..2)});
        cognito("UpdateUserPool", &update).done(&memory, "", "{}");
        assert_eq!(tag(2..50).code(&memory), "passes");
        assert_eq!(tag(2..51).code(&memory), "InvalidParameterException");
        cognito("DeleteUserPool", &json!({"UserPoolId": "p"})).done(&memory, "", "");
        assert_eq!(tag(0..50).code(&memory), "passes");
    }
}
