//! A team's manifest, by the rules of the frontend-discovery schema v1-pre: required members,
//! closed objects, types and bounds. (The schema applies them only to the first entry of a list;
//! here they apply to all.)

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::bucket::Bucket;
use super::build::{Build, hashed};

fn members(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("an object: {value}"))
        .keys()
        .map(String::as_str)
        .collect()
}

/// Checks that the required members exist, and no others except the optional ones.
fn assert_closed(value: &Value, required: &[&str], optional: &[&str]) {
    let members = members(value);
    assert!(
        required.iter().all(|name| members.contains(name)),
        "{members:?}"
    );
    assert!(
        members
            .iter()
            .all(|name| required.contains(name) || optional.contains(name)),
        "{members:?}"
    );
}

pub(crate) fn assert_valid(manifest: &Value) {
    assert_closed(manifest, &["schema", "microFrontends"], &[]);
    assert!(manifest["schema"].is_string());
    for entries in manifest["microFrontends"]
        .as_object()
        .expect("an object")
        .values()
    {
        let entries = entries.as_array().expect("a list");
        assert!(
            (1..entries.len()).all(|at| !entries[..at].contains(&entries[at])),
            "unique"
        );
        entries.iter().for_each(assert_entry);
        let traffic: u64 = entries
            .iter()
            .filter_map(|entry| entry["deployment"]["traffic"].as_u64())
            .sum();
        let defaults = entries
            .iter()
            .filter(|entry| entry["deployment"]["default"] == true)
            .count();
        assert_eq!((traffic, defaults), (100, 1));
    }
}

fn assert_entry(entry: &Value) {
    assert_closed(
        entry,
        &["url", "metadata"],
        &["fallbackUrl", "extras", "deployment"],
    );
    assert!(
        entry["url"].is_string() && entry["fallbackUrl"].is_string() && entry["extras"].is_object()
    );
    assert_closed(&entry["metadata"], &["integrity", "version"], &[]);
    assert!(entry["metadata"]["version"].is_string());
    assert_closed(&entry["deployment"], &["traffic", "default"], &[]);
    assert!(
        entry["deployment"]["traffic"]
            .as_u64()
            .is_some_and(|traffic| traffic <= 100)
    );
    let integrity = entry["metadata"]["integrity"]
        .as_str()
        .and_then(|text| text.strip_prefix("sha384-"));
    assert_eq!(
        BASE64_STANDARD
            .decode(integrity.expect("SRI"))
            .expect("base64")
            .len(),
        48
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_leads_to_the_entry() {
    let bucket = Bucket::team().await;
    let published = bucket.publish(&Build::team("one").dist()).await;
    let manifest = bucket.json("manifest.json").await;
    assert_valid(&manifest);
    let head = bucket.head("manifest.json").await;
    assert_eq!(
        (head.content_type(), head.cache_control()),
        (Some("application/json"), Some("no-cache"))
    );
    let main = hashed(
        "main",
        "js",
        "export default class extends HTMLElement {} // one",
    );
    let entry = &manifest["microFrontends"]["@acme/shipping"][0];
    let version = published.version;
    // Relative to the manifest: the site's address can change.
    assert_eq!(entry["url"], main);
    assert_eq!(entry["fallbackUrl"], format!("releases/{version}/{main}"));
    assert_eq!(entry["metadata"]["version"], format!("1.4.0+{version}"));
    assert_eq!(
        entry["extras"],
        json!({"kind": "element", "title": "Shipping", "contract": 1})
    );
    assert_eq!(
        bucket.get(&main).await,
        bucket.get(&format!("releases/{version}/{main}")).await
    );
}
