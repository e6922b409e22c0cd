//! `AWS::DynamoDB::Table`.

mod calls;
mod convert;
mod count;
mod limits;
mod read;
mod settings;
#[cfg(test)]
mod tests;
mod update;
mod write;

use engine::{Changes, DriverError, Holding, LiveTags, ReadCache, UNKNOWN};
use futures_util::future::try_join_all;
use model::types::dynamodb::Table;
use model::{Owner, Tags};

use self::convert::{MANAGED_KEY, normalise_table};
use self::read::{CREATION, LAG};
use super::client::DynamoDbClient;
use crate::Account;
use crate::kit::calls::Calls;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Table<String>;
type Live = TypedLive<Properties>;

/// Reads and writes tables.
///
/// A table takes three calls to read. Orphans are found by the tagging index, which shows every
/// table.
#[derive(Debug)]
pub(crate) struct Tables {
    client: DynamoDbClient,
}

impl Tables {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: DynamoDbClient::new(account),
        }
    }
}

impl ResourceDriver for Tables {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, table: &mut Properties) {
        normalise_table(table);
        let encryption = table.sse_specification.iter_mut();
        for sse in encryption.filter(|sse| sse.sse_enabled) {
            let key = sse
                .kms_master_key_id
                .get_or_insert_with(|| MANAGED_KEY.to_owned());
            let is_bare_id = !key.contains([':', '/']) && !key.contains(UNKNOWN);
            if is_bare_id {
                *key = self.client.account.arn("kms", &format!("key/{key}"));
            }
        }
    }

    fn leave(&self, table: &mut Properties, live: &Properties) {
        leave(
            &mut table.sse_specification,
            live.sse_specification.as_ref(),
        );
        leave(
            &mut table.point_in_time_recovery_specification,
            live.point_in_time_recovery_specification.as_ref(),
        );
        leave(
            &mut table.deletion_protection_enabled,
            live.deletion_protection_enabled.as_ref(),
        );
    }

    fn check(&self, table: &Properties, checks: &mut Checks) {
        limits::check(table, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let wanted = &request.properties;
        self.live(&wanted.table_name, Some(wanted), cache).await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let names = self.client.candidates(cache).await?;
        let tables = try_join_all(names.iter().map(|name| self.live(name, None, cache))).await?;
        Ok(tables.into_iter().flatten().collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by_id(self)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        if self.create_table(&desired, owner, tags).await? {
            self.put_settings(&desired).await?;
        } else {
            self.complete(&desired, tags).await?;
        }
        let name = &desired.table_name;
        let table = self
            .settled(name, "after its creation", CREATION, |_| true)
            .await?;
        self.tagged(name, tags, &[]).await?;
        Ok(TypedLive {
            id: name.clone(),
            attributes: self.attributes(&table),
            tags: LiveTags::Read(tags.clone()),
            properties: desired,
        })
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        limits::check_change(&live.properties, desired)?;
        self.change(&live.properties, desired, changes).await?;
        if changes.affects("PointInTimeRecoverySpecification") {
            self.put_recovery(desired).await?;
        }
        if changes.affects("TimeToLiveSpecification") {
            self.put_expiry(desired).await?;
        }
        if changes.affects("StreamSpecification") {
            let table = self
                .settled(&live.id, "with its changes", LAG, |_| true)
                .await?;
            live.attributes = self.attributes(&table);
        }
        Ok(())
    }

    async fn holding(&self, live: &Live) -> Result<Holding, DriverError> {
        self.count(&live.id).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.delete_table(&live.id).await
    }
}
