//! The options of every command.

use std::path::PathBuf;

use aws::Connection;
use clap::{Args, ValueEnum};

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
    /// The profile from the AWS configuration files
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// The endpoint for every service, such as an emulator's
    #[arg(long, global = true, value_name = "URL")]
    pub(super) endpoint_url: Option<String>,
}

impl Global {
    pub(super) fn connection(&self, described: Option<&str>) -> Connection {
        Connection {
            region: self.region.clone().or_else(|| described.map(str::to_owned)),
            profile: self.profile.clone(),
            endpoint_url: self.endpoint_url.clone(),
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
