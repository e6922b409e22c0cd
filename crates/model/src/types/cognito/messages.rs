//! The messages to a pool's users, and their senders.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Text;

/// Who creates users, and how they are invited.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AdminCreateUserConfig {
    /// Whether users cannot sign up by themselves; absent means that they can.
    pub allow_admin_create_user_only: Option<bool>,
    /// The invitation of a user.
    pub invite_message_template: Option<InviteMessageTemplate>,
}

/// The invitation of a user, with `{username}` and `{####}`.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InviteMessageTemplate {
    /// The email.
    pub email_message: Option<String>,
    /// Its subject.
    pub email_subject: Option<String>,
    /// The text message.
    #[serde(rename = "SMSMessage")]
    pub sms_message: Option<String>,
}

/// The sender of emails.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct EmailConfiguration<S = Text> {
    /// `COGNITO_DEFAULT` (50 per day) or `DEVELOPER` (through SES); absent means `COGNITO_DEFAULT`.
    pub email_sending_account: Option<String>,
    /// The ARN of the verified identity in SES.
    pub source_arn: Option<S>,
    /// The sender, `NAME <ADDRESS>`.
    pub from: Option<S>,
    /// The address for replies.
    pub reply_to_email_address: Option<S>,
    /// An SES configuration set.
    pub configuration_set: Option<S>,
}

impl Default for EmailConfiguration {
    fn default() -> Self {
        Self {
            email_sending_account: None,
            source_arn: None,
            from: None,
            reply_to_email_address: None,
            configuration_set: None,
        }
    }
}

/// How text messages are sent.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct SmsConfiguration<S = Text> {
    /// The ARN of the role that Cognito assumes to publish to SNS.
    pub sns_caller_arn: S,
    /// The external id that the role's trust policy requires.
    pub external_id: Option<String>,
    /// The Region of SNS; absent means the one that AWS chooses for the pool's Region.
    pub sns_region: Option<String>,
}

/// The messages that verify an address or a number, with `{####}` for the code and `{##…##}` for
/// the link.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VerificationMessageTemplate {
    /// `CONFIRM_WITH_CODE` or `CONFIRM_WITH_LINK`; absent means a code.
    pub default_email_option: Option<String>,
    /// The email with a code.
    pub email_message: Option<String>,
    /// Its subject.
    pub email_subject: Option<String>,
    /// The email with a link.
    pub email_message_by_link: Option<String>,
    /// Its subject.
    pub email_subject_by_link: Option<String>,
    /// The text message with a code.
    pub sms_message: Option<String>,
}
