//! Where a build's output goes.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Text;

/// Where a build's output goes.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct LogsConfig<S = Text> {
    /// CloudWatch Logs; absent means the log group `/aws/codebuild/NAME`.
    pub cloud_watch_logs: Option<CloudWatchLogs<S>>,
    /// S3; absent means not there.
    #[serde(rename = "S3Logs")]
    pub s3_logs: Option<S3Logs<S>>,
}

/// The output in CloudWatch Logs.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct CloudWatchLogs<S = Text> {
    /// Whether it goes there.
    pub status: Status,
    /// The log group's name; absent means `/aws/codebuild/NAME`.
    pub group_name: Option<S>,
    /// What the names of log streams begin with.
    pub stream_name: Option<String>,
}

/// The output in S3.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct S3Logs<S = Text> {
    /// Whether it goes there.
    pub status: Status,
    /// The bucket and a prefix: `BUCKET/PREFIX`.
    pub location: Option<S>,
    /// Whether it is not encrypted; absent means that it is.
    pub encryption_disabled: Option<bool>,
}

/// Whether output goes somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// No.
    Disabled,
    /// Yes.
    Enabled,
}

impl<S> LogsConfig<S> {
    /// All output in one log group.
    pub fn of_group(name: S) -> Self {
        Self {
            cloud_watch_logs: Some(CloudWatchLogs {
                status: Status::Enabled,
                group_name: Some(name),
                stream_name: None,
            }),
            s3_logs: None,
        }
    }
}
