//! The drivers of every resource type in the model.

use std::collections::BTreeSet;

use engine::{Readers, Writers};
use model::{Resource as _, ResourceType};

use crate::account::Account;
use crate::control::Lease;
use crate::kit::calls::Calls;
use crate::kit::typed::{OrphanSearch, ResourceDriver, Untyped};
use crate::{
    apigatewayv2, certificatemanager, cloudfront, cloudwatch, codeartifact, codebuild, codecommit,
    codeconnections, codepipeline, cognito, dynamodb, events, graph_rules, iam, lambda, logs,
    route53, s3, scheduler, sns, sqs,
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
    every(Making {
        account,
        made: graph_rules::add(Writers::default()),
    })
    .made
}

/// What a type's driver declares.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    /// The type.
    pub resource_type: &'static ResourceType,
    /// Its calls.
    pub calls: &'static [&'static [Calls]],
    orphans: OrphanSearch,
}

impl Declared {
    /// Whether orphans of it are searched for, in the whole system or in some stacks, if the tagging
    /// index shows resources of these services there.
    #[must_use]
    pub fn is_searched(&self, whole: bool, shown: &BTreeSet<&str>) -> bool {
        match self.orphans {
            OrphanSearch::WholeSystem => whole,
            OrphanSearch::IfShown(service) => shown.contains(service),
            OrphanSearch::WholeSystemIfShown(service) => whole && shown.contains(service),
        }
    }

    /// The services that it calls, as ARNs name them.
    pub fn services(&self) -> impl Iterator<Item = &'static str> {
        let calls = self.calls.iter().copied().flatten();
        let operations = calls.flat_map(|calls| calls.operations);
        operations.filter_map(|operation| operation.split(':').next())
    }
}

/// What the driver of every type in the model declares.
#[must_use]
pub fn declared() -> Vec<Declared> {
    every(Vec::new())
}

/// Takes each driver.
trait Register {
    fn with<D: ResourceDriver>(self, new: impl FnOnce(&Account) -> D) -> Self;
}

/// Makes the drivers.
struct Making<'a> {
    account: &'a Account,
    made: Writers,
}

impl Register for Making<'_> {
    fn with<D: ResourceDriver>(self, new: impl FnOnce(&Account) -> D) -> Self {
        Self {
            made: self.made.with(Untyped::new(self.account, new)),
            ..self
        }
    }
}

impl Register for Vec<Declared> {
    fn with<D: ResourceDriver>(mut self, _: impl FnOnce(&Account) -> D) -> Self {
        self.push(Declared {
            resource_type: D::Properties::TYPE,
            calls: D::CALLS,
            orphans: D::ORPHANS,
        });
        self
    }
}

fn every<R: Register>(to: R) -> R {
    to.with(apigatewayv2::Apis::new)
        .with(apigatewayv2::Authorizers::new)
        .with(apigatewayv2::Deployments::new)
        .with(apigatewayv2::Integrations::new)
        .with(apigatewayv2::Routes::new)
        .with(apigatewayv2::Stages::new)
        .with(certificatemanager::Certificates::new)
        .with(cognito::Brandings::new)
        .with(cognito::Clients::new)
        .with(cognito::Domains::new)
        .with(cognito::Groups::new)
        .with(cognito::IdentityProviders::new)
        .with(cognito::UserPools::new)
        .with(cloudfront::CachePolicies::new)
        .with(cloudfront::Distributions::new)
        .with(cloudfront::Functions::new)
        .with(cloudfront::OriginAccessControls::new)
        .with(cloudfront::ResponseHeadersPolicies::new)
        .with(cloudwatch::Alarms::new)
        .with(cloudwatch::Dashboards::new)
        .with(codeartifact::Domains::new)
        .with(codeartifact::PackageGroups::new)
        .with(codeartifact::Repositories::new)
        .with(codebuild::Projects::new)
        .with(codebuild::ReportGroups::new)
        .with(codecommit::Repositories::new)
        .with(codeconnections::Connections::new)
        .with(codepipeline::Pipelines::new)
        .with(dynamodb::Tables::new)
        .with(events::Rules::new)
        .with(iam::OidcProviders::new)
        .with(iam::Roles::new)
        .with(lambda::EventSourceMappings::new)
        .with(lambda::Functions::new)
        .with(lambda::Permissions::new)
        .with(logs::LogGroups::new)
        .with(route53::HealthChecks::new)
        .with(route53::RecordSets::new)
        .with(s3::Buckets::new)
        .with(s3::Objects::new)
        .with(s3::Policies::new)
        .with(scheduler::ScheduleGroups::new)
        .with(sns::Subscriptions::new)
        .with(sns::Topics::new)
        .with(sqs::Queues::new)
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
