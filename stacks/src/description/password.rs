//! `[identity.password]`: which passwords users may choose.

use super::table::Table;

/// Which passwords users may choose.
#[allow(
    clippy::struct_excessive_bools,
    reason = "Cognito's policy has these four, which do not depend on each other"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    /// The minimum length: 6 to 99. Default: 12.
    pub minimum_length: i32,
    /// Whether a lower-case letter is required. Default: yes.
    pub require_lowercase: bool,
    /// Whether a digit is required. Default: yes.
    pub require_numbers: bool,
    /// Whether a symbol is required. Default: no.
    pub require_symbols: bool,
    /// Whether an upper-case letter is required. Default: yes.
    pub require_uppercase: bool,
    /// Former passwords that are refused: 0 to 24. Default: 0.
    pub password_history_size: i32,
    /// Days that the password of an invitation is valid: 1 to 365. Default: 7, which Cognito sets
    /// for 0 as well (`PasswordPolicyType` in the Cognito user pools API reference).
    pub temporary_password_validity_days: i32,
}

impl Default for Password {
    fn default() -> Self {
        Self {
            minimum_length: 12,
            require_lowercase: true,
            require_numbers: true,
            require_symbols: false,
            require_uppercase: true,
            password_history_size: 0,
            temporary_password_validity_days: 7,
        }
    }
}

impl Password {
    pub(super) fn read(table: &mut Table) -> Self {
        let default = Self::default();
        let mut required = |key, default| table.boolean(key).unwrap_or(default);
        Self {
            require_lowercase: required("require_lowercase", default.require_lowercase),
            require_numbers: required("require_numbers", default.require_numbers),
            require_symbols: required("require_symbols", default.require_symbols),
            require_uppercase: required("require_uppercase", default.require_uppercase),
            minimum_length: table
                .integer("minimum_length", 6..=99, "the minimum length of a password")
                .unwrap_or(default.minimum_length),
            password_history_size: table
                .integer(
                    "password_history_size",
                    0..=24,
                    "the former passwords that are refused",
                )
                .unwrap_or(default.password_history_size),
            temporary_password_validity_days: table
                .integer(
                    "temporary_password_validity_days",
                    1..=365,
                    "the days that the password of an invitation is valid",
                )
                .unwrap_or(default.temporary_password_validity_days),
        }
    }
}
