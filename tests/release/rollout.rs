//! Canaries in steps, with real alarms.

use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{Builder, Region};
use aws_sdk_cloudwatch::types::{ComparisonOperator, StateValue, Statistic};
use frontage::release::{Dist, Event, Events, Percent, ReleaseError, Rollout, Steps};
use tokio::sync::mpsc::unbounded_channel;

use super::bucket::Bucket;
use super::build::Build;

const ALARM: &str = "errors of shipping";

/// A bucket with a current release, a build for the next one, and an alarm.
async fn ready() -> (Bucket, Dist, Client) {
    ready_in("eu-west-1").await
}

/// The same, with the alarm in this Region.
async fn ready_in(region: &'static str) -> (Bucket, Dist, Client) {
    let bucket = Bucket::team().await;
    let (_first, first) = Build::team("one").dist_kept();
    bucket.publish(&first).await;
    let (next, dist) = Build::team("two").dist_kept();
    bucket.try_publish(&dist, Some(10)).await.expect("a canary");
    drop(next);
    let config = Builder::from(&bucket.world.config()).region(Region::new(region));
    let client = Client::from_conf(config.build());
    let put = client
        .put_metric_alarm()
        .alarm_name(ALARM)
        .namespace("Acme")
        .metric_name("Errors")
        .statistic(Statistic::Sum)
        .period(60)
        .evaluation_periods(1)
        .threshold(1.0)
        .comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold);
    put.send().await.expect("an alarm");
    (bucket, dist, client)
}

async fn set(client: &Client, state: StateValue) {
    let set = client.set_alarm_state().alarm_name(ALARM);
    let set = set.state_value(state).state_reason("7 errors in a minute");
    set.send().await.expect("set");
}

async fn rollout(bucket: &Bucket, steps: &str, every: Duration, names: &[&str]) -> Rollout {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    Rollout {
        steps: steps.parse::<Steps>().expect("steps"),
        every,
        alarms: bucket.releases().await.alarms(&names),
        hold: false,
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_goes_step_by_step_to_all() {
    let (bucket, dist, client) = ready().await;
    set(&client, StateValue::Ok).await;
    let rollout = rollout(&bucket, "10,50", SECOND, &[ALARM]).await;
    rollout.alarms.assert_quiet().await.expect("quiet");
    let (sender, mut received) = unbounded_channel();
    let releases = bucket.releases().await;
    let ended = releases
        .roll_out(dist.version(), &rollout, &Events::new(sender))
        .await;
    ended.expect("rolled out");
    let mut baked = Vec::new();
    while let Ok(event) = received.try_recv() {
        if let Event::Baking {
            percent,
            every,
            alarms,
        } = event
        {
            assert_eq!((every, alarms), (SECOND, 1));
            baked.push(percent.get());
        }
    }
    assert_eq!(baked, [10, 50]);
    assert_eq!(bucket.assert_whole().await, *dist.version());
    bucket.assert_quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_goes_on_from_the_step_that_it_has_reached() {
    let (bucket, dist, _client) = ready().await;
    bucket.try_publish(&dist, Some(50)).await.expect("a canary");
    let releases = bucket.releases().await;
    let steps = "10,50".parse().expect("steps");
    let first = releases
        .first_step(dist.version(), &steps)
        .await
        .expect("a step");
    assert_eq!(first.get(), 50);
    let rollout = rollout(&bucket, "10,50", SECOND, &[]).await;
    let ended = releases
        .roll_out(dist.version(), &rollout, &Events::none())
        .await;
    ended.expect("rolled out");
    assert_eq!(bucket.assert_whole().await, *dist.version());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_that_is_held_stays_at_its_last_step() {
    let (bucket, dist, _) = ready().await;
    let before = bucket.current().await;
    let held = Rollout {
        hold: true,
        ..rollout(&bucket, "10,50", SECOND, &[]).await
    };
    let releases = bucket.releases().await;
    let ended = releases
        .roll_out(dist.version(), &held, &Events::none())
        .await;
    assert_eq!(ended.expect("held").map(Percent::get), Some(50));
    assert_eq!(bucket.current().await, before);
    let takes = async |version| releases.takes_canary(version).await.expect("read");
    assert!(takes(dist.version()).await);
    assert!(!takes(&before).await, "it is current");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_ends_a_canary_at_once() {
    let (bucket, dist, client) = ready().await;
    set(&client, StateValue::Alarm).await;
    let before = bucket.current().await;
    let hour = Duration::from_hours(1);
    let rollout = rollout(&bucket, "10,50", hour, &[ALARM]).await;
    let ringing = rollout.alarms.assert_quiet().await;
    assert!(
        matches!(ringing, Err(ReleaseError::RingingAlready { .. })),
        "{ringing:?}"
    );
    let releases = bucket.releases().await;
    let ended = releases
        .roll_out(dist.version(), &rollout, &Events::none())
        .await;
    let Err(ReleaseError::Rang {
        alarm,
        reason,
        current,
        ..
    }) = ended
    else {
        panic!("{ended:?}")
    };
    assert_eq!(
        (alarm.as_str(), reason.as_str()),
        (ALARM, "7 errors in a minute")
    );
    assert_eq!(current, Some(before.clone()));
    assert_eq!(bucket.assert_whole().await, before);
    let manifest = bucket.json("manifest.json").await;
    let entries = manifest["microFrontends"]["@acme/shipping"].as_array();
    assert_eq!(entries.map(Vec::len), Some(1));
}

/// Those on a distribution are there.
#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_in_us_east_1_is_found() {
    let (bucket, _dist, client) = ready_in("us-east-1").await;
    let rollout = rollout(&bucket, "10", SECOND, &[ALARM]).await;
    set(&client, StateValue::Ok).await;
    rollout.alarms.assert_quiet().await.expect("quiet");
    set(&client, StateValue::Alarm).await;
    let ringing = rollout.alarms.assert_quiet().await;
    assert!(
        matches!(ringing, Err(ReleaseError::RingingAlready { .. })),
        "{ringing:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_stays_where_its_alarms_cannot_be_read() {
    let (bucket, dist, _client) = ready().await;
    let rollout = rollout(&bucket, "10,50", SECOND, &["no such alarm"]).await;
    let unknown = rollout.alarms.assert_quiet().await;
    assert!(matches!(&unknown, Err(ReleaseError::NoAlarm(name)) if name == "no such alarm"));
    let releases = bucket.releases().await;
    let ended = releases
        .roll_out(dist.version(), &rollout, &Events::none())
        .await;
    assert!(
        matches!(ended, Err(ReleaseError::Blind { .. })),
        "{ended:?}"
    );
    let listed = releases.list().await.expect("a list");
    assert_eq!(
        listed[1].percent.map(frontage::release::Percent::get),
        Some(10)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_that_someone_else_ended_is_not_raised() {
    let (bucket, dist, _client) = ready().await;
    let before = bucket.roll_back(None).await.expect("ended").version;
    let rollout = rollout(&bucket, "10,50", SECOND, &[]).await;
    let releases = bucket.releases().await;
    let ended = releases
        .roll_out(dist.version(), &rollout, &Events::none())
        .await;
    assert!(
        matches!(ended, Err(ReleaseError::CanaryEnded { .. })),
        "{ended:?}"
    );
    assert_eq!(bucket.assert_whole().await, before);
}
