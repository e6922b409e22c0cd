//! The options that every command takes.

use std::path::PathBuf;

use aws::Connection;
use clap::{Args, ValueEnum};

/// What every command takes.
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
    /// Only this stack (repeatable); default: all of them
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) stack: Vec<String>,
    /// For people or for machines
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// The AWS Region; default: the description's, then `AWS_REGION`, then the profile's
    #[arg(long, global = true, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// The profile in the AWS configuration files
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// One endpoint for every service: an emulator's
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

/// What the standard output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people.
    Human,
    /// JSON for machines.
    Json,
}
