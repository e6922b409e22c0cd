use super::{Properties, UserPools};
use crate::cognito::testing::*;
use crate::kit::left::assert_left;

const TRUST: &str = r#"{"__type":"InvalidSmsRoleTrustRelationshipException",
    "message":"Role does not have a trust relationship allowing Cognito to assume the role"}"#;
const NO_MFA: &str = r#"{"MfaConfiguration":"OFF"}"#;

fn named() -> Value {
    json!({"UserPoolName": "acme-test"})
}

fn with(members: &Value) -> Value {
    let mut pool = named();
    for (name, value) in members.as_object().unwrap() {
        pool[name] = value.clone();
    }
    pool
}

fn live_pool(driver: &Untyped<UserPools>, properties: &Value) -> Live {
    Live {
        id: "p".to_owned(),
        ..live(driver, (Properties::ID, "p"), "pool", properties)
    }
}

#[tokio::test]
async fn before_the_index_shows_it_a_pool_is_found_by_name_on_the_second_page() {
    let fake = FakeAws::new([
        ("GetResources", 200, NO_HINTS),
        (
            "ListUserPools",
            200,
            r#"{"UserPools":[{"Id":"o","Name":"other"}],"NextToken":"more"}"#,
        ),
        (
            "ListUserPools",
            200,
            r#"{"UserPools":[{"Id":"x","Name":"acme-test"},{"Id":"p","Name":"acme-test"}]}"#,
        ),
        (
            "DescribeUserPool {\"UserPoolId\":\"x\"",
            200,
            r#"{"UserPool":{"Id":"x","Name":"acme-test"}}"#,
        ),
        ("DescribeUserPool {\"UserPoolId\":\"p\"", 200, POOL),
        ("GetUserPoolMfaConfig", 200, NO_MFA),
    ]);
    let driver = driver(&fake, UserPools::new);
    let live = read(&driver, "pool", &named()).await.unwrap();
    assert_eq!(live.id, "p");
    assert_eq!(
        live.attributes[Properties::PROVIDER_URL.name],
        "https://cognito-idp.eu-west-1.amazonaws.com/p"
    );
    assert_eq!(
        live.attributes[Properties::PROVIDER_NAME.name],
        "cognito-idp.eu-west-1.amazonaws.com/p"
    );
    assert_eq!(
        live.attributes[Properties::ARN.name],
        "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/p"
    );
    assert!(live.tags.is_read());
    fake.assert_used();
}

#[tokio::test]
async fn what_the_index_shows_is_asked_for_itself() {
    let fake = FakeAws::new([
        ("GetResources", 200, HINT),
        ("DescribeUserPool", 400, GONE),
        ("ListUserPools", 200, r#"{"UserPools":[]}"#),
    ]);
    assert!(
        read(&driver(&fake, UserPools::new), "pool", &named())
            .await
            .is_none()
    );
    fake.assert_used();
    let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    let fake = FakeAws::new([
        ("GetResources", 200, HINT),
        ("DescribeUserPool", 400, denied),
    ]);
    let driver = driver(&fake, UserPools::new);
    let error = driver
        .read(&wanted("pool", &named()), &ReadCache::default())
        .await
        .unwrap_err();
    assert!(error.is("AccessDeniedException"));
}

/// Cognito's answer for a pool that was created with a name alone.
#[tokio::test]
async fn a_pool_of_a_name_alone_has_nothing_to_change() {
    let texts = [
        "name",
        "given_name",
        "email",
        "phone_number",
        "address",
        "locale",
    ];
    let mut schema: Vec<Value> = texts
        .iter()
        .map(|name| {
            json!({"Name": name, "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true,
                "Required": false, "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "2048"}})
        })
        .collect();
    schema.push(json!({"Name": "sub", "AttributeDataType": "String", "DeveloperOnlyAttribute": false,
        "Mutable": false, "Required": true, "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "2048"}}));
    schema.push(json!({"Name": "birthdate", "AttributeDataType": "String", "DeveloperOnlyAttribute": false,
        "Mutable": true, "Required": false, "StringAttributeConstraints": {"MinLength": "10", "MaxLength": "10"}}));
    schema.push(
        json!({"Name": "updated_at", "AttributeDataType": "Number", "DeveloperOnlyAttribute": false,
        "Mutable": true, "Required": false, "NumberAttributeConstraints": {"MinValue": "0"}}),
    );
    schema.push(json!({"Name": "email_verified", "AttributeDataType": "Boolean", "DeveloperOnlyAttribute": false,
        "Mutable": true, "Required": false}));
    schema.push(
        json!({"Name": "identities", "AttributeDataType": "String", "DeveloperOnlyAttribute": false,
        "Mutable": true, "Required": false, "StringAttributeConstraints": {}}),
    );
    let pool = pool_of(&json!({
        "Policies": {
            "PasswordPolicy": {"MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true,
                "RequireNumbers": true, "RequireSymbols": true, "TemporaryPasswordValidityDays": 7},
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
        },
        "DeletionProtection": "INACTIVE",
        "LambdaConfig": {},
        "SchemaAttributes": schema,
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
        "MfaConfiguration": "OFF",
        "EstimatedNumberOfUsers": 0,
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"},
            {"Priority": 2, "Name": "verified_phone_number"}]},
        "UserPoolTier": "ESSENTIALS",
    }));
    let fake = FakeAws::new([
        ("GetResources", 200, HINT),
        ("DescribeUserPool", 200, &pool),
        ("GetUserPoolMfaConfig", 200, NO_MFA),
    ]);
    let driver = driver(&fake, UserPools::new);
    let live = read(&driver, "pool", &named()).await.unwrap();
    assert_eq!(
        driver.compare(&live, &named()).unwrap().changes,
        Changes::default()
    );
}

#[tokio::test]
async fn second_factors_and_what_cognito_adds_read_back_as_they_are_stated() {
    let arn = "arn:aws:lambda:eu-west-1:111122223333:function:f";
    let role = "arn:aws:iam::111122223333:role/sms";
    let pool = pool_of(&json!({
        "LambdaConfig": {"PreTokenGeneration": arn,
            "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": arn}},
        "SmsConfiguration": {"SnsCallerArn": role, "SnsRegion": "eu-west-1"},
        "SchemaAttributes": [{"Name": "custom:team", "AttributeDataType": "String", "DeveloperOnlyAttribute": false,
            "Mutable": false, "Required": false, "StringAttributeConstraints": {}}],
    }));
    let mfa = json!({"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "SmsMfaConfiguration": {"SmsConfiguration": {"SnsCallerArn": role}},
        "EmailMfaConfiguration": {"Message": "It is {####}"}, "WebAuthnConfiguration": {"UserVerification": "required"}});
    let fake = FakeAws::new([
        ("GetResources", 200, HINT),
        ("DescribeUserPool", 200, &pool),
        ("GetUserPoolMfaConfig", 200, &mfa.to_string()),
    ]);
    let stated = with(&json!({
        "LambdaConfig": {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": arn}},
        "SmsConfiguration": {"SnsCallerArn": role},
        "Schema": [{"Name": "team"}],
        "MfaConfiguration": "OPTIONAL",
        "EnabledMfas": ["SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "SMS_MFA"],
        "EmailAuthenticationMessage": "It is {####}",
        "WebAuthnUserVerification": "required",
    }));
    let driver = driver(&fake, UserPools::new);
    let live = read(&driver, "pool", &stated).await.unwrap();
    assert_eq!(
        driver.compare(&live, &stated).unwrap().changes,
        Changes::default()
    );
}

#[tokio::test(start_paused = true)]
async fn a_role_that_cognito_does_not_see_yet_is_waited_for_and_factors_come_second() {
    let fake = FakeAws::new([
        ("GetResources", 200, NO_HINTS),
        ("ListUserPools", 200, r#"{"UserPools":[]}"#),
        ("CreateUserPool", 400, TRUST),
        ("CreateUserPool", 400, TRUST),
        ("CreateUserPool", 200, POOL),
        ("SetUserPoolMfaConfig", 400, CONCURRENT),
        ("SetUserPoolMfaConfig", 200, "{}"),
    ]);
    let driver = driver(&fake, UserPools::new);
    let desired = with(&json!({
        "MfaConfiguration": "ON", "EnabledMfas": ["SMS_MFA"],
        "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::111122223333:role/sms", "ExternalId": "acme"},
    }));
    create(&driver, "pool", &desired).await.unwrap();
    let created = sent(&fake, "CreateUserPool");
    assert_eq!(created["UserPoolTags"]["frontage:address"], "test/pool");
    assert_eq!(created.get("MfaConfiguration"), None);
    let mfa = sent(&fake, "SetUserPoolMfaConfig");
    assert_eq!(mfa["MfaConfiguration"], "ON");
    assert_eq!(
        mfa["SmsMfaConfiguration"]["SmsConfiguration"]["ExternalId"],
        "acme"
    );
    assert_eq!(
        mfa["SoftwareTokenMfaConfiguration"],
        json!({"Enabled": false})
    );
    fake.assert_used();
}

#[tokio::test]
async fn an_update_says_everything_and_keeps_what_the_model_does_not_know() {
    let now = pool_of(&json!({"IssuerConfiguration": {"Type": "UNIFIED"},
        "UserPoolTags": {"frontage:system": "acme", "frontage:fingerprint:client": "f", "aws:x": "y", "team": "web"}}));
    let fake = FakeAws::new([
        ("DescribeUserPool", 200, now.as_str()),
        ("UpdateUserPool", 200, "{}"),
    ]);
    let driver = driver(&fake, UserPools::new);
    let all = json!({
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]},
        "AutoVerifiedAttributes": ["email"],
        "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true},
        "LambdaConfig": {"PreSignUp": "arn:f"},
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    });
    let mut protected = all.clone();
    protected["DeletionProtection"] = json!("ACTIVE");
    let live = live_pool(&driver, &with(&all));
    update(&driver, &live, &with(&protected)).await.unwrap();
    let update = sent(&fake, "UpdateUserPool");
    assert_eq!(update["DeletionProtection"], "ACTIVE");
    assert_eq!(
        update["AccountRecoverySetting"],
        all["AccountRecoverySetting"]
    );
    assert_eq!(update["AutoVerifiedAttributes"], json!(["email"]));
    assert_eq!(
        update["DeviceConfiguration"]["ChallengeRequiredOnNewDevice"],
        true
    );
    assert_eq!(update["LambdaConfig"]["PreSignUp"], "arn:f");
    assert_eq!(
        update["UserAttributeUpdateSettings"],
        all["UserAttributeUpdateSettings"]
    );
    assert_eq!(update["Policies"]["PasswordPolicy"]["MinimumLength"], 8);
    assert_eq!(update["UserPoolTier"], "ESSENTIALS");
    assert_eq!(update["MfaConfiguration"], "OFF");
    assert_eq!(update["IssuerConfiguration"], json!({"Type": "UNIFIED"}));
    let tags =
        json!({"frontage:system": "acme", "frontage:fingerprint:client": "f", "team": "web"});
    assert_eq!(update["UserPoolTags"], tags);
    assert_eq!(update.get("PoolName"), None);
    assert_eq!(update.get("UserPoolAddOns"), None);
}

#[tokio::test]
async fn what_is_no_longer_stated_goes() {
    let fake = FakeAws::new([
        ("DescribeUserPool", 200, POOL),
        ("UpdateUserPool", 200, "{}"),
        ("SetUserPoolMfaConfig", 200, "{}"),
    ]);
    let driver = driver(&fake, UserPools::new);
    let live = live_pool(
        &driver,
        &json!({
            "UserPoolName": "before",
            "UserPoolTier": "PLUS",
            "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]},
            "DeviceConfiguration": {},
            "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
            "SmsConfiguration": {"SnsCallerArn": "arn:r"},
            "SmsAuthenticationMessage": "{####}",
            "MfaConfiguration": "ON",
            "EnabledMfas": ["SMS_MFA"],
            "WebAuthnUserVerification": "required",
        }),
    );
    update(&driver, &live, &with(&json!({"UserPoolTier": "PLUS"})))
        .await
        .unwrap();
    // Without its role for text messages a pool cannot have them as a factor.
    assert_eq!(
        calls(&fake),
        ["SetUserPoolMfaConfig", "DescribeUserPool", "UpdateUserPool"]
    );
    assert_eq!(
        sent(&fake, "SetUserPoolMfaConfig"),
        json!({"UserPoolId": "p", "MfaConfiguration": "OFF"})
    );
    let update = sent(&fake, "UpdateUserPool");
    assert_eq!(update["PoolName"], "acme-test");
    assert_eq!(
        update["UserAttributeUpdateSettings"],
        json!({"AttributesRequireVerificationBeforeUpdate": []})
    );
    for absent in [
        "AccountRecoverySetting",
        "DeviceConfiguration",
        "SmsConfiguration",
        "SmsAuthenticationMessage",
    ] {
        assert_eq!(update.get(absent), None, "{absent}");
    }
}

/// Passkeys and codes by mail are set after their tier and removed before it.
#[tokio::test]
async fn a_higher_tier_comes_before_what_it_has_and_a_lower_one_after() {
    let plain = with(&json!({"UserPoolTier": "LITE"}));
    let keys = with(&json!({"UserPoolTier": "ESSENTIALS", "WebAuthnUserVerification": "required"}));
    for (from, to, order) in [
        (
            &plain,
            &keys,
            ["DescribeUserPool", "UpdateUserPool", "SetUserPoolMfaConfig"],
        ),
        (
            &keys,
            &plain,
            ["SetUserPoolMfaConfig", "DescribeUserPool", "UpdateUserPool"],
        ),
    ] {
        let fake = FakeAws::new([
            ("DescribeUserPool", 200, POOL),
            ("UpdateUserPool", 200, "{}"),
            ("SetUserPoolMfaConfig", 200, "{}"),
        ]);
        let driver = driver(&fake, UserPools::new);
        update(&driver, &live_pool(&driver, from), to)
            .await
            .unwrap();
        assert_eq!(calls(&fake), order);
    }
}

#[tokio::test]
async fn attributes_are_added_by_twenty_five_and_standard_ones_never() {
    let fake = FakeAws::new([
        ("AddCustomAttributes", 200, "{}"),
        ("AddCustomAttributes", 200, "{}"),
    ]);
    let driver = driver(&fake, UserPools::new);
    let schema: Vec<_> = (0..30)
        .map(|number| json!({"Name": format!("a{number}")}))
        .collect();
    let live = live_pool(&driver, &named());
    update(&driver, &live, &with(&json!({"Schema": schema})))
        .await
        .unwrap();
    assert_eq!(
        sent(&fake, "AddCustomAttributes")["CustomAttributes"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    let standard = with(&json!({"Schema": [{"Name": "email", "Required": true}]}));
    let error = update(&driver, &live, &standard).await.unwrap_err();
    assert!(
        error.to_string().contains("the standard attribute `email`"),
        "{error}"
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_deletion_lifts_the_protection_and_waits_for_the_domain() {
    let protected = pool_of(&json!({"DeletionProtection": "ACTIVE"}));
    let domain = r#"{"__type":"InvalidParameterException",
        "message":"User pool cannot be deleted. It has a domain configured that should be deleted first."}"#;
    let fake = FakeAws::new([
        ("DescribeUserPool", 200, protected.as_str()),
        ("DescribeUserPool", 200, protected.as_str()),
        ("UpdateUserPool", 200, "{}"),
        ("DeleteUserPool", 400, domain),
        ("DeleteUserPool", 200, "{}"),
        ("DescribeUserPool", 200, POOL),
        ("DescribeUserPool", 400, GONE),
    ]);
    let driver = driver(&fake, UserPools::new);
    let live = live_pool(&driver, &with(&json!({"DeletionProtection": "ACTIVE"})));
    driver.delete(&live).await.unwrap();
    assert_eq!(
        sent(&fake, "UpdateUserPool")["DeletionProtection"],
        "INACTIVE"
    );
    fake.assert_used();
}

#[tokio::test]
async fn deleting_a_pool_that_is_gone_succeeds() {
    let fake = FakeAws::new([("DescribeUserPool", 400, GONE)]);
    let driver = driver(&fake, UserPools::new);
    driver.delete(&live_pool(&driver, &named())).await.unwrap();
    fake.assert_used();
}

#[test]
fn a_plan_finds_what_cognito_refuses() {
    let names = "letters, digits, spaces and _+=,.@-";
    let cases = [
        (
            json!({"UserPoolName": "a/b"}),
            format!("UserPoolName is `a/b`; only {names} are allowed"),
        ),
        (
            json!({"UserPoolName": "x".repeat(129)}),
            "UserPoolName has 129 characters; 1 to 128 are allowed".to_owned(),
        ),
        (
            json!({"UserPoolTier": "FREE"}),
            "UserPoolTier is `FREE`; LITE or ESSENTIALS or PLUS is allowed".to_owned(),
        ),
        (
            json!({"UsernameAttributes": ["name"]}),
            "UsernameAttributes[0] is `name`; email or phone_number is allowed".to_owned(),
        ),
        (
            json!({"UsernameAttributes": ["email"], "AliasAttributes": ["email"]}),
            "AliasAttributes is not allowed with UsernameAttributes".to_owned(),
        ),
        (
            json!({"Schema": [{"Name": "a-name-that-is-too-long"}]}),
            "Schema has the custom attribute `a-name-that-is-too-long`, whose name has 23 \
             characters; 1 to 20 are allowed"
                .to_owned(),
        ),
        (
            json!({"Schema": [{"Name": "team", "Required": true}]}),
            "Schema has the required custom attribute `team`; only standard ones can be required"
                .to_owned(),
        ),
        (
            json!({"Schema": [{"Name": "team", "AttributeDataType": "Text"}]}),
            "Schema has the custom attribute `team` of the type `Text`; String or Number or \
             DateTime or Boolean is allowed"
                .to_owned(),
        ),
        (
            json!({"Schema": [{"Name": "sub", "Mutable": true}]}),
            "Schema has the attribute `sub`, which is Cognito's own".to_owned(),
        ),
        (
            json!({"Policies": {"PasswordPolicy": {"MinimumLength": 5}}}),
            "Policies.PasswordPolicy.MinimumLength is 5; 6 to 99 are allowed".to_owned(),
        ),
        (
            json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["EMAIL_OTP"]}}}),
            "Policies.SignInPolicy.AllowedFirstAuthFactors does not contain PASSWORD".to_owned(),
        ),
    ];
    for (members, finding) in cases {
        assert_eq!(findings(UserPools::new, &named(), &members), [finding]);
    }
}

#[test]
fn a_plan_finds_factors_messages_and_tiers_that_cognito_refuses() {
    let cases = [
        (
            json!({"MfaConfiguration": "ON"}),
            "EnabledMfas is required unless MfaConfiguration is OFF, and not allowed otherwise"
                .to_owned(),
        ),
        (
            json!({"EnabledMfas": ["SOFTWARE_TOKEN_MFA"]}),
            "EnabledMfas is required unless MfaConfiguration is OFF, and not allowed otherwise"
                .to_owned(),
        ),
        (
            json!({"MfaConfiguration": "ON", "EnabledMfas": ["SMS_MFA"]}),
            "SmsConfiguration is required with SMS_MFA in EnabledMfas".to_owned(),
        ),
        (
            json!({"MfaConfiguration": "ON", "EnabledMfas": ["EMAIL_OTP"]}),
            "EmailConfiguration.EmailSendingAccount is not DEVELOPER, which EMAIL_OTP in \
             EnabledMfas requires"
                .to_owned(),
        ),
        (
            json!({"EmailAuthenticationSubject": "Code"}),
            "EmailAuthenticationSubject requires EMAIL_OTP in EnabledMfas".to_owned(),
        ),
        (
            json!({"WebAuthnUserVerification": "never"}),
            "WebAuthnUserVerification is `never`; required or preferred is allowed".to_owned(),
        ),
        (
            json!({"UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}}),
            "UserPoolAddOns is not allowed in the tier ESSENTIALS; PLUS has them".to_owned(),
        ),
        (
            json!({"UserPoolTier": "LITE", "Policies": {"PasswordPolicy": {"PasswordHistorySize": 3}}}),
            "UserPoolTier is LITE, which has no PasswordHistorySize, no SignInPolicy but PASSWORD \
             and no EMAIL_OTP"
                .to_owned(),
        ),
        (
            json!({"SmsAuthenticationMessage": "no code"}),
            "SmsAuthenticationMessage does not contain {####}, the place of the code".to_owned(),
        ),
        (
            json!({"EmailConfiguration": {"EmailSendingAccount": "DEVELOPER"}}),
            "EmailConfiguration.SourceArn is required with EmailSendingAccount DEVELOPER"
                .to_owned(),
        ),
    ];
    for (members, finding) in cases {
        assert_eq!(findings(UserPools::new, &named(), &members), [finding]);
    }
}

#[test]
fn a_plan_lets_pass_what_it_does_not_know() {
    let unknown = engine::UNKNOWN;
    let members = json!({
        "UserPoolName": unknown, "UserPoolTier": unknown, "UsernameAttributes": [unknown],
        "Schema": [{"Name": unknown, "AttributeDataType": unknown}],
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": [unknown]}},
        "MfaConfiguration": unknown, "EnabledMfas": [unknown],
        "EmailAuthenticationMessage": unknown, "SmsAuthenticationMessage": unknown,
        "UserPoolAddOns": {"AdvancedSecurityMode": unknown},
    });
    let found = findings(UserPools::new, &named(), &members);
    assert_eq!(found, Vec::<String>::new());
    let mailed = json!({
        "MfaConfiguration": "ON", "EnabledMfas": ["EMAIL_OTP"],
        "EmailConfiguration": {"EmailSendingAccount": unknown, "SourceArn": unknown},
    });
    let found = findings(UserPools::new, &named(), &mailed);
    assert_eq!(found, Vec::<String>::new());
}

/// The list that the plan read lacked it: it is gone on with, and there is no second one.
#[tokio::test]
async fn a_pool_that_a_lagging_list_hid_is_made_as_desired() {
    let fake = FakeAws::new([
        ("GetResources", 200, HINT),
        ("DescribeUserPool", 200, POOL),
        ("GetUserPoolMfaConfig", 200, NO_MFA),
        ("DescribeUserPool", 200, POOL),
        ("UpdateUserPool", 200, "{}"),
        ("TagResource", 200, "{}"),
    ]);
    let driver = driver(&fake, UserPools::new);
    let desired = with(&json!({"DeletionProtection": "ACTIVE"}));
    let created = create(&driver, "pool", &desired).await.unwrap();
    assert_eq!(created.id, "p");
    assert_eq!(
        sent(&fake, "UpdateUserPool")["DeletionProtection"],
        "ACTIVE"
    );
    fake.assert_used();
}

#[tokio::test]
async fn a_pool_holds_about_as_many_users_as_cognito_estimates() {
    let pool = pool_of(&json!({"EstimatedNumberOfUsers": 1234}));
    let fake = FakeAws::new([("DescribeUserPool", 200, &*pool)]);
    let driver = driver(&fake, UserPools::new);
    let live = live_pool(&driver, &named());
    let holding = driver.holding(&live).await.unwrap();
    assert_eq!(holding.to_string(), "about 1,234 users");
    let empty = engine::Holding::about(0, "user");
    assert!(driver.is_kept(&live, &empty), "its settings are kept too");
}

/// An update writes the pool whole, so what is not left would be reset.
#[test]
fn what_others_set_is_left_unless_it_is_stated() {
    let function = |name: &str| json!({"PreSignUp": format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}")});
    let sender = json!({
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": "arn:aws:ses:eu-west-1:111122223333:identity/example.com",
    });
    let members = [
        ("UserPoolTier", json!("PLUS"), json!("LITE")),
        (
            "EmailConfiguration",
            sender,
            json!({"EmailSendingAccount": "COGNITO_DEFAULT"}),
        ),
        ("DeletionProtection", json!("ACTIVE"), json!("INACTIVE")),
        (
            "UserPoolAddOns",
            json!({"AdvancedSecurityMode": "ENFORCED"}),
            json!({"AdvancedSecurityMode": "AUDIT"}),
        ),
        ("LambdaConfig", function("theirs"), function("ours")),
    ];
    assert_left(UserPools::new, &named(), &members);
}
