//! Rules of CloudFront. Codes and statuses are those of botocore's model 2020-05-31.

mod kinds;
mod plan;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use kinds::{Kind, Target};
pub use plan::on_a_pricing_plan;

use crate::Refusal;
use crate::call::{Answer, Call};
use crate::memory::Account;
use crate::xml::{text, texts};

/// The most characters of a Content-Security-Policy (the quotas page of the developer guide).
const CONTENT_SECURITY_POLICY: usize = 1_783;

/// The most distributions that use one policy, access control or function (the quotas page).
const USERS: usize = 100;

/// The resources of an account.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    /// By path and id.
    by_id: BTreeMap<(&'static str, String), Resource>,
    /// The distribution that was created with each caller reference, even if it was deleted since.
    references: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Resource {
    /// The version that the latest write returned, if it returned one.
    version: Option<String>,
    /// The latest configuration that was written.
    config: String,
}

impl Resources {
    fn of(&self, kind: &Kind) -> impl Iterator<Item = (&str, &Resource)> {
        let all = self.by_id.iter();
        let path = kind.path;
        all.filter_map(move |((of, id), resource)| (*of == path).then_some((id.as_str(), resource)))
    }

    fn distributions(&self) -> impl Iterator<Item = (&str, &Resource)> {
        self.of(&kinds::DISTRIBUTION)
    }
}

/// An account has at most so many resources of a kind (the quotas page; the numbers are in
/// `kinds.rs`).
pub(crate) fn quota(call: &Call, account: &Account) -> Option<Refusal> {
    let Target { kind, id: None } = Target::created(call)? else {
        return None;
    };
    let full = account.cloudfront.of(kind).count() >= kind.quota;
    full.then(|| Refusal::new(400, kind.too_many.0, kind.too_many.1))
}

/// A Content-Security-Policy has at most 1,783 characters (the quotas page, L-E9944CCE).
pub(crate) fn long_content_security_policy(call: &Call, _: &Account) -> Option<Refusal> {
    let written = Target::created(call).or_else(|| Target::updated(call))?;
    if written.kind.path != "response-headers-policy" {
        return None;
    }
    let path = "SecurityHeadersConfig/ContentSecurityPolicy/ContentSecurityPolicy";
    let policy = text(call.text(), path)?;
    let message = "The length of the Content-Security-Policy header value in the response headers \
                   policy exceeds the maximum.";
    (policy.chars().count() > CONTENT_SECURITY_POLICY)
        .then(|| Refusal::new(400, "TooLongCSPInResponseHeadersPolicy", message))
}

/// A caller reference creates one distribution, ever.
///
/// That the same body is refused as well, and the message with the id, are from
/// aws/aws-sdk-go#2213 and aws/aws-sdk-js-v3#2618. The documentation says "a value that you already
/// sent in a previous request", so a deleted distribution keeps its reference here; no report shows
/// which way CloudFront decides.
pub(crate) fn used_reference(call: &Call, account: &Account) -> Option<Refusal> {
    let created = Target::created(call)?;
    if !created.is_distribution() {
        return None;
    }
    let reference = text(call.text(), "CallerReference")?;
    let id = account.cloudfront.references.get(&reference)?;
    let message = format!(
        "The caller reference that you are using to create a distribution is associated with another distribution. \
         Already exists: {id}"
    );
    Some(Refusal::new(409, "DistributionAlreadyExists", message))
}

/// An alternate domain name belongs to one distribution, a disabled one included ("Moving an
/// alternate domain name to a different distribution" in the developer guide). The message is from
/// serverless-nextjs/serverless-next.js#324.
pub(crate) fn claimed_alias(call: &Call, account: &Account) -> Option<Refusal> {
    let written = Target::created(call).or_else(|| Target::updated(call))?;
    if !written.is_distribution() {
        return None;
    }
    let aliases = |config: &str| {
        let names = texts(config, "Aliases/Items/CNAME").into_iter();
        names.map(|name| name.to_lowercase()).collect::<Vec<_>>()
    };
    let wanted = aliases(call.text());
    let mut others = account.cloudfront.distributions();
    let taken = others.any(|(id, other)| {
        let held = aliases(&other.config);
        Some(id) != written.id && held.iter().any(|name| wanted.contains(name))
    });
    let message =
        "One or more of the CNAMEs you provided are already associated with a different resource.";
    taken.then(|| Refusal::new(409, "CNAMEAlreadyExists", message))
}

/// One policy, access control or function serves at most 100 distributions (the quotas page).
pub(crate) fn popular(call: &Call, account: &Account) -> Option<Refusal> {
    let written = Target::created(call).or_else(|| Target::updated(call))?;
    if !written.is_distribution() {
        return None;
    }
    kinds::USED.iter().find_map(|kind| {
        let users = |wanted: &String| {
            let others = account.cloudfront.distributions();
            let using = others.filter(|(id, other)| {
                Some(*id) != written.id && texts(&other.config, kind.reference).contains(wanted)
            });
            using.count()
        };
        let mut wanted = texts(call.text(), kind.reference).into_iter();
        let full = wanted.any(|wanted| users(&wanted) >= USERS);
        full.then(|| Refusal::new(400, kind.popular.0, kind.popular.1))
    })
}

/// A write names the newest version of what it changes. Functions are left out: each of their
/// stages has a version.
pub(crate) fn version(call: &Call, account: &Account) -> Option<Refusal> {
    let written = Target::updated(call).or_else(|| Target::deleted(call))?;
    if written.kind.path == "function" {
        return None;
    }
    let Some(sent) = call.headers.get("if-match") else {
        let message = "The If-Match version is missing or not valid for the resource.";
        return Some(Refusal::new(400, "InvalidIfMatchVersion", message));
    };
    let newest = account
        .cloudfront
        .by_id
        .get(&written.key()?)?
        .version
        .as_ref()?;
    // The message is from hashicorp/terraform-provider-aws#27147.
    let message = "The request failed because it didn't meet the preconditions in one or more request-header fields.";
    (sent.as_bytes() != newest.as_bytes()).then(|| Refusal::new(412, "PreconditionFailed", message))
}

/// A distribution is disabled before it is deleted. The message is from rebuy-de/aws-nuke#155.
pub(crate) fn enabled(call: &Call, account: &Account) -> Option<Refusal> {
    let deleted = Target::deleted(call)?;
    if !deleted.is_distribution() {
        return None;
    }
    let live = account.cloudfront.by_id.get(&deleted.key()?)?;
    let enabled = text(&live.config, "DistributionConfig/Enabled")?;
    let message = "The distribution you are trying to delete has not been disabled.";
    (enabled == "true").then(|| Refusal::new(409, "DistributionNotDisabled", message))
}

/// What a distribution uses is not deleted.
pub(crate) fn in_use(call: &Call, account: &Account) -> Option<Refusal> {
    let Target { kind, id } = Target::deleted(call)?;
    let id = id?;
    if kind.reference.is_empty() {
        return None;
    }
    let names = |value: &str| value == id || value.ends_with(&format!(":function/{id}"));
    let mut users = account.cloudfront.distributions();
    let used = users.any(|(_, user)| {
        texts(&user.config, kind.reference)
            .iter()
            .any(|of| names(of))
    });
    used.then(|| Refusal::new(409, kind.in_use.0, kind.in_use.1))
}

/// Remembers what was created, changed and deleted.
pub(crate) fn note(call: &Call, answer: &Answer, account: &mut Account) {
    let resources = &mut account.cloudfront;
    let resource = || Resource {
        version: answer.header("etag").map(str::to_owned),
        config: call.text().to_owned(),
    };
    if let Some(created) = Target::created(call) {
        let Some(id) = text(answer.text(), created.kind.id) else {
            return;
        };
        if let Some(reference) = text(call.text(), "CallerReference")
            && created.is_distribution()
        {
            resources.references.insert(reference, id.clone());
        }
        resources.by_id.insert((created.kind.path, id), resource());
    } else if let Some(key) = Target::updated(call).and_then(|updated| updated.key()) {
        resources.by_id.insert(key, resource());
    } else if let Some(key) = Target::deleted(call).and_then(|deleted| deleted.key()) {
        resources.by_id.remove(&key);
    }
}
