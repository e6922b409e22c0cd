//! The names in the ARNs of a policy.

use std::collections::BTreeSet;

use engine::Selection;
use model::{StackName, physical_prefix};

/// What the ARNs of a policy contain.
#[derive(Clone, Debug)]
pub struct Names {
    /// The system.
    pub system: String,
    /// The Region; `*` stands for any.
    pub region: Option<String>,
    /// The account's 12 digits; `*` stands for any.
    pub account: Option<String>,
    /// The path of the roles, such as `/`.
    pub role_path: String,
}

impl Names {
    /// The ARNs of a declaration for the selected stacks; `*` stays `*`.
    pub(super) fn arns(&self, on: &str, selection: &Selection) -> BTreeSet<String> {
        if on == "*" {
            return BTreeSet::from([on.to_owned()]);
        }
        let stacks = match selection {
            Selection::Only(stacks) => stacks.iter().map(Some).collect(),
            Selection::All | Selection::Except(_) => vec![None],
        };
        stacks.iter().map(|stack| self.arn(on, *stack)).collect()
    }

    /// An ARN for a stack, or for all.
    #[must_use]
    pub fn arn(&self, on: &str, stack: Option<&StackName>) -> String {
        let any = || format!("{}-*", self.system);
        let stack = stack.map(|stack| physical_prefix(&self.system, stack));
        let name = stack
            .as_ref()
            .map_or_else(any, |stack| format!("{stack}-*"));
        let resource = on
            .replace("{region}", self.region.as_deref().unwrap_or("*"))
            .replace("{account}", self.account.as_deref().unwrap_or("*"))
            .replace("{path}", &self.role_path)
            .replace("{system}", &self.system)
            .replace("{stack}", &stack.unwrap_or_else(any))
            .replace("{name}", &name)
            .replace("**", "*");
        format!("arn:{}:{resource}", self.partition())
    }

    /// The partition of the Region. Source: the partitions of botocore's `endpoints.json`.
    fn partition(&self) -> &'static str {
        match self.region.as_deref() {
            None => "*",
            Some(region) if region.starts_with("cn-") => "aws-cn",
            Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
            Some(_) => "aws",
        }
    }
}
