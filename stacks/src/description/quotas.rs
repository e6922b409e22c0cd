//! `[quotas]`: quotas that AWS raised for the account.

use model::types::cloudfront::CONTENT_SECURITY_POLICY_LENGTH;

use super::table::Table;

/// The most that AWS raises [`Quotas::content_security_policy_length`] to: all headers of a response
/// together have this many bytes.
const HEADERS: i32 = 20_480;

/// Quotas that AWS raised for the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// The most characters of the shell's content security policy: 1783 to 20480. Default: 1783.
    pub content_security_policy_length: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            content_security_policy_length: CONTENT_SECURITY_POLICY_LENGTH.default,
        }
    }
}

impl Quotas {
    pub(super) fn read(table: &mut Table) -> Self {
        let default = Self::default();
        let least = i32::try_from(default.content_security_policy_length).unwrap_or(HEADERS);
        let length = table.integer(
            "content_security_policy_length",
            least..=HEADERS,
            "characters",
        );
        Self {
            content_security_policy_length: length
                .and_then(|length| usize::try_from(length).ok())
                .unwrap_or(default.content_security_policy_length),
        }
    }
}
