//! What follows a connection's creation: AWS shows it, and a person completes the handshake with the
//! provider in the console. No call can do that.

use std::time::Duration;

use aws_sdk_codeconnections::types::{ConnectionStatus, ProviderType};
use engine::{Attributes, DriverError, LiveTags};
use model::types::codeconnections::Connection;
use model::{Owner, Tags};

use super::{Connections, Live, Properties, live};
use crate::codeconnections::client::CODECONNECTIONS;
use crate::kit::ownership::adopt;
use crate::kit::typed::{ResourceDriver as _, changes};
use crate::kit::wait::{WaitPolicy, until};

/// How long `apply --wait` waits for a person at the console.
const HANDSHAKE: WaitPolicy = WaitPolicy {
    first: Duration::from_secs(2),
    longest: Duration::from_secs(15),
    within: Duration::from_mins(15),
};

/// What a connection waits for, by its attributes.
pub(super) fn pending(attributes: &Attributes, region: &str) -> Option<String> {
    let provider = attributes.get(Properties::PENDING.name)?;
    let page = console(attributes.get(Properties::ARN.name)?, region);
    let status = attributes.get(Properties::STATUS.name);
    Some(match status {
        Some(status) if status == ConnectionStatus::Error.as_str() => failure(provider, &page),
        _ => format!(
            "waiting for a person to complete the handshake with {provider}: `Update pending connection` at {page}"
        ),
    })
}

/// Why a connection is of no use. AWS says no more than the status.
fn failure(provider: &str, page: &str) -> String {
    format!(
        "the connection with {provider} has failed (status ERROR): look at it at {page}, or delete it there and run \
         `frontage apply` again"
    )
}

/// The page of the connections in the console. Source: Developer Tools console user guide, "Update a
/// pending connection"; the hosts of the other partitions are those of their consoles.
fn console(arn: &str, region: &str) -> String {
    let host = match arn.split(':').nth(1) {
        Some("aws-us-gov") => "console.amazonaws-us-gov.com",
        Some("aws-cn") => "console.amazonaws.cn",
        _ => "console.aws.amazon.com",
    };
    format!("https://{host}/codesuite/settings/connections?region={region}")
}

impl Connections {
    /// Waits until AWS shows a new connection.
    pub(super) async fn appeared(
        &self,
        arn: &str,
        desired: Properties,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let name = &desired.connection_name;
        let condition = format!("the connection `{name}` to appear");
        let found = until(&condition, CODECONNECTIONS.policy, || async {
            let found = self.get(arn).await?;
            Ok(found.ok_or_else(|| "not there".to_owned()))
        })
        .await?;
        let live = live(&found, LiveTags::Read(tags.clone()));
        Ok(Live {
            properties: desired,
            ..live
        })
    }

    /// Goes on with the connection that an earlier attempt created, if it is of the same provider.
    pub(super) async fn resume(
        &self,
        found: Live,
        mut desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let refused = DriverError::Invalid(format!(
            "the connection `{}` exists already and is not this resource",
            desired.connection_name
        ));
        let found_tags = found.tags.known().cloned().unwrap_or_default();
        adopt(&found_tags, owner, refused.clone())?;
        self.leave(&mut desired, &found.properties);
        if changes(&found.properties, &desired)?.force_replacement() {
            return Err(refused);
        }
        self.resumed(found, desired, tags).await
    }

    /// Waits until the handshake is complete, as long as a person may take.
    ///
    /// # Errors
    /// At once if the connection has failed, or was deleted: no handshake can follow.
    pub(super) async fn connected(&self, live: &Live) -> Result<(), DriverError> {
        let arn = live.attribute(Connection::ARN)?;
        let name = &live.properties.connection_name;
        let condition = format!("the handshake of the connection `{name}` to be completed");
        until(&condition, HANDSHAKE, || async {
            let found = self.get(arn).await?;
            let found = found.ok_or_else(|| {
                DriverError::Invalid(format!(
                    "the connection `{name}` was deleted before its handshake was completed"
                ))
            })?;
            match found.connection_status {
                Some(ConnectionStatus::Available) => Ok(Ok(())),
                Some(ConnectionStatus::Error) => {
                    let provider = found.provider_type.as_ref();
                    let provider = provider.map_or("the provider", ProviderType::as_str);
                    let page = console(arn, self.client.account.region());
                    Err(DriverError::Invalid(failure(provider, &page)))
                }
                status => {
                    let status = status
                        .as_ref()
                        .map_or("no status", ConnectionStatus::as_str);
                    Ok(Err(status.to_owned()))
                }
            }
        })
        .await
    }
}
