//! `AWS::ApiGatewayV2::Authorizer`.

use aws_sdk_apigatewayv2::operation::create_authorizer::CreateAuthorizerOutput;
use aws_sdk_apigatewayv2::types::{Authorizer as SdkAuthorizer, AuthorizerType};
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::apigatewayv2::Authorizer;
use model::{Address, Owner, Tags};
use serde::Deserialize;

use super::gateway::{Gateway, child, deleted, is_recorded, orphan_tags, written};
use super::{convert, limits};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::limits::Checks;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Authorizer<String>;
type Live = TypedLive<Properties>;

/// Reads and writes authorizers. AWS lets several have one name; the one that a route uses is ours,
/// and the others are orphans.
#[derive(Debug)]
pub(crate) struct Authorizers(Gateway);

/// What finds an authorizer again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    api_id: String,
    name: String,
}

impl Authorizers {
    pub(crate) fn new(account: &Account) -> Self {
        Self(Gateway::new(account))
    }

    async fn find(
        &self,
        identity: &Identity,
        cache: &ReadCache,
    ) -> Result<Option<SdkAuthorizer>, DriverError> {
        let Identity { api_id, name } = identity;
        let authorizers = self.0.authorizers(api_id, cache).await?;
        let named: Vec<_> = authorizers
            .iter()
            .filter(|authorizer| authorizer.name() == Some(name))
            .collect();
        if named.len() < 2 {
            return Ok(named.first().map(|authorizer| (*authorizer).clone()));
        }
        let routes = self.0.routes(api_id, cache).await?;
        let used = |id: Option<&str>| routes.iter().any(|route| route.authorizer_id() == id);
        let rank = |authorizer: &&SdkAuthorizer| {
            let id = authorizer.authorizer_id();
            (!used(id), id.map(str::to_owned))
        };
        Ok(named.into_iter().min_by_key(rank).cloned())
    }

    /// The authorizer's id, new or found: another attempt may have made it, and its answer was
    /// lost.
    async fn make(&self, desired: &Properties) -> Result<String, DriverError> {
        let cache = ReadCache::default();
        let identity = Identity {
            api_id: desired.api_id.clone(),
            name: desired.name.clone(),
        };
        if let Some(authorizer) = self.find(&identity, &cache).await?
            && self.0.owns(&desired.api_id).await?
        {
            return self.take_up(&authorizer, desired).await;
        }
        let created = self.create_authorizer(desired).await?;
        let id = created
            .authorizer_id()
            .ok_or_else(|| DriverError::internal("a new authorizer has no id"))?;
        // An emulator makes up an identity source where none is given.
        if created.identity_source() != desired.identity_source
            && desired.identity_source.is_empty()
        {
            self.patch(id, desired, |property| property == "IdentitySource")
                .await?;
        }
        Ok(id.to_owned())
    }

    /// Makes an authorizer that was found what is wanted.
    async fn take_up(
        &self,
        authorizer: &SdkAuthorizer,
        desired: &Properties,
    ) -> Result<String, DriverError> {
        let mut found = properties(&desired.api_id, authorizer);
        self.normalise(&mut found);
        let changes = convert::difference(&found, desired)?;
        let id = authorizer.authorizer_id().unwrap_or_default();
        if !changes.is_empty() {
            self.patch(id, desired, |property| changes.affects(property))
                .await?;
        }
        Ok(id.to_owned())
    }

    async fn create_authorizer(
        &self,
        desired: &Properties,
    ) -> Result<CreateAuthorizerOutput, DriverError> {
        written(|| async {
            self.0
                .client
                .create_authorizer()
                .api_id(&desired.api_id)
                .name(&desired.name)
                .authorizer_type(AuthorizerType::from(desired.authorizer_type.as_str()))
                .set_authorizer_uri(desired.authorizer_uri.clone())
                .set_authorizer_credentials_arn(desired.authorizer_credentials_arn.clone())
                // Required, though it may be empty.
                .set_identity_source(Some(desired.identity_source.clone()))
                .send()
                .sent("apigateway:CreateAuthorizer")
                .await
        })
        .await
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
        let of = AuthorizerType::from(desired.authorizer_type.as_str());
        written(|| async {
            self.0
                .client
                .update_authorizer()
                .api_id(&desired.api_id)
                .authorizer_id(id)
                .set_authorizer_type(touches("AuthorizerType").then(|| of.clone()))
                .set_authorizer_uri(text("AuthorizerUri", &desired.authorizer_uri))
                .set_authorizer_credentials_arn(text(
                    "AuthorizerCredentialsArn",
                    &desired.authorizer_credentials_arn,
                ))
                .set_identity_source(
                    touches("IdentitySource").then(|| desired.identity_source.clone()),
                )
                .send()
                .done("apigateway:UpdateAuthorizer")
                .await
        })
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
    }
}

fn live(api_id: &str, authorizer: &SdkAuthorizer, tags: LiveTags) -> Live {
    let id = authorizer.authorizer_id().unwrap_or_default();
    child(
        api_id,
        ("AuthorizerId", id),
        properties(api_id, authorizer),
        tags,
    )
}

impl ResourceDriver for Authorizers {
    type Properties = Properties;

    fn normalise(&self, authorizer: &mut Properties) {
        authorizer.identity_source.sort();
        authorizer.identity_source.dedup();
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(limits::authorizer(properties));
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let api_id = &request.properties.api_id;
        let Some(api) = self.0.api(api_id, cache).await? else {
            return Ok(None);
        };
        let Some(authorizer) = self.find(&request.properties, cache).await? else {
            return Ok(None);
        };
        Ok(Some(live(
            api_id,
            &authorizer,
            self.0.record(&api, request.address),
        )))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let mut listed = Vec::new();
        for api in self.0.owned(cache).await? {
            let api_id = api.api_id().unwrap_or_default();
            let authorizers = self.0.authorizers(api_id, cache).await?;
            let orphan =
                |of: &SdkAuthorizer| orphan_tags(&api, "authorizer", of.name().unwrap_or_default());
            listed.extend(
                authorizers
                    .iter()
                    .map(|authorizer| live(api_id, authorizer, orphan(authorizer))),
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
        self.0.put_record(&desired.api_id, tags).await?;
        let id = self.make(&desired).await?;
        Ok(child(
            &desired.api_id.clone(),
            ("AuthorizerId", &id),
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
        self.patch(live.attribute("AuthorizerId")?, &desired, |property| {
            changes.affects(property)
        })
        .await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        self.0.retag_record(live, tags).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let id = live.attribute("AuthorizerId")?;
        deleted(|| async {
            self.0
                .client
                .delete_authorizer()
                .api_id(&live.properties.api_id)
                .authorizer_id(id)
                .send()
                .done("apigateway:DeleteAuthorizer")
                .await
        })
        .await?;
        if is_recorded(&live) {
            self.0.remove_record(&live).await
        } else {
            Ok(())
        }
    }
}
