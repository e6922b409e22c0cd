//! `AWS::Cognito::UserPoolClient`.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;

use aws_sdk_cognitoidentityprovider::Config;
use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::types::{
    UserPoolClientDescription, UserPoolClientType, UserPoolType,
};
use engine::{Changes, DriverError, ReadCache};
use futures_util::future::try_join_all;
use model::Owner;
use model::types::cognito::UserPoolClient;

use super::calls::CHILDREN;
use super::client::{COGNITO, CognitoClient, DELETED};
use crate::Account;
use crate::account::Quirk;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{Child, Parent as _, child};
use crate::kit::create_once::{Creation, find_or_create};
use crate::kit::gone::until_gone;
use crate::kit::limits::{Checks, Limit};
use crate::kit::typed::{OrphanSearch, TypedLive, TypedReadRequest};

type Properties = UserPoolClient<String>;
type Live = TypedLive<Properties>;

/// Reads and writes clients. AWS allows several with one name; the oldest of the desired kind is
/// chosen, and the others are orphans.
///
/// A client's secret stays in the answers of the SDK, which redacts it: a driver reads whether
/// there is one.
#[derive(Debug)]
pub(crate) struct Clients(CognitoClient);

impl Clients {
    pub(crate) fn new(account: &Account) -> Self {
        Self(CognitoClient::new(account))
    }

    /// A client as it is now; `None` if it, or its pool, does not exist.
    async fn describe(
        &self,
        pool_id: &str,
        id: &str,
    ) -> Result<Option<UserPoolClientType>, DriverError> {
        let client = &self.0.client;
        let call = client
            .describe_user_pool_client()
            .user_pool_id(pool_id)
            .client_id(id);
        let operation = "cognito-idp:DescribeUserPoolClient";
        let answer = call.send().sent(operation).await;
        COGNITO.described(answer, operation, |answer| answer.user_pool_client)
    }

    async fn described(
        &self,
        pool_id: &str,
        name: &str,
        cache: &ReadCache,
    ) -> Result<Vec<UserPoolClientType>, DriverError> {
        let listed = self.0.clients(pool_id, cache).await?;
        let named = listed
            .iter()
            .filter(|client| client.client_name() == Some(name));
        let described = named.filter_map(|client| client.client_id()).map(|id| {
            let key = format!("cognito-idp:DescribeUserPoolClient {pool_id}/{id}");
            cache.once(key, move || self.describe(pool_id, id))
        });
        Ok(try_join_all(described)
            .await?
            .iter()
            .filter_map(|client| client.as_ref().clone())
            .collect())
    }

    /// The client of a name. One with a secret counts for one without until it is replaced.
    async fn named(
        &self,
        desired: &Properties,
        cache: &ReadCache,
    ) -> Result<Option<UserPoolClientType>, DriverError> {
        let UserPoolClient {
            user_pool_id,
            client_name,
            ..
        } = desired;
        let named = self.described(user_pool_id, client_name, cache);
        let rank = |client: &UserPoolClientType| {
            let created = client
                .creation_date()
                .map(|date| (date.secs(), date.subsec_nanos()));
            let id = client.client_id().map(str::to_owned);
            (!is_of_kind(client, desired), created, id)
        };
        Ok(named.await?.into_iter().min_by_key(rank))
    }

    async fn create_client(&self, desired: &Properties) -> Result<String, DriverError> {
        let call = convert::creation(&self.0.client, desired)?;
        let once = Config::builder().retry_config(RetryConfig::disabled());
        let call = call.customize().config_override(once).send();
        let created = call.sent("cognito-idp:CreateUserPoolClient").await?;
        let created = created.user_pool_client;
        created
            .and_then(|client| client.client_id)
            .ok_or_else(|| DriverError::internal("a new user pool client has no id"))
    }

    /// Writes the whole client.
    async fn put(
        &self,
        id: &str,
        desired: &Properties,
        touches: impl Fn(&str) -> bool,
    ) -> Result<(), DriverError> {
        let call = convert::change(&self.0.client, id, desired, touches)?;
        COGNITO
            .write(|| call.clone().send().done("cognito-idp:UpdateUserPoolClient"))
            .await
    }
}

/// Whether a client has a secret exactly if the desired one has.
fn is_of_kind(client: &UserPoolClientType, desired: &Properties) -> bool {
    client.client_secret().is_some() == (desired.generate_secret == Some(true))
}

fn live(pool_id: &str, client: &UserPoolClientType) -> Live {
    let id = client.client_id().unwrap_or_default();
    let properties = convert::properties(pool_id, client);
    child(pool_id, (UserPoolClient::ID, id), properties)
}

impl Child for Clients {
    type Properties = Properties;
    type Service = CognitoClient;
    const CALLS: &'static [&'static [Calls]] = &[CHILDREN, calls::CALLS];
    const KIND: &'static str = "client";
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("cognito-idp");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn service(&self) -> &CognitoClient {
        &self.0
    }

    fn parent_id(client: &Properties) -> &str {
        &client.user_pool_id
    }

    fn key(client: &Properties) -> Option<String> {
        Some(client.client_name.clone())
    }

    fn is_older_name(&self, name: &str, live: &Live, pool: &Owner) -> bool {
        let stack = pool.address.stack();
        name == "client" && live.properties.client_name == format!("{}-{stack}-shell", pool.system)
    }

    fn normalise(&self, client: &mut Properties) {
        convert::normalise(client);
    }

    fn check(&self, client: &Properties, checks: &mut Checks) {
        limits::check(client, checks);
    }

    async fn find(
        &self,
        _: &UserPoolType,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let desired = request.properties;
        let Some(client) = self.named(&desired, cache).await? else {
            return Ok(None);
        };
        let mut live = live(&desired.user_pool_id, &client);
        let rotation = &mut live.properties.refresh_token_rotation;
        if self.0.account.may_have(Quirk::ForgetsRefreshTokenRotation) && rotation.is_none() {
            *rotation = desired.refresh_token_rotation;
        }
        Ok(Some(live))
    }

    async fn all(&self, pool: &UserPoolType, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let pool_id = pool.id().unwrap_or_default();
        let clients = self.0.clients(pool_id, cache).await?;
        let bare = |client: &UserPoolClientDescription| {
            let name = client.client_name().unwrap_or_default();
            let id = client.client_id().unwrap_or_default();
            let properties = UserPoolClient::new(pool_id.to_owned(), name);
            child(pool_id, (UserPoolClient::ID, id), properties)
        };
        Ok(clients.iter().map(bare).collect())
    }

    async fn make(&self, desired: Properties, owner: &Owner) -> Result<Live, DriverError> {
        let pool_id = desired.user_pool_id.clone();
        let find = || async {
            let named = self.named(&desired, &ReadCache::default()).await?;
            let named = named.filter(|client| is_of_kind(client, &desired));
            match named.and_then(|client| client.client_id) {
                Some(id) if self.0.owns(&pool_id, owner).await? => Ok(Some(id)),
                _ => Ok(None),
            }
        };
        let create = || self.create_client(&desired);
        let id = match find_or_create(|error| COGNITO.passes(error), find, create).await? {
            Creation::New(id) => id,
            Creation::Found(id) => {
                self.put(&id, &desired, |_| true).await?;
                id
            }
        };
        Ok(child(&pool_id, (UserPoolClient::ID, &id), desired))
    }

    async fn change(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let id = live.attribute(UserPoolClient::ID)?;
        self.put(id, desired, |property| changes.affects(property))
            .await
    }

    async fn remove(&self, live: &Live) -> Result<(), DriverError> {
        let pool_id = &live.properties.user_pool_id;
        let id = live.attribute(UserPoolClient::ID)?;
        let call = self
            .0
            .client
            .delete_user_pool_client()
            .user_pool_id(pool_id)
            .client_id(id);
        COGNITO
            .delete(|| call.clone().send().done("cognito-idp:DeleteUserPoolClient"))
            .await?;
        until_gone(&format!("the client {id}"), DELETED, || {
            self.describe(pool_id, id)
        })
        .await
    }

    async fn has_successor(&self, live: &Live) -> Result<bool, DriverError> {
        let UserPoolClient {
            user_pool_id,
            client_name,
            ..
        } = &live.properties;
        let clients = self.0.clients(user_pool_id, &ReadCache::default()).await?;
        let mut names = clients.iter().map(|client| client.client_name());
        Ok(names.any(|name| name == Some(client_name)))
    }
}
