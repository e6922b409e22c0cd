//! The calls that make and change a stage, and those that take away what an update cannot.
//!
//! An update leaves what it is not given, and for two members what it is given empty (measured by
//! others on AWS, go-to-k/cdkd pull requests 1163 and 1577): a description stays on `""`, access
//! logs stay on an empty object. So what the answer still shows is taken away with the calls that
//! are made for it. They are made only then, since an emulator, where the update sufficed, takes
//! them for the deletion of the stage.

use aws_sdk_apigatewayv2::operation::update_stage::UpdateStageOutput;
use engine::DriverError;
use model::Tags;
use model::types::apigatewayv2::Stage;

use super::{Properties, Stages, settings};
use crate::apigatewayv2::convert;
use crate::apigatewayv2::gateway::{deleted, written};
use crate::kit::call::Call as _;

impl Stages {
    pub(super) async fn create_stage(
        &self,
        desired: &Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let route_settings = settings::write_all(&desired.route_settings);
        let logs = desired
            .access_log_settings
            .as_ref()
            .map(|logs| settings::write_logs(Some(logs)));
        written(|| async {
            self.0
                .client
                .create_stage()
                .api_id(&desired.api_id)
                .stage_name(&desired.stage_name)
                .set_description(desired.description.clone())
                .set_deployment_id(desired.deployment_id.clone())
                .set_auto_deploy(desired.auto_deploy)
                .set_default_route_settings(
                    desired.default_route_settings.as_ref().map(settings::write),
                )
                .set_route_settings((!route_settings.is_empty()).then(|| route_settings.clone()))
                .set_stage_variables(convert::new_map(&desired.stage_variables))
                .set_access_log_settings(logs.clone())
                .set_tags(Some(tags.clone().into_iter().collect()))
                .send()
                .done("apigateway:CreateStage")
                .await
        })
        .await
    }

    /// Changes the touched members.
    ///
    /// With `AutoDeploy` on, the service refuses a deployment: it is switched off by a call of its
    /// own, before.
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
        if touches("AccessLogSettings") {
            self.stop_access_logs(desired, &answer).await?;
        }
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
            .unwrap_or_else(settings::defaults);
        // A space, since "" is not taken for a description.
        let description = desired
            .description
            .clone()
            .or_else(|| live.description.as_ref().map(|_| " ".to_owned()));
        let variables = || convert::patch_map(&live.stage_variables, &desired.stage_variables);
        let logs = || settings::write_logs(desired.access_log_settings.as_ref());
        let deployment = convert::patch_text(desired.deployment_id.as_ref());
        written(|| async {
            self.0
                .client
                .update_stage()
                .api_id(&desired.api_id)
                .stage_name(&desired.stage_name)
                .set_description(description.clone().filter(|_| touches("Description")))
                .set_deployment_id(touches("DeploymentId").then(|| deployment.clone()))
                .set_auto_deploy(desired.auto_deploy.filter(|_| touches("AutoDeploy")))
                .set_default_route_settings(
                    touches("DefaultRouteSettings").then(|| settings::write(&default)),
                )
                .set_route_settings(
                    touches("RouteSettings").then(|| settings::write_all(&desired.route_settings)),
                )
                .set_stage_variables(touches("StageVariables").then(variables))
                .set_access_log_settings(touches("AccessLogSettings").then(logs))
                .send()
                .sent("apigateway:UpdateStage")
                .await
        })
        .await
    }

    async fn stop_access_logs(
        &self,
        desired: &Properties,
        answer: &UpdateStageOutput,
    ) -> Result<(), DriverError> {
        if desired.access_log_settings.is_some()
            || settings::read_logs(answer.access_log_settings()).is_none()
        {
            return Ok(());
        }
        let Stage {
            api_id, stage_name, ..
        } = desired;
        deleted(|| async {
            self.0
                .client
                .delete_access_log_settings()
                .api_id(api_id)
                .stage_name(stage_name)
                .send()
                .done("apigateway:DeleteAccessLogSettings")
                .await
        })
        .await
    }

    /// Takes away the settings of routes that should have none or, since an entry is merged too,
    /// other ones; and writes those that should be there again.
    async fn reset_routes(
        &self,
        desired: &Properties,
        answer: &UpdateStageOutput,
    ) -> Result<(), DriverError> {
        let mut left = settings::read_all(answer.route_settings());
        left.values_mut().for_each(settings::normalise);
        left.retain(|route, settings| desired.route_settings.get(route) != Some(settings));
        let Stage {
            api_id, stage_name, ..
        } = desired;
        for route in left.keys() {
            deleted(|| async {
                self.0
                    .client
                    .delete_route_settings()
                    .api_id(api_id)
                    .stage_name(stage_name)
                    .route_key(route)
                    .send()
                    .done("apigateway:DeleteRouteSettings")
                    .await
            })
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

/// AWS has no way to take the throttling of a whole stage away once it is set
/// (terraform-provider-aws issue 14742): better said than reported as done.
fn check_throttling(desired: &Properties, answer: &UpdateStageOutput) -> Result<(), DriverError> {
    let wanted = desired
        .default_route_settings
        .clone()
        .unwrap_or_else(settings::defaults);
    let live = answer
        .default_route_settings()
        .map_or_else(settings::defaults, settings::read);
    let kept = (wanted.throttling_burst_limit.is_none() && live.throttling_burst_limit.is_some())
        || (wanted.throttling_rate_limit.is_none() && live.throttling_rate_limit.is_some());
    if !kept {
        return Ok(());
    }
    Err(DriverError::Invalid(format!(
        "AWS keeps the throttling of the stage `{}` once it is set: give DefaultRouteSettings a \
         ThrottlingBurstLimit and a ThrottlingRateLimit (an account's own are 5,000 and 10,000), or give the stage \
         another name",
        desired.stage_name
    )))
}
