//! `AWS::Cognito::UserPoolIdentityProvider`.

mod calls;
mod limits;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_cognitoidentityprovider::types::{
    IdentityProviderType, IdentityProviderTypeType, UserPoolType,
};
use engine::{Changes, DriverError, ReadCache};
use model::Owner;
use model::types::cognito::UserPoolIdentityProvider;

use super::calls::CHILDREN;
use super::client::{COGNITO, CognitoClient, DELETED, PAGE};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{Child, Parent as _, child};
use crate::kit::gone::until_gone;
use crate::kit::limits::{Checks, Limit};
use crate::kit::typed::{OrphanSearch, TypedLive, TypedReadRequest};

type Properties = UserPoolIdentityProvider<String>;
type Live = TypedLive<Properties>;

/// Details of SAML that an organisation may set on a provider, each off by default. Source:
/// `CreateIdentityProvider` in the Cognito user pools API reference.
const CHOSEN: [&str; 4] = [
    "EncryptedResponses",
    "IDPInit",
    "IDPSignout",
    "RequestSigningAlgorithm",
];

/// The attribute of the pool that Cognito maps by itself, to `sub` of an OIDC provider for instance.
/// Source: hashicorp/terraform-provider-aws, where `attribute_mapping` is computed.
const USERNAME: &str = "username";

/// A detail that Cognito never returns: it is not in `Describe response` of the documentation of
/// `IdentityProviderType`.
const PRIVATE_KEY: &str = "private_key";

/// Reads and writes identity providers. A pool's list has only their names and types, so each is
/// described.
#[derive(Debug)]
pub(crate) struct IdentityProviders(CognitoClient);

impl IdentityProviders {
    pub(crate) fn new(account: &Account) -> Self {
        Self(CognitoClient::new(account))
    }

    /// A provider as it is now; `None` if it, or its pool, does not exist.
    async fn describe(
        &self,
        pool_id: &str,
        name: &str,
    ) -> Result<Option<IdentityProviderType>, DriverError> {
        let call = self
            .0
            .client
            .describe_identity_provider()
            .user_pool_id(pool_id)
            .provider_name(name);
        let operation = "cognito-idp:DescribeIdentityProvider";
        let answer = call.send().sent(operation).await;
        COGNITO.described(answer, operation, |answer| answer.identity_provider)
    }

    async fn described(
        &self,
        pool_id: &str,
        name: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Option<IdentityProviderType>>, DriverError> {
        let key = format!("cognito-idp:DescribeIdentityProvider {pool_id}/{name}");
        cache.once(key, || self.describe(pool_id, name)).await
    }

    /// The names of a pool's providers.
    async fn names(
        &self,
        pool_id: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<String>>, DriverError> {
        let pages = self
            .0
            .client
            .list_identity_providers()
            .user_pool_id(pool_id)
            .max_results(PAGE)
            .into_paginator()
            .items();
        let list = || async {
            let listed = pages.send().collect::<Result<Vec<_>, _>>();
            let listed = listed.sent("cognito-idp:ListIdentityProviders").await;
            let listed = COGNITO.or_empty(listed)?.into_iter();
            Ok(listed
                .filter_map(|provider| provider.provider_name)
                .collect())
        };
        let key = format!("cognito-idp:ListIdentityProviders {pool_id}");
        cache.once(key, list).await
    }

    /// Writes the members that a change touches. A member that is sent replaces what was there, and
    /// Cognito then adds its own details again.
    async fn put(
        &self,
        desired: &Properties,
        touches: impl Fn(&str) -> bool,
    ) -> Result<(), DriverError> {
        let Properties {
            provider_details: details,
            attribute_mapping: mapping,
            idp_identifiers: identifiers,
            ..
        } = desired.clone();
        let call = self
            .0
            .client
            .update_identity_provider()
            .user_pool_id(&desired.user_pool_id)
            .provider_name(&desired.provider_name)
            .set_provider_details(touches("ProviderDetails").then(|| details.into_iter().collect()))
            .set_attribute_mapping(
                touches("AttributeMapping").then(|| mapping.into_iter().collect()),
            )
            .set_idp_identifiers(touches("IdpIdentifiers").then_some(identifiers));
        COGNITO
            .write(|| {
                call.clone()
                    .send()
                    .done("cognito-idp:UpdateIdentityProvider")
            })
            .await
    }

    /// Resumes with the provider of the desired name, if an earlier attempt created it, as desired
    /// now. The error is the same if another provider of the pool has one of the identifiers.
    async fn take_over(
        &self,
        desired: &Properties,
        owner: &Owner,
        refused: DriverError,
    ) -> Result<(), DriverError> {
        let (pool_id, name) = (&desired.user_pool_id, &desired.provider_name);
        match self.describe(pool_id, name).await? {
            Some(found) if of_type(&found) == desired.provider_type => {
                self.0.adopt_child(pool_id, owner, refused).await?;
                self.put(desired, |_| true).await
            }
            _ => Err(refused),
        }
    }
}

fn of_type(provider: &IdentityProviderType) -> &str {
    provider
        .provider_type()
        .map_or("", IdentityProviderTypeType::as_str)
}

fn live(pool_id: &str, provider: &IdentityProviderType) -> Live {
    let name = provider.provider_name().unwrap_or_default();
    let details = provider.provider_details.clone().unwrap_or_default();
    let mapping = provider.attribute_mapping.clone().unwrap_or_default();
    let properties = UserPoolIdentityProvider {
        user_pool_id: pool_id.to_owned(),
        provider_name: name.to_owned(),
        provider_type: of_type(provider).to_owned(),
        provider_details: details.into_iter().collect(),
        attribute_mapping: mapping.into_iter().collect(),
        idp_identifiers: provider.idp_identifiers().to_vec(),
    };
    child(pool_id, (UserPoolIdentityProvider::NAME, name), properties)
}

/// Removes what Cognito adds by itself: the addresses that it discovers, certificates, defaults. What
/// they are depends on the type and may change, so all that the desired provider does not state is
/// taken for it, except what others choose.
fn without_additions(mut found: Properties, desired: &Properties) -> Properties {
    let stated = &desired.provider_details;
    let details = &mut found.provider_details;
    details.retain(|key, _| stated.contains_key(key) || CHOSEN.contains(&key.as_str()));
    if let Some(key) = stated.get(PRIVATE_KEY) {
        details.insert(PRIVATE_KEY.to_owned(), key.clone());
    }
    if !desired.attribute_mapping.contains_key(USERNAME) {
        found.attribute_mapping.remove(USERNAME);
    }
    found
}

impl Child for IdentityProviders {
    type Properties = Properties;
    type Service = CognitoClient;
    const CALLS: &'static [&'static [Calls]] = &[CHILDREN, calls::CALLS];
    const KIND: &'static str = "provider";
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("cognito-idp");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn service(&self) -> &CognitoClient {
        &self.0
    }

    fn parent_id(provider: &Properties) -> &str {
        &provider.user_pool_id
    }

    fn key(provider: &Properties) -> Option<String> {
        Some(provider.provider_name.clone())
    }

    fn is_older_name(&self, name: &str, live: &Live, _: &Owner) -> bool {
        name.strip_prefix("provider-") == Some(&live.properties.provider_name)
    }

    fn normalise(&self, provider: &mut Properties) {
        let details = &mut provider.provider_details;
        details.retain(|key, value| !CHOSEN.contains(&key.as_str()) || value != "false");
        provider.idp_identifiers.sort();
        provider.idp_identifiers.dedup();
    }

    fn leave(&self, desired: &mut Properties, live: &Properties) {
        for key in CHOSEN {
            if let Some(value) = live.provider_details.get(key) {
                let details = desired.provider_details.entry(key.to_owned());
                details.or_insert_with(|| value.clone());
            }
        }
    }

    fn check(&self, provider: &Properties, checks: &mut Checks) {
        limits::check(provider, checks);
    }

    async fn find(
        &self,
        _: &UserPoolType,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let desired = request.properties;
        let (pool_id, name) = (&desired.user_pool_id, &desired.provider_name);
        let found = self.described(pool_id, name, cache).await?;
        Ok(found.as_ref().as_ref().map(|found| {
            let live = live(pool_id, found);
            TypedLive {
                properties: without_additions(live.properties, &desired),
                ..live
            }
        }))
    }

    async fn all(&self, pool: &UserPoolType, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let pool_id = pool.id().unwrap_or_default();
        let names = self.names(pool_id, cache).await?;
        let bare = |name: &String| {
            let properties = UserPoolIdentityProvider {
                user_pool_id: pool_id.to_owned(),
                provider_name: name.clone(),
                provider_type: String::new(),
                provider_details: BTreeMap::new(),
                attribute_mapping: BTreeMap::new(),
                idp_identifiers: Vec::new(),
            };
            child(pool_id, (UserPoolIdentityProvider::NAME, name), properties)
        };
        Ok(names.iter().map(bare).collect())
    }

    async fn make(&self, desired: Properties, owner: &Owner) -> Result<Live, DriverError> {
        let (pool_id, name) = (desired.user_pool_id.clone(), desired.provider_name.clone());
        let details = desired.provider_details.clone().into_iter().collect();
        let mapping = desired.attribute_mapping.clone().into_iter().collect();
        let call = self
            .0
            .client
            .create_identity_provider()
            .user_pool_id(&pool_id)
            .provider_name(&name)
            .provider_type(desired.provider_type.as_str().into())
            .set_provider_details(Some(details))
            .set_attribute_mapping(Some(mapping))
            .set_idp_identifiers(Some(desired.idp_identifiers.clone()));
        let created = COGNITO
            .write(|| {
                call.clone()
                    .send()
                    .done("cognito-idp:CreateIdentityProvider")
            })
            .await;
        match created {
            Err(error) if error.is("DuplicateProviderException") => {
                self.take_over(&desired, owner, error).await?;
            }
            created => created?,
        }
        Ok(child(
            &pool_id,
            (UserPoolIdentityProvider::NAME, &name),
            desired,
        ))
    }

    async fn change(
        &self,
        _: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        self.put(desired, |property| changes.affects(property))
            .await
    }

    async fn remove(&self, live: &Live) -> Result<(), DriverError> {
        let Properties {
            user_pool_id: pool_id,
            provider_name: name,
            ..
        } = &live.properties;
        let call = self
            .0
            .client
            .delete_identity_provider()
            .user_pool_id(pool_id)
            .provider_name(name);
        COGNITO
            .delete(|| {
                call.clone()
                    .send()
                    .done("cognito-idp:DeleteIdentityProvider")
            })
            .await?;
        until_gone(&format!("the identity provider {name}"), DELETED, || {
            self.describe(pool_id, name)
        })
        .await
    }
}
