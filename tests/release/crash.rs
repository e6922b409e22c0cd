//! Publishers that die: the current release is still served, and the next publish completes the
//! rest.

use std::collections::BTreeSet;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use frontage::release::{Application, Events, Outcome, Version};

use super::bucket::{Bucket, changes, digest};
use super::build::Build;
use super::child;
use super::support::proxy::{Fate, Proxy};

/// The moment at which a publisher dies.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// Before its nth write reaches S3.
    Before(usize),
    /// After its nth write took effect, before it receives the answer.
    After(usize),
}

/// A network that fails at the publisher's death, and reports it.
fn network(bucket: &Bucket, death: Death, reached: Sender<()>) -> Proxy {
    let mut count = 0;
    let mut over = false;
    Proxy::start(&bucket.world, move |call| {
        if over {
            return Fate::Silence;
        }
        count += usize::from(changes(&call.operation));
        match death {
            Death::Before(nth) if count == nth => {
                over = true;
                let _ = reached.send(());
                Fate::Silence
            }
            Death::After(nth) if count == nth => {
                over = true;
                Fate::LoseAnswer(reached.clone())
            }
            _ => Fate::Pass,
        }
    })
}

/// Kills a publisher in its own process. Returns false if it ended before.
fn kill(bucket: &Bucket, build: &Build, death: Death) -> bool {
    let (reached, died) = channel();
    let proxy = network(bucket, death, reached);
    let mut child = child::spawn(&bucket.behind(&proxy), build);
    loop {
        let killed = died.recv_timeout(Duration::from_millis(50)).is_ok();
        if killed {
            child.kill().expect("killed");
        }
        if killed || child.try_wait().expect("its state").is_some() {
            child.wait().expect("gone");
            return killed;
        }
    }
}

/// Checks that everything that the pointer leads to exists. A loose file is that of this release,
/// or already that of the next.
async fn assert_serves(bucket: &Bucket, next: &Build, death: Death) -> Version {
    let current = bucket.current().await;
    for (path, sha256) in bucket.files(&current).await {
        let there = digest(&bucket.get(&path).await);
        let newer =
            || std::fs::read(next.path().join(&path)).is_ok_and(|bytes| digest(&bytes) == there);
        let is_loose = !path.starts_with("assets/") && path != bucket.application.pointer();
        assert!(
            there == sha256 || (is_loose && newer()),
            "{path} of {current}, {death:?}"
        );
    }
    current
}

async fn dies_everywhere(new: impl AsyncFn() -> Bucket, build: impl Fn(&str) -> Build) {
    let mut deaths = 0;
    for nth in 1.. {
        let mut ended = false;
        for death in [Death::Before(nth), Death::After(nth)] {
            let bucket = new().await;
            let (one, two) = (build("one"), build("two"));
            let old = bucket.publish(&one.dist()).await.version;
            if !kill(&bucket, &two, death) {
                ended = true;
                continue;
            }
            deaths += 1;
            let current = assert_serves(&bucket, &two, death).await;
            let switched = current == *two.dist().version();
            assert!(switched || current == old, "{death:?}");
            finishes(&bucket, &two, switched, death).await;
        }
        if ended {
            break;
        }
    }
    assert!(deaths >= 10, "{deaths}");
}

/// The next publish uploads only missing objects, and leftovers are deleted in time.
async fn finishes(bucket: &Bucket, build: &Build, switched: bool, death: Death) {
    let before = bucket.keys().await;
    let published = bucket.publish(&build.dist()).await;
    let outcome = if switched {
        Outcome::Unchanged
    } else {
        Outcome::Current
    };
    assert_eq!(published.outcome, outcome, "{death:?}");
    let uploaded =
        |key: &&String| key.starts_with("assets/") || key.contains(published.version.as_str());
    let is_part = |key: &&String| !key.ends_with("/release.json") && !key.contains("/publishing-");
    let after = bucket.keys().await;
    assert_eq!(
        published.uploaded,
        after
            .difference(&before)
            .filter(uploaded)
            .filter(is_part)
            .count(),
        "{death:?}"
    );
    assert_eq!(
        *build.dist().version(),
        bucket.assert_whole().await,
        "{death:?}"
    );
    let impatient = bucket.releases().await.with_fresh(Duration::ZERO);
    impatient
        .publish(&build.dist(), None, &Events::none())
        .await
        .expect("unchanged");
    bucket.assert_quiet().await;
    assert_eq!(bucket.keys().await, expected(bucket).await, "{death:?}");
}

/// The objects of the existing releases, and no others.
async fn expected(bucket: &Bucket) -> BTreeSet<String> {
    let mut keys = BTreeSet::from([bucket.application.pointer().to_owned()]);
    for release in bucket.releases().await.list().await.expect("a list") {
        let version = release.version;
        keys.insert(format!("releases/{version}/release.json"));
        for path in bucket.files(&version).await.into_keys() {
            let is_asset = path.starts_with("assets/");
            if !is_asset || bucket.application != Application::Shell {
                keys.insert(format!("releases/{version}/{path}"));
            }
            keys.insert(path);
        }
    }
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shells_publisher_that_is_killed_anywhere_is_followed_by_one_that_finishes() {
    dies_everywhere(Bucket::shell, Build::shell).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_teams_publisher_that_is_killed_anywhere_is_followed_by_one_that_finishes() {
    dies_everywhere(Bucket::team, Build::team).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_publisher_that_is_killed_anywhere_is_followed_by_one_that_finishes() {
    for nth in [1, 3, 5, 7, 9, 11] {
        let bucket = Bucket::shell().await;
        let build = Build::shell("one");
        let killed = kill(&bucket, &build, Death::Before(nth));
        assert!(killed, "{nth}");
        finishes(&bucket, &build, false, Death::Before(nth)).await;
    }
}
