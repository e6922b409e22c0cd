//! The cost of a plan.

use crate::support::cli::Project;

/// The maximum number of calls that a plan of the toggle stack may make if there is nothing to do.
const CALLS: u64 = 34;

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_finds_nothing_to_do_makes_few_calls() {
    let project = Project::new();
    project.apply();
    let planned = project
        .command(&["plan"])
        .env("FRONTAGE_LOG", "info")
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&planned.stderr);
    let calls = said
        .split_once("calls=")
        .and_then(|(_, rest)| rest.split_whitespace().next()?.parse::<u64>().ok());
    assert!(calls.is_some_and(|calls| calls <= CALLS), "{said}");
    project.destroy();
}
