//! API Gateway's second API, for WebSocket and HTTP APIs: the API and what it contains.
//!
//! An API and a stage carry tags. AWS tags nothing else here, so a route, an integration, an
//! authorizer and a deployment are recorded in their API's tags ([`crate::kit::children`]).
//!
//! Every `Update…` call merges: omitted members stay, and each is removed in its own way
//! ([`convert`]). API Gateway allows one writer per API at a time and answers the others with a
//! conflict that passes ([`client::WRITES`]).

mod api;
mod authorizer;
mod calls;
mod client;
mod convert;
mod deployment;
mod integration;
mod route;
mod stage;
#[cfg(test)]
mod testing;

pub(super) use api::Apis;
pub(super) use authorizer::Authorizers;
pub(super) use deployment::Deployments;
pub(super) use integration::Integrations;
pub(super) use route::Routes;
pub(super) use stage::Stages;
