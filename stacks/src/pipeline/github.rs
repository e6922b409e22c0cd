//! The workflow of GitHub Actions.

use super::buildspec::NODE;
use super::export::Place;
use super::role::session_seconds;
use super::steps::{Step, Variables};
use super::yaml::{heredoc, mapping, scalar};
use super::{PREVIEW_ROLE, STEPS_ROLE};
use crate::description::{Pipeline, System, Team};

/// The directory of the script, outside the checkout.
const FOLDER: &str = "$RUNNER_TEMP/frontage";

/// The workflow: the steps at each push to the branch, one after the other, and at each pull request to
/// it, if they publish previews.
pub(super) fn workflow(system: &System, team: &Team, pipeline: &Pipeline, place: &Place) -> String {
    let name = team.name.as_str();
    let role = role(system, team, pipeline, place);
    let variables = Variables::of(system, team).with_canary(pipeline.canary.as_ref());
    let variables: Vec<_> = variables.pairs().collect();
    let steps = Step::ALL.map(|step| {
        let step = step.name();
        format!("      - name: {step}\n        run: sh \"{FOLDER}/steps.sh\" {step}")
    });
    [
        &format!("name: {}", scalar(&format!("Release {name}"))),
        "on:",
        "  push:",
        "    branches:",
        &format!("      - {}", scalar(&pipeline.branch)),
        &paths(&pipeline.paths),
        &requests(pipeline),
        "  workflow_dispatch:",
        "permissions: {}",
        "concurrency:",
        &format!("  group: {}", group(name, pipeline)),
        "jobs:",
        "  release:",
        condition(pipeline),
        "    runs-on: ubuntu-latest",
        "    permissions:",
        "      contents: read",
        "      id-token: write",
        "    env:",
        &mapping(&variables, "      "),
        preview(pipeline),
        "    steps:",
        "      - uses: actions/checkout@v5",
        "        with:",
        "          persist-credentials: false",
        "      - uses: actions/setup-node@v5",
        "        with:",
        &format!("          node-version: {}", scalar(NODE)),
        "      - uses: aws-actions/configure-aws-credentials@v5",
        "        with:",
        &format!("          role-to-assume: {role}"),
        &format!("          aws-region: {}", scalar(&place.region)),
        &duration(pipeline),
        "      - name: prepare",
        "        run: |",
        &heredoc(FOLDER, "          "),
        &steps.join("\n"),
        "",
    ]
    .into_iter()
    .filter(|line| !line.is_empty())
    .flat_map(|line| [line, "\n"])
    .collect()
}

/// The pull requests to the branch, if they publish previews.
fn requests(pipeline: &Pipeline) -> String {
    if !pipeline.previews {
        return String::new();
    }
    let branch = scalar(&pipeline.branch);
    let paths = paths(&pipeline.paths);
    format!("  pull_request:\n    branches:\n      - {branch}\n{paths}")
        .trim_end()
        .to_owned()
}

/// What runs one after the other: the releases, and the previews of one pull request.
fn group(team: &str, pipeline: &Pipeline) -> String {
    if pipeline.previews {
        format!("frontage-{team}-${{{{ github.event.number || 'release' }}}}")
    } else {
        format!("frontage-{team}")
    }
}

/// No steps for a fork's pull request, which gets no identity token.
fn condition(pipeline: &Pipeline) -> &'static str {
    if pipeline.previews {
        "    if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository"
    } else {
        ""
    }
}

/// The variable with the name of a pull request's preview, which is empty elsewhere.
fn preview(pipeline: &Pipeline) -> &'static str {
    if pipeline.previews {
        "      FRONTAGE_PREVIEW: ${{ github.event_name == 'pull_request' && format('pr-{0}', github.event.number) || '' }}"
    } else {
        ""
    }
}

/// The role, which for pull requests is the one of previews.
fn role(system: &System, team: &Team, pipeline: &Pipeline, place: &Place) -> String {
    let role = place.role(system, team, STEPS_ROLE);
    if !pipeline.previews {
        return scalar(&role);
    }
    let of_previews = place.role(system, team, PREVIEW_ROLE);
    format!("${{{{ github.event_name == 'pull_request' && '{of_previews}' || '{role}' }}}}")
}

/// How long the credentials last, if a canary bakes: it begins with them and ends with them.
fn duration(pipeline: &Pipeline) -> String {
    let canary = pipeline.canary.as_ref().filter(|of| of.every.is_some());
    canary.map_or_else(String::new, |_| {
        let seconds = session_seconds(pipeline);
        format!("          role-duration-seconds: {seconds}")
    })
}

fn paths(paths: &[String]) -> String {
    if paths.is_empty() {
        return String::new();
    }
    let lines = paths
        .iter()
        .map(|path| format!("\n      - {}", scalar(path)));
    format!("    paths:{}", lines.collect::<String>())
}
