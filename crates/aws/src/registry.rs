//! The drivers of every resource type that the model has.

use engine::Registry;

use crate::account::Account;
use crate::kit::typed::Erased;
use crate::{
    apigatewayv2, certificatemanager, cloudfront, codeartifact, cognito, dynamodb, iam, lambda,
    logs, route53, s3, sqs,
};

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
