//! The workflow of GitHub Actions.

use super::buildspec::NODE;
use super::export::Place;
use super::role::session_seconds;
use super::steps::{Step, Variables};
use super::yaml::{heredoc, mapping, scalar};
use crate::description::{Pipeline, System, Team};

/// The directory of the script, outside the checkout.
const FOLDER: &str = "$RUNNER_TEMP/frontage";

/// The workflow: the steps at each push to the branch, one after the other.
pub(super) fn workflow(system: &System, team: &Team, pipeline: &Pipeline, place: &Place) -> String {
    let name = team.name.as_str();
    let role = place.role(system, team);
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
        "  workflow_dispatch:",
        "permissions: {}",
        "concurrency:",
        &format!("  group: frontage-{name}"),
        "jobs:",
        "  release:",
        "    runs-on: ubuntu-latest",
        "    permissions:",
        "      contents: read",
        "      id-token: write",
        "    env:",
        &mapping(&variables, "      "),
        "    steps:",
        "      - uses: actions/checkout@v5",
        "        with:",
        "          persist-credentials: false",
        "      - uses: actions/setup-node@v5",
        "        with:",
        &format!("          node-version: {}", scalar(NODE)),
        "      - uses: aws-actions/configure-aws-credentials@v5",
        "        with:",
        &format!("          role-to-assume: {}", scalar(&role)),
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
