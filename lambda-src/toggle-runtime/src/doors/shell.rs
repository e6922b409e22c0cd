//! What is read of the shell: its configuration, and the keys of the user pool that it names.

use std::rc::Rc;
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::de::DeserializeOwned;
use toggle_contract::doors::ShellConfig;
use tokio::time::timeout;

use super::remembered::Remembered;
use crate::bucket::BucketFile;
use crate::signed::{Answer, Request, Unsent};

/// How long one read may take. Both and what is written afterwards must fit into `$connect`.
const ATTEMPT: Duration = Duration::from_millis(1_500);

/// How old the configuration may be: a team that is added, or a domain, may connect after that.
const CONFIG_AGE: Duration = Duration::from_mins(1);

/// How old the keys may be. Cognito rotates them seldom, and has both meanwhile; a key that it has
/// withdrawn is trusted no longer after that.
const KEYS_AGE: Duration = Duration::from_hours(1);

/// How old they may be if they lack the key of a token.
const UNKNOWN_KEY_AGE: Duration = Duration::from_mins(1);

/// The signing name of Amazon Cognito's user pools.
const POOLS: &str = "cognito-idp";

/// The shell and its user pool.
#[derive(Debug)]
pub struct Shell {
    file: BucketFile,
    /// Where user pools are on an emulator.
    emulator: Option<String>,
    config: Remembered<ShellConfig>,
    keys: Remembered<Keys>,
}

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

impl Shell {
    /// The shell whose configuration is this file, on AWS or on an emulator with an endpoint.
    #[must_use]
    pub fn new(file: BucketFile, emulator: Option<String>) -> Self {
        Self {
            file,
            emulator,
            config: Remembered::default(),
            keys: Remembered::default(),
        }
    }

    /// The configuration. `None` if it is out of reach.
    pub(super) async fn config(&self) -> Option<Rc<ShellConfig>> {
        let read = async || {
            let answer = timeout(ATTEMPT, self.file.read()).await;
            json(&self.file.url, answer.map_err(drop))
        };
        self.config.of_age(CONFIG_AGE, read).await
    }

    /// The keys of an issuer, read again if they lack one. `None` if they are out of reach.
    pub(super) async fn keys(&self, issuer: &str, id: &str) -> Option<Rc<Keys>> {
        let read = async || self.read_keys(issuer).await;
        let known = self.keys.of_age(KEYS_AGE, read).await;
        let known = known.filter(|of| of.issuer == issuer && of.find(id).is_some());
        if known.is_some() {
            return known;
        }
        let newer = self.keys.of_age(UNKNOWN_KEY_AGE, read).await;
        newer.filter(|of| of.issuer == issuer)
    }

    async fn read_keys(&self, issuer: &str) -> Result<Keys, String> {
        let uri = self.keys_uri(issuer);
        let answer = timeout(ATTEMPT, self.fetch(&uri)).await;
        Ok(Keys {
            keys: json(&uri, answer.map_err(drop))?,
            issuer: issuer.to_owned(),
        })
    }

    /// Source: the Amazon Cognito developer guide, `Verifying JSON web tokens`. An emulator has the
    /// pools below its own endpoint, while tokens name AWS's.
    fn keys_uri(&self, issuer: &str) -> String {
        let issuer = match (&self.emulator, issuer.rsplit('/').next()) {
            (Some(endpoint), Some(pool)) => format!("{}/{pool}", endpoint.trim_end_matches('/')),
            _ => issuer.to_owned(),
        };
        format!("{issuer}/.well-known/jwks.json")
    }

    /// The keys are public. An emulator may admit only what its own functions have signed.
    async fn fetch(&self, uri: &str) -> Result<Answer, Unsent> {
        if self.emulator.is_none() {
            return self.file.http.fetch(uri).await;
        }
        let request = Request {
            service: POOLS,
            method: "GET",
            uri: uri.to_owned(),
            headers: &[],
            body: &[],
        };
        self.file.http.send(&request).await
    }
}

fn json<T: DeserializeOwned>(
    uri: &str,
    answer: Result<Result<Answer, Unsent>, ()>,
) -> Result<T, String> {
    match answer {
        Ok(Ok(answer)) if answer.status == 200 => {
            serde_json::from_slice(&answer.body).map_err(|error| format!("{uri}: {error}"))
        }
        Ok(Ok(answer)) => Err(format!("{uri}: {}", answer.status)),
        Ok(Err(unsent)) => Err(format!("{uri}: {unsent}")),
        Err(()) => Err(format!("{uri}: no answer in {ATTEMPT:?}")),
    }
}

#[cfg(test)]
mod tests {
    use fake_aws::FakeAws;

    use super::*;
    use crate::wire::signed;

    #[test]
    fn the_keys_are_at_the_issuer_or_at_the_emulator() {
        let uri = |emulator: Option<&str>| {
            let file = BucketFile {
                http: signed(FakeAws::default()),
                url: String::new(),
            };
            let shell = Shell::new(file, emulator.map(str::to_owned));
            shell.keys_uri("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_1")
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
