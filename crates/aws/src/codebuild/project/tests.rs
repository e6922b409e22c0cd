//! Behaviour of CodeBuild that no emulator shows.

use engine::{Live as UntypedLive, Reader as _, UNKNOWN, Writer as _};
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::left::assert_left;
use crate::kit::testing::{create, driver, findings, sent, tags, update, wanted};
use crate::kit::typed::Untyped;

const ROLE: &str = "arn:aws:iam::111122223333:role/acme-test-build";
const DONE: &str = "{}";

fn described() -> Value {
    json!({
        "Name": "acme-test-build",
        "ServiceRole": ROLE,
        "Source": {"Type": "CODEPIPELINE", "BuildSpec": "version: 0.2"},
        "Artifacts": {"Type": "CODEPIPELINE"},
        "Environment": {
            "Type": "LINUX_CONTAINER",
            "ComputeType": "BUILD_GENERAL1_SMALL",
            "Image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            "EnvironmentVariables": [{"Name": "B", "Value": "2"}, {"Name": "A", "Value": "1"}],
        },
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut project = described();
    let member = path
        .split('.')
        .fold(&mut project, |within, name| &mut within[name]);
    *member = value;
    project
}

/// The project as AWS returns it: with its defaults, in an order of its own, and with what the model
/// does not describe.
fn returned() -> Value {
    let tag = |(key, value)| json!({"key": key, "value": value});
    json!({
        "name": "acme-test-build",
        "arn": "arn:aws:codebuild:eu-west-1:111122223333:project/acme-test-build",
        "description": "",
        "source": {"type": "CODEPIPELINE", "buildspec": "version: 0.2", "insecureSsl": false, "gitCloneDepth": 0},
        "secondarySources": [],
        "artifacts": {"type": "CODEPIPELINE", "name": "acme-test-build", "packaging": "NONE", "encryptionDisabled": false},
        "cache": {"type": "NO_CACHE"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [
                {"name": "A", "value": "1", "type": "PLAINTEXT"},
                {"name": "B", "value": "2", "type": "PLAINTEXT"},
            ],
            "privilegedMode": false,
            "imagePullCredentialsType": "CODEBUILD",
            "fleet": {"fleetArn": "arn:aws:codebuild:eu-west-1:111122223333:fleet/f"},
        },
        "serviceRole": ROLE,
        "timeoutInMinutes": 60,
        "queuedTimeoutInMinutes": 480,
        "encryptionKey": "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3",
        "tags": tags("build").into_iter().map(tag).collect::<Vec<_>>(),
        "badge": {"badgeEnabled": false},
        "logsConfig": {
            "cloudWatchLogs": {"status": "ENABLED"},
            "s3Logs": {"status": "DISABLED", "encryptionDisabled": false},
        },
        "projectVisibility": "PRIVATE",
    })
}

fn found(projects: &[Value]) -> String {
    json!({"projects": projects, "projectsNotFound": []}).to_string()
}

async fn read(driver: &Untyped<Projects>, project: &Value) -> Option<UntypedLive> {
    let request = wanted("build", project);
    driver.read(&request, &ReadCache::default()).await.unwrap()
}

/// A driver with a project that was read, and the further answers of AWS.
async fn after_a_read(answers: &[(&str, u16, &str)]) -> (FakeAws, Untyped<Projects>, UntypedLive) {
    let found = found(&[returned()]);
    let names = r#"{"projects":["acme-test-build"]}"#;
    let mut all = vec![
        ("ListProjects", 200, names),
        ("BatchGetProjects", 200, found.as_str()),
    ];
    all.extend(answers);
    let fake = FakeAws::new(all);
    let driver = driver(&fake, Projects::new);
    let live = read(&driver, &described()).await.unwrap();
    (fake, driver, live)
}

#[tokio::test]
async fn what_aws_adds_is_no_difference() {
    let (fake, driver, live) = after_a_read(&[]).await;
    let compared = driver.compare(&live, &described()).unwrap();
    assert!(compared.changes.is_empty(), "{:?}", compared.changes);
    assert!(compared.left.is_empty(), "{:?}", compared.left);
    assert_eq!(live.tags.known(), Some(&tags("build")));
    fake.assert_used();
}

#[tokio::test]
async fn the_systems_projects_are_read_in_batches() {
    let name = |number: u32| format!("acme-test-{number}");
    let names = |numbers: std::ops::Range<u32>, next: Value| {
        let mut names: Vec<_> = numbers.map(name).collect();
        names.push("other".to_owned());
        json!({"projects": names, "nextToken": next}).to_string()
    };
    let (first, second) = (names(0..100, json!("n")), names(100..130, Value::Null));
    let project = |number: u32| {
        let mut project = returned();
        project["name"] = Value::from(name(number));
        project
    };
    let batch = |numbers: std::ops::Range<u32>| found(&numbers.map(project).collect::<Vec<_>>());
    let (hundred, rest) = (batch(0..100), batch(100..130));
    let fake = FakeAws::new([
        ("\"nextToken\":\"n\"", 200, second.as_str()),
        ("ListProjects", 200, first.as_str()),
        ("\"acme-test-99\"", 200, hundred.as_str()),
        ("\"acme-test-129\"", 200, rest.as_str()),
    ]);
    let driver = driver(&fake, Projects::new);
    let cache = ReadCache::default();
    assert_eq!(
        driver
            .list(&engine::Selection::All, &cache)
            .await
            .unwrap()
            .len(),
        130
    );
    let mut project = described();
    project["Name"] = Value::from(name(129));
    let read = driver.read(&wanted("build", &project), &cache).await;
    assert!(read.unwrap().is_some());
    project["Name"] = Value::from(name(130));
    let read = driver.read(&wanted("build", &project), &cache).await;
    assert!(read.unwrap().is_none());
    assert_eq!(fake.count("\"other\""), 0);
    fake.assert_used();
}

/// The words are those of terraform-provider-aws.
#[tokio::test(start_paused = true)]
async fn a_role_that_is_not_known_yet_is_waited_for() {
    let unknown = format!(
        r#"{{"__type":"InvalidInputException","message":"CodeBuild is not authorized to perform: sts:AssumeRole on service role. {ROLE}"}}"#
    );
    let fake = FakeAws::new([
        ("CreateProject", 400, unknown.as_str()),
        ("CreateProject", 400, unknown.as_str()),
        ("CreateProject", 200, DONE),
    ]);
    let driver = driver(&fake, Projects::new);
    let live = create(&driver, "build", &described()).await.unwrap();
    assert_eq!(live.id, "acme-test-build");
    let sent = sent(&fake, "CreateProject");
    assert_eq!(sent["tags"].as_array().unwrap().len(), tags("build").len());
    assert_eq!(sent["queuedTimeoutInMinutes"], 480);
    assert_eq!(sent["cache"], json!({"type": "NO_CACHE"}));
    assert_eq!(
        sent["logsConfig"],
        json!({
            "cloudWatchLogs": {"status": "ENABLED", "groupName": "/aws/codebuild/acme-test-build"},
            "s3Logs": {"status": "DISABLED"},
        })
    );
    fake.assert_used();
}

#[tokio::test]
async fn other_invalid_input_is_refused_at_once() {
    let invalid = r#"{"__type":"InvalidInputException","message":"Invalid image"}"#;
    let fake = FakeAws::new([("CreateProject", 400, invalid)]);
    let driver = driver(&fake, Projects::new);
    let error = create(&driver, "build", &described()).await.unwrap_err();
    assert!(error.is("InvalidInputException"), "{error}");
}

#[tokio::test]
async fn a_project_that_an_earlier_attempt_created_is_completed() {
    let taken =
        r#"{"__type":"ResourceAlreadyExistsException","message":"Project already exists: x"}"#;
    let mut earlier = returned();
    earlier["timeoutInMinutes"] = Value::from(30);
    let found = found(&[earlier]);
    let fake = FakeAws::new([
        ("CreateProject", 400, taken),
        ("BatchGetProjects", 200, found.as_str()),
        ("UpdateProject", 200, DONE),
    ]);
    let driver = driver(&fake, Projects::new);
    create(&driver, "build", &described()).await.unwrap();
    assert_eq!(
        sent(&fake, "UpdateProject"),
        json!({"name": "acme-test-build", "timeoutInMinutes": 60})
    );
    fake.assert_used();
}

#[tokio::test]
async fn a_project_of_another_owner_is_not_taken() {
    let taken =
        r#"{"__type":"ResourceAlreadyExistsException","message":"Project already exists: x"}"#;
    let mut theirs = returned();
    theirs["tags"] = json!([{"key": "frontage:system", "value": "theirs"}]);
    let found = found(&[theirs]);
    let fake = FakeAws::new([
        ("CreateProject", 400, taken),
        ("BatchGetProjects", 200, found.as_str()),
    ]);
    let driver = driver(&fake, Projects::new);
    let error = create(&driver, "build", &described()).await.unwrap_err();
    assert!(error.is("ResourceAlreadyExistsException"), "{error}");
    assert_eq!(fake.count("UpdateProject"), 0);
}

#[tokio::test]
async fn an_update_sends_what_changed_and_keeps_what_is_not_described() {
    let again = found(&[returned()]);
    let (fake, driver, live) = after_a_read(&[
        ("BatchGetProjects", 200, again.as_str()),
        ("UpdateProject", 200, DONE),
    ])
    .await;
    let larger = with(
        "Environment.ComputeType",
        Value::from("BUILD_GENERAL1_LARGE"),
    );
    update(&driver, &live, &larger).await.unwrap();
    let sent = sent(&fake, "UpdateProject");
    let members: Vec<_> = sent.as_object().unwrap().keys().collect();
    assert_eq!(members, ["environment", "name"]);
    assert_eq!(sent["environment"]["computeType"], "BUILD_GENERAL1_LARGE");
    assert_eq!(
        sent["environment"]["fleet"]["fleetArn"],
        "arn:aws:codebuild:eu-west-1:111122223333:fleet/f"
    );
    fake.assert_used();
}

#[tokio::test]
async fn what_is_no_longer_described_is_removed() {
    let mut limited = returned();
    limited["concurrentBuildLimit"] = Value::from(2);
    limited["description"] = Value::from("old");
    limited["cache"] = json!({"type": "LOCAL", "modes": ["LOCAL_SOURCE_CACHE"]});
    let found = found(&[limited]);
    let names = r#"{"projects":["acme-test-build"]}"#;
    let fake = FakeAws::new([
        ("ListProjects", 200, names),
        ("BatchGetProjects", 200, found.as_str()),
        ("UpdateProject", 200, DONE),
    ]);
    let driver = driver(&fake, Projects::new);
    let live = read(&driver, &described()).await.unwrap();
    update(&driver, &live, &described()).await.unwrap();
    assert_eq!(
        sent(&fake, "UpdateProject"),
        json!({
            "name": "acme-test-build",
            "description": "",
            "concurrentBuildLimit": -1,
            "cache": {"type": "NO_CACHE"},
        })
    );
    fake.assert_used();
}

/// There is no call for single tags.
#[tokio::test]
async fn tags_of_others_stay() {
    let mut tagged = returned();
    tagged["tags"] = json!([{"key": "theirs", "value": "1"}, {"key": "team", "value": "web"}]);
    let tagged = found(&[tagged]);
    let (fake, driver, live) = after_a_read(&[
        ("BatchGetProjects", 200, tagged.as_str()),
        ("UpdateProject", 200, DONE),
        ("BatchGetProjects", 200, tagged.as_str()),
        ("UpdateProject", 200, DONE),
    ])
    .await;
    let team = Tags::from([("team".to_owned(), "shop".to_owned())]);
    driver.retag(&live, &team, &[]).await.unwrap();
    assert_eq!(
        sent(&fake, "UpdateProject")["tags"],
        json!([{"key": "team", "value": "shop"}, {"key": "theirs", "value": "1"}])
    );
    driver
        .retag(&live, &Tags::new(), &["team".to_owned()])
        .await
        .unwrap();
    assert_eq!(
        sent(&fake, "UpdateProject")["tags"],
        json!([{"key": "theirs", "value": "1"}])
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_waited_for() {
    let (still, gone) = (found(&[returned()]), found(&[]));
    let (fake, driver, live) = after_a_read(&[
        ("DeleteProject", 200, DONE),
        ("BatchGetProjects", 200, still.as_str()),
        ("BatchGetProjects", 200, gone.as_str()),
    ])
    .await;
    driver.delete(&live).await.unwrap();
    fake.assert_used();
}

/// AWS shows timeouts of such a project, and refuses to be sent them.
#[tokio::test]
async fn builds_on_lambda_have_no_timeouts() {
    let lambda = |mut project: Value, kind: &str, compute: &str| {
        for environment in ["Environment", "environment"] {
            if let Some(environment) = project.get_mut(environment) {
                environment[kind] = json!("LINUX_LAMBDA_CONTAINER");
                environment[compute] = json!("BUILD_LAMBDA_1GB");
            }
        }
        project
    };
    let desired = lambda(described(), "Type", "ComputeType");
    let found = found(&[lambda(returned(), "type", "computeType")]);
    let fake = FakeAws::new([
        ("CreateProject", 200, DONE),
        ("ListProjects", 200, r#"{"projects":["acme-test-build"]}"#),
        ("BatchGetProjects", 200, found.as_str()),
    ]);
    let driver = driver(&fake, Projects::new);
    create(&driver, "build", &desired).await.unwrap();
    let request = sent(&fake, "CreateProject");
    for timeout in ["timeoutInMinutes", "queuedTimeoutInMinutes"] {
        assert_eq!(request[timeout], Value::Null, "{request}");
    }
    let live = read(&driver, &desired).await.unwrap();
    let compared = driver.compare(&live, &desired).unwrap();
    assert!(compared.changes.is_empty(), "{:?}", compared.changes);
    fake.assert_used();

    for (path, value) in [
        ("TimeoutInMinutes", json!(5)),
        ("QueuedTimeoutInMinutes", json!(480)),
        ("Cache", json!({"Type": "S3", "Location": "b/cache"})),
        ("Environment.PrivilegedMode", json!(true)),
    ] {
        let project = lambda(with(path, value), "Type", "ComputeType");
        let found = driver.check(&project).unwrap();
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [format!(
                "{path} is not for machines of the type LINUX_LAMBDA_CONTAINER"
            )]
        );
    }
}

#[test]
fn a_key_and_a_bucket_for_output_that_others_set_are_left() {
    let key = |id: &str| json!(format!("arn:aws:kms:eu-west-1:111122223333:key/{id}"));
    let bucket = |name: &str| json!({"Status": "ENABLED", "Location": name});
    assert_left(
        Projects::new,
        &described(),
        &[
            ("EncryptionKey", key("theirs"), key("ours")),
            ("LogsConfig.S3Logs", bucket("theirs"), bucket("ours")),
        ],
    );
}

#[test]
fn what_codebuild_refuses_is_refused_before_any_call() {
    let variable = json!({"Name": "A", "Value": "1"});
    for (path, value, property) in [
        ("Name", json!("x"), "Name"),
        ("Name", json!("a b"), "Name"),
        ("Name", json!("-ab"), "Name"),
        ("Description", json!("x".repeat(256)), "Description"),
        ("TimeoutInMinutes", json!(4), "TimeoutInMinutes"),
        (
            "QueuedTimeoutInMinutes",
            json!(481),
            "QueuedTimeoutInMinutes",
        ),
        ("ConcurrentBuildLimit", json!(0), "ConcurrentBuildLimit"),
        ("Artifacts.Type", json!("NO_ARTIFACTS"), "Artifacts.Type"),
        ("Source.Location", json!("b/k"), "Source.Location"),
        ("Cache", json!({"Type": "S3"}), "Cache.Location"),
        ("Cache", json!({"Type": "LOCAL"}), "Cache.Modes"),
        (
            "Cache",
            json!({"Type": "LOCAL", "Modes": ["X"]}),
            "Cache.Modes[0]",
        ),
        (
            "Environment.ImagePullCredentialsType",
            json!("SERVICE_ROLE"),
            "Environment.ImagePullCredentialsType",
        ),
        (
            "Environment.EnvironmentVariables",
            json!([variable, variable]),
            "Environment.EnvironmentVariables",
        ),
    ] {
        let found = findings(Projects::new, &with(path, value));
        assert!(
            found.len() == 1 && found[0].starts_with(property),
            "{path}: {found:?}"
        );
    }
    for project in [
        described(),
        with("ServiceRole", Value::from(UNKNOWN)),
        with("Environment.Image", Value::from(UNKNOWN)),
        with("Cache", json!({"Type": "S3", "Location": "b/cache"})),
    ] {
        let driver = driver(&FakeAws::default(), Projects::new);
        assert_eq!(driver.check(&project).unwrap().len(), 0, "{project}");
    }
}
