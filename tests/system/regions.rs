//! One system in two Regions of one account.

use serde_json::Value;

use crate::support::World;
use crate::support::cli::Project;

/// The same description in two Regions of an account that no other test uses.
fn in_two_regions(more: &str) -> [Project; 2] {
    let world = World::new();
    let there = world.in_region("us-east-1");
    [world, there].map(|world| Project::in_world(world, more))
}

fn actions(plan: &Value) -> Vec<&str> {
    let resources = plan["resources"].as_array().expect("resources").iter();
    let actions = resources.map(|of| of["action"].as_str().expect("an action"));
    actions.collect()
}

/// The second Region is created beside the first, and each is as described; deleting the second
/// leaves the first as it was.
async fn side_by_side(here: &Project, there: &Project, stack: &[&str]) {
    let run = |project: &Project, arguments: &[&str]| project.ok(&[arguments, stack].concat());
    let assert_empty = |project: &Project| {
        run(project, &["plan", "--detailed-exitcode"]);
    };
    run(here, &["apply", "--yes"]);
    let before = here.world.listing().await;

    let plan = run(there, &["plan", "--format", "json"]).json();
    let planned = actions(&plan);
    assert!(
        !planned.is_empty() && planned.iter().all(|action| *action == "create"),
        "{plan:#}"
    );
    assert_eq!(plan["other_regions"], serde_json::json!(["eu-west-1"]));
    let told = run(there, &["apply", "--yes"]).stderr;
    let note = "note: acme is also applied in eu-west-1, which this leaves untouched; \
                `frontage destroy --region eu-west-1` deletes it";
    assert!(
        told.contains(&note.replace("acme", &there.world.system)),
        "{told}"
    );
    assert_empty(here);
    assert_empty(there);

    run(there, &["destroy", "--yes", "--delete-data"]);
    assert_empty(here);
    assert_eq!(here.world.listing().await, before);
    run(here, &["destroy", "--yes", "--delete-data"]);
    for project in [here, there] {
        assert_eq!(project.world.listing().await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_regions_have_each_their_own_toggles() {
    let [here, there] = in_two_regions("");
    side_by_side(&here, &there, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_regions_have_each_their_own_sites() {
    let [here, there] = in_two_regions("[shell]\n[teams.billing]\n");
    side_by_side(
        &here,
        &there,
        &["--stack", "edge", "--stack", "team/billing"],
    )
    .await;
}

/// The alarms on the budget are in us-east-1 for both.
#[tokio::test(flavor = "multi_thread")]
async fn two_regions_have_each_their_own_alarms() {
    let [here, there] = in_two_regions("[operations]\nbudget = 100\n");
    side_by_side(&here, &there, &[]).await;
}

/// The other Region is deleted from a description that names this one, as after a move.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_region_leaves_the_old_one_until_it_is_destroyed() {
    let [old, new] = in_two_regions("");
    old.apply();
    new.apply();
    let elsewhere = ["--region", "eu-west-1"];
    new.ok(&[&["destroy", "--yes", "--delete-data"], &elsewhere[..]].concat());
    assert_eq!(new.plan()["other_regions"], serde_json::json!([]));
    new.assert_nothing_to_do();
    new.destroy();
    for project in [old, new] {
        assert_eq!(project.world.listing().await, Vec::<String>::new());
    }
}
