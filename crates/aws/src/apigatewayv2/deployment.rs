//! `AWS::ApiGatewayV2::Deployment`.

use async_trait::async_trait;
use aws_sdk_apigatewayv2::types::{
    Deployment as SdkDeployment, DeploymentStatus, Stage as SdkStage,
};
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::Tags;
use model::types::apigatewayv2::Deployment;
use serde::Deserialize;

use super::convert;
use super::gateway::{Gateway, child, deleted, is_recorded, orphan_tags, passes};
use crate::Account;
use crate::account::error::failed;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, retry, until};

type Properties = Deployment<String>;
type Live = TypedLive<Properties>;

/// Reads and makes deployments.
///
/// A deployment's description is the fingerprint of what it deploys, so the wanted one is found by
/// it. Where there is none, the one that a stage serves is what will be replaced. Those that API
/// Gateway makes for a stage with `AutoDeploy` are its own.
#[derive(Debug)]
pub(crate) struct Deployments(Gateway);

/// Where deployments are looked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    api_id: String,
}

impl Deployments {
    pub(crate) fn new(account: &Account) -> Self {
        Self(Gateway::new(account))
    }

    /// The deployment's id, new or found, and whether it is deployed: an earlier attempt may have
    /// been stopped while it waited.
    async fn make(&self, desired: &Properties) -> Result<(String, bool), DriverError> {
        let deployments = self.0.list_deployments(&desired.api_id).await?;
        let usable = deployments
            .iter()
            .filter(|deployment| status(deployment) != DeploymentStatus::Failed);
        if let Some(found) = find(usable, &desired.description)
            && self.0.owns(&desired.api_id).await?
        {
            let id = found.deployment_id().unwrap_or_default().to_owned();
            return Ok((id, status(found) == DeploymentStatus::Deployed));
        }
        let passes = |error: &DriverError| passes(error) || routes_not_seen(error);
        let created = retry(WaitPolicy::seconds(60), passes, || async {
            let call = self
                .0
                .client
                .create_deployment()
                .api_id(&desired.api_id)
                .description(&desired.description);
            call.send()
                .await
                .map_err(failed("apigateway:CreateDeployment"))
        })
        .await?;
        let deployed = created.deployment_status() == Some(&DeploymentStatus::Deployed);
        let id = created
            .deployment_id
            .ok_or_else(|| DriverError::internal("a new deployment has no id"))?;
        Ok((id, deployed))
    }

    async fn wait(&self, api_id: &str, id: &str) -> Result<(), DriverError> {
        let condition = format!("the deployment {id} of the API {api_id} to become DEPLOYED");
        until(&condition, WaitPolicy::seconds(120), || async {
            let call = self
                .0
                .client
                .get_deployment()
                .api_id(api_id)
                .deployment_id(id);
            let answer = match call
                .send()
                .await
                .map_err(failed("apigateway:GetDeployment"))
            {
                Err(error) if error.is("NotFoundException") => {
                    return Ok(Err("it is not there yet".to_owned()));
                }
                other => other?,
            };
            let message = answer
                .deployment_status_message()
                .unwrap_or("API Gateway does not say why");
            match answer.deployment_status() {
                Some(DeploymentStatus::Failed) => Err(DriverError::Invalid(format!(
                    "the deployment {id} of the API {api_id} failed: {message}"
                ))),
                Some(DeploymentStatus::Pending) => {
                    Ok(Err(DeploymentStatus::Pending.as_str().to_owned()))
                }
                _ => Ok(Ok(())),
            }
        })
        .await
    }

    /// Whether a stage of somebody else serves the deployment.
    fn is_others(&self, deployment: &SdkDeployment, stages: &[SdkStage]) -> bool {
        let serves = |stage: &&SdkStage| stage.deployment_id() == deployment.deployment_id();
        stages
            .iter()
            .filter(serves)
            .any(|stage| !self.0.is_ours(&convert::tags(stage.tags())))
    }

    /// Whether a deployment is left that the record of a deleted one stands for: a replacement
    /// makes the new one first, under the same address.
    async fn has_successor(&self, api_id: &str) -> Result<bool, DriverError> {
        Ok(self
            .0
            .list_deployments(api_id)
            .await?
            .iter()
            .any(is_made_by_hand))
    }
}

/// An error that passes: the routes were made a moment ago.
fn routes_not_seen(error: &DriverError) -> bool {
    error.has_message("BadRequestException", "At least one route is required")
        || error.has_message("BadRequestException", "because no routes exist")
}

/// Not by API Gateway itself.
fn is_made_by_hand(deployment: &SdkDeployment) -> bool {
    deployment.auto_deployed() != Some(true)
}

/// An emulator may leave the status out.
fn status(deployment: &SdkDeployment) -> DeploymentStatus {
    deployment
        .deployment_status()
        .cloned()
        .unwrap_or(DeploymentStatus::Deployed)
}

/// The newest with a description.
fn find<'d>(
    deployments: impl Iterator<Item = &'d SdkDeployment>,
    description: &str,
) -> Option<&'d SdkDeployment> {
    newest(deployments.filter(|deployment| {
        is_made_by_hand(deployment) && deployment.description() == Some(description)
    }))
}

fn newest<'d>(deployments: impl Iterator<Item = &'d SdkDeployment>) -> Option<&'d SdkDeployment> {
    deployments.max_by_key(|deployment| {
        let created = deployment
            .created_date()
            .map(|date| (date.secs(), date.subsec_nanos()));
        (created, deployment.deployment_id())
    })
}

/// The wanted deployment, or the one that is served instead of it, or the newest. One that failed
/// or is not deployed yet is none of them: making the wanted one takes it up again.
fn choose<'d>(
    deployments: &'d [SdkDeployment],
    description: &str,
    stages: &[SdkStage],
) -> Option<&'d SdkDeployment> {
    let deployed = || {
        deployments
            .iter()
            .filter(|of| is_made_by_hand(of) && status(of) == DeploymentStatus::Deployed)
    };
    let served = |deployment: &&SdkDeployment| {
        stages
            .iter()
            .any(|stage| stage.deployment_id() == deployment.deployment_id())
    };
    find(deployed(), description)
        .or_else(|| newest(deployed().filter(served)))
        .or_else(|| newest(deployed()))
}

fn live(api_id: &str, deployment: &SdkDeployment, tags: LiveTags) -> Live {
    let description = deployment.description().unwrap_or_default().to_owned();
    let properties = Deployment {
        api_id: api_id.to_owned(),
        description,
    };
    child(
        api_id,
        (
            "DeploymentId",
            deployment.deployment_id().unwrap_or_default(),
        ),
        properties,
        tags,
    )
}

#[async_trait]
impl ResourceDriver for Deployments {
    type Properties = Properties;
    type Identity = Identity;

    fn normalise(&self, _: &mut Properties) {}

    async fn read(
        &self,
        wanted: TypedReadRequest<'_, Identity, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let api_id = &wanted.identity.api_id;
        let Some(api) = self.0.api(api_id, cache).await? else {
            return Ok(None);
        };
        let (deployments, stages) = tokio::try_join!(
            self.0.deployments(api_id, cache),
            self.0.stages(api_id, cache)
        )?;
        let Some(chosen) = choose(&deployments, &wanted.properties.description, &stages) else {
            return Ok(None);
        };
        Ok(Some(live(
            api_id,
            chosen,
            self.0.record(&api, wanted.address),
        )))
    }

    /// A deployment that is not deployed yet is not an orphan: making the wanted one may wait for
    /// it.
    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let mut listed = Vec::new();
        for api in self.0.owned(cache).await? {
            let api_id = api.api_id().unwrap_or_default();
            let (deployments, stages) = tokio::try_join!(
                self.0.deployments(api_id, cache),
                self.0.stages(api_id, cache)
            )?;
            let ours = deployments.iter().filter(|of| {
                is_made_by_hand(of)
                    && status(of) != DeploymentStatus::Pending
                    && !self.is_others(of, &stages)
            });
            let orphan = |of: &SdkDeployment| {
                orphan_tags(&api, "deployment", of.deployment_id().unwrap_or_default())
            };
            listed.extend(ours.map(|deployment| live(api_id, deployment, orphan(deployment))));
        }
        Ok(listed)
    }

    async fn tags(&self, live: &Live) -> Result<Tags, DriverError> {
        self.0.reread_record(live).await
    }

    async fn create(&self, desired: Properties, tags: &Tags) -> Result<Live, DriverError> {
        self.0.put_record(&desired.api_id, tags).await?;
        let (id, deployed) = self.make(&desired).await?;
        if !deployed {
            self.wait(&desired.api_id, &id).await?;
        }
        Ok(child(
            &desired.api_id.clone(),
            ("DeploymentId", &id),
            desired,
            LiveTags::Read(tags.clone()),
        ))
    }

    /// Nothing of a deployment changes in place.
    async fn update(&self, live: Live, _: Properties, _: &Changes) -> Result<Live, DriverError> {
        Ok(live)
    }

    async fn retag(&self, live: &Live, set: &Tags, _: &[String]) -> Result<(), DriverError> {
        self.0.retag_record(live, set).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let (api_id, id) = (&live.properties.api_id, live.attribute("DeploymentId")?);
        deleted(|| async {
            let call = self
                .0
                .client
                .delete_deployment()
                .api_id(api_id)
                .deployment_id(id);
            call.send()
                .await
                .map(drop)
                .map_err(failed("apigateway:DeleteDeployment"))
        })
        .await?;
        if is_recorded(&live) && !self.has_successor(api_id).await? {
            self.0.remove_record(&live).await?;
        }
        Ok(())
    }
}
