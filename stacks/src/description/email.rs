//! `identity.email`: who sends mail to users.

use std::ops::Range;

use super::arn::{Arn, arn};
use super::problem::Problem;
use super::table::{Rejected, Table};

/// The sender of mail to users, in Amazon SES.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// The ARN of a verified identity: a domain or an address, in the pool's Region or in one of
    /// those that the Cognito developer guide lists (`Email settings for Amazon Cognito user
    /// pools`).
    pub identity: String,
    /// The sender, `NAME <ADDRESS>` or an address: the identity, or an address of its domain.
    pub from: String,
}

impl Email {
    pub(super) fn read(table: &mut Table, at: Option<Range<usize>>) -> Option<Self> {
        let (identity, from) = (table.text("identity", identity), table.text("from", from));
        if table.is_written() && !(table.has("identity") && table.has("from")) {
            let problem = Problem::new(
                "`identity.email` without `identity` or `from`",
                at.unwrap_or_default(),
                "each requires the other",
            );
            let problem = problem.help(format!("write it as `email = {EXAMPLE}`"));
            table.report(Some(problem));
        }
        let email = Self {
            identity: identity?,
            from: from?,
        };
        table.report(email.foreign(table.span("from")));
        Some(email)
    }

    /// The problem with a sender for whom the identity was not verified. Source: the Amazon SES
    /// developer guide, `Verified identities`: a domain covers its addresses and its subdomains'.
    fn foreign(&self, at: Option<Range<usize>>) -> Option<Problem> {
        let arn = Arn::parse(&self.identity)?;
        let verified = arn.name("identity/")?.to_ascii_lowercase();
        let address = address(&self.from).to_ascii_lowercase();
        let (_, domain) = address.split_once('@')?;
        if address == verified || domain == verified || domain.ends_with(&format!(".{verified}")) {
            return None;
        }
        let message = format!("`{}` cannot send from `{address}`", self.identity);
        let why = format!("the identity is `{verified}`");
        Some(Problem::new(message, at?, why).help("use an address that the identity covers"))
    }
}

/// What a sender is written like.
const EXAMPLE: &str = "{ identity = \"arn:aws:ses:eu-west-1:111122223333:identity/example.com\", \
                       from = \"Acme <login@example.com>\" }";

/// The address of `NAME <ADDRESS>`, or the text itself.
fn address(from: &str) -> &str {
    let address = from.strip_suffix('>').and_then(|from| from.split_once('<'));
    address.map_or(from, |(_, address)| address)
}

fn identity(text: &str) -> Result<String, Rejected> {
    let example = "arn:aws:ses:eu-west-1:111122223333:identity/example.com";
    arn(text, "an identity in Amazon SES", example, |arn| {
        arn.service == "ses"
            && !arn.region.is_empty()
            && arn.has_account()
            && arn.name("identity/").is_some()
    })
}

fn from(text: &str) -> Result<String, Rejected> {
    let (user, domain) = address(text).split_once('@').unwrap_or_default();
    let is_word = |word: &str| {
        let in_word = |c: char| c.is_ascii_graphic() && !"<>@\"(),:;[]\\".contains(c);
        !word.is_empty() && word.chars().all(in_word)
    };
    let is_printable = text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    if is_word(user) && is_word(domain) && domain.contains('.') && is_printable {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: "not a sender".to_owned(),
        help:
            "use an address such as `login@example.com`, or with a name `Acme <login@example.com>`"
                .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_has_an_address() {
        for text in ["login@example.com", "Acme <login@example.com>"] {
            assert_eq!(from(text).ok().as_deref(), Some(text));
        }
        for text in [
            "",
            "Acme",
            "login@example",
            "Acme <login@example.com",
            "Acme login@example.com",
            "a@b@example.com",
            "Acme <login@example.com>\r\nBcc: a@example.com",
            "Ácme <login@example.com>",
        ] {
            assert!(from(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_identity_covers_its_addresses_and_subdomains() {
        let covers = |identity: &str, from: &str| {
            let email = Email {
                identity: format!("arn:aws:ses:eu-west-1:111122223333:identity/{identity}"),
                from: from.to_owned(),
            };
            email.foreign(Some(0..1)).is_none()
        };
        assert!(covers("example.com", "Acme <login@example.com>"));
        assert!(covers("example.com", "login@Mail.example.com"));
        assert!(covers("login@example.com", "login@example.com"));
        assert!(!covers("example.com", "login@myexample.com"));
        assert!(!covers("login@example.com", "other@example.com"));
    }
}
