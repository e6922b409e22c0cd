//! A busy account, of whose calls each service throttles a share; and services of which a share of all
//! calls fails.

use std::time::Instant;

use strict_aws::{failing, throttling};

use crate::front_ends::teams;
use crate::support::cli::{Project, Running};
use crate::support::proxy::{Call, Fate, Proxy};

/// Each of `apply`, `plan` and `destroy` of so many teams ends with success in one run.
async fn stands(count: usize, fates: impl FnMut(&Call) -> Fate + Send + 'static) {
    let project = Project::described(&teams(count, ""));
    // One proxy for all runs: the sites' URLs have its port.
    let proxy = Proxy::start(&project.world, fates);
    let runs: [&[&str]; 3] = [
        &["apply", "--yes"],
        &["plan", "--detailed-exitcode"],
        &["destroy", "--yes", "--delete-data"],
    ];
    for arguments in runs {
        let mut command = project.command(arguments);
        command.env("AWS_ENDPOINT_URL", proxy.endpoint());
        let ended = Running::new(command).end();
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
    }
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_teams_stand_in_a_busy_account() {
    stands(10, throttling(10)).await;
}

/// A call is sent ten times, so at 20 % one in ten million fails for good.
#[tokio::test(flavor = "multi_thread")]
async fn ten_teams_stand_though_services_fail() {
    stands(10, failing(20)).await;
}

/// Sixty teams, of whose calls a share is refused.
async fn sixty_stand<F>(what: &str, percent: u64, fates: impl Fn(u64) -> F)
where
    F: FnMut(&Call) -> Fate + Send + 'static,
{
    let began = Instant::now();
    stands(60, fates(percent)).await;
    eprintln!("{percent} % {what}: {} s", began.elapsed().as_secs());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; its form with ten teams always runs"]
async fn sixty_teams_stand_in_a_busy_account() {
    for percent in [1, 10, 30] {
        sixty_stand("throttled", percent, throttling).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; its form with ten teams always runs"]
async fn sixty_teams_stand_though_services_fail() {
    for percent in [1, 10, 30] {
        sixty_stand("failed", percent, failing).await;
    }
}
