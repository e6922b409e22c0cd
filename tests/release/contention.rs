//! Concurrent publishers end with one complete release.

use std::collections::BTreeSet;
use std::sync::mpsc::channel;

use frontage::release::{Outcome, ReleaseError};

use super::bucket::{Bucket, changes};
use super::build::Build;
use super::child;
use super::support::PATIENCE;
use super::support::proxy::{Fate, Proxy};

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_at_once_end_with_one_of_their_releases() {
    let bucket = Bucket::shell().await;
    for round in 0..6 {
        let builds = [
            Build::shell(&format!("left {round}")),
            Build::shell(&format!("right {round}")),
        ];
        let children = builds.each_ref().map(|build| child::spawn(&bucket, build));
        let ended = children.map(child::ended);
        for told in ended.iter().filter_map(|ended| ended.as_ref().err()) {
            assert!(
                told.contains("someone else published in the meantime"),
                "{told}"
            );
        }
        let won = ended.iter().zip(&builds).filter(|(ended, _)| ended.is_ok());
        let won: BTreeSet<_> = won
            .map(|(_, build)| build.dist().version().clone())
            .collect();
        let current = bucket.assert_whole().await;
        assert!(won.contains(&current), "{current} of {won:?}");
        bucket.assert_quiet().await;
    }
}

/// One publisher pauses before each of its writes in turn, while another publishes from beginning
/// to end.
#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_that_is_overtaken_anywhere_leaves_the_others_release_whole() {
    let mut overtaken = 0;
    // The announcement, a script, four copies, the record, two loose files, the pointer, the
    // announcement's end.
    for write in 1..=11 {
        let bucket = Bucket::shell().await;
        bucket.publish(&Build::shell("zero").dist()).await;
        let (reached, stopped) = channel();
        let (go, gone) = channel::<()>();
        let mut count = 0;
        let proxy = Proxy::start(&bucket.world, move |call| {
            count += usize::from(changes(&call.operation));
            if changes(&call.operation) && count == write {
                let _ = reached.send(call.operation.clone());
                let _ = gone.recv();
            }
            Fate::Pass
        });
        let slow = bucket.behind(&proxy);
        let publishing =
            tokio::spawn(async move { slow.try_publish(&Build::shell("slow").dist(), None).await });
        let at = stopped.recv_timeout(PATIENCE).expect("it gets there");
        let quick = bucket.publish(&Build::shell("quick").dist()).await;
        go.send(()).expect("it waits");
        let ended = publishing.await.expect("no panic");
        assert_eq!(
            bucket.assert_whole().await,
            quick.version,
            "overtaken at {at}"
        );
        bucket.assert_quiet().await;
        match ended {
            Err(ReleaseError::Lost(now)) => {
                assert_eq!(now, Some(quick.version), "overtaken at {at}");
                overtaken += 1;
            }
            // It had already switched.
            Ok(published) => assert_eq!(quick.before, Some(published.version), "overtaken at {at}"),
            Err(error) => panic!("overtaken at {at}: {error:?}"),
        }
    }
    assert_eq!(overtaken, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_that_is_overtaken_says_so() {
    let bucket = Bucket::shell().await;
    bucket.publish(&Build::shell("one").dist()).await;
    bucket.publish(&Build::shell("two").dist()).await;
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
    let slow = bucket.behind(&proxy);
    let rolling = tokio::spawn(async move {
        slow.releases()
            .await
            .roll_back(None, &frontage::release::Events::none())
            .await
    });
    stopped.recv_timeout(PATIENCE).expect("it gets there");
    let three = bucket.publish(&Build::shell("three").dist()).await.version;
    go.send(()).expect("it waits");
    let ended = rolling.await.expect("no panic");
    assert!(
        matches!(&ended, Err(ReleaseError::Lost(Some(now))) if *now == three),
        "{ended:?}"
    );
    assert_eq!(bucket.assert_whole().await, three);
}

/// The write took effect, its answer was lost, and the SDK's second attempt finds the pointer
/// changed: by the first one.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_the_switch_is_no_lost_race() {
    let bucket = Bucket::team().await;
    bucket.publish(&Build::team("one").dist()).await;
    let (done, _gone) = channel();
    let mut lost = 0;
    let proxy = Proxy::start(&bucket.world, move |call| {
        if call.operation.starts_with("PUT ") && call.operation.contains("/manifest.json") {
            lost += 1;
            if lost == 1 {
                return Fate::LoseAnswer(done.clone());
            }
        }
        Fate::Pass
    });
    let published = bucket
        .behind(&proxy)
        .try_publish(&Build::team("two").dist(), None)
        .await
        .expect("published");
    assert_eq!(published.outcome, Outcome::Current);
    assert_eq!(bucket.assert_whole().await, published.version);
}
