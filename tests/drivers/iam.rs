//! `AWS::IAM::Role` and `AWS::IAM::OIDCProvider`.

use aws_sdk_iam::Client;
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::iam::{OidcProvider, Policy, PolicyDocument, Principal, Role, Statement, Values};
use model::{Graph, Tags};

use super::support::{World, only, paths};

const NAME: &str = "acme-test-role";

fn role() -> Role {
    Role {
        role_name: NAME.into(),
        path: None,
        description: None,
        assume_role_policy_document: PolicyDocument::trust("lambda.amazonaws.com"),
        managed_policy_arns: Vec::new(),
        policies: Vec::new(),
        max_session_duration: None,
        permissions_boundary: None,
    }
}

fn inline(name: &str, actions: &[&str]) -> Policy {
    let statement = Statement::allow(
        actions.iter().copied(),
        vec!["arn:aws:s3:::b/*".into(), "*".into()],
    );
    Policy {
        policy_name: name.to_owned(),
        policy_document: PolicyDocument::new(vec![statement]),
    }
}

fn graph(world: &World, role: &Role) -> Graph {
    world.graph(|stack| {
        stack.add("role", role.clone());
    })
}

fn managed(name: &str) -> model::Text {
    format!("arn:aws:iam::aws:policy/{name}").into()
}

#[tokio::test]
async fn every_property_but_name_and_path_changes_in_place() {
    let world = World::new();
    let mut role = role();
    world.apply(&graph(&world, &role)).await;
    let mut step = async |expected: &str, change: &dyn Fn(&mut Role)| {
        change(&mut role);
        let plan = world.apply(&graph(&world, &role)).await;
        assert!(
            matches!(
                only(&plan).action,
                Action::Update {
                    reason: Reason::Changed,
                    ..
                }
            ),
            "{expected}"
        );
        let paths = paths(only(&plan));
        assert!(
            paths.iter().all(|path| path.starts_with(expected)) && !paths.is_empty(),
            "{expected}: {paths:?}"
        );
    };
    step("Description", &|role| {
        role.description = Some("runs the tests".to_owned());
    })
    .await;
    step("Description", &|role| role.description = None).await;
    step("MaxSessionDuration", &|role| {
        role.max_session_duration = Some(7_200);
    })
    .await;
    step("MaxSessionDuration", &|role| {
        role.max_session_duration = None;
    })
    .await;
    step("AssumeRolePolicyDocument", &|role| {
        role.assume_role_policy_document = PolicyDocument::trust("codebuild.amazonaws.com");
    })
    .await;
    step("ManagedPolicyArns", &|role| {
        role.managed_policy_arns =
            vec![managed("ReadOnlyAccess"), managed("AmazonS3ReadOnlyAccess")];
    })
    .await;
    step("ManagedPolicyArns", &|role| {
        role.managed_policy_arns = vec![
            managed("AmazonS3ReadOnlyAccess"),
            managed("AmazonDynamoDBReadOnlyAccess"),
        ];
    })
    .await;
    step("ManagedPolicyArns", &|role| {
        role.managed_policy_arns = Vec::new();
    })
    .await;
    step("Policies", &|role| {
        role.policies = vec![inline("b", &["s3:PutObject"]), inline("a", &["s3:Get*"])];
    })
    .await;
    step("Policies[0]", &|role| {
        role.policies[1] = inline("a", &["s3:PutObject", "s3:GetObject"]);
    })
    .await;
    step("Policies", &|role| {
        role.policies = vec![inline("c", &["s3:GetObject"])];
    })
    .await;
    step("Policies", &|role| role.policies = Vec::new()).await;
    // MiniStack's bulk answer does not show that a boundary is removed: the driver's own tests
    // cover that.
    step("PermissionsBoundary", &|role| {
        role.permissions_boundary = Some(managed("PowerUserAccess"));
    })
    .await;
    step("PermissionsBoundary", &|role| {
        role.permissions_boundary = Some(managed("ReadOnlyAccess"));
    })
    .await;
    world.destroy(&graph(&world, &role)).await;
}

#[tokio::test]
async fn everything_is_there_after_one_create() {
    let world = World::new();
    let whole = Role {
        path: Some("/acme/test/".to_owned()),
        description: Some("a role".to_owned()),
        managed_policy_arns: vec![managed("ReadOnlyAccess"), managed("AmazonS3ReadOnlyAccess")],
        policies: vec![
            inline("b", &["s3:PutObject"]),
            inline("a", &["s3:Get*", "dynamodb:*"]),
        ],
        max_session_duration: Some(3_601),
        permissions_boundary: Some(managed("PowerUserAccess")),
        ..role()
    };
    world.apply(&graph(&world, &whole)).await;
    let live = world.inventory(&graph(&world, &whole)).await;
    let attributes = &live.live.values().next().expect("the role").attributes;
    assert_eq!(
        attributes["Arn"],
        format!("arn:aws:iam::{}:role/acme/test/{NAME}", world.account_id)
    );
    assert!(attributes["RoleId"].starts_with("AROA"));
    assert_eq!(attributes["RoleName"], NAME);
    world.destroy(&graph(&world, &whole)).await;
}

#[tokio::test]
async fn another_path_is_another_role() {
    let world = World::new();
    world
        .apply(&graph(
            &world,
            &Role {
                policies: vec![inline("p", &["s3:Get*"])],
                ..role()
            },
        ))
        .await;
    let moved = Role {
        path: Some("/acme/".to_owned()),
        ..role()
    };
    let plan = world.apply(&graph(&world, &moved)).await;
    assert!(matches!(only(&plan).action, Action::Replace { .. }));
    assert_eq!(paths(only(&plan)), ["Path", "Policies"]);
    world.destroy(&graph(&world, &moved)).await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let iam = Client::new(&world.config());
    let tagged = |value: &str| {
        world.graph_tagged(
            Tags::from([("team".to_owned(), value.to_owned())]),
            |stack| {
                stack.add(
                    "role",
                    Role {
                        policies: vec![inline("p", &["s3:GetObject"])],
                        ..role()
                    },
                );
            },
        )
    };
    world.apply(&tagged("web")).await;
    let document =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let put = iam
        .put_role_policy()
        .role_name(NAME)
        .policy_name("p")
        .policy_document(document);
    put.clone().send().await.expect("changed");
    put.policy_name("back-door").send().await.expect("added");
    iam.attach_role_policy()
        .role_name(NAME)
        .policy_arn("arn:aws:iam::aws:policy/ReadOnlyAccess")
        .send()
        .await
        .expect("attached");
    iam.untag_role()
        .role_name(NAME)
        .tag_keys("team")
        .send()
        .await
        .expect("untagged");
    let plan = world.apply(&tagged("web")).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    assert_eq!(
        paths(only(&plan)),
        ["ManagedPolicyArns", "Policies", "Tags.team"]
    );
    let plan = world.apply(&tagged("shop")).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    world.destroy(&tagged("shop")).await;
}

#[tokio::test]
async fn a_role_that_something_else_uses_is_deleted_all_the_same() {
    let world = World::new();
    let iam = Client::new(&world.config());
    world.apply(&graph(&world, &role())).await;
    iam.create_instance_profile()
        .instance_profile_name("p")
        .send()
        .await
        .expect("made");
    iam.add_role_to_instance_profile()
        .instance_profile_name("p")
        .role_name(NAME)
        .send()
        .await
        .expect("added");
    iam.attach_role_policy()
        .role_name(NAME)
        .policy_arn("arn:aws:iam::aws:policy/ReadOnlyAccess")
        .send()
        .await
        .expect("attached");
    let plan = world.apply(&world.graph(|_| {})).await;
    assert_eq!(only(&plan).action, Action::Delete);
}

/// A provider with a URL that no other test uses, since emulators may have one account for all.
fn provider(world: &World) -> OidcProvider {
    OidcProvider {
        url: format!("https://{}.example.com", world.system),
        client_id_list: vec!["sts.amazonaws.com".into()],
        thumbprint_list: None,
    }
}

fn with_provider(world: &World, provider: &OidcProvider) -> Graph {
    world.graph(|stack| {
        stack.add("provider", provider.clone());
    })
}

#[tokio::test]
async fn an_oidc_provider_changes_in_place_and_drift_is_repaired() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let client = Client::new(&world.config());
    let mut provider = provider(&world);
    world.apply(&with_provider(&world, &provider)).await;
    provider.client_id_list.push("another".into());
    let plan = world.apply(&with_provider(&world, &provider)).await;
    let changed = paths(only(&plan));
    assert!(changed[0].starts_with("ClientIdList"), "{changed:?}");
    provider.thumbprint_list = Some(vec!["A".repeat(40)]);
    let plan = world.apply(&with_provider(&world, &provider)).await;
    assert!(paths(only(&plan))[0].starts_with("ThumbprintList"));
    // Without a statement they stay.
    provider.thumbprint_list = None;
    let graph = with_provider(&world, &provider);
    world.apply(&graph).await;
    let live = world.inventory(&graph).await;
    let arn = &live.live.values().next().expect("it").attributes["Arn"];
    let found = client.get_open_id_connect_provider();
    let found = found.open_id_connect_provider_arn(arn).send().await;
    assert_eq!(found.expect("it").thumbprint_list(), ["a".repeat(40)]);
    let call = client
        .remove_client_id_from_open_id_connect_provider()
        .open_id_connect_provider_arn(arn)
        .client_id("another");
    call.send().await.expect("removed");
    let plan = world.apply(&graph).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    world.destroy(&graph).await;
}

/// An account has one per URL: it is adopted on request, and refused otherwise.
#[tokio::test]
async fn an_oidc_provider_of_another_owner_is_left_until_it_is_adopted() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let client = Client::new(&world.config());
    let provider = provider(&world);
    let graph = with_provider(&world, &provider);
    let call = client
        .create_open_id_connect_provider()
        .url(&provider.url)
        .client_id_list("theirs");
    call.send().await.expect("created");
    match world.try_plan(&graph, Goal::Converge).await {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    let plan = world.adopt(&graph, "test/provider").await;
    assert!(matches!(only(&plan).action, Action::Update { .. }));
    assert!(world.plan(&graph).await.is_empty());
    world.destroy(&graph).await;
}

/// A role that trusts a provider which others created names it by the ARN that it must have.
#[tokio::test]
async fn an_oidc_provider_is_where_its_url_says() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let provider = provider(&world);
    let with_role = world.graph(|stack| {
        let arn = OidcProvider::arn_in_account(&provider.url);
        let mut trust = PolicyDocument::trust("lambda.amazonaws.com");
        let federated = Values(vec![arn]);
        trust.statement[0].principal =
            Some(Principal::Of([("Federated".to_owned(), federated)].into()));
        trust.statement[0].action = vec!["sts:AssumeRoleWithWebIdentity".to_owned()];
        stack.add("provider", provider.clone());
        let role = Role {
            role_name: format!("{}-test-deploy", world.system).into(),
            assume_role_policy_document: trust,
            ..role()
        };
        stack.add("role", role);
    });
    world.apply(&with_role).await;
    let live = world.inventory(&with_role).await;
    let arn_of = |address: &str| {
        let address = address.parse().expect("an address");
        live.live[&address].attributes["Arn"].clone()
    };
    let account = world.account().await;
    let expected = format!(
        "arn:aws:iam::{}:oidc-provider/{}.example.com",
        account.id(),
        world.system
    );
    assert_eq!(arn_of("test/provider"), expected);
    world.destroy(&with_role).await;
}
