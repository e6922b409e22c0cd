//! What distributions refer to.

use aws_sdk_cloudfront::types::{
    CacheBehaviors, DistributionSummary, FunctionAssociation, FunctionAssociations,
};

/// Something that distributions may use, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shared<'i> {
    /// A cache policy.
    CachePolicy(&'i str),
    /// A response headers policy.
    ResponseHeadersPolicy(&'i str),
    /// An origin access control.
    OriginAccessControl(&'i str),
    /// A function, by its name.
    Function(&'i str),
}

impl Shared<'_> {
    /// Whether a distribution refers to it.
    pub(super) fn is_used_by(self, distribution: &DistributionSummary) -> bool {
        let default = distribution.default_cache_behavior.as_ref();
        let other = distribution.cache_behaviors.as_ref();
        let other = other.map(CacheBehaviors::items).unwrap_or_default();
        match self {
            Self::CachePolicy(id) => default
                .and_then(|behavior| behavior.cache_policy_id())
                .into_iter()
                .chain(
                    other
                        .iter()
                        .filter_map(|behavior| behavior.cache_policy_id()),
                )
                .any(|used| used == id),
            Self::ResponseHeadersPolicy(id) => default
                .and_then(|behavior| behavior.response_headers_policy_id())
                .into_iter()
                .chain(
                    other
                        .iter()
                        .filter_map(|behavior| behavior.response_headers_policy_id()),
                )
                .any(|used| used == id),
            Self::Function(name) => default
                .and_then(|behavior| behavior.function_associations())
                .into_iter()
                .chain(
                    other
                        .iter()
                        .filter_map(|behavior| behavior.function_associations()),
                )
                .any(|associations| are_of(associations, name)),
            Self::OriginAccessControl(id) => distribution
                .origins
                .iter()
                .flat_map(|origins| &origins.items)
                .any(|origin| origin.origin_access_control_id() == Some(id)),
        }
    }
}

/// Whether one of the associations is with the function of this name. Its ARN ends with
/// `:function/NAME`.
fn are_of(associations: &FunctionAssociations, name: &str) -> bool {
    let arns = associations
        .items()
        .iter()
        .map(FunctionAssociation::function_arn);
    arns.filter_map(|arn| arn.split_once(":function/"))
        .any(|(_, used)| used == name)
}
