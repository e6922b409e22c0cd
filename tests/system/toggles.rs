//! The operator's commands for toggles, beside clients that are connected.

use std::io::{BufRead as _, BufReader};
use std::time::Instant;

use serde_json::{Value, json};

use crate::support::PATIENCE;
use crate::support::cli::{Ended, Project, Running, actions};
use crate::support::toggles::put;

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
        project
            .ok(&["toggles", "get", "checkout", "--format", "json"])
            .json()
    };
    let first = revision(&get());
    assert_eq!(
        project.ok(&["toggles", "get", "checkout"]).stdout,
        format!(
            "checkout  on   checkout\n  owner     \"web\\u001b[2J\"\n  revision  {first}\n  value     [1,2]\n"
        )
    );

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
