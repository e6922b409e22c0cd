//! `AWS::CloudFront::Distribution`.
//!
//! AWS makes up its id, and a list of distributions shows comments but no tags. So the address
//! stands in both: in a note in the comment, by which one list finds the system's, and in the tags,
//! which are read for those alone.

mod find;
mod limits;
mod normalise;
mod origins;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{
    Distribution as SdkDistribution, DistributionConfig as SdkConfig, DistributionConfigWithTags,
};
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, Selection};
use model::types::cloudfront::{Distribution, DistributionConfig};
use model::{ADDRESS_TAG, SYSTEM_TAG, Tags};
use serde::de::IgnoredAny;

use super::{client, is_stale, owner_comment, suspects, tags, version};
use crate::Account;
use crate::failed;
use crate::kit::tagging::is_same_resource;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, retry, until};

type Properties = Distribution<String>;
type Live = TypedLive<Properties>;

/// How many characters a comment has at most.
const COMMENT: usize = 128;

/// Until a change is at all of the edges: minutes as a rule. Terraform waits for 90.
const DEPLOYED: WaitPolicy = WaitPolicy {
    first: Duration::from_secs(5),
    longest: Duration::from_secs(20),
    within: Duration::from_mins(90),
};

/// Until nobody changes a distribution any more while it is deleted.
const AGAIN: WaitPolicy = WaitPolicy {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(20),
    within: Duration::from_hours(3),
};

/// Until CloudFront sees a certificate that was issued a moment ago.
const CERTIFICATE: WaitPolicy = WaitPolicy::seconds(60);

/// Reads and writes distributions.
///
/// One call lists them all; each of the system's takes another to read, and one for its tags.
#[derive(Debug)]
pub(crate) struct Distributions {
    account: Account,
    client: Client,
}

/// A distribution as CloudFront has it, and the version that a write of it names.
struct Versioned {
    distribution: SdkDistribution,
    config: SdkConfig,
    version: String,
}

impl Distributions {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: client(account),
        }
    }

    async fn get(&self, id: &str) -> Result<Versioned, DriverError> {
        let answer = self
            .client
            .get_distribution()
            .id(id)
            .send()
            .await
            .map_err(failed("cloudfront:GetDistribution"))?;
        let nothing =
            || DriverError::internal(format!("CloudFront says nothing of the distribution {id}"));
        let mut distribution = answer.distribution.ok_or_else(nothing)?;
        let config = distribution
            .distribution_config
            .take()
            .ok_or_else(nothing)?;
        Ok(Versioned {
            distribution,
            config,
            version: version(answer.e_tag)?,
        })
    }

    fn attributes(&self, of: &SdkDistribution) -> Attributes {
        let domain_name = of.domain_name.clone();
        let url = self.account.site_url(&domain_name);
        [
            ("Id", of.id.clone()),
            ("Arn", of.arn.clone()),
            ("DomainName", domain_name),
            ("Url", url),
        ]
        .into_iter()
        .chain([("Status", of.status.clone())])
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// As it should be, with these tags: what CloudFront answered gives the attributes.
    fn live(&self, of: &SdkDistribution, properties: Properties, tags: Tags) -> Live {
        TypedLive {
            id: of.id.clone(),
            properties,
            attributes: self.attributes(of),
            tags: LiveTags::Read(tags),
        }
    }

    /// Changes the live configuration, whatever others change of it meanwhile.
    async fn change(
        &self,
        id: &str,
        change: impl Fn(SdkConfig) -> Result<SdkConfig, DriverError>,
    ) -> Result<SdkDistribution, DriverError> {
        let passes = |error: &DriverError| is_stale(error) || waits_for_certificate(error);
        retry(CERTIFICATE, passes, || async {
            let live = self.get(id).await?;
            let call = self
                .client
                .update_distribution()
                .id(id)
                .if_match(live.version);
            let call = call.distribution_config(change(live.config)?);
            let answer = call
                .send()
                .await
                .map_err(failed("cloudfront:UpdateDistribution"))?;
            answer
                .distribution
                .ok_or_else(|| DriverError::internal("CloudFront answers with no distribution"))
        })
        .await
    }

    /// Writes all of it. The comment's note is that of these tags.
    async fn write(
        &self,
        id: &str,
        desired: &Properties,
        tags: &Tags,
    ) -> Result<SdkDistribution, DriverError> {
        let comment_owned = comment_owned(&desired.distribution_config, tags)?;
        self.change(id, |live| write::overlay(live, &comment_owned))
            .await
    }

    async fn make(
        &self,
        desired: &Properties,
        with: &Tags,
    ) -> Result<SdkDistribution, DriverError> {
        let comment_owned = comment_owned(&desired.distribution_config, with)?;
        let config = write::create(&reference(with), &comment_owned)?;
        let config = DistributionConfigWithTags::builder()
            .distribution_config(config)
            .tags(tags::sdk(with)?);
        let call = self
            .client
            .create_distribution_with_tags()
            .distribution_config_with_tags(config.build());
        let made = retry(CERTIFICATE, waits_for_certificate, || async {
            call.clone()
                .send()
                .await
                .map_err(failed("cloudfront:CreateDistributionWithTags"))
        });
        match made.await {
            Err(error) if error.is("DistributionAlreadyExists") => {
                self.adopt(desired, with, error).await
            }
            made => made?
                .distribution
                .ok_or_else(|| DriverError::internal("CloudFront answers with no distribution")),
        }
    }

    /// Makes the distribution that an earlier attempt of this very call made as it should be now:
    /// the reference is the address's, and the error's message ends with the id.
    async fn adopt(
        &self,
        desired: &Properties,
        with: &Tags,
        error: DriverError,
    ) -> Result<SdkDistribution, DriverError> {
        let id = error.message().and_then(named_id).map(str::to_owned);
        let Some(id) = id else { return Err(error) };
        let arn = self.get(&id).await?.distribution.arn;
        if !is_same_resource(&tags::read(&self.client, &arn).await?, with) {
            return Err(error);
        }
        let adopted = self.write(&id, desired, with).await?;
        tags::write(&self.client, &arn, with, &[]).await?;
        Ok(adopted)
    }

    async fn deployed(&self, id: &str) -> Result<(), DriverError> {
        until(
            &format!("the distribution {id} to reach all edge locations"),
            DEPLOYED,
            || async {
                let status = self.get(id).await?.distribution.status;
                Ok(if status == "Deployed" {
                    Ok(())
                } else {
                    Err(status)
                })
            },
        )
        .await
    }

    /// Disables it, waits until that is everywhere, and deletes it: each only as far as it is not
    /// done yet.
    async fn take_away(&self, id: &str) -> Result<(), DriverError> {
        let live = self.get(id).await?;
        if live.config.enabled {
            self.change(id, |mut config| {
                config.enabled = false;
                Ok(config)
            })
            .await?;
        }
        self.deployed(id).await?;
        let call = self
            .client
            .delete_distribution()
            .id(id)
            .if_match(self.get(id).await?.version);
        call.send()
            .await
            .map(drop)
            .map_err(failed("cloudfront:DeleteDistribution"))
    }
}

/// By what CloudFront knows a create call again: the system and the address, so that a second one
/// for them cannot be.
fn reference(tags: &Tags) -> String {
    let tag = |key| tags.get(key).map_or("", String::as_str);
    format!("frontage {} {}", tag(SYSTEM_TAG), tag(ADDRESS_TAG))
}

fn comment_owned(
    config: &DistributionConfig<String>,
    tags: &Tags,
) -> Result<DistributionConfig<String>, DriverError> {
    let comment = owner_comment::write(
        config.comment.as_deref(),
        &owner_comment::owner(tags),
        COMMENT,
    )?;
    Ok(DistributionConfig {
        comment: Some(comment),
        ..config.clone()
    })
}

/// The id at the end of "… Already exists: E1A2B3C4D5E6F7".
fn named_id(message: &str) -> Option<&str> {
    let id = message.rsplit([' ', ':']).next()?.trim_end_matches('.');
    (id.starts_with('E')
        && id
            .chars()
            .all(|character| character.is_ascii_alphanumeric()))
    .then_some(id)
}

/// A certificate, or that it was issued, is not at CloudFront yet.
fn waits_for_certificate(error: &DriverError) -> bool {
    error.is("InvalidViewerCertificate") || error.is("IllegalUpdate")
}

fn is_absent(error: &DriverError) -> bool {
    error.is("NoSuchDistribution") || error.is("NoSuchResource")
}

#[async_trait]
impl ResourceDriver for Distributions {
    type Properties = Properties;
    type Identity = IgnoredAny;

    fn normalise(&self, distribution: &mut Properties) {
        normalise::config(&mut distribution.distribution_config);
    }

    async fn read(
        &self,
        wanted: TypedReadRequest<'_, IgnoredAny, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        self.find(
            wanted.address,
            &wanted.properties.distribution_config,
            cache,
        )
        .await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        self.ours(cache).await
    }

    async fn may_have_orphans(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        suspects(&self.account, selection, cache).await
    }

    async fn tags(&self, live: &Live) -> Result<Tags, DriverError> {
        tags::read(&self.client, live.attribute("Arn")?).await
    }

    async fn create(&self, mut desired: Properties, tags: &Tags) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::check(&desired.distribution_config)?;
        let made = Box::pin(self.make(&desired, tags)).await?;
        Ok(self.live(&made, desired, tags.clone()))
    }

    async fn update(
        &self,
        live: Live,
        mut desired: Properties,
        _: &Changes,
    ) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::check(&desired.distribution_config)?;
        let tags = live.tags.known().cloned().unwrap_or_default();
        let written = self.write(&live.id, &desired, &tags).await?;
        Ok(TypedLive {
            attributes: self.attributes(&written),
            properties: desired,
            ..live
        })
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        if [SYSTEM_TAG, ADDRESS_TAG]
            .iter()
            .any(|key| set.contains_key(*key))
        {
            // An update before wrote the note from the tags that were there.
            let mut all = live.tags.known().cloned().unwrap_or_default();
            all.extend(set.clone());
            self.write(&live.id, &live.properties, &all).await?;
        }
        tags::write(&self.client, live.attribute("Arn")?, set, remove).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        // Somebody may enable it again, or write it, in between.
        let passes = |error: &DriverError| is_stale(error) || error.is("DistributionNotDisabled");
        match retry(AGAIN, passes, || Box::pin(self.take_away(&live.id))).await {
            Err(error) if is_absent(&error) => Ok(()),
            other => other,
        }
    }

    fn pending(&self, attributes: &Attributes) -> Option<String> {
        let deployed = attributes
            .get("Status")
            .is_none_or(|status| status == "Deployed");
        (!deployed).then(|| "deploying to the edges".to_owned())
    }

    async fn settle(&self, live: Live) -> Result<(), DriverError> {
        self.deployed(&live.id).await
    }
}
