//! The commands by the toggles' HTTP API, for people who have no access to the account.

use std::env;

use aws::Network;
use clap::Args;
use miette::{Report, miette};

use super::proposals::tell;
use super::wait::Wait;
use crate::cli::advice;
use crate::cli::global::Format;
use crate::toggles::{Api, Outcome};

/// How the toggles are reached without access to the account.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Without access to the account")]
pub(in crate::cli) struct ByApi {
    /// The URL of the toggles' HTTP API, `toggles.api` in the shell's `config.json`: no credentials of AWS are
    /// used then
    #[arg(long, value_name = "URL", env = "FRONTAGE_TOGGLES_API")]
    api: Option<String>,
    /// The environment variable with an id token of the user pool, for --api
    #[arg(long, value_name = "VARIABLE", default_value = "FRONTAGE_TOKEN")]
    token_env: String,
}

impl ByApi {
    /// The API, if it is used.
    ///
    /// # Errors
    /// If there is no token.
    pub(super) fn open(&self) -> Result<Option<Api>, Report> {
        let Some(url) = self.api.as_deref().filter(|url| !url.is_empty()) else {
            return Ok(None);
        };
        let name = &self.token_env;
        let token = env::var(name).ok().filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| {
            miette!(
                help = "put an id token of the system's user pool into it, or name another one with --token-env",
                "the environment variable {name} has no token"
            )
        })?;
        let network = Network::of_the_process().map_err(advice::report)?;
        Ok(Some(Api::new(network, url, token)))
    }

    /// The same, for a command that changes something and may be asked to wait.
    pub(super) fn open_to_write(&self, wait: Wait) -> Result<Option<Api>, Report> {
        let api = self.open()?;
        if api.is_some() && wait.is_asked() {
            return Err(miette!(
                help = "leave out --wait: the receipt of a change is in the account",
                "with --api a change cannot be waited for"
            ));
        }
        Ok(api)
    }
}

/// Says that a change waits for a second person, if it does.
pub(super) fn ended(format: Format, outcome: &Outcome) -> Result<(), Report> {
    match outcome {
        Outcome::Written => Ok(()),
        Outcome::Proposed(proposal) => tell(format, proposal),
    }
}
