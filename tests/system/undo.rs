//! An undo restores a toggle byte for byte, whatever is in it.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::support::cli::Project;
use crate::support::client::Client;
use crate::support::eventually;
use crate::support::toggles::{delete, dynamodb, put};

/// What says when and by whom a toggle was written.
const BOOKKEEPING: [&str; 4] = ["revision", "lastChange", "touchedAt", "deliveryReceipt"];

const TARGETING: &str = r#"{"if": [{"in": ["beta",  {"var":"groups"}]}, "many", null]}"#;

/// A toggle with rules, and with a value of each type that DynamoDB has.
fn odd() -> HashMap<String, AttributeValue> {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let number = |number: &str| AttributeValue::N(number.to_owned());
    let bytes = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
    let map = |members: Vec<(&str, AttributeValue)>| {
        let members = members.into_iter();
        AttributeValue::M(
            members
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let many = AttributeValue::L(vec![number("1.50"), AttributeValue::Null(true), text("")]);
    let deep = map(vec![
        ("z", number("-0.000")),
        ("a", map(vec![("é \"", many.clone())])),
    ]);
    let attributes = [
        ("featureId", text("odd")),
        ("featureName", text("Odd – <é>\n\u{1f600}")),
        ("isActive", AttributeValue::Bool(true)),
        ("targeting", text(TARGETING)),
        (
            "variants",
            map(vec![
                ("many", many),
                ("deep", deep.clone()),
                ("none", AttributeValue::Bool(false)),
            ]),
        ),
        ("defaultVariant", text("deep")),
        (
            "prerequisites",
            AttributeValue::Ss(texts(&["shop", "basket"])),
        ),
        (
            "sizes",
            AttributeValue::Ns(texts(&[
                "1.50",
                "12345678901234567890.123456789012345678",
                "1e-7",
            ])),
        ),
        ("names", AttributeValue::Ss(texts(&["b", "a", "ä"]))),
        ("blob", bytes(&[0, 255, 10])),
        (
            "blobs",
            AttributeValue::Bs(vec![Blob::new([2]), Blob::new([1, 0])]),
        ),
        ("nested", deep),
        ("price", number("1.50")),
        ("nothing", AttributeValue::Null(true)),
    ];
    attributes
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}

/// A value in `DynamoDB` JSON, with the names of maps in order.
fn wire(value: &AttributeValue) -> Value {
    let encoded = |blob: &Blob| STANDARD.encode(blob.as_ref());
    match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(number) => json!({"N": number}),
        AttributeValue::B(blob) => json!({"B": encoded(blob)}),
        AttributeValue::Bool(truth) => json!({"BOOL": truth}),
        AttributeValue::Null(is_null) => json!({"NULL": is_null}),
        AttributeValue::Ss(texts) => json!({"SS": texts}),
        AttributeValue::Ns(numbers) => json!({"NS": numbers}),
        AttributeValue::Bs(blobs) => json!({"BS": blobs.iter().map(encoded).collect::<Vec<_>>()}),
        AttributeValue::L(items) => json!({"L": items.iter().map(wire).collect::<Vec<_>>()}),
        AttributeValue::M(members) => {
            let members: BTreeMap<_, _> = members.iter().collect();
            let members = members
                .into_iter()
                .map(|(name, value)| (name.clone(), wire(value)));
            json!({"M": members.collect::<Map<_, _>>()})
        }
        other => panic!("{other:?} is no type of DynamoDB"),
    }
}

/// The toggle as the table has it, without what says when and by whom it was written.
async fn bytes(project: &Project) -> String {
    let get = dynamodb(project)
        .get_item()
        .table_name(project.world.name("toggles-table"))
        .key("featureId", AttributeValue::S("odd".to_owned()))
        .consistent_read(true);
    let item = get.send().await.expect("read").item.expect("the item");
    let content = item
        .into_iter()
        .filter(|(name, _)| !BOOKKEEPING.contains(&name.as_str()));
    wire(&AttributeValue::M(content.collect())).to_string()
}

/// The next frame about the toggle with this revision, without that.
async fn frame(client: &mut Client, revision: &str) -> String {
    loop {
        let message = client.next().await.expect("the connection stays open");
        if message["featureId"]["S"] == "odd" && message["revision"]["N"] == revision {
            return client.frame.replace(revision, "REVISION");
        }
    }
}

fn revision(project: &Project) -> String {
    let toggle = project.ok(&["toggles", "get", "odd", "--format", "json"]);
    toggle.json()["revision"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_restores_every_byte() {
    let project = Project::new();
    project.apply();
    put(&project, "shop", "Shop", true).await;
    put(&project, "basket", "Basket", true).await;
    let table = project.world.name("toggles-table");
    let put_odd = dynamodb(&project).put_item().table_name(table);
    put_odd.set_item(Some(odd())).send().await.expect("stored");
    let mut client = Client::connect(&*project.output("websocket_url")).await;
    // A change of the switch alone, which gives it a revision.
    project.ok(&["toggles", "set", "odd", "on", "--comment", "as it was"]);
    let (then, before) = (revision(&project), bytes(&project).await);
    let told = frame(&mut client, &then).await;
    eventually("the history has it", async || {
        let history = project.ok(&["toggles", "history", "odd", "--format", "json"]);
        history.json()[0]["revision"].as_u64() == then.parse().ok()
    })
    .await;
    assert!(
        told.contains(r#""B":"AP8K""#) && !told.contains("groups"),
        "{told}"
    );

    // Somebody else writes it anew, with other attributes.
    put(&project, "odd", "By another hand", false).await;
    assert_ne!(bytes(&project).await, before);
    project.ok(&["toggles", "rollback", "odd", "--to", &then]);
    assert_eq!(bytes(&project).await, before);
    assert_eq!(frame(&mut client, &revision(&project)).await, told);

    // And somebody deletes it.
    delete(&project, "odd").await;
    project.ok(&["toggles", "rollback", "odd", "--to", &then]);
    assert_eq!(bytes(&project).await, before);
    assert_eq!(frame(&mut client, &revision(&project)).await, told);
    client.close().await;
    project.assert_nothing_to_do();
    project.destroy();
}
