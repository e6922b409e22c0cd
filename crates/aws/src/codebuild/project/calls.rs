//! The calls about projects.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A project.
const PROJECT: &str = "codebuild:{region}:{account}:project/{name}";

/// The calls about projects. Their roles are passed to them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["codebuild:ListProjects"]),
    Calls::reading(PROJECT, &["codebuild:BatchGetProjects"]),
    Calls::to(&[Create], PROJECT, &["codebuild:CreateProject"]),
    Calls::to(&[Create, Change], PROJECT, &["codebuild:UpdateProject"]),
    Calls::to(&[Delete], PROJECT, &["codebuild:DeleteProject"]),
];
