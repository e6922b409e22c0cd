//! The toggles of two systems of one account: what differs, and copies.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::cli::{Ended, Project};
use crate::support::toggles::dynamodb;

/// A system that stands.
fn stands(world: World) -> Project {
    let project = Project::in_world(world, "");
    project.apply();
    project
}

/// Production and staging in one account, and the production of another Region.
fn systems() -> [Project; 3] {
    let here = World::new();
    let staging = World {
        system: format!("{}-staging", here.system),
        ..here.clone()
    };
    let abroad = here.in_region("us-east-1");
    [here, staging, abroad].map(stands)
}

fn toggles(project: &Project) -> Value {
    project.ok(&["toggles", "list", "--format", "json"]).json()
}

fn without_revisions(mut toggles: Value) -> Value {
    for toggle in toggles.as_array_mut().expect("toggles") {
        toggle.as_object_mut().expect("a toggle").remove("revision");
    }
    toggles
}

fn told(ended: &Ended) -> String {
    let words = ended.stderr.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn toggles_are_compared_with_and_copied_from_another_system() {
    let [here, staging, abroad] = systems();
    let name = staging.world.system.clone();
    let from = |command: &[&str]| {
        let command = [&["toggles"], command, &["--from", &name]].concat();
        here.frontage(&command)
    };
    staging.ok(&["toggles", "set", "max", "on", "--value", "[1,{\"a\":0.5}]"]);
    staging.ok(&["toggles", "set", "new", "on", "--attribute", "owner=web"]);
    staging.ok(&["toggles", "set", "same", "off", "--name", "Same"]);
    let odd = dynamodb(&staging).put_item();
    let odd = odd.table_name(staging.world.name("toggles-table"));
    let odd = odd.item("featureId", AttributeValue::S("typed".to_owned()));
    let texts = ["b", "a"].map(str::to_owned).to_vec();
    let odd = odd.item("of", AttributeValue::Ss(texts));
    let odd = odd.item("isActive", AttributeValue::Bool(true));
    odd.send().await.expect("stored");
    here.ok(&["toggles", "set", "max", "off", "--value", "5"]);
    here.ok(&["toggles", "set", "old", "on"]);
    here.ok(&["toggles", "set", "same", "off", "--name", "Same"]);

    let differ = from(&["diff", "--detailed-exitcode"]);
    let wanted = format!(
        "~ max\n    isActive  false -> true\n    value     5 -> [1,{{\"a\":0.5}}]\n+ new  only in {name}\n\
         - old  not in {name}\n+ typed  only in {name}\n"
    );
    assert_eq!((differ.code, differ.stdout), (Some(2), wanted));
    let listed = from(&["diff", "max", "same", "--format", "json"]).json();
    let listed = listed.as_array().expect("a list");
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(listed[0]["featureId"], "max");
    assert_eq!(listed[0]["here"]["isActive"], false);
    assert_eq!(listed[0]["there"]["isActive"], true);

    // The client that is connected hears of a copy, and is waited for.
    let mut watch = here.spawn(&["toggles", "watch"]);
    let state: Vec<_> = (0..3).map(|_| watch.line()).collect();
    assert!(
        state.contains(&"max  off  max  = 5".to_owned()),
        "{state:?}"
    );
    let copied = from(&["copy", "max", "same", "--wait"]);
    assert_eq!(copied.code, Some(0), "{copied:#?}");
    let mut lines = copied.stdout.lines();
    assert_eq!(lines.next(), Some("1 toggle copied; 1 was the same"));
    assert!(
        lines
            .next()
            .is_some_and(|line| line.starts_with("1 of 1 connection accepted it"))
    );
    while watch.line() != r#"max  on   max  = [1,{"a":0.5}]"# {}
    watch.interrupt();
    watch.end();

    let copied = from(&["copy", "--all", "--format", "json"]).json();
    assert_eq!(copied, json!({"copied": ["new", "typed"], "same": 2}));
    let differ = from(&["diff", "--detailed-exitcode"]).stdout;
    assert_eq!(differ, format!("- old  not in {name}\n"));
    here.ok(&["toggles", "delete", "old"]);
    let same = from(&["diff", "--detailed-exitcode"]);
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), ""));
    assert!(told(&same).contains(&format!("no toggle differs from {name}")));
    let of_staging = toggles(&staging);
    assert_eq!(
        without_revisions(toggles(&here)),
        without_revisions(of_staging.clone())
    );
    assert_eq!(
        toggles(&staging),
        of_staging,
        "a copy leaves the original alone"
    );

    // A deleted toggle can be copied again, with a revision above its tombstone's.
    here.ok(&["toggles", "delete", "new"]);
    assert_eq!(from(&["copy", "new"]).code, Some(0));
    here.ok(&["toggles", "get", "new"]);

    // The system of the same name in another Region.
    abroad.ok(&["toggles", "set", "far", "on"]);
    let own = here.world.system.clone();
    let region = ["--from", &own, "--from-region", "us-east-1"];
    here.ok(&[&["toggles", "copy", "far"], &region[..]].concat());
    here.ok(&["toggles", "get", "far"]);

    let fails = |line: &[&str], wanted: &str| {
        let ended = here.fails(&[&["toggles"], line].concat());
        assert!(told(&ended).contains(wanted), "{ended:#?}");
    };
    fails(&["diff", "--from", &own], "is this system itself");
    fails(&["diff", "--from", "nosuch"], "nosuch");
    fails(
        &["diff", "--from", &name, "nosuch"],
        "neither system has a toggle `nosuch`",
    );
    fails(&["copy", "--from", &name, "typd"], "did you mean `typed`?");
    fails(
        &["copy", "--from", &name, "typd"],
        &format!("system `{name}`"),
    );
    for project in [here, staging, abroad] {
        project.destroy();
    }
}
