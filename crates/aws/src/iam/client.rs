//! IAM in the system's account.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use engine::DriverError;
use model::Tags;

use crate::Account;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::{Code, Message};
use crate::kit::wait::WaitPolicy;

/// The errors of IAM. Those pass that say that a principal or the role itself is new, or that
/// another change of the role is under way. IAM may take this long until a new resource is known
/// everywhere.
pub(super) const IAM: Consistency = Consistency {
    absent: &[Code("NoSuchEntity")],
    passing: &[
        Message("MalformedPolicyDocument", "Invalid principal in policy"),
        Message("NoSuchEntity", "The role with name"),
        Code("ConcurrentModification"),
    ],
    policy: WaitPolicy::seconds(120),
};

/// The errors of IAM's deletions: something that was just removed from a role still counts for a
/// moment.
pub(super) const DELETIONS: Consistency = Consistency {
    passing: &[Code("DeleteConflict"), Code("ConcurrentModification")],
    ..IAM
};

/// IAM in the system's account.
#[derive(Debug)]
pub(super) struct IamClient {
    pub(super) system: String,
    pub(super) sdk: Client,
}

impl IamClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            system: account.system().to_owned(),
            sdk: account.client(),
        }
    }
}

/// Tags in the model's form.
pub(super) fn tags(tags: &[Tag]) -> Tags {
    tags.iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect()
}

/// Tags in the form of the calls.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<_, _>>()
        .map_err(|error| DriverError::internal(format!("a tag is incomplete: {error}")))
}
