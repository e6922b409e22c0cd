//! A call to AWS on its way, and the response to it.

use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;

/// A signed call to AWS.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation: `CreateTable`, or for a service with paths `POST /2015-03-31/functions`,
    /// with the query.
    pub operation: String,
    /// The name that the service is signed for: `cognito-idp`, `tagging`.
    pub service: String,
    /// The caller: the access key id, which is an account's number on emulators that have accounts.
    pub(crate) account: String,
    pub(crate) protocol: Protocol,
    pub(crate) method: Method,
    /// The parts of the path, decoded.
    pub(crate) path: Vec<String>,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// Empty for S3, where no rule reads it.
    pub(crate) body: Bytes,
}

/// How a service writes its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// The operation is in a header.
    Json,
    /// The operation is at the end of the path, and bodies are CBOR.
    Cbor,
    /// The operation is in a form.
    Query,
    /// The operation is method and path.
    RestJson,
    /// As [`Protocol::RestJson`], in XML.
    RestXml,
}

/// A response of the emulator.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Who signed a request, and for which service.
pub(crate) struct Signature {
    pub(crate) account: String,
    pub(crate) service: String,
}

impl Signature {
    /// `None` for a request that is not signed in its header.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let credential = authorization
            .strip_prefix("AWS4-HMAC-SHA256 ")?
            .split_once("Credential=")?
            .1;
        let mut scope = credential.split(',').next()?.split('/');
        Some(Self {
            account: scope.next()?.to_owned(),
            service: scope.nth(2)?.to_owned(),
        })
    }
}

impl Call {
    pub(crate) fn new(head: &Parts, signature: Signature, body: Bytes) -> Self {
        let Signature { account, service } = signature;
        let (protocol, operation) = operation(head, &service, &body);
        let path = head.uri.path().split('/').filter(|part| !part.is_empty());
        let decoded = path.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
        Self {
            operation,
            service,
            account,
            protocol,
            method: head.method.clone(),
            path: decoded.collect(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head.headers.clone(),
            body,
        }
    }

    /// Whether the call changes something.
    #[must_use]
    pub fn writes(&self) -> bool {
        let reads = ["BatchGet", "Get", "List", "Describe", "Scan", "GET "];
        !reads.iter().any(|read| self.operation.starts_with(read))
    }

    /// The service and the operation without what AWS assigns, the same in each account:
    /// `apigateway GET /v2/apis/*/routes?maxResults`.
    #[must_use]
    pub fn kind(&self) -> String {
        let operation = match self.protocol {
            Protocol::RestJson | Protocol::RestXml => self.template(),
            Protocol::Json | Protocol::Cbor | Protocol::Query => self.operation.clone(),
        };
        format!("{} {operation}", self.service)
    }

    /// Method and path, without names that contain a digit or an upper-case letter, as ids and hashes
    /// do; and the names of the query.
    fn template(&self) -> String {
        let is_assigned = |part: &str| {
            let assigned = |of: char| of.is_ascii_digit() || of.is_ascii_uppercase();
            part.contains(assigned)
        };
        // The first part is the version of the service's API, or a bucket.
        let is_version = |at: usize| at == 0 && self.service != "s3";
        let mut template = self.method.to_string() + " ";
        for (at, part) in self.path.iter().enumerate() {
            let shown = if is_assigned(part) && !is_version(at) {
                "*"
            } else {
                part
            };
            template.extend(["/", shown]);
        }
        let names = self.query.split('&').map(|pair| pair.split('=').next());
        let names: Vec<_> = names.flatten().filter(|name| !name.is_empty()).collect();
        if !names.is_empty() {
            template.extend(["?", &names.join("&")]);
        }
        template
    }

    /// What the call is signed with, in hexadecimal.
    #[must_use]
    pub fn signature(&self) -> Option<&str> {
        let signed = self.headers.get(AUTHORIZATION)?.to_str().ok()?;
        signed
            .split_once("Signature=")
            .map(|(_, signature)| signature)
    }

    /// Whether the call names something: in its path, its query, or its body, which is not known for
    /// S3.
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        self.operation.contains(name) || self.text().contains(name)
    }

    /// Method and path, to be matched.
    pub(crate) fn route(&self) -> (&str, Vec<&str>) {
        let path = self.path.iter().map(String::as_str).collect();
        (self.method.as_str(), path)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }

    /// The body of a call in JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn operation(head: &Parts, service: &str, body: &Bytes) -> (Protocol, String) {
    let target = head
        .headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    if let Some(name) = target.and_then(|target| target.rsplit('.').next()) {
        return (Protocol::Json, name.to_owned());
    }
    let action = form_urlencoded::parse(body).find(|(key, _)| key == "Action");
    if let Some((_, name)) = action {
        return (Protocol::Query, name.into_owned());
    }
    // Source: Smithy's specification of the protocol RPC v2 CBOR.
    if let Some((_, name)) = head.uri.path().split_once("/operation/") {
        return (Protocol::Cbor, name.to_owned());
    }
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let protocol = match service {
        "cloudfront" | "route53" | "s3" => Protocol::RestXml,
        _ => Protocol::RestJson,
    };
    (protocol, format!("{} {path}", head.method))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::call;

    #[test]
    fn a_call_names_its_operation() {
        let queue = call("sqs", "POST /", "{}").with("x-amz-target", "AmazonSQS.CreateQueue");
        let role = call("iam", "POST /", "Action=CreateRole&RoleName=a");
        let api = call("apigateway", "POST /v2/apis?x=1", "{}");
        let object = call("s3", "PUT /b/a%20c?x-id=PutObject", "");
        let path = "POST /service/GraniteServiceVersion20100801/operation/PutMetricAlarm";
        let alarm = call("monitoring", path, "");
        let calls = [queue, role, api, object, alarm].map(crate::fake::Request::call);
        let named = calls
            .each_ref()
            .map(|call| (call.protocol, &*call.operation));
        assert_eq!(
            named,
            [
                (Protocol::Json, "CreateQueue"),
                (Protocol::Query, "CreateRole"),
                (Protocol::RestJson, "POST /v2/apis?x=1"),
                (Protocol::RestXml, "PUT /b/a%20c?x-id=PutObject"),
                (Protocol::Cbor, "PutMetricAlarm"),
            ]
        );
        assert_eq!(calls[3].path, ["b", "a c"]);
    }

    #[test]
    fn the_kind_of_a_call_is_the_same_in_each_account() {
        let kind = |request: crate::fake::Request| request.call().kind();
        assert_eq!(
            kind(call("sqs", "POST /", "{}").with("x-amz-target", "AmazonSQS.CreateQueue")),
            "sqs CreateQueue"
        );
        assert_eq!(
            kind(call(
                "apigateway",
                "GET /v2/apis/a1b2/routes?maxResults=500",
                ""
            )),
            "apigateway GET /v2/apis/*/routes?maxResults"
        );
        assert_eq!(
            kind(call("s3", "PUT /acme-shell-0123/config.json?tagging", "")),
            "s3 PUT /*/config.json?tagging"
        );
    }

    #[test]
    fn who_signed_is_known() {
        let mut headers = HeaderMap::new();
        assert!(Signature::of(&headers).is_none());
        headers.insert(AUTHORIZATION, "Bearer token".parse().unwrap());
        assert!(Signature::of(&headers).is_none());
        let signed = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/codeartifact/aws4_request, SignedHeaders=host";
        headers.insert(AUTHORIZATION, signed.parse().unwrap());
        let signature = Signature::of(&headers).unwrap();
        assert_eq!(
            (&*signature.account, &*signature.service),
            ("AKID", "codeartifact")
        );
    }
}
