//! `[identity]`: who signs in, and how.

use super::name::Name;
use super::suggestion::quoted;
use super::table::{Rejected, Table};

/// Who signs in, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Groups of users, which tokens contain; named by the rules for a system's name. Default:
    /// `operators`.
    pub groups: Vec<String>,
    /// Whether people can sign up by themselves. Default: no, an administrator invites them.
    pub self_sign_up: bool,
    /// Whether sign-in requires a second factor. Default: `optional`.
    pub mfa: Mfa,
    /// Minutes that an access token is valid: 5 to 60. Default: 10.
    pub access_token_minutes: i32,
    /// Days before a user must sign in again, however often they visit: 1 to 3,650. Default: 30.
    pub refresh_token_days: i32,
    /// Whether AWS refuses to delete the user pool. Default: yes.
    pub deletion_protection: bool,
}

/// Whether sign-in requires a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mfa {
    /// Never.
    Off,
    /// For users who have set one up.
    Optional,
    /// For everyone.
    Required,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            groups: vec!["operators".to_owned()],
            self_sign_up: false,
            mfa: Mfa::Optional,
            access_token_minutes: 10,
            refresh_token_days: 30,
            deletion_protection: true,
        }
    }
}

impl Identity {
    pub(super) fn read(table: &mut Table) -> Self {
        let default = Self::default();
        Self {
            groups: table.texts("groups", group).unwrap_or(default.groups),
            self_sign_up: table
                .boolean("self_sign_up")
                .unwrap_or(default.self_sign_up),
            mfa: table
                .choice("mfa", &Mfa::ALL, Mfa::as_str)
                .unwrap_or(default.mfa),
            access_token_minutes: table
                .integer(
                    "access_token_minutes",
                    5..=60,
                    "the minutes that an access token is valid",
                )
                .unwrap_or(default.access_token_minutes),
            refresh_token_days: table
                .integer(
                    "refresh_token_days",
                    1..=3650,
                    "the days before a user must sign in again",
                )
                .unwrap_or(default.refresh_token_days),
            deletion_protection: table
                .boolean("deletion_protection")
                .unwrap_or(default.deletion_protection),
        }
    }
}

impl Mfa {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Off, Self::Optional, Self::Required];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

fn group(text: &str) -> Result<String, Rejected> {
    let name = text.parse::<Name>().map_err(|why| Rejected {
        why: why.to_string(),
        help: format!(
            "use the rules for a system's name, such as {}",
            quoted("operators")
        ),
    })?;
    Ok(name.as_str().to_owned())
}
