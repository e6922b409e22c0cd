//! A user pool: its keys, and the verification of the tokens that it issues for one client.

use std::rc::Rc;
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use toggle_contract::doors::Login;
use tokio::time::timeout;

use super::Refusal;
use super::remembered::Remembered;
use super::shell::{ATTEMPT, json};
use super::token::{self, Claims, Invalid};
use crate::signed::{Answer, Request, Signed, Unsent};

/// How old the keys may be. Cognito rotates them seldom, and has both meanwhile; a key that it has
/// withdrawn is trusted no longer after that.
const KEYS_AGE: Duration = Duration::from_hours(1);

/// How old they may be if they lack the key of a token.
const UNKNOWN_KEY_AGE: Duration = Duration::from_mins(1);

/// The signing name of Amazon Cognito's user pools.
const POOLS: &str = "cognito-idp";

/// The keys of a user pool.
#[derive(Debug)]
pub(super) struct Keys {
    issuer: String,
    keys: JwkSet,
}

impl Keys {
    pub(super) fn find(&self, id: &str) -> Option<&Jwk> {
        self.keys.find(id)
    }
}

/// The keys of the user pool that was asked for last.
#[derive(Debug)]
pub(super) struct Keychain {
    /// Where user pools are on an emulator.
    emulator: Option<String>,
    keys: Remembered<Keys>,
}

impl Keychain {
    pub(super) fn new(emulator: Option<String>) -> Self {
        Self {
            emulator,
            keys: Remembered::default(),
        }
    }

    /// The keys of an issuer, read again if they lack one. `None` if they are out of reach.
    pub(super) async fn of(&self, http: &Signed, issuer: &str, id: &str) -> Option<Rc<Keys>> {
        let read = async || self.read(http, issuer).await;
        let known = self.keys.of_age(KEYS_AGE, read).await;
        let known = known.filter(|of| of.issuer == issuer && of.find(id).is_some());
        if known.is_some() {
            return known;
        }
        let newer = self.keys.of_age(UNKNOWN_KEY_AGE, read).await;
        newer.filter(|of| of.issuer == issuer)
    }

    async fn read(&self, http: &Signed, issuer: &str) -> Result<Keys, String> {
        let uri = self.uri(issuer);
        let answer = timeout(ATTEMPT, self.fetch(http, &uri)).await;
        Ok(Keys {
            keys: json(&uri, answer.map_err(drop))?,
            issuer: issuer.to_owned(),
        })
    }

    /// Source: the Amazon Cognito developer guide, `Verifying JSON web tokens`. An emulator has the
    /// pools below its own endpoint, while tokens name AWS's.
    fn uri(&self, issuer: &str) -> String {
        let issuer = match (&self.emulator, issuer.rsplit('/').next()) {
            (Some(endpoint), Some(pool)) => format!("{}/{pool}", endpoint.trim_end_matches('/')),
            _ => issuer.to_owned(),
        };
        format!("{issuer}/.well-known/jwks.json")
    }

    /// The keys are public. An emulator may admit only what its own functions have signed.
    async fn fetch(&self, http: &Signed, uri: &str) -> Result<Answer, Unsent> {
        if self.emulator.is_none() {
            return http.fetch(uri).await;
        }
        let request = Request {
            service: POOLS,
            method: "GET",
            uri: uri.to_owned(),
            headers: &[],
            body: &[],
        };
        http.send(&request).await
    }
}

/// A user pool and the client that tokens are for.
#[derive(Debug)]
pub struct Pool {
    http: Signed,
    login: Login,
    keychain: Keychain,
}

impl Pool {
    /// The user pool of this login, on AWS or on an emulator with an endpoint.
    #[must_use]
    pub fn new(http: Signed, login: Login, emulator: Option<String>) -> Self {
        Self {
            http,
            login,
            keychain: Keychain::new(emulator),
        }
    }

    /// The claims of a token that is valid now: an id token or an access token.
    ///
    /// # Errors
    /// [`Refusal::Token`], or [`Refusal::OutOfReach`].
    pub async fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        let id = token::key_id(token)?;
        let keys = self.keychain.of(&self.http, &self.login.issuer, &id).await;
        let keys = keys.ok_or(Refusal::OutOfReach)?;
        let key = keys.find(&id).ok_or(Invalid::Key)?;
        Ok(token::verify(token, key, &self.login)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_at_the_issuer_or_at_the_emulator() {
        let uri = |emulator: Option<&str>| {
            let keychain = Keychain::new(emulator.map(str::to_owned));
            keychain.uri("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_1")
        };
        assert_eq!(
            uri(None),
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_1/.well-known/jwks.json"
        );
        assert_eq!(
            uri(Some("http://127.0.0.1:4566/")),
            "http://127.0.0.1:4566/eu-west-1_1/.well-known/jwks.json"
        );
    }
}
