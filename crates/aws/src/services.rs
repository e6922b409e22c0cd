//! The model's services compared with the SDK's: the SDK must find a service's own endpoint where
//! the advice says to set it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_runtime::env_config::EnvConfigValue;
use aws_types::SdkConfig;
use aws_types::os_shim_internal::Env;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use model::Service;
use model::types::{
    ALL, apigatewayv2, certificatemanager, cloudfront, cloudwatch, codeartifact, codebuild,
    codecommit, codeconnections, codepipeline, cognito, dynamodb, events, iam, lambda, logs,
    route53, s3, scheduler, sns, sqs,
};

/// An environment with one variable, and whether an SDK crate found its endpoint there.
#[derive(Debug)]
struct OneVariable {
    environment: Env,
    found: Arc<AtomicBool>,
}

impl LoadServiceConfig for OneVariable {
    /// The same lookup as in `aws-config`.
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let value = EnvConfigValue::new()
            .env(key.env())
            .profile(key.profile())
            .service_id(key.service_id());
        let (value, _) = value.load(&self.environment, None)?;
        self.found.store(true, Ordering::Relaxed);
        Some(value.into_owned())
    }
}

/// Builds the configuration of an SDK crate, which looks up the service's endpoint.
type Configure = fn(&SdkConfig);

/// Whether the SDK crate of a service finds the endpoint in the service's variable.
fn is_found(service: &Service, configure: Configure) -> bool {
    let found = Arc::<AtomicBool>::default();
    let environment = Env::from_slice(&[(&service.endpoint_variable(), "http://127.0.0.1:4566")]);
    let loader = OneVariable {
        environment,
        found: Arc::clone(&found),
    };
    configure(&SdkConfig::builder().service_config(loader).build());
    found.load(Ordering::Relaxed)
}

macro_rules! configuration {
    ($sdk:ident) => {
        |config| drop($sdk::config::Builder::from(config))
    };
}

#[test]
fn the_sdk_finds_each_services_endpoint_in_its_variable() {
    let sdks: [(&Service, Configure); 20] = [
        (apigatewayv2::SERVICE, configuration!(aws_sdk_apigatewayv2)),
        (certificatemanager::SERVICE, configuration!(aws_sdk_acm)),
        (cloudfront::SERVICE, configuration!(aws_sdk_cloudfront)),
        (cloudwatch::SERVICE, configuration!(aws_sdk_cloudwatch)),
        (codeartifact::SERVICE, configuration!(aws_sdk_codeartifact)),
        (codecommit::SERVICE, configuration!(aws_sdk_codecommit)),
        (
            codeconnections::SERVICE,
            configuration!(aws_sdk_codeconnections),
        ),
        (codebuild::SERVICE, configuration!(aws_sdk_codebuild)),
        (codepipeline::SERVICE, configuration!(aws_sdk_codepipeline)),
        (
            cognito::SERVICE,
            configuration!(aws_sdk_cognitoidentityprovider),
        ),
        (dynamodb::SERVICE, configuration!(aws_sdk_dynamodb)),
        (events::SERVICE, configuration!(aws_sdk_eventbridge)),
        (iam::SERVICE, configuration!(aws_sdk_iam)),
        (lambda::SERVICE, configuration!(aws_sdk_lambda)),
        (logs::SERVICE, configuration!(aws_sdk_cloudwatchlogs)),
        (route53::SERVICE, configuration!(aws_sdk_route53)),
        (s3::SERVICE, configuration!(aws_sdk_s3)),
        (scheduler::SERVICE, configuration!(aws_sdk_scheduler)),
        (sns::SERVICE, configuration!(aws_sdk_sns)),
        (sqs::SERVICE, configuration!(aws_sdk_sqs)),
    ];
    for (service, configure) in sdks {
        let variable = service.endpoint_variable();
        assert!(is_found(service, configure), "{}: {variable}", service.name);
    }
    let compared: BTreeSet<_> = sdks.iter().map(|(service, _)| *service).collect();
    let modelled: BTreeSet<_> = ALL.iter().map(|known| known.service).collect();
    assert_eq!(compared, modelled);
}
