//! Canaries of a team.

use frontage::release::{Outcome, ReleaseError, Standing};
use serde_json::{Value, json};

use super::bucket::Bucket;
use super::build::Build;
use super::manifest::assert_valid;

/// Version and traffic of each entry.
async fn entries(bucket: &Bucket) -> Vec<(String, Value)> {
    let manifest = bucket.json("manifest.json").await;
    assert_valid(&manifest);
    let entries = manifest["microFrontends"]["@acme/shipping"]
        .as_array()
        .expect("entries")
        .clone();
    let version = |entry: &Value| {
        entry["metadata"]["version"]
            .as_str()
            .expect("a version")
            .replace("1.4.0+", "")
    };
    entries
        .iter()
        .map(|entry| (version(entry), entry["deployment"].clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_gets_its_part_and_then_all_or_nothing() {
    let bucket = Bucket::team().await;
    let builds = [Build::team("one"), Build::team("two")];
    let [one, two] = builds.each_ref().map(Build::dist);
    let alone = bucket.try_publish(&one, Some(30)).await;
    assert!(matches!(alone, Err(ReleaseError::CanaryAlone)), "{alone:?}");
    bucket.publish(&one).await;
    let all = json!({"traffic": 100, "default": true});
    assert_eq!(
        entries(&bucket).await,
        [(one.version().to_string(), all.clone())]
    );

    let canary = async |percent| {
        bucket
            .try_publish(&two, Some(percent))
            .await
            .expect("a canary")
    };
    let expected = |traffic: u8| {
        let default = (
            one.version().to_string(),
            json!({"traffic": 100 - traffic, "default": true}),
        );
        [
            default,
            (
                two.version().to_string(),
                json!({"traffic": traffic, "default": false}),
            ),
        ]
    };
    assert_eq!(canary(30).await.outcome, Outcome::Canary);
    assert_eq!(entries(&bucket).await, expected(30));
    assert_eq!(canary(30).await.outcome, Outcome::Unchanged);
    assert_eq!(canary(60).await.outcome, Outcome::Canary);
    assert_eq!(entries(&bucket).await, expected(60));
    assert_eq!(bucket.assert_whole().await, *one.version());
    let listed = bucket.releases().await.list().await.expect("a list");
    assert_eq!(listed[1].standing, Standing::Canary);
    assert_eq!(
        listed[1].percent.map(frontage::release::Percent::get),
        Some(60)
    );

    let back = bucket.roll_back(None).await.expect("ended");
    assert_eq!(
        (&back.version, back.ended_canary.as_ref()),
        (one.version(), Some(two.version()))
    );
    assert_eq!(
        entries(&bucket).await,
        [(one.version().to_string(), all.clone())]
    );
    canary(10).await;
    let published = bucket.publish(&two).await;
    assert_eq!(
        (published.outcome, published.uploaded),
        (Outcome::Current, 0)
    );
    assert_eq!(entries(&bucket).await, [(two.version().to_string(), all)]);
    let same = bucket.try_publish(&two, Some(10)).await;
    assert!(
        matches!(same, Err(ReleaseError::CanaryIsCurrent(_))),
        "{same:?}"
    );
    assert_eq!(
        bucket.roll_back(None).await.expect("back").version,
        *one.version()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_release_for_all_ends_a_canary() {
    let bucket = Bucket::team().await;
    bucket.publish(&Build::team("one").dist()).await;
    bucket
        .try_publish(&Build::team("two").dist(), Some(99))
        .await
        .expect("a canary");
    bucket.publish(&Build::team("three").dist()).await;
    assert_eq!(entries(&bucket).await.len(), 1);
    bucket
        .try_publish(&Build::team("four").dist(), Some(1))
        .await
        .expect("a canary");
    // Publishing the current release again makes it current for all clients as well.
    let again = bucket.publish(&Build::team("three").dist()).await;
    assert_eq!(again.outcome, Outcome::Current);
    assert_eq!(entries(&bucket).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shell_has_none() {
    let bucket = Bucket::shell().await;
    let published = bucket
        .try_publish(&Build::shell("one").dist(), Some(30))
        .await;
    assert!(
        matches!(published, Err(ReleaseError::CanaryOfShell)),
        "{published:?}"
    );
}
