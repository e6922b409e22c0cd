//! Conversion of a pool's properties to the parts that a creation and an update have in common.

use aws_sdk_cognitoidentityprovider::types::{
    AccountRecoverySettingType, AdminCreateUserConfigType, AdvancedSecurityAdditionalFlowsType,
    AdvancedSecurityEnabledModeType, AdvancedSecurityModeType, AuthFactorType,
    CustomEmailLambdaVersionConfigType, CustomEmailSenderLambdaVersionType,
    CustomSmsLambdaVersionConfigType, CustomSmsSenderLambdaVersionType, DefaultEmailOptionType,
    DeviceConfigurationType, EmailConfigurationType, EmailSendingAccountType,
    InboundFederationLambdaType, InboundFederationLambdaVersionType, LambdaConfigType,
    MessageTemplateType, PasswordPolicyType, PreTokenGenerationLambdaVersionType,
    PreTokenGenerationVersionConfigType, RecoveryOptionNameType, RecoveryOptionType,
    SignInPolicyType, SmsConfigurationType, UserAttributeUpdateSettingsType, UserPoolAddOnsType,
    UserPoolPolicyType, VerificationMessageTemplateType, VerifiedAttributeType,
};
use engine::DriverError;
use model::types::cognito::{
    AccountRecoverySetting, AdminCreateUserConfig, DeviceConfiguration, EmailConfiguration,
    LambdaConfig, LambdaSender, PasswordPolicy, Policies, SmsConfiguration,
    UserAttributeUpdateSettings, UserPoolAddOns, VerificationMessageTemplate,
};

use crate::cognito::client::whole;

type Made<T> = Result<T, DriverError>;

/// Defaults are omitted: the tier `LITE` refuses both of these members.
pub(super) fn policies(policies: &Policies) -> UserPoolPolicyType {
    let factors = policies
        .sign_in_policy
        .as_ref()
        .map(|policy| policy.allowed_first_auth_factors.as_slice());
    let factors = factors
        .filter(|factors| *factors != ["PASSWORD"])
        .map(|factors| {
            let factors = factors
                .iter()
                .map(|factor| AuthFactorType::from(factor.as_str()))
                .collect();
            SignInPolicyType::builder()
                .set_allowed_first_auth_factors(Some(factors))
                .build()
        });
    UserPoolPolicyType::builder()
        .set_password_policy(policies.password_policy.as_ref().map(password))
        .set_sign_in_policy(factors)
        .build()
}

fn password(policy: &PasswordPolicy) -> PasswordPolicyType {
    PasswordPolicyType::builder()
        .set_minimum_length(policy.minimum_length)
        .set_password_history_size(policy.password_history_size.filter(|size| *size != 0))
        .require_lowercase(policy.require_lowercase.unwrap_or_default())
        .require_numbers(policy.require_numbers.unwrap_or_default())
        .require_symbols(policy.require_symbols.unwrap_or_default())
        .require_uppercase(policy.require_uppercase.unwrap_or_default())
        .set_temporary_password_validity_days(policy.temporary_password_validity_days)
        .build()
}

pub(super) fn recovery(setting: &AccountRecoverySetting) -> Made<AccountRecoverySettingType> {
    let option = |option: &model::types::cognito::RecoveryOption| {
        let name = RecoveryOptionNameType::from(option.name.as_str());
        whole(
            RecoveryOptionType::builder()
                .name(name)
                .priority(option.priority)
                .build(),
        )
    };
    let options = setting
        .recovery_mechanisms
        .iter()
        .map(option)
        .collect::<Made<Vec<_>>>()?;
    Ok(AccountRecoverySettingType::builder()
        .set_recovery_mechanisms(Some(options))
        .build())
}

pub(super) fn admin(config: &AdminCreateUserConfig) -> AdminCreateUserConfigType {
    let template = config.invite_message_template.as_ref().map(|template| {
        MessageTemplateType::builder()
            .set_email_message(template.email_message.clone())
            .set_email_subject(template.email_subject.clone())
            .set_sms_message(template.sms_message.clone())
            .build()
    });
    AdminCreateUserConfigType::builder()
        .allow_admin_create_user_only(config.allow_admin_create_user_only.unwrap_or_default())
        .set_invite_message_template(template)
        .build()
}

pub(super) fn attributes(names: &[String]) -> Vec<VerifiedAttributeType> {
    names
        .iter()
        .map(|name| VerifiedAttributeType::from(name.as_str()))
        .collect()
}

/// Without attributes, the setting is turned off: an absent one changes nothing
/// (terraform-provider-aws).
pub(super) fn attribute_updates(
    settings: Option<&UserAttributeUpdateSettings>,
) -> UserAttributeUpdateSettingsType {
    let names = settings.map_or(&[][..], |settings| {
        &settings.attributes_require_verification_before_update
    });
    UserAttributeUpdateSettingsType::builder()
        .set_attributes_require_verification_before_update(Some(attributes(names)))
        .build()
}

pub(super) fn devices(devices: &DeviceConfiguration) -> DeviceConfigurationType {
    DeviceConfigurationType::builder()
        .challenge_required_on_new_device(
            devices.challenge_required_on_new_device.unwrap_or_default(),
        )
        .device_only_remembered_on_user_prompt(
            devices
                .device_only_remembered_on_user_prompt
                .unwrap_or_default(),
        )
        .build()
}

pub(super) fn add_ons(add_ons: Option<&UserPoolAddOns>) -> Made<UserPoolAddOnsType> {
    let mode = add_ons
        .and_then(|add_ons| add_ons.advanced_security_mode.as_deref())
        .unwrap_or("OFF");
    let custom = add_ons.and_then(|add_ons| add_ons.advanced_security_additional_flows.as_ref());
    let flows = custom.map(|flows| {
        let mode = flows
            .custom_auth_mode
            .as_deref()
            .map(AdvancedSecurityEnabledModeType::from);
        AdvancedSecurityAdditionalFlowsType::builder()
            .set_custom_auth_mode(mode)
            .build()
    });
    whole(
        UserPoolAddOnsType::builder()
            .advanced_security_mode(AdvancedSecurityModeType::from(mode))
            .set_advanced_security_additional_flows(flows)
            .build(),
    )
}

pub(super) fn email(email: &EmailConfiguration<String>) -> EmailConfigurationType {
    EmailConfigurationType::builder()
        .set_email_sending_account(
            email
                .email_sending_account
                .as_deref()
                .map(EmailSendingAccountType::from),
        )
        .set_source_arn(email.source_arn.clone())
        .set_from(email.from.clone())
        .set_reply_to_email_address(email.reply_to_email_address.clone())
        .set_configuration_set(email.configuration_set.clone())
        .build()
}

pub(super) fn sms(sms: &SmsConfiguration<String>) -> SmsConfigurationType {
    SmsConfigurationType::builder()
        .sns_caller_arn(&sms.sns_caller_arn)
        .set_external_id(sms.external_id.clone())
        .set_sns_region(sms.sns_region.clone())
        .build()
}

pub(super) fn template(template: &VerificationMessageTemplate) -> VerificationMessageTemplateType {
    VerificationMessageTemplateType::builder()
        .set_default_email_option(
            template
                .default_email_option
                .as_deref()
                .map(DefaultEmailOptionType::from),
        )
        .set_email_message(template.email_message.clone())
        .set_email_subject(template.email_subject.clone())
        .set_email_message_by_link(template.email_message_by_link.clone())
        .set_email_subject_by_link(template.email_subject_by_link.clone())
        .set_sms_message(template.sms_message.clone())
        .build()
}

pub(super) fn functions(functions: &LambdaConfig<String>) -> Made<LambdaConfigType> {
    let tokens = functions.pre_token_generation_config.as_ref();
    let LambdaConfig {
        custom_email_sender: email,
        custom_sms_sender: sms,
        inbound_federation: federation,
        ..
    } = functions;
    Ok(LambdaConfigType::builder()
        .set_pre_sign_up(functions.pre_sign_up.clone())
        .set_custom_message(functions.custom_message.clone())
        .set_post_confirmation(functions.post_confirmation.clone())
        .set_pre_authentication(functions.pre_authentication.clone())
        .set_post_authentication(functions.post_authentication.clone())
        .set_define_auth_challenge(functions.define_auth_challenge.clone())
        .set_create_auth_challenge(functions.create_auth_challenge.clone())
        .set_verify_auth_challenge_response(functions.verify_auth_challenge_response.clone())
        .set_pre_token_generation(tokens.map(|of| of.lambda_arn.clone()))
        .set_pre_token_generation_config(tokens.map(token_function).transpose()?)
        .set_user_migration(functions.user_migration.clone())
        .set_custom_email_sender(email.as_ref().map(email_sender).transpose()?)
        .set_custom_sms_sender(sms.as_ref().map(sms_sender).transpose()?)
        .set_inbound_federation(federation.as_ref().map(federation_function).transpose()?)
        .set_kms_key_id(functions.kms_key_id.clone())
        .build())
}

fn token_function(of: &LambdaSender<String>) -> Made<PreTokenGenerationVersionConfigType> {
    let version = PreTokenGenerationLambdaVersionType::from(of.lambda_version.as_str());
    whole(
        PreTokenGenerationVersionConfigType::builder()
            .lambda_arn(&of.lambda_arn)
            .lambda_version(version)
            .build(),
    )
}

fn email_sender(of: &LambdaSender<String>) -> Made<CustomEmailLambdaVersionConfigType> {
    let version = CustomEmailSenderLambdaVersionType::from(of.lambda_version.as_str());
    whole(
        CustomEmailLambdaVersionConfigType::builder()
            .lambda_arn(&of.lambda_arn)
            .lambda_version(version)
            .build(),
    )
}

fn sms_sender(of: &LambdaSender<String>) -> Made<CustomSmsLambdaVersionConfigType> {
    let version = CustomSmsSenderLambdaVersionType::from(of.lambda_version.as_str());
    whole(
        CustomSmsLambdaVersionConfigType::builder()
            .lambda_arn(&of.lambda_arn)
            .lambda_version(version)
            .build(),
    )
}

fn federation_function(of: &LambdaSender<String>) -> Made<InboundFederationLambdaType> {
    let version = InboundFederationLambdaVersionType::from(of.lambda_version.as_str());
    whole(
        InboundFederationLambdaType::builder()
            .lambda_arn(&of.lambda_arn)
            .lambda_version(version)
            .build(),
    )
}
