//! The limits of functions that emulators do not enforce.

use engine::UNKNOWN;
use model::types::cloudfront::Function;

use crate::cloudfront::convert::{NAME_CHARACTERS, is_in_names};
use crate::kit::limits::{Checks, Limit};

const REFERENCE: &str = "the CloudFront API reference of CreateFunction and FunctionConfig";
const QUOTAS: &str = "the CloudFront quotas page, `Quotas on CloudFront Functions`";

/// The most bytes of a function's code. Source: the CloudFront quotas page, `Quotas on CloudFront
/// Functions`.
const CODE: usize = 10_240;

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("Name", 1, 64, REFERENCE),
    Limit::characters("Name", is_in_names, NAME_CHARACTERS, REFERENCE),
    Limit::length("FunctionConfig.Comment", 0, 128, REFERENCE),
    Limit::count("FunctionConfig.KeyValueStoreAssociations", 0, 1, QUOTAS),
];

pub(super) fn check(function: &Function<String>, checks: &mut Checks) {
    let code = &function.function_code;
    checks.require(
        code.contains(UNKNOWN) || (1..=CODE).contains(&code.len()),
        "FunctionCode",
        format!("has {} bytes; 1 to {CODE} are allowed", code.len()),
    );
}
