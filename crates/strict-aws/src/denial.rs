//! Calls that a policy does not allow.

use crate::Refusal;
use crate::call::{Call, Protocol};

/// The kind of policy because of which a call is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No policy of the caller allows it.
    IdentityPolicy,
    /// The boundary of the caller's permissions does not allow it.
    PermissionsBoundary,
    /// The organisation forbids it.
    ServiceControlPolicy,
}

impl Denial {
    /// The error, in the words of "Troubleshoot access denied error messages" in IAM's user guide.
    /// JSON services answer `AccessDeniedException`, those in XML `AccessDenied`; CloudWatch
    /// answers as JSON services do.
    pub(crate) fn refusal(self, call: &Call) -> Refusal {
        let (status, code) = match call.protocol {
            Protocol::Json | Protocol::Cbor => (400, "AccessDeniedException"),
            Protocol::RestJson => (403, "AccessDeniedException"),
            Protocol::Query | Protocol::RestXml => (403, "AccessDenied"),
        };
        let Some(action) = action(call) else {
            return Refusal::new(status, code, "Access Denied");
        };
        let because = match self {
            Self::IdentityPolicy => {
                format!("because no identity-based policy allows the {action} action")
            }
            Self::PermissionsBoundary => {
                format!("because no permissions boundary allows the {action} action")
            }
            Self::ServiceControlPolicy => {
                "with an explicit deny in a service control policy".to_owned()
            }
        };
        let user = format!("arn:aws:iam::{}:user/operator", call.account);
        let message = format!("User: {user} is not authorized to perform: {action} {because}");
        Refusal::new(status, code, message)
    }
}

/// The action in IAM's words. `None` for services with paths of which no action is known here; S3
/// names none either in its older answers.
fn action(call: &Call) -> Option<String> {
    let service = match call.service.as_str() {
        "tagging" => "tag",
        "monitoring" => "cloudwatch",
        other => other,
    };
    if matches!(
        call.protocol,
        Protocol::Json | Protocol::Query | Protocol::Cbor
    ) {
        return Some(format!("{service}:{}", call.operation));
    }
    let (method, path) = call.route();
    let operation = match (service, method, path.as_slice()) {
        // Its actions are the methods.
        ("apigateway", method, _) => method,
        ("cloudfront", "GET", [_, "distribution"]) => "ListDistributions",
        ("cloudfront", "POST", [_, "distribution"]) => "CreateDistribution",
        ("cloudfront", "PUT", [_, "distribution", ..]) => "UpdateDistribution",
        ("cloudfront", "DELETE", [_, "distribution", _]) => "DeleteDistribution",
        ("lambda", "POST", [_, "functions"]) => "CreateFunction",
        ("lambda", "GET", [_, "functions", _]) => "GetFunction",
        ("lambda", "DELETE", [_, "functions", _]) => "DeleteFunction",
        ("lambda", "POST", [_, "event-source-mappings"]) => "CreateEventSourceMapping",
        ("lambda", "GET", [_, "event-source-mappings"]) => "ListEventSourceMappings",
        ("codeartifact", "POST", [_, "domains"]) => "ListDomains",
        _ => return None,
    };
    Some(format!("{service}:{operation}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{call, operation};

    #[test]
    fn each_policy_has_its_words() {
        let queues = operation("sqs", "ListQueues", "{}").call();
        let user = "User: arn:aws:iam::111122223333:user/operator is not authorized to perform: sqs:ListQueues";
        let said = |denial: Denial| denial.refusal(&queues).message;
        assert_eq!(
            said(Denial::IdentityPolicy),
            format!("{user} because no identity-based policy allows the sqs:ListQueues action")
        );
        assert_eq!(
            said(Denial::PermissionsBoundary),
            format!("{user} because no permissions boundary allows the sqs:ListQueues action")
        );
        assert_eq!(
            said(Denial::ServiceControlPolicy),
            format!("{user} with an explicit deny in a service control policy")
        );
    }

    #[test]
    fn each_protocol_has_its_code() {
        let role = call("iam", "POST /", "Action=CreateRole").call();
        let api = call("apigateway", "POST /v2/apis", "{}").call();
        let tags = operation("tagging", "GetResources", "{}").call();
        let denied = |call: &Call| {
            let refusal = Denial::IdentityPolicy.refusal(call);
            let action = refusal.message.split("perform: ").nth(1);
            let action = action
                .and_then(|rest| rest.split(' ').next())
                .map(str::to_owned);
            (refusal.status, refusal.code, action.unwrap_or_default())
        };
        assert_eq!(
            denied(&role),
            (403, "AccessDenied", "iam:CreateRole".into())
        );
        assert_eq!(
            denied(&api),
            (403, "AccessDeniedException", "apigateway:POST".into())
        );
        assert_eq!(
            denied(&tags),
            (400, "AccessDeniedException", "tag:GetResources".into())
        );
    }
}
