//! `AWS::CodeArtifact::PackageGroup`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::SERVICE;
use crate::{Attribute, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::CodeArtifact::PackageGroup`.
pub const PACKAGE_GROUP: &ResourceType = &ResourceType {
    name: "AWS::CodeArtifact::PackageGroup",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["DomainName", "Pattern"],
    create_only: &["DomainName", "DomainOwner", "Pattern"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    // Deleting a group deletes no package (`DeletePackageGroup` in the API reference).
    holds_data: false,
    taggable: true,
    refers_to: &["AWS::CodeArtifact::Domain", "AWS::CodeArtifact::Repository"],
};

/// The packages of a domain whose names match a pattern, and where their versions may come from.
///
/// A package belongs to the group with the most specific pattern that matches it. The root group,
/// `/*`, always exists, and AWS neither creates nor deletes it.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct PackageGroup<S = Text> {
    /// Its domain. Changing it replaces the group.
    pub domain_name: S,
    /// The account that owns the domain, 12 digits; absent means this one. Changing it replaces the
    /// group.
    pub domain_owner: Option<String>,
    /// The packages, as their path: `/npm/acme/*` are all npm packages of the scope `@acme`,
    /// `/npm/acme/ui~` those of it whose names begin with `ui`, `/npm/acme/ui$` is `@acme/ui`. 2 to
    /// 520 characters, unique in the domain. Changing it replaces the group.
    pub pattern: String,
    /// Whom to ask about the packages: at most 1,000 characters.
    pub contact_info: Option<String>,
    /// At most 1,000 characters.
    pub description: Option<String>,
    /// Where versions of the packages may come from; absent means as in the parent group, the one
    /// with the next less specific pattern.
    pub origin_configuration: Option<OriginConfiguration<S>>,
}

/// Where versions of a group's packages may come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct OriginConfiguration<S = Text> {
    /// The restriction of each origin.
    pub restrictions: Restrictions<S>,
}

/// The restriction of each origin; absent means as in the parent group.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Restrictions<S = Text> {
    /// Versions that are published to a repository of the domain.
    pub publish: Option<RestrictionType<S>>,
    /// Versions that a repository gets from its connection to a public registry.
    pub external_upstream: Option<RestrictionType<S>>,
    /// Versions that a repository gets from an upstream in the domain.
    pub internal_upstream: Option<RestrictionType<S>>,
}

/// The restriction of one origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct RestrictionType<S = Text> {
    /// Which repositories get versions of this origin.
    pub restriction_mode: RestrictionMode,
    /// The names of those repositories, in any order; only with
    /// [`RestrictionMode::AllowSpecificRepositories`].
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub repositories: Vec<S>,
}

/// Which repositories get versions of an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RestrictionMode {
    /// All.
    Allow,
    /// Those in a list.
    AllowSpecificRepositories,
    /// None.
    Block,
    /// As in the parent group.
    Inherit,
}

impl<S> From<RestrictionMode> for RestrictionType<S> {
    /// A restriction without a list of repositories.
    fn from(restriction_mode: RestrictionMode) -> Self {
        Self {
            restriction_mode,
            repositories: Vec::new(),
        }
    }
}

impl<S: Serialize> Resource for PackageGroup<S> {
    const TYPE: &'static ResourceType = PACKAGE_GROUP;
}

impl<S> PackageGroup<S> {
    /// The group's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
}
