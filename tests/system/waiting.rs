//! Changes that an operator waits for, beside clients that are connected.

use serde_json::{Value, json};

use crate::support::cli::{Ended, Project};
use crate::support::client::Client;
use crate::support::toggles;

/// A system with connected clients, each of which has received the state of no toggles.
async fn connected(project: &Project, clients: usize) -> Vec<Client> {
    project.apply();
    let url = project.output("websocket_url");
    let mut connected = Vec::new();
    for _ in 0..clients {
        let mut client = Client::connect(&url).await;
        client.expect(&json!([])).await;
        connected.push(client);
    }
    connected
}

/// The output without the time.
fn accepted(ended: &Ended) -> String {
    let (accepted, time) = ended.stdout.rsplit_once(" in ").expect("a time");
    assert!(time.ends_with(" s\n"), "{ended:#?}");
    accepted.to_owned()
}

fn words(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

/// Waits until a client is sent the state of the toggle. A message may arrive more than once.
async fn until(client: &mut Client, active: bool) {
    while next(client).await["isActive"] != json!({"BOOL": active}) {}
}

/// The next message of a client.
async fn next(client: &mut Client) -> Value {
    client.next().await.expect("the connection stays open")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_waited_for_says_how_many_connections_accepted_it() {
    let project = Project::new();
    let mut clients = connected(&project, 3).await;
    let set = project.ok(&["toggles", "set", "1", "on", "--value", "5", "--wait"]);
    assert_eq!(accepted(&set), "3 of 3 connections accepted it");
    for client in &mut clients {
        let change = next(client).await;
        let revision = change["revision"].clone();
        assert_eq!(
            change,
            json!({"featureId": {"S": "1"}, "featureName": {"S": "1"}, "isActive": {"BOOL": true},
                "revision": revision, "value": {"N": "5"}})
        );
    }
    let get = project.ok(&["toggles", "get", "1", "--format", "json"]);
    assert_eq!(get.json().get("deliveryReceipt"), None, "{get:#?}");
    let mut late = Client::connect(&project.output("websocket_url")).await;
    let state = next(&mut late).await;
    assert_eq!(state[0].get("deliveryReceipt"), None, "{state}");

    let unset = project.ok(&[
        "toggles", "unset", "1", "value", "--wait", "--format", "json",
    ]);
    let mut told = unset.json();
    assert!(
        told["seconds"]
            .take()
            .as_f64()
            .is_some_and(|took| took >= 0.0)
    );
    let all = json!({"connections": 4, "told": 4, "complete": true, "seconds": null});
    assert_eq!(told, all);
    let resent = project.ok(&["toggles", "resend", "--wait", "--format", "json"]);
    let resent = resent.json();
    assert_eq!((&resent["resent"], &resent["told"]), (&json!(1), &json!(4)));
    drop(late);
    let delete = project.ok(&["toggles", "delete", "1", "--wait"]);
    assert!(accepted(&delete).contains("connections accepted it"));
    for client in &mut clients {
        while next(client).await.get("isRemoved").is_none() {}
    }
    project.assert_nothing_to_do();
    project.destroy();
}

/// It costs no write: neither a receipt, nor what asks for one.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_not_waited_for_has_no_receipt() {
    let project = Project::new();
    let mut clients = connected(&project, 1).await;
    let receipts = async || toggles::connections(&project).await.len() - 1;
    project.ok(&["toggles", "set", "1", "on"]);
    until(&mut clients[0], true).await;
    assert_eq!(receipts().await, 0);
    project.ok(&["toggles", "set", "1", "off", "--wait"]);
    until(&mut clients[0], false).await;
    assert_eq!(receipts().await, 1);
    project.ok(&["toggles", "set", "1", "on"]);
    until(&mut clients[0], true).await;
    assert_eq!(receipts().await, 1);
    let key = aws_sdk_dynamodb::types::AttributeValue::S("1".to_owned());
    let item = toggles::dynamodb(&project).get_item();
    let item = item.table_name(project.world.name("toggles-table"));
    let item = item.key("featureId", key).consistent_read(true).send();
    let item = item.await.expect("read").item.expect("the toggle");
    assert!(!item.contains_key("deliveryReceipt"), "{item:?}");
    project.destroy();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_no_function_delivers_is_an_error_after_the_time() {
    let project = Project::new();
    let mut clients = connected(&project, 1).await;
    let lambda = aws_sdk_lambda::Client::new(&project.world.config());
    let function = project.world.name("toggle-message");
    let mappings = lambda.list_event_source_mappings().function_name(function);
    let mappings = mappings.send().await.expect("listed");
    let uuid = mappings.event_source_mappings()[0].uuid().expect("an id");
    let deleted = lambda.delete_event_source_mapping().uuid(uuid).send();
    deleted.await.expect("deleted");
    // MiniStack may still be in a round over the mappings that it saw before, and read a change for the
    // deleted one. It reads for each mapping once a round, so the second connection is of a later round.
    let url = project.output("websocket_url");
    for _ in 0..2 {
        let mut client = Client::connect(&url).await;
        client.expect(&json!([])).await;
        clients.push(client);
    }

    let wait = ["--wait", "--wait-timeout", "2"];
    let failed = project.fails(&[&["toggles", "set", "1", "on"][..], &wait].concat());
    let told = words(&failed.stderr);
    let wanted = "the change is written, and no function reported its delivery within";
    assert!(told.contains(wanted), "{told}");
    assert!(told.contains("run `frontage plan`"), "{told}");
    let json = [&["toggles", "resend", "1", "--format", "json"][..], &wait].concat();
    let failed = project.frontage(&json);
    assert_eq!(failed.code, Some(1), "{failed:#?}");
    let told = failed.json();
    assert_eq!(
        (&told["resent"], &told["complete"]),
        (&json!(1), &json!(false))
    );

    // As advised; the mapping reads the stream from its beginning.
    project.apply();
    let patient = ["--wait", "--wait-timeout", "180"];
    let resent = project.ok(&[&["toggles", "resend", "1"][..], &patient].concat());
    assert!(
        resent.stdout.starts_with("1 toggle sent again\n"),
        "{resent:#?}"
    );
    assert!(accepted(&resent).ends_with("3 of 3 connections accepted it"));
    project.destroy();
}

#[test]
fn a_time_to_wait_needs_a_wait() {
    let project = Project::new();
    for arguments in [
        &["--wait-timeout", "5"][..],
        &["--wait", "--wait-timeout", "0"],
    ] {
        let refused = project.fails(&[&["toggles", "set", "1", "on"][..], arguments].concat());
        assert!(refused.stderr.contains("--wait"), "{refused:#?}");
    }
}
