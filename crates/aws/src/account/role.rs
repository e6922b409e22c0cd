//! Roles that a profile assumes with an MFA code: the SDK ignores `mfa_serial`.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::profile::{Profile, ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::Credentials;

use super::connection::AccountError;
use super::error::failed;

/// Asks for the code that an MFA device shows; the device's serial number or ARN is given.
pub type AskMfaCode = fn(device: &str) -> io::Result<String>;

/// A role that a profile assumes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Role {
    profile: String,
    arn: String,
    external_id: Option<String>,
    session_name: Option<String>,
    seconds: Option<i32>,
    mfa_device: Option<String>,
    source: Source,
}

/// Where the credentials are from with which a role is assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// Keys of a profile.
    Keys(Credentials),
    /// A profile.
    Profile(String),
    /// `credential_source`.
    Named(String),
}

/// The credentials of the selected profile, if it or a profile that it builds on assumes a role with
/// MFA.
///
/// # Errors
/// If there is nobody to ask for the code, or the role's credentials are from a machine, which has no
/// MFA device.
pub(super) fn with_mfa(
    profiles: &ProfileSet,
    config: &SdkConfig,
    providers: &ProviderConfig,
    ask: Option<AskMfaCode>,
) -> Result<Option<SharedCredentialsProvider>, AccountError> {
    let roles = chain(profiles);
    let Some(needy) = roles.iter().find(|role| role.mfa_device.is_some()) else {
        return Ok(None);
    };
    let Some(ask) = ask else {
        return Err(AccountError::NoMfaCode {
            profile: needy.profile.clone(),
            device: needy.mfa_device.clone().unwrap_or_default(),
        });
    };
    let mut provider = None;
    for role in roles.into_iter().rev() {
        let source = match provider {
            Some(provider) => provider,
            None => source(&role, providers)?,
        };
        provider = Some(SharedCredentialsProvider::new(Assumed {
            sts: config.to_builder().credentials_provider(source).build(),
            role,
            ask,
            asked: AtomicBool::new(false),
        }));
    }
    Ok(provider)
}

/// The roles that the selected profile assumes, its own first.
fn chain(profiles: &ProfileSet) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    let mut name = profiles.selected_profile().to_owned();
    // Where profiles refer to each other in a circle, the SDK says so.
    while roles.iter().all(|role| role.profile != name) {
        let Some(role) = role(profiles, &name) else {
            break;
        };
        if let Source::Profile(source) = &role.source {
            name.clone_from(source);
        }
        roles.push(role);
    }
    roles
}

fn role(profiles: &ProfileSet, name: &str) -> Option<Role> {
    let profile = profiles.get_profile(name)?;
    if profile.get("web_identity_token_file").is_some() {
        return None;
    }
    let text = |key| profile.get(key).map(str::to_owned);
    let source = match profile.get("source_profile") {
        Some(source) => match profiles.get_profile(source).and_then(keys) {
            Some(keys) => Source::Keys(keys),
            None => Source::Profile(source.to_owned()),
        },
        None => Source::Named(text("credential_source")?),
    };
    Some(Role {
        profile: name.to_owned(),
        arn: text("role_arn")?,
        external_id: text("external_id"),
        session_name: text("role_session_name"),
        seconds: profile
            .get("duration_seconds")
            .and_then(|seconds| seconds.parse().ok()),
        mfa_device: text("mfa_serial"),
        source,
    })
}

fn keys(profile: &Profile) -> Option<Credentials> {
    let id = profile.get("aws_access_key_id")?;
    let secret = profile.get("aws_secret_access_key")?;
    let token = profile.get("aws_session_token").map(str::to_owned);
    Some(Credentials::new(id, secret, token, None, "profile"))
}

fn source(
    role: &Role,
    providers: &ProviderConfig,
) -> Result<SharedCredentialsProvider, AccountError> {
    match &role.source {
        Source::Keys(keys) => Ok(SharedCredentialsProvider::new(keys.clone())),
        Source::Profile(name) => Ok(SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .configure(providers)
                .profile_name(name)
                .build(),
        )),
        Source::Named(name) if name.eq_ignore_ascii_case("Environment") => Ok(
            SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()),
        ),
        Source::Named(name) => Err(AccountError::unusable(format!(
            "the profile `{}` has an mfa_serial, which credential_source {name} cannot answer to",
            role.profile
        ))),
    }
}

/// The credentials of a role.
#[derive(Debug)]
struct Assumed {
    role: Role,
    /// Whose credentials are those that assume it.
    sts: SdkConfig,
    ask: AskMfaCode,
    asked: AtomicBool,
}

impl Assumed {
    async fn assume(&self) -> Result<Credentials, CredentialsError> {
        let role = &self.role;
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let session = format!("frontage-{}", now.unwrap_or_default().as_secs());
        let answer = aws_sdk_sts::Client::new(&self.sts)
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(role.session_name.as_ref().unwrap_or(&session))
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(role.seconds)
            .set_serial_number(role.mfa_device.clone())
            .set_token_code(self.code().await?)
            .send()
            .await
            .map_err(failed("sts:AssumeRole"))
            .map_err(CredentialsError::provider_error)?;
        let credentials = answer
            .credentials
            .ok_or_else(|| CredentialsError::unhandled("sts:AssumeRole returned no credentials"))?;
        let expiry = SystemTime::try_from(*credentials.expiration());
        Ok(Credentials::new(
            credentials.access_key_id,
            credentials.secret_access_key,
            Some(credentials.session_token),
            Some(expiry.map_err(CredentialsError::unhandled)?),
            "role",
        ))
    }

    /// Asks for the code, once: in the middle of an apply, like the AWS CLI, it fails.
    async fn code(&self) -> Result<Option<String>, CredentialsError> {
        let Some(device) = self.role.mfa_device.clone() else {
            return Ok(None);
        };
        if self.asked.swap(true, Ordering::Relaxed) {
            return Err(CredentialsError::provider_error(format!(
                "the session of {} that began with an MFA code is over; run the command again",
                self.role.arn
            )));
        }
        let ask = self.ask;
        let code = tokio::task::spawn_blocking(move || ask(&device)).await;
        let code = code.map_err(CredentialsError::unhandled)?;
        let code = code.map_err(CredentialsError::provider_error)?;
        Ok(Some(code.trim().to_owned()))
    }
}

impl ProvideCredentials for Assumed {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

#[cfg(test)]
mod tests;
