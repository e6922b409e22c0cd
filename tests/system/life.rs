//! Created, used, changed, destroyed.

use serde_json::json;

use crate::support::cli::Project;
use crate::support::client::Client;
use crate::support::{eventually, toggles};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_the_state_and_then_each_change() {
    let project = Project::new();
    project.apply();
    project.ok(&["toggles", "set", "1", "off", "--name", "Feature toggle 1"]);

    let mut client = Client::connect(&project.output("websocket_url")).await;
    let first = json!([
        {"featureId": {"S": "1"}, "isActive": {"BOOL": false}, "featureName": {"S": "Feature toggle 1"}}
    ]);
    client.expect(&first).await;
    project.ok(&["toggles", "set", "1", "on"]);
    let changed = json!({"featureId": {"S": "1"}, "isActive": {"BOOL": true}, "featureName": {"S": "Feature toggle 1"}});
    client.expect(&changed).await;
    project.ok(&[
        "toggles",
        "set",
        "2",
        "off",
        "--name",
        "Feature toggle 2",
        "--attribute",
        "owner=shipping",
    ]);
    let new = json!({
        "featureId": {"S": "2"}, "isActive": {"BOOL": false}, "featureName": {"S": "Feature toggle 2"},
        "owner": {"S": "shipping"}
    });
    client.expect(&new).await;
    project.ok(&["toggles", "delete", "2"]);
    client
        .expect(&json!({"isRemoved": "true", "featureId": {"featureId": {"S": "2"}}}))
        .await;

    assert_eq!(toggles::connections(&project).await.len(), 1);
    client.close().await;
    eventually("a closed connection is forgotten", async || {
        toggles::connections(&project).await.is_empty()
    })
    .await;
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_account_gets_everything_once() {
    let project = Project::new();
    let plan = project.frontage(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(2), "{plan:#?}");
    assert_eq!(
        project.world.listing().await,
        Vec::<String>::new(),
        "a plan makes nothing"
    );
    project.apply();
    project.assert_snapshot("everything", &project.world.listing().await.join("\n"));
    let again = project.ok(&["apply", "--yes"]);
    assert!(again.stderr.contains("Nothing to do"), "{again:#?}");
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn destroy_keeps_the_tables_and_apply_takes_them_up_again() {
    let project = Project::new();
    project.apply();
    project.ok(&["toggles", "set", "1", "on", "--name", "Feature toggle 1"]);
    let destroyed = project.ok(&["destroy", "--yes"]);
    // Nothing is told of what is gone.
    assert!(!destroyed.stdout.contains("ws://"), "{destroyed:#?}");
    for table in ["toggles-table", "history-table", "connections-table"] {
        let told = format!("kept: `{}` holds ", project.world.name(table));
        assert!(destroyed.stderr.contains(&told), "{destroyed:#?}");
    }
    let told = format!("`{}` holds 1 item;", project.world.name("toggles-table"));
    assert!(destroyed.stderr.contains(&told), "{destroyed:#?}");
    let mut tables = vec![format!("table {}-control", project.world.system)];
    tables.extend(
        ["connections-table", "history-table", "toggles-table"]
            .map(|table| format!("table {}", project.world.name(table))),
    );
    let mut left = project.world.listing().await;
    left.retain(|line| !line.starts_with("log group "));
    assert_eq!(left, tables);

    let plan = project.plan();
    assert_eq!(plan["unchanged"], 9, "{plan:#}");
    project.apply();
    let mut client = Client::connect(&project.output("websocket_url")).await;
    let kept = json!([
        {"featureId": {"S": "1"}, "isActive": {"BOOL": true}, "featureName": {"S": "Feature toggle 1"}}
    ]);
    client.expect(&kept).await;
    client.close().await;
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
