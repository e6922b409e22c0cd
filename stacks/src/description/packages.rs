//! `[packages]`: the repository of the packages that teams share.

use super::arn::Arn;
use super::name::Name;
use super::table::{Rejected, Table};

/// The maximum length of a scope's name, after the `@`: npm allows 214 characters for `@SCOPE/NAME`.
const SCOPE_LENGTH: usize = 211;

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
    /// The npm scopes whose packages come from the system alone, such as `@acme`: the repository
    /// never gets one of them from the public registry, where anyone could publish a package of
    /// the same name. Default: [`Packages::own_scope`].
    pub protect: Option<Vec<String>>,
}

impl Packages {
    pub(super) fn read(table: &mut Table) -> Self {
        Self {
            readers: table.texts("readers", principal).unwrap_or_default(),
            publishers: table.texts("publishers", principal).unwrap_or_default(),
            protect: table.texts("protect", scope),
        }
    }

    /// The scope of a system's own packages: its name.
    #[must_use]
    pub fn own_scope(system: &Name) -> String {
        format!("@{system}")
    }
}

/// `@acme`: npm's rules for a scope, without `~`, which means something else in CodeArtifact's
/// patterns. Source: `validate-npm-package-name`.
fn scope(text: &str) -> Result<String, Rejected> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
    let bare = text.strip_prefix('@');
    let why = match bare {
        None => "a scope begins with `@`".to_owned(),
        Some("") => "a scope must have a name".to_owned(),
        Some(name) if name.contains('/') => "this is the name of a package".to_owned(),
        Some(name) if !name.chars().all(allowed) => {
            "only a-z, 0-9, `-`, `.` and `_` are allowed".to_owned()
        }
        Some(name) if name.starts_with(['.', '_']) => {
            "a scope's name begins with a letter, a digit or `-`".to_owned()
        }
        Some(name) if name.len() > SCOPE_LENGTH => {
            format!("{} characters; the maximum is {SCOPE_LENGTH}", name.len())
        }
        Some(_) => return Ok(text.to_owned()),
    };
    Err(Rejected {
        why,
        help: "use an npm scope such as `@acme`".to_owned(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_one_of_npms() {
        let longest = format!("@{}", "a".repeat(211));
        for text in ["@acme", "@acme-labs", "@a.b_c", "@-", "@0", &longest] {
            assert_eq!(scope(text).ok().as_deref(), Some(text));
        }
        let longer = format!("@{}", "a".repeat(212));
        for text in [
            "", "acme", "@", "@acme/ui", "@acme/*", "@Acme", "@a~", "@a*", "@.a", "@_a", "@a b",
            &longer,
        ] {
            assert!(scope(text).is_err(), "{text}");
        }
    }
}
