//! The calls about domains.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A domain.
const DOMAIN: &str = "codeartifact:{region}:{account}:domain/{stack}";

/// The calls about domains.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["codeartifact:ListDomains"]),
    Calls::reading(
        DOMAIN,
        &[
            "codeartifact:DescribeDomain",
            "codeartifact:GetDomainPermissionsPolicy",
            "codeartifact:ListRepositoriesInDomain",
            "codeartifact:ListTagsForResource",
        ],
    ),
    Calls::to(&[Create], "*", &["codeartifact:CreateDomain"]),
    Calls::to(
        &[Create, Change],
        DOMAIN,
        &[
            "codeartifact:PutDomainPermissionsPolicy",
            "codeartifact:DeleteDomainPermissionsPolicy",
            "codeartifact:TagResource",
        ],
    ),
    Calls::to(&[Change], DOMAIN, &["codeartifact:UntagResource"]),
    Calls::to(&[Delete], DOMAIN, &["codeartifact:DeleteDomain"]),
];
