//! The sources of `CodePipeline`, and what starts a run: an event, never polling.

use std::collections::BTreeMap;

use model::types::codecommit::Repository;
use model::types::codepipeline::{
    ActionCategory, ActionDeclaration, ActionTypeId, Filter, GitConfiguration, OutputArtifact,
    PipelineTriggerDeclaration, PullRequestEvent, PullRequestFilter, PushFilter,
};
use model::types::iam::Statement;
use model::{Handle, Pseudo, StackBuilder, Text};
use serde_json::{Value, json};

use super::role::named_statement;
use super::shared::Shared;
use crate::description::{Pipeline, Source, Team};

/// The name of the source action, and of its stage and its artifact.
pub(super) const SOURCE: &str = "source";

/// A source.
pub(super) struct Sourced {
    /// The action.
    pub(super) action: ActionDeclaration,
    /// What it needs of the pipeline's role.
    pub(super) statements: Vec<Statement>,
    /// The pushes that start a run, if `CodePipeline` itself gets them.
    pub(super) triggers: Vec<PipelineTriggerDeclaration>,
    /// The pull requests that start a run, if it gets those.
    pub(super) requests: Option<PipelineTriggerDeclaration>,
    /// Otherwise the pattern of EventBridge's events that start a run.
    pub(super) events: Option<Value>,
}

/// The source of a pipeline. A repository in CodeCommit is added to the stack.
pub(super) fn of(
    stack: &mut StackBuilder<'_>,
    team: &Team,
    pipeline: &Pipeline,
    shared: &Shared,
) -> Option<Sourced> {
    match &pipeline.source {
        Source::Connection(repository) => {
            Some(connection(repository, pipeline, shared.connection.clone()?))
        }
        Source::CodeCommit => {
            let repository = Repository {
                repository_name: stack.physical_name("source"),
                repository_description: Some(format!("Source of team {}", team.name)),
                kms_key_id: None,
            };
            let repository = stack.add("repository", repository);
            stack.output("repository", repository.clone_url_http());
            Some(codecommit(&repository, pipeline))
        }
        Source::S3 { bucket, key } => Some(zip(bucket, key)),
        Source::Ci(..) => None,
    }
}

fn action(provider: &str, settings: &[(&str, Text)]) -> ActionDeclaration {
    let settings = settings.iter().cloned();
    ActionDeclaration {
        configuration: settings
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<BTreeMap<_, _>>(),
        output_artifacts: vec![OutputArtifact::new(SOURCE)],
        ..ActionDeclaration::new(SOURCE, ActionTypeId::aws(ActionCategory::Source, provider))
    }
}

/// Source: `CodePipeline` User Guide, "`CodeStarSourceConnection`".
fn connection(repository: &str, pipeline: &Pipeline, arn: Text) -> Sourced {
    let branches = Some(Filter::including([&pipeline.branch]));
    let file_paths = (!pipeline.paths.is_empty()).then(|| Filter::including(&pipeline.paths));
    let push = PushFilter {
        branches: branches.clone(),
        file_paths: file_paths.clone(),
        tags: None,
    };
    let request = PullRequestFilter {
        events: vec![PullRequestEvent::Open, PullRequestEvent::Updated],
        branches,
        file_paths,
    };
    let trigger = |push, pull_request| {
        PipelineTriggerDeclaration::of_connection(GitConfiguration {
            source_action_name: SOURCE.to_owned(),
            push,
            pull_request,
        })
    };
    // The former name of the service is the one of actions on older connections.
    let actions = [
        "codeconnections:UseConnection",
        "codestar-connections:UseConnection",
    ];
    Sourced {
        action: action(
            "CodeStarSourceConnection",
            &[
                ("ConnectionArn", arn.clone()),
                ("FullRepositoryId", Text::from(repository)),
                ("BranchName", Text::from(pipeline.branch.as_str())),
                // The trigger does.
                ("DetectChanges", Text::from("false")),
            ],
        ),
        statements: vec![named_statement("Source", &actions, vec![arn])],
        triggers: vec![trigger(vec![push], Vec::new())],
        requests: Some(trigger(Vec::new(), vec![request])),
        events: None,
    }
}

/// Sources: `CodePipeline` User Guide, "CodeCommit", and the permissions of the service role; CodeCommit
/// User Guide, "referenceUpdated event".
fn codecommit(repository: &Handle<Repository>, pipeline: &Pipeline) -> Sourced {
    let actions = [
        "codecommit:CancelUploadArchive",
        "codecommit:GetBranch",
        "codecommit:GetCommit",
        "codecommit:GetUploadArchiveStatus",
        "codecommit:UploadArchive",
    ];
    let events = json!({
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [repository.arn()],
        "detail": {
            "event": ["referenceCreated", "referenceUpdated"],
            "referenceType": ["branch"],
            "referenceName": [pipeline.branch],
        },
    });
    Sourced {
        action: action(
            "CodeCommit",
            &[
                ("RepositoryName", repository.name()),
                ("BranchName", Text::from(pipeline.branch.as_str())),
                ("PollForSourceChanges", Text::from("false")),
            ],
        ),
        statements: vec![named_statement("Source", &actions, vec![repository.arn()])],
        triggers: Vec::new(),
        requests: None,
        events: Some(events),
    }
}

/// Sources: `CodePipeline` User Guide, "Amazon S3 source"; Amazon S3 User Guide, "Using EventBridge":
/// the bucket sends events only once that is switched on for it.
fn zip(bucket: &str, key: &str) -> Sourced {
    let arn = |rest: &str| {
        let text = format!(":s3:::{bucket}{rest}");
        Text::concat([
            Text::from("arn:"),
            Pseudo::Partition.into(),
            Text::from(text),
        ])
    };
    let of_object = named_statement(
        "Source",
        &["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion"],
        vec![arn(&format!("/{key}"))],
    );
    let of_bucket = named_statement("SourceBucket", &["s3:GetBucketVersioning"], vec![arn("")]);
    Sourced {
        action: action(
            "S3",
            &[
                ("S3Bucket", Text::from(bucket)),
                ("S3ObjectKey", Text::from(key)),
                ("PollForSourceChanges", Text::from("false")),
            ],
        ),
        statements: vec![of_object, of_bucket],
        triggers: Vec::new(),
        requests: None,
        events: Some(json!({
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [bucket]}, "object": {"key": [key]}},
        })),
    }
}
