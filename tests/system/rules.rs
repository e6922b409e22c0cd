//! Toggles with rules: each client hears its own answer, over a real socket, with a token of a real pool.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_lambda::primitives::Blob;
use serde_json::{Value, json};

use super::doors::{admitted, handshake, offering, pools, sign_in, user};
use super::front_ends::outputs;
use super::published::Published;
use crate::support::cli::{Ended, Project};
use crate::support::client::Client;

const OPTIONAL: &str = "[shell]\n[toggles]\nconnect = \"optional\"\nprivate = [\"owner\"]\n";

/// An error's text, without line breaks.
fn told(ended: &Ended) -> String {
    let words = ended.stderr.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

/// Reads until the toggle is told to be on, or off. Nothing else that is told may be a rule.
async fn reach(client: &mut Client, id: &str, is_active: bool) -> Value {
    loop {
        let state = client.state();
        match state.get(id) {
            Some(toggle) if toggle["isActive"]["BOOL"] == is_active => {
                for private in [
                    "targeting",
                    "windows",
                    "segment",
                    "owner",
                    "lastChange",
                    "touchedAt",
                ] {
                    let text = format!("{:?}", client.received);
                    assert!(!text.contains(private), "{private}: {text}");
                }
                return toggle.clone();
            }
            _ => drop(client.next().await.expect("the connection stays open")),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_client_hears_its_own_answer_and_no_rule() {
    let project = Project::described(OPTIONAL);
    project.apply();
    let outputs = outputs(&project);
    let output =
        |stack: &str, name: &str| outputs[stack][name].as_str().expect("an output").to_owned();
    let url = output("toggles", "websocket_url");
    let (pool, shell) = (
        output("identity", "user_pool_id"),
        output("identity", "client_id"),
    );
    let pools = pools(&project);
    let ada = user(&pools, &pool, "ada@example.com").await;
    let tokens = sign_in(&pools, (&pool, &shell), "ada@example.com").await;
    let offered = offering(&tokens.id_token.expect("one"));
    let mut beta = admitted(handshake(&url, &[("sec-websocket-protocol", &*offered)])).await;
    // As published: nothing but the URL.
    let mut nobody = admitted(handshake(&url, &[])).await;

    let set = |rules: &[&str]| {
        let cart = ["toggles", "set", "cart", "on", "--attribute", "owner=web"];
        project.ok(&[&cart[..], rules].concat());
    };
    set(&["--group", "beta"]);
    reach(&mut beta, "cart", true).await;
    reach(&mut nobody, "cart", false).await;
    explained(&project, &ada);

    // A user is who a token says: anybody can state an id.
    set(&["--no-rules", "--user", &ada]);
    reach(&mut beta, "cart", true).await;
    let mut impostor = admitted(handshake(&format!("{url}?id={ada}"), &[])).await;
    reach(&mut impostor, "cart", false).await;
    impostor.close().await;
    let explain = |of: &str| project.ok(&["toggles", "explain", "cart", of, &ada]).stdout;
    assert!(explain("--user").starts_with("cart is on"));
    assert!(explain("--client").starts_with("cart is off"));

    // And a program that others published, which knows nothing but the URL and prints what it hears.
    let mut published = Published::connect(&url);
    published.hear("cart", false).await;
    set(&["--no-rules"]);
    published.hear("cart", true).await;
    drop(published);

    // A segment, and one that changes.
    let segment = |condition: &str| {
        project.ok(&["toggles", "segment", "set", "first", condition]);
    };
    segment(&json!({"in": [{"var": "sub"}, [ada]]}).to_string());
    set(&["--no-rules", "--segment", "first"]);
    reach(&mut beta, "cart", true).await;
    segment(r#"{"!": [{"var": "sub"}]}"#);
    reach(&mut beta, "cart", false).await;
    reach(&mut nobody, "cart", true).await;

    // Variants of any type.
    let rule = r#"{"if": [{"in": ["beta", {"var": "groups"}]}, "many", "none"]}"#;
    let variants = ["--variant", "many=[1, 2]", "--variant", "none=null"];
    set(&[&["--no-rules", "--rule", rule][..], &variants].concat());
    while reach(&mut beta, "cart", true).await["variant"] != json!({"S": "many"}) {
        beta.next().await.expect("the variant");
    }
    let toggle = &beta.state()["cart"];
    assert_eq!(toggle["value"], json!({"L": [{"N": "1"}, {"N": "2"}]}));

    // Who comes later is told the same.
    let mut later = admitted(handshake(&url, &[])).await;
    while reach(&mut later, "cart", true).await["variant"] != json!({"S": "none"}) {
        later.next().await.expect("the variant");
    }

    // A toggle that another one requires.
    project.ok(&["toggles", "set", "shop", "on"]);
    set(&["--no-rules", "--requires", "shop"]);
    reach(&mut nobody, "cart", true).await;
    project.ok(&["toggles", "set", "shop", "off"]);
    reach(&mut nobody, "cart", false).await;
    for client in [beta, nobody, later] {
        client.close().await;
    }
    refused(&project);
    project.assert_nothing_to_do();
    project.destroy();
}

fn explained(project: &Project, ada: &str) {
    let explain = ["toggles", "explain", "cart"];
    let of = |more: &[&str]| project.ok(&[&explain[..], more].concat()).stdout;
    let beta = of(&["--user", ada, "--group", "beta"]);
    assert_eq!(
        beta,
        "cart is on: its targeting chose this\n  yes  {\"in\":[\"beta\",{\"var\":\"groups\"}]} -> \"on\"\n"
    );
    let nobody = of(&[]);
    assert!(nobody.starts_with("cart is off: its targeting chose this\n   no  "));
    let json = project
        .ok(&[&explain[..], &["--format", "json"]].concat())
        .json();
    assert_eq!(json["isActive"], false);
}

/// What is broken is told, and nothing is written.
fn refused(project: &Project) {
    let list = || project.ok(&["toggles", "list", "--format", "json"]).json();
    let before = list();
    let wrong = |rules: &[&str], why: &str| {
        let ended = project.fails(&[&["toggles", "set", "cart", "on"][..], rules].concat());
        assert!(told(&ended).contains(why), "{why}: {ended:#?}");
    };
    wrong(
        &["--rule", "{"],
        "the rule of `cart` is broken: targeting: EOF",
    );
    wrong(
        &["--rule", r#"{"if": [{"inn": ["a", []]}, "on", "off"]}"#],
        "flagd has no operator `inn`",
    );
    wrong(
        &["--rule", r#"{"if": [true, "on"]}"#],
        "`if` has 2 arguments; it takes 3",
    );
    wrong(
        &["--rule", r#"{"if": [true, "red", "off"]}"#],
        "there is no variant `red`",
    );
    wrong(&["--segment", "gone"], "there is no segment `gone`");
    wrong(&["--requires", "gone"], "there is no toggle `gone`");
    wrong(&["--requires", "cart"], "`cart` refers to itself");
    wrong(
        &["--at", "2026-12-24T18:00"],
        "has neither an offset nor a time zone",
    );
    wrong(
        &["--from", "09:00", "--to", "17:00", "--zone", "Mars"],
        "there is no time zone `Mars`",
    );
    wrong(
        &["--ramp", "50,20", "--every", "1h"],
        "steps are percentages from 0 to 100 that rise",
    );
    let segment = project.fails(&["toggles", "set", "segment:a", "on"]);
    assert!(told(&segment).contains("is a segment's"), "{segment:#?}");
    let used = ["toggles", "set", "other", "on", "--segment", "first"];
    project.ok(&used);
    let ended = project.fails(&["toggles", "segment", "delete", "first"]);
    assert!(
        told(&ended).contains("is named by the rules of other"),
        "{ended:#?}"
    );
    project.ok(&["toggles", "delete", "other"]);
    project.ok(&["toggles", "segment", "delete", "first"]);
    assert_eq!(
        project
            .ok(&["toggles", "segment", "list", "--format", "json"])
            .json(),
        json!([])
    );
    assert_eq!(list(), before);
}

fn in_seconds(seconds: u64) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    let at = i64::try_from(now.as_secs() + seconds).expect("a time");
    jiff::Timestamp::from_second(at)
        .expect("a time")
        .to_string()
}

/// Invokes toggle-clock.
async fn invoke(project: &Project, event: &Value) {
    let lambda = aws_sdk_lambda::Client::new(&project.world.config());
    let invoke = lambda
        .invoke()
        .function_name(project.world.name("toggle-clock"));
    let answer = invoke.payload(Blob::new(event.to_string())).send().await;
    assert_eq!(answer.expect("invoked").function_error, None);
}

/// The client is silent: what it hears, it hears because of the schedules. Wake-ups that are lost, come
/// twice or late change nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_window_opens_and_closes_for_a_silent_client() {
    let project = Project::new();
    project.apply();
    let mut client = Client::connect(project.output("websocket_url").as_str()).await;
    let set = |id: &str, times: &[&str]| {
        project.ok(&[&["toggles", "set", id, "on"][..], times].concat());
    };
    set(
        "sale",
        &["--at", &in_seconds(12), "--until", &in_seconds(24)],
    );
    reach(&mut client, "sale", false).await;
    reach(&mut client, "sale", true).await;
    // Twice.
    let wake = json!({"wake": {"toggle": "sale"}});
    invoke(&project, &wake).await;
    reach(&mut client, "sale", false).await;
    invoke(&project, &wake).await;

    // Lost: its schedule is gone before it comes.
    let scheduler = aws_sdk_scheduler::Client::new(&project.world.config());
    set("lost", &["--at", &in_seconds(8)]);
    reach(&mut client, "lost", false).await;
    let group = project.world.name("schedules");
    let armed = loop {
        let list = scheduler.list_schedules().group_name(&group).send().await;
        let mut names = list
            .expect("listed")
            .schedules
            .into_iter()
            .filter_map(|of| of.name);
        if let Some(name) = names.next_back() {
            break name;
        }
    };
    let delete = scheduler.delete_schedule().group_name(&group).name(armed);
    delete.send().await.expect("deleted");
    loop {
        invoke(&project, &json!({"sweep": true})).await;
        let now = project
            .ok(&["toggles", "explain", "lost", "--format", "json"])
            .json();
        if now["isActive"] == true {
            break;
        }
    }
    invoke(&project, &json!({"sweep": true})).await;
    reach(&mut client, "lost", true).await;
    assert_eq!(client.state()["sale"]["isActive"]["BOOL"], false);
    client.close().await;
    project.assert_nothing_to_do();
    project.destroy();
}
