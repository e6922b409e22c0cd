//! A busy account: of all calls, each service throttles a tenth or almost a third.

use std::time::Instant;

use strict_aws::throttling;

use crate::front_ends::teams;
use crate::support::cli::{Project, Running};
use crate::support::proxy::Proxy;

/// Each command ends in one run, though so many in a hundred calls are throttled.
async fn stands_in_a_busy_account(count: usize, percent: u64) {
    let project = Project::described(&teams(count, ""));
    // One proxy for all runs: the sites' URLs have its port.
    let proxy = Proxy::start(&project.world, throttling(percent));
    for arguments in [
        &["apply", "--yes"][..],
        &["plan", "--detailed-exitcode"],
        &["destroy", "--yes", "--delete-data"],
    ] {
        let mut command = project.command(arguments);
        command.env("AWS_ENDPOINT_URL", proxy.endpoint());
        let ended = Running::new(command).end();
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
    }
    assert_eq!(project.world.listing().await, Vec::<String>::new());
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
