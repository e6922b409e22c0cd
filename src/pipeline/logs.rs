//! The output of a run's builds, from CloudWatch Logs.

use aws::failed;
use aws_sdk_codebuild::types::Build;
use aws_sdk_codepipeline::types::{ActionExecutionDetail, ActionExecutionFilter};
use serde::Serialize;

use super::error::PipelineError;
use super::service::Service;

/// The output of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BuildLog {
    /// The stage that it was run for.
    pub stage: String,
    /// How it ended: `SUCCEEDED`, `FAILED`, `IN_PROGRESS`.
    pub status: String,
    /// Its output, line by line; empty as long as there is none.
    pub lines: Vec<String>,
}

impl Service {
    /// The output of the builds of a run, in their order; by default of the newest run.
    ///
    /// # Errors
    /// [`PipelineError::NoRun`] if it has not run.
    pub async fn logs(&self, run: Option<&str>) -> Result<Vec<BuildLog>, PipelineError> {
        let run = match run {
            Some(run) => run.to_owned(),
            None => self.newest().await?,
        };
        let filter = ActionExecutionFilter::builder().pipeline_execution_id(run);
        let pages = self.client.list_action_executions();
        let pages = pages.pipeline_name(&self.name).filter(filter.build());
        let actions = pages.into_paginator().items().send().collect();
        let actions: Result<Vec<_>, _> = actions.await;
        let actions = actions.map_err(failed("codepipeline:ListActionExecutions"));
        let actions = actions.map_err(|error| self.explained(error))?;
        let mut logs = Vec::new();
        // The newest action comes first.
        for (stage, id) in actions.into_iter().rev().filter_map(build_of) {
            logs.extend(self.log(stage, id).await?);
        }
        Ok(logs)
    }

    async fn newest(&self) -> Result<String, PipelineError> {
        let newest = self.runs(1).await?.into_iter().next();
        let newest = newest.ok_or_else(|| PipelineError::NoRun(self.name.clone()))?;
        Ok(newest.id)
    }

    /// The output of a build, if `CodeBuild` still knows it.
    async fn log(&self, stage: String, id: String) -> Result<Option<BuildLog>, PipelineError> {
        let answer = self.builds.batch_get_builds().ids(id).send().await;
        let answer = answer.map_err(failed("codebuild:BatchGetBuilds"))?;
        let Some(build) = answer.builds.unwrap_or_default().into_iter().next() else {
            return Ok(None);
        };
        Ok(Some(BuildLog {
            stage,
            lines: self.lines(&build).await?,
            status: build
                .build_status
                .map(|of| of.to_string())
                .unwrap_or_default(),
        }))
    }

    /// All lines of a build's log. It has ended once a page has the token that it was asked for with.
    async fn lines(&self, build: &Build) -> Result<Vec<String>, PipelineError> {
        let place = build.logs.as_ref();
        let group = place.and_then(|place| place.group_name.clone());
        let stream = place.and_then(|place| place.stream_name.clone());
        let (Some(group), Some(stream)) = (group, stream) else {
            return Ok(Vec::new());
        };
        let (mut lines, mut token) = (Vec::new(), None);
        loop {
            let page = self.output.get_log_events().start_from_head(true);
            let page = page.log_group_name(&group).log_stream_name(&stream);
            let page = page.set_next_token(token.clone()).send().await;
            let page = page.map_err(failed("logs:GetLogEvents"))?;
            let events = page.events.unwrap_or_default().into_iter();
            let messages = events.filter_map(|event| event.message);
            lines.extend(messages.map(|line| line.trim_end_matches('\n').to_owned()));
            if page.next_forward_token.is_none() || page.next_forward_token == token {
                return Ok(lines);
            }
            token = page.next_forward_token;
        }
    }
}

/// The stage and the build of an action, if it is one of `CodeBuild`'s.
fn build_of(action: ActionExecutionDetail) -> Option<(String, String)> {
    let provider = action.input?.action_type_id?.provider;
    let id = action.output?.execution_result?.external_execution_id?;
    (provider == "CodeBuild").then_some((action.stage_name?, id))
}

#[cfg(test)]
mod tests {
    use fake_aws::FakeAws;

    use super::super::service::tests::service;
    use super::*;

    const RUNS: &str =
        r#"{"pipelineExecutionSummaries":[{"pipelineExecutionId":"r2","status":"Failed"}]}"#;
    const ACTIONS: &str = r#"{"actionExecutionDetails":[
        {"stageName":"build","input":{"actionTypeId":{"category":"Build","owner":"AWS","provider":"CodeBuild","version":"1"}},
         "output":{"executionResult":{"externalExecutionId":"p:b1"}}},
        {"stageName":"source","input":{"actionTypeId":{"category":"Source","owner":"AWS","provider":"S3","version":"1"}},
         "output":{"executionResult":{"externalExecutionId":"v1"}}}]}"#;
    const BUILD: &str = r#"{"builds":[{"id":"p:b1","buildStatus":"FAILED","logs":{"groupName":"g","streamName":"s"}}]}"#;

    #[tokio::test]
    async fn a_runs_builds_are_shown_to_their_end() {
        let fake = FakeAws::new([
            ("ListPipelineExecutions", 200, RUNS),
            ("ListActionExecutions", 200, ACTIONS),
            ("BatchGetBuilds", 200, BUILD),
            (
                "GetLogEvents",
                200,
                r#"{"events":[{"message":"==> test\n"}],"nextForwardToken":"f/1"}"#,
            ),
            (
                "\"nextToken\":\"f/1\"",
                200,
                r#"{"events":[{"message":"failed\n"}],"nextForwardToken":"f/2"}"#,
            ),
            (
                "\"nextToken\":\"f/2\"",
                200,
                r#"{"events":[],"nextForwardToken":"f/2"}"#,
            ),
        ]);
        let logs = service(&fake).logs(None).await.unwrap();
        let expected = BuildLog {
            stage: "build".to_owned(),
            status: "FAILED".to_owned(),
            lines: vec!["==> test".to_owned(), "failed".to_owned()],
        };
        assert_eq!(logs, [expected]);
        assert!(fake.requests()[1].contains("\"pipelineExecutionId\":\"r2\""));
    }

    #[tokio::test]
    async fn what_never_ran_has_no_logs() {
        let none = r#"{"pipelineExecutionSummaries":[]}"#;
        let fake = FakeAws::new([("ListPipelineExecutions", 200, none)]);
        let error = service(&fake).logs(None).await.unwrap_err();
        assert!(matches!(error, PipelineError::NoRun(_)), "{error}");
    }
}
