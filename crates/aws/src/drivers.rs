//! The drivers of every resource type in the model.

use engine::{Readers, Writers};

use crate::account::Account;
use crate::control::Lease;
use crate::kit::typed::Untyped;
use crate::{
    apigatewayv2, certificatemanager, cloudfront, cloudwatch, codeartifact, cognito, dynamodb,
    graph_rules, iam, lambda, logs, route53, s3, sns, sqs,
};

/// What reads every type in the model.
#[must_use]
pub fn readers(account: &Account) -> Readers {
    drivers(account).readers()
}

/// What writes every type in the model, as long as the lease is held.
#[must_use]
pub fn writers(lease: &Lease) -> Writers {
    drivers(lease.account())
}

fn drivers(account: &Account) -> Writers {
    graph_rules::add(Writers::default())
        .with(Untyped::new(account, apigatewayv2::Apis::new))
        .with(Untyped::new(account, apigatewayv2::Authorizers::new))
        .with(Untyped::new(account, apigatewayv2::Deployments::new))
        .with(Untyped::new(account, apigatewayv2::Integrations::new))
        .with(Untyped::new(account, apigatewayv2::Routes::new))
        .with(Untyped::new(account, apigatewayv2::Stages::new))
        .with(Untyped::new(account, certificatemanager::Certificates::new))
        .with(Untyped::new(account, cognito::Brandings::new))
        .with(Untyped::new(account, cognito::Clients::new))
        .with(Untyped::new(account, cognito::Domains::new))
        .with(Untyped::new(account, cognito::Groups::new))
        .with(Untyped::new(account, cognito::IdentityProviders::new))
        .with(Untyped::new(account, cognito::UserPools::new))
        .with(Untyped::new(account, cloudfront::CachePolicies::new))
        .with(Untyped::new(account, cloudfront::Distributions::new))
        .with(Untyped::new(account, cloudfront::Functions::new))
        .with(Untyped::new(account, cloudfront::OriginAccessControls::new))
        .with(Untyped::new(
            account,
            cloudfront::ResponseHeadersPolicies::new,
        ))
        .with(Untyped::new(account, cloudwatch::Alarms::new))
        .with(Untyped::new(account, codeartifact::Domains::new))
        .with(Untyped::new(account, codeartifact::PackageGroups::new))
        .with(Untyped::new(account, codeartifact::Repositories::new))
        .with(Untyped::new(account, dynamodb::Tables::new))
        .with(Untyped::new(account, iam::Roles::new))
        .with(Untyped::new(account, lambda::EventSourceMappings::new))
        .with(Untyped::new(account, lambda::Functions::new))
        .with(Untyped::new(account, lambda::Permissions::new))
        .with(Untyped::new(account, logs::LogGroups::new))
        .with(Untyped::new(account, route53::RecordSets::new))
        .with(Untyped::new(account, s3::Buckets::new))
        .with(Untyped::new(account, s3::Objects::new))
        .with(Untyped::new(account, s3::Policies::new))
        .with(Untyped::new(account, sns::Subscriptions::new))
        .with(Untyped::new(account, sns::Topics::new))
        .with(Untyped::new(account, sqs::Queues::new))
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
