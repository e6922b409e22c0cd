//! CloudFront's answers, for tests.

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

/// The tags of a system `acme`'s resource.
pub(super) fn tags(address: &str) -> model::Tags {
    use model::{ADDRESS_TAG, FINGERPRINT_TAG, SYSTEM_TAG};
    [
        (SYSTEM_TAG, "acme"),
        (ADDRESS_TAG, address),
        (FINGERPRINT_TAG, "new"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}

/// What a resource is tagged with.
pub(super) fn tag_list(system: &str, address: &str) -> String {
    format!(
        "<Tags><Items><Tag><Key>frontage:system</Key><Value>{system}</Value></Tag>\
         <Tag><Key>frontage:address</Key><Value>{address}</Value></Tag></Items></Tags>"
    )
}
