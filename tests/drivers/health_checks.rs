//! `AWS::Route53::HealthCheck`.

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{HealthCheck as SdkHealthCheck, HealthCheckConfig, TagResourceType};
use engine::{Action, Reason};
use model::types::cloudwatch::{Alarm, Dimension};
use model::types::route53::HealthCheck;
use model::{Graph, Text};

use super::support::{World, describe, only, paths};

fn page(text: &str) -> HealthCheck {
    HealthCheck::of_page(Text::from("www.example.com"), "/", text)
}

fn graph(world: &World, check: &HealthCheck) -> Graph {
    world.graph(|stack| drop(stack.add("check", check.clone())))
}

/// The system's checks, as Route 53 lists them.
async fn live(world: &World) -> Vec<SdkHealthCheck> {
    let client = Client::new(&world.config());
    let pages = client.list_health_checks().into_paginator().items().send();
    let mut found = pages.collect::<Result<Vec<_>, _>>().await.expect("listed");
    found.retain(|check| check.caller_reference().contains(&world.system));
    found
}

async fn config(world: &World) -> HealthCheckConfig {
    let mut found = live(world).await;
    assert_eq!(found.len(), 1);
    found.remove(0).health_check_config.expect("its settings")
}

async fn tags(world: &World, id: &str) -> Vec<(String, String)> {
    let listed = Client::new(&world.config())
        .list_tags_for_resource()
        .resource_type(TagResourceType::Healthcheck)
        .resource_id(id)
        .send();
    let set = listed.await.expect("listed").resource_tag_set;
    let tags = set.expect("tags").tags.unwrap_or_default().into_iter();
    tags.filter_map(|tag| Some((tag.key?, tag.value?)))
        .collect()
}

async fn remove_tags(world: &World, id: &str) {
    let keys = tags(world, id).await.into_iter().map(|(key, _)| key);
    let removed = Client::new(&world.config())
        .change_tags_for_resource()
        .resource_type(TagResourceType::Healthcheck)
        .resource_id(id)
        .set_remove_tag_keys(Some(keys.collect()))
        .send();
    removed.await.expect("removed");
}

async fn delete(world: &World, id: &str) {
    let deleted = Client::new(&world.config()).delete_health_check();
    let deleted = deleted.health_check_id(id).send();
    deleted.await.expect("deleted");
}

fn is_update(plan: &engine::Plan, expected: Reason) -> bool {
    matches!(&only(plan).action, Action::Update { reason, .. } if *reason == expected)
}

#[tokio::test]
async fn settings_change_in_place_and_drift_is_repaired() {
    let world = World::new();
    world.apply(&graph(&world, &page("one"))).await;
    let first = live(&world).await.remove(0);
    let named = tags(&world, first.id()).await;
    let name = ("Name".to_owned(), format!("{} test/check", world.system));
    assert!(named.contains(&name), "{named:?}");

    let mut changed = page("two");
    changed.health_check_config.failure_threshold = Some(5);
    let plan = world.apply(&graph(&world, &changed)).await;
    assert!(is_update(&plan, Reason::Changed), "{:?}", describe(&plan));
    assert_eq!(
        paths(only(&plan)),
        [
            "HealthCheckConfig.FailureThreshold",
            "HealthCheckConfig.SearchString"
        ]
    );
    let now = config(&world).await;
    assert_eq!(now.search_string(), Some("two"));
    assert_eq!(now.failure_threshold(), Some(5));

    let edited = Client::new(&world.config())
        .update_health_check()
        .health_check_id(first.id())
        .search_string("theirs")
        .send();
    edited.await.expect("edited");
    let plan = world.apply(&graph(&world, &changed)).await;
    assert!(is_update(&plan, Reason::Drift), "{:?}", describe(&plan));
    assert_eq!(config(&world).await.search_string(), Some("two"));
    assert_eq!(live(&world).await[0].id(), first.id());
    world.destroy(&graph(&world, &changed)).await;
}

/// Route 53 does not take the reference of a deleted check again.
#[tokio::test]
async fn a_check_that_is_deleted_or_of_another_type_is_created_again() {
    let world = World::new();
    let check = graph(&world, &page("one"));
    world.apply(&check).await;
    let first = live(&world).await.remove(0);
    delete(&world, first.id()).await;
    let plan = world.apply(&check).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));

    let mut other = page("one");
    other.health_check_config.request_interval = Some(10);
    let plan = world.apply(&graph(&world, &other)).await;
    assert!(matches!(only(&plan).action, Action::Replace { .. }));
    assert_eq!(config(&world).await.request_interval(), Some(10));
    let references: Vec<_> = live(&world)
        .await
        .iter()
        .map(|check| check.caller_reference().to_owned())
        .collect();
    let begins = format!("frontage {}@{} test/check", world.system, world.region);
    assert_eq!(references, [format!("{begins} 2")]);
    world.destroy(&graph(&world, &other)).await;
}

/// A run was cut off before it tagged the check, or somebody removed the tags.
#[tokio::test]
async fn a_check_without_tags_is_tagged_again() {
    let world = World::new();
    let check = graph(&world, &page("one"));
    world.apply(&check).await;
    let id = live(&world).await[0].id().to_owned();
    remove_tags(&world, &id).await;
    let plan = world.apply(&check).await;
    assert!(matches!(only(&plan).action, Action::Update { .. }));
    let keys = tags(&world, &id).await.into_iter().map(|(key, _)| key);
    let keys: Vec<_> = keys.collect();
    for key in ["frontage:system", "frontage:fingerprint", "Name"] {
        assert!(keys.iter().any(|found| found == key), "{keys:?}");
    }
    world.destroy(&check).await;
}

#[tokio::test]
async fn an_orphan_is_deleted_and_a_check_of_others_stays() {
    let world = World::new();
    world.apply(&graph(&world, &page("one"))).await;
    let theirs = HealthCheckConfig::builder()
        .r#type("TCP".into())
        .fully_qualified_domain_name("www.example.com")
        .port(443)
        .build()
        .expect("settings");
    let client = Client::new(&world.config());
    let made = client
        .create_health_check()
        .caller_reference(format!("theirs of {}", world.system))
        .health_check_config(theirs)
        .send();
    let theirs = made.await.expect("made").health_check.expect("a check");
    // The type is searched for as long as the stack has one of it.
    let other = world.graph(|stack| drop(stack.add("other", page("other"))));
    let plan = world.apply(&other).await;
    let actions = describe(&plan);
    assert_eq!(actions.len(), 2, "{actions:?}");
    let left = live(&world).await;
    let left: Vec<_> = left.iter().map(SdkHealthCheck::caller_reference).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(
        left.iter().all(|of| !of.ends_with("test/check")),
        "{left:?}"
    );
    delete(&world, theirs.id()).await;
    world.destroy(&other).await;
}

#[tokio::test]
async fn an_alarm_is_on_a_check_of_the_same_plan() {
    let world = World::new();
    let of = |interval: Option<i32>| {
        world.graph(|stack| {
            let mut check = page("one");
            check.health_check_config.request_interval = interval;
            let check = stack.add("check", check);
            let alarm = Alarm {
                alarm_name: Text::from(format!("{}-check", world.system)),
                namespace: "AWS/Route53".to_owned(),
                metric_name: "HealthCheckStatus".to_owned(),
                dimensions: vec![Dimension {
                    name: "HealthCheckId".to_owned(),
                    value: check.id(),
                }],
                statistic: Some("Minimum".to_owned()),
                ..Alarm::default()
            };
            stack.add("alarm", alarm);
        })
    };
    world.apply(&of(None)).await;
    // The alarm follows the check that takes its place.
    world.apply(&of(Some(10))).await;
    let alarms = aws_sdk_cloudwatch::Client::new(&world.config())
        .describe_alarms()
        .alarm_names(format!("{}-check", world.system));
    let alarms = alarms.send().await.expect("described");
    let watched = alarms.metric_alarms()[0].dimensions()[0]
        .value()
        .map(str::to_owned);
    assert_eq!(watched.as_deref(), Some(live(&world).await[0].id()));
    world.destroy(&of(Some(10))).await;
}

/// MiniStack answers with truth values in another form than AWS's, which the SDK does not read.
#[tokio::test]
async fn truth_values_and_regions_are_set_and_reset() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let mut stated = page("one");
    let of = &mut stated.health_check_config;
    of.regions = ["eu-west-1", "us-east-1", "sa-east-1"]
        .map(str::to_owned)
        .to_vec();
    of.enable_sni = Some(false);
    of.inverted = Some(true);
    world.apply(&graph(&world, &stated)).await;
    let found = config(&world).await;
    assert_eq!(found.regions().len(), 3);
    assert_eq!(
        (found.enable_sni(), found.inverted()),
        (Some(false), Some(true))
    );

    world.apply(&graph(&world, &page("one"))).await;
    let found = config(&world).await;
    assert!(found.regions().is_empty());
    assert_eq!(
        (found.enable_sni(), found.inverted()),
        (Some(true), Some(false))
    );

    let id = live(&world).await[0].id().to_owned();
    let stopped = Client::new(&world.config()).update_health_check();
    let stopped = stopped.health_check_id(&id).disabled(true).send();
    stopped.await.expect("stopped");
    let plan = world.apply(&graph(&world, &page("one"))).await;
    assert!(is_update(&plan, Reason::Drift), "{:?}", describe(&plan));
    assert_eq!(config(&world).await.disabled(), Some(false));
    world.destroy(&graph(&world, &page("one"))).await;
}
