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

impl Global {
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
