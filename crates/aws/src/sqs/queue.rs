//! `AWS::SQS::Queue`.

mod attributes;
mod limits;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, diff};
use model::types::sqs::{QUEUE, Queue};
use model::{ADDRESS_TAG, SYSTEM_TAG, Tags};
use serde::Deserialize;
use serde_json::Value;

use crate::Account;
use crate::account::error::failed;
use crate::kit::tagging;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, retry, until};

type Properties = Queue<String>;
type Live = TypedLive<Properties>;

/// SQS lets a name be used again 60 seconds after its queue was deleted.
const NAME_TAKEN: WaitPolicy = WaitPolicy {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(5),
    within: Duration::from_secs(75),
};

/// Attributes take up to 60 seconds to be everywhere, and a deletion too; a new queue can be used
/// after one.
const PROPAGATION: WaitPolicy = WaitPolicy {
    first: Duration::from_millis(150),
    longest: Duration::from_secs(2),
    within: Duration::from_mins(3),
};

/// How many equal answers in a row are believed: until a change is everywhere, reads flap between
/// old and new. Where one did, the pauses between them have grown to seconds.
const STEADY: u32 = 4;

/// Reads and writes queues.
///
/// One call lists the system's queues; each takes another to read.
#[derive(Debug)]
pub(crate) struct Queues {
    account: Account,
    client: Client,
}

/// What finds a queue again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    queue_name: String,
}

impl Queues {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: Client::new(&account.config("sqs")),
        }
    }

    fn prefix(&self) -> String {
        format!("{}-", self.account.system())
    }

    fn arn(&self, name: &str) -> String {
        self.account.arn("sqs", name)
    }

    /// The URLs of the queues that have a name of the system's, one call in a reading.
    async fn ours(&self, cache: &ReadCache) -> Result<Arc<Vec<String>>, DriverError> {
        let prefix = self.prefix();
        cache
            .once(format!("sqs:ListQueues {prefix}"), || async {
                // Without a maximum SQS answers with the first thousand and does not say that there
                // are more.
                let call = self
                    .client
                    .list_queues()
                    .queue_name_prefix(&prefix)
                    .max_results(1000);
                let pages = call.into_paginator().items().send();
                pages
                    .collect::<Result<Vec<_>, _>>()
                    .await
                    .map_err(failed("sqs:ListQueues"))
            })
            .await
    }

    async fn url(&self, name: &str) -> Result<Option<String>, DriverError> {
        match self
            .client
            .get_queue_url()
            .queue_name(name)
            .send()
            .await
            .map_err(failed("sqs:GetQueueUrl"))
        {
            Err(error) if is_absent(&error) => Ok(None),
            other => Ok(other?.queue_url),
        }
    }

    /// The queue's attributes, or none if it is not there.
    async fn attributes(&self, url: &str) -> Result<Option<attributes::Attributes>, DriverError> {
        let call = self
            .client
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(QueueAttributeName::All);
        match call.send().await.map_err(failed("sqs:GetQueueAttributes")) {
            Err(error) if is_absent(&error) => Ok(None),
            other => Ok(Some(other?.attributes.unwrap_or_default())),
        }
    }

    async fn read_tags(&self, url: &str) -> Result<Tags, DriverError> {
        let answer = self.client.list_queue_tags().queue_url(url).send().await;
        Ok(answer
            .map_err(failed("sqs:ListQueueTags"))?
            .tags
            .unwrap_or_default()
            .into_iter()
            .collect())
    }

    fn live(&self, url: &str, properties: Properties, tags: LiveTags) -> Live {
        let name = properties.queue_name.clone();
        let attributes = [
            ("Arn", self.arn(&name)),
            ("QueueUrl", url.to_owned()),
            ("QueueName", name.clone()),
        ];
        let attributes: Attributes = attributes
            .map(|(name, value)| (name.to_owned(), value))
            .into();
        TypedLive {
            id: name,
            properties,
            attributes,
            tags,
        }
    }

    /// The queue, read once in a reading. A deleted queue is listed for a while yet.
    async fn find(&self, url: &str, cache: &ReadCache) -> Result<Option<Live>, DriverError> {
        let found = cache.once(format!("sqs:queue {url}"), || async {
            let Some(attributes) = self.attributes(url).await? else {
                return Ok(None);
            };
            let name = name_of(url);
            let hints = tagging::hints(&self.account, cache).await?;
            let tags = match hints.tags(&self.arn(name)) {
                Some(tags) => tags,
                // Somebody else's, or new: the index shows every queue sooner or later.
                None => match self.read_tags(url).await {
                    Err(error) if is_absent(&error) => return Ok(None),
                    tags => LiveTags::Read(tags?),
                },
            };
            Ok(Some(self.live(
                url,
                attributes::properties(name, &attributes)?,
                tags,
            )))
        });
        Ok(found.await?.as_ref().clone())
    }

    /// Makes the queue and answers with its URL. The call answers so too for a queue that has these
    /// attributes already, whoever's it is.
    async fn make(&self, queue: &Properties, tags: &Tags) -> Result<String, DriverError> {
        let call = self
            .client
            .create_queue()
            .queue_name(&queue.queue_name)
            .set_attributes(Some(attributes::all(queue)?))
            .set_tags(Some(tags.clone().into_iter().collect()));
        let answer = retry(NAME_TAKEN, was_deleted_recently, || async {
            call.clone().send().await.map_err(failed("sqs:CreateQueue"))
        });
        let made = answer.await?;
        made.queue_url
            .ok_or_else(|| DriverError::internal("SQS names no URL of a new queue"))
    }

    /// Makes a queue that an earlier attempt made from other properties as it should be now.
    async fn adopt(
        &self,
        desired: &Properties,
        tags: &Tags,
        error: DriverError,
    ) -> Result<String, DriverError> {
        let Some(url) = self.url(&desired.queue_name).await? else {
            return Err(error);
        };
        let owner = self.read_tags(&url).await?;
        if [SYSTEM_TAG, ADDRESS_TAG]
            .iter()
            .any(|key| owner.get(*key) != tags.get(*key))
        {
            return Err(error);
        }
        let Some(attributes) = self.attributes(&url).await? else {
            return Err(error);
        };
        let mut properties = attributes::properties(&desired.queue_name, &attributes)?;
        self.normalise(&mut properties);
        let changes = compare(&properties, desired)?;
        let live = self.live(&url, properties, LiveTags::Read(owner));
        let updated = self.update(live, desired.clone(), &changes).await?;
        self.retag(&updated, tags, &[]).await?;
        Ok(url)
    }

    /// Waits until the queue reads back as it should be, several times in a row.
    async fn settled(&self, url: &str, desired: &Properties) -> Result<(), DriverError> {
        let equal = AtomicU32::new(0);
        until(
            &format!(
                "the attributes of the queue `{}` to read back as written",
                desired.queue_name
            ),
            PROPAGATION,
            || async {
                let differs = match self.attributes(url).await? {
                    None => Some("not there".to_owned()),
                    Some(attributes) => {
                        let mut live = attributes::properties(&desired.queue_name, &attributes)?;
                        self.normalise(&mut live);
                        compare(&live, desired)?
                            .0
                            .first()
                            .map(|change| format!("{}: {}", change.path, change.old))
                    }
                };
                Ok(steady(&equal, differs))
            },
        )
        .await
    }

    /// Waits until the queue carries its tags. A queue that somebody else made a moment before,
    /// with the same attributes, never does.
    async fn owned(&self, url: &str, name: &str, tags: &Tags) -> Result<(), DriverError> {
        until(
            &format!("the queue `{name}` to carry this system's tags"),
            WaitPolicy::seconds(60),
            || async {
                let live = self.read_tags(url).await?;
                let same = tags.iter().all(|(key, value)| live.get(key) == Some(value));
                Ok(if same {
                    Ok(())
                } else {
                    Err(format!("{live:?}"))
                })
            },
        )
        .await
    }
}

/// Counts equal answers: `differs` is what was seen instead.
fn steady(equal: &AtomicU32, differs: Option<String>) -> Result<(), String> {
    if let Some(differs) = differs {
        equal.store(0, Ordering::Relaxed);
        return Err(differs);
    }
    let times = equal.fetch_add(1, Ordering::Relaxed) + 1;
    if times < STEADY {
        Err(format!("so {times} times in a row"))
    } else {
        Ok(())
    }
}

fn compare(live: &Properties, desired: &Properties) -> Result<Changes, DriverError> {
    let json = |queue: &Properties| {
        serde_json::to_value(queue)
            .map_err(|error| DriverError::internal(format!("a queue is no JSON ({error})")))
    };
    Ok(diff(QUEUE, &json(live)?, &json(desired)?))
}

fn name_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

// SQS answers with the codes of its JSON protocol or, with those of its older one, in a header that
// the SDK prefers.

fn is_absent(error: &DriverError) -> bool {
    error.is("QueueDoesNotExist") || error.is("AWS.SimpleQueueService.NonExistentQueue")
}

fn was_deleted_recently(error: &DriverError) -> bool {
    error.is("QueueDeletedRecently") || error.is("AWS.SimpleQueueService.QueueDeletedRecently")
}

/// The name is taken by a queue with other attributes.
fn exists(error: &DriverError) -> bool {
    error.is("QueueNameExists") || error.is("QueueAlreadyExists")
}

/// All may redrive where no policy says who; the sources are a set.
fn normalise_allow_policy(policy: Option<Value>) -> Option<Value> {
    let mut policy = policy.filter(|policy| policy["redrivePermission"] != "allowAll")?;
    if let Some(sources) = policy
        .get_mut("sourceQueueArns")
        .and_then(Value::as_array_mut)
    {
        sources.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    }
    Some(policy)
}

#[async_trait]
impl ResourceDriver for Queues {
    type Properties = Properties;
    type Identity = Identity;

    fn normalise(&self, queue: &mut Properties) {
        queue.fifo_queue.get_or_insert(false);
        queue.content_based_deduplication.get_or_insert(false);
        queue.delay_seconds.get_or_insert(0);
        queue.maximum_message_size.get_or_insert(1_048_576);
        queue.message_retention_period.get_or_insert(345_600);
        queue.receive_message_wait_time_seconds.get_or_insert(0);
        queue.visibility_timeout.get_or_insert(30);
        queue
            .sqs_managed_sse_enabled
            .get_or_insert(queue.kms_master_key_id.is_none());
        // SQS answers with a period only for a queue that has a key.
        let period = queue.kms_data_key_reuse_period_seconds.unwrap_or(300);
        queue.kms_data_key_reuse_period_seconds = queue.kms_master_key_id.as_ref().map(|_| period);
        queue.redrive_allow_policy = normalise_allow_policy(queue.redrive_allow_policy.take());
    }

    async fn read(
        &self,
        wanted: TypedReadRequest<'_, Identity, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &wanted.identity.queue_name;
        let url = if name.starts_with(&self.prefix()) {
            self.ours(cache)
                .await?
                .iter()
                .find(|url| name_of(url) == name)
                .cloned()
        } else {
            self.url(name).await?
        };
        match url {
            Some(url) => self.find(&url, cache).await,
            None => Ok(None),
        }
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let urls = self.ours(cache).await?;
        let queues =
            futures_util::future::try_join_all(urls.iter().map(|url| self.find(url, cache)))
                .await?;
        Ok(queues.into_iter().flatten().collect())
    }

    async fn tags(&self, live: &Live) -> Result<Tags, DriverError> {
        self.read_tags(live.attribute("QueueUrl")?).await
    }

    async fn create(&self, mut desired: Properties, tags: &Tags) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::check(&desired)?;
        let url = match self.make(&desired, tags).await {
            Err(error) if exists(&error) => self.adopt(&desired, tags, error).await?,
            made => made?,
        };
        self.owned(&url, &desired.queue_name, tags).await?;
        self.settled(&url, &desired).await?;
        Ok(self.live(&url, desired, LiveTags::Read(tags.clone())))
    }

    async fn update(
        &self,
        live: Live,
        mut desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::check(&desired)?;
        let url = live.attribute("QueueUrl")?;
        let attributes = attributes::changed(&desired, changes)?;
        if !attributes.is_empty() {
            let call = self
                .client
                .set_queue_attributes()
                .queue_url(url)
                .set_attributes(Some(attributes));
            call.send()
                .await
                .map_err(failed("sqs:SetQueueAttributes"))?;
            self.settled(url, &desired).await?;
        }
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        let url = live.attribute("QueueUrl")?;
        if !remove.is_empty() {
            let call = self
                .client
                .untag_queue()
                .queue_url(url)
                .set_tag_keys(Some(remove.to_vec()));
            call.send().await.map_err(failed("sqs:UntagQueue"))?;
        }
        if !set.is_empty() {
            let call = self
                .client
                .tag_queue()
                .queue_url(url)
                .set_tags(Some(set.clone().into_iter().collect()));
            call.send().await.map_err(failed("sqs:TagQueue"))?;
        }
        Ok(())
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let url = live.attribute("QueueUrl")?;
        match self
            .client
            .delete_queue()
            .queue_url(url)
            .send()
            .await
            .map_err(failed("sqs:DeleteQueue"))
        {
            Err(error) if is_absent(&error) => {}
            other => drop(other?),
        }
        let absent = AtomicU32::new(0);
        until(
            &format!("the queue `{}` to be deleted", live.id),
            PROPAGATION,
            || async {
                let there = self.attributes(url).await?.map(|_| "there".to_owned());
                Ok(steady(&absent, there))
            },
        )
        .await
    }
}
