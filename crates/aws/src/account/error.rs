//! Converts SDK errors to the engine's, without losing anything.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use engine::DriverError;

use super::access::Withheld;
use super::transport::EMULATED;

/// Why an answer without a description of what was asked for counts as none.
pub(crate) const DESCRIBES_NOTHING: &str = "the answer describes nothing";

/// Converts the error of one call: `.map_err(failed("sqs:CreateQueue"))`. The operation has the
/// prefix of IAM's actions; [`super::actions::iam_actions`] are the ones that it needs.
///
/// The code and the message are the wire's, since several services return codes that the SDK does
/// not model.
pub fn failed<E>(operation: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> DriverError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    move |error| {
        if let Some(answer) = error
            .raw_response()
            .filter(|answer| is_lacking(operation, answer, error.code()))
        {
            let length = answer.body().bytes().unwrap_or_default().len();
            let answer = format!("HTTP {}, {length} bytes", answer.status());
            return DriverError::Lacking { operation, answer };
        }
        match &error {
            SdkError::ServiceError(context) => {
                service_error(operation, context.raw().status().as_u16(), context.err())
            }
            _ => match Withheld::find(&error) {
                Some(withheld) => DriverError::Withheld {
                    operation,
                    reason: withheld.to_string(),
                },
                None => DriverError::Unreachable {
                    operation,
                    reason: reason(&error),
                },
            },
        }
    }
}

/// Whether an answer is an emulator's that does not support the service. The SDK takes one without a
/// code for an answer that it cannot read, in some protocols.
fn is_lacking(operation: &str, answer: &HttpResponse, code: Option<&str>) -> bool {
    let body = answer.body().bytes().unwrap_or_default();
    answer.headers().get(EMULATED).is_some()
        && lacks_the_service(operation, answer.status().as_u16(), body, code)
}

/// Whether an emulator's answer says that it does not support the service: a 400 without a code
/// from MiniStack, a 501 from LocalStack, an HTML page from moto.
///
/// S3 is never considered unsupported: its answers to `HEAD` have no body, whatever the reason.
fn lacks_the_service(operation: &str, status: u16, body: &[u8], code: Option<&str>) -> bool {
    match status {
        _ if operation.starts_with("s3:") => false,
        400 => {
            code.is_none()
                && (body.is_empty() || body.starts_with(br#"{"error": "Unsupported service"#))
        }
        404 | 500 => code.is_none() && body.trim_ascii_start().starts_with(b"<!doctype html>"),
        501 => true,
        _ => false,
    }
}

fn service_error<E: ProvideErrorMetadata + Error>(
    operation: &'static str,
    status: u16,
    error: &E,
) -> DriverError {
    use aws_sdk_sts::operation::RequestId as _;
    let metadata = error.meta();
    // An answer to `HEAD` has no body and so no code.
    let unnamed = if status == 403 {
        "Forbidden"
    } else {
        "Unknown"
    };
    DriverError::Service {
        operation,
        code: metadata.code().unwrap_or(unnamed).to_owned(),
        message: metadata
            .message()
            .map_or_else(|| error.to_string(), str::to_owned),
        request_id: metadata.request_id().map(str::to_owned),
    }
}

/// The chain of causes in one line, without the SDK's debug dump.
pub(super) fn reason(error: &(dyn Error + 'static)) -> String {
    let mut reasons: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !reasons.contains(&text) {
            reasons.push(text);
        }
        next = error.source();
    }
    reasons.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_lacking_where_an_emulator_says_so_and_never_else() {
        let lacks = |status, body: &str, code| {
            lacks_the_service("codeartifact:ListDomains", status, body.as_bytes(), code)
        };
        assert!(
            lacks(
                400,
                r#"{"error": "Unsupported service: codeartifact"}"#,
                None
            ),
            "MiniStack"
        );
        assert!(lacks(400, "", None), "MiniStack, to some calls");
        assert!(
            lacks(
                501,
                "API for service 'codeartifact' not yet implemented",
                Some("InternalFailure")
            ),
            "LocalStack"
        );
        assert!(
            lacks(404, "<!doctype html>\n<title>404 Not Found</title>", None),
            "moto"
        );
        assert!(!lacks(400, "{}", None));
        assert!(!lacks(400, "", Some("ValidationException")));
        assert!(!lacks(403, "", None));
        assert!(!lacks(
            404,
            r#"{"__type":"ResourceNotFoundException"}"#,
            Some("ResourceNotFoundException")
        ));
        assert!(
            lacks(
                500,
                "<!doctype html>\n<title>500 Internal Server Error</title>",
                None
            ),
            "moto, of a whole service"
        );
        assert!(!lacks(500, "", None));
        assert!(!lacks(503, "", None));
        assert!(!lacks_the_service("s3:HeadObject", 400, b"", None));
    }
}
