//! `AWS::DynamoDB::Table`.

mod convert;
mod limits;
mod read;
mod settings;
#[cfg(test)]
mod tests;
mod update;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{BillingMode as SdkBillingMode, Tag};
use engine::{Changes, DriverError, LiveTags, ReadCache, UNKNOWN, diff};
use model::types::dynamodb::{
    BillingMode, KeyType, PointInTimeRecoverySpecification, SseSpecification, TABLE, Table,
    TableClass,
};
use model::{ADDRESS_TAG, SYSTEM_TAG, Tags};
use serde::Deserialize;

use crate::Account;
use crate::account::error::failed;
use crate::kit::tagging;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, retry, until};

type Properties = Table<String>;
type Live = TypedLive<Properties>;

/// The key in KMS that AWS keeps for `DynamoDB`, used where encryption in KMS names no key.
const MANAGED_KEY: &str = "alias/aws/dynamodb";

/// The days that AWS keeps for point-in-time recovery where nobody says how many.
const RECOVERY_DAYS: i32 = 35;

/// Other tables of the account are being made or changed.
const QUEUE: WaitPolicy = WaitPolicy::seconds(600);

/// Reads and writes tables.
///
/// A table takes three calls to read. Orphans are found by the tagging index, which shows every
/// table.
#[derive(Debug)]
pub(crate) struct Tables {
    account: Account,
    client: Client,
    keys: aws_sdk_kms::Client,
}

/// What finds a table again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    table_name: String,
}

/// Whether a create call made the table.
enum Made {
    Now,
    /// An earlier attempt of the same create, whose answer was lost, made it.
    Before,
}

impl Tables {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: Client::new(&account.config("dynamodb")),
            keys: aws_sdk_kms::Client::new(&account.config("kms")),
        }
    }

    async fn send_create(&self, table: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let indexes = &table.global_secondary_indexes;
        let keys = indexes
            .iter()
            .map(|index| &index.key_schema)
            .chain([&table.key_schema]);
        let sdk_indexes = indexes
            .iter()
            .map(convert::sdk_index)
            .collect::<Result<Vec<_>, _>>()?;
        let mode = table
            .billing_mode
            .map(|mode| convert::sdk::<SdkBillingMode>(&mode))
            .transpose()?;
        let stream = table
            .stream_specification
            .map(|stream| convert::sdk_stream(Some(stream)))
            .transpose()?;
        let call = self
            .client
            .create_table()
            .table_name(&table.table_name)
            .set_attribute_definitions(Some(convert::sdk_definitions(
                &table.attribute_definitions,
                keys,
            )?))
            .set_key_schema(Some(convert::sdk_key(&table.key_schema)?))
            .set_billing_mode(mode)
            .set_provisioned_throughput(
                table
                    .provisioned_throughput
                    .map(convert::sdk_throughput)
                    .transpose()?,
            )
            .set_global_secondary_indexes(Some(sdk_indexes).filter(|indexes| !indexes.is_empty()))
            .set_stream_specification(stream)
            .set_sse_specification(
                table
                    .sse_specification
                    .as_ref()
                    .map(convert::sdk_encryption),
            )
            .set_deletion_protection_enabled(table.deletion_protection_enabled)
            .set_table_class(
                table
                    .table_class
                    .map(|class| convert::sdk(&class))
                    .transpose()?,
            )
            .set_tags(Some(sdk_tags(tags)?));
        retry(QUEUE, is_crowded, || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("dynamodb:CreateTable"))
        })
        .await
    }

    async fn make(&self, table: &Properties, tags: &Tags) -> Result<Made, DriverError> {
        let error = match self.send_create(table, tags).await {
            Err(error) if error.is("ResourceInUseException") => error,
            made => return made.map(|()| Made::Now),
        };
        let name = &table.table_name;
        if self.appears(name).await? {
            return if self.is_ours(name, tags).await? {
                Ok(Made::Before)
            } else {
                Err(error)
            };
        }
        self.gone(name).await?;
        self.send_create(table, tags).await.map(|()| Made::Now)
    }

    /// Whether a table that AWS says exists is there to stay. One that was just made is not seen at
    /// once.
    async fn appears(&self, name: &str) -> Result<bool, DriverError> {
        let seen = until("the table to appear", WaitPolicy::seconds(30), || async {
            Ok(self
                .describe(name)
                .await?
                .ok_or_else(|| "not there".to_owned()))
        });
        match seen.await {
            Ok(table) => Ok(!read::is_going(&table)),
            Err(DriverError::TimedOut { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a table carries the ownership that a create would give it. Tags of a new table are
    /// not seen at once.
    async fn is_ours(&self, name: &str, tags: &Tags) -> Result<bool, DriverError> {
        let seen = until(
            "the tags of the table to appear",
            WaitPolicy::seconds(10),
            || async {
                let live = self.read_tags(name).await?;
                Ok(if live.is_empty() {
                    Err("none".to_owned())
                } else {
                    Ok(live)
                })
            },
        );
        match seen.await {
            Ok(live) => Ok([SYSTEM_TAG, ADDRESS_TAG]
                .iter()
                .all(|key| live.get(*key) == tags.get(*key))),
            Err(DriverError::TimedOut { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a table that an earlier attempt made, perhaps from other properties, as it should be
    /// now.
    async fn adopt(&self, desired: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let live = self
            .live(&desired.table_name, Some(desired), &ReadCache::default())
            .await?;
        let mut live =
            live.ok_or_else(|| DriverError::internal("a table that exists was not read"))?;
        self.normalise(&mut live.properties);
        let json = |table: &Properties| {
            serde_json::to_value(table)
                .map_err(|error| DriverError::internal(format!("a table is no JSON ({error})")))
        };
        let changes = diff(TABLE, &json(&live.properties)?, &json(desired)?);
        if changes.force_replacement() {
            return Err(DriverError::Invalid(format!(
                "the table `{}` exists with another key, from an earlier run; delete it if it holds no data",
                desired.table_name
            )));
        }
        let updated = self.update(live, desired.clone(), &changes).await?;
        self.retag(&updated, tags, &[]).await
    }

    async fn send_delete(&self, name: &str) -> Result<(), DriverError> {
        retry(QUEUE, update::passes, || async {
            let answer = self.client.delete_table().table_name(name).send().await;
            match answer.map_err(failed("dynamodb:DeleteTable")) {
                Err(error)
                    if error.is("ResourceNotFoundException")
                        || update::is_being_deleted(&error) =>
                {
                    Ok(())
                }
                other => other.map(drop),
            }
        })
        .await
    }
}

/// AWS makes few tables at a time, and one with indexes.
fn is_crowded(error: &DriverError) -> bool {
    error.has_message("LimitExceededException", "simultaneously")
}

/// AWS's words differ by API version: "currently protected against deletion", "is protected against
/// deletion".
fn is_protected(error: &DriverError) -> bool {
    error.has_message("ValidationException", "protected against deletion")
}

fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    tags.iter()
        .map(tag)
        .collect::<Result<_, _>>()
        .map_err(convert::incomplete)
}

/// States AWS's defaults and sorts sets, but for the name of a key.
fn normalise_table(table: &mut Properties) {
    table.attribute_definitions.sort();
    table
        .key_schema
        .sort_by_key(|element| element.key_type == KeyType::Range);
    let mode = *table.billing_mode.get_or_insert(BillingMode::Provisioned);
    table
        .global_secondary_indexes
        .sort_by(|one, other| one.index_name.cmp(&other.index_name));
    for index in &mut table.global_secondary_indexes {
        index
            .key_schema
            .sort_by_key(|element| element.key_type == KeyType::Range);
        index.projection.non_key_attributes.sort();
        index.provisioned_throughput = index
            .provisioned_throughput
            .filter(|_| mode == BillingMode::Provisioned);
    }
    table.provisioned_throughput = table
        .provisioned_throughput
        .filter(|_| mode == BillingMode::Provisioned);
    let off = SseSpecification {
        sse_enabled: false,
        kms_master_key_id: None,
    };
    table.sse_specification = Some(
        table
            .sse_specification
            .take()
            .filter(|sse| sse.sse_enabled)
            .unwrap_or(off),
    );
    table.point_in_time_recovery_specification = Some(normalise_recovery(
        table.point_in_time_recovery_specification,
    ));
    table.time_to_live_specification = table
        .time_to_live_specification
        .take()
        .filter(|expiry| expiry.enabled);
    table.deletion_protection_enabled.get_or_insert(false);
    table.table_class.get_or_insert(TableClass::Standard);
}

fn normalise_recovery(
    recovery: Option<PointInTimeRecoverySpecification>,
) -> PointInTimeRecoverySpecification {
    let on = recovery.filter(|recovery| recovery.point_in_time_recovery_enabled);
    let days = on.map(|recovery| recovery.recovery_period_in_days.unwrap_or(RECOVERY_DAYS));
    PointInTimeRecoverySpecification {
        point_in_time_recovery_enabled: on.is_some(),
        recovery_period_in_days: days,
    }
}

#[async_trait]
impl ResourceDriver for Tables {
    type Properties = Properties;
    type Identity = Identity;

    fn normalise(&self, table: &mut Properties) {
        normalise_table(table);
        let Some(sse) = table
            .sse_specification
            .as_mut()
            .filter(|sse| sse.sse_enabled)
        else {
            return;
        };
        let key = sse
            .kms_master_key_id
            .get_or_insert_with(|| MANAGED_KEY.to_owned());
        let is_bare_id = !key.contains([':', '/']) && !key.contains(UNKNOWN);
        if is_bare_id {
            *key = self.account.arn("kms", &format!("key/{key}"));
        }
    }

    async fn read(
        &self,
        mut wanted: TypedReadRequest<'_, Identity, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        self.normalise(&mut wanted.properties);
        self.live(&wanted.identity.table_name, Some(&wanted.properties), cache)
            .await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let hints = tagging::hints(&self.account, cache).await?;
        let prefix = self.arn("");
        let names = hints.names(&prefix).filter(|name| !name.contains('/'));
        let tables =
            futures_util::future::try_join_all(names.map(|name| self.live(name, None, cache)))
                .await?;
        Ok(tables.into_iter().flatten().collect())
    }

    async fn tags(&self, live: &Live) -> Result<Tags, DriverError> {
        self.read_tags(&live.id).await
    }

    async fn create(&self, mut desired: Properties, tags: &Tags) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::check(&desired)?;
        let name = &desired.table_name;
        match self.make(&desired, tags).await? {
            Made::Now => {
                self.settled(name, "after its creation", read::CREATION, |_| true)
                    .await?;
                // Both are off in a new table.
                if desired
                    .point_in_time_recovery_specification
                    .is_some_and(|on| on.point_in_time_recovery_enabled)
                {
                    self.put_recovery(&desired).await?;
                }
                if desired.time_to_live_specification.is_some() {
                    self.put_expiry(&desired).await?;
                }
            }
            Made::Before => self.adopt(&desired, tags).await?,
        }
        let table = self
            .settled(name, "after its creation", read::CREATION, |_| true)
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
        live: Live,
        mut desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::check(&desired)?;
        limits::check_change(&live.properties, &desired)?;
        self.change(&live.properties, &desired, changes).await?;
        if changes.affects("PointInTimeRecoverySpecification") {
            self.put_recovery(&desired).await?;
        }
        if changes.affects("TimeToLiveSpecification") {
            self.put_expiry(&desired).await?;
        }
        let mut attributes = live.attributes;
        if changes.affects("StreamSpecification") {
            let table = self
                .settled(&live.id, "with its changes", read::LAG, |_| true)
                .await?;
            attributes = self.attributes(&table);
        }
        Ok(TypedLive {
            properties: desired,
            attributes,
            ..live
        })
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        let arn = live.attribute("Arn")?;
        if !remove.is_empty() {
            let call = self
                .client
                .untag_resource()
                .resource_arn(arn)
                .set_tag_keys(Some(remove.to_vec()));
            let send = || async {
                call.clone()
                    .send()
                    .await
                    .map(drop)
                    .map_err(failed("dynamodb:UntagResource"))
            };
            retry(QUEUE, update::passes, send).await?;
        }
        if !set.is_empty() {
            let call = self
                .client
                .tag_resource()
                .resource_arn(arn)
                .set_tags(Some(sdk_tags(set)?));
            let send = || async {
                call.clone()
                    .send()
                    .await
                    .map(drop)
                    .map_err(failed("dynamodb:TagResource"))
            };
            retry(QUEUE, update::passes, send).await?;
        }
        self.tagged(&live.id, set, remove).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let name = &live.id;
        match self.send_delete(name).await {
            Err(error) if is_protected(&error) => {
                self.protect(name, false).await?;
                self.send_delete(name).await?;
            }
            other => other?,
        }
        self.gone(name).await
    }
}
