//! Shared by the drivers: the client, the lists of one reading, the tags of APIs and stages.

use std::future::Future;
use std::sync::Arc;

use aws_sdk_apigatewayv2::config::Builder;
use aws_sdk_apigatewayv2::config::retry::RetryConfig;
use aws_sdk_apigatewayv2::types::{Api, Authorizer, Deployment, Integration, Route, Stage};
use aws_sdk_apigatewayv2::{Client, Config};
use engine::{DriverError, LiveTags, ReadCache};
use model::{Address, Pseudo, SYSTEM_TAG, Tags, child_fingerprint_tag};
use tokio::sync::Mutex;

use super::convert;
use crate::Account;
use crate::account::Quirk;
use crate::kit::call::Call as _;
use crate::kit::children::{
    Parent, ParentService, Reliance, digest, has_bare_record, name_of, recorded_as,
};
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::{Code, Message};
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

/// API Gateway's errors: another write in the same API is under way, or too many calls were made.
/// The quota of `CreateDeployment` is one per 5 s, and that of deleting an API one per 30 s.
///
/// The conflict differs from the one of a taken route key by its message alone: "Unable to complete
/// operation due to concurrent modification. Please try again later." (terraform-provider-aws
/// issues 18018, 37897 and 40575).
pub(super) const WRITES: Consistency = Consistency {
    absent: &[Code("NotFoundException")],
    passing: &[
        Message("ConflictException", "concurrent modification"),
        Code("TooManyRequestsException"),
        // An authorizer's issuer is read at once, and a new user pool may not answer yet: "Caught exception when
        // connecting to https://cognito-idp.…. Please try again later." (seen in deployments of others).
        Message("BadRequestException", "Caught exception when connecting to"),
    ],
    policy: WaitPolicy::seconds(120),
};

/// Those of a deletion, which also pass while the resources that refer to this one are themselves
/// being moved or deleted. What others may refer to is deleted with
/// [`Consistency::delete_unused`].
pub(super) const DELETIONS: Consistency = Consistency {
    passing: &[
        Code("ConflictException"),
        Code("TooManyRequestsException"),
        Message("BadRequestException", "Active stages"),
    ],
    ..WRITES
};

/// The configuration of a creation that no unique name protects from being repeated: see
/// [`crate::kit::create_once`].
pub(super) fn once() -> Builder {
    Config::builder().retry_config(RetryConfig::disabled())
}

/// The type of routes in digests.
pub(super) const ROUTE: &str = "route";

/// The name that the stacks of older versions gave a route, by its key.
pub(super) fn older_route_name(key: &str) -> String {
    format!("{}-route", key.trim_start_matches('$'))
}

/// API Gateway in the system's account and Region.
#[derive(Clone, Debug)]
pub(crate) struct ApiGatewayClient {
    pub(super) account: Account,
    pub(super) client: Client,
}

/// The lists of what an API contains, each read once per reading. They are empty for an API that
/// does not exist.
macro_rules! lists {
    ($($list:ident, $operation:ident, $name:literal, $child:ty;)*) => {
        $(pub(super) async fn $list(
            &self,
            api_id: &str,
            cache: &ReadCache,
        ) -> Result<Arc<Vec<$child>>, DriverError> {
            let call = self.client.$operation().api_id(api_id);
            let list = || async {
                let listed = pages(|token| {
                    let page = call.clone().set_next_token(token).send();
                    async {
                        let page = page.sent($name).await?;
                        Ok((page.items.unwrap_or_default(), page.next_token))
                    }
                });
                WRITES.or_empty(listed.await)
            };
            cache.once(format!("{} {api_id}", $name), list).await
        })*
    };
}

impl ApiGatewayClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: account.client(),
        }
    }

    lists! {
        routes, get_routes, "apigateway:GetRoutes", Route;
        integrations, get_integrations, "apigateway:GetIntegrations", Integration;
        authorizers, get_authorizers, "apigateway:GetAuthorizers", Authorizer;
        deployments, get_deployments, "apigateway:GetDeployments", Deployment;
        stages, get_stages, "apigateway:GetStages", Stage;
    }

    /// The routes of an API that use something, as they are now.
    pub(super) async fn routes_with(
        &self,
        api_id: &str,
        uses: impl Fn(&Route) -> bool,
    ) -> Result<Vec<String>, DriverError> {
        let routes = self.routes(api_id, &ReadCache::default()).await?;
        let users = routes.iter().filter(|route| uses(route));
        Ok(users
            .map(|route| format!("the route `{}`", route.route_key().unwrap_or_default()))
            .collect())
    }

    /// Whether a route that others added to an API uses something; `api` are the API's tags.
    pub(super) async fn is_used_by_others(
        &self,
        api_id: &str,
        api: &Tags,
        uses: impl Fn(&Route) -> bool,
    ) -> Result<bool, DriverError> {
        let routes = self.routes(api_id, &ReadCache::default()).await?;
        let is_ours = |route: &Route| {
            let key = route.route_key().unwrap_or_default();
            let bare = |name: &str| name == older_route_name(key);
            name_of(api, &digest(ROUTE, key)).is_some() || has_bare_record(api, bare)
        };
        Ok(routes.iter().any(|route| uses(route) && !is_ours(route)))
    }

    /// The end of a deletion of something that routes may use: if a route of others does, it is left
    /// to them until the API is deleted.
    pub(super) async fn deleted_or_left(
        &self,
        deleted: Result<(), DriverError>,
        api_id: &str,
        uses: impl Fn(&Route) -> bool,
    ) -> Result<(), DriverError> {
        let Err(error) = deleted else { return Ok(()) };
        let api = self.parent_tags(api_id).await?;
        if !self.is_used_by_others(api_id, &api, uses).await? {
            return Err(error);
        }
        tracing::warn!(%error, api_id, "left to a route of others");
        Ok(())
    }

    /// Every API of the Region, one call per page in a reading.
    pub(super) async fn apis(&self, cache: &ReadCache) -> Result<Arc<Vec<Api>>, DriverError> {
        let list = || {
            pages(|token| async move {
                let call = self.client.get_apis().set_next_token(token);
                let page = call.send().sent("apigateway:GetApis").await?;
                Ok((page.items.unwrap_or_default(), page.next_token))
            })
        };
        cache.once("apigateway:GetApis", list).await
    }

    /// An API's ARN, which contains no account.
    pub(super) fn api_arn(&self, api_id: &str) -> String {
        let known = self.account.known();
        let partition = known
            .pseudo
            .get(&Pseudo::Partition)
            .map_or("aws", String::as_str);
        format!(
            "arn:{partition}:apigateway:{}::/apis/{api_id}",
            self.account.region()
        )
    }

    /// A stage's ARN.
    pub(super) fn stage_arn(&self, api_id: &str, stage: &str) -> String {
        format!("{}/stages/{stage}", self.api_arn(api_id))
    }
}

impl TagCalls for ApiGatewayClient {
    /// The tags of an API or a stage, from itself.
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let call = self.client.get_tags().resource_arn(arn);
        let answer = WRITES.found(call.send().sent("apigateway:GetTags").await)?;
        Ok(answer.map(|answer| answer.tags.into_iter().flatten().collect()))
    }

    /// Sets tags of an API or a stage. Tags that are not named stay, so several drivers may write
    /// at once.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self
            .client
            .tag_resource()
            .resource_arn(arn)
            .set_tags(Some(tags.clone().into_iter().collect()));
        WRITES
            .write(|| call.clone().send().done("apigateway:TagResource"))
            .await
    }

    /// Removes tags of an API or a stage. One that does not exist has none.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self
            .client
            .untag_resource()
            .resource_arn(arn)
            .set_tag_keys(Some(keys.to_vec()));
        WRITES
            .delete(|| call.clone().send().done("apigateway:UntagResource"))
            .await
    }
}

impl Parent for ApiGatewayClient {
    fn tagged(&self, api_id: &str) -> String {
        self.api_arn(api_id)
    }

    fn records_lock(&self, api_id: &str) -> Arc<Mutex<()>> {
        self.account.lock(format!("the records of {api_id}"))
    }
}

impl ParentService for ApiGatewayClient {
    type Parent = Api;

    fn system(&self) -> &str {
        self.account.system()
    }

    fn tags_in(api: &Api) -> Tags {
        convert::tags(api.tags())
    }

    async fn parent(&self, api_id: &str, cache: &ReadCache) -> Result<Option<Api>, DriverError> {
        let apis = self.apis(cache).await?;
        let mut apis = apis.iter();
        Ok(apis.find(|api| api.api_id() == Some(api_id)).cloned())
    }

    async fn owned(&self, cache: &ReadCache) -> Result<Vec<Api>, DriverError> {
        let apis = self.apis(cache).await?;
        let owned = apis.iter().filter(|api| self.is_ours(&Self::tags_in(api)));
        Ok(owned.cloned().collect())
    }

    fn reliance(&self) -> Reliance {
        if self.account.may_have(Quirk::ListsApisAsCreated) {
            Reliance::Unlisted
        } else {
            Reliance::Listed
        }
    }

    /// The list of APIs shows their tags. If it does not show the record (an emulator's shows tags
    /// as they were at creation), the API itself is read before anything is written.
    fn record(api: &Tags, address: &Address, digest: Option<&str>) -> LiveTags {
        let tags = recorded_as(api, address, digest);
        if !tags.contains_key(SYSTEM_TAG) {
            LiveTags::Read(tags)
        } else if api.contains_key(&child_fingerprint_tag(address.name())) {
            LiveTags::Hinted(tags)
        } else {
            LiveTags::Unread
        }
    }
}

/// All pages of a list: this service's client has no paginators.
async fn pages<T, F>(mut page: impl FnMut(Option<String>) -> F) -> Result<Vec<T>, DriverError>
where
    F: Future<Output = Result<(Vec<T>, Option<String>), DriverError>>,
{
    let mut all = Vec::new();
    let mut token = None;
    loop {
        let (items, next) = page(token).await?;
        all.extend(items);
        token = next.filter(|next| !next.is_empty());
        if token.is_none() {
            return Ok(all);
        }
    }
}
