//! The calls about package groups.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A domain.
const DOMAIN: &str = "codeartifact:{region}:{account}:domain/{stack}";

/// A package group of the domain, whose pattern follows in the ARN.
const GROUP: &str = "codeartifact:{region}:{account}:package-group/{stack}*";

/// The calls about package groups.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["codeartifact:ListDomains"]),
    Calls::reading(
        DOMAIN,
        &[
            "codeartifact:ListPackageGroups",
            "codeartifact:ListTagsForResource",
        ],
    ),
    Calls::reading(
        GROUP,
        &[
            "codeartifact:DescribePackageGroup",
            "codeartifact:ListAllowedRepositoriesForGroup",
            "codeartifact:ListTagsForResource",
        ],
    ),
    Calls::to(&[Create], "*", &["codeartifact:CreatePackageGroup"]),
    Calls::to(
        &[Create, Change],
        GROUP,
        &[
            "codeartifact:UpdatePackageGroup",
            "codeartifact:UpdatePackageGroupOriginConfiguration",
            "codeartifact:TagResource",
        ],
    ),
    Calls::to(&[Change], GROUP, &["codeartifact:UntagResource"]),
    Calls::to(&[Delete], GROUP, &["codeartifact:DeletePackageGroup"]),
];
