//! The executor: order, skips, stops, panics.

use std::time::Duration;

use proptest::prelude::*;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::cloud::{Cloud, Fault, Properties, id, thing, things};
use crate::{DriverError, Event, Goal, Outcome, Report, StepKind};

fn outcome<'r>(report: &'r Report, name: &str) -> &'r Outcome {
    let found = report
        .outcomes
        .iter()
        .find(|(address, ..)| address.name() == name);
    &found.unwrap().2
}

fn position(log: &[String], step: &str) -> usize {
    log.iter()
        .position(|line| line == step)
        .unwrap_or_else(|| panic!("{step} is not in {log:?}"))
}

#[tokio::test(start_paused = true)]
async fn what_is_referred_to_is_made_before_and_deleted_after() {
    let cloud = Cloud::default();
    let graph = things([thing("a", &[]), thing("b", &["a"]), thing("c", &["b"])]);
    assert!(cloud.apply(&graph).await.complete());
    assert_eq!(
        cloud.take_log(),
        [
            "create a",
            "created a",
            "create b",
            "created b",
            "create c",
            "created c"
        ]
    );

    let (_stop, stopped) = watch::channel(false);
    let plan = cloud
        .plan(&graph, Goal::Destroy { delete_data: true })
        .await
        .unwrap();
    let report = cloud.run(plan, stopped).await;
    assert!(report.complete());
    assert!(report.known.attributes.is_empty(), "{:?}", report.known);
    let log = cloud.take_log();
    assert_eq!(
        log,
        [
            "delete c",
            "deleted c",
            "delete b",
            "deleted b",
            "delete a",
            "deleted a"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_in_the_plan_is_blamed_whichever_came_first() {
    let cloud = Cloud::default();
    cloud.fault("create late", Fault::TakesAndFails(Duration::from_secs(5)));
    cloud.fault("create soon", Fault::Fails);
    let both = thing("both", &["late", "soon"]);
    let graph = things([
        thing("late", &[]),
        thing("soon", &[]),
        both,
        thing("end", &["both"]),
    ]);
    let report = cloud.apply(&graph).await;
    for skipped in ["both", "end"] {
        let outcome = outcome(&report, skipped);
        assert!(
            matches!(outcome, Outcome::Skipped { because } if because.name() == "late"),
            "{outcome:?}"
        );
    }
}

/// A site that cannot be deleted keeps its policy and its bucket.
#[tokio::test(start_paused = true)]
async fn nothing_is_taken_from_what_cannot_be_deleted() {
    let cloud = Cloud::default();
    let (site, policy) = (
        thing("site", &["bucket"]),
        thing("policy", &["site", "bucket"]),
    );
    let record = thing("record", &["policy"]);
    let graph = things([
        thing("bucket", &[]),
        site,
        policy,
        record,
        thing("other", &["bucket"]),
    ]);
    assert!(cloud.apply(&graph).await.complete());
    cloud.take_log();
    cloud.fault("refuse site", Fault::Fails);

    let (_stop, stopped) = watch::channel(false);
    let goal = Goal::Destroy { delete_data: true };
    let plan = cloud.plan(&graph, goal).await.unwrap();
    let report = cloud.run(plan, stopped).await;
    assert_eq!(cloud.take_log(), ["delete other", "deleted other"]);
    assert!(matches!(outcome(&report, "site"), Outcome::Failed(_)));
    for kept in ["bucket", "policy", "record"] {
        assert!(
            matches!(outcome(&report, kept), Outcome::Skipped { because } if because.name() == "site")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn things_of_one_parent_do_not_refer_to_each_other() {
    let cloud = Cloud::default();
    let graph = things([thing("a", &[]), thing("b", &[])]);
    assert!(cloud.apply(&graph).await.complete());
    for name in ["a", "b"] {
        // An attribute that is a property of both: the name of their parent.
        cloud.meddle(name, |live| {
            drop(
                live.attributes
                    .insert("Parent".to_owned(), "round".to_owned()),
            );
        });
    }
    let (_stop, stopped) = watch::channel(false);
    let plan = cloud
        .plan(&graph, Goal::Destroy { delete_data: true })
        .await
        .unwrap();
    assert!(cloud.run(plan, stopped).await.complete());
    assert!(cloud.names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_needs_nothing_of_another_runs_beside_it() {
    let cloud = Cloud::default();
    cloud.fault("create slow", Fault::Takes(Duration::from_mins(15)));
    let graph = things([thing("slow", &[]), thing("a", &[]), thing("b", &["a"])]);
    assert!(cloud.apply(&graph).await.complete());
    let log = cloud.take_log();
    assert!(position(&log, "created b") < position(&log, "created slow"));
}

#[tokio::test(start_paused = true)]
async fn a_failure_skips_what_needs_it_and_nothing_else() {
    let cloud = Cloud::default();
    cloud.fault("create a", Fault::Fails);
    let graph = things([
        thing("a", &[]),
        thing("b", &["a"]),
        thing("c", &["b"]),
        thing("other", &[]),
    ]);
    let report = cloud.apply(&graph).await;
    assert!(matches!(outcome(&report, "a"), Outcome::Failed(_)));
    for skipped in ["b", "c"] {
        assert!(
            matches!(outcome(&report, skipped), Outcome::Skipped { because } if because.name() == "a")
        );
    }
    assert!(matches!(outcome(&report, "other"), Outcome::Done));
    assert_eq!(cloud.names(), ["other"]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_that_steps_failure() {
    let cloud = Cloud::default();
    cloud.fault("create a", Fault::Panics);
    let report = cloud
        .apply(&things([
            thing("a", &[]),
            thing("b", &["a"]),
            thing("other", &[]),
        ]))
        .await;
    let Outcome::Failed(error) = outcome(&report, "a") else {
        panic!("{report:?}")
    };
    assert!(error.to_string().contains("panicked"), "{error}");
    assert!(matches!(outcome(&report, "b"), Outcome::Skipped { .. }));
    assert!(matches!(outcome(&report, "other"), Outcome::Done));
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_what_began_end_and_begins_nothing() {
    let cloud = Cloud::default();
    cloud.fault("create a", Fault::Takes(Duration::from_mins(1)));
    let graph = things([thing("a", &[]), thing("b", &["a"])]);
    let plan = cloud.plan(&graph, Goal::Converge).await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let (report, ()) = tokio::join!(cloud.run(plan, stopped), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.send_replace(true);
    });
    assert!(matches!(outcome(&report, "a"), Outcome::Done));
    assert!(matches!(outcome(&report, "b"), Outcome::Stopped));
    assert_eq!(cloud.names(), ["a"]);
    assert!(cloud.apply(&graph).await.complete());
}

/// How long 200 creations take that have this fault.
async fn all_with(fault: Fault) -> Duration {
    let cloud = Cloud::default();
    let names: Vec<_> = (0..200).map(|number| format!("t{number}")).collect();
    for name in &names {
        cloud.fault(&format!("create {name}"), fault.clone());
    }
    let began = Instant::now();
    let graph = things(names.iter().map(|name| thing(name, &[])));
    assert!(cloud.apply(&graph).await.complete());
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn steps_that_wait_hold_up_no_other_and_calls_are_bounded() {
    let minute = Duration::from_mins(1);
    assert_eq!(all_with(Fault::Waits(minute)).await, minute);
    assert_eq!(all_with(Fault::Takes(minute)).await, 4 * minute);
}

/// Waits can take an hour, and the next run resumes them. Calls continue, and so do creations and
/// changes that are soon done.
#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_waits_of_deletions_at_once_and_the_others_soon() {
    let cloud = Cloud::default();
    let sized = |size: i32| {
        let changed = ["other", "soon other"].map(|name| Properties {
            size,
            ..thing(name, &[])
        });
        changed.into_iter()
    };
    let first = [thing("a", &[]), thing("slow", &["a"]), thing("call", &[])];
    let graph = things(first.into_iter().chain(sized(1)));
    assert!(cloud.apply(&graph).await.complete());
    let next = [
        thing("new", &[]),
        thing("soon", &[]),
        thing("on new", &["new"]),
    ];
    let next = things(next.into_iter().chain(sized(2)));
    cloud.fault("delete slow", Fault::Waits(Duration::from_hours(1)));
    cloud.fault("delete call", Fault::Takes(Duration::from_mins(1)));
    for step in ["create new", "update other"] {
        cloud.fault(step, Fault::Waits(Duration::from_hours(1)));
    }
    for step in ["create soon", "update soon other"] {
        cloud.fault(step, Fault::Waits(Duration::from_secs(9)));
    }
    let plan = cloud.plan(&next, Goal::Converge).await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let began = Instant::now();
    let (report, ()) = tokio::join!(cloud.run(plan, stopped), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.send_replace(true);
    });
    assert_eq!(began.elapsed(), Duration::from_mins(1), "the call ends");
    for name in ["new", "other"] {
        let waited = outcome(&report, name);
        assert!(matches!(waited, Outcome::Interrupted { .. }), "{waited:?}");
    }
    for name in ["soon", "soon other"] {
        assert!(matches!(outcome(&report, name), Outcome::Done), "{name}");
    }
    assert!(matches!(outcome(&report, "on new"), Outcome::Stopped));
    let interrupted = outcome(&report, "slow");
    assert!(
        matches!(interrupted, Outcome::Interrupted { condition } if condition == "delete slow is through"),
        "{interrupted:?}"
    );
    assert!(matches!(outcome(&report, "a"), Outcome::Stopped));
    assert!(matches!(outcome(&report, "call"), Outcome::Done));
    assert!(!report.complete() && report.failures().next().is_none());
    for step in ["delete slow", "create new", "update other"] {
        cloud.fault(step, Fault::Waits(Duration::ZERO));
    }
    assert!(cloud.apply(&next).await.complete());
    let mut names = cloud.names();
    names.sort();
    assert_eq!(names, ["new", "on new", "other", "soon", "soon other"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_everywhere_yet_holds_up_nothing_and_is_told() {
    let cloud = Cloud::default();
    cloud.fault("settle a", Fault::Waits(Duration::from_mins(10)));
    let graph = things([thing("a", &[]), thing("b", &["a"])]);
    let began = Instant::now();
    let told = |report: &Report| {
        let pending = report
            .pending
            .iter()
            .map(|pending| format!("{}: {}", pending.address, pending.what));
        pending.collect::<Vec<_>>()
    };
    let report = cloud.apply(&graph).await;
    assert!(report.complete());
    assert_eq!(told(&report), ["s/a: spreading"]);
    // A run that has nothing to do reports it as well.
    let report = cloud.apply(&graph).await;
    assert!(report.outcomes.is_empty());
    assert_eq!(
        (told(&report), began.elapsed()),
        (vec!["s/a: spreading".to_owned()], Duration::ZERO)
    );

    let (events, mut received) = mpsc::unbounded_channel();
    let (stop, stopped) = watch::channel(false);
    let drivers = cloud.drivers().readers();
    let settle = crate::settle(report.pending, &drivers, stopped.clone(), events.clone());
    let (left, ()) = tokio::join!(settle, async {
        tokio::time::sleep(Duration::from_mins(1)).await;
        stop.send_replace(true);
    });
    assert_eq!((left.len(), began.elapsed()), (1, Duration::from_mins(1)));
    assert!(
        matches!(received.recv().await, Some(Event::Settling { what, .. }) if what == "spreading")
    );
    let interrupted = received.recv().await;
    assert!(matches!(
        interrupted,
        Some(Event::Settled {
            failure: Some(DriverError::Interrupted { .. }),
            ..
        })
    ));

    stop.send_replace(false);
    assert!(
        crate::settle(left, &drivers, stopped, events)
            .await
            .is_empty()
    );
    assert_eq!(began.elapsed(), Duration::from_mins(11));
    assert!(cloud.apply(&graph).await.pending.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_failed_deletion_keeps_what_it_needs() {
    let cloud = Cloud::default();
    let graph = things([thing("a", &[]), thing("b", &["a"])]);
    cloud.apply(&graph).await;
    cloud.fault("delete b", Fault::Fails);
    let (_stop, stopped) = watch::channel(false);
    let plan = cloud
        .plan(&graph, Goal::Destroy { delete_data: false })
        .await
        .unwrap();
    let report = cloud.run(plan, stopped).await;
    assert!(matches!(outcome(&report, "a"), Outcome::Skipped { .. }));
    assert_eq!(cloud.names(), ["a", "b"]);
    assert_eq!(report.outcomes[1].1, StepKind::Delete);
}

proptest! {
    /// Any model applied over any other, with any step failing on the way, converges in the run
    /// after the fault is removed: the next plan is empty, and the cloud contains exactly the
    /// model.
    #[test]
    fn any_model_over_any_other_converges(first in model(), second in model(), broken in 0..6_usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let cloud = Cloud::default();
            cloud.apply(&things(first)).await;
            let names: Vec<String> = second.iter().map(|properties| properties.name.clone()).collect();
            let graph = things(second);
            for step in ["create", "update", "delete"] {
                cloud.fault(&format!("{step} t{broken}"), Fault::Fails);
            }
            cloud.apply(&graph).await;
            for step in ["create", "update", "delete"] {
                cloud.fault(&format!("{step} t{broken}"), Fault::Takes(Duration::ZERO));
            }
            let report = cloud.apply(&graph).await;
            assert!(report.complete(), "{:#?}", report.outcomes);
            assert!(cloud.plan(&graph, Goal::Converge).await.unwrap().is_empty());
            let mut live = cloud.names();
            live.sort();
            let mut wanted = names;
            wanted.sort();
            assert_eq!(live, wanted);
        });
    }
}

/// Some of six things, of changing size and shape, each needing some of those before it.
fn model() -> impl Strategy<Value = Vec<Properties>> {
    let one = (any::<bool>(), 1..3, any::<bool>(), any::<u8>());
    proptest::collection::vec(one, 6).prop_map(|things| {
        let mut model: Vec<Properties> = Vec::new();
        for (index, (there, size, round, needs)) in things.into_iter().enumerate() {
            let before = model
                .iter()
                .enumerate()
                .filter(|(bit, _)| needs >> bit & 1 == 1);
            let needs = before.map(|(_, other)| id(&other.name)).collect();
            let shape = if round { "round" } else { "square" };
            if there {
                model.push(Properties {
                    name: format!("t{index}"),
                    size,
                    shape: shape.to_owned(),
                    needs,
                });
            }
        }
        model
    })
}
