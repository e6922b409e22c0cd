//! The properties of each resource type, in CloudFormation's names and shapes: one file per
//! service.
//!
//! Each struct is generic over its strings: [`crate::Text`] in a stack, where a string may be
//! deferred, and `String` in a driver, which gets only resolved properties. An absent member means
//! AWS's default, which the driver states when it compares.

pub mod apigatewayv2;
pub mod certificatemanager;
pub mod cloudfront;
pub mod cloudwatch;
pub mod codeartifact;
pub mod codebuild;
pub mod codecommit;
pub mod codeconnections;
pub mod codepipeline;
pub mod cognito;
pub mod dynamodb;
pub mod events;
pub mod iam;
pub mod lambda;
pub mod logs;
pub mod route53;
pub mod s3;
pub mod scheduler;
pub mod sns;
pub mod sqs;

use crate::ResourceType;

/// Every resource type in the model.
pub const ALL: &[&ResourceType] = &[
    dynamodb::TABLE,
    iam::ROLE,
    iam::OIDC_PROVIDER,
    logs::LOG_GROUP,
    sqs::QUEUE,
    sns::TOPIC,
    sns::SUBSCRIPTION,
    cloudwatch::ALARM,
    cloudwatch::DASHBOARD,
    events::RULE,
    scheduler::SCHEDULE_GROUP,
    lambda::FUNCTION,
    lambda::PERMISSION,
    lambda::EVENT_SOURCE_MAPPING,
    apigatewayv2::API,
    apigatewayv2::AUTHORIZER,
    apigatewayv2::INTEGRATION,
    apigatewayv2::ROUTE,
    apigatewayv2::DEPLOYMENT,
    apigatewayv2::STAGE,
    cognito::USER_POOL,
    cognito::USER_POOL_CLIENT,
    cognito::USER_POOL_DOMAIN,
    cognito::MANAGED_LOGIN_BRANDING,
    cognito::USER_POOL_GROUP,
    cognito::USER_POOL_IDENTITY_PROVIDER,
    s3::BUCKET,
    s3::BUCKET_POLICY,
    s3::OBJECT,
    codeartifact::DOMAIN,
    codeartifact::PACKAGE_GROUP,
    codeartifact::REPOSITORY,
    codebuild::PROJECT,
    codebuild::REPORT_GROUP,
    codecommit::REPOSITORY,
    codeconnections::CONNECTION,
    codepipeline::PIPELINE,
    certificatemanager::CERTIFICATE,
    route53::RECORD_SET,
    route53::HEALTH_CHECK,
    cloudfront::ORIGIN_ACCESS_CONTROL,
    cloudfront::CACHE_POLICY,
    cloudfront::RESPONSE_HEADERS_POLICY,
    cloudfront::FUNCTION,
    cloudfront::DISTRIBUTION,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Scope;

    /// Certificates are regional at AWS, but all of ours are in the one Region whose certificates
    /// CloudFront takes. Dashboards are of no Region, though alarms are.
    #[test]
    fn the_types_of_global_services_are_account_wide() {
        let global = [
            iam::SERVICE,
            cloudfront::SERVICE,
            certificatemanager::SERVICE,
            route53::SERVICE,
        ];
        for known in ALL {
            let is_global = global.iter().any(|of| of.sdk_id == known.service.sdk_id)
                || known.name == cloudwatch::DASHBOARD.name;
            assert_eq!(known.scope == Scope::Account, is_global, "{}", known.name);
        }
    }

    /// A misspelt name would order nothing.
    #[test]
    fn a_type_refers_to_types_of_the_model() {
        let names: BTreeSet<_> = ALL.iter().map(|known| known.name).collect();
        assert_eq!(names.len(), ALL.len(), "each is named once");
        for known in ALL {
            for on in known.refers_to {
                assert!(names.contains(on), "{}: {on}", known.name);
            }
        }
    }
}
