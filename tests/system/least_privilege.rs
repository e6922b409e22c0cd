//! The functions have the permissions that they need, and no others.
//!
//! The tests' own emulator enforces IAM: MiniStack with `AUTH=true` gives each function a session
//! of its role and checks each call that the function makes. It does not check what AWS does *for*
//! a function: reading the stream (`dynamodb:DescribeStream`, `GetRecords`, `GetShardIterator`,
//! `ListStreams`), writing the logs, and sending to the dead-letter queue. Statements for those can
//! be removed there without an effect, so only the stack's own snapshot shows them.
//!
//! It also asks for `sqs:SendMessageBatch`, which is no action of IAM: AWS allows that call to those who
//! may `sqs:SendMessage`. So here toggle-message cannot leave a change to the workers, and nothing that
//! they make up for is shown here: without `dynamodb:Scan` of the connections toggle-message leaves all
//! of them to toggle-slice (`waiting.rs`).

use std::sync::OnceLock;

use local::{MiniStack, MiniStackOptions};
use serde_json::{Value, json};

use crate::support::cli::Project;
use crate::support::client::Client;
use crate::support::{World, eventually, start, toggles};

static STRICT: OnceLock<MiniStack> = OnceLock::new();

/// A system on an emulator that enforces IAM.
fn strict() -> Project {
    strict_with("")
}

/// One that is described.
pub(super) fn strict_with(more: &str) -> Project {
    let emulator = STRICT.get_or_init(|| {
        start(&MiniStackOptions {
            auth: true,
            ..MiniStackOptions::default()
        })
    });
    let project = Project::in_world(World::on(emulator), more);
    project.apply();
    project
}

/// Removes an action from a function's role.
async fn forbid(project: &Project, function: &str, action: &str, resource: &str) {
    forbid_in(project, &project.world.role(function), action, resource).await;
}

/// Removes an action from a role.
pub(super) async fn forbid_in(project: &Project, role: &str, action: &str, resource: &str) {
    let iam = aws_sdk_iam::Client::new(&project.world.config());
    let policy = iam
        .get_role_policy()
        .role_name(role)
        .policy_name("function")
        .send()
        .await
        .expect("the policy");
    let mut document: Value =
        serde_json::from_str(&decoded(policy.policy_document())).expect("it is JSON");
    let mut removed = 0;
    for statement in document["Statement"].as_array_mut().expect("statements") {
        if !statement["Resource"].to_string().contains(resource) {
            continue;
        }
        match &mut statement["Action"] {
            Value::Array(actions) => {
                let before = actions.len();
                actions.retain(|one| one != action);
                removed += before - actions.len();
            }
            one if *one == action => {
                *one = json!([]);
                removed += 1;
            }
            _ => {}
        }
    }
    assert_eq!(removed, 1, "{action} on {resource} is in {document:#}");
    let statements = document["Statement"].as_array_mut().expect("statements");
    statements.retain(|statement| statement["Action"] != json!([]));
    let put = iam
        .put_role_policy()
        .role_name(role)
        .policy_name("function")
        .policy_document(document.to_string());
    put.send().await.expect("stored");
}

/// IAM answers with policy documents in URL encoding.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digits: Vec<u8> = if byte == b'%' {
            rest.by_ref().take(2).collect()
        } else {
            Vec::new()
        };
        let decoded = std::str::from_utf8(&digits)
            .ok()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(byte));
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// How long to wait for a message that must not arrive; one that may arrives within two.
const SILENCE: u64 = 6;

#[tokio::test(flavor = "multi_thread")]
async fn the_functions_work_under_their_roles() {
    let project = strict();
    toggles::put(&project, "1", "Feature toggle 1", false).await;
    let mut client = Client::connect(&project.output("websocket_url")).await;
    let item = |active: bool| json!({"featureId": {"S": "1"}, "featureName": {"S": "Feature toggle 1"}, "isActive": {"BOOL": active}});
    client.expect(&json!([item(false)])).await;
    toggles::put(&project, "1", "Feature toggle 1", true).await;
    client.expect(&item(true)).await;
    client.close().await;
    eventually("a closed connection is forgotten", async || {
        toggles::connections(&project).await.is_empty()
    })
    .await;
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_put_item_nobody_connects() {
    let project = strict();
    forbid(
        &project,
        "connection-manager",
        "dynamodb:PutItem",
        "connections-table",
    )
    .await;
    assert!(
        Client::try_connect(&project.output("websocket_url"))
            .await
            .is_err()
    );
    assert_eq!(toggles::connections(&project).await.len(), 0);
    repaired(&project).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_delete_item_a_closed_connection_stays() {
    let project = strict();
    forbid(
        &project,
        "connection-manager",
        "dynamodb:DeleteItem",
        "connections-table",
    )
    .await;
    let mut client = Client::connect(&project.output("websocket_url")).await;
    client.expect(&json!([])).await;
    client.close().await;
    tokio::time::sleep(std::time::Duration::from_secs(SILENCE)).await;
    assert_eq!(toggles::connections(&project).await.len(), 1);
    repaired(&project).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scan_a_new_client_gets_no_state() {
    let project = strict();
    forbid(&project, "new-connection", "dynamodb:Scan", "toggles-table").await;
    let mut client = Client::connect(&project.output("websocket_url")).await;
    assert!(client.is_told_nothing(SILENCE).await);
    repaired(&project).await;
}

/// What is sent is read from the table: no other right makes up for this one.
#[tokio::test(flavor = "multi_thread")]
async fn without_get_item_nobody_hears_of_a_change() {
    let project = strict();
    let mut client = Client::connect(&project.output("websocket_url")).await;
    client.expect(&json!([])).await;
    toggles::put(&project, "1", "Feature toggle 1", true).await;
    let item = json!({"featureId": {"S": "1"}, "featureName": {"S": "Feature toggle 1"}, "isActive": {"BOOL": true}});
    client.expect(&item).await;
    forbid(
        &project,
        "toggle-message",
        "dynamodb:GetItem",
        "toggles-table",
    )
    .await;
    toggles::put(&project, "2", "Feature toggle 2", true).await;
    assert!(client.is_told_nothing(SILENCE).await);
    repaired(&project).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_update_item_no_receipt_is_written_and_clients_hear_the_change() {
    let project = strict();
    let mut client = Client::connect(&project.output("websocket_url")).await;
    client.expect(&json!([])).await;
    project.ok(&["toggles", "set", "1", "on", "--wait"]);
    client.next().await.expect("the change");
    forbid(
        &project,
        "toggle-message",
        "dynamodb:UpdateItem",
        "connections-table",
    )
    .await;
    let wait = ["--wait", "--wait-timeout", "8"];
    project.fails(&[&["toggles", "set", "1", "off"][..], &wait].concat());
    let change = client.next().await.expect("the next change");
    assert_eq!(change["isActive"], json!({"BOOL": false}));
    repaired(&project).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_manage_connections_nothing_is_sent() {
    let project = strict();
    forbid(
        &project,
        "new-connection",
        "execute-api:ManageConnections",
        "POST/@connections",
    )
    .await;
    let mut client = Client::connect(&project.output("websocket_url")).await;
    assert!(client.is_told_nothing(SILENCE).await);
    repaired(&project).await;
}

/// The next apply restores the role's required permissions.
async fn repaired(project: &Project) {
    project.apply();
    let mut client = Client::connect(&project.output("websocket_url")).await;
    while !client
        .next()
        .await
        .expect("the connection stays open")
        .is_array()
    {}
    project.destroy();
}
