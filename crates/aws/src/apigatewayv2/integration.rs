//! `AWS::ApiGatewayV2::Integration`.

use aws_sdk_apigatewayv2::types::{
    ConnectionType, ContentHandlingStrategy, Integration as SdkIntegration, IntegrationType,
    PassthroughBehavior,
};
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::apigatewayv2::Integration;
use model::{ADDRESS_TAG, Address, Owner, Tags};
use serde::Deserialize;

use super::gateway::{Gateway, child, deleted, orphan_tags, written};
use super::{convert, limits};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::limits::Checks;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Integration<String>;
type Live = TypedLive<Properties>;

/// Reads and writes integrations.
///
/// AWS makes up the id and lets several be equal, so the call that creates an integration writes
/// its address into its description, by which it is found again. Of several, the one that a route
/// calls is ours, and the others are orphans.
#[derive(Debug)]
pub(crate) struct Integrations(Gateway);

/// Where integrations are looked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    api_id: String,
}

impl Integrations {
    pub(crate) fn new(account: &Account) -> Self {
        Self(Gateway::new(account))
    }

    async fn find(
        &self,
        api_id: &str,
        address: &str,
        cache: &ReadCache,
    ) -> Result<Option<SdkIntegration>, DriverError> {
        let integrations = self.0.integrations(api_id, cache).await?;
        let described: Vec<_> = integrations
            .iter()
            .filter(|of| of.description() == Some(address))
            .collect();
        if described.len() < 2 {
            return Ok(described.first().map(|integration| (*integration).clone()));
        }
        let routes = self.0.routes(api_id, cache).await?;
        let rank = |integration: &&SdkIntegration| {
            let id = integration.integration_id().unwrap_or_default().to_owned();
            let target = format!("integrations/{id}");
            (
                !routes.iter().any(|route| route.target() == Some(&target)),
                id,
            )
        };
        Ok(described.into_iter().min_by_key(rank).cloned())
    }

    /// The integration's id, new or found: another attempt may have made it, and its answer was
    /// lost.
    async fn make(&self, desired: &Properties, address: &str) -> Result<String, DriverError> {
        let found = self
            .find(&desired.api_id, address, &ReadCache::default())
            .await?;
        if let Some(integration) = found
            && self.0.owns(&desired.api_id).await?
        {
            return self.take_up(&integration, desired).await;
        }
        self.create_integration(desired, address).await
    }

    /// Makes an integration that was found what is wanted.
    async fn take_up(
        &self,
        integration: &SdkIntegration,
        desired: &Properties,
    ) -> Result<String, DriverError> {
        let mut found = properties(&desired.api_id, integration);
        self.normalise(&mut found);
        let changes = convert::difference(&found, desired)?;
        let id = integration.integration_id().unwrap_or_default();
        if !changes.is_empty() {
            self.patch(id, &found, desired, |property| changes.affects(property))
                .await?;
        }
        Ok(id.to_owned())
    }

    async fn create_integration(
        &self,
        desired: &Properties,
        address: &str,
    ) -> Result<String, DriverError> {
        let strategy = desired.content_handling_strategy.as_deref();
        let created = written(|| async {
            self.0
                .client
                .create_integration()
                .api_id(&desired.api_id)
                .description(address)
                .integration_type(IntegrationType::from(desired.integration_type.as_str()))
                .set_integration_uri(desired.integration_uri.clone())
                .set_integration_method(desired.integration_method.clone())
                .set_connection_type(desired.connection_type.as_deref().map(ConnectionType::from))
                .set_credentials_arn(desired.credentials_arn.clone())
                .set_timeout_in_millis(desired.timeout_in_millis)
                .set_passthrough_behavior(
                    desired
                        .passthrough_behavior
                        .as_deref()
                        .map(PassthroughBehavior::from),
                )
                .set_content_handling_strategy(strategy.map(ContentHandlingStrategy::from))
                .set_request_parameters(convert::new_map(&desired.request_parameters))
                .set_request_templates(convert::new_map(&desired.request_templates))
                .set_template_selection_expression(desired.template_selection_expression.clone())
                .send()
                .sent("apigateway:CreateIntegration")
                .await
        })
        .await?;
        created
            .integration_id
            .ok_or_else(|| DriverError::internal("a new integration has no id"))
    }

    /// The type goes with every update: without it the service checks the rest against the wrong
    /// one.
    async fn patch(
        &self,
        id: &str,
        live: &Properties,
        desired: &Properties,
        touches: impl Fn(&str) -> bool,
    ) -> Result<(), DriverError> {
        let text = |property: &str, value: &Option<String>| {
            touches(property).then(|| convert::patch_text(value.as_ref()))
        };
        let parameters =
            || convert::patch_map(&live.request_parameters, &desired.request_parameters);
        let templates = || convert::patch_map(&live.request_templates, &desired.request_templates);
        let connection = text("ConnectionType", &desired.connection_type);
        let passthrough = text("PassthroughBehavior", &desired.passthrough_behavior);
        let strategy = desired
            .content_handling_strategy
            .as_deref()
            .filter(|_| touches("ContentHandlingStrategy"));
        if touches("ContentHandlingStrategy") && strategy.is_none() {
            return Err(DriverError::Invalid(
                "an integration's ContentHandlingStrategy cannot be taken away: name another one, or give the integration \
                 another name, which makes it anew"
                    .to_owned(),
            ));
        }
        written(|| async {
            self.0
                .client
                .update_integration()
                .api_id(&desired.api_id)
                .integration_id(id)
                .integration_type(IntegrationType::from(desired.integration_type.as_str()))
                .set_integration_uri(text("IntegrationUri", &desired.integration_uri))
                .set_integration_method(text("IntegrationMethod", &desired.integration_method))
                .set_connection_type(connection.as_deref().map(ConnectionType::from))
                .set_credentials_arn(text("CredentialsArn", &desired.credentials_arn))
                .set_timeout_in_millis(
                    desired
                        .timeout_in_millis
                        .filter(|_| touches("TimeoutInMillis")),
                )
                .set_passthrough_behavior(passthrough.as_deref().map(PassthroughBehavior::from))
                .set_content_handling_strategy(strategy.map(ContentHandlingStrategy::from))
                .set_request_parameters(touches("RequestParameters").then(parameters))
                .set_request_templates(touches("RequestTemplates").then(templates))
                .set_template_selection_expression(text(
                    "TemplateSelectionExpression",
                    &desired.template_selection_expression,
                ))
                .send()
                .done("apigateway:UpdateIntegration")
                .await
        })
        .await
    }

    /// Whether another integration has the address of one that was deleted, and so its record.
    async fn has_twin(&self, live: &Live) -> Result<bool, DriverError> {
        let Some(address) = live.tags.known().and_then(|tags| tags.get(ADDRESS_TAG)) else {
            return Ok(false);
        };
        let left = self.0.list_integrations(&live.properties.api_id).await?;
        Ok(left
            .iter()
            .any(|integration| integration.description() == Some(address)))
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

fn live(api_id: &str, integration: &SdkIntegration, tags: LiveTags) -> Live {
    let id = integration.integration_id().unwrap_or_default();
    child(
        api_id,
        ("IntegrationId", id),
        properties(api_id, integration),
        tags,
    )
}

/// An orphan's description still says where it stood.
fn with_described_address(tags: LiveTags, integration: &SdkIntegration) -> LiveTags {
    let described = integration
        .description()
        .filter(|text| text.parse::<Address>().is_ok());
    match (tags, described) {
        (LiveTags::Read(mut tags), Some(address)) => {
            tags.insert(ADDRESS_TAG.to_owned(), address.to_owned());
            LiveTags::Read(tags)
        }
        (tags, _) => tags,
    }
}

impl ResourceDriver for Integrations {
    type Properties = Properties;

    /// AWS's defaults: the Internet, 29 s, what no template matches passes. `POST` is the one
    /// method of a function; a mock has none.
    fn normalise(&self, integration: &mut Properties) {
        integration
            .connection_type
            .get_or_insert_with(|| "INTERNET".to_owned());
        integration.timeout_in_millis.get_or_insert(29_000);
        integration
            .passthrough_behavior
            .get_or_insert_with(|| "WHEN_NO_MATCH".to_owned());
        match integration.integration_type.as_str() {
            "AWS" | "AWS_PROXY" => drop(
                integration
                    .integration_method
                    .get_or_insert_with(|| "POST".to_owned()),
            ),
            "MOCK" => integration.integration_method = None,
            _ => {}
        }
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(limits::integration(properties));
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
        let found = self
            .find(api_id, &request.address.to_string(), cache)
            .await?;
        let Some(integration) = found else {
            return Ok(None);
        };
        Ok(Some(live(
            api_id,
            &integration,
            self.0.record(&api, request.address),
        )))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let mut listed = Vec::new();
        for api in self.0.owned(cache).await? {
            let api_id = api.api_id().unwrap_or_default();
            for integration in self.0.integrations(api_id, cache).await?.iter() {
                let tags = orphan_tags(
                    &api,
                    "integration",
                    integration.integration_id().unwrap_or_default(),
                );
                listed.push(live(
                    api_id,
                    integration,
                    with_described_address(tags, integration),
                ));
            }
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
        let address = tags
            .get(ADDRESS_TAG)
            .ok_or_else(|| DriverError::internal("an integration has no address"))?;
        self.0.put_record(&desired.api_id, tags).await?;
        let id = self.make(&desired, address).await?;
        Ok(child(
            &desired.api_id.clone(),
            ("IntegrationId", &id),
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
        let id = live.attribute("IntegrationId")?;
        self.patch(id, &live.properties, &desired, |property| {
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
        let id = live.attribute("IntegrationId")?;
        deleted(|| async {
            self.0
                .client
                .delete_integration()
                .api_id(&live.properties.api_id)
                .integration_id(id)
                .send()
                .done("apigateway:DeleteIntegration")
                .await
        })
        .await?;
        if self.has_twin(&live).await? {
            Ok(())
        } else {
            self.0.remove_record(&live).await
        }
    }
}
