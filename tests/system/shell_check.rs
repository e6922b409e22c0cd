//! The check of the shell from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_route53::Client;
use aws_sdk_route53::types::HealthCheck;

use crate::support::World;
use crate::support::cli::{Project, actions};
use crate::support::proxy::{Fate, through};

const CHECKED: &str = "[shell]\n[operations]\ncheck = true\n";

async fn checks(project: &Project) -> Vec<HealthCheck> {
    let client = Client::new(&project.world.config());
    let pages = client.list_health_checks().into_paginator().items().send();
    let found = pages.collect::<Result<Vec<_>, _>>().await;
    found.expect("listed")
}

/// How often a plan of a stack lists the health checks of the account.
fn looks(project: &Project, stack: &str) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let ended = through(project, &["plan", "--stack", stack], move |call| {
        let lists = call.operation.contains("/2013-04-01/healthcheck");
        seen.fetch_add(usize::from(lists), Ordering::Relaxed);
        Fate::Pass
    });
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    count.load(Ordering::Relaxed)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shell_is_checked_repaired_and_no_longer_checked() {
    let world = World::new().in_region("us-east-1");
    let project = Project::in_world(world, CHECKED);
    project.apply();
    let check = checks(&project).await.remove(0);
    let config = check.health_check_config().expect("its settings");
    let host = config.fully_qualified_domain_name().unwrap_or_default();
    assert!(host.ends_with(".cloudfront.net"), "{host}");
    assert_eq!(config.search_string(), Some("<script type=\"importmap\">"));
    let alarms = aws_sdk_cloudwatch::Client::new(&project.world.config()).describe_alarms();
    let alarm = format!("{}-operations-site-shell-check", project.world.system);
    let alarms = alarms.alarm_names(alarm).send().await.expect("described");
    let [alarm] = alarms.metric_alarms() else {
        panic!("{alarms:?}");
    };
    assert_eq!(alarm.dimensions()[0].value(), Some(check.id()));
    assert_eq!(alarm.treat_missing_data(), Some("breaching"));

    let edited = Client::new(&project.world.config()).update_health_check();
    let edited = edited.health_check_id(check.id()).search_string("x");
    edited.send().await.expect("edited");
    assert_eq!(actions(&project.plan()), ["update operations/check"]);
    project.apply();
    let repaired = checks(&project).await.remove(0);
    assert_eq!(repaired.health_check_config(), Some(config));

    // The dashboard loses the widget.
    project.describe("[shell]\n[operations]\n");
    let without = [
        "delete operations/check",
        "delete operations/site-shell-check",
        "update operations/dashboard",
    ];
    assert_eq!(actions(&project.plan()), without);
    // Its own stack finds it, and no other one looks for it.
    let alone = ["--stack", "operations"];
    let plan = [&["plan", "--format", "json"], &alone[..]].concat();
    assert_eq!(actions(&project.ok(&plan).json()), without);
    assert_eq!(looks(&project, "operations"), 1);
    assert_eq!(looks(&project, "shell"), 0);
    project.ok(&[&["apply", "--yes"], &alone[..]].concat());
    assert!(checks(&project).await.is_empty());
    project.assert_nothing_to_do();

    // Its reference cannot be used again.
    project.describe(CHECKED);
    project.apply();
    assert_eq!(checks(&project).await.len(), 1);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
