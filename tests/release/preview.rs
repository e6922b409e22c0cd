//! Previews: beside the current release, promoted, and deleted once they have expired.

use frontage::release::{Events, Outcome, ReleaseError, Standing};

use super::bucket::Bucket;
use super::build::Build;
use super::publish::counting;

/// A time that comes long after these tests, in seconds since 1970.
const LATER: i64 = 4_000_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_changes_nothing_else_and_leads_to_its_release() {
    let bucket = Bucket::team().await;
    let [one, two] = ["one", "two"].map(|text| Build::team(text).dist_kept());
    bucket.publish(&one.1).await;
    let manifest = bucket.json("manifest.json").await;
    let previewed = bucket.preview(&two.1, "pr-12", LATER).await;
    assert_eq!(previewed.preview.version, *two.1.version());
    assert_eq!(previewed.preview.expires, "2096-10-02T07:06:40Z");
    assert_eq!(bucket.json("manifest.json").await, manifest);
    assert_eq!(bucket.assert_whole().await, *one.1.version());

    let head = bucket.head("previews/pr-12.json").await;
    assert_eq!(head.cache_control(), Some("no-cache"));
    let preview = bucket.json("previews/pr-12.json").await;
    assert_eq!(preview["expires"], "2096-10-02T07:06:40Z");
    let entries = preview["microFrontends"]["@acme/shipping"].as_array();
    let [entry] = entries.expect("a list").as_slice() else {
        panic!("{preview:#}")
    };
    let name = format!("1.4.0+{}", two.1.version());
    assert_eq!(entry["metadata"]["version"], name);
    for url in [&entry["url"], &entry["fallbackUrl"]] {
        let from_root = url.as_str().and_then(|url| url.strip_prefix("../"));
        bucket.get(from_root.expect("below the root")).await;
    }
    let listed = bucket.releases().await.list().await.expect("a list");
    let next = listed.iter().find(|of| of.version == *two.1.version());
    let next = next.expect("the release");
    assert_eq!(next.standing, Standing::Kept);
    assert_eq!(next.previews, ["pr-12".parse().expect("a name")]);
    bucket.assert_quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_release_of_a_team_may_be_a_preview() {
    let bucket = Bucket::team().await;
    let (_build, dist) = Build::team("one").dist_kept();
    bucket.preview(&dist, "first", LATER).await;
    let alone = bucket.promote(Some("first"), Some(10)).await;
    assert!(matches!(alone, Err(ReleaseError::CanaryAlone)), "{alone:?}");
    let promoted = bucket.promote(Some("first"), None).await.expect("promoted");
    assert_eq!(
        (promoted.outcome, promoted.before),
        (Outcome::Current, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_promoted_without_an_upload() {
    let bucket = Bucket::team().await;
    let [one, two] = ["one", "two"].map(|text| Build::team(text).dist_kept());
    bucket.publish(&one.1).await;
    bucket.preview(&two.1, "pr-12", LATER).await;
    let (counted, calls, _proxy) = counting(&bucket);
    let canary = counted
        .promote(Some("pr-12"), Some(30))
        .await
        .expect("a canary");
    assert_eq!(canary.outcome, Outcome::Canary);
    assert_eq!(bucket.current().await, *one.1.version());
    // Without a name it is the canary.
    let promoted = counted.promote(None, None).await.expect("promoted");
    assert_eq!(
        (
            promoted.outcome,
            &promoted.version,
            promoted.before.as_ref()
        ),
        (Outcome::Current, two.1.version(), Some(one.1.version()))
    );
    assert_eq!(bucket.current().await, *two.1.version());
    let calls = calls.lock().expect("no panic").clone();
    assert!(
        !calls.iter().any(|call| call.contains("/assets/")),
        "{calls:#?}"
    );

    let again = bucket.promote(Some("pr-12"), None).await.expect("promoted");
    assert_eq!(again.outcome, Outcome::Unchanged);
    let by_version = &one.1.version().as_str()[..9];
    let back = bucket
        .promote(Some(by_version), None)
        .await
        .expect("promoted");
    assert_eq!(back.version, *one.1.version());
    let none = bucket.promote(None, None).await;
    assert!(matches!(none, Err(ReleaseError::NoCanary)), "{none:?}");
    let unknown = bucket.promote(Some("pr-13"), None).await;
    assert!(
        matches!(unknown, Err(ReleaseError::Unknown(_))),
        "{unknown:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_preview_shows_is_kept_until_it_expires() {
    let bucket = Bucket::team().await;
    let builds = ["one", "two", "three"].map(|text| Build::team(text).dist_kept());
    let [shown, over, current] = &builds;
    bucket.preview(&shown.1, "shown", LATER).await;
    bucket.preview(&over.1, "over", 1).await;
    bucket.publish(&current.1).await;
    bucket.put("previews/strange.json", "{}").await;
    // The publish deleted the expired preview, and keeps ten releases.
    let keys = bucket.keys().await;
    assert!(keys.contains("previews/shown.json") && !keys.contains("previews/over.json"));
    let releases = bucket.releases().await;
    assert_eq!(releases.list().await.expect("a list").len(), 3);

    bucket.preview(&over.1, "over", 1).await;
    let told = releases.prunable(1).await.expect("told");
    assert_eq!(told.releases, [over.1.version().clone()]);
    assert_eq!(told.previews, ["over".parse().expect("a name")]);
    assert!(told.bytes > 0);
    // That was only looked at.
    assert!(bucket.keys().await.contains("previews/over.json"));
    let pruned = releases.prune(1, &Events::none()).await.expect("pruned");
    assert_eq!(pruned, Some(told));
    let keys = bucket.keys().await;
    assert!(keys.contains("previews/strange.json") && !keys.contains("previews/over.json"));
    assert_eq!(releases.list().await.expect("a list").len(), 2);
    let again = releases.prunable(1).await.expect("told");
    assert_eq!(again.objects, 0);
    bucket.assert_whole().await;
    bucket.assert_quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_prunes_keeps_others_from_it() {
    let bucket = Bucket::team().await;
    let (_build, dist) = Build::team("one").dist_kept();
    bucket.preview(&dist, "over", 1).await;
    bucket.put("releases/prune.json", "{}").await;
    let releases = bucket.releases().await;
    let pruned = releases.prune(10, &Events::none()).await.expect("no error");
    assert_eq!(pruned, None);
    assert!(bucket.keys().await.contains("previews/over.json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shell_has_no_previews() {
    let bucket = Bucket::shell().await;
    let build = Build::shell("one");
    let name = "pr-12".parse().expect("a name");
    let releases = bucket.releases().await;
    let shown = releases
        .publish_preview(&build.dist(), &name, LATER, &Events::none())
        .await;
    assert!(
        matches!(shown, Err(ReleaseError::PreviewOfShell)),
        "{shown:?}"
    );
    assert!(bucket.keys().await.is_empty());
}
