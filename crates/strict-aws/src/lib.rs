//! A proxy in front of an emulator that behaves as AWS is documented to, where emulators are
//! lenient. For tests only.
//!
//! [`Strict`] handles each signed call in this order: it records the call, if it was asked to;
//! gives it the [`Fate`] that the test chose; refuses what a rule of AWS refuses; and passes it on.
//! Rules that count or compare look at a [`Memory`], which is written from the calls that took
//! effect. A rule is a function in the module of its service; its documentation names its source.
//!
//! Not here: what an emulator already refuses; what botocore's models say, which
//! `tools/conformance` checks; and anything about content, such as a site's files.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod alter;
mod apigateway;
mod call;
mod cloudfront;
mod codebuild;
mod codepipeline;
mod cognito;
mod denial;
mod empty;
mod events;
#[cfg(test)]
mod fake;
mod fate;
mod lambda;
mod layer;
mod logs;
mod memory;
mod rate;
mod record;
mod refusal;
mod route53;
mod s3;
mod xml;

pub use call::Call;
pub use cloudfront::on_a_pricing_plan;
pub use denial::Denial;
pub use fate::{Fate, Garble};
pub use layer::{Running, Strict};
pub use memory::Memory;
pub use rate::{failing, limited, quotas, throttling};
pub use refusal::Refusal;
