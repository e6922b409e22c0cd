//! Amazon CloudFront. It is global: no ARN here has a Region.
//!
//! Every write names the version that it was made from (`If-Match`), and is made again from a new
//! reading if another was faster. What CloudFront cannot tag keeps its owner in its comment
//! ([`owner_comment`]).

mod cache_policy;
mod comment_owned;
mod convert;
mod distribution;
#[cfg(test)]
mod fake;
mod function;
mod origin_access_control;
mod owner_comment;
mod response_headers_policy;
mod tags;

use std::time::Duration;

pub(crate) use self::distribution::Distributions;
pub(crate) use self::function::FunctionDriver;
use crate::account::Account;
use crate::kit::tagging;
use crate::kit::wait::WaitPolicy;
use engine::{DriverError, ReadCache, Selection};

/// Origin access controls.
pub(crate) type OriginAccessControls = comment_owned::Driver<origin_access_control::Kind>;
/// Cache policies.
pub(crate) type CachePolicies = comment_owned::Driver<cache_policy::Kind>;
/// Response headers policies.
pub(crate) type ResponseHeadersPolicies = comment_owned::Driver<response_headers_policy::Kind>;

/// Until a write is made from the newest version: others write seldom.
const VERSION: WaitPolicy = WaitPolicy::seconds(60);

/// Until what a distribution named is free: for minutes after it let go.
const LET_GO: WaitPolicy = WaitPolicy {
    first: Duration::from_secs(2),
    longest: Duration::from_secs(20),
    within: Duration::from_mins(30),
};

fn client(account: &Account) -> aws_sdk_cloudfront::Client {
    aws_sdk_cloudfront::Client::new(&account.config("cloudfront"))
}

/// Whether the tagging index shows a site of the selected stacks. It shows nothing of CloudFront
/// outside us-east-1, but the bucket that a site is served from: that goes after its distribution,
/// and without being told to not at all.
async fn suspects(
    account: &Account,
    selection: &Selection,
    cache: &ReadCache,
) -> Result<bool, DriverError> {
    Ok(tagging::hints(account, cache).await?.shows("s3", selection))
}

/// Another write was faster.
fn is_stale(error: &DriverError) -> bool {
    error.is("PreconditionFailed") || error.is("InvalidIfMatchVersion")
}

/// The version that a write names.
fn version(e_tag: Option<String>) -> Result<String, DriverError> {
    e_tag.ok_or_else(|| DriverError::internal("CloudFront names no version"))
}
