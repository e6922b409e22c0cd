//! How OIDC providers are written.

use engine::{DriverError, LiveTags};
use model::{Owner, Tags};

use super::{Live, OidcProviders, Properties};
use crate::iam::client::{DELETIONS, IAM, sdk_tags, tags as tags_of};
use crate::kit::call::Call as _;
use crate::kit::gone::until_gone;
use crate::kit::ownership::adopt;
use crate::kit::tag_store::TagCalls;
use crate::kit::typed::ResourceDriver as _;
use crate::kit::wait::until;

impl OidcProviders {
    pub(super) async fn send_create(
        &self,
        desired: &Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let call = self
            .iam
            .sdk
            .create_open_id_connect_provider()
            .url(&desired.url)
            .set_client_id_list(Some(desired.client_id_list.clone()))
            .set_thumbprint_list(desired.thumbprint_list.clone())
            .set_tags(Some(sdk_tags(tags)?));
        IAM.write(|| call.clone().send().done("iam:CreateOpenIDConnectProvider"))
            .await
    }

    /// Waits until a new provider can be read.
    pub(super) async fn appeared(
        &self,
        desired: Properties,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let url = &desired.url;
        let condition = format!("the OIDC provider {url} to appear");
        let live = until(&condition, IAM.policy, || async {
            Ok(self.find(url).await?.ok_or_else(|| "not there".to_owned()))
        })
        .await?;
        Ok(Live {
            properties: desired,
            tags: LiveTags::Read(tags.clone()),
            ..live
        })
    }

    /// Goes on with the provider that an earlier attempt created.
    pub(super) async fn resume(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<Live, DriverError> {
        let Some(found) = self.find(&desired.url).await? else {
            return Err(refused);
        };
        let found_tags = found.tags.known().cloned().unwrap_or_default();
        adopt(&found_tags, owner, refused)?;
        self.resumed(found, desired, tags).await
    }

    /// Adds the audiences that are missing, then removes those that are not described: no accepted
    /// token is refused in between.
    pub(super) async fn write_audiences(
        &self,
        arn: &str,
        live: &Properties,
        desired: &Properties,
    ) -> Result<(), DriverError> {
        let (old, new) = (&live.client_id_list, &desired.client_id_list);
        for audience in new.iter().filter(|one| !old.contains(one)) {
            let call = self.iam.sdk.add_client_id_to_open_id_connect_provider();
            let call = call.open_id_connect_provider_arn(arn).client_id(audience);
            let operation = "iam:AddClientIDToOpenIDConnectProvider";
            IAM.write(|| call.clone().send().done(operation)).await?;
        }
        for audience in old.iter().filter(|one| !new.contains(one)) {
            let call = self
                .iam
                .sdk
                .remove_client_id_from_open_id_connect_provider()
                .open_id_connect_provider_arn(arn)
                .client_id(audience);
            let operation = "iam:RemoveClientIDFromOpenIDConnectProvider";
            IAM.write(|| call.clone().send().done(operation)).await?;
        }
        Ok(())
    }

    /// Replaces all thumbprints. Without a statement they stay.
    pub(super) async fn put_thumbprints(
        &self,
        arn: &str,
        desired: &Properties,
    ) -> Result<(), DriverError> {
        let thumbprints = desired.thumbprint_list.clone().unwrap_or_default();
        let call = self
            .iam
            .sdk
            .update_open_id_connect_provider_thumbprint()
            .open_id_connect_provider_arn(arn)
            .set_thumbprint_list(Some(thumbprints));
        let operation = "iam:UpdateOpenIDConnectProviderThumbprint";
        IAM.write(|| call.clone().send().done(operation)).await
    }

    pub(super) async fn remove(&self, arn: &str) -> Result<(), DriverError> {
        let call = self.iam.sdk.delete_open_id_connect_provider();
        let call = call.open_id_connect_provider_arn(arn);
        DELETIONS
            .delete(|| call.clone().send().done("iam:DeleteOpenIDConnectProvider"))
            .await?;
        let name = format!("the OIDC provider {arn}");
        until_gone(&name, IAM.policy, || self.get(arn)).await
    }
}

/// The calls name a provider by its ARN.
impl TagCalls for OidcProviders {
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let found = self.get(arn).await?;
        Ok(found.map(|provider| tags_of(provider.tags())))
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self.iam.sdk.tag_open_id_connect_provider();
        let call = call.open_id_connect_provider_arn(arn);
        let call = call.set_tags(Some(sdk_tags(tags)?));
        IAM.write(|| call.clone().send().done("iam:TagOpenIDConnectProvider"))
            .await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self.iam.sdk.untag_open_id_connect_provider();
        let call = call.open_id_connect_provider_arn(arn);
        let call = call.set_tag_keys(Some(keys.to_vec()));
        DELETIONS
            .delete(|| call.clone().send().done("iam:UntagOpenIDConnectProvider"))
            .await
    }
}
