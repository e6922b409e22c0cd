//! Behaviour of CodeBuild's report groups that no emulator shows.

use engine::{Reader as _, Writer as _};
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::testing::{create, driver, findings, sent, tags, wanted};

const ARN: &str = "arn:aws:codebuild:eu-west-1:111122223333:report-group/acme-test-steps";
const DONE: &str = "{}";
const TAKEN: &str = r#"{"__type":"ResourceAlreadyExistsException","message":"exists"}"#;

fn described() -> Value {
    json!({"Name": "acme-test-steps", "Type": "TEST"})
}

/// The group as AWS returns it, with these tags.
fn returned(of: &Tags) -> Value {
    let tag = |(key, value)| json!({"key": key, "value": value});
    json!({
        "arn": ARN,
        "name": "acme-test-steps",
        "type": "TEST",
        "exportConfig": {"exportConfigType": "S3", "s3Destination": {"bucket": "theirs"}},
        "tags": of.iter().map(tag).collect::<Vec<_>>(),
        "status": "ACTIVE",
    })
}

fn found(groups: &[Value]) -> String {
    json!({"reportGroups": groups, "reportGroupsNotFound": []}).to_string()
}

fn arns(of: &[&str]) -> String {
    json!({ "reportGroups": of }).to_string()
}

#[tokio::test]
async fn the_systems_groups_are_read_together_and_where_they_are_exported_is_left() {
    let other = "arn:aws:codebuild:eu-west-1:111122223333:report-group/other-steps";
    let (listed, group) = (arns(&[ARN, other]), found(&[returned(&tags("group"))]));
    let fake = FakeAws::new([
        ("ListReportGroups", 200, listed.as_str()),
        ("BatchGetReportGroups", 200, group.as_str()),
    ]);
    let driver = driver(&fake, ReportGroups::new);
    let cache = ReadCache::default();
    let request = wanted("group", &described());
    let live = driver.read(&request, &cache).await.unwrap().unwrap();
    let compared = driver.compare(&live, &described()).unwrap();
    assert!(compared.changes.is_empty(), "{:?}", compared.changes);
    assert_eq!(live.tags.known(), Some(&tags("group")));
    assert_eq!(live.attributes[ReportGroup::ARN.name], ARN);
    let absent = json!({"Name": "acme-test-gone", "Type": "TEST"});
    let absent = driver.read(&wanted("group", &absent), &cache).await;
    assert!(absent.unwrap().is_none());
    assert_eq!(
        driver
            .list(&engine::Selection::All, &cache)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        sent(&fake, "BatchGetReportGroups"),
        json!({"reportGroupArns": [ARN]})
    );
    fake.assert_used();
}

/// The answer of an earlier attempt was lost, or the group is another owner's.
#[tokio::test]
async fn a_name_that_is_taken_is_ours_or_another_owners() {
    let theirs = Tags::from([("owner".to_owned(), "somebody".to_owned())]);
    for (owned, ours) in [(tags("group"), true), (theirs, false)] {
        let group = found(&[returned(&owned)]);
        let fake = FakeAws::new([
            ("CreateReportGroup", 400, TAKEN),
            ("BatchGetReportGroups", 200, group.as_str()),
        ]);
        let driver = driver(&fake, ReportGroups::new);
        let made = create(&driver, "group", &described()).await;
        assert_eq!(made.is_ok(), ours, "{owned:?}");
        let request = sent(&fake, "CreateReportGroup");
        assert_eq!(request["exportConfig"]["exportConfigType"], "NO_EXPORT");
        fake.assert_used();
    }
}

/// A group is being deleted until its reports are.
#[tokio::test(start_paused = true)]
async fn a_group_is_deleted_with_its_reports_and_waited_for() {
    let (listed, group) = (arns(&[ARN]), found(&[returned(&tags("group"))]));
    let gone = found(&[]);
    let fake = FakeAws::new([
        ("ListReportGroups", 200, listed.as_str()),
        ("BatchGetReportGroups", 200, group.as_str()),
        ("DeleteReportGroup", 200, DONE),
        ("BatchGetReportGroups", 200, group.as_str()),
        ("BatchGetReportGroups", 200, gone.as_str()),
    ]);
    let driver = driver(&fake, ReportGroups::new);
    let request = wanted("group", &described());
    let live = driver.read(&request, &ReadCache::default()).await;
    driver.delete(&live.unwrap().unwrap()).await.unwrap();
    assert_eq!(
        sent(&fake, "DeleteReportGroup"),
        json!({"arn": ARN, "deleteReports": true})
    );
    fake.assert_used();
}

#[test]
fn what_codebuild_refuses_is_refused_before_any_call() {
    for (name, kind, property) in [
        ("x", "TEST", "Name"),
        ("a b", "TEST", "Name"),
        ("acme-test", "UNIT", "Type"),
    ] {
        let found = findings(ReportGroups::new, &json!({"Name": name, "Type": kind}));
        assert!(
            found.len() == 1 && found[0].starts_with(property),
            "{found:?}"
        );
    }
}
