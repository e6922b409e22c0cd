//! The start of toggle-api.

use aws_sdk_dynamodb::Client;
use serde::de::DeserializeOwned;
use toggle_contract::doors::Login;
use toggle_contract::{
    CLIENT_ID, CONNECTIONS_TABLE, HISTORY_TABLE, ISSUER, MAY_FLIP, PROPOSALS_TABLE, PROTECTED,
    TOGGLES_TABLE, exposure,
};

use super::{
    StartError, cannot_start, configuration, endpoint, present, required, signed, start_logs,
    started,
};
use crate::doors::Pool;

/// The configuration and clients of toggle-api.
#[derive(Debug)]
pub struct Api<F, P> {
    /// `DynamoDB`.
    pub client: Client,
    /// The name of the toggles' table.
    pub toggles: String,
    /// The name of the table of their history.
    pub history: String,
    /// The name of the connections' table.
    pub connections: String,
    /// The name of the table of proposals, if there is one.
    pub proposals: Option<String>,
    /// The name of the table of exposures, if what is asked for is counted.
    pub exposures: Option<String>,
    /// The share of page loads that tell what they ask for, above 0 and up to 1, if any does.
    pub exposure_share: Option<f64>,
    /// Who may change which toggles.
    pub may_flip: F,
    /// The toggles whose changes need a second person.
    pub protected: P,
    /// The user pool.
    pub pool: Pool,
}

impl<F: DeserializeOwned, P: DeserializeOwned + Default> Api<F, P> {
    /// Reads the environment and creates the clients.
    pub async fn start() -> Result<Self, StartError> {
        let began = start_logs();
        let may_flip = parsed(MAY_FLIP, &required(MAY_FLIP)?)?;
        let protected = present(PROTECTED);
        let protected =
            protected.map_or_else(|| Ok(P::default()), |json| parsed(PROTECTED, &json))?;
        let share = present(exposure::SHARE);
        let exposure_share = share
            .map(|share| parsed(exposure::SHARE, &share))
            .transpose()?;
        let (toggles, history) = (required(TOGGLES_TABLE)?, required(HISTORY_TABLE)?);
        let connections = required(CONNECTIONS_TABLE)?;
        let login = Login {
            issuer: required(ISSUER)?,
            client_id: required(CLIENT_ID)?,
        };
        let configuration = configuration().await;
        let pools = endpoint("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER");
        let pool = Pool::new(signed(&configuration), login, pools);
        let client = Client::new(&configuration);
        started(began);
        Ok(Self {
            client,
            toggles,
            history,
            connections,
            proposals: present(PROPOSALS_TABLE),
            exposures: present(exposure::TABLE),
            exposure_share,
            may_flip,
            protected,
            pool,
        })
    }
}

fn parsed<T: DeserializeOwned>(name: &'static str, json: &str) -> Result<T, StartError> {
    let parsed = serde_json::from_str(json).map_err(|_| StartError::NoJson(name));
    parsed.inspect_err(cannot_start)
}
