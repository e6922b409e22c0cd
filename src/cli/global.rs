//! The options of every command.

use std::path::PathBuf;

use aws::Connection;
use clap::{Args, ValueEnum};

use super::mfa;

/// The options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The system's description
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "frontage.toml"
    )]
    pub(super) config: PathBuf,
    /// A system in the account, by its name: `release`, `toggles`, `packages`, `pipeline` (except
    /// `pipeline export`), `status` and `history` need no description then. Default: the variable
    /// `FRONTAGE_SYSTEM`, then the description
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) system: Option<String>,
    /// Only this stack (repeatable); default: all stacks
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) stack: Vec<String>,
    /// Output format
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// The AWS Region; default: the description's, then `AWS_REGION`, then the profile's
    #[arg(long, global = true, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// The profile from the AWS configuration files, before credentials in the environment
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// The endpoint for every service, such as an emulator's: `http://localhost:4566`
    #[arg(long, global = true, value_name = "URL")]
    pub(super) endpoint_url: Option<String>,
}

/// The variable that names the system, if `--system` does not.
pub(super) const SYSTEM: &str = "FRONTAGE_SYSTEM";

impl Global {
    /// Completes the options with the variable's value. An option wins over the variable, `--config` as
    /// well as `--system`, and the variable over the description that is here. What is empty counts as not
    /// given.
    ///
    /// # Errors
    /// If both `--system` and `--config` are given.
    pub(super) fn complete(
        &mut self,
        has_config: bool,
        variable: Option<String>,
    ) -> Result<(), &'static str> {
        let given = |value: &String| !value.is_empty();
        self.system = self.system.take().filter(given);
        if has_config {
            return self.system.as_ref().map_or(Ok(()), |_| {
                Err("--system names a system instead of a description: leave out --config")
            });
        }
        self.system = self.system.take().or(variable.filter(given));
        Ok(())
    }

    /// How the account is reached. An option that is empty, as an unset variable of a script makes
    /// it, counts as not given.
    pub(super) fn connection(&self, described: Option<&str>) -> Connection {
        let given = |option: &Option<String>| option.clone().filter(|value| !value.is_empty());
        Connection {
            region: given(&self.region).or_else(|| described.map(str::to_owned)),
            profile: given(&self.profile),
            endpoint_url: given(&self.endpoint_url),
            ask_mfa_code: mfa::on_the_terminal(),
        }
    }
}

/// The format of standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people.
    Human,
    /// JSON for machines.
    Json,
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        global: Global,
    }

    /// The system that a command line and a variable name.
    fn system(line: &[&str], variable: Option<&str>) -> Result<Option<String>, &'static str> {
        let mut global = Line::parse_from([&["frontage"], line].concat()).global;
        let has_config = line.contains(&"--config");
        global.complete(has_config, variable.map(str::to_owned))?;
        Ok(global.system)
    }

    #[test]
    fn an_option_wins_over_the_variable_and_that_over_the_default_file() {
        let named = |name: &str| Ok(Some(name.to_owned()));
        assert_eq!(system(&["--system", "a"], Some("b")), named("a"));
        assert_eq!(system(&[], Some("b")), named("b"));
        assert_eq!(system(&["--config", "x.toml"], Some("b")), Ok(None));
        for line in [&["--system", ""][..], &[]] {
            assert_eq!(system(line, Some("")), Ok(None));
            assert_eq!(system(line, None), Ok(None));
        }
        assert!(system(&["--config", "x.toml", "--system", "a"], None).is_err());
    }
}
