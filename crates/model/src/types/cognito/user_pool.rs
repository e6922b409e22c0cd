//! `AWS::Cognito::UserPool`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::messages::{
    AdminCreateUserConfig, EmailConfiguration, SmsConfiguration, VerificationMessageTemplate,
};
use super::schema::SchemaAttribute;
use super::security::{
    AccountRecoverySetting, DeviceConfiguration, LambdaConfig, Policies,
    UserAttributeUpdateSettings, UserPoolAddOns, UsernameConfiguration,
};
use super::service::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::Cognito::UserPool`.
pub const USER_POOL: &ResourceType = &ResourceType {
    name: "AWS::Cognito::UserPool",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["UserPoolName"],
    create_only: &[
        "Schema[]",
        "UsernameAttributes",
        "AliasAttributes",
        "UsernameConfiguration",
    ],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: true,
    taggable: true,
    refers_to: &["AWS::Lambda::Function", "AWS::IAM::Role"],
};

/// A directory of people who sign in. It holds data, so it is never replaced.
///
/// `CloudFormation`'s `EmailVerificationMessage`, `EmailVerificationSubject` and
/// `SmsVerificationMessage` are omitted: they are members of `VerificationMessageTemplate` under
/// older names.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct UserPool<S = Text> {
    /// 1 to 128 characters: letters, digits, spaces and `+=,.@-_`. AWS does not require it to be
    /// unique: the tags find the pool again.
    pub user_pool_name: String,
    /// `LITE`, `ESSENTIALS` or `PLUS`; absent means `ESSENTIALS`. Managed login requires
    /// `ESSENTIALS` or above.
    pub user_pool_tier: Option<String>,
    /// `ACTIVE` or `INACTIVE`: whether AWS refuses to delete the pool; absent means `INACTIVE`.
    pub deletion_protection: Option<String>,
    /// Attributes that replace the user name at sign-in: `email`, `phone_number`; a set. Changing
    /// it would replace the pool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub username_attributes: Vec<String>,
    /// Attributes accepted as well as the user name at sign-in: `email`, `phone_number`,
    /// `preferred_username`; a set. Changing it would replace the pool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alias_attributes: Vec<String>,
    /// Whether user names are case-sensitive. Changing it would replace the pool.
    pub username_configuration: Option<UsernameConfiguration>,
    /// Attributes of users: standard ones that differ from the defaults, and custom ones; a set by
    /// name. Custom ones can be added. Changing or removing one would replace the pool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schema: Vec<SchemaAttribute>,
    /// The password policy, and the first factors of a sign-in.
    pub policies: Option<Policies>,
    /// `OFF`, `ON` or `OPTIONAL`; absent means `OFF`.
    pub mfa_configuration: Option<String>,
    /// The second factors: `SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`; a set. Not with `OFF`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enabled_mfas: Vec<String>,
    /// Passkeys: the domain that they are created for. Absent means the pool's domain, preferably a
    /// custom one.
    #[serde(rename = "WebAuthnRelyingPartyID")]
    pub web_authn_relying_party_id: Option<S>,
    /// Passkeys: `required` or `preferred`; absent means `preferred`.
    pub web_authn_user_verification: Option<String>,
    /// Passkeys: `SINGLE_FACTOR` or `MULTI_FACTOR_WITH_USER_VERIFICATION`; absent means
    /// `SINGLE_FACTOR`.
    pub web_authn_factor_configuration: Option<String>,
    /// How a user recovers an account; absent means by verified telephone number, then by verified
    /// email address.
    pub account_recovery_setting: Option<AccountRecoverySetting>,
    /// Who creates users, and how they are invited; absent means that anyone can sign up.
    pub admin_create_user_config: Option<AdminCreateUserConfig>,
    /// The attributes verified with a code at sign-up: `email`, `phone_number`; a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub auto_verified_attributes: Vec<String>,
    /// Which attributes keep their old value until the new one is verified.
    pub user_attribute_update_settings: Option<UserAttributeUpdateSettings>,
    /// How devices are remembered; absent means not at all.
    pub device_configuration: Option<DeviceConfiguration>,
    /// Protection against risks; absent means off. `AUDIT` and `ENFORCED` need the tier `PLUS`.
    pub user_pool_add_ons: Option<UserPoolAddOns>,
    /// Functions that Cognito calls.
    pub lambda_config: Option<LambdaConfig<S>>,
    /// The sender of emails; absent means Cognito, 50 per day.
    pub email_configuration: Option<EmailConfiguration<S>>,
    /// How text messages are sent; absent means not at all.
    pub sms_configuration: Option<SmsConfiguration<S>>,
    /// The messages that verify an address or a number.
    pub verification_message_template: Option<VerificationMessageTemplate>,
    /// The text message with a second factor, with `{####}`.
    pub sms_authentication_message: Option<String>,
    /// The email with a second factor or one-time password, with `{####}`.
    pub email_authentication_message: Option<String>,
    /// Its subject.
    pub email_authentication_subject: Option<String>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for UserPool {
    fn default() -> Self {
        Self {
            user_pool_name: String::new(),
            user_pool_tier: None,
            deletion_protection: None,
            username_attributes: Vec::new(),
            alias_attributes: Vec::new(),
            username_configuration: None,
            schema: Vec::new(),
            policies: None,
            mfa_configuration: None,
            enabled_mfas: Vec::new(),
            web_authn_relying_party_id: None,
            web_authn_user_verification: None,
            web_authn_factor_configuration: None,
            account_recovery_setting: None,
            admin_create_user_config: None,
            auto_verified_attributes: Vec::new(),
            user_attribute_update_settings: None,
            device_configuration: None,
            user_pool_add_ons: None,
            lambda_config: None,
            email_configuration: None,
            sms_configuration: None,
            verification_message_template: None,
            sms_authentication_message: None,
            email_authentication_message: None,
            email_authentication_subject: None,
        }
    }
}

impl<S: Serialize> Resource for UserPool<S> {
    const TYPE: &'static ResourceType = USER_POOL;
}

impl<S> UserPool<S> {
    /// The pool's id, such as `eu-west-1_AbCdEf123`.
    pub const ID: Attribute<Self> = Attribute::new("UserPoolId");
    /// The pool's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The issuer without its scheme: `cognito-idp.REGION.amazonaws.com/POOL`.
    pub const PROVIDER_NAME: Attribute<Self> = Attribute::new("ProviderName");
    /// The issuer, as it is in tokens: `https://cognito-idp.REGION.amazonaws.com/POOL`.
    pub const PROVIDER_URL: Attribute<Self> = Attribute::new("ProviderURL");
}

impl Handle<UserPool> {
    /// A reference to [`UserPool::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(UserPool::ID)
    }

    /// A reference to [`UserPool::PROVIDER_URL`].
    #[must_use]
    pub fn provider_url(&self) -> Text {
        self.attribute(UserPool::PROVIDER_URL)
    }
}
