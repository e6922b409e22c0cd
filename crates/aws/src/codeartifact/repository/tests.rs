//! Behaviour of repositories that no emulator shows: the order of connections and upstreams.

use engine::Change;
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;

fn repository(more: &Value) -> Properties {
    let mut members = json!({"DomainName": "acme-packages", "RepositoryName": "npm"});
    members
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap_or_default());
    serde_json::from_value(members).unwrap()
}

fn alive(id: &str, properties: Properties) -> Live {
    TypedLive {
        id: id.to_owned(),
        properties,
        attributes: Live::assigned([(Repository::ARN, "arn".to_owned())]),
        tags: LiveTags::Unread,
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
        .updated(
            alive("acme-packages/npm", connected.clone()),
            upstream,
            &changes("Upstreams"),
        )
        .await;
    let changed = changed.unwrap();
    driver
        .updated(changed, connected, &changes("Upstreams"))
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
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": ["x".repeat(7168)], "Resource": ["*"]}
    ]});
    let unknown = json!({"DomainName": engine::UNKNOWN, "Upstreams": [engine::UNKNOWN]});
    for (more, finding) in [
        (json!({}), ""),
        (unknown, ""),
        (
            json!({"Upstreams": vec!["a"; 11]}),
            "Upstreams has 11 members; 0 to 10 are allowed",
        ),
        (
            json!({"Upstreams": ["a"], "ExternalConnections": ["public:npmjs"]}),
            "Upstreams cannot be combined with ExternalConnections",
        ),
        (
            json!({"ExternalConnections": ["public:npmjs", "public:pypi"]}),
            "ExternalConnections has 2 members; 0 to 1 are allowed",
        ),
        (
            json!({"Description": "x".repeat(1001)}),
            "Description has 1001 characters; 0 to 1000 are allowed",
        ),
        (
            json!({"RepositoryName": "-npm"}),
            "RepositoryName is `-npm`; it has to begin with a letter or digit",
        ),
        (
            json!({"RepositoryName": "n"}),
            "RepositoryName has 1 characters; 2 to 100 are allowed",
        ),
        (
            json!({"RepositoryName": "n/m"}),
            "RepositoryName is `n/m`; only letters, digits, ., _ and - are allowed",
        ),
        (
            json!({"PermissionsPolicyDocument": policy}),
            "PermissionsPolicyDocument has 7293 characters; 7168 are allowed",
        ),
    ] {
        let found = findings(Repositories::new, &repository(&more));
        assert_eq!(found.join("; "), finding);
    }
}

#[tokio::test]
async fn a_repository_holds_the_packages_of_a_page_and_whether_there_are_more() {
    let one = r#"{"packages":[{"package":"session"}]}"#;
    let more = r#"{"packages":[{"package":"session"}],"nextToken":"more"}"#;
    for (page, said) in [(one, "1 package"), (more, "1+ packages")] {
        let fake = FakeAws::new([("/v1/packages", 200, page)]);
        let driver = Repositories::new(&Account::for_tests(&fake));
        let live = alive("acme-packages/npm", repository(&json!({})));
        let holding = driver.holding(&live).await.unwrap();
        assert_eq!(holding.to_string(), said);
    }
}
