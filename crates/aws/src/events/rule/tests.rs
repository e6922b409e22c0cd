//! Behaviour of EventBridge that no emulator shows: failures in an answer that succeeds, races, and
//! roles that are new.

use engine::UNKNOWN;
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;
use crate::kit::left::assert_left;
use crate::kit::testing::{driver as untyped, live as alive, update};

const ARN: &str = "arn:aws:events:eu-west-1:111122223333:rule/acme-test";
const ROLE: &str = "arn:aws:iam::111122223333:role/acme-test";
const ABSENT: &str = r#"{"__type":"ResourceNotFoundException","message":"none"}"#;
const DONE: &str = r#"{"FailedEntryCount":0,"FailedEntries":[]}"#;
const OURS: &str = r#"{"Tags":[{"Key":"frontage:system","Value":"acme"},{"Key":"frontage:address","Value":"test/rule"},{"Key":"frontage:fingerprint","Value":"f"}]}"#;
const THEIRS: &str = r#"{"Tags":[{"Key":"owner","Value":"somebody"}]}"#;

fn driver(fake: &FakeAws) -> Rules {
    Rules::new(&Account::for_tests(fake))
}

#[allow(clippy::needless_pass_by_value)] // built in place
fn with(more: Value) -> Value {
    let mut members = json!({"Name": "acme-test", "EventPattern": {"source": ["aws.codecommit"]}});
    let more = more.as_object().cloned().unwrap_or_default();
    members.as_object_mut().unwrap().extend(more);
    members
}

fn rule(more: Value) -> Properties {
    let mut rule = serde_json::from_value(with(more)).unwrap();
    driver(&FakeAws::default()).normalise(&mut rule);
    rule
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: None,
        address: "test/rule".parse().unwrap(),
        fingerprint: "f".to_owned(),
    }
}

fn target(id: &str) -> Value {
    json!({"Id": id, "Arn": format!("arn:aws:sqs:eu-west-1:111122223333:{id}")})
}

fn described() -> String {
    json!({
        "Name": "acme-test",
        "Arn": ARN,
        "EventPattern": r#"{ "source" : ["aws.codecommit"] }"#,
        "State": "ENABLED",
        "EventBusName": "default",
    })
    .to_string()
}

fn targets(ids: &[&str]) -> String {
    let targets: Vec<_> = ids.iter().map(|id| target(id)).collect();
    json!({"Targets": targets}).to_string()
}

fn failed(code: &str) -> String {
    let entry = json!({"TargetId": "build", "ErrorCode": code, "ErrorMessage": "no"});
    json!({"FailedEntryCount": 1, "FailedEntries": [entry]}).to_string()
}

async fn create(fake: &FakeAws, more: Value) -> Result<Live, DriverError> {
    driver(fake)
        .create(rule(more), &owner(), &owner().tags())
        .await
}

/// Changes the targets of a rule and returns the requests.
async fn retargeted(old: &[&str], new: &[&str], fake: &FakeAws) -> Vec<String> {
    let of = |ids: &[&str]| {
        let targets: Vec<_> = ids.iter().map(|id| target(id)).collect();
        with(json!({"Targets": targets}))
    };
    let driver = untyped(fake, Rules::new);
    let live = alive(&driver, "rules", (Rule::ARN, ARN), "rule", &of(old));
    update(&driver, &live, &of(new)).await.unwrap();
    fake.requests()
}

/// `PutRule` would write over the rule of another owner.
#[tokio::test(start_paused = true)]
async fn a_rule_is_looked_for_created_with_tags_and_waited_for() {
    let (found, listed) = (described(), targets(&[]));
    let fake = FakeAws::new([
        ("DescribeRule", 400, ABSENT),
        ("ListTargetsByRule", 400, ABSENT),
        ("PutRule", 200, r#"{"RuleArn":"arn"}"#),
        ("DescribeRule", 400, ABSENT),
        ("ListTargetsByRule", 400, ABSENT),
        ("DescribeRule", 200, found.as_str()),
        ("ListTargetsByRule", 200, listed.as_str()),
        ("ListTagsForResource", 200, r#"{"Tags":[]}"#),
        ("DescribeRule", 200, found.as_str()),
        ("ListTargetsByRule", 200, listed.as_str()),
        ("ListTagsForResource", 200, OURS),
        ("PutTargets", 200, DONE),
    ]);
    let live = create(&fake, json!({"Targets": [target("build")]})).await;
    assert_eq!(live.unwrap().attribute(Rule::ARN).unwrap(), ARN);
    let requests = fake.requests();
    assert!(
        requests.last().unwrap().contains("PutTargets"),
        "{requests:?}"
    );
    let put = &requests[2];
    for sent in [
        "frontage:system",
        "ENABLED",
        r#"{\"source\":[\"aws.codecommit\"]}"#,
    ] {
        assert!(put.contains(sent), "{put}");
    }
    fake.assert_used();
}

#[tokio::test]
async fn the_rule_of_another_owner_is_not_written_over() {
    let (found, listed) = (described(), targets(&[]));
    let fake = FakeAws::new([
        ("DescribeRule", 200, found.as_str()),
        ("ListTargetsByRule", 200, listed.as_str()),
        ("ListTagsForResource", 200, THEIRS),
    ]);
    let error = create(&fake, json!({})).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the rule `acme-test` exists already and is not this resource"
    );
    assert_eq!(fake.count("PutRule"), 0);
}

#[tokio::test]
async fn a_rule_that_an_earlier_attempt_created_gets_its_targets() {
    let (found, listed) = (described(), targets(&[]));
    let fake = FakeAws::new([
        ("DescribeRule", 200, found.as_str()),
        ("ListTargetsByRule", 200, listed.as_str()),
        ("ListTagsForResource", 200, OURS),
        ("PutTargets", 200, DONE),
    ]);
    create(&fake, json!({"Targets": [target("build")]}))
        .await
        .unwrap();
    fake.assert_used();
}

/// The call succeeds though a target was refused.
#[tokio::test]
async fn a_target_that_is_refused_is_an_error() {
    let no = failed("ResourceNotFoundException");
    let (found, listed) = (described(), targets(&[]));
    let fake = FakeAws::new([
        ("DescribeRule", 400, ABSENT),
        ("ListTargetsByRule", 400, ABSENT),
        ("PutRule", 200, "{}"),
        ("DescribeRule", 200, found.as_str()),
        ("ListTargetsByRule", 200, listed.as_str()),
        ("ListTagsForResource", 200, OURS),
        ("PutTargets", 200, no.as_str()),
    ]);
    let error = create(&fake, json!({"Targets": [target("build")]})).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "events:PutTargets: ResourceNotFoundException: no (target `build`)"
    );
}

#[tokio::test(start_paused = true)]
async fn a_concurrent_change_and_a_new_role_pass() {
    let busy = failed("ConcurrentModificationException");
    let new = r#"{"__type":"ValidationException","message":"Provided role 'arn' cannot be assumed by principal 'events.amazonaws.com'."}"#;
    let fake = FakeAws::new([
        ("PutTargets", 400, new),
        ("PutTargets", 200, busy.as_str()),
        ("PutTargets", 200, DONE),
    ]);
    let desired = rule(json!({"Targets": [target("build")]}));
    let put = driver(&fake);
    put.put_targets("acme-test", &desired.targets)
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn only_targets_that_differ_are_written_and_added_ones_first() {
    let fake = FakeAws::new([("PutTargets", 200, DONE), ("RemoveTargets", 200, DONE)]);
    let requests = retargeted(&["a", "b"], &["b", "c"], &fake).await;
    assert!(requests[0].contains(r#""Id":"c""#), "{requests:?}");
    assert!(!requests[0].contains(r#""Id":"b""#), "{requests:?}");
    assert!(requests[1].contains(r#""Ids":["a"]"#), "{requests:?}");
    fake.assert_used();
}

#[tokio::test]
async fn where_a_rule_has_no_room_targets_are_removed_first() {
    let fake = FakeAws::new([("RemoveTargets", 200, DONE), ("PutTargets", 200, DONE)]);
    let old = ["a", "b", "c", "d", "e"];
    let new = ["a", "b", "c", "d", "f"];
    let requests = retargeted(&old, &new, &fake).await;
    assert!(requests[0].contains(r#""Ids":["e"]"#), "{requests:?}");
    fake.assert_used();
}

/// What the call omits, AWS removes.
#[tokio::test]
async fn a_changed_rule_is_written_whole_and_without_tags() {
    let fake = FakeAws::new([("PutRule", 200, "{}")]);
    let driver = untyped(&fake, Rules::new);
    let before = with(json!({"Description": "old", "RoleArn": ROLE}));
    let live = alive(&driver, "rules", (Rule::ARN, ARN), "rule", &before);
    update(&driver, &live, &with(json!({}))).await.unwrap();
    let put = &fake.requests()[0];
    for sent in [r#""Description":"""#, ROLE, "aws.codecommit"] {
        assert!(put.contains(sent), "{put}");
    }
    assert!(!put.contains("Tags"), "{put}");
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_rule_is_deleted_without_targets_even_if_one_was_added_meanwhile() {
    let has = r#"{"__type":"ValidationException","message":"Rule can't be deleted since it has targets."}"#;
    let (two, none) = (targets(&["a", "b"]), targets(&[]));
    let found = described();
    let fake = FakeAws::new([
        ("ListTargetsByRule", 200, two.as_str()),
        ("RemoveTargets", 200, DONE),
        ("DeleteRule", 400, has),
        ("ListTargetsByRule", 200, none.as_str()),
        ("DeleteRule", 200, "{}"),
        ("DescribeRule", 200, found.as_str()),
        ("DescribeRule", 400, ABSENT),
    ]);
    driver(&fake).delete_rule("acme-test").await.unwrap();
    assert!(fake.requests()[1].contains(r#""Ids":["a","b"]"#));
    fake.assert_used();
}

#[tokio::test]
async fn all_pages_of_targets_and_rules_are_read() {
    let first = json!({"Targets": [target("a")], "NextToken": "more"}).to_string();
    let second = targets(&["b"]);
    let rules = |name: &str, next: Option<&str>| {
        json!({"Rules": [{"Name": name}], "NextToken": next}).to_string()
    };
    let (one, two) = (rules("acme-a", Some("more")), rules("acme-b", None));
    let fake = FakeAws::new([
        ("ListTargetsByRule", 200, first.as_str()),
        ("ListTargetsByRule", 200, second.as_str()),
        ("ListRules", 200, one.as_str()),
        ("ListRules", 200, two.as_str()),
    ]);
    let driver = driver(&fake);
    assert_eq!(driver.targets("acme-test").await.unwrap().len(), 2);
    let names = driver.client.names(&ReadCache::default()).await.unwrap();
    assert_eq!(*names, ["acme-a", "acme-b"]);
    fake.assert_used();
}

/// Another run may delete it while it is read.
#[tokio::test]
async fn a_rule_that_is_deleted_before_its_tags_are_read_is_absent() {
    let (found, listed) = (described(), targets(&[]));
    let fake = FakeAws::new([
        ("DescribeRule", 200, found.as_str()),
        ("ListTargetsByRule", 200, listed.as_str()),
        ("GetResources", 200, r#"{"ResourceTagMappingList":[]}"#),
        ("ListTagsForResource", 400, ABSENT),
    ]);
    let found = driver(&fake).find("acme-test", &ReadCache::default()).await;
    assert!(found.unwrap().is_none());
    fake.assert_used();
}

/// A pattern is the same with other spaces, and defaults that are stated are none.
#[tokio::test]
async fn what_means_the_same_is_no_change() {
    let retries = json!({"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185});
    let (mut one, two) = (target("b"), target("a"));
    one["RetryPolicy"] = retries;
    let desired = rule(json!({"Targets": [one, two], "State": "ENABLED"}));
    let (found, listed) = (described(), targets(&["a", "b"]));
    let fake = FakeAws::new([
        ("DescribeRule", 200, found.as_str()),
        ("ListTargetsByRule", 200, listed.as_str()),
    ]);
    let driver = driver(&fake);
    let live = driver.untagged("acme-test").await.unwrap();
    let mut live = live.unwrap().properties;
    driver.normalise(&mut live);
    assert_eq!(live, desired);
}

#[test]
fn what_a_description_does_not_state_is_left() {
    let role = (
        "RoleArn",
        json!(ROLE),
        json!("arn:aws:iam::111122223333:role/other"),
    );
    assert_left(Rules::new, &with(json!({})), &[role]);
}

#[test]
fn what_eventbridge_refuses_is_refused_before_any_call() {
    let of_target = |member: &str, value: Value| {
        let mut target = target("a");
        target[member] = value;
        json!({"Targets": [target]})
    };
    let six: Vec<_> = (0..6).map(|number| target(&number.to_string())).collect();
    let mut two_inputs = target("a");
    two_inputs["Input"] = json!("{}");
    two_inputs["InputPath"] = json!("$.detail");
    for (members, property) in [
        (json!({"Name": "a b"}), "Name"),
        (json!({"Name": "x".repeat(65)}), "Name"),
        (json!({"Description": "x".repeat(513)}), "Description"),
        (json!({"State": "ON"}), "State"),
        (json!({"EventPattern": null}), "EventPattern"),
        (json!({"EventPattern": {}}), "EventPattern"),
        (
            json!({"EventPattern": {"source": ["x".repeat(4096)]}}),
            "EventPattern",
        ),
        (
            json!({"ScheduleExpression": "every minute"}),
            "ScheduleExpression",
        ),
        (json!({"Targets": six}), "Targets"),
        (json!({"Targets": [target("a"), target("a")]}), "Targets"),
        (json!({"Targets": [two_inputs]}), "Targets"),
        (of_target("Input", json!("start")), "Targets"),
        (of_target("Id", json!("a b")), "Targets[0].Id"),
        (
            of_target(
                "Arn",
                json!("arn:aws:codepipeline:eu-west-1:111122223333:p"),
            ),
            "Targets",
        ),
        (
            of_target("RetryPolicy", json!({"MaximumRetryAttempts": 186})),
            "Targets[0].RetryPolicy.MaximumRetryAttempts",
        ),
        (
            of_target("InputTransformer", json!({"InputTemplate": ""})),
            "Targets[0].InputTransformer.InputTemplate",
        ),
    ] {
        let found = findings(Rules::new, &rule(members));
        assert!(
            found.len() == 1 && found[0].starts_with(property),
            "{property}: {found:?}"
        );
    }
    for members in [
        json!({}),
        json!({"EventPattern": null, "ScheduleExpression": "rate(5 minutes)"}),
        of_target("Input", json!(r#"{"a":1}"#)),
        json!({
            "Name": UNKNOWN,
            "EventPattern": {"resources": [UNKNOWN]},
            "ScheduleExpression": UNKNOWN,
            "Targets": [{"Id": "a", "Arn": UNKNOWN, "RoleArn": UNKNOWN, "Input": UNKNOWN}],
        }),
    ] {
        assert_eq!(findings(Rules::new, &rule(members)), [""; 0]);
    }
}
