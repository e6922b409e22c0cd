//! The profiles in the AWS configuration files.

use std::borrow::Cow;

use aws_config::profile::{self, ProfileSet};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::Fs;

use super::connection::{AccountError, Connection};
use super::variables::Variables;

/// The profiles, with the one selected that a connection uses. `None` if the files cannot be read,
/// which the SDK reports.
///
/// # Errors
/// [`AccountError::NoProfile`], if a profile that was named does not exist: the SDK looks for other
/// credentials then. `AWS_PROFILE=default` names what is used anyway, and needs no file.
pub(super) async fn read(
    connection: &Connection,
    variables: &Variables,
) -> Result<Option<ProfileSet>, AccountError> {
    let named = connection.profile.as_deref();
    let variable = variables.get("AWS_PROFILE");
    let required = named.or(variable.filter(|name| *name != "default"));
    let selected = Cow::Owned(named.or(variable).unwrap_or("default").to_owned());
    let files = EnvConfigFiles::default();
    let read = profile::load(&Fs::real(), &variables.env(), &files, Some(selected)).await;
    match (read, required) {
        (Ok(profiles), Some(name)) if profiles.get_profile(name).is_none() => {
            Err(AccountError::NoProfile {
                profile: name.to_owned(),
                files: paths(variables),
            })
        }
        (read, _) => Ok(read.ok()),
    }
}

fn paths(variables: &Variables) -> String {
    let configuration = variables.get("AWS_CONFIG_FILE").unwrap_or("~/.aws/config");
    let credentials = variables
        .get("AWS_SHARED_CREDENTIALS_FILE")
        .unwrap_or("~/.aws/credentials");
    format!("{configuration} or {credentials}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOWHERE: (&str, &str) = ("AWS_CONFIG_FILE", "/nowhere");

    fn connection(profile: Option<&str>) -> Connection {
        Connection {
            profile: profile.map(str::to_owned),
            ..Connection::default()
        }
    }

    #[tokio::test]
    async fn the_default_profile_needs_no_file_and_others_do() {
        let read = async |flag, variable| {
            let variables = Variables::from([NOWHERE, ("AWS_PROFILE", variable)]);
            read(&connection(flag), &variables).await
        };
        read(None, "").await.unwrap();
        read(None, "default").await.unwrap();
        let error = read(None, "other").await.unwrap_err();
        assert!(error.to_string().contains("`other`"), "{error}");
        let error = read(Some("named"), "default").await.unwrap_err();
        assert!(error.to_string().contains("`named`"), "{error}");
    }
}
