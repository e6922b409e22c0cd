//! AWS: the account and how it is reached, and one driver per resource type.
//!
//! One folder per service, containing a folder or file per type. A driver calls AWS and never
//! another driver. Code that drivers share is in `kit`; [`account`] knows credentials, endpoints
//! and the HTTP client.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod account;
mod apigatewayv2;
mod certificatemanager;
mod cloudfront;
mod cloudwatch;
mod codeartifact;
mod codebuild;
mod codecommit;
mod codeconnections;
mod codepipeline;
mod cognito;
pub mod control;
mod drivers;
mod dynamodb;
mod events;
mod graph_rules;
mod iam;
mod kit;
mod lambda;
mod logs;
pub mod policy;
mod route53;
mod s3;
mod scheduler;
#[cfg(test)]
mod services;
mod sns;
mod sqs;

pub use account::advice::{hint, is_denied};
pub use account::error::failed;
pub use account::patience::upload_timeouts;
pub use account::{
    Account, AccountError, AskMfaCode, CallCount, Connection, Network, SdkClient, Stream, WebAnswer,
};
pub use control::{Control, Lease};
pub use drivers::{Declared, declared, readers, writers};
pub use kit::calls::{Calls, Purpose};
pub use kit::tagging::{OtherSystem, other_systems, stacks};
pub use kit::wait::{WaitPolicy, retry};
