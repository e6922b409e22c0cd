//! Rules of Lambda.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Refusal;
use crate::call::{Answer, Call};
use crate::memory::Account;

/// The id of the mapping of each event source and function, by their ARN and name.
pub(crate) type Mappings = BTreeMap<(String, String), String>;

/// The environment variables that Lambda sets ("Defined runtime environment variables" in the
/// developer guide: those that are reserved).
const RESERVED: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// A function sets none of Lambda's own environment variables. The message is from
/// mattermost/mattermost-cloud-monitoring#264.
pub(crate) fn reserved_variables(call: &Call, _: &Account) -> Option<Refusal> {
    if call.service != "lambda" {
        return None;
    }
    let (method, path) = call.route();
    match (method, path.as_slice()) {
        ("POST", [_, "functions"]) | ("PUT", [_, "functions", _, "configuration"]) => {}
        _ => return None,
    }
    let sent = call.json();
    let variables = sent["Environment"]["Variables"].as_object()?;
    let taken = RESERVED
        .iter()
        .filter(|name| variables.contains_key(**name));
    let taken: Vec<_> = taken.copied().collect();
    let message = format!(
        "Lambda was unable to configure your environment variables because the environment variables you have provided \
         contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {}",
        taken.join(", ")
    );
    (!taken.is_empty()).then(|| Refusal::new(400, "InvalidParameterValueException", message))
}

/// A function reads an event source through one mapping. The message is from anomalyco/sst#5975; that
/// a mapping outlives its function from serverless/serverless#4471.
pub(crate) fn mapping_exists(call: &Call, account: &Account) -> Option<Refusal> {
    if !creates_mapping(call) {
        return None;
    }
    let (source, function) = mapped(&call.json())?;
    let id = account.mappings.get(&(source.clone(), function.clone()))?;
    let message = format!(
        "The event source arn (\" {source} \") and function (\" {function} \") provided mapping already exists. Please \
         update or delete the existing mapping with UUID {id}"
    );
    Some(Refusal::new(409, "ResourceConflictException", message))
}

/// Remembers the mappings.
pub(crate) fn note(call: &Call, answer: &Answer, account: &mut Account) {
    let mappings = &mut account.mappings;
    let (method, path) = call.route();
    if creates_mapping(call) {
        let id = answer.json()["UUID"].as_str().map(str::to_owned);
        if let (Some(key), Some(id)) = (mapped(&call.json()), id) {
            mappings.insert(key, id);
        }
    } else if let ("lambda", "DELETE", [_, "event-source-mappings", id]) =
        (call.service.as_str(), method, path.as_slice())
    {
        mappings.retain(|_, mapping| mapping != id);
    }
}

fn creates_mapping(call: &Call) -> bool {
    let (method, path) = call.route();
    call.service == "lambda"
        && method == "POST"
        && matches!(path.as_slice(), [_, "event-source-mappings"])
}

/// The event source and the function's name of a mapping to be created.
fn mapped(sent: &Value) -> Option<(String, String)> {
    let source = sent["EventSourceArn"].as_str()?;
    let function = sent["FunctionName"].as_str()?.rsplit(':').next()?;
    Some((source.to_owned(), function.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::fake::call;
    use crate::memory::Memory;

    #[test]
    fn lambdas_own_variables_are_not_set() {
        let memory = Memory::default();
        let lines = [
            "POST /2015-03-31/functions",
            "PUT /2015-03-31/functions/f/configuration",
        ];
        for line in lines {
            let body =
                r#"{"Environment":{"Variables":{"AWS_REGION":"x","MINE":"y","_HANDLER":"z"}}}"#;
            let refused = call("lambda", line, body).refused(&memory).unwrap();
            assert_eq!(refused.code, "InvalidParameterValueException");
            assert!(refused.message.ends_with("request: _HANDLER, AWS_REGION"));
            let mine = r#"{"Environment":{"Variables":{"AWS_ENDPOINT_URL":"y"}}}"#;
            assert_eq!(call("lambda", line, mine).code(&memory), "passes");
        }
    }

    #[test]
    fn a_function_reads_an_event_source_once() {
        let memory = Memory::default();
        let line = "POST /2015-03-31/event-source-mappings/";
        let create = |function: &str| {
            let body = format!(r#"{{"EventSourceArn":"s","FunctionName":"{function}"}}"#);
            call("lambda", line, body)
        };
        create("f").done(&memory, "", r#"{"UUID":"u-1"}"#);
        let again = create("arn:aws:lambda:eu-west-1:111122223333:function:f");
        let refused = again.refused(&memory).unwrap();
        assert_eq!(
            (refused.status, refused.code),
            (409, "ResourceConflictException")
        );
        assert!(refused.message.ends_with("with UUID u-1"));
        assert_eq!(create("g").code(&memory), "passes");
        let delete = "DELETE /2015-03-31/event-source-mappings/u-1";
        call("lambda", delete, "").done(&memory, "", "{}");
        assert_eq!(create("f").code(&memory), "passes");
    }
}
