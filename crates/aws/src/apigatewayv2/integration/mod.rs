//! `AWS::ApiGatewayV2::Integration`.

mod calls;
mod limits;
#[cfg(test)]
mod tests;

use aws_sdk_apigatewayv2::types::{
    Api, ConnectionType, ContentHandlingStrategy, Integration as SdkIntegration, IntegrationType,
    PassthroughBehavior, ProtocolType, Route,
};
use engine::{Changes, DriverError, ReadCache};
use model::types::apigatewayv2::Integration;
use model::{Address, Owner, Tags};

use super::calls::CHILDREN;
use super::client::{ApiGatewayClient, DELETIONS, WRITES, once};
use super::convert;
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{Child, child};
use crate::kit::create_once::{Creation, find_or_create};
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::typed::{TypedLive, TypedReadRequest};

type Properties = Integration<String>;
type Live = TypedLive<Properties>;

/// The attribute of a live integration with its description, which contains its address.
const DESCRIPTION: &str = "Description";

/// Reads and writes integrations.
///
/// AWS assigns the id and allows several to be equal, so the call that creates an integration
/// writes its address into its description, by which it is found again. Of several, the one that a
/// route calls is chosen, and the others are orphans.
#[derive(Debug)]
pub(crate) struct Integrations(ApiGatewayClient);

impl Integrations {
    pub(crate) fn new(account: &Account) -> Self {
        Self(ApiGatewayClient::new(account))
    }

    async fn at(
        &self,
        api_id: &str,
        address: &Address,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let address = address.to_string();
        let integrations = self.0.integrations(api_id, cache).await?;
        let mut described: Vec<_> = integrations
            .iter()
            .filter(|of| of.description() == Some(&address))
            .collect();
        if described.len() > 1 {
            let routes = self.0.routes(api_id, cache).await?;
            described.sort_by_key(|integration| {
                let id = integration.integration_id().unwrap_or_default();
                let target = format!("integrations/{id}");
                let called = routes.iter().any(|route| route.target() == Some(&target));
                (!called, id)
            });
        }
        Ok(described.first().map(|of| live(api_id, of)))
    }

    async fn create_integration(
        &self,
        desired: &Properties,
        address: &Address,
    ) -> Result<Live, DriverError> {
        let connection = desired.connection_type.as_deref();
        // Supported for WebSocket APIs alone, which have no version of their events.
        let passthrough = desired.passthrough_behavior.as_deref();
        let passthrough = passthrough.filter(|_| desired.payload_format_version.is_none());
        let strategy = desired.content_handling_strategy.as_deref();
        let call = self
            .0
            .client
            .create_integration()
            .api_id(&desired.api_id)
            .description(address.to_string())
            .integration_type(IntegrationType::from(desired.integration_type.as_str()))
            .set_integration_uri(desired.integration_uri.clone())
            .set_integration_method(desired.integration_method.clone())
            .set_connection_type(connection.map(ConnectionType::from))
            .set_credentials_arn(desired.credentials_arn.clone())
            .set_timeout_in_millis(desired.timeout_in_millis)
            .set_payload_format_version(desired.payload_format_version.clone())
            .set_passthrough_behavior(passthrough.map(PassthroughBehavior::from))
            .set_content_handling_strategy(strategy.map(ContentHandlingStrategy::from))
            .set_request_parameters(convert::new_map(&desired.request_parameters))
            .set_request_templates(convert::new_map(&desired.request_templates))
            .set_template_selection_expression(desired.template_selection_expression.clone());
        let created = call
            .customize()
            .config_override(once())
            .send()
            .sent("apigateway:CreateIntegration")
            .await?;
        let id = created
            .integration_id()
            .ok_or_else(|| DriverError::internal("a new integration has no id"))?;
        let id = (Integration::ID, id);
        Ok(child(&desired.api_id, id, desired.clone()))
    }
}

fn properties(api_id: &str, integration: &SdkIntegration) -> Properties {
    let strategy = integration
        .content_handling_strategy()
        .map(ContentHandlingStrategy::as_str);
    Integration {
        api_id: api_id.to_owned(),
        integration_type: integration
            .integration_type()
            .map_or("", IntegrationType::as_str)
            .to_owned(),
        integration_uri: convert::text(integration.integration_uri()),
        integration_method: convert::text(integration.integration_method()),
        connection_type: convert::text(integration.connection_type().map(ConnectionType::as_str)),
        credentials_arn: convert::text(integration.credentials_arn()),
        timeout_in_millis: integration.timeout_in_millis(),
        payload_format_version: convert::text(integration.payload_format_version()),
        passthrough_behavior: convert::text(
            integration
                .passthrough_behavior()
                .map(PassthroughBehavior::as_str),
        ),
        content_handling_strategy: convert::text(strategy),
        request_parameters: convert::map(integration.request_parameters()),
        request_templates: convert::map(integration.request_templates()),
        template_selection_expression: convert::text(integration.template_selection_expression()),
    }
}

fn live(api_id: &str, integration: &SdkIntegration) -> Live {
    let id = integration.integration_id().unwrap_or_default();
    let mut live = child(
        api_id,
        (Integration::ID, id),
        properties(api_id, integration),
    );
    let description = integration.description().map(str::to_owned);
    let stated = description.map(|text| (DESCRIPTION.to_owned(), text));
    live.attributes.extend(stated);
    live
}

impl Child for Integrations {
    type Properties = Properties;
    type Service = ApiGatewayClient;
    const CALLS: &'static [&'static [Calls]] = &[CHILDREN, calls::CALLS];
    const KIND: &'static str = "integration";
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn service(&self) -> &ApiGatewayClient {
        &self.0
    }

    fn parent_id(integration: &Properties) -> &str {
        &integration.api_id
    }

    fn key(_: &Properties) -> Option<String> {
        None
    }

    /// The description contains the address, even an orphan's. It is one of the API's stack.
    fn stated_address(&self, live: &Live, api: &Owner) -> Option<Address> {
        let stated: Address = live.attributes.get(DESCRIPTION)?.parse().ok()?;
        (stated.stack() == api.address.stack()).then_some(stated)
    }

    async fn is_used_by_others(&self, live: &Live, api: &Tags) -> Result<bool, DriverError> {
        let (api_id, id) = (&live.properties.api_id, live.attribute(Integration::ID)?);
        let target = format!("integrations/{id}");
        let uses = |route: &Route| route.target() == Some(&target);
        self.0.is_used_by_others(api_id, api, uses).await
    }

    /// An HTTP API has a default.
    fn leave(&self, integration: &mut Properties, live: &Properties) {
        leave(
            &mut integration.payload_format_version,
            live.payload_format_version.as_ref(),
        );
    }

    /// AWS's defaults: the Internet, 29 s, and messages that match no template pass. `POST` is the
    /// only method of a function; a mock has none.
    fn normalise(&self, integration: &mut Properties) {
        integration
            .connection_type
            .get_or_insert_with(|| "INTERNET".to_owned());
        integration.timeout_in_millis.get_or_insert(29_000);
        integration
            .passthrough_behavior
            .get_or_insert_with(|| "WHEN_NO_MATCH".to_owned());
        let method = &mut integration.integration_method;
        match integration.integration_type.as_str() {
            "AWS" | "AWS_PROXY" => drop(method.get_or_insert_with(|| "POST".to_owned())),
            "MOCK" => *method = None,
            _ => {}
        }
    }

    fn check(&self, integration: &Properties, checks: &mut Checks) {
        limits::check(integration, checks);
    }

    /// The version that a WebSocket API shows means nothing.
    async fn find(
        &self,
        api: &Api,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let api_id = &request.properties.api_id;
        let mut found = self.at(api_id, request.address, cache).await?;
        if api.protocol_type() == Some(&ProtocolType::Websocket)
            && let Some(live) = &mut found
        {
            live.properties.payload_format_version = None;
        }
        Ok(found)
    }

    async fn all(&self, api: &Api, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let api_id = api.api_id().unwrap_or_default();
        let integrations = self.0.integrations(api_id, cache).await?;
        Ok(integrations.iter().map(|of| live(api_id, of)).collect())
    }

    async fn make(&self, desired: Properties, owner: &Owner) -> Result<Live, DriverError> {
        let find = || async {
            let (api_id, cache) = (&desired.api_id, ReadCache::default());
            match self.at(api_id, &owner.address, &cache).await? {
                Some(found) => self.resume(found, &desired, owner).await,
                None => Ok(None),
            }
        };
        let create = || self.create_integration(&desired, &owner.address);
        let made = find_or_create(|error| WRITES.passes(error), find, create);
        let (Creation::Found(live) | Creation::New(live)) = made.await?;
        Ok(live)
    }

    /// Every update contains the type: without it the service checks the rest against the wrong
    /// one.
    async fn change(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let before = &live.properties;
        let touches = |property: &str| changes.affects(property);
        let text = |property: &str, value: &Option<String>| {
            touches(property).then(|| convert::patch_text(value.as_ref()))
        };
        let map = |property: &str, before, desired| {
            touches(property).then(|| convert::patch_map(before, desired))
        };
        let timeout = desired.timeout_in_millis;
        let connection = text("ConnectionType", &desired.connection_type);
        let passthrough = text("PassthroughBehavior", &desired.passthrough_behavior);
        let strategy = desired.content_handling_strategy.as_deref();
        if touches("ContentHandlingStrategy") && strategy.is_none() {
            return Err(DriverError::Invalid(
                "AWS cannot remove the ContentHandlingStrategy of an integration: state another \
                 one, or give the integration another name, which replaces it"
                    .to_owned(),
            ));
        }
        let strategy = strategy.filter(|_| touches("ContentHandlingStrategy"));
        let call = self
            .0
            .client
            .update_integration()
            .api_id(&desired.api_id)
            .integration_id(live.attribute(Integration::ID)?)
            .integration_type(IntegrationType::from(desired.integration_type.as_str()))
            .set_integration_uri(text("IntegrationUri", &desired.integration_uri))
            .set_integration_method(text("IntegrationMethod", &desired.integration_method))
            .set_connection_type(connection.as_deref().map(ConnectionType::from))
            .set_credentials_arn(text("CredentialsArn", &desired.credentials_arn))
            .set_timeout_in_millis(timeout.filter(|_| touches("TimeoutInMillis")))
            .set_payload_format_version(
                desired
                    .payload_format_version
                    .clone()
                    .filter(|_| touches("PayloadFormatVersion")),
            )
            .set_passthrough_behavior(passthrough.as_deref().map(PassthroughBehavior::from))
            .set_content_handling_strategy(strategy.map(ContentHandlingStrategy::from))
            .set_request_parameters(map(
                "RequestParameters",
                &before.request_parameters,
                &desired.request_parameters,
            ))
            .set_request_templates(map(
                "RequestTemplates",
                &before.request_templates,
                &desired.request_templates,
            ))
            .set_template_selection_expression(text(
                "TemplateSelectionExpression",
                &desired.template_selection_expression,
            ));
        WRITES
            .write(|| call.clone().send().done("apigateway:UpdateIntegration"))
            .await
    }

    async fn remove(&self, live: &Live) -> Result<(), DriverError> {
        let (api_id, id) = (&live.properties.api_id, live.attribute(Integration::ID)?);
        let call = self.0.client.delete_integration();
        let call = call.api_id(api_id).integration_id(id);
        let delete = || call.clone().send().done("apigateway:DeleteIntegration");
        let target = format!("integrations/{id}");
        let uses = |route: &Route| route.target() == Some(&target);
        let users = || self.0.routes_with(api_id, uses);
        let deleted = DELETIONS.delete_unused(delete, users).await;
        self.0.deleted_or_left(deleted, api_id, uses).await
    }

    /// Several integrations may have one address.
    async fn has_successor(&self, live: &Live) -> Result<bool, DriverError> {
        let Some(owner) = live.tags.owner() else {
            return Ok(false);
        };
        let (api_id, cache) = (&live.properties.api_id, ReadCache::default());
        Ok(self.at(api_id, &owner.address, &cache).await?.is_some())
    }
}
