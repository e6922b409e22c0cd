//! The start of connection-manager.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use toggle_contract::{
    CONNECTIONS_TABLE, DOORS, SHELL_BUCKET, SHELL_CONFIG, TOGGLES_TABLE, doors, exposure,
};

use super::{
    StartError, cannot_start, configuration, endpoint, file, present, required, start_logs,
    started, variable,
};
use crate::connection::CallbackBase;
use crate::doors::{Doors, Shell};
use crate::dynamo::{ConnectionsTable, ExposuresTable, TogglesTable};
use crate::exposures::Exposures;
use crate::register::Registry;

impl Registry {
    /// Reads the environment and creates the clients.
    pub async fn start() -> Result<Self, StartError> {
        let began = start_logs();
        let name = required(CONNECTIONS_TABLE)?;
        let described = conditions(&required(DOORS)?).inspect_err(cannot_start)?;
        let bucket = described.need_shell().then(|| required(SHELL_BUCKET));
        let bucket = bucket.transpose()?;
        let configuration = configuration().await;
        let client = Client::new(&configuration);
        let doors = Doors {
            described,
            shell: bucket.map(|bucket| shell(&configuration, &bucket)),
        };
        let exposures = exposures(&client)?;
        started(began);
        Ok(Self {
            exposures,
            connections: ConnectionsTable { client, name },
            base: CallbackBase::from_environment(variable),
            doors,
        })
    }
}

/// Where it is counted what is asked for, if it is.
fn exposures(client: &Client) -> Result<Option<Exposures>, StartError> {
    let Some(name) = present(exposure::TABLE) else {
        return Ok(None);
    };
    Ok(Some(Exposures {
        toggles: TogglesTable {
            client: client.clone(),
            name: required(TOGGLES_TABLE)?,
        },
        counts: ExposuresTable {
            client: client.clone(),
            name,
        },
    }))
}

fn conditions(json: &str) -> Result<doors::Doors, StartError> {
    serde_json::from_str(json).map_err(|_| StartError::NoDoors)
}

fn shell(configuration: &SdkConfig, bucket: &str) -> Shell {
    let pools = endpoint("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER");
    Shell::new(file(configuration, bucket, SHELL_CONFIG), pools)
}
