//! What the shell and each team's application stand on: a private bucket that a distribution
//! serves.
//!
//! A release's files are immutable and cached for a year; the small objects that point at them are
//! never cached. Both say so themselves, in the headers that they are uploaded with.

mod bucket;
mod distribution;
mod domain;
pub(crate) mod headers;

pub(crate) use distribution::rewrite_paths;

use std::collections::BTreeMap;

use model::types::cloudfront::{Function, ResponseHeadersPolicy};
use model::types::s3::Bucket;
use model::{Handle, StackBuilder, Text};
use serde::{Deserialize, Serialize};

use crate::description::CustomDomain;
use crate::outputs::{self, MissingOutput};

/// What makes one site differ from another.
pub(crate) struct SiteParts<'s> {
    /// What the site is, for people who read the account's lists.
    pub(crate) comment: String,
    /// The headers of every answer.
    pub(crate) headers: Handle<ResponseHeadersPolicy>,
    /// What rewrites the paths of requests.
    pub(crate) rewrite: Option<Handle<Function>>,
    /// A domain of its own.
    pub(crate) domain: Option<&'s CustomDomain>,
}

/// A site.
pub(crate) struct Site {
    /// Where its files are.
    pub(crate) bucket: Handle<Bucket>,
    /// Where it is found, without a slash at the end.
    pub(crate) url: Text,
}

/// The outputs of a stack with a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs<S = Text> {
    /// The URL of the site, without a slash at its end.
    pub url: S,
    /// The name of the bucket that its files are in.
    pub bucket: S,
    /// The id of the distribution that serves them.
    pub distribution_id: S,
}

impl Outputs<String> {
    /// The outputs among values by name.
    ///
    /// # Errors
    /// The first output that has no value.
    pub fn of(values: &BTreeMap<String, String>) -> Result<Self, MissingOutput> {
        outputs::read(values)
    }
}

/// Adds a site and its outputs to a stack.
pub(crate) fn add(stack: &mut StackBuilder<'_>, parts: &SiteParts<'_>) -> Site {
    let bucket = bucket::add(stack);
    let certificate = parts
        .domain
        .map(|domain| domain::certificate(stack, domain));
    let distribution = distribution::add(stack, &bucket, certificate, parts);
    bucket::let_distribution_read(stack, &bucket, &distribution);
    let url = match parts.domain {
        Some(domain) => {
            domain::records(stack, domain, &distribution);
            Text::from(format!("https://{}", domain.name))
        }
        None => distribution.url(),
    };
    let outputs = Outputs {
        url: url.clone(),
        bucket: bucket.name(),
        distribution_id: distribution.id(),
    };
    outputs::add(stack, &outputs);
    Site { bucket, url }
}
