//! A team's own API, which the shell's page reaches at the shell's own origin.

use std::ops::RangeInclusive;

use super::sources::is_host;
use super::table::Rejected;

/// The port of HTTPS.
const HTTPS: u16 = 443;

/// The ports above 80 and 443 at which CloudFront reaches a server. Source: `CustomOriginConfig` in the
/// CloudFront API reference.
const PORTS: RangeInclusive<u16> = 1_024..=65_535;

/// The most characters of a path. Source: `OriginPath` in the CloudFront API reference.
const PATH_LENGTH: usize = 255;

/// An API over HTTPS: `https://api.example.com:8443/v2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// The host.
    pub host: String,
    /// The port: 443, or 1024 and above.
    pub port: u16,
    /// What its paths begin with: `/v2`, without a slash at the end. Default: nothing.
    pub path: Option<String>,
}

impl Api {
    pub(super) fn described(text: &str) -> Result<Self, Rejected> {
        let rejected = |why: &str| Rejected {
            why: why.to_owned(),
            help: "use `https://`, a host in lower case, and perhaps a port and a path, such as \
                   `https://api.example.com` or `https://example.com:8443/v2`"
                .to_owned(),
        };
        let rest = text
            .strip_prefix("https://")
            .ok_or_else(|| rejected("it must begin with `https://`"))?;
        let (authority, path) = match rest.find('/') {
            Some(at) => (&rest[..at], rest[at..].trim_end_matches('/')),
            None => (rest, ""),
        };
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (authority, Some(HTTPS)),
        };
        if !is_host(host) {
            return Err(rejected("not a host"));
        }
        let port = port.filter(|port| *port == HTTPS || PORTS.contains(port));
        let port = port.ok_or_else(|| rejected("a port is 443, or 1024 to 65535"))?;
        let is_plain =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.' | '_' | '~');
        if !path.chars().all(is_plain) || path.contains("//") || path.len() > PATH_LENGTH {
            return Err(rejected(
                "a path has letters, digits and `-._~` between slashes",
            ));
        }
        Ok(Self {
            host: host.to_owned(),
            port,
            path: (!path.is_empty()).then(|| path.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_is_a_host_a_port_and_a_path() {
        let read = |text| {
            let api = Api::described(text).ok()?;
            Some((api.host, api.port, api.path))
        };
        let host = || "api.example.com".to_owned();
        assert_eq!(read("https://api.example.com"), Some((host(), 443, None)));
        assert_eq!(read("https://api.example.com/"), Some((host(), 443, None)));
        let all = read("https://api.example.com:8443/v2/shop/");
        assert_eq!(all, Some((host(), 8443, Some("/v2/shop".to_owned()))));
        for text in [
            "",
            "api.example.com",
            "http://api.example.com",
            "https://",
            "https://localhost",
            "https://*.example.com",
            "https://api.example.com:80",
            "https://api.example.com:70000",
            "https://user@api.example.com",
            "https://api.example.com/v2?a=b",
            "https://api.example.com/a//b",
            "https://api.example.com/v 2",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
