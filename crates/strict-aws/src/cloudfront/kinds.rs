//! The kinds of CloudFront's resources, and which of them a call is about.

use crate::call::Call;

/// A code and a message.
type Error = (&'static str, &'static str);

/// A kind of resource.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Its part of the path.
    pub(super) path: &'static str,
    /// Where the response to its creation has its id.
    pub(super) id: &'static str,
    /// The most of an account, from the quotas page of the developer guide.
    pub(super) quota: usize,
    pub(super) too_many: Error,
    /// Where a distribution names it; empty for distributions.
    pub(super) reference: &'static str,
    /// The refusal of a deletion while a distribution uses it.
    pub(super) in_use: Error,
    /// The refusal of one distribution too many that uses it.
    pub(super) popular: Error,
}

const NEVER: Error = ("", "");

pub(super) const DISTRIBUTION: Kind = Kind {
    path: "distribution",
    id: "Distribution/Id",
    quota: 500,
    too_many: (
        "TooManyDistributions",
        "Processing your request would cause you to exceed the maximum number of distributions allowed.",
    ),
    reference: "",
    in_use: NEVER,
    popular: NEVER,
};

/// The kinds that distributions use. The wording for headers policies is from
/// theopensystemslab/planx-new#6491, the others' is botocore's description of the error.
pub(super) const USED: [Kind; 4] = [
    Kind {
        path: "cache-policy",
        id: "CachePolicy/Id",
        quota: 20,
        too_many: (
            "TooManyCachePolicies",
            "You have reached the maximum number of cache policies for this Amazon Web Services account.",
        ),
        reference: "CachePolicyId",
        in_use: (
            "CachePolicyInUse",
            "Cannot delete the cache policy because it is attached to one or more cache behaviors.",
        ),
        popular: (
            "TooManyDistributionsAssociatedToCachePolicy",
            "The maximum number of distributions have been associated with the specified cache policy.",
        ),
    },
    Kind {
        path: "response-headers-policy",
        id: "ResponseHeadersPolicy/Id",
        quota: 20,
        too_many: (
            "TooManyResponseHeadersPolicies",
            "Account's Response Headers Policies limit reached.",
        ),
        reference: "ResponseHeadersPolicyId",
        in_use: (
            "ResponseHeadersPolicyInUse",
            "Cannot delete the response headers policy because it is attached to one or more cache behaviors in a \
             CloudFront distribution.",
        ),
        popular: (
            "TooManyDistributionsAssociatedToResponseHeadersPolicy",
            "The maximum number of distributions have been associated with the specified response headers policy.",
        ),
    },
    Kind {
        path: "origin-access-control",
        id: "OriginAccessControl/Id",
        quota: 100,
        too_many: (
            "TooManyOriginAccessControls",
            "The number of origin access controls in your Amazon Web Services account exceeds the maximum allowed.",
        ),
        reference: "OriginAccessControlId",
        in_use: (
            "OriginAccessControlInUse",
            "Cannot delete the origin access control because it's in use by one or more distributions.",
        ),
        popular: (
            "TooManyDistributionsAssociatedToOriginAccessControl",
            "The maximum number of distributions have been associated with the specified origin access control.",
        ),
    },
    Kind {
        path: "function",
        id: "FunctionSummary/Name",
        quota: 100,
        too_many: (
            "TooManyFunctions",
            "You have reached the maximum number of CloudFront functions for this Amazon Web Services account.",
        ),
        reference: "FunctionARN",
        in_use: (
            "FunctionInUse",
            "Cannot delete the function because it's attached to one or more cache behaviors.",
        ),
        popular: (
            "TooManyDistributionsWithFunctionAssociations",
            "You have reached the maximum number of distributions that are associated with a CloudFront function.",
        ),
    },
];

/// What a call writes.
pub(super) struct Target<'call> {
    pub(super) kind: &'static Kind,
    /// Its id, unless the call creates it.
    pub(super) id: Option<&'call str>,
}

impl<'call> Target<'call> {
    pub(super) fn created(call: &'call Call) -> Option<Self> {
        Self::of(call, "POST").filter(|target| target.id.is_none())
    }

    pub(super) fn updated(call: &'call Call) -> Option<Self> {
        Self::of(call, "PUT").filter(|target| target.id.is_some())
    }

    pub(super) fn deleted(call: &'call Call) -> Option<Self> {
        Self::of(call, "DELETE").filter(|target| target.id.is_some())
    }

    fn of(call: &'call Call, wanted: &str) -> Option<Self> {
        let (method, path) = call.route();
        if call.service != "cloudfront" || method != wanted {
            return None;
        }
        let (name, id) = match path.as_slice() {
            [_, name] => (*name, None),
            [_, name, id] | [_, name, id, "config"] => (*name, Some(*id)),
            _ => return None,
        };
        let mut kinds = std::iter::once(&DISTRIBUTION).chain(&USED);
        let kind = kinds.find(|kind| kind.path == name)?;
        Some(Self { kind, id })
    }

    pub(super) fn is_distribution(&self) -> bool {
        *self.kind == DISTRIBUTION
    }

    /// The key of an existing resource.
    pub(super) fn key(&self) -> Option<(&'static str, String)> {
        Some((self.kind.path, self.id?.to_owned()))
    }
}
