//! `[functions]`: the settings that all Lambda functions of the system share.

use model::types::logs::RETENTION_DAYS;

use super::table::Table;

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
    /// Whether X-Ray traces their invocations. Default: no.
    pub tracing: bool,
    /// Concurrent executions reserved for each function, which are also its maximum: 0 to 1,000; 0
    /// stops it. The account's own quota bounds the sum. Default: none are reserved, and all
    /// functions share the account's.
    pub reserved_concurrency: Option<i32>,
    /// The minimum level of their log lines. Default: `info`.
    pub log_level: LogLevel,
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
            tracing: false,
            reserved_concurrency: None,
            log_level: LogLevel::Info,
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
            tracing: table.boolean("tracing").unwrap_or(default.tracing),
            reserved_concurrency: table.integer(
                "reserved_concurrency",
                0..=1000,
                "the executions reserved for each function; without the key, none are",
            ),
            log_level: table
                .choice("log_level", &LogLevel::ALL, LogLevel::as_str)
                .unwrap_or(default.log_level),
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
