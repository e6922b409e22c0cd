//! The objects that a publish writes, and those that it leaves untouched.

use std::sync::{Arc, Mutex};

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use frontage::release::{Outcome, ReleaseError, Standing};

use super::bucket::{Bucket, changes};
use super::build::{Build, hashed, hex};
use super::support::proxy::{Fate, Proxy};

/// Counts the calls that change something in S3, while the proxy lives.
pub(crate) fn counting(bucket: &Bucket) -> (Bucket, Arc<Mutex<Vec<String>>>, Proxy) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let proxy = Proxy::start(&bucket.world, move |call| {
        if changes(&call.operation) {
            log.lock().expect("no panic").push(call.operation.clone());
        }
        Fate::Pass
    });
    (bucket.behind(&proxy), seen, proxy)
}

fn headers(head: &HeadObjectOutput) -> (&str, &str) {
    (
        head.content_type().unwrap_or_default(),
        head.cache_control().unwrap_or_default(),
    )
}

const IMMUTABLE: &str = "public, max-age=31536000, immutable";

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_stands_where_its_distribution_looks() {
    let bucket = Bucket::shell().await;
    let build = Build::shell("one");
    let published = bucket.publish(&build.dist()).await;
    assert_eq!(
        (published.outcome, published.before, published.files),
        (Outcome::Current, None, 6)
    );
    let version = published.version;
    let main = hashed("main", "js", "console.log('one')");
    let style = hashed("style", "css", "body {}");
    let copy = |path: &str| format!("releases/{version}/{path}");
    let expected = [
        (main.clone(), "text/javascript; charset=utf-8", IMMUTABLE),
        (style, "text/css; charset=utf-8", IMMUTABLE),
        (
            "index.html".to_owned(),
            "text/html; charset=utf-8",
            "no-cache",
        ),
        (
            "shared/session-1.js".to_owned(),
            "text/javascript; charset=utf-8",
            "no-cache",
        ),
        (
            "shared/toggles-1.js".to_owned(),
            "text/javascript; charset=utf-8",
            "no-cache",
        ),
        (
            "shared/ui-1.js".to_owned(),
            "text/javascript; charset=utf-8",
            "no-cache",
        ),
        (copy("index.html"), "text/html; charset=utf-8", IMMUTABLE),
        (
            copy("shared/session-1.js"),
            "text/javascript; charset=utf-8",
            IMMUTABLE,
        ),
        (
            copy("shared/toggles-1.js"),
            "text/javascript; charset=utf-8",
            IMMUTABLE,
        ),
        (
            copy("shared/ui-1.js"),
            "text/javascript; charset=utf-8",
            IMMUTABLE,
        ),
        (copy("release.json"), "application/json", "no-cache"),
    ];
    assert_eq!(
        bucket.keys().await,
        expected.iter().map(|(key, ..)| key.clone()).collect()
    );
    for (key, media_type, cache) in expected {
        assert_eq!(
            headers(&bucket.head(&key).await),
            (media_type, cache),
            "{key}"
        );
    }
    let checksum = bucket
        .head(&main)
        .await
        .checksum_sha256
        .expect("a checksum");
    let checksum = BASE64_STANDARD.decode(checksum).expect("base64");
    assert_eq!(hex(&checksum), bucket.files(&version).await[&main]);
    assert_eq!(bucket.current().await, version);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_files_go_up_in_one_pass_and_then_none() {
    let bucket = Bucket::shell().await;
    let build = Build::shell("many");
    for number in 0..494 {
        let text = format!("export default {number}");
        build.write(&hashed("chunk", "js", &text), &text);
    }
    let (counted, calls, _proxy) = counting(&bucket);
    let published = counted.publish(&build.dist()).await;
    assert_eq!((published.files, published.uploaded), (500, 500));
    // Each once; in addition: three loose files, the pointer, the record, the announcement and its
    // end.
    assert_eq!(
        calls.lock().expect("no panic").drain(..).count(),
        500 + 3 + 4
    );
    let again = counted.publish(&build.dist()).await;
    assert_eq!((again.outcome, again.uploaded), (Outcome::Unchanged, 0));
    assert_eq!(*calls.lock().expect("no panic"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_changed_goes_up() {
    let bucket = Bucket::shell().await;
    bucket.publish(&Build::shell("one").dist()).await;
    let (counted, calls, _proxy) = counting(&bucket);
    let published = counted.publish(&Build::shell("two").dist()).await;
    // A script and the release's own four copies.
    assert_eq!(
        (published.outcome, published.uploaded),
        (Outcome::Current, 5)
    );
    let calls = calls.lock().expect("no panic").clone();
    let at = |part: &str| {
        calls
            .iter()
            .position(|call| call.contains(part))
            .unwrap_or_else(|| panic!("{part}: {calls:#?}"))
    };
    assert!(
        !calls
            .iter()
            .any(|call| call.contains("/style-") || call.contains("-releases/shared/ui-1.js")),
        "{calls:#?}"
    );
    let pointer = at("-releases/index.html");
    assert!(at("/assets/main-") < at("/release.json"));
    assert!(at("/release.json") < at("-releases/shared/session-1.js"));
    assert!(
        at("-releases/shared/session-1.js") < pointer
            && at("-releases/shared/toggles-1.js") < pointer
    );
    // After the pointer only the announcement's end.
    assert_eq!(pointer, calls.len() - 2, "{calls:#?}");
    bucket.assert_quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_contents_under_a_name_that_never_changes_switch_nothing() {
    let bucket = Bucket::shell().await;
    let first = bucket.publish(&Build::shell("one").dist()).await.version;
    let build = Build::shell("two");
    let name = hashed("logo", "svg", "a");
    // Another size, the same size without a record, and one that is found only when it is uploaded.
    build.write(&name, "<svg/>");
    for there in ["<svg></svg>", "<SVG/>"] {
        bucket.put(&name, there).await;
        let published = bucket.try_publish(&build.dist(), None).await;
        if there.len() == "<svg/>".len() {
            // No record names it, and the sizes are equal: it counts as the same, as hashed names
            // promise.
            published.expect("published");
        } else {
            assert!(
                matches!(&published, Err(ReleaseError::Changed(key)) if *key == name),
                "{published:?}"
            );
            assert_eq!(bucket.assert_whole().await, first);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_name_with_other_contents_of_the_same_size_is_found() {
    let bucket = Bucket::shell().await;
    let (one, two) = (Build::shell("one"), Build::shell("two"));
    one.write("assets/logo-00000000.svg", "<svg/>");
    two.write("assets/logo-00000000.svg", "<SVG/>");
    let first = bucket.publish(&one.dist()).await.version;
    let published = bucket.try_publish(&two.dist(), None).await;
    assert!(
        matches!(published, Err(ReleaseError::Changed(_))),
        "{published:?}"
    );
    assert_eq!(bucket.assert_whole().await, first);
    bucket.assert_quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_damaged_by_hand_is_mended_by_the_next_publish() {
    let bucket = Bucket::shell().await;
    let build = Build::shell("one");
    bucket.publish(&build.dist()).await;
    bucket.delete(&hashed("style", "css", "body {}")).await;
    assert_eq!(bucket.publish(&build.dist()).await.uploaded, 1);
    bucket.put("shared/ui-1.js", "somebody was here").await;
    assert_eq!(
        bucket.publish(&build.dist()).await.outcome,
        Outcome::Unchanged
    );
    bucket.put("index.html", "somebody was here").await;
    let mended = bucket.publish(&build.dist()).await;
    assert_eq!((mended.outcome, mended.uploaded), (Outcome::Current, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_bucket_is_told() {
    let bucket = Bucket::shell().await;
    let gone = Bucket {
        name: "acme-nowhere".to_owned(),
        ..bucket
    };
    let published = gone.try_publish(&Build::shell("one").dist(), None).await;
    assert!(
        matches!(published, Err(ReleaseError::NoBucket(_))),
        "{published:?}"
    );
    let listed = gone.releases().await.list().await;
    assert!(
        matches!(listed, Err(ReleaseError::NoBucket(_))),
        "{listed:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_are_listed_and_gone_back_to() {
    let bucket = Bucket::shell().await;
    assert!(matches!(
        bucket
            .releases()
            .await
            .roll_back(None, &frontage::release::Events::none())
            .await,
        Err(ReleaseError::NothingPublished)
    ));
    let mut versions = Vec::new();
    for text in ["one", "two", "three"] {
        versions.push(bucket.publish(&Build::shell(text).dist()).await.version);
        if text == "one" {
            assert!(matches!(
                bucket.roll_back(None).await,
                Err(ReleaseError::NothingBefore(_))
            ));
        }
    }
    let listed = bucket.releases().await.list().await.expect("a list");
    let standing: Vec<_> = listed
        .iter()
        .map(|release| (&release.version, release.standing))
        .collect();
    let expected = [Standing::Current, Standing::Previous, Standing::Kept];
    assert_eq!(
        standing,
        versions.iter().rev().zip(expected).collect::<Vec<_>>()
    );
    assert_eq!(
        (listed[0].files, listed[0].package_version.as_deref()),
        (6, None)
    );

    let back = bucket.roll_back(None).await.expect("back");
    assert_eq!(
        (&back.version, &back.before, back.ended_canary),
        (&versions[1], &versions[2], None)
    );
    assert_eq!(bucket.current().await, versions[1]);
    assert_eq!(
        bucket.roll_back(None).await.expect("and there").version,
        versions[2]
    );
    let first = bucket
        .roll_back(Some(&versions[0].as_str()[..9]))
        .await
        .expect("by a prefix");
    assert_eq!(
        (&first.version, &first.before),
        (&versions[0], &versions[2])
    );
    assert_eq!(
        bucket
            .roll_back(Some(versions[0].as_str()))
            .await
            .expect("the same")
            .before,
        versions[0]
    );
    assert!(matches!(
        bucket.roll_back(Some("xyz")).await,
        Err(ReleaseError::Unknown(_))
    ));
    assert!(matches!(
        bucket.roll_back(Some("")).await,
        Err(ReleaseError::Ambiguous { .. })
    ));
    bucket
        .delete(&hashed("main", "js", "console.log('two')"))
        .await;
    let torn = bucket.roll_back(Some(versions[1].as_str())).await;
    assert!(
        matches!(torn, Err(ReleaseError::Incomplete { .. })),
        "{torn:?}"
    );
    assert_eq!(bucket.current().await, versions[0]);
    bucket.assert_quiet().await;
}
