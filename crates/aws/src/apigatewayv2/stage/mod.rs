//! `AWS::ApiGatewayV2::Stage`.

mod calls;
mod limits;
mod settings;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_apigatewayv2::types::{Api as SdkApi, Stage as SdkStage};
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::apigatewayv2::Stage;
use model::{Address, Owner, Tags};

use super::client::{ApiGatewayClient, DELETIONS};
use super::convert;
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{Parent as _, ParentService as _, Reliance};
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::ownership::adopt;
use crate::kit::tag_store::{OwnTags, TagCalls as _, TagStore};
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest, changes};

type Properties = Stage<String>;
type Live = TypedLive<Properties>;

/// Reads and writes stages. A stage is found by its name, which is unique in its API, and carries
/// its own tags.
#[derive(Debug)]
pub(crate) struct Stages(ApiGatewayClient);

impl Stages {
    pub(crate) fn new(account: &Account) -> Self {
        Self(ApiGatewayClient::new(account))
    }

    fn live(&self, api: &SdkApi, stage: &SdkStage) -> Live {
        let properties = properties(api.api_id().unwrap_or_default(), stage);
        let tags = LiveTags::Hinted(convert::tags(stage.tags()));
        self.with_attributes(api.api_endpoint().unwrap_or_default(), properties, tags)
    }

    fn with_attributes(&self, endpoint: &str, properties: Properties, tags: LiveTags) -> Live {
        let (api_id, name) = (&properties.api_id, &properties.stage_name);
        let url = || self.0.account.websocket_url(endpoint, api_id, name);
        let attributes = Live::assigned([
            (Stage::NAME, Some(name.clone())),
            (
                Stage::WEBSOCKET_URL,
                (name != settings::HTTP_STAGE).then(url),
            ),
            (Stage::ARN, Some(self.0.stage_arn(api_id, name))),
        ]);
        TypedLive {
            id: format!("{api_id}/{name}"),
            properties,
            attributes,
            tags,
        }
    }

    /// The URL of the API that clients connect to, from the API itself.
    async fn endpoint(&self, api_id: &str) -> Result<String, DriverError> {
        let call = self.0.client.get_api().api_id(api_id);
        let answer = call.send().sent("apigateway:GetApi").await?;
        Ok(answer.api_endpoint.unwrap_or_default())
    }

    /// Resumes with the stage of the desired name, if an earlier attempt created it, as desired
    /// now.
    async fn take_over(
        &self,
        desired: &Properties,
        owner: &Owner,
        refused: DriverError,
    ) -> Result<(), DriverError> {
        let Stage {
            api_id, stage_name, ..
        } = desired;
        let stages = self.0.stages(api_id, &ReadCache::default()).await?;
        let mut stages = stages.iter();
        let Some(found) = stages.find(|stage| stage.stage_name() == Some(stage_name)) else {
            return Err(refused);
        };
        let arn = self.0.stage_arn(api_id, stage_name);
        adopt(&self.0.tags(&arn).await?, owner, refused)?;
        let mut found = properties(api_id, found);
        self.normalise(&mut found);
        let changes = changes(&found, desired)?;
        self.patch(&found, desired, |property| changes.affects(property))
            .await
    }
}

fn properties(api_id: &str, stage: &SdkStage) -> Properties {
    Stage {
        api_id: api_id.to_owned(),
        stage_name: stage.stage_name().unwrap_or_default().to_owned(),
        description: convert::text(stage.description()),
        deployment_id: convert::text(stage.deployment_id()),
        auto_deploy: stage.auto_deploy(),
        default_route_settings: stage.default_route_settings().map(settings::read),
        route_settings: settings::read_all(stage.route_settings()),
        stage_variables: convert::map(stage.stage_variables()),
        access_log_settings: settings::read_logs(stage.access_log_settings()),
    }
}

impl ResourceDriver for Stages {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const LIMITS: &'static [Limit] = limits::LIMITS;

    /// With `AutoDeploy` API Gateway chooses the deployment. A description of spaces is a removed
    /// one ([`write`]).
    fn normalise(&self, stage: &mut Properties) {
        stage
            .description
            .take_if(|description| description.trim().is_empty());
        if *stage.auto_deploy.get_or_insert(false) {
            stage.deployment_id = None;
        }
        let state = settings::normaliser(&stage.stage_name);
        if let Some(default) = &mut stage.default_route_settings {
            state(default);
        }
        let defaults = settings::defaults(&stage.stage_name);
        stage
            .default_route_settings
            .take_if(|default| *default == defaults);
        stage.route_settings.values_mut().for_each(state);
        if let Some(logs) = &mut stage.access_log_settings {
            settings::normalise_logs(logs);
        }
    }

    fn leave(&self, stage: &mut Properties, live: &Properties) {
        leave(
            &mut stage.access_log_settings,
            live.access_log_settings.as_ref(),
        );
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        limits::check(properties, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let Stage {
            api_id, stage_name, ..
        } = &request.properties;
        let Some(api) = self.0.parent(api_id, cache).await? else {
            return Ok(None);
        };
        let stages = self.0.stages(api_id, cache).await?;
        let found = stages
            .iter()
            .find(|stage| stage.stage_name() == Some(stage_name));
        Ok(found.map(|stage| self.live(&api, stage)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let mut listed = Vec::new();
        for api in self.0.owned(cache).await? {
            let api_id = api.api_id().unwrap_or_default();
            let stages = self.0.stages(api_id, cache).await?;
            let tags = ApiGatewayClient::tags_in(&api);
            for stage in stages.iter() {
                let live = self.live(&api, stage);
                let is_listed = self.0.reliance() == Reliance::Listed;
                let is_ours = live.tags.known().is_some_and(|tags| self.0.is_ours(tags));
                let owner = Owner::recorded_in(&tags).filter(|_| is_listed && !is_ours);
                listed.push(match owner {
                    Some(owner) => TypedLive {
                        tags: LiveTags::Foreign(owner.address),
                        ..live
                    },
                    None => live,
                });
            }
        }
        Ok(listed)
    }

    /// One that was listed and is not the system's is others' in the system's API.
    async fn confirm(
        &self,
        live: Live,
        address: Option<&Address>,
    ) -> Result<Option<Live>, DriverError> {
        let Some(tags) = self.tag_store().tags(&live, address).await? else {
            return Ok(None);
        };
        if address.is_some() || self.0.is_ours(&tags) {
            let tags = LiveTags::Read(tags);
            return Ok(Some(TypedLive { tags, ..live }));
        }
        let api = self.0.parent_tags(&live.properties.api_id).await?;
        Ok(Owner::recorded_in(&api).map(|owner| TypedLive {
            tags: LiveTags::Foreign(owner.address),
            ..live
        }))
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.0, Stage::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        match self.create_stage(&desired, tags).await {
            Err(error) if error.is("ConflictException") => {
                self.take_over(&desired, owner, error).await?;
            }
            created => created?,
        }
        let endpoint = self.endpoint(&desired.api_id).await?;
        Ok(self.with_attributes(&endpoint, desired, LiveTags::Read(tags.clone())))
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        self.patch(&live.properties, desired, |property| {
            changes.affects(property)
        })
        .await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let Stage {
            api_id, stage_name, ..
        } = &live.properties;
        let call = self
            .0
            .client
            .delete_stage()
            .api_id(api_id)
            .stage_name(stage_name);
        DELETIONS
            .delete(|| call.clone().send().done("apigateway:DeleteStage"))
            .await
    }
}
