//! The drivers of every resource type that the model has.

use engine::Drivers;

use crate::account::Account;
use crate::kit::typed::Untyped;
use crate::{
    apigatewayv2, certificatemanager, cloudfront, codeartifact, cognito, dynamodb, iam, lambda,
    logs, route53, s3, sqs,
};

/// The drivers of every type that the model knows.
#[must_use]
pub fn drivers(account: &Account) -> Drivers {
    Drivers::default()
        .with(Untyped(apigatewayv2::Apis::new(account)))
        .with(Untyped(apigatewayv2::Authorizers::new(account)))
        .with(Untyped(apigatewayv2::Deployments::new(account)))
        .with(Untyped(apigatewayv2::Integrations::new(account)))
        .with(Untyped(apigatewayv2::Routes::new(account)))
        .with(Untyped(apigatewayv2::Stages::new(account)))
        .with(Untyped(certificatemanager::Certificates::new(account)))
        .with(Untyped(cognito::Brandings::new(account)))
        .with(Untyped(cognito::Clients::new(account)))
        .with(Untyped(cognito::Domains::new(account)))
        .with(Untyped(cognito::Groups::new(account)))
        .with(Untyped(cognito::UserPools::new(account)))
        .with(Untyped(cloudfront::CachePolicies::new(account)))
        .with(Untyped(cloudfront::Distributions::new(account)))
        .with(Untyped(cloudfront::FunctionDriver::new(account)))
        .with(Untyped(cloudfront::OriginAccessControls::new(account)))
        .with(Untyped(cloudfront::ResponseHeadersPolicies::new(account)))
        .with(Untyped(codeartifact::Domains::new(account)))
        .with(Untyped(codeartifact::Repositories::new(account)))
        .with(Untyped(dynamodb::Tables::new(account)))
        .with(Untyped(iam::Roles::new(account)))
        .with(Untyped(lambda::EventSourceMappings::new(account)))
        .with(Untyped(lambda::FunctionDriver::new(account)))
        .with(Untyped(lambda::Permissions::new(account)))
        .with(Untyped(logs::LogGroups::new(account)))
        .with(Untyped(route53::RecordSets::new(account)))
        .with(Untyped(s3::Buckets::new(account)))
        .with(Untyped(s3::Objects::new(account)))
        .with(Untyped(s3::Policies::new(account)))
        .with(Untyped(sqs::Queues::new(account)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fake_aws::FakeAws;
    use model::types::ALL;

    use super::*;

    #[test]
    fn every_type_of_the_model_has_a_driver_and_every_driver_its_type() {
        let drivers = drivers(&Account::for_tests(&FakeAws::default()));
        let driven: BTreeSet<_> = drivers
            .iter()
            .map(|driver| driver.resource_type().name)
            .collect();
        let modelled: BTreeSet<_> = ALL.iter().map(|known| known.name).collect();
        assert_eq!(driven, modelled);
    }
}
