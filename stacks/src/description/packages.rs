//! `[packages]`: the repository of the packages that teams share.

use super::arn::Arn;
use super::table::{Rejected, Table};

/// The repository of the packages that teams share.
///
/// Principals of the account may read and publish if their own IAM policies allow it. The
/// principals listed here may as well.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Packages {
    /// Who else may read: ARNs of roles, users or accounts. Default: none.
    pub readers: Vec<String>,
    /// Who else may read and publish. Default: none.
    pub publishers: Vec<String>,
}

impl Packages {
    pub(super) fn read(table: &mut Table) -> Self {
        Self {
            readers: table.texts("readers", principal).unwrap_or_default(),
            publishers: table.texts("publishers", principal).unwrap_or_default(),
        }
    }
}

/// `arn:PARTITION:iam::ACCOUNT:role/NAME`, also of a user or a session's role, or `…:root` for a
/// whole account.
fn principal(text: &str) -> Result<String, Rejected> {
    let is_principal = |arn: Arn<'_>| {
        let kinds = ["role/", "user/", "assumed-role/"];
        ["iam", "sts"].contains(&arn.service)
            && arn.region.is_empty()
            && arn.has_account()
            && (arn.resource == "root" || kinds.iter().any(|kind| arn.name(kind).is_some()))
    };
    if Arn::parse(text).is_some_and(is_principal) {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: "not the ARN of a role, a user or an account".to_owned(),
        help: "use an ARN such as `arn:aws:iam::111122223333:role/shipping-build`, or \
               `arn:aws:iam::111122223333:root` for a whole account"
            .to_owned(),
    })
}
