//! The steps of a pipeline: one shell script, which is the same wherever it runs.

use model::{StackName, physical_prefix};

use crate::description::{System, Team};
use crate::packages;

/// The script. Its beginning documents its arguments and variables.
pub const STEPS: &str = include_str!("steps.sh");

/// A step of the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Installs the packages of the lock file.
    Install,
    /// Runs the script `check`, if there is one.
    Check,
    /// Runs the script `test`, if there is one.
    Test,
    /// Runs the script `build`.
    Build,
    /// Publishes the build.
    Publish,
}

impl Step {
    /// All steps, in their order.
    pub const ALL: [Self; 5] = [
        Self::Install,
        Self::Check,
        Self::Test,
        Self::Build,
        Self::Publish,
    ];

    /// Its name, which is the script's argument.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Check => "check",
            Self::Test => "test",
            Self::Build => "build",
            Self::Publish => "publish",
        }
    }
}

/// The script's variables, except those that a build machine adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variables {
    /// The system's name.
    pub system: String,
    /// The team's name.
    pub team: String,
    /// The `CodeArtifact` domain of the system's packages, if it has packages.
    pub domain: Option<String>,
}

impl Variables {
    /// Those of a team.
    #[must_use]
    pub fn of(system: &System, team: &Team) -> Self {
        let domain = physical_prefix(system.name.as_str(), &StackName::new(packages::STACK));
        Self {
            system: system.name.to_string(),
            team: team.name.to_string(),
            domain: system.packages.as_ref().map(|_| domain),
        }
    }

    /// Their names and values, in the order of the script's documentation.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let domain = self
            .domain
            .as_deref()
            .map(|domain| ("FRONTAGE_DOMAIN", domain));
        let always = [
            ("FRONTAGE_TEAM", self.team.as_str()),
            ("FRONTAGE_SYSTEM", self.system.as_str()),
        ];
        always.into_iter().chain(domain).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_names_each_step_and_variable() {
        let order: Vec<_> = Step::ALL.map(Step::name).to_vec();
        assert!(STEPS.contains(&format!("set -- {}\n", order.join(" "))));
        let text = "name = \"acme\"\n[packages]\n[shell]\n[teams.shipping]\n";
        let system = System::parse("frontage.toml", text).unwrap();
        for (name, value) in Variables::of(&system, &system.teams[0]).pairs() {
            assert!(STEPS.contains(&format!("\n#   {name} ")), "{name}");
            assert!(value.starts_with("acme") || value == "shipping", "{value}");
        }
    }
}
