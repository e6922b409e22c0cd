//! `AWS::Cognito::UserPool`.

use engine::{Goal, PlanError, Refusal};
use model::types::cognito::{
    AccountRecoverySetting, AdminCreateUserConfig, DeviceConfiguration, EmailConfiguration,
    InviteMessageTemplate, LambdaConfig, LambdaSender, PasswordPolicy, Policies, RecoveryOption,
    SchemaAttribute, SignInPolicy, SmsConfiguration, StringAttributeConstraints,
    UserAttributeUpdateSettings, UserPool, UserPoolAddOns, UsernameConfiguration,
    VerificationMessageTemplate,
};

use super::{Model, texts, update};
use crate::support::{World, only, paths};

fn word(word: &str) -> Option<String> {
    Some(word.to_owned())
}

fn attribute(name: &str) -> SchemaAttribute {
    SchemaAttribute {
        name: name.to_owned(),
        ..SchemaAttribute::default()
    }
}

fn role(world: &World) -> String {
    format!("arn:aws:iam::{}:role/sms", world.account_id)
}

/// Changes the pool step by step: each edit, and the properties that it is planned to change.
struct Steps<'w> {
    world: &'w World,
    model: Model,
}

impl<'w> Steps<'w> {
    async fn begin(world: &'w World, edit: impl FnOnce(&mut UserPool)) -> Self {
        let mut model = Model::pool(Model::new().pool);
        edit(&mut model.pool);
        world.apply(&model.graph(world)).await;
        Self { world, model }
    }

    async fn step(&mut self, expected: &[&str], edit: impl FnOnce(&mut UserPool)) {
        edit(&mut self.model.pool);
        update(self.world, &self.model, expected).await;
    }

    async fn end(self) {
        self.world.destroy(&self.model.graph(self.world)).await;
    }
}

#[tokio::test]
async fn policies_and_tiers_change_in_place() {
    let world = World::new();
    let mut steps = Steps::begin(&world, |_| {}).await;
    steps
        .step(&["DeletionProtection"], |pool| {
            pool.deletion_protection = word("ACTIVE");
        })
        .await;
    let policy = PasswordPolicy {
        minimum_length: Some(12),
        require_symbols: Some(false),
        ..PasswordPolicy::default()
    };
    let policies = Policies {
        password_policy: Some(policy),
        sign_in_policy: None,
    };
    let paths = [
        "Policies.PasswordPolicy.MinimumLength",
        "Policies.PasswordPolicy.RequireSymbols",
    ];
    steps
        .step(&paths, |pool| pool.policies = Some(policies.clone()))
        .await;
    let factors = SignInPolicy {
        allowed_first_auth_factors: texts(["WEB_AUTHN", "PASSWORD"]),
    };
    steps
        .step(&["Policies.SignInPolicy.AllowedFirstAuthFactors"], |pool| {
            pool.policies = Some(Policies {
                sign_in_policy: Some(factors),
                ..policies
            });
        })
        .await;
    steps
        .step(
            &[
                "WebAuthnRelyingPartyID",
                "WebAuthnUserVerification",
                "WebAuthnFactorConfiguration",
            ],
            |pool| {
                pool.web_authn_relying_party_id = Some("acme.example".into());
            },
        )
        .await;
    steps
        .step(&["WebAuthnUserVerification"], |pool| {
            pool.web_authn_user_verification = word("required");
        })
        .await;
    let factor = "MULTI_FACTOR_WITH_USER_VERIFICATION";
    steps
        .step(&["WebAuthnFactorConfiguration"], |pool| {
            pool.web_authn_factor_configuration = word(factor);
        })
        .await;
    steps
        .step(&["UserPoolTier"], |pool| pool.user_pool_tier = word("PLUS"))
        .await;
    let add_ons = UserPoolAddOns {
        advanced_security_mode: word("ENFORCED"),
        ..UserPoolAddOns::default()
    };
    steps
        .step(&["UserPoolAddOns"], |pool| {
            pool.user_pool_add_ons = Some(add_ons);
        })
        .await;
    steps
        .step(&["UserPoolAddOns"], |pool| {
            pool.user_pool_add_ons = Some(UserPoolAddOns {
                advanced_security_mode: word("OFF"),
                ..UserPoolAddOns::default()
            });
        })
        .await;
    // The protection is still on: lifting it is part of the deletion.
    steps.end().await;
}

#[tokio::test]
async fn second_factors_change_in_place() {
    let world = World::new();
    let mut steps = Steps::begin(&world, |_| {}).await;
    steps
        .step(&["MfaConfiguration", "EnabledMfas"], |pool| {
            pool.mfa_configuration = word("OPTIONAL");
            pool.enabled_mfas = texts(["SOFTWARE_TOKEN_MFA"]);
        })
        .await;
    steps
        .step(&["MfaConfiguration"], |pool| {
            pool.mfa_configuration = word("ON");
        })
        .await;
    let sns_caller_arn = role(&world).into();
    let sms = SmsConfiguration {
        sns_caller_arn,
        external_id: word("acme"),
        sns_region: None,
    };
    steps
        .step(&["EnabledMfas", "SmsConfiguration"], |pool| {
            pool.enabled_mfas = texts(["SOFTWARE_TOKEN_MFA", "SMS_MFA"]);
            pool.sms_configuration = Some(sms);
        })
        .await;
    steps
        .step(&["SmsAuthenticationMessage"], |pool| {
            pool.sms_authentication_message = word("Code {####}");
        })
        .await;
    let email = EmailConfiguration {
        email_sending_account: word("DEVELOPER"),
        source_arn: Some("arn:aws:ses:eu-west-1:111122223333:identity/acme.example".into()),
        from: Some("Acme <hello@acme.example>".into()),
        reply_to_email_address: Some("help@acme.example".into()),
        ..EmailConfiguration::default()
    };
    let paths = [
        "EmailSendingAccount",
        "SourceArn",
        "From",
        "ReplyToEmailAddress",
    ];
    let paths = paths.map(|path| format!("EmailConfiguration.{path}"));
    let paths = paths.each_ref().map(String::as_str);
    steps
        .step(&paths, |pool| pool.email_configuration = Some(email))
        .await;
    let messages = ["EmailAuthenticationMessage", "EmailAuthenticationSubject"];
    steps
        .step(&[&messages[..], &["EnabledMfas"]].concat(), |pool| {
            pool.enabled_mfas.push("EMAIL_OTP".to_owned());
            pool.email_authentication_message = word("Your code is {####}");
            pool.email_authentication_subject = word("Code");
        })
        .await;
    steps
        .step(
            &[
                &messages[..],
                &[
                    "MfaConfiguration",
                    "EnabledMfas",
                    "SmsConfiguration.ExternalId",
                ],
            ]
            .concat(),
            |pool| {
                pool.mfa_configuration = None;
                pool.enabled_mfas.clear();
                pool.sms_configuration
                    .as_mut()
                    .expect("configured")
                    .external_id = word("other");
                pool.email_authentication_message = None;
                pool.email_authentication_subject = None;
            },
        )
        .await;
    steps.end().await;
}

#[tokio::test]
async fn sign_up_and_its_messages_change_in_place() {
    let world = World::new();
    let mut steps = Steps::begin(&world, |_| {}).await;
    steps
        .step(&["AutoVerifiedAttributes"], |pool| {
            pool.auto_verified_attributes = texts(["email"]);
        })
        .await;
    let settings = UserAttributeUpdateSettings {
        attributes_require_verification_before_update: texts(["email"]),
    };
    steps
        .step(&["UserAttributeUpdateSettings"], |pool| {
            pool.user_attribute_update_settings = Some(settings);
        })
        .await;
    steps
        .step(&["UserAttributeUpdateSettings"], |pool| {
            pool.user_attribute_update_settings = None;
        })
        .await;
    steps
        .step(&["AutoVerifiedAttributes"], |pool| {
            pool.auto_verified_attributes.clear();
        })
        .await;
    let option = RecoveryOption {
        name: "verified_email".to_owned(),
        priority: 1,
    };
    let recovery = AccountRecoverySetting {
        recovery_mechanisms: vec![option],
    };
    steps
        .step(&["AccountRecoverySetting"], |pool| {
            pool.account_recovery_setting = Some(recovery);
        })
        .await;
    let invitation = InviteMessageTemplate {
        email_subject: word("Welcome"),
        ..InviteMessageTemplate::default()
    };
    let admin = AdminCreateUserConfig {
        allow_admin_create_user_only: Some(true),
        invite_message_template: Some(invitation),
    };
    let paths = [
        "AdminCreateUserConfig.AllowAdminCreateUserOnly",
        "AdminCreateUserConfig.InviteMessageTemplate",
    ];
    steps
        .step(&paths, |pool| pool.admin_create_user_config = Some(admin))
        .await;
    steps
        .step(&paths, |pool| pool.admin_create_user_config = None)
        .await;
    let template = VerificationMessageTemplate {
        default_email_option: word("CONFIRM_WITH_LINK"),
        email_subject_by_link: word("Confirm"),
        ..VerificationMessageTemplate::default()
    };
    let paths = [
        "VerificationMessageTemplate.DefaultEmailOption",
        "VerificationMessageTemplate.EmailSubjectByLink",
    ];
    steps
        .step(&paths, |pool| {
            pool.verification_message_template = Some(template);
        })
        .await;
    steps
        .step(&paths, |pool| pool.verification_message_template = None)
        .await;
    let devices = DeviceConfiguration {
        challenge_required_on_new_device: Some(true),
        ..DeviceConfiguration::default()
    };
    steps
        .step(&["DeviceConfiguration"], |pool| {
            pool.device_configuration = Some(devices);
        })
        .await;
    steps.end().await;
}

#[tokio::test]
async fn functions_change_in_place() {
    let world = World::new();
    let mut steps = Steps::begin(&world, |_| {}).await;
    let function = |name: &str| {
        format!(
            "arn:aws:lambda:eu-west-1:{}:function:{name}",
            world.account_id
        )
        .into()
    };
    let functions = LambdaConfig {
        pre_sign_up: Some(function("one")),
        ..LambdaConfig::default()
    };
    steps
        .step(&["LambdaConfig"], |pool| {
            pool.lambda_config = Some(functions.clone());
        })
        .await;
    let tokens = LambdaSender {
        lambda_arn: function("two"),
        lambda_version: "V2_0".to_owned(),
    };
    let both = LambdaConfig {
        pre_token_generation_config: Some(tokens),
        ..functions.clone()
    };
    steps
        .step(&["LambdaConfig.PreTokenGenerationConfig"], |pool| {
            pool.lambda_config = Some(both);
        })
        .await;
    let older = LambdaConfig {
        pre_token_generation: Some(function("two")),
        ..functions
    };
    let path = "LambdaConfig.PreTokenGenerationConfig.LambdaVersion";
    steps
        .step(&[path], |pool| pool.lambda_config = Some(older))
        .await;
    steps
        .step(&["LambdaConfig"], |pool| {
            pool.lambda_config = Some(LambdaConfig::default());
        })
        .await;
    steps.end().await;
}

#[tokio::test]
async fn attributes_are_added_and_never_changed() {
    let world = World::new();
    let email = SchemaAttribute {
        required: Some(true),
        ..attribute("email")
    };
    let length = StringAttributeConstraints {
        max_length: word("40"),
        min_length: None,
    };
    let team = SchemaAttribute {
        string_attribute_constraints: Some(length),
        ..attribute("team")
    };
    let mut steps = Steps::begin(&world, |pool| {
        pool.schema = vec![team, email];
        pool.username_attributes = texts(["email"]);
        pool.username_configuration = Some(UsernameConfiguration {
            case_sensitive: false,
        });
    })
    .await;
    let number = SchemaAttribute {
        attribute_data_type: word("Number"),
        mutable: Some(true),
        ..attribute("desk")
    };
    steps
        .step(&["Schema"], |pool| pool.schema.push(number))
        .await;
    let refused = async |expected: &[&str], edit: &dyn Fn(&mut UserPool)| {
        let changed = steps.model.with(|model| edit(&mut model.pool));
        match world.try_plan(&changed.graph(&world), Goal::Converge).await {
            Err(PlanError::Refused(refusals)) => match &refusals[..] {
                [Refusal::WouldLoseData { properties, .. }] => assert_eq!(properties, expected),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    };
    refused(&["Schema[0].Mutable"], &|pool| {
        pool.schema[2].mutable = Some(false);
    })
    .await;
    refused(&["UsernameAttributes"], &|pool| {
        pool.username_attributes = texts(["phone_number"]);
    })
    .await;
    // A pool has one or the other.
    refused(&["UsernameAttributes", "AliasAttributes"], &|pool| {
        pool.username_attributes.clear();
        pool.alias_attributes = texts(["email"]);
    })
    .await;
    refused(&["UsernameConfiguration.CaseSensitive"], &|pool| {
        pool.username_configuration = None;
    })
    .await;
    steps.end().await;
}

/// With a tag index that shows the pool its name can be anything. (MiniStack cannot change it.)
#[tokio::test]
async fn a_pool_is_found_by_its_tags() {
    let world = World::new();
    let model = Model::pool(UserPool {
        user_pool_name: "Customers".to_owned(),
        ..UserPool::default()
    });
    world.apply(&model.graph(&world)).await;
    let renamed = model.with(|model| model.pool.user_pool_name = "People".to_owned());
    let plan = world.plan(&renamed.graph(&world)).await;
    assert_eq!(paths(only(&plan)), ["UserPoolName"]);
    world.destroy(&model.graph(&world)).await;
}
