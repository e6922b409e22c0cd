//! `AWS::ApiGatewayV2::Route`.

use aws_sdk_apigatewayv2::types::{AuthorizationType, Route as SdkRoute};
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::apigatewayv2::Route;
use model::{Address, Owner, Tags};
use serde::Deserialize;

use super::gateway::{Gateway, child, deleted, is_recorded, orphan_tags, written};
use super::{convert, limits};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::limits::Checks;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Route<String>;
type Live = TypedLive<Properties>;

/// Reads and writes routes. A route is found by its key, which is unique in its API.
#[derive(Debug)]
pub(crate) struct Routes(Gateway);

/// What finds a route again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    api_id: String,
    route_key: String,
}

impl Routes {
    pub(crate) fn new(account: &Account) -> Self {
        Self(Gateway::new(account))
    }

    /// The route's id, new or found: another attempt may have made it, and its answer was lost. The
    /// key is looked for first, since an emulator takes a second route of the same key.
    async fn make(&self, desired: &Properties) -> Result<String, DriverError> {
        if let Some(id) = self.ours(desired).await? {
            return Ok(id);
        }
        match self.create_route(desired).await {
            Err(error) if error.is("ConflictException") => match self.ours(desired).await? {
                Some(id) => Ok(id),
                None => Err(error),
            },
            other => other,
        }
    }

    /// The id of a route with the wanted key in an API of ours, with the wanted properties written
    /// to it.
    async fn ours(&self, desired: &Properties) -> Result<Option<String>, DriverError> {
        let routes = self.0.list_routes(&desired.api_id).await?;
        let Some(route) = find(&routes, &desired.route_key) else {
            return Ok(None);
        };
        if !self.0.owns(&desired.api_id).await? {
            return Ok(None);
        }
        let mut found = properties(&desired.api_id, route);
        self.normalise(&mut found);
        let changes = convert::difference(&found, desired)?;
        let id = route.route_id().unwrap_or_default();
        if !changes.is_empty() {
            self.patch(id, desired, |property| changes.affects(property))
                .await?;
        }
        Ok(Some(id.to_owned()))
    }

    async fn create_route(&self, desired: &Properties) -> Result<String, DriverError> {
        let created = written(|| async {
            self.0
                .client
                .create_route()
                .api_id(&desired.api_id)
                .route_key(&desired.route_key)
                .set_target(desired.target.clone())
                .set_operation_name(desired.operation_name.clone())
                .set_authorization_type(
                    desired
                        .authorization_type
                        .as_deref()
                        .map(AuthorizationType::from),
                )
                .set_authorizer_id(desired.authorizer_id.clone())
                .set_api_key_required(desired.api_key_required)
                .set_model_selection_expression(desired.model_selection_expression.clone())
                .set_route_response_selection_expression(
                    desired.route_response_selection_expression.clone(),
                )
                .send()
                .sent("apigateway:CreateRoute")
                .await
        })
        .await?;
        created
            .route_id
            .ok_or_else(|| DriverError::internal("a new route has no id"))
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
        // An authorizer means nothing without the type that uses it.
        let authorization = touches("AuthorizationType") || touches("AuthorizerId");
        let authorization_type = desired
            .authorization_type
            .as_deref()
            .filter(|_| authorization);
        written(|| async {
            self.0
                .client
                .update_route()
                .api_id(&desired.api_id)
                .route_id(id)
                .set_target(text("Target", &desired.target))
                .set_operation_name(text("OperationName", &desired.operation_name))
                .set_authorization_type(authorization_type.map(AuthorizationType::from))
                .set_authorizer_id(text("AuthorizerId", &desired.authorizer_id))
                .set_api_key_required(
                    desired
                        .api_key_required
                        .filter(|_| touches("ApiKeyRequired")),
                )
                .set_model_selection_expression(text(
                    "ModelSelectionExpression",
                    &desired.model_selection_expression,
                ))
                .set_route_response_selection_expression(text(
                    "RouteResponseSelectionExpression",
                    &desired.route_response_selection_expression,
                ))
                .send()
                .done("apigateway:UpdateRoute")
                .await
        })
        .await
    }
}

/// The route of a key; the lowest id where an emulator has several.
fn find<'r>(routes: &'r [SdkRoute], key: &str) -> Option<&'r SdkRoute> {
    routes
        .iter()
        .filter(|route| route.route_key() == Some(key))
        .min_by_key(|route| route.route_id())
}

fn properties(api_id: &str, route: &SdkRoute) -> Properties {
    Route {
        api_id: api_id.to_owned(),
        route_key: route.route_key().unwrap_or_default().to_owned(),
        target: convert::text(route.target()),
        operation_name: convert::text(route.operation_name()),
        authorization_type: route.authorization_type().map(|of| of.as_str().to_owned()),
        authorizer_id: convert::text(route.authorizer_id()),
        api_key_required: route.api_key_required(),
        model_selection_expression: convert::text(route.model_selection_expression()),
        route_response_selection_expression: convert::text(
            route.route_response_selection_expression(),
        ),
    }
}

fn live(api_id: &str, route: &SdkRoute, tags: LiveTags) -> Live {
    child(
        api_id,
        ("RouteId", route.route_id().unwrap_or_default()),
        properties(api_id, route),
        tags,
    )
}

impl ResourceDriver for Routes {
    type Properties = Properties;

    fn normalise(&self, route: &mut Properties) {
        route
            .authorization_type
            .get_or_insert_with(|| "NONE".to_owned());
        route.api_key_required.get_or_insert(false);
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(limits::route(properties));
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let Identity { api_id, route_key } = &request.properties;
        let Some(api) = self.0.api(api_id, cache).await? else {
            return Ok(None);
        };
        let routes = self.0.routes(api_id, cache).await?;
        let Some(route) = find(&routes, route_key) else {
            return Ok(None);
        };
        Ok(Some(live(
            api_id,
            route,
            self.0.record(&api, request.address),
        )))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let mut listed = Vec::new();
        for api in self.0.owned(cache).await? {
            let api_id = api.api_id().unwrap_or_default();
            let routes = self.0.routes(api_id, cache).await?;
            let orphan = |route: &SdkRoute| {
                orphan_tags(&api, "route", route.route_key().unwrap_or_default())
            };
            listed.extend(
                routes
                    .iter()
                    .map(|route| live(api_id, route, orphan(route))),
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
            ("RouteId", &id),
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
        self.patch(live.attribute("RouteId")?, &desired, |property| {
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
        let id = live.attribute("RouteId")?;
        deleted(|| async {
            self.0
                .client
                .delete_route()
                .api_id(&live.properties.api_id)
                .route_id(id)
                .send()
                .done("apigateway:DeleteRoute")
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
