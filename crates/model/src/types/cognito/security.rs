//! How a pool's users sign in, and the checks and functions involved.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Text;

/// Whether user names are case-sensitive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UsernameConfiguration {
    /// Whether they are. AWS advises against it; a pool created by an API call that does not state
    /// it is case-sensitive.
    pub case_sensitive: bool,
}

/// The password policy, and the first factors of a sign-in.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policies {
    /// The password policy.
    pub password_policy: Option<PasswordPolicy>,
    /// The first factors of a sign-in.
    pub sign_in_policy: Option<SignInPolicy>,
}

/// The password policy.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PasswordPolicy {
    /// Minimum length, 6 to 99; absent means 8.
    pub minimum_length: Option<i32>,
    /// Number of former passwords that are refused, 0 to 24; absent means 0. Requires the tier
    /// `ESSENTIALS` or above.
    pub password_history_size: Option<i32>,
    /// Whether a lower-case letter is required; absent means yes.
    pub require_lowercase: Option<bool>,
    /// Whether a digit is required; absent means yes.
    pub require_numbers: Option<bool>,
    /// Whether a symbol is required; absent means yes.
    pub require_symbols: Option<bool>,
    /// Whether an upper-case letter is required; absent means yes.
    pub require_uppercase: Option<bool>,
    /// Days that a temporary password is valid, 0 to 365; absent means 7.
    pub temporary_password_validity_days: Option<i32>,
}

/// The first factors of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SignInPolicy {
    /// `PASSWORD` and any of `EMAIL_OTP`, `SMS_OTP`, `WEB_AUTHN`; a set. Requires the tier
    /// `ESSENTIALS` or above.
    pub allowed_first_auth_factors: Vec<String>,
}

/// How a user recovers an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccountRecoverySetting {
    /// The mechanisms, a set by priority.
    pub recovery_mechanisms: Vec<RecoveryOption>,
}

/// A mechanism for recovering an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RecoveryOption {
    /// `verified_email`, `verified_phone_number`, or `admin_only` alone.
    pub name: String,
    /// 1 is tried first, then 2.
    pub priority: i32,
}

/// Which attributes keep their old value until the new one is verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserAttributeUpdateSettings {
    /// `email`, `phone_number`, of those that are verified automatically; a set.
    pub attributes_require_verification_before_update: Vec<String>,
}

/// How devices are remembered.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeviceConfiguration {
    /// Whether a remembered device replaces a second factor; absent means no.
    pub challenge_required_on_new_device: Option<bool>,
    /// Whether the user is asked; absent means no.
    pub device_only_remembered_on_user_prompt: Option<bool>,
}

/// Protection against risks.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserPoolAddOns {
    /// `OFF`, `AUDIT` or `ENFORCED`; absent means `OFF`.
    pub advanced_security_mode: Option<String>,
    /// The same for other flows.
    pub advanced_security_additional_flows: Option<AdvancedSecurityAdditionalFlows>,
}

/// Protection of other flows.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AdvancedSecurityAdditionalFlows {
    /// For custom authentication: `AUDIT` or `ENFORCED`.
    pub custom_auth_mode: Option<String>,
}

/// Functions that Cognito calls, by their ARNs. Each needs a permission for
/// `cognito-idp.amazonaws.com`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct LambdaConfig<S = Text> {
    /// Before a user is signed up.
    pub pre_sign_up: Option<S>,
    /// For the text of a message.
    pub custom_message: Option<S>,
    /// After a user is confirmed.
    pub post_confirmation: Option<S>,
    /// Before a sign-in.
    pub pre_authentication: Option<S>,
    /// After a sign-in.
    pub post_authentication: Option<S>,
    /// Custom authentication: which challenge is next.
    pub define_auth_challenge: Option<S>,
    /// Custom authentication: the challenge.
    pub create_auth_challenge: Option<S>,
    /// Custom authentication: whether the response is correct.
    pub verify_auth_challenge_response: Option<S>,
    /// Before a token is created; the same function as in `pre_token_generation_config` if both are
    /// stated.
    pub pre_token_generation: Option<S>,
    /// Before a token is created, with the version of the event: `V1_0`, `V2_0` or `V3_0`.
    pub pre_token_generation_config: Option<LambdaSender<S>>,
    /// When a user is unknown.
    pub user_migration: Option<S>,
    /// Instead of sending email; requires `kms_key_id`. The version is `V1_0`.
    pub custom_email_sender: Option<LambdaSender<S>>,
    /// Instead of sending text messages; requires `kms_key_id`. The version is `V1_0`.
    #[serde(rename = "CustomSMSSender")]
    pub custom_sms_sender: Option<LambdaSender<S>>,
    /// When a user signs in through another identity provider. The version is `V1_0`.
    pub inbound_federation: Option<LambdaSender<S>>,
    /// The ARN of the key that encrypts codes for the senders.
    #[serde(rename = "KMSKeyID")]
    pub kms_key_id: Option<S>,
}

impl Default for LambdaConfig {
    fn default() -> Self {
        Self {
            pre_sign_up: None,
            custom_message: None,
            post_confirmation: None,
            pre_authentication: None,
            post_authentication: None,
            define_auth_challenge: None,
            create_auth_challenge: None,
            verify_auth_challenge_response: None,
            pre_token_generation: None,
            pre_token_generation_config: None,
            user_migration: None,
            custom_email_sender: None,
            custom_sms_sender: None,
            inbound_federation: None,
            kms_key_id: None,
        }
    }
}

/// A function, and the version of its event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LambdaSender<S = Text> {
    /// The function's ARN.
    pub lambda_arn: S,
    /// The version, such as `V1_0`.
    pub lambda_version: String,
}
