//! The defaults of a pool, and its sets, which have no order.

use model::types::cognito::{
    EmailConfiguration, InviteMessageTemplate, LambdaConfig, LambdaSender, PasswordPolicy,
    Policies, SignInPolicy, UserPoolAddOns, UsernameConfiguration, VerificationMessageTemplate,
};

use super::{Properties, schema};

/// Fills in the defaults. Cognito answers with most of them for a pool that was created with a name
/// alone (terraform-provider-aws, the basic test of its user pool).
pub(super) fn normalise(pool: &mut Properties, region: &str) {
    let or = |member: &mut Option<String>, default: &str| {
        member.get_or_insert_with(|| default.to_owned());
    };
    or(&mut pool.user_pool_tier, "ESSENTIALS");
    or(&mut pool.deletion_protection, "INACTIVE");
    or(&mut pool.mfa_configuration, "OFF");
    sign_up(pool);
    sets(pool);
    schema::normalise(&mut pool.schema);
    policies(pool.policies.get_or_insert_default());
    passkeys(pool);
    add_ons(&mut pool.user_pool_add_ons);
    functions(&mut pool.lambda_config);
    messages(pool);
    if let Some(sms) = &mut pool.sms_configuration {
        or(&mut sms.sns_region, region);
    }
}

fn sign_up(pool: &mut Properties) {
    pool.username_configuration
        .get_or_insert(UsernameConfiguration {
            case_sensitive: true,
        });
    let admin = pool.admin_create_user_config.get_or_insert_default();
    admin.allow_admin_create_user_only.get_or_insert(false);
    admin
        .invite_message_template
        .take_if(|template| *template == InviteMessageTemplate::default());
    if let Some(devices) = &mut pool.device_configuration {
        devices
            .challenge_required_on_new_device
            .get_or_insert(false);
        devices
            .device_only_remembered_on_user_prompt
            .get_or_insert(false);
    }
}

fn sets(pool: &mut Properties) {
    for set in [
        &mut pool.username_attributes,
        &mut pool.alias_attributes,
        &mut pool.enabled_mfas,
        &mut pool.auto_verified_attributes,
    ] {
        sort(set);
    }
    if let Some(settings) = &mut pool.user_attribute_update_settings {
        sort(&mut settings.attributes_require_verification_before_update);
    }
    pool.user_attribute_update_settings.take_if(|settings| {
        settings
            .attributes_require_verification_before_update
            .is_empty()
    });
    if let Some(setting) = &mut pool.account_recovery_setting {
        setting
            .recovery_mechanisms
            .sort_by_key(|option| option.priority);
    }
    pool.account_recovery_setting
        .take_if(|setting| setting.recovery_mechanisms.is_empty());
}

fn sort(set: &mut Vec<String>) {
    set.sort();
    set.dedup();
}

fn policies(policies: &mut Policies) {
    let PasswordPolicy {
        minimum_length,
        password_history_size,
        require_lowercase,
        require_numbers,
        require_symbols,
        require_uppercase,
        temporary_password_validity_days,
    } = policies.password_policy.get_or_insert_default();
    minimum_length.get_or_insert(8);
    password_history_size.get_or_insert(0);
    temporary_password_validity_days.get_or_insert(7);
    for required in [
        require_lowercase,
        require_numbers,
        require_symbols,
        require_uppercase,
    ] {
        required.get_or_insert(true);
    }
    let sign_in = policies.sign_in_policy.get_or_insert_with(|| SignInPolicy {
        allowed_first_auth_factors: Vec::new(),
    });
    if sign_in.allowed_first_auth_factors.is_empty() {
        sign_in
            .allowed_first_auth_factors
            .push("PASSWORD".to_owned());
    }
    sort(&mut sign_in.allowed_first_auth_factors);
}

/// A pool has no passkey configuration until one is set, and then a complete one.
fn passkeys(pool: &mut Properties) {
    let stated = pool.web_authn_relying_party_id.is_some()
        || pool.web_authn_user_verification.is_some()
        || pool.web_authn_factor_configuration.is_some();
    if stated {
        pool.web_authn_user_verification
            .get_or_insert_with(|| "preferred".to_owned());
        pool.web_authn_factor_configuration
            .get_or_insert_with(|| "SINGLE_FACTOR".to_owned());
    }
}

fn add_ons(add_ons: &mut Option<UserPoolAddOns>) {
    if let Some(add_ons) = add_ons {
        add_ons
            .advanced_security_mode
            .get_or_insert_with(|| "OFF".to_owned());
        add_ons
            .advanced_security_additional_flows
            .take_if(|flows| flows.custom_auth_mode.is_none());
    }
    add_ons.take_if(|add_ons| {
        add_ons.advanced_security_mode.as_deref() == Some("OFF")
            && add_ons.advanced_security_additional_flows.is_none()
    });
}

/// Cognito mirrors the two ways to specify the function that changes tokens.
fn functions(functions: &mut Option<LambdaConfig<String>>) {
    if let Some(functions) = functions
        && let Some(lambda_arn) = functions.pre_token_generation.take()
    {
        functions
            .pre_token_generation_config
            .get_or_insert_with(|| LambdaSender {
                lambda_arn,
                lambda_version: "V1_0".to_owned(),
            });
    }
    functions.take_if(|functions| *functions == no_functions());
}

/// No functions at all.
pub(super) fn no_functions() -> LambdaConfig<String> {
    LambdaConfig {
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

fn messages(pool: &mut Properties) {
    let email = pool.email_configuration.get_or_insert(EmailConfiguration {
        email_sending_account: None,
        source_arn: None,
        from: None,
        reply_to_email_address: None,
        configuration_set: None,
    });
    email
        .email_sending_account
        .get_or_insert_with(|| "COGNITO_DEFAULT".to_owned());
    let template: &mut VerificationMessageTemplate =
        pool.verification_message_template.get_or_insert_default();
    template
        .default_email_option
        .get_or_insert_with(|| "CONFIRM_WITH_CODE".to_owned());
}
