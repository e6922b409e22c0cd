//! The health of a system, as it is shown.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::StateValue;
use serde_json::{Value, json};

use crate::support::cli::{Project, Running};
use crate::support::proxy::{Fate, Proxy, through};

const SITES: &str = "[shell]\n[teams.billing]\n";

/// The text without its times.
fn timeless(text: &str) -> String {
    let is_time = |word: &str| word.starts_with("20") && word.ends_with('Z');
    let lines = text.lines().map(|line| {
        let words = line.split(' ');
        let words = words.map(|word| if is_time(word) { "TIME" } else { word });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn status(project: &Project) -> Value {
    project.ok(&["status", "--format", "json"]).json()
}

/// A build of a team in a directory of its own.
fn build(project: &Project) -> String {
    let directory = project.path().join("first");
    std::fs::create_dir_all(directory.join("assets")).expect("a directory");
    let entry = "assets/main-B7fx2Qab.js";
    std::fs::write(
        directory.join(entry),
        "export default class extends HTMLElement {}",
    )
    .expect("written");
    let description = json!({"entry": entry, "version": "1.0.0", "extras": {}}).to_string();
    std::fs::write(directory.join("frontage.json"), description).expect("written");
    directory.display().to_string()
}

/// Before the first run, healthy, with an alarm that rings, with a resource that is missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_system_from_its_beginning_to_its_first_alarm() {
    let project = Project::described(SITES);
    let shown = |name: &str, code: i32| {
        let ended = project.frontage(&["status", "--detailed-exitcode"]);
        assert_eq!(ended.code, Some(code), "{ended:#?}");
        project.assert_snapshot(name, &timeless(&ended.stdout));
    };
    shown("status-of-nothing", 2);
    project.apply();
    let first = build(&project);
    project.ok(&["release", "publish", "billing", "--dir", &first]);
    let mut watch = project.spawn(&["toggles", "watch"]);
    assert_eq!(watch.line(), "(no toggles)");
    shown("status-of-all", 0);
    let healthy = status(&project);
    assert_eq!(healthy["healthy"], true, "{healthy:#}");
    assert_eq!(healthy["clients"], json!({"read": 1}));
    let serves = &healthy["releases"][1]["serves"]["read"];
    assert!(serves["current"].is_string(), "{healthy:#}");

    let client = Client::new(&project.world.config());
    let ringing = client
        .set_alarm_state()
        .alarm_name(project.world.name("toggle-message-errors"))
        .state_value(StateValue::Alarm)
        .state_reason("tested");
    ringing.send().await.expect("it rings");
    shown("status-of-an-alarm", 2);
    let rings = status(&project);
    assert_eq!(rings["healthy"], false);
    let first = &rings["alarms"]["read"][0];
    assert_eq!(first["state"], "ringing", "{rings:#}");

    let gone = project.world.name("toggle-message-errors");
    let deleted = client.delete_alarms().alarm_names(gone).send();
    deleted.await.expect("deleted");
    shown("status-of-a-gap", 2);
    // Of one stack alone.
    let one = project.ok(&["status", "--stack", "team/billing", "--format", "json"]);
    let one = one.json();
    assert_eq!(one["stacks"].as_array().map(Vec::len), Some(1), "{one:#}");
    assert_eq!(
        (&one["healthy"], &one["clients"]),
        (&json!(true), &Value::Null)
    );
    watch.interrupt();
    watch.end();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// What is denied is reported in its place, and the rest is shown.
#[test]
fn a_reader_with_few_rights_sees_the_rest() {
    let project = Project::new();
    project.apply();
    let scan = through(&project, &["status"], |call| {
        match call.operation.as_str() {
            "Scan" => Fate::denied(),
            _ => Fate::Pass,
        }
    });
    assert_eq!(scan.code, Some(0), "{scan:#?}");
    project.assert_snapshot("status-without-clients", &timeless(&scan.stdout));
    let all = through(&project, &["status"], |call| match call.service.as_str() {
        "sts" => Fate::Pass,
        _ => Fate::denied(),
    });
    assert_eq!(all.code, Some(0), "{all:#?}");
    let told = all.stdout.matches("not allowed to look").count();
    assert_eq!(told, 4, "{all:#?}");
    // A service that does not answer is an error, and the rest is shown.
    let failing = through(&project, &["status"], |call| {
        match call.operation.as_str() {
            "Scan" => Fate::answer(400, "ValidationException", "no such thing"),
            _ => Fate::Pass,
        }
    });
    assert_eq!(failing.code, Some(1), "{failing:#?}");
    assert!(failing.stdout.contains("could not be read: dynamodb:Scan"));
    project.destroy();
}

/// The stacks are read once in a minute.
#[test]
fn a_watch_looks_again_with_few_calls() {
    let project = Project::new();
    project.apply();
    let calls = Arc::new(Mutex::new(Vec::new()));
    let rounds = Arc::new(AtomicU64::new(0));
    let (seen, counted) = (Arc::clone(&calls), Arc::clone(&rounds));
    let proxy = Proxy::start(&project.world, move |call| {
        if call.operation == "Scan" {
            counted.fetch_add(1, Ordering::Relaxed);
        }
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.load(Ordering::Relaxed) > 1 || call.operation == "DescribeAlarms" {
            seen.push(format!("{} {}", call.service, call.operation));
        }
        Fate::Pass
    });
    let mut command = project.command(&["status", "--watch"]);
    command.env("AWS_ENDPOINT_URL", proxy.endpoint());
    let mut watch = Running::new(command);
    for _ in 0..2 {
        while !watch.line().starts_with("acme") {}
        while !watch.line().starts_with("Clients   0 connected") {}
    }
    watch.interrupt();
    assert_eq!(watch.end().code, Some(0));
    assert!(rounds.load(Ordering::Relaxed) >= 2);
    // The alarms are read as resources, and in each of the rounds; then clients and runs.
    let calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(calls.len() <= 2 * 3 + 2, "{calls:?}");
    project.destroy();
}
