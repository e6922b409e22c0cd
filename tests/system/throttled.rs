//! A busy account, of whose calls each service throttles a tenth or almost a third; and services of
//! which a tenth of all calls fails.

use std::time::Instant;

use strict_aws::{failing, throttling};

use crate::front_ends::teams;
use crate::support::cli::{Project, Running};
use crate::support::proxy::{Call, Fate, Proxy};

/// How many runs each of `apply`, `plan` and `destroy` of so many teams takes until it ends with success.
async fn runs_until_it_stands(
    count: usize,
    fates: impl FnMut(&Call) -> Fate + Send + 'static,
    at_most: usize,
) -> [usize; 3] {
    let project = Project::described(&teams(count, ""));
    // One proxy for all runs: the sites' URLs have its port.
    let proxy = Proxy::start(&project.world, fates);
    let succeeds = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.env("AWS_ENDPOINT_URL", proxy.endpoint());
        let ended = Running::new(command).end();
        if ended.code != Some(0) {
            eprintln!("{arguments:?}: {ended:#?}");
        }
        ended.code == Some(0)
    };
    let run = |arguments: &[&str]| {
        let number = (1..=at_most).find(|_| succeeds(arguments));
        number.unwrap_or_else(|| panic!("{arguments:?} failed {at_most} times"))
    };
    let apply = run(&["apply", "--yes"]);
    let plan = run(&["plan", "--detailed-exitcode"]);
    let destroy = run(&["destroy", "--yes", "--delete-data"]);
    assert_eq!(project.world.listing().await, Vec::<String>::new());
    [apply, plan, destroy]
}

/// Each command ends in one run, though so many in a hundred calls are throttled.
async fn stands_in_a_busy_account(count: usize, percent: u64) {
    runs_until_it_stands(count, throttling(percent), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_teams_stand_in_a_busy_account() {
    stands_in_a_busy_account(10, 30).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; its form with ten teams always runs"]
async fn sixty_teams_stand_in_a_busy_account() {
    for percent in [10, 30] {
        let began = Instant::now();
        stands_in_a_busy_account(60, percent).await;
        let took = began.elapsed().as_secs();
        eprintln!("{percent} % throttled: applied, planned and destroyed in {took} s");
    }
}

/// The SDK sends a call that failed five times, so one in 100,000 fails for good.
#[tokio::test(flavor = "multi_thread")]
async fn ten_teams_stand_though_services_fail() {
    let runs = runs_until_it_stands(10, failing(10), 3).await;
    eprintln!("10 % failed: runs of apply, plan and destroy: {runs:?}");
}
