//! LaunchDarkly's flags: as its REST API gives one or a list of them (`Get feature flag`, `List feature flags`), and
//! as files of its SDKs have them (`flags` and `segments` by key). Exports are lists as of the REST API.
//!
//! Semantics are those of its SDKs' evaluators (launchdarkly/node-server-sdk, `evaluator.js`). Only contexts of the
//! kind `user` are known here. A rollout has the same shares, of other people: LaunchDarkly takes another
//! hash.

mod document;
mod export;
mod import;

pub use self::export::export;
pub use self::import::import;

/// The kind of context that clients of toggles are.
const USER: &str = "user";
/// The attribute that is the user's id.
const KEY: &str = "key";
/// All shares of a rollout together.
const WHOLE: u64 = 100_000;

#[cfg(test)]
mod tests;
