//! The limits of a pool that AWS enforces and emulators do not.

use model::types::cognito::{SchemaAttribute, UserPool};

use super::schema::is_standard;
use crate::cognito::client::is_name_character;
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of Cognito's user pools";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("UserPoolName", 1, 128, MODEL),
    Limit::characters(
        "UserPoolName",
        is_name_character,
        "letters, digits, spaces and _+=,.@-",
        MODEL,
    ),
    Limit::one_of("UserPoolTier", &["LITE", "ESSENTIALS", "PLUS"], MODEL),
    Limit::one_of("DeletionProtection", &["ACTIVE", "INACTIVE"], MODEL),
    Limit::one_of("UsernameAttributes[]", &["email", "phone_number"], MODEL),
    Limit::one_of(
        "AliasAttributes[]",
        &["email", "phone_number", "preferred_username"],
        MODEL,
    ),
    Limit::range("Policies.PasswordPolicy.MinimumLength", 6, 99, MODEL),
    Limit::range("Policies.PasswordPolicy.PasswordHistorySize", 0, 24, MODEL),
    Limit::range(
        "Policies.PasswordPolicy.TemporaryPasswordValidityDays",
        0,
        365,
        MODEL,
    ),
    Limit::one_of("MfaConfiguration", &["OFF", "ON", "OPTIONAL"], MODEL),
    Limit::one_of(
        "EnabledMfas[]",
        &["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"],
        MODEL,
    ),
    Limit::one_of(
        "WebAuthnUserVerification",
        &["required", "preferred"],
        MODEL,
    ),
    Limit::one_of(
        "WebAuthnFactorConfiguration",
        &["SINGLE_FACTOR", "MULTI_FACTOR_WITH_USER_VERIFICATION"],
        MODEL,
    ),
    Limit::length("SmsAuthenticationMessage", 6, 140, MODEL),
    Limit::length("EmailAuthenticationMessage", 6, 20_000, MODEL),
    Limit::length("VerificationMessageTemplate.EmailMessage", 6, 20_000, MODEL),
    Limit::length("VerificationMessageTemplate.SmsMessage", 6, 140, MODEL),
];

type Properties = UserPool<String>;

/// The developer guide: the properties that exclude or require each other, and the features of each
/// tier.
pub(super) fn check(pool: &Properties, checks: &mut Checks) {
    checks.require(
        pool.username_attributes.is_empty() || pool.alias_attributes.is_empty(),
        "AliasAttributes",
        "is not allowed with UsernameAttributes",
    );
    for attribute in &pool.schema {
        check_attribute(attribute, checks);
    }
    second_factors(pool, checks);
    first_factors(pool, checks);
    tier(pool, checks);
    messages(pool, checks);
    checks.require(
        !sends_by_ses(pool)
            || pool
                .email_configuration
                .as_ref()
                .is_some_and(|email| email.source_arn.is_some()),
        "EmailConfiguration.SourceArn",
        "is required with EmailSendingAccount DEVELOPER",
    );
}

fn check_attribute(attribute: &SchemaAttribute, checks: &mut Checks) {
    let SchemaAttribute { name, .. } = attribute;
    if name == "sub" {
        checks.refuse("Schema", "has the attribute `sub`, which is Cognito's own");
    }
    if is_standard(name) || !is_known(name) {
        return;
    }
    let length = name.chars().count();
    checks.require(
        (1..=20).contains(&length),
        "Schema",
        format!(
            "has the custom attribute `{name}`, whose name has {length} characters; 1 to 20 are \
             allowed"
        ),
    );
    let kinds = ["String", "Number", "DateTime", "Boolean"];
    let kind = attribute.attribute_data_type.as_deref();
    if let Some(kind) = kind.filter(|kind| is_known(kind) && !kinds.contains(kind)) {
        checks.refuse(
            "Schema",
            format!(
                "has the custom attribute `{name}` of the type `{kind}`; {} is allowed",
                kinds.join(" or ")
            ),
        );
    }
    checks.require(
        attribute.required != Some(true),
        "Schema",
        format!("has the required custom attribute `{name}`; only standard ones can be required"),
    );
}

fn sends_by_ses(pool: &Properties) -> bool {
    let email = pool.email_configuration.as_ref();
    email.and_then(|email| email.email_sending_account.as_deref()) == Some("DEVELOPER")
}

fn second_factors(pool: &Properties, checks: &mut Checks) {
    let mfa = pool.mfa_configuration.as_deref().unwrap_or("OFF");
    if is_known(mfa) && (mfa == "OFF") != pool.enabled_mfas.is_empty() {
        checks.refuse(
            "EnabledMfas",
            "is required unless MfaConfiguration is OFF, and not allowed otherwise",
        );
    }
    let factors = &pool.enabled_mfas;
    let has = |factor: &str| factors.iter().any(|enabled| enabled == factor);
    checks.require(
        !has("SMS_MFA") || pool.sms_configuration.is_some(),
        "SmsConfiguration",
        "is required with SMS_MFA in EnabledMfas",
    );
    let email = pool.email_configuration.as_ref();
    let sender = email.and_then(|email| email.email_sending_account.as_deref());
    checks.require(
        !has("EMAIL_OTP") || sends_by_ses(pool) || !is_known(sender.unwrap_or_default()),
        "EmailConfiguration.EmailSendingAccount",
        "is not DEVELOPER, which EMAIL_OTP in EnabledMfas requires",
    );
    let may_mail = has("EMAIL_OTP") || !factors.iter().all(|factor| is_known(factor));
    for (property, text) in [
        (
            "EmailAuthenticationMessage",
            &pool.email_authentication_message,
        ),
        (
            "EmailAuthenticationSubject",
            &pool.email_authentication_subject,
        ),
    ] {
        checks.require(
            may_mail || text.is_none(),
            property,
            "requires EMAIL_OTP in EnabledMfas",
        );
    }
}

/// The first factors that are stated.
fn sign_in(pool: &Properties) -> &[String] {
    let policy = pool
        .policies
        .as_ref()
        .and_then(|policies| policies.sign_in_policy.as_ref());
    policy.map_or(&[], |policy| &policy.allowed_first_auth_factors)
}

fn first_factors(pool: &Properties, checks: &mut Checks) {
    let factors = sign_in(pool);
    let mut known = factors.iter().filter(|factor| is_known(factor));
    checks.require(
        known.clone().count() < factors.len()
            || factors.is_empty()
            || known.any(|factor| factor == "PASSWORD"),
        "Policies.SignInPolicy.AllowedFirstAuthFactors",
        "does not contain PASSWORD",
    );
}

fn tier(pool: &Properties, checks: &mut Checks) {
    let tier = pool.user_pool_tier.as_deref().unwrap_or("ESSENTIALS");
    if !is_known(tier) {
        return;
    }
    let policies = pool.policies.as_ref();
    let history = policies
        .and_then(|policies| policies.password_policy.as_ref()?.password_history_size)
        .unwrap_or(0);
    let other = |factor: &String| is_known(factor) && factor != "PASSWORD";
    let email_codes = pool.enabled_mfas.iter().any(|factor| factor == "EMAIL_OTP");
    if tier == "LITE" && (history > 0 || sign_in(pool).iter().any(other) || email_codes) {
        checks.refuse(
            "UserPoolTier",
            "is LITE, which has no PasswordHistorySize, no SignInPolicy but PASSWORD and no \
             EMAIL_OTP",
        );
    }
    checks.require(
        tier == "PLUS" || pool.user_pool_add_ons.is_none(),
        "UserPoolAddOns",
        format!("is not allowed in the tier {tier}; PLUS has them"),
    );
}

fn messages(pool: &Properties, checks: &mut Checks) {
    let template = pool.verification_message_template.as_ref();
    for (property, message) in [
        (
            "SmsAuthenticationMessage",
            pool.sms_authentication_message.as_ref(),
        ),
        (
            "EmailAuthenticationMessage",
            pool.email_authentication_message.as_ref(),
        ),
        (
            "VerificationMessageTemplate.EmailMessage",
            template.and_then(|of| of.email_message.as_ref()),
        ),
        (
            "VerificationMessageTemplate.SmsMessage",
            template.and_then(|of| of.sms_message.as_ref()),
        ),
    ] {
        let has_code = |text: &String| text.contains("{####}") || !is_known(text);
        checks.require(
            message.is_none_or(has_code),
            property,
            "does not contain {####}, the place of the code",
        );
    }
}
