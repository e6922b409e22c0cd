//! How repositories are written.

use engine::{DriverError, LiveTags};
use model::{Owner, Tags};

use super::{Live, Properties, Repositories, as_stated};
use crate::codecommit::client::CODECOMMIT;
use crate::kit::call::Call as _;
use crate::kit::gone::until_gone;
use crate::kit::ownership::adopt;
use crate::kit::tag_store::TagCalls as _;
use crate::kit::typed::ResourceDriver as _;
use crate::kit::wait::until;

impl Repositories {
    pub(super) async fn send_create(
        &self,
        desired: &Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        self.client
            .sdk
            .create_repository()
            .repository_name(&desired.repository_name)
            .set_repository_description(desired.repository_description.clone())
            .set_kms_key_id(desired.kms_key_id.clone())
            .set_tags(Some(tags.clone().into_iter().collect()))
            .send()
            .done("codecommit:CreateRepository")
            .await
    }

    /// Waits until a new repository can be read, with the URLs that CodeCommit assigns.
    pub(super) async fn appeared(
        &self,
        desired: Properties,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let name = &desired.repository_name;
        let condition = format!("the repository `{name}` to appear");
        let described = until(&condition, CODECOMMIT.policy, || async {
            let described = self.described(name).await?;
            Ok(described.ok_or_else(|| "not there".to_owned()))
        })
        .await?;
        let live = self.live(described, LiveTags::Read(tags.clone()));
        Ok(Live {
            properties: desired,
            ..live
        })
    }

    /// Goes on with the repository that an earlier attempt created.
    pub(super) async fn resume(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<Live, DriverError> {
        let name = &desired.repository_name;
        let found_tags = self.client.tags(&self.client.arn(name)).await?;
        adopt(&found_tags, owner, refused.clone())?;
        let described = self.described(name).await?.ok_or(refused)?;
        let mut live = self.live(described, LiveTags::Read(found_tags));
        as_stated(&mut live.properties.kms_key_id, desired.kms_key_id.as_ref());
        self.resumed(live, desired, tags).await
    }

    pub(super) async fn put_description(&self, desired: &Properties) -> Result<(), DriverError> {
        let description = desired.repository_description.as_deref();
        self.client
            .sdk
            .update_repository_description()
            .repository_name(&desired.repository_name)
            .repository_description(description.unwrap_or_default())
            .send()
            .done("codecommit:UpdateRepositoryDescription")
            .await
    }

    /// A key that is no longer stated stays.
    pub(super) async fn put_key(&self, desired: &Properties) -> Result<(), DriverError> {
        let Some(key) = &desired.kms_key_id else {
            return Ok(());
        };
        self.client
            .sdk
            .update_repository_encryption_key()
            .repository_name(&desired.repository_name)
            .kms_key_id(key)
            .send()
            .done("codecommit:UpdateRepositoryEncryptionKey")
            .await
    }

    pub(super) async fn remove(&self, name: &str) -> Result<(), DriverError> {
        let call = self.client.sdk.delete_repository().repository_name(name);
        CODECOMMIT
            .delete(|| call.clone().send().done("codecommit:DeleteRepository"))
            .await?;
        let what = format!("the repository `{name}`");
        until_gone(&what, CODECOMMIT.policy, || self.described(name)).await
    }
}
