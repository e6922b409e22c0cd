//! `AWS::ApiGatewayV2::Authorizer`.

mod calls;
mod limits;
#[cfg(test)]
mod tests;

use aws_sdk_apigatewayv2::types::{
    Api, Authorizer as SdkAuthorizer, AuthorizerType, JwtConfiguration as SdkJwtConfiguration,
    Route,
};
use engine::{Changes, DriverError, ReadCache};
use model::types::apigatewayv2::{Authorizer, JwtConfiguration};
use model::{Owner, Tags};

use super::calls::CHILDREN;
use super::client::{ApiGatewayClient, DELETIONS, WRITES, once};
use super::convert;
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{Child, child};
use crate::kit::create_once::{Creation, find_or_create};
use crate::kit::limits::{Checks, Limit};
use crate::kit::typed::{TypedLive, TypedReadRequest};

type Properties = Authorizer<String>;
type Live = TypedLive<Properties>;

/// Reads and writes authorizers. AWS allows several with one name; the one that a route uses is
/// chosen, and the others are orphans.
#[derive(Debug)]
pub(crate) struct Authorizers(ApiGatewayClient);

impl Authorizers {
    pub(crate) fn new(account: &Account) -> Self {
        Self(ApiGatewayClient::new(account))
    }

    async fn named(
        &self,
        api_id: &str,
        name: &str,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let authorizers = self.0.authorizers(api_id, cache).await?;
        let mut named: Vec<_> = authorizers
            .iter()
            .filter(|authorizer| authorizer.name() == Some(name))
            .collect();
        if named.len() > 1 {
            let routes = self.0.routes(api_id, cache).await?;
            let used = |id: Option<&str>| routes.iter().any(|route| route.authorizer_id() == id);
            named.sort_by_key(|of| (!used(of.authorizer_id()), of.authorizer_id()));
        }
        Ok(named.first().map(|authorizer| live(api_id, authorizer)))
    }

    async fn create_authorizer(&self, desired: &Properties) -> Result<Live, DriverError> {
        let call = self
            .0
            .client
            .create_authorizer()
            .api_id(&desired.api_id)
            .name(&desired.name)
            .authorizer_type(AuthorizerType::from(desired.authorizer_type.as_str()))
            .set_authorizer_uri(desired.authorizer_uri.clone())
            .set_authorizer_credentials_arn(desired.authorizer_credentials_arn.clone())
            .set_jwt_configuration(desired.jwt_configuration.as_ref().map(written))
            // Required, though it may be empty.
            .set_identity_source(Some(desired.identity_source.clone()));
        let created = call
            .customize()
            .config_override(once())
            .send()
            .sent("apigateway:CreateAuthorizer")
            .await?;
        let id = created
            .authorizer_id()
            .ok_or_else(|| DriverError::internal("a new authorizer has no id"))?;
        // An emulator invents an identity source if none is given.
        if created.identity_source() != desired.identity_source
            && desired.identity_source.is_empty()
        {
            self.patch(id, desired, |property| property == "IdentitySource")
                .await?;
        }
        let id = (Authorizer::ID, id);
        Ok(child(&desired.api_id, id, desired.clone()))
    }

    async fn patch(
        &self,
        id: &str,
        desired: &Properties,
        touches: impl Fn(&str) -> bool,
    ) -> Result<(), DriverError> {
        let text = |property: &str, value: &Option<String>| {
            touches(property).then(|| convert::patch_text(value.as_ref()))
        };
        let authorizer_type = AuthorizerType::from(desired.authorizer_type.as_str());
        let source = &desired.identity_source;
        let call = self
            .0
            .client
            .update_authorizer()
            .api_id(&desired.api_id)
            .authorizer_id(id)
            .set_authorizer_type(touches("AuthorizerType").then_some(authorizer_type))
            .set_authorizer_uri(text("AuthorizerUri", &desired.authorizer_uri))
            .set_authorizer_credentials_arn(text(
                "AuthorizerCredentialsArn",
                &desired.authorizer_credentials_arn,
            ))
            .set_jwt_configuration(
                desired
                    .jwt_configuration
                    .as_ref()
                    .filter(|_| touches("JwtConfiguration"))
                    .map(written),
            )
            .set_identity_source(touches("IdentitySource").then(|| source.clone()));
        WRITES
            .write(|| call.clone().send().done("apigateway:UpdateAuthorizer"))
            .await
    }
}

fn properties(api_id: &str, authorizer: &SdkAuthorizer) -> Properties {
    Authorizer {
        api_id: api_id.to_owned(),
        name: authorizer.name().unwrap_or_default().to_owned(),
        authorizer_type: authorizer
            .authorizer_type()
            .map_or("", AuthorizerType::as_str)
            .to_owned(),
        authorizer_uri: convert::text(authorizer.authorizer_uri()),
        authorizer_credentials_arn: convert::text(authorizer.authorizer_credentials_arn()),
        identity_source: authorizer.identity_source().to_vec(),
        jwt_configuration: authorizer.jwt_configuration().and_then(configured),
    }
}

/// An emulator shows an empty configuration of a function's authorizer.
fn configured(jwt: &SdkJwtConfiguration) -> Option<JwtConfiguration<String>> {
    Some(JwtConfiguration {
        audience: jwt.audience().to_vec(),
        issuer: convert::text(jwt.issuer())?,
    })
}

fn written(jwt: &JwtConfiguration<String>) -> SdkJwtConfiguration {
    SdkJwtConfiguration::builder()
        .set_audience(Some(jwt.audience.clone()))
        .issuer(&jwt.issuer)
        .build()
}

fn live(api_id: &str, authorizer: &SdkAuthorizer) -> Live {
    let id = authorizer.authorizer_id().unwrap_or_default();
    child(api_id, (Authorizer::ID, id), properties(api_id, authorizer))
}

impl Child for Authorizers {
    type Properties = Properties;
    type Service = ApiGatewayClient;
    const CALLS: &'static [&'static [Calls]] = &[CHILDREN, calls::CALLS];
    const KIND: &'static str = "authorizer";
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn service(&self) -> &ApiGatewayClient {
        &self.0
    }

    fn parent_id(authorizer: &Properties) -> &str {
        &authorizer.api_id
    }

    fn key(authorizer: &Properties) -> Option<String> {
        Some(authorizer.name.clone())
    }

    async fn is_used_by_others(&self, live: &Live, api: &Tags) -> Result<bool, DriverError> {
        let (api_id, id) = (&live.properties.api_id, live.attribute(Authorizer::ID)?);
        let uses = |route: &Route| route.authorizer_id() == Some(id);
        self.0.is_used_by_others(api_id, api, uses).await
    }

    fn normalise(&self, authorizer: &mut Properties) {
        authorizer.identity_source.sort();
        authorizer.identity_source.dedup();
        if let Some(jwt) = &mut authorizer.jwt_configuration {
            jwt.audience.sort();
            jwt.audience.dedup();
        }
    }

    fn check(&self, authorizer: &Properties, checks: &mut Checks) {
        limits::check(authorizer, checks);
    }

    async fn find(
        &self,
        _: &Api,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let authorizer = &request.properties;
        self.named(&authorizer.api_id, &authorizer.name, cache)
            .await
    }

    async fn all(&self, api: &Api, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let api_id = api.api_id().unwrap_or_default();
        let authorizers = self.0.authorizers(api_id, cache).await?;
        Ok(authorizers.iter().map(|of| live(api_id, of)).collect())
    }

    async fn make(&self, desired: Properties, owner: &Owner) -> Result<Live, DriverError> {
        let find = || async {
            let (api_id, name) = (&desired.api_id, &desired.name);
            match self.named(api_id, name, &ReadCache::default()).await? {
                Some(found) => self.resume(found, &desired, owner).await,
                None => Ok(None),
            }
        };
        let create = || self.create_authorizer(&desired);
        let made = find_or_create(|error| WRITES.passes(error), find, create);
        let (Creation::Found(live) | Creation::New(live)) = made.await?;
        Ok(live)
    }

    async fn change(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let id = live.attribute(Authorizer::ID)?;
        self.patch(id, desired, |property| changes.affects(property))
            .await
    }

    async fn remove(&self, live: &Live) -> Result<(), DriverError> {
        let (api_id, id) = (&live.properties.api_id, live.attribute(Authorizer::ID)?);
        let call = self.0.client.delete_authorizer();
        let call = call.api_id(api_id).authorizer_id(id);
        let delete = || call.clone().send().done("apigateway:DeleteAuthorizer");
        let uses = |route: &Route| route.authorizer_id() == Some(id);
        let users = || self.0.routes_with(api_id, uses);
        let deleted = DELETIONS.delete_unused(delete, users).await;
        self.0.deleted_or_left(deleted, api_id, uses).await
    }

    /// Several authorizers may have one name.
    async fn has_successor(&self, live: &Live) -> Result<bool, DriverError> {
        let Authorizer { api_id, name, .. } = &live.properties;
        let found = self.named(api_id, name, &ReadCache::default()).await?;
        Ok(found.is_some())
    }
}
