//! The plan: its contents and its refusals.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{BOUND_TO_TAG, Graph, IgnoredTags, StackName, Tags};
use serde_json::json;
use tokio::sync::watch;

use super::cloud::{
    Bound, Cloud, Fault, Properties, Thing, Tray, Twin, Vault, Wide, attribute, id, thing, things,
};
use crate::Resolved;
use crate::{
    Action, Finding, Goal, LiveProperties, LiveTags, Plan, PlanError, Reason, Refusal, Selection,
    UNKNOWN, Violation,
};

pub(super) fn actions(plan: &Plan) -> Vec<String> {
    let describe = |action: &Action| match action {
        Action::Create { .. } => "create",
        Action::Update {
            reason: Reason::Drift,
            ..
        } => "repair",
        Action::Update { .. } => "update",
        Action::Replace { .. } => "replace",
        Action::Delete => "delete",
    };
    plan.resources
        .iter()
        .map(|planned| format!("{} {}", describe(&planned.action), planned.address.name()))
        .collect()
}

pub(super) async fn planned(cloud: &Cloud, graph: &Graph) -> Vec<String> {
    actions(&cloud.plan(graph, Goal::Converge).await.unwrap())
}

#[tokio::test]
async fn a_change_of_the_model_and_one_behind_its_back_are_told_apart() {
    let cloud = Cloud::default();
    let graph = things([thing("a", &[])]);
    cloud.apply(&graph).await;
    cloud.meddle("a", |live| {
        let mut properties = super::cloud::json(live).clone();
        properties["Size"] = json!(9);
        live.properties = LiveProperties::new(properties);
    });
    assert_eq!(planned(&cloud, &graph).await, ["repair a"]);
    let changed = things([Properties {
        size: 2,
        ..thing("a", &[])
    }]);
    assert_eq!(planned(&cloud, &changed).await, ["update a"]);
}

#[tokio::test]
async fn what_was_deleted_behind_its_back_is_made_again_and_what_refers_to_it_changed() {
    let cloud = Cloud::default();
    let graph = things([thing("a", &[]), thing("b", &["a"])]);
    cloud.apply(&graph).await;
    cloud.remove("a");
    assert_eq!(planned(&cloud, &graph).await, ["create a", "repair b"]);
    assert!(cloud.apply(&graph).await.complete());
    assert!(planned(&cloud, &graph).await.is_empty());
}

#[tokio::test]
async fn what_is_bound_to_another_one_of_the_same_name_is_replaced() {
    let cloud = Cloud::default();
    let mut graph = things([thing("a", &[])]);
    let by_name = Properties {
        needs: vec![attribute("a", "Name")],
        ..thing("b", &[])
    };
    graph.stack(StackName::new("s")).add("b", Bound(by_name));
    cloud.apply(&graph).await;
    assert!(planned(&cloud, &graph).await.is_empty());

    cloud.remove("a");
    assert_eq!(planned(&cloud, &graph).await, ["create a", "replace b"]);
    // The run ends between the two.
    cloud.fault("delete b", Fault::Fails);
    cloud.apply(&graph).await;
    assert_eq!(planned(&cloud, &graph).await, ["replace b"]);
    cloud.fault("delete b", Fault::Takes(Duration::ZERO));
    assert!(cloud.apply(&graph).await.complete());
    assert!(planned(&cloud, &graph).await.is_empty());

    // One of a version that did not record it gets the record.
    cloud.meddle("b", |live| {
        let mut tags = live.tags.known().unwrap().clone();
        tags.remove(BOUND_TO_TAG);
        live.tags = LiveTags::Read(tags);
    });
    assert_eq!(planned(&cloud, &graph).await, ["repair b"]);
}

#[tokio::test]
async fn what_depends_on_a_step_of_the_plan_is_known_after_apply() {
    let cloud = Cloud::default();
    let graph = things([thing("a", &[]), thing("b", &["a"])]);
    let plan = cloud.plan(&graph, Goal::Converge).await.unwrap();
    let Action::Create { properties } = &plan.resources[1].action else {
        panic!("{plan:?}")
    };
    assert_eq!(properties["Needs"], json!([UNKNOWN]));
}

#[tokio::test]
async fn an_attribute_that_a_change_renews_is_known_after_apply() {
    let cloud = Cloud::default();
    let with_size = |size| {
        let stamped = Properties {
            needs: vec![attribute("a", "Stamp")],
            ..thing("b", &[])
        };
        things([
            Properties {
                size,
                ..thing("a", &[])
            },
            stamped,
        ])
    };
    cloud.apply(&with_size(1)).await;
    assert_eq!(
        planned(&cloud, &with_size(2)).await,
        ["update a", "repair b"]
    );
    assert!(cloud.apply(&with_size(2)).await.complete());
    assert!(planned(&cloud, &with_size(2)).await.is_empty());
}

/// A graph with one resource that the account has once, by the name of the Region or another.
fn wide(name: &str) -> Graph {
    let mut graph = Graph::new("sys", Tags::new());
    let properties = thing(name, &[]);
    graph.stack(StackName::new("s")).add("a", Wide(properties));
    graph
}

#[tokio::test]
async fn two_regions_of_one_system_do_not_touch_each_other() {
    let cloud = Cloud::default();
    let (here, there) = (cloud.seen_from("eu-west-1"), cloud.seen_from("us-east-1"));
    let (ours, theirs) = (wide("a-eu-west-1"), wide("a-us-east-1"));
    here.apply(&ours).await;
    let plan = there.plan(&theirs, Goal::Converge).await.unwrap();
    assert_eq!(actions(&plan), ["create a"]);
    assert_eq!(plan.elsewhere, BTreeSet::from(["eu-west-1".to_owned()]));

    there.apply(&theirs).await;
    assert!(planned(&here, &ours).await.is_empty());
    assert!(planned(&there, &theirs).await.is_empty());
    let goal = Goal::Destroy { delete_data: true };
    let plan = there.plan(&theirs, goal).await.unwrap();
    assert_eq!(actions(&plan), ["delete a"]);
    let (_stop, stopped) = watch::channel(false);
    there.run(plan, stopped).await;
    assert_eq!(cloud.names(), ["a-eu-west-1"]);
    let plan = here.plan(&ours, Goal::Converge).await.unwrap();
    assert!(plan.is_empty() && plan.elsewhere.is_empty(), "{plan:?}");
}

/// As where the name is the user's.
#[tokio::test]
async fn another_regions_resource_of_the_same_name_is_refused_and_untouched() {
    let cloud = Cloud::default();
    let (here, there) = (cloud.seen_from("eu-west-1"), cloud.seen_from("us-east-1"));
    here.apply(&wide("a")).await;
    let refused = there.plan(&wide("a"), Goal::Converge).await.unwrap_err();
    let PlanError::Refused(refusals) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert_eq!(
        refusals[0].to_string(),
        "s/a: the Test::Wide `a#1` already exists and is owned by this system in eu-west-1; it is left untouched"
    );
    let hint = refusals[0].hint();
    assert!(
        hint.contains("frontage destroy --region eu-west-1"),
        "{hint}"
    );
    let goal = Goal::Destroy { delete_data: true };
    assert!(there.plan(&wide("a"), goal).await.unwrap().is_empty());
    assert!(planned(&here, &wide("a")).await.is_empty());
}

/// What an older version made, which wrote no Region, is completed where it still has its name, and
/// deleted where the name has changed.
#[tokio::test]
async fn a_record_without_a_region_is_of_this_one() {
    for (name, steps) in [("a", &["repair a"][..]), ("b", &["create a", "delete a"])] {
        let cloud = Cloud::default();
        cloud.apply(&wide("a")).await;
        let here = cloud.seen_from("eu-west-1");
        assert_eq!(planned(&here, &wide(name)).await, steps);
        assert!(here.apply(&wide(name)).await.complete());
        assert!(planned(&here, &wide(name)).await.is_empty());
        assert_eq!(cloud.names(), [name]);
        let there = cloud.seen_from("us-east-1");
        let refused = there.plan(&wide(name), Goal::Converge).await;
        assert!(refused.is_err(), "the Region is recorded: {refused:?}");
    }
}

#[tokio::test]
async fn what_holds_data_is_neither_replaced_nor_deleted_unless_told() {
    let cloud = Cloud::default();
    let vault = |shape: &str| {
        let mut graph = Graph::new("sys", Tags::new());
        let properties = Properties {
            shape: shape.to_owned(),
            ..thing("v", &[])
        };
        graph.stack(StackName::new("s")).add("v", Vault(properties));
        graph
    };
    cloud.apply(&vault("round")).await;
    let refused = cloud
        .plan(&vault("square"), Goal::Converge)
        .await
        .unwrap_err();
    let PlanError::Refused(refusals) = refused else {
        panic!("{refused:?}")
    };
    assert!(
        matches!(&refusals[..], [Refusal::WouldLoseData { properties, .. }] if properties == &["Shape"]),
        "{refusals:?}"
    );
    let gone = cloud.plan(&things([]), Goal::Converge).await.unwrap();
    assert!(gone.is_empty() && gone.kept.len() == 1);
    let kept = cloud
        .plan(&vault("round"), Goal::Destroy { delete_data: false })
        .await
        .unwrap();
    assert!(kept.is_empty() && kept.kept.len() == 1);
    let told = cloud
        .plan(&vault("round"), Goal::Destroy { delete_data: true })
        .await
        .unwrap();
    assert_eq!(actions(&told), ["delete v"]);
}

/// A tray of this size and shape, and a thing.
fn tray(size: i32, shape: &str) -> Graph {
    let mut graph = Graph::new("sys", Tags::new());
    let mut stack = graph.stack(StackName::new("s"));
    let tray = Properties {
        size,
        shape: shape.to_owned(),
        ..thing("t", &[])
    };
    stack.add("t", Tray(tray));
    stack.add("a", Thing(thing("a", &[])));
    graph
}

/// What is kept, with how much it holds.
fn kept(plan: &Plan) -> Vec<String> {
    let said = |of: &crate::Kept| format!("{} {}", of.id, of.holding.as_ref().unwrap());
    plan.kept.iter().map(said).collect()
}

/// A driver decides, by how much a resource holds, whether it is kept.
#[tokio::test]
async fn what_holds_something_now_is_deleted_only_on_request() {
    for (size, is_kept) in [(0, false), (1, true)] {
        let cloud = Cloud::default();
        cloud.apply(&tray(size, "round")).await;
        let expected = |delete_data: bool| {
            if is_kept && !delete_data {
                (vec!["delete a"], vec!["t#1 1 paper"])
            } else {
                (vec!["delete a", "delete t"], vec![])
            }
        };
        let orphaned = cloud.plan(&things([]), Goal::Converge).await.unwrap();
        let mut plans = vec![(false, orphaned)];
        for delete_data in [false, true] {
            let goal = Goal::Destroy { delete_data };
            let plan = cloud.plan(&tray(size, "round"), goal).await.unwrap();
            plans.push((delete_data, plan));
        }
        for (delete_data, plan) in plans {
            let (gone, left) = expected(delete_data);
            let mut actions = actions(&plan);
            actions.sort();
            assert_eq!((actions, kept(&plan)), (to_owned(&gone), to_owned(&left)));
        }
    }
}

fn to_owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_deletion_says_how_much_it_deletes() {
    let cloud = Cloud::default();
    cloud.apply(&tray(3, "round")).await;
    let goal = Goal::Destroy { delete_data: true };
    let plan = cloud.plan(&tray(3, "round"), goal).await.unwrap();
    let holding = |name: &str| {
        let mut resources = plan.resources.iter();
        let found = resources.find(|of| of.address.name() == name);
        found.unwrap().holding.as_ref().map(ToString::to_string)
    };
    assert_eq!(holding("t").as_deref(), Some("3 papers"));
    assert_eq!(holding("a"), None, "its type holds no data");
}

#[tokio::test]
async fn what_cannot_be_counted_may_hold_something() {
    let cloud = Cloud::default();
    cloud.apply(&tray(0, "round")).await;
    cloud.fault("count t", Fault::Fails);
    let goal = Goal::Destroy { delete_data: false };
    let plan = cloud.plan(&tray(0, "round"), goal).await.unwrap();
    assert_eq!(actions(&plan), ["delete a"]);
    let said = "t#1 an unknown amount of data (t is locked)";
    assert_eq!(kept(&plan), [said]);
}

#[tokio::test]
async fn what_holds_something_now_is_not_replaced() {
    for (size, is_refused) in [(0, false), (1, true)] {
        let cloud = Cloud::default();
        cloud.apply(&tray(size, "round")).await;
        let plan = cloud.plan(&tray(size, "square"), Goal::Converge).await;
        match plan {
            Ok(plan) if !is_refused => assert_eq!(actions(&plan), ["replace t"]),
            Err(PlanError::Refused(refusals)) if is_refused => {
                assert!(matches!(&refusals[..], [Refusal::WouldLoseData { .. }]));
            }
            other => panic!("{size}: {other:?}"),
        }
    }
}

/// A tag that a description leaves to others is neither removed nor compared, and then no longer
/// known as the description's.
#[tokio::test]
async fn a_tag_that_is_handed_over_stays() {
    let cloud = Cloud::default();
    let graph = |tags: &[&str], ignored: &[&str]| {
        let tags = tags.iter().map(|key| ((*key).to_owned(), "x".to_owned()));
        let mut graph = Graph::new("sys", tags.collect());
        let ignored = ignored.iter().map(|key| (*key).to_owned()).collect();
        graph.ignore_tags(IgnoredTags::new(ignored));
        let thing = Thing(thing("a", &[]));
        graph.stack(StackName::new("s")).add("a", thing);
        graph
    };
    cloud.apply(&graph(&["team", "cost"], &[])).await;
    let handed_over = graph(&["team"], &["co*"]);
    let plan = cloud.plan(&handed_over, Goal::Converge).await.unwrap();
    assert!(
        matches!(&plan.resources[0].action, Action::Update { tag_changes, .. } if tag_changes.is_empty()),
        "{plan:?}"
    );
    assert!(cloud.apply(&handed_over).await.complete());
    cloud.meddle("a", |live| {
        let mut tags = live.tags.known().unwrap().clone();
        assert_eq!(tags.insert("cost".to_owned(), "y".to_owned()).unwrap(), "x");
        live.tags = LiveTags::Read(tags);
    });
    assert!(planned(&cloud, &handed_over).await.is_empty());
    // It stays another's without the line.
    assert!(planned(&cloud, &graph(&["team"], &[])).await.is_empty());
}

#[tokio::test]
async fn a_replacement_deletes_first_where_the_name_is_taken() {
    let cloud = Cloud::default();
    let shaped = |shape: &str| {
        things([
            Properties {
                shape: shape.to_owned(),
                ..thing("a", &[])
            },
            thing("b", &["a"]),
        ])
    };
    cloud.apply(&shaped("round")).await;
    cloud.take_log();
    assert_eq!(
        planned(&cloud, &shaped("square")).await,
        ["replace a", "repair b"]
    );
    assert!(cloud.apply(&shaped("square")).await.complete());
    assert_eq!(
        cloud.take_log(),
        ["delete a", "deleted a", "create a", "created a", "update b"]
    );
    assert!(planned(&cloud, &shaped("square")).await.is_empty());
}

#[tokio::test]
async fn a_successor_is_made_and_referred_to_before_its_predecessor_goes() {
    let cloud = Cloud::default();
    let shaped = |shape: &str| {
        let mut graph = Graph::new("sys", Tags::new());
        let mut stack = graph.stack(StackName::new("s"));
        stack.add(
            "twin",
            Twin(Properties {
                shape: shape.to_owned(),
                ..thing("twin", &[])
            }),
        );
        stack.add(
            "user",
            Thing(Properties {
                needs: vec![id("twin")],
                ..thing("user", &[])
            }),
        );
        graph
    };
    cloud.apply(&shaped("round")).await;
    cloud.take_log();
    // The shape is part of the identity, so the old one becomes an orphan.
    assert!(cloud.apply(&shaped("square")).await.complete());
    assert_eq!(
        cloud.take_log(),
        [
            "create twin",
            "created twin",
            "update user",
            "delete twin",
            "deleted twin"
        ]
    );
    assert!(planned(&cloud, &shaped("square")).await.is_empty());
}

#[tokio::test]
async fn an_orphan_is_deleted_after_what_lets_go_of_it() {
    let cloud = Cloud::default();
    cloud
        .apply(&things([thing("a", &[]), thing("b", &["a"])]))
        .await;
    cloud.take_log();
    let (_stop, stopped) = watch::channel(false);
    let plan = cloud
        .plan(&things([thing("b", &[])]), Goal::Converge)
        .await
        .unwrap();
    assert_eq!(actions(&plan), ["update b", "delete a"]);
    assert!(cloud.run(plan, stopped).await.complete());
    assert_eq!(cloud.take_log(), ["update b", "delete a", "deleted a"]);
}

/// A thing, and a twin unless it was dropped, beside another stack.
fn with_a_twin(described: bool, may_have_had: bool) -> Graph {
    let mut graph = things([thing("a", &[])]);
    let mut stack = graph.stack(StackName::new("s"));
    if described {
        stack.add("twin", Twin(thing("twin", &[])));
    }
    if may_have_had {
        stack.may_have_had::<Twin>();
    }
    let mut other = graph.stack(StackName::new("other"));
    other.add("b", Thing(thing("b", &[])));
    graph
}

#[tokio::test]
async fn what_a_stack_may_have_had_is_looked_for_with_that_stack_alone() {
    let cloud = Cloud::default();
    cloud.apply(&with_a_twin(true, false)).await;
    let orphans = async |graph: &Graph, stack: &str| {
        let only = Selection::Only(BTreeSet::from([StackName::new(stack)]));
        let readers = cloud.drivers().readers();
        let known = Resolved::default();
        let read = crate::read(graph, &only, &readers, known, Goal::Converge);
        let orphans = read.await.unwrap().orphans.into_iter();
        let orphans = orphans.map(|orphan| orphan.address.to_string());
        orphans.collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(orphans(&with_a_twin(false, false), "s").await, none);
    assert_eq!(orphans(&with_a_twin(false, true), "s").await, ["s/twin"]);
    assert_eq!(orphans(&with_a_twin(false, true), "other").await, none);
    assert_eq!(orphans(&with_a_twin(true, true), "s").await, none);
}

#[tokio::test]
async fn everything_that_the_service_would_refuse_is_in_one_report_and_nothing_is_made() {
    let cloud = Cloud::default();
    let sized = |name: &str, size| Properties {
        size,
        ..thing(name, &[])
    };
    let graph = things([sized("a", 1_001), sized("b", 1), sized("c", 2_000)]);
    let Err(PlanError::Refused(refusals)) = cloud.plan(&graph, Goal::Converge).await else {
        panic!("it has a plan");
    };
    let Err(PlanError::Refused(before)) =
        crate::check(&graph, &cloud.drivers().readers(), &Resolved::default())
    else {
        panic!("it is valid");
    };
    assert_eq!(before, refusals, "without the account too");
    let messages: Vec<_> = refusals.iter().map(ToString::to_string).collect();
    let invalid = |name, size| {
        format!(
            "s/{name}: AWS would refuse the Test::Thing: Size is {size}, and at most 1000 is allowed"
        )
    };
    assert_eq!(messages, [invalid("a", 1_001), invalid("c", 2_000)]);
    assert_eq!(cloud.take_log(), Vec::<String>::new());
}

#[tokio::test]
async fn what_exists_already_is_not_refused() {
    let cloud = Cloud::default();
    let big = things([Properties {
        size: 1_000,
        ..thing("a", &[])
    }]);
    cloud.apply(&big).await;
    cloud.meddle("a", |live| {
        let mut properties = super::cloud::json(live).clone();
        properties["Size"] = json!(5_000);
        live.properties = LiveProperties::new(properties);
    });
    assert_eq!(planned(&cloud, &big).await, ["repair a"]);
}

/// At most one thing may exist.
fn crowd(graph: &Graph, _: &Resolved) -> Vec<Violation> {
    let resources: Vec<_> = graph.nodes().map(|node| node.address.clone()).collect();
    let finding = Finding {
        property: "Name".to_owned(),
        problem: "is one too many".to_owned(),
    };
    let broken = (resources.len() > 1).then_some(Violation { resources, finding });
    broken.into_iter().collect()
}

#[tokio::test]
async fn rules_over_the_whole_graph_refuse_what_the_plan_would_write() {
    let cloud = Cloud::default();
    let plan = async |graph: &Graph| {
        let inventory = cloud.read(graph, Goal::Converge).await;
        let drivers = cloud.drivers().readers().with_rule(crowd);
        crate::plan(graph, &inventory, &drivers, Goal::Converge)
    };
    let refused = |planned: Result<Plan, PlanError>| match planned {
        Err(PlanError::Refused(refusals)) => match &refusals[..] {
            [Refusal::Invalid { address, .. }] => address.name().to_owned(),
            _ => panic!("{refusals:?}"),
        },
        other => panic!("{other:?}"),
    };
    let one = things([thing("b", &[])]);
    assert!(plan(&one).await.is_ok());
    let two = things([thing("a", &[]), thing("b", &[])]);
    assert_eq!(refused(plan(&two).await), "b");
    cloud.apply(&one).await;
    assert_eq!(refused(plan(&two).await), "a", "the new one is too many");
    cloud.apply(&two).await;
    assert!(plan(&two).await.unwrap().is_empty());
}

/// A twin in a stack of its own, which refers to a thing of the stack `s`.
fn used_by_another_stack() -> Graph {
    let mut graph = things([thing("a", &[])]);
    let twin = Twin(Properties {
        needs: vec![id("a")],
        ..thing("twin", &[])
    });
    graph.stack(StackName::new("user")).add("twin", twin);
    graph
}

#[tokio::test]
async fn what_another_stack_uses_is_not_destroyed_before_that_stack() {
    let (cloud, graph) = (Cloud::default(), used_by_another_stack());
    let destroy = Goal::Destroy { delete_data: true };
    let plan = async |stack: &str| {
        let selection = Selection::Only([StackName::new(stack)].into());
        let drivers = cloud.drivers().readers();
        let read = crate::read(&graph, &selection, &drivers, Resolved::default(), destroy);
        crate::plan(&graph, &read.await.unwrap(), &drivers, destroy)
    };
    cloud.apply(&graph).await;
    let refused = plan("s").await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "s/a is used by user/twin: destroy the stack `user` first"
    );
    assert_eq!(actions(&plan("user").await.unwrap()), ["delete twin"]);
    cloud.remove("twin");
    assert_eq!(actions(&plan("s").await.unwrap()), ["delete a"]);
}

/// Others added something to a resource of the system: it is left, and named with what it goes with.
#[tokio::test]
async fn what_others_added_stays_until_what_it_is_within_goes() {
    let cloud = Cloud::default();
    let graph = things([thing("a", &[])]);
    cloud
        .apply(&things([thing("a", &[]), thing("guest", &[])]))
        .await;
    let inventory = cloud.read(&graph, Goal::Converge).await;
    let within = inventory.live.iter().next().unwrap();
    let (address, parent) = (within.0.clone(), within.1.id.clone());
    cloud.meddle("guest", |live| {
        live.id = format!("{parent}/7");
        live.tags = LiveTags::Foreign(address.clone());
    });
    let guests = |plan: &Plan| {
        let guest = |of: &crate::Stranger| (of.id.clone(), plan.takes_along(of).cloned());
        plan.strangers.iter().map(guest).collect::<Vec<_>>()
    };
    let id = format!("{parent}/7");
    let plan = cloud.plan(&graph, Goal::Converge).await.unwrap();
    assert!(plan.is_empty());
    assert_eq!(guests(&plan), [(id.clone(), None)]);
    let destroy = Goal::Destroy { delete_data: false };
    let plan = cloud.plan(&graph, destroy).await.unwrap();
    assert_eq!(actions(&plan), ["delete a"]);
    assert_eq!(guests(&plan), [(id.clone(), Some(address.clone()))]);
    let replaced = things([Properties {
        shape: "square".to_owned(),
        ..thing("a", &[])
    }]);
    let plan = cloud.plan(&replaced, Goal::Converge).await.unwrap();
    assert_eq!(actions(&plan), ["replace a"]);
    assert_eq!(guests(&plan), [(id, Some(address))]);
    let selection = Selection::Only([StackName::new("another")].into());
    let drivers = cloud.drivers().readers();
    let read = crate::read(
        &graph,
        &selection,
        &drivers,
        Resolved::default(),
        Goal::Converge,
    );
    assert!(read.await.unwrap().strangers.is_empty());
}
