//! The file of GitLab CI/CD.

use super::buildspec::NODE;
use super::export::{GITLAB_AUDIENCE, Place};
use super::role::session_seconds;
use super::steps::{Step, Variables};
use super::yaml::{heredoc, mapping, scalar};
use super::{PREVIEW_ROLE, STEPS_ROLE};
use crate::description::{Pipeline, System, Team};

/// The directory of the script, outside the checkout.
const FOLDER: &str = "/tmp/frontage";
/// The file from which the SDKs read the job's identity token.
const TOKEN: &str = "/tmp/frontage/identity";

/// The file: one job, at each push to the branch, and at each merge request to it, if they publish
/// previews.
pub(super) fn jobs(system: &System, team: &Team, pipeline: &Pipeline, place: &Place) -> String {
    let role = place.role(system, team, STEPS_ROLE);
    let of_team = Variables::of(system, team).with_canary(pipeline.canary.as_ref());
    let mut variables: Vec<_> = of_team.pairs().collect();
    variables.extend([
        ("AWS_REGION", place.region.as_str()),
        ("AWS_ROLE_ARN", &role),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", TOKEN),
    ]);
    let steps = Step::ALL.map(|step| format!("    - sh {FOLDER}/steps.sh {}", step.name()));
    let condition = format!("$CI_COMMIT_BRANCH == \"{}\"", pipeline.branch);
    [
        &format!("release-{}:", team.name),
        &format!("  image: node:{NODE}"),
        "  id_tokens:",
        "    FRONTAGE_IDENTITY_TOKEN:",
        &format!("      aud: {GITLAB_AUDIENCE}"),
        "  rules:",
        &format!("    - if: {}", scalar(&condition)),
        &changes(&pipeline.paths),
        &requests(system, team, pipeline, place),
        &format!(
            "  resource_group: frontage-{}{}",
            team.name,
            group(pipeline)
        ),
        &timeout(pipeline),
        "  variables:",
        &mapping(&variables, "    "),
        "  before_script:",
        "    - apt-get update",
        "    - apt-get install --yes --no-install-recommends awscli",
        "    - |",
        &heredoc(FOLDER, "      "),
        &format!("    - (umask 077; printf %s \"$FRONTAGE_IDENTITY_TOKEN\" >{TOKEN})"),
        "  script:",
        &steps.join("\n"),
    ]
    .into_iter()
    .filter(|line| !line.is_empty())
    .flat_map(|line| [line, "\n"])
    .collect()
}

/// The merge requests to the branch, but those of forks, if they publish previews.
fn requests(system: &System, team: &Team, pipeline: &Pipeline, place: &Place) -> String {
    if !pipeline.previews {
        return String::new();
    }
    let condition = format!(
        "$CI_PIPELINE_SOURCE == \"merge_request_event\" && \
         $CI_MERGE_REQUEST_TARGET_BRANCH_NAME == \"{}\" && \
         $CI_MERGE_REQUEST_SOURCE_PROJECT_PATH == $CI_MERGE_REQUEST_PROJECT_PATH",
        pipeline.branch
    );
    let role = place.role(system, team, PREVIEW_ROLE);
    let variables = [
        ("FRONTAGE_PREVIEW", "pr-$CI_MERGE_REQUEST_IID"),
        ("AWS_ROLE_ARN", role.as_str()),
    ];
    [
        format!("    - if: {}", scalar(&condition)),
        changes(&pipeline.paths),
        "      variables:".to_owned(),
        mapping(&variables, "        "),
    ]
    .into_iter()
    .filter(|line| !line.is_empty())
    .collect::<Vec<_>>()
    .join("\n")
}

/// What runs one after the other is of one branch, so that a canary that bakes delays no preview.
fn group(pipeline: &Pipeline) -> &'static str {
    if pipeline.previews {
        "-$CI_COMMIT_REF_SLUG"
    } else {
        ""
    }
}

/// How long the job and its identity token last, if a canary bakes; otherwise as the project says.
/// Source: GitLab Docs, "`OpenID` Connect authentication using ID tokens": a token expires with its job.
fn timeout(pipeline: &Pipeline) -> String {
    let canary = pipeline.canary.as_ref().filter(|of| of.every.is_some());
    canary.map_or_else(String::new, |_| {
        format!("  timeout: {} minutes", session_seconds(pipeline) / 60)
    })
}

fn changes(paths: &[String]) -> String {
    if paths.is_empty() {
        return String::new();
    }
    let lines = paths
        .iter()
        .map(|path| format!("\n        - {}", scalar(path)));
    format!("      changes:{}", lines.collect::<String>())
}
