//! What AWS refuses and emulators accept, checked before any call.
//!
//! Sources: the service model of Cognito's user pools (lengths, alphabets, ranges) and the
//! developer guide (what a tier has, what a second factor needs, what a prefix may not say).

use engine::DriverError;
use model::types::cognito::{SchemaAttribute, TokenValidityUnits};

use super::user_pool::is_standard;
use super::{branding, client, domain, group, user_pool};

type Checked = Result<(), DriverError>;

pub(super) fn user_pool(pool: &user_pool::Properties) -> Checked {
    name("a user pool's name", &pool.user_pool_name)?;
    one_of(
        "UserPoolTier",
        pool.user_pool_tier.as_ref(),
        &["LITE", "ESSENTIALS", "PLUS"],
    )?;
    one_of(
        "DeletionProtection",
        pool.deletion_protection.as_ref(),
        &["ACTIVE", "INACTIVE"],
    )?;
    pool.username_attributes
        .iter()
        .try_for_each(|of| one_of("UsernameAttributes", Some(of), &["email", "phone_number"]))?;
    let aliases = ["email", "phone_number", "preferred_username"];
    pool.alias_attributes
        .iter()
        .try_for_each(|of| one_of("AliasAttributes", Some(of), &aliases))?;
    if !pool.username_attributes.is_empty() && !pool.alias_attributes.is_empty() {
        return refuse("a user pool has UsernameAttributes or AliasAttributes, not both");
    }
    pool.schema.iter().try_for_each(attribute)?;
    password(pool)?;
    second_factors(pool)?;
    tier(pool)?;
    messages(pool)
}

fn attribute(attribute: &SchemaAttribute) -> Checked {
    let SchemaAttribute { name, .. } = attribute;
    if is_standard(name) {
        return if name == "sub" {
            refuse("the attribute `sub` is Cognito's own")
        } else {
            Ok(())
        };
    }
    length(
        &format!("the name of the custom attribute `{name}`"),
        name,
        1,
        20,
    )?;
    let kinds = ["String", "Number", "DateTime", "Boolean"];
    one_of(
        "AttributeDataType",
        attribute.attribute_data_type.as_ref(),
        &kinds,
    )?;
    if attribute.required == Some(true) {
        return refuse(format!(
            "the custom attribute `{name}` cannot be required: only standard ones can"
        ));
    }
    Ok(())
}

fn password(pool: &user_pool::Properties) -> Checked {
    let Some(policy) = pool
        .policies
        .as_ref()
        .and_then(|policies| policies.password_policy.as_ref())
    else {
        return Ok(());
    };
    range("MinimumLength", policy.minimum_length, 6, 99)?;
    range("PasswordHistorySize", policy.password_history_size, 0, 24)?;
    range(
        "TemporaryPasswordValidityDays",
        policy.temporary_password_validity_days,
        0,
        365,
    )
}

fn second_factors(pool: &user_pool::Properties) -> Checked {
    one_of(
        "MfaConfiguration",
        pool.mfa_configuration.as_ref(),
        &["OFF", "ON", "OPTIONAL"],
    )?;
    let factors = ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"];
    pool.enabled_mfas
        .iter()
        .try_for_each(|factor| one_of("EnabledMfas", Some(factor), &factors))?;
    let has = |factor: &str| pool.enabled_mfas.iter().any(|enabled| enabled == factor);
    if (pool.mfa_configuration.as_deref() == Some("OFF")) != pool.enabled_mfas.is_empty() {
        return refuse("a user pool has EnabledMfas exactly when its MfaConfiguration is not OFF");
    }
    if has("SMS_MFA") && pool.sms_configuration.is_none() {
        return refuse("SMS_MFA needs an SmsConfiguration");
    }
    let sender = pool
        .email_configuration
        .as_ref()
        .and_then(|email| email.email_sending_account.as_deref());
    if has("EMAIL_OTP") && sender != Some("DEVELOPER") {
        return refuse(
            "EMAIL_OTP needs an EmailConfiguration whose EmailSendingAccount is DEVELOPER",
        );
    }
    if !has("EMAIL_OTP")
        && (pool.email_authentication_message.is_some()
            || pool.email_authentication_subject.is_some())
    {
        return refuse(
            "EmailAuthenticationMessage and EmailAuthenticationSubject need EMAIL_OTP in EnabledMfas",
        );
    }
    one_of(
        "WebAuthnUserVerification",
        pool.web_authn_user_verification.as_ref(),
        &["required", "preferred"],
    )?;
    let factors = ["SINGLE_FACTOR", "MULTI_FACTOR_WITH_USER_VERIFICATION"];
    one_of(
        "WebAuthnFactorConfiguration",
        pool.web_authn_factor_configuration.as_ref(),
        &factors,
    )
}

fn tier(pool: &user_pool::Properties) -> Checked {
    let tier = pool.user_pool_tier.as_deref().unwrap_or("ESSENTIALS");
    let policies = pool.policies.as_ref();
    let history = policies
        .and_then(|policies| policies.password_policy.as_ref()?.password_history_size)
        .unwrap_or(0);
    let factors = policies.and_then(|policies| policies.sign_in_policy.as_ref());
    let passwords_only =
        factors.is_none_or(|policy| policy.allowed_first_auth_factors == ["PASSWORD"]);
    let email_codes = pool.enabled_mfas.iter().any(|factor| factor == "EMAIL_OTP");
    if tier == "LITE" && (history > 0 || !passwords_only || email_codes) {
        return refuse(
            "the tier LITE has no PasswordHistorySize, no SignInPolicy but PASSWORD and no EMAIL_OTP",
        );
    }
    if let Some(policy) = factors
        && !policy
            .allowed_first_auth_factors
            .iter()
            .any(|factor| factor == "PASSWORD")
    {
        return refuse("AllowedFirstAuthFactors has PASSWORD");
    }
    if tier != "PLUS" && pool.user_pool_add_ons.is_some() {
        return refuse(format!("the tier {tier} has no UserPoolAddOns: PLUS has"));
    }
    Ok(())
}

fn messages(pool: &user_pool::Properties) -> Checked {
    let template = pool.verification_message_template.as_ref();
    let code = |what: &str, message: Option<&String>, most: usize| match message {
        Some(message) if !message.contains("{####}") => {
            refuse(format!("{what} has {{####}} where the code goes"))
        }
        Some(message) => length(what, message, 6, most),
        None => Ok(()),
    };
    code(
        "SmsAuthenticationMessage",
        pool.sms_authentication_message.as_ref(),
        140,
    )?;
    code(
        "EmailAuthenticationMessage",
        pool.email_authentication_message.as_ref(),
        20_000,
    )?;
    code(
        "an EmailMessage",
        template.and_then(|of| of.email_message.as_ref()),
        20_000,
    )?;
    code(
        "an SmsMessage",
        template.and_then(|of| of.sms_message.as_ref()),
        140,
    )?;
    let sending = pool.email_configuration.as_ref();
    let by_ses =
        sending.is_some_and(|email| email.email_sending_account.as_deref() == Some("DEVELOPER"));
    if by_ses && sending.is_some_and(|email| email.source_arn.is_none()) {
        return refuse(
            "an EmailConfiguration whose EmailSendingAccount is DEVELOPER has a SourceArn",
        );
    }
    Ok(())
}

pub(super) fn client(client: &client::Properties) -> Checked {
    name("a user pool client's name", &client.client_name)?;
    let count = |what: &str, urls: &[String]| {
        if urls.len() > 100 {
            refuse(format!("a user pool client has at most 100 {what}"))
        } else {
            Ok(())
        }
    };
    count("CallbackURLs", &client.callback_urls)?;
    count("LogoutURLs", &client.logout_urls)?;
    client
        .callback_urls
        .iter()
        .chain(&client.logout_urls)
        .try_for_each(|of| url(of))?;
    if client
        .default_redirect_uri
        .as_ref()
        .is_some_and(|default| !client.callback_urls.contains(default))
    {
        return refuse("DefaultRedirectURI is one of the CallbackURLs");
    }
    oauth(client)?;
    rotation(client)?;
    validities(client)?;
    range("AuthSessionValidity", client.auth_session_validity, 3, 15)?;
    one_of(
        "PreventUserExistenceErrors",
        client.prevent_user_existence_errors.as_ref(),
        &["ENABLED", "LEGACY"],
    )
}

/// Plain `http` is for `localhost` and the names below it alone, or for an application's own
/// scheme.
fn url(url: &str) -> Checked {
    let Some(rest) = url.strip_prefix("http://") else {
        return Ok(());
    };
    let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
    if ["localhost", "127.0.0.1", "[::1]"].contains(&host) || host.ends_with(".localhost") {
        return Ok(());
    }
    refuse(format!("`{url}` is not https, which only localhost may be"))
}

fn oauth(client: &client::Properties) -> Checked {
    let flows = ["code", "implicit", "client_credentials"];
    client
        .allowed_oauth_flows
        .iter()
        .try_for_each(|flow| one_of("AllowedOAuthFlows", Some(flow), &flows))?;
    let on = client.allowed_oauth_flows_user_pool_client == Some(true);
    if on && (client.allowed_oauth_flows.is_empty() || client.allowed_oauth_scopes.is_empty()) {
        return refuse(
            "AllowedOAuthFlowsUserPoolClient needs AllowedOAuthFlows and AllowedOAuthScopes",
        );
    }
    let credentials = client
        .allowed_oauth_flows
        .iter()
        .any(|flow| flow == "client_credentials");
    if credentials && (client.allowed_oauth_flows.len() > 1 || client.generate_secret != Some(true))
    {
        return refuse("the flow client_credentials stands alone, and its client has a secret");
    }
    Ok(())
}

fn rotation(client: &client::Properties) -> Checked {
    let Some(rotation) = &client.refresh_token_rotation else {
        return Ok(());
    };
    one_of(
        "RefreshTokenRotation.Feature",
        Some(&rotation.feature),
        &["ENABLED", "DISABLED"],
    )?;
    range(
        "RetryGracePeriodSeconds",
        rotation.retry_grace_period_seconds,
        0,
        60,
    )?;
    if client
        .explicit_auth_flows
        .iter()
        .any(|flow| flow == "ALLOW_REFRESH_TOKEN_AUTH")
    {
        return refuse(
            "a client with RefreshTokenRotation has no ALLOW_REFRESH_TOKEN_AUTH in ExplicitAuthFlows",
        );
    }
    Ok(())
}

fn validities(client: &client::Properties) -> Checked {
    const HOUR: i64 = 3_600;
    const DAY: i64 = 24 * HOUR;
    let none = TokenValidityUnits::default();
    let units = client.token_validity_units.as_ref().unwrap_or(&none);
    for (what, validity, unit, least, most) in [
        (
            "AccessTokenValidity",
            client.access_token_validity,
            &units.access_token,
            300,
            DAY,
        ),
        (
            "IdTokenValidity",
            client.id_token_validity,
            &units.id_token,
            300,
            DAY,
        ),
        (
            "RefreshTokenValidity",
            client.refresh_token_validity,
            &units.refresh_token,
            HOUR,
            3_650 * DAY,
        ),
    ] {
        let unit = unit.as_deref().unwrap_or_default();
        let seconds = match unit {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => HOUR,
            "days" => DAY,
            _ => {
                return refuse(format!(
                    "the unit of {what} is seconds, minutes, hours or days, not `{unit}`"
                ));
            }
        };
        let Some(validity) = validity else {
            return refuse(format!("{what} is stated where its unit is"));
        };
        if !(least..=most).contains(&(i64::from(validity) * seconds)) {
            return refuse(format!(
                "{what} is from {least} to {most} seconds, not {validity} {unit}"
            ));
        }
    }
    Ok(())
}

pub(super) fn domain(domain: &domain::Properties) -> Checked {
    if !matches!(domain.managed_login_version, Some(1 | 2)) {
        return refuse("ManagedLoginVersion is 1 or 2");
    }
    let name = &domain.domain;
    if domain.custom_domain_config.is_some() {
        return if name.contains('.') {
            Ok(())
        } else {
            refuse(format!("the custom domain `{name}` is a whole name"))
        };
    }
    length("a domain's prefix", name, 1, 63)?;
    let alphabet = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.chars().all(alphabet) || name.starts_with('-') || name.ends_with('-') {
        return refuse(format!(
            "the prefix `{name}` may have small letters, digits and, within, - only"
        ));
    }
    match ["aws", "amazon", "cognito"]
        .iter()
        .find(|word| name.contains(**word))
    {
        Some(word) => refuse(format!(
            "the prefix `{name}` has `{word}` in it, which Cognito reserves"
        )),
        None => Ok(()),
    }
}

pub(super) fn group(group: &group::Properties) -> Checked {
    length("a group's name", &group.group_name, 1, 128)?;
    if group.group_name.chars().any(char::is_whitespace) {
        return refuse(format!(
            "the group's name `{}` may have no spaces",
            group.group_name
        ));
    }
    length(
        "a group's Description",
        group.description.as_deref().unwrap_or_default(),
        0,
        2048,
    )?;
    range("Precedence", group.precedence, 0, i32::MAX)
}

pub(super) fn branding(style: &branding::Properties) -> Checked {
    let custom = style.settings.is_some() || !style.assets.is_empty();
    if custom == (style.use_cognito_provided_values == Some(true)) {
        return refuse(
            "a style has Settings and Assets exactly when UseCognitoProvidedValues is not true",
        );
    }
    if style.assets.len() > 40 {
        return refuse("a style has at most 40 Assets");
    }
    Ok(())
}

fn name(what: &str, name: &str) -> Checked {
    length(what, name, 1, 128)?;
    let alphabet = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_+=,.@-".contains(c);
    if name.chars().all(alphabet) {
        return Ok(());
    }
    refuse(format!(
        "{what} may have letters, digits, spaces and _+=,.@- only; `{name}` has others"
    ))
}

fn range(what: &str, value: Option<i32>, least: i32, most: i32) -> Checked {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            refuse(format!("{what} is from {least} to {most}, not {value}"))
        }
        _ => Ok(()),
    }
}

fn length(what: &str, text: &str, least: usize, most: usize) -> Checked {
    let long = text.chars().count();
    if (least..=most).contains(&long) {
        return Ok(());
    }
    refuse(format!(
        "{what} has {least} to {most} characters, not {long}"
    ))
}

fn one_of(what: &str, value: Option<&String>, values: &[&str]) -> Checked {
    match value {
        Some(value) if !values.contains(&value.as_str()) => refuse(format!(
            "{what} is one of {}, not `{value}`",
            values.join(", ")
        )),
        _ => Ok(()),
    }
}

fn refuse(message: impl Into<String>) -> Checked {
    Err(DriverError::Invalid(message.into()))
}
