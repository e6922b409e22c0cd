//! What drivers share: the adapter between the engine's JSON and a driver's own types, waits and
//! retries, tags, policy documents. Nothing here knows a service.

pub(crate) mod call;
pub(crate) mod children;
pub(crate) mod consistency;
pub(crate) mod limits;
pub(crate) mod ownership;
pub(crate) mod policy_document;
pub(crate) mod tagging;
pub(crate) mod typed;
pub(crate) mod wait;
