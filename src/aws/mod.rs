//! AWS: one driver a resource type, a folder a service, a file a type.
//!
//! A driver speaks to AWS and never to another driver. What they share is here: the account and its
//! clients ([`account`]), errors, named waits, hints from the tagging API, and the typed trait that
//! each driver implements ([`typed`]).

pub mod account;
mod apigatewayv2;
mod certificatemanager;
mod cloudfront;
mod codeartifact;
mod cognito;
mod dynamodb;
mod emulators;
mod error;
mod iam;
mod lambda;
mod logs;
mod policy_document;
mod profile;
mod route53;
pub(crate) mod s3;
mod sqs;
mod tagging;
mod transport;
mod typed;
mod wait;

#[cfg(test)]
pub(crate) use ::canned;
pub use account::{Account, AccountError, Connection};
pub(crate) use emulators::Behaviour;
pub(crate) use error::failed;
pub use transport::CallCount;
pub(crate) use wait::{Patience, retry};

use self::typed::Erased;
use crate::reconcile::Registry;

/// The drivers of every type that the model knows.
#[must_use]
pub fn registry(account: &Account) -> Registry {
    Registry::default()
        .with(Erased(apigatewayv2::Apis::new(account)))
        .with(Erased(apigatewayv2::Authorizers::new(account)))
        .with(Erased(apigatewayv2::Deployments::new(account)))
        .with(Erased(apigatewayv2::Integrations::new(account)))
        .with(Erased(apigatewayv2::Routes::new(account)))
        .with(Erased(apigatewayv2::Stages::new(account)))
        .with(Erased(certificatemanager::Certificates::new(account)))
        .with(Erased(cognito::Brandings::new(account)))
        .with(Erased(cognito::Clients::new(account)))
        .with(Erased(cognito::Domains::new(account)))
        .with(Erased(cognito::Groups::new(account)))
        .with(Erased(cognito::UserPools::new(account)))
        .with(Erased(cloudfront::CachePolicies::new(account)))
        .with(Erased(cloudfront::Distributions::new(account)))
        .with(Erased(cloudfront::FunctionDriver::new(account)))
        .with(Erased(cloudfront::OriginAccessControls::new(account)))
        .with(Erased(cloudfront::ResponseHeadersPolicies::new(account)))
        .with(Erased(codeartifact::Domains::new(account)))
        .with(Erased(codeartifact::Repositories::new(account)))
        .with(Erased(dynamodb::Tables::new(account)))
        .with(Erased(iam::Roles::new(account)))
        .with(Erased(lambda::EventSourceMappings::new(account)))
        .with(Erased(lambda::FunctionDriver::new(account)))
        .with(Erased(lambda::Permissions::new(account)))
        .with(Erased(logs::LogGroups::new(account)))
        .with(Erased(route53::RecordSets::new(account)))
        .with(Erased(s3::Buckets::new(account)))
        .with(Erased(s3::Objects::new(account)))
        .with(Erased(s3::Policies::new(account)))
        .with(Erased(sqs::Queues::new(account)))
}
