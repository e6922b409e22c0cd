//! The operator's commands for toggles, beside clients that are connected.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::support::PATIENCE;
use crate::support::cli::{Ended, Project, Running, actions};
use crate::support::toggles::{dynamodb, put};

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

/// The value that a client receives, and its type.
#[test]
fn a_value_has_the_type_of_its_json_and_keeps_its_digits() {
    let (project, mut watch) = watched();
    let cases = [
        ("5", "5", json!({"N": "5"})),
        ("-0.5", "-0.5", json!({"N": "-0.5"})),
        (
            "12345678901234567890123456789012345678",
            "12345678901234567890123456789012345678",
            json!({"N": "12345678901234567890123456789012345678"}),
        ),
        ("true", "true", json!({"BOOL": true})),
        ("null", "null", json!({"NULL": true})),
        ("blue", r#""blue""#, json!({"S": "blue"})),
        (r#""5""#, r#""5""#, json!({"S": "5"})),
        (
            r#"{"b": [null, {}], "a": 1}"#,
            r#"{"a":1,"b":[null,{}]}"#,
            json!({"M": {"a": {"N": "1"}, "b": {"L": [{"NULL": true}, {"M": {}}]}}}),
        ),
    ];
    let mut json_lines = project.spawn(&["toggles", "watch", "--format", "json"]);
    json_lines.line();
    for (written, listed, sent) in cases {
        project.ok(&["toggles", "set", "max", "on", "--value", written]);
        until(&mut watch, &format!("max  on   max  = {listed}"));
        let message = loop {
            let message: Value = serde_json::from_str(&json_lines.line()).expect("JSON");
            if message["value"] == sent {
                break message;
            }
        };
        assert_eq!(message["featureId"], json!({"S": "max"}));
        let list = project.ok(&["toggles", "list"]).stdout;
        assert_eq!(list, format!("max  on   max  = {listed}\n"));
        let list = project.ok(&["toggles", "list", "--format", "json"]).stdout;
        let compact: String = list.split_whitespace().collect();
        assert!(compact.contains(&format!(r#""value":{listed}"#)), "{list}");
    }
    project.ok(&["toggles", "set", "max", "off"]);
    until(&mut watch, r#"max  off  max  = {"a":1,"b":[null,{}]}"#);

    for (value, error) in [
        ("1e126", "a number is out of range"),
        (
            "1.23456789012345678901234567890123456789",
            "39 significant digits",
        ),
    ] {
        let refused = project.fails(&["toggles", "set", "max", "on", "--value", value]);
        assert!(told(&refused).contains(error), "{refused:#?}");
    }
    let attribute = ["--attribute", "value=5"];
    let refused = project.fails(&[&["toggles", "set", "max", "on"][..], &attribute].concat());
    assert!(told(&refused).contains("value has its own argument"));
    project.destroy();
}

#[test]
fn one_toggle_is_shown_and_loses_attributes() {
    let (project, mut watch) = watched();
    let more = ["--value", "[1,2]", "--attribute", "owner=web\u{1b}[2J"];
    project.ok(&[&["toggles", "set", "checkout", "on"][..], &more].concat());
    let revision = |toggle: &Value| toggle["revision"].as_u64().expect("a number");
    let get = || {
        let get = ["toggles", "get", "checkout", "--format", "json"];
        let mut toggle = project.ok(&get).json();
        let members = toggle.as_object_mut().expect("an object");
        assert!(members.remove("lastChange").is_some(), "who changed it");
        toggle
    };
    let first = revision(&get());
    let shown = project.ok(&["toggles", "get", "checkout"]).stdout;
    let is_author = |line: &&str| line.starts_with("  lastChange  {\"at\":");
    let others: Vec<_> = shown.lines().filter(|line| !is_author(line)).collect();
    assert_eq!(others.len() + 1, shown.lines().count(), "{shown}");
    let revision_line = format!("  revision    {first}");
    let owner = "  owner       \"web\\u001b[2J\"";
    let wanted = [
        "checkout  on   checkout",
        owner,
        &revision_line,
        "  value       [1,2]",
    ];
    assert_eq!(others, wanted);

    let unset = project.ok(&["toggles", "unset", "checkout", "owner", "owner", "other"]);
    assert_eq!(told(&unset), "toggle `checkout` had no attribute `other`");
    let second = revision(&get());
    assert!(second > first);
    let wanted = json!({
        "featureId": "checkout", "featureName": "checkout", "isActive": true, "revision": second,
        "value": [1, 2],
    });
    assert_eq!(get(), wanted);
    project.ok(&["toggles", "unset", "checkout", "value"]);
    until(&mut watch, "checkout  on   checkout");
    for name in ["featureId", "featureName", "isActive", "revision"] {
        let refused = project.fails(&["toggles", "unset", "checkout", name]);
        assert!(told(&refused).contains("cannot be removed"), "{refused:#?}");
    }
    let refused = project.fails(&["toggles", "get", "checkouts"]);
    assert!(told(&refused).contains("there is no toggle `checkouts`"));
    assert!(told(&refused).contains("did you mean `checkout`?"));
    project.fails(&["toggles", "unset", "checkouts", "value"]);
    project.destroy();
}

/// A client that is connected receives them again, with a higher revision; deleted ones as removed.
#[test]
fn toggles_are_sent_again() {
    let (project, mut watch) = watched();
    let lines = |watch: &mut Running, wanted: &[&str]| {
        let mut missing = wanted.to_vec();
        while !missing.is_empty() {
            let line = watch.line();
            missing.retain(|wanted| *wanted != line);
        }
    };
    for id in ["1", "2", "3"] {
        project.ok(&["toggles", "set", id, "on"]);
    }
    project.ok(&["toggles", "delete", "3"]);
    lines(&mut watch, &["1  on   1", "2  on   2", "3  removed"]);
    // Whatever was still to arrive of these changes has arrived before what follows.
    project.ok(&["toggles", "set", "4", "off"]);
    until(&mut watch, "4  off  4");

    let before = listed(&project);
    let sent = project.ok(&["toggles", "resend", "2"]).stdout;
    assert_eq!(sent, "1 toggle sent again\n");
    until(&mut watch, "2  on   2");
    let after = listed(&project);
    assert_eq!(after[0], before[0]);
    assert!(after[1]["revision"].as_u64() > before[1]["revision"].as_u64());

    let sent = project
        .ok(&["toggles", "resend", "--format", "json"])
        .json();
    assert_eq!(sent, json!({"resent": 4, "changed": 0}));
    let all = ["1  on   1", "2  on   2", "3  removed", "4  off  4"];
    lines(&mut watch, &all);
    assert_eq!(listed(&project).as_array().map(Vec::len), Some(3));
    let refused = project.fails(&["toggles", "resend", "2", "nope"]);
    assert!(told(&refused).contains("there is no toggle `nope`"));
    project.destroy();
}

/// The names of what others store steer no terminal, and make no lines of their own.
#[tokio::test(flavor = "multi_thread")]
async fn names_are_shown_without_their_control_characters() {
    let (project, mut watch) = watched();
    let id = "\u{1b}]0;owned\u{7}\u{1b}[2J cider";
    let name = "two\nlines \u{9b}1m";
    put(&project, id, name, true).await;
    put(&project, "plain", "caf\u{e9}", false).await;
    let line = r"\u{1b}]0;owned\u{7}\u{1b}[2J cider  on   two\nlines \u{9b}1m";
    until(&mut watch, line);
    let width = r"\u{1b}]0;owned\u{7}\u{1b}[2J cider".len();
    let plain = format!("{:width$}  off  caf\u{e9}", "plain");
    let list = project.ok(&["toggles", "list"]).stdout;
    assert_eq!(list, format!("{line}\n{plain}\n"));
    assert_eq!(
        project.ok(&["toggles", "get", id]).stdout,
        format!("{line}\n")
    );

    let json = project.ok(&["toggles", "list", "--format", "json"]);
    assert!(!json.stdout.contains(['\u{1b}', '\u{9b}']), "{json:#?}");
    assert_eq!(json.json()[0]["featureName"], name);
    let refused = project.fails(&["toggles", "get", "\u{1b}[2J"]);
    assert!(!refused.stderr.contains('\u{1b}'), "{refused:#?}");
    let wanted = r"there is no toggle `\u{1b}[2J`";
    assert!(told(&refused).contains(wanted), "{refused:#?}");
    project.ok(&["toggles", "delete", id]);
    until(&mut watch, r"\u{1b}]0;owned\u{7}\u{1b}[2J cider  removed");
    project.destroy();
}

/// Like `frontage … | head -1`.
#[test]
fn a_reader_that_leaves_ends_the_program_quietly() {
    let (project, _watch) = watched();
    project.ok(&["toggles", "set", "1", "on"]);
    for format in ["human", "json"] {
        let mut watch = project
            .command(&["toggles", "watch", "--format", format])
            .spawn()
            .expect("the program starts");
        let mut reader = BufReader::new(watch.stdout.take().expect("its standard output"));
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        assert!(line.contains('1'), "{line}");
        drop(reader);
        let deadline = Instant::now() + PATIENCE;
        while watch.try_wait().expect("its state").is_none() {
            assert!(Instant::now() < deadline, "it goes on for nobody");
            project.ok(&["toggles", "set", "1", "off"]);
        }
        let ended: Ended = watch.wait_with_output().expect("its end").into();
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:#?}");
    }
    for arguments in [
        &["plan"][..],
        &["outputs"],
        &["outputs", "--format", "json"],
        &["toggles", "list"],
        &["toggles", "get", "1"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ended: Ended = project
            .command(arguments)
            .stdout(writer)
            .output()
            .expect("the program runs")
            .into();
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
        assert_eq!(ended.stderr, "", "{arguments:?}");
    }
    project.destroy();
}

/// Data that is lost is an error.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_is_reported() {
    let project = Project::new();
    project.apply();
    let full = std::fs::File::create("/dev/full").expect("opened");
    let mut command = project.command(&["outputs"]);
    let ended: Ended = command.stdout(full).output().expect("runs").into();
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    let wanted = "standard output cannot be written: No space left on device";
    assert!(told(&ended).contains(wanted), "{ended:#?}");
    project.destroy();
}

/// The connections per second that the API accepts, as AWS has them.
async fn admitted(project: &Project) -> Option<(Option<f64>, Option<i32>)> {
    let gateway = aws_sdk_apigatewayv2::Client::new(&project.world.config());
    let apis = gateway.get_apis().send().await.expect("listed");
    let name = project.world.name("websocket-api");
    let mut apis = apis.items().iter();
    let api = apis.find(|api| api.name() == Some(&name)).expect("the API");
    let stage = gateway.get_stage().set_api_id(api.api_id.clone());
    let stage = stage.stage_name("live").send().await.expect("the stage");
    let connect = stage.route_settings()?.get("$connect")?.clone();
    Some((
        connect.throttling_rate_limit,
        connect.throttling_burst_limit,
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_accepts_as_many_connections_per_second_as_are_described() {
    let project = Project::described("[toggles]\nconnects_per_second = 400\n");
    project.apply();
    assert_eq!(admitted(&project).await, Some((Some(400.0), Some(400))));
    project.ok(&["toggles", "set", "1", "on"]);
    let mut watch = project.spawn(&["toggles", "watch"]);
    assert_eq!(watch.line(), "1  on   1");

    project.describe("[toggles]\nconnects_per_second = 50\n");
    assert_eq!(actions(&project.plan()), ["update toggles/stage"]);
    project.apply();
    assert_eq!(admitted(&project).await, Some((Some(50.0), Some(50))));
    project.describe("");
    project.apply();
    assert_eq!(admitted(&project).await, Some((Some(450.0), Some(450))));
    project.destroy();
}

/// The item of a toggle, in DynamoDB's own types.
async fn item(project: &Project, id: &str) -> HashMap<String, AttributeValue> {
    let get = dynamodb(project)
        .get_item()
        .table_name(project.world.name("toggles-table"))
        .key("featureId", AttributeValue::S(id.to_owned()))
        .consistent_read(true);
    let found = get.send().await.expect("read").item;
    found.expect("the item")
}

/// The history of a toggle, once it has so many changes, the newest first.
fn history(project: &Project, id: &str, changes: usize) -> Vec<Value> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let history = project.ok(&["toggles", "history", id, "--format", "json"]);
        let found = history.json().as_array().cloned().expect("a list");
        if found.len() >= changes {
            assert_eq!(found.len(), changes, "{found:#?}");
            return found;
        }
        assert!(Instant::now() < deadline, "{found:#?}");
        sleep(Duration::from_millis(200));
    }
}

/// Who made each change, and why: also one that was made in the console, and a deletion.
#[tokio::test(flavor = "multi_thread")]
async fn the_history_says_who_changed_what_and_a_toggle_becomes_as_it_was() {
    let project = Project::new();
    project.apply();
    let value = r#"{"sizes":[1,2.50],"note":"é"}"#;
    let launch = ["--value", value, "--comment", "the launch"];
    project.ok(&[&["toggles", "set", "checkout", "on"][..], &launch].concat());
    let first = item(&project, "checkout").await;
    project.ok(&[
        "toggles",
        "set",
        "checkout",
        "off",
        "--attribute",
        "owner=web",
    ]);
    put(&project, "checkout", "By hand", true).await;
    history(&project, "checkout", 3);
    let why = ["--comment", "no longer needed"];
    project.ok(&[&["toggles", "delete", "checkout"][..], &why].concat());

    let found = history(&project, "checkout", 4);
    let caller = format!("arn:aws:iam::{}:root", project.world.account_id);
    let who: Vec<_> = found.iter().map(|of| (&of["by"], &of["comment"])).collect();
    let by = json!(caller);
    let (deletion, launch) = (json!("no longer needed"), json!("the launch"));
    let none = Value::Null;
    let expected = [
        (&by, &deletion),
        (&none, &none),
        (&by, &none),
        (&by, &launch),
    ];
    assert_eq!(who, expected);
    let states: Vec<_> = found.iter().map(|of| &of["after"]["isActive"]).collect();
    assert_eq!(states, [&none, &json!(true), &json!(false), &json!(true)]);
    assert_eq!(found[0]["before"]["featureName"], "By hand");
    assert_eq!(found[3]["before"], none);
    let shown = project
        .ok(&["toggles", "history", "checkout", "--limit", "3"])
        .stdout;
    let lines: Vec<_> = shown.lines().collect();
    assert!(
        lines[0].ends_with(&format!("  {caller}: no longer needed")),
        "{shown}"
    );
    assert_eq!(lines[1], "    deleted");
    assert!(lines[2].ends_with("  not through frontage"), "{shown}");
    assert!(lines.contains(&"    isActive     false -> true"), "{shown}");
    assert!(lines.contains(&"    isActive  true -> false"), "{shown}");

    let revision = first["revision"].as_n().expect("a number");
    let gone = found[0]["revision"].to_string();
    let refused = project.fails(&["toggles", "rollback", "checkout", "--to", &gone]);
    assert!(told(&refused).contains("is its deletion"), "{refused:#?}");
    let refused = project.fails(&["toggles", "rollback", "checkout", "--to", "1"]);
    assert!(told(&refused).contains("has no revision 1"), "{refused:#?}");
    let back = [
        "--to",
        revision,
        "--if-revision",
        "0",
        "--comment",
        "after all",
    ];
    project.ok(&[&["toggles", "rollback", "checkout"][..], &back].concat());
    let mut again = item(&project, "checkout").await;
    assert_ne!(again["revision"], first["revision"]);
    let author = again["lastChange"].as_m().expect("a map");
    assert_eq!(author["comment"].as_s().expect("text"), "after all");
    for own in ["revision", "lastChange"] {
        again.insert(own.to_owned(), first[own].clone());
    }
    assert_eq!(again, first);
    let shown = project.ok(&["toggles", "get", "checkout", "--format", "json"]);
    assert_eq!(shown.json()["lastChange"]["by"], json!(caller));
    assert_eq!(history(&project, "checkout", 5)[0]["comment"], "after all");
    project.assert_nothing_to_do();
    project.destroy();
}

/// Stores a toggle as in the console, with windows.
async fn put_with_windows(project: &Project, id: &str, windows: &str) {
    let put = dynamodb(project)
        .put_item()
        .table_name(project.world.name("toggles-table"))
        .item("featureId", AttributeValue::S(id.to_owned()))
        .item("isActive", AttributeValue::Bool(true))
        .item("windows", AttributeValue::S(windows.to_owned()));
    put.send().await.expect("stored");
}

/// The names of the schedules of a system.
async fn schedules(project: &Project) -> Vec<String> {
    let scheduler = aws_sdk_scheduler::Client::new(&project.world.config());
    let list = scheduler.list_schedules();
    let list = list.group_name(project.world.name("schedules")).send();
    let schedules = list.await.expect("listed").schedules.into_iter();
    schedules.filter_map(|schedule| schedule.name).collect()
}

/// Waits until the schedules are so many, and returns their names.
async fn until_schedules(project: &Project, count: usize) -> Vec<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = schedules(project).await;
        if found.len() == count {
            return found;
        }
        assert!(Instant::now() < deadline, "{found:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A schedule wakes a toggle when its window opens, and the next one is for the next edge. Nothing of it is
/// left once the toggle or the system is deleted.
#[tokio::test(flavor = "multi_thread")]
async fn a_toggle_is_woken_at_the_edges_of_its_windows() {
    let project = Project::new();
    project.apply();
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let opens = now.expect("a time").as_secs() + 8;
    let opens = DateTime::from_secs(i64::try_from(opens).expect("seconds"));
    let opens = opens.fmt(DateTimeFormat::DateTime).expect("a time");
    let windows = format!(r#"[{{"from":"{opens}","to":"2096-01-01T00:00:00Z"}}]"#);
    put_with_windows(&project, "sale", &windows).await;
    let deadline = Instant::now() + PATIENCE;
    let woken = loop {
        let item = item(&project, "sale").await;
        if item.contains_key("touchedAt") {
            break item;
        }
        assert!(Instant::now() < deadline, "{item:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let author = woken["lastChange"].as_m().expect("a map");
    assert_eq!(author["by"].as_s().expect("text"), "toggle-clock");
    let deadline = Instant::now() + PATIENCE;
    while !schedules(&project).await.concat().ends_with("-3976214400") {
        assert!(Instant::now() < deadline, "{:?}", schedules(&project).await);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    until_schedules(&project, 1).await;
    put_with_windows(&project, "other", &windows).await;
    until_schedules(&project, 2).await;
    project.ok(&["toggles", "delete", "sale"]);
    until_schedules(&project, 1).await;
    project.assert_nothing_to_do();
    project.destroy();
    let scheduler = aws_sdk_scheduler::Client::new(&project.world.config());
    let left = scheduler.list_schedules().send().await.expect("listed");
    assert_eq!(left.schedules, []);
}
