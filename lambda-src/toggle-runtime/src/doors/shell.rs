//! What is read of the shell: its configuration, with the user pool that it names.

use std::rc::Rc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use toggle_contract::doors::ShellConfig;
use tokio::time::timeout;

use super::pool::{Keychain, Keys};
use super::remembered::Remembered;
use crate::bucket::BucketFile;
use crate::signed::{Answer, Unsent};

/// How long one read may take. Both and what is written afterwards must fit into `$connect`.
pub(super) const ATTEMPT: Duration = Duration::from_millis(1_500);

/// How old the configuration may be: a team that is added, or a domain, may connect after that.
const CONFIG_AGE: Duration = Duration::from_mins(1);

/// The shell and its user pool.
#[derive(Debug)]
pub struct Shell {
    file: BucketFile,
    config: Remembered<ShellConfig>,
    keychain: Keychain,
}

impl Shell {
    /// The shell whose configuration is this file, on AWS or on an emulator with an endpoint.
    #[must_use]
    pub fn new(file: BucketFile, emulator: Option<String>) -> Self {
        Self {
            file,
            config: Remembered::default(),
            keychain: Keychain::new(emulator),
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
        self.keychain.of(&self.file.http, issuer, id).await
    }
}

pub(super) fn json<T: DeserializeOwned>(
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
