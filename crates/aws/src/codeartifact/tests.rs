//! What no emulator shows of CodeArtifact: two writers of one policy, lost answers, what is in the
//! way.

use engine::{Change, Changes};
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::typed::{ResourceDriver as _, TypedLive};

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

fn domain(policy: &Value) -> domain::Properties {
    serde_json::from_value(
        json!({"DomainName": "acme-packages", "PermissionsPolicyDocument": policy}),
    )
    .unwrap()
}

fn repository(more: &Value) -> repository::Properties {
    let mut members = json!({"DomainName": "acme-packages", "RepositoryName": "npm"});
    members
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap_or_default());
    serde_json::from_value(members).unwrap()
}

fn live<P>(id: &str, properties: P) -> TypedLive<P> {
    let attributes = [("Arn".to_owned(), "arn".to_owned())].into();
    TypedLive {
        id: id.to_owned(),
        properties,
        attributes,
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
    let before = live("acme-packages", domain(&policy("a:Old")));
    driver
        .update(
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
        .create(domain(&policy("a:B")), &tags())
        .await
        .unwrap();
    assert_eq!(made.attribute("Owner").unwrap(), "111122223333");
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
        .create(domain(&policy("a:B")), &tags())
        .await
        .unwrap_err();
    assert!(is_conflict(&error), "{error}");
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
        .create(domain(&policy("a:B")), &tags())
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
        .delete(live("acme-packages", domain(&policy("a:B"))))
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_connection_goes_before_upstreams_come_and_an_empty_list_is_sent() {
    let fake = FakeAws::new([
        ("DELETE", 200, "{}"),
        ("PUT", 200, "{}"),
        ("PUT", 200, "{}"),
        ("POST", 200, "{}"),
    ]);
    let driver = Repositories::new(&Account::for_tests(&fake));
    let connected = repository(&json!({"ExternalConnections": ["public:npmjs"]}));
    let upstream = repository(&json!({"Upstreams": ["b", "a"]}));
    let changed = driver
        .update(
            live("acme-packages/npm", connected.clone()),
            upstream,
            &changes("Upstreams"),
        )
        .await;
    let changed = changed.unwrap();
    driver
        .update(changed, connected, &changes("Upstreams"))
        .await
        .unwrap();
    let requests = fake.requests();
    assert!(
        requests[0].starts_with("DELETE")
            && requests[0].contains("external-connection=public%3Anpmjs")
    );
    let order =
        requests[1].find(r#""repositoryName":"b""#) < requests[1].find(r#""repositoryName":"a""#);
    assert!(order, "the order of upstreams is kept: {}", requests[1]);
    assert!(requests[2].contains(r#""upstreams":[]"#), "{}", requests[2]);
    assert!(
        requests[3].starts_with("POST")
            && requests[3].contains("external-connection=public%3Anpmjs")
    );
    fake.assert_used();
}

#[test]
fn what_codeartifact_would_refuse_is_refused_before_any_call() {
    let named = |name: &str| domain::Properties {
        domain_name: name.to_owned(),
        ..domain(&policy("a:B"))
    };
    for name in [
        "a",
        "Acme",
        "1acme",
        "acme-",
        "acme_packages",
        &"a".repeat(51),
    ] {
        assert!(limits::domain(&named(name)).is_err(), "{name}");
    }
    assert!(limits::domain(&named(&"a".repeat(50))).is_ok());
    for (refused, more) in [
        ("10 upstreams", json!({"Upstreams": vec!["a"; 11]})),
        (
            "either",
            json!({"Upstreams": ["a"], "ExternalConnections": ["public:npmjs"]}),
        ),
        (
            "more than one",
            json!({"ExternalConnections": ["public:npmjs", "public:pypi"]}),
        ),
        ("1,000", json!({"Description": "x".repeat(1001)})),
        ("2 to 100", json!({"RepositoryName": "-npm"})),
        (
            "7168",
            json!({"PermissionsPolicyDocument": policy(&"x".repeat(7168))}),
        ),
    ] {
        let error = limits::repository(&repository(&more))
            .unwrap_err()
            .to_string();
        assert!(error.contains(refused), "{error}");
    }
}
