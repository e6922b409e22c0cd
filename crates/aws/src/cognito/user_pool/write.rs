//! The calls that write a pool.

use aws_sdk_cognitoidentityprovider::Config;
use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::operation::create_user_pool::builders::CreateUserPoolFluentBuilder as Create;
use aws_sdk_cognitoidentityprovider::operation::set_user_pool_mfa_config::builders::SetUserPoolMfaConfigFluentBuilder;
use aws_sdk_cognitoidentityprovider::operation::update_user_pool::builders::UpdateUserPoolFluentBuilder as Update;
use aws_sdk_cognitoidentityprovider::types::{
    AliasAttributeType, DeletionProtectionType, EmailMfaConfigType, SmsMfaConfigType,
    SoftwareTokenMfaConfigType, UserPoolMfaType, UserPoolTierType, UserPoolType,
    UserVerificationType, UsernameAttributeType, UsernameConfigurationType,
    WebAuthnConfigurationType, WebAuthnFactorConfigurationType,
};
use engine::{Changes, DriverError};
use model::Tags;

use super::{Properties, UserPools, defaults, parts, schema};
use crate::cognito::client::{COGNITO, CognitoClient, whole};
use crate::kit::call::Call as _;
use crate::kit::children::ParentService as _;

/// The properties that `SetUserPoolMfaConfig` writes.
pub(super) const MFA: &[&str] = &[
    "MfaConfiguration",
    "EnabledMfas",
    "SmsConfiguration",
    "SmsAuthenticationMessage",
    "EmailAuthenticationMessage",
    "EmailAuthenticationSubject",
    "WebAuthnRelyingPartyID",
    "WebAuthnUserVerification",
    "WebAuthnFactorConfiguration",
];

/// The properties that only `SetUserPoolMfaConfig` or `AddCustomAttributes` writes.
const NOT_BY_UPDATE: &[&str] = &[
    "Schema",
    "EnabledMfas",
    "EmailAuthenticationMessage",
    "EmailAuthenticationSubject",
    "WebAuthnRelyingPartyID",
    "WebAuthnUserVerification",
    "WebAuthnFactorConfiguration",
];

/// The most custom attributes that one call adds.
const ATTRIBUTES_AT_ONCE: usize = 25;

/// Whether `UpdateUserPool` has something to write.
pub(super) fn updates(changes: &Changes) -> bool {
    changes.0.iter().any(|change| {
        let member = change.path.split(['.', '[']).next().unwrap_or_default();
        !NOT_BY_UPDATE.contains(&member)
    })
}

/// Whether a pool has a second factor or passkeys.
pub(super) fn has_mfa(pool: &Properties) -> bool {
    pool.mfa_configuration.as_deref() != Some("OFF") || pool.web_authn_user_verification.is_some()
}

impl UserPools {
    /// The pool without its second factors, which another call sets.
    pub(super) async fn create_pool(
        &self,
        pool: &Properties,
        tags: &Tags,
    ) -> Result<UserPoolType, DriverError> {
        let once = Config::builder().retry_config(RetryConfig::disabled());
        let created = self
            .creation(pool, tags)?
            .customize()
            .config_override(once)
            .send()
            .sent("cognito-idp:CreateUserPool")
            .await?;
        created
            .user_pool
            .ok_or_else(|| DriverError::internal("Cognito answers with no new pool"))
    }

    fn creation(&self, pool: &Properties, tags: &Tags) -> Result<Create, DriverError> {
        let some = |names: &[String]| (!names.is_empty()).then(|| names.to_vec());
        let case = pool.username_configuration.as_ref();
        let case = case.map(|of| {
            whole(
                UsernameConfigurationType::builder()
                    .case_sensitive(of.case_sensitive)
                    .build(),
            )
        });
        let recovery = pool
            .account_recovery_setting
            .as_ref()
            .map(parts::recovery)
            .transpose()?;
        let updates = pool.user_attribute_update_settings.as_ref();
        let add_ons = pool.user_pool_add_ons.as_ref();
        let aliases = some(&pool.alias_attributes);
        let names = some(&pool.username_attributes);
        let schema =
            (!pool.schema.is_empty()).then(|| pool.schema.iter().map(schema::write).collect());
        Ok(self
            .0
            .client
            .create_user_pool()
            .pool_name(&pool.user_pool_name)
            .set_user_pool_tier(pool.user_pool_tier.as_deref().map(UserPoolTierType::from))
            .set_deletion_protection(
                pool.deletion_protection
                    .as_deref()
                    .map(DeletionProtectionType::from),
            )
            .set_alias_attributes(aliases.map(|of| {
                of.iter()
                    .map(|of| AliasAttributeType::from(of.as_str()))
                    .collect()
            }))
            .set_username_attributes(names.map(|of| {
                of.iter()
                    .map(|of| UsernameAttributeType::from(of.as_str()))
                    .collect()
            }))
            .set_username_configuration(case.transpose()?)
            .set_schema(schema)
            .set_policies(pool.policies.as_ref().map(parts::policies))
            .set_account_recovery_setting(recovery)
            .set_admin_create_user_config(pool.admin_create_user_config.as_ref().map(parts::admin))
            .set_auto_verified_attributes(
                some(&pool.auto_verified_attributes).map(|of| parts::attributes(&of)),
            )
            .set_user_attribute_update_settings(
                updates.map(|of| parts::attribute_updates(Some(of))),
            )
            .set_device_configuration(pool.device_configuration.as_ref().map(parts::devices))
            .set_user_pool_add_ons(add_ons.map(|of| parts::add_ons(Some(of))).transpose()?)
            .set_lambda_config(
                pool.lambda_config
                    .as_ref()
                    .map(parts::functions)
                    .transpose()?,
            )
            .set_email_configuration(pool.email_configuration.as_ref().map(parts::email))
            .set_sms_configuration(pool.sms_configuration.as_ref().map(parts::sms))
            .set_verification_message_template(
                pool.verification_message_template
                    .as_ref()
                    .map(parts::template),
            )
            .set_sms_authentication_message(pool.sms_authentication_message.clone())
            .set_user_pool_tags(Some(tags.clone().into_iter().collect())))
    }

    /// Writes the whole pool, with `mfa` for its second factors, which another call sets. Members
    /// that the model does not have stay as they are, including the tags.
    pub(super) async fn update_pool(
        &self,
        pool_id: &str,
        pool: &Properties,
        mfa: Option<&str>,
        touches: &(impl Fn(&str) -> bool + Sync),
    ) -> Result<(), DriverError> {
        let Some(live) = self.0.describe(pool_id).await? else {
            return Err(DriverError::Invalid(format!(
                "the user pool {pool_id} is gone"
            )));
        };
        let call = self
            .change(pool_id, pool, &live, touches)?
            .set_mfa_configuration(mfa.map(UserPoolMfaType::from));
        COGNITO
            .write(|| call.clone().send().done("cognito-idp:UpdateUserPool"))
            .await
    }

    fn change(
        &self,
        pool_id: &str,
        pool: &Properties,
        live: &UserPoolType,
        touches: &impl Fn(&str) -> bool,
    ) -> Result<Update, DriverError> {
        let none = defaults::no_functions();
        let tags = CognitoClient::tags_in(live)
            .into_iter()
            .filter(|(key, _)| !key.starts_with("aws:"));
        let updates = pool.user_attribute_update_settings.as_ref();
        let updates = (updates.is_some() || touches("UserAttributeUpdateSettings"))
            .then(|| parts::attribute_updates(updates));
        let add_ons = pool.user_pool_add_ons.as_ref();
        let add_ons = (add_ons.is_some() || touches("UserPoolAddOns"))
            .then(|| parts::add_ons(add_ons))
            .transpose()?;
        let recovery = pool
            .account_recovery_setting
            .as_ref()
            .map(parts::recovery)
            .transpose()?;
        Ok(self
            .0
            .client
            .update_user_pool()
            .user_pool_id(pool_id)
            .set_pool_name(touches("UserPoolName").then(|| pool.user_pool_name.clone()))
            .set_user_pool_tier(pool.user_pool_tier.as_deref().map(UserPoolTierType::from))
            .set_deletion_protection(
                pool.deletion_protection
                    .as_deref()
                    .map(DeletionProtectionType::from),
            )
            .set_policies(pool.policies.as_ref().map(parts::policies))
            .set_account_recovery_setting(recovery)
            .set_admin_create_user_config(pool.admin_create_user_config.as_ref().map(parts::admin))
            .set_auto_verified_attributes(Some(parts::attributes(&pool.auto_verified_attributes)))
            .set_user_attribute_update_settings(updates)
            .set_device_configuration(pool.device_configuration.as_ref().map(parts::devices))
            .set_user_pool_add_ons(add_ons)
            .set_lambda_config(Some(parts::functions(
                pool.lambda_config.as_ref().unwrap_or(&none),
            )?))
            .set_email_configuration(pool.email_configuration.as_ref().map(parts::email))
            .set_sms_configuration(pool.sms_configuration.as_ref().map(parts::sms))
            .set_verification_message_template(
                pool.verification_message_template
                    .as_ref()
                    .map(parts::template),
            )
            .set_sms_authentication_message(pool.sms_authentication_message.clone())
            .set_user_pool_tags(Some(tags.collect()))
            .set_key_configuration(live.key_configuration.clone())
            .set_issuer_configuration(live.issuer_configuration.clone())
            .set_acr_configuration(live.acr_configuration.clone()))
    }

    /// Sets the second factors and passkeys. With no second factor Cognito refuses their settings.
    pub(super) async fn set_mfa(
        &self,
        pool_id: &str,
        pool: &Properties,
    ) -> Result<(), DriverError> {
        let mfa = pool.mfa_configuration.as_deref();
        let call = self
            .0
            .client
            .set_user_pool_mfa_config()
            .user_pool_id(pool_id)
            .set_mfa_configuration(mfa.map(UserPoolMfaType::from))
            .set_web_authn_configuration(passkeys(pool));
        let call = if mfa == Some("OFF") {
            call
        } else {
            factors(call, pool)
        };
        COGNITO
            .write(|| call.clone().send().done("cognito-idp:SetUserPoolMfaConfig"))
            .await
    }

    /// Deletes the domains that a pool still has, since others added them: Cognito deletes no pool
    /// that has one.
    pub(super) async fn delete_domains(&self, pool: &UserPoolType) -> Result<(), DriverError> {
        let names = [pool.domain(), pool.custom_domain()].into_iter().flatten();
        for name in names.filter(|name| !name.is_empty()) {
            let call = self.0.client.delete_user_pool_domain();
            let call = call.set_user_pool_id(pool.id.clone()).domain(name);
            let deleted = COGNITO
                .delete(|| call.clone().send().done("cognito-idp:DeleteUserPoolDomain"))
                .await;
            match deleted {
                // It was deleted, and the pool still shows it.
                Err(error) if error.is("InvalidParameterException") => {}
                deleted => deleted?,
            }
        }
        Ok(())
    }

    pub(super) async fn add_attributes(
        &self,
        pool_id: &str,
        live: &Properties,
        pool: &Properties,
    ) -> Result<(), DriverError> {
        let added = schema::added(&live.schema, &pool.schema)?;
        for some in added.chunks(ATTRIBUTES_AT_ONCE) {
            let call = self
                .0
                .client
                .add_custom_attributes()
                .user_pool_id(pool_id)
                .set_custom_attributes(Some(some.iter().map(schema::write).collect()));
            COGNITO
                .write(|| call.clone().send().done("cognito-idp:AddCustomAttributes"))
                .await?;
        }
        Ok(())
    }
}

fn factors(
    request: SetUserPoolMfaConfigFluentBuilder,
    pool: &Properties,
) -> SetUserPoolMfaConfigFluentBuilder {
    let has = |factor: &str| pool.enabled_mfas.iter().any(|enabled| enabled == factor);
    let sms = has("SMS_MFA").then(|| {
        SmsMfaConfigType::builder()
            .set_sms_authentication_message(pool.sms_authentication_message.clone())
            .set_sms_configuration(pool.sms_configuration.as_ref().map(parts::sms))
            .build()
    });
    let email = has("EMAIL_OTP").then(|| {
        EmailMfaConfigType::builder()
            .set_message(pool.email_authentication_message.clone())
            .set_subject(pool.email_authentication_subject.clone())
            .build()
    });
    let token = SoftwareTokenMfaConfigType::builder()
        .enabled(has("SOFTWARE_TOKEN_MFA"))
        .build();
    request
        .set_sms_mfa_configuration(sms)
        .set_email_mfa_configuration(email)
        .software_token_mfa_configuration(token)
}

fn passkeys(pool: &Properties) -> Option<WebAuthnConfigurationType> {
    let verification = pool.web_authn_user_verification.as_deref()?;
    let factor = pool
        .web_authn_factor_configuration
        .as_deref()
        .map(WebAuthnFactorConfigurationType::from);
    Some(
        WebAuthnConfigurationType::builder()
            .set_relying_party_id(pool.web_authn_relying_party_id.clone())
            .user_verification(UserVerificationType::from(verification))
            .set_factor_configuration(factor)
            .build(),
    )
}
