//! The limits of OIDC providers that emulators do not enforce.

use super::Properties;
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const API: &str = "IAM API reference, CreateOpenIDConnectProvider";

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("Url", 1, 255, API),
    Limit::count(
        "ClientIdList",
        0,
        100,
        "IAM user guide, quotas: client IDs per OpenID Connect provider",
    ),
    Limit::length("ClientIdList[]", 1, 255, API),
    Limit::count("ThumbprintList", 0, 5, API),
    Limit::length("ThumbprintList[]", 40, 40, API),
    Limit::characters(
        "ThumbprintList[]",
        |c| c.is_ascii_hexdigit(),
        "hexadecimal digits",
        API,
    ),
];

/// Source: IAM API reference, `CreateOpenIDConnectProvider`: the URL begins with `https://`, and has
/// neither a query nor a port.
pub(super) fn check(provider: &Properties, checks: &mut Checks) {
    let url = &provider.url;
    let host = url.strip_prefix("https://");
    checks.require(
        !is_known(url)
            || host.is_some_and(|host| !host.is_empty() && !host.contains(['?', '#', ':', '@'])),
        "Url",
        format!("is `{url}`; https:// and a host are required, without a port or a query"),
    );
}
