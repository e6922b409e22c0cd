use super::*;
use crate::cognito::{Brandings, Clients, Domains, Groups, UserPools};

/// Creates with `base` and `members` against a Cognito that answers nothing: what is refused is
/// refused without a call.
async fn refused<D: ResourceDriver>(new: impl Fn(&Account) -> D, base: &Value, members: &[Value]) {
    for members in members {
        let fake = FakeAws::default();
        let mut properties = base.clone();
        for (name, value) in members.as_object().unwrap() {
            properties[name] = value.clone();
        }
        let error = driver(&fake, &new)
            .create(&properties, &tags("it"))
            .await
            .unwrap_err();
        assert!(
            matches!(error, DriverError::Invalid(_)),
            "{members}: {error}"
        );
        assert!(fake.requests().is_empty(), "{members}");
    }
}

#[tokio::test]
async fn what_cognito_refuses_of_a_pool_is_refused_before_any_call() {
    let members = [
        json!({"UserPoolName": "a/b"}),
        json!({"UserPoolName": "x".repeat(129)}),
        json!({"UserPoolTier": "FREE"}),
        json!({"UsernameAttributes": ["name"]}),
        json!({"UsernameAttributes": ["email"], "AliasAttributes": ["email"]}),
        json!({"Schema": [{"Name": "a-name-that-is-too-long"}]}),
        json!({"Schema": [{"Name": "team", "Required": true}]}),
        json!({"Schema": [{"Name": "sub", "Mutable": true}]}),
        json!({"Policies": {"PasswordPolicy": {"MinimumLength": 5}}}),
        json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["EMAIL_OTP"]}}}),
        json!({"MfaConfiguration": "ON"}),
        json!({"EnabledMfas": ["SOFTWARE_TOKEN_MFA"]}),
        json!({"MfaConfiguration": "ON", "EnabledMfas": ["SMS_MFA"]}),
        json!({"MfaConfiguration": "ON", "EnabledMfas": ["EMAIL_OTP"]}),
        json!({"EmailAuthenticationSubject": "Code"}),
        json!({"WebAuthnUserVerification": "never"}),
        json!({"UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}}),
        json!({"UserPoolTier": "LITE", "Policies": {"PasswordPolicy": {"PasswordHistorySize": 3}}}),
        json!({"SmsAuthenticationMessage": "no code"}),
        json!({"EmailConfiguration": {"EmailSendingAccount": "DEVELOPER"}}),
    ];
    refused(UserPools::new, &json!({"UserPoolName": "acme"}), &members).await;
}

#[tokio::test]
async fn what_cognito_refuses_of_a_client_is_refused_before_any_call() {
    let members = [
        json!({"ClientName": ""}),
        json!({"CallbackURLs": ["http://acme.example/"]}),
        json!({"CallbackURLs": (0..101).map(|n| format!("https://a.example/{n}")).collect::<Vec<_>>()}),
        json!({"DefaultRedirectURI": "https://acme.example/"}),
        json!({"AllowedOAuthFlowsUserPoolClient": true}),
        json!({"AllowedOAuthFlows": ["client_credentials"]}),
        json!({"RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 61}}),
        json!({"RefreshTokenRotation": {"Feature": "ENABLED"}, "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]}),
        json!({"AccessTokenValidity": 25}),
        json!({"IdTokenValidity": 4, "TokenValidityUnits": {"IdToken": "minutes"}}),
        json!({"TokenValidityUnits": {"IdToken": "minutes"}}),
        json!({"TokenValidityUnits": {"IdToken": "weeks"}, "IdTokenValidity": 1}),
        json!({"AuthSessionValidity": 16}),
        json!({"PreventUserExistenceErrors": "YES"}),
    ];
    refused(
        Clients::new,
        &json!({"UserPoolId": "p", "ClientName": "acme"}),
        &members,
    )
    .await;
}

#[tokio::test]
async fn what_cognito_refuses_of_the_rest_is_refused_before_any_call() {
    let certificate = json!({"CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/a"});
    let members = [
        json!({"Domain": "Acme"}),
        json!({"Domain": "acme-"}),
        json!({"Domain": "my-cognito"}),
        json!({"Domain": "acme.example"}),
        json!({"Domain": "acme", "CustomDomainConfig": certificate}),
        json!({"ManagedLoginVersion": 3}),
    ];
    refused(
        Domains::new,
        &json!({"UserPoolId": "p", "Domain": "acme"}),
        &members,
    )
    .await;
    let members = [
        json!({"GroupName": "the admins"}),
        json!({"Precedence": -1}),
        json!({"Description": "x".repeat(2049)}),
    ];
    refused(
        Groups::new,
        &json!({"UserPoolId": "p", "GroupName": "admins"}),
        &members,
    )
    .await;
    let members = [
        json!({"UseCognitoProvidedValues": false}),
        json!({"UseCognitoProvidedValues": true, "Settings": {"a": 1}}),
    ];
    refused(
        Brandings::new,
        &json!({"UserPoolId": "p", "ClientId": "c"}),
        &members,
    )
    .await;
}
