//! A token for a system's own registry, issued by CodeArtifact.

use std::fmt;
use std::time::SystemTime;

use aws::{Account, failed};
use aws_sdk_codeartifact::Client;
use engine::DriverError;

/// A token for the repositories of a domain.
#[derive(Clone)]
pub struct Token {
    /// The token.
    pub secret: String,
    /// When it expires, if that is known.
    pub expires: Option<SystemTime>,
}

/// The token; a secret.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl Token {
    /// The shortest lifetime of a token in CodeArtifact, in seconds: a quarter of an hour.
    pub const SHORTEST: i64 = 900;
    /// The longest lifetime of a token in CodeArtifact, in seconds: twelve hours.
    pub const LONGEST: i64 = 43_200;

    /// Requests a token that is valid for this many seconds.
    pub async fn of_domain(
        account: &Account,
        domain: &str,
        seconds: i64,
    ) -> Result<Self, DriverError> {
        let answer = account
            .client::<Client>()
            .get_authorization_token()
            .domain(domain)
            .duration_seconds(seconds)
            .send()
            .await
            .map_err(failed("codeartifact:GetAuthorizationToken"))?;
        let secret = answer
            .authorization_token
            .ok_or_else(|| DriverError::internal("CodeArtifact answers without a token"))?;
        let expires = answer
            .expiration
            .and_then(|expires| SystemTime::try_from(expires).ok());
        Ok(Self { secret, expires })
    }
}
