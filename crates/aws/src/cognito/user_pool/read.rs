//! Conversion of Cognito's answers to a pool's properties.

use aws_sdk_cognitoidentityprovider::operation::get_user_pool_mfa_config::GetUserPoolMfaConfigOutput as Mfa;
use aws_sdk_cognitoidentityprovider::types::{
    AccountRecoverySettingType, AdminCreateUserConfigType, EmailConfigurationType,
    LambdaConfigType, PasswordPolicyType, SmsConfigurationType, UserPoolPolicyType, UserPoolType,
    VerificationMessageTemplateType,
};
use model::types::cognito::{
    AccountRecoverySetting, AdminCreateUserConfig, AdvancedSecurityAdditionalFlows,
    DeviceConfiguration, EmailConfiguration, InviteMessageTemplate, LambdaConfig, LambdaSender,
    PasswordPolicy, Policies, RecoveryOption, SignInPolicy, SmsConfiguration,
    UserAttributeUpdateSettings, UserPool, UserPoolAddOns, UsernameConfiguration,
    VerificationMessageTemplate,
};

use super::{Properties, schema};
use crate::cognito::client::text;

/// A pool's properties, from its description and its second factors.
pub(super) fn properties(pool: &UserPoolType, mfa: &Mfa) -> Properties {
    let web_authn = mfa.web_authn_configuration();
    let email_mfa = mfa.email_mfa_configuration().filter(|_| !is_off(mfa));
    UserPool {
        user_pool_name: pool.name().unwrap_or_default().to_owned(),
        user_pool_tier: pool.user_pool_tier().map(|tier| tier.as_str().to_owned()),
        deletion_protection: pool
            .deletion_protection()
            .map(|protection| protection.as_str().to_owned()),
        username_attributes: pool
            .username_attributes()
            .iter()
            .map(|of| of.as_str().to_owned())
            .collect(),
        alias_attributes: pool
            .alias_attributes()
            .iter()
            .map(|of| of.as_str().to_owned())
            .collect(),
        username_configuration: pool
            .username_configuration()
            .map(|of| UsernameConfiguration {
                case_sensitive: of.case_sensitive,
            }),
        schema: pool.schema_attributes().iter().map(schema::read).collect(),
        policies: pool.policies().map(policies),
        mfa_configuration: mfa.mfa_configuration().map(|of| of.as_str().to_owned()),
        enabled_mfas: enabled(mfa),
        web_authn_relying_party_id: web_authn.and_then(|of| text(of.relying_party_id())),
        web_authn_user_verification: web_authn
            .and_then(|of| Some(of.user_verification()?.as_str().to_owned())),
        web_authn_factor_configuration: web_authn
            .and_then(|of| Some(of.factor_configuration()?.as_str().to_owned())),
        account_recovery_setting: pool.account_recovery_setting().map(recovery),
        admin_create_user_config: pool.admin_create_user_config().map(admin),
        auto_verified_attributes: pool
            .auto_verified_attributes()
            .iter()
            .map(|of| of.as_str().to_owned())
            .collect(),
        user_attribute_update_settings: pool.user_attribute_update_settings().map(|settings| {
            let attributes = settings.attributes_require_verification_before_update();
            UserAttributeUpdateSettings {
                attributes_require_verification_before_update: attributes
                    .iter()
                    .map(|of| of.as_str().to_owned())
                    .collect(),
            }
        }),
        device_configuration: pool
            .device_configuration()
            .map(|devices| DeviceConfiguration {
                challenge_required_on_new_device: Some(devices.challenge_required_on_new_device),
                device_only_remembered_on_user_prompt: Some(
                    devices.device_only_remembered_on_user_prompt,
                ),
            }),
        user_pool_add_ons: pool.user_pool_add_ons().map(|of| UserPoolAddOns {
            advanced_security_mode: text(Some(of.advanced_security_mode().as_str())),
            advanced_security_additional_flows: of.advanced_security_additional_flows().map(
                |flows| AdvancedSecurityAdditionalFlows {
                    custom_auth_mode: flows
                        .custom_auth_mode()
                        .map(|mode| mode.as_str().to_owned()),
                },
            ),
        }),
        lambda_config: pool.lambda_config().map(functions),
        email_configuration: pool.email_configuration().map(email),
        sms_configuration: pool.sms_configuration().and_then(sms),
        verification_message_template: pool.verification_message_template().map(template),
        sms_authentication_message: text(pool.sms_authentication_message())
            .or_else(|| text(mfa.sms_mfa_configuration()?.sms_authentication_message())),
        email_authentication_message: email_mfa.and_then(|of| text(of.message())),
        email_authentication_subject: email_mfa.and_then(|of| text(of.subject())),
    }
}

fn is_off(mfa: &Mfa) -> bool {
    mfa.mfa_configuration()
        .is_none_or(|of| of.as_str() == "OFF")
}

/// The second factors. One that is configured is on, unless all are off.
fn enabled(mfa: &Mfa) -> Vec<String> {
    if is_off(mfa) {
        return Vec::new();
    }
    let sms = mfa
        .sms_mfa_configuration()
        .and_then(|of| sms(of.sms_configuration()?));
    let token = mfa
        .software_token_mfa_configuration()
        .is_some_and(|token| token.enabled);
    let factors = [
        ("SMS_MFA", sms.is_some()),
        ("SOFTWARE_TOKEN_MFA", token),
        ("EMAIL_OTP", mfa.email_mfa_configuration().is_some()),
    ];
    factors
        .into_iter()
        .filter(|(_, on)| *on)
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn policies(policies: &UserPoolPolicyType) -> Policies {
    Policies {
        password_policy: policies.password_policy().map(password),
        sign_in_policy: policies.sign_in_policy().map(|policy| SignInPolicy {
            allowed_first_auth_factors: policy
                .allowed_first_auth_factors()
                .iter()
                .map(|factor| factor.as_str().to_owned())
                .collect(),
        }),
    }
}

fn password(policy: &PasswordPolicyType) -> PasswordPolicy {
    PasswordPolicy {
        minimum_length: policy.minimum_length(),
        password_history_size: policy.password_history_size(),
        require_lowercase: Some(policy.require_lowercase),
        require_numbers: Some(policy.require_numbers),
        require_symbols: Some(policy.require_symbols),
        require_uppercase: Some(policy.require_uppercase),
        temporary_password_validity_days: Some(policy.temporary_password_validity_days),
    }
}

fn recovery(setting: &AccountRecoverySettingType) -> AccountRecoverySetting {
    let options = setting.recovery_mechanisms().iter();
    AccountRecoverySetting {
        recovery_mechanisms: options
            .map(|option| RecoveryOption {
                name: option.name().as_str().to_owned(),
                priority: option.priority,
            })
            .collect(),
    }
}

fn admin(config: &AdminCreateUserConfigType) -> AdminCreateUserConfig {
    AdminCreateUserConfig {
        allow_admin_create_user_only: Some(config.allow_admin_create_user_only),
        invite_message_template: config.invite_message_template().map(|template| {
            InviteMessageTemplate {
                email_message: text(template.email_message()),
                email_subject: text(template.email_subject()),
                sms_message: text(template.sms_message()),
            }
        }),
    }
}

fn email(email: &EmailConfigurationType) -> EmailConfiguration<String> {
    EmailConfiguration {
        email_sending_account: email
            .email_sending_account()
            .map(|account| account.as_str().to_owned()),
        source_arn: text(email.source_arn()),
        from: text(email.from()),
        reply_to_email_address: text(email.reply_to_email_address()),
        configuration_set: text(email.configuration_set()),
    }
}

/// An emulator answers with an empty configuration if there is none.
fn sms(sms: &SmsConfigurationType) -> Option<SmsConfiguration<String>> {
    Some(SmsConfiguration {
        sns_caller_arn: text(Some(sms.sns_caller_arn()))?,
        external_id: text(sms.external_id()),
        sns_region: text(sms.sns_region()),
    })
}

fn template(template: &VerificationMessageTemplateType) -> VerificationMessageTemplate {
    VerificationMessageTemplate {
        default_email_option: template
            .default_email_option()
            .map(|option| option.as_str().to_owned()),
        email_message: text(template.email_message()),
        email_subject: text(template.email_subject()),
        email_message_by_link: text(template.email_message_by_link()),
        email_subject_by_link: text(template.email_subject_by_link()),
        sms_message: text(template.sms_message()),
    }
}

fn functions(functions: &LambdaConfigType) -> LambdaConfig<String> {
    let sender = |arn: &str, version: &str| LambdaSender {
        lambda_arn: arn.to_owned(),
        lambda_version: version.to_owned(),
    };
    LambdaConfig {
        pre_sign_up: text(functions.pre_sign_up()),
        custom_message: text(functions.custom_message()),
        post_confirmation: text(functions.post_confirmation()),
        pre_authentication: text(functions.pre_authentication()),
        post_authentication: text(functions.post_authentication()),
        define_auth_challenge: text(functions.define_auth_challenge()),
        create_auth_challenge: text(functions.create_auth_challenge()),
        verify_auth_challenge_response: text(functions.verify_auth_challenge_response()),
        pre_token_generation: text(functions.pre_token_generation()),
        pre_token_generation_config: functions
            .pre_token_generation_config()
            .map(|of| sender(of.lambda_arn(), of.lambda_version().as_str())),
        user_migration: text(functions.user_migration()),
        custom_email_sender: functions
            .custom_email_sender()
            .map(|of| sender(of.lambda_arn(), of.lambda_version().as_str())),
        custom_sms_sender: functions
            .custom_sms_sender()
            .map(|of| sender(of.lambda_arn(), of.lambda_version().as_str())),
        inbound_federation: functions
            .inbound_federation()
            .map(|of| sender(of.lambda_arn(), of.lambda_version().as_str())),
        kms_key_id: text(functions.kms_key_id()),
    }
}
