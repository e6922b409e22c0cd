//! The endpoints that are set in place of AWS's, checked where they are set.

use aws_config::profile::ProfileSet;
use http::Uri;

use super::connection::{AccountError, Connection};
use super::variables::Variables;

/// Checks the endpoints that would be used: the SDK dumps a request at one without a scheme.
///
/// Those of single services in a profile are left to the SDK.
///
/// # Errors
/// [`AccountError::Endpoint`], which names the setting.
pub(super) fn check(
    connection: &Connection,
    variables: &Variables,
    profiles: Option<&ProfileSet>,
) -> Result<(), AccountError> {
    if let Some(url) = &connection.endpoint_url {
        return parse(url, "--endpoint-url");
    }
    let ignored = |value: Option<&str>| value.is_some_and(|on| on.eq_ignore_ascii_case("true"));
    if ignored(variables.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
        || ignored(profiles.and_then(|set| set.get("ignore_configured_endpoint_urls")))
    {
        return Ok(());
    }
    for (name, url) in variables.with_prefix("AWS_ENDPOINT_URL") {
        parse(url, name)?;
    }
    match profiles.and_then(|set| set.get("endpoint_url")) {
        Some(url) if !url.is_empty() => parse(url, "the profile's endpoint_url"),
        _ => Ok(()),
    }
}

fn parse(url: &str, setting: &str) -> Result<(), AccountError> {
    let reason = match url.parse::<Uri>() {
        _ if !url.contains("://") => "it has no scheme".to_owned(),
        Err(error) => error.to_string(),
        Ok(uri) => match (uri.scheme_str(), uri.host()) {
            (Some("http" | "https"), Some(host)) if !host.is_empty() => return Ok(()),
            (Some("http" | "https"), _) => "it has no host".to_owned(),
            _ => "its scheme is neither http nor https".to_owned(),
        },
    };
    Err(AccountError::Endpoint {
        url: url.to_owned(),
        setting: setting.to_owned(),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_variables<const N: usize>(variables: [(&str, &str); N]) -> Result<(), AccountError> {
        check(&Connection::default(), &Variables::from(variables), None)
    }

    #[test]
    fn an_endpoint_without_a_scheme_is_an_error_that_says_where_it_is_set() {
        for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS"] {
            for url in ["localhost:4566", "localhost", "localhost:4566/path", "://"] {
                let error = check_variables([(name, url)]).unwrap_err().to_string();
                assert!(error.contains(name) && error.contains(url), "{error}");
            }
        }
        let connection = Connection {
            endpoint_url: Some("127.0.0.1:4566".to_owned()),
            ..Connection::default()
        };
        let error = check(&connection, &Variables::default(), None).unwrap_err();
        assert!(error.to_string().contains("--endpoint-url"), "{error}");
        assert!(error.advice().contains("http://localhost:4566"), "{error}");
    }

    #[test]
    fn a_url_is_taken_and_an_empty_or_ignored_one_is_none() {
        check_variables([("AWS_ENDPOINT_URL", "http://localhost:4566")]).unwrap();
        check_variables([("AWS_ENDPOINT_URL", "https://[::1]:1/path")]).unwrap();
        check_variables([("AWS_ENDPOINT_URL", "")]).unwrap();
        check_variables([
            ("AWS_ENDPOINT_URL", "localhost"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ])
        .unwrap();
        check_variables([("AWS_ENDPOINT_URL", "http://a b")]).unwrap_err();
        check_variables([("AWS_ENDPOINT_URL", "ftp://localhost")]).unwrap_err();
    }
}
