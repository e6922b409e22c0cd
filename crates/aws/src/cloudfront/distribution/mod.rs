//! `AWS::CloudFront::Distribution`.
//!
//! AWS assigns its id, and a list of distributions shows comments but no tags. So the owner is
//! recorded in both: in a note in the comment, by which one list finds the system's, and in the
//! tags, which are read for those alone.

mod aliases;
mod calls;
mod convert;
mod limits;
mod normalise;
mod origins;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::time::Duration;

use aws_sdk_cloudfront::types::{
    Distribution as SdkDistribution, DistributionConfig as SdkConfig, DistributionConfigWithTags,
};
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, Selection};
use model::types::cloudfront::{Distribution, DistributionConfig};
use model::{Address, Owner, Tags};

use super::client::{
    CloudFrontClient, DISTRIBUTION_DELETIONS, DISTRIBUTION_WRITES, NOT_DISABLED, WRITES,
    from_version, is_precondition, sdk_tags, version,
};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::owner_comment::{self, in_brief};
use crate::kit::ownership;
use crate::kit::recorded;
use crate::kit::reference;
use crate::kit::tag_store::{TagCalls as _, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, until};

type Properties = Distribution<String>;
type Live = TypedLive<Properties>;

/// How long a change may take to reach all edge locations: minutes as a rule. Terraform waits for
/// 90.
const DEPLOYED: WaitPolicy = WaitPolicy {
    first: Duration::from_secs(5),
    longest: Duration::from_secs(20),
    within: Duration::from_mins(90),
};

/// Reads and writes distributions.
///
/// One call lists them all; each of the system's takes one more to read, and one for its tags.
#[derive(Debug)]
pub(crate) struct Distributions {
    client: CloudFrontClient,
}

/// A distribution as CloudFront reports it, and the version that a write of it names.
struct Versioned {
    distribution: SdkDistribution,
    config: SdkConfig,
    version: String,
}

impl Distributions {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: CloudFrontClient::new(account),
        }
    }

    async fn get(&self, id: &str) -> Result<Versioned, DriverError> {
        let answer = self
            .client
            .sdk
            .get_distribution()
            .id(id)
            .send()
            .sent("cloudfront:GetDistribution")
            .await?;
        let mut distribution = answered(answer.distribution)?;
        Ok(Versioned {
            config: answered(distribution.distribution_config.take())?,
            distribution,
            version: version(answer.e_tag)?,
        })
    }

    fn attributes(&self, of: &SdkDistribution) -> Attributes {
        let url = self.client.account.site_url(&of.domain_name);
        let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
        let parent = host.split_once('.').map_or(host, |(_, parent)| parent);
        Live::assigned([
            (Distribution::ID, of.id.clone()),
            (Distribution::ARN, of.arn.clone()),
            (Distribution::DOMAIN_NAME, of.domain_name.clone()),
            (Distribution::HOST, host.to_owned()),
            (Distribution::HOSTS, format!("*.{parent}")),
            (Distribution::URL, url),
            (Distribution::STATUS, of.status.clone()),
        ])
    }

    /// A live distribution; CloudFront's answer gives the attributes.
    fn live(&self, of: &SdkDistribution, properties: Properties, tags: Tags) -> Live {
        TypedLive {
            id: of.id.clone(),
            properties,
            attributes: self.attributes(of),
            tags: LiveTags::Read(tags),
        }
    }

    /// Changes the live configuration, even if others change it meanwhile.
    async fn change(
        &self,
        id: &str,
        change: impl Fn(SdkConfig) -> Result<SdkConfig, DriverError>,
    ) -> Result<SdkDistribution, DriverError> {
        let change = &change;
        from_version(
            &DISTRIBUTION_WRITES,
            || self.get(id),
            |live: &Versioned| &live.version,
            |live| async move {
                let call = self
                    .client
                    .sdk
                    .update_distribution()
                    .id(id)
                    .if_match(live.version)
                    .distribution_config(change(live.config)?)
                    .send();
                let answer = Box::pin(call.sent("cloudfront:UpdateDistribution")).await?;
                answered(answer.distribution)
            },
        )
        .await
    }

    async fn set_enabled(&self, id: &str, enabled: bool) -> Result<SdkDistribution, DriverError> {
        let set = move |mut config: SdkConfig| {
            config.enabled = enabled;
            Ok(config)
        };
        self.change(id, set).await
    }

    /// Writes all properties, with the owner in the comment's note.
    async fn write(
        &self,
        id: &str,
        desired: &Properties,
        owner: &Owner,
    ) -> Result<SdkDistribution, DriverError> {
        let config = &with_note(&desired.distribution_config, owner)?;
        self.claiming(&config.aliases, Some(id), || {
            self.change(id, |live| write::overlay(live, config))
        })
        .await
    }

    /// Creates it. A reference that a deleted distribution had may stay taken: then the next one is
    /// used.
    async fn make(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<SdkDistribution, DriverError> {
        let mut earlier = 0;
        loop {
            let reference = reference::write(owner, earlier);
            match Box::pin(self.make_as(&reference, desired, owner, tags)).await {
                Err(error) if error.is("NoSuchDistribution") => earlier += 1,
                made => return made,
            }
        }
    }

    async fn make_as(
        &self,
        reference: &str,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<SdkDistribution, DriverError> {
        let config = with_note(&desired.distribution_config, owner)?;
        let config = DistributionConfigWithTags::builder()
            .distribution_config(write::create(reference, &config)?)
            .tags(sdk_tags(tags)?)
            .build();
        let call = self
            .client
            .sdk
            .create_distribution_with_tags()
            .distribution_config_with_tags(config);
        let create = || {
            let call = call.clone().send();
            Box::pin(call.sent("cloudfront:CreateDistributionWithTags"))
        };
        let create = || DISTRIBUTION_WRITES.write(create);
        let aliases = &desired.distribution_config.aliases;
        match self.claiming(aliases, None, create).await {
            Err(error) if error.is("DistributionAlreadyExists") => {
                self.adopt(desired, owner, tags, error).await
            }
            created => answered(created?.distribution),
        }
    }

    /// Completes the creation that an earlier attempt began: the reference is the address's, and
    /// the error's message ends with the id.
    async fn adopt(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<SdkDistribution, DriverError> {
        let Some(id) = refused.message().and_then(named_id).map(str::to_owned) else {
            return Err(refused);
        };
        let arn = self.get(&id).await?.distribution.arn;
        ownership::adopt(&self.client.tags(&arn).await?, owner, refused)?;
        let adopted = self.write(&id, desired, owner).await?;
        self.client.tag(&arn, tags).await?;
        Ok(adopted)
    }

    async fn deployed(&self, id: &str) -> Result<(), DriverError> {
        let condition = format!("the distribution {id} to reach all edge locations");
        until(&condition, DEPLOYED, || async {
            let status = self.get(id).await?.distribution.status;
            Ok(if status == "Deployed" {
                Ok(())
            } else {
                Err(status)
            })
        })
        .await
    }

    /// Disables a distribution, waits until that is deployed, and deletes it: each step only if it
    /// was not done before.
    ///
    /// AWS documents no order of its checks. If it says only after the site was disabled that
    /// something stands in the way, the site is enabled again.
    async fn take_away(&self, id: &str) -> Result<(), DriverError> {
        let live = self.get(id).await?;
        check_deletable(id, &live.config)?;
        if !live.config.enabled {
            self.deployed(id).await?;
            return self.remove(id).await;
        }
        self.set_enabled(id, false).await?;
        self.deployed(id).await?;
        let removed = self.remove(id).await;
        if let Err(error) = &removed
            && (is_precondition(error) || error.is("ResourceInUse"))
        {
            tracing::warn!(%error, id, "cannot be deleted; enabling it again");
            self.set_enabled(id, true).await?;
        }
        removed
    }

    /// Asks AWS to delete a distribution.
    async fn remove(&self, id: &str) -> Result<(), DriverError> {
        let call = self.client.sdk.delete_distribution().id(id);
        from_version(
            &WRITES,
            || self.get(id),
            |live: &Versioned| &live.version,
            |live| {
                let call = call.clone().if_match(live.version).send();
                call.done("cloudfront:DeleteDistribution")
            },
        )
        .await
    }
}

/// Refuses the deletion of a distribution whose changes are rolled out by a continuous deployment:
/// AWS neither disables nor deletes it (hashicorp/terraform-provider-aws issue 33575, pull request
/// 33578).
fn check_deletable(id: &str, config: &SdkConfig) -> Result<(), DriverError> {
    let policy = config.continuous_deployment_policy_id.as_deref();
    match policy.filter(|policy| !policy.is_empty()) {
        None => Ok(()),
        Some(policy) => Err(DriverError::Invalid(format!(
            "the distribution {id} has the continuous deployment policy {policy}, with which AWS does not delete \
             it; it is left as it is: remove the policy from it in the console first"
        ))),
    }
}

fn answered<T>(answer: Option<T>) -> Result<T, DriverError> {
    answer.ok_or_else(|| DriverError::internal("CloudFront answers with no distribution"))
}

fn with_note(
    config: &DistributionConfig<String>,
    owner: &Owner,
) -> Result<DistributionConfig<String>, DriverError> {
    let text = config.comment.as_deref();
    let comment = owner_comment::write(text, &in_brief(owner), limits::COMMENT)?;
    Ok(DistributionConfig {
        comment: Some(comment),
        ..config.clone()
    })
}

/// The id at the end of "… Already exists: E1A2B3C4D5E6F7".
fn named_id(message: &str) -> Option<&str> {
    let id = message.rsplit([' ', ':']).next()?.trim_end_matches('.');
    (id.starts_with('E') && id.chars().all(|c| c.is_ascii_alphanumeric())).then_some(id)
}

impl ResourceDriver for Distributions {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    /// Found by the buckets that sites are served from: the index of a Region outside us-east-1
    /// shows no resources of CloudFront, and a bucket is deleted after its distribution.
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("s3");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, distribution: &mut Properties) {
        normalise::config(&mut distribution.distribution_config);
    }

    fn leave(&self, distribution: &mut Properties, live: &Properties) {
        let (config, live) = (
            &mut distribution.distribution_config,
            &live.distribution_config,
        );
        leave(&mut config.web_acl_id, live.web_acl_id.as_ref());
        leave(&mut config.logging, live.logging.as_ref());
        leave(&mut config.price_class, live.price_class.as_ref());
        leave(&mut config.restrictions, live.restrictions.as_ref());
    }

    fn check(&self, distribution: &Properties, checks: &mut Checks) {
        limits::check(&distribution.distribution_config, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let config = &request.properties.distribution_config;
        self.find(request.address, config, cache).await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        self.owned(&Selection::All, cache).await
    }

    async fn list_of(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<Vec<Live>, DriverError> {
        self.owned(selection, cache).await
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        self
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let created = Box::pin(self.make(&desired, owner, tags)).await?;
        Ok(self.live(&created, desired, tags.clone()))
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        let owner = recorded::owner(live, &Tags::new())?;
        let written = self.write(&live.id, desired, &owner).await?;
        live.attributes = self.attributes(&written);
        Ok(())
    }

    /// AWS refuses some deletions, such as that of a distribution with a pricing plan. So the deletion
    /// is asked for while the site is enabled: if anything but that stands in its way, AWS may say so.
    async fn check_deletion(&self, live: &Live) -> Result<(), DriverError> {
        let found = WRITES.found(self.get(&live.id).await)?;
        let Some(found) = found else { return Ok(()) };
        check_deletable(&live.id, &found.config)?;
        if !found.config.enabled {
            return Ok(());
        }
        match WRITES.or_empty(self.remove(&live.id).await) {
            Err(error) if error.is(NOT_DISABLED) => Ok(()),
            answer => answer,
        }
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        DISTRIBUTION_DELETIONS
            .delete(|| Box::pin(self.take_away(&live.id)))
            .await
    }

    fn pending(&self, attributes: &Attributes) -> Option<String> {
        let status = attributes.get(Properties::STATUS.name);
        let deployed = status.is_none_or(|status| status == "Deployed");
        (!deployed).then(|| "deploying to the edges".to_owned())
    }

    async fn settle(&self, live: Live) -> Result<(), DriverError> {
        self.deployed(&live.id).await
    }
}

impl TagStore<Properties> for Distributions {
    async fn tags(&self, live: &Live, _: Option<&Address>) -> Result<Option<Tags>, DriverError> {
        self.client.known(live.attribute(Distribution::ARN)?).await
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        // An earlier update wrote the note of the owner in the tags at that time.
        let owner = in_brief(&recorded::owner(live, tags)?);
        let noted = live.tags.owner().as_ref().map(in_brief);
        if noted.as_ref() != Some(&owner) {
            self.write(&live.id, &live.properties, &owner).await?;
        }
        let arn = live.attribute(Distribution::ARN)?;
        self.client.tag(arn, tags).await
    }

    async fn untag(&self, live: &Live, keys: &[String]) -> Result<(), DriverError> {
        let arn = live.attribute(Distribution::ARN)?;
        self.client.untag(arn, keys).await
    }
}
