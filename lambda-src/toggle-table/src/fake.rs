//! Tables with fake answers, which record what they are asked.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use fake_aws::FakeAws;
use serde_json::Value;

use crate::permissions::Guarded;
use crate::store::Store;

/// `DynamoDB`.
pub(crate) fn table(fake: &FakeAws) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
        .endpoint_url("https://fake")
        .retry_config(RetryConfig::disabled())
        .http_client(fake.client())
        .build();
    Client::from_conf(config)
}

/// The table of toggles, whose changes nobody signs.
pub(crate) fn store(fake: &FakeAws) -> Store {
    Store {
        client: table(fake),
        table: "toggles".to_owned(),
        receipt: None,
        author: None,
        guarded: Guarded::default(),
    }
}

/// The body of the last request, with the names and values of its expressions in their places.
pub(crate) fn last(fake: &FakeAws) -> Value {
    let requests = fake.requests();
    let request = requests.last().unwrap();
    serde_json::from_str(&request[request.find('{').unwrap()..]).unwrap()
}
