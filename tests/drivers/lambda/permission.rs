//! `AWS::Lambda::Permission`.

use aws_sdk_lambda::Client;
use engine::{Action, Reason};
use model::Graph;
use model::types::lambda::Permission;

use super::Workshop;
use crate::support::{only, paths};

const NAME: &str = "acme-test-function";

/// The permissions of a graph: their names, and how they differ from the default.
type Permissions<'p> = &'p [(&'p str, &'p dyn Fn(&mut Permission))];

fn graph(workshop: &Workshop, permissions: Permissions<'_>) -> Graph {
    workshop.world.graph(|stack| {
        let function = stack.add("function", workshop.function(NAME));
        for (name, change) in permissions {
            let mut permission = Permission {
                function_name: function.name(),
                action: "lambda:InvokeFunction".to_owned(),
                principal: "apigateway.amazonaws.com".to_owned(),
                source_arn: Some("arn:aws:execute-api:eu-west-1:111122223333:a/*/*".into()),
                source_account: Some("111122223333".into()),
            };
            change(&mut permission);
            stack.add(name, permission);
        }
    })
}

fn as_it_is(_: &mut Permission) {}

/// A name, and a change to a permission.
type Variation<'a> = (&'a str, &'a dyn Fn(&mut Permission));

#[tokio::test]
async fn every_change_replaces_the_statement() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    world
        .apply(&graph(&workshop, &[("invoke", &as_it_is)]))
        .await;
    let changes: [Variation<'_>; 6] = [
        ("Action", &|permission| {
            permission.action = "lambda:*".to_owned();
        }),
        ("Principal", &|permission| {
            permission.principal = "events.amazonaws.com".to_owned();
        }),
        ("Principal", &|permission| {
            permission.principal = "111122223333".to_owned();
        }),
        ("SourceArn", &|permission| {
            permission.source_arn = Some("arn:aws:execute-api:eu-west-1:111122223333:b/*".into());
        }),
        ("SourceArn", &|permission| permission.source_arn = None),
        ("SourceAccount", &|permission| {
            permission.source_account = None;
        }),
    ];
    for (expected, change) in changes {
        world
            .apply(&graph(&workshop, &[("invoke", &as_it_is)]))
            .await;
        let plan = world.apply(&graph(&workshop, &[("invoke", change)])).await;
        assert!(
            matches!(
                only(&plan).action,
                Action::Replace {
                    reason: Reason::Changed,
                    ..
                }
            ),
            "{expected}"
        );
        assert_eq!(paths(only(&plan)), [expected]);
    }
    world
        .destroy(&graph(&workshop, &[("invoke", &as_it_is)]))
        .await;
}

#[tokio::test]
async fn permissions_of_one_function_keep_each_other() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let names = ["connect", "disconnect", "authorise", "events"];
    let permissions: Vec<Variation<'_>> = names
        .iter()
        .map(|name| (*name, &as_it_is as &dyn Fn(&mut Permission)))
        .collect();
    world.apply(&graph(&workshop, &permissions)).await;
    let plan = world.apply(&graph(&workshop, &permissions[1..])).await;
    assert_eq!(
        only(&plan).action,
        Action::Delete,
        "a permission that the model no longer has"
    );
    let tags = Client::new(&world.config())
        .get_function()
        .function_name(NAME)
        .send()
        .await
        .expect("the function")
        .tags;
    let tags = tags.expect("tags");
    assert!(
        tags.contains_key("frontage:fingerprint:events")
            && !tags.contains_key("frontage:fingerprint:connect")
    );
    world.destroy(&graph(&workshop, &permissions[1..])).await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let client = Client::new(&world.config());
    let graph = graph(&workshop, &[("invoke", &as_it_is)]);
    world.apply(&graph).await;
    let remove = client
        .remove_permission()
        .function_name(NAME)
        .statement_id("frontage-invoke");
    remove.clone().send().await.expect("removed");
    let plan = world.apply(&graph).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    remove.send().await.expect("removed");
    let add = client
        .add_permission()
        .function_name(NAME)
        .statement_id("frontage-invoke")
        .principal("*");
    add.action("lambda:InvokeFunction")
        .principal_org_id("o-1234567890")
        .send()
        .await
        .expect("added");
    let plan = world.apply(&graph).await;
    assert!(matches!(
        only(&plan).action,
        Action::Replace {
            reason: Reason::Drift,
            ..
        }
    ));
    world.destroy(&graph).await;
}

/// A statement with another id is another owner's and stays; it is deleted only with the function.
#[tokio::test]
async fn statements_of_others_are_left_alone() {
    let workshop = Workshop::new().await;
    let world = &workshop.world;
    let client = Client::new(&world.config());
    world
        .apply(&graph(&workshop, &[("invoke", &as_it_is)]))
        .await;
    let add = client
        .add_permission()
        .function_name(NAME)
        .statement_id("theirs")
        .action("lambda:InvokeFunction");
    add.principal("events.amazonaws.com")
        .send()
        .await
        .expect("added");
    world.apply(&graph(&workshop, &[])).await;
    let policy = client
        .get_policy()
        .function_name(NAME)
        .send()
        .await
        .expect("a policy")
        .policy
        .expect("text");
    assert!(
        policy.contains("theirs") && !policy.contains("frontage-"),
        "{policy}"
    );
    world.destroy(&graph(&workshop, &[])).await;
}
