//! `AWS::ApiGatewayV2::Api`.

mod calls;
mod cors;
mod limits;
#[cfg(test)]
mod tests;

use aws_sdk_apigatewayv2::types::{Api as SdkApi, ProtocolType};
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::apigatewayv2::Api;
use model::{Address, Owner, Tags};

use super::client::{ApiGatewayClient, DELETIONS, WRITES, once};
use super::convert;
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::ParentService as _;
use crate::kit::create_once::{Creation, find_or_create};
use crate::kit::gone::until_gone;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::tagging;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest, changes};
use crate::kit::wait::{WaitPolicy, until};

type Live = TypedLive<Api>;

/// Reads and writes APIs.
///
/// An API's name is not unique and AWS assigns its id, so it is found by its tags, which the call
/// that creates it writes. The list shows them; they are read again before a write, since an
/// emulator's list shows them as they were at creation.
#[derive(Debug)]
pub(crate) struct Apis(ApiGatewayClient);

impl Apis {
    pub(crate) fn new(account: &Account) -> Self {
        Self(ApiGatewayClient::new(account))
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
            route_selection_expression: convert::text(api.route_selection_expression()),
            api_key_selection_expression: convert::text(api.api_key_selection_expression()),
            cors_configuration: api.cors_configuration().map(cors::read),
            disable_execute_api_endpoint: api.disable_execute_api_endpoint(),
        };
        let endpoint = api.api_endpoint().unwrap_or_default();
        self.with_attributes(
            id,
            endpoint,
            properties,
            LiveTags::Hinted(ApiGatewayClient::tags_in(api)),
        )
    }

    fn with_attributes(&self, id: &str, endpoint: &str, properties: Api, tags: LiveTags) -> Live {
        let is_http = properties.protocol_type == "HTTP";
        let url = || self.0.account.http_url(endpoint, id);
        let attributes = Live::assigned([
            (Api::ID, Some(id.to_owned())),
            (Api::ENDPOINT, Some(endpoint.to_owned())),
            (Api::HTTP_URL, is_http.then(url)),
            (Api::ARN, Some(self.0.api_arn(id))),
        ]);
        TypedLive {
            id: id.to_owned(),
            properties,
            attributes,
            tags,
        }
    }

    /// The API at an address, from the list of all.
    async fn find(
        &self,
        address: &Address,
        protocol_type: &str,
        cache: &ReadCache,
    ) -> Result<Option<SdkApi>, DriverError> {
        let apis = self.0.apis(cache).await?;
        let is_at = |api: &&SdkApi| self.0.is_at(&ApiGatewayClient::tags_in(api), address);
        let candidates = apis.iter().filter(is_at).collect();
        self.choose(candidates, protocol_type, cache).await
    }

    /// The API at an address that the list lacks: where the tagging index shows one, and it exists,
    /// the list lags and is read until it shows it. A second API would take the first one's place.
    async fn unlisted(
        &self,
        address: &Address,
        protocol_type: &str,
        cache: &ReadCache,
    ) -> Result<Option<SdkApi>, DriverError> {
        let hints = tagging::hints(&self.0.account, cache).await?;
        for id in hints.at(address, &self.0.api_arn("")) {
            let call = self.0.client.get_api().api_id(id).send();
            let exists = WRITES.found(call.sent("apigateway:GetApi").await)?;
            if exists.is_some() {
                let listed = || async {
                    let cache = ReadCache::default();
                    let found = self.find(address, protocol_type, &cache).await?;
                    Ok(found.ok_or_else(|| "a list without it".to_owned()))
                };
                let condition = format!("the API {id} to be listed");
                let found = until(&condition, WaitPolicy::seconds(60), listed).await?;
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn create_api(&self, desired: &Api, tags: &Tags) -> Result<Live, DriverError> {
        let created = self
            .0
            .client
            .create_api()
            .name(&desired.name)
            .set_description(desired.description.clone())
            .protocol_type(ProtocolType::from(desired.protocol_type.as_str()))
            .set_route_selection_expression(desired.route_selection_expression.clone())
            .set_api_key_selection_expression(desired.api_key_selection_expression.clone())
            .set_cors_configuration(desired.cors_configuration.as_ref().map(cors::write))
            .set_disable_execute_api_endpoint(desired.disable_execute_api_endpoint)
            .set_tags(Some(tags.clone().into_iter().collect()))
            .customize()
            .config_override(once())
            .send()
            .sent("apigateway:CreateApi")
            .await?;
        let id = created
            .api_id()
            .ok_or_else(|| DriverError::internal("a new API has no id"))?;
        let endpoint = created.api_endpoint().unwrap_or_default();
        let tags = LiveTags::Read(tags.clone());
        Ok(self.with_attributes(id, endpoint, desired.clone(), tags))
    }

    /// An update cannot remove the configuration: one that is absent stays.
    async fn remove_cors(&self, api_id: &str) -> Result<(), DriverError> {
        let call = self.0.client.delete_cors_configuration().api_id(api_id);
        WRITES
            .delete(|| {
                let call = call.clone();
                call.send().done("apigateway:DeleteCorsConfiguration")
            })
            .await
    }

    /// The one of several APIs with one address that is in use: a creation whose answer was lost
    /// leaves a second one, which is reported as an orphan.
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
}

impl ResourceDriver for Apis {
    type Properties = Api;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const LIMITS: &'static [Limit] = limits::LIMITS;

    /// An HTTP API has expressions that cannot be chosen (the service model: `RouteSelectionExpression`
    /// must be the default, and API keys are of WebSocket APIs).
    fn normalise(&self, api: &mut Api) {
        api.description
            .take_if(|description| description.is_empty());
        if api.protocol_type == "HTTP" {
            api.route_selection_expression = None;
            api.api_key_selection_expression = None;
        } else {
            api.api_key_selection_expression
                .get_or_insert_with(|| "$request.header.x-api-key".to_owned());
        }
        if let Some(cors) = &mut api.cors_configuration {
            cors::normalise(cors);
        }
        api.cors_configuration.take_if(|cors| *cors == cors::none());
        api.disable_execute_api_endpoint.get_or_insert(false);
    }

    fn check(&self, api: &Api, checks: &mut Checks) {
        limits::check(api, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Api>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let protocol_type = &request.properties.protocol_type;
        let found = self.find(request.address, protocol_type, cache).await?;
        let api = match found {
            None => self.unlisted(request.address, protocol_type, cache).await?,
            found => found,
        };
        Ok(api.map(|api| self.live(&api)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let owned = self.0.owned(cache).await?;
        Ok(owned.iter().map(|api| self.live(api)).collect())
    }

    fn tag_store(&self) -> impl TagStore<Api> {
        OwnTags::by(&self.0, Api::ARN)
    }

    async fn create(&self, desired: Api, owner: &Owner, tags: &Tags) -> Result<Live, DriverError> {
        let find = || async {
            let cache = ReadCache::default();
            let found = self.find(&owner.address, &desired.protocol_type, &cache);
            let Some(mut live) = found.await?.map(|api| self.live(&api)) else {
                return Ok(None);
            };
            self.normalise(&mut live.properties);
            // One that would have to be replaced is what this creation replaces.
            let replaced = changes(&live.properties, &desired)?.force_replacement();
            Ok((!replaced).then_some(live))
        };
        let create = || self.create_api(&desired, tags);
        match find_or_create(|error| WRITES.passes(error), find, create).await? {
            Creation::Found(live) => self.resumed(live, desired, tags).await,
            Creation::New(live) => Ok(live),
        }
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Api,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let text = |property: &str, value: Option<&String>| {
            let affected = changes.affects(property);
            affected.then(|| convert::patch_text(value))
        };
        let disable = desired.disable_execute_api_endpoint;
        let cors = changes.affects("CorsConfiguration");
        let desired_cors = desired.cors_configuration.as_ref().filter(|_| cors);
        if cors && desired_cors.is_none() {
            self.remove_cors(&live.id).await?;
            let mut others = changes.0.iter().map(|change| &change.path);
            if others.all(|path| path.starts_with("CorsConfiguration")) {
                return Ok(());
            }
        }
        let call = self
            .0
            .client
            .update_api()
            .api_id(&live.id)
            .set_name(text("Name", Some(&desired.name)))
            .set_description(text("Description", desired.description.as_ref()))
            .set_route_selection_expression(text(
                "RouteSelectionExpression",
                desired.route_selection_expression.as_ref(),
            ))
            .set_api_key_selection_expression(text(
                "ApiKeySelectionExpression",
                desired.api_key_selection_expression.as_ref(),
            ))
            .set_cors_configuration(desired_cors.map(cors::write))
            .set_disable_execute_api_endpoint(
                disable.filter(|_| changes.affects("DisableExecuteApiEndpoint")),
            );
        WRITES
            .write(|| call.clone().send().done("apigateway:UpdateApi"))
            .await
    }

    /// Deletes the API with everything that it contains.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let client = &self.0.client;
        let call = client.delete_api().api_id(&live.id);
        DELETIONS
            .delete(|| call.clone().send().done("apigateway:DeleteApi"))
            .await?;
        let call = client.get_api().api_id(&live.id);
        let name = format!("the API {}", live.id);
        until_gone(&name, WaitPolicy::seconds(60), || async {
            WRITES.found(call.clone().send().sent("apigateway:GetApi").await)
        })
        .await
    }
}
