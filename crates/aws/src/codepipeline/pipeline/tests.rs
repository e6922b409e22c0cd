//! Behaviour of CodePipeline that no emulator shows.

use engine::{Live as UntypedLive, Reader as _, UNKNOWN, Writer as _};
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::testing::{create, driver, findings, sent, tags, update, wanted};
use crate::kit::typed::Untyped;

const ROLE: &str = "arn:aws:iam::111122223333:role/acme-test-pipeline";
const NO_HINTS: &str = r#"{"ResourceTagMappingList":[]}"#;
const DONE: &str = "{}";

fn described() -> Value {
    let alarm = json!({
        "Name": "quiet",
        "RuleTypeId": {"Category": "Rule", "Provider": "CloudWatchAlarm"},
        "Configuration": {"AlarmName": "acme-test-errors", "WaitTime": "10"},
    });
    json!({
        "Name": "acme-test",
        "RoleArn": ROLE,
        "PipelineType": "V2",
        "ExecutionMode": "QUEUED",
        "ArtifactStore": {"Type": "S3", "Location": "acme-artifacts"},
        "Stages": [
            {"Name": "Source", "Actions": [{
                "Name": "Source",
                "ActionTypeId": {"Category": "Source", "Owner": "AWS", "Provider": "CodeStarSourceConnection", "Version": "1"},
                "Configuration": {"ConnectionArn": "arn:aws:codeconnections:eu-west-1:111122223333:connection/c", "BranchName": "main"},
                "OutputArtifacts": [{"Name": "source"}],
                "Namespace": "Source",
            }]},
            {
                "Name": "Build",
                "Actions": [{
                    "Name": "Build",
                    "ActionTypeId": {"Category": "Build", "Owner": "AWS", "Provider": "CodeBuild", "Version": "1"},
                    "Configuration": {"ProjectName": "acme-test-build"},
                    "InputArtifacts": [{"Name": "source"}],
                    "OutputArtifacts": [{"Name": "built"}],
                }],
                "OnFailure": {"Result": "RETRY", "RetryConfiguration": {"RetryMode": "FAILED_ACTIONS"}},
            },
            {
                "Name": "Release",
                "Actions": [{
                    "Name": "Approve",
                    "ActionTypeId": {"Category": "Approval", "Owner": "AWS", "Provider": "Manual", "Version": "1"},
                    "TimeoutInMinutes": 60,
                }],
                "OnSuccess": {"Conditions": [{"Result": "ROLLBACK", "Rules": [alarm]}]},
            },
        ],
        "Triggers": [{
            "ProviderType": "CodeStarSourceConnection",
            "GitConfiguration": {
                "SourceActionName": "Source",
                "Push": [{"Branches": {"Includes": ["main"]}, "FilePaths": {"Includes": ["b/**", "a/**"]}}],
                "PullRequest": [{"Events": ["OPEN", "UPDATED"], "Branches": {"Includes": ["main"]}}],
            },
        }],
        "Variables": [{"Name": "version", "DefaultValue": "none"}, {"Name": "canary", "Description": "percent"}],
    })
}

fn with(pointer: &str, value: Value) -> Value {
    let mut pipeline = described();
    if let Some(member) = pipeline.pointer_mut(pointer) {
        *member = value;
    } else {
        let (within, name) = pointer.rsplit_once('/').unwrap();
        pipeline.pointer_mut(within).unwrap()[name] = value;
    }
    pipeline
}

async fn read(driver: &Untyped<Pipelines>, pipeline: &Value) -> Option<UntypedLive> {
    let request = wanted("pipeline", pipeline);
    driver.read(&request, &ReadCache::default()).await.unwrap()
}

/// What CodePipeline returns of a pipeline once it is created: what was sent, with its defaults, and in
/// an order of its own.
async fn returned() -> Value {
    let fake = FakeAws::new([("CreatePipeline", 200, DONE)]);
    let driver = driver(&fake, Pipelines::new);
    create(&driver, "pipeline", &described()).await.unwrap();
    let mut pipeline = sent(&fake, "CreatePipeline")["pipeline"].clone();
    pipeline["version"] = Value::from(3);
    for stage in pipeline["stages"].as_array_mut().unwrap() {
        for action in stage["actions"].as_array_mut().unwrap() {
            action["region"] = Value::from("eu-west-1");
            for member in ["inputArtifacts", "outputArtifacts"] {
                if action[member].is_null() {
                    action[member] = json!([]);
                }
            }
            if action["configuration"].is_null() {
                action["configuration"] = json!({});
            }
        }
    }
    let condition = &mut pipeline["stages"][2]["onSuccess"]["conditions"][0];
    let rule = &mut condition["rules"][0];
    rule["region"] = Value::from("eu-west-1");
    rule["ruleTypeId"]["owner"] = Value::from("AWS");
    rule["ruleTypeId"]["version"] = Value::from("1");
    pipeline["variables"].as_array_mut().unwrap().reverse();
    let paths = &mut pipeline["triggers"][0]["gitConfiguration"]["push"][0]["filePaths"];
    paths["includes"].as_array_mut().unwrap().reverse();
    json!({"pipeline": pipeline, "metadata": {}})
}

fn tag_list(of: &Tags) -> String {
    let tag = |(key, value)| json!({"key": key, "value": value});
    json!({"tags": of.iter().map(tag).collect::<Vec<_>>()}).to_string()
}

/// A driver with a pipeline that was read, and the further answers of AWS.
async fn after_a_read(answers: &[(&str, u16, &str)]) -> (FakeAws, Untyped<Pipelines>, UntypedLive) {
    let (found, owned) = (returned().await.to_string(), tag_list(&tags("pipeline")));
    let mut all = vec![
        ("GetPipeline", 200, found.as_str()),
        ("GetResources", 200, NO_HINTS),
        ("ListTagsForResource", 200, owned.as_str()),
    ];
    all.extend(answers);
    let fake = FakeAws::new(all);
    let driver = driver(&fake, Pipelines::new);
    let live = read(&driver, &described()).await.unwrap();
    (fake, driver, live)
}

#[tokio::test]
async fn what_aws_adds_is_no_difference() {
    let (fake, driver, live) = after_a_read(&[]).await;
    let compared = driver.compare(&live, &described()).unwrap();
    assert!(compared.changes.is_empty(), "{:?}", compared.changes);
    assert_eq!(live.tags.known(), Some(&tags("pipeline")));
    let arn = Pipeline::<String>::ARN.name;
    assert_eq!(
        live.attributes[arn],
        "arn:aws:codepipeline:eu-west-1:111122223333:acme-test"
    );
    fake.assert_used();
}

/// Each call would count up the version.
#[tokio::test]
async fn an_update_without_a_difference_makes_no_call() {
    let (fake, driver, live) = after_a_read(&[]).await;
    update(&driver, &live, &described()).await.unwrap();
    assert_eq!(fake.count("UpdatePipeline"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_update_replaces_the_whole_and_waits_for_another_one() {
    let busy = r#"{"__type":"ConcurrentModificationException","message":"busy"}"#;
    let (fake, driver, live) =
        after_a_read(&[("UpdatePipeline", 400, busy), ("UpdatePipeline", 200, DONE)]).await;
    let superseded = with("/ExecutionMode", json!("SUPERSEDED"));
    update(&driver, &live, &superseded).await.unwrap();
    let sent = sent(&fake, "UpdatePipeline");
    let pipeline = &sent["pipeline"];
    assert_eq!(pipeline["executionMode"], "SUPERSEDED");
    assert_eq!(pipeline["pipelineType"], "V2");
    assert_eq!(
        pipeline["stages"][1]["onFailure"],
        json!({"result": "RETRY", "retryConfiguration": {"retryMode": "FAILED_ACTIONS"}})
    );
    let rule = &pipeline["stages"][2]["onSuccess"]["conditions"][0]["rules"][0];
    assert_eq!(rule["configuration"]["AlarmName"], "acme-test-errors");
    let git = &pipeline["triggers"][0]["gitConfiguration"];
    assert_eq!(
        git["push"][0]["filePaths"],
        json!({"includes": ["a/**", "b/**"]})
    );
    assert_eq!(git["pullRequest"][0]["events"], json!(["OPEN", "UPDATED"]));
    assert_eq!(pipeline["version"], Value::Null);
    fake.assert_used();
}

#[tokio::test]
async fn an_absent_pipeline_is_none() {
    let absent = r#"{"__type":"PipelineNotFoundException","message":"no"}"#;
    let fake = FakeAws::new([("GetPipeline", 400, absent)]);
    let driver = driver(&fake, Pipelines::new);
    assert!(read(&driver, &described()).await.is_none());
    fake.assert_used();
}

/// An answer without a pipeline is no answer: AWS says with an error that there is none.
#[tokio::test]
async fn an_answer_that_describes_nothing_is_an_error() {
    let fake = FakeAws::new([("GetPipeline", 200, DONE)]);
    let driver = driver(&fake, Pipelines::new);
    let request = wanted("pipeline", &described());
    let error = driver.read(&request, &ReadCache::default()).await;
    error.unwrap_err();
}

#[tokio::test]
async fn the_systems_pipelines_are_listed_over_pages() {
    let pipelines = |names: &[&str], next: Value| {
        let named: Vec<_> = names.iter().map(|name| json!({"name": name})).collect();
        json!({"pipelines": named, "nextToken": next}).to_string()
    };
    let first = pipelines(&["acme-test", "other"], json!("n"));
    let second = pipelines(&["acme-gone", "acmeother-x"], Value::Null);
    let absent = r#"{"__type":"PipelineNotFoundException","message":"no"}"#;
    let (found, owned) = (returned().await.to_string(), tag_list(&tags("pipeline")));
    let fake = FakeAws::new([
        ("\"nextToken\":\"n\"", 200, second.as_str()),
        ("ListPipelines", 200, first.as_str()),
        ("GetPipeline {\"name\":\"acme-test\"}", 200, found.as_str()),
        // It was deleted meanwhile.
        ("GetPipeline {\"name\":\"acme-gone\"}", 400, absent),
        ("GetResources", 200, NO_HINTS),
        ("ListTagsForResource", 200, owned.as_str()),
    ]);
    let driver = driver(&fake, Pipelines::new);
    let listed = driver
        .list(&engine::Selection::All, &ReadCache::default())
        .await
        .unwrap();
    let ids: Vec<_> = listed.iter().map(|live| &*live.id).collect();
    assert_eq!(ids, ["acme-test"]);
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_not_known_yet_is_waited_for() {
    let unknown = |of: &str| {
        json!({
            "__type": "InvalidStructureException",
            "message": format!("{of} is not authorized to perform AssumeRole on role {ROLE}"),
        })
        .to_string()
    };
    let (of_pipeline, of_action) = (unknown("CodePipeline"), unknown(ROLE));
    let fake = FakeAws::new([
        ("CreatePipeline", 400, of_pipeline.as_str()),
        ("CreatePipeline", 400, of_action.as_str()),
        ("CreatePipeline", 200, DONE),
    ]);
    let driver = driver(&fake, Pipelines::new);
    create(&driver, "pipeline", &described()).await.unwrap();
    let sent = sent(&fake, "CreatePipeline");
    let owned = tags("pipeline").len();
    assert_eq!(sent["tags"].as_array().unwrap().len(), owned);
    fake.assert_used();
}

#[tokio::test]
async fn another_structure_that_is_invalid_is_refused_at_once() {
    let invalid =
        r#"{"__type":"InvalidStructureException","message":"The bucket is in another Region"}"#;
    let fake = FakeAws::new([("CreatePipeline", 400, invalid)]);
    let driver = driver(&fake, Pipelines::new);
    let error = create(&driver, "pipeline", &described()).await.unwrap_err();
    assert!(error.is("InvalidStructureException"), "{error}");
}

/// The answer of an earlier attempt was lost.
#[tokio::test]
async fn a_name_that_is_taken_is_ours_or_another_owners() {
    let taken = r#"{"__type":"PipelineNameInUseException","message":"in use"}"#;
    let found = returned().await.to_string();
    let ours = tag_list(&tags("pipeline"));
    let fake = FakeAws::new([
        ("CreatePipeline", 400, taken),
        ("GetPipeline", 200, found.as_str()),
        ("ListTagsForResource", 200, ours.as_str()),
    ]);
    let resumed = driver(&fake, Pipelines::new);
    create(&resumed, "pipeline", &described()).await.unwrap();
    assert_eq!(fake.count("UpdatePipeline"), 0);
    fake.assert_used();
    let theirs = tag_list(&Tags::from([(
        "frontage:system".to_owned(),
        "x".to_owned(),
    )]));
    let fake = FakeAws::new([
        ("CreatePipeline", 400, taken),
        ("GetPipeline", 200, found.as_str()),
        ("ListTagsForResource", 200, theirs.as_str()),
    ]);
    let refused = driver(&fake, Pipelines::new);
    let error = create(&refused, "pipeline", &described())
        .await
        .unwrap_err();
    assert!(error.is("PipelineNameInUseException"), "{error}");
    assert_eq!(fake.count("UpdatePipeline"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_waited_for() {
    let absent = r#"{"__type":"PipelineNotFoundException","message":"no"}"#;
    let still = returned().await.to_string();
    let (fake, driver, live) = after_a_read(&[
        ("DeletePipeline", 200, ""),
        ("GetPipeline", 200, still.as_str()),
        ("GetPipeline", 400, absent),
    ])
    .await;
    driver.delete(&live).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn a_trigger_of_aws_own_is_left() {
    let (_, driver, live) = after_a_read(&[]).await;
    let compared = driver
        .compare(&live, &with("/Triggers", json!([])))
        .unwrap();
    assert!(compared.changes.is_empty(), "{:?}", compared.changes);
    assert!(!compared.left.is_empty());
}

/// AWS refuses a trigger of a source that is no connection any more.
#[tokio::test]
async fn a_trigger_goes_with_its_source() {
    let (_, driver, live) = after_a_read(&[]).await;
    let mut desired = with("/Triggers", json!([]));
    let source = desired.pointer_mut("/Stages/0/Actions/0").unwrap();
    source["ActionTypeId"]["Provider"] = json!("CodeCommit");
    source["Configuration"] = json!({"RepositoryName": "acme-test", "BranchName": "main"});
    let compared = driver.compare(&live, &desired).unwrap();
    assert!(compared.left.is_empty(), "{:?}", compared.left);
}

/// A pipeline that is older than the types has none.
#[tokio::test]
async fn a_value_that_is_not_known_is_an_error_and_a_missing_type_is_the_first() {
    let mut found = returned().await;
    found["pipeline"]["executionMode"] = json!("SOMEHOW");
    let unknown = found.to_string();
    found["pipeline"]["executionMode"] = json!("SUPERSEDED");
    found["pipeline"]["pipelineType"] = Value::Null;
    let (old, owned) = (found.to_string(), tag_list(&tags("pipeline")));
    let fake = FakeAws::new([
        ("GetPipeline", 200, unknown.as_str()),
        ("GetPipeline", 200, old.as_str()),
        ("GetResources", 200, NO_HINTS),
        ("ListTagsForResource", 200, owned.as_str()),
    ]);
    let driver = driver(&fake, Pipelines::new);
    let request = wanted("pipeline", &described());
    let error = driver.read(&request, &ReadCache::default()).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("`SOMEHOW`"), "{error}");
    let live = read(&driver, &described()).await.unwrap();
    let changes = driver.compare(&live, &described()).unwrap().changes;
    let paths: Vec<_> = changes.0.iter().map(|change| &*change.path).collect();
    assert_eq!(paths, ["ExecutionMode", "PipelineType"]);
}

#[test]
fn what_codepipeline_refuses_is_refused_before_any_call() {
    let source = described()["Stages"][0].clone();
    let build = described()["Stages"][1].clone();
    let trigger = described()["Triggers"][0].clone();
    let push = "/Triggers/0/GitConfiguration/Push/0";
    for (pointer, value, property) in [
        ("/Name", json!("a b"), "Name"),
        ("/Name", json!("x".repeat(101)), "Name"),
        ("/ArtifactStore", Value::Null, "ArtifactStore"),
        ("/Stages/1/Name", json!("Source"), "Stages"),
        (
            "/Stages/1/Actions/0/RunOrder",
            json!(1_000),
            "Stages[1].Actions[0].RunOrder",
        ),
        (
            "/Stages/1/Actions/0/TimeoutInMinutes",
            json!(60),
            "Stages[1].Actions[0].TimeoutInMinutes",
        ),
        (
            "/Stages/1/Actions/0/Configuration/ProjectName",
            json!("x".repeat(1_001)),
            "Stages[1].Actions[0].Configuration.ProjectName",
        ),
        (
            "/Stages/1/Actions/0/InputArtifacts",
            json!([{"Name": "elsewhere"}]),
            "Stages[1].Actions[0].InputArtifacts",
        ),
        (
            "/Stages/1/Actions/0/OutputArtifacts",
            json!([{"Name": "source"}]),
            "Stages[1].Actions[0].OutputArtifacts",
        ),
        (
            "/Stages/1/Actions/0/ActionTypeId/Category",
            json!("Source"),
            "Stages[1].Actions",
        ),
        (
            "/Stages/0/OnFailure",
            json!({"Result": "ROLLBACK"}),
            "Stages[0]",
        ),
        (
            "/Stages/1/OnFailure/Result",
            json!("ROLLBACK"),
            "Stages[1].OnFailure.RetryConfiguration",
        ),
        (
            "/Stages/2/OnSuccess/Conditions/0/Result",
            json!("SKIP"),
            "Stages[2].OnSuccess",
        ),
        ("/ExecutionMode", json!("PARALLEL"), "ExecutionMode"),
        ("/Stages", json!([source]), "Stages"),
        ("/Stages", json!([source, build, build]), "Stages"),
        ("/Triggers", json!([trigger, trigger]), "Triggers"),
        (
            "/Triggers/0/GitConfiguration/SourceActionName",
            json!("Build"),
            "Triggers[0].GitConfiguration.SourceActionName",
        ),
        (
            &format!("{push}/Tags"),
            json!({"Includes": ["v*"]}),
            "Triggers[0].GitConfiguration.Push[0]",
        ),
        (
            &format!("{push}/Branches"),
            json!({}),
            "Triggers[0].GitConfiguration.Push[0]",
        ),
        (
            &format!("{push}/Branches"),
            json!({"Includes": vec!["x"; 9]}),
            "Triggers[0].GitConfiguration.Push[0]",
        ),
        ("/Variables/0/Name", json!("a b"), "Variables[0].Name"),
    ] {
        let found = findings(Pipelines::new, &with(pointer, value));
        let first = found.first();
        assert!(
            first.is_some_and(|first| first.starts_with(&format!("{property} "))),
            "{pointer}: {found:?}"
        );
    }
    for pipeline in [
        described(),
        with("/RoleArn", Value::from(UNKNOWN)),
        with(
            "/Stages/1/Actions/0/Configuration/ProjectName",
            Value::from(UNKNOWN),
        ),
    ] {
        assert_eq!(findings_alone(&pipeline), [""; 0]);
    }
}

/// CodePipeline never shows it again.
#[test]
fn a_secret_among_the_settings_of_an_action_is_refused() {
    let pointer = "/Stages/0/Actions/0/Configuration/OAuthToken";
    assert_eq!(
        findings_alone(&with(pointer, json!("secret"))),
        [
            "Stages[0].Actions[0].Configuration.OAuthToken is a secret, which CodePipeline returns as ****, so that \
             each plan would differ; use a source with a connection (CodeStarSourceConnection)"
        ]
    );
}

/// The findings of what may be created.
fn findings_alone(pipeline: &Value) -> Vec<String> {
    let driver = driver(&FakeAws::default(), Pipelines::new);
    let found = driver.check(pipeline).unwrap();
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn a_pipeline_of_the_first_type_has_none_of_what_is_new() {
    let found = findings_alone(&with("/PipelineType", json!("V1")));
    assert_eq!(
        found,
        [
            "Triggers needs the PipelineType V2",
            "Variables needs the PipelineType V2",
            "ExecutionMode needs the PipelineType V2",
            "Stages have conditions, which need the PipelineType V2",
        ]
    );
}
