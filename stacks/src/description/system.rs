//! The whole description.

use std::ops::Range;

use model::{IgnoredTags, Tags};
use toggle_contract::doors::Connect;

use super::alarms::Alarms;
use super::delivery::Delivery;
use super::domain::CustomDomain;
use super::functions::Functions;
use super::identity::Identity;
use super::name::Name;
use super::operations::Operations;
use super::packages::Packages;
use super::pipelines::Pipelines;
use super::problem::{DescriptionErrors, Problem};
use super::quotas::Quotas;
use super::region::{is_region, region_like};
use super::sites::{Shell, Team};
use super::suggestion::quoted;
use super::table::{Findings, Rejected, Table};
use super::toggles::{Toggles, flips_without_shell, unknown_groups};
use super::{syntax, tags};

/// A system, as its `frontage.toml` describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// The first part of every physical name. Required. Another name is another system.
    pub name: Name,
    /// Its id, which tells it from another one of its name: 8 of `0-9a-f`, made at random by
    /// `frontage init`. Default: the one that the first apply made.
    pub id: Option<String>,
    /// Its Region. Default: the one from the command line or the AWS profile.
    pub region: Option<String>,
    /// The account's 12 digits: no command does anything with another one's credentials. Default:
    /// any account.
    pub account: Option<String>,
    /// Tags that every resource carries, in addition to Frontage's own. Default: none.
    ///
    /// At most 30. Keys have 1 to 128 characters and values 0 to 256: letters, digits, spaces and
    /// `+ - = . _ : / @`. Neither begins with `aws:` or `frontage:`, and no two keys differ only in
    /// case, which IAM refuses.
    pub tags: Tags,
    /// Keys of tags that are left to others, though an earlier description contained them: whole
    /// keys, or beginnings followed by `*`. None of them is a key of `tags`. Default:
    /// none.
    ///
    /// They are a key of the top level, since each key in `[tags]` is a tag.
    pub ignore_tags: IgnoredTags,
    /// `[functions]`: the settings that all Lambda functions share.
    pub functions: Functions,
    /// `[toggles]`: the feature-toggle service.
    pub toggles: Toggles,
    /// `[alarms]`: who is notified when something fails.
    pub alarms: Alarms,
    /// `[operations]`: a dashboard, and further alarms. Default: none.
    pub operations: Option<Operations>,
    /// `[packages]`: the repository of the packages that teams share. Default: none.
    pub packages: Option<Packages>,
    /// `[identity]`: who signs in, and how. Deployed together with the shell.
    pub identity: Identity,
    /// `[sites]`: how CloudFront delivers all sites.
    pub sites: Delivery,
    /// `[shell]`: the parent application. Default: none, and no sign-in either.
    pub shell: Option<Shell>,
    /// `[pipelines]`: what the teams' pipelines share, and their defaults.
    pub pipelines: Pipelines,
    /// `[teams.NAME]`: the child applications, which need the shell. Default: none.
    pub teams: Vec<Team>,
    /// `[quotas]`: quotas that AWS raised for the account.
    pub quotas: Quotas,
}

impl System {
    /// A system with the defaults.
    #[must_use]
    pub fn new(name: Name) -> Self {
        Self {
            name,
            id: None,
            region: None,
            account: None,
            tags: Tags::new(),
            ignore_tags: IgnoredTags::default(),
            functions: Functions::default(),
            toggles: Toggles::default(),
            alarms: Alarms::default(),
            operations: None,
            packages: None,
            identity: Identity::default(),
            sites: Delivery::default(),
            shell: None,
            pipelines: Pipelines::default(),
            teams: Vec::new(),
            quotas: Quotas::default(),
        }
    }

    /// Parses a description. The file's name is only for the report.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, DescriptionErrors> {
        let document = syntax::parse(text);
        let mut problems = document.problems;
        let mut system = None;
        if document.is_whole {
            let mut findings = Findings::default();
            system = findings.read(&document.root, Self::read);
            problems.extend(findings.into_problems());
        }
        match system {
            Some(system) if problems.is_empty() => Ok(system),
            _ => Err(DescriptionErrors::new(file_name, text, problems)),
        }
    }

    pub(super) fn read(root: &mut Table) -> Option<Self> {
        let name = root.text("name", name);
        let id = root.text("id", id);
        let region = root.text("region", region);
        let account = root.text("account", account);
        let entries = root.entries_of("tags");
        let tags = entries
            .map(|entries| tags::read(entries, root.findings()))
            .unwrap_or_default();
        let ignore_tags = tags::read_ignored(root, entries);
        let functions = root.table("functions", Functions::read);
        let (toggles, connect, may_flip, flippers) = root.table("toggles", |table| {
            let toggles = Toggles::read(table);
            let spans = ["connect", "may_flip"].map(|key| table.span(key));
            let [connect, may_flip] = spans;
            (toggles, connect, may_flip, table.places("may_flip"))
        });
        let alarms = root.table("alarms", Alarms::read);
        let has_operations = root.has("operations");
        let operations = root.table("operations", Operations::read);
        let operations = has_operations.then_some(operations);
        let has_packages = root.has("packages");
        let packages = root.table("packages", Packages::read);
        let (identity, login) = root.table("identity", |table| {
            (Identity::read(table), table.span("domain"))
        });
        let (sites, tls) = root.table("sites", |table| {
            (Delivery::read(table), table.span("minimum_tls"))
        });
        let has_shell = root.has("shell");
        let shell = root.table("shell", |table| Shell::read(table, &identity.groups));
        let pipelines = root.table("pipelines", Pipelines::read);
        let teams = Team::read_all(root, &pipelines, &identity.groups);
        let quotas = root.table("quotas", Quotas::read);
        if !root.has("name") {
            root.missing("name", missing_name(entries));
        }
        if has_shell {
            root.report(tls_without_domain(tls, &identity, &shell, &teams));
            root.report(name.as_ref().and_then(|name| reserved_word(root, name)));
            root.report(name.as_ref().and_then(|name| reserved_prefix(root, name)));
            root.report(site_of_login(login, &identity, &shell, &teams));
            for problem in unknown_groups(&flippers, &identity.groups) {
                root.report(Some(problem));
            }
        } else {
            root.report(doors_without_shell(connect, &toggles));
            root.report(flips_without_shell(may_flip, &toggles));
            root.report(without_shell(root, "identity"));
            root.report(without_shell(root, "sites"));
            root.report(without_shell(root, "teams"));
        }
        let (packages, shell) = (has_packages.then_some(packages), has_shell.then_some(shell));
        Some(Self {
            name: name?,
            id,
            region,
            account,
            tags,
            ignore_tags,
            functions,
            toggles,
            alarms,
            operations,
            packages,
            identity,
            sites,
            shell,
            pipelines,
            teams,
            quotas,
        })
    }
}

fn name(text: &str) -> Result<Name, Rejected> {
    text.parse().map_err(|why: super::InvalidName| {
        let rule = format!(
            "use 1 to {} characters of a-z, 0-9 and `-`, beginning with a letter",
            Name::MAX_LENGTH
        );
        let like = Name::like(text).map_or(String::new(), |like| format!(", such as `{like}`"));
        Rejected {
            why: why.to_string(),
            help: rule + &like,
        }
    })
}

fn region(text: &str) -> Result<String, Rejected> {
    if is_region(text) {
        return Ok(text.to_owned());
    }
    let why = region_like(text).map_or("not a Region's code".to_owned(), |like| {
        format!("did you mean `{like}`?")
    });
    Err(Rejected {
        why,
        help: "a Region's code is like `eu-west-1`, `us-gov-east-1`".to_owned(),
    })
}

fn id(text: &str) -> Result<String, Rejected> {
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() == 8 && text.bytes().all(is_digit) {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: "not the id of a system".to_owned(),
        help: "an id has 8 of 0-9 and a-f; leave the key out unless `frontage init` wrote it, or `frontage history` shows it".to_owned(),
    })
}

fn account(text: &str) -> Result<String, Rejected> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: "not the number of an account".to_owned(),
        help: "an account has 12 digits, in quotes: \"111122223333\"".to_owned(),
    })
}

/// The problem with a key that requires a shell.
fn without_shell(root: &Table, key: &str) -> Option<Problem> {
    let why = "the shell signs people in and shows the teams' applications";
    let problem = Problem::new(format!("`{key}` without `[shell]`"), root.span(key)?, why);
    Some(problem.help("add the line `[shell]`"))
}

/// The problem with tokens that nobody could have: the user pool is the shell's.
fn doors_without_shell(at: Option<Range<usize>>, toggles: &Toggles) -> Option<Problem> {
    let connect = toggles.connect;
    let at = at.filter(|_| connect != Connect::Public)?;
    let what = format!(
        "`toggles.connect = \"{}\"` without `[shell]`",
        connect.as_str()
    );
    let problem = Problem::new(
        what,
        at,
        "only a system with a shell has users, and so tokens",
    );
    Some(problem.help("add the line `[shell]`, or remove this one"))
}

/// The problem with a minimum of TLS that no site can have: CloudFront's own certificate ignores it.
/// Source: `ViewerCertificate` in the CloudFront API reference.
fn tls_without_domain(
    at: Option<Range<usize>>,
    identity: &Identity,
    shell: &Shell,
    teams: &[Team],
) -> Option<Problem> {
    let others = [&shell.domain, &identity.domain];
    let mut domains = teams.iter().map(|team| &team.domain).chain(others);
    if domains.any(Option::is_some) {
        return None;
    }
    let why = "CloudFront's own domains accept TLS 1 and above";
    let problem = Problem::new("`sites.minimum_tls` without a `domain`", at?, why);
    Some(problem.help("give the shell, a team or the login a `domain`, or remove the line"))
}

/// The problem with a domain of the login pages that is a site's as well: each has a distribution, and
/// CloudFront gives a domain to one.
fn site_of_login(
    at: Option<Range<usize>>,
    identity: &Identity,
    shell: &Shell,
    teams: &[Team],
) -> Option<Problem> {
    let login = &identity.domain.as_ref()?.name;
    let sites = teams.iter().map(|team| &team.domain).chain([&shell.domain]);
    let mut names = sites.flatten().flat_map(CustomDomain::names);
    let at = at.filter(|_| names.any(|name| name == login))?;
    let message = format!("the login pages cannot have the domain `{login}`");
    let problem = Problem::new(message, at, "a site has it");
    Some(problem.help("use a domain of its own, such as `login.example.com`"))
}

/// Cognito refuses a login page's address that contains one of AWS's words, and the system's name
/// is its first part.
fn reserved_word(root: &Table, name: &Name) -> Option<Problem> {
    let word = ["aws", "amazon", "cognito"]
        .into_iter()
        .find(|word| name.as_str().contains(word))?;
    let message = format!("`name` cannot contain `{word}`");
    let problem = Problem::new(
        message,
        root.span("name")?,
        "the login page's address begins with it",
    );
    Some(problem.help(
        "choose another name: Cognito refuses addresses that contain `aws`, `amazon` or `cognito`",
    ))
}

/// S3 keeps names that begin in some ways, and those of the sites' buckets begin with the system's.
///
/// No other reserved name can come up: a [`Name`] has no `--`, and the bucket's ends with a fingerprint.
/// Source: the Amazon S3 user guide, `General purpose bucket naming rules`.
fn reserved_prefix(root: &Table, name: &Name) -> Option<Problem> {
    let bucket = format!("{name}-");
    let prefix = ["sthree-", "amzn-s3-demo-"]
        .into_iter()
        .find(|prefix| bucket.starts_with(prefix))?;
    let message = format!("`name` cannot be `{name}`");
    let problem = Problem::new(
        message,
        root.span("name")?,
        "the names of the sites' buckets begin with it",
    );
    Some(problem.help(format!(
        "choose another name: S3 reserves names that begin with `{prefix}`"
    )))
}

/// A name after `[tags]` is a tag, which newcomers to TOML do not expect.
fn missing_name(tags: Option<&toml::de::DeTable>) -> Problem {
    let problem = Problem::new(
        "`name` is missing",
        0..0,
        "a description begins with the system's name",
    );
    match tags.and_then(|tags| tags.get_key_value("name")) {
        Some((key, _)) => problem.also(key.span(), "this is a tag named `name`").help(
            "move `name` above the line `[tags]`: keys below a table's line belong to that table",
        ),
        None => problem.help(format!(
            "write it on the first line, such as {}",
            quoted("name = \"acme\"")
        )),
    }
}
