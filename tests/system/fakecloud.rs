//! The whole system's control plane on a second emulator, as far as it supports that.
//!
//! fakecloud forgets some settings, so not every next plan can be empty there. The permitted
//! actions are listed here, one by one: anything else is a finding.

use serde_json::Value;

use crate::support::World;
use crate::support::cli::Project;

const DESCRIBED: &str = "[packages]\n[shell]\n[teams.billing]\n[teams.shipping]\n";

/// The actions of a stack's next plan, one per line: `update team/billing/headers`.
fn next(project: &Project, stack: &str) -> Vec<String> {
    let plan: Value = project
        .ok(&["plan", "--format", "json", "--stack", stack])
        .json();
    let resources = plan["resources"].as_array().expect("resources").iter();
    let text = |of: &Value, name: &str| of[name].as_str().unwrap_or("?").to_owned();
    let mut lines: Vec<_> = resources
        .map(|of| format!("{} {}", text(of, "action"), text(of, "address")))
        .collect();
    lines.sort();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_system_is_made_in_one_run_found_again_and_taken_away() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let project = Project::in_world(world, DESCRIBED);
    let planned = project.plan()["resources"]
        .as_array()
        .expect("resources")
        .len();
    let applied = project.ok(&["apply", "--yes"]);
    assert!(
        applied.stderr.contains(&format!("Done: {planned} steps.")),
        "{applied:#?}"
    );
    project.assert_snapshot("fakecloud", &project.world.listing().await.join("\n"));

    assert_eq!(next(&project, "packages"), Vec::<String>::new());
    // The version of the login pages; and the tags that are added to a pool later, which record
    // what was applied to its parts.
    let identity = ["branding", "client", "domain", "group-operators"]
        .map(|name| format!("update identity/{name}"));
    assert_eq!(next(&project, "identity"), identity);
    // The allowed origins and headers.
    assert_eq!(next(&project, "edge"), ["update edge/team-headers"]);
    for team in ["team/billing", "team/shipping"] {
        assert_eq!(next(&project, team), Vec::<String>::new());
    }
    // An integration's description, by which it is found, and so everything that refers to it; and
    // the tags that are added to a function later, which record what was applied to its mapping.
    let toggles = next(&project, "toggles");
    let expected = [
        "create toggles/connection-manager-integration",
        "create-then-delete toggles/deployment",
        "update toggles/connect-route",
        "update toggles/disconnect-route",
        "update toggles/new-connection-stream",
        "update toggles/stage",
        "update toggles/toggle-clock-stream",
        "update toggles/toggle-history-stream",
        "update toggles/toggle-message-stream",
        "update toggles/toggle-slice-queue",
    ];
    assert_eq!(toggles, expected);
    // The tags of the shell's function, so nothing shows that it is the system's.
    let refused = project.frontage(&["plan", "--stack", "shell"]);
    assert!(
        refused
            .stderr
            .contains("already exists and is not owned by this system"),
        "{refused:#?}"
    );

    project.destroy();
    let world = &project.world;
    let left = format!(
        "edge function {}-shell-rewrite-paths-{}",
        world.system, world.region
    );
    assert_eq!(project.world.listing().await, [left]);
}
