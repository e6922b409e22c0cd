//! The last ten releases are kept, and nothing in use is deleted.

use std::collections::BTreeSet;
use std::sync::mpsc::channel;
use std::time::Duration;

use frontage::release::{Events, KEPT, ReleaseError};

use super::bucket::Bucket;
use super::build::{Build, hashed};
use super::support::PATIENCE;
use super::support::proxy::{Fate, Proxy};

fn main_of(text: &str) -> String {
    hashed("main", "js", &format!("console.log('{text}')"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_ten_are_kept() {
    let bucket = Bucket::shell().await;
    bucket.put("config.json", "{}").await;
    let texts: Vec<String> = (1..=12).map(|number| format!("release {number}")).collect();
    let mut versions = Vec::new();
    for text in &texts {
        let build = Build::shell(text);
        build.write(&format!("notes/{}.txt", text.replace(' ', "-")), text);
        versions.push(bucket.publish(&build.dist()).await.version);
    }
    let listed = bucket.releases().await.list().await.expect("a list");
    let listed: BTreeSet<_> = listed.into_iter().map(|release| release.version).collect();
    assert_eq!(listed, versions[2..].iter().cloned().collect());
    let keys = bucket.keys().await;
    let has = |key: &str| keys.contains(key);
    for (number, text) in (1..).zip(&texts) {
        let kept = number > texts.len() - KEPT;
        assert_eq!(has(&main_of(text)), kept, "{text}");
        assert_eq!(has(&format!("notes/release-{number}.txt")), kept, "{text}");
    }
    assert!(has("config.json") && has(&hashed("style", "css", "body {}")) && has("shared/ui-1.js"));
    assert!(
        !keys
            .iter()
            .any(|key| versions[..2].iter().any(|gone| key.contains(gone.as_str())))
    );
    bucket.assert_quiet().await;
    for version in &versions[2..] {
        bucket
            .roll_back(Some(version.as_str()))
            .await
            .expect("each of them works");
    }
    let gone = bucket.roll_back(Some(versions[0].as_str())).await;
    assert!(matches!(gone, Err(ReleaseError::Unknown(_))), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_behind_goes_once_it_is_old() {
    let bucket = Bucket::shell().await;
    let torn = [
        "assets/torn-00000000.js",
        "releases/0123456789ab/index.html",
        "releases/0123456789ab/publishing-1.json",
    ];
    for key in torn {
        bucket
            .put(key, if key.ends_with("json") { "{}" } else { "torn" })
            .await;
    }
    bucket.delete(torn[2]).await;
    let build = Build::shell("one");
    assert_eq!(bucket.publish(&build.dist()).await.pruned, 0);
    let impatient = bucket.releases().await.with_fresh(Duration::ZERO);
    let published = impatient
        .publish(&build.dist(), None, &Events::none())
        .await
        .expect("published");
    assert_eq!(published.pruned, 2);
    bucket.assert_whole().await;
    assert!(
        bucket
            .keys()
            .await
            .iter()
            .all(|key| !torn.contains(&key.as_str()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_waits_for_who_prunes() {
    let bucket = Bucket::shell().await;
    bucket.put("releases/prune.json", "{}").await;
    let publishing = tokio::spawn({
        let bucket = bucket.clone();
        async move { bucket.publish(&Build::shell("one").dist()).await }
    });
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!publishing.is_finished());
    assert!(
        bucket
            .keys()
            .await
            .iter()
            .all(|key| !key.starts_with("assets/"))
    );
    bucket.delete("releases/prune.json").await;
    publishing.await.expect("published");
    // Another pruner leaves the work to the one with the claim.
    bucket.put("releases/prune.json", "{}").await;
    bucket.put("assets/torn-00000000.js", "torn").await;
    let impatient = bucket.releases().await.with_fresh(Duration::ZERO);
    let published = impatient
        .publish(&Build::shell("one").dist(), None, &Events::none())
        .await
        .expect("unchanged");
    assert_eq!((published.pruned, published.prune_failed), (0, None));
}

/// A rollback relies on the oldest release, while others publish until it is not among the last
/// ten.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_is_about_to_make_current_stays() {
    let bucket = Bucket::shell().await;
    let mut versions = Vec::new();
    for number in 1..=10 {
        versions.push(
            bucket
                .publish(&Build::shell(&format!("release {number}")).dist())
                .await
                .version,
        );
    }
    let (reached, stopped) = channel();
    let (go, gone) = channel::<()>();
    let mut held = false;
    let proxy = Proxy::start(&bucket.world, move |call| {
        if call.operation.starts_with("PUT ")
            && call.operation.contains("-releases/index.html")
            && !held
        {
            held = true;
            let _ = reached.send(());
            let _ = gone.recv();
        }
        Fate::Pass
    });
    let (slow, oldest) = (bucket.behind(&proxy), versions[0].clone());
    let rolling = tokio::spawn(async move {
        slow.releases()
            .await
            .roll_back(Some(oldest.as_str()), &Events::none())
            .await
    });
    stopped.recv_timeout(PATIENCE).expect("it gets there");
    // The oldest is announced, the next one is not.
    bucket.publish(&Build::shell("release 11").dist()).await;
    bucket.publish(&Build::shell("release 12").dist()).await;
    go.send(()).expect("it waits");
    assert!(matches!(
        rolling.await.expect("no panic"),
        Err(ReleaseError::Lost(_))
    ));
    let keys = bucket.keys().await;
    assert!(keys.contains(&main_of("release 1")) && !keys.contains(&main_of("release 2")));
    // Now no process relies on it any more.
    bucket.publish(&Build::shell("release 13").dist()).await;
    assert!(!bucket.keys().await.contains(&main_of("release 1")));
    bucket.assert_quiet().await;
}
