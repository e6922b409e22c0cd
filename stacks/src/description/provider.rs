//! `[identity.providers.NAME]`: companies' own directories, whose users can sign in.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::de::DeValue;

use super::problem::Problem;
use super::sources::is_host;
use super::suggestion::{list, nearest, quoted};
use super::table::{Rejected, Table};

/// The names of Cognito's own and of the social providers, which none of a company's can have.
/// Source: `IdentityProviderTypeType` in botocore's model.
const RESERVED: [&str; 5] = [
    "COGNITO",
    "Facebook",
    "Google",
    "LoginWithAmazon",
    "SignInWithApple",
];

/// The claim that contains a user's mail address in SAML: Okta, Entra ID and others send it.
const SAML_EMAIL: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";

/// The attributes of a user pool. Source: the Cognito developer guide, `Working with user
/// attributes`.
const ATTRIBUTES: [&str; 20] = [
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "username",
    "website",
    "zoneinfo",
];

/// The most identifiers of one provider. Source: `IdpIdentifiersListType` in botocore's model.
const IDENTIFIERS: usize = 50;

/// A company's own directory, whose users can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name on the login page: 3 to 32 letters, digits and `-`, beginning with a letter.
    pub name: String,
    /// Where it is, and how it is asked.
    pub protocol: Protocol,
    /// The provider's claim for each attribute of a user. Default: `email`, from the claim that
    /// usually contains it.
    pub attributes: BTreeMap<String, String>,
    /// Further names in requests to sign in, such as the domains of its users' mail addresses.
    /// Default: none.
    pub identifiers: Vec<String>,
}

/// How a provider is asked who someone is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// SAML 2.0, with the metadata at a URL, which Cognito reads again regularly.
    SamlUrl(String),
    /// SAML 2.0, with the metadata in a file, whose path is relative to the description's.
    SamlFile(String),
    /// `OpenID` Connect.
    Oidc(Oidc),
}

/// A provider of `OpenID` Connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oidc {
    /// Its URL, at which Cognito discovers all others.
    pub issuer: String,
    /// The id of the client that was registered there for the user pool.
    pub client_id: String,
    /// The environment variable with the client's secret.
    pub client_secret_env: String,
    /// What is requested about a user. Default: `openid`, `email` and `profile`.
    pub scopes: Vec<String>,
}

/// The keys that say where a provider is, of which one is required.
const PLACES: [&str; 3] = ["saml_metadata_url", "saml_metadata_file", "oidc_issuer"];

/// The keys that only a provider of `OpenID` Connect has.
const OF_OIDC: [&str; 3] = ["client_id", "client_secret_env", "scopes"];

impl Provider {
    /// Reads every `[identity.providers.NAME]`; `None` for one that has a problem.
    pub(super) fn read_all(identity: &mut Table) -> Vec<Option<Self>> {
        let mut taken = BTreeSet::new();
        identity.tables("providers", |name, at, table| {
            Self::read(name, at, table, &mut taken)
        })
    }

    fn read(
        name: &str,
        at: Range<usize>,
        table: &mut Table,
        taken: &mut BTreeSet<String>,
    ) -> Option<Self> {
        let protocol = Protocol::read(name, &at, table);
        let attributes = attributes(table);
        let identifiers = table.texts("identifiers", identifier).unwrap_or_default();
        let place = table.span("identifiers");
        table.report(too_many(&identifiers, place.clone()));
        table.report(shared(&identifiers, place, taken));
        let misnamed = misnamed(name, at);
        let is_named = misnamed.is_none();
        table.report(misnamed);
        let (protocol, mut attributes) = (protocol?, attributes?);
        attributes
            .entry("email".to_owned())
            .or_insert_with(|| protocol.email().to_owned());
        is_named.then(|| Self {
            name: name.to_owned(),
            protocol,
            attributes,
            identifiers,
        })
    }
}

impl Protocol {
    fn read(name: &str, at: &Range<usize>, table: &mut Table) -> Option<Self> {
        let url = table.text("saml_metadata_url", url);
        let file = table.text("saml_metadata_file", file);
        let issuer = table.text("oidc_issuer", issuer);
        let client_id = table.text("client_id", client_id);
        let client_secret_env = table.text("client_secret_env", variable);
        let scopes = table.texts("scopes", scope);
        let incomplete = incomplete(name, at, table);
        let is_complete = incomplete.is_none();
        table.report(incomplete);
        if let Some(scopes) = &scopes {
            table.report(without_openid(scopes, table.span("scopes")));
        }
        if !is_complete {
            return None;
        }
        if let Some(saml) = url.map(Self::SamlUrl).or(file.map(Self::SamlFile)) {
            return Some(saml);
        }
        Some(Self::Oidc(Oidc {
            issuer: issuer?,
            client_id: client_id?,
            client_secret_env: client_secret_env?,
            scopes: scopes
                .unwrap_or_else(|| ["openid", "email", "profile"].map(str::to_owned).to_vec()),
        }))
    }

    /// The claim that usually contains a user's mail address.
    fn email(&self) -> &'static str {
        match self {
            Self::SamlUrl(_) | Self::SamlFile(_) => SAML_EMAIL,
            Self::Oidc(_) => "email",
        }
    }
}

/// The problem with keys of which one requires another, or excludes it.
fn incomplete(name: &str, at: &Range<usize>, table: &Table) -> Option<Problem> {
    let places: Vec<_> = PLACES
        .into_iter()
        .filter_map(|key| Some((key, table.span(key)?)))
        .collect();
    let help = "set one of `saml_metadata_url`, `saml_metadata_file` and `oidc_issuer`, the last \
                with `client_id` and `client_secret_env`";
    let is_oidc = places.iter().any(|(key, _)| *key == "oidc_issuer");
    let problem = match &places[..] {
        [] => Problem::new(
            format!("the identity provider {} has no address", quoted(name)),
            at.clone(),
            "requires one",
        ),
        [(one, first), (two, second), ..] => Problem::new(
            format!("both `{one}` and `{two}`"),
            second.clone(),
            "a provider has one address",
        )
        .also(first.clone(), "the other"),
        [(_, issuer)] if is_oidc => {
            let missing = OF_OIDC[..2].iter().find(|key| !table.has(key))?;
            Problem::new(
                format!("`oidc_issuer` without `{missing}`"),
                issuer.clone(),
                "requires the client that was registered there for the user pool",
            )
        }
        [(saml, place)] => {
            let (key, at) = OF_OIDC
                .into_iter()
                .find_map(|key| Some((key, table.span(key)?)))?;
            Problem::new(
                format!("`{key}` with `{saml}`"),
                at,
                "only a provider of OpenID Connect has it",
            )
            .also(place.clone(), "this is SAML")
        }
    };
    Some(problem.help(help))
}

fn misnamed(name: &str, at: Range<usize>) -> Option<Problem> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let length = name.chars().count();
    let reserved = RESERVED.iter().find(|word| word.eq_ignore_ascii_case(name));
    let why = if let Some(word) = reserved {
        format!("Cognito reserves `{word}`")
    } else if !(3..=32).contains(&length) {
        format!("{length} characters; 3 to 32 are allowed")
    } else if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        "a name must begin with a letter".to_owned()
    } else if !name.chars().all(allowed) {
        "only letters, digits and `-` are allowed".to_owned()
    } else {
        return None;
    };
    let message = format!("an identity provider cannot be called {}", quoted(name));
    let help = "use 3 to 32 letters, digits and `-`, beginning with a letter, such as `Okta`";
    Some(Problem::new(message, at, why).help(help))
}

/// The claims by attribute; `None` if one of them is refused.
fn attributes(table: &mut Table) -> Option<BTreeMap<String, String>> {
    let mut read = BTreeMap::new();
    let mut problems = Vec::new();
    for (key, value) in table.entries_of("attributes").into_iter().flatten() {
        let name = key.get_ref().as_ref();
        if !is_attribute(name) {
            problems.push(no_attribute(name, key.span()));
        } else if let DeValue::String(claim) = value.get_ref()
            && !claim.trim().is_empty()
        {
            read.insert(name.to_owned(), claim.to_string());
        } else {
            let message = format!("the attribute `{name}` has no claim");
            let problem = Problem::new(message, value.span(), "not the name of a claim");
            problems.push(problem.help(format!("write it as `{name} = \"CLAIM\"`")));
        }
    }
    let is_sound = problems.is_empty();
    for problem in problems {
        table.report(Some(problem));
    }
    is_sound.then_some(read)
}

/// Whether a user pool can have the attribute. Custom ones are added outside Frontage.
fn is_attribute(name: &str) -> bool {
    let custom = name.strip_prefix("custom:");
    ATTRIBUTES.contains(&name) || custom.is_some_and(|custom| (1..=25).contains(&custom.len()))
}

fn no_attribute(name: &str, at: Range<usize>) -> Problem {
    let why = match nearest(name, ATTRIBUTES) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "not an attribute of a user pool".to_owned(),
    };
    let help = format!("use `custom:NAME` or one of {}", list(ATTRIBUTES));
    Problem::new(format!("unknown attribute {}", quoted(name)), at, why).help(help)
}

fn too_many(identifiers: &[String], at: Option<Range<usize>>) -> Option<Problem> {
    let count = identifiers.len();
    let excess = at.filter(|_| count > IDENTIFIERS)?;
    let message = format!("{count} identifiers; the maximum is {IDENTIFIERS}");
    Some(Problem::new(message, excess, "too many"))
}

/// The problem with an identifier that another provider has: Cognito refuses it.
fn shared(
    identifiers: &[String],
    at: Option<Range<usize>>,
    taken: &mut BTreeSet<String>,
) -> Option<Problem> {
    let twice = identifiers.iter().find(|one| taken.contains(*one)).cloned();
    taken.extend(identifiers.iter().cloned());
    let message = format!("the identifier {} is taken", quoted(&twice?));
    let problem = Problem::new(message, at?, "another provider has it");
    Some(problem.help("leave it to one of the two: it says which provider is asked"))
}

/// `openid` is what makes a request one of `OpenID` Connect. Source: `OpenID` Connect Core 1.0, 3.1.2.1.
fn without_openid(scopes: &[String], at: Option<Range<usize>>) -> Option<Problem> {
    let at = at.filter(|_| !scopes.iter().any(|scope| scope == "openid"))?;
    let problem = Problem::new("`scopes` without `openid`", at, "`openid` is required");
    Some(problem.help("write `scopes = [\"openid\", \"email\", \"profile\"]`"))
}

fn rejected<T>(why: &str, help: &str) -> Result<T, Rejected> {
    let (why, help) = (why.to_owned(), help.to_owned());
    Err(Rejected { why, help })
}

/// Whether a text is an `https` URL without a fragment.
fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").unwrap_or_default();
    let (authority, _) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let in_url = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '"' | '<' | '>' | '\\');
    is_host(host) && port.parse::<u16>().is_ok_and(|port| port > 0) && text.chars().all(in_url)
}

fn url(text: &str) -> Result<String, Rejected> {
    if is_url(text) {
        return Ok(text.to_owned());
    }
    let help = "use the URL at which the provider publishes its metadata, such as \
                `https://acme.okta.com/app/ID/sso/saml/metadata`";
    rejected("not an `https` URL", help)
}

/// Cognito appends `/.well-known/openid-configuration`. Source: the Cognito developer guide, `Using
/// OIDC identity providers with a user pool`.
fn issuer(text: &str) -> Result<String, Rejected> {
    let help = "use the `issuer` of the provider's configuration, such as `https://acme.okta.com`";
    match text {
        _ if !is_url(text) || text.contains('?') => rejected("not an `https` URL", help),
        _ if text.ends_with('/') => rejected("it must not end with `/`", help),
        _ => Ok(text.to_owned()),
    }
}

fn file(text: &str) -> Result<String, Rejected> {
    if !text.is_empty() && !text.starts_with('/') {
        return Ok(text.to_owned());
    }
    let help = "use a path relative to frontage.toml, such as `okta.xml`";
    rejected("not a file relative to the description's", help)
}

fn client_id(text: &str) -> Result<String, Rejected> {
    if (1..=255).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    rejected(
        "not a client's id",
        "copy the id of the client that was registered at the provider",
    )
}

/// The name of an environment variable, as any shell can set it.
fn variable(text: &str) -> Result<String, Rejected> {
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(in_name)
    {
        return Ok(text.to_owned());
    }
    rejected(
        "not the name of an environment variable",
        "use a name such as `OKTA_SECRET`: the secret itself does not belong in this file",
    )
}

/// Source: RFC 6749, 3.3.
fn scope(text: &str) -> Result<String, Rejected> {
    let in_scope = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
    if !text.is_empty() && text.chars().all(in_scope) {
        return Ok(text.to_owned());
    }
    rejected("not a scope", "use one scope per text, such as `email`")
}

/// Source: `IdpIdentifierType` in botocore's model.
fn identifier(text: &str) -> Result<String, Rejected> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=.@- ".contains(c);
    if (1..=40).contains(&text.len()) && text.chars().all(allowed) && text.trim() == text {
        return Ok(text.to_owned());
    }
    let help = "use 1 to 40 letters, digits, spaces and `_+=.@-`, such as `example.com`";
    rejected("not an identifier", help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_secure() {
        for text in [
            "https://acme.okta.com",
            "https://acme.okta.com:8443/app/1?a=b",
            "https://login.microsoftonline.com/1234/v2.0",
        ] {
            assert!(url(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "acme.okta.com",
            "http://acme.okta.com",
            "https://okta",
            "https://acme.okta.com:0/",
            "https://a@acme.okta.com/",
            "https://acme.okta.com/#a",
            "https://acme.okta.com/a b",
        ] {
            assert!(url(text).is_err(), "{text}");
        }
        for text in ["https://acme.okta.com/", "https://acme.okta.com?a"] {
            assert!(issuer(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_is_named_and_not_written() {
        for text in ["OKTA_SECRET", "_x1", "okta"] {
            assert!(variable(text).is_ok(), "{text}");
        }
        for text in ["", "1A", "8f3-Zq~x", "A B", "$OKTA_SECRET"] {
            assert!(variable(text).is_err(), "{text}");
        }
    }
}
