//! Which toggles page loads ask for, from a message of a client to the answer of the API.

use hyper::Method;
use serde_json::{Value, json};

use super::flips::{System, destroyed};
use crate::support::client::Client;
use crate::support::eventually;

const DESCRIBED: &str = "[shell]\n[toggles]\nexposure = 0.5\nmay_flip.operators = [\"*\"]\n";

/// What a client tells.
async fn tell(client: &mut Client, toggles: &Value) {
    let message = json!({"action": "exposed", "toggles": toggles});
    client.send(&message.to_string()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_ask_for_is_counted_and_nothing_else() {
    let system = System::described(DESCRIBED);
    let project = &system.project;
    project.assert_nothing_to_do();
    let ada = system.person("ada", Some("operators")).await;
    assert_eq!(
        ada.get("/exposure").await,
        json!({"days": 30, "share": 0.5, "toggles": {}})
    );
    project.ok(&["toggles", "set", "express", "on"]);
    let two = [
        "toggles",
        "set",
        "colour",
        "on",
        "--variant",
        "red=1",
        "--variant",
        "blue=2",
    ];
    project.ok(&[&two[..], &["--default-variant", "red"]].concat());

    let mut client = Client::connect(&*project.output("websocket_url")).await;
    client.next().await.expect("the state");
    client.send("no message").await;
    client.send(r#"{"action":"exposed","toggles":7}"#).await;
    let odd = json!({"unknown": ["on"], "segment:staff": ["on"], "express": ["red", "answer:on"]});
    tell(&mut client, &odd).await;
    let asked = json!({"express": ["on", "purple"], "colour": ["red", "blue", "on"]});
    tell(&mut client, &asked).await;
    let answers = async |id: &str| {
        let path = format!("/exposure?days=2&id={id}");
        ada.get(&path).await["answers"].clone()
    };
    eventually("the first page load is counted", async || {
        answers("express").await == json!({"on": 1})
            && answers("colour").await == json!({"blue": 1, "red": 1})
    })
    .await;
    let mut other = Client::connect(&*project.output("websocket_url")).await;
    other.next().await.expect("the state");
    tell(&mut other, &json!({"express": ["on"]})).await;
    eventually("the second one is added", async || {
        answers("express").await == json!({"on": 2})
    })
    .await;

    let all = ada.get("/exposure").await;
    let toggles = all["toggles"].as_object().expect("toggles");
    assert_eq!(toggles.keys().collect::<Vec<_>>(), ["colour", "express"]);
    let express = ada.get("/exposure?id=express").await;
    let day = express["last"].as_str().expect("a day");
    assert_eq!(express["byDay"][day], json!({"on": 2}), "{express}");
    assert_eq!(express["last"], toggles["express"]["last"]);
    other.close().await;
    client.close().await;
    project.assert_nothing_to_do();

    // Nothing is counted any more; what was counted stays until data may be deleted.
    project.describe(&DESCRIBED.replace("exposure = 0.5\n", ""));
    project.ok(&["apply", "--yes"]);
    project.assert_nothing_to_do();
    assert_eq!(ada.send(Method::GET, "/exposure", None).await.status, 404);
    destroyed(project).await;
}
