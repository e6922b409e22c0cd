//! `AWS::SQS::Queue`.

mod calls;
mod convert;
mod limits;
mod read;
#[cfg(test)]
mod tests;
mod write;

use engine::{Changes, DriverError, Holding, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::sqs::Queue;
use model::{Owner, Tags};
use serde_json::Value;

use super::client::{SqsClient, name_of};
use crate::Account;
use crate::account::advice::is_denied;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Queue<String>;
type Live = TypedLive<Properties>;

/// Reads and writes queues.
///
/// One call lists the system's queues; reading each takes another.
#[derive(Debug)]
pub(crate) struct Queues {
    sqs: SqsClient,
}

impl Queues {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            sqs: SqsClient::new(account),
        }
    }
}

/// The default of the size of messages, in bytes. AWS raised it from 262,144 in 2025, and a Region that
/// has not followed refuses it.
const LARGEST: i32 = 1_048_576;

/// All queues may redrive unless a policy says otherwise; the sources are a set.
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

/// A queue with other attributes has the name.
fn name_is_taken(error: &DriverError) -> bool {
    error.is("QueueNameExists") || error.is("QueueAlreadyExists")
}

impl ResourceDriver for Queues {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];

    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, queue: &mut Properties) {
        queue.fifo_queue.get_or_insert(false);
        queue.content_based_deduplication.get_or_insert(false);
        queue.delay_seconds.get_or_insert(0);
        queue.maximum_message_size.get_or_insert(LARGEST);
        queue.message_retention_period.get_or_insert(345_600);
        queue.receive_message_wait_time_seconds.get_or_insert(0);
        queue.visibility_timeout.get_or_insert(30);
        queue
            .sqs_managed_sse_enabled
            .get_or_insert(queue.kms_master_key_id.is_none());
        // SQS returns a period only for a queue that has a key.
        let period = queue.kms_data_key_reuse_period_seconds.unwrap_or(300);
        queue.kms_data_key_reuse_period_seconds = queue.kms_master_key_id.as_ref().map(|_| period);
        queue.redrive_allow_policy = normalise_allow_policy(queue.redrive_allow_policy.take());
    }

    /// AWS raised the default of the size in 2025, and older queues kept theirs.
    fn leave(&self, queue: &mut Properties, live: &Properties) {
        leave(
            &mut queue.maximum_message_size,
            live.maximum_message_size.as_ref(),
        );
        if queue.sqs_managed_sse_enabled.is_none() && queue.kms_master_key_id.is_none() {
            queue.sqs_managed_sse_enabled = live.sqs_managed_sse_enabled;
            queue.kms_master_key_id.clone_from(&live.kms_master_key_id);
            queue.kms_data_key_reuse_period_seconds = live.kms_data_key_reuse_period_seconds;
        }
    }

    fn check(&self, queue: &Properties, checks: &mut Checks) {
        limits::check(queue, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &request.properties.queue_name;
        let url = if name.starts_with(&self.sqs.prefix()) {
            let urls = self.sqs.urls(cache).await?;
            urls.iter().find(|url| name_of(url) == name).cloned()
        } else {
            self.sqs.url(name).await?
        };
        match url {
            Some(url) => self.find(&url, cache).await,
            None => Ok(None),
        }
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let urls = self.sqs.urls(cache).await?;
        let queues = urls
            .iter()
            .map(async |url| match self.find(url, cache).await {
                Err(error) if is_denied(&error) => self.unread(url).map(Some),
                found => found,
            });
        let queues = try_join_all(queues).await?;
        Ok(queues.into_iter().flatten().collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.sqs, Queue::URL)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let mut stated = desired.clone();
        stated.maximum_message_size.take_if(|size| *size == LARGEST);
        let url = match self.make(&stated, tags).await {
            Err(error) if name_is_taken(&error) => self.resume(&stated, owner, tags, error).await?,
            made => made?,
        };
        self.owned(&url, &desired.queue_name, tags).await?;
        self.settled(&url, &stated).await?;
        Ok(self.live(&url, desired, LiveTags::Read(tags.clone())))
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let url = live.attribute(Queue::URL)?;
        let attributes = convert::changed(desired, changes)?;
        if !attributes.is_empty() {
            self.sqs
                .sdk
                .set_queue_attributes()
                .queue_url(url)
                .set_attributes(Some(attributes))
                .send()
                .done("sqs:SetQueueAttributes")
                .await?;
            self.settled(url, desired).await?;
        }
        Ok(())
    }

    async fn holding(&self, live: &Live) -> Result<Holding, DriverError> {
        let attributes = self.sqs.attributes(live.attribute(Queue::URL)?).await?;
        let attributes = attributes.unwrap_or_default();
        Ok(Holding::about(convert::messages(&attributes)?, "message"))
    }

    fn is_kept(&self, holding: &Holding) -> bool {
        !holding.is_empty()
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.remove(&live).await
    }
}
