//! The service.

use crate::service::Service;

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "CloudFront",
    sdk_id: "CloudFront",
    regions: crate::Regions::Except(&["cn-", "us-gov-"]),
};
