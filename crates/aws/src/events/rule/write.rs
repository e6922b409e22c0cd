//! How rules are written.

use aws_sdk_eventbridge::types::RuleState;
use engine::{DriverError, LiveTags};
use model::types::events::{Rule, Target};
use model::{Owner, Tags};

use super::{Live, Properties, Rules, convert};
use crate::events::client::{DELETIONS, EVENTS, LAG, sdk_tags};
use crate::kit::call::Call as _;
use crate::kit::gone::until_gone;
use crate::kit::ownership::adopt;
use crate::kit::tag_store::TagCalls as _;
use crate::kit::typed::ResourceDriver as _;
use crate::kit::wait::until;

/// The most targets of a rule. Source: EventBridge API reference, `PutTargets`.
const TARGETS: usize = 5;

/// The most targets in one call. Source: as above.
const PER_CALL: usize = 10;

impl Rules {
    /// Creates the rule, or writes all that a rule has but its targets and tags: what the call omits
    /// is removed. Tags count at the creation only.
    pub(super) async fn put(
        &self,
        desired: &Properties,
        tags: Option<&Tags>,
    ) -> Result<(), DriverError> {
        let pattern = desired.event_pattern.as_ref().map(ToString::to_string);
        let call = self
            .client
            .sdk
            .put_rule()
            .name(&desired.name)
            // Sent even if it is empty: an emulator keeps what is omitted.
            .description(desired.description.as_deref().unwrap_or_default())
            .set_event_pattern(pattern)
            .set_schedule_expression(desired.schedule_expression.clone())
            .set_state(desired.state.as_deref().map(RuleState::from))
            .set_role_arn(desired.role_arn.clone())
            .set_tags(tags.map(sdk_tags).transpose()?);
        EVENTS
            .write(|| call.clone().send().done("events:PutRule"))
            .await
    }

    /// Goes on with the rule that an earlier attempt created. `PutRule` would write over the rule of
    /// another owner, so ownership is read before.
    pub(super) async fn resume(
        &self,
        found: Live,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let found_tags = self.client.tags(found.attribute(Rule::ARN)?).await?;
        let refused = DriverError::Invalid(format!(
            "the rule `{}` exists already and is not this resource",
            desired.name
        ));
        adopt(&found_tags, owner, refused)?;
        let tags_read = LiveTags::Read(found_tags);
        let found = Live {
            tags: tags_read,
            ..found
        };
        self.resumed(found, desired, tags).await
    }

    /// Waits until a new rule can be read and carries its tags. If another one took the name
    /// meanwhile, it has tags of its own.
    pub(super) async fn owned(
        &self,
        desired: Properties,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let name = &desired.name;
        let condition = format!("the rule `{name}` to carry this system's tags");
        let live = until(&condition, LAG, || async {
            let Some(live) = self.untagged(name).await? else {
                return Ok(Err("it is not known".to_owned()));
            };
            let found = self.client.tags(live.attribute(Rule::ARN)?).await?;
            let mut expected = tags.iter();
            let same = expected.all(|(key, value)| found.get(key) == Some(value));
            Ok(same.then_some(live).ok_or_else(|| format!("{found:?}")))
        })
        .await?;
        Ok(Live {
            properties: desired,
            tags: LiveTags::Read(tags.clone()),
            ..live
        })
    }

    /// Writes the targets that differ, and removes those that are not described. New ones are added
    /// before, so that no event is missed, unless that would be more than a rule may have.
    pub(super) async fn write_targets(
        &self,
        live: &Properties,
        desired: &Properties,
    ) -> Result<(), DriverError> {
        let has = |targets: &[Target<String>], id: &str| targets.iter().any(|one| one.id == id);
        let (old, new) = (&live.targets, &desired.targets);
        let removed = old.iter().filter(|one| !has(new, &one.id));
        let removed: Vec<_> = removed.map(|one| one.id.clone()).collect();
        let written = new.iter().filter(|one| !old.contains(one));
        let written: Vec<_> = written.cloned().collect();
        if new.len() + removed.len() > TARGETS {
            self.remove_targets(&desired.name, &removed).await?;
            return self.put_targets(&desired.name, &written).await;
        }
        self.put_targets(&desired.name, &written).await?;
        self.remove_targets(&desired.name, &removed).await
    }

    /// Adds targets, or writes over those with the same ids.
    pub(super) async fn put_targets(
        &self,
        rule: &str,
        targets: &[Target<String>],
    ) -> Result<(), DriverError> {
        for targets in targets.chunks(PER_CALL) {
            let targets = targets.iter().map(convert::sdk_target);
            let targets = targets.collect::<Result<Vec<_>, _>>()?;
            let call = self.client.sdk.put_targets().rule(rule);
            let call = call.set_targets(Some(targets));
            EVENTS
                .write(|| async {
                    let operation = "events:PutTargets";
                    let answer = call.clone().send().sent(operation).await?;
                    let mut failed = answer.failed_entries.unwrap_or_default().into_iter();
                    failed.next().map_or(Ok(()), |entry| {
                        let (code, message) = (entry.error_code, entry.error_message);
                        Err(refused(operation, entry.target_id, code, message))
                    })
                })
                .await?;
        }
        Ok(())
    }

    /// Removes targets, however they came to the rule.
    async fn remove_targets(&self, rule: &str, ids: &[String]) -> Result<(), DriverError> {
        for ids in ids.chunks(PER_CALL) {
            let call = self.client.sdk.remove_targets().rule(rule);
            let call = call.set_ids(Some(ids.to_vec()));
            EVENTS
                .delete(|| async {
                    let operation = "events:RemoveTargets";
                    let answer = call.clone().send().sent(operation).await?;
                    let mut failed = answer.failed_entries.unwrap_or_default().into_iter();
                    failed.next().map_or(Ok(()), |entry| {
                        let (code, message) = (entry.error_code, entry.error_message);
                        Err(refused(operation, entry.target_id, code, message))
                    })
                })
                .await?;
        }
        Ok(())
    }

    /// Removes all targets, deletes the rule, and waits until it is deleted.
    pub(super) async fn delete_rule(&self, name: &str) -> Result<(), DriverError> {
        let call = self.client.sdk.delete_rule().name(name);
        DELETIONS
            .delete(|| async {
                let targets = self.targets(name).await?.into_iter();
                let ids: Vec<_> = targets.map(|target| target.id).collect();
                self.remove_targets(name, &ids).await?;
                call.clone().send().done("events:DeleteRule").await
            })
            .await?;
        until_gone(&format!("the rule `{name}`"), LAG, || self.described(name)).await
    }
}

/// The error of one target of a call, which succeeds all the same.
fn refused(
    operation: &'static str,
    target: Option<String>,
    code: Option<String>,
    message: Option<String>,
) -> DriverError {
    let (target, message) = (target.unwrap_or_default(), message.unwrap_or_default());
    DriverError::Service {
        operation,
        code: code.unwrap_or_default(),
        message: format!("{message} (target `{target}`)"),
        request_id: None,
    }
}
