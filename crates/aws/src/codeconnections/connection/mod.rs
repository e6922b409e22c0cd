//! `AWS::CodeConnections::Connection`.

mod calls;
mod handshake;
mod limits;
#[cfg(test)]
mod tests;

use aws_sdk_codeconnections::types::{Connection as SdkConnection, ConnectionStatus, ProviderType};
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::codeconnections::Connection;
use model::{ADDRESS_TAG, Address, Owner, SYSTEM_TAG, Tags};

use super::client::{CODECONNECTIONS, CodeConnectionsClient, once, sdk_tags};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::create_once::{Creation, find_or_create};
use crate::kit::gone::until_gone;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagCalls as _, TagStore};
use crate::kit::tagging;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Connection<String>;
type Live = TypedLive<Properties>;

/// Reads and writes connections.
///
/// AWS assigns a connection's ARN, and its creation reports no name that is taken, so it is found in
/// the list by its name. One whose handshake is not complete is as good as any other: it is
/// reported as pending, and never created again.
#[derive(Debug)]
pub(crate) struct Connections {
    client: CodeConnectionsClient,
}

impl Connections {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: CodeConnectionsClient::new(account),
        }
    }

    async fn get(&self, arn: &str) -> Result<Option<SdkConnection>, DriverError> {
        let operation = "codeconnections:GetConnection";
        let call = self.client.sdk.get_connection().connection_arn(arn).send();
        CODECONNECTIONS.described(call.sent(operation).await, operation, |answer| {
            answer.connection
        })
    }

    /// A connection with its tags, from the index if there is a cache; `None` if it was deleted
    /// after it was listed.
    async fn tagged(
        &self,
        connection: &SdkConnection,
        cache: Option<&ReadCache>,
    ) -> Result<Option<Live>, DriverError> {
        let arn = connection.connection_arn().unwrap_or_default();
        let hinted = match cache {
            Some(cache) => tagging::hints(&self.client.account, cache).await?.tags(arn),
            None => None,
        };
        let tags = match hinted {
            Some(tags) => Some(tags),
            None => self.client.known(arn).await?.map(LiveTags::Read),
        };
        Ok(tags.map(|tags| live(connection, tags)))
    }

    /// The connection of this name. AWS documents names to be unique; of several it is the one that is
    /// this system's by its tags.
    ///
    /// # Errors
    /// [`DriverError::Ambiguous`] if there are several, and not one of them is this system's.
    async fn chosen(
        &self,
        listed: &[SdkConnection],
        name: &str,
        address: &Address,
        cache: Option<&ReadCache>,
    ) -> Result<Option<Live>, DriverError> {
        let named = listed
            .iter()
            .filter(|one| one.connection_name() == Some(name));
        let named = try_join_all(named.map(|one| self.tagged(one, cache))).await?;
        let mut named: Vec<_> = named.into_iter().flatten().collect();
        let ours = named.iter().filter(|live| self.is_at(live, address));
        if named.len() > 1 && ours.count() == 1 {
            named.retain(|live| self.is_at(live, address));
        }
        if named.len() > 1 {
            let mut ids: Vec<_> = named.iter().map(|live| live.id.as_str()).collect();
            ids.sort_unstable();
            return Err(DriverError::Ambiguous {
                identity: format!("the connection `{name}`"),
                count: ids.len(),
                ids: ids.join(", "),
            });
        }
        Ok(named.pop())
    }

    fn is_at(&self, live: &Live, address: &Address) -> bool {
        live.tags.known().is_some_and(|tags| {
            let system = tags.get(SYSTEM_TAG).map(String::as_str);
            let at = tags.get(ADDRESS_TAG);
            system == Some(self.client.account.system())
                && at.is_some_and(|at| *at == address.to_string())
        })
    }

    async fn send_create(&self, desired: &Properties, tags: &Tags) -> Result<String, DriverError> {
        let provider = desired.provider_type.as_deref().map(ProviderType::from);
        let call = self
            .client
            .sdk
            .create_connection()
            .connection_name(&desired.connection_name)
            .set_provider_type(provider)
            .set_host_arn(desired.host_arn.clone())
            .set_tags(Some(sdk_tags(tags)?))
            .customize()
            .config_override(once())
            .send();
        let made = call.sent("codeconnections:CreateConnection").await?;
        Ok(made.connection_arn)
    }
}

/// A connection as it was read.
fn live(connection: &SdkConnection, tags: LiveTags) -> Live {
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let provider = text(connection.provider_type().map(ProviderType::as_str));
    let status = connection.connection_status();
    let waits = status != Some(&ConnectionStatus::Available);
    let shown = provider
        .clone()
        .unwrap_or_else(|| "the provider".to_owned());
    let arn = connection.connection_arn().unwrap_or_default().to_owned();
    let attributes = Live::assigned([
        (Connection::ARN, Some(arn.clone())),
        (
            Connection::STATUS,
            status.map(|status| status.as_str().to_owned()),
        ),
        (Connection::OWNER, text(connection.owner_account_id())),
        (Connection::PENDING, waits.then_some(shown)),
    ]);
    TypedLive {
        id: arn,
        properties: Connection {
            connection_name: connection.connection_name().unwrap_or_default().to_owned(),
            provider_type: provider,
            host_arn: text(connection.host_arn()),
        },
        attributes,
        tags,
    }
}

impl ResourceDriver for Connections {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("codeconnections");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, _: &mut Properties) {}

    /// The provider of a host is that of the connection.
    fn leave(&self, connection: &mut Properties, live: &Properties) {
        leave(&mut connection.provider_type, live.provider_type.as_ref());
    }

    fn check(&self, connection: &Properties, checks: &mut Checks) {
        limits::check(connection, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let listed = self.client.listed(cache).await?;
        let name = &request.properties.connection_name;
        self.chosen(&listed, name, request.address, Some(cache))
            .await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let prefix = format!("{}-", self.client.account.system());
        let listed = self.client.listed(cache).await?;
        let is_ours = |one: &&SdkConnection| {
            let name = one.connection_name();
            name.is_some_and(|name| name.starts_with(&prefix))
        };
        let ours = listed.iter().filter(is_ours);
        let found = try_join_all(ours.map(|one| self.tagged(one, Some(cache)))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.client, Connection::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let name = &desired.connection_name;
        let find = || async {
            let listed = self.client.connections().await?;
            self.chosen(&listed, name, &owner.address, None).await
        };
        let create = || self.send_create(&desired, tags);
        let passes = |error: &DriverError| CODECONNECTIONS.passes(error);
        match find_or_create(passes, find, create).await? {
            Creation::Found(found) => self.resume(found, desired, owner, tags).await,
            Creation::New(arn) => self.appeared(&arn, desired, tags).await,
        }
    }

    /// Nothing but its tags can be changed.
    async fn update(&self, _: &mut Live, _: &Properties, _: &Changes) -> Result<(), DriverError> {
        Ok(())
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let arn = live.attribute(Connection::ARN)?;
        let call = self.client.sdk.delete_connection().connection_arn(arn);
        CODECONNECTIONS
            .delete(|| call.clone().send().done("codeconnections:DeleteConnection"))
            .await?;
        let name = format!("the connection `{}`", live.properties.connection_name);
        until_gone(&name, CODECONNECTIONS.policy, || self.get(arn)).await
    }

    fn pending(&self, attributes: &Attributes) -> Option<String> {
        handshake::pending(attributes, self.client.account.region())
    }

    async fn settle(&self, live: Live) -> Result<(), DriverError> {
        self.connected(&live).await
    }
}
