//! The buildspec of `CodeBuild`.

use super::steps::Step;
use super::yaml::{heredoc, scalar};
use crate::description::Team;

/// The variable with the steps that a build runs, of those of the script.
pub(super) const STEPS_VARIABLE: &str = "FRONTAGE_STEPS";

/// The version of Node.js, of those that the image has.
pub(super) const NODE: &str = "22";

/// The buildspec of a team: writes the script of the steps into a folder, and runs what
/// `FRONTAGE_STEPS` says, by default everything.
///
/// What a build leaves is the folder `dist`, so that another build can publish it.
#[must_use]
pub fn buildspec(team: &Team) -> String {
    let pipeline = team.pipeline.as_ref();
    let dist = match pipeline.and_then(|pipeline| pipeline.folder.as_deref()) {
        Some(folder) => format!("{folder}/dist/**/*"),
        None => "dist/**/*".to_owned(),
    };
    let steps = Step::ALL.map(Step::name).join(" ");
    [
        "version: 0.2",
        "env:",
        "  shell: bash",
        "phases:",
        "  install:",
        "    runtime-versions:",
        &format!("      nodejs: {NODE}"),
        "  build:",
        "    commands:",
        "      - |",
        &heredoc("/tmp/frontage", "        "),
        &format!("      - sh /tmp/frontage/steps.sh ${{{STEPS_VARIABLE}:-{steps}}}"),
        "artifacts:",
        "  files:",
        &format!("    - {}", scalar(&dist)),
        "cache:",
        "  paths:",
        "    - /root/.npm/**/*",
        "",
    ]
    .join("\n")
}
