//! The findings of a plan for properties, for the tests of limits.

use engine::Reader as _;
use fake_aws::FakeAws;

use super::typed::{ResourceDriver, Untyped};
use crate::Account;

/// The findings of a driver's limits and checks as messages, once the properties are normalised.
pub(crate) fn findings<D: ResourceDriver>(
    driver: impl FnOnce(&Account) -> D,
    properties: &D::Properties,
) -> Vec<String> {
    let driver = Untyped::new(&Account::for_tests(&FakeAws::default()), driver);
    let properties = serde_json::to_value(properties).unwrap();
    let findings = driver.check(&properties).unwrap();
    findings.iter().map(ToString::to_string).collect()
}
