//! The operator's commands for toggles, beside clients that are connected.

use serde_json::{Value, json};

use crate::support::cli::{Ended, Project, Running};

/// A system that stands, and a client that has received the state of no toggles.
fn watched() -> (Project, Running) {
    let project = Project::new();
    project.apply();
    let mut watch = project.spawn(&["toggles", "watch"]);
    assert_eq!(watch.line(), "(no toggles)");
    (project, watch)
}

/// Waits for a line. Others may arrive before, since a message may arrive more than once.
fn until(watch: &mut Running, wanted: &str) {
    while watch.line() != wanted {}
}

fn listed(project: &Project) -> Value {
    project.ok(&["toggles", "list", "--format", "json"]).json()
}

/// An error's text, without line breaks.
fn told(ended: &Ended) -> String {
    let words = ended.stderr.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_deleted_toggle_is_gone_and_comes_back_as_a_new_one() {
    let (project, mut watch) = watched();
    let name = ["--name", "Two", "--attribute", "owner=web"];
    project.ok(&[&["toggles", "set", "2", "on"][..], &name].concat());
    until(&mut watch, "2  on   Two");
    let revision = listed(&project)[0]["revision"].as_u64().expect("a number");

    let delete = |expected: u64| {
        let expected = expected.to_string();
        project.frontage(&["toggles", "delete", "2", "--if-revision", &expected])
    };
    let refused = delete(revision - 1);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    let wanted = format!("toggle `2` is at revision {revision}, not");
    assert!(told(&refused).contains(&wanted), "{refused:#?}");
    assert_eq!(delete(revision).code, Some(0));
    until(&mut watch, "2  removed");
    assert_eq!(listed(&project), json!([]));
    let refused = project.fails(&["toggles", "delete", "2"]);
    assert!(told(&refused).contains("there is no toggle `2`"));

    project.ok(&["toggles", "set", "2", "off", "--if-revision", "0"]);
    until(&mut watch, "2  off  2");
    let again = listed(&project)[0].clone();
    let risen = again["revision"].as_u64().expect("a number");
    assert!(risen > revision, "{again}");
    assert_eq!(
        again,
        json!({"featureId": "2", "featureName": "2", "isActive": false, "revision": risen})
    );
    watch.interrupt();
    assert_eq!(watch.end().code, Some(0));
    project.destroy();
}
