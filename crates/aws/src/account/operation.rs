//! What a request does: by the name of its operation in the protocols that send it, and by its method
//! in the others.
//!
//! Source: Smithy's specifications of AWS's protocols. AWS JSON has the name in a header, Smithy's CBOR
//! in the path, AWS Query in the body.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// What the names of operations that change nothing begin with, of the services that Frontage calls.
const READING: [&str; 9] = [
    "AdminGet",
    "AdminList",
    "BatchGet",
    "Describe",
    "Get",
    "Head",
    "List",
    "Query",
    "Scan",
];

/// CodeArtifact's reads that are `POST`. Source: `http` of each operation in botocore's model
/// `codeartifact`.
const READ_BY_POST: [&str; 8] = [
    "/v1/authorization-token",
    "/v1/domain/repositories",
    "/v1/domains",
    "/v1/package-groups",
    "/v1/package/versions",
    "/v1/packages",
    "/v1/repositories",
    "/v1/tags",
];

/// How a request says what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation<'r> {
    /// AWS JSON, with the operation's name.
    Json(&'r str),
    /// Smithy's CBOR, with the operation's name.
    Cbor(&'r str),
    /// AWS Query, with the operation's name.
    Query(&'r str),
    /// A method and a path without its query, which are the operation.
    Rest(&'r str, &'r str),
}

impl<'r> Operation<'r> {
    /// The operation of a request.
    pub(super) fn of(request: &'r HttpRequest) -> Self {
        let path = request.uri().split('?').next().unwrap_or_default();
        if let Some(target) = request.headers().get("x-amz-target") {
            return Self::Json(target.rsplit('.').next().unwrap_or_default());
        }
        if let Some((_, name)) = path.split_once("/operation/") {
            return Self::Cbor(name);
        }
        let form = request.body().bytes().unwrap_or_default();
        if let Some(form) = form.strip_prefix(b"Action=") {
            let name = form.split(|byte| *byte == b'&').next().unwrap_or_default();
            return Self::Query(str::from_utf8(name).unwrap_or_default());
        }
        Self::Rest(request.method(), path)
    }

    /// Whether it changes nothing, at a service of this signing name. What is not known to be a read is
    /// none.
    pub(super) fn is_read(self, service: &str) -> bool {
        match self {
            Self::Json(name) | Self::Cbor(name) | Self::Query(name) => {
                READING.iter().any(|verb| name.starts_with(verb))
            }
            Self::Rest("GET" | "HEAD", _) => true,
            Self::Rest("POST", path) if service == "codeartifact" => {
                READ_BY_POST.iter().any(|read| path.ends_with(read))
            }
            Self::Rest(..) => false,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A request without a body.
    pub(in crate::account) fn request(
        method: &str,
        uri: &str,
        headers: &[(&'static str, &'static str)],
    ) -> HttpRequest {
        let mut request = HttpRequest::empty();
        request.set_method(method).unwrap();
        request.set_uri(uri).unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, *value);
        }
        request
    }

    #[test]
    fn a_read_is_told_by_its_operation_or_its_method() {
        let reads = |request: HttpRequest| Operation::of(&request).is_read("codeartifact");
        let json = |target| reads(request("POST", "https://h/", &[("x-amz-target", target)]));
        assert!(json("DynamoDB_20120810.DescribeTable"));
        assert!(json("AWSCognitoIdentityProviderService.AdminGetUser"));
        assert!(!json("DynamoDB_20120810.UpdateItem"));
        assert!(!json("AWSCognitoIdentityProviderService.AdminCreateUser"));
        let cbor = |operation: &str| {
            let uri = format!("https://h/service/Monitoring/operation/{operation}");
            reads(request("POST", &uri, &[]))
        };
        assert!(cbor("DescribeAlarms"));
        assert!(!cbor("PutMetricAlarm"));
        let query =
            |body: &'static str| reads(request("POST", "https://h/", &[]).map(|_| body.into()));
        assert!(query("Action=GetRole&RoleName=a"));
        assert!(!query("Action=DeleteRole&RoleName=a"));
        let rest = |method, path: &str| reads(request(method, &format!("https://h{path}"), &[]));
        assert!(rest("GET", "/a?tagging"));
        assert!(rest("POST", "/v1/domains?x=1"));
        assert!(!rest("POST", "/v1/domain"));
        assert!(!rest("POST", "/v1/tag"));
        assert!(!rest("PUT", "/a"));
        assert!(!rest("DELETE", "/a"));
        // A key in a bucket may look like CodeArtifact's paths.
        let upload = request("POST", "https://h/bucket/v1/tags?uploads", &[]);
        assert!(!Operation::of(&upload).is_read("s3"));
    }
}
