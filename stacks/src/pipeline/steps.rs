//! The steps of a pipeline: one shell script, which is the same wherever it runs.

use model::{StackName, physical_prefix};

use crate::description::{Canary, System, Team};
use crate::packages;

/// The script. Its beginning documents its arguments and variables.
pub const STEPS: &str = include_str!("steps.sh");

/// The script's variable with the folder of the team's npm package.
pub const FOLDER_VARIABLE: &str = "FRONTAGE_FOLDER";

/// The script's variable with the domain of the system's packages, in `CodeArtifact`.
pub const DOMAIN_VARIABLE: &str = "FRONTAGE_DOMAIN";

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

/// The script's variables of a team, except those that differ from build to build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variables(Vec<(&'static str, String)>);

impl Variables {
    /// Those of a team.
    #[must_use]
    pub fn of(system: &System, team: &Team) -> Self {
        let domain = physical_prefix(system.name.as_str(), &StackName::new(packages::STACK));
        let pipeline = team.pipeline.as_ref();
        let folder = pipeline.and_then(|pipeline| pipeline.folder.clone());
        let all = [
            ("FRONTAGE_TEAM", Some(team.name.to_string())),
            ("FRONTAGE_SYSTEM", Some(system.name.to_string())),
            (FOLDER_VARIABLE, folder),
            (DOMAIN_VARIABLE, system.packages.as_ref().map(|_| domain)),
        ];
        let set = all.into_iter();
        Self(
            set.filter_map(|(name, value)| Some((name, value?)))
                .collect(),
        )
    }

    /// The same, to publish to a canary's clients first, if there is one.
    #[must_use]
    pub fn with_canary(mut self, canary: Option<&Canary>) -> Self {
        self.0.extend(canary_variables(canary));
        self
    }

    /// The same, with how a canary bakes, which counts where `FRONTAGE_CANARY` is set.
    #[must_use]
    pub fn with_bake(mut self, canary: Option<&Canary>) -> Self {
        self.0.extend(canary.map(bake).unwrap_or_default());
        self
    }

    /// Their names and values, in the order of the script's documentation.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

/// The script's variables of a canary; none without one.
#[must_use]
pub fn canary_variables(canary: Option<&Canary>) -> Vec<(&'static str, String)> {
    let Some(canary) = canary else {
        return Vec::new();
    };
    let mut variables = vec![("FRONTAGE_CANARY", canary.percent.to_string())];
    variables.extend(bake(canary));
    variables
}

/// How a canary bakes.
fn bake(canary: &Canary) -> Vec<(&'static str, String)> {
    let Some(every) = canary.every else {
        return Vec::new();
    };
    let mut variables = vec![("FRONTAGE_EVERY", format!("{every}m"))];
    if !canary.watch.is_empty() {
        variables.push(("FRONTAGE_WATCH", canary.watch.join(",")));
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESCRIPTION: &str = "name = \"acme\"\n[packages]\n[shell]\n[teams.shipping.pipeline]\n\
                               source = \"codecommit\"\nfolder = \"apps/shipping\"\n\
                               canary = 5\nevery = \"1h\"\nwatch = [\"a b\", \"c\"]\n";

    #[test]
    fn the_script_names_each_step_and_variable() {
        let order: Vec<_> = Step::ALL.map(Step::name).to_vec();
        assert!(STEPS.contains(&format!("set -- {}\n", order.join(" "))));
        let system = System::parse("frontage.toml", DESCRIPTION).unwrap();
        let team = &system.teams[0];
        let canary = team.pipeline.as_ref().unwrap().canary.as_ref();
        let variables = Variables::of(&system, team).with_canary(canary);
        let pairs: Vec<_> = variables.pairs().collect();
        for (name, _) in &pairs {
            assert!(STEPS.contains(&format!("\n#   {name} ")), "{name}");
        }
        let values: Vec<_> = pairs.iter().map(|(_, value)| *value).collect();
        let expected = [
            "shipping",
            "acme",
            "apps/shipping",
            "acme-packages",
            "5",
            "60m",
            "a b,c",
        ];
        assert_eq!(values, expected);
    }
}
