//! Clients with fake responses, which record their requests.

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use fake_aws::FakeAws;
use serde_json::Value;

use crate::signed::Signed;

/// Credentials that are valid nowhere.
pub(crate) fn credentials() -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new("id", "secret", None, None, "tests"))
}

/// Signed calls to a fake service.
pub(crate) fn signed(http: impl HttpConnector + 'static) -> Signed {
    Signed {
        http: SharedHttpConnector::new(http),
        credentials: credentials(),
        region: "eu-west-1".into(),
    }
}

/// A configuration of clients that do not retry.
pub(crate) fn configuration(fake: &FakeAws) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(credentials())
        .endpoint_url("https://fake")
        .retry_config(RetryConfig::disabled())
        .http_client(fake.client())
        .build()
}

/// `DynamoDB`.
pub(crate) fn tables(fake: &FakeAws) -> Client {
    Client::new(&configuration(fake))
}

/// The JSON bodies of the requests so far; each has one.
pub(crate) fn bodies(fake: &FakeAws) -> Vec<Value> {
    let body = |name: &String| serde_json::from_str(&name[name.find('{').unwrap()..]).unwrap();
    fake.requests().iter().map(body).collect()
}
