//! Toggles that could be deleted.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::support::cli::{Ended, Project};
use crate::support::toggles::dynamodb;

const SETTINGS: &str = "[toggles]\nprotected = [\"pay.*\"]\n";

/// Stores a toggle that is on, as a change left it so many days ago.
pub(super) async fn put(project: &Project, id: &str, days: u64, requires: Option<&str>) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let day = 24 * 60 * 60;
    let changed = now.expect("after 1970").as_secs() - days * day;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let revision = AttributeValue::N(format!("{changed}000"));
    let put = dynamodb(project)
        .put_item()
        .table_name(project.world.name("toggles-table"))
        .item("featureId", text(id))
        .item("featureName", text(id))
        .item("isActive", AttributeValue::Bool(true))
        .item("revision", revision);
    let put = match requires {
        Some(other) => put.item("prerequisites", AttributeValue::Ss(vec![other.to_owned()])),
        None => put,
    };
    put.send().await.expect("stored");
}

/// An error's text, without line breaks.
fn told(ended: &Ended) -> String {
    let words = ended.stderr.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

fn in_json(project: &Project, arguments: &[&str]) -> Value {
    let stale = [&["toggles", "stale", "--format", "json"], arguments].concat();
    project.ok(&stale).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn toggles_that_nobody_changes_and_no_source_names_could_be_deleted() {
    let project = Project::described(SETTINGS);
    project.apply();
    let nothing = project.ok(&["toggles", "stale"]);
    assert_eq!(nothing.stdout, "");
    assert!(
        told(&nothing).contains("no toggle could be deleted"),
        "{nothing:#?}"
    );
    for (id, days, requires) in [
        ("old", 40, None),
        ("fresh", 1, None),
        ("named", 40, None),
        ("base", 100, None),
        ("express", 40, Some("base")),
        ("pay.card", 31, None),
    ] {
        put(&project, id, days, requires).await;
    }
    let none = in_json(&project, &[]);
    assert_eq!(none["sources"], Value::Null);
    assert_eq!(none["toggles"][0]["inSources"], Value::Null);

    // Applied is the toggles' stack alone; the folders are those of the description.
    project.describe(&format!("{SETTINGS}[shell]\n[teams.shipping]\n"));
    let source = project.path().join("shipping/src");
    fs::create_dir_all(&source).expect("made");
    fs::write(source.join("main.ts"), "isOn('named') && isOn('express')").expect("written");
    let stale = project.ok(&["toggles", "stale"]);
    project.assert_snapshot("toggles-stale", &stale.whole());
    let mut judged = in_json(&project, &[]);
    for toggle in judged["toggles"].as_array_mut().expect("a list") {
        assert!(toggle["changedAt"].is_u64(), "{toggle:#}");
        toggle["changedAt"] = json!("TIME");
    }
    let judged = serde_json::to_string_pretty(&judged).expect("JSON");
    project.assert_snapshot("toggles-stale-json", &judged);

    let later = project.ok(&["toggles", "stale", "--days", "50"]);
    assert!(!later.stdout.contains("old"), "{later:#?}");
    let elsewhere = ["toggles", "stale", "--sources", "nowhere"];
    let wrong = project.fails(&elsewhere);
    assert!(
        told(&wrong).contains("nowhere is not a folder"),
        "{wrong:#?}"
    );

    project.ok(&["toggles", "delete", "old"]);
    let left = project.ok(&["toggles", "stale"]);
    assert!(!left.stdout.contains("old"), "{left:#?}");
    project.describe(SETTINGS);
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
