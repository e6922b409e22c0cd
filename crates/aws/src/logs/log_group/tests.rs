//! Behaviour of CloudWatch Logs that no emulator shows.

use engine::{Live as UntypedLive, LiveProperties, Reader as _, UNKNOWN};
use fake_aws::FakeAws;

use super::*;
use crate::kit::findings::findings;
use crate::kit::typed::Untyped;

const EXISTS: &str = r#"{"__type":"ResourceAlreadyExistsException","message":"exists"}"#;

fn group(name: &str) -> Properties {
    LogGroup {
        log_group_name: name.to_owned(),
        retention_in_days: Some(30),
        log_group_class: None,
        kms_key_id: None,
        deletion_protection_enabled: None,
    }
}

fn protected(on: Option<bool>) -> Properties {
    LogGroup {
        deletion_protection_enabled: on,
        ..group("/aws/lambda/acme-f")
    }
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: None,
        address: "test/group".parse().unwrap(),
        fingerprint: "1".to_owned(),
    }
}

async fn create(fake: &FakeAws) -> Result<Live, DriverError> {
    let driver = LogGroups::new(&Account::for_tests(fake));
    let desired = group("/aws/lambda/acme-f");
    driver.create(desired, &owner(), &owner().tags()).await
}

#[tokio::test(start_paused = true)]
async fn an_aborted_retention_change_is_made_again() {
    let aborted = r#"{"__type":"OperationAbortedException","message":"Please try again."}"#;
    let fake = FakeAws::new([
        ("CreateLogGroup", 200, "{}"),
        ("PutRetentionPolicy", 400, aborted),
        ("PutRetentionPolicy", 400, aborted),
        ("PutRetentionPolicy", 200, "{}"),
    ]);
    let live = create(&fake).await.unwrap();
    assert_eq!(live.properties.retention_in_days, Some(30));
    fake.assert_used();
}

#[tokio::test]
async fn a_group_of_another_owner_is_not_taken() {
    for tags in [
        r#"{"tags":{"frontage:address":"other/group"}}"#,
        r#"{"tags":{"frontage:system":"other","frontage:address":"test/group"}}"#,
        r#"{"tags":{"team":"web"}}"#,
    ] {
        let fake = FakeAws::new([
            ("CreateLogGroup", 400, EXISTS),
            ("ListTagsForResource", 200, tags),
        ]);
        assert_eq!(
            create(&fake).await.unwrap_err().to_string(),
            "logs:CreateLogGroup: ResourceAlreadyExistsException: exists"
        );
        assert_eq!(fake.count("TagResource"), 0);
    }
}

#[tokio::test]
async fn a_group_that_its_function_created_is_tagged_before_it_is_owned() {
    let earlier = r#"{"tags":{"frontage:system":"acme","frontage:address":"test/group"}}"#;
    for tags in [r#"{"tags":{}}"#, earlier] {
        let fake = FakeAws::new([
            ("CreateLogGroup", 400, EXISTS),
            ("ListTagsForResource", 200, tags),
            ("TagResource", 200, "{}"),
            ("PutRetentionPolicy", 200, "{}"),
        ]);
        let live = create(&fake).await.unwrap();
        assert_eq!(live.tags, LiveTags::Read(owner().tags()));
        fake.assert_used();
        let tagged = &fake.requests()[2];
        for (key, value) in owner().tags() {
            assert!(
                tagged.contains(&format!(r#""{key}":"{value}""#)),
                "{tagged}"
            );
        }
    }
}

/// A group that cannot be tagged is not reported as owned.
#[tokio::test]
async fn a_group_that_could_not_be_tagged_is_an_error() {
    let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    let fake = FakeAws::new([
        ("CreateLogGroup", 400, EXISTS),
        ("ListTagsForResource", 200, r#"{"tags":{}}"#),
        ("TagResource", 400, denied),
    ]);
    assert!(create(&fake).await.unwrap_err().is("AccessDeniedException"));
}

#[test]
fn names_and_retention_have_limits() {
    let found = |group: Properties| findings(LogGroups::new, &group);
    for name in ["/aws/lambda/acme-f", "a.b_c#d", UNKNOWN] {
        assert_eq!(found(group(name)), [""; 0]);
    }
    assert_eq!(
        found(group("a b")),
        ["LogGroupName is `a b`; only letters, digits, ., _, -, / and # are allowed"]
    );
    assert_eq!(
        found(group(&"a".repeat(513))),
        ["LogGroupName has 513 characters; 1 to 512 are allowed"]
    );
    let days = LogGroup {
        retention_in_days: Some(2),
        ..group("a")
    };
    let problem = found(days).concat();
    assert!(
        problem.starts_with("RetentionInDays is 2; 1, 3, 5, 7, 14"),
        "{problem}"
    );
}

/// A live group as the engine sees it, and a description, compared.
fn compare(live: Properties, desired: &Properties) -> engine::Comparison {
    let fake = FakeAws::default();
    let driver = Untyped::new(&Account::for_tests(&fake), LogGroups::new);
    let mut live = live;
    LogGroups::new(&Account::for_tests(&fake)).normalise(&mut live);
    let live = UntypedLive {
        id: live.log_group_name.clone(),
        properties: LiveProperties::new(live),
        attributes: engine::Attributes::new(),
        tags: LiveTags::Unread,
    };
    let desired = serde_json::to_value(desired).unwrap();
    driver.compare(&live, &desired).unwrap()
}

fn paths(changes: &Changes) -> Vec<&str> {
    changes.0.iter().map(|of| of.path.as_str()).collect()
}

#[test]
fn protection_and_class_of_others_are_left_unless_they_are_stated() {
    let infrequent = LogGroup {
        log_group_class: Some(LogGroupClass::InfrequentAccess),
        ..protected(Some(true))
    };
    let unstated = compare(infrequent.clone(), &protected(None));
    assert_eq!(paths(&unstated.changes), [""; 0]);
    assert_eq!(
        paths(&unstated.left),
        ["DeletionProtectionEnabled", "LogGroupClass"]
    );
    let off = compare(infrequent, &protected(Some(false)));
    assert_eq!(paths(&off.changes), ["DeletionProtectionEnabled"]);
    let on = compare(protected(None), &protected(Some(true)));
    assert_eq!(paths(&on.changes), ["DeletionProtectionEnabled"]);
}

#[test]
fn a_change_of_the_class_would_replace_the_group() {
    let desired = LogGroup {
        log_group_class: Some(LogGroupClass::InfrequentAccess),
        ..protected(None)
    };
    let compared = compare(protected(None), &desired);
    assert_eq!(paths(&compared.changes), ["LogGroupClass"]);
    assert!(compared.changes.force_replacement());
}

#[tokio::test]
async fn a_group_is_read_as_it_is_protected_not_as_it_is_wanted() {
    let listed = |more: &str| {
        format!(
            r#"{{"logGroups":[{{"logGroupName":"/aws/lambda/acme-f","retentionInDays":30{more}}}]}}"#
        )
    };
    for (more, read) in [
        (r#","deletionProtectionEnabled":false"#, Some(false)),
        (r#","deletionProtectionEnabled":true"#, Some(true)),
    ] {
        let fake = FakeAws::new([
            ("GetResources", 200, r#"{"ResourceTagMappingList":[]}"#),
            ("DescribeLogGroups", 200, listed(more).as_str()),
        ]);
        let driver = LogGroups::new(&Account::for_tests(&fake));
        let request = TypedReadRequest {
            fingerprint: "f",
            address: &"test/group".parse().unwrap(),
            properties: protected(Some(true)),
        };
        let live = driver.read(request, &ReadCache::default()).await.unwrap();
        assert_eq!(live.unwrap().properties.deletion_protection_enabled, read);
    }
}

#[tokio::test]
async fn protection_is_set_by_the_create_call_and_on_a_group_that_is_taken_over() {
    let fake = FakeAws::new([
        ("CreateLogGroup", 200, "{}"),
        ("PutRetentionPolicy", 200, "{}"),
    ]);
    let driver = LogGroups::new(&Account::for_tests(&fake));
    let owner = owner();
    let desired = protected(Some(true));
    driver.create(desired, &owner, &owner.tags()).await.unwrap();
    let sent = &fake.requests()[0];
    assert!(
        sent.contains(r#""deletionProtectionEnabled":true"#),
        "{sent}"
    );

    let fake = FakeAws::new([
        ("CreateLogGroup", 400, EXISTS),
        ("ListTagsForResource", 200, r#"{"tags":{}}"#),
        ("TagResource", 200, "{}"),
        ("PutLogGroupDeletionProtection", 200, "{}"),
        ("PutRetentionPolicy", 200, "{}"),
    ]);
    let driver = LogGroups::new(&Account::for_tests(&fake));
    let desired = protected(Some(true));
    driver.create(desired, &owner, &owner.tags()).await.unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn protection_changes_in_place_and_is_lifted_for_a_deletion() {
    let protected_error = r#"{"__type":"ValidationException","message":"Cannot delete log group with deletion protection enabled. Disable deletion protection first."}"#;
    let aborted = r#"{"__type":"OperationAbortedException","message":"Please try again."}"#;
    let fake = FakeAws::new([
        ("PutLogGroupDeletionProtection", 400, aborted),
        ("PutLogGroupDeletionProtection", 200, "{}"),
        ("DeleteLogGroup", 400, protected_error),
        ("PutLogGroupDeletionProtection", 200, "{}"),
        ("DeleteLogGroup", 200, "{}"),
    ]);
    let driver = LogGroups::new(&Account::for_tests(&fake));
    let change = compare(protected(None), &protected(Some(true))).changes;
    let mut live = driver.live(protected(Some(false)), LiveTags::Unread);
    let desired = protected(Some(true));
    driver.update(&mut live, &desired, &change).await.unwrap();
    driver.delete(live).await.unwrap();
    fake.assert_used();
    let requests = fake.requests();
    let arn = r#""logGroupIdentifier":"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/acme-f""#;
    for (request, on) in [(1, true), (3, false)] {
        let sent = &requests[request];
        let switch = format!(r#""deletionProtectionEnabled":{on}"#);
        assert!(sent.contains(arn) && sent.contains(&switch), "{sent}");
    }
}

/// Other refusals of a deletion are reported as they are.
#[tokio::test]
async fn what_else_is_invalid_is_no_protection() {
    let invalid = r#"{"__type":"ValidationException","message":"no such name"}"#;
    let fake = FakeAws::new([("DeleteLogGroup", 400, invalid)]);
    let driver = LogGroups::new(&Account::for_tests(&fake));
    let live = driver.live(protected(None), LiveTags::Unread);
    let error = driver.delete(live).await.unwrap_err();
    assert!(error.is("ValidationException"), "{error}");
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn a_group_holds_its_own_bytes_and_is_kept_even_if_none_are_shown() {
    let listed = r#"{"logGroups":[{"logGroupName":"/aws/lambda/acme-f2","storedBytes":7},
        {"logGroupName":"/aws/lambda/acme-f","storedBytes":2048}]}"#;
    let fake = FakeAws::new([("DescribeLogGroups", 200, listed)]);
    let driver = LogGroups::new(&Account::for_tests(&fake));
    let live = driver.live(protected(None), LiveTags::Unread);
    let holding = driver.holding(&live).await.unwrap();
    assert_eq!(holding.to_string(), "about 2,048 bytes");
    // The number lags.
    assert!(driver.is_kept(&Holding::about(0, "byte")));
}
