//! `[alarms]`: who is notified when something fails.

use super::arn::kms_key;
use super::suggestion::quoted;
use super::table::{Rejected, Table};

/// Alarms in CloudWatch, and who is notified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarms {
    /// Whether there are alarms, which cost some $0.10 a month each. Default: yes.
    pub enabled: bool,
    /// The mail addresses that are notified. Each gets a mail first, and must confirm by the link in
    /// it. Default: none.
    pub emails: Vec<String>,
    /// The ARN of the KMS key that encrypts the notifications. Its policy must let
    /// `cloudwatch.amazonaws.com` use it, or none arrives (`Encrypting Amazon SNS topics` in the SNS
    /// developer guide). Default: not stated; a key that is set stays.
    pub kms_key: Option<String>,
}

impl Default for Alarms {
    fn default() -> Self {
        Self {
            enabled: true,
            emails: Vec::new(),
            kms_key: None,
        }
    }
}

impl Alarms {
    pub(super) fn read(table: &mut Table) -> Self {
        let default = Self::default();
        Self {
            enabled: table.boolean("enabled").unwrap_or(default.enabled),
            emails: table.texts("emails", email).unwrap_or_default(),
            kms_key: table.text("kms_key", kms_key),
        }
    }
}

/// `USER@DOMAIN`. SNS has no names of senders here, and sends the first mail to whatever it is.
pub(super) fn email(text: &str) -> Result<String, Rejected> {
    let stray = text
        .chars()
        .find(|c| c.is_whitespace() || "<>,;".contains(*c));
    let parts = text.split_once('@');
    let is_domain = |domain: &str| {
        let mut labels = domain.split('.');
        domain.contains('.') && !domain.contains('@') && labels.all(|label| !label.is_empty())
    };
    let why = match (stray, parts) {
        (Some(stray), _) => format!("{} is not allowed here", quoted(&stray.to_string())),
        (None, Some((user, domain))) if !user.is_empty() && is_domain(domain) => {
            return Ok(text.to_owned());
        }
        _ => "not a mail address".to_owned(),
    };
    Err(Rejected {
        why,
        help: "use an address such as `ops@example.com`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_user_and_a_domain() {
        for text in [
            "ops@example.com",
            "a.b+c@mail.example.co.uk",
            "é@example.com",
        ] {
            assert_eq!(email(text).ok().as_deref(), Some(text));
        }
        for text in [
            "",
            "ops",
            "@example.com",
            "ops@",
            "ops@example",
            "ops@.com",
            "ops@example.",
            "a@b@example.com",
            "Ops <ops@example.com>",
            "ops@example.com, dev@example.com",
        ] {
            assert!(email(text).is_err(), "{text}");
        }
    }
}
