//! The calls about repositories.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A repository.
const REPOSITORY: &str = "codecommit:{region}:{account}:{name}";

/// The calls about repositories.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["codecommit:ListRepositories"]),
    Calls::reading(
        REPOSITORY,
        &[
            "codecommit:GetRepository",
            "codecommit:ListBranches",
            "codecommit:ListTagsForResource",
        ],
    ),
    Calls::to(&[Create], REPOSITORY, &["codecommit:CreateRepository"]),
    Calls::to(
        &[Create, Change],
        REPOSITORY,
        &[
            "codecommit:UpdateRepositoryDescription",
            "codecommit:UpdateRepositoryEncryptionKey",
            "codecommit:TagResource",
        ],
    ),
    Calls::to(&[Change], REPOSITORY, &["codecommit:UntagResource"]),
    Calls::to(&[Delete], REPOSITORY, &["codecommit:DeleteRepository"]),
];
