//! Comments that somebody edited, so that the note of the owner is lost: a distribution of the system
//! that uses the resource shows whose it is.

use aws_sdk_cloudfront::Client;
use engine::{Goal, PlanError, Refusal};
use model::Graph;
use model::types::cloudfront::{
    Distribution, EventType, FunctionAssociation, ResponseHeadersPolicy,
    ResponseHeadersPolicyConfig,
};

use super::{add_bucket, cache_policy, control, function, site};
use crate::support::{World, describe, paths};

/// A site with everything that it can refer to.
fn whole(world: &World) -> Graph {
    world.graph(|stack| {
        let control = stack.add("control", control());
        let cache = stack.add("cache", cache_policy());
        let headers = ResponseHeadersPolicy {
            response_headers_policy_config: ResponseHeadersPolicyConfig {
                name: "acme-test-headers".into(),
                ..ResponseHeadersPolicyConfig::default()
            },
        };
        let headers = stack.add("headers", headers);
        let function = stack.add("function", function());
        let mut config = site();
        config.origins[0].origin_access_control_id = Some(control.id());
        let behavior = &mut config.default_cache_behavior;
        behavior.cache_policy_id = cache.id();
        behavior.response_headers_policy_id = Some(headers.id());
        behavior.function_associations = vec![FunctionAssociation {
            event_type: EventType::ViewerRequest,
            function_arn: function.arn(),
        }];
        let site = Distribution {
            distribution_config: config,
        };
        stack.add("site", site);
        add_bucket(world, stack);
    })
}

/// Gives the access control another description.
async fn describe_control(client: &Client, description: &str) {
    let list = client.list_origin_access_controls().send().await;
    let list = list.expect("listed").origin_access_control_list;
    let id = list
        .and_then(|list| list.items)
        .expect("items")
        .remove(0)
        .id;
    let live = client.get_origin_access_control_config().id(&id);
    let live = live.send().await.expect("read");
    let mut config = live.origin_access_control_config.expect("it");
    config.description = Some(description.to_owned());
    let call = client.update_origin_access_control().id(id);
    let call = call.set_if_match(live.e_tag);
    let call = call.origin_access_control_config(config);
    call.send().await.expect("changed");
}

/// Gives the cache policy, the headers policy and the function another comment.
async fn comment_others(client: &Client, comment: &str) {
    let list = client.list_cache_policies().r#type("custom".into());
    let list = list.send().await.expect("listed").cache_policy_list;
    let policy = list.and_then(|list| list.items).expect("items").remove(0);
    let id = policy.cache_policy.expect("a policy").id;
    let live = client.get_cache_policy_config().id(&id).send().await;
    let live = live.expect("read");
    let mut config = live.cache_policy_config.expect("it");
    config.comment = Some(comment.to_owned());
    let call = client.update_cache_policy().id(id);
    let call = call.set_if_match(live.e_tag).cache_policy_config(config);
    call.send().await.expect("changed");

    let list = client.list_response_headers_policies();
    let list = list.r#type("custom".into()).send().await.expect("listed");
    let list = list.response_headers_policy_list;
    let policy = list.and_then(|list| list.items).expect("items").remove(0);
    let id = policy.response_headers_policy.expect("a policy").id;
    let live = client.get_response_headers_policy_config().id(&id);
    let live = live.send().await.expect("read");
    let mut config = live.response_headers_policy_config.expect("it");
    config.comment = Some(comment.to_owned());
    let call = client.update_response_headers_policy().id(id);
    let call = call.set_if_match(live.e_tag);
    let call = call.response_headers_policy_config(config);
    call.send().await.expect("changed");
}

#[tokio::test]
async fn an_edited_comment_is_drift_of_what_the_systems_site_uses() {
    let world = World::new();
    let client = Client::new(&world.config());
    world.apply(&whole(&world)).await;
    describe_control(&client, "mine").await;
    comment_others(&client, "").await;
    let plan = world.apply(&whole(&world)).await;
    let drift: Vec<_> = plan.resources.iter().map(paths).collect();
    let expected = [
        ["OriginAccessControlConfig.Description"],
        ["CachePolicyConfig.Comment"],
        ["ResponseHeadersPolicyConfig.Comment"],
    ];
    assert_eq!(drift, expected, "{:?}", describe(&plan));
    let reasons = format!("{:?}", describe(&plan));
    assert_eq!(reasons.matches("reason: Drift").count(), 3, "{reasons}");
    world.destroy(&whole(&world)).await;
    assert_eq!(world.listing().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_has_lost_its_note_is_destroyed_all_the_same() {
    let world = World::new();
    let client = Client::new(&world.config());
    world.apply(&whole(&world)).await;
    describe_control(&client, "mine").await;
    comment_others(&client, "mine").await;
    world.destroy(&whole(&world)).await;
    assert_eq!(world.listing().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_comment_that_names_another_system_is_believed() {
    let world = World::new();
    let client = Client::new(&world.config());
    world.apply(&whole(&world)).await;
    let theirs = "[frontage other@eu-west-1 test/control 0123456789abcdef]";
    describe_control(&client, theirs).await;
    let refused = world.try_plan(&whole(&world), Goal::Converge).await;
    let refused = refused.expect_err("refused");
    let PlanError::Refused(refusals) = refused else {
        panic!("{refused:?}")
    };
    assert!(
        matches!(&refusals[..], [Refusal::Foreign { owner, .. }] if owner.contains("`other`")),
        "{refusals:?}"
    );
    describe_control(&client, "mine").await;
    world.destroy(&whole(&world)).await;
}
