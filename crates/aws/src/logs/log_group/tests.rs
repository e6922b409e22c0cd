//! Behaviour of CloudWatch Logs that no emulator shows.

use engine::UNKNOWN;
use fake_aws::FakeAws;

use super::*;
use crate::kit::findings::findings;

const EXISTS: &str = r#"{"__type":"ResourceAlreadyExistsException","message":"exists"}"#;

fn group(name: &str) -> Properties {
    LogGroup {
        log_group_name: name.to_owned(),
        retention_in_days: Some(30),
        log_group_class: None,
        kms_key_id: None,
    }
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
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
