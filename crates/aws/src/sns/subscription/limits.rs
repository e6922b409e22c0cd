//! The limits of subscriptions that emulators do not enforce.

use super::Properties;
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const API: &str = "SNS API reference, Subscribe";

const PROTOCOLS: &[&str] = &[
    "http",
    "https",
    "email",
    "email-json",
    "sms",
    "sqs",
    "application",
    "lambda",
    "firehose",
];

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::one_of("Protocol", PROTOCOLS, API),
    Limit::one_of(
        "FilterPolicyScope",
        &["MessageAttributes", "MessageBody"],
        API,
    ),
];

/// The limits that concern several properties.
pub(super) fn check(subscription: &Properties, checks: &mut Checks) {
    let (protocol, endpoint) = (&*subscription.protocol, &subscription.endpoint);
    let fits = match protocol {
        "http" | "https" => endpoint.starts_with(&format!("{protocol}://")),
        "email" | "email-json" => is_mail_address(endpoint),
        "sqs" | "lambda" | "application" | "firehose" => endpoint.starts_with("arn:"),
        _ => true,
    };
    checks.require(
        fits || !is_known(endpoint),
        "Endpoint",
        format!("is `{endpoint}`, which is not of the protocol {protocol}"),
    );
    // Source: the SNS developer guide, raw message delivery.
    let may_be_raw = matches!(protocol, "http" | "https" | "sqs" | "firehose");
    checks.require(
        may_be_raw || subscription.raw_message_delivery != Some(true),
        "RawMessageDelivery",
        format!("is not for the protocol {protocol}"),
    );
}

fn is_mail_address(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(user, domain)| {
        !user.is_empty() && domain.contains('.') && !text.contains(char::is_whitespace)
    })
}
