//! The cost of a plan.

use std::sync::{Arc, Mutex, PoisonError};

use crate::support::cli::{Project, Running, actions};
use crate::support::proxy::{Fate, Proxy};

/// The maximum number of calls that a plan of the toggle stack may make if there is nothing to do. One of
/// them is for what the system may have in us-east-1.
const CALLS: u64 = 52;

/// The same for a team's stack.
const OF_A_TEAM: usize = 20;

/// The same for the status: without the search for orphans, with alarms, clients and runs.
const LOOKED: u64 = 43;

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_finds_nothing_to_do_makes_few_calls() {
    let project = Project::new();
    project.apply();
    for (command, most) in [("plan", CALLS), ("status", LOOKED)] {
        let ended = project
            .command(&[command])
            .env("FRONTAGE_LOG", "info")
            .output()
            .expect("the program runs");
        let said = String::from_utf8_lossy(&ended.stderr);
        let calls = said
            .split_once("calls=")
            .and_then(|(_, rest)| rest.split_whitespace().next()?.parse::<u64>().ok());
        assert!(
            calls.is_some_and(|calls| calls <= most),
            "{command}: {said}"
        );
    }
    project.destroy();
}

/// The identity, the API, and its stage.
#[test]
fn a_watch_reads_nothing_but_what_its_url_is_made_of() {
    let project = Project::new();
    project.apply();
    let (proxy, calls) = recorder(&project);
    let mut command = project.command(&["toggles", "watch"]);
    command.env("AWS_ENDPOINT_URL", proxy.endpoint());
    let mut watch = Running::new(command);
    assert_eq!(watch.line(), "(no toggles)");
    watch.interrupt();
    assert_eq!(watch.end().code, Some(0));
    let calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(calls.len() <= 4, "{calls:?}");
    project.destroy();
}

/// Whatever else is in the account: what is looked at beyond the team's own is listed, and read no further.
#[test]
fn a_teams_plan_makes_the_same_calls_at_any_number_of_teams() {
    let named = |count: usize| {
        let teams = (1..=count).map(|number| format!("[teams.t{number}]\n"));
        format!("[shell]\n{}", teams.collect::<Vec<_>>().concat())
    };
    let project = Project::described(&named(2));
    project.apply();
    let few = calls_of(&project, &["plan", "--stack", "team/t1"]);
    project.describe(&named(9));
    project.apply();
    let many = calls_of(&project, &["plan", "--stack", "team/t1"]);
    assert_eq!(few, many);
    assert!(few.len() <= OF_A_TEAM, "{few:#?}");
    // Neither does one that was taken out of the description, which a plan of all still finds.
    project.describe(&named(8));
    let beside = calls_of(&project, &["plan", "--stack", "team/t1"]);
    assert_eq!(few, beside);
    let gone = "delete team/t9/distribution".to_owned();
    assert!(actions(&project.plan()).contains(&gone));
    project.destroy();
}

/// The calls of a run, sorted.
fn calls_of(project: &Project, arguments: &[&str]) -> Vec<String> {
    let (proxy, calls) = recorder(project);
    let mut command = project.command(arguments);
    command.env("AWS_ENDPOINT_URL", proxy.endpoint());
    let ended = command.output().expect("the program runs");
    assert!(ended.status.success(), "{ended:?}");
    let mut calls = std::mem::take(&mut *calls.lock().unwrap_or_else(PoisonError::into_inner));
    calls.sort();
    calls
}

/// A proxy, and the calls that it has passed on.
fn recorder(project: &Project) -> (Proxy, Arc<Mutex<Vec<String>>>) {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&calls);
    let proxy = Proxy::start(&project.world, move |call| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(format!("{} {}", call.service, call.operation));
        Fate::Pass
    });
    (proxy, calls)
}
