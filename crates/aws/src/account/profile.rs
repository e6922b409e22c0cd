//! The profile in the AWS configuration files.

use std::env;

use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::connection::{AccountError, Connection};

/// Makes sure that a named profile exists: without it, the SDK would look for other credentials.
/// Files that cannot be read are left to the SDK to report.
pub(super) async fn check_profile(connection: &Connection) -> Result<(), AccountError> {
    let Some(profile) = connection
        .profile
        .clone()
        .or_else(|| variable("AWS_PROFILE"))
    else {
        return Ok(());
    };
    let loaded =
        aws_config::profile::load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), None)
            .await;
    match loaded {
        Ok(profiles) if profiles.get_profile(&profile).is_none() => Err(AccountError::NoProfile {
            profile,
            files: files(),
        }),
        _ => Ok(()),
    }
}

fn files() -> String {
    let configuration = variable("AWS_CONFIG_FILE").unwrap_or_else(|| "~/.aws/config".to_owned());
    let credentials =
        variable("AWS_SHARED_CREDENTIALS_FILE").unwrap_or_else(|| "~/.aws/credentials".to_owned());
    format!("{configuration} or {credentials}")
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
