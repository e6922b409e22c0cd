//! Cognito: the user pool, and what it contains.
//!
//! A pool carries tags. AWS tags nothing else here, so a client, a domain, a style, a group and an
//! identity provider are recorded in their pool's tags ([`crate::kit::children`]). Deleting a pool deletes all of them
//! except its domain, which is deleted first.
//!
//! The updates of a pool and of a client reset every omitted member to its default, so each
//! specifies all of them.

mod branding;
mod calls;
mod client;
mod domain;
mod group;
mod identity_provider;
#[cfg(test)]
mod testing;
mod user_pool;
mod user_pool_client;

pub(super) use branding::Brandings;
pub(super) use domain::Domains;
pub(super) use group::Groups;
pub(super) use identity_provider::IdentityProviders;
pub(super) use user_pool::UserPools;
pub(super) use user_pool_client::Clients;
