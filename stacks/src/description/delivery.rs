//! `[sites]`: how CloudFront delivers all sites.

use std::ops::Range;

use model::types::cloudfront::PriceClass;

use super::arn::arn;
use super::problem::Problem;
use super::table::{Rejected, Table};

/// The versions of TLS from which a site with a custom domain can accept connections, each with the
/// ciphers of a year. Older ones are not offered: TLS 1.1 was deprecated by RFC 8996. Source: the
/// enumeration `MinimumProtocolVersion` of the CloudFront API model.
pub const MINIMUM_TLS: [&str; 5] = [
    "TLSv1.2_2018",
    "TLSv1.2_2019",
    "TLSv1.2_2021",
    "TLSv1.2_2025",
    "TLSv1.3_2025",
];

/// The countries of ISO 3166-1 by their alpha-2 codes, as in the time zone database's file
/// `iso3166.tab`.
const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN \
    BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ \
    DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL \
    GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM \
    JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME \
    MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP \
    NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD \
    SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO \
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// The maximum length of the prefix of the access logs' keys. Source: the CloudFront developer
/// guide, `Access logs (standard logs)`.
const PREFIX_LENGTH: usize = 256;

/// How CloudFront delivers all sites: the shell's and the teams'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The ARN of the web ACL that filters requests; empty for none. Default: not stated; a web ACL
    /// that is associated stays.
    pub web_acl: Option<String>,
    /// Where requests are logged. Default: not stated; a log that is configured stays.
    pub access_logs: Option<AccessLogs>,
    /// The edge locations that deliver, by price. Default: not stated; a new site uses all, and a
    /// choice that was made stays.
    pub price_class: Option<PriceClass>,
    /// The minimum version of TLS for sites with a custom domain, one of [`MINIMUM_TLS`]. Default:
    /// `TLSv1.2_2021`. CloudFront's own domains accept TLS 1 and above, which cannot be changed
    /// (`ViewerCertificate` in the CloudFront API reference).
    pub minimum_tls: &'static str,
    /// The countries in which the sites can be seen. Default: not stated; a restriction that is
    /// configured stays.
    pub countries: Option<Countries>,
}

/// Where requests are logged: CloudFront's standard logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLogs {
    /// The name of the bucket, which must have access control lists enabled.
    pub bucket: String,
    /// The beginning of the keys, up to 256 characters. Default: none. Each log's name contains the
    /// distribution's id.
    pub prefix: Option<String>,
}

/// Countries, as ISO 3166-1 alpha-2 codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Countries {
    /// Only these, at least one.
    Allow(Vec<String>),
    /// All but these; all countries if there are none.
    Deny(Vec<String>),
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            web_acl: None,
            access_logs: None,
            price_class: None,
            minimum_tls: "TLSv1.2_2021",
            countries: None,
        }
    }
}

impl Delivery {
    pub(super) fn read(table: &mut Table) -> Self {
        let default = Self::default();
        let (logs, countries) = (table.span("access_logs"), table.span("countries"));
        Self {
            web_acl: table.text("web_acl", web_acl),
            access_logs: table.table("access_logs", |table| AccessLogs::read(table, logs)),
            price_class: table.choice("price_class", &PRICE_CLASSES, price_class),
            minimum_tls: table
                .choice("minimum_tls", &MINIMUM_TLS, |version| version)
                .unwrap_or(default.minimum_tls),
            countries: table.table("countries", |table| Countries::read(table, countries)),
        }
    }
}

impl AccessLogs {
    fn read(table: &mut Table, at: Option<Range<usize>>) -> Option<Self> {
        let (bucket, prefix) = (table.text("bucket", bucket), table.text("prefix", prefix));
        if table.is_written() && !table.has("bucket") {
            let problem = Problem::new(
                "`sites.access_logs` without `bucket`",
                at.unwrap_or_default(),
                "logs need a bucket",
            );
            table.missing(
                "bucket",
                problem.help("write it as `access_logs = { bucket = \"acme-logs\" }`"),
            );
        }
        Some(Self {
            bucket: bucket?,
            prefix,
        })
    }
}

impl Countries {
    fn read(table: &mut Table, at: Option<Range<usize>>) -> Option<Self> {
        let (has_allow, has_deny) = (table.has("allow"), table.has("deny"));
        let (allow, deny) = (table.texts("allow", country), table.texts("deny", country));
        let none = allow.as_ref().is_some_and(Vec::is_empty);
        let why = match (has_allow, has_deny) {
            (true, true) => "either some are allowed, or some are denied",
            (true, false) if none => "the sites could not be seen anywhere",
            (false, false) if table.is_written() => "neither `allow` nor `deny`",
            _ => return allow.map(Self::Allow).or(deny.map(Self::Deny)),
        };
        let problem = Problem::new(
            "`sites.countries` must have one list",
            at.unwrap_or_default(),
            why,
        );
        table.report(Some(problem.help(
            "use `{ allow = [\"DE\", \"FR\"] }` or `{ deny = [\"US\"] }`; `{ deny = [] }` allows all",
        )));
        None
    }
}

/// All price classes.
const PRICE_CLASSES: [PriceClass; 3] =
    [PriceClass::Class100, PriceClass::Class200, PriceClass::All];

/// The word for a price class: the last part of AWS's.
#[must_use]
pub fn price_class(of: PriceClass) -> &'static str {
    match of {
        PriceClass::Class100 => "100",
        PriceClass::Class200 => "200",
        PriceClass::All => "all",
    }
}

/// A web ACL for distributions is in us-east-1, wherever the system is. Source: the AWS WAF API
/// reference, `CreateWebACL`.
fn web_acl(text: &str) -> Result<String, Rejected> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let example = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/NAME/ID";
    arn(text, "a web ACL of the scope CLOUDFRONT", example, |arn| {
        let name = arn.name("global/webacl/").unwrap_or_default();
        let parts: Vec<_> = name.split('/').collect();
        arn.service == "wafv2"
            && arn.region == "us-east-1"
            && arn.has_account()
            && parts.len() == 2
            && parts.iter().all(|part| !part.is_empty())
    })
}

/// The rules for the name of a bucket. Source: the Amazon S3 user guide, `General purpose bucket
/// naming rules`.
fn bucket(text: &str) -> Result<String, Rejected> {
    let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '.');
    let is_end = |c: char| c.is_ascii_alphanumeric();
    let why = match text {
        _ if text.ends_with(".amazonaws.com") || text.contains("://") => {
            "a bucket by its name alone"
        }
        _ if !text.chars().all(allowed) => "only a-z, 0-9, `-` and `.` are allowed",
        _ if !(3..=63).contains(&text.len()) => "a name has 3 to 63 characters",
        _ if !(text.starts_with(is_end) && text.ends_with(is_end)) => {
            "a name begins and ends with a letter or a digit"
        }
        _ => return Ok(text.to_owned()),
    };
    Err(Rejected {
        why: why.to_owned(),
        help: "use a bucket's name, such as `acme-logs`".to_owned(),
    })
}

fn prefix(text: &str) -> Result<String, Rejected> {
    let length = text.chars().count();
    let why = match text {
        _ if text.starts_with('/') => "a key does not begin with `/`".to_owned(),
        _ if text.chars().any(char::is_control) => "a prefix must be one line of text".to_owned(),
        _ if length > PREFIX_LENGTH => {
            format!("{length} characters; the maximum is {PREFIX_LENGTH}")
        }
        _ => return Ok(text.to_owned()),
    };
    Err(Rejected {
        why,
        help: "use a prefix such as `sites/`".to_owned(),
    })
}

fn country(text: &str) -> Result<String, Rejected> {
    if COUNTRIES.split(' ').any(|code| code == text) {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: "not a country's code".to_owned(),
        help: "use two capitals of ISO 3166-1, such as `DE`, `GB` or `US`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all<'t>(rule: fn(&str) -> Result<String, Rejected>, texts: &[&'t str]) -> Vec<&'t str> {
        let accepted = texts.iter().filter(|text| rule(text).is_ok());
        accepted.copied().collect()
    }

    #[test]
    fn a_web_acl_is_of_cloudfront() {
        let good = [
            "",
            "arn:aws:wafv2:us-east-1:111122223333:global/webacl/web/a1b2c3d4",
        ];
        assert_eq!(all(web_acl, &good), good);
        let bad = [
            "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111",
            "arn:aws:wafv2:eu-west-1:111122223333:global/webacl/web/a1b2c3d4",
            "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/web/a1b2c3d4",
            "arn:aws:wafv2:us-east-1:111122223333:global/webacl/web",
            "arn:aws:wafv2:us-east-1:111122223333:global/webacl/web/",
            "arn:aws:wafv2:us-east-1:111122223333:global/rulegroup/web/a1b2c3d4",
        ];
        assert_eq!(all(web_acl, &bad), [""; 0]);
    }

    #[test]
    fn logs_are_in_a_bucket() {
        let good = ["acme-logs", "logs.example.com", "a1b"];
        assert_eq!(all(bucket, &good), good);
        let long = "a".repeat(64);
        let bad = [
            "",
            "ab",
            "-logs",
            "logs-",
            "Logs",
            "logs_1",
            "acme-logs.s3.amazonaws.com",
            "s3://acme-logs",
            &long,
        ];
        assert_eq!(all(bucket, &bad), [""; 0]);
        let longest = "a".repeat(PREFIX_LENGTH);
        assert_eq!(all(prefix, &["", "a/b/", &longest]).len(), 3);
        let longer = longest + "a";
        assert_eq!(all(prefix, &["/a", "a\nb", &longer]), [""; 0]);
    }

    #[test]
    fn a_country_has_a_code() {
        assert_eq!(COUNTRIES.split(' ').count(), 249);
        assert_eq!(all(country, &["AD", "DE", "ZW"]).len(), 3);
        assert_eq!(all(country, &["", "de", "UK", "DEU", "D E", " "]), [""; 0]);
    }
}
