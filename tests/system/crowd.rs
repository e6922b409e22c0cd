//! Many clients at once, and clients that disappear without closing.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::cli::Project;
use crate::support::client::{Client, Toggles};
use crate::support::{eventually, toggles};

const CLIENTS: usize = 20;
const CROWD: usize = 500;
/// So many of a crowd come or go at once: for each call of a function that runs at once the emulator has
/// a process and five threads, and a whole crowd has more of them than some machines allow.
const AT_ONCE: usize = 25;
const CHANGES: usize = 50;
/// Fewer than changes, so that most toggles change several times.
const TOGGLES: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_clients_end_with_the_final_state_of_fifty_changes() {
    let project = Project::new();
    project.apply();
    let url = project.output("websocket_url");
    toggles::put(&project, "0", "Toggle 0", false).await;

    let mut wanted = Toggles::new();
    let mut clients =
        futures_util::future::join_all((0..CLIENTS).map(|_| Client::connect(&url))).await;
    for change in 0..CHANGES {
        let (id, name) = ((change % TOGGLES).to_string(), format!("Change {change}"));
        // Now and then a toggle is deleted, to be created again later in some cases.
        if change % 10 == 9 {
            toggles::delete(&project, &id).await;
            wanted.remove(&id);
        } else {
            toggles::put(&project, &id, &name, change % 2 == 0).await;
            let item = json!({
                "featureId": {"S": id}, "featureName": {"S": name}, "isActive": {"BOOL": change % 2 == 0}
            });
            wanted.insert(id, item);
        }
    }
    futures_util::future::join_all(clients.iter_mut().map(|client| client.reach(&wanted))).await;
    assert_eq!(toggles::connections(&project).await.len(), CLIENTS);

    futures_util::future::join_all(clients.drain(..).map(Client::close)).await;
    eventually("closed connections are forgotten", async || {
        toggles::connections(&project).await.is_empty()
    })
    .await;
    project.assert_nothing_to_do();
    project.destroy();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_dies_is_forgotten_and_the_others_go_on() {
    let project = Project::new();
    project.apply();
    let url = project.output("websocket_url");
    let mut lives = Client::connect(&url).await;
    let mut dies = Client::connect(&url).await;
    for client in [&mut lives, &mut dies] {
        client.expect(&json!([])).await;
    }
    dies.reset();
    eventually("a reset connection is forgotten", async || {
        toggles::connections(&project).await.len() == 1
    })
    .await;
    toggles::put(&project, "1", "Feature toggle 1", true).await;
    let item = json!({"featureId": {"S": "1"}, "featureName": {"S": "Feature toggle 1"}, "isActive": {"BOOL": true}});
    lives.expect(&item).await;
    project.destroy();
}

/// `$disconnect` is best effort: an item that it misses is deleted with the next change.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_ended_unnoticed_is_forgotten_at_the_next_change() {
    let project = Project::new();
    project.apply();
    let mut client = Client::connect(&project.output("websocket_url")).await;
    client.expect(&json!([])).await;
    let unnoticed = [
        ("connectionId", "ended1unnoticed="),
        ("connectedAt", "1700000000000"),
    ];
    store(&project, &unnoticed).await;
    toggles::put(&project, "1", "Feature toggle 1", true).await;
    client.next().await.expect("the change comes");
    eventually("it is forgotten", async || {
        toggles::connections(&project).await.len() == 1
    })
    .await;
    project.destroy();
}

/// An API was deleted while clients were connected to it, and its address answers nothing.
#[tokio::test(flavor = "multi_thread")]
async fn connections_of_another_api_are_forgotten_at_the_next_change() {
    let project = Project::new();
    project.apply();
    let mut client = Client::connect(&project.output("websocket_url")).await;
    client.expect(&json!([])).await;
    let endpoints = ["http://127.0.0.1:1/_aws/execute-api/gone/live", "nonsense"];
    for (id, endpoint) in ["elsewhere1=", "elsewhere2="].into_iter().zip(endpoints) {
        store(
            &project,
            &[("connectionId", id), ("connectionEndpoint", endpoint)],
        )
        .await;
    }
    toggles::put(&project, "1", "Feature toggle 1", true).await;
    client.next().await.expect("the change comes");
    eventually("they are forgotten", async || {
        toggles::connections(&project).await.len() == 1
    })
    .await;
    toggles::put(&project, "1", "Feature toggle 1", false).await;
    client.next().await.expect("the next change comes");
    project.destroy();
}

/// Of five hundred and three connections one was closed, one never opens, and one is at an address that
/// takes requests and answers none. Everybody else is told each change, and once,
/// and stays connected.
#[tokio::test(flavor = "multi_thread")]
async fn bad_connections_among_five_hundred_delay_no_change() {
    let project = Project::new();
    project.apply();
    let url = project.output("websocket_url");
    let mut clients = Vec::new();
    while clients.len() < CROWD {
        let more = (0..AT_ONCE).map(|_| Client::connect(&url));
        clients.extend(futures_util::future::join_all(more).await);
    }
    let everybody = |clients: Vec<Client>, wanted: Value| async move {
        let told = clients.into_iter().map(|mut client| async {
            client.expect(&wanted).await;
            client
        });
        futures_util::future::join_all(told).await
    };
    let clients = everybody(clients, json!([])).await;

    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = silent.local_addr().expect("bound");
    let endpoint = format!("http://{address}/_aws/execute-api/gone/live");
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("after the epoch").as_millis().to_string();
    let bad = [
        [
            ("connectionId", "closed="),
            ("connectedAt", "1700000000000"),
        ],
        [("connectionId", "unopened="), ("connectedAt", &now)],
        [
            ("connectionId", "silent="),
            ("connectionEndpoint", &endpoint),
        ],
    ];
    for values in bad {
        store(&project, &values).await;
    }
    let change = |id: &str| json!({"featureId": {"S": id}, "featureName": {"S": "New"}, "isActive": {"BOOL": true}});
    // Of another toggle each: a toggle that changes again during its fan-out may be told twice.
    toggles::put(&project, "1", "New", true).await;
    let clients = everybody(clients, change("1")).await;
    toggles::put(&project, "2", "New", true).await;
    let clients = everybody(clients, change("2")).await;
    // What is repeated comes before a change that is made once everything is done.
    eventually("the closed and the silent one are forgotten", async || {
        let stored = stored_ids(&project).await;
        !stored.iter().any(|id| id == "closed=" || id == "silent=")
    })
    .await;
    toggles::put(&project, "3", "New", true).await;
    let clients = everybody(clients, change("3")).await;
    for client in &clients {
        let wanted = [json!([]), change("1"), change("2"), change("3")];
        assert_eq!(client.received, wanted);
    }
    let mut stored = stored_ids(&project).await;
    stored.retain(|id| id != "unopened=");
    assert_eq!(stored.len(), CROWD, "nobody healthy was closed");
    drop(silent);
    close(&project, clients).await;
    project.destroy();
}

/// Closes connections, a few at once.
async fn close(project: &Project, mut clients: Vec<Client>) {
    while !clients.is_empty() {
        clients.truncate(clients.len().saturating_sub(AT_ONCE));
        let unopened = 1;
        eventually("those that closed are forgotten", async || {
            stored_ids(project).await.len() <= clients.len() + unopened
        })
        .await;
    }
}

/// The ids of the stored connections.
async fn stored_ids(project: &Project) -> Vec<String> {
    let stored = toggles::connections(project).await;
    let ids = stored.iter().map(|item| item["connectionId"].as_s());
    ids.map(|id| id.expect("text").clone()).collect()
}

/// Stores a copy of a connection's item with other values.
async fn store(project: &Project, values: &[(&str, &str)]) {
    let mut item = toggles::connections(project).await.remove(0);
    for (name, value) in values {
        let value = match item[*name] {
            AttributeValue::N(_) => AttributeValue::N((*value).to_owned()),
            _ => AttributeValue::S((*value).to_owned()),
        };
        item.insert((*name).to_owned(), value);
    }
    let table = project.world.name("connections-table");
    let put = toggles::dynamodb(project)
        .put_item()
        .table_name(table)
        .set_item(Some(item));
    put.send().await.expect("stored");
}
