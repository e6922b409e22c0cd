//! The sites: the distributions of the emulator's accounts.
//!
//! On AWS a viewer names a distribution by its host, and that name is unique in the world.
//! MiniStack looks for it in the account of the request's access key, and a browser signs nothing.
//! So the proxy remembers the access keys that called CloudFront, finds the distribution among
//! theirs, and adds that key to the request. It also says that the viewer used HTTPS, since
//! distributions redirect or refuse all others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http_body_util::BodyExt as _;
use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};

use super::upstream::{Body, Upstream, full, say};

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The state of the sites.
#[derive(Default)]
pub(super) struct Sites {
    /// The access keys of the calls to CloudFront. MiniStack treats one of 12 digits as the
    /// account's number.
    accounts: Mutex<BTreeSet<String>>,
    /// By the distribution's domain without its last label. No two are ever the same.
    known: Mutex<BTreeMap<String, Site>>,
}

/// A distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Site {
    /// Its domain, such as `d123.cloudfront.net`.
    domain: String,
    /// The header that names its account; `None` for the emulator's default account.
    scope: Option<HeaderValue>,
}

impl Sites {
    /// Remembers the access key of a call to CloudFront. An access key id is not secret.
    pub(super) fn note_account(&self, headers: &HeaderMap) {
        let Some(key) = headers
            .get(AUTHORIZATION)
            .and_then(|value| cloudfront_key(value.to_str().ok()?))
        else {
            return;
        };
        let mut accounts = lock(&self.accounts);
        if !accounts.contains(key) {
            accounts.insert(key.to_owned());
        }
    }

    /// Responds to a viewer's request. An API's host, such as `API.execute-api.localhost`, passes
    /// through unchanged; any other that is not a site could name the emulator's services.
    pub(super) async fn answer(
        &self,
        upstream: &Upstream,
        name: &str,
        mut request: Request<Body>,
    ) -> Response<Body> {
        if name.ends_with(".execute-api") {
            return upstream.forward_in_turn(request).await;
        }
        let Some(site) = self.find(upstream, name).await else {
            return say(
                StatusCode::NOT_FOUND,
                &format!("The emulator has no distribution {name}.net.\n"),
            );
        };
        site.address(request.headers_mut());
        upstream.forward_in_turn(request).await
    }

    async fn find(&self, upstream: &Upstream, name: &str) -> Option<Site> {
        if let Some(site) = lock(&self.known).get(name) {
            return Some(site.clone());
        }
        let accounts = lock(&self.accounts).clone();
        for scope in [None]
            .into_iter()
            .chain(accounts.iter().map(|key| scope(key)))
        {
            if let Some(domain) = find_in(&list(upstream, scope.as_ref()).await, name) {
                let site = Site { domain, scope };
                self.remember(&site);
                return Some(site);
            }
        }
        None
    }

    /// By its own domain only: an alternate name can move to another distribution.
    fn remember(&self, site: &Site) {
        lock(&self.known).insert(without_last_label(&site.domain).to_owned(), site.clone());
    }
}

impl Site {
    fn address(&self, headers: &mut HeaderMap) {
        if let Ok(host) = HeaderValue::from_str(&self.domain) {
            headers.insert(HOST, host);
        }
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static("https"));
        if let Some(scope) = &self.scope {
            headers.insert(AUTHORIZATION, scope.clone());
        }
    }
}

/// The access key of a call that is signed for CloudFront.
fn cloudfront_key(authorization: &str) -> Option<&str> {
    let credential = authorization
        .strip_prefix("AWS4-HMAC-SHA256 ")?
        .split_once("Credential=")?
        .1;
    let mut scope = credential.split(',').next()?.split('/');
    let key = scope.next()?;
    (scope.nth(2)? == "cloudfront").then_some(key)
}

/// MiniStack reads this key, without a signature.
fn scope(key: &str) -> Option<HeaderValue> {
    let scope =
        format!("AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/cloudfront/aws4_request");
    HeaderValue::from_str(&scope).ok()
}

/// `ListDistributions` in an account; empty if the emulator does not answer.
async fn list(upstream: &Upstream, scope: Option<&HeaderValue>) -> String {
    let mut request = Request::new(full(""));
    *request.uri_mut() = hyper::Uri::from_static("/2020-05-31/distribution");
    if let Some(scope) = scope {
        request.headers_mut().insert(AUTHORIZATION, scope.clone());
    }
    let Ok(response) = upstream.send(request).await else {
        return String::new();
    };
    let body = response
        .into_body()
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes);
    String::from_utf8_lossy(&body.unwrap_or_default()).into_owned()
}

/// The domain of the distribution with this name, its own or another, without the last label.
fn find_in(list: &str, name: &str) -> Option<String> {
    let mut summaries = list.split("<DistributionSummary>").skip(1);
    summaries.find_map(|summary| {
        // The origins' domains follow later.
        let domain = texts(summary, "DomainName").next()?;
        let mut names = [domain].into_iter().chain(texts(summary, "CNAME"));
        names
            .any(|one| without_last_label(one) == name)
            .then(|| domain.to_owned())
    })
}

fn texts<'x>(xml: &'x str, element: &str) -> impl Iterator<Item = &'x str> {
    let (start, end) = (format!("<{element}>"), format!("</{element}>"));
    let mut rest = xml;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&start)?;
        let (text, after) = after.split_once(&end)?;
        rest = after;
        Some(text)
    })
}

fn without_last_label(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(rest, _)| rest)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LIST: &str = "<DistributionList><Items><DistributionSummary><Id>E1</Id><DomainName>d1.cloudfront.net</DomainName>\
        <Aliases><Items><CNAME>www.example.com</CNAME></Items></Aliases>\
        <Origins><Origin><DomainName>d2.cloudfront.net</DomainName></Origin></Origins></DistributionSummary>\
        <DistributionSummary><Id>E3</Id><DomainName>d3.cloudfront.net</DomainName></DistributionSummary></Items>";

    #[test]
    fn a_distribution_is_found_by_each_of_its_names() {
        assert_eq!(find_in(LIST, "d1.cloudfront").unwrap(), "d1.cloudfront.net");
        assert_eq!(find_in(LIST, "www.example").unwrap(), "d1.cloudfront.net");
        assert_eq!(find_in(LIST, "d3.cloudfront").unwrap(), "d3.cloudfront.net");
        assert_eq!(find_in(LIST, "d2.cloudfront"), None);
        assert_eq!(find_in("", "d1.cloudfront"), None);
    }

    #[test]
    fn the_key_of_a_call_to_cloudfront_is_known() {
        let call = |service| {
            format!(
                "AWS4-HMAC-SHA256 Credential=000000000001/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host"
            )
        };
        assert_eq!(cloudfront_key(&call("cloudfront")), Some("000000000001"));
        assert_eq!(cloudfront_key(&call("s3")), None);
        assert_eq!(cloudfront_key("Bearer Credential=x"), None);
        assert_eq!(
            scope("000000000001")
                .as_ref()
                .and_then(|value| cloudfront_key(value.to_str().unwrap())),
            Some("000000000001")
        );
    }
}
