//! The limits of pipelines that emulators do not enforce: those of single properties.

use crate::kit::limits::Limit;

const MODEL: &str = "the service model of CodePipeline";
const GUIDE: &str = "CodePipeline user guide, quotas";

const NAMES: &str = "letters, digits, ., @, - and _";

/// The characters of the names of pipelines, stages, actions and rules.
fn of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '@' | '-' | '_')
}

/// The characters of the names of variables and namespaces.
fn of_variable(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '@' | '-' | '_')
}

/// The characters of the names of artifacts.
fn of_artifact(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("Name", 1, 100, MODEL),
    Limit::characters("Name", of_name, NAMES, MODEL),
    Limit::length("RoleArn", 1, 1_024, MODEL),
    Limit::one_of("ArtifactStore.Type", &["S3"], MODEL),
    Limit::length("ArtifactStore.Location", 3, 63, MODEL),
    Limit::count("Stages", 2, 50, GUIDE),
    Limit::length("Stages[].Name", 1, 100, MODEL),
    Limit::characters("Stages[].Name", of_name, NAMES, MODEL),
    Limit::count("Stages[].Actions", 1, 50, GUIDE),
    Limit::length("Stages[].Actions[].Name", 1, 100, MODEL),
    Limit::characters("Stages[].Actions[].Name", of_name, NAMES, MODEL),
    Limit::one_of(
        "Stages[].Actions[].ActionTypeId.Owner",
        &["AWS", "ThirdParty", "Custom"],
        MODEL,
    ),
    Limit::length("Stages[].Actions[].ActionTypeId.Provider", 1, 35, MODEL),
    Limit::length("Stages[].Actions[].ActionTypeId.Version", 1, 9, MODEL),
    Limit::length("Stages[].Actions[].Configuration{}", 1, 1_000, GUIDE),
    Limit::count("Stages[].Actions[].Commands", 0, 50, MODEL),
    Limit::count("Stages[].Actions[].EnvironmentVariables", 0, 10, MODEL),
    Limit::length(
        "Stages[].Actions[].EnvironmentVariables[].Value",
        1,
        2_000,
        MODEL,
    ),
    Limit::one_of(
        "Stages[].Actions[].EnvironmentVariables[].Type",
        &["PLAINTEXT", "SECRETS_MANAGER"],
        MODEL,
    ),
    Limit::count("Stages[].Actions[].OutputVariables", 0, 15, MODEL),
    Limit::length("Stages[].Actions[].OutputArtifacts[].Name", 1, 100, MODEL),
    Limit::characters(
        "Stages[].Actions[].OutputArtifacts[].Name",
        of_artifact,
        "letters, digits, - and _",
        MODEL,
    ),
    Limit::count("Stages[].Actions[].OutputArtifacts[].Files", 0, 10, MODEL),
    Limit::length("Stages[].Actions[].Namespace", 1, 100, MODEL),
    Limit::characters(
        "Stages[].Actions[].Namespace",
        of_variable,
        "letters, digits, @, - and _",
        MODEL,
    ),
    Limit::range("Stages[].Actions[].RunOrder", 1, 999, MODEL),
    Limit::range("Stages[].Actions[].TimeoutInMinutes", 5, 86_400, MODEL),
    Limit::count("Stages[].BeforeEntry.Conditions", 1, 1, MODEL),
    Limit::count("Stages[].OnSuccess.Conditions", 1, 1, MODEL),
    Limit::count("Stages[].OnFailure.Conditions", 0, 1, MODEL),
    Limit::count("Stages[].BeforeEntry.Conditions[].Rules", 1, 5, MODEL),
    Limit::count("Stages[].OnSuccess.Conditions[].Rules", 1, 5, MODEL),
    Limit::count("Stages[].OnFailure.Conditions[].Rules", 1, 5, MODEL),
    Limit::count("Triggers", 0, 50, MODEL),
    Limit::one_of(
        "Triggers[].ProviderType",
        &["CodeStarSourceConnection"],
        MODEL,
    ),
    Limit::count("Triggers[].GitConfiguration.Push", 0, 3, MODEL),
    Limit::count("Triggers[].GitConfiguration.PullRequest", 0, 3, MODEL),
    Limit::count("Variables", 0, 50, MODEL),
    Limit::length("Variables[].Name", 1, 128, MODEL),
    Limit::characters(
        "Variables[].Name",
        of_variable,
        "letters, digits, @, - and _",
        MODEL,
    ),
    Limit::length("Variables[].DefaultValue", 1, 1_000, MODEL),
    Limit::length("Variables[].Description", 0, 200, MODEL),
];
