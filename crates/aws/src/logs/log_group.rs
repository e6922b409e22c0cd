//! `AWS::Logs::LogGroup`.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::{LogGroup as SdkLogGroup, LogGroupClass as SdkClass};
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache};
use model::types::logs::{LogGroup, LogGroupClass};
use model::{ADDRESS_TAG, Address, Owner, Tags};
use serde::Deserialize;

use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::tagging::{self, Hints};
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, retry};

type Properties = LogGroup<String>;
type Live = TypedLive<Properties>;

/// Reads and writes log groups.
///
/// The groups of the system's functions are read with one call by prefix; their tags only before a
/// write, since a group may also have been made, untagged, by its function ([`Self::claims`]).
#[derive(Debug)]
pub(crate) struct LogGroups {
    account: Account,
    client: Client,
}

/// What finds a group again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    log_group_name: String,
}

impl LogGroups {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: Client::new(&account.config("logs")),
        }
    }

    /// The prefix of the groups that the system's functions write to.
    fn prefix(&self) -> String {
        format!("/aws/lambda/{}-", self.account.system())
    }

    fn arn(&self, name: &str) -> String {
        self.account.arn("logs", &format!("log-group:{name}"))
    }

    async fn describe(&self, prefix: &str) -> Result<Vec<SdkLogGroup>, DriverError> {
        let pages = self
            .client
            .describe_log_groups()
            .log_group_name_prefix(prefix)
            .into_paginator()
            .items()
            .send();
        pages
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(failed("logs:DescribeLogGroups"))
    }

    /// The groups of the system's functions, one call in a reading.
    async fn ours(
        &self,
        cache: &ReadCache,
    ) -> Result<std::sync::Arc<Vec<SdkLogGroup>>, DriverError> {
        let prefix = self.prefix();
        cache
            .once(format!("logs:DescribeLogGroups {prefix}"), || {
                self.describe(&prefix)
            })
            .await
    }

    fn live(&self, group: &SdkLogGroup, hints: Option<&Hints>) -> Live {
        let name = group.log_group_name().unwrap_or_default();
        let arn = self.arn(name);
        let tags = hints
            .and_then(|hints| hints.tags(&arn))
            .unwrap_or(LiveTags::Unread);
        TypedLive {
            id: name.to_owned(),
            properties: LogGroup {
                log_group_name: name.to_owned(),
                retention_in_days: group.retention_in_days(),
                log_group_class: group.log_group_class().and_then(class),
                kms_key_id: group.kms_key_id().map(str::to_owned),
            },
            attributes: Attributes::from([
                ("Arn".to_owned(), arn),
                ("LogGroupName".to_owned(), name.to_owned()),
            ]),
            tags,
        }
    }

    /// Reads one group as it is now. The service matches prefixes, so the name is compared here.
    async fn find(&self, name: &str) -> Result<Option<SdkLogGroup>, DriverError> {
        let groups = self.describe(name).await?;
        Ok(groups
            .into_iter()
            .find(|group| group.log_group_name() == Some(name)))
    }

    async fn put_retention(&self, name: &str, days: Option<i32>) -> Result<(), DriverError> {
        retry(WaitPolicy::seconds(60), passes, || async {
            if let Some(days) = days {
                self.client
                    .put_retention_policy()
                    .log_group_name(name)
                    .retention_in_days(days)
                    .send()
                    .done("logs:PutRetentionPolicy")
                    .await
            } else {
                self.client
                    .delete_retention_policy()
                    .log_group_name(name)
                    .send()
                    .done("logs:DeleteRetentionPolicy")
                    .await
            }
        })
        .await
    }

    async fn put_key(&self, name: &str, key: Option<&str>) -> Result<(), DriverError> {
        if let Some(key) = key {
            self.client
                .associate_kms_key()
                .log_group_name(name)
                .kms_key_id(key)
                .send()
                .done("logs:AssociateKmsKey")
                .await
        } else {
            self.client
                .disassociate_kms_key()
                .log_group_name(name)
                .send()
                .done("logs:DisassociateKmsKey")
                .await
        }
    }

    /// Whether an existing group of the wanted name may be taken: it is ours already, or carries no
    /// owner, as the one that a function makes on its first line.
    async fn claims(&self, name: &str, tags: &Tags) -> Result<bool, DriverError> {
        let live = self.read_tags(&self.arn(name)).await?;
        Ok(live
            .get(ADDRESS_TAG)
            .is_none_or(|address| Some(address) == tags.get(ADDRESS_TAG)))
    }

    async fn read_tags(&self, arn: &str) -> Result<Tags, DriverError> {
        let answer = self
            .client
            .list_tags_for_resource()
            .resource_arn(arn)
            .send()
            .await;
        let answer = answer.map_err(failed("logs:ListTagsForResource"))?;
        Ok(answer
            .tags()
            .cloned()
            .unwrap_or_default()
            .into_iter()
            .collect())
    }
}

/// Another change of the same group is under way.
fn passes(error: &DriverError) -> bool {
    error.is("OperationAbortedException")
}

fn class(class: &SdkClass) -> Option<LogGroupClass> {
    match class {
        SdkClass::Standard => Some(LogGroupClass::Standard),
        SdkClass::InfrequentAccess => Some(LogGroupClass::InfrequentAccess),
        SdkClass::Delivery => Some(LogGroupClass::Delivery),
        _ => None,
    }
}

fn sdk_class(class: LogGroupClass) -> SdkClass {
    match class {
        LogGroupClass::Standard => SdkClass::Standard,
        LogGroupClass::InfrequentAccess => SdkClass::InfrequentAccess,
        LogGroupClass::Delivery => SdkClass::Delivery,
    }
}

impl ResourceDriver for LogGroups {
    type Properties = Properties;

    fn normalise(&self, group: &mut Properties) {
        group.log_group_class.get_or_insert(LogGroupClass::Standard);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &request.properties.log_group_name;
        let hints = tagging::hints(&self.account, cache).await?;
        if !name.starts_with(&self.prefix()) {
            return Ok(self
                .find(name)
                .await?
                .map(|group| self.live(&group, Some(&hints))));
        }
        let groups = self.ours(cache).await?;
        let found = groups
            .iter()
            .find(|group| group.log_group_name() == Some(name));
        Ok(found.map(|group| self.live(group, Some(&hints))))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let hints = tagging::hints(&self.account, cache).await?;
        Ok(self
            .ours(cache)
            .await?
            .iter()
            .map(|group| self.live(group, Some(&hints)))
            .collect())
    }

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        self.read_tags(live.attribute("Arn")?).await
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let name = &desired.log_group_name;
        match self
            .client
            .create_log_group()
            .log_group_name(name)
            .set_log_group_class(desired.log_group_class.map(sdk_class))
            .set_kms_key_id(desired.kms_key_id.clone())
            .set_tags(Some(tags.clone().into_iter().collect()))
            .send()
            .sent("logs:CreateLogGroup")
            .await
        {
            // An earlier attempt of this very call, or the function itself, was faster.
            Err(error)
                if error.is("ResourceAlreadyExistsException")
                    && self.claims(name, tags).await? => {}
            other => drop(other?),
        }
        if desired.retention_in_days.is_some() {
            self.put_retention(name, desired.retention_in_days).await?;
        }
        let created = SdkLogGroup::builder()
            .log_group_name(name)
            .set_retention_in_days(desired.retention_in_days)
            .set_log_group_class(desired.log_group_class.map(sdk_class))
            .set_kms_key_id(desired.kms_key_id.clone())
            .build();
        let mut live = self.live(&created, None);
        live.tags = LiveTags::Read(tags.clone());
        Ok(live)
    }

    async fn update(
        &self,
        live: Live,
        desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        let name = &desired.log_group_name;
        if changes.affects("RetentionInDays") {
            self.put_retention(name, desired.retention_in_days).await?;
        }
        if changes.affects("KmsKeyId") {
            self.put_key(name, desired.kms_key_id.as_deref()).await?;
        }
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        let arn = live.attribute("Arn")?;
        let tags = tags.clone().into_iter().collect();
        self.client
            .tag_resource()
            .resource_arn(arn)
            .set_tags(Some(tags))
            .send()
            .sent("logs:TagResource")
            .await
    }

    async fn untag(&self, live: &Live, keys: &[String]) -> Result<(), DriverError> {
        let arn = live.attribute("Arn")?;
        self.client
            .untag_resource()
            .resource_arn(arn)
            .set_tag_keys(Some(keys.to_vec()))
            .send()
            .sent("logs:UntagResource")
            .await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        retry(WaitPolicy::seconds(60), passes, || async {
            match self
                .client
                .delete_log_group()
                .log_group_name(&live.id)
                .send()
                .sent("logs:DeleteLogGroup")
                .await
            {
                Err(error) if error.is("ResourceNotFoundException") => Ok(()),
                other => other.map(drop),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fake_aws::FakeAws;

    #[tokio::test(start_paused = true)]
    async fn an_aborted_retention_change_is_made_again() {
        let aborted = r#"{"__type":"OperationAbortedException","message":"Please try again."}"#;
        let fake = FakeAws::new([
            ("CreateLogGroup", 200, "{}"),
            ("PutRetentionPolicy", 400, aborted),
            ("PutRetentionPolicy", 400, aborted),
            ("PutRetentionPolicy", 200, "{}"),
        ]);
        let driver = LogGroups::new(&Account::for_tests(&fake));
        let live = driver
            .create(group("/aws/lambda/acme-f"), &Tags::new())
            .await
            .unwrap();
        assert_eq!(live.properties.retention_in_days, Some(30));
        fake.assert_used();
    }

    #[tokio::test]
    async fn a_group_of_another_owner_is_not_taken() {
        let fake = FakeAws::new([
            (
                "CreateLogGroup",
                400,
                r#"{"__type":"ResourceAlreadyExistsException","message":"exists"}"#,
            ),
            (
                "ListTagsForResource",
                200,
                r#"{"tags":{"frontage:address":"other/group"}}"#,
            ),
        ]);
        let driver = LogGroups::new(&Account::for_tests(&fake));
        let error = driver
            .create(group("/aws/lambda/acme-f"), &Tags::new())
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "logs:CreateLogGroup: ResourceAlreadyExistsException: exists"
        );
    }

    fn group(name: &str) -> Properties {
        LogGroup {
            log_group_name: name.to_owned(),
            retention_in_days: Some(30),
            log_group_class: None,
            kms_key_id: None,
        }
    }
}
