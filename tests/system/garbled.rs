//! Answers that are none: without a body, with half of one, or with a page of a proxy. A plan takes
//! none of them for an absence: it asks again, or ends with an error.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde_json::Value;
use strict_aws::Garble;

use crate::front_ends::DESCRIBED;
use crate::support::cli::{Ended, Project, Running};
use crate::support::proxy::{Call, Fate, Proxy};

const GARBLES: [Garble; 3] = [Garble::Empty, Garble::Page, Garble::Half];

/// What the network does, and the kinds of calls that it has seen.
#[derive(Debug, Default)]
struct Network {
    seen: BTreeSet<String>,
    garbled: Option<(String, Garble)>,
    /// How many answers to the calls of that kind are garbled.
    left: usize,
}

type Shared = Arc<Mutex<Network>>;

fn locked(network: &Shared) -> MutexGuard<'_, Network> {
    network.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fate(network: &Shared, call: &Call) -> Fate {
    let mut network = locked(network);
    let kind = call.kind();
    network.seen.insert(kind.clone());
    match network.garbled {
        Some((ref wanted, garble)) if *wanted == kind && network.left > 0 => {
            network.left -= 1;
            Fate::Garbled(garble)
        }
        _ => Fate::Pass,
    }
}

fn run(project: &Project, proxy: &Proxy, arguments: &[&str]) -> Ended {
    let mut command = project.command(arguments);
    command.env("AWS_ENDPOINT_URL", proxy.endpoint());
    Running::new(command).end()
}

const PLAN: [&str; 3] = ["plan", "--format", "json"];

/// Each kind of read of a plan gets each of the three, once and for good; the first trial and then one
/// of so many are made. Returns how many.
fn walk(stands: bool, first: usize, step: usize) -> usize {
    let project = Project::described(DESCRIBED);
    let network = Shared::default();
    let heard = Arc::clone(&network);
    // One proxy for all runs: the sites' URLs have its port.
    let proxy = Proxy::start(&project.world, move |call| fate(&heard, call));
    if stands {
        let applied = run(&project, &proxy, &["apply", "--yes"]);
        assert_eq!(applied.code, Some(0), "{applied:#?}");
    }
    *locked(&network) = Network::default();
    let undisturbed = run(&project, &proxy, &PLAN).json();
    assert_eq!(undisturbed["summary"]["create"] == 0, stands);
    let kinds = locked(&network).seen.clone();
    let trials = [1, usize::MAX].into_iter().flat_map(|times| {
        let kinds = kinds.iter();
        kinds.flat_map(move |kind| GARBLES.map(|garble| (kind, times, garble)))
    });
    let mut tried = 0;
    let mut wrong = Vec::new();
    for (kind, times, garble) in trials.skip(first).step_by(step) {
        *locked(&network) = Network {
            garbled: Some((kind.clone(), garble)),
            left: times,
            ..Network::default()
        };
        let ended = run(&project, &proxy, &PLAN);
        tried += 1;
        if let Some(difference) = difference(kind, &ended, &undisturbed) {
            wrong.push(format!("{kind}, {garble:?}, {times} times: {difference}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    *locked(&network) = Network::default();
    if stands {
        let destroyed = run(&project, &proxy, &["destroy", "--yes", "--delete-data"]);
        assert_eq!(destroyed.code, Some(0), "{destroyed:#?}");
    }
    tried
}

/// In several worlds at once, since a call that is made again mostly waits. One of so many trials is
/// made.
fn walks(every: usize) {
    const WORLDS: usize = 4;
    for stands in [true, false] {
        let tried: usize = thread::scope(|scope| {
            let walkers: Vec<_> = (0..WORLDS)
                .map(|world| scope.spawn(move || walk(stands, world * every, WORLDS * every)))
                .collect();
            let tried = walkers.into_iter().map(thread::ScopedJoinHandle::join);
            tried
                .map(|tried| tried.expect("every plan was the same"))
                .sum()
        });
        eprintln!("{tried} garbled answers, in a system that stands: {stands}");
        assert!(tried >= WORLDS, "{tried}");
    }
}

/// `None` if the run failed and said so, or made the same plan. What a body may contain that has no
/// form of its own, nobody knows: such a resource may be written again as it is described, no more.
fn difference(kind: &str, ended: &Ended, undisturbed: &Value) -> Option<String> {
    match ended.code {
        Some(1) if ended.stdout.is_empty() && !ended.stderr.is_empty() => None,
        Some(0) if ended.json()["resources"] == undisturbed["resources"] => None,
        Some(0) if is_content(kind) && updates_one(&ended.json()) => None,
        _ => Some(format!("{ended:#?}")),
    }
}

/// The code of a function, or the content of an object.
fn is_content(kind: &str) -> bool {
    kind.contains("/function/*?Stage") || (kind.starts_with("s3 GET ") && kind.contains(".json"))
}

fn updates_one(plan: &Value) -> bool {
    let of = |action: &str| plan["summary"][action].as_u64();
    let others = ["create", "replace", "delete"].map(of);
    of("update") == Some(1) && others == [Some(0); 3]
}

#[test]
fn a_garbled_answer_is_never_an_absence() {
    walks(31);
}

#[test]
#[ignore = "takes long; a sample of it always runs"]
fn each_garbled_answer_is_never_an_absence() {
    walks(1);
}
