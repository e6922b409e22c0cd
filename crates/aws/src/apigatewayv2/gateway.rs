//! What the drivers share: the client, the lists of one cache, the record of children in their
//! API's tags.

use std::future::Future;
use std::sync::Arc;

use aws_sdk_apigatewayv2::Client;
use aws_sdk_apigatewayv2::types::{Api, Authorizer, Deployment, Integration, Route, Stage};
use engine::{Attributes, DriverError, LiveTags, ReadCache};
use model::{
    ADDRESS_TAG, Address, FINGERPRINT_TAG, Pseudo, SYSTEM_TAG, Tags, child_fingerprint_tag,
};

use super::convert;
use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::typed::TypedLive;
use crate::kit::wait::{WaitPolicy, retry};

/// API Gateway in the system's account and Region.
#[derive(Clone, Debug)]
pub(super) struct Gateway {
    account: Account,
    pub(super) client: Client,
}

/// The two ways to list what stands in an API: as it is now, and once in a reading. An API that is
/// gone holds nothing.
macro_rules! children {
    ($now:ident, $once:ident, $operation:ident, $name:literal, $child:ty) => {
        pub(super) async fn $now(&self, api_id: &str) -> Result<Vec<$child>, DriverError> {
            let listed = pages(|token| async move {
                let call = self
                    .client
                    .$operation()
                    .api_id(api_id)
                    .set_next_token(token);
                let page = call.send().await.map_err(failed($name))?;
                Ok((page.items.unwrap_or_default(), page.next_token))
            })
            .await;
            unless_gone(listed)
        }

        pub(super) async fn $once(
            &self,
            api_id: &str,
            cache: &ReadCache,
        ) -> Result<Arc<Vec<$child>>, DriverError> {
            cache
                .once(format!("{} {api_id}", $name), || self.$now(api_id))
                .await
        }
    };
}

impl Gateway {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: Client::new(&account.config("apigateway")),
        }
    }

    children!(
        list_routes,
        routes,
        get_routes,
        "apigateway:GetRoutes",
        Route
    );
    children!(
        list_integrations,
        integrations,
        get_integrations,
        "apigateway:GetIntegrations",
        Integration
    );
    children!(
        list_authorizers,
        authorizers,
        get_authorizers,
        "apigateway:GetAuthorizers",
        Authorizer
    );
    children!(
        list_deployments,
        deployments,
        get_deployments,
        "apigateway:GetDeployments",
        Deployment
    );
    children!(
        list_stages,
        stages,
        get_stages,
        "apigateway:GetStages",
        Stage
    );

    /// Every API of the Region, one call (a page) in a reading.
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

    /// One API.
    pub(super) async fn api(
        &self,
        api_id: &str,
        cache: &ReadCache,
    ) -> Result<Option<Api>, DriverError> {
        let apis = self.apis(cache).await?;
        Ok(apis
            .iter()
            .find(|api| api.api_id() == Some(api_id))
            .cloned())
    }

    /// The system's APIs.
    pub(super) async fn owned(&self, cache: &ReadCache) -> Result<Vec<Api>, DriverError> {
        let apis = self.apis(cache).await?;
        Ok(apis
            .iter()
            .filter(|api| self.is_ours(&tags_of(api)))
            .cloned()
            .collect())
    }

    /// Whether tags name this system as the owner.
    pub(super) fn is_ours(&self, tags: &Tags) -> bool {
        tags.get(SYSTEM_TAG)
            .is_some_and(|owner| owner == self.account.system())
    }

    /// Whether the system owns an API, from the API's own tags as they are now.
    pub(super) async fn owns(&self, api_id: &str) -> Result<bool, DriverError> {
        Ok(self.is_ours(&self.read_tags(&self.api_arn(api_id)).await?))
    }

    /// An API's ARN. It has no account.
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

    /// The URL that a client of a stage connects to.
    pub(super) fn websocket_url(&self, endpoint: &str, api_id: &str, stage: &str) -> String {
        self.account.websocket_url(endpoint, api_id, stage)
    }

    /// The tags of an API or a stage, from itself; none if it is gone.
    pub(super) async fn read_tags(&self, arn: &str) -> Result<Tags, DriverError> {
        let answer = self
            .client
            .get_tags()
            .resource_arn(arn)
            .send()
            .sent("apigateway:GetTags")
            .await;
        unless_gone(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
    }

    /// Sets and removes tags of an API or a stage. Tags that are not named stay, so several may
    /// write at once.
    pub(super) async fn retag(
        &self,
        arn: &str,
        set: &Tags,
        remove: &[String],
    ) -> Result<(), DriverError> {
        if !remove.is_empty() {
            written(|| async {
                self.client
                    .untag_resource()
                    .resource_arn(arn)
                    .set_tag_keys(Some(remove.to_vec()))
                    .send()
                    .done("apigateway:UntagResource")
                    .await
            })
            .await?;
        }
        if !set.is_empty() {
            written(|| async {
                let tags = set.clone().into_iter().collect();
                self.client
                    .tag_resource()
                    .resource_arn(arn)
                    .set_tags(Some(tags))
                    .send()
                    .done("apigateway:TagResource")
                    .await
            })
            .await?;
        }
        Ok(())
    }

    /// The tags that a child stands for: its API's owner, its address, and its record in the API's
    /// tags.
    ///
    /// The list of APIs carries their tags. Where it does not show the record (an emulator's shows
    /// tags as they were at creation) the API itself is asked before anything is written.
    #[allow(clippy::unused_self)] // beside the methods that write records
    pub(super) fn record(&self, api: &Api, address: &Address) -> LiveTags {
        let listed = tags_of(api);
        let mut tags = Tags::from([(ADDRESS_TAG.to_owned(), address.to_string())]);
        let Some(owner) = listed.get(SYSTEM_TAG) else {
            return LiveTags::Read(tags);
        };
        let Some(fingerprint) = listed.get(&child_fingerprint_tag(address.name())) else {
            return LiveTags::Unread;
        };
        tags.insert(SYSTEM_TAG.to_owned(), owner.clone());
        tags.insert(FINGERPRINT_TAG.to_owned(), fingerprint.clone());
        LiveTags::Hinted(tags)
    }

    /// The tags that a child stands for, from its API as it is now.
    pub(super) async fn reread_record<P: Sync>(
        &self,
        live: &TypedLive<P>,
    ) -> Result<Tags, DriverError> {
        let api = self.read_tags(&self.api_arn(api_id(live))).await?;
        let mut tags: Tags = live.tags.known().cloned().unwrap_or_default();
        tags.retain(|key, _| key == ADDRESS_TAG);
        let owner = api
            .get(SYSTEM_TAG)
            .map(|owner| (SYSTEM_TAG.to_owned(), owner.clone()));
        let fingerprint = name(live).and_then(|name| api.get(&child_fingerprint_tag(&name)));
        let fingerprint =
            fingerprint.map(|fingerprint| (FINGERPRINT_TAG.to_owned(), fingerprint.clone()));
        tags.extend(owner.into_iter().chain(fingerprint));
        Ok(tags)
    }

    /// Writes a child's record before the child is made, so that an interrupted creation is never
    /// unrecorded.
    pub(super) async fn put_record(&self, api_id: &str, tags: &Tags) -> Result<(), DriverError> {
        let address = tags
            .get(ADDRESS_TAG)
            .and_then(|address| address.parse::<Address>().ok());
        let (Some(address), Some(fingerprint)) = (address, tags.get(FINGERPRINT_TAG)) else {
            return Ok(());
        };
        let record = Tags::from([(child_fingerprint_tag(address.name()), fingerprint.clone())]);
        self.retag(&self.api_arn(api_id), &record, &[]).await
    }

    /// Writes a child's new fingerprint; its system and address follow from its API and are not
    /// written.
    pub(super) async fn retag_record<P: Sync>(
        &self,
        live: &TypedLive<P>,
        set: &Tags,
    ) -> Result<(), DriverError> {
        let (Some(name), Some(fingerprint)) = (name(live), set.get(FINGERPRINT_TAG)) else {
            return Ok(());
        };
        let record = Tags::from([(child_fingerprint_tag(&name), fingerprint.clone())]);
        self.retag(&self.api_arn(api_id(live)), &record, &[]).await
    }

    /// Removes a child's record after the child; an API that is gone has none.
    pub(super) async fn remove_record<P: Sync>(
        &self,
        live: &TypedLive<P>,
    ) -> Result<(), DriverError> {
        let Some(name) = name(live) else {
            return Ok(());
        };
        let removed = self
            .retag(
                &self.api_arn(api_id(live)),
                &Tags::new(),
                &[child_fingerprint_tag(&name)],
            )
            .await;
        unless_gone(removed)
    }
}

/// The tags that a list of APIs shows.
pub(super) fn tags_of(api: &Api) -> Tags {
    convert::tags(api.tags())
}

/// The tags of a child that nothing in the model is: an orphan under `STACK/PARENT.KIND.KEY`.
pub(super) fn orphan_tags(api: &Api, kind: &str, key: &str) -> LiveTags {
    let mut tags = tags_of(api);
    tags.retain(|key, _| key == SYSTEM_TAG || key == ADDRESS_TAG);
    if let Some(address) = tags.get_mut(ADDRESS_TAG) {
        // A slash would end the stack's name.
        *address = format!("{address}.{kind}.{}", key.replace('/', "-"));
    }
    LiveTags::Read(tags)
}

/// Whether a child that is read has a record. An orphan has none that is known.
pub(super) fn is_recorded<P>(live: &TypedLive<P>) -> bool {
    live.tags
        .known()
        .is_some_and(|tags| tags.contains_key(FINGERPRINT_TAG))
}

/// A live resource in an API. Its physical id has the API's in front, since it is unique only
/// there.
pub(super) fn child<P>(
    api_id: &str,
    (attribute, id): (&str, &str),
    properties: P,
    tags: LiveTags,
) -> TypedLive<P> {
    let attributes = Attributes::from([(attribute.to_owned(), id.to_owned())]);
    TypedLive {
        id: format!("{api_id}/{id}"),
        properties,
        attributes,
        tags,
    }
}

fn api_id<P>(live: &TypedLive<P>) -> &str {
    live.id.split_once('/').map_or("", |(api_id, _)| api_id)
}

/// The name that a child has in its stack.
fn name<P>(live: &TypedLive<P>) -> Option<String> {
    let address: Address = live.tags.known()?.get(ADDRESS_TAG)?.parse().ok()?;
    Some(address.name().to_owned())
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

/// An error that passes: another write in the same API is under way, or too many calls were made.
///
/// The conflict is told from the one of a taken route key by its message alone: "Unable to complete
/// operation due to concurrent modification. Please try again later." (terraform-provider-aws
/// issues 18018, 37897 and 40575).
pub(super) fn passes(error: &DriverError) -> bool {
    error.has_message("ConflictException", "concurrent modification")
        || error.is("TooManyRequestsException")
}

/// An error that passes on a deletion: what refers to the thing is itself just being moved or
/// deleted.
pub(super) fn passes_on_delete(error: &DriverError) -> bool {
    passes(error)
        || error.is("ConflictException")
        || error.has_message("BadRequestException", "Active stages")
}

/// Makes a write, again as long as the error passes: the quota of `CreateDeployment` is one in 5 s,
/// and that of deleting an API one in 30 s.
pub(super) async fn written<T, F>(call: impl FnMut() -> F) -> Result<T, DriverError>
where
    F: Future<Output = Result<T, DriverError>>,
{
    retry(WaitPolicy::seconds(120), passes, call).await
}

/// Makes a deletion, again as long as the error passes. What is gone already is deleted.
pub(super) async fn deleted<F>(call: impl FnMut() -> F) -> Result<(), DriverError>
where
    F: Future<Output = Result<(), DriverError>>,
{
    unless_gone(retry(WaitPolicy::seconds(120), passes_on_delete, call).await)
}

/// Nothing, where the service says that a thing, or the API that it stood in, is gone.
pub(super) fn unless_gone<T: Default>(result: Result<T, DriverError>) -> Result<T, DriverError> {
    match result {
        Err(error) if error.is("NotFoundException") => Ok(T::default()),
        other => other,
    }
}
