//! The origins whose pages may connect.

use toggle_contract::doors::ANY_ORIGIN;

/// Whether an origin, as a browser sends it, is one of these.
pub(super) fn is_allowed(origin: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|pattern| admits(pattern, origin))
}

fn admits(pattern: &str, origin: &str) -> bool {
    if pattern == ANY_ORIGIN {
        return true;
    }
    let (Some(pattern), Some(origin)) = (parts(pattern), parts(origin)) else {
        return false;
    };
    let is_host = match pattern.host.strip_prefix('*') {
        Some(parent) => origin.host.ends_with(parent) && origin.host.len() > parent.len(),
        None => origin.host == pattern.host,
    };
    let is_port = pattern.port == Some("*") || pattern.port == origin.port;
    is_host && is_port && origin.scheme == pattern.scheme
}

struct Parts<'o> {
    scheme: &'o str,
    host: &'o str,
    port: Option<&'o str>,
}

/// `null`, which the page of a file or of a confined frame has, has no parts.
fn parts(origin: &str) -> Option<Parts<'_>> {
    let (scheme, authority) = origin.split_once("://")?;
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    Some(Parts { scheme, host, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_compared_by_its_parts() {
        for (pattern, origin, wanted) in [
            ("https://www.example.com", "https://www.example.com", true),
            ("https://www.example.com", "http://www.example.com", false),
            (
                "https://www.example.com",
                "https://www.example.com:8443",
                false,
            ),
            (
                "https://www.example.com",
                "https://www.example.com.evil.example",
                false,
            ),
            ("https://*.example.com", "https://a.b.example.com", true),
            ("https://*.example.com", "https://example.com", false),
            ("https://*.example.com", "https://.example.com", false),
            ("https://*.example.com", "https://badexample.com", false),
            (
                "https://*.example.com:8443",
                "https://a.example.com:8443",
                true,
            ),
            ("http://localhost:*", "http://localhost:5173", true),
            ("http://localhost:*", "http://localhost", true),
            (
                "http://localhost:*",
                "http://localhost.evil.example:80",
                false,
            ),
            ("*", "https://evil.example", true),
            ("*", "null", true),
            ("null", "null", false),
            ("https://www.example.com", "null", false),
            ("https://www.example.com", "", false),
        ] {
            assert_eq!(
                is_allowed(origin, &[pattern.to_owned()]),
                wanted,
                "{pattern} {origin}"
            );
        }
        assert!(!is_allowed("https://www.example.com", &[]));
    }
}
