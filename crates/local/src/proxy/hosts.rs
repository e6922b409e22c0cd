//! Classifies requests by their host.

use hyper::Request;
use hyper::header::{AUTHORIZATION, HOST};

/// The addressee of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// The login pages of a domain, such as `acme.auth.eu-west-1.amazoncognito`.
    Login(String),
    /// Possibly a distribution: its domain or another of its names without the last label, such as
    /// `d123.cloudfront`.
    Site(String),
    /// The endpoint itself.
    Endpoint,
}

impl Host {
    /// A signed request is a call to AWS, whatever its host: clients put a bucket's name there.
    pub(super) fn of<B>(request: &Request<B>) -> Self {
        let headers = request.headers();
        let host = headers
            .get(HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default();
        let signed = headers
            .get(AUTHORIZATION)
            .is_some_and(|value| value.as_bytes().starts_with(b"AWS4-"));
        if signed {
            Self::Endpoint
        } else {
            Self::named(host)
        }
    }

    fn named(host: &str) -> Self {
        let host = host
            .split(':')
            .next()
            .unwrap_or_default()
            .trim_end_matches('.')
            .to_ascii_lowercase();
        match host.strip_suffix(".localhost") {
            Some(name) if name.ends_with(".amazoncognito") => Self::Login(name.to_owned()),
            Some(name) => Self::Site(name.to_owned()),
            None => Self::Endpoint,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_host_says_who_answers() {
        for (host, wanted) in [
            (
                "d123.cloudfront.localhost:4566",
                Host::Site("d123.cloudfront".into()),
            ),
            (
                "D123.CloudFront.LOCALHOST",
                Host::Site("d123.cloudfront".into()),
            ),
            ("www.example.localhost:80", Host::Site("www.example".into())),
            (
                "acme.auth.eu-west-1.amazoncognito.localhost:1",
                Host::Login("acme.auth.eu-west-1.amazoncognito".into()),
            ),
            ("127.0.0.1:4566", Host::Endpoint),
            ("localhost:4566", Host::Endpoint),
            ("d123.cloudfront.net", Host::Endpoint),
            ("", Host::Endpoint),
        ] {
            assert_eq!(Host::named(host), wanted, "{host}");
        }
    }

    #[test]
    fn a_signed_request_is_a_call() {
        let request = Request::builder()
            .header(HOST, "bucket.s3.localhost")
            .header(AUTHORIZATION, "AWS4-HMAC-SHA256 …");
        assert_eq!(Host::of(&request.body(()).unwrap()), Host::Endpoint);
    }
}
