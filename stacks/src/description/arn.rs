//! ARNs of resources that the description does not create.

use super::table::Rejected;

/// The parts of an ARN, `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`. The partition is AWS's, so
/// it begins with `aws`; which ones there are changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'t> {
    pub(super) service: &'t str,
    pub(super) region: &'t str,
    pub(super) account: &'t str,
    pub(super) resource: &'t str,
}

impl<'t> Arn<'t> {
    /// The parts of a text, if it is an ARN of exactly one resource: it has no wildcard.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (prefix, partition) = (parts.next()?, parts.next()?);
        let arn = Self {
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        };
        let in_partition = |c: char| c.is_ascii_lowercase() || c == '-';
        let is_one = text
            .chars()
            .all(|c| c.is_ascii_graphic() && !matches!(c, '*' | '"' | '\\'));
        let is_arn = prefix == "arn"
            && partition.starts_with("aws")
            && partition.chars().all(in_partition)
            && is_one;
        is_arn.then_some(arn)
    }

    /// Whether it names an account by its number.
    pub(super) fn has_account(&self) -> bool {
        self.account.len() == 12 && self.account.chars().all(|c| c.is_ascii_digit())
    }

    /// The name of the resource, if it is of a kind: the text after `KIND/` or `KIND:`.
    pub(super) fn name(&self, kind: &str) -> Option<&'t str> {
        self.resource
            .strip_prefix(kind)
            .filter(|name| !name.is_empty())
    }
}

/// A rule for the ARN of something.
pub(super) fn arn(
    text: &str,
    of: &str,
    example: &str,
    is: impl FnOnce(&Arn<'_>) -> bool,
) -> Result<String, Rejected> {
    if Arn::parse(text).is_some_and(|arn| is(&arn)) {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: format!("not the ARN of {of}"),
        help: format!("use an ARN such as `{example}`"),
    })
}

/// A rule for the ARN of a KMS key. Aliases are refused: log groups do not accept them. Source:
/// `AssociateKmsKey` in the CloudWatch Logs API reference.
pub(super) fn kms_key(text: &str) -> Result<String, Rejected> {
    let example = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    arn(text, "a KMS key", example, |arn| {
        arn.service == "kms"
            && !arn.region.is_empty()
            && arn.has_account()
            && arn.name("key/").is_some_and(|id| !id.contains('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_of_one_resource() {
        let arn = Arn::parse("arn:aws-iso-b:logs:us-isob-east-1:111122223333:log-group:/a:b");
        let arn = arn.expect("an ARN");
        assert_eq!((arn.service, arn.region), ("logs", "us-isob-east-1"));
        assert_eq!(arn.name("log-group:"), Some("/a:b"));
        assert!(arn.has_account());
        for text in [
            "",
            "arn:aws:iam::111122223333",
            "arn:azure:iam::111122223333:policy/p",
            "arn:AWS:iam::111122223333:policy/p",
            "urn:aws:iam::111122223333:policy/p",
            "arn:aws:iam::111122223333:policy/*",
            "arn:aws:iam::111122223333:policy/a b",
            "arn:aws:iam::111122223333:policy/é",
        ] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
    #[test]
    fn a_key_has_no_alias() {
        for text in [
            "arn:aws:kms:eu-west-1:111122223333:key/1234abcd",
            "arn:aws-us-gov:kms:us-gov-east-1:111122223333:key/mrk-1234abcd",
        ] {
            assert_eq!(kms_key(text).ok().as_deref(), Some(text));
        }
        for text in [
            "",
            "1234abcd",
            "alias/acme",
            "arn:aws:kms:eu-west-1:111122223333:alias/acme",
            "arn:aws:kms:eu-west-1:111122223333:key/",
            "arn:aws:kms:eu-west-1:111122223333:key/*",
            "arn:aws:kms::111122223333:key/1234abcd",
        ] {
            assert!(kms_key(text).is_err(), "{text}");
        }
    }
}
