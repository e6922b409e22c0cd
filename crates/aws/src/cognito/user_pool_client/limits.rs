//! The limits of a client that AWS enforces and emulators do not.

use model::types::cognito::{TokenValidityUnits, UserPoolClient};

use crate::cognito::client::is_name_character;
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of Cognito's user pools";
const UNITS: &[&str] = &["seconds", "minutes", "hours", "days"];

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("ClientName", 1, 128, MODEL),
    Limit::characters(
        "ClientName",
        is_name_character,
        "letters, digits, spaces and _+=,.@-",
        MODEL,
    ),
    Limit::count("CallbackURLs", 0, 100, MODEL),
    Limit::count("LogoutURLs", 0, 100, MODEL),
    Limit::one_of(
        "AllowedOAuthFlows[]",
        &["code", "implicit", "client_credentials"],
        MODEL,
    ),
    Limit::one_of(
        "RefreshTokenRotation.Feature",
        &["ENABLED", "DISABLED"],
        MODEL,
    ),
    Limit::range("RefreshTokenRotation.RetryGracePeriodSeconds", 0, 60, MODEL),
    Limit::one_of("TokenValidityUnits.AccessToken", UNITS, MODEL),
    Limit::one_of("TokenValidityUnits.IdToken", UNITS, MODEL),
    Limit::one_of("TokenValidityUnits.RefreshToken", UNITS, MODEL),
    Limit::range("AuthSessionValidity", 3, 15, MODEL),
    Limit::one_of("PreventUserExistenceErrors", &["ENABLED", "LEGACY"], MODEL),
];

type Properties = UserPoolClient<String>;

pub(super) fn check(client: &Properties, checks: &mut Checks) {
    urls(client, checks);
    oauth(client, checks);
    validities(client, checks);
    let flows = &client.explicit_auth_flows;
    checks.require(
        client.refresh_token_rotation.is_none()
            || !flows.iter().any(|flow| flow == "ALLOW_REFRESH_TOKEN_AUTH"),
        "ExplicitAuthFlows",
        "contains ALLOW_REFRESH_TOKEN_AUTH, which is not allowed with RefreshTokenRotation",
    );
}

fn urls(client: &Properties, checks: &mut Checks) {
    for (property, urls) in [
        ("CallbackURLs", &client.callback_urls),
        ("LogoutURLs", &client.logout_urls),
    ] {
        for url in urls.iter().filter(|url| !is_allowed(url)) {
            checks.refuse(
                property,
                format!("contains `{url}`; only localhost is allowed without https"),
            );
        }
    }
    let callbacks = &client.callback_urls;
    let default = client.default_redirect_uri.as_ref();
    let all_known = callbacks.iter().chain(default).all(|url| is_known(url));
    checks.require(
        !all_known || default.is_none_or(|default| callbacks.contains(default)),
        "DefaultRedirectURI",
        "is not one of the CallbackURLs",
    );
}

/// The developer guide: plain `http` is only for `localhost` and the names below it; schemes other
/// than `https` are applications' own.
fn is_allowed(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return true;
    };
    let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
    !is_known(host)
        || ["localhost", "127.0.0.1"].contains(&host)
        || host.ends_with(".localhost")
        || rest.starts_with("[::1]")
}

fn oauth(client: &Properties, checks: &mut Checks) {
    let flows = &client.allowed_oauth_flows;
    checks.require(
        client.allowed_oauth_flows_user_pool_client != Some(true)
            || !flows.is_empty() && !client.allowed_oauth_scopes.is_empty(),
        "AllowedOAuthFlowsUserPoolClient",
        "is true, which requires AllowedOAuthFlows and AllowedOAuthScopes",
    );
    if flows.iter().any(|flow| flow == "client_credentials") {
        checks.require(
            flows.len() == 1,
            "AllowedOAuthFlows",
            "contains client_credentials, which excludes other flows",
        );
        checks.require(
            client.generate_secret == Some(true),
            "GenerateSecret",
            "is not true, which the flow client_credentials requires",
        );
    }
}

fn validities(client: &Properties, checks: &mut Checks) {
    const HOUR: i64 = 3_600;
    const DAY: i64 = 24 * HOUR;
    let none = TokenValidityUnits::default();
    let units = client.token_validity_units.as_ref().unwrap_or(&none);
    let (access, id) = (client.access_token_validity, client.id_token_validity);
    let refresh = client.refresh_token_validity;
    for (property, validity, unit, least, most) in [
        ("AccessTokenValidity", access, &units.access_token, 300, DAY),
        ("IdTokenValidity", id, &units.id_token, 300, DAY),
        (
            "RefreshTokenValidity",
            refresh,
            &units.refresh_token,
            HOUR,
            3_650 * DAY,
        ),
    ] {
        let unit = unit.as_deref().unwrap_or_default();
        let Some(validity) = validity else {
            checks.refuse(property, "is required where its unit is stated");
            continue;
        };
        let seconds = match unit {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => HOUR,
            "days" => DAY,
            // Unknown, or found by LIMITS.
            _ => continue,
        };
        checks.require(
            (least..=most).contains(&(i64::from(validity) * seconds)),
            property,
            format!("is {validity} {unit}; {least} to {most} seconds are allowed"),
        );
    }
}
