//! The service.

use crate::service::Service;

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "Cognito",
    sdk_id: "Cognito Identity Provider",
    regions: crate::Regions::Except(&["cn-"]),
};
