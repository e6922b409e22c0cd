//! How repositories are written.

use engine::DriverError;
use model::Tags;

use super::convert::sdk_upstreams;
use super::{Properties, Repositories, owner_of};
use crate::codeartifact::client::sdk_tags;
use crate::kit::call::Call as _;

impl Repositories {
    pub(super) async fn send_create(
        &self,
        desired: &Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        self.client
            .sdk
            .create_repository()
            .domain(&desired.domain_name)
            .repository(&desired.repository_name)
            .set_description(desired.description.clone())
            .set_upstreams(Some(sdk_upstreams(desired)?))
            .set_tags(Some(sdk_tags(tags)?))
            .send()
            .done("codeartifact:CreateRepository")
            .await
    }

    /// Brings description, upstreams and connections to the desired state. A repository has either
    /// upstreams or a connection, so connections are removed first and added last.
    pub(super) async fn change(
        &self,
        live: &Properties,
        desired: &Properties,
    ) -> Result<(), DriverError> {
        let added = |one: &&String| !live.external_connections.contains(one);
        let removed = |one: &&String| !desired.external_connections.contains(one);
        for connection in live.external_connections.iter().filter(removed) {
            self.disconnect(desired, connection).await?;
        }
        if live.description != desired.description || live.upstreams != desired.upstreams {
            self.put(desired).await?;
        }
        for connection in desired.external_connections.iter().filter(added) {
            self.connect(desired, connection).await?;
        }
        Ok(())
    }

    async fn put(&self, desired: &Properties) -> Result<(), DriverError> {
        self.client
            .sdk
            .update_repository()
            .domain(&desired.domain_name)
            .repository(&desired.repository_name)
            .description(desired.description.as_deref().unwrap_or_default())
            .set_upstreams(Some(sdk_upstreams(desired)?))
            .send()
            .done("codeartifact:UpdateRepository")
            .await
    }

    async fn connect(&self, desired: &Properties, connection: &str) -> Result<(), DriverError> {
        self.client
            .sdk
            .associate_external_connection()
            .domain(&desired.domain_name)
            .repository(&desired.repository_name)
            .external_connection(connection)
            .send()
            .done("codeartifact:AssociateExternalConnection")
            .await
    }

    async fn disconnect(&self, desired: &Properties, connection: &str) -> Result<(), DriverError> {
        self.client
            .sdk
            .disassociate_external_connection()
            .domain(&desired.domain_name)
            .repository(&desired.repository_name)
            .external_connection(connection)
            .send()
            .done("codeartifact:DisassociateExternalConnection")
            .await
    }

    pub(super) async fn put_policy(&self, desired: &Properties) -> Result<(), DriverError> {
        let of = owner_of(&desired.domain_name, &desired.repository_name);
        let policy = desired.permissions_policy_document.as_ref();
        self.client.set_policy(of, policy).await
    }
}
