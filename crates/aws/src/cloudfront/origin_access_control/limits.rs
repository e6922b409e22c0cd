//! The limits of origin access controls that emulators do not enforce.

use crate::kit::limits::Limit;

const SOURCE: &str = "the CloudFront API reference of OriginAccessControlConfig";

/// The most characters of a description, the note of the owner included.
pub(super) const COMMENT: usize = 256;

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("OriginAccessControlConfig.Name", 1, 64, SOURCE),
    Limit::length("OriginAccessControlConfig.Description", 0, COMMENT, SOURCE),
];
