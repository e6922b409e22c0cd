//! What AWS checks beyond the calls, because of what a description states.

use aws::policy::Policy;
use engine::Selection;
use model::StackName;
use stacks::system::is_site;
use stacks::{identity, operations, shell, toggles};

use super::Subject;

/// Where others read what a key encrypts.
const KEY_READING: &[&str] = &["kms:Decrypt", "kms:DescribeKey"];

/// Where a key is set. Sources: Lambda Developer Guide, "Securing environment variables"; DynamoDB
/// Developer Guide, "Encryption at rest: usage notes".
const KEY_WRITING: &[&str] = &[
    "kms:CreateGrant",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
];

impl Subject<'_> {
    /// Allows what the settings of the selected stacks need, to read them and to write them.
    pub(super) fn settings(self, policy: &mut Policy, writing: bool, selection: &Selection) {
        let selected = |stack: &str| selection.contains(&StackName::new(stack));
        let system = self.system;
        let with_keys = [toggles::STACK, shell::STACK, operations::STACK];
        if with_keys.into_iter().any(selected) {
            let keys = [
                &system.functions.kms_key,
                &system.toggles.kms_key,
                &system.alarms.kms_key,
            ];
            for key in keys {
                allow_key(policy, key.as_deref(), writing);
            }
        }
        let mut stacks = stacks::system::names(system).into_iter();
        let has_sites = stacks.any(|stack| selection.contains(&stack) && is_site(&stack));
        if writing && has_sites {
            self.sites(policy);
        }
        // Cognito's own distribution. Source: Cognito Developer Guide, "Using your own domain".
        if writing && selected(identity::STACK) && system.identity.domain.is_some() {
            policy.allow_action("cloudfront:UpdateDistribution", "*", None);
        }
    }

    /// Sources: CloudFront Developer Guide, "Permissions required to configure standard logging";
    /// Service Authorization Reference, "AWS WAF V2", `AssociateWebACL`.
    fn sites(self, policy: &mut Policy) {
        let sites = &self.system.sites;
        if let Some(acl) = &sites.web_acl {
            policy.allow_action("wafv2:GetWebACL", acl, None);
        }
        if let Some(logs) = &sites.access_logs {
            let bucket = policy.names().arn(&format!("s3:::{}", logs.bucket), None);
            for action in ["s3:GetBucketAcl", "s3:PutBucketAcl"] {
                policy.allow_action(action, &bucket, None);
            }
        }
    }
}

/// Allows the use of a key, if there is one.
pub(super) fn allow_key(policy: &mut Policy, key: Option<&str>, writing: bool) {
    let actions = KEY_WRITING.iter().filter(|_| writing).chain(KEY_READING);
    for action in actions.filter(|_| key.is_some()) {
        policy.allow_action(*action, key.unwrap_or_default(), None);
    }
}
