//! `AWS::Cognito::ManagedLoginBranding`.

mod calls;
mod convert;
mod document;
mod limits;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_sdk_cognitoidentityprovider::types::{ManagedLoginBrandingType, UserPoolType};
use engine::{Changes, DriverError, ReadCache};
use model::types::cognito::ManagedLoginBranding;
use model::{FINGERPRINT_TAG, Owner};
use serde_json::{Value, json};

use super::calls::CHILDREN;
use super::client::{COGNITO, CognitoClient, DELETED};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{
    Child, Parent as _, ParentService as _, child, digest, name_of, recorded,
};
use crate::kit::gone::until_gone;
use crate::kit::limits::{Checks, Limit};
use crate::kit::typed::{OrphanSearch, TypedLive, TypedReadRequest};

type Properties = ManagedLoginBranding<String>;
type Live = TypedLive<Properties>;

/// Reads and writes styles of managed login. A client has one.
///
/// MiniStack has none, and its sign-in page needs none. There the record in the pool's tags takes
/// the place of the style.
#[derive(Debug)]
pub(crate) struct Brandings(CognitoClient);

/// Cognito's answer about a client's style.
#[derive(Debug)]
enum Style {
    Existing(Box<ManagedLoginBrandingType>),
    Absent,
    /// The emulator has no styles.
    Unknown,
}

impl Style {
    fn existing(&self) -> Option<&ManagedLoginBrandingType> {
        match self {
            Self::Existing(style) => Some(style),
            Self::Absent | Self::Unknown => None,
        }
    }
}

impl Brandings {
    pub(crate) fn new(account: &Account) -> Self {
        Self(CognitoClient::new(account))
    }

    async fn describe(&self, pool_id: &str, client_id: &str) -> Result<Style, DriverError> {
        let operation = "cognito-idp:DescribeManagedLoginBrandingByClient";
        let call = self
            .0
            .client
            .describe_managed_login_branding_by_client()
            .user_pool_id(pool_id)
            .client_id(client_id);
        let answer = COGNITO.found(call.send().sent(operation).await);
        let Some(answer) = self.0.known(answer)? else {
            return Ok(Style::Unknown);
        };
        let style = answer.and_then(|answer| answer.managed_login_branding);
        Ok(style.map_or(Style::Absent, |style| Style::Existing(Box::new(style))))
    }

    async fn style(
        &self,
        pool_id: &str,
        client_id: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Style>, DriverError> {
        let key = format!("cognito-idp:DescribeManagedLoginBrandingByClient {pool_id}/{client_id}");
        cache.once(key, || self.describe(pool_id, client_id)).await
    }

    /// Resumes with the style of the client, if an earlier attempt created it, as desired now.
    async fn take_over(
        &self,
        desired: &Properties,
        owner: &Owner,
        refused: DriverError,
    ) -> Result<String, DriverError> {
        let (pool_id, client_id) = (&desired.user_pool_id, &desired.client_id);
        let style = self.describe(pool_id, client_id).await?;
        let Some(style) = style.existing() else {
            return Err(refused);
        };
        self.0.adopt_child(pool_id, owner, refused).await?;
        let id = id(Some(style))?;
        self.put(&id, desired).await?;
        Ok(id)
    }

    async fn put(&self, id: &str, desired: &Properties) -> Result<(), DriverError> {
        let call = self
            .0
            .client
            .update_managed_login_branding()
            .user_pool_id(&desired.user_pool_id)
            .managed_login_branding_id(id)
            .set_use_cognito_provided_values(desired.use_cognito_provided_values)
            .set_settings(desired.settings.as_ref().map(document::from_json))
            .set_assets(convert::assets(desired)?);
        let operation = "cognito-idp:UpdateManagedLoginBranding";
        let updated = COGNITO.write(|| call.clone().send().done(operation)).await;
        self.0.known(updated).map(drop)
    }
}

fn id(style: Option<&ManagedLoginBrandingType>) -> Result<String, DriverError> {
    let id = style.and_then(ManagedLoginBrandingType::managed_login_branding_id);
    id.map(str::to_owned)
        .ok_or_else(|| DriverError::internal("a style of managed login has no id"))
}

fn live(pool_id: &str, client_id: &str, style: &ManagedLoginBrandingType) -> Live {
    let id = style.managed_login_branding_id().unwrap_or_default();
    let properties = convert::properties(pool_id, client_id, style);
    child(pool_id, (ManagedLoginBranding::ID, id), properties)
}

impl Child for Brandings {
    type Properties = Properties;
    type Service = CognitoClient;
    const CALLS: &'static [&'static [Calls]] = &[CHILDREN, calls::CALLS];
    const KIND: &'static str = "branding";
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("cognito-idp");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn service(&self) -> &CognitoClient {
        &self.0
    }

    fn parent_id(style: &Properties) -> &str {
        &style.user_pool_id
    }

    fn key(style: &Properties) -> Option<String> {
        Some(style.client_id.clone())
    }

    /// A style without settings and images is Cognito's own.
    fn normalise(&self, style: &mut Properties) {
        style
            .settings
            .take_if(|settings| settings.is_null() || *settings == json!({}));
        let own = style.settings.as_ref().is_none_or(Value::is_null) && style.assets.is_empty();
        style.use_cognito_provided_values.get_or_insert(own);
        style.assets.sort_by(|one, other| {
            (&one.category, &one.color_mode, &one.extension).cmp(&(
                &other.category,
                &other.color_mode,
                &other.extension,
            ))
        });
    }

    fn check(&self, style: &Properties, checks: &mut Checks) {
        limits::check(style, checks);
    }

    async fn find(
        &self,
        pool: &UserPoolType,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let desired = request.properties;
        let (pool_id, client_id) = (&desired.user_pool_id, &desired.client_id);
        match self.style(pool_id, client_id, cache).await?.as_ref() {
            Style::Existing(style) => {
                let mut live = live(pool_id, client_id, style);
                convert::as_stated(&mut live.properties.assets, &desired.assets);
                Ok(Some(live))
            }
            Style::Absent => Ok(None),
            Style::Unknown => {
                let tags = recorded(&CognitoClient::tags_in(pool), request.address);
                let id = (ManagedLoginBranding::ID, client_id.as_str());
                let live = child(pool_id, id, desired.clone());
                Ok(tags.contains_key(FINGERPRINT_TAG).then_some(live))
            }
        }
    }

    /// Only those that a record identifies: each takes a call, and a style of others is of their own
    /// client.
    async fn all(&self, pool: &UserPoolType, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let pool_id = pool.id().unwrap_or_default();
        let mut all = Vec::new();
        let clients = self.0.clients(pool_id, cache).await?;
        let tags = CognitoClient::tags_in(pool);
        let is_recorded = |id: &&str| name_of(&tags, &digest(Self::KIND, id)).is_some();
        let ids = clients.iter().filter_map(|client| client.client_id());
        for client_id in ids.filter(is_recorded) {
            let style = self.style(pool_id, client_id, cache).await?;
            all.extend(
                style
                    .existing()
                    .map(|style| live(pool_id, client_id, style)),
            );
        }
        Ok(all)
    }

    async fn make(&self, desired: Properties, owner: &Owner) -> Result<Live, DriverError> {
        let (pool_id, client_id) = (&desired.user_pool_id, &desired.client_id);
        let own_values = desired.use_cognito_provided_values;
        let call = self
            .0
            .client
            .create_managed_login_branding()
            .user_pool_id(pool_id)
            .client_id(client_id)
            .set_use_cognito_provided_values(own_values.filter(|values| *values))
            .set_settings(desired.settings.as_ref().map(document::from_json))
            .set_assets(convert::assets(&desired)?);
        let operation = "cognito-idp:CreateManagedLoginBranding";
        let created = COGNITO.write(|| call.clone().send().sent(operation)).await;
        let id = match self.0.known(created) {
            Ok(None) => client_id.clone(),
            Ok(Some(created)) => id(created.managed_login_branding.as_ref())?,
            Err(error) if error.is("ManagedLoginBrandingExistsException") => {
                self.take_over(&desired, owner, error).await?
            }
            Err(error) => return Err(error),
        };
        let id = (ManagedLoginBranding::ID, id.as_str());
        Ok(child(&pool_id.clone(), id, desired))
    }

    async fn change(
        &self,
        live: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        let id = live.attribute(ManagedLoginBranding::ID)?;
        self.put(id, desired).await
    }

    async fn remove(&self, live: &Live) -> Result<(), DriverError> {
        let (pool_id, client_id) = (&live.properties.user_pool_id, &live.properties.client_id);
        let call = self
            .0
            .client
            .delete_managed_login_branding()
            .user_pool_id(pool_id)
            .managed_login_branding_id(live.attribute(ManagedLoginBranding::ID)?);
        let operation = "cognito-idp:DeleteManagedLoginBranding";
        let deleted = COGNITO.delete(|| call.clone().send().done(operation)).await;
        self.0.known(deleted)?;
        let name = format!("the style of the client {client_id}");
        until_gone(&name, DELETED, || async {
            let style = self.describe(pool_id, client_id).await?;
            Ok(style.existing().map(|_| ()))
        })
        .await
    }
}
