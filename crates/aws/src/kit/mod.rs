//! Shared by the drivers: the adapter between the engine's JSON and a driver's own types, waits and
//! retries, tags, policy documents. Nothing here knows a service.

pub(crate) mod call;
pub(crate) mod calls;
pub(crate) mod children;
pub(crate) mod consistency;
pub(crate) mod create_once;
#[cfg(test)]
pub(crate) mod findings;
pub(crate) mod gone;
pub(crate) mod known;
pub(crate) mod leave;
#[cfg(test)]
pub(crate) mod left;
pub(crate) mod limits;
pub(crate) mod owner_comment;
pub(crate) mod ownership;
pub(crate) mod places;
pub(crate) mod policy_document;
pub(crate) mod recorded;
pub(crate) mod reference;
pub(crate) mod sensitive;
pub(crate) mod steady;
pub(crate) mod tag_store;
pub(crate) mod tagging;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod typed;
pub(crate) mod wait;
