//! `AWS::Logs::LogGroup`.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_cloudwatchlogs::types::LogGroup as SdkLogGroup;
use engine::{Changes, DriverError, Holding, LiveTags, ReadCache};
use model::types::logs::{LogGroup, LogGroupClass};
use model::{Owner, Tags};

use super::client::LogsClient;
use crate::Account;
use crate::account::Quirk;
use crate::kit::calls::Calls;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::tagging::{self, Hints};
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = LogGroup<String>;
type Live = TypedLive<Properties>;

/// Reads and writes log groups.
///
/// The groups of the system's functions are read with one call by prefix, and their tags only
/// before a write, since a group may also have been created, untagged, by its function.
#[derive(Debug)]
pub(crate) struct LogGroups {
    logs: LogsClient,
}

impl LogGroups {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            logs: LogsClient::new(account),
        }
    }

    fn live(&self, properties: Properties, tags: LiveTags) -> Live {
        let name = properties.log_group_name.clone();
        let attributes = Live::assigned([
            (LogGroup::ARN, self.logs.arn(&name)),
            (LogGroup::NAME, name.clone()),
        ]);
        TypedLive {
            id: name,
            properties,
            attributes,
            tags,
        }
    }

    /// A group with its tags, if the tagging index shows them.
    fn hinted(&self, properties: Properties, hints: &Hints) -> Live {
        let tags = hints.tags(&self.logs.arn(&properties.log_group_name));
        self.live(properties, tags.unwrap_or(LiveTags::Unread))
    }
}

impl ResourceDriver for LogGroups {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];

    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, group: &mut Properties) {
        group.log_group_class.get_or_insert(LogGroupClass::Standard);
        group.deletion_protection_enabled.get_or_insert(false);
    }

    fn leave(&self, group: &mut Properties, live: &Properties) {
        leave(&mut group.log_group_class, live.log_group_class.as_ref());
        leave(&mut group.kms_key_id, live.kms_key_id.as_ref());
        leave(
            &mut group.deletion_protection_enabled,
            live.deletion_protection_enabled.as_ref(),
        );
    }

    fn check(&self, group: &Properties, checks: &mut Checks) {
        limits::check(group, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &request.properties.log_group_name;
        let hints = tagging::hints(&self.logs.account, cache).await?;
        let groups = if name.starts_with(&self.logs.prefix()) {
            self.logs.of_functions(cache).await?
        } else {
            self.logs.describe(name).await?.into()
        };
        // The service matches prefixes, so the name is compared here.
        let found = groups
            .iter()
            .find(|group| group.log_group_name() == Some(name));
        let mut found = found.map(convert::properties);
        if let Some(group) = &mut found
            && self.logs.account.may_have(Quirk::HidesLogProtection)
        {
            let stated = request.properties.deletion_protection_enabled.as_ref();
            leave(&mut group.deletion_protection_enabled, stated);
        }
        Ok(found.map(|group| self.hinted(group, &hints)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let hints = tagging::hints(&self.logs.account, cache).await?;
        let groups = self.logs.of_functions(cache).await?;
        let ours = |group: &&SdkLogGroup| {
            let name = group.log_group_name().unwrap_or_default();
            self.logs.may_be_ours(name, &hints)
        };
        let groups = groups.iter().filter(ours).map(convert::properties);
        Ok(groups.map(|group| self.hinted(group, &hints)).collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.logs, LogGroup::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        match self.make(&desired, tags).await {
            Err(error) if error.is("ResourceAlreadyExistsException") => {
                self.take_over(&desired, owner, tags, error).await?;
                if desired.deletion_protection_enabled == Some(true) {
                    self.protect(&desired.log_group_name, true).await?;
                }
            }
            made => made?,
        }
        if desired.retention_in_days.is_some() {
            self.put_retention(&desired).await?;
        }
        Ok(self.live(desired, LiveTags::Read(tags.clone())))
    }

    async fn update(
        &self,
        _: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        if changes.affects("RetentionInDays") {
            self.put_retention(desired).await?;
        }
        if changes.affects("KmsKeyId") {
            self.put_key(desired).await?;
        }
        if changes.affects("DeletionProtectionEnabled") {
            let on = desired.deletion_protection_enabled == Some(true);
            self.protect(&desired.log_group_name, on).await?;
        }
        Ok(())
    }

    /// The number of bytes that `DescribeLogGroups` shows, which lags.
    async fn holding(&self, live: &Live) -> Result<Holding, DriverError> {
        let groups = self.logs.describe(&live.id).await?;
        let mut groups = groups.iter();
        let found = groups.find(|group| group.log_group_name() == Some(&live.id));
        let bytes = found.and_then(SdkLogGroup::stored_bytes);
        let bytes = bytes.and_then(|bytes| u64::try_from(bytes).ok());
        Ok(Holding::about(bytes.unwrap_or_default(), "byte"))
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.remove(&live.id).await
    }
}
