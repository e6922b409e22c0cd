//! How package groups are written.

use std::collections::HashMap;

use aws_sdk_codeartifact::types::{
    PackageGroupAllowedRepository, PackageGroupOriginRestrictionMode as SdkMode,
    PackageGroupOriginRestrictionType as Origin,
};
use engine::DriverError;
use model::Tags;
use model::types::codeartifact::RestrictionMode;

use super::convert::{each, sdk_allowed, sdk_mode};
use super::{PackageGroups, Properties};
use crate::codeartifact::client::sdk_tags;
use crate::kit::call::Call as _;

/// How the origins of a group change.
#[derive(Debug, Default)]
struct OriginChanges {
    modes: HashMap<Origin, SdkMode>,
    added: Vec<PackageGroupAllowedRepository>,
    removed: Vec<PackageGroupAllowedRepository>,
}

impl OriginChanges {
    /// The changes between normalised properties.
    ///
    /// Only an origin that allows specific repositories has a list of them, so a list that ends
    /// with its mode is not emptied.
    fn between(live: &Properties, desired: &Properties) -> Self {
        let (Some(live), Some(desired)) =
            (&live.origin_configuration, &desired.origin_configuration)
        else {
            return Self::default();
        };
        let mut changes = Self::default();
        let pairs = each(&live.restrictions)
            .into_iter()
            .zip(each(&desired.restrictions));
        for ((origin, live), (_, desired)) in pairs {
            let Some(desired) = desired else { continue };
            let mode = desired.restriction_mode;
            let same_mode = live.is_some_and(|live| live.restriction_mode == mode);
            if !same_mode {
                changes.modes.insert(origin.clone(), sdk_mode(mode));
            }
            if mode != RestrictionMode::AllowSpecificRepositories {
                continue;
            }
            let before = live.filter(|_| same_mode);
            let before = before.map_or(&[][..], |live| &live.repositories);
            let lacks = |list: &[String], name: &&String| !list.contains(name);
            let added = desired.repositories.iter();
            let added = added.filter(|name| lacks(before, name));
            let removed = before.iter();
            let removed = removed.filter(|name| lacks(&desired.repositories, name));
            let allowed = |name: &String| sdk_allowed(&origin, name);
            changes.added.extend(added.map(allowed));
            changes.removed.extend(removed.map(allowed));
        }
        changes
    }

    fn is_empty(&self) -> bool {
        self.modes.is_empty() && self.added.is_empty() && self.removed.is_empty()
    }
}

impl PackageGroups {
    /// Creates the group without its restrictions, which the call does not accept.
    pub(super) async fn send_create(
        &self,
        desired: &Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        self.client
            .sdk
            .create_package_group()
            .domain(&desired.domain_name)
            .set_domain_owner(desired.domain_owner.clone())
            .package_group(&desired.pattern)
            .set_contact_info(desired.contact_info.clone())
            .set_description(desired.description.clone())
            .set_tags(Some(sdk_tags(tags)?))
            .send()
            .done("codeartifact:CreatePackageGroup")
            .await
    }

    /// Brings texts and restrictions to the desired state.
    pub(super) async fn change(
        &self,
        live: &Properties,
        desired: &Properties,
    ) -> Result<(), DriverError> {
        if live.description != desired.description || live.contact_info != desired.contact_info {
            self.put_texts(desired).await?;
        }
        let origins = OriginChanges::between(live, desired);
        if origins.is_empty() {
            return Ok(());
        }
        self.put_origins(desired, origins).await
    }

    /// An absent text is sent as an empty one: one that is not sent stays.
    async fn put_texts(&self, desired: &Properties) -> Result<(), DriverError> {
        self.client
            .sdk
            .update_package_group()
            .domain(&desired.domain_name)
            .set_domain_owner(desired.domain_owner.clone())
            .package_group(&desired.pattern)
            .contact_info(desired.contact_info.as_deref().unwrap_or_default())
            .description(desired.description.as_deref().unwrap_or_default())
            .send()
            .done("codeartifact:UpdatePackageGroup")
            .await
    }

    async fn put_origins(
        &self,
        desired: &Properties,
        origins: OriginChanges,
    ) -> Result<(), DriverError> {
        let OriginChanges {
            modes,
            added,
            removed,
        } = origins;
        self.client
            .sdk
            .update_package_group_origin_configuration()
            .domain(&desired.domain_name)
            .set_domain_owner(desired.domain_owner.clone())
            .package_group(&desired.pattern)
            .set_restrictions((!modes.is_empty()).then_some(modes))
            .set_add_allowed_repositories((!added.is_empty()).then_some(added))
            .set_remove_allowed_repositories((!removed.is_empty()).then_some(removed))
            .send()
            .done("codeartifact:UpdatePackageGroupOriginConfiguration")
            .await
    }
}
