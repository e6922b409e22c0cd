//! Conversion between Cognito's shape of a client and the model's.

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::operation::create_user_pool_client::builders::CreateUserPoolClientFluentBuilder;
use aws_sdk_cognitoidentityprovider::operation::update_user_pool_client::builders::UpdateUserPoolClientFluentBuilder;
use aws_sdk_cognitoidentityprovider::types::{
    AnalyticsConfigurationType, ExplicitAuthFlowsType, FeatureType, OAuthFlowType,
    PreventUserExistenceErrorTypes, RefreshTokenRotationType, TimeUnitsType,
    TokenValidityUnitsType, UserPoolClientType,
};
use engine::DriverError;
use model::types::cognito::{
    AnalyticsConfiguration, RefreshTokenRotation, TokenValidityUnits, UserPoolClient,
};

use super::Properties;
use crate::cognito::client::{text, whole};

/// The default ways to sign in through the API.
const DEFAULT_FLOWS: &[&str] = &[
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_SRP_AUTH",
];

/// Fills in the defaults and sorts the sets.
pub(super) fn normalise(client: &mut Properties) {
    client.generate_secret.get_or_insert(false);
    client
        .allowed_oauth_flows_user_pool_client
        .get_or_insert(false);
    client.enable_token_revocation.get_or_insert(true);
    client
        .enable_propagate_additional_user_context_data
        .get_or_insert(false);
    client.auth_session_validity.get_or_insert(3);
    client
        .prevent_user_existence_errors
        .get_or_insert_with(|| "LEGACY".to_owned());
    validities(client);
    rotation(client);
    for set in [
        &mut client.allowed_oauth_flows,
        &mut client.allowed_oauth_scopes,
        &mut client.callback_urls,
        &mut client.logout_urls,
        &mut client.supported_identity_providers,
        &mut client.explicit_auth_flows,
        &mut client.read_attributes,
        &mut client.write_attributes,
    ] {
        set.sort();
        set.dedup();
    }
    if let Some(analytics) = &mut client.analytics_configuration {
        analytics.user_data_shared.get_or_insert(false);
    }
}

/// An hour, an hour and thirty days; 0 means the same.
fn validities(client: &mut Properties) {
    let units = client.token_validity_units.get_or_insert_default();
    for (validity, unit, default_unit, default) in [
        (
            &mut client.access_token_validity,
            &mut units.access_token,
            "hours",
            1,
        ),
        (
            &mut client.id_token_validity,
            &mut units.id_token,
            "hours",
            1,
        ),
        (
            &mut client.refresh_token_validity,
            &mut units.refresh_token,
            "days",
            30,
        ),
    ] {
        validity.take_if(|validity| *validity == 0);
        let unit = unit.get_or_insert_with(|| default_unit.to_owned());
        if unit == default_unit {
            validity.get_or_insert(default);
        }
    }
}

/// With rotation a used refresh token is exchanged for a new one, so the older way to use one is
/// off.
fn rotation(client: &mut Properties) {
    if let Some(rotation) = &mut client.refresh_token_rotation {
        rotation.retry_grace_period_seconds.get_or_insert(0);
    }
    let rotates = client
        .refresh_token_rotation
        .take_if(|rotation| rotation.feature == "DISABLED")
        .is_none()
        && client.refresh_token_rotation.is_some();
    if client.explicit_auth_flows.is_empty() {
        let flows = DEFAULT_FLOWS
            .iter()
            .filter(|flow| !rotates || **flow != "ALLOW_REFRESH_TOKEN_AUTH");
        client.explicit_auth_flows = flows.map(|flow| (*flow).to_owned()).collect();
    }
}

/// A client's properties.
pub(super) fn properties(pool_id: &str, client: &UserPoolClientType) -> Properties {
    let word = |word: Option<&str>| text(word);
    UserPoolClient {
        user_pool_id: pool_id.to_owned(),
        client_name: client.client_name().unwrap_or_default().to_owned(),
        generate_secret: Some(client.client_secret().is_some()),
        allowed_oauth_flows_user_pool_client: client.allowed_o_auth_flows_user_pool_client(),
        allowed_oauth_flows: client
            .allowed_o_auth_flows()
            .iter()
            .map(|flow| flow.as_str().to_owned())
            .collect(),
        allowed_oauth_scopes: client.allowed_o_auth_scopes().to_vec(),
        callback_urls: client.callback_urls().to_vec(),
        logout_urls: client.logout_urls().to_vec(),
        default_redirect_uri: text(client.default_redirect_uri()),
        supported_identity_providers: client.supported_identity_providers().to_vec(),
        explicit_auth_flows: client
            .explicit_auth_flows()
            .iter()
            .map(|flow| flow.as_str().to_owned())
            .collect(),
        access_token_validity: client.access_token_validity(),
        id_token_validity: client.id_token_validity(),
        refresh_token_validity: Some(client.refresh_token_validity()),
        token_validity_units: client
            .token_validity_units()
            .map(|units| TokenValidityUnits {
                access_token: word(units.access_token().map(TimeUnitsType::as_str)),
                id_token: word(units.id_token().map(TimeUnitsType::as_str)),
                refresh_token: word(units.refresh_token().map(TimeUnitsType::as_str)),
            }),
        refresh_token_rotation: client.refresh_token_rotation().map(|rotation| {
            RefreshTokenRotation {
                feature: rotation.feature().as_str().to_owned(),
                retry_grace_period_seconds: rotation.retry_grace_period_seconds(),
            }
        }),
        enable_token_revocation: client.enable_token_revocation(),
        prevent_user_existence_errors: word(
            client
                .prevent_user_existence_errors()
                .map(PreventUserExistenceErrorTypes::as_str),
        ),
        auth_session_validity: client.auth_session_validity(),
        enable_propagate_additional_user_context_data: client
            .enable_propagate_additional_user_context_data(),
        read_attributes: client.read_attributes().to_vec(),
        write_attributes: client.write_attributes().to_vec(),
        analytics_configuration: client.analytics_configuration().map(|analytics| {
            AnalyticsConfiguration {
                application_arn: text(analytics.application_arn()),
                application_id: text(analytics.application_id()),
                external_id: text(analytics.external_id()),
                role_arn: text(analytics.role_arn()),
                user_data_shared: Some(analytics.user_data_shared),
            }
        }),
    }
}

/// The call that creates a client.
pub(super) fn creation(
    client: &Client,
    desired: &Properties,
) -> Result<CreateUserPoolClientFluentBuilder, DriverError> {
    let some = |set: &[String]| (!set.is_empty()).then(|| set.to_vec());
    Ok(client
        .create_user_pool_client()
        .user_pool_id(&desired.user_pool_id)
        .client_name(&desired.client_name)
        .set_generate_secret(desired.generate_secret)
        .set_allowed_o_auth_flows_user_pool_client(desired.allowed_oauth_flows_user_pool_client)
        .set_allowed_o_auth_flows(
            some(&desired.allowed_oauth_flows)
                .as_deref()
                .map(oauth_flows),
        )
        .set_allowed_o_auth_scopes(some(&desired.allowed_oauth_scopes))
        .set_callback_urls(some(&desired.callback_urls))
        .set_logout_urls(some(&desired.logout_urls))
        .set_default_redirect_uri(desired.default_redirect_uri.clone())
        .set_supported_identity_providers(some(&desired.supported_identity_providers))
        .set_explicit_auth_flows(Some(auth_flows(desired)))
        .set_access_token_validity(desired.access_token_validity)
        .set_id_token_validity(desired.id_token_validity)
        .set_refresh_token_validity(desired.refresh_token_validity)
        .set_token_validity_units(desired.token_validity_units.as_ref().map(units))
        .set_refresh_token_rotation(
            desired
                .refresh_token_rotation
                .as_ref()
                .map(rotates)
                .transpose()?,
        )
        .set_enable_token_revocation(desired.enable_token_revocation)
        .set_prevent_user_existence_errors(existence(desired))
        .set_auth_session_validity(desired.auth_session_validity)
        .set_enable_propagate_additional_user_context_data(
            desired.enable_propagate_additional_user_context_data,
        )
        .set_read_attributes(some(&desired.read_attributes))
        .set_write_attributes(some(&desired.write_attributes))
        .set_analytics_configuration(desired.analytics_configuration.as_ref().map(analytics)))
}

/// The call that writes a whole client. Omitted members are reset to their defaults; an equivalent
/// empty set is sent, since an emulator keeps omitted members.
pub(super) fn change(
    client: &Client,
    id: &str,
    desired: &Properties,
    touches: impl Fn(&str) -> bool,
) -> Result<UpdateUserPoolClientFluentBuilder, DriverError> {
    let some = |set: &[String]| (!set.is_empty()).then(|| set.to_vec());
    let set = |property: &str, set: &[String]| {
        (!set.is_empty() || touches(property)).then(|| set.to_vec())
    };
    Ok(client
        .update_user_pool_client()
        .user_pool_id(&desired.user_pool_id)
        .client_id(id)
        .client_name(&desired.client_name)
        .set_allowed_o_auth_flows_user_pool_client(desired.allowed_oauth_flows_user_pool_client)
        .set_allowed_o_auth_flows(
            set("AllowedOAuthFlows", &desired.allowed_oauth_flows)
                .as_deref()
                .map(oauth_flows),
        )
        .set_allowed_o_auth_scopes(set("AllowedOAuthScopes", &desired.allowed_oauth_scopes))
        .set_callback_urls(set("CallbackURLs", &desired.callback_urls))
        .set_logout_urls(set("LogoutURLs", &desired.logout_urls))
        .set_default_redirect_uri(desired.default_redirect_uri.clone())
        .set_supported_identity_providers(set(
            "SupportedIdentityProviders",
            &desired.supported_identity_providers,
        ))
        .set_explicit_auth_flows(Some(auth_flows(desired)))
        .set_access_token_validity(desired.access_token_validity)
        .set_id_token_validity(desired.id_token_validity)
        .set_refresh_token_validity(desired.refresh_token_validity)
        .set_token_validity_units(desired.token_validity_units.as_ref().map(units))
        .set_refresh_token_rotation(
            desired
                .refresh_token_rotation
                .as_ref()
                .map(rotates)
                .transpose()?,
        )
        .set_enable_token_revocation(desired.enable_token_revocation)
        .set_prevent_user_existence_errors(existence(desired))
        .set_auth_session_validity(desired.auth_session_validity)
        .set_enable_propagate_additional_user_context_data(
            desired.enable_propagate_additional_user_context_data,
        )
        .set_read_attributes(some(&desired.read_attributes))
        .set_write_attributes(some(&desired.write_attributes))
        .set_analytics_configuration(desired.analytics_configuration.as_ref().map(analytics)))
}

fn oauth_flows(flows: &[String]) -> Vec<OAuthFlowType> {
    flows
        .iter()
        .map(|flow| OAuthFlowType::from(flow.as_str()))
        .collect()
}

fn auth_flows(desired: &Properties) -> Vec<ExplicitAuthFlowsType> {
    desired
        .explicit_auth_flows
        .iter()
        .map(|flow| ExplicitAuthFlowsType::from(flow.as_str()))
        .collect()
}

fn existence(desired: &Properties) -> Option<PreventUserExistenceErrorTypes> {
    desired
        .prevent_user_existence_errors
        .as_deref()
        .map(PreventUserExistenceErrorTypes::from)
}

fn units(units: &TokenValidityUnits) -> TokenValidityUnitsType {
    let unit = |unit: &Option<String>| unit.as_deref().map(TimeUnitsType::from);
    TokenValidityUnitsType::builder()
        .set_access_token(unit(&units.access_token))
        .set_id_token(unit(&units.id_token))
        .set_refresh_token(unit(&units.refresh_token))
        .build()
}

fn rotates(rotation: &RefreshTokenRotation) -> Result<RefreshTokenRotationType, DriverError> {
    whole(
        RefreshTokenRotationType::builder()
            .feature(FeatureType::from(rotation.feature.as_str()))
            .set_retry_grace_period_seconds(rotation.retry_grace_period_seconds)
            .build(),
    )
}

fn analytics(analytics: &AnalyticsConfiguration<String>) -> AnalyticsConfigurationType {
    AnalyticsConfigurationType::builder()
        .set_application_arn(analytics.application_arn.clone())
        .set_application_id(analytics.application_id.clone())
        .set_external_id(analytics.external_id.clone())
        .set_role_arn(analytics.role_arn.clone())
        .set_user_data_shared(analytics.user_data_shared)
        .build()
}
