//! `Frontage::S3::Object`.

use aws_sdk_s3::primitives::ByteStream;
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::s3::Object;
use model::{Graph, Tags, Text};

use super::{Variation, add_bucket, client, name};
use crate::support::{World, describe, only, paths};

fn graph(world: &World, change: impl Fn(&mut Object)) -> Graph {
    // More tags than an object accepts.
    let tags = (0..12)
        .map(|number| (format!("tag{number}"), "value".to_owned()))
        .collect::<Tags>();
    world.graph_tagged(tags, |stack| {
        let bucket = add_bucket(world, stack);
        let mut object = Object {
            bucket: bucket.name(),
            key: "config.json".to_owned(),
            body: Text::concat([
                "{\"bucket\":\"".into(),
                bucket.arn(),
                "\",\"title\":\"Ümläut\"}".into(),
            ]),
            content_type: Some("application/json".to_owned()),
            cache_control: Some("no-cache".to_owned()),
        };
        change(&mut object);
        stack.add("config", object);
    })
}

fn without(world: &World) -> Graph {
    let tags = (0..12)
        .map(|number| (format!("tag{number}"), "value".to_owned()))
        .collect::<Tags>();
    world.graph_tagged(tags, |stack| {
        add_bucket(world, stack);
    })
}

fn as_it_is(_: &mut Object) {}

#[tokio::test]
async fn the_content_and_its_headers_change_in_place() {
    let world = World::new();
    world.apply(&graph(&world, as_it_is)).await;
    let read = async || {
        let object = client(&world)
            .get_object()
            .bucket(name(&world))
            .key("config.json")
            .send()
            .await
            .expect("read");
        let (kind, cache) = (object.content_type.clone(), object.cache_control.clone());
        let body = object.body.collect().await.expect("bytes").to_vec();
        (String::from_utf8(body).expect("text"), kind, cache)
    };
    let body = format!(
        "{{\"bucket\":\"arn:aws:s3:::{}\",\"title\":\"Ümläut\"}}",
        name(&world)
    );
    assert_eq!(
        read().await,
        (
            body,
            Some("application/json".to_owned()),
            Some("no-cache".to_owned())
        )
    );
    let changes: [Variation<Object>; 4] = [
        ("Body", |object| object.body = Text::from("{}")),
        ("ContentType", |object| {
            (object.body, object.content_type) = (Text::from("{}"), None);
        }),
        ("CacheControl", |object| {
            (object.body, object.content_type, object.cache_control) =
                (Text::from("{}"), None, None);
        }),
        ("CacheControl", |object| {
            (object.body, object.content_type) = (Text::from("{}"), None);
        }),
    ];
    for (property, change) in changes {
        let plan = world.apply(&graph(&world, change)).await;
        assert!(
            matches!(
                only(&plan).action,
                Action::Update {
                    reason: Reason::Changed,
                    ..
                }
            ),
            "{property}"
        );
        assert_eq!(paths(only(&plan)), [property]);
    }
    world.destroy(&graph(&world, as_it_is)).await;
}

#[tokio::test]
async fn another_key_is_another_object_and_the_old_one_goes() {
    let world = World::new();
    world.apply(&graph(&world, as_it_is)).await;
    let plan = world
        .apply(&graph(&world, |object| {
            object.key = "settings.json".to_owned();
        }))
        .await;
    let actions: Vec<_> = plan
        .resources
        .iter()
        .map(|resource| &resource.action)
        .collect();
    assert!(
        matches!(actions[..], [Action::Create { .. }, Action::Delete]),
        "{:?}",
        describe(&plan)
    );
    world.apply(&without(&world)).await;
    let listed = client(&world)
        .list_objects_v2()
        .bucket(name(&world))
        .send()
        .await
        .expect("listed");
    assert!(listed.contents().is_empty(), "{listed:?}");
    let tags = client(&world)
        .get_bucket_tagging()
        .bucket(name(&world))
        .send()
        .await
        .expect("tags")
        .tag_set;
    assert!(
        !tags
            .iter()
            .any(|tag| tag.key().starts_with("frontage:fingerprint:")),
        "{tags:?}"
    );
    world.destroy(&without(&world)).await;
}

/// Overwriting an object removes its tags: it is still the system's.
#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let (s3, name) = (client(&world), name(&world));
    world.apply(&graph(&world, as_it_is)).await;
    let put = s3
        .put_object()
        .bucket(&name)
        .key("config.json")
        .body(ByteStream::from_static(b"{\"changed\":true}"));
    put.content_type("text/plain")
        .send()
        .await
        .expect("changed");
    let plan = world.apply(&graph(&world, as_it_is)).await;
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
    assert_eq!(paths(only(&plan)), ["Body", "ContentType", "CacheControl"]);
    let binary = s3
        .put_object()
        .bucket(&name)
        .key("config.json")
        .body(ByteStream::from_static(&[0xff, 0xfe]));
    binary
        .content_type("application/json")
        .cache_control("no-cache")
        .send()
        .await
        .expect("changed");
    let plan = world.apply(&graph(&world, as_it_is)).await;
    assert_eq!(paths(only(&plan)), ["Body"]);
    let tags = s3
        .get_object_tagging()
        .bucket(&name)
        .key("config.json")
        .send()
        .await
        .expect("tags")
        .tag_set;
    assert_eq!(tags.len(), 3, "{tags:?}");
    s3.delete_object()
        .bucket(&name)
        .key("config.json")
        .send()
        .await
        .expect("deleted");
    let plan = world.apply(&graph(&world, as_it_is)).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&graph(&world, as_it_is)).await;
}

#[tokio::test]
async fn an_object_of_somebody_else_is_refused() {
    let world = World::new();
    world.apply(&without(&world)).await;
    let put = client(&world)
        .put_object()
        .bucket(name(&world))
        .key("config.json");
    put.body(ByteStream::from_static(b"theirs"))
        .send()
        .await
        .expect("made");
    match world
        .try_plan(&graph(&world, as_it_is), Goal::Converge)
        .await
    {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    world.destroy(&without(&world)).await;
}
