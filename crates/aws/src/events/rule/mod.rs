//! `AWS::Events::Rule`.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_eventbridge::operation::describe_rule::DescribeRuleOutput;
use aws_sdk_eventbridge::types::Target as SdkTarget;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::events::Rule;
use model::{Owner, Tags};

use super::client::{EVENTS, EventsClient};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagCalls as _, TagStore};
use crate::kit::tagging;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Rule<String>;
type Live = TypedLive<Properties>;

/// Reads and writes rules of the default bus, with their targets.
///
/// What a target has for a single service (ECS, Batch, Kinesis…) is not described: it is not
/// compared, and a change of the target removes it.
#[derive(Debug)]
pub(crate) struct Rules {
    client: EventsClient,
}

impl Rules {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: EventsClient::new(account),
        }
    }

    async fn described(&self, name: &str) -> Result<Option<DescribeRuleOutput>, DriverError> {
        let operation = "events:DescribeRule";
        let answer = self.client.sdk.describe_rule().name(name).send();
        EVENTS.described(answer.sent(operation).await, operation, |rule| {
            rule.arn.is_some().then_some(rule)
        })
    }

    /// A rule's targets; none if it does not exist.
    async fn targets(&self, name: &str) -> Result<Vec<SdkTarget>, DriverError> {
        let (mut targets, mut token) = (Vec::new(), None);
        loop {
            let call = self.client.sdk.list_targets_by_rule().rule(name);
            let call = call.set_next_token(token).send();
            let page = EVENTS.found(call.sent("events:ListTargetsByRule").await)?;
            let Some(page) = page else {
                return Ok(Vec::new());
            };
            targets.extend(page.targets.unwrap_or_default());
            token = page.next_token;
            if token.is_none() {
                return Ok(targets);
            }
        }
    }

    /// The rule as it is now, without its tags.
    async fn untagged(&self, name: &str) -> Result<Option<Live>, DriverError> {
        let (described, targets) = tokio::try_join!(self.described(name), self.targets(name))?;
        Ok(described.map(|rule| TypedLive {
            id: name.to_owned(),
            properties: convert::properties(name, &rule, targets),
            attributes: Live::assigned([(Rule::ARN, rule.arn)]),
            tags: LiveTags::Unread,
        }))
    }

    async fn find(&self, name: &str, cache: &ReadCache) -> Result<Option<Live>, DriverError> {
        let Some(live) = self.untagged(name).await? else {
            return Ok(None);
        };
        let arn = live.attribute(Rule::ARN)?;
        let hints = tagging::hints(&self.client.account, cache).await?;
        let tags = match hints.tags(arn) {
            Some(tags) => Some(tags),
            None => self.client.known(arn).await?.map(LiveTags::Read),
        };
        Ok(tags.map(|tags| Live { tags, ..live }))
    }
}

impl ResourceDriver for Rules {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("events");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, rule: &mut Properties) {
        rule.description.take_if(|text| text.is_empty());
        rule.state.get_or_insert_with(|| "ENABLED".to_owned());
        rule.targets.iter_mut().for_each(convert::normalise);
        rule.targets.sort_by(|one, other| one.id.cmp(&other.id));
    }

    fn leave(&self, rule: &mut Properties, live: &Properties) {
        leave(&mut rule.role_arn, live.role_arn.as_ref());
    }

    fn check(&self, rule: &Properties, checks: &mut Checks) {
        limits::check(rule, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        self.find(&request.properties.name, cache).await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let names = self.client.names(cache).await?;
        let found = try_join_all(names.iter().map(|name| self.find(name, cache))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.client, Rule::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        if let Some(found) = self.untagged(&desired.name).await? {
            return self.resume(found, desired, owner, tags).await;
        }
        self.put(&desired, Some(tags)).await?;
        // A rule that is not known yet has no targets.
        let live = self.owned(desired, tags).await?;
        let desired = &live.properties;
        self.put_targets(&desired.name, &desired.targets).await?;
        Ok(live)
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let of_the_rule = [
            "Description",
            "EventPattern",
            "ScheduleExpression",
            "State",
            "RoleArn",
        ];
        if of_the_rule.iter().any(|name| changes.affects(name)) {
            self.put(desired, None).await?;
        }
        if changes.affects("Targets") {
            self.write_targets(&live.properties, desired).await?;
        }
        Ok(())
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.delete_rule(&live.id).await
    }
}
