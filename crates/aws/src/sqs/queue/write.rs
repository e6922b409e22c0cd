//! The creation and deletion of queues, with their waits.

use std::time::Duration;

use engine::{DriverError, LiveTags};
use model::types::sqs::Queue;
use model::{Owner, Tags};

use super::{Live, Properties, Queues, convert};
use crate::kit::call::Call as _;
use crate::kit::ownership::adopt;
use crate::kit::steady::until_steady;
use crate::kit::tag_store::TagCalls as _;
use crate::kit::typed::{ResourceDriver as _, changes};
use crate::kit::wait::{WaitPolicy, until};
use crate::sqs::client::SQS;

/// Attributes take up to 60 seconds to propagate, and so does a deletion; a new queue can be used
/// after one second.
const PROPAGATION: WaitPolicy = WaitPolicy {
    first: Duration::from_millis(150),
    longest: Duration::from_secs(2),
    within: Duration::from_mins(3),
};

/// The number of equal reads in a row that is trusted: until a change has propagated, reads
/// alternate between old and new. If one did, the pauses between them have grown to seconds.
const STEADY: u32 = 4;

impl Queues {
    /// Creates the queue and returns its URL. The call also succeeds for an existing queue with
    /// these attributes, regardless of its owner.
    pub(super) async fn make(
        &self,
        queue: &Properties,
        tags: &Tags,
    ) -> Result<String, DriverError> {
        let call = self
            .sqs
            .sdk
            .create_queue()
            .queue_name(&queue.queue_name)
            .set_attributes(Some(convert::all(queue)?))
            .set_tags(Some(tags.clone().into_iter().collect()));
        let made = SQS
            .write(|| call.clone().send().sent("sqs:CreateQueue"))
            .await?;
        made.queue_url
            .ok_or_else(|| DriverError::internal("SQS returned no URL of a new queue"))
    }

    /// Resumes with the queue that an earlier attempt created with other properties.
    pub(super) async fn resume(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<String, DriverError> {
        let Some(url) = self.sqs.url(&desired.queue_name).await? else {
            return Err(refused);
        };
        let found_tags = self.sqs.tags(&url).await?;
        adopt(&found_tags, owner, refused.clone())?;
        let Some(found) = self.properties(&url, &desired.queue_name).await? else {
            return Err(refused);
        };
        let live = self.live(&url, found, LiveTags::Read(found_tags));
        self.resumed(live, desired.clone(), tags).await?;
        Ok(url)
    }

    /// Waits until the queue reads back as desired, several times in a row. A size that is
    /// not stated may be what AWS chose.
    pub(super) async fn settled(&self, url: &str, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.queue_name;
        let condition = format!("the attributes of the queue `{name}` to read back as written");
        until_steady(&condition, PROPAGATION, STEADY, || async {
            let Some(mut found) = self.properties(url, name).await? else {
                return Ok(Err("no queue".to_owned()));
            };
            self.normalise(&mut found);
            let mut desired = desired.clone();
            self.leave(&mut desired, &found);
            self.normalise(&mut desired);
            let changes = changes(&found, &desired)?;
            let different = changes.0.first();
            Ok(different.map_or(Ok(()), |change| {
                Err(format!("{}: {}", change.path, change.old))
            }))
        })
        .await
    }

    /// Waits until the queue carries its tags. A queue with the same attributes that another owner
    /// created a moment before never does.
    pub(super) async fn owned(
        &self,
        url: &str,
        name: &str,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        until(
            &format!("the queue `{name}` to carry this system's tags"),
            WaitPolicy::seconds(60),
            || async {
                let found = self.sqs.tags(url).await?;
                let same = tags
                    .iter()
                    .all(|(key, value)| found.get(key) == Some(value));
                Ok(if same {
                    Ok(())
                } else {
                    Err(format!("{found:?}"))
                })
            },
        )
        .await
    }

    /// Deletes the queue, and waits until that is seen everywhere.
    pub(super) async fn remove(&self, live: &Live) -> Result<(), DriverError> {
        let url = live.attribute(Queue::URL)?;
        let call = self.sqs.sdk.delete_queue().queue_url(url);
        SQS.delete(|| call.clone().send().done("sqs:DeleteQueue"))
            .await?;
        let condition = format!("the queue `{}` to be deleted", live.id);
        until_steady(&condition, PROPAGATION, STEADY, || async {
            let found = self.sqs.attributes(url).await?;
            Ok(found.map_or(Ok(()), |_| Err("it still exists".to_owned())))
        })
        .await
    }
}
