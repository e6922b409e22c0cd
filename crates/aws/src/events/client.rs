//! EventBridge in the system's account and Region.

use std::sync::Arc;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::Tag;
use engine::{DriverError, ReadCache};
use model::Tags;

use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::{Code, Message};
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

const BUSY: &str = "ConcurrentModificationException";

/// The errors of EventBridge. Two pass: another change of the rule is under way; a role is so new
/// that EventBridge does not know its trust policy, for as long as IAM may take. Source of the
/// message: the issue Miserlou/Zappa#381, which quotes AWS.
pub(super) const EVENTS: Consistency = Consistency {
    absent: &[Code("ResourceNotFoundException")],
    passing: &[
        Code(BUSY),
        Message("ValidationException", "cannot be assumed by principal"),
    ],
    policy: WaitPolicy::seconds(120),
};

/// The errors of EventBridge's deletions: a target that was just removed may still count, or another
/// was added meanwhile. Source of the message: getmoto/moto#5056, which quotes AWS.
pub(super) const DELETIONS: Consistency = Consistency {
    passing: &[
        Code(BUSY),
        Message(
            "ValidationException",
            "Rule can't be deleted since it has targets",
        ),
    ],
    ..EVENTS
};

/// How long a rule may be unknown after its creation, or still be known after its deletion.
pub(super) const LAG: WaitPolicy = WaitPolicy::seconds(60);

/// EventBridge in the system's account and Region.
#[derive(Debug)]
pub(super) struct EventsClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

impl EventsClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    /// The names of the rules of the default bus that begin as the system's do, read once per run.
    pub(super) async fn names(&self, cache: &ReadCache) -> Result<Arc<Vec<String>>, DriverError> {
        let prefix = format!("{}-", self.account.system());
        let list = || async {
            let (mut names, mut token) = (Vec::new(), None);
            loop {
                let call = self.sdk.list_rules().name_prefix(&prefix);
                let call = call.set_next_token(token).send();
                let page = call.sent("events:ListRules").await?;
                let rules = page.rules.unwrap_or_default().into_iter();
                names.extend(rules.filter_map(|rule| rule.name));
                token = page.next_token;
                if token.is_none() {
                    return Ok(names);
                }
            }
        };
        cache.once("events:ListRules", list).await
    }
}

/// Tags in the form of the calls.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    let pairs = tags.iter();
    let tags = pairs.map(|(key, value)| Tag::builder().key(key).value(value).build());
    tags.collect::<Result<_, _>>()
        .map_err(|error| DriverError::internal(format!("a tag is incomplete ({error})")))
}

/// The calls name a rule by its ARN.
impl TagCalls for EventsClient {
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let call = self.sdk.list_tags_for_resource().resource_arn(arn).send();
        let found = EVENTS.found(call.sent("events:ListTagsForResource").await)?;
        let tags = found.map(|found| found.tags.unwrap_or_default().into_iter());
        Ok(tags.map(|tags| tags.map(|tag| (tag.key, tag.value)).collect()))
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self.sdk.tag_resource().resource_arn(arn);
        let call = call.set_tags(Some(sdk_tags(tags)?));
        EVENTS
            .write(|| call.clone().send().done("events:TagResource"))
            .await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self.sdk.untag_resource().resource_arn(arn);
        let call = call.set_tag_keys(Some(keys.to_vec()));
        EVENTS
            .delete(|| call.clone().send().done("events:UntagResource"))
            .await
    }
}
