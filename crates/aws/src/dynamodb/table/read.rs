//! A table as it is now.

use aws_sdk_dynamodb::types::{
    ContinuousBackupsDescription, IndexStatus, SseStatus, StreamSpecification, TableDescription,
    TableStatus, TimeToLiveDescription,
};
use engine::{Attributes, DriverError, LiveTags, ReadCache};
use model::Tags;
use model::types::dynamodb::{SseSpecification, Table};

use super::convert::{self, MANAGED_KEY};
use super::{Live, Properties, Tables};
use crate::dynamodb::client::DYNAMODB;
use crate::kit::tag_store::TagCalls as _;
use crate::kit::tagging;
use crate::kit::typed::TypedLive;
use crate::kit::wait::{WaitPolicy, until};

/// AWS creates an empty table in seconds; its waiter allows 500.
pub(super) const CREATION: WaitPolicy = WaitPolicy::seconds(500);

/// `DescribeTable` and `ListTagsOfResource` lag behind writes by seconds.
pub(super) const LAG: WaitPolicy = WaitPolicy::seconds(60);

/// The answers of three calls about one table.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) table: TableDescription,
    expiry: Option<TimeToLiveDescription>,
    backups: Option<ContinuousBackupsDescription>,
}

impl Found {
    fn properties(&self) -> Result<Properties, DriverError> {
        let recovery = self
            .backups
            .as_ref()
            .and_then(|backups| backups.point_in_time_recovery_description());
        Ok(Properties {
            time_to_live_specification: self.expiry.as_ref().and_then(convert::expiry),
            point_in_time_recovery_specification: recovery.map(convert::recovery),
            ..convert::described(&self.table)?
        })
    }
}

impl Tables {
    /// Everything about a table. One that is being created, as after an interrupted run, is waited
    /// for, since AWS's answers are incomplete before; one that is being deleted counts as absent,
    /// since nothing restores it.
    pub(super) async fn find(&self, name: &str) -> Result<Option<Found>, DriverError> {
        until(
            &format!("the table `{name}` to be created"),
            CREATION,
            || async {
                let (table, expiry, backups) = tokio::join!(
                    self.client.describe(name),
                    self.client.describe_expiry(name),
                    self.client.describe_backups(name)
                );
                let Some(table) = table?.filter(|table| !is_deleting(table)) else {
                    return Ok(Ok(None));
                };
                if table.table_status() == Some(&TableStatus::Creating) {
                    return Ok(Err("CREATING".to_owned()));
                }
                match (expiry, backups) {
                    // The calls do not see a new table at the same time.
                    (Err(error), _) | (_, Err(error)) if DYNAMODB.is_absent(&error) => {
                        Ok(Err(error.to_string()))
                    }
                    (expiry, backups) => Ok(Ok(Some(Found {
                        table,
                        expiry: expiry?,
                        backups: backups?,
                    }))),
                }
            },
        )
        .await
    }

    /// The table, read once per run. `wanted` names its key as the model does.
    pub(super) async fn live(
        &self,
        name: &str,
        wanted: Option<&Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let found = cache
            .once(format!("dynamodb:table {name}"), || self.find(name))
            .await?;
        let Some(found) = found.as_ref() else {
            return Ok(None);
        };
        let mut properties = found.properties()?;
        if let Some(wanted) = wanted {
            self.name_key(&mut properties, wanted, cache).await?;
        }
        let hints = tagging::hints(&self.client.account, cache).await?;
        let tags = match hints.tags(&self.client.arn(name)) {
            Some(tags) => Some(tags),
            // Of another owner, or new: the index shows every table sooner or later.
            None => self.own_tags(name, cache).await?,
        };
        Ok(tags.map(|tags| TypedLive {
            id: name.to_owned(),
            properties,
            attributes: self.attributes(&found.table),
            tags,
        }))
    }

    /// `None` if the table was deleted meanwhile.
    async fn own_tags(
        &self,
        name: &str,
        cache: &ReadCache,
    ) -> Result<Option<LiveTags>, DriverError> {
        let key = format!("dynamodb:ListTagsOfResource {name}");
        let tags = cache.once(key, || self.known(name)).await?;
        Ok(tags.as_ref().clone().map(LiveTags::Read))
    }

    /// A stream that is off keeps its ARN in the description for a day.
    pub(super) fn attributes(&self, table: &TableDescription) -> Attributes {
        let name = table.table_name().unwrap_or_default();
        let arn = table
            .table_arn()
            .map_or_else(|| self.client.arn(name), str::to_owned);
        let streams = table
            .stream_specification()
            .is_some_and(StreamSpecification::stream_enabled);
        let stream = table.latest_stream_arn().filter(|_| streams);
        Live::assigned([
            (Table::ARN, Some(arn)),
            (Table::NAME, Some(name.to_owned())),
            (Table::STREAM_ARN, stream.map(str::to_owned)),
        ])
    }

    /// AWS answers with a key's ARN even if the model names the key by an alias, or not at all: the
    /// key that has the alias is named by it.
    async fn name_key(
        &self,
        live: &mut Properties,
        wanted: &Properties,
        cache: &ReadCache,
    ) -> Result<(), DriverError> {
        let is_on = |sse: &&SseSpecification<String>| sse.sse_enabled;
        let wanted = wanted.sse_specification.as_ref().filter(is_on);
        let name = wanted.map(|sse| sse.kms_master_key_id.as_deref().unwrap_or(MANAGED_KEY));
        let live = live
            .sse_specification
            .as_mut()
            .filter(|sse| sse.sse_enabled);
        let (Some(alias), Some(sse)) = (name.filter(|name| name.contains("alias/")), live) else {
            return Ok(());
        };
        let is_named = match sse.kms_master_key_id.as_deref() {
            // The key is AWS's own, or the endpoint returns what it was given.
            None => alias == MANAGED_KEY,
            Some(key) if key.ends_with(alias) => true,
            Some(key) => {
                let named = cache
                    .once(format!("kms:DescribeKey {alias}"), || {
                        self.client.key_of(alias)
                    })
                    .await?;
                named.as_deref() == Some(key)
            }
        };
        if is_named {
            sse.kms_master_key_id = Some(alias.to_owned());
        }
        Ok(())
    }

    /// Waits until tags that were set are read back and those that were removed are not.
    pub(super) async fn tagged(
        &self,
        name: &str,
        set: &Tags,
        removed: &[String],
    ) -> Result<(), DriverError> {
        until(
            &format!("the tags of the table `{name}` to read back as written"),
            LAG,
            || async {
                let tags = self.tags(name).await?;
                let settled = set.iter().all(|(key, value)| tags.get(key) == Some(value))
                    && !removed.iter().any(|key| tags.contains_key(key));
                Ok(if settled {
                    Ok(())
                } else {
                    Err(format!("{tags:?}"))
                })
            },
        )
        .await
    }

    /// Waits until the table is deleted.
    pub(super) async fn gone(&self, name: &str) -> Result<(), DriverError> {
        until(
            &format!("the table `{name}` to be deleted"),
            WaitPolicy::seconds(600),
            || async {
                Ok(match self.client.describe(name).await? {
                    None => Ok(()),
                    Some(table) => Err(status(&table)),
                })
            },
        )
        .await
    }
}

pub(super) fn is_deleting(table: &TableDescription) -> bool {
    table.table_status() == Some(&TableStatus::Deleting)
}

fn status(table: &TableDescription) -> String {
    table.table_status().map_or_else(
        || "no status".to_owned(),
        |status| status.as_str().to_owned(),
    )
}

/// The change of a table that is still under way, if any.
pub(super) fn unsettled(table: &TableDescription) -> Option<String> {
    if table.table_status() != Some(&TableStatus::Active) {
        return Some(status(table));
    }
    let mut indexes = table.global_secondary_indexes().iter();
    if let Some(index) = indexes.find(|index| index.index_status() != Some(&IndexStatus::Active)) {
        return Some(format!(
            "its index `{}` is not ACTIVE",
            index.index_name().unwrap_or_default()
        ));
    }
    let encryption = table.sse_description().and_then(|sse| sse.status());
    let changing = [
        SseStatus::Enabling,
        SseStatus::Disabling,
        SseStatus::Updating,
    ];
    encryption
        .filter(|status| changing.contains(status))
        .map(|status| format!("its encryption is {}", status.as_str()))
}
