//! Behaviour of domains that no emulator shows: two writers of one policy, lost answers, and a
//! deletion that must wait.

use engine::Change;
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;

const CONFLICT: &str = r#"{"__type":"ConflictException","message":"changed meanwhile"}"#;
const ABSENT: &str = r#"{"__type":"ResourceNotFoundException","message":"not there"}"#;
const DOMAIN: &str = r#"{"domain":{"name":"acme-packages","owner":"111122223333","status":"Active",
    "arn":"arn:aws:codeartifact:eu-west-1:111122223333:domain/acme-packages",
    "encryptionKey":"arn:aws:kms:eu-west-1:111122223333:key/k"}}"#;
const OURS: &str = r#"{"tags":[{"key":"frontage:system","value":"acme"},{"key":"frontage:address","value":"packages/domain"}]}"#;
const THEIRS: &str = r#"{"tags":[{"key":"owner","value":"somebody"}]}"#;

fn tags() -> Tags {
    let tags = [
        ("frontage:system", "acme"),
        ("frontage:address", "packages/domain"),
    ];
    tags.map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn owner() -> Owner {
    Owner::recorded_in(&tags()).unwrap()
}

fn policy(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": [action], "Resource": ["*"]}
    ]})
}

fn answered(action: &str, revision: &str) -> String {
    let document = policy(action).to_string();
    json!({"policy": {"resourceArn": "arn", "revision": revision, "document": document}})
        .to_string()
}

fn domain(policy: &Value) -> Properties {
    serde_json::from_value(
        json!({"DomainName": "acme-packages", "PermissionsPolicyDocument": policy}),
    )
    .unwrap()
}

fn alive(id: &str, properties: Properties) -> Live {
    TypedLive {
        id: id.to_owned(),
        properties,
        attributes: Live::assigned([(Domain::ARN, "arn".to_owned())]),
        tags: LiveTags::Read(tags()),
    }
}

fn changes(property: &str) -> Changes {
    let change = Change {
        path: property.to_owned(),
        old: Value::Null,
        new: Value::Null,
        forces_replacement: false,
    };
    Changes(vec![change])
}

#[tokio::test(start_paused = true)]
async fn a_policy_is_written_over_the_revision_that_was_read() {
    let (old, other, put) = (
        answered("a:Old", "R1"),
        answered("a:Other", "R2"),
        answered("a:New", "R3"),
    );
    let fake = FakeAws::new([
        ("GET", 200, old.as_str()),
        ("PUT", 409, CONFLICT),
        ("GET", 200, other.as_str()),
        ("PUT", 200, put.as_str()),
    ]);
    let driver = Domains::new(&Account::for_tests(&fake));
    let before = alive("acme-packages", domain(&policy("a:Old")));
    driver
        .updated(
            before,
            domain(&policy("a:New")),
            &changes("PermissionsPolicyDocument"),
        )
        .await
        .unwrap();
    let puts: Vec<String> = fake
        .requests()
        .into_iter()
        .filter(|request| request.starts_with("PUT"))
        .collect();
    assert!(puts[0].contains(r#""policyRevision":"R1""#), "{puts:?}");
    assert!(
        puts[1].contains(r#""policyRevision":"R2""#) && puts[1].contains("a:New"),
        "{puts:?}"
    );
    fake.assert_used();
}

/// Another run may delete it while it is read.
#[tokio::test]
async fn a_domain_that_is_deleted_before_its_tags_are_read_is_absent() {
    let fake = FakeAws::new([
        ("/v1/domain?", 200, DOMAIN),
        ("/v1/domain/permissions/policy?", 404, ABSENT),
        ("GetResources", 200, r#"{"ResourceTagMappingList":[]}"#),
        ("/v1/tags?", 404, ABSENT),
    ]);
    let driver = Domains::new(&Account::for_tests(&fake));
    let found = driver.find("acme-packages", &ReadCache::default()).await;
    assert!(found.unwrap().is_none());
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_a_create_is_no_conflict_and_somebody_elses_domain_is() {
    let stands = answered("a:B", "R1");
    let fake = FakeAws::new([
        (
            "POST https://codeartifact.eu-west-1.amazonaws.com/v1/domain?",
            409,
            CONFLICT,
        ),
        (
            "GET https://codeartifact.eu-west-1.amazonaws.com/v1/domain?",
            200,
            DOMAIN,
        ),
        ("/v1/tags", 200, OURS),
        ("/v1/tag?", 200, "{}"),
        ("/v1/domain/permissions/policy", 200, stands.as_str()),
    ]);
    let driver = Domains::new(&Account::for_tests(&fake));
    let made = driver
        .create(domain(&policy("a:B")), &owner(), &tags())
        .await
        .unwrap();
    assert_eq!(made.attribute(Domain::OWNER).unwrap(), "111122223333");
    fake.assert_used();

    let fake = FakeAws::new([
        (
            "POST https://codeartifact.eu-west-1.amazonaws.com/v1/domain?",
            409,
            CONFLICT,
        ),
        (
            "GET https://codeartifact.eu-west-1.amazonaws.com/v1/domain?",
            200,
            DOMAIN,
        ),
        ("/v1/tags", 200, THEIRS),
    ]);
    let error = Domains::new(&Account::for_tests(&fake))
        .create(domain(&policy("a:B")), &owner(), &tags())
        .await
        .unwrap_err();
    assert!(error.is("ConflictException"), "{error}");
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_refused_create_is_not_waited_for() {
    let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    let fake = FakeAws::new([(
        "POST https://codeartifact.eu-west-1.amazonaws.com/v1/domain?",
        403,
        denied,
    )]);
    let error = Domains::new(&Account::for_tests(&fake))
        .create(domain(&policy("a:B")), &owner(), &tags())
        .await
        .unwrap_err();
    assert!(error.is("AccessDeniedException"), "{error}");
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_domain_waits_for_its_repositories_to_be_gone() {
    let fake = FakeAws::new([
        ("DELETE", 409, CONFLICT),
        ("DELETE", 409, CONFLICT),
        ("DELETE", 200, "{}"),
        ("GET", 200, DOMAIN),
        ("GET", 404, ABSENT),
    ]);
    let driver = Domains::new(&Account::for_tests(&fake));
    driver
        .delete(alive("acme-packages", domain(&policy("a:B"))))
        .await
        .unwrap();
    fake.assert_used();
}

#[test]
fn what_codeartifact_would_refuse_is_refused_before_any_call() {
    let found = |name: &str, action: &str| {
        let domain = Properties {
            domain_name: name.to_owned(),
            ..domain(&policy(action))
        };
        findings(Domains::new, &domain).join("; ")
    };
    assert_eq!(found(&"a".repeat(50), "a:B"), "");
    for (name, finding) in [
        ("a", "DomainName has 1 characters; 2 to 50 are allowed"),
        (
            "acMe",
            "DomainName is `acMe`; only a-z, 0-9 and - are allowed",
        ),
        (
            "Acme",
            "DomainName is `Acme`; only a-z, 0-9 and - are allowed",
        ),
        (
            "1acme",
            "DomainName is `1acme`; it has to begin with a letter and not to end with -",
        ),
        (
            "acme-",
            "DomainName is `acme-`; it has to begin with a letter and not to end with -",
        ),
        (
            "acme_packages",
            "DomainName is `acme_packages`; only a-z, 0-9 and - are allowed",
        ),
        (
            &"a".repeat(51),
            "DomainName has 51 characters; 2 to 50 are allowed",
        ),
    ] {
        assert_eq!(found(name, "a:B"), finding);
    }
    assert_eq!(
        found("acme", &"x".repeat(7168)),
        "PermissionsPolicyDocument has 7293 characters; 7168 are allowed"
    );
    let unknown = format!("{}{}", "x".repeat(7168), engine::UNKNOWN);
    assert_eq!(found("acme", &unknown), "", "its length is not known");
    let nobody = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["a:B"], "Resource": ["*"]}
    ]});
    assert_eq!(
        findings(Domains::new, &domain(&nobody)),
        ["PermissionsPolicyDocument has a statement that names no principal"]
    );
}
