//! Converts SDK errors to the engine's, without losing anything.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use engine::DriverError;

use super::transport::EMULATED;

/// Converts the error of one call; `operation` is its IAM action:
/// `.map_err(failed("sqs:CreateQueue"))`.
///
/// The code and the message are the wire's, since several services return codes that the SDK does
/// not model.
pub fn failed<E>(operation: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> DriverError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    move |error| match &error {
        SdkError::ServiceError(context) => {
            let answer = context.raw();
            let body = answer.body().bytes().unwrap_or_default();
            let emulated = answer.headers().get(EMULATED).is_some();
            if emulated
                && lacks_the_service(
                    operation,
                    answer.status().as_u16(),
                    body,
                    context.err().meta().code(),
                )
            {
                let answer = format!("HTTP {}, {} bytes", answer.status(), body.len());
                return DriverError::Lacking { operation, answer };
            }
            service_error(operation, context.err())
        }
        _ => DriverError::Unreachable {
            operation,
            reason: reason(&error),
        },
    }
}

/// The codes by which services deny a call to credentials that are valid.
const DENIED: [&str; 4] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
];

/// Whether the credentials may not make the call.
pub(crate) fn is_denied(error: &DriverError) -> bool {
    error.code().is_some_and(|code| DENIED.contains(&code))
}

/// How to resolve a driver's error, as an imperative.
#[must_use]
pub fn hint(error: &DriverError) -> Option<&'static str> {
    let credentials = [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
    ];
    match error {
        DriverError::Unreachable { .. } => Some(
            "check the network, the proxy (HTTPS_PROXY, NO_PROXY), --region and --endpoint-url, then run the \
             command again",
        ),
        DriverError::TimedOut { .. } | DriverError::Interrupted { .. } => {
            Some("run the command again: it goes on from where the account stands")
        }
        error if is_denied(error) => Some(denied(error.message().unwrap_or_default())),
        DriverError::Service { code, .. } if credentials.contains(&code.as_str()) => {
            Some("renew the credentials (aws sso login, AWS_PROFILE), then run the command again")
        }
        _ => None,
    }
}

/// How to resolve a denied call. Only the message says which kind of policy denied it
/// ("Troubleshoot access denied error messages" in IAM's user guide).
fn denied(message: &str) -> &'static str {
    if message.contains("service control policy") {
        "ask for the action in the organisation's service control policies, then run the command again"
    } else if message.contains("permissions boundary") {
        "allow the action in the permissions boundary of the credentials in use, then run the command again"
    } else {
        "grant the action to the credentials in use, then run the command again"
    }
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
    error: &E,
) -> DriverError {
    use aws_sdk_sts::operation::RequestId as _;
    let metadata = error.meta();
    DriverError::Service {
        operation,
        code: metadata.code().unwrap_or("Unknown").to_owned(),
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
