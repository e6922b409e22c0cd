//! `AWS::CodeArtifact::PackageGroup`.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_codeartifact::types::{
    PackageGroupDescription, PackageGroupOriginRestrictionType as Origin,
};
use engine::{Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::codeartifact::{PackageGroup, RestrictionMode};
use model::{Owner, Tags};

use self::convert::{Allowed, each, each_mut, listed, live, properties, unrestricted};
use super::client::{CODEARTIFACT, CodeArtifactClient, taken};
use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::until;

type Properties = PackageGroup<String>;
type Live = TypedLive<Properties>;

/// Reads and writes package groups.
#[derive(Debug)]
pub(crate) struct PackageGroups {
    client: CodeArtifactClient,
}

/// How the calls name a group.
#[derive(Clone, Copy, Debug)]
struct Named<'n> {
    domain: &'n str,
    /// The domain's owner, if it is stated.
    owner: Option<&'n str>,
    pattern: &'n str,
}

impl<'n> Named<'n> {
    fn by(properties: &'n Properties) -> Self {
        Self {
            domain: &properties.domain_name,
            owner: properties.domain_owner.as_deref(),
            pattern: &properties.pattern,
        }
    }
}

impl PackageGroups {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: CodeArtifactClient::new(account),
        }
    }

    async fn describe(
        &self,
        group: Named<'_>,
    ) -> Result<Option<PackageGroupDescription>, DriverError> {
        let call = self
            .client
            .sdk
            .describe_package_group()
            .domain(group.domain)
            .set_domain_owner(group.owner.map(str::to_owned))
            .package_group(group.pattern);
        let operation = "codeartifact:DescribePackageGroup";
        let answer = call.send().sent(operation).await;
        CODEARTIFACT.described(answer, operation, |answer| answer.package_group)
    }

    /// The group's lists of repositories.
    async fn allowed(
        &self,
        group: Named<'_>,
        described: &PackageGroupDescription,
    ) -> Result<Allowed, DriverError> {
        let lists = listed(described).into_iter().map(async |origin| {
            let repositories = self.allowed_for(group, &origin).await?;
            Ok::<_, DriverError>((origin, repositories))
        });
        Ok(try_join_all(lists).await?.into_iter().collect())
    }

    async fn allowed_for(
        &self,
        group: Named<'_>,
        origin: &Origin,
    ) -> Result<Vec<String>, DriverError> {
        let call = self
            .client
            .sdk
            .list_allowed_repositories_for_group()
            .domain(group.domain)
            .set_domain_owner(group.owner.map(str::to_owned))
            .package_group(group.pattern)
            .origin_restriction_type(origin.clone());
        let pages = call.into_paginator().items().send();
        let answer = pages.collect::<Result<Vec<_>, _>>().await;
        CODEARTIFACT
            .or_empty(answer.map_err(failed("codeartifact:ListAllowedRepositoriesForGroup")))
    }

    /// The group with its lists, once per run.
    async fn find(&self, group: Named<'_>, cache: &ReadCache) -> Result<Option<Live>, DriverError> {
        let Named {
            domain,
            owner,
            pattern,
        } = group;
        let key = format!("codeartifact:package-group {owner:?} {domain}{pattern}");
        let found = cache.once(key, || async {
            let Some(described) = self.describe(group).await? else {
                return Ok(None);
            };
            let allowed = self.allowed(group, &described).await?;
            let arn = described.arn.as_deref().unwrap_or_default();
            let tags = self.client.hinted(arn, cache).await?;
            let properties = properties(group, &described, allowed);
            Ok(tags.map(|tags| live(&described, properties, tags)))
        });
        Ok(found.await?.as_ref().clone())
    }

    /// The patterns of a domain's groups, without the root group, which no system owns.
    async fn patterns(&self, domain: &str) -> Result<Vec<String>, DriverError> {
        let call = self.client.sdk.list_package_groups().domain(domain);
        let pages = call.into_paginator().items().send();
        let answer = pages.collect::<Result<Vec<_>, _>>().await;
        let answer = answer.map_err(failed("codeartifact:ListPackageGroups"));
        let groups = CODEARTIFACT.or_empty(answer)?.into_iter();
        Ok(groups
            .filter_map(|group| group.pattern)
            .filter(|pattern| pattern != limits::ROOT)
            .collect())
    }
}

impl ResourceDriver for PackageGroups {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("codeartifact");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, group: &mut Properties) {
        let account = self.client.account.id();
        group.domain_owner.take_if(|owner| owner == account);
        group.contact_info.take_if(|text| text.is_empty());
        group.description.take_if(|text| text.is_empty());
        let origins = group.origin_configuration.get_or_insert_with(unrestricted);
        for restriction in each_mut(&mut origins.restrictions) {
            let of = restriction.get_or_insert_with(|| RestrictionMode::Inherit.into());
            of.repositories.sort();
            of.repositories.dedup();
        }
    }

    fn leave(&self, group: &mut Properties, live: &Properties) {
        leave(&mut group.contact_info, live.contact_info.as_ref());
        let Some(of_live) = &live.origin_configuration else {
            return;
        };
        let origins = group.origin_configuration.get_or_insert_with(unrestricted);
        let restrictions = each_mut(&mut origins.restrictions).into_iter();
        for (desired, (_, live)) in restrictions.zip(each(&of_live.restrictions)) {
            leave(desired, live);
        }
    }

    fn check(&self, group: &Properties, checks: &mut Checks) {
        limits::check(group, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        self.find(Named::by(&request.properties), cache).await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let domains = self.client.domain_names(cache).await?;
        let in_domains = domains.iter().map(async |domain| {
            let patterns = self.patterns(domain).await?;
            let named = patterns.iter().map(|pattern| Named {
                domain,
                owner: None,
                pattern,
            });
            try_join_all(named.map(|group| self.find(group, cache))).await
        });
        Ok(try_join_all(in_domains)
            .await?
            .into_iter()
            .flatten()
            .flatten()
            .collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.client, PackageGroup::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let taken = taken(self.send_create(&desired, tags).await)?;
        let group = Named::by(&desired);
        let described = until(
            &format!("the package group `{}` to appear", group.pattern),
            CODEARTIFACT.policy,
            || async {
                let described = self.describe(group).await?;
                Ok(described.ok_or_else(|| "not there".to_owned()))
            },
        )
        .await?;
        let mut found = properties(group, &described, self.allowed(group, &described).await?);
        self.normalise(&mut found);
        let live = live(&described, desired.clone(), LiveTags::Read(tags.clone()));
        self.client
            .adopt(taken, live.attribute(PackageGroup::ARN)?, owner, tags)
            .await?;
        self.change(&found, &desired).await?;
        Ok(live)
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        self.change(&live.properties, desired).await
    }

    /// Deletes the group; its packages stay, and belong to its parent from then on.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let group = Named::by(&live.properties);
        let call = self
            .client
            .sdk
            .delete_package_group()
            .domain(group.domain)
            .set_domain_owner(group.owner.map(str::to_owned))
            .package_group(group.pattern);
        CODEARTIFACT
            .delete(|| call.clone().send().done("codeartifact:DeletePackageGroup"))
            .await?;
        until(
            &format!("the package group `{}` to be deleted", group.pattern),
            CODEARTIFACT.policy,
            || async {
                let described = self.describe(group).await?;
                Ok(described.map_or(Ok(()), |_| Err("there".to_owned())))
            },
        )
        .await
    }
}
