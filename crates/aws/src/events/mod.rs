//! Amazon EventBridge.

mod client;
mod rule;

pub(super) use rule::Rules;
