//! AWS IAM.

mod client;
mod oidc_provider;
mod role;

pub(super) use oidc_provider::OidcProviders;
pub(super) use role::Roles;
