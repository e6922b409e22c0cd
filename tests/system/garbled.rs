//! Answers that are none: without a body, with half of one, with a page of a proxy, a denial, a 403 or
//! a 404 that names no error; and an index of tags that shows nothing. A plan takes none of them for an
//! absence: it asks again, ends with an error, or says what it did not look at.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde_json::Value;
use strict_aws::Garble;

use crate::front_ends::DESCRIBED;
use crate::support::cli::{Ended, Project, Running, actions};
use crate::support::proxy::{Call, Fate, Proxy};

/// What becomes of the answers to a kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Garbled(Garble),
    Denied,
    /// A 403 with the page of a proxy.
    Blocked,
    /// A 404 without a body.
    Nowhere,
}

impl Trouble {
    /// Answers that are none, with the status of a success.
    const GARBLED: &[Self] = &[
        Self::Garbled(Garble::Empty),
        Self::Garbled(Garble::Page),
        Self::Garbled(Garble::Half),
    ];
    /// Refusals that do not say that something does not exist.
    const REFUSED: &[Self] = &[Self::Denied, Self::Blocked, Self::Nowhere];

    fn fate(self) -> Fate {
        match self {
            Self::Garbled(garble) => Fate::Garbled(garble),
            Self::Denied => Fate::denied(),
            Self::Blocked => Fate::Page(403),
            Self::Nowhere => Fate::Bare(404),
        }
    }

    /// Whether AWS never answers a kind of call so, if what it asks for exists. An answer to `HEAD` has no
    /// body, so there such a 404 is an absence.
    fn is_possible(self, kind: &str) -> bool {
        self != Self::Nowhere || !kind.starts_with("s3 HEAD ")
    }
}

/// What the network does, and the kinds of calls that it has seen.
#[derive(Debug, Default)]
struct Network {
    seen: BTreeSet<String>,
    troubled: Option<(String, Trouble)>,
    /// How many answers to the calls of that kind are still to be.
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
    match network.troubled {
        Some((ref wanted, trouble)) if *wanted == kind && network.left > 0 => {
            network.left -= 1;
            trouble.fate()
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

/// Each kind of read of a plan gets each of these, once and for good; the first trial and then one of so
/// many are made. Returns how many.
fn walk(troubles: &[Trouble], stands: bool, first: usize, step: usize) -> usize {
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
        kinds.flat_map(move |kind| troubles.iter().map(move |trouble| (kind, times, *trouble)))
    });
    let trials = trials.filter(|(kind, _, trouble)| trouble.is_possible(kind));
    let mut tried = 0;
    let mut wrong = Vec::new();
    for (kind, times, trouble) in trials.skip(first).step_by(step) {
        *locked(&network) = Network {
            troubled: Some((kind.clone(), trouble)),
            left: times,
            ..Network::default()
        };
        let ended = run(&project, &proxy, &PLAN);
        tried += 1;
        if let Some(difference) = difference(kind, trouble, &ended, &undisturbed) {
            wrong.push(format!("{kind}, {trouble:?}, {times} times: {difference}"));
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
fn walks(troubles: &[Trouble], every: usize) {
    const WORLDS: usize = 4;
    for stands in [true, false] {
        let tried: usize = thread::scope(|scope| {
            let walkers: Vec<_> = (0..WORLDS)
                .map(|world| {
                    scope.spawn(move || walk(troubles, stands, world * every, WORLDS * every))
                })
                .collect();
            let tried = walkers.into_iter().map(thread::ScopedJoinHandle::join);
            tried
                .map(|tried| tried.expect("every plan was the same"))
                .sum()
        });
        eprintln!("{tried} of {troubles:?}, in a system that stands: {stands}");
        assert!(tried >= WORLDS, "{tried}");
    }
}

/// `None` if the run failed and said so, or made the same plan, whatever it did not look at. What a body
/// may contain that has no form of its own, nobody knows: such a resource may be written again as it is
/// described, no more.
fn difference(kind: &str, trouble: Trouble, ended: &Ended, undisturbed: &Value) -> Option<String> {
    let unknown = matches!(trouble, Trouble::Garbled(_)) && is_content(kind);
    match ended.code {
        Some(1) if ended.stdout.is_empty() && !ended.stderr.is_empty() => None,
        Some(0) if ended.json()["resources"] == undisturbed["resources"] => None,
        Some(0) if unknown && updates_one(&ended.json()) => None,
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
    walks(Trouble::GARBLED, 67);
}

#[test]
#[ignore = "takes long; a sample of it always runs"]
fn each_garbled_answer_is_never_an_absence() {
    walks(Trouble::GARBLED, 1);
}

#[test]
fn a_refused_read_is_never_an_absence() {
    walks(Trouble::REFUSED, 31);
}

#[test]
#[ignore = "takes minutes; a sample of it always runs"]
fn each_refused_read_is_never_an_absence() {
    walks(Trouble::REFUSED, 1);
}

/// AWS's index of tags lags, and may show nothing of a system that stands. What is described is found by
/// its name all the same; what is not described any more is found in each service's list, or once the
/// index shows it.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_index_of_tags_is_no_absence() {
    let project = Project::described(DESCRIBED);
    let is_empty = Arc::new(AtomicBool::new(true));
    let shows_nothing = Arc::clone(&is_empty);
    // One proxy for all runs: the sites' URLs have its port.
    let proxy = Proxy::start(&project.world, move |call| {
        let index = call.operation == "GetResources";
        if index && shows_nothing.load(Ordering::Relaxed) {
            Fate::EmptyLists
        } else {
            Fate::Pass
        }
    });
    let ok = |arguments: &[&str]| {
        let ended = run(&project, &proxy, arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
        ended
    };
    ok(&["apply", "--yes"]);
    ok(&["plan", "--detailed-exitcode"]);
    let whole = project.world.listing().await;

    project.describe("[alarms]\nenabled = false\n");
    let unseen = actions(&ok(&PLAN).json());
    is_empty.store(false, Ordering::Relaxed);
    let seen = actions(&ok(&PLAN).json());
    is_empty.store(true, Ordering::Relaxed);
    let other: Vec<_> = unseen.iter().filter(|of| !seen.contains(of)).collect();
    assert!(other.is_empty(), "{other:#?}");
    ok(&["apply", "--yes"]);
    ok(&["plan", "--detailed-exitcode"]);
    is_empty.store(false, Ordering::Relaxed);
    ok(&["apply", "--yes"]);
    ok(&["plan", "--detailed-exitcode"]);

    is_empty.store(true, Ordering::Relaxed);
    project.describe(DESCRIBED);
    ok(&["apply", "--yes"]);
    assert_eq!(project.world.listing().await, whole);
    ok(&["destroy", "--yes", "--delete-data"]);
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
