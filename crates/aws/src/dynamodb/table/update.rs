//! Changes of a table through `UpdateTable`: AWS accepts one kind of change per call, while the
//! table is ACTIVE.

use std::time::Duration;

use aws_sdk_dynamodb::operation::update_table::builders::UpdateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    BillingMode as SdkBillingMode, CreateGlobalSecondaryIndexAction,
    DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate, TableDescription,
    UpdateGlobalSecondaryIndexAction,
};
use engine::{Changes, DriverError};
use model::types::dynamodb::{
    AttributeType, GlobalSecondaryIndex, StreamSpecification, TableClass,
};

use super::convert::{self, normalise_table};
use super::limits::type_of;
use super::read::unsettled;
use super::{Properties, Tables};
use crate::dynamodb::client::{DYNAMODB, incomplete};
use crate::kit::call::Call as _;
use crate::kit::wait::{WaitPolicy, retry, until};

/// Most changes take seconds, those of throughput minutes.
const CHANGE: WaitPolicy = patience(20 * 60);

/// AWS fills a new index from the table's items; a million of them take minutes.
const INDEX: WaitPolicy = patience(60 * 60);

const fn patience(seconds: u64) -> WaitPolicy {
    WaitPolicy {
        first: Duration::from_millis(200),
        longest: Duration::from_secs(5),
        within: Duration::from_secs(seconds),
    }
}

impl Tables {
    /// Makes the changes in an order in which each finds what it needs: protection first, then
    /// indexes are deleted, then the capacity of the others changes, then indexes are created.
    pub(super) async fn change(
        &self,
        live: &Properties,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let name = &desired.table_name;
        if changes.affects("DeletionProtectionEnabled") {
            self.protect(name, desired.deletion_protection_enabled == Some(true))
                .await?;
        }
        let capacity = [
            "BillingMode",
            "ProvisionedThroughput",
            "GlobalSecondaryIndexes",
            "AttributeDefinitions",
        ];
        if capacity.iter().any(|property| changes.affects(property)) {
            self.change_indexes_and_capacity(live, desired).await?;
        }
        if changes.affects("StreamSpecification") {
            self.change_stream(live, desired).await?;
        }
        if changes.affects("SSESpecification") {
            self.change_encryption(desired).await?;
        }
        if changes.affects("TableClass") {
            self.change_class(name, desired.table_class).await?;
        }
        Ok(())
    }

    /// Waits until no change of the table is under way and a condition holds.
    pub(super) async fn settled(
        &self,
        name: &str,
        state: &str,
        patience: WaitPolicy,
        holds: impl Fn(&Properties) -> bool + Sync,
    ) -> Result<TableDescription, DriverError> {
        until(
            &format!("the table `{name}` to become ACTIVE {state}"),
            patience,
            || async {
                // A new table is not seen immediately.
                let Some(table) = self.client.describe(name).await? else {
                    return Ok(Err("not there".to_owned()));
                };
                if let Some(state) = unsettled(&table) {
                    return Ok(Err(state));
                }
                Ok(if holds(&now(&table)?) {
                    Ok(table)
                } else {
                    Err("as it was before".to_owned())
                })
            },
        )
        .await
    }

    /// Makes one change and waits until it holds. AWS refuses a change that was already made (the
    /// answer to an earlier attempt was lost) and does not find a deleted index: neither is a
    /// failure.
    async fn apply(
        &self,
        change: UpdateTableFluentBuilder,
        state: &str,
        patience: WaitPolicy,
        holds: impl Fn(&Properties) -> bool + Sync,
    ) -> Result<(), DriverError> {
        let name = change.get_table_name().clone().unwrap_or_default();
        let send = || change.clone().send().done("dynamodb:UpdateTable");
        let refuses = ["ValidationException", "ResourceNotFoundException"];
        match retry(CHANGE, |error| DYNAMODB.passes(error), send).await {
            Err(error) if refuses.iter().any(|code| error.is(code)) => {
                match self.client.describe(&name).await? {
                    Some(table) if holds(&now(&table)?) => {}
                    _ => return Err(error),
                }
            }
            other => other?,
        }
        self.settled(&name, state, patience, holds).await.map(drop)
    }

    fn update_table(&self, name: &str) -> UpdateTableFluentBuilder {
        self.client.sdk.update_table().table_name(name)
    }

    /// Turns deletion protection on or off.
    pub(super) async fn protect(&self, name: &str, on: bool) -> Result<(), DriverError> {
        let change = self.update_table(name).deletion_protection_enabled(on);
        let state = if on {
            "with deletion protection"
        } else {
            "without deletion protection"
        };
        self.apply(change, state, CHANGE, |now| {
            now.deletion_protection_enabled == Some(on)
        })
        .await
    }

    async fn change_indexes_and_capacity(
        &self,
        live: &Properties,
        desired: &Properties,
    ) -> Result<(), DriverError> {
        let is_kept = |index: &&GlobalSecondaryIndex| {
            let wanted = find(desired, &index.index_name);
            wanted.is_some_and(|wanted| is_same(live, index, desired, wanted))
        };
        let (kept, dropped): (Vec<&GlobalSecondaryIndex>, Vec<_>) =
            live.global_secondary_indexes.iter().partition(is_kept);
        for index in dropped {
            self.drop_index(&desired.table_name, &index.index_name)
                .await?;
        }
        self.change_capacity(live, desired, &kept).await?;
        let mut there = kept;
        for index in &desired.global_secondary_indexes {
            let has_name = |other: &&GlobalSecondaryIndex| other.index_name == index.index_name;
            if !there.iter().any(has_name) {
                there.push(index);
                self.add_index(desired, index, &there).await?;
            }
        }
        Ok(())
    }

    async fn drop_index(&self, table: &str, index: &str) -> Result<(), DriverError> {
        let action = DeleteGlobalSecondaryIndexAction::builder()
            .index_name(index)
            .build()
            .map_err(incomplete)?;
        let update = GlobalSecondaryIndexUpdate::builder().delete(action).build();
        let change = self
            .update_table(table)
            .global_secondary_index_updates(update);
        self.apply(
            change,
            &format!("without its index `{index}`"),
            INDEX,
            |now| find(now, index).is_none(),
        )
        .await
    }

    /// AWS requires the types of the new index's key, and refuses those of keys that no index has
    /// yet.
    async fn add_index(
        &self,
        table: &Properties,
        index: &GlobalSecondaryIndex,
        there: &[&GlobalSecondaryIndex],
    ) -> Result<(), DriverError> {
        let keys = there
            .iter()
            .map(|index| &index.key_schema)
            .chain([&table.key_schema]);
        let action = CreateGlobalSecondaryIndexAction::builder()
            .index_name(&index.index_name)
            .set_key_schema(Some(convert::sdk_key(&index.key_schema)?))
            .projection(convert::sdk_projection(&index.projection)?)
            .set_provisioned_throughput(
                index
                    .provisioned_throughput
                    .map(convert::sdk_throughput)
                    .transpose()?,
            )
            .build()
            .map_err(incomplete)?;
        let change = self
            .update_table(&table.table_name)
            .set_attribute_definitions(Some(convert::sdk_definitions(
                &table.attribute_definitions,
                keys,
            )?))
            .global_secondary_index_updates(
                GlobalSecondaryIndexUpdate::builder().create(action).build(),
            );
        let name = &index.index_name;
        self.apply(change, &format!("with its index `{name}`"), INDEX, |now| {
            find(now, name).is_some()
        })
        .await
    }

    /// Changes the billing of the table and of the indexes that it keeps. A change to PROVISIONED
    /// requires the throughput of all of them in one call; AWS refuses throughput that does not
    /// change.
    async fn change_capacity(
        &self,
        live: &Properties,
        desired: &Properties,
        kept: &[&GlobalSecondaryIndex],
    ) -> Result<(), DriverError> {
        let switches = live.billing_mode != desired.billing_mode;
        let mut change = self.update_table(&desired.table_name);
        if switches {
            let mode = desired
                .billing_mode
                .map(|mode| convert::sdk::<SdkBillingMode>(&mode))
                .transpose()?;
            change = change.set_billing_mode(mode);
        }
        let table_changes = live.provisioned_throughput != desired.provisioned_throughput;
        if let Some(units) = desired.provisioned_throughput.filter(|_| table_changes) {
            change = change.provisioned_throughput(convert::sdk_throughput(units)?);
        }
        let pairs = kept
            .iter()
            .filter_map(|index| Some((*index, find(desired, &index.index_name)?)));
        let changed: Vec<_> = pairs
            .filter(|(live, wanted)| live.provisioned_throughput != wanted.provisioned_throughput)
            .collect();
        for (_, wanted) in &changed {
            if let Some(units) = wanted.provisioned_throughput {
                let action = UpdateGlobalSecondaryIndexAction::builder()
                    .index_name(&wanted.index_name)
                    .provisioned_throughput(convert::sdk_throughput(units)?)
                    .build()
                    .map_err(incomplete)?;
                let update = GlobalSecondaryIndexUpdate::builder().update(action).build();
                change = change.global_secondary_index_updates(update);
            }
        }
        if !switches && !table_changes && changed.is_empty() {
            return Ok(());
        }
        self.apply(change, "with its new capacity", CHANGE, |now| {
            let index = |wanted: &GlobalSecondaryIndex| {
                find(now, &wanted.index_name).map(|i| i.provisioned_throughput)
            };
            now.billing_mode == desired.billing_mode
                && now.provisioned_throughput == desired.provisioned_throughput
                && changed
                    .iter()
                    .all(|(_, wanted)| index(wanted) == Some(wanted.provisioned_throughput))
        })
        .await
    }

    /// AWS cannot change a stream's view: another stream, with another ARN, replaces it.
    async fn change_stream(
        &self,
        live: &Properties,
        desired: &Properties,
    ) -> Result<(), DriverError> {
        let name = &desired.table_name;
        if live.stream_specification.is_some() {
            self.put_stream(name, None).await?;
        }
        if desired.stream_specification.is_some() {
            self.put_stream(name, desired.stream_specification).await?;
        }
        Ok(())
    }

    async fn put_stream(
        &self,
        name: &str,
        stream: Option<StreamSpecification>,
    ) -> Result<(), DriverError> {
        let change = self
            .update_table(name)
            .stream_specification(convert::sdk_stream(stream)?);
        let state = if stream.is_some() {
            "with its stream"
        } else {
            "without a stream"
        };
        self.apply(change, state, CHANGE, |now| {
            now.stream_specification == stream
        })
        .await
    }

    /// AWS accepts a change of encryption only alone.
    async fn change_encryption(&self, desired: &Properties) -> Result<(), DriverError> {
        let Some(wanted) = &desired.sse_specification else {
            return Ok(());
        };
        let change = self
            .update_table(&desired.table_name)
            .sse_specification(convert::sdk_encryption(wanted));
        self.apply(change, "with its new encryption", CHANGE, |now| {
            let now = now.sse_specification.as_ref();
            // An alias reads back as the ARN of its key.
            let key = wanted
                .kms_master_key_id
                .as_ref()
                .filter(|key| !key.contains("alias/"));
            now.is_some_and(|now| {
                now.sse_enabled == wanted.sse_enabled
                    && key.is_none_or(|key| now.kms_master_key_id.as_ref() == Some(key))
            })
        })
        .await
    }

    async fn change_class(&self, name: &str, class: Option<TableClass>) -> Result<(), DriverError> {
        let sdk = class.map(|class| convert::sdk(&class)).transpose()?;
        let change = self.update_table(name).set_table_class(sdk);
        self.apply(change, "in its new class", CHANGE, |now| {
            now.table_class == class
        })
        .await
    }
}

/// A description as the properties by which a change is compared.
fn now(table: &TableDescription) -> Result<Properties, DriverError> {
    let mut properties = convert::described(table)?;
    normalise_table(&mut properties);
    Ok(properties)
}

fn find<'t>(table: &'t Properties, index: &str) -> Option<&'t GlobalSecondaryIndex> {
    table
        .global_secondary_indexes
        .iter()
        .find(|other| other.index_name == index)
}

/// Whether a live index can be kept: AWS cannot change its key, the types in it or its projection.
fn is_same(
    live_table: &Properties,
    live: &GlobalSecondaryIndex,
    desired_table: &Properties,
    desired: &GlobalSecondaryIndex,
) -> bool {
    let kinds = |table: &Properties, index: &GlobalSecondaryIndex| -> Vec<Option<AttributeType>> {
        index
            .key_schema
            .iter()
            .map(|element| type_of(table, &element.attribute_name))
            .collect()
    };
    live.key_schema == desired.key_schema
        && live.projection == desired.projection
        && kinds(live_table, live) == kinds(desired_table, desired)
}
