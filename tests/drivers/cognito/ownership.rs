//! The owner of a pool, its remains, and the cost of reading it.

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::{CustomDomainConfigType, SchemaAttributeType};
use engine::{Action, Goal, Reason};
use model::types::cognito::UserPoolGroup;
use model::{Graph, Tags};

use super::{Model, actions};
use crate::support::{World, describe, only, paths, strangers};

async fn pool_ids(cognito: &Client) -> Vec<String> {
    let pools = cognito
        .list_user_pools()
        .max_results(60)
        .send()
        .await
        .expect("listed");
    pools
        .user_pools()
        .iter()
        .filter_map(|pool| pool.id().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn a_pool_of_the_same_name_is_left_alone() {
    let world = World::new();
    let cognito = Client::new(&world.config());
    cognito
        .create_user_pool()
        .pool_name("acme-test")
        .send()
        .await
        .expect("created");
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    assert_eq!(pool_ids(&cognito).await.len(), 2);
    world.destroy(&model.graph(&world)).await;
    assert_eq!(pool_ids(&cognito).await.len(), 1);
}

/// Cognito cannot remove an attribute, so none is asked to go.
#[tokio::test]
async fn what_the_console_added_is_left() {
    let world = World::new();
    let cognito = Client::new(&world.config());
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let pool_id = pool_ids(&cognito).await.remove(0);
    let attribute = SchemaAttributeType::builder()
        .name("department")
        .attribute_data_type("String".into())
        .mutable(true)
        .build();
    let call = cognito.add_custom_attributes().user_pool_id(&pool_id);
    let sent = call.custom_attributes(attribute).send().await;
    sent.expect("added");
    let plan = world.plan(&model.graph(&world)).await;
    assert!(plan.is_empty(), "{:?}", describe(&plan));
    let other =
        model.with(|model| model.tags = Tags::from([("team".to_owned(), "shop".to_owned())]));
    world.apply(&other.graph(&world)).await;
    world.destroy(&other.graph(&world)).await;
}

#[tokio::test]
async fn what_is_no_longer_wanted_goes_but_for_the_pool() {
    let world = World::new();
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let pool = Model::pool(model.pool.clone());
    let plan = world.apply(&pool.graph(&world)).await;
    // MiniStack has no styles, so none is an orphan there.
    assert_eq!(plan.resources.len(), 3, "{:?}", describe(&plan));
    assert!(
        plan.resources
            .iter()
            .all(|resource| resource.action == Action::Delete)
    );
    let plan = world.plan(&world.graph(|_| {})).await;
    assert!(plan.is_empty());
    assert_eq!(plan.kept.len(), 1);
    let kept = world
        .try_plan(&pool.graph(&world), Goal::Destroy { delete_data: false })
        .await
        .expect("a plan");
    assert!(kept.is_empty());
    world.destroy(&pool.graph(&world)).await;
}

#[tokio::test]
async fn drift_of_a_pool_is_told_and_repaired() {
    let world = World::new();
    let cognito = Client::new(&world.config());
    let model =
        Model::new().with(|model| model.tags = Tags::from([("team".to_owned(), "web".to_owned())]));
    world.apply(&model.graph(&world)).await;
    let pool_id = pool_ids(&cognito).await.remove(0);
    let call = cognito
        .update_user_pool()
        .user_pool_id(&pool_id)
        .auto_verified_attributes("email".into());
    call.send().await.expect("changed");
    let arn = format!(
        "arn:aws:cognito-idp:eu-west-1:{}:userpool/{pool_id}",
        world.account_id
    );
    cognito
        .tag_resource()
        .resource_arn(&arn)
        .tags("team", "someone")
        .send()
        .await
        .expect("tagged");
    let plan = world.apply(&model.graph(&world)).await;
    assert!(
        matches!(
            only(&plan).action,
            Action::Update {
                reason: Reason::Drift,
                ..
            }
        ),
        "{:?}",
        describe(&plan)
    );
    assert_eq!(paths(only(&plan)), ["AutoVerifiedAttributes", "Tags.team"]);
    let other =
        model.with(|model| model.tags = Tags::from([("team".to_owned(), "shop".to_owned())]));
    let plan = world.apply(&other.graph(&world)).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    world.destroy(&other.graph(&world)).await;
}

/// An interrupted run left a second pool: the one in use is kept, the other stays until data may be
/// deleted.
#[tokio::test]
async fn the_pool_in_use_is_the_one_of_two() {
    let world = World::new();
    let cognito = Client::new(&world.config());
    let model = Model::new();
    let tags = [
        ("frontage:system", "acme"),
        ("frontage:address", "test/pool"),
    ];
    let tags = tags
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let call = cognito
        .create_user_pool()
        .pool_name("acme-test")
        .set_user_pool_tags(Some(tags));
    let first = call
        .clone()
        .send()
        .await
        .expect("created")
        .user_pool
        .expect("a pool")
        .id
        .expect("an id");
    world.apply(&model.graph(&world)).await;
    assert_eq!(pool_ids(&cognito).await, [first]);
    call.send().await.expect("created");
    let plan = world.plan(&model.graph(&world)).await;
    assert!(plan.is_empty(), "{:?}", actions(&plan));
    assert_eq!(plan.kept.len(), 1);
    world.destroy(&model.graph(&world)).await;
    assert!(pool_ids(&cognito).await.is_empty());
}

/// A pool takes two calls, and two for the lists of its clients and groups, which also find
/// orphans.
#[tokio::test]
async fn nothing_to_do_takes_one_call_more_a_client_style_and_domain() {
    let world = World::new();
    let calls = async |graph: &Graph| {
        let account = world.account().await;
        let before = account.calls().get();
        world.read(&account, graph, Goal::Converge).await;
        account.calls().get() - before
    };
    let model = Model::new();
    let alone = Model::pool(model.pool.clone()).graph(&world);
    world.apply(&alone).await;
    let alone = calls(&alone).await;
    world.apply(&model.graph(&world)).await;
    assert_eq!(calls(&model.graph(&world)).await, alone + 3);
    world.destroy(&model.graph(&world)).await;
}

/// A group of the name that a stack gives it.
fn with_group(world: &World, name: &str) -> Graph {
    world.graph(|stack| {
        let pool = stack.add("pool", Model::new().pool);
        let group = UserPoolGroup::new(pool.id(), name);
        stack.add(&format!("group-{name}"), group);
    })
}

#[tokio::test]
async fn what_others_add_to_the_pool_is_named_and_left_until_the_pool_is_deleted() {
    let world = World::new();
    let cognito = Client::new(&world.config());
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let pool_id = pool_ids(&cognito).await.remove(0);
    let client = cognito.create_user_pool_client().user_pool_id(&pool_id);
    client.client_name("mobile").send().await.expect("created");
    let group = cognito.create_group().user_pool_id(&pool_id);
    group.group_name("auditors").send().await.expect("created");
    let user = cognito.admin_create_user().user_pool_id(&pool_id);
    user.username("eve").send().await.expect("created");
    let member = cognito.admin_add_user_to_group().user_pool_id(&pool_id);
    let member = member.username("eve").group_name("auditors").send().await;
    member.expect("added");
    let domain = cognito.create_user_pool_domain().user_pool_id(&pool_id);
    let certificate = "arn:aws:acm:us-east-1:111122223333:certificate/theirs";
    let certificate = CustomDomainConfigType::builder().certificate_arn(certificate);
    let domain = domain.custom_domain_config(certificate.build().expect("a certificate"));
    let domain = domain.domain("login.theirs.example").send().await;
    domain.expect("created");
    let added = [
        "UserPoolClient mobile in test/pool",
        "UserPoolDomain login.theirs.example in test/pool",
        "UserPoolGroup auditors in test/pool",
    ];

    let plan = world.plan(&model.graph(&world)).await;
    assert!(plan.is_empty() && plan.kept.is_empty(), "{plan:?}");
    assert_eq!(strangers(&plan), added);
    // What the system made is deleted all the same.
    let less = model.with(|model| (model.group, model.client) = (None, None));
    let plan = world.apply(&less.graph(&world)).await;
    let deleted: Vec<_> = actions(&plan).into_iter().map(|(of, _)| of).collect();
    assert_eq!(deleted, ["test/client", "test/group"]);
    assert_eq!(strangers(&plan), added);
    let listed = cognito.list_users_in_group().user_pool_id(&pool_id);
    let listed = listed.group_name("auditors").send().await.expect("listed");
    assert_eq!(listed.users().len(), 1);

    let goal = |delete_data| Goal::Destroy { delete_data };
    let kept = world.try_plan(&less.graph(&world), goal(false)).await;
    assert_eq!(strangers(&kept.expect("a plan")), added);
    let deleted = world.try_plan(&less.graph(&world), goal(true)).await;
    let with_pool = added.map(|of| format!("{of}, deleted"));
    assert_eq!(strangers(&deleted.expect("a plan")), with_pool);
    world.destroy(&less.graph(&world)).await;
}

/// An older version recorded no digests: its records are completed, and what it made is found by the
/// name of the record.
#[tokio::test]
async fn what_an_older_version_recorded_stays_the_systems() {
    let world = World::new();
    let cognito = Client::new(&world.config());
    let admins = with_group(&world, "admins");
    world.apply(&admins).await;
    let pool_id = pool_ids(&cognito).await.remove(0);
    let arn = format!(
        "arn:aws:cognito-idp:eu-west-1:{}:userpool/{pool_id}",
        world.account_id
    );
    let key = "frontage:fingerprint:group-admins";
    let record = async || {
        let tags = cognito.list_tags_for_resource().resource_arn(&arn).send();
        let mut tags = tags.await.expect("tags").tags.unwrap_or_default();
        tags.remove(key).unwrap_or_default()
    };
    let recorded = record().await;
    let older = async || {
        let fingerprint = recorded.split(' ').next().unwrap_or_default();
        let call = cognito.tag_resource().resource_arn(&arn);
        call.tags(key, fingerprint).send().await.expect("tagged");
    };
    older().await;
    let plan = world.apply(&admins).await;
    assert_eq!(only(&plan).address.to_string(), "test/group-admins");
    assert!(paths(only(&plan)).is_empty(), "{:?}", describe(&plan));
    assert_eq!(record().await, recorded);

    older().await;
    let plan = world.apply(&with_group(&world, "editors")).await;
    let planned: Vec<_> = actions(&plan).into_iter().map(|(of, _)| of).collect();
    assert_eq!(planned, ["test/group-editors", "test/group-admins"]);
    assert_eq!(record().await, "");
    world.destroy(&with_group(&world, "editors")).await;
}
