//! `[functions]`: the settings that all Lambda functions of the system share.

use model::types::logs::{LogGroupClass, RETENTION_DAYS};

use super::arn::{arn, kms_key};
use super::table::{Rejected, Table};

/// The classes of log groups that keep what the functions write. The third, `DELIVERY`, keeps it for
/// a day (`Log classes` in the CloudWatch Logs user guide).
pub const LOG_CLASSES: [LogGroupClass; 2] =
    [LogGroupClass::Standard, LogGroupClass::InfrequentAccess];

/// The maximum length of a role's path.
const ROLE_PATH_LENGTH: usize = 512;

/// The settings that all Lambda functions of the system share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Functions {
    /// The processor architecture. Default: `x86_64`.
    pub architecture: Architecture,
    /// Memory of each function in MB, by which Lambda also allots processor time: 128 to 10,240.
    /// Default: 256.
    pub memory_mb: i32,
    /// Days that their logs are kept: one of [`RETENTION_DAYS`]. Default: 30.
    pub log_retention_days: i32,
    /// The class of their log groups: [`LogGroupClass::Standard`] or
    /// [`LogGroupClass::InfrequentAccess`], which costs less per line and has fewer features. AWS
    /// cannot change it: a plan that would is refused. Default: not stated; new groups get the
    /// standard class, and existing ones stay as they are.
    pub log_class: Option<LogGroupClass>,
    /// Whether AWS refuses to delete their log groups, whoever asks. `destroy --delete-data` lifts it.
    /// Default: not stated; what is set stays.
    pub log_deletion_protection: Option<bool>,
    /// Whether X-Ray traces their invocations. Default: no.
    pub tracing: bool,
    /// Concurrent executions reserved for each function, which are also its maximum: 0 to 1,000; 0
    /// stops it. The account's own quota bounds the sum. Default: none are reserved, and all
    /// functions share the account's.
    pub reserved_concurrency: Option<i32>,
    /// The minimum level of their log lines. Default: `info`.
    pub log_level: LogLevel,
    /// The ARN of the managed policy that bounds the permissions of their roles. Default: not
    /// stated; a boundary that is attached to a role stays.
    pub permissions_boundary: Option<String>,
    /// The path of their roles: `/`, or printable ASCII characters between two `/`, at most 512
    /// characters (`pathType` in the IAM API model). A change replaces the roles, and the
    /// functions fail until they have the new ones. Default: `/`.
    pub role_path: Option<String>,
    /// The ARN of the KMS key that encrypts their environments and their logs. Its policy must let
    /// CloudWatch Logs use it (`Encrypt log data in CloudWatch Logs using AWS KMS` in the user
    /// guide). Default: not stated; a key that is set stays.
    pub kms_key: Option<String>,
}

/// The processor architecture of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// 64-bit x86.
    X86_64,
    /// 64-bit Arm: Graviton.
    Arm64,
}

/// The severity of a log line, most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something may be wrong.
    Warn,
    /// Normal events.
    Info,
    /// Details of events.
    Debug,
}

impl Default for Functions {
    fn default() -> Self {
        Self {
            architecture: Architecture::X86_64,
            memory_mb: 256,
            log_retention_days: 30,
            log_class: None,
            log_deletion_protection: None,
            tracing: false,
            reserved_concurrency: None,
            log_level: LogLevel::Info,
            permissions_boundary: None,
            role_path: None,
            kms_key: None,
        }
    }
}

impl Functions {
    pub(super) fn read(table: &mut Table) -> Self {
        let default = Self::default();
        Self {
            architecture: table
                .choice("architecture", &Architecture::ALL, Architecture::as_str)
                .unwrap_or(default.architecture),
            memory_mb: table
                .integer("memory_mb", 128..=10_240, "a function's memory in MB")
                .unwrap_or(default.memory_mb),
            log_retention_days: table
                .integer_of(
                    "log_retention_days",
                    RETENTION_DAYS,
                    "the days that logs are kept",
                )
                .unwrap_or(default.log_retention_days),
            log_class: table.choice("log_class", &LOG_CLASSES, log_class),
            log_deletion_protection: table.boolean("log_deletion_protection"),
            tracing: table.boolean("tracing").unwrap_or(default.tracing),
            reserved_concurrency: table.integer(
                "reserved_concurrency",
                0..=1000,
                "the executions reserved for each function; without the key, none are",
            ),
            log_level: table
                .choice("log_level", &LogLevel::ALL, LogLevel::as_str)
                .unwrap_or(default.log_level),
            permissions_boundary: table.text("permissions_boundary", boundary),
            role_path: table.text("role_path", role_path),
            kms_key: table.text("kms_key", kms_key),
        }
    }
}

impl Architecture {
    /// Every architecture.
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Arm64];

    /// AWS's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

impl LogLevel {
    /// Every level.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warn, Self::Info, Self::Debug];

    /// The word for it, in lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// The word for a class of log groups.
#[must_use]
pub fn log_class(class: LogGroupClass) -> &'static str {
    match class {
        LogGroupClass::Standard => "standard",
        LogGroupClass::InfrequentAccess => "infrequent_access",
        LogGroupClass::Delivery => "delivery",
    }
}

/// A managed policy of an account, or one of AWS's own, whose account is `aws`.
fn boundary(text: &str) -> Result<String, Rejected> {
    let example = "arn:aws:iam::111122223333:policy/developer-boundary";
    arn(text, "a managed policy", example, |arn| {
        arn.service == "iam"
            && arn.region.is_empty()
            && (arn.has_account() || arn.account == "aws")
            && arn.name("policy/").is_some_and(|name| !name.ends_with('/'))
    })
}

fn role_path(text: &str) -> Result<String, Rejected> {
    let bare = text
        .strip_prefix('/')
        .map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    let why = match bare {
        _ if text == "/" => return Ok(text.to_owned()),
        None => "a path must begin with `/`".to_owned(),
        Some(_) if !text.ends_with('/') => "a path must end with `/`".to_owned(),
        Some("") => "there is one `/` too many".to_owned(),
        Some(bare) if !bare.chars().all(|c| c.is_ascii_graphic()) => {
            "only printable ASCII characters without spaces are allowed".to_owned()
        }
        Some(_) if text.len() > ROLE_PATH_LENGTH => {
            format!(
                "{} characters; the maximum is {ROLE_PATH_LENGTH}",
                text.len()
            )
        }
        Some(_) => return Ok(text.to_owned()),
    };
    Err(Rejected {
        why,
        help: "use a path such as `/front-end/`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_a_managed_policy() {
        for text in [
            "arn:aws:iam::111122223333:policy/bound",
            "arn:aws-us-gov:iam::111122223333:policy/team/web/bound",
            "arn:aws:iam::aws:policy/PowerUserAccess",
        ] {
            assert_eq!(boundary(text).ok().as_deref(), Some(text));
        }
        for text in [
            "bound",
            "arn:aws:iam::111122223333:role/bound",
            "arn:aws:iam::111122223333:policy/",
            "arn:aws:iam::111122223333:policy/team/",
            "arn:aws:iam:eu-west-1:111122223333:policy/bound",
            "arn:aws:iam::1111:policy/bound",
            "arn:aws:iam::111122223333:policy/*",
        ] {
            assert!(boundary(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_begins_and_ends_with_a_slash() {
        let longest = format!("/{}/", "a".repeat(510));
        for text in ["/", "/web/", "/a/b.c_d/", "/{ACCOUNT}/", &longest] {
            assert_eq!(role_path(text).ok().as_deref(), Some(text));
        }
        let longer = format!("/{}/", "a".repeat(511));
        for text in ["", "web", "web/", "/web", "//", "/a b/", "/é/", &longer] {
            assert!(role_path(text).is_err(), "{text}");
        }
    }
}
