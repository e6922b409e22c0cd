//! Package groups between the SDK's types and the model's.

use std::collections::BTreeMap;

use aws_sdk_codeartifact::types::{
    PackageGroupAllowedRepository, PackageGroupDescription,
    PackageGroupOriginRestriction as SdkRestriction, PackageGroupOriginRestrictionMode as SdkMode,
    PackageGroupOriginRestrictionType as Origin,
};
use engine::LiveTags;
use model::types::codeartifact::{
    OriginConfiguration, PackageGroup, RestrictionMode, RestrictionType, Restrictions,
};

use super::{Live, Named, Properties};
use crate::kit::typed::TypedLive;

/// The repositories that a group allows, by origin.
pub(super) type Allowed = BTreeMap<Origin, Vec<String>>;

/// The restrictions, each with its origin.
pub(super) fn each(of: &Restrictions<String>) -> [(Origin, Option<&RestrictionType<String>>); 3] {
    [
        (Origin::Publish, of.publish.as_ref()),
        (Origin::ExternalUpstream, of.external_upstream.as_ref()),
        (Origin::InternalUpstream, of.internal_upstream.as_ref()),
    ]
}

/// The restrictions, in the order of [`each`].
pub(super) fn each_mut(of: &mut Restrictions<String>) -> [&mut Option<RestrictionType<String>>; 3] {
    [
        &mut of.publish,
        &mut of.external_upstream,
        &mut of.internal_upstream,
    ]
}

/// The origins without restrictions.
pub(super) fn unrestricted() -> OriginConfiguration<String> {
    OriginConfiguration {
        restrictions: Restrictions {
            publish: None,
            external_upstream: None,
            internal_upstream: None,
        },
    }
}

/// The origins for which a group has a list of repositories.
pub(super) fn listed(described: &PackageGroupDescription) -> Vec<Origin> {
    [
        Origin::Publish,
        Origin::ExternalUpstream,
        Origin::InternalUpstream,
    ]
    .into_iter()
    .filter(|origin| {
        let mode = restriction(described, origin).and_then(SdkRestriction::mode);
        mode == Some(&SdkMode::AllowSpecificRepositories)
    })
    .collect()
}

fn restriction<'d>(
    described: &'d PackageGroupDescription,
    origin: &Origin,
) -> Option<&'d SdkRestriction> {
    described
        .origin_configuration()?
        .restrictions()?
        .get(origin)
}

/// What was described, of the domain's owner that was asked for: CodeArtifact names it even if it is
/// this account.
pub(super) fn properties(
    group: Named<'_>,
    described: &PackageGroupDescription,
    mut allowed: Allowed,
) -> Properties {
    let mut of = |origin: Origin| {
        let mode = restriction(described, &origin)?.mode().and_then(mode)?;
        let repositories = allowed.remove(&origin).unwrap_or_default();
        Some(RestrictionType {
            restriction_mode: mode,
            repositories,
        })
    };
    PackageGroup {
        domain_name: group.domain.to_owned(),
        domain_owner: group.owner.map(str::to_owned),
        pattern: group.pattern.to_owned(),
        contact_info: described.contact_info.clone(),
        description: described.description.clone(),
        origin_configuration: Some(OriginConfiguration {
            restrictions: Restrictions {
                publish: of(Origin::Publish),
                external_upstream: of(Origin::ExternalUpstream),
                internal_upstream: of(Origin::InternalUpstream),
            },
        }),
    }
}

pub(super) fn live(
    described: &PackageGroupDescription,
    properties: Properties,
    tags: LiveTags,
) -> Live {
    TypedLive {
        id: format!("{}{}", properties.domain_name, properties.pattern),
        properties,
        attributes: Live::assigned([(PackageGroup::ARN, described.arn.clone())]),
        tags,
    }
}

fn mode(mode: &SdkMode) -> Option<RestrictionMode> {
    match mode {
        SdkMode::Allow => Some(RestrictionMode::Allow),
        SdkMode::AllowSpecificRepositories => Some(RestrictionMode::AllowSpecificRepositories),
        SdkMode::Block => Some(RestrictionMode::Block),
        SdkMode::Inherit => Some(RestrictionMode::Inherit),
        _ => None,
    }
}

pub(super) fn sdk_mode(mode: RestrictionMode) -> SdkMode {
    match mode {
        RestrictionMode::Allow => SdkMode::Allow,
        RestrictionMode::AllowSpecificRepositories => SdkMode::AllowSpecificRepositories,
        RestrictionMode::Block => SdkMode::Block,
        RestrictionMode::Inherit => SdkMode::Inherit,
    }
}

pub(super) fn sdk_allowed(origin: &Origin, repository: &str) -> PackageGroupAllowedRepository {
    PackageGroupAllowedRepository::builder()
        .origin_restriction_type(origin.clone())
        .repository_name(repository)
        .build()
}
