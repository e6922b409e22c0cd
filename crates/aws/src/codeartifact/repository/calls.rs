//! The calls about repositories.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A domain.
const DOMAIN: &str = "codeartifact:{region}:{account}:domain/{stack}";

/// A repository of the domain.
const REPOSITORY: &str = "codeartifact:{region}:{account}:repository/{stack}/*";

/// The calls about repositories.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["codeartifact:ListDomains"]),
    Calls::reading(
        DOMAIN,
        &[
            "codeartifact:ListRepositoriesInDomain",
            "codeartifact:ListTagsForResource",
        ],
    ),
    Calls::reading(
        REPOSITORY,
        &[
            "codeartifact:DescribeRepository",
            "codeartifact:GetRepositoryEndpoint",
            "codeartifact:GetRepositoryPermissionsPolicy",
            "codeartifact:ListPackages",
            "codeartifact:ListTagsForResource",
        ],
    ),
    Calls::to(&[Create], "*", &["codeartifact:CreateRepository"]),
    Calls::to(
        &[Create, Change],
        REPOSITORY,
        &[
            "codeartifact:AssociateExternalConnection",
            "codeartifact:DisassociateExternalConnection",
            "codeartifact:PutRepositoryPermissionsPolicy",
            "codeartifact:DeleteRepositoryPermissionsPolicy",
            "codeartifact:UpdateRepository",
            "codeartifact:TagResource",
        ],
    ),
    Calls::to(&[Change], REPOSITORY, &["codeartifact:UntagResource"]),
    Calls::to(&[Delete], REPOSITORY, &["codeartifact:DeleteRepository"]),
];
