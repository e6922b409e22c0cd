//! `AWS::CodePipeline::Pipeline`.

use std::collections::BTreeMap;

use aws_sdk_codepipeline::Client;
use aws_sdk_codepipeline::types::PipelineDeclaration;
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::codepipeline::{
    ActionCategory, ActionDeclaration, ActionTypeId, Artifact, ArtifactStore, Condition,
    ConditionResult, ExecutionMode, Filter, GitConfiguration, OutputArtifact, Pipeline,
    PipelineTriggerDeclaration, PipelineType, PullRequestEvent, PullRequestFilter, PushFilter,
    RuleDeclaration, RuleTypeId, StageDeclaration, SuccessConditions, VariableDeclaration,
};
use model::{Graph, Tags, Text};

use super::support::{World, describe, only, paths};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"codepipeline.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

fn name(world: &World) -> String {
    format!("{}-test", world.system)
}

/// A role that CodePipeline may assume, which moto looks at.
async fn role(world: &World) -> String {
    let client = aws_sdk_iam::Client::new(&world.config());
    let call = client.create_role().role_name(name(world));
    let call = call.assume_role_policy_document(TRUST);
    let made = call.send().await.expect("a role");
    made.role.expect("a role").arn
}

fn source() -> ActionDeclaration {
    let settings = [
        (
            "ConnectionArn",
            "arn:aws:codeconnections:eu-west-1:123456789012:connection/c",
        ),
        ("FullRepositoryId", "acme/apps"),
        ("BranchName", "main"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), Text::from(value)));
    let source = ActionTypeId::aws(ActionCategory::Source, "CodeStarSourceConnection");
    ActionDeclaration {
        configuration: BTreeMap::from(settings),
        output_artifacts: vec![OutputArtifact::new("source")],
        namespace: Some("Source".to_owned()),
        ..ActionDeclaration::new("Source", source)
    }
}

fn build() -> ActionDeclaration {
    let settings = [("ProjectName".to_owned(), Text::from("acme-build"))];
    let build = ActionTypeId::aws(ActionCategory::Build, "CodeBuild");
    ActionDeclaration {
        configuration: BTreeMap::from(settings),
        input_artifacts: vec![Artifact::new("source")],
        output_artifacts: vec![OutputArtifact::new("built")],
        ..ActionDeclaration::new("Build", build)
    }
}

fn trigger() -> PipelineTriggerDeclaration {
    PipelineTriggerDeclaration::of_connection(GitConfiguration {
        source_action_name: "Source".to_owned(),
        push: vec![PushFilter {
            branches: Some(Filter::including(["main"])),
            file_paths: Some(Filter::including(["shipping/**", "packages/**"])),
            tags: None,
        }],
        pull_request: Vec::new(),
    })
}

fn pipeline(world: &World, role: &str) -> Pipeline {
    Pipeline {
        name: name(world),
        role_arn: role.into(),
        pipeline_type: PipelineType::V2,
        execution_mode: None,
        artifact_store: Some(ArtifactStore::s3("acme-artifacts".into())),
        artifact_stores: Vec::new(),
        stages: vec![
            StageDeclaration::new("Source", vec![source()]),
            StageDeclaration::new("Build", vec![build()]),
        ],
        triggers: vec![trigger()],
        variables: Vec::new(),
    }
}

fn graph(world: &World, pipeline: &Pipeline) -> Graph {
    tagged(world, pipeline, Tags::new())
}

fn tagged(world: &World, pipeline: &Pipeline, tags: Tags) -> Graph {
    world.graph_tagged(tags, |stack| {
        stack.add("pipeline", pipeline.clone());
    })
}

async fn live(world: &World) -> PipelineDeclaration {
    let client = Client::new(&world.config());
    let found = client.get_pipeline().name(name(world)).send().await;
    found.expect("described").pipeline.expect("the pipeline")
}

/// Applies a change and checks that it is planned as an update of one property, and made with one
/// call, which counts up the version.
async fn update(world: &World, changed: &Pipeline, expected: &str) {
    let before = live(world).await.version;
    let plan = world.apply(&graph(world, changed)).await;
    let changes = matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Changed,
            ..
        }
    );
    assert!(changes, "{:?}", describe(&plan));
    let paths = paths(only(&plan));
    assert!(
        paths.iter().all(|path| path.starts_with(expected)) && !paths.is_empty(),
        "{expected}: {paths:?}"
    );
    let after = live(world).await.version;
    assert_eq!(after, before.map(|version| version + 1), "{expected}");
}

#[tokio::test]
async fn everything_but_the_name_changes_in_place_with_one_call() {
    let world = World::on_moto();
    let mut changed = pipeline(&world, &role(&world).await);
    world.apply(&graph(&world, &changed)).await;
    assert_eq!(live(&world).await.version, Some(1));
    changed.execution_mode = Some(ExecutionMode::Queued);
    update(&world, &changed, "ExecutionMode").await;
    changed.artifact_store = Some(ArtifactStore::s3("acme-others".into()));
    update(&world, &changed, "ArtifactStore.Location").await;
    let branch = changed.stages[0].actions[0]
        .configuration
        .get_mut("BranchName");
    *branch.expect("a branch") = "trunk".into();
    update(
        &world,
        &changed,
        "Stages[0].Actions[0].Configuration.BranchName",
    )
    .await;
    changed.stages[1].on_failure = Some(ConditionResult::Retry.into());
    update(&world, &changed, "Stages[1].OnFailure").await;
    changed.stages[1].on_failure = Some(ConditionResult::Rollback.into());
    update(&world, &changed, "Stages[1].OnFailure").await;
    let approval = ActionTypeId::aws(ActionCategory::Approval, "Manual");
    let mut approval = ActionDeclaration::new("Approve", approval);
    approval.timeout_in_minutes = Some(60);
    let mut release = StageDeclaration::new("Release", vec![approval]);
    release.on_success = Some(quiet());
    changed.stages.push(release);
    update(&world, &changed, "Stages").await;
    changed.triggers[0].git_configuration.pull_request = vec![PullRequestFilter {
        events: vec![PullRequestEvent::Open, PullRequestEvent::Updated],
        branches: Some(Filter::including(["main"])),
        file_paths: None,
    }];
    update(&world, &changed, "Triggers[0].GitConfiguration.PullRequest").await;
    changed.variables = vec![VariableDeclaration {
        name: "version".to_owned(),
        default_value: Some("none".into()),
        description: Some("the release".to_owned()),
    }];
    update(&world, &changed, "Variables").await;
    let found = live(&world).await;
    assert_eq!(found.triggers().len(), 1);
    assert_eq!(found.stages().len(), 3);
    world.destroy(&graph(&world, &changed)).await;
}

/// A run stays in the stage until an alarm has been quiet for a while; otherwise it is rolled back.
fn quiet() -> SuccessConditions {
    let settings = [
        ("AlarmName".to_owned(), Text::from("acme-errors")),
        ("WaitTime".to_owned(), Text::from("10")),
    ];
    let rule = RuleDeclaration {
        name: "quiet".to_owned(),
        rule_type_id: RuleTypeId::aws("CloudWatchAlarm"),
        configuration: BTreeMap::from(settings),
        commands: Vec::new(),
        input_artifacts: Vec::new(),
        role_arn: None,
        region: None,
    };
    let condition = Condition {
        result: Some(ConditionResult::Rollback),
        rules: vec![rule],
    };
    SuccessConditions {
        conditions: vec![condition],
    }
}

#[tokio::test]
async fn drift_and_tags_are_repaired() {
    let world = World::on_moto();
    let desired = pipeline(&world, &role(&world).await);
    let client = Client::new(&world.config());
    let team = |value: &str| {
        let tags = Tags::from([("team".to_owned(), value.to_owned())]);
        tagged(&world, &desired, tags)
    };
    world.apply(&team("web")).await;
    let mut found = live(&world).await;
    found.stages[1].actions[0].run_order = Some(2);
    found.stages[1].name = "Elsewhere".to_owned();
    let call = client.update_pipeline().pipeline(found);
    call.send().await.expect("changed");
    let plan = world.apply(&team("web")).await;
    let drift = matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    );
    assert!(drift, "{:?}", describe(&plan));
    let before = live(&world).await.version;
    let plan = world.apply(&team("shop")).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    assert_eq!(
        live(&world).await.version,
        before,
        "tags are no new version"
    );
    let call = client.delete_pipeline().name(name(&world));
    call.send().await.expect("deleted");
    let plan = world.apply(&team("shop")).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&team("shop")).await;
}

#[tokio::test]
async fn a_pipeline_of_another_owner_is_refused() {
    let world = World::on_moto();
    let desired = pipeline(&world, &role(&world).await);
    world.apply(&graph(&world, &desired)).await;
    // Somebody removes the tags: it is nobody's then.
    let client = Client::new(&world.config());
    let found = client.get_pipeline().name(name(&world)).send().await;
    let metadata = found.expect("described").metadata.expect("its metadata");
    let arn = metadata.pipeline_arn.expect("its ARN");
    let tags = client.list_tags_for_resource().resource_arn(&arn);
    let tags = tags.send().await.expect("listed").tags.unwrap_or_default();
    assert!(!tags.is_empty());
    let keys: Vec<_> = tags.iter().map(|tag| tag.key.clone()).collect();
    let call = client.untag_resource().resource_arn(&arn);
    let call = call.set_tag_keys(Some(keys)).send();
    call.await.expect("untagged");
    match world
        .try_plan(&graph(&world, &desired), Goal::Converge)
        .await
    {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    let call = client.tag_resource().resource_arn(&arn);
    let call = call.set_tags(Some(tags)).send();
    call.await.expect("tagged");
    assert!(world.plan(&graph(&world, &desired)).await.is_empty());
    world.destroy(&graph(&world, &desired)).await;
}
