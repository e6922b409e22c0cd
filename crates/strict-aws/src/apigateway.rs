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
