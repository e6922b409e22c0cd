//! Changes that an operator waits for, beside clients that are connected.

use std::sync::{Arc, Mutex};

use aws_sdk_lambda::types::Environment;
use aws_sdk_sqs::types::QueueAttributeName;
use local::MiniStackOptions;
use serde_json::{Value, json};

use crate::support::cli::{Ended, Project};
use crate::support::client::Client;
use crate::support::proxy::{Call, Fate, Proxy};
use crate::support::{World, eventually, start, toggles};

/// The messages that a large fan-out is divided into.
const SEGMENTS: usize = 64;

/// A system with connected clients, each of which has received the state of no toggles.
async fn connected(project: &Project, clients: usize) -> Vec<Client> {
    project.apply();
    open(project, clients).await
}

/// Clients of a system without toggles, each of which has received that state.
async fn open(project: &Project, clients: usize) -> Vec<Client> {
    let url = project.output("websocket_url");
    let mut connected = Vec::new();
    for _ in 0..clients {
        let mut client = Client::connect(&url).await;
        client.expect(&json!([])).await;
        connected.push(client);
    }
    connected
}

/// Has functions reach services at another endpoint.
async fn redirect(project: &Project, functions: &[&str], services: &[&str], endpoint: &str) {
    let lambda = aws_sdk_lambda::Client::new(&project.world.config());
    for function in functions {
        let name = project.world.name(function);
        let get = lambda.get_function_configuration().function_name(&name);
        let live = get.send().await.expect("the function");
        let live = live.environment.and_then(|live| live.variables);
        let variables = services
            .iter()
            .map(|service| (format!("AWS_ENDPOINT_URL_{service}"), endpoint.to_owned()));
        let variables = live.unwrap_or_default().into_iter().chain(variables);
        let environment = Environment::builder().set_variables(Some(variables.collect()));
        let update = lambda.update_function_configuration().function_name(&name);
        let update = update.environment(environment.build());
        update.send().await.expect("changed");
    }
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

/// Toggle-message cannot read the connections, so it leaves them to the workers, as it does if they are
/// too many.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_left_to_workers_is_accepted_by_all() {
    // An emulator of its own: it polls no queue while toggle-message waits for one.
    let emulator = start(&MiniStackOptions::default());
    let project = Project::in_world(World::on(&emulator), "");
    let mut clients = connected(&project, 3).await;
    let proxy = Proxy::start(&project.world, |call| match call.operation.as_str() {
        "Scan" => Fate::denied(),
        _ => Fate::Pass,
    });
    redirect(
        &project,
        &["toggle-message"],
        &["DYNAMODB"],
        &proxy.endpoint(),
    )
    .await;

    let wait = ["--wait", "--wait-timeout", "180"];
    let set = project.ok(&[&["toggles", "set", "1", "on"][..], &wait].concat());
    assert_eq!(accepted(&set), "3 of 3 connections accepted it");
    for client in &mut clients {
        until(client, true).await;
    }
    let stored = toggles::connections(&project).await;
    let receipt = stored
        .iter()
        .find(|item| item.contains_key("toggle 1"))
        .expect("a receipt");
    let shares = receipt.keys().filter(|name| name.starts_with("message "));
    assert_eq!(shares.count(), SEGMENTS, "{receipt:#?}");
    eventually("the queue is empty", async || is_idle(&project).await).await;
    project.apply();
    project.destroy();
}

/// Whether the queue of slices has no messages.
async fn is_idle(project: &Project) -> bool {
    let sqs = aws_sdk_sqs::Client::new(&project.world.config());
    let name = project.world.name("toggle-slices.fifo");
    let url = sqs.get_queue_url().queue_name(name).send().await;
    let url = url.expect("the queue").queue_url.expect("its URL");
    let names = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    ];
    let get = sqs.get_queue_attributes().queue_url(url);
    let get = get.set_attribute_names(Some(names.to_vec())).send().await;
    let numbers = get.expect("its depth").attributes.expect("numbers");
    numbers.values().all(|number| number == "0")
}

/// The id of a connection, once one is to be in doubt.
type Doubted = Arc<Mutex<Option<String>>>;

/// Whether a call posts to this connection. Its id is encoded in the path.
fn posts_to(call: &Call, doubted: &Doubted) -> bool {
    let id = doubted.lock().expect("no panic").clone();
    let is_named = |id: String| call.mentions(id.trim_end_matches('='));
    call.operation.starts_with("POST ") && id.is_some_and(is_named)
}

/// 504 says neither that a post arrives nor that it does not: that connection is closed.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_a_connection_may_not_have_accepted_is_an_error() {
    let project = Project::new();
    project.apply();
    let doubted = Doubted::default();
    let fate = {
        let doubted = Arc::clone(&doubted);
        move |call: &Call| {
            if posts_to(call, &doubted) {
                Fate::Bare(504)
            } else {
                Fate::Pass
            }
        }
    };
    // The paths of the emulator's callback URLs are not those of the service's model.
    let proxy = Proxy::unrecorded(&project.world, fate);
    let functions = ["connection-manager", "new-connection", "toggle-message"];
    let service = ["APIGATEWAYMANAGEMENTAPI"];
    redirect(&project, &functions, &service, &proxy.endpoint()).await;
    let mut clients = open(&project, 3).await;
    let stored = toggles::connections(&project).await;
    let id = stored[0]["connectionId"].as_s().expect("text").clone();
    *doubted.lock().expect("no panic") = Some(id);

    let failed = project.fails(&["toggles", "set", "1", "on", "--wait"]);
    let told = words(&failed.stderr);
    let wanted =
        "the change is written, and 2 of 3 connections accepted it; the others were closed";
    assert!(told.contains(wanted), "{told}");
    let mut closed = 0;
    for client in &mut clients {
        match client.next().await {
            Some(change) => assert_eq!(change["isActive"], json!({"BOOL": true})),
            None => closed += 1,
        }
    }
    assert_eq!(closed, 1);
    // Who was closed connects again, and is told.
    *doubted.lock().expect("no panic") = None;
    let mut again = Client::connect(&project.output("websocket_url")).await;
    assert_eq!(next(&mut again).await[0]["isActive"], json!({"BOOL": true}));
    let set = project.ok(&["toggles", "set", "1", "off", "--wait"]);
    assert_eq!(accepted(&set), "3 of 3 connections accepted it");
    project.apply();
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
