//! Amazon CloudFront. It is global: no ARN here has a Region.
//!
//! Every write names the version that it is based on (`If-Match`), and is repeated from a new read
//! if another writer was faster. The owner of a resource that CloudFront cannot tag is kept in its
//! comment ([`crate::kit::owner_comment`]).

mod cache_policy;
mod client;
mod comment_owned;
mod convert;
mod distribution;
#[cfg(test)]
mod fake;
mod function;
mod origin_access_control;
mod response_headers_policy;
mod shared;

pub(crate) use cache_policy::CachePolicies;
pub(crate) use distribution::Distributions;
pub(crate) use function::Functions;
pub(crate) use origin_access_control::OriginAccessControls;
pub(crate) use response_headers_policy::ResponseHeadersPolicies;
