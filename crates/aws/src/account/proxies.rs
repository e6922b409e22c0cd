//! The proxies of the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in upper or lower case.
//!
//! As in the AWS CLI, the lower case has precedence and `http://` is assumed where a proxy has no
//! scheme. Beyond it, this machine and the addresses that only this machine can reach (instance and
//! container metadata) never have a proxy: an emulator's endpoint works unchanged.

use std::fmt;

use aws_smithy_http_client::proxy::ProxyConfig;
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::connection::AccountError;
use super::variables::Variables;

/// Hosts that are always reached directly.
const DIRECT: &str = "localhost,127.0.0.0/8,::1,169.254.0.0/16,fd00:ec2::/32";

/// The proxies.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    direct: String,
}

/// A proxy's URL, which may contain a password.
#[derive(Clone)]
struct Proxy(Uri);

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proxy").field(&self.0.host()).finish()
    }
}

impl Proxies {
    /// The proxies of an environment.
    ///
    /// # Errors
    /// [`AccountError::Proxy`], if a variable is no proxy's URL.
    pub(super) fn new(variables: &Variables) -> Result<Self, AccountError> {
        let proxy = |names| {
            let set = variables.first(names);
            set.map(|(name, value)| Proxy::parse(name, value))
                .transpose()
        };
        let direct = variables.first(["no_proxy", "NO_PROXY"]);
        Ok(Self {
            http: proxy(["http_proxy", "HTTP_PROXY"])?,
            https: proxy(["https_proxy", "HTTPS_PROXY"])?,
            direct: direct.map_or(DIRECT.to_owned(), |(_, hosts)| format!("{hosts},{DIRECT}")),
        })
    }

    /// What the SDK's HTTP client needs for `http:` URLs.
    pub(super) fn http(&self) -> ProxyConfig {
        self.config(self.http.as_ref(), ProxyConfig::http)
    }

    /// What the SDK's HTTP client needs for `https:` URLs.
    pub(super) fn https(&self) -> ProxyConfig {
        self.config(self.https.as_ref(), ProxyConfig::https)
    }

    fn config<E>(
        &self,
        proxy: Option<&Proxy>,
        new: fn(Uri) -> Result<ProxyConfig, E>,
    ) -> ProxyConfig {
        // It was checked when it was read.
        let config = proxy.and_then(|proxy| new(proxy.0.clone()).ok());
        config.map_or_else(ProxyConfig::disabled, |config| {
            config.no_proxy(&self.direct)
        })
    }

    /// The proxy on the way to a URL, if there is one.
    pub(super) fn on_the_way_to(&self, url: &Uri) -> Option<Intercept> {
        let text =
            |proxy: &Option<Proxy>| proxy.as_ref().map_or(String::new(), |p| p.0.to_string());
        let matcher = Matcher::builder()
            .http(text(&self.http))
            .https(text(&self.https))
            .no(self.direct.clone());
        matcher.build().intercept(url)
    }
}

impl Proxy {
    fn parse(variable: &'static str, value: &str) -> Result<Self, AccountError> {
        let error = |reason: String| AccountError::Proxy { variable, reason };
        let url = if value.contains("://") {
            value.to_owned()
        } else {
            format!("http://{}", value.trim_start_matches("//"))
        };
        let url: Uri = url.parse().map_err(|reason| error(format!("{reason}")))?;
        ProxyConfig::all(url.clone()).map_err(|reason| error(reason.to_string()))?;
        Ok(Self(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies<const N: usize>(variables: [(&str, &str); N]) -> Proxies {
        Proxies::new(&Variables::from(variables)).unwrap()
    }

    fn way(proxies: &Proxies, url: &'static str) -> Option<String> {
        let proxy = proxies.on_the_way_to(&Uri::from_static(url))?;
        Some(proxy.uri().to_string())
    }

    const STS: &str = "https://sts.eu-west-1.amazonaws.com/";

    #[test]
    fn each_scheme_has_its_own_proxy_and_the_lower_case_goes_first() {
        let both = proxies([
            ("HTTPS_PROXY", "http://upper:3128"),
            ("https_proxy", "http://lower:3128"),
            ("HTTP_PROXY", "plain:8080"),
        ]);
        assert_eq!(way(&both, STS).as_deref(), Some("http://lower:3128/"));
        assert_eq!(
            way(&both, "http://emulator.internal:4566/").as_deref(),
            Some("http://plain:8080/"),
            "a proxy without a scheme speaks HTTP"
        );
    }

    #[test]
    fn an_empty_variable_is_no_proxy_and_hides_none() {
        let empty = proxies([("HTTPS_PROXY", ""), ("https_proxy", "")]);
        assert_eq!(way(&empty, STS), None);
        let hidden = proxies([("https_proxy", ""), ("HTTPS_PROXY", "http://upper:3128")]);
        assert_eq!(way(&hidden, STS).as_deref(), Some("http://upper:3128/"));
    }

    #[test]
    fn this_machine_and_no_proxy_are_reached_directly() {
        let some = proxies([
            ("HTTPS_PROXY", "http://proxy:3128"),
            ("HTTP_PROXY", "http://proxy:3128"),
            ("NO_PROXY", "amazonaws.com, .corp"),
        ]);
        for direct in [
            STS,
            "https://a.corp/",
            "http://localhost:4566/",
            "http://s3.localhost:4566/",
            "http://127.0.0.1:4566/",
            "http://[::1]:4566/",
            "http://169.254.169.254/latest/meta-data/",
            "http://169.254.170.2/v2/credentials/",
        ] {
            assert_eq!(way(&some, direct), None, "{direct}");
        }
        assert!(way(&some, "https://sts.cn-north-1.amazonaws.com.cn/").is_some());
    }

    #[test]
    fn what_is_no_proxy_is_an_error_that_names_the_variable_and_no_password() {
        for value in [
            "http://",
            "ftp://proxy:1",
            "http://a b:1",
            "socks5://u:secret@h:1",
        ] {
            let error = Proxies::new(&Variables::from([("HTTPS_PROXY", value)]));
            let error = error.unwrap_err().to_string();
            assert!(error.contains("HTTPS_PROXY"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_password_is_sent_to_the_proxy_and_shown_to_nobody() {
        let some = proxies([("HTTPS_PROXY", "http://ada:secret@proxy:3128")]);
        let proxy = some.on_the_way_to(&Uri::from_static(STS)).unwrap();
        assert!(proxy.basic_auth().is_some());
        assert!(!proxy.uri().to_string().contains("secret"));
        assert!(!format!("{some:?}").contains("secret"), "{some:?}");
    }
}
