//! `[pipelines]` and `[teams.NAME.pipeline]`: how a team's commits become releases.

use model::types::logs::RETENTION_DAYS;

use super::arn::Arn;
use super::problem::Problem;
use super::table::{Rejected, Table};

/// The most patterns of a filter of `CodePipeline`. Source: `GitFilePathFilterCriteria` in the
/// `CodePipeline` API reference.
const PATTERNS: usize = 8;

/// The most minutes that a canary bakes: a job of GitHub's own machines ends after six hours. Source:
/// GitHub Docs, "Actions limits".
const LONGEST: i32 = 5 * 60;

/// What all pipelines share, and the defaults of their settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipelines {
    /// The connection to the Git host. Default: none.
    pub connection: Option<Connection>,
    /// The CI services whose identity provider the system creates in IAM. An account has one per
    /// service, so it may exist already. Default: none.
    pub identity_providers: Vec<Ci>,
    /// The branch whose commits are released. Default: `main`.
    pub branch: String,
    /// Whether pull requests publish previews. Default: no.
    pub previews: bool,
    /// Whether a person approves a release first. Default: no.
    pub approval: bool,
    /// The clients that a release goes to first. Default: none.
    pub canary: Option<Canary>,
    /// Days that the logs of builds are kept. Default: 30.
    pub log_retention_days: i32,
}

impl Default for Pipelines {
    fn default() -> Self {
        Self {
            connection: None,
            identity_providers: Vec::new(),
            branch: "main".to_owned(),
            previews: false,
            approval: false,
            canary: None,
            log_retention_days: 30,
        }
    }
}

/// A release's first clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    /// Their percentage, 1 to 99.
    pub percent: i32,
    /// The minutes after which all clients get the release, 1 to 300. Default: it stays a canary.
    pub every: Option<i32>,
    /// The names of the alarms that end it meanwhile. Default: none.
    pub watch: Vec<String>,
}

/// A connection to a Git host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// One that the system creates, to a host of this type: `GitHub`.
    New(&'static str),
    /// One that exists, by its ARN.
    Existing(String),
}

/// A CI service that runs the steps in place of `CodePipeline`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ci {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI/CD of gitlab.com.
    GitLab,
}

impl Ci {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::GitHub, Self::GitLab];

    /// Its word in the description.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "github-actions",
            Self::GitLab => "gitlab-ci",
        }
    }
}

/// The pipeline of a team, with the defaults of [`Pipelines`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Where its source is, and with that what runs it.
    pub source: Source,
    /// The branch whose commits are released.
    pub branch: String,
    /// Patterns of the files whose changes start it, at most 8. Default: all files.
    pub paths: Vec<String>,
    /// The folder of the team's npm package in the repository. Default: the repository itself.
    pub folder: Option<String>,
    /// Whether pull requests publish previews. CodeCommit and a zip start none.
    pub previews: bool,
    /// Whether a person approves a release first.
    pub approval: bool,
    /// The clients that a release goes to first.
    pub canary: Option<Canary>,
}

/// Where the source of a pipeline is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A repository, `OWNER/NAME`, over the connection of [`Pipelines::connection`].
    Connection(String),
    /// A repository in CodeCommit, which the system creates.
    CodeCommit,
    /// A zip in a versioned bucket.
    S3 {
        /// The bucket.
        bucket: String,
        /// The zip's key.
        key: String,
    },
    /// A repository, `OWNER/NAME`, whose host's own CI service runs the steps.
    Ci(Ci, String),
}

/// The words for a source.
const SOURCES: [&str; 5] = [
    "connection",
    "codecommit",
    "s3",
    "github-actions",
    "gitlab-ci",
];

/// The types of host that a connection can be created for, as `CreateConnection` names them, and
/// their words.
const HOSTS: [(&str, &str); 3] = [
    ("github", "GitHub"),
    ("gitlab", "GitLab"),
    ("bitbucket", "Bitbucket"),
];

impl Pipelines {
    pub(super) fn read(table: &mut Table) -> Self {
        let default = Self::default();
        Self {
            connection: table.text("connection", connection),
            identity_providers: table
                .texts("identity_providers", identity_provider)
                .unwrap_or_default(),
            branch: table.text("branch", branch).unwrap_or(default.branch),
            previews: table.boolean("previews").unwrap_or(default.previews),
            approval: table.boolean("approval").unwrap_or(default.approval),
            canary: Canary::read(table, None),
            log_retention_days: table
                .integer_of("log_retention_days", RETENTION_DAYS, "days")
                .unwrap_or(default.log_retention_days),
        }
    }
}

impl Pipeline {
    /// Reads the table, if it is written.
    pub(super) fn read(table: &mut Table, defaults: &Pipelines) -> Option<Self> {
        let written = table.is_written();
        let source = Source::read(table, defaults);
        let branch = table.text("branch", branch);
        let paths = table.texts("paths", pattern).unwrap_or_default();
        let folder = table.text("folder", folder);
        let previews = table.boolean("previews");
        let approval = table.boolean("approval");
        let canary = Canary::read(table, defaults.canary.as_ref());
        table.report(too_many(table, &paths));
        table.report(
            source
                .as_ref()
                .and_then(|source| ineffective(table, source)),
        );
        if !written {
            return None;
        }
        Some(Self {
            source: source?,
            branch: branch.unwrap_or_else(|| defaults.branch.clone()),
            paths,
            folder,
            previews: previews.unwrap_or(defaults.previews),
            approval: approval.unwrap_or(defaults.approval),
            canary,
        })
    }

    /// The CI service that runs it; `None` if `CodePipeline` does.
    #[must_use]
    pub fn ci(&self) -> Option<Ci> {
        match &self.source {
            Source::Ci(ci, _) => Some(*ci),
            _ => None,
        }
    }
}

impl Canary {
    /// Reads the keys of a canary, each with its default.
    fn read(table: &mut Table, default: Option<&Self>) -> Option<Self> {
        let percent = table.integer("canary", 1..=99, "percent of the clients");
        let every = table.text("every", minutes);
        let watch = table.texts("watch", alarm);
        let percent = percent.or(default.map(|of| of.percent));
        let every = every.or(default.and_then(|of| of.every));
        table.report(without(table, "every", "canary", percent.is_none()));
        table.report(without(table, "watch", "every", every.is_none()));
        Some(Self {
            percent: percent?,
            every,
            watch: watch
                .or_else(|| Some(default?.watch.clone()))
                .unwrap_or_default(),
        })
    }
}

impl Source {
    fn read(table: &mut Table, defaults: &Pipelines) -> Option<Self> {
        let kind = table.choice("source", &SOURCES, |word| word);
        let kind = kind.unwrap_or("connection");
        let repository = table.text("repository", repository);
        let object = table.text("object", object);
        let written = table.is_written();
        let (needs_repository, needs_object) = match kind {
            "codecommit" => (false, false),
            "s3" => (false, true),
            _ => (true, false),
        };
        for (key, needed, example) in [
            ("repository", needs_repository, "acme/shipping"),
            ("object", needs_object, "acme-sources/shipping.zip"),
        ] {
            if needed && written && !table.has(key) {
                table.missing(key, missing(key, kind, example));
            }
            table.report((!needed).then(|| needless(table, key, kind)).flatten());
        }
        match kind {
            "connection" => {
                let from = table.span("repository");
                let lacks = defaults.connection.is_none();
                table.report(from.filter(|_| lacks).map(without_connection));
                repository.map(Self::Connection)
            }
            "codecommit" => Some(Self::CodeCommit),
            "s3" => object.map(|(bucket, key)| Self::S3 { bucket, key }),
            other => {
                let ci = Ci::ALL.into_iter().find(|ci| ci.as_str() == other)?;
                repository.map(|repository| Self::Ci(ci, repository))
            }
        }
    }
}

fn missing(key: &str, kind: &str, example: &str) -> Problem {
    let message = format!("`{key}` is missing");
    Problem::new(message, 0..0, format!("the source `{kind}` needs it"))
        .help(format!("add a line such as `{key} = \"{example}\"`"))
}

fn needless(table: &Table, key: &'static str, kind: &str) -> Option<Problem> {
    let why = format!("the source `{kind}` has none");
    let problem = Problem::new(format!("`{key}` is not used"), table.span(key)?, why);
    Some(problem.help("remove the line, or choose another `source`"))
}

fn without_connection(at: std::ops::Range<usize>) -> Problem {
    let message = "a repository without a `connection`";
    let problem = Problem::new(message, at, "nothing connects the account to its host");
    problem.help("write `connection = \"github\"` into `[pipelines]`, or the ARN of a connection")
}

fn too_many(table: &Table, paths: &[String]) -> Option<Problem> {
    let why = format!("{} patterns; the maximum is {PATTERNS}", paths.len());
    let at = table.span("paths").filter(|_| paths.len() > PATTERNS)?;
    Some(
        Problem::new("`paths` has too many patterns", at, why)
            .help("use `**` for all below a folder"),
    )
}

/// A key that has no effect with a source. Events of CodeCommit name no files; GitHub and GitLab have
/// approvals of their own.
fn ineffective(table: &Table, source: &Source) -> Option<Problem> {
    let (keys, why): (&[&str], _) = match source {
        Source::Connection(_) => return None,
        Source::CodeCommit if table.has("previews") => {
            (&["previews"], "CodeCommit's pull requests start nothing")
        }
        Source::CodeCommit => (&["paths"], "CodeCommit's events name no files"),
        Source::S3 { .. } => (
            &["branch", "paths", "previews"],
            "a zip is released as it is",
        ),
        Source::Ci(..) => (
            &["approval"],
            "the repository's host has approvals of its own",
        ),
    };
    let key = keys.iter().find(|key| table.has(key))?;
    let problem = Problem::new(format!("`{key}` has no effect"), table.span(key)?, why);
    Some(problem.help("remove the line"))
}

/// A key that has no effect without another one.
fn without(table: &Table, key: &str, other: &str, is_absent: bool) -> Option<Problem> {
    let at = table.span(key).filter(|_| is_absent && !table.has(other))?;
    let why = format!("it needs `{other}`");
    let problem = Problem::new(format!("`{key}` has no effect"), at, why);
    Some(problem.help(format!("state `{other}` too, or remove the line")))
}

/// The minutes of a duration such as `10m` or `2h`.
fn minutes(text: &str) -> Result<i32, Rejected> {
    let number = |digits: &str| digits.parse::<i32>().ok();
    let minutes = match text.char_indices().next_back() {
        Some((end, 'm')) => number(&text[..end]),
        Some((end, 'h')) => number(&text[..end]).and_then(|hours| hours.checked_mul(60)),
        _ => None,
    };
    minutes
        .filter(|minutes| (1..=LONGEST).contains(minutes))
        .ok_or_else(|| Rejected {
            why: "not a time that a canary can take".to_owned(),
            help: format!(
                "use a number of minutes or hours, such as `10m`, of at most `{}h`",
                LONGEST / 60
            ),
        })
}

/// An alarm's name. A comma would end it on a command line.
fn alarm(text: &str) -> Result<String, Rejected> {
    if is_plain(text, "._-/:+=@() ") && !text.starts_with('-') && text.trim() == text {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: "not an alarm's name".to_owned(),
        help:
            "use a name of a-z, A-Z, 0-9, spaces and `._-/:+=@()`, such as `acme-shipping-errors`"
                .to_owned(),
    })
}

fn identity_provider(text: &str) -> Result<Ci, Rejected> {
    let found = Ci::ALL.into_iter().find(|ci| ci.as_str() == text);
    found.ok_or_else(|| Rejected {
        why: "not a CI service".to_owned(),
        help: "use `github-actions` or `gitlab-ci`".to_owned(),
    })
}

fn connection(text: &str) -> Result<Connection, Rejected> {
    if let Some((_, host)) = HOSTS.iter().find(|(word, _)| *word == text) {
        return Ok(Connection::New(host));
    }
    let is_connection = |arn: Arn<'_>| {
        // The former name of the service is in older ARNs.
        ["codeconnections", "codestar-connections"].contains(&arn.service)
            && arn.has_account()
            && arn.name("connection/").is_some()
    };
    if Arn::parse(text).is_some_and(is_connection) {
        return Ok(Connection::Existing(text.to_owned()));
    }
    Err(Rejected {
        why: "neither a host nor the ARN of a connection".to_owned(),
        help: "use `github`, `gitlab` or `bitbucket`, or an ARN such as \
               `arn:aws:codeconnections:eu-west-1:111122223333:connection/ID`"
            .to_owned(),
    })
}

/// Whether a text is safe in YAML, in a shell and in the conditions of a policy.
fn is_plain(text: &str, more: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
    !text.is_empty() && text.len() <= 255 && text.chars().all(allowed)
}

fn repository(text: &str) -> Result<String, Rejected> {
    let parts: Vec<_> = text.split('/').collect();
    let is_part = |part: &&str| {
        is_plain(part, "._-") && !part.starts_with('-') && !matches!(*part, "." | "..")
    };
    if parts.len() >= 2 && parts.iter().all(is_part) && text.len() <= 255 {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: "not a repository's owner and name".to_owned(),
        help: "use the owner and the name, such as `acme/shipping`".to_owned(),
    })
}

fn branch(text: &str) -> Result<String, Rejected> {
    if is_plain(text, "._-/") && !text.starts_with(['-', '/', '.']) {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: "not a branch".to_owned(),
        help: "use a name of a-z, A-Z, 0-9, `.`, `_`, `-` and `/`, such as `main`".to_owned(),
    })
}

fn pattern(text: &str) -> Result<String, Rejected> {
    if is_plain(text, "._-/*") && !text.starts_with('/') {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: "not a pattern of files".to_owned(),
        help: "use a path from the repository's root, such as `shipping/**` or `package-lock.json`"
            .to_owned(),
    })
}

/// Whether a text is a path to a folder within a repository, from its root.
#[must_use]
pub fn is_folder(text: &str) -> bool {
    let is_part = |part: &str| is_plain(part, "._-") && part != "." && part != "..";
    text.split('/').all(is_part)
}

fn folder(text: &str) -> Result<String, Rejected> {
    if is_folder(text) {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: "not a folder of the repository".to_owned(),
        help: "use a path from the repository's root, such as `apps/shipping`".to_owned(),
    })
}

fn object(text: &str) -> Result<(String, String), Rejected> {
    let is_bucket = |text: &str| {
        let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '.');
        (3..=63).contains(&text.len()) && text.chars().all(allowed)
    };
    match text.split_once('/') {
        Some((bucket, key)) if is_bucket(bucket) && is_plain(key, "._-/") => {
            Ok((bucket.to_owned(), key.to_owned()))
        }
        _ => Err(Rejected {
            why: "not an object's bucket and key".to_owned(),
            help: "use the bucket and the key, such as `acme-sources/shipping.zip`".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_safe_wherever_they_are_written() {
        for text in ["acme/shipping", "acme/web/shipping", "a.b/c_d-e"] {
            assert!(repository(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "acme",
            "acme/",
            "/acme",
            "acme/*",
            "acme/a b",
            "-a/b",
            "acme/${x}",
        ] {
            assert!(repository(text).is_err(), "{text}");
        }
        assert!(branch("release/2026-01").is_ok());
        for text in ["", "-b", "a b", "a\"", "a*", "a$b", "/a"] {
            assert!(branch(text).is_err(), "{text}");
        }
        assert!(pattern("shipping/**").is_ok() && folder("apps/shipping").is_ok());
        for text in ["", "/a", "a:b", "a'b", "a\nb"] {
            assert!(pattern(text).is_err(), "{text}");
            assert!(folder(text).is_err(), "{text}");
        }
        assert!(folder("../x").is_err() && folder("a//b").is_err());
    }

    #[test]
    fn a_canary_takes_minutes_or_hours() {
        for (text, expected) in [("1m", 1), ("90m", 90), ("5h", 300)] {
            assert_eq!(minutes(text).ok(), Some(expected), "{text}");
        }
        for text in [
            "",
            "m",
            "0m",
            "-1m",
            "10",
            "10s",
            "6h",
            "301m",
            "99999999h",
            "1µ",
        ] {
            assert!(minutes(text).is_err(), "{text}");
        }
        assert!(alarm("acme errors (5xx)").is_ok());
        for text in ["", "-a", " a", "a,b", "a$b", "a\"b", "${{ x }}"] {
            assert!(alarm(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_object_has_a_bucket_and_a_key() {
        let found = object("acme-sources/team/shipping.zip").ok();
        let expected = ("acme-sources".to_owned(), "team/shipping.zip".to_owned());
        assert_eq!(found, Some(expected));
        for text in [
            "",
            "acme-sources",
            "acme-sources/",
            "Acme/x.zip",
            "ab/x.zip",
        ] {
            assert!(object(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_connection_is_new_or_exists() {
        let arn = "arn:aws:codestar-connections:eu-west-1:111122223333:connection/1a-2b";
        let existing = Connection::Existing(arn.to_owned());
        assert_eq!(connection(arn).ok(), Some(existing));
        assert_eq!(connection("gitlab").ok(), Some(Connection::New("GitLab")));
        assert!(connection("GitHub").is_err());
        assert!(connection("arn:aws:s3:::bucket").is_err());
    }
}
