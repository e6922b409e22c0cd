//! Rules of CodeBuild.

use serde_json::Value;

use crate::Refusal;
use crate::call::Call;
use crate::memory::Account;

/// The most projects that are described at once. Source: botocore's model `codebuild`.
const BATCH: usize = 100;

/// A pipeline provides a project's source and takes its artifacts, or does neither ("CodePipeline
/// integration" in the user guide); builds on Lambda have neither timeouts nor a cache ("Limitations of AWS
/// Lambda compute" in the user guide); a batch has a hundred names. No report quotes the messages.
pub(crate) fn invalid_input(call: &Call, _: &Account) -> Option<Refusal> {
    if call.service != "codebuild" {
        return None;
    }
    let sent = call.json();
    let is_lambda = sent["environment"]["type"].as_str();
    let is_lambda = is_lambda.is_some_and(|kind| kind.ends_with("_LAMBDA_CONTAINER"));
    let message = match call.operation.as_str() {
        "CreateProject" | "UpdateProject" if is_lambda && has_timeouts_or_cache(&sent) => Some(
            "Invalid project: a timeout, a queued timeout and a cache are not supported for AWS Lambda compute",
        ),
        "CreateProject" => {
            let is_of_pipeline = |member: &str| sent[member]["type"] == "CODEPIPELINE";
            (is_of_pipeline("source") != is_of_pipeline("artifacts")).then_some(
                "Invalid artifacts: source and artifacts have to be CODEPIPELINE both, or none",
            )
        }
        "BatchGetProjects" => {
            let names = sent["names"].as_array().map_or(0, Vec::len);
            (!(1..=BATCH).contains(&names)).then_some("Invalid names: 1 to 100 are allowed")
        }
        _ => None,
    };
    message.map(|message| Refusal::new(400, "InvalidInputException", message))
}

fn has_timeouts_or_cache(sent: &Value) -> bool {
    let timeouts = ["timeoutInMinutes", "queuedTimeoutInMinutes"];
    let cache = sent["cache"]["type"].as_str();
    timeouts.iter().any(|name| sent[name].is_number())
        || cache.is_some_and(|kind| kind != "NO_CACHE")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fake::operation;
    use crate::memory::Memory;

    fn code(name: &str, body: &serde_json::Value) -> &'static str {
        operation("codebuild", name, body.to_string()).code(&Memory::default())
    }

    #[test]
    fn a_pipeline_provides_both_ends_or_none() {
        let project = |source, artifacts| json!({"source": {"type": source}, "artifacts": {"type": artifacts}});
        let create = |source, artifacts| code("CreateProject", &project(source, artifacts));
        assert_eq!(create("CODEPIPELINE", "CODEPIPELINE"), "passes");
        assert_eq!(create("S3", "NO_ARTIFACTS"), "passes");
        assert_eq!(create("CODEPIPELINE", "S3"), "InvalidInputException");
        assert_eq!(create("S3", "CODEPIPELINE"), "InvalidInputException");
    }

    #[test]
    fn builds_on_lambda_have_neither_timeouts_nor_a_cache() {
        let with = |kind: &str, name: &str, value: serde_json::Value| {
            code(
                "UpdateProject",
                &json!({"environment": {"type": kind}, name: value}),
            )
        };
        let lambda = "ARM_LAMBDA_CONTAINER";
        assert_eq!(
            with("LINUX_CONTAINER", "timeoutInMinutes", json!(60)),
            "passes"
        );
        assert_eq!(with(lambda, "description", json!("x")), "passes");
        assert_eq!(with(lambda, "cache", json!({"type": "NO_CACHE"})), "passes");
        for (name, value) in [
            ("timeoutInMinutes", json!(60)),
            ("queuedTimeoutInMinutes", json!(480)),
            ("cache", json!({"type": "LOCAL"})),
        ] {
            assert_eq!(with(lambda, name, value), "InvalidInputException", "{name}");
        }
    }

    #[test]
    fn a_batch_has_a_hundred_names() {
        let batch = |count: usize| code("BatchGetProjects", &json!({"names": vec!["x"; count]}));
        assert_eq!(batch(1), "passes");
        assert_eq!(batch(100), "passes");
        assert_eq!(batch(101), "InvalidInputException");
        assert_eq!(batch(0), "InvalidInputException");
    }
}
