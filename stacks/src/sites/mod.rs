//! The common part of the shell and each team's application: a private bucket that a distribution
//! serves.
//!
//! A release's files are immutable and cached for a year; the small objects that point at them are
//! never cached. Both are controlled by the headers that they are uploaded with.

mod backends;
mod bucket;
mod distribution;
mod domain;
pub(crate) mod headers;

pub(crate) use backends::Backends;
pub(crate) use bucket::{
    first_name as bucket_name, private as private_bucket, refuse_without_tls, second_private,
};
pub(crate) use distribution::rewrite_paths;
pub(crate) use domain::certificate;

use std::collections::BTreeMap;

use model::types::cloudfront::{Distribution, Function, ResponseHeadersPolicy};
use model::types::s3::Bucket;
use model::{Handle, StackBuilder, Text};
use serde::{Deserialize, Serialize};

use crate::description::{CustomDomain, Delivery};
use crate::edge::Edge;
use crate::outputs::{self, MissingOutput};

/// The differences between sites.
pub(crate) struct SiteParts<'s> {
    /// A comment for people who browse the account's lists.
    pub(crate) comment: String,
    /// What all sites share.
    pub(crate) edge: &'s Edge,
    /// The headers of every response.
    pub(crate) headers: &'s Handle<ResponseHeadersPolicy>,
    /// The function that rewrites request paths.
    pub(crate) rewrite: Option<Handle<Function>>,
    /// The servers that it reaches besides the bucket.
    pub(crate) backends: Option<Backends>,
    /// A custom domain.
    pub(crate) domain: Option<&'s CustomDomain>,
    /// How CloudFront delivers it.
    pub(crate) delivery: &'s Delivery,
}

/// A site.
pub(crate) struct Site {
    /// The bucket of its files.
    pub(crate) bucket: Handle<Bucket>,
    /// Its URL, without a trailing slash.
    pub(crate) url: Text,
    /// Its host.
    pub(crate) host: Host,
    /// The id of its distribution.
    pub(crate) distribution_id: Text,
    /// The ARN of the certificate for its custom domain.
    pub(crate) certificate: Option<Text>,
}

/// The host of a site.
pub(crate) enum Host {
    /// A custom domain.
    Domain(String),
    /// The distribution's own name.
    Distribution(Handle<Distribution>),
}

impl Site {
    /// The site in the shell's content security policy: its host, with the scheme of the page.
    pub(crate) fn source(&self) -> Text {
        match &self.host {
            Host::Domain(domain) => Text::from(domain.as_str()),
            Host::Distribution(distribution) => distribution.host(),
        }
    }
}

/// The outputs of a stack with a site. If the DNS of its custom domain is elsewhere, there is another
/// one, `domain_target`: the name that the domain's records must have as their target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs<S = Text> {
    /// The URL of the site, without a trailing slash.
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
        .map(|domain| certificate(stack, "certificate", domain));
    let distribution = distribution::add(stack, &bucket, certificate.clone(), parts);
    bucket::let_distribution_read(stack, &bucket, &distribution);
    if let Some(domain) = parts.domain {
        domain::records(stack, domain, &distribution);
    }
    let url = match parts.domain {
        Some(domain) => Text::from(format!("https://{}", domain.name)),
        None => distribution.url(),
    };
    let outputs = Outputs {
        url: url.clone(),
        bucket: bucket.name(),
        distribution_id: distribution.id(),
    };
    outputs::add(stack, &outputs);
    let host = match parts.domain {
        Some(domain) => Host::Domain(domain.name.clone()),
        None => Host::Distribution(distribution),
    };
    Site {
        bucket,
        url,
        host,
        distribution_id: outputs.distribution_id,
        certificate,
    }
}
