//! `AWS::ApiGatewayV2::Deployment`.

mod calls;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_sdk_apigatewayv2::types::{
    Api, Deployment as SdkDeployment, DeploymentStatus, Stage as SdkStage,
};
use engine::{Changes, DriverError, ReadCache};
use model::types::apigatewayv2::Deployment;
use model::{Address, Owner, Tags};

use super::calls::CHILDREN;
use super::client::{ApiGatewayClient, DELETIONS, WRITES, once};
use super::convert;
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::children::{
    Child, Parent as _, ParentService as _, child, digest, name_of, own_id, unnamed,
};
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::{Code, Message};
use crate::kit::create_once::{Creation, find_or_create};
use crate::kit::typed::{TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, until};

type Properties = Deployment<String>;
type Live = TypedLive<Properties>;

/// The errors of a creation, which also pass while routes that were just created are not known
/// everywhere.
const CREATION: Consistency = Consistency {
    passing: &[
        Message("ConflictException", "concurrent modification"),
        Code("TooManyRequestsException"),
        Message("BadRequestException", "At least one route is required"),
        Message("BadRequestException", "because no routes exist"),
    ],
    policy: WaitPolicy::seconds(60),
    ..WRITES
};

/// Reads and creates deployments.
///
/// A deployment's description is the fingerprint of what it deploys, so the desired one is found by
/// it. If there is none, the one that a stage serves is the one to replace. Those that API Gateway
/// creates for a stage with `AutoDeploy` are its own.
#[derive(Debug)]
pub(crate) struct Deployments(ApiGatewayClient);

impl Deployments {
    pub(crate) fn new(account: &Account) -> Self {
        Self(ApiGatewayClient::new(account))
    }

    async fn with_stages(
        &self,
        api_id: &str,
        cache: &ReadCache,
    ) -> Result<(Arc<Vec<SdkDeployment>>, Arc<Vec<SdkStage>>), DriverError> {
        tokio::try_join!(
            self.0.deployments(api_id, cache),
            self.0.stages(api_id, cache)
        )
    }

    /// The stages that use a deployment, as they are now.
    async fn stages_with(&self, api_id: &str, id: &str) -> Result<Vec<String>, DriverError> {
        let stages = self.0.stages(api_id, &ReadCache::default()).await?;
        let users = stages
            .iter()
            .filter(|stage| stage.deployment_id() == Some(id));
        Ok(users
            .map(|stage| format!("the stage `{}`", stage.stage_name().unwrap_or_default()))
            .collect())
    }

    /// The id of the deployment that an earlier attempt created, and whether it is deployed: the
    /// attempt may have been stopped while it waited.
    async fn earlier(
        &self,
        desired: &Properties,
        owner: &Owner,
    ) -> Result<Option<(String, bool)>, DriverError> {
        let api_id = &desired.api_id;
        let deployments = self.0.deployments(api_id, &ReadCache::default()).await?;
        let usable = deployments
            .iter()
            .filter(|deployment| status(deployment) != DeploymentStatus::Failed);
        match find(usable, &desired.description) {
            Some(found) if self.0.owns(api_id, owner).await? => {
                let id = found.deployment_id().unwrap_or_default().to_owned();
                Ok(Some((id, status(found) == DeploymentStatus::Deployed)))
            }
            _ => Ok(None),
        }
    }

    async fn create_deployment(&self, desired: &Properties) -> Result<(String, bool), DriverError> {
        let call = self
            .0
            .client
            .create_deployment()
            .api_id(&desired.api_id)
            .description(&desired.description);
        let created = call
            .customize()
            .config_override(once())
            .send()
            .sent("apigateway:CreateDeployment")
            .await?;
        let deployed = created.deployment_status() == Some(&DeploymentStatus::Deployed);
        let id = created
            .deployment_id
            .ok_or_else(|| DriverError::internal("a new deployment has no id"))?;
        Ok((id, deployed))
    }

    async fn wait(&self, api_id: &str, id: &str) -> Result<(), DriverError> {
        let condition = format!("the deployment {id} of the API {api_id} to become DEPLOYED");
        let call = self
            .0
            .client
            .get_deployment()
            .api_id(api_id)
            .deployment_id(id);
        until(&condition, WaitPolicy::seconds(120), || async {
            let answer = call.clone().send().sent("apigateway:GetDeployment").await;
            let Some(answer) = WRITES.found(answer)? else {
                return Ok(Err("it does not exist".to_owned()));
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

    /// Whether a stage that others added to the API serves the deployment.
    async fn is_others(&self, api_id: &str, id: &str) -> Result<bool, DriverError> {
        let stages = self.0.stages(api_id, &ReadCache::default()).await?;
        let mut serving = stages
            .iter()
            .filter(|stage| stage.deployment_id() == Some(id));
        Ok(serving.any(|stage| !self.0.is_ours(&convert::tags(stage.tags()))))
    }
}

/// Whether a description is one of the system's: the fingerprint of what is deployed.
fn is_fingerprint(description: &str) -> bool {
    let digits = description.chars();
    description.len() == 16
        && digits
            .into_iter()
            .all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}

/// Whether a deployment is the system's, by its description and its API's tags.
fn is_ours(deployment: &SdkDeployment, api: &Tags) -> bool {
    let description = deployment.description().unwrap_or_default();
    is_fingerprint(description) || name_of(api, &digest(Deployments::KIND, description)).is_some()
}

/// Whether API Gateway itself did not create it.
fn is_made_by_hand(deployment: &SdkDeployment) -> bool {
    deployment.auto_deployed() != Some(true)
}

/// An emulator may omit the status.
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

/// The desired deployment, or the one of the system that is served in its place, or the newest. One
/// that failed or is still pending is none of them: creating the desired one resumes it.
fn choose<'d>(
    deployments: &'d [SdkDeployment],
    description: &str,
    stages: &[SdkStage],
    api: &Tags,
) -> Option<&'d SdkDeployment> {
    let deployed = || {
        deployments
            .iter()
            .filter(|of| is_made_by_hand(of) && status(of) == DeploymentStatus::Deployed)
    };
    let ours = || deployed().filter(|of| is_ours(of, api));
    let served = |deployment: &&SdkDeployment| {
        stages
            .iter()
            .any(|stage| stage.deployment_id() == deployment.deployment_id())
    };
    find(deployed(), description)
        .or_else(|| newest(ours().filter(served)))
        .or_else(|| newest(ours()))
}

fn live(api_id: &str, deployment: &SdkDeployment) -> Live {
    let properties = Deployment {
        api_id: api_id.to_owned(),
        description: deployment.description().unwrap_or_default().to_owned(),
    };
    let id = deployment.deployment_id().unwrap_or_default();
    child(api_id, (Deployment::ID, id), properties)
}

impl Child for Deployments {
    type Properties = Properties;
    type Service = ApiGatewayClient;
    const CALLS: &'static [&'static [Calls]] = &[CHILDREN, calls::CALLS];
    const KIND: &'static str = "deployment";

    fn service(&self) -> &ApiGatewayClient {
        &self.0
    }

    fn parent_id(deployment: &Properties) -> &str {
        &deployment.api_id
    }

    fn key(deployment: &Properties) -> Option<String> {
        Some(deployment.description.clone())
    }

    /// One that a record no longer names may be left of an interrupted run.
    fn stated_address(&self, live: &Live, api: &Owner) -> Option<Address> {
        let is_ours = is_fingerprint(&live.properties.description);
        is_ours.then(|| unnamed(&api.address, Self::KIND, own_id(live)))
    }

    async fn is_used_by_others(&self, live: &Live, _: &Tags) -> Result<bool, DriverError> {
        let (api_id, id) = (&live.properties.api_id, live.attribute(Deployment::ID)?);
        self.is_others(api_id, id).await
    }

    async fn find(
        &self,
        api: &Api,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let Deployment {
            api_id,
            description,
        } = &request.properties;
        let (deployments, stages) = self.with_stages(api_id, cache).await?;
        let chosen = choose(
            &deployments,
            description,
            &stages,
            &ApiGatewayClient::tags_in(api),
        );
        Ok(chosen.map(|deployment| live(api_id, deployment)))
    }

    /// A pending deployment is not an orphan: creating the desired one may wait for it.
    async fn all(&self, api: &Api, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let api_id = api.api_id().unwrap_or_default();
        let deployments = self.0.deployments(api_id, cache).await?;
        let made = deployments
            .iter()
            .filter(|of| is_made_by_hand(of) && status(of) != DeploymentStatus::Pending);
        Ok(made.map(|deployment| live(api_id, deployment)).collect())
    }

    async fn make(&self, desired: Properties, owner: &Owner) -> Result<Live, DriverError> {
        let find = || self.earlier(&desired, owner);
        let create = || self.create_deployment(&desired);
        let made = find_or_create(|error| CREATION.passes(error), find, create);
        let (Creation::Found((id, deployed)) | Creation::New((id, deployed))) = made.await?;
        if !deployed {
            self.wait(&desired.api_id, &id).await?;
        }
        Ok(child(
            &desired.api_id.clone(),
            (Deployment::ID, &id),
            desired,
        ))
    }

    /// No property of a deployment changes in place.
    async fn change(&self, _: &mut Live, _: &Properties, _: &Changes) -> Result<(), DriverError> {
        Ok(())
    }

    async fn remove(&self, live: &Live) -> Result<(), DriverError> {
        let (api_id, id) = (&live.properties.api_id, live.attribute(Deployment::ID)?);
        let call = self.0.client.delete_deployment();
        let call = call.api_id(api_id).deployment_id(id);
        let delete = || call.clone().send().done("apigateway:DeleteDeployment");
        let deleted = DELETIONS
            .delete_unused(delete, || self.stages_with(api_id, id))
            .await;
        match deleted {
            // It is left to the stage until the API is deleted.
            Err(error) if self.is_others(api_id, id).await? => {
                tracing::warn!(%error, api_id, "left to a stage of others");
                Ok(())
            }
            deleted => deleted,
        }
    }

    async fn has_successor(&self, live: &Live) -> Result<bool, DriverError> {
        let Deployment {
            api_id,
            description,
        } = &live.properties;
        let deployments = self.0.deployments(api_id, &ReadCache::default()).await?;
        Ok(find(deployments.iter(), description).is_some())
    }
}
