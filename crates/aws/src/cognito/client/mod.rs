//! `AWS::Cognito::UserPoolClient`.

mod convert;

use aws_sdk_cognitoidentityprovider::types::UserPoolClientType;
use engine::{Changes, DriverError, LiveTags, ReadCache, Selection};
use futures_util::future::try_join_all;
use model::types::cognito::UserPoolClient;
use model::{Address, Owner, Tags};
use serde::Deserialize;

use super::limits;
use super::pools::{Pools, child, deleted, gone, is_absent, orphan_tags, record, written};
use crate::Account;
use crate::account::Quirk;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::limits::Checks;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::WaitPolicy;

pub(super) type Properties = UserPoolClient<String>;
type Live = TypedLive<Properties>;

/// Reads and writes clients. AWS lets several have one name; the oldest that is of the wanted kind
/// is ours, and the others are orphans.
///
/// A client's secret stays in the answers of the SDK, which redacts it: what is read is whether
/// there is one.
#[derive(Debug)]
pub(crate) struct Clients(Pools);

/// What finds a client again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    user_pool_id: String,
    client_name: String,
}

impl Clients {
    pub(crate) fn new(account: &Account) -> Self {
        Self(Pools::new(account))
    }

    /// A client as it is now; none if it, or its pool, is gone.
    async fn describe(
        &self,
        pool_id: &str,
        id: &str,
    ) -> Result<Option<UserPoolClientType>, DriverError> {
        let answer = self
            .0
            .client
            .describe_user_pool_client()
            .user_pool_id(pool_id)
            .client_id(id)
            .send()
            .await;
        match answer.map_err(failed("cognito-idp:DescribeUserPoolClient")) {
            Err(error) if is_absent(&error) => Ok(None),
            answer => Ok(answer?.user_pool_client),
        }
    }

    async fn described(
        &self,
        pool_id: &str,
        cache: &ReadCache,
        is_meant: impl Fn(&str) -> bool,
    ) -> Result<Vec<UserPoolClientType>, DriverError> {
        let listed = self.0.clients(pool_id, cache).await?;
        let meant = listed
            .iter()
            .filter(|client| client.client_name().is_some_and(&is_meant));
        let described = meant.filter_map(|client| client.client_id()).map(|id| {
            let key = format!("cognito-idp:DescribeUserPoolClient {pool_id}/{id}");
            cache.once(key, move || self.describe(pool_id, id))
        });
        Ok(try_join_all(described)
            .await?
            .iter()
            .filter_map(|client| client.as_ref().clone())
            .collect())
    }

    /// The client of a name. One with a secret stands in for one without until it is replaced.
    async fn find(
        &self,
        wanted: &Properties,
        cache: &ReadCache,
    ) -> Result<Option<UserPoolClientType>, DriverError> {
        let named = self
            .described(&wanted.user_pool_id, cache, |name| {
                name == wanted.client_name
            })
            .await?;
        let rank = |client: &UserPoolClientType| {
            let created = client
                .creation_date()
                .map(|date| (date.secs(), date.subsec_nanos()));
            (
                !is_of_kind(client, wanted),
                created,
                client.client_id().map(str::to_owned),
            )
        };
        Ok(named.into_iter().min_by_key(rank))
    }

    /// The client's id, new or found: another attempt may have made it, and its answer was lost.
    async fn make(&self, desired: &Properties) -> Result<String, DriverError> {
        let found = self
            .find(desired, &ReadCache::default())
            .await?
            .filter(|client| is_of_kind(client, desired));
        if let Some(id) = found.as_ref().and_then(|client| client.client_id()) {
            self.put(id, desired, |_| true).await?;
            return Ok(id.to_owned());
        }
        let request = convert::creation(&self.0.client, desired)?;
        let operation = "cognito-idp:CreateUserPoolClient";
        let created =
            written(|| async { request.clone().send().await.map_err(failed(operation)) }).await?;
        let id = created
            .user_pool_client()
            .and_then(|client| client.client_id());
        id.map(str::to_owned)
            .ok_or_else(|| DriverError::internal("a new user pool client has no id"))
    }

    /// Whether another client has the name: the one that replaces this, whose record the pool keeps
    /// now.
    async fn has_successor(&self, live: &Live) -> Result<bool, DriverError> {
        let UserPoolClient {
            user_pool_id,
            client_name,
            ..
        } = &live.properties;
        let clients = self.0.clients(user_pool_id, &ReadCache::default()).await?;
        Ok(clients
            .iter()
            .any(|client| client.client_name() == Some(client_name)))
    }

    /// Writes the whole client.
    async fn put(
        &self,
        id: &str,
        desired: &Properties,
        touches: impl Fn(&str) -> bool,
    ) -> Result<(), DriverError> {
        let request = convert::change(&self.0.client, id, desired, touches)?;
        let operation = "cognito-idp:UpdateUserPoolClient";
        written(|| async {
            request
                .clone()
                .send()
                .await
                .map(drop)
                .map_err(failed(operation))
        })
        .await
    }
}

/// Whether a client has a secret exactly if the wanted one has.
fn is_of_kind(client: &UserPoolClientType, wanted: &Properties) -> bool {
    client.client_secret().is_some() == (wanted.generate_secret == Some(true))
}

fn live(pool_id: &str, client: &UserPoolClientType, tags: LiveTags) -> Live {
    let id = client.client_id().unwrap_or_default();
    child(
        pool_id,
        ("ClientId", id),
        convert::properties(pool_id, client),
        tags,
    )
}

impl ResourceDriver for Clients {
    type Properties = Properties;
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("cognito-idp");

    fn normalise(&self, client: &mut Properties) {
        convert::normalise(client);
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(limits::client(properties));
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let Identity {
            user_pool_id,
            client_name,
        } = wanted.identity;
        let Some(pool) = self.0.pool(&user_pool_id, cache).await?.as_ref().clone() else {
            return Ok(None);
        };
        let properties = Properties {
            user_pool_id,
            client_name,
            ..request.properties
        };
        let Some(client) = self.find(&properties, cache).await? else {
            return Ok(None);
        };
        let mut live = live(
            &properties.user_pool_id,
            &client,
            record(&pool, request.address),
        );
        if self.0.account.may_have(Quirk::ForgetsRefreshTokenRotation)
            && live.properties.refresh_token_rotation.is_none()
        {
            live.properties.refresh_token_rotation = properties.refresh_token_rotation;
        }
        Ok(Some(live))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let mut listed = Vec::new();
        for pool in self.0.owned(None, cache).await? {
            let pool_id = pool.id().unwrap_or_default();
            let clients = self.described(pool_id, cache, |_| true).await?;
            let orphan = |of: &UserPoolClientType| {
                orphan_tags(&pool, "client", of.client_name().unwrap_or_default())
            };
            listed.extend(
                clients
                    .iter()
                    .map(|client| live(pool_id, client, orphan(client))),
            );
        }
        Ok(listed)
    }

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        self.0.reread_record(live).await
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        self.0.put_record(&desired.user_pool_id, tags).await?;
        let id = self.make(&desired).await?;
        Ok(child(
            &desired.user_pool_id.clone(),
            ("ClientId", &id),
            desired,
            LiveTags::Read(tags.clone()),
        ))
    }

    async fn update(
        &self,
        live: Live,
        desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        if !changes.is_empty() {
            self.put(live.attribute("ClientId")?, &desired, |property| {
                changes.affects(property)
            })
            .await?;
        }
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        self.0.retag_record(live, tags).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let (pool_id, id) = (&live.properties.user_pool_id, live.attribute("ClientId")?);
        deleted(|| async {
            self.0
                .client
                .delete_user_pool_client()
                .user_pool_id(pool_id)
                .client_id(id)
                .send()
                .done("cognito-idp:DeleteUserPoolClient")
                .await
        })
        .await?;
        gone(&format!("the client {id}"), WaitPolicy::seconds(60), || {
            self.describe(pool_id, id)
        })
        .await?;
        if self.has_successor(&live).await? {
            Ok(())
        } else {
            self.0.remove_record(&live).await
        }
    }
}
