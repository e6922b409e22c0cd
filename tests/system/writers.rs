//! Several runs that write at once: one after the other, and none with an old plan.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::front_ends::DESCRIBED;
use crate::support::PATIENCE;
use crate::support::cli::{Ended, Project, Running};
use crate::support::client::Client;
use crate::support::proxy::{Call, Fate, Proxy};
use crate::support::toggles;

fn through(project: &Project, proxy: &Proxy, arguments: &[&str]) -> Running {
    let mut command = project.command(arguments);
    command.env("AWS_ENDPOINT_URL", proxy.endpoint());
    Running::new(command)
}

/// A proxy, when it holds a call, and what lets that call go on.
type Held = (Proxy, Receiver<()>, Sender<()>);

/// A proxy whose first call of an operation waits until it is told to go on.
fn held_at(project: &Project, operation: &'static str) -> Held {
    held_if(project, move |call| call.operation == operation)
}

/// A proxy of whose calls the first one of these waits until it is told to go on.
fn held_if(project: &Project, wanted: impl Fn(&Call) -> bool + Send + 'static) -> Held {
    let (reached, is_reached) = channel();
    let (go, goes) = channel();
    let mut first = true;
    let proxy = Proxy::start(&project.world, move |call| {
        if wanted(call) && std::mem::take(&mut first) {
            reached.send(()).expect("the test waits");
            goes.recv_timeout(PATIENCE).expect("it goes on");
        }
        Fate::Pass
    });
    (proxy, is_reached, go)
}

/// Ten applies at once, which wait for each other: all of them succeed and report the same addresses,
/// there is one system, and its clients get what changes.
async fn ten_at_once(described: &str, snapshot: &str) {
    let project = Project::described(described);
    let runs: Vec<_> = (0..10)
        .map(|_| project.spawn(&["apply", "--yes"]))
        .collect();
    let ended: Vec<Ended> = runs.into_iter().map(Running::end).collect();
    for run in &ended {
        assert_eq!(run.code, Some(0), "{run:#?}");
        assert_eq!(run.stdout, ended[0].stdout, "other addresses");
    }
    project.assert_nothing_to_do();
    project.assert_snapshot(snapshot, &project.world.listing().await.join("\n"));
    let url = project.output("websocket_url");
    assert!(ended[0].stdout.contains(&url), "{url}: {:#?}", ended[0]);
    let mut client = Client::connect(&url).await;
    client.expect(&json!([])).await;
    toggles::put(&project, "1", "Feature toggle 1", true).await;
    client.next().await.expect("the change comes");
    client.close().await;
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Ten applies at once that wait for nobody: one succeeds, or more if it was quick, and the others say
/// who holds the lease.
async fn ten_impatient_at_once(described: &str, snapshot: &str) {
    let project = Project::described(described);
    let apply = ["apply", "--yes", "--lock-timeout", "0"];
    let runs: Vec<_> = (0..10).map(|_| project.spawn(&apply)).collect();
    let ended: Vec<Ended> = runs.into_iter().map(Running::end).collect();
    let (done, refused): (Vec<_>, Vec<_>) = ended.iter().partition(|run| run.code == Some(0));
    assert!(!done.is_empty(), "{ended:#?}");
    for run in refused {
        assert_eq!(run.code, Some(1), "{run:#?}");
        assert!(run.stderr.contains(" is held by arn:aws:"), "{run:#?}");
    }
    project.assert_nothing_to_do();
    project.assert_snapshot(snapshot, &project.world.listing().await.join("\n"));
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_applies_at_once_make_one_system_that_works() {
    ten_at_once("", "everything").await;
    ten_impatient_at_once("", "everything").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_applies_of_everything_at_once_make_one_system_that_works() {
    ten_at_once(DESCRIBED, "front_ends").await;
    ten_impatient_at_once(DESCRIBED, "front_ends").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes an hour; one round of each always runs"]
async fn fifty_rounds_of_ten_applies_at_once() {
    for round in 1..=50 {
        ten_at_once("", "everything").await;
        ten_at_once(DESCRIBED, "front_ends").await;
        ten_impatient_at_once("", "everything").await;
        ten_impatient_at_once(DESCRIBED, "front_ends").await;
        eprintln!("round {round} of 50: one system each");
    }
}

/// The second run is told who writes, waits, and finds what the first one made.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_writer_waits_or_stops_and_names_the_first() {
    let project = Project::new();
    let (proxy, reached, go) = held_at(&project, "CreateQueue");
    let first = through(&project, &proxy, &["apply", "--yes"]);
    reached.recv_timeout(PATIENCE).expect("it writes");

    let refused = project.frontage(&["apply", "--yes", "--lock-timeout", "0"]);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    let whose = "toggles is held by arn:aws:";
    assert!(refused.stderr.contains(whose), "{refused:#?}");
    assert!(
        refused.stderr.contains("which has run `apply`"),
        "{refused:#?}"
    );
    assert!(
        refused.stderr.contains("frontage unlock --stack toggles"),
        "{refused:#?}"
    );

    let mut second = project.spawn(&["apply", "--yes"]);
    let waits = second.until(1, |line| line.contains("waiting for arn:aws:"));
    assert!(waits, "{second:#?}");
    go.send(()).expect("it waits");
    let first = first.end();
    assert_eq!(first.code, Some(0), "{first:#?}");
    let second = second.end();
    assert_eq!(second.code, Some(0), "{second:#?}");
    assert!(
        second.stderr.contains("another run has written since"),
        "{second:#?}"
    );
    assert!(second.stderr.contains("Nothing to do"), "{second:#?}");
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// It waited for another run, so it plans again under its lease, which fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_cannot_plan_again_gives_its_lease_back() {
    let project = Project::new();
    let (proxy, reached, go) = held_at(&project, "CreateQueue");
    let first = through(&project, &proxy, APPLY);
    reached.recv_timeout(PATIENCE).expect("it writes");
    let denies = Arc::new(AtomicBool::new(false));
    let denied = Arc::clone(&denies);
    let denying = Proxy::start(&project.world, move |call| {
        if call.operation == "ListQueues" && denied.load(Ordering::Relaxed) {
            Fate::denied()
        } else {
            Fate::Pass
        }
    });
    let mut second = through(&project, &denying, APPLY);
    let waits = second.until(1, |line| line.contains("waiting for arn:aws:"));
    assert!(waits, "{second:#?}");
    denies.store(true, Ordering::Relaxed);
    go.send(()).expect("it waits");
    let first = first.end();
    assert_eq!(first.code, Some(0), "{first:#?}");
    let second = second.end();
    assert_eq!(second.code, Some(1), "{second:#?}");
    assert!(second.stderr.contains("sqs:ListQueues"), "{second:#?}");
    let none = project.ok(&["unlock", "--yes"]);
    assert!(none.stderr.contains("no run holds a lease"), "{none:#?}");
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// What another run is just changing may not be readable. Its end is waited for, or it is named.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_reading_that_fails_beside_a_writer_is_made_again() {
    for command in [APPLY, DESTROY] {
        let project = Project::new();
        let (proxy, reached, go) = held_at(&project, "CreateQueue");
        let first = through(&project, &proxy, APPLY);
        reached.recv_timeout(PATIENCE).expect("it writes");
        let conflicts = |times: usize| {
            let mut left = times;
            Proxy::start(&project.world, move |call| {
                if call.operation != "DescribeTable" || call.mentions("-control") || left == 0 {
                    return Fate::Pass;
                }
                left -= 1;
                Fate::answer(400, "ConflictException", "it is being changed")
            })
        };

        let impatient = [command, &["--lock-timeout", "0"]].concat();
        let refused = through(&project, &conflicts(usize::MAX), &impatient).end();
        assert_eq!(refused.code, Some(1), "{refused:#?}");
        for said in ["toggles is held by arn:aws:", "it is being changed"] {
            assert!(refused.stderr.contains(said), "{said}: {refused:#?}");
        }

        let once = conflicts(1);
        let mut second = through(&project, &once, command);
        let waits = second.until(1, |line| line.contains("waiting for arn:aws:"));
        assert!(waits, "{second:#?}");
        go.send(()).expect("it waits");
        let first = first.end();
        assert_eq!(first.code, Some(0), "{first:#?}");
        let second = second.end();
        assert_eq!(second.code, Some(0), "{second:#?}");
        assert!(
            second
                .stderr
                .contains("reading failed while another run writes"),
            "{second:#?}"
        );

        // Beside nobody it is an error at once.
        let failed = through(&project, &conflicts(usize::MAX), command).end();
        assert_eq!(failed.code, Some(1), "{failed:#?}");
        assert!(!failed.stderr.contains("waiting for"), "{failed:#?}");
        project.destroy();
        assert_eq!(project.world.listing().await, Vec::<String>::new());
    }
}

/// The leases are of stacks, so who writes to one stack keeps nobody from another.
#[tokio::test(flavor = "multi_thread")]
async fn two_stacks_are_written_side_by_side() {
    let project = Project::described("[shell]\n");
    let (proxy, reached, go) = held_at(&project, "CreateQueue");
    let toggles = ["apply", "--yes", "--stack", "toggles"];
    let first = through(&project, &proxy, &toggles);
    reached.recv_timeout(PATIENCE).expect("it writes");
    let impatient = |stack| {
        let apply = ["apply", "--yes", "--lock-timeout", "0", "--stack", stack];
        project.frontage(&apply)
    };
    let edge = impatient("edge");
    assert_eq!(edge.code, Some(0), "{edge:#?}");
    let refused = impatient("toggles");
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    go.send(()).expect("it waits");
    let first = first.end();
    assert_eq!(first.code, Some(0), "{first:#?}");
    for stack in ["edge", "toggles"] {
        project.ok(&["plan", "--detailed-exitcode", "--stack", stack]);
    }
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Of two runs at once each ends with success; or one, if it has no patience, says who holds the lease.
fn two_at_once(project: &Project, commands: [&[&str]; 2], patience: &str) {
    let runs = commands.map(|command| {
        let arguments = [command, &["--lock-timeout", patience]].concat();
        project.spawn(&arguments)
    });
    let ended = runs.map(Running::end);
    let is_held = |run: &Ended| {
        patience == "0" && run.code == Some(1) && run.stderr.contains(" is held by arn:aws:")
    };
    let succeeded = ended.iter().filter(|run| run.code == Some(0)).count();
    let held = ended.iter().filter(|run| is_held(run)).count();
    assert!(
        succeeded > 0 && succeeded + held == 2,
        "{commands:?}, {patience} s: {ended:#?}"
    );
}

const APPLY: &[&str] = &["apply", "--yes"];
const DESTROY: &[&str] = &["destroy", "--yes", "--delete-data"];

/// Changes, deletions, and one against the other, which deletes the table of the leases. Whoever is first,
/// the next run makes a whole system, and another one deletes it.
async fn converge_after(rounds: &[([&[&str]; 2], &str)]) {
    let changed = "[functions]\nmemory_mb = 512\n[toggles]\nstage = \"second\"\n";
    let project = Project::described(changed);
    project.apply();
    let whole = project.world.listing().await;
    for (commands, patience) in rounds {
        project.describe("");
        project.apply();
        project.describe(changed);
        two_at_once(&project, *commands, patience);
        if *commands == [DESTROY, DESTROY] {
            project.destroy();
            assert_eq!(project.world.listing().await, Vec::<String>::new());
        }
        project.apply();
        assert_eq!(project.world.listing().await, whole, "{commands:?}");
    }
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_converge_whatever_they_do() {
    converge_after(&[
        ([APPLY, APPLY], "0"),
        ([APPLY, DESTROY], "600"),
        ([DESTROY, DESTROY], "0"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes; three of the eight always run"]
async fn two_runs_at_once_converge_with_patience_and_without() {
    let pairs = [
        [APPLY, APPLY],
        [APPLY, DESTROY],
        [DESTROY, APPLY],
        [DESTROY, DESTROY],
    ];
    let rounds = pairs.map(|pair| ["0", "600"].map(|patience| (pair, patience)));
    converge_after(rounds.as_flattened()).await;
}

/// The last call of a destruction deletes the table of the leases, of which another run may have one
/// by then: that run loses the end of its history, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_whose_lease_goes_with_the_table() {
    let project = Project::new();
    project.apply();
    let control = format!("{}-control", project.world.system);
    let (proxy, reached, go) = held_if(&project, move |call| {
        call.operation == "DeleteTable" && call.mentions(&control)
    });
    let destroy = through(&project, &proxy, DESTROY);
    reached
        .recv_timeout(PATIENCE)
        .expect("it deletes the table");
    let (writing, writes, go_on) = held_at(&project, "CreateQueue");
    let apply = through(&project, &writing, APPLY);
    writes.recv_timeout(PATIENCE).expect("it writes");
    go.send(()).expect("it waits");
    let destroyed = destroy.end();
    assert_eq!(destroyed.code, Some(0), "{destroyed:#?}");
    go_on.send(()).expect("it waits");
    let applied = apply.end();
    assert_eq!(applied.code, Some(0), "{applied:#?}");
    project.apply();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// A machine sleeps in the middle of a run for longer than its lease lasts, and another run goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_slept_writes_nothing_more() {
    let project = Project::new();
    let (proxy, reached, go) = held_at(&project, "CreateQueue");
    let sleeper = through(&project, &proxy, &["apply", "--yes"]);
    reached.recv_timeout(PATIENCE).expect("it writes");
    sleeper.signal("STOP");
    go.send(()).expect("it waits");
    let other = project.ok(&["apply", "--yes"]);
    assert!(other.stderr.contains("waiting for arn:aws:"), "{other:#?}");
    project.assert_nothing_to_do();
    let listing = project.world.listing().await;
    sleeper.signal("CONT");
    let woken = sleeper.end();
    assert_eq!(woken.code, Some(1), "{woken:#?}");
    assert!(
        woken.stderr.contains("the lease of this run has ended"),
        "{woken:#?}"
    );
    assert_eq!(project.world.listing().await, listing);
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Its lease is taken away, and it stops; who took it goes on from there.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_can_be_taken_away() {
    let project = Project::new();
    let none = project.ok(&["unlock", "--yes"]);
    assert!(none.stderr.contains("no run holds a lease"), "{none:#?}");
    let (proxy, reached, go) = held_at(&project, "CreateQueue");
    let mut robbed = through(&project, &proxy, &["apply", "--yes"]);
    reached.recv_timeout(PATIENCE).expect("it writes");
    let unlocked = project.ok(&["unlock", "--yes", "--stack", "toggles"]);
    assert_eq!(unlocked.stdout, "unlocked: toggles\n");
    let stops = robbed.until(1, |line| line.contains("the lease of this run has ended"));
    assert!(stops, "{robbed:#?}");
    go.send(()).expect("it waits");
    let robbed = robbed.end();
    assert_eq!(robbed.code, Some(1), "{robbed:#?}");
    project.ok(&["apply", "--yes", "--lock-timeout", "0"]);
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Files that are no whole plan, and what is said of them. Each place of a file is damaged in the tests
/// of `src/cli/plan_file.rs`.
fn damaged(whole: &str) -> Vec<(String, &'static str)> {
    let with = |pointer: &str, value: Value| {
        let mut plan: Value = serde_json::from_str(whole).expect("JSON");
        *plan.pointer_mut(pointer).expect(pointer) = value;
        plan.to_string()
    };
    let no_plan = "is not a plan of Frontage";
    vec![
        (String::new(), no_plan),
        ("{}".to_owned(), no_plan),
        (whole[..whole.len() / 2].to_owned(), no_plan),
        (with("/stacks", json!(5)), no_plan),
        (with("/format", json!(2)), "was made by Frontage"),
        (
            with("/version", json!("0.0.0")),
            "was made by Frontage 0.0.0",
        ),
        (
            with("/stacks", json!(["nowhere"])),
            "there is no stack `nowhere`",
        ),
        (with("/plan", Value::Null), "nothing was done"),
        (
            with("/plan/resources", json!([{"address": 1}])),
            "nothing was done",
        ),
        (
            with("/plan/resources/0/action", json!("delete")),
            "planned `delete`",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_a_file_is_applied_exactly_or_not_at_all() {
    let project = Project::new();
    project.ok(&["plan", "--out", "it.plan"]);
    assert_eq!(
        project.world.listing().await,
        Vec::<String>::new(),
        "a plan makes nothing"
    );
    project.ok(&["apply", "it.plan"]);
    project.assert_nothing_to_do();

    // Applied already.
    let refused = project.frontage(&["apply", "it.plan"]);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    let words = [
        "nothing was done: the plan of",
        "ran `apply` at",
        "planned `create`, now `nothing`",
    ];
    for word in words {
        assert!(refused.stderr.contains(word), "{word}: {refused:#?}");
    }

    // Changed by hand in between.
    let deleted = aws_sdk_sqs::Client::new(&project.world.config());
    let queue = format!("{}-dead-letters", project.world.name("toggle-message"));
    let url = deleted.get_queue_url().queue_name(&queue).send().await;
    let url = url.expect("it is there").queue_url.expect("its URL");
    project.ok(&["plan", "--out", "empty.plan"]);
    deleted
        .delete_queue()
        .queue_url(url)
        .send()
        .await
        .expect("deleted");
    let refused = project.frontage(&["apply", "empty.plan"]);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    assert!(
        refused.stderr.contains("planned `nothing`, now `create`"),
        "{refused:#?}"
    );
    project.apply();

    let listing = project.world.listing().await;
    project.describe("[functions]\nmemory_mb = 512\n");
    project.ok(&["plan", "--out", "whole.plan"]);
    let whole = std::fs::read_to_string(project.path().join("whole.plan")).expect("read");
    for (text, said) in damaged(&whole) {
        std::fs::write(project.path().join("bad.plan"), &text).expect("written");
        let refused = project.frontage(&["apply", "bad.plan"]);
        assert_eq!(refused.code, Some(1), "{text}: {refused:#?}");
        assert!(refused.stderr.contains(said), "{text}: {refused:#?}");
    }
    assert_eq!(project.world.listing().await, listing);
    let refused = project.frontage(&["apply", "no.plan"]);
    assert!(
        refused.stderr.contains("the plan no.plan cannot be read"),
        "{refused:#?}"
    );
    project.destroy();
}

/// What the history says of the description: the beginning of its SHA-256.
fn digest(project: &Project) -> String {
    let text = std::fs::read(project.path().join("frontage.toml")).expect("read");
    format!("{:x}", Sha256::digest(text))[..12].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_says_who_did_what() {
    let project = Project::new();
    let empty = project.ok(&["history"]);
    assert_eq!(empty.stdout, "no run has written yet\n");
    project.apply();
    let runs = project.ok(&["history", "--format", "json"]).json();
    let run = &runs["runs"][0];
    assert_eq!(run["command"], "apply", "{runs:#}");
    assert_eq!(run["version"], env!("CARGO_PKG_VERSION"), "{runs:#}");
    assert_eq!(run["description"], digest(&project), "{runs:#}");
    assert_eq!(run["ended"]["result"], "complete", "{runs:#}");
    let steps = run["ended"]["steps"].as_array().expect("its steps");
    assert!(
        steps.contains(&json!("create toggles/toggles-table")),
        "{runs:#}"
    );
    assert_eq!(run["ended"]["done"], steps.len(), "{runs:#}");
    assert!(
        run["who"]
            .as_str()
            .is_some_and(|who| who.starts_with("arn:aws:")),
        "{runs:#}"
    );

    // A run that is killed has no end.
    project.describe("[functions]\nmemory_mb = 512\n");
    let (proxy, reached, _go) = held_at(&project, "DeleteRole");
    let mut killed = through(&project, &proxy, &["destroy", "--yes"]);
    reached.recv_timeout(PATIENCE).expect("it deletes");
    killed.kill();
    let runs = project
        .ok(&["history", "--last", "1", "--format", "json"])
        .json();
    let run = &runs["runs"][0];
    assert_eq!(run["command"], "destroy", "{runs:#}");
    assert_eq!(run["description"], digest(&project), "{runs:#}");
    assert!(runs["runs"][0]["ended"].is_null(), "{runs:#}");
    let shown = project.ok(&["history", "--steps"]);
    assert!(shown.stdout.contains("not ended"), "{shown:#?}");
    assert!(
        shown.stdout.contains("    create toggles/toggles-table"),
        "{shown:#?}"
    );
    project.destroy();
    assert_eq!(project.ok(&["history"]).stdout, "no run has written yet\n");
}

/// Losing the table of leases loses the history alone.
#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_leases_can_be_lost() {
    let project = Project::new();
    project.apply();
    let tables = aws_sdk_dynamodb::Client::new(&project.world.config());
    let table = format!("{}-control", project.world.system);
    tables
        .delete_table()
        .table_name(table)
        .send()
        .await
        .expect("deleted");
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// A run of another machine has died long ago. Nobody can tell, so it is watched for a minute, even by a
/// run that waits for nobody.
#[tokio::test(flavor = "multi_thread")]
async fn the_lease_of_a_run_that_died_elsewhere_ends() {
    let project = Project::new();
    project.apply();
    let tables = aws_sdk_dynamodb::Client::new(&project.world.config());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let held = tables
        .update_item()
        .table_name(format!("{}-control", project.world.system))
        .key("kind", text("lease"))
        .key("name", text("toggles"))
        .update_expression("SET #run = :run, expires = :expires")
        .expression_attribute_names("#run", "run")
        .expression_attribute_values(":run", text("0123456789abcdef"))
        .expression_attribute_values(":expires", AttributeValue::N("1700000000000".to_owned()));
    held.send().await.expect("it is held");
    let destroyed = project.ok(&["destroy", "--yes", "--delete-data", "--lock-timeout", "0"]);
    assert!(
        destroyed.stderr.contains("waiting for arn:aws:"),
        "{destroyed:#?}"
    );
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
