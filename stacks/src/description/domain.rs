//! A custom domain of a site or of the login pages: `domain`, `zone_id` or `certificate`, and for a
//! site `aliases`.

use super::arn::arn;
use super::problem::Problem;
use super::sources::is_host;
use super::table::{Rejected, Table};

/// A custom domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomDomain {
    /// The domain, which is the address of the site or of the login pages: `www.example.com`.
    pub name: String,
    /// Further domains of the same site, in the same zone or certificate; the login pages have none.
    /// Default: none.
    pub aliases: Vec<String>,
    /// Where its records are.
    pub dns: Dns,
}

/// Where the records of a domain are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dns {
    /// In a public Route 53 hosted zone of the account, by its id: `Z0123456789ABCDEFGHIJ`. The
    /// certificate and the records are part of the system.
    Zone(String),
    /// Elsewhere. The ARN is that of a certificate in ACM that covers the names; the output
    /// `domain_target` is what their records must name.
    Elsewhere(String),
}

/// The maximum length of the login pages' domain. Source: `DomainType` in botocore's model.
const LOGIN_LENGTH: usize = 63;

/// The keys of a domain other than `domain`, which require it.
const OTHERS: [&str; 3] = ["zone_id", "certificate", "aliases"];

impl CustomDomain {
    pub(super) fn read(table: &mut Table) -> Option<Self> {
        let name = table.text("domain", domain);
        let aliases = table.texts("aliases", domain).unwrap_or_default();
        Self::read_dns(table, name, aliases)
    }

    /// The domain of the login pages.
    pub(super) fn read_login(table: &mut Table) -> Option<Self> {
        let name = table.text("domain", login_domain);
        Self::read_dns(table, name, Vec::new())
    }

    fn read_dns(table: &mut Table, name: Option<String>, aliases: Vec<String>) -> Option<Self> {
        let zone_id = table.text("zone_id", zone_id);
        let certificate = table.text("certificate", certificate);
        table.report(incomplete(table));
        let (name, dns) = (
            name?,
            zone_id.map(Dns::Zone).or(certificate.map(Dns::Elsewhere))?,
        );
        if let Some(at) = table.span("aliases").filter(|_| aliases.contains(&name)) {
            let problem = Problem::new("`aliases` contains the `domain`", at, "further domains");
            table.report(Some(
                problem.help(format!("remove `{name}` from `aliases`")),
            ));
        }
        Some(Self { name, aliases, dns })
    }

    /// The origins of the pages at the aliases.
    pub fn alias_origins(&self) -> impl Iterator<Item = String> {
        self.aliases.iter().map(|alias| format!("https://{alias}"))
    }

    /// The domain and its aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.name]
            .into_iter()
            .chain(&self.aliases)
            .map(String::as_str)
    }
}

/// The problem with keys of which one requires another, or excludes it.
fn incomplete(table: &Table) -> Option<Problem> {
    let help = "set `domain` to the domain and `zone_id` to its Route 53 hosted zone: \
                `domain = \"www.example.com\"`, `zone_id = \"Z0123456789ABCDEFGHIJ\"`; if its DNS \
                is elsewhere, set `certificate` to the ARN of a certificate in ACM instead of `zone_id`";
    let [zone, certificate] = ["zone_id", "certificate"].map(|key| table.span(key));
    let problem = match (table.span("domain"), zone, certificate) {
        (_, Some(zone), Some(certificate)) => Problem::new(
            "both `zone_id` and `certificate`",
            certificate,
            "the certificate of a domain with a zone is part of the system",
        )
        .also(zone, "the zone of its records"),
        (Some(domain), None, None) => Problem::new(
            "`domain` without `zone_id` or `certificate`",
            domain,
            "requires one of the two",
        ),
        (None, _, _) => {
            let (key, at) = OTHERS
                .into_iter()
                .find_map(|key| Some((key, table.span(key)?)))?;
            Problem::new(format!("`{key}` without `domain`"), at, "requires a domain")
        }
        (Some(_), _, _) => return None,
    };
    Some(problem.help(help))
}

/// CloudFront uses certificates of us-east-1 only, wherever the system is. Source: the CloudFront
/// developer guide, `Requirements for using SSL/TLS certificates with CloudFront`.
fn certificate(text: &str) -> Result<String, Rejected> {
    let example = "arn:aws:acm:us-east-1:111122223333:certificate/ID";
    arn(text, "a certificate in ACM in us-east-1", example, |arn| {
        arn.service == "acm"
            && arn.region == "us-east-1"
            && arn.has_account()
            && arn.name("certificate/").is_some()
    })
}

/// A host name with at least two labels, in the form that certificates accept: at most 64
/// characters.
fn domain(text: &str) -> Result<String, Rejected> {
    if text.len() <= 64 && is_host(text) {
        return Ok(text.to_owned());
    }
    let help = "write it in lower case and without `https://`, such as `www.example.com`; at most 64 characters";
    Err(Rejected {
        why: "not a domain".to_owned(),
        help: help.to_owned(),
    })
}

/// A domain below one that can have an address: Cognito accepts no other. Source: the Cognito
/// developer guide, `Using your own domain for managed login`.
fn login_domain(text: &str) -> Result<String, Rejected> {
    let name = domain(text)?;
    let length = name.len();
    let why = match name.split('.').count() {
        2 => "not below another domain that has an address".to_owned(),
        _ if length > LOGIN_LENGTH => {
            format!("{length} characters; the maximum is {LOGIN_LENGTH}")
        }
        _ => return Ok(name),
    };
    let help = "use a domain such as `login.example.com`, where `example.com` has an A record";
    Err(Rejected {
        why,
        help: help.to_owned(),
    })
}

fn zone_id(text: &str) -> Result<String, Rejected> {
    let rest = text.strip_prefix('Z').unwrap_or_default();
    if (1..=31).contains(&rest.len())
        && rest
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    {
        return Ok(text.to_owned());
    }
    let help = "copy the zone's id from Route 53, such as `Z0123456789ABCDEFGHIJ`";
    Err(Rejected {
        why: "not a hosted zone's id".to_owned(),
        help: help.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_in_acm_in_us_east_1() {
        let good = "arn:aws:acm:us-east-1:111122223333:certificate/a1b2-c3d4";
        assert_eq!(certificate(good).ok().as_deref(), Some(good));
        for text in [
            "a1b2-c3d4",
            "arn:aws:acm:eu-west-1:111122223333:certificate/a1b2-c3d4",
            "arn:aws:acm:us-east-1:111122223333:certificate/",
            "arn:aws:iam::111122223333:server-certificate/web",
        ] {
            assert!(certificate(text).is_err(), "{text}");
        }
    }
}
