//! `AWS::ApiGatewayV2::Route`.

mod calls;
mod limits;
#[cfg(test)]
mod tests;

use aws_sdk_apigatewayv2::types::{Api, AuthorizationType, Route as SdkRoute};
use engine::{Changes, DriverError, ReadCache};
use model::Owner;
use model::types::apigatewayv2::Route;

use super::calls::CHILDREN;
use super::client::{ApiGatewayClient, DELETIONS, ROUTE, WRITES, older_route_name};
use super::convert;
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{Child, child};
use crate::kit::limits::{Checks, Limit};
use crate::kit::typed::{TypedLive, TypedReadRequest};

type Properties = Route<String>;
type Live = TypedLive<Properties>;

/// Reads and writes routes. A route is found by its key, which is unique in its API.
#[derive(Debug)]
pub(crate) struct Routes(ApiGatewayClient);

impl Routes {
    pub(crate) fn new(account: &Account) -> Self {
        Self(ApiGatewayClient::new(account))
    }

    /// The route of a key; the lowest id if an emulator has several.
    async fn with_key(
        &self,
        api_id: &str,
        key: &str,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let routes = self.0.routes(api_id, cache).await?;
        let route = routes
            .iter()
            .filter(|route| route.route_key() == Some(key))
            .min_by_key(|route| route.route_id());
        Ok(route.map(|route| live(api_id, route)))
    }

    /// The route that an earlier attempt created, as desired now.
    async fn earlier(
        &self,
        desired: &Properties,
        owner: &Owner,
    ) -> Result<Option<Live>, DriverError> {
        let (api_id, key) = (&desired.api_id, &desired.route_key);
        match self.with_key(api_id, key, &ReadCache::default()).await? {
            Some(found) => self.resume(found, desired, owner).await,
            None => Ok(None),
        }
    }

    async fn create_route(&self, desired: Properties) -> Result<Live, DriverError> {
        let authorization_type = desired.authorization_type.as_deref();
        let scopes = &desired.authorization_scopes;
        let scopes = (!scopes.is_empty()).then(|| scopes.clone());
        let call = self
            .0
            .client
            .create_route()
            .api_id(&desired.api_id)
            .route_key(&desired.route_key)
            .set_target(desired.target.clone())
            .set_operation_name(desired.operation_name.clone())
            .set_authorization_type(authorization_type.map(AuthorizationType::from))
            .set_authorizer_id(desired.authorizer_id.clone())
            .set_authorization_scopes(scopes)
            .set_api_key_required(desired.api_key_required)
            .set_model_selection_expression(desired.model_selection_expression.clone())
            .set_route_response_selection_expression(
                desired.route_response_selection_expression.clone(),
            );
        let created = WRITES
            .write(|| call.clone().send().sent("apigateway:CreateRoute"))
            .await?;
        let id = created
            .route_id()
            .ok_or_else(|| DriverError::internal("a new route has no id"))?;
        Ok(child(&desired.api_id.clone(), (Route::ID, id), desired))
    }
}

fn properties(api_id: &str, route: &SdkRoute) -> Properties {
    Route {
        api_id: api_id.to_owned(),
        route_key: route.route_key().unwrap_or_default().to_owned(),
        target: convert::text(route.target()),
        operation_name: convert::text(route.operation_name()),
        authorization_type: route.authorization_type().map(|of| of.as_str().to_owned()),
        authorizer_id: convert::text(route.authorizer_id()),
        authorization_scopes: route.authorization_scopes().to_vec(),
        api_key_required: route.api_key_required(),
        model_selection_expression: convert::text(route.model_selection_expression()),
        route_response_selection_expression: convert::text(
            route.route_response_selection_expression(),
        ),
    }
}

fn live(api_id: &str, route: &SdkRoute) -> Live {
    let id = route.route_id().unwrap_or_default();
    child(api_id, (Route::ID, id), properties(api_id, route))
}

impl Child for Routes {
    type Properties = Properties;
    type Service = ApiGatewayClient;
    const CALLS: &'static [&'static [Calls]] = &[CHILDREN, calls::CALLS];
    const KIND: &'static str = ROUTE;
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn service(&self) -> &ApiGatewayClient {
        &self.0
    }

    fn parent_id(route: &Properties) -> &str {
        &route.api_id
    }

    fn key(route: &Properties) -> Option<String> {
        Some(route.route_key.clone())
    }

    fn is_older_name(&self, name: &str, live: &Live, _: &Owner) -> bool {
        name == older_route_name(&live.properties.route_key)
    }

    fn normalise(&self, route: &mut Properties) {
        route
            .authorization_type
            .get_or_insert_with(|| "NONE".to_owned());
        route.authorization_scopes.sort();
        route.authorization_scopes.dedup();
        route.api_key_required.get_or_insert(false);
    }

    fn check(&self, route: &Properties, checks: &mut Checks) {
        limits::check(route, checks);
    }

    async fn find(
        &self,
        _: &Api,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let route = &request.properties;
        self.with_key(&route.api_id, &route.route_key, cache).await
    }

    async fn all(&self, api: &Api, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let api_id = api.api_id().unwrap_or_default();
        let routes = self.0.routes(api_id, cache).await?;
        Ok(routes.iter().map(|route| live(api_id, route)).collect())
    }

    /// The key is looked up first, since an emulator accepts a second route with the same key.
    async fn make(&self, desired: Properties, owner: &Owner) -> Result<Live, DriverError> {
        if let Some(found) = self.earlier(&desired, owner).await? {
            return Ok(found);
        }
        match self.create_route(desired.clone()).await {
            Err(error) if error.is("ConflictException") => {
                let found = self.earlier(&desired, owner).await?;
                found.ok_or(error)
            }
            made => made,
        }
    }

    async fn change(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let text = |property: &str, value: &Option<String>| {
            let affected = changes.affects(property);
            affected.then(|| convert::patch_text(value.as_ref()))
        };
        // An authorizer means nothing without the type that uses it.
        let authorizes = changes.affects("AuthorizationType") || changes.affects("AuthorizerId");
        let authorization_type = desired.authorization_type.as_deref();
        let key_required = desired.api_key_required;
        let call = self
            .0
            .client
            .update_route()
            .api_id(&desired.api_id)
            .route_id(live.attribute(Route::ID)?)
            .set_target(text("Target", &desired.target))
            .set_operation_name(text("OperationName", &desired.operation_name))
            .set_authorization_type(
                authorization_type
                    .filter(|_| authorizes)
                    .map(AuthorizationType::from),
            )
            .set_authorizer_id(text("AuthorizerId", &desired.authorizer_id))
            .set_authorization_scopes(
                changes
                    .affects("AuthorizationScopes")
                    .then(|| desired.authorization_scopes.clone()),
            )
            .set_api_key_required(key_required.filter(|_| changes.affects("ApiKeyRequired")))
            .set_model_selection_expression(text(
                "ModelSelectionExpression",
                &desired.model_selection_expression,
            ))
            .set_route_response_selection_expression(text(
                "RouteResponseSelectionExpression",
                &desired.route_response_selection_expression,
            ));
        WRITES
            .write(|| call.clone().send().done("apigateway:UpdateRoute"))
            .await
    }

    async fn remove(&self, live: &Live) -> Result<(), DriverError> {
        let call = self
            .0
            .client
            .delete_route()
            .api_id(&live.properties.api_id)
            .route_id(live.attribute(Route::ID)?);
        DELETIONS
            .delete(|| call.clone().send().done("apigateway:DeleteRoute"))
            .await
    }
}
