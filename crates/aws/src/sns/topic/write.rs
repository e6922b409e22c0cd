//! The creation of topics.

use engine::{DriverError, LiveTags};
use model::{Owner, Tags};

use super::{Properties, Topics, convert};
use crate::kit::call::Call as _;
use crate::kit::ownership::adopt;
use crate::kit::tag_store::TagCalls as _;
use crate::kit::typed::ResourceDriver as _;
use crate::kit::wait::until;
use crate::sns::client::{LAG, SNS, sdk_tags};

/// A topic with other attributes or other tags has the name. Source of the words: the issue
/// localstack/localstack#2405, which quotes AWS.
fn name_is_taken(error: &DriverError) -> bool {
    ["InvalidParameter", "InvalidParameterException"]
        .iter()
        .any(|code| error.has_message(code, "already exists with different"))
}

impl Topics {
    /// Creates the topic, or resumes with one that an earlier attempt created. The call also
    /// succeeds for an existing topic with these attributes and tags.
    pub(super) async fn make(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let region = self.sns.places.region(desired.region.as_deref());
        let call = self
            .sns
            .places
            .at(region)
            .create_topic()
            .name(&desired.topic_name)
            .set_attributes(Some(convert::all(desired)))
            .set_tags(Some(sdk_tags(tags)?));
        match SNS
            .write(|| call.clone().send().done("sns:CreateTopic"))
            .await
        {
            Err(error) if name_is_taken(&error) => self.resume(desired, owner, tags, error).await,
            made => made,
        }
    }

    async fn resume(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<(), DriverError> {
        let found_tags = self.sns.tags(&self.arn(desired)).await?;
        adopt(&found_tags, owner, refused.clone())?;
        let region = self.sns.places.region(desired.region.as_deref());
        let Some(found) = self.properties(region, &desired.topic_name).await? else {
            return Err(refused);
        };
        let live = self.live(found, LiveTags::Read(found_tags));
        self.resumed(live, desired.clone(), tags).await.map(drop)
    }

    /// Waits until the topic exists everywhere and carries its tags. An emulator gives another
    /// owner's topic without them.
    pub(super) async fn owned(&self, topic: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let name = &topic.topic_name;
        let condition = format!("the topic `{name}` to carry this system's tags");
        let arn = self.arn(topic);
        until(&condition, LAG, || async {
            let found = self.sns.tags(&arn).await?;
            let mut expected = tags.iter();
            let same = expected.all(|(key, value)| found.get(key) == Some(value));
            Ok(if same {
                Ok(())
            } else {
                Err(format!("{found:?}"))
            })
        })
        .await
    }
}
