//! `AWS::Cognito::*`: the user pool, and the resources in it.
//!
//! AWS tags only the pool, so the record of a client, a domain, a style, a group or an identity
//! provider is a tag of its pool.

mod client;
mod domain;
mod group;
mod identity_provider;
mod managed_login_branding;
mod messages;
mod schema;
mod security;
mod service;
mod user_pool;

pub use client::{
    AnalyticsConfiguration, RefreshTokenRotation, TokenValidityUnits, USER_POOL_CLIENT,
    UserPoolClient,
};
pub use domain::{CustomDomainConfig, USER_POOL_DOMAIN, UserPoolDomain};
pub use group::{USER_POOL_GROUP, UserPoolGroup};
pub use identity_provider::{USER_POOL_IDENTITY_PROVIDER, UserPoolIdentityProvider};
pub use managed_login_branding::{Asset, MANAGED_LOGIN_BRANDING, ManagedLoginBranding};
pub use messages::{
    AdminCreateUserConfig, EmailConfiguration, InviteMessageTemplate, SmsConfiguration,
    VerificationMessageTemplate,
};
pub use schema::{NumberAttributeConstraints, SchemaAttribute, StringAttributeConstraints};
pub use security::{
    AccountRecoverySetting, AdvancedSecurityAdditionalFlows, DeviceConfiguration, LambdaConfig,
    LambdaSender, PasswordPolicy, Policies, RecoveryOption, SignInPolicy,
    UserAttributeUpdateSettings, UserPoolAddOns, UsernameConfiguration,
};
pub use service::SERVICE;
pub use user_pool::{USER_POOL, UserPool};
