//! The limits of records that emulators do not enforce.

use aws_sdk_route53::types::RrType;
use engine::UNKNOWN;

use super::Properties;
use crate::kit::limits::{Checks, Limit};

const SOURCE: &str = "the Route 53 API reference of ResourceRecordSet";

/// The longest time that a resolver may cache an answer, in seconds. Source: the Route 53 API
/// reference of `ResourceRecordSet`.
const LONGEST: u32 = 2_147_483_647;

pub(super) const LIMITS: &[Limit] = &[
    Limit::one_of("Type", RrType::values(), SOURCE),
    Limit::length("Name", 1, 255, SOURCE),
];

/// Checks that depend on whether the record is an alias. Source: the Route 53 API reference of
/// `ResourceRecordSet`.
pub(super) fn check(record: &Properties, checks: &mut Checks) {
    let name = &record.name;
    let mut labels = name.split('.');
    checks.require(
        name.contains(UNKNOWN) || labels.all(|label| (1..=63).contains(&label.len())),
        "Name",
        format!("is `{name}`, which is no domain name"),
    );
    if record.alias_target.is_some() {
        checks.require(
            record.ttl.is_none() && record.resource_records.is_empty(),
            "AliasTarget",
            "is set, so the record can have no TTL and no ResourceRecords",
        );
        return;
    }
    checks.require(
        !record.resource_records.is_empty(),
        "ResourceRecords",
        "is empty; a record without an alias needs one",
    );
    let is_ttl = |ttl: &String| {
        ttl.contains(UNKNOWN) || ttl.parse::<u32>().is_ok_and(|seconds| seconds <= LONGEST)
    };
    checks.require(
        record.ttl.as_ref().is_some_and(is_ttl),
        "TTL",
        "must be 0 to 2,147,483,647 seconds",
    );
}
