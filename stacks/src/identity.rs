//! The stack `identity`: who signs in, and how.

mod domain;
mod providers;

use std::collections::{BTreeMap, BTreeSet};

use model::types::cognito::{
    AccountRecoverySetting, AdminCreateUserConfig, EmailConfiguration, ManagedLoginBranding,
    PasswordPolicy, Policies, RecoveryOption, RefreshTokenRotation, TokenValidityUnits,
    UserAttributeUpdateSettings, UserPool, UserPoolAddOns, UserPoolClient, UserPoolGroup,
    UsernameConfiguration,
};
use model::{Address, Graph, Handle, StackBuilder, StackName, Text};
use serde::{Deserialize, Serialize};

use crate::artifacts::Artifacts;
use crate::description::{CustomDomain, Email, Identity, Mfa, Password, System};
use crate::outputs::{self, MissingOutput};

/// The stack's name.
pub const STACK: &str = "identity";

/// Seconds that a refresh token still works after its exchange, in case the response was lost.
const ROTATION_GRACE: i32 = 30;

/// The stack's outputs. If the DNS of the login pages' custom domain is elsewhere, there is another
/// one, `domain_target`: the name that the domain's record must have as its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs<S = Text> {
    /// The id of the user pool.
    pub user_pool_id: S,
    /// The URL of the login pages, without a trailing slash.
    pub login_url: S,
    /// The id of the shell's client.
    pub client_id: S,
}

impl Outputs<String> {
    /// The outputs among values by name.
    ///
    /// # Errors
    /// The first output that has no value.
    pub fn of(values: &BTreeMap<String, String>) -> Result<Self, MissingOutput> {
        outputs::read(values)
    }
}

/// The users and their login pages.
pub(crate) struct Login {
    pool: Handle<UserPool>,
    /// Who can sign in: the names of the client's identity providers.
    providers: Vec<Text>,
    /// The URL of the login pages at Cognito's own domain, without a trailing slash.
    url: Text,
    /// The origins of the login pages, to which the shell's page connects.
    pub(crate) sources: Vec<Text>,
    /// The issuer in tokens.
    pub(crate) issuer: Text,
}

/// The shell's sign-in at the login pages.
pub(crate) struct SignIn {
    pub(crate) client_id: Text,
    /// The login pages, without a trailing slash.
    pub(crate) url: Text,
    /// The records by which they are found.
    pub(crate) records: BTreeSet<Address>,
}

/// Adds the users, who else can sign in, and the login pages at Cognito's own domain.
pub(crate) fn add(graph: &mut Graph, system: &System, artifacts: &Artifacts) -> Login {
    let stack = &mut graph.stack(StackName::new(STACK));
    let pool = stack.add("users", pool(stack, &system.identity));
    for (group, precedence) in system.identity.groups.iter().zip(1..) {
        let properties = UserPoolGroup {
            precedence: Some(precedence),
            ..UserPoolGroup::new(pool.id(), group)
        };
        stack.add(&format!("group-{group}"), properties);
    }
    let providers = providers::add(stack, &pool, &system.identity, artifacts);
    let url = stack
        .add("domain", domain::prefix(system, &pool))
        .login_url();
    let own = system.identity.domain.iter().map(domain::origin);
    Login {
        providers,
        issuer: pool.provider_url(),
        sources: [url.clone()].into_iter().chain(own).collect(),
        url,
        pool,
    }
}

/// Adds the login pages' own domain, the shell's client, which knows where the shell is, and the
/// stack's outputs.
pub(crate) fn add_client(
    graph: &mut Graph,
    system: &System,
    login: &Login,
    shell_url: &Text,
) -> SignIn {
    let own = system
        .identity
        .domain
        .as_ref()
        .map(|own| domain::add(graph, own, &login.pool, &system.sites));
    let (url, records) = own.unwrap_or_else(|| (login.url.clone(), BTreeSet::new()));
    let stack = &mut graph.stack(StackName::new(STACK));
    let client = stack.add("client", client(stack, system, login, shell_url));
    let branding = ManagedLoginBranding {
        user_pool_id: login.pool.id(),
        client_id: client.id(),
        use_cognito_provided_values: Some(true),
        settings: None,
        assets: Vec::new(),
    };
    stack.add("branding", branding);
    let outputs = Outputs {
        user_pool_id: login.pool.id(),
        login_url: url,
        client_id: client.id(),
    };
    outputs::add(stack, &outputs);
    SignIn {
        client_id: outputs.client_id,
        url: outputs.login_url,
        records,
    }
}

fn pool(stack: &StackBuilder<'_>, settings: &Identity) -> UserPool {
    let email = || vec!["email".to_owned()];
    let (mfa, mfas) = match settings.mfa {
        Mfa::Off => ("OFF", Vec::new()),
        Mfa::Optional => ("OPTIONAL", vec!["SOFTWARE_TOKEN_MFA".to_owned()]),
        Mfa::Required => ("ON", vec!["SOFTWARE_TOKEN_MFA".to_owned()]),
    };
    UserPool {
        user_pool_name: stack.physical_name("users"),
        user_pool_tier: settings.tier.map(|tier| tier.as_str().to_uppercase()),
        user_pool_add_ons: settings.threat_protection.map(|mode| UserPoolAddOns {
            advanced_security_mode: Some(mode.as_str().to_uppercase()),
            advanced_security_additional_flows: None,
        }),
        deletion_protection: Some(
            if settings.deletion_protection {
                "ACTIVE"
            } else {
                "INACTIVE"
            }
            .to_owned(),
        ),
        username_attributes: email(),
        username_configuration: Some(UsernameConfiguration {
            case_sensitive: false,
        }),
        policies: Some(Policies {
            password_policy: Some(password_policy(&settings.password)),
            sign_in_policy: None,
        }),
        mfa_configuration: Some(mfa.to_owned()),
        enabled_mfas: mfas,
        account_recovery_setting: Some(AccountRecoverySetting {
            recovery_mechanisms: vec![RecoveryOption {
                name: "verified_email".to_owned(),
                priority: 1,
            }],
        }),
        admin_create_user_config: Some(AdminCreateUserConfig {
            allow_admin_create_user_only: Some(!settings.self_sign_up),
            invite_message_template: None,
        }),
        auto_verified_attributes: email(),
        user_attribute_update_settings: Some(UserAttributeUpdateSettings {
            attributes_require_verification_before_update: email(),
        }),
        email_configuration: settings.email.as_ref().map(sender),
        ..UserPool::default()
    }
}

fn sender(email: &Email) -> EmailConfiguration {
    EmailConfiguration {
        email_sending_account: Some("DEVELOPER".to_owned()),
        source_arn: Some(Text::from(email.identity.as_str())),
        from: Some(Text::from(email.from.as_str())),
        ..EmailConfiguration::default()
    }
}

fn password_policy(settings: &Password) -> PasswordPolicy {
    // A history of none is how Cognito shows a policy without one.
    let history = settings.password_history_size;
    PasswordPolicy {
        minimum_length: Some(settings.minimum_length),
        require_lowercase: Some(settings.require_lowercase),
        require_numbers: Some(settings.require_numbers),
        require_symbols: Some(settings.require_symbols),
        require_uppercase: Some(settings.require_uppercase),
        temporary_password_validity_days: Some(settings.temporary_password_validity_days),
        password_history_size: (history > 0).then_some(history),
    }
}

/// A public client: a browser cannot keep a secret; the code flow proves by PKCE who is asking.
fn client(
    stack: &StackBuilder<'_>,
    system: &System,
    login: &Login,
    shell_url: &Text,
) -> UserPoolClient {
    let settings = &system.identity;
    // The page returns to the domain that it was opened at.
    let page = |path: &str| {
        let origins = [shell_url.clone()].into_iter().chain(aliases(system));
        let pages = origins.map(|origin| Text::concat([origin, Text::from(path)]));
        pages.collect::<Vec<_>>()
    };
    let callbacks = settings.callback_urls.iter();
    let callbacks = callbacks.map(|url| Text::from(url.as_str()));
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    UserPoolClient {
        generate_secret: Some(false),
        allowed_oauth_flows_user_pool_client: Some(true),
        allowed_oauth_flows: words(&["code"]),
        allowed_oauth_scopes: words(&["email", "openid", "profile"]),
        callback_urls: page("/signed-in").into_iter().chain(callbacks).collect(),
        logout_urls: page("/"),
        supported_identity_providers: login.providers.clone(),
        explicit_auth_flows: words(&["ALLOW_USER_SRP_AUTH"]),
        access_token_validity: Some(settings.access_token_minutes),
        id_token_validity: Some(settings.access_token_minutes),
        refresh_token_validity: Some(settings.refresh_token_days),
        token_validity_units: Some(TokenValidityUnits {
            access_token: Some("minutes".to_owned()),
            id_token: Some("minutes".to_owned()),
            refresh_token: Some("days".to_owned()),
        }),
        refresh_token_rotation: Some(RefreshTokenRotation {
            feature: "ENABLED".to_owned(),
            retry_grace_period_seconds: Some(ROTATION_GRACE),
        }),
        enable_token_revocation: Some(true),
        prevent_user_existence_errors: Some("ENABLED".to_owned()),
        ..UserPoolClient::new(login.pool.id(), stack.physical_name("shell"))
    }
}

/// The further origins of the shell.
fn aliases(system: &System) -> impl Iterator<Item = Text> {
    let shell = system.shell.as_ref();
    let domain = shell.and_then(|shell| shell.domain.as_ref());
    let aliases = domain.into_iter().flat_map(CustomDomain::alias_origins);
    aliases.map(Text::from)
}
