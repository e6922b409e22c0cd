//! What a driver leaves as others set it, for the tests of drivers.

use engine::{Attributes, Live, LiveProperties, LiveTags, Reader as _};
use fake_aws::FakeAws;
use serde_json::Value;

use super::typed::{ResourceDriver, Untyped};
use crate::Account;

/// Asserts that a driver leaves each member unless the description states it.
///
/// Members are paths (`DistributionConfig.PriceClass`) with two values, one that others set and one
/// that a description states. `base` is a resource without any of them.
pub(crate) fn assert_left<D: ResourceDriver>(
    new: impl Fn(&Account) -> D,
    base: &Value,
    members: &[(&str, Value, Value)],
) {
    let driver = Untyped::new(&Account::for_tests(&FakeAws::default()), new);
    let compared = |live: &Value, desired: &Value| {
        let live = Live {
            id: "id".to_owned(),
            properties: LiveProperties::new(driver.desired(live).unwrap()),
            attributes: Attributes::new(),
            tags: LiveTags::Unread,
        };
        let compared = driver.compare(&live, desired).unwrap();
        [compared.changes, compared.left].map(|of| {
            of.0.into_iter()
                .map(|change| change.path)
                .collect::<Vec<_>>()
        })
    };
    for (path, theirs, ours) in members {
        let within = |paths: &[String]| {
            let all = paths.iter().all(|found| found.starts_with(path));
            all && !paths.is_empty()
        };
        let live = with(base, path, theirs);
        let [changes, left] = compared(&live, base);
        assert!(
            changes.is_empty() && within(&left),
            "{path}: {changes:?}, {left:?}"
        );
        let [changes, left] = compared(&live, &with(base, path, ours));
        assert!(
            left.is_empty() && within(&changes),
            "{path}: {changes:?}, {left:?}"
        );
    }
}

/// The same resource with one member more.
fn with(base: &Value, path: &str, value: &Value) -> Value {
    let mut properties = base.clone();
    let member = path
        .split('.')
        .fold(&mut properties, |within, name| &mut within[name]);
    *member = value.clone();
    properties
}
