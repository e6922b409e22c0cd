//! Answers of services that are not as their models say: a member that is absent, null, empty or huge.
//! Whatever it is, a plan is made or refused; the program never panics.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::front_ends::DESCRIBED;
use crate::support::cli::{Project, Running};
use crate::support::proxy::{Fate, Proxy};

/// One of so many answers of a run is altered, so that a run meets many.
const ONE_OF: usize = 5;

/// So many plans of a system, each of which meets other answers.
fn plans(rounds: usize) {
    let project = Project::described(DESCRIBED);
    let (round, altered) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (current, count) = (Arc::clone(&round), Arc::clone(&altered));
    let mut calls = 0_usize;
    // One proxy for all runs: the sites' URLs have its port.
    let proxy = Proxy::unrecorded(&project.world, move |call| {
        let round = current.load(Ordering::Relaxed);
        // Without the caller's identity nothing else is asked.
        if round == 0 || (call.service == "sts" && !round.is_multiple_of(50)) {
            return Fate::Pass;
        }
        calls += 1;
        // A multiple of a prime visits all members and changes of an answer before any twice.
        if (calls + round).is_multiple_of(ONE_OF) {
            Fate::Altered(count.fetch_add(1, Ordering::Relaxed) * 7_919)
        } else {
            Fate::Pass
        }
    });
    let run = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.env("AWS_ENDPOINT_URL", proxy.endpoint());
        Running::new(command).end()
    };
    let applied = run(&["apply", "--yes"]);
    assert_eq!(applied.code, Some(0), "{applied:#?}");
    for number in 1..=rounds {
        round.store(number, Ordering::Relaxed);
        let ended = run(&["plan", "--format", "json"]);
        let is_panic = ended.stderr.contains("panicked");
        assert!(
            !is_panic && matches!(ended.code, Some(0 | 1)),
            "{number}: {ended:#?}"
        );
        if ended.code == Some(0) {
            ended.json();
        } else {
            assert!(!ended.stderr.is_empty(), "{number}: {ended:#?}");
        }
    }
    eprintln!("{} altered answers", altered.load(Ordering::Relaxed));
    round.store(0, Ordering::Relaxed);
    let destroyed = run(&["destroy", "--yes", "--delete-data"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed:#?}");
}

/// One of so many answers of a run that writes is altered: such a run ends at the first one that its
/// plan needs.
const ONE_OF_A_WRITING_RUN: usize = 40;

/// So many systems are made and deleted by runs that meet such answers. They may fail, and the next
/// ones, which meet none, finish.
async fn writes(rounds: usize) {
    let project = Project::described(DESCRIBED);
    let (disturbed, altered) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let (current, count) = (Arc::clone(&disturbed), Arc::clone(&altered));
    let mut calls = 0_usize;
    let proxy = Proxy::unrecorded(&project.world, move |call| {
        if !current.load(Ordering::Relaxed) || call.service == "sts" {
            return Fate::Pass;
        }
        calls += 1;
        if calls.is_multiple_of(ONE_OF_A_WRITING_RUN) {
            Fate::Altered(count.fetch_add(1, Ordering::Relaxed) * 7_919)
        } else {
            Fate::Pass
        }
    });
    let run = |arguments: &[&str], disturb: bool| {
        disturbed.store(disturb, Ordering::Relaxed);
        let mut command = project.command(arguments);
        command.env("AWS_ENDPOINT_URL", proxy.endpoint());
        let ended = Running::new(command).end();
        let is_panic = ended.stderr.contains("panicked");
        let ends = ended.code == Some(0) || (disturb && ended.code == Some(1));
        assert!(!is_panic && ends, "{arguments:?}, {disturb}: {ended:#?}");
        eprintln!(
            "{arguments:?} {disturb}: {:?} {}",
            ended.code,
            ended.ending()
        );
    };
    for _ in 0..rounds {
        run(&APPLY, true);
        run(&APPLY, false);
        run(&["plan", "--detailed-exitcode"], false);
        run(&DESTROY, true);
        run(&DESTROY, false);
        assert_eq!(project.world.listing().await, Vec::<String>::new());
    }
    eprintln!(
        "{} altered answers to runs that write",
        altered.load(Ordering::Relaxed)
    );
}

const APPLY: [&str; 2] = ["apply", "--yes"];
const DESTROY: [&str; 3] = ["destroy", "--yes", "--delete-data"];

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_answer_to_a_run_that_writes_is_survived() {
    writes(2).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; a sample of it always runs"]
async fn hundreds_of_altered_answers_to_runs_that_write_are_survived() {
    writes(25).await;
}

#[test]
fn an_altered_answer_makes_no_panic() {
    plans(12);
}

#[test]
#[ignore = "takes minutes; a sample of it always runs"]
fn thousands_of_altered_answers_make_no_panic() {
    plans(500);
}
