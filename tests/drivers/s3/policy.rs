//! `AWS::S3::BucketPolicy`.

use std::collections::BTreeMap;

use engine::{Action, Reason};
use model::types::iam::{Effect, PolicyDocument, Principal, Statement, Values};
use model::types::s3::BucketPolicy;
use model::{Graph, Text};
use serde_json::{Value, json};

use super::{add_bucket, client, name};
use crate::support::{World, describe, only, paths};

const DISTRIBUTION: &str = "arn:aws:cloudfront::111122223333:distribution/E2";

/// The statement that lets a distribution read the bucket.
fn reading(bucket: Text) -> Statement {
    let service = BTreeMap::from([(
        "Service".to_owned(),
        Values(vec![Text::from("cloudfront.amazonaws.com")]),
    )]);
    let source = BTreeMap::from([(
        "aws:SourceArn".to_owned(),
        Values(vec![Text::from(DISTRIBUTION)]),
    )]);
    Statement {
        sid: Some("distribution".to_owned()),
        principal: Some(Principal::Of(service)),
        condition: BTreeMap::from([("StringEquals".to_owned(), source)]),
        ..Statement::allow(
            ["s3:ListBucket", "s3:GetObject"],
            vec![Text::concat([bucket.clone(), "/*".into()]), bucket],
        )
    }
}

/// The statement that refuses every request without encryption.
fn encrypting(bucket: Text) -> Statement {
    let insecure = BTreeMap::from([(
        "aws:SecureTransport".to_owned(),
        Values(vec![Text::from("false")]),
    )]);
    Statement {
        effect: Effect::Deny,
        principal: Some(Principal::Anyone("*".to_owned())),
        condition: BTreeMap::from([("Bool".to_owned(), insecure)]),
        ..Statement::allow(["s3:*"], vec![Text::concat([bucket, "/*".into()])])
    }
}

fn graph(world: &World, statements: &[fn(Text) -> Statement]) -> Graph {
    world.graph(|stack| {
        let bucket = add_bucket(world, stack);
        if !statements.is_empty() {
            let statements = statements
                .iter()
                .map(|statement| statement(bucket.arn()))
                .collect();
            let policy_document = PolicyDocument::new(statements);
            stack.add(
                "policy",
                BucketPolicy {
                    bucket: bucket.name(),
                    policy_document,
                },
            );
        }
    })
}

async fn record(world: &World) -> Option<String> {
    let tags = client(world)
        .get_bucket_tagging()
        .bucket(name(world))
        .send()
        .await
        .expect("tags")
        .tag_set;
    tags.into_iter()
        .find(|tag| tag.key() == "frontage:fingerprint:policy")
        .map(|tag| tag.value)
}

#[tokio::test]
async fn a_policy_changes_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &[reading])).await;
    let first = record(&world).await.expect("a record");
    let plan = world.apply(&graph(&world, &[encrypting, reading])).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Changed,
            ..
        }
    ));
    assert_eq!(paths(only(&plan)), ["PolicyDocument.Statement"]);
    assert_ne!(record(&world).await, Some(first));
    // Statements have no order: only the record differs.
    let plan = world.apply(&graph(&world, &[reading, encrypting])).await;
    assert!(paths(only(&plan)).is_empty());
    world.destroy(&graph(&world, &[encrypting])).await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let (s3, name) = (client(&world), name(&world));
    world.apply(&graph(&world, &[reading])).await;
    let other = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}}"#;
    s3.put_bucket_policy()
        .bucket(&name)
        .policy(other)
        .send()
        .await
        .expect("changed");
    let plan = world.apply(&graph(&world, &[reading])).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    s3.delete_bucket_policy()
        .bucket(&name)
        .send()
        .await
        .expect("deleted");
    let plan = world.apply(&graph(&world, &[reading])).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&graph(&world, &[reading])).await;
}

/// An organisation adds statements of its own to every bucket.
#[tokio::test]
async fn statements_of_others_are_left() {
    let world = World::new();
    let (s3, name) = (client(&world), name(&world));
    world.apply(&graph(&world, &[reading])).await;
    let policy = || async {
        let answer = s3.get_bucket_policy().bucket(&name).send().await;
        let text = answer.expect("a policy").policy.expect("text");
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let mut changed = policy().await;
    changed["Statement"]
        .as_array_mut()
        .expect("statements")
        .push(json!({
            "Sid": "AllowSSLRequestsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": format!("arn:aws:s3:::{name}/*"),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }));
    let put = s3.put_bucket_policy().bucket(&name);
    put.policy(changed.to_string()).send().await.expect("put");
    let plan = world.plan(&graph(&world, &[reading])).await;
    assert!(plan.is_empty(), "{:?}", describe(&plan));
    assert_eq!(plan.left.len(), 1);
    world.apply(&graph(&world, &[reading, encrypting])).await;
    let sids = policy().await["Statement"].to_string();
    assert!(sids.contains("AllowSSLRequestsOnly"), "{sids}");
    world.destroy(&graph(&world, &[reading, encrypting])).await;
}

#[tokio::test]
async fn a_policy_that_the_model_no_longer_has_goes_with_its_record() {
    let world = World::new();
    world.apply(&graph(&world, &[reading])).await;
    let plan = world.apply(&graph(&world, &[])).await;
    assert_eq!(only(&plan).action, Action::Delete);
    assert_eq!(record(&world).await, None);
    // Another owner's policy of the bucket is left untouched.
    let other = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}}"#;
    client(&world)
        .put_bucket_policy()
        .bucket(name(&world))
        .policy(other)
        .send()
        .await
        .expect("made");
    assert!(world.plan(&graph(&world, &[])).await.is_empty());
    world.destroy(&graph(&world, &[])).await;
}
