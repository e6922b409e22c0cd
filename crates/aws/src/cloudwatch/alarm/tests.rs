//! Behaviour of CloudWatch that no emulator shows.

use engine::UNKNOWN;
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;

const NO_HINTS: &str = r#"{"ResourceTagMappingList":[]}"#;
const NONE: &str = r#"{"MetricAlarms":[]}"#;
const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:acme-toggles-alarms";
const THEIRS: &str = "arn:aws:sns:eu-west-1:111122223333:pager";

fn driver(fake: &FakeAws) -> Alarms {
    Alarms::new(&Account::for_tests(fake))
}

fn members(more: &Value) -> Value {
    let mut members = json!({
        "AlarmName": "acme-a", "Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum",
        "Dimensions": [{"Name": "FunctionName", "Value": "acme-f"}], "Period": 60, "Threshold": 0.5,
        "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 3, "AlarmActions": [TOPIC],
    });
    let more = more.as_object().cloned().unwrap_or_default();
    members.as_object_mut().unwrap().extend(more);
    members
}

/// An alarm, normalised, as the adapter passes it to its driver.
fn alarm(more: &Value) -> Properties {
    let mut alarm = serde_json::from_value(members(more)).unwrap();
    driver(&FakeAws::default()).normalise(&mut alarm);
    alarm
}

fn described(more: &Value) -> String {
    json!({"MetricAlarms": [members(more)]}).to_string()
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: None,
        address: "test/alarm".parse().unwrap(),
        fingerprint: "f".to_owned(),
    }
}

fn tagged(system: &str) -> String {
    json!({"Tags": [
        {"Key": "frontage:system", "Value": system},
        {"Key": "frontage:address", "Value": "test/alarm"},
    ]})
    .to_string()
}

async fn create(fake: &FakeAws) -> Result<Live, DriverError> {
    let tags = owner().tags();
    driver(fake)
        .create(alarm(&json!({})), &owner(), &tags)
        .await
}

/// The members of the last request.
fn sent(fake: &FakeAws) -> Value {
    let request = fake.requests().pop().unwrap();
    serde_json::from_str(&request[request.find('{').unwrap()..]).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_new_alarm_is_created_with_its_tags_and_waited_for() {
    let exists = described(&json!({}));
    let fake = FakeAws::new([
        ("/DescribeAlarms", 200, NONE),
        ("/PutMetricAlarm", 200, "{}"),
        ("/DescribeAlarms", 200, NONE),
        ("/DescribeAlarms", 200, exists.as_str()),
    ]);
    let live = create(&fake).await.unwrap();
    assert_eq!(
        live.attribute(Alarm::ARN).unwrap(),
        "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:acme-a"
    );
    let put = fake.requests().remove(1);
    assert!(
        put.contains(r#"{"Key":"frontage:system","Value":"acme"}"#),
        "{put}"
    );
    fake.assert_used();
}

/// `PutMetricAlarm` would overwrite it.
#[tokio::test]
async fn an_alarm_of_another_owner_is_not_taken() {
    let (found, theirs) = (described(&json!({})), tagged("theirs"));
    let fake = FakeAws::new([
        ("/DescribeAlarms", 200, found.as_str()),
        ("/ListTagsForResource", 200, theirs.as_str()),
    ]);
    assert_eq!(
        create(&fake).await.unwrap_err().to_string(),
        "an alarm `acme-a` of another owner exists and is left untouched"
    );
    assert_eq!(fake.count("/PutMetricAlarm"), 0);
}

#[tokio::test]
async fn an_alarm_that_an_earlier_attempt_made_otherwise_is_changed_and_tagged() {
    let (found, ours) = (described(&json!({"Threshold": 9.0})), tagged("acme"));
    let fake = FakeAws::new([
        ("/DescribeAlarms", 200, found.as_str()),
        ("/ListTagsForResource", 200, ours.as_str()),
        ("/DescribeAlarms", 200, found.as_str()),
        ("/PutMetricAlarm", 200, "{}"),
        ("/TagResource", 200, "{}"),
    ]);
    create(&fake).await.unwrap();
    let put = &fake.requests()[3];
    assert!(put.contains(r#""Threshold":0.5"#), "{put}");
    fake.assert_used();
}

/// The call replaces the whole alarm.
#[tokio::test]
async fn a_change_repeats_what_the_model_does_not_describe() {
    let theirs = json!({"WarmUpConfiguration": {"WarmUpPeriodDurationInMinutes": 5}});
    let found = described(&theirs);
    let fake = FakeAws::new([
        ("/DescribeAlarms", 200, found.as_str()),
        ("/PutMetricAlarm", 200, "{}"),
    ]);
    let driver = driver(&fake);
    let live = driver.live(alarm(&json!({})), LiveTags::Unread);
    let desired = alarm(&json!({"Threshold": 2.0}));
    driver
        .updated(live, desired, &Changes::default())
        .await
        .unwrap();
    let sent = sent(&fake);
    assert_eq!(sent["Threshold"], 2.0);
    assert_eq!(sent["WarmUpConfiguration"], theirs["WarmUpConfiguration"]);
    assert_eq!(sent.get("Tags"), None);
    fake.assert_used();
}

#[tokio::test]
async fn an_alarm_on_the_second_page_is_found_and_an_absent_one_is_deleted() {
    let first =
        json!({"MetricAlarms": [members(&json!({"AlarmName": "acme-0"}))], "NextToken": "n"});
    let (first, second) = (first.to_string(), described(&json!({})));
    let gone = r#"{"__type":"com.amazonaws.cloudwatch#ResourceNotFound","message":"gone"}"#;
    let fake = FakeAws::new([
        ("GetResources", 200, NO_HINTS),
        ("/DescribeAlarms", 200, first.as_str()),
        (r#""NextToken":"n""#, 200, second.as_str()),
        ("/DeleteAlarms", 404, gone),
        ("/DescribeAlarms", 200, NONE),
    ]);
    let driver = driver(&fake);
    let address = "test/alarm".parse().unwrap();
    let request = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: alarm(&json!({})),
    };
    let live = driver.read(request, &ReadCache::default()).await;
    let live = live.unwrap().unwrap();
    assert_eq!(live.properties.threshold.to_string(), "0.5");
    assert_eq!(live.tags, LiveTags::Unread);
    driver.delete(live).await.unwrap();
    fake.assert_used();
}

#[test]
fn actions_that_others_added_stay_and_stay_off() {
    let driver = driver(&FakeAws::default());
    let live = alarm(&json!({
        "AlarmActions": [TOPIC, THEIRS], "OKActions": [THEIRS], "ActionsEnabled": false,
    }));
    let mut desired: Properties = serde_json::from_value(members(&json!({}))).unwrap();
    driver.leave(&mut desired, &live);
    driver.normalise(&mut desired);
    assert_eq!(desired.alarm_actions, [TOPIC, THEIRS]);
    assert_eq!(desired.ok_actions, [THEIRS]);
    assert_eq!(desired.actions_enabled, Some(false));
}

#[test]
fn the_order_and_the_defaults_of_cloudwatch_make_no_difference() {
    let stated = alarm(&json!({
        "AlarmActions": ["b", "a", "a"], "ActionsEnabled": true, "TreatMissingData": "missing",
        "DatapointsToAlarm": 3, "AlarmDescription": "",
    }));
    assert_eq!(stated, alarm(&json!({"AlarmActions": ["a", "b"]})));
}

#[test]
fn what_cloudwatch_refuses_is_refused_before_any_call() {
    let refused = [
        (json!({"AlarmName": "x".repeat(256)}), "AlarmName"),
        (json!({"Statistic": "Total"}), "Statistic"),
        (json!({"ExtendedStatistic": "p99", "Statistic": null}), ""),
        (json!({"Statistic": null}), "Statistic"),
        (json!({"ComparisonOperator": "="}), "ComparisonOperator"),
        (json!({"TreatMissingData": "ok"}), "TreatMissingData"),
        (json!({"Period": 45}), "Period"),
        (json!({"Period": 90}), "Period"),
        (
            json!({"Period": 300, "EvaluationPeriods": 289}),
            "EvaluationPeriods",
        ),
        (
            json!({"Period": 3600, "EvaluationPeriods": 169}),
            "EvaluationPeriods",
        ),
        (json!({"DatapointsToAlarm": 4}), "DatapointsToAlarm"),
        (json!({"AlarmActions": vec!["a"; 1]}), ""),
        (
            json!({"AlarmActions": ["a", "b", "c", "d", "e", "f"]}),
            "AlarmActions",
        ),
    ];
    for (more, property) in refused {
        let found = findings(Alarms::new, &alarm(&more));
        let expected = usize::from(!property.is_empty());
        assert!(
            found.len() == expected && found.iter().all(|found| found.starts_with(property)),
            "{more}: {found:?}"
        );
    }
    let unknown =
        json!({"AlarmActions": [UNKNOWN], "Dimensions": [{"Name": "q", "Value": UNKNOWN}]});
    assert_eq!(findings(Alarms::new, &alarm(&unknown)), [""; 0]);
}

/// Those of the system that is applied there have names without this Region.
#[tokio::test]
async fn what_the_system_has_in_another_region_is_listed_if_the_index_there_shows_something() {
    let topic = "arn:aws:sns:us-east-1:111122223333:acme-test-alarms-eu-west-1";
    let shown = json!({"ResourceTagMappingList": [{"ResourceARN": topic, "Tags": [
        {"Key": "frontage:system", "Value": "acme"},
        {"Key": "frontage:region", "Value": "eu-west-1"},
    ]}]});
    let shown = shown.to_string();
    let named = |name: &str| members(&json!({"AlarmName": name}));
    let there = json!({"MetricAlarms": [named("acme-a"), named("acme-a-eu-west-1")]}).to_string();
    let here = described(&json!({}));
    let fake = FakeAws::new([
        ("tagging.eu-west-1", 200, NO_HINTS),
        ("monitoring.eu-west-1", 200, here.as_str()),
        ("tagging.us-east-1", 200, shown.as_str()),
        ("monitoring.us-east-1", 200, there.as_str()),
    ]);
    let listed = driver(&fake).list(&ReadCache::default()).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|live| live.id.as_str()).collect();
    let there = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:acme-a-eu-west-1";
    assert_eq!(ids, ["acme-a", there]);
    assert_eq!(listed[1].properties.region.as_deref(), Some("us-east-1"));
    let asked = fake.requests();
    let index = asked.iter().find(|call| call.contains("tagging.us-east-1"));
    assert!(index.is_some_and(|call| call.contains("frontage:region")));
    fake.assert_used();
}

/// An organisation may deny other Regions.
#[tokio::test]
async fn an_index_elsewhere_that_shows_nothing_or_is_denied_costs_no_further_call() {
    let here = described(&json!({}));
    for (status, answer) in [
        (200, NO_HINTS),
        (400, r#"{"__type":"AccessDeniedException"}"#),
    ] {
        let fake = FakeAws::new([
            ("tagging.eu-west-1", 200, NO_HINTS),
            ("monitoring.eu-west-1", 200, here.as_str()),
            ("tagging.us-east-1", status, answer),
        ]);
        let listed = driver(&fake).list(&ReadCache::default()).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(fake.requests().len(), 3);
    }
}
