//! Rules of API Gateway.

use std::collections::BTreeMap;

use crate::Refusal;
use crate::call::{Answer, Call};
use crate::memory::Account;

/// The deployment that each stage serves, by the API's id and the stage's name.
pub(crate) type Stages = BTreeMap<(String, String), String>;

/// A deployment that a stage serves is not deleted.
///
/// Code and message are those of reports about REST APIs, such as
/// hashicorp/terraform-provider-aws#19805. Version 2's model lists no such error, and no report
/// about it was found.
pub(crate) fn deployment_in_use(call: &Call, account: &Account) -> Option<Refusal> {
    if call.service != "apigateway" {
        return None;
    }
    let (method, path) = call.route();
    let ("DELETE", ["v2", "apis", api, "deployments", id]) = (method, path.as_slice()) else {
        return None;
    };
    let mut stages = account.apigateway.iter();
    let served = stages.any(|((of, _), deployment)| of == api && deployment == id);
    let message = "Active stages pointing to this deployment must be moved or deleted";
    served.then(|| Refusal::new(400, "BadRequestException", message))
}

/// What a `$default` stage, which is an HTTP API's, cannot have: execution logs (the service model:
/// `DataTraceEnabled` and `LoggingLevel` are supported for WebSocket APIs alone). The message is that of
/// reports about Terraform, which leaves the members out since.
pub(crate) fn logs_of_http(call: &Call, _: &Account) -> Option<Refusal> {
    if call.service != "apigateway" {
        return None;
    }
    let (method, path) = call.route();
    let sent = call.json();
    let is_http = match (method, path.as_slice()) {
        ("POST", ["v2", "apis", _, "stages"]) => sent["stageName"] == "$default",
        ("PATCH", ["v2", "apis", _, "stages", stage]) => {
            matches!(*stage, "$default" | "%24default")
        }
        _ => false,
    };
    let of_routes = sent["routeSettings"].as_object().into_iter();
    let of_routes = of_routes.flat_map(serde_json::Map::values);
    let mut settings = of_routes.chain([&sent["defaultRouteSettings"]]);
    let logs = |of: &serde_json::Value| {
        of.get("loggingLevel").is_some() || of.get("dataTraceEnabled").is_some()
    };
    let message = "Execution logs are not supported on protocolType HTTP";
    (is_http && settings.any(logs)).then(|| Refusal::new(400, "BadRequestException", message))
}

/// A stage that deploys by itself is not given a deployment.
pub(crate) fn deployment_of_its_own(call: &Call, _: &Account) -> Option<Refusal> {
    if call.service != "apigateway" {
        return None;
    }
    let sent = call.json();
    let ("POST" | "PATCH", ["v2", "apis", _, "stages", ..]) = (call.route().0, &*call.route().1)
    else {
        return None;
    };
    let both = sent["autoDeploy"] == true && sent["deploymentId"].as_str().is_some();
    let message = "Deployment ID cannot be set on a stage with AutoDeploy enabled";
    both.then(|| Refusal::new(400, "BadRequestException", message))
}

/// What the service model supports for one protocol alone: a WebSocket API has no CORS configuration, and an
/// HTTP API no expressions of its own.
pub(crate) fn protocol(call: &Call, _: &Account) -> Option<Refusal> {
    if call.service != "apigateway" {
        return None;
    }
    let ("POST", ["v2", "apis"]) = (call.route().0, &*call.route().1) else {
        return None;
    };
    let sent = call.json();
    let stray = match sent["protocolType"].as_str()? {
        "WEBSOCKET" => "corsConfiguration",
        "HTTP" => "apiKeySelectionExpression",
        _ => return None,
    };
    let message = format!("{stray} is not supported for this protocol type");
    sent.get(stray)
        .is_some()
        .then(|| Refusal::new(400, "BadRequestException", &message))
}

/// Remembers which deployment each stage serves.
pub(crate) fn note(call: &Call, answer: &Answer, account: &mut Account) {
    if call.service != "apigateway" {
        return;
    }
    let stages = &mut account.apigateway;
    let (method, path) = call.route();
    let sent = call.json();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let (api, stage, deployment) = match (method, path.as_slice()) {
        ("POST", ["v2", "apis", api, "stages"]) => {
            (api, text(&sent["stageName"]), text(&sent["deploymentId"]))
        }
        ("PATCH", ["v2", "apis", api, "stages", stage]) => {
            (api, Some((*stage).to_owned()), text(&sent["deploymentId"]))
        }
        ("POST", ["v2", "apis", api, "deployments"]) => {
            let made = text(&answer.json()["deploymentId"]);
            (api, text(&sent["stageName"]), made)
        }
        ("DELETE", ["v2", "apis", api, "stages", stage]) => {
            stages.remove(&((*api).to_owned(), (*stage).to_owned()));
            return;
        }
        ("DELETE", ["v2", "apis", api]) => {
            stages.retain(|(of, _), _| of != api);
            return;
        }
        _ => return,
    };
    if let (Some(stage), Some(deployment)) = (stage, deployment) {
        stages.insert(((*api).to_owned(), stage), deployment);
    }
}

#[cfg(test)]
mod tests {
    use crate::fake::call;
    use crate::memory::Memory;

    /// A stage of the API `a` that serves the deployment `d1`.
    fn served() -> Memory {
        let memory = Memory::default();
        let stage = r#"{"stageName":"live","deploymentId":"d1"}"#;
        call("apigateway", "POST /v2/apis/a/stages", stage).done(&memory, "", "{}");
        memory
    }

    fn deletion(memory: &Memory, deployment: &str) -> &'static str {
        let line = format!("DELETE /v2/apis/a/deployments/{deployment}");
        call("apigateway", &line, "").code(memory)
    }

    #[test]
    fn a_deployment_is_deleted_once_no_stage_serves_it() {
        let memory = served();
        assert_eq!(deletion(&memory, "d1"), "BadRequestException");
        assert_eq!(deletion(&memory, "d2"), "passes");
        let moved = r#"{"deploymentId":"d2"}"#;
        call("apigateway", "PATCH /v2/apis/a/stages/live", moved).done(&memory, "", "{}");
        assert_eq!(deletion(&memory, "d1"), "passes");
        assert_eq!(deletion(&memory, "d2"), "BadRequestException");
        call("apigateway", "DELETE /v2/apis/a/stages/live", "").done(&memory, "", "");
        assert_eq!(deletion(&memory, "d2"), "passes");
    }

    #[test]
    fn an_http_api_has_what_is_for_it() {
        let memory = Memory::default();
        let code = |line: &str, body: &str| call("apigateway", line, body).code(&memory);
        let (stages, stage) = (
            "POST /v2/apis/a/stages",
            "PATCH /v2/apis/a/stages/%24default",
        );
        let refused = "BadRequestException";
        let logged = r#"{"stageName":"$default","defaultRouteSettings":{"loggingLevel":"OFF"}}"#;
        assert_eq!(code(stages, logged), refused);
        let traced = r#"{"routeSettings":{"GET /":{"dataTraceEnabled":false}}}"#;
        assert_eq!(code(stage, traced), refused);
        assert_eq!(code("PATCH /v2/apis/a/stages/live", traced), "passes");
        let plain = r#"{"stageName":"$default","autoDeploy":true,"defaultRouteSettings":{"throttlingBurstLimit":1}}"#;
        assert_eq!(code(stages, plain), "passes");
        let deployed = r#"{"stageName":"$default","autoDeploy":true,"deploymentId":"d"}"#;
        assert_eq!(code(stages, deployed), refused);
        let keyed =
            r#"{"protocolType":"HTTP","apiKeySelectionExpression":"$request.header.x-api-key"}"#;
        assert_eq!(code("POST /v2/apis", keyed), refused);
        let shared = r#"{"protocolType":"WEBSOCKET","corsConfiguration":{}}"#;
        assert_eq!(code("POST /v2/apis", shared), refused);
        let shared = r#"{"protocolType":"HTTP","corsConfiguration":{}}"#;
        assert_eq!(code("POST /v2/apis", shared), "passes");
    }

    #[test]
    fn a_deployment_may_move_a_stage_and_an_api_takes_its_stages_along() {
        let memory = served();
        let body = r#"{"stageName":"live"}"#;
        let made = r#"{"deploymentId":"d3"}"#;
        call("apigateway", "POST /v2/apis/a/deployments", body).done(&memory, "", made);
        assert_eq!(deletion(&memory, "d1"), "passes");
        assert_eq!(deletion(&memory, "d3"), "BadRequestException");
        call("apigateway", "DELETE /v2/apis/a", "").done(&memory, "", "");
        assert_eq!(deletion(&memory, "d3"), "passes");
    }
}
