//! `AWS::CodeBuild::ReportGroup`.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::CodeBuild::ReportGroup`.
pub const REPORT_GROUP: &ResourceType = &ResourceType {
    name: "AWS::CodeBuild::ReportGroup",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["Name"],
    create_only: &["Name", "Type"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    // AWS keeps a report for 30 days at most, and each build makes another.
    holds_data: false,
    taggable: true,
    refers_to: &[],
};

/// Where the reports of builds are shown. Whether they are exported to a bucket is left as it is. Its
/// reports are deleted with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReportGroup {
    /// 2 to 128 characters of `[A-Za-z0-9_-]`. Changing it replaces the group.
    pub name: String,
    /// What its reports are of: `TEST` or `CODE_COVERAGE`. Changing it replaces the group.
    #[serde(rename = "Type")]
    pub kind: String,
}

impl Resource for ReportGroup {
    const TYPE: &'static ResourceType = REPORT_GROUP;
}

impl ReportGroup {
    /// The group's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");

    /// A group of the results of tests.
    pub fn of_tests(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: "TEST".to_owned(),
        }
    }
}

impl Handle<ReportGroup> {
    /// A reference to [`ReportGroup::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(ReportGroup::ARN)
    }
}
