//! The SDK's clients, all of which are made here.

use aws_config::SdkConfig;

use super::patience;

/// The SDK's client of one service.
pub trait SdkClient: Sized {
    /// The service's signing name.
    const SERVICE: &'static str;

    /// A client with this configuration, whose retries have no quota.
    fn over(config: &SdkConfig) -> Self;
}

macro_rules! clients {
    ($($sdk:ident: $service:literal,)*) => {
        $(impl SdkClient for $sdk::Client {
            const SERVICE: &'static str = $service;

            fn over(config: &SdkConfig) -> Self {
                let config = $sdk::config::Builder::from(config);
                Self::from_conf(config.retry_partition(patience::without_quota()).build())
            }
        })*
    };
}

clients! {
    aws_sdk_acm: "acm",
    aws_sdk_apigatewayv2: "apigateway",
    aws_sdk_cloudfront: "cloudfront",
    aws_sdk_cloudwatch: "monitoring",
    aws_sdk_cloudwatchlogs: "logs",
    aws_sdk_codeartifact: "codeartifact",
    aws_sdk_codebuild: "codebuild",
    aws_sdk_codecommit: "codecommit",
    aws_sdk_codeconnections: "codeconnections",
    aws_sdk_codepipeline: "codepipeline",
    aws_sdk_cognitoidentityprovider: "cognito-idp",
    aws_sdk_dynamodb: "dynamodb",
    aws_sdk_eventbridge: "events",
    aws_sdk_iam: "iam",
    aws_sdk_kms: "kms",
    aws_sdk_lambda: "lambda",
    aws_sdk_resourcegroupstagging: "tagging",
    aws_sdk_route53: "route53",
    aws_sdk_scheduler: "scheduler",
    aws_sdk_sns: "sns",
    aws_sdk_sqs: "sqs",
}

/// On an emulator a bucket's name is in the path, since a host name of its own would not resolve.
impl SdkClient for aws_sdk_s3::Client {
    const SERVICE: &'static str = "s3";

    fn over(config: &SdkConfig) -> Self {
        let at_emulator = config.endpoint_url().is_some();
        let config = aws_sdk_s3::config::Builder::from(config)
            .force_path_style(at_emulator)
            .retry_partition(patience::without_quota());
        Self::from_conf(config.build())
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
    use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
    use fake_aws::FakeAws;
    use futures_util::future::try_join_all;

    use super::*;

    /// The SDK's own quota is enough for 100 retries at once.
    #[tokio::test(start_paused = true)]
    async fn many_calls_that_fail_at_once_are_all_sent_again() {
        const CALLS: usize = 300;
        let failed = ("ListQueues", 503, r#"{"__type":"ServiceUnavailable"}"#);
        let urls = ("ListQueues", 200, r#"{"QueueUrls":[]}"#);
        let fake = FakeAws::new([vec![failed; 2 * CALLS], vec![urls; CALLS]].concat());
        let credentials = Credentials::new("id", "secret", None, None, "tests");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(patience::retries())
            .http_client(fake.client())
            .build();
        let sqs = aws_sdk_sqs::Client::over(&config);
        try_join_all((0..CALLS).map(|_| sqs.list_queues().send()))
            .await
            .unwrap();
        fake.assert_used();
    }
}
