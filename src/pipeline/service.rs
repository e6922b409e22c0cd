//! The runs of a team's pipeline in `CodePipeline`.

use aws::{Account, failed};
use aws_sdk_codepipeline::Client;
use aws_sdk_codepipeline::primitives::{DateTime, DateTimeFormat};
use aws_sdk_codepipeline::types::{
    ActionState, ApprovalResult, ApprovalStatus, PipelineExecutionStatus, PipelineExecutionSummary,
    StageState,
};
use engine::DriverError;
use serde::Serialize;

use super::error::PipelineError;

/// The runs among which one that is not over is looked for.
const RECENT: i32 = 10;

/// A pipeline.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) client: Client,
    pub(super) builds: aws_sdk_codebuild::Client,
    pub(super) output: aws_sdk_cloudwatchlogs::Client,
    pub(super) name: String,
}

/// A run of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// How it stands: `InProgress`, `Succeeded`, `Failed`, `Stopped`, `Superseded`.
    pub status: String,
    /// When it started, in RFC 3339.
    pub started: Option<String>,
    /// What started it: `Webhook`, `CloudWatchEvent`, `StartPipelineExecution`.
    pub trigger: Option<String>,
    /// The revisions of its source, such as a commit, each with its message.
    pub revisions: Vec<Revision>,
}

/// A revision of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Revision {
    /// Its id.
    pub id: String,
    /// Its message, if it has one.
    pub summary: Option<String>,
}

/// How a pipeline stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Latest {
    /// The newest run; null if it has not run.
    pub run: Option<Run>,
    /// The approval that a run waits for, which may be an older one.
    pub waits: Option<Approval>,
}

/// An action that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// The stage.
    pub stage: String,
    /// The action.
    pub action: String,
    /// The run that waits.
    pub run: String,
    /// Whether it was approved.
    pub approved: bool,
    #[serde(skip)]
    token: String,
}

impl Service {
    /// The pipeline of this name.
    #[must_use]
    pub fn new(account: &Account, name: String) -> Self {
        let account = account.for_data();
        Self {
            client: account.client(),
            builds: account.client(),
            output: account.client(),
            name,
        }
    }

    /// The runs, the newest first: at most this many, of the last twelve months.
    ///
    /// # Errors
    /// [`PipelineError::NoPipeline`] if there is no such pipeline.
    pub async fn runs(&self, most: i32) -> Result<Vec<Run>, PipelineError> {
        let call = self.client.list_pipeline_executions();
        let call = call.pipeline_name(&self.name).max_results(most).send();
        let answer = call.await;
        let answer = answer.map_err(failed("codepipeline:ListPipelineExecutions"));
        let runs = answer.map_err(|error| self.explained(error))?;
        let runs = runs.pipeline_execution_summaries.unwrap_or_default();
        Ok(runs.into_iter().map(Run::from).collect())
    }

    /// The newest run, and what waits for a person: one call, and a second one while a run is not over.
    ///
    /// # Errors
    /// [`PipelineError::NoPipeline`] if there is no such pipeline.
    pub async fn latest(&self) -> Result<Latest, PipelineError> {
        let runs = self.runs(RECENT).await?;
        let goes_on = |run: &Run| run.status == PipelineExecutionStatus::InProgress.as_str();
        let waits = if runs.iter().any(goes_on) {
            self.waiting().await?
        } else {
            None
        };
        let run = runs.into_iter().next();
        Ok(Latest { run, waits })
    }

    /// What waits for a person.
    async fn waiting(&self) -> Result<Option<Approval>, PipelineError> {
        let state = self.client.get_pipeline_state().name(&self.name).send();
        let state = state.await.map_err(failed("codepipeline:GetPipelineState"));
        let state = state.map_err(|error| self.explained(error))?;
        let mut stages = state.stage_states.unwrap_or_default().into_iter();
        Ok(stages.find_map(waiting))
    }

    /// Starts a run on the newest revision of the source. Returns its id.
    ///
    /// # Errors
    /// [`PipelineError::NoPipeline`] if there is no such pipeline.
    pub async fn start(&self) -> Result<String, PipelineError> {
        let call = self.client.start_pipeline_execution().name(&self.name);
        let answer = call.send().await;
        let answer = answer.map_err(failed("codepipeline:StartPipelineExecution"));
        let started = answer.map_err(|error| self.explained(error))?;
        Ok(started.pipeline_execution_id.unwrap_or_default())
    }

    /// Approves what waits for a person, or rejects it, with a comment that others see.
    ///
    /// # Errors
    /// [`PipelineError::NothingWaits`] if nothing does.
    pub async fn answer(&self, approved: bool, comment: &str) -> Result<Approval, PipelineError> {
        let waiting = self.waiting().await?;
        let waiting = waiting.ok_or_else(|| PipelineError::NothingWaits(self.name.clone()))?;
        let status = if approved {
            ApprovalStatus::Approved
        } else {
            ApprovalStatus::Rejected
        };
        let result = ApprovalResult::builder().status(status).summary(comment);
        let result = result
            .build()
            .map_err(|error| DriverError::internal(error.to_string()))?;
        let put = self.client.put_approval_result();
        let put = put
            .pipeline_name(&self.name)
            .stage_name(&waiting.stage)
            .action_name(&waiting.action)
            .token(&waiting.token)
            .result(result);
        put.send()
            .await
            .map_err(failed("codepipeline:PutApprovalResult"))?;
        Ok(Approval {
            approved,
            ..waiting
        })
    }

    pub(super) fn explained(&self, error: DriverError) -> PipelineError {
        if error.is("PipelineNotFoundException") {
            return PipelineError::NoPipeline(self.name.clone());
        }
        PipelineError::Aws(error)
    }
}

#[cfg(test)]
impl Approval {
    /// What a run waits for in a stage.
    pub(crate) fn waiting(stage: &str, run: &str) -> Self {
        Self {
            stage: stage.to_owned(),
            action: stage.to_owned(),
            run: run.to_owned(),
            approved: false,
            token: String::new(),
        }
    }
}

/// The approval that a stage waits for. Only then it has a token.
fn waiting(stage: StageState) -> Option<Approval> {
    let run = stage.latest_execution.map(|run| run.pipeline_execution_id);
    let mut actions = stage.action_states.unwrap_or_default().into_iter();
    let token = |action: ActionState| {
        let token = action.latest_execution?.token?;
        Some((action.action_name?, token))
    };
    let (action, token) = actions.find_map(token)?;
    Some(Approval {
        stage: stage.stage_name?,
        action,
        run: run.unwrap_or_default(),
        approved: false,
        token,
    })
}

impl From<PipelineExecutionSummary> for Run {
    fn from(run: PipelineExecutionSummary) -> Self {
        let revisions = run.source_revisions.unwrap_or_default().into_iter();
        let revisions = revisions.filter_map(|revision| {
            Some(Revision {
                id: revision.revision_id?,
                summary: revision.revision_summary,
            })
        });
        let written = |time: DateTime| time.fmt(DateTimeFormat::DateTime).ok();
        let trigger = run.trigger.and_then(|trigger| trigger.trigger_type);
        Self {
            id: run.pipeline_execution_id.unwrap_or_default(),
            status: run.status.map(|of| of.to_string()).unwrap_or_default(),
            started: run.start_time.and_then(written),
            trigger: trigger.map(|of| of.to_string()),
            revisions: revisions.collect(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_codepipeline::config::{Credentials, SharedCredentialsProvider};
    use fake_aws::FakeAws;

    use super::*;

    /// A pipeline whose calls get these answers.
    pub(in crate::pipeline) fn service(fake: &FakeAws) -> Service {
        let keys = Credentials::new("id", "secret", None, None, "tests");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .http_client(fake.client())
            .build();
        Service {
            client: Client::new(&config),
            builds: aws_sdk_codebuild::Client::new(&config),
            output: aws_sdk_cloudwatchlogs::Client::new(&config),
            name: "acme-ci-shipping-pipeline".to_owned(),
        }
    }

    const STATE: &str = r#"{"stageStates":[
        {"stageName":"build","actionStates":[{"actionName":"build","latestExecution":{"status":"Succeeded"}}]},
        {"stageName":"approval","latestExecution":{"pipelineExecutionId":"r1","status":"InProgress"},
         "actionStates":[{"actionName":"approval","latestExecution":{"status":"InProgress","token":"t1"}}]}]}"#;

    #[tokio::test]
    async fn what_waits_is_answered_by_its_token() {
        let fake = FakeAws::new([
            ("GetPipelineState", 200, STATE),
            ("PutApprovalResult", 200, "{}"),
        ]);
        let answered = service(&fake).answer(false, "too slow").await.unwrap();
        assert_eq!(
            (answered.stage.as_str(), answered.run.as_str()),
            ("approval", "r1")
        );
        let requests = fake.requests();
        for part in [
            "\"token\":\"t1\"",
            "\"status\":\"Rejected\"",
            "\"summary\":\"too slow\"",
        ] {
            assert!(requests[1].contains(part), "{part} in {}", requests[1]);
        }
    }

    /// A newer run that failed does not end the wait of an older one.
    #[tokio::test]
    async fn what_waits_is_seen_behind_the_newest_run() {
        let run = |id: &str, status: &str| {
            format!(r#"{{"pipelineExecutionId":"{id}","status":"{status}"}}"#)
        };
        let runs =
            |runs: &[String]| format!(r#"{{"pipelineExecutionSummaries":[{}]}}"#, runs.join(","));
        let both = runs(&[run("r2", "Failed"), run("r1", "InProgress")]);
        let fake = FakeAws::new([
            ("ListPipelineExecutions", 200, both.as_str()),
            ("GetPipelineState", 200, STATE),
        ]);
        let latest = service(&fake).latest().await.unwrap();
        assert_eq!(latest.run.unwrap().id, "r2");
        assert_eq!(latest.waits.unwrap().run, "r1");

        let over = runs(&[run("r2", "Failed"), run("r1", "Succeeded")]);
        let fake = FakeAws::new([("ListPipelineExecutions", 200, over.as_str())]);
        assert_eq!(service(&fake).latest().await.unwrap().waits, None);
        assert_eq!(fake.requests().len(), 1);
    }

    #[tokio::test]
    async fn nothing_waits_and_nothing_is_answered() {
        let state = r#"{"stageStates":[{"stageName":"build"}]}"#;
        let fake = FakeAws::new([("GetPipelineState", 200, state)]);
        let error = service(&fake).answer(true, "").await.unwrap_err();
        assert!(matches!(error, PipelineError::NothingWaits(_)), "{error}");
        assert_eq!(fake.requests().len(), 1);
    }
}
