//! A table as it is now.

use std::sync::Arc;

use aws_sdk_dynamodb::types::{
    ContinuousBackupsDescription, IndexStatus, SseStatus, StreamSpecification, TableDescription,
    TableStatus, TimeToLiveDescription,
};
use engine::{Attributes, DriverError, LiveTags, ReadCache};
use model::Tags;

use super::{Live, MANAGED_KEY, Properties, Tables, convert};
use crate::account::error::failed;
use crate::kit::tagging;
use crate::kit::typed::TypedLive;
use crate::kit::wait::{WaitPolicy, until};

/// AWS makes an empty table in seconds; its waiter allows 500.
pub(super) const CREATION: WaitPolicy = WaitPolicy::seconds(500);

/// `DescribeTable` and `ListTagsOfResource` lag behind writes by seconds.
pub(super) const LAG: WaitPolicy = WaitPolicy::seconds(60);

/// What three calls answer about one table.
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
    pub(super) fn arn(&self, name: &str) -> String {
        self.account.arn("dynamodb", &format!("table/{name}"))
    }

    pub(super) async fn describe(
        &self,
        name: &str,
    ) -> Result<Option<TableDescription>, DriverError> {
        let answer = self.client.describe_table().table_name(name).send().await;
        match answer.map_err(failed("dynamodb:DescribeTable")) {
            Err(error) if error.is("ResourceNotFoundException") => Ok(None),
            other => Ok(other?.table),
        }
    }

    pub(super) async fn describe_expiry(
        &self,
        name: &str,
    ) -> Result<Option<TimeToLiveDescription>, DriverError> {
        let answer = self
            .client
            .describe_time_to_live()
            .table_name(name)
            .send()
            .await;
        Ok(answer
            .map_err(failed("dynamodb:DescribeTimeToLive"))?
            .time_to_live_description)
    }

    pub(super) async fn describe_backups(
        &self,
        name: &str,
    ) -> Result<Option<ContinuousBackupsDescription>, DriverError> {
        let answer = self
            .client
            .describe_continuous_backups()
            .table_name(name)
            .send()
            .await;
        Ok(answer
            .map_err(failed("dynamodb:DescribeContinuousBackups"))?
            .continuous_backups_description)
    }

    /// Everything about a table. One that an interrupted run began to make is waited for, since AWS
    /// does not answer fully before; one that is being deleted is gone, since nothing brings it
    /// back.
    pub(super) async fn find(&self, name: &str) -> Result<Option<Found>, DriverError> {
        until(
            &format!("the table `{name}` to be created"),
            CREATION,
            || async {
                let (table, expiry, backups) = tokio::join!(
                    self.describe(name),
                    self.describe_expiry(name),
                    self.describe_backups(name)
                );
                let Some(table) = table?.filter(|table| !is_going(table)) else {
                    return Ok(Ok(None));
                };
                if table.table_status() == Some(&TableStatus::Creating) {
                    return Ok(Err("CREATING".to_owned()));
                }
                match (expiry, backups) {
                    // The calls see a new table one after another.
                    (Err(error), _) | (_, Err(error)) if is_missing(&error) => {
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

    /// The table, read once in a reading. `wanted`, normalised, is how the model names its key.
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
        let hints = tagging::hints(&self.account, cache).await?;
        let tags = match hints.tags(&self.arn(name)) {
            Some(tags) => tags,
            // Somebody else's, or new: the index shows every table sooner or later.
            None => LiveTags::Read(Tags::clone(self.own_tags(name, cache).await?.as_ref())),
        };
        Ok(Some(TypedLive {
            id: name.to_owned(),
            properties,
            attributes: self.attributes(&found.table),
            tags,
        }))
    }

    async fn own_tags(&self, name: &str, cache: &ReadCache) -> Result<Arc<Tags>, DriverError> {
        cache
            .once(format!("dynamodb:ListTagsOfResource {name}"), || {
                self.read_tags(name)
            })
            .await
    }

    /// A stream that is off keeps its ARN in the description for a day.
    pub(super) fn attributes(&self, table: &TableDescription) -> Attributes {
        let name = table.table_name().unwrap_or_default();
        let arn = table
            .table_arn()
            .map_or_else(|| self.arn(name), str::to_owned);
        let streams = table
            .stream_specification()
            .is_some_and(StreamSpecification::stream_enabled);
        let stream = table.latest_stream_arn().filter(|_| streams);
        let always = [
            ("Arn".to_owned(), arn),
            ("TableName".to_owned(), name.to_owned()),
        ];
        always
            .into_iter()
            .chain(stream.map(|arn| ("StreamArn".to_owned(), arn.to_owned())))
            .collect()
    }

    /// AWS answers with a key's ARN where the model may name the key by an alias, or not at all:
    /// the key that the alias stands for gets the alias's name.
    async fn name_key(
        &self,
        live: &mut Properties,
        wanted: &Properties,
        cache: &ReadCache,
    ) -> Result<(), DriverError> {
        let wanted = wanted
            .sse_specification
            .as_ref()
            .and_then(|sse| sse.kms_master_key_id.as_deref());
        let Some(alias) = wanted.filter(|name| name.contains("alias/")) else {
            return Ok(());
        };
        let Some(sse) = live
            .sse_specification
            .as_mut()
            .filter(|sse| sse.sse_enabled)
        else {
            return Ok(());
        };
        let named = match sse.kms_master_key_id.as_deref() {
            // The key is AWS's own, or the endpoint echoes what it was given.
            None => alias == MANAGED_KEY,
            Some(key) if key.ends_with(alias) => true,
            Some(key) => {
                let stands_for = cache
                    .once(format!("kms:DescribeKey {alias}"), || self.key_of(alias))
                    .await?;
                stands_for.as_deref() == Some(key)
            }
        };
        if named {
            sse.kms_master_key_id = Some(alias.to_owned());
        }
        Ok(())
    }

    /// The ARN of the key that an alias stands for. AWS's own key exists only once something was
    /// encrypted with it.
    async fn key_of(&self, alias: &str) -> Result<Option<String>, DriverError> {
        let answer = self.keys.describe_key().key_id(alias).send().await;
        match answer.map_err(failed("kms:DescribeKey")) {
            Err(error) if error.is("NotFoundException") => Ok(None),
            other => Ok(other?.key_metadata.and_then(|key| key.arn)),
        }
    }

    pub(super) async fn read_tags(&self, name: &str) -> Result<Tags, DriverError> {
        let arn = self.arn(name);
        let mut tags = Tags::new();
        let mut next = None;
        loop {
            let call = self
                .client
                .list_tags_of_resource()
                .resource_arn(&arn)
                .set_next_token(next);
            let page = call
                .send()
                .await
                .map_err(failed("dynamodb:ListTagsOfResource"))?;
            tags.extend(
                page.tags()
                    .iter()
                    .map(|tag| (tag.key().to_owned(), tag.value().to_owned())),
            );
            next = page.next_token;
            if next.is_none() {
                return Ok(tags);
            }
        }
    }

    /// Waits until tags that were set read back and those that were removed do not.
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
                let tags = self.read_tags(name).await?;
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

    /// Waits until the table is gone.
    pub(super) async fn gone(&self, name: &str) -> Result<(), DriverError> {
        until(
            &format!("the table `{name}` to be deleted"),
            WaitPolicy::seconds(600),
            || async {
                Ok(match self.describe(name).await? {
                    None => Ok(()),
                    Some(table) => Err(status(&table)),
                })
            },
        )
        .await
    }
}

pub(super) fn is_going(table: &TableDescription) -> bool {
    table.table_status() == Some(&TableStatus::Deleting)
}

fn is_missing(error: &DriverError) -> bool {
    error.is("ResourceNotFoundException") || error.is("TableNotFoundException")
}

fn status(table: &TableDescription) -> String {
    table.table_status().map_or_else(
        || "no status".to_owned(),
        |status| status.as_str().to_owned(),
    )
}

/// What about a table is still under way.
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
