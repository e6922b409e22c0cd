//! Whose a resource is: the system's, another one's, nobody's; and how it is taken over.

use std::collections::BTreeSet;

use model::{Address, Graph, ID_TAG, Owner, SYSTEM_TAG, StackName, Tags};
use tokio::sync::watch;

use super::cloud::{Cloud, Properties, Twin, Vault, thing, things};
use super::planning::{actions, planned};
use crate::{Goal, LiveTags, Plan, PlanError, SystemId};

const DESTROY: Goal = Goal::Destroy { delete_data: true };

async fn plan(cloud: &Cloud, graph: &Graph) -> Plan {
    cloud.plan(graph, Goal::Converge).await.unwrap()
}

fn refused(plan: &Plan) -> Vec<String> {
    plan.refused.iter().map(ToString::to_string).collect()
}

async fn adopt(cloud: &Cloud, graph: &Graph, address: &str) -> Result<Plan, PlanError> {
    let inventory = cloud.read(graph, Goal::Converge).await;
    let addresses = BTreeSet::from([address.parse::<Address>().unwrap()]);
    crate::adopt(graph, &inventory, &cloud.drivers().readers(), &addresses)
}

async fn run(cloud: &Cloud, plan: Plan) {
    let (_stop, stopped) = watch::channel(false);
    assert!(cloud.run(plan, stopped).await.complete());
}

fn tags_of(owner: &[(&str, &str)]) -> Tags {
    let pairs = owner.iter();
    pairs
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// What is somebody else's stops nothing but itself and what refers to it, is left as it is by a
/// destruction, and is the system's once it is adopted.
#[tokio::test]
async fn somebody_elses_resource_is_left_and_what_needs_it_waits_until_it_is_adopted() {
    for (owner, said) in [
        (tags_of(&[]), "it has no frontage:system tag"),
        (
            tags_of(&[(SYSTEM_TAG, "other")]),
            "it belongs to the system `other`",
        ),
    ] {
        let cloud = Cloud::default();
        cloud.apply(&things([thing("a", &[])])).await;
        cloud.meddle("a", |live| live.tags = LiveTags::Read(owner.clone()));
        let graph = things([
            thing("a", &[]),
            thing("b", &["a"]),
            thing("c", &["b"]),
            thing("d", &[]),
        ]);
        let first = plan(&cloud, &graph).await;
        assert_eq!(actions(&first), ["create d"]);
        assert_eq!(
            refused(&first),
            [
                format!(
                    "s/a: the Test::Thing `a#1` already exists and is not owned by this system ({said}); it is left untouched"
                ),
                "s/b: the Test::Thing waits for s/a, which is left untouched".to_owned(),
                "s/c: the Test::Thing waits for s/a, which is left untouched".to_owned(),
            ]
        );
        assert!(first.refused[0].hint().contains("frontage adopt s/a"));
        run(&cloud, first).await;
        let next = plan(&cloud, &graph).await;
        assert!(next.is_empty() && next.refused.len() == 3, "{next:?}");
        let destruction = cloud.plan(&graph, DESTROY).await.unwrap();
        assert_eq!(actions(&destruction), ["delete d"]);

        let adoption = adopt(&cloud, &graph, "s/a").await.unwrap();
        assert_eq!(actions(&adoption), ["update a"]);
        run(&cloud, adoption).await;
        assert!(cloud.apply(&graph).await.complete());
        let last = plan(&cloud, &graph).await;
        assert!(last.is_empty() && last.refused.is_empty(), "{last:?}");
        assert_eq!(cloud.names(), ["a", "b", "c", "d"]);
    }
}

/// A dependent that already is as it should be waits for nothing.
#[tokio::test]
async fn a_lost_tag_stops_no_more_than_its_own_resource() {
    let cloud = Cloud::default();
    let graph = |size| {
        let b = Properties {
            size,
            ..thing("b", &[])
        };
        things([thing("a", &[]), b, thing("c", &["a"])])
    };
    cloud.apply(&graph(1)).await;
    cloud.meddle("a", |live| live.tags = LiveTags::Read(Tags::new()));
    let plan = plan(&cloud, &graph(2)).await;
    assert_eq!(actions(&plan), ["update b"]);
    assert_eq!(plan.refused.len(), 1, "{plan:?}");
}

/// The advice never is to delete what holds data, and taking over never deletes.
#[tokio::test]
async fn an_adoption_loses_nothing() {
    let cloud = Cloud::default();
    let mut vault = Graph::new("sys", Tags::new());
    let add = |graph: &mut Graph, shape: &str| {
        let properties = Properties {
            shape: shape.to_owned(),
            ..thing("a", &[])
        };
        let mut stack = graph.stack(StackName::new("s"));
        stack.add("a", Vault(properties));
    };
    add(&mut vault, "round");
    cloud.apply(&vault).await;
    cloud.meddle("a", |live| live.tags = LiveTags::Read(Tags::new()));
    let hint = plan(&cloud, &vault).await.refused[0].hint().into_owned();
    assert!(!hint.contains("delete"), "{hint}");

    let twin = |shape: &str| {
        let mut graph = Graph::new("sys", Tags::new());
        let properties = Properties {
            shape: shape.to_owned(),
            ..thing("t", &[])
        };
        graph.stack(StackName::new("s")).add("t", Twin(properties));
        graph
    };
    let cloud = Cloud::default();
    cloud.apply(&twin("round")).await;
    let error = adopt(&cloud, &twin("round"), "s/t").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("s/t already belongs to this system")
    );
    let error = adopt(&cloud, &twin("round"), "s/u").await.unwrap_err();
    assert!(error.to_string().starts_with("there is no resource at s/u"));
}

/// Two systems of one name are told apart by their ids.
#[tokio::test]
async fn another_system_of_the_name_is_left_alone() {
    let known = |id: &str| SystemId::Known(id.to_owned());
    let proposed = |id: &str| SystemId::Proposed(id.to_owned());
    let cloud = Cloud::default();
    let graph = things([thing("a", &[]), thing("b", &[])]);
    let first = cloud.identified(proposed("1"));
    first.apply(&graph).await;
    // Whoever does not know the id takes that of the system as it stands.
    let second = cloud.identified(proposed("2"));
    let inventory = second.read(&graph, Goal::Converge).await;
    assert_eq!(inventory.known.id, known("1"));
    assert!(planned(&second, &graph).await.is_empty());
    assert!(
        planned(&cloud.identified(known("1")), &graph)
            .await
            .is_empty()
    );

    let other = cloud.identified(known("2"));
    let plan = plan(&other, &graph).await;
    assert!(plan.is_empty() && plan.refused.len() == 2, "{plan:?}");
    let said = "it belongs to another system of this name, with the id `1`";
    assert!(refused(&plan)[0].contains(said), "{plan:?}");
    // Nor are they its orphans.
    let nothing = things([]);
    assert!(planned(&other, &nothing).await.is_empty());
    assert_eq!(planned(&first, &nothing).await.len(), 2);
    for (cloud, count) in [(&other, 0), (&first, 2)] {
        let destruction = cloud.plan(&graph, DESTROY).await.unwrap();
        assert_eq!(destruction.resources.len(), count);
    }
}

/// A list lagged, so a destruction left something, and the record of the system's id is gone: what is
/// left says which system it was, though the index shows nothing of it.
#[tokio::test]
async fn what_a_destruction_left_is_still_the_systems() {
    let cloud = Cloud::default();
    let graph = things([thing("a", &[])]);
    cloud
        .identified(SystemId::Proposed("1".to_owned()))
        .apply(&graph)
        .await;
    cloud.hide("a");
    let next = cloud.identified(SystemId::Proposed("2".to_owned()));
    for (described, goal) in [(&graph, DESTROY), (&things([]), Goal::Converge)] {
        let plan = next.plan(described, goal).await.unwrap();
        assert_eq!(actions(&plan), ["delete a"]);
    }
    // An apply goes on with its id, so nothing of it is another system's later.
    let larger = things([thing("a", &[]), thing("b", &[])]);
    let plan = plan(&next, &larger).await;
    assert_eq!(actions(&plan), ["create b"]);
    assert_eq!(plan.known.id, SystemId::Known("1".to_owned()));
}

/// Of a version that wrote no ids.
#[tokio::test]
async fn records_without_an_id_are_completed_in_place() {
    let cloud = Cloud::default();
    let graph = things([thing("a", &[]), thing("b", &[])]);
    cloud.apply(&graph).await;
    let identified = cloud.identified(SystemId::Proposed("1".to_owned()));
    assert_eq!(planned(&identified, &graph).await, ["repair a", "repair b"]);
    assert!(identified.apply(&graph).await.complete());
    cloud.meddle("a", |live| {
        let tags = live.tags.known().unwrap();
        assert_eq!(Owner::recorded_in(tags).unwrap().id.as_deref(), Some("1"));
        assert!(tags.contains_key(ID_TAG));
    });
    assert!(planned(&identified, &graph).await.is_empty());
}

/// The index still shows the tags of the system, and the resource belongs to another one by now. It is
/// as described, but what it refers to is replaced, so it would be changed as well.
#[tokio::test]
async fn what_a_replacement_changes_is_not_planned_on_hints() {
    let cloud = Cloud::default();
    let graph = |shape: &str| {
        let a = Properties {
            shape: shape.to_owned(),
            ..thing("a", &[])
        };
        things([a, thing("b", &["a"]), thing("c", &["b"])])
    };
    cloud.apply(&graph("round")).await;
    for name in ["b", "c"] {
        let inventory = cloud.read(&graph("round"), Goal::Converge).await;
        let address = Address::new(StackName::new("s"), name);
        let own = inventory.live[&address].tags.known().cloned();
        cloud.hint(name, own.unwrap_or_default());
    }
    let foreign = tags_of(&[(SYSTEM_TAG, "other")]);
    cloud.meddle("b", |live| live.tags = LiveTags::Read(foreign.clone()));
    assert!(planned(&cloud, &graph("round")).await.is_empty());
    let plan = plan(&cloud, &graph("square")).await;
    assert_eq!(actions(&plan), ["replace a"]);
    assert!(refused(&plan)[0].contains("s/b: "), "{plan:?}");
}
