use super::{Deployments, Properties};
use crate::apigatewayv2::testing::*;

fn deployment() -> Value {
    json!({"ApiId": "a", "Description": "wanted"})
}

/// Id, description, status; one without a description was created by AWS.
type Of<'c> = &'c [(&'c str, &'c str, &'c str)];
/// The deployment, and the stage's owner.
type Served<'c> = &'c [(&'c str, &'c str)];

/// Descriptions of the system's earlier deployments.
const OLD: &str = "0123456789abcdef";
const OLDER: &str = "fedcba9876543210";

fn deployments(of: Of<'_>) -> String {
    let item = |(id, description, status): &(&str, &str, &str)| {
        json!({"deploymentId": id, "description": description, "deploymentStatus": status,
            "createdDate": "2026-01-01T00:00:00Z", "autoDeployed": description.is_empty()})
    };
    json!({"items": of.iter().map(item).collect::<Vec<_>>()}).to_string()
}

fn stages(of: Served<'_>) -> String {
    let item = |(deployment, system): &(&str, &str)| json!({"stageName": deployment, "deploymentId": deployment, "tags": {"frontage:system": system}});
    json!({"items": of.iter().map(item).collect::<Vec<_>>()}).to_string()
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_routes_and_until_it_is_deployed() {
    let no_route = r#"{"__type":"BadRequestException","message":"At least one route is required before deploying the Api."}"#;
    let also = r#"{"__type":"BadRequestException","message":"Unable to deploy API because no routes exist in this API"}"#;
    let fake = FakeAws::new([
        ("/v2/tags", 200, OURS),
        ("/v2/tags", 201, "{}"),
        ("GET", 200, NONE),
        ("POST", 400, no_route),
        ("POST", 400, also),
        ("POST", 409, CONCURRENT),
        (
            "POST",
            201,
            r#"{"deploymentId":"d","deploymentStatus":"PENDING"}"#,
        ),
        ("/deployments/d", 404, GONE),
        (
            "/deployments/d",
            200,
            r#"{"deploymentId":"d","deploymentStatus":"PENDING"}"#,
        ),
        (
            "/deployments/d",
            200,
            r#"{"deploymentId":"d","deploymentStatus":"DEPLOYED"}"#,
        ),
    ]);
    let live = create(
        &driver(&fake, Deployments::new),
        "deployment",
        &deployment(),
    )
    .await
    .unwrap();
    assert_eq!(live.attributes[Properties::ID.name], "d");
    fake.assert_used();
}

#[tokio::test]
async fn a_failed_one_is_an_error_with_its_message() {
    let failed = r#"{"deploymentId":"d","deploymentStatus":"FAILED","deploymentStatusMessage":"no integration"}"#;
    let fake = FakeAws::new([
        ("/v2/tags", 200, OURS),
        ("/v2/tags", 201, "{}"),
        ("GET", 200, NONE),
        (
            "POST",
            201,
            r#"{"deploymentId":"d","deploymentStatus":"PENDING"}"#,
        ),
        ("/deployments/d", 200, failed),
    ]);
    let error = create(
        &driver(&fake, Deployments::new),
        "deployment",
        &deployment(),
    )
    .await
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the deployment d of the API a failed: no integration"
    );
}

#[tokio::test]
async fn one_that_an_earlier_run_waited_for_is_taken_up_and_a_failed_one_is_not() {
    let pending = deployments(&[("e", "wanted", "FAILED"), ("d", "wanted", "PENDING")]);
    let fake = FakeAws::new([
        ("/v2/tags", 200, OURS),
        ("/v2/tags", 201, "{}"),
        ("/apis/a/deployments", 200, &*pending),
        ("/v2/tags", 200, OURS),
        ("/deployments/d", 200, r#"{"deploymentStatus":"DEPLOYED"}"#),
    ]);
    let live = create(
        &driver(&fake, Deployments::new),
        "deployment",
        &deployment(),
    )
    .await
    .unwrap();
    assert_eq!(live.id, "a/d");
    fake.assert_used();
}

#[tokio::test]
async fn the_wanted_one_is_read_or_the_served_one_or_the_newest() {
    let cases: [(Of<'_>, Served<'_>, Option<&str>); 6] = [
        (
            &[("d", "wanted", "DEPLOYED"), ("e", OLD, "DEPLOYED")],
            &[("e", "acme")],
            Some("a/d"),
        ),
        (
            &[("d", OLD, "DEPLOYED"), ("e", OLDER, "DEPLOYED")],
            &[("d", "acme")],
            Some("a/d"),
        ),
        (
            &[("d", OLD, "DEPLOYED"), ("e", OLDER, "DEPLOYED")],
            &[],
            Some("a/e"),
        ),
        (
            &[("d", "wanted", "PENDING"), ("e", "wanted", "FAILED")],
            &[],
            None,
        ),
        (&[("d", "", "DEPLOYED")], &[("d", "acme")], None),
        // One that others created is not the one to replace.
        (
            &[("d", OLD, "DEPLOYED"), ("e", "theirs", "DEPLOYED")],
            &[("e", "theirs")],
            Some("a/d"),
        ),
    ];
    for (of, served, chosen) in cases {
        let (of, served) = (deployments(of), stages(served));
        let fake = FakeAws::new([
            ("/deployments", 200, &*of),
            ("/stages", 200, &served),
            ("/v2/apis", 200, APIS),
        ]);
        let driver = driver(&fake, Deployments::new);
        let live = driver
            .read(&wanted("deployment", &deployment()), &ReadCache::default())
            .await
            .unwrap();
        assert_eq!(live.map(|live| live.id).as_deref(), chosen);
    }
}

#[tokio::test]
async fn those_that_wait_and_that_aws_made_are_no_orphans_and_those_of_others_are_left() {
    let of = deployments(&[
        ("d", OLD, "DEPLOYED"),
        ("e", "wanted", "PENDING"),
        ("f", "", "DEPLOYED"),
        ("g", "theirs", "DEPLOYED"),
        ("h", "wanted", "FAILED"),
        ("i", OLDER, "DEPLOYED"),
    ]);
    let served = stages(&[("d", "acme"), ("i", "theirs")]);
    let recorded = r#"{"tags":{"frontage:system":"acme","frontage:address":"test/api","frontage:fingerprint:deployment":"f 7abf232703f4"}}"#;
    let mut script = vec![("/deployments", 200, &*of), ("/v2/apis ", 200, APIS)];
    script.extend([("/v2/tags", 200, recorded); 4]);
    script.extend([("/stages", 200, &*served); 3]);
    let fake = FakeAws::new(script);
    let driver = driver(&fake, Deployments::new);
    let listed = driver
        .list(&engine::Selection::All, &ReadCache::default())
        .await
        .unwrap();
    let foreign = LiveTags::Foreign("test/api".parse().unwrap());
    let mut found = Vec::new();
    for live in listed {
        let owner = match live.tags {
            LiveTags::Unread => driver.confirm(None, &live).await.unwrap().unwrap().tags,
            ref listed => listed.clone(),
        };
        assert!(owner.owner().is_some() || owner == foreign);
        let address = owner.owner().map(|owner| owner.address.to_string());
        found.push((live.id, address.unwrap_or_default()));
    }
    let found: Vec<_> = found.iter().map(|(id, at)| (&**id, &**at)).collect();
    assert_eq!(
        found,
        [
            ("a/d", "test/api.deployment.d"),
            ("a/g", ""),
            ("a/h", "test/deployment"),
            ("a/i", "")
        ]
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn its_deletion_waits_until_the_stage_has_moved() {
    let served = r#"{"__type":"BadRequestException","message":"Active stages pointing to this deployment must be moved or deleted"}"#;
    let left = deployments(&[("e", "wanted", "DEPLOYED")]);
    let fake = FakeAws::new([
        ("DELETE", 400, served),
        ("DELETE", 204, ""),
        ("GET", 200, &left),
    ]);
    let driver = driver(&fake, Deployments::new);
    driver
        .delete(&live(
            &driver,
            (Properties::ID, "d"),
            "deployment",
            &deployment(),
        ))
        .await
        .unwrap();
    assert_eq!(fake.count("/v2/tags"), 0, "the record is the successor's");
    fake.assert_used();
}
