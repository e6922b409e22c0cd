//! What to do about an error of AWS.

use std::borrow::Cow;

use engine::DriverError;

use super::actions::iam_actions;
use super::error::DESCRIBES_NOTHING;
use super::regions::needs_opt_in;

/// What a code says, whichever service it is from.
///
/// Sources: "Common Errors" of the services' API references; "Error Responses" of S3; the codes of
/// errors in botocore's models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// The credentials are valid and may not do this.
    Denied,
    /// The credentials are not valid, or no longer.
    Credentials,
    /// The request was signed too long ago, or in the future.
    Clock,
    /// The Region is not enabled for the account.
    Region,
    /// The account may not use the service.
    Account,
}

impl Family {
    fn of(code: &str) -> Option<Self> {
        Some(match code {
            "AccessDenied"
            | "AccessDeniedException"
            | "AuthorizationError"
            | "AuthorizationErrorException"
            | "Forbidden"
            | "ForbiddenException"
            | "NotAuthorized"
            | "NotAuthorizedException"
            | "UnauthorizedException"
            | "UnauthorizedOperation" => Self::Denied,
            "AuthFailure"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "InvalidToken"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "SignatureDoesNotMatch"
            | "TokenRefreshRequired"
            | "UnrecognizedClientException" => Self::Credentials,
            "RequestExpired" | "RequestInTheFuture" | "RequestTimeTooSkewed" => Self::Clock,
            "RegionDisabled" | "RegionDisabledException" => Self::Region,
            "AllAccessDisabled"
            | "AccountProblem"
            | "NotSignedUp"
            | "OptInRequired"
            | "SubscriptionRequiredException" => Self::Account,
            _ => return None,
        })
    }
}

const CREDENTIALS: &str =
    "renew the credentials (`aws login`, `aws sso login`, AWS_PROFILE), then run the command again";

/// Whether the credentials may not make the call.
#[must_use]
pub fn is_denied(error: &DriverError) -> bool {
    error.code().and_then(Family::of) == Some(Family::Denied)
}

/// How to resolve a driver's error, as an imperative.
#[must_use]
pub fn hint(error: &DriverError) -> Option<Cow<'static, str>> {
    let advice = match error {
        DriverError::Unreachable { reason, .. } if reason == DESCRIBES_NOTHING => {
            "run the command again: the service was reached, and its answer lacks what was asked for; if it stays \
             so, look for what alters answers on the way (a proxy, --endpoint-url)"
        }
        DriverError::Unreachable { .. } => {
            "check the network, the proxy (HTTPS_PROXY, NO_PROXY), --region and --endpoint-url, then run the \
             command again"
        }
        DriverError::TimedOut { .. }
        | DriverError::Interrupted { .. }
        | DriverError::Withheld { .. } => {
            "run the command again: it goes on from where the account stands"
        }
        DriverError::Service {
            operation,
            code,
            message,
            ..
        } => match Family::of(code) {
            None => name_taken(code).or_else(|| of_login_domain(code, message))?,
            Some(Family::Denied) => return Some(denied(operation, message).into()),
            Some(Family::Credentials) => CREDENTIALS,
            Some(Family::Clock) => {
                "set this machine's clock, and renew temporary credentials: AWS accepts requests that were signed \
                 a few minutes ago at most"
            }
            Some(Family::Region) => {
                "enable the Region for the account (`aws account enable-region`), or choose another one with --region"
            }
            Some(Family::Account) => {
                "complete the account's registration and payment in the AWS console: AWS has not activated the \
                 service for it"
            }
        },
        _ => return None,
    };
    Some(advice.into())
}

/// What to do about a name that all accounts share and another owner has.
fn name_taken(code: &str) -> Option<&'static str> {
    match code {
        "BucketAlreadyExists" => Some(
            "choose another `name` in frontage.toml: the names of buckets are shared by all accounts",
        ),
        "CNAMEAlreadyExists" => Some(
            "remove the domain from the distribution that has it (`aws cloudfront list-conflicting-aliases` \
             finds it), then run the command again: a disabled one keeps it as well",
        ),
        _ => None,
    }
}

/// What to do if Cognito refuses the domain of login pages. It has one code for all of these.
///
/// Source: AWS Knowledge Center, "How do I resolve errors when I create a custom domain in Amazon
/// Cognito?".
fn of_login_domain(code: &str, message: &str) -> Option<&'static str> {
    let says = |text: &str| code == "InvalidParameterException" && message.contains(text);
    if says("not a valid subdomain") {
        Some(
            "create an A record for the domain above it (`example.com` for `login.example.com`), with any address, \
             and run the command again once that name resolves: a name that did not exist can take minutes",
        )
    } else if says("CNAMEs you provided are already associated") {
        name_taken("CNAMEAlreadyExists")
    } else {
        None
    }
}

/// As [`hint`], for a call in a Region that is not known to be enabled.
///
/// In a Region that is not, AWS answers as if the credentials were unknown: `InvalidClientTokenId`
/// from STS (remotion-dev/github-unwrapped-2022 issue 34), `UnrecognizedClientException` and
/// `AuthFailure` from others.
pub(super) fn hint_in(error: &DriverError, region: &str) -> Option<Cow<'static, str>> {
    let unknown = error.code().and_then(Family::of) == Some(Family::Credentials);
    if unknown && let Some(enable) = enable(region) {
        return Some(format!("{CREDENTIALS}; {enable}").into());
    }
    hint(error)
}

/// How to use a Region, if an account has to enable it first.
pub(super) fn enable(region: &str) -> Option<String> {
    needs_opt_in(region).then(|| {
        format!(
            "if they are valid in other Regions, enable {region} for the account (`aws account enable-region \
             --region-name {region}`): until then, AWS refuses all credentials in it"
        )
    })
}

/// The policies that can deny a call, as AWS names them in its message.
///
/// Source: IAM User Guide, "Troubleshoot access denied error messages": "because no TYPE policy
/// allows the ACTION action", "with an explicit deny in a TYPE policy". Some services say neither.
#[derive(Clone, Copy, Debug)]
enum Policy {
    Boundary,
    Endpoint,
    Identity,
    Resource,
    ResourceControl,
    ServiceControl,
    Session,
    Trust,
}

const POLICIES: [(&str, Policy); 8] = [
    ("identity-based policy", Policy::Identity),
    ("permissions boundary", Policy::Boundary),
    ("resource control policy", Policy::ResourceControl),
    ("resource-based policy", Policy::Resource),
    ("role trust policy", Policy::Trust),
    ("service control policy", Policy::ServiceControl),
    ("session policy", Policy::Session),
    ("vpc endpoint policy", Policy::Endpoint),
];

/// How to resolve a denial: who can, and where.
fn denied(operation: &str, message: &str) -> String {
    let text = message.to_ascii_lowercase();
    // An account that is new: "Your account must be verified before you can add new CloudFront
    // resources" (aws-samples/aws-cdk-examples issue 279).
    if text.contains("account must be verified") {
        return "ask AWS Support to verify the account, then run the command again".to_owned();
    }
    let actions =
        named_action(message).map_or_else(|| iam_actions(operation).join(" and "), str::to_owned);
    let named = POLICIES.iter().find(|(name, _)| text.contains(name));
    let explicit = text.contains("explicit deny");
    match named.map(|(_, policy)| policy) {
        None => format!(
            "grant {actions} to the credentials in use, then run the command again; if it is granted already, \
             check their permissions boundary and the organisation's policies"
        ),
        Some(Policy::Identity) if explicit => format!(
            "remove the statement that denies {actions} from the policies of the credentials in use: a deny \
             overrides every grant"
        ),
        Some(Policy::Identity) => {
            format!("grant {actions} to the credentials in use, then run the command again")
        }
        Some(Policy::Boundary) => format!(
            "change the permissions boundary of the credentials in use so that it allows {actions}: a grant in \
             their policies is not enough"
        ),
        Some(Policy::ServiceControl) => format!(
            "ask the organisation's administrators to allow {actions} in its service control policies: no grant \
             in the account overrides them"
        ),
        Some(Policy::ResourceControl) => format!(
            "ask the organisation's administrators to allow {actions} in its resource control policies: no grant \
             in the account overrides them"
        ),
        Some(Policy::Session) => format!(
            "use credentials without a session policy, or one that allows {actions}: a grant in the policies of \
             their role is not enough"
        ),
        Some(Policy::Endpoint) => format!(
            "allow {actions} in the policy of the VPC endpoint that the request passes, or run the command from \
             another network"
        ),
        Some(Policy::Resource) => format!(
            "change the resource's own policy so that it allows the credentials in use {actions}"
        ),
        Some(Policy::Trust) => {
            format!(
                "change the role's trust policy so that it allows the credentials in use {actions}"
            )
        }
    }
}

/// The action in "… is not authorized to perform: iam:PassRole on resource: …".
fn named_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    let action = rest.split_whitespace().next()?.trim_end_matches(['.', ',']);
    action.contains(':').then_some(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str, message: &str) -> DriverError {
        DriverError::Service {
            operation: "cloudfront:CreateDistributionWithTags",
            code: code.to_owned(),
            message: message.to_owned(),
            request_id: None,
        }
    }

    fn advice(code: &str, message: &str) -> String {
        hint(&error(code, message)).unwrap().into_owned()
    }

    const REFUSED: &str = "User: arn:aws:iam::111122223333:user/Ann is not authorized to perform: \
                           sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:q";

    /// AWS's texts, and who can help.
    #[test]
    fn the_advice_fits_the_policy_that_denies() {
        let reasons = [
            (
                "because no identity-based policy allows the sqs:CreateQueue action",
                "grant sqs:CreateQueue to the credentials",
            ),
            (
                "with an explicit deny in an identity-based policy",
                "remove the statement that denies sqs:CreateQueue",
            ),
            (
                "because no service control policy allows the sqs:CreateQueue action",
                "ask the organisation's administrators",
            ),
            (
                "with an explicit deny in a service control policy",
                "service control policies: no grant",
            ),
            (
                "with an explicit deny in a resource control policy",
                "resource control policies: no grant",
            ),
            (
                "because no permissions boundary allows the sqs:CreateQueue action",
                "permissions boundary of the credentials",
            ),
            (
                "because no session policy allows the sqs:CreateQueue action",
                "without a session policy",
            ),
            (
                "because no VPC endpoint policy allows the sqs:CreateQueue action",
                "policy of the VPC endpoint",
            ),
            (
                "because no resource-based policy allows the sqs:CreateQueue action",
                "the resource's own policy",
            ),
            (
                "because no role trust policy allows the sts:AssumeRole action",
                "the role's trust policy",
            ),
        ];
        for (reason, expected) in reasons {
            let advice = advice("AccessDenied", &format!("{REFUSED} {reason}"));
            assert!(advice.contains(expected), "{reason}: {advice}");
        }
        for policy in ["service control policy", "permissions boundary"] {
            let advice = advice(
                "AccessDenied",
                &format!("{REFUSED} with an explicit deny in a {policy}"),
            );
            assert!(!advice.starts_with("grant"), "{policy}: {advice}");
        }
    }

    #[test]
    fn a_denial_without_a_reason_names_the_actions_of_the_call() {
        for code in [
            "AccessDenied",
            "AuthorizationError",
            "ForbiddenException",
            "NotAuthorizedException",
            "UnauthorizedOperation",
        ] {
            let advice = advice(code, "Access Denied");
            assert!(
                advice.starts_with(
                    "grant cloudfront:CreateDistribution and cloudfront:TagResource to"
                ),
                "{code}: {advice}"
            );
            assert!(advice.contains("permissions boundary"), "{advice}");
            assert!(is_denied(&error(code, "")), "{code}");
        }
        let passed = "… is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/r";
        assert!(advice("AccessDeniedException", passed).starts_with("grant iam:PassRole to"));
    }

    #[test]
    fn a_new_account_is_not_told_to_grant_anything() {
        let message = "Your account must be verified before you can add new CloudFront resources.";
        assert!(advice("AccessDenied", message).starts_with("ask AWS Support"));
        assert!(advice("OptInRequired", "needs a subscription").contains("registration"));
    }

    #[test]
    fn an_answer_that_describes_nothing_is_not_blamed_on_the_network() {
        let unreachable = |reason: &str| DriverError::Unreachable {
            operation: "dynamodb:DescribeTable",
            reason: reason.to_owned(),
        };
        let advice = |reason| hint(&unreachable(reason)).unwrap();
        assert!(advice(DESCRIBES_NOTHING).starts_with("run the command again"));
        assert!(advice("connection refused").starts_with("check the network"));
    }

    #[test]
    fn a_name_that_is_taken_has_advice() {
        assert!(advice("BucketAlreadyExists", "").contains("frontage.toml"));
        assert!(advice("CNAMEAlreadyExists", "").contains("list-conflicting-aliases"));
    }

    /// Cognito's texts, of one code.
    #[test]
    fn a_refused_login_domain_is_explained() {
        let code = "InvalidParameterException";
        let parent = "Custom domain is not a valid subdomain: Was not able to resolve the root domain, please \
                      ensure an A record exists for the root domain.";
        assert!(advice(code, parent).starts_with("create an A record for the domain above it"));
        let taken = "One or more of the CNAMEs you provided are already associated with a different resource.";
        assert!(advice(code, taken).contains("list-conflicting-aliases"));
        assert_eq!(hint(&error(code, "Domain is required.")), None);
    }

    #[test]
    fn credentials_clocks_and_regions_are_told_apart() {
        for code in ["ExpiredToken", "InvalidClientTokenId", "AuthFailure"] {
            assert!(advice(code, "").starts_with("renew"), "{code}");
        }
        assert!(advice("RequestExpired", "").contains("clock"));
        assert!(advice("RegionDisabledException", "").starts_with("enable the Region"));
        assert_eq!(hint(&error("NoSuchBucket", "")), None);
    }

    /// STS answers in a Region that is not enabled as to credentials that it does not know.
    #[test]
    fn credentials_that_a_newer_region_refuses_may_be_valid() {
        let refused = error(
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        );
        let advice = hint_in(&refused, "me-central-1").unwrap();
        assert!(
            advice.starts_with(CREDENTIALS)
                && advice.contains("enable me-central-1 for the account"),
            "{advice}"
        );
        assert_eq!(hint_in(&refused, "eu-west-1").unwrap(), CREDENTIALS);
        let denied = error("AccessDenied", "");
        assert_eq!(hint_in(&denied, "me-central-1"), hint(&denied));
    }
}
