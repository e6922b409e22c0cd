//! An error, in the words and the protocol of its service.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use local::proxy::{Body, full};
use serde_json::json;

use crate::call::{Call, Protocol};

/// The id of a request that AWS did not perform.
const REQUEST_ID: &str = "11111111-2222-3333-4444-555555555555";

/// An error of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error's code.
    pub code: &'static str,
    /// The error's message.
    pub message: String,
}

impl Refusal {
    /// An error with this status, code and message.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            code,
            message,
        }
    }

    /// The response that the caller receives.
    pub(crate) fn response(&self, call: &Call) -> Response<Body> {
        let (kind, body) = self.body(call);
        let mut response = Response::new(full(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        for (name, value) in [
            ("x-amzn-errortype", self.code),
            ("x-amzn-requestid", REQUEST_ID),
            ("x-amz-request-id", REQUEST_ID),
            ("smithy-protocol", "rpc-v2-cbor"),
            (CONTENT_TYPE.as_str(), kind),
        ] {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }

    fn body(&self, call: &Call) -> (&'static str, Bytes) {
        if call.protocol == Protocol::Cbor {
            return ("application/cbor", self.in_cbor());
        }
        let (kind, text) = self.text(call);
        (kind, text.into())
    }

    fn in_cbor(&self) -> Bytes {
        let members = json!({"__type": self.code, "message": self.message});
        let mut body = Vec::new();
        // Writing to memory cannot fail.
        let _ = ciborium::into_writer(&members, &mut body);
        body.into()
    }

    fn text(&self, call: &Call) -> (&'static str, String) {
        let (code, message) = (self.code, escaped(&self.message));
        match call.protocol {
            Protocol::Json | Protocol::Cbor => (
                "application/x-amz-json-1.1",
                json!({"__type": code, "message": self.message}).to_string(),
            ),
            Protocol::RestJson => (
                "application/json",
                json!({"message": self.message}).to_string(),
            ),
            Protocol::RestXml if call.service == "s3" => (
                "application/xml",
                format!(
                    "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{REQUEST_ID}</RequestId></Error>"
                ),
            ),
            Protocol::Query | Protocol::RestXml => (
                "text/xml",
                format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                     <RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
                ),
            ),
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{call, operation};

    /// Each is what botocore reads from the protocol of the service.
    #[test]
    fn an_error_is_written_as_its_service_writes_it() {
        let error = Refusal::new(400, "Throttling", "a < b & c");
        let body = |request: crate::fake::Request| {
            let body = error.body(&request.call()).1;
            String::from_utf8_lossy(&body).into_owned()
        };
        assert_eq!(
            body(operation("dynamodb", "CreateTable", "{}")),
            r#"{"__type":"Throttling","message":"a < b & c"}"#
        );
        assert_eq!(
            body(call("lambda", "POST /2015-03-31/functions", "{}")),
            r#"{"message":"a < b & c"}"#
        );
        let xml = "<Code>Throttling</Code><Message>a &lt; b &amp; c</Message>";
        let iam = body(call("iam", "POST /", "Action=CreateRole"));
        assert!(
            iam.starts_with("<ErrorResponse><Error>") && iam.contains(xml),
            "{iam}"
        );
        let path = "POST /service/GraniteServiceVersion20100801/operation/PutMetricAlarm";
        let alarm = error.body(&call("monitoring", path, "").call()).1;
        let alarm: serde_json::Value = ciborium::from_reader(&*alarm).unwrap();
        assert_eq!(
            alarm,
            json!({"__type": "Throttling", "message": "a < b & c"})
        );
        let s3 = body(call("s3", "PUT /b", ""));
        assert!(s3.starts_with("<Error>") && s3.contains(xml), "{s3}");
    }

    #[test]
    fn the_code_is_in_a_header_too() {
        let call = call("lambda", "POST /2015-03-31/functions", "{}").call();
        let response = Refusal::new(429, "TooManyRequestsException", "slow").response(&call);
        assert_eq!(response.status(), 429);
        assert_eq!(
            response.headers()["x-amzn-errortype"],
            "TooManyRequestsException"
        );
    }
}
