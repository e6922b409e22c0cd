//! `[identity]`: who signs in, and how.

use std::ops::Range;

use super::domain::CustomDomain;
use super::email::Email;
use super::name::Name;
use super::password::Password;
use super::problem::Problem;
use super::provider::Provider;
use super::sources::is_host;
use super::suggestion::{list, nearest, quoted};
use super::table::{Rejected, Table};

/// Who signs in, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Groups of users, which tokens contain; named by the rules for a system's name. Default:
    /// `operators`.
    pub groups: Vec<String>,
    /// Whether people can sign up by themselves. Default: no, an administrator invites them.
    pub self_sign_up: bool,
    /// Whether sign-in requires a second factor. Default: `optional`.
    pub mfa: Mfa,
    /// Minutes that an access token is valid: 5 to 60. Default: 10.
    pub access_token_minutes: i32,
    /// Days before a user must sign in again, however often they visit: 1 to 3,650. Default: 30.
    pub refresh_token_days: i32,
    /// Whether AWS refuses to delete the user pool. Default: yes.
    pub deletion_protection: bool,
    /// The feature plan of the user pool, which has a price per user. Default: not stated; a new
    /// pool has essentials, and a plan that was chosen stays.
    pub tier: Option<Tier>,
    /// Whether sign-ins are checked for compromised passwords and unusual circumstances, which the
    /// tier `plus` does. Default: not stated; protection that is configured stays.
    pub threat_protection: Option<ThreatProtection>,
    /// Who sends mail to users. Default: not stated; for a new pool Cognito itself, up to 50 a day,
    /// and a sender that is configured stays.
    pub email: Option<Email>,
    /// Further URLs to which the login may return, besides the shell's own: `https`, or `http` for
    /// `localhost`. Default: none.
    pub callback_urls: Vec<String>,
    /// Which passwords users may choose.
    pub password: Password,
    /// A custom domain of the login pages, in addition to Cognito's own. Default: none.
    pub domain: Option<CustomDomain>,
    /// Companies' own directories, whose users can sign in. Default: none.
    pub providers: Vec<Provider>,
    /// Whether the pool's own users can sign in. Default: yes; without them a provider is required.
    pub local_users: bool,
}

/// The feature plan of the user pool. Lite is not offered: it has no managed login pages. Source:
/// the Cognito developer guide, `User pool feature plans`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Cognito's default.
    Essentials,
    /// With threat protection.
    Plus,
}

/// What is done about threats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreatProtection {
    /// Nothing.
    Off,
    /// They are recorded.
    Audit,
    /// Cognito responds to them.
    Enforced,
}

/// Whether sign-in requires a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mfa {
    /// Never.
    Off,
    /// For users who have set one up.
    Optional,
    /// For everyone.
    Required,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            groups: vec!["operators".to_owned()],
            self_sign_up: false,
            mfa: Mfa::Optional,
            access_token_minutes: 10,
            refresh_token_days: 30,
            deletion_protection: true,
            tier: None,
            threat_protection: None,
            email: None,
            callback_urls: Vec::new(),
            password: Password::default(),
            domain: None,
            providers: Vec::new(),
            local_users: true,
        }
    }
}

impl Identity {
    pub(super) fn read(table: &mut Table) -> Self {
        let default = Self::default();
        let tier = table.choice("tier", &Tier::ALL, Tier::as_str);
        let threat_protection = table.choice(
            "threat_protection",
            &ThreatProtection::ALL,
            ThreatProtection::as_str,
        );
        let at = table.span("threat_protection");
        table.report(unprotected(tier, threat_protection, at));
        let email = table.span("email");
        let local_users = table.boolean("local_users").unwrap_or(default.local_users);
        let providers = Provider::read_all(table);
        if !local_users && providers.is_empty() {
            table.report(without_users(table.span("local_users")));
        }
        Self {
            domain: CustomDomain::read_login(table),
            providers: providers.into_iter().flatten().collect(),
            local_users,
            tier,
            threat_protection,
            email: table.table("email", |table| Email::read(table, email)),
            callback_urls: table
                .texts("callback_urls", callback_url)
                .unwrap_or_default(),
            password: table.table("password", Password::read),
            groups: table.texts("groups", group).unwrap_or(default.groups),
            self_sign_up: table
                .boolean("self_sign_up")
                .unwrap_or(default.self_sign_up),
            mfa: table
                .choice("mfa", &Mfa::ALL, Mfa::as_str)
                .unwrap_or(default.mfa),
            access_token_minutes: table
                .integer(
                    "access_token_minutes",
                    5..=60,
                    "the minutes that an access token is valid",
                )
                .unwrap_or(default.access_token_minutes),
            refresh_token_days: table
                .integer(
                    "refresh_token_days",
                    1..=3650,
                    "the days before a user must sign in again",
                )
                .unwrap_or(default.refresh_token_days),
            deletion_protection: table
                .boolean("deletion_protection")
                .unwrap_or(default.deletion_protection),
        }
    }
}

impl Mfa {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Off, Self::Optional, Self::Required];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

impl Tier {
    /// Every tier.
    pub const ALL: [Self; 2] = [Self::Essentials, Self::Plus];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Essentials => "essentials",
            Self::Plus => "plus",
        }
    }
}

impl ThreatProtection {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Off, Self::Audit, Self::Enforced];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Audit => "audit",
            Self::Enforced => "enforced",
        }
    }
}

/// The problem with a user pool whose users cannot sign in and that knows no others.
fn without_users(at: Option<Range<usize>>) -> Option<Problem> {
    let message = "`identity.local_users` cannot be `false` without `[identity.providers.NAME]`";
    let problem = Problem::new(message, at?, "no one could sign in");
    Some(problem.help("add an identity provider, or remove the line"))
}

/// The problem with threat protection in a tier that has none. Source: `UserPoolAddOnsType` in the
/// Cognito user pools API reference.
fn unprotected(
    tier: Option<Tier>,
    protection: Option<ThreatProtection>,
    at: Option<Range<usize>>,
) -> Option<Problem> {
    let tier = tier.unwrap_or(Tier::Essentials);
    let protection = protection.filter(|of| *of != ThreatProtection::Off && tier != Tier::Plus)?;
    let (word, tier) = (protection.as_str(), tier.as_str());
    let message = format!("`identity.threat_protection` cannot be `{word}` in the tier `{tier}`");
    let problem = Problem::new(message, at?, "only `plus` has it");
    Some(problem.help("set `tier = \"plus\"`, which has a price per user"))
}

/// A URL to which Cognito returns: `http` only for this machine, and no fragment. Source:
/// `CallbackURLs` of `CreateUserPoolClient` in the Cognito user pools API reference.
fn callback_url(text: &str) -> Result<String, Rejected> {
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let (authority, _) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse::<u16>().is_ok_and(|port| port > 0)),
        None => (authority, true),
    };
    let is_local = host == "localhost";
    let in_url = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '"' | '<' | '>' | '\\' | '*');
    let why = match scheme {
        "https" | "http" if !(is_local || is_host(host)) => "not a host",
        "https" | "http" if !port => "not a port",
        "http" if !is_local => "`http` is for `localhost` alone",
        "https" | "http" if !text.chars().all(in_url) => "not a URL without a fragment",
        "https" | "http" if text.len() > 1024 => "the maximum is 1024 characters",
        "https" | "http" => return Ok(text.to_owned()),
        _ => "no scheme, such as `https://`",
    };
    Err(Rejected {
        why: why.to_owned(),
        help: "use a URL such as `https://preview.example.com/signed-in` or \
               `http://localhost:5173/signed-in`"
            .to_owned(),
    })
}

fn group(text: &str) -> Result<String, Rejected> {
    let name = text.parse::<Name>().map_err(|why| Rejected {
        why: why.to_string(),
        help: format!(
            "use the rules for a system's name, such as {}",
            quoted("operators")
        ),
    })?;
    Ok(name.as_str().to_owned())
}

/// The rule for a group that exists.
pub(super) fn known_group(groups: &[String]) -> impl Fn(&str) -> Result<String, Rejected> {
    move |text| {
        let known = || groups.iter().map(String::as_str);
        if known().any(|known| known == text) {
            return Ok(text.to_owned());
        }
        let meant = nearest(text, known());
        let why = meant.map_or("not one of `identity.groups`".to_owned(), |meant| {
            format!("did you mean `{meant}`?")
        });
        let help = match groups {
            [] => "add it to `groups` in `[identity]`".to_owned(),
            _ => format!(
                "use one of {}, or add it to `groups` in `[identity]`",
                list(known())
            ),
        };
        Err(Rejected { why, help })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_returns_to_a_secure_page_or_to_this_machine() {
        for text in [
            "https://preview.example.com/signed-in",
            "https://example.com:8443?a=b",
            "https://localhost/signed-in",
            "http://localhost:5173/signed-in",
        ] {
            assert_eq!(callback_url(text).ok().as_deref(), Some(text));
        }
        let long = format!("https://example.com/{}", "a".repeat(1024));
        for text in [
            "",
            "example.com/signed-in",
            "http://example.com/signed-in",
            "http://localhost.example.com/",
            "https:///signed-in",
            "https://example.com:0/",
            "https://example.com/#signed-in",
            "https://*.example.com/",
            "https://user@example.com/",
            "https://example.com/a b",
            "myapp://example.com/",
            &long,
        ] {
            assert!(callback_url(text).is_err(), "{text}");
        }
    }
}
