//! CloudFront's answers, for tests.

use model::{Owner, Tags};

/// An error.
pub(super) fn error(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    )
}

/// An answer with a version.
pub(super) fn versioned(version: &str, body: &str) -> String {
    format!("ETag: {version}\n\n{body}")
}

/// The owner of a resource of the system `acme`.
pub(super) fn owner(address: &str) -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: Some("eu-west-1".to_owned()),
        address: address.parse().unwrap(),
        fingerprint: "new".to_owned(),
    }
}

/// The tags of a resource of the system `acme`.
pub(super) fn tags(address: &str) -> Tags {
    owner(address).tags()
}

/// The tags of a resource of a system in `eu-west-1`, as CloudFront answers with them.
pub(super) fn tag_list(system: &str, address: &str) -> String {
    tag_list_in("eu-west-1", system, address)
}

/// As [`tag_list`], of a system in another Region.
pub(super) fn tag_list_in(region: &str, system: &str, address: &str) -> String {
    format!(
        "<Tags><Items><Tag><Key>frontage:system</Key><Value>{system}</Value></Tag>\
         <Tag><Key>frontage:region</Key><Value>{region}</Value></Tag>\
         <Tag><Key>frontage:address</Key><Value>{address}</Value></Tag></Items></Tags>"
    )
}
