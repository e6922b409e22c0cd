//! The client of `DynamoDB`: the calls that read a table, and the errors that pass.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    ContinuousBackupsDescription, TableDescription, Tag, TimeToLiveDescription,
};
use engine::{DriverError, ReadCache};
use model::Tags;

use crate::Account;
use crate::control;
use crate::kit::call::Call as _;
use crate::kit::consistency::{Consistency, Error};
use crate::kit::tagging;
use crate::kit::wait::WaitPolicy;

/// `DynamoDB`'s errors. The policy is for other tables of the account that are being created or
/// changed.
pub(super) const DYNAMODB: Consistency = Consistency {
    absent: &[
        Error::Code("ResourceNotFoundException"),
        Error::Code("TableNotFoundException"),
    ],
    passing: &[
        // Another change of the table is under way.
        Error::Except(IN_USE, BEING_DELETED),
        // Too many changes in the account are under way.
        Error::Message(LIMIT_EXCEEDED, SIMULTANEOUSLY),
    ],
    policy: WaitPolicy::seconds(600),
};

/// The code of a table that exists, is being changed or is being deleted.
pub(super) const IN_USE: &str = "ResourceInUseException";

const BEING_DELETED: &str = "Table is being deleted";

/// The code of a quota of the account, and of too many changes at a time.
const LIMIT_EXCEEDED: &str = "LimitExceededException";

const SIMULTANEOUSLY: &str = "simultaneously";

/// AWS creates a limited number of tables at a time, and only one with indexes.
pub(super) fn is_crowded(error: &DriverError) -> bool {
    error.has_message(LIMIT_EXCEEDED, SIMULTANEOUSLY)
}

/// The table is being deleted, and nothing can be done to it.
pub(super) fn is_being_deleted(error: &DriverError) -> bool {
    error.has_message(IN_USE, BEING_DELETED)
}

/// Reads tables.
#[derive(Debug)]
pub(super) struct DynamoDbClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
    kms: aws_sdk_kms::Client,
}

impl DynamoDbClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
            kms: account.client(),
        }
    }

    /// The ARN of a table.
    pub(super) fn arn(&self, name: &str) -> String {
        self.account.arn("dynamodb", &format!("table/{name}"))
    }

    /// The names of the tables that may be the system's: those that the tagging index shows or,
    /// where that cannot be read, those whose names have the system's prefix.
    pub(super) async fn candidates(&self, cache: &ReadCache) -> Result<Vec<String>, DriverError> {
        let control = control::table(self.account.system());
        let hints = tagging::hints(&self.account, cache).await?;
        if hints.are_known() {
            let prefix = self.arn("");
            let names = hints
                .names(&prefix)
                .filter(|name| !name.contains('/') && *name != control);
            return Ok(names.map(str::to_owned).collect());
        }
        let prefix = format!("{}-", self.account.system());
        let listed = self
            .sdk
            .list_tables()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .sent("dynamodb:ListTables")
            .await?;
        let names = listed.into_iter();
        Ok(names
            .filter(|name| name.starts_with(&prefix) && *name != control)
            .collect())
    }

    pub(super) async fn describe(
        &self,
        name: &str,
    ) -> Result<Option<TableDescription>, DriverError> {
        let call = self.sdk.describe_table().table_name(name);
        let operation = "dynamodb:DescribeTable";
        let answer = call.send().sent(operation).await;
        DYNAMODB.described(answer, operation, |answer| answer.table)
    }

    pub(super) async fn describe_expiry(
        &self,
        name: &str,
    ) -> Result<Option<TimeToLiveDescription>, DriverError> {
        let call = self.sdk.describe_time_to_live().table_name(name);
        let answer = call.send().sent("dynamodb:DescribeTimeToLive").await?;
        Ok(answer.time_to_live_description)
    }

    pub(super) async fn describe_backups(
        &self,
        name: &str,
    ) -> Result<Option<ContinuousBackupsDescription>, DriverError> {
        let call = self.sdk.describe_continuous_backups().table_name(name);
        let answer = call.send().sent("dynamodb:DescribeContinuousBackups").await;
        Ok(answer?.continuous_backups_description)
    }

    /// The tags of a table; `None` if it does not exist.
    pub(super) async fn tags(&self, name: &str) -> Result<Option<Tags>, DriverError> {
        let call = self
            .sdk
            .list_tags_of_resource()
            .resource_arn(self.arn(name));
        let mut tags = Tags::new();
        let mut next = None;
        loop {
            let call = call.clone().set_next_token(next);
            let page = call.send().sent("dynamodb:ListTagsOfResource").await;
            let Some(page) = DYNAMODB.found(page)? else {
                return Ok(None);
            };
            let pairs = page.tags.unwrap_or_default().into_iter();
            tags.extend(pairs.map(|tag| (tag.key, tag.value)));
            next = page.next_token;
            if next.is_none() {
                return Ok(Some(tags));
            }
        }
    }

    /// The ARN of the KMS key that has an alias. AWS's own key exists only once something was
    /// encrypted with it.
    pub(super) async fn key_of(&self, alias: &str) -> Result<Option<String>, DriverError> {
        let answer = self.kms.describe_key().key_id(alias).send();
        match answer.sent("kms:DescribeKey").await {
            Err(error) if error.is("NotFoundException") => Ok(None),
            answer => Ok(answer?.key_metadata.and_then(|key| key.arn)),
        }
    }
}

/// Tags in the SDK's types.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    let tags = tags.iter().map(tag).collect::<Result<_, _>>();
    tags.map_err(incomplete)
}

/// A request that lacks a member.
#[allow(clippy::needless_pass_by_value)] // as map_err hands it over
pub(super) fn incomplete(error: BuildError) -> DriverError {
    DriverError::internal(error.to_string())
}
