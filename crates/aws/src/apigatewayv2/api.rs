//! `AWS::ApiGatewayV2::Api`.

use async_trait::async_trait;
use aws_sdk_apigatewayv2::types::{Api as SdkApi, ProtocolType};
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache};
use model::types::apigatewayv2::Api;
use model::{ADDRESS_TAG, Address, Tags};
use serde::Deserialize;

use super::gateway::{Gateway, deleted, tags_of, written};
use super::{convert, limits};
use crate::Account;
use crate::account::error::failed;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, until};

type Live = TypedLive<Api>;

/// Reads and writes APIs.
///
/// An API's name is not unique and its id is AWS's, so it is found by its tags, which the call that
/// creates it writes. The list shows them; they are asked for again before a write, since an
/// emulator's list shows them as they were at creation.
#[derive(Debug)]
pub(crate) struct Apis(Gateway);

/// Nothing: the tags find it.
#[derive(Debug, Deserialize)]
pub(crate) struct Identity {}

impl Apis {
    pub(crate) fn new(account: &Account) -> Self {
        Self(Gateway::new(account))
    }

    fn live(&self, api: &SdkApi) -> Live {
        let id = api.api_id().unwrap_or_default();
        let properties = Api {
            name: api.name().unwrap_or_default().to_owned(),
            description: convert::text(api.description()),
            protocol_type: api
                .protocol_type()
                .map_or("", ProtocolType::as_str)
                .to_owned(),
            route_selection_expression: api
                .route_selection_expression()
                .unwrap_or_default()
                .to_owned(),
            api_key_selection_expression: convert::text(api.api_key_selection_expression()),
            disable_execute_api_endpoint: api.disable_execute_api_endpoint(),
        };
        let endpoint = api.api_endpoint().unwrap_or_default();
        self.with_attributes(id, endpoint, properties, LiveTags::Hinted(tags_of(api)))
    }

    fn with_attributes(&self, id: &str, endpoint: &str, properties: Api, tags: LiveTags) -> Live {
        let attributes = Attributes::from([
            ("ApiId".to_owned(), id.to_owned()),
            ("ApiEndpoint".to_owned(), endpoint.to_owned()),
            ("Arn".to_owned(), self.0.api_arn(id)),
        ]);
        TypedLive {
            id: id.to_owned(),
            properties,
            attributes,
            tags,
        }
    }

    /// The one of several APIs with one address that is in use: a creation whose answer was lost
    /// leaves a second one, which comes up as an orphan.
    async fn choose(
        &self,
        candidates: Vec<&SdkApi>,
        protocol_type: &str,
        cache: &ReadCache,
    ) -> Result<Option<SdkApi>, DriverError> {
        let several = candidates.len() > 1;
        let mut ranked = Vec::new();
        for api in candidates {
            let id = api.api_id().unwrap_or_default();
            let routes = several && !self.0.routes(id, cache).await?.is_empty();
            let other_protocol = api
                .protocol_type()
                .is_none_or(|of| of.as_str() != protocol_type);
            let created = api
                .created_date()
                .map(|date| (date.secs(), date.subsec_nanos()));
            ranked.push(((other_protocol, !routes, created, id), api));
        }
        Ok(ranked
            .into_iter()
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, api)| api.clone()))
    }

    fn stands_at(&self, api: &SdkApi, address: &Address) -> bool {
        let tags = tags_of(api);
        self.0.is_ours(&tags) && tags.get(ADDRESS_TAG) == Some(&address.to_string())
    }
}

#[async_trait]
impl ResourceDriver for Apis {
    type Properties = Api;
    type Identity = Identity;

    fn normalise(&self, api: &mut Api) {
        api.description
            .take_if(|description| description.is_empty());
        api.api_key_selection_expression
            .get_or_insert_with(|| "$request.header.x-api-key".to_owned());
        api.disable_execute_api_endpoint.get_or_insert(false);
    }

    async fn read(
        &self,
        wanted: TypedReadRequest<'_, Identity, Api>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let apis = self.0.apis(cache).await?;
        let candidates = apis
            .iter()
            .filter(|api| self.stands_at(api, wanted.address))
            .collect();
        let chosen = self
            .choose(candidates, &wanted.properties.protocol_type, cache)
            .await?;
        Ok(chosen.map(|api| self.live(&api)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        Ok(self
            .0
            .owned(cache)
            .await?
            .iter()
            .map(|api| self.live(api))
            .collect())
    }

    async fn tags(&self, live: &Live) -> Result<Tags, DriverError> {
        self.0.read_tags(live.attribute("Arn")?).await
    }

    async fn create(&self, mut desired: Api, tags: &Tags) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::api(&desired)?;
        let created = written(|| async {
            let call = self
                .0
                .client
                .create_api()
                .name(&desired.name)
                .set_description(desired.description.clone())
                .protocol_type(ProtocolType::from(desired.protocol_type.as_str()))
                .route_selection_expression(&desired.route_selection_expression)
                .set_api_key_selection_expression(desired.api_key_selection_expression.clone())
                .set_disable_execute_api_endpoint(desired.disable_execute_api_endpoint)
                .set_tags(Some(tags.clone().into_iter().collect()));
            call.send().await.map_err(failed("apigateway:CreateApi"))
        })
        .await?;
        let id = created
            .api_id()
            .ok_or_else(|| DriverError::internal("a new API has no id"))?;
        let endpoint = created.api_endpoint().unwrap_or_default();
        Ok(self.with_attributes(id, endpoint, desired, LiveTags::Read(tags.clone())))
    }

    async fn update(
        &self,
        live: Live,
        mut desired: Api,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::api(&desired)?;
        let touched = |property: &str, value: String| changes.affects(property).then_some(value);
        written(|| async {
            let key = convert::patch_text(desired.api_key_selection_expression.as_ref());
            let endpoint = desired
                .disable_execute_api_endpoint
                .filter(|_| changes.affects("DisableExecuteApiEndpoint"));
            let call = self
                .0
                .client
                .update_api()
                .api_id(&live.id)
                .set_name(touched("Name", desired.name.clone()))
                .set_description(touched(
                    "Description",
                    convert::patch_text(desired.description.as_ref()),
                ))
                .set_route_selection_expression(touched(
                    "RouteSelectionExpression",
                    desired.route_selection_expression.clone(),
                ))
                .set_api_key_selection_expression(touched("ApiKeySelectionExpression", key))
                .set_disable_execute_api_endpoint(endpoint);
            call.send()
                .await
                .map(drop)
                .map_err(failed("apigateway:UpdateApi"))
        })
        .await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        self.0.retag(live.attribute("Arn")?, set, remove).await
    }

    /// Takes with it everything that stands in the API.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        deleted(|| async {
            let call = self.0.client.delete_api().api_id(&live.id);
            call.send()
                .await
                .map(drop)
                .map_err(failed("apigateway:DeleteApi"))
        })
        .await?;
        let condition = format!("the API {} to be deleted", live.id);
        until(&condition, WaitPolicy::seconds(60), || async {
            let call = self.0.client.get_api().api_id(&live.id);
            match call.send().await.map_err(failed("apigateway:GetApi")) {
                Ok(_) => Ok(Err("it still answers".to_owned())),
                Err(error) if error.is("NotFoundException") => Ok(Ok(())),
                Err(error) => Err(error),
            }
        })
        .await
    }
}
