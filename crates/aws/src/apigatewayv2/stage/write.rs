//! The calls that create and change a stage, and those that remove what an update cannot.
//!
//! An update keeps members that it is not given, and a description that it is given as `""` (measured
//! by others on AWS, go-to-k/cdkd pull requests 1163 and 1577). So settings that the answer still
//! shows are removed by calls of their own, and only then: an emulator on which the update suffices
//! deletes the stage on them.

use aws_sdk_apigatewayv2::operation::update_stage::UpdateStageOutput;
use engine::DriverError;
use model::Tags;
use model::types::apigatewayv2::Stage;

use super::{Properties, Stages, settings};
use crate::apigatewayv2::client::{DELETIONS, WRITES};
use crate::apigatewayv2::convert;
use crate::kit::call::Call as _;

impl Stages {
    pub(super) async fn create_stage(
        &self,
        desired: &Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let route_settings = settings::write_all(&desired.route_settings);
        let logs = desired.access_log_settings.as_ref();
        let defaults = desired.default_route_settings.as_ref();
        let call = self
            .0
            .client
            .create_stage()
            .api_id(&desired.api_id)
            .stage_name(&desired.stage_name)
            .set_description(desired.description.clone())
            .set_deployment_id(desired.deployment_id.clone())
            .set_auto_deploy(desired.auto_deploy)
            .set_default_route_settings(defaults.map(settings::write))
            .set_route_settings((!route_settings.is_empty()).then_some(route_settings))
            .set_stage_variables(convert::new_map(&desired.stage_variables))
            .set_access_log_settings(logs.map(settings::write_logs))
            .set_tags(Some(tags.clone().into_iter().collect()));
        WRITES
            .write(|| call.clone().send().done("apigateway:CreateStage"))
            .await
    }

    /// Changes the affected members.
    ///
    /// With `AutoDeploy` on, the service refuses a deployment: a call of its own switches it off
    /// first.
    pub(super) async fn patch(
        &self,
        live: &Properties,
        desired: &Properties,
        touches: impl Fn(&str) -> bool,
    ) -> Result<(), DriverError> {
        let deploys = |stage: &Properties| stage.auto_deploy == Some(true);
        let switched_off = deploys(live) && !deploys(desired);
        if switched_off {
            self.update_stage(live, desired, |property| property == "AutoDeploy")
                .await?;
        }
        let answer = self.update_stage(live, desired, |property| match property {
            "AutoDeploy" => touches(property) && !switched_off,
            "DeploymentId" => touches(property) && !deploys(desired),
            _ => touches(property),
        });
        let answer = answer.await?;
        if touches("RouteSettings") {
            self.reset_routes(desired, &answer).await?;
        }
        if touches("DefaultRouteSettings") {
            check_throttling(desired, &answer)
        } else {
            Ok(())
        }
    }

    async fn update_stage(
        &self,
        live: &Properties,
        desired: &Properties,
        touches: impl Fn(&str) -> bool,
    ) -> Result<UpdateStageOutput, DriverError> {
        let default = desired
            .default_route_settings
            .clone()
            .unwrap_or_else(|| settings::defaults(&desired.stage_name));
        // A space, since "" keeps the description.
        let description = desired
            .description
            .clone()
            .or_else(|| live.description.as_ref().map(|_| " ".to_owned()));
        let variables = || convert::patch_map(&live.stage_variables, &desired.stage_variables);
        let logs = desired.access_log_settings.as_ref();
        let logs = logs.filter(|_| touches("AccessLogSettings"));
        let deployment = || convert::patch_text(desired.deployment_id.as_ref());
        let routes = || settings::write_all(&desired.route_settings);
        let call = self
            .0
            .client
            .update_stage()
            .api_id(&desired.api_id)
            .stage_name(&desired.stage_name)
            .set_description(description.filter(|_| touches("Description")))
            .set_deployment_id(touches("DeploymentId").then(deployment))
            .set_auto_deploy(desired.auto_deploy.filter(|_| touches("AutoDeploy")))
            .set_default_route_settings(
                touches("DefaultRouteSettings").then(|| settings::write(&default)),
            )
            .set_route_settings(touches("RouteSettings").then(routes))
            .set_stage_variables(touches("StageVariables").then(variables))
            .set_access_log_settings(logs.map(settings::write_logs));
        WRITES
            .write(|| call.clone().send().sent("apigateway:UpdateStage"))
            .await
    }

    /// Removes the settings of routes that should have none or, since an entry is merged as well,
    /// different ones; then writes the desired ones again.
    async fn reset_routes(
        &self,
        desired: &Properties,
        answer: &UpdateStageOutput,
    ) -> Result<(), DriverError> {
        let mut left = settings::read_all(answer.route_settings());
        left.values_mut()
            .for_each(settings::normaliser(&desired.stage_name));
        left.retain(|route, settings| desired.route_settings.get(route) != Some(settings));
        let Stage {
            api_id, stage_name, ..
        } = desired;
        for route in left.keys() {
            let call = self
                .0
                .client
                .delete_route_settings()
                .api_id(api_id)
                .stage_name(stage_name)
                .route_key(route);
            DELETIONS
                .delete(|| call.clone().send().done("apigateway:DeleteRouteSettings"))
                .await?;
        }
        if left
            .keys()
            .any(|route| desired.route_settings.contains_key(route))
        {
            self.update_stage(desired, desired, |property| property == "RouteSettings")
                .await?;
        }
        Ok(())
    }
}

/// AWS cannot remove the throttling of a whole stage once it is set (terraform-provider-aws issue
/// 14742), so that is reported as an error rather than as done.
fn check_throttling(desired: &Properties, answer: &UpdateStageOutput) -> Result<(), DriverError> {
    let defaults = || settings::defaults(&desired.stage_name);
    let stated = desired.default_route_settings.clone();
    let stated = stated.unwrap_or_else(defaults);
    let live = answer.default_route_settings();
    let live = live.map_or_else(defaults, settings::read);
    let kept = (stated.throttling_burst_limit.is_none() && live.throttling_burst_limit.is_some())
        || (stated.throttling_rate_limit.is_none() && live.throttling_rate_limit.is_some());
    if !kept {
        return Ok(());
    }
    Err(DriverError::Invalid(format!(
        "AWS keeps the throttling of the stage `{}` once it is set: give DefaultRouteSettings a \
         ThrottlingBurstLimit and a ThrottlingRateLimit (an account's own are 5,000 and 10,000), \
         or give the stage another name",
        desired.stage_name
    )))
}
