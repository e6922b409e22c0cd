//! Which toggles are protected, and what is proposed for them.

use aws::{Account, failed};
use aws_sdk_lambda::Client;
use engine::DriverError;
use serde::{Deserialize, Serialize};
use toggle_contract::PROTECTED;
use toggle_table::{Differing, Patterns, Proposal, Proposals};

/// The toggles whose changes need a second person, as the function of this name has them: toggle-history, which
/// every system has. None if there is no such function.
pub async fn protected(account: &Account, function: &str) -> Result<Patterns, DriverError> {
    let client: Client = account.client();
    let asked = client.get_function_configuration().function_name(function);
    let answer = asked.send().await;
    let configuration = match answer.map_err(failed("lambda:GetFunctionConfiguration")) {
        Ok(configuration) => configuration,
        Err(error) if error.is("ResourceNotFoundException") => return Ok(Patterns::default()),
        Err(error) => return Err(error),
    };
    let variables = configuration.environment().and_then(|of| of.variables());
    let Some(patterns) = variables.and_then(|variables| variables.get(PROTECTED)) else {
        return Ok(Patterns::default());
    };
    serde_json::from_str(patterns).map_err(|error| {
        DriverError::Invalid(format!(
            "the variable {PROTECTED} of the function {function} is no list of patterns: {error}"
        ))
    })
}

/// The table of proposals of this name.
#[must_use]
pub fn proposals(account: &Account, table: String) -> Proposals {
    Proposals::new(account.for_data().client(), table)
}

/// A change that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposed {
    /// The featureId.
    #[serde(default)]
    pub feature_id: String,
    /// Its own id.
    pub id: String,
    /// `patch`, `deletion` or `rollback`.
    pub change: String,
    /// Who proposes it.
    pub by: String,
    /// When it was made, in milliseconds since the epoch.
    pub at: u64,
    /// Why, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The revision of the toggle that it is a change of; zero if there is none.
    pub revision: u64,
    /// When it ends, in milliseconds since the epoch.
    pub expires_at: u64,
    /// The attributes that change, by name.
    pub attributes: Vec<Change>,
}

/// An attribute before and after a change, in JSON; `None` where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// Its value before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Its value after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl From<&Proposal> for Proposed {
    fn from(proposal: &Proposal) -> Self {
        let attributes = proposal.attributes().into_iter().map(|of| Change {
            name: of.name,
            before: of.here,
            after: of.there,
        });
        Self {
            feature_id: proposal.toggle().to_owned(),
            id: proposal.id.clone(),
            change: proposal.kind.as_str().to_owned(),
            by: proposal.by.clone(),
            at: proposal.at,
            comment: proposal.comment.clone(),
            revision: proposal.revision(),
            expires_at: proposal.expiry * 1_000,
            attributes: attributes.collect(),
        }
    }
}

impl From<Change> for Differing {
    fn from(change: Change) -> Self {
        Self {
            name: change.name,
            here: change.before,
            there: change.after,
        }
    }
}
