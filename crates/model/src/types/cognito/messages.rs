//! What a pool's users are sent, and from where.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Text;

/// Who makes users, and how they are told.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AdminCreateUserConfig {
    /// Whether users cannot sign up by themselves; absent means that they can.
    pub allow_admin_create_user_only: Option<bool>,
    /// How a user is told.
    pub invite_message_template: Option<InviteMessageTemplate>,
}

/// How a user is told of an account, with `{username}` and `{####}`.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InviteMessageTemplate {
    /// The mail.
    pub email_message: Option<String>,
    /// Its subject.
    pub email_subject: Option<String>,
    /// The text message.
    #[serde(rename = "SMSMessage")]
    pub sms_message: Option<String>,
}

/// From where mail is sent.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct EmailConfiguration<S = Text> {
    /// `COGNITO_DEFAULT` (50 a day) or `DEVELOPER` (through SES); absent means `COGNITO_DEFAULT`.
    pub email_sending_account: Option<String>,
    /// The verified identity in SES, by ARN.
    pub source_arn: Option<S>,
    /// The sender, `NAME <ADDRESS>`.
    pub from: Option<S>,
    /// Where answers go.
    pub reply_to_email_address: Option<S>,
    /// A configuration set of SES.
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
    /// The role under which Cognito publishes to SNS, by ARN.
    pub sns_caller_arn: S,
    /// What the role's trust asks Cognito to say.
    pub external_id: Option<String>,
    /// The Region of SNS; absent means the one that AWS chooses for the pool's.
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
    /// The mail with a code.
    pub email_message: Option<String>,
    /// Its subject.
    pub email_subject: Option<String>,
    /// The mail with a link.
    pub email_message_by_link: Option<String>,
    /// Its subject.
    pub email_subject_by_link: Option<String>,
    /// The text message with a code.
    pub sms_message: Option<String>,
}
