//! The creation, tagging and deletion of tables.

use aws_sdk_dynamodb::types::BillingMode as SdkBillingMode;
use engine::{DriverError, ReadCache};
use model::{Owner, Tags};

use super::convert::{
    sdk, sdk_definitions, sdk_encryption, sdk_index, sdk_key, sdk_stream, sdk_throughput,
};
use super::read::{CREATION, is_deleting};
use super::{Properties, Tables};
use crate::dynamodb::client::{DYNAMODB, IN_USE, is_being_deleted, is_crowded, sdk_tags};
use crate::kit::call::Call as _;
use crate::kit::ownership::adopt;
use crate::kit::tag_store::TagCalls;
use crate::kit::typed::{ResourceDriver as _, changes};
use crate::kit::wait::{WaitPolicy, retry, until};

impl Tables {
    /// Creates the table. Returns false if an earlier attempt, whose answer was lost, created it.
    pub(super) async fn create_table(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<bool, DriverError> {
        let error = match self.send_create(desired, tags).await {
            Err(error) if error.is(IN_USE) => error,
            created => return created.map(|()| true),
        };
        let name = &desired.table_name;
        if self.appears(name).await? {
            adopt(&self.first_tags(name).await?, owner, error)?;
            return Ok(false);
        }
        self.gone(name).await?;
        self.send_create(desired, tags).await.map(|()| true)
    }

    async fn send_create(&self, table: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let indexes = &table.global_secondary_indexes;
        let keys = indexes
            .iter()
            .map(|index| &index.key_schema)
            .chain([&table.key_schema]);
        let indexes: Vec<_> = indexes.iter().map(sdk_index).collect::<Result<_, _>>()?;
        let mode = table.billing_mode.as_ref();
        let throughput = table.provisioned_throughput.map(sdk_throughput);
        let stream = table
            .stream_specification
            .map(|view| sdk_stream(Some(view)));
        let class = table.table_class.as_ref();
        let call = self
            .client
            .sdk
            .create_table()
            .table_name(&table.table_name)
            .set_attribute_definitions(Some(sdk_definitions(&table.attribute_definitions, keys)?))
            .set_key_schema(Some(sdk_key(&table.key_schema)?))
            .set_billing_mode(mode.map(sdk::<SdkBillingMode>).transpose()?)
            .set_provisioned_throughput(throughput.transpose()?)
            .set_global_secondary_indexes(Some(indexes).filter(|indexes| !indexes.is_empty()))
            .set_stream_specification(stream.transpose()?)
            .set_sse_specification(table.sse_specification.as_ref().map(sdk_encryption))
            .set_deletion_protection_enabled(table.deletion_protection_enabled)
            .set_table_class(class.map(sdk).transpose()?)
            .set_tags(Some(sdk_tags(tags)?));
        retry(DYNAMODB.policy, is_crowded, || {
            call.clone().send().done("dynamodb:CreateTable")
        })
        .await
    }

    /// Whether a table that AWS says exists appears and is not being deleted. A new one is not seen
    /// immediately.
    async fn appears(&self, name: &str) -> Result<bool, DriverError> {
        let seen = until("the table to appear", WaitPolicy::seconds(30), || async {
            let table = self.client.describe(name).await?;
            Ok(table.ok_or_else(|| "not there".to_owned()))
        });
        match seen.await {
            Ok(table) => Ok(!is_deleting(&table)),
            Err(DriverError::TimedOut { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The tags of a new table, which are not seen immediately. Empty if it has none.
    async fn first_tags(&self, name: &str) -> Result<Tags, DriverError> {
        let seen = until(
            "the tags of the table to appear",
            WaitPolicy::seconds(10),
            || async {
                let tags = self.tags(name).await?;
                Ok(Some(tags)
                    .filter(|tags| !tags.is_empty())
                    .ok_or_else(|| "none".to_owned()))
            },
        );
        match seen.await {
            Err(DriverError::TimedOut { .. }) => Ok(Tags::new()),
            seen => seen,
        }
    }

    /// Brings a new table's settings to the desired state. Both are off at first.
    pub(super) async fn put_settings(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.table_name;
        self.settled(name, "after its creation", CREATION, |_| true)
            .await?;
        let recovery = desired.point_in_time_recovery_specification;
        if recovery.is_some_and(|recovery| recovery.point_in_time_recovery_enabled) {
            self.put_recovery(desired).await?;
        }
        if desired.time_to_live_specification.is_some() {
            self.put_expiry(desired).await?;
        }
        Ok(())
    }

    /// Brings a table that an earlier attempt created, perhaps from other properties, to the
    /// desired state.
    pub(super) async fn complete(
        &self,
        desired: &Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let name = &desired.table_name;
        let cache = ReadCache::default();
        let live = self.live(name, Some(desired), &cache).await?;
        let mut live =
            live.ok_or_else(|| DriverError::internal("a table that exists was not read"))?;
        self.normalise(&mut live.properties);
        let changes = changes(&live.properties, desired)?;
        if changes.force_replacement() {
            return Err(DriverError::Invalid(format!(
                "the table `{name}` exists with another key, from an earlier run; delete it if it holds no data"
            )));
        }
        self.update(&mut live, desired, &changes).await?;
        self.tag(name, tags).await
    }

    /// Removes the table's protection, deletes it, and waits until it is deleted.
    pub(super) async fn delete_table(&self, name: &str) -> Result<(), DriverError> {
        match self.send_delete(name).await {
            Err(error) if is_protected(&error) => {
                self.protect(name, false).await?;
                self.send_delete(name).await?;
            }
            deleted => deleted?,
        }
        self.gone(name).await
    }

    async fn send_delete(&self, name: &str) -> Result<(), DriverError> {
        let call = self.client.sdk.delete_table().table_name(name);
        let delete = DYNAMODB.delete(|| call.clone().send().done("dynamodb:DeleteTable"));
        match delete.await {
            Err(error) if is_being_deleted(&error) => Ok(()),
            deleted => deleted,
        }
    }
}

/// AWS's wording differs by API version: "currently protected against deletion", "is protected
/// against deletion".
fn is_protected(error: &DriverError) -> bool {
    error.has_message("ValidationException", "protected against deletion")
}

/// The calls name a table.
impl TagCalls for Tables {
    async fn known(&self, name: &str) -> Result<Option<Tags>, DriverError> {
        self.client.tags(name).await
    }

    /// Sets tags and waits until they are read back.
    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self
            .client
            .sdk
            .tag_resource()
            .resource_arn(self.client.arn(name))
            .set_tags(Some(sdk_tags(tags)?));
        DYNAMODB
            .write(|| call.clone().send().done("dynamodb:TagResource"))
            .await?;
        self.tagged(name, tags, &[]).await
    }

    /// Removes tags and waits until they are no longer read.
    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self
            .client
            .sdk
            .untag_resource()
            .resource_arn(self.client.arn(name))
            .set_tag_keys(Some(keys.to_vec()));
        DYNAMODB
            .write(|| call.clone().send().done("dynamodb:UntagResource"))
            .await?;
        self.tagged(name, &Tags::new(), keys).await
    }
}
