//! A distribution that is subscribed to one of CloudFront's pricing plans.

use super::kinds::Target;
use crate::call::Call;
use crate::xml::text;
use crate::{Fate, Refusal};

/// The fates of calls to an account each of whose distributions is subscribed to a pricing plan:
/// none is deleted (ekristen/aws-nuke#1024), and none loses its web ACL
/// (cloud-custodian/cloud-custodian#10477). The first message is quoted there, the second in part.
pub fn on_a_pricing_plan(call: &Call) -> Fate {
    if Target::deleted(call).is_some_and(|target| target.is_distribution()) {
        let message = "You can't delete this distribution while it's subscribed to a pricing plan. Cancel the pricing \
                       plan, then you can delete the distribution.";
        return Fate::Answer(Refusal::new(412, "PreconditionFailed", message));
    }
    let updated = Target::updated(call).is_some_and(|target| target.is_distribution());
    if updated && text(call.text(), "DistributionConfig/WebACLId").is_none() {
        let message = "Distributions with a pricing plan must have a web ACL resource.";
        return Fate::Answer(Refusal::new(400, "InvalidArgument", message));
    }
    Fate::Pass
}
