//! Shared by the tests of services whose resources have a parent: what the engine does with one
//! resource, and what was sent.

use engine::{DriverError, Live, LiveProperties, LiveTags, ReadRequest, Reader, Writer};
use fake_aws::FakeAws;
use model::{Attribute, Owner, Tags};
use serde_json::Value;

use super::typed::{ResourceDriver, TypedLive, Untyped};
use crate::Account;

pub(crate) fn driver<D: ResourceDriver>(fake: &FakeAws, new: impl Fn(&Account) -> D) -> Untyped<D> {
    Untyped::new(&Account::for_tests(fake), new)
}

fn owner(name: &str) -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: None,
        address: format!("test/{name}").parse().unwrap(),
        fingerprint: "f".to_owned(),
    }
}

/// The tags of a resource of the system.
pub(crate) fn tags(name: &str) -> Tags {
    owner(name).tags()
}

/// Creates a resource of the system, as the engine does.
pub(crate) async fn create(
    driver: &dyn Writer,
    name: &str,
    properties: &Value,
) -> Result<Live, DriverError> {
    driver.create(properties, &owner(name), &tags(name)).await
}

pub(crate) fn wanted(name: &str, properties: &Value) -> ReadRequest {
    ReadRequest {
        address: owner(name).address,
        fingerprint: owner(name).fingerprint,
        properties: properties.clone(),
    }
}

/// A live child, in a parent.
pub(crate) fn live<D: ResourceDriver>(
    driver: &Untyped<D>,
    parent: &str,
    (attribute, id): (Attribute<D::Properties>, &str),
    name: &str,
    properties: &Value,
) -> Live {
    let properties = driver.desired(properties).unwrap();
    Live {
        id: format!("{parent}/{id}"),
        properties: LiveProperties::new(properties),
        attributes: TypedLive::assigned([(attribute, id.to_owned())]),
        tags: LiveTags::Read(tags(name)),
    }
}

/// Changes one resource to the desired properties, as the engine does.
pub(crate) async fn update(
    driver: &dyn Writer,
    live: &Live,
    desired: &Value,
) -> Result<Live, DriverError> {
    let changes = driver.compare(live, desired)?.changes;
    driver.update(live, desired, &changes).await
}

/// The body of the last request with this in its name.
pub(crate) fn sent(fake: &FakeAws, name: &str) -> Value {
    let request = fake
        .requests()
        .into_iter()
        .rfind(|request| request.contains(name))
        .unwrap();
    serde_json::from_str(&request[request.find('{').unwrap()..]).unwrap()
}

/// The findings of a plan for properties. If there are any, a creation makes no call.
pub(crate) fn findings<D: ResourceDriver>(
    new: impl Fn(&Account) -> D,
    properties: &Value,
) -> Vec<String> {
    let fake = FakeAws::default();
    let driver = driver(&fake, new);
    let found = driver.check(properties).unwrap();
    if let Some(first) = found.first() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let created = runtime.unwrap().block_on(create(&driver, "it", properties));
        assert_eq!(created.unwrap_err().to_string(), first.to_string());
        assert!(fake.requests().is_empty());
    }
    found.iter().map(ToString::to_string).collect()
}
