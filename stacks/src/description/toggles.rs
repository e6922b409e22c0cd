//! `[toggles]`: the feature-toggle service.

use std::collections::BTreeMap;
use std::ops::Range;

use toggle_contract::doors::{
    ANY_ORIGIN, Connect, GROUPS, SUBJECT, TARGETING_KEY, name_in_context,
};

use super::arn::{arn, kms_key};
use super::identity::known_group;
use super::problem::Problem;
use super::share::Share;
use super::sources;
use super::suggestion::quoted;
use super::table::{Rejected, Table};
use toggle_contract::{ACTIVE, REMOVED, REVISION, TOGGLE_KEY};

/// The feature-toggle service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of the description"
)]
pub struct Toggles {
    /// The WebSocket API's stage, the last part of its URL: 1 to 128 characters of `A-Z`, `a-z`,
    /// `0-9`, `_` and `-`. Default: `live`.
    pub stage: String,
    /// Whether the table of toggles and that of their history can be restored to any second of the
    /// last 35 days. Default: yes.
    pub point_in_time_recovery: bool,
    /// Whether AWS refuses to delete the table of toggles and that of their history. Default: yes.
    pub deletion_protection: bool,
    /// Seconds that a changed toggle may wait to be sent together with others: 0 to 300. Default:
    /// 0.
    pub batch_window_seconds: i32,
    /// How often a failed batch of changes is retried: 0 to 10,000. Default: 10.
    pub max_retries: i32,
    /// Seconds after which a change that could not be sent is dropped: 60 to 604,800, a week.
    /// Default: 21,600.
    pub max_record_age_seconds: i32,
    /// Days that a record of a dropped change is kept: 1 to 14. Default: 14.
    pub dead_letter_retention_days: i32,
    /// Who may connect: anybody (`public`), anybody whose token is valid or who has none (`optional`), or
    /// who has one (`required`). A token is one of the user pool's, so the last two need a shell. Default:
    /// `public`, with which no token is looked at.
    pub connect: Connect,
    /// The origins of the pages that may connect, such as `https://www.example.com`,
    /// `https://*.example.com`, `http://localhost:*`, or `*` for all. What connects without stating an origin,
    /// as nothing but a browser does, is not asked for one. Default: those of the shell and the teams, if
    /// there is a shell; otherwise all.
    pub origins: Option<Vec<String>>,
    /// Whether a token may be in the URL, as `?token=`: for clients that can neither set a header nor offer a
    /// subprotocol. A URL is written to logs and histories, and so is the token. Default: no.
    pub token_in_query: bool,
    /// The claims of tokens that rules can ask for, besides `sub` and the groups. One of the pool's own
    /// attributes, such as `custom:plan`, is called `plan` in rules. Default: none.
    pub claims: Vec<String>,
    /// Whether the toggles are kept in a file for servers as well, a flag definition of flagd in a private bucket,
    /// whose rules flagd's engines evaluate there. Default: no.
    pub servers: bool,
    /// Days that the history of the toggles is kept: 1 to 3,650. Default: 365.
    pub history_days: i32,
    /// The account's quota of posts per second to the connections of all its WebSocket APIs in the
    /// Region: 100 to 1,000,000. The functions make at most nine tenths of it. Default: not
    /// stated; AWS's default, see [`Self::posts_quota`].
    pub posts_per_second: Option<i32>,
    /// The connections per second that the API accepts: 1 to 100,000. API Gateway answers others with 429,
    /// and browsers try again. Less than the account's quota, so that a flood of connections leaves something
    /// to the account's other APIs. Default: 450, nine tenths of the quota of an account (`New connections
    /// per second per account`: 500 in every Region, in `Quotas for configuring and running a WebSocket API`
    /// in the API Gateway developer guide), whose raised value a system cannot know.
    pub connects_per_second: i32,
    /// The longest that a browser waits between two attempts to connect, in seconds: 1 to 86,400. Waits
    /// are spread evenly below it, so after an outage N clients make N / (half of it) attempts per
    /// second at most in the long run, of which API Gateway admits [`Self::connects_per_second`]. Default: 300,
    /// which is enough for 75,000 clients.
    pub longest_wait: i32,
    /// Attributes of toggles that clients are never sent, by name. Default: none but those that are rules.
    pub private: Vec<String>,
    /// The ARN of the KMS key that encrypts the tables, their streams and the queues.
    /// Operators who read or write the table need `kms:Decrypt` for it. Default: not stated; a key
    /// that is set stays.
    pub kms_key: Option<String>,
    /// The ARN of the log group that gets a line per connection and disconnection. The account needs
    /// a role for API Gateway's logs (`Configure logging for WebSocket APIs` in the API Gateway
    /// developer guide). Default: not stated; a log that is configured stays.
    pub access_logs: Option<String>,
    /// Ids of toggles whose change needs a second person, but for switching them off: `payment.*`, with `*` for any
    /// characters and `?` for one. Default: none.
    pub protected: Vec<String>,
    /// `[toggles.may_flip]`: by group of the user pool, the ids of the toggles that its users may change
    /// without IAM, as those of [`Self::protected`]. Who is in any of the groups may see all toggles. With an
    /// entry the system has an HTTP API for them, and so needs a shell. Default: none.
    pub may_flip: BTreeMap<String, Vec<String>>,
    /// The share of page loads that tell which toggles they asked for, and what they were answered. Their counts are
    /// kept for 90 days, in a table of their own. Default: none; nothing is counted.
    pub exposure: Option<Share>,
    /// `[toggles.connections]`: the table of connections, in which nothing outlives a connection.
    pub connections: Connections,
}

/// The table of connections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// Whether it can be restored to any second of the last 35 days. Default: not stated; what is
    /// set stays.
    pub point_in_time_recovery: Option<bool>,
    /// Whether AWS refuses to delete it. Default: not stated; what is set stays.
    pub deletion_protection: Option<bool>,
}

impl Default for Toggles {
    fn default() -> Self {
        Self {
            stage: "live".to_owned(),
            point_in_time_recovery: true,
            deletion_protection: true,
            batch_window_seconds: 0,
            max_retries: 10,
            max_record_age_seconds: 21_600,
            dead_letter_retention_days: 14,
            connect: Connect::default(),
            origins: None,
            token_in_query: false,
            claims: Vec::new(),
            servers: false,
            history_days: 365,
            posts_per_second: None,
            connects_per_second: 450,
            longest_wait: 300,
            private: Vec::new(),
            kms_key: None,
            access_logs: None,
            protected: Vec::new(),
            may_flip: BTreeMap::new(),
            exposure: None,
            connections: Connections::default(),
        }
    }
}

impl Toggles {
    pub(super) fn read(table: &mut Table) -> Self {
        let default = Self::default();
        Self {
            stage: table.text("stage", stage).unwrap_or(default.stage),
            point_in_time_recovery: table
                .boolean("point_in_time_recovery")
                .unwrap_or(default.point_in_time_recovery),
            deletion_protection: table
                .boolean("deletion_protection")
                .unwrap_or(default.deletion_protection),
            batch_window_seconds: table
                .integer(
                    "batch_window_seconds",
                    0..=300,
                    "the seconds that a change may wait for others",
                )
                .unwrap_or(default.batch_window_seconds),
            max_retries: table
                .integer("max_retries", 0..=10_000, "the retries of a failed batch")
                .unwrap_or(default.max_retries),
            max_record_age_seconds: table
                .integer(
                    "max_record_age_seconds",
                    60..=604_800,
                    "the seconds until a change is dropped",
                )
                .unwrap_or(default.max_record_age_seconds),
            dead_letter_retention_days: table
                .integer(
                    "dead_letter_retention_days",
                    1..=14,
                    "the days that a record of a dropped change is kept",
                )
                .unwrap_or(default.dead_letter_retention_days),
            connect: table
                .choice("connect", &Connect::ALL, Connect::as_str)
                .unwrap_or(default.connect),
            origins: table.texts("origins", origin),
            token_in_query: table
                .boolean("token_in_query")
                .unwrap_or(default.token_in_query),
            claims: claims(table),
            servers: table.boolean("servers").unwrap_or(default.servers),
            history_days: table
                .integer(
                    "history_days",
                    1..=3_650,
                    "the days that the history is kept",
                )
                .unwrap_or(default.history_days),
            posts_per_second: table.integer(
                "posts_per_second",
                100..=1_000_000,
                "the account's quota of posts to WebSocket connections",
            ),
            connects_per_second: table
                .integer(
                    "connects_per_second",
                    1..=100_000,
                    "the connections per second that the API accepts",
                )
                .unwrap_or(default.connects_per_second),
            longest_wait: table
                .integer(
                    "longest_wait",
                    1..=86_400,
                    "the seconds between a browser's attempts to connect",
                )
                .unwrap_or(default.longest_wait),
            private: table.texts("private", attribute).unwrap_or_default(),
            kms_key: table.text("kms_key", kms_key),
            access_logs: table.text("access_logs", log_group),
            protected: table.texts("protected", pattern).unwrap_or_default(),
            may_flip: table.lists("may_flip", pattern),
            exposure: table.share(
                "exposure",
                "the share of page loads that tell which toggles they asked for",
            ),
            connections: table.table("connections", Connections::read),
        }
    }
}

impl Toggles {
    /// The quota of posts per second: what is described, or AWS's default in a Region.
    #[must_use]
    pub fn posts_quota(&self, region: Option<&str>) -> i32 {
        let is_small = region.is_some_and(|region| SMALL_REGIONS.contains(&region));
        let default = if is_small { 2_500 } else { 10_000 };
        self.posts_per_second.unwrap_or(default)
    }
}

/// The Regions in which an account has a quarter of the usual quota. Source: the API Gateway developer
/// guide, `Amazon API Gateway quotas`, account-level quotas.
const SMALL_REGIONS: [&str; 13] = [
    "af-south-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "mx-central-1",
];

impl Connections {
    fn read(table: &mut Table) -> Self {
        Self {
            point_in_time_recovery: table.boolean("point_in_time_recovery"),
            deletion_protection: table.boolean("deletion_protection"),
        }
    }
}

/// The problem with users that nobody could be: the user pool and the API are the shell's.
pub(super) fn flips_without_shell(at: Option<Range<usize>>, toggles: &Toggles) -> Option<Problem> {
    let at = at.filter(|_| !toggles.may_flip.is_empty())?;
    let why = "only a system with a shell has users, and a page on which they flip toggles";
    let problem = Problem::new("`toggles.may_flip` without `[shell]`", at, why);
    Some(problem.help("add the line `[shell]`, or remove this one"))
}

/// The problems with groups that nobody could be in; `written` are the groups and their places.
pub(super) fn unknown_groups(
    written: &[(String, Range<usize>)],
    groups: &[String],
) -> Vec<Problem> {
    let known = known_group(groups);
    let problems = written.iter().filter_map(|(group, at)| {
        let Rejected { why, help } = known(group).err()?;
        let what = format!("`toggles.may_flip`: there is no group {}", quoted(group));
        Some(Problem::new(what, at.clone(), why).help(help))
    });
    problems.collect()
}

/// A pattern of toggles' ids, which is also one of IAM's `StringLike`: there `${` begins a variable.
fn pattern(text: &str) -> Result<String, Rejected> {
    let why = match text {
        "" => "a pattern is not empty",
        _ if text.chars().any(char::is_control) => "a control character is not allowed here",
        _ if text.contains("${") => "`${` is not allowed here",
        _ if text.trim() != text => "it begins or ends with a space",
        _ => return Ok(text.to_owned()),
    };
    Err(Rejected {
        why: why.to_owned(),
        help: "use the id of a toggle, with `*` for any characters and `?` for one, such as `shipping.*`"
            .to_owned(),
    })
}

/// A log group's ARN as API Gateway accepts it: without the `:*` that the console appends.
fn log_group(text: &str) -> Result<String, Rejected> {
    let example = "arn:aws:logs:eu-west-1:111122223333:log-group:/acme/toggles";
    arn(text, "a log group, without `:*`", example, |arn| {
        arn.service == "logs"
            && !arn.region.is_empty()
            && arn.has_account()
            && arn
                .name("log-group:")
                .is_some_and(|name| !name.contains(':'))
    })
}

/// An attribute that can be private: not one that every client needs. Names are joined by commas.
fn attribute(text: &str) -> Result<String, Rejected> {
    let why = match text {
        "" => "an attribute must have a name".to_owned(),
        TOGGLE_KEY | ACTIVE | REVISION | REMOVED => "clients need it".to_owned(),
        _ if text.contains(',') => "a name with a comma cannot be private".to_owned(),
        _ if text.trim() != text => "it begins or ends with a space".to_owned(),
        _ => return Ok(text.to_owned()),
    };
    Err(Rejected {
        why,
        help: "name an attribute that `frontage toggles set --attribute` writes, such as `owner`"
            .to_owned(),
    })
}

/// The claims that a context contains, each of which has a name of its own there.
fn claims(table: &mut Table) -> Vec<String> {
    let claims = table.texts("claims", claim).unwrap_or_default();
    let name = |claim: &String| name_in_context(claim).to_owned();
    let double = claims.iter().enumerate().find_map(|(place, claim)| {
        let mut before = claims[..place].iter();
        before.find(|before| name(before) == name(claim))
    });
    let problem = double.zip(table.span("claims")).map(|(claim, at)| {
        let name = quoted(&name(claim));
        let problem = Problem::new(
            format!("two `claims` are called {name} in rules"),
            at,
            "an attribute of the pool's own loses its `custom:`",
        );
        problem.help("remove one of the two")
    });
    table.report(problem);
    claims
}

/// The name of a claim that a rule can ask for: in rules, a `.` leads into an object.
fn claim(text: &str) -> Result<String, Rejected> {
    let name = name_in_context(text);
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':');
    let why = match text.chars().find(|c| !is_allowed(*c)) {
        Some(stray) => format!("{} is not allowed here", quoted(&stray.to_string())),
        None if name.is_empty() => "a claim must have a name".to_owned(),
        None if [SUBJECT, TARGETING_KEY, GROUPS].contains(&name) => {
            format!("rules always know a {}", quoted(name))
        }
        None => return Ok(text.to_owned()),
    };
    Err(Rejected {
        why,
        help: "use the names of claims of the user pool's tokens, such as `email` or `custom:plan`"
            .to_owned(),
    })
}

/// An origin whose pages may connect, as browsers state it.
fn origin(text: &str) -> Result<String, Rejected> {
    if text == ANY_ORIGIN {
        return Ok(text.to_owned());
    }
    if let Some(port) = text.strip_prefix("http://localhost:") {
        let is_port = port == "*" || port.parse::<u16>().is_ok_and(|port| port > 0);
        if is_port {
            return Ok(text.to_owned());
        }
    }
    let rejected = |why: String| {
        Rejected {
        why,
        help: "use `https://`, a host in lower case and perhaps a port, such as `https://www.example.com`, \
               `https://*.example.com`, `http://localhost:*`, or `*` for any"
            .to_owned(),
    }
    };
    if text.ends_with(":443") {
        return Err(rejected("browsers leave out the port 443".to_owned()));
    }
    sources::origin(text, &["https"]).map_err(|sources| rejected(sources.why))
}

/// API Gateway's rule for a stage's name, without `$default`, which a WebSocket API has no use for.
fn stage(text: &str) -> Result<String, Rejected> {
    let stray = text
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    let why = match (stray, text.len()) {
        (Some(stray), _) => format!("{} is not allowed here", quoted(&stray.to_string())),
        (None, 0) => "a stage must have a name".to_owned(),
        (None, length @ 129..) => format!("{length} characters; the maximum is 128"),
        (None, _) => return Ok(text.to_owned()),
    };
    Err(Rejected {
        why,
        help: "use 1 to 128 characters of a-z, A-Z, 0-9, `_` and `-`, such as `live`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quota_is_the_described_one_or_the_regions() {
        let quota = |described, region| {
            let toggles = Toggles {
                posts_per_second: described,
                ..Toggles::default()
            };
            toggles.posts_quota(region)
        };
        assert_eq!(quota(None, None), 10_000);
        assert_eq!(quota(None, Some("eu-west-1")), 10_000);
        assert_eq!(quota(None, Some("eu-south-1")), 2_500);
        assert_eq!(quota(Some(50_000), Some("eu-south-1")), 50_000);
    }

    #[test]
    fn what_clients_need_is_not_private() {
        for good in ["owner", "featureName", "value", "a b"] {
            assert_eq!(attribute(good).ok().as_deref(), Some(good));
        }
        for bad in ["", "featureId", "isActive", "revision", "a,b", " a"] {
            assert!(attribute(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_origin_is_as_browsers_state_it() {
        for text in [
            "*",
            "https://www.example.com",
            "https://*.example.com:8443",
            "http://localhost:5173",
            "http://localhost:*",
        ] {
            assert_eq!(origin(text).ok().as_deref(), Some(text));
        }
        for text in [
            "",
            "null",
            "www.example.com",
            "http://www.example.com",
            "wss://www.example.com",
            "https://www.example.com/",
            "https://www.example.com:443",
            "https://*",
            "http://localhost:0",
            "http://localhost:",
        ] {
            assert!(origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_claim_has_a_name_that_rules_can_ask_for() {
        for text in ["email", "custom:plan", "cognito:username"] {
            assert_eq!(claim(text).ok().as_deref(), Some(text));
        }
        for text in [
            "",
            "custom:",
            "groups",
            "custom:targetingKey",
            "custom:sub",
            "https://example.com/plan",
            "a.b",
        ] {
            assert!(claim(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_log_group_is_named_without_its_streams() {
        let good = "arn:aws-cn:logs:cn-north-1:111122223333:log-group:/acme/toggles";
        assert_eq!(log_group(good).ok().as_deref(), Some(good));
        for text in [
            "",
            "/acme/toggles",
            "arn:aws:logs:eu-west-1:111122223333:log-group:/acme/toggles:*",
            "arn:aws:logs:eu-west-1:111122223333:log-group:/acme:log-stream:one",
            "arn:aws:logs:eu-west-1:111122223333:log-group:",
            "arn:aws:logs::111122223333:log-group:/acme/toggles",
            "arn:aws:s3:::acme-logs",
        ] {
            assert!(log_group(text).is_err(), "{text}");
        }
    }
}
