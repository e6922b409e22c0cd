//! Reads of queues.

use engine::{DriverError, LiveTags, ReadCache};
use model::types::sqs::Queue;

use super::{Live, Properties, Queues, convert};
use crate::account::Quirk;
use crate::kit::tag_store::TagCalls as _;
use crate::kit::tagging;
use crate::kit::typed::TypedLive;
use crate::sqs::client::{QueueAttributes, name_of};

impl Queues {
    pub(super) fn live(&self, url: &str, properties: Properties, tags: LiveTags) -> Live {
        let name = properties.queue_name.clone();
        let url = if self.sqs.account.may_have(Quirk::HasPortsInQueueUrls) {
            without_port(url)
        } else {
            url.to_owned()
        };
        let attributes = Live::assigned([
            (Queue::ARN, self.sqs.arn(&name)),
            (Queue::URL, url),
            (Queue::NAME, name.clone()),
        ]);
        TypedLive {
            id: name,
            properties,
            attributes,
            tags,
        }
    }

    /// The queue, read once per run. A deleted queue is still listed for a while.
    pub(super) async fn find(
        &self,
        url: &str,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let found = cache.once(format!("sqs:queue {url}"), || async {
            let name = name_of(url);
            let Some(properties) = self.properties(url, name).await? else {
                return Ok(None);
            };
            let hints = tagging::hints(&self.sqs.account, cache).await?;
            let tags = match hints.tags(&self.sqs.arn(name)) {
                Some(tags) => Some(tags),
                // Another system's, or new: the index shows every queue sooner or later.
                None => self.sqs.known(url).await?.map(LiveTags::Read),
            };
            Ok(tags.map(|tags| self.live(url, properties, tags)))
        });
        Ok(found.await?.as_ref().clone())
    }

    /// A queue of which nothing may be read but its name. Its tags say later whose it is.
    pub(super) fn unread(&self, url: &str) -> Result<Live, DriverError> {
        let properties = convert::properties(name_of(url), &QueueAttributes::new())?;
        Ok(self.live(url, properties, LiveTags::Unread))
    }

    /// The queue's properties as they are now, or `None` if it does not exist.
    pub(super) async fn properties(
        &self,
        url: &str,
        name: &str,
    ) -> Result<Option<Properties>, DriverError> {
        let attributes = self.sqs.attributes(url).await?;
        attributes
            .map(|attributes| convert::properties(name, &attributes))
            .transpose()
    }
}

fn without_port(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.split(':').next().unwrap_or_default();
    format!("{scheme}://{host}/{path}")
}
