//! API Gateway's second API, for WebSocket APIs: the API and what stands in it.
//!
//! An API and a stage carry tags. AWS tags nothing else here, so the record of a route, an
//! integration, an authorizer or a deployment is a tag of its API ([`gateway`]).
//!
//! Every `Update…` call merges: what is left out stays, and each member has its own way to be taken
//! away again ([`convert`]). API Gateway lets one writer at a time into an API and answers the
//! others with a conflict that passes ([`gateway::passes`]).

mod api;
mod authorizer;
mod convert;
mod deployment;
mod gateway;
mod integration;
mod limits;
mod route;
mod stage;
#[cfg(test)]
mod tests;

pub(super) use api::Apis;
pub(super) use authorizer::Authorizers;
pub(super) use deployment::Deployments;
pub(super) use integration::Integrations;
pub(super) use route::Routes;
pub(super) use stage::Stages;
