//! Cognito: the user pool, and what stands in it.
//!
//! A pool carries tags. AWS tags nothing else here, so the record of a client, a domain, a style or
//! a group is a tag of its pool ([`pools`]). Deleting a pool deletes all of them, but for its
//! domain, which must go first.
//!
//! The updates of a pool and of a client set to its default whatever they leave out, so each says
//! everything.

mod branding;
mod client;
mod document;
mod domain;
mod group;
mod limits;
mod pools;
#[cfg(test)]
mod tests;
mod user_pool;

pub(super) use branding::Brandings;
pub(super) use client::Clients;
pub(super) use domain::Domains;
pub(super) use group::Groups;
pub(super) use user_pool::UserPools;
