//! What the build project of a team's pipeline in AWS says about the team.

use std::collections::BTreeMap;

use aws::{Account, failed};
use aws_sdk_codebuild::Client;
use aws_sdk_codebuild::types::{EnvironmentVariable, EnvironmentVariableType};
use engine::DriverError;
use stacks::pipeline::{DOMAIN_VARIABLE, FOLDER_VARIABLE};

/// What the steps of a team need to know of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// The folder of its npm package in its repository; `None`: the repository itself.
    pub folder: Option<String>,
    /// Whether it installs packages from the system's registry.
    pub has_packages: bool,
}

impl Project {
    /// As the variables of a project in `CodeBuild` say it; `None` if there is no such project.
    ///
    /// `BatchGetProjects` answers without an error for what does not exist. Source: AWS `CodeBuild` API
    /// Reference, `BatchGetProjects`.
    ///
    /// # Errors
    /// If AWS answers with an error.
    pub async fn find(account: &Account, name: &str) -> Result<Option<Self>, DriverError> {
        let client: Client = account.client();
        let answer = client.batch_get_projects().names(name).send().await;
        let answer = answer.map_err(failed("codebuild:BatchGetProjects"))?;
        let found = answer.projects.unwrap_or_default().into_iter().next();
        Ok(found.map(|project| {
            let environment = project.environment;
            let variables = environment.and_then(|of| of.environment_variables);
            Self::of(variables.unwrap_or_default())
        }))
    }

    fn of(variables: Vec<EnvironmentVariable>) -> Self {
        let is_plain = |of: &EnvironmentVariable| {
            let kind = of.r#type.as_ref();
            kind.is_none_or(|kind| *kind == EnvironmentVariableType::Plaintext)
        };
        let plain = variables.into_iter().filter(is_plain);
        let mut values: BTreeMap<_, _> = plain.map(|of| (of.name, of.value)).collect();
        Self {
            folder: values.remove(FOLDER_VARIABLE),
            has_packages: values.contains_key(DOMAIN_VARIABLE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_says_what_its_builds_get() {
        let of = |name: &str, value: &str| {
            let variable = EnvironmentVariable::builder().name(name).value(value);
            variable.build().unwrap()
        };
        let team = of("FRONTAGE_TEAM", "shipping");
        assert_eq!(Project::of(vec![team.clone()]), Project::default());
        let folder = of(FOLDER_VARIABLE, "apps/shipping");
        let domain = of(DOMAIN_VARIABLE, "acme-packages");
        let found = Project::of(vec![team, domain, folder]);
        assert_eq!(found.folder.as_deref(), Some("apps/shipping"));
        assert!(found.has_packages);
    }

    /// The value of a secret's variable is its name.
    #[test]
    fn what_is_elsewhere_is_not_read() {
        let variable = EnvironmentVariable::builder()
            .name(FOLDER_VARIABLE)
            .value("a/parameter")
            .r#type(EnvironmentVariableType::ParameterStore);
        let found = Project::of(vec![variable.build().unwrap()]);
        assert_eq!(found, Project::default());
    }
}
