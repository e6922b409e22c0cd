//! `[identity]`: who signs in, and how.

use super::name::Name;
use super::suggestion::quoted;
use super::table::{Rejected, Table};

/// Who signs in, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Groups of users, which tokens name: each named as a system is. Default: `operators`.
    pub groups: Vec<String>,
    /// Whether people can make an account for themselves. Default: no, an administrator invites
    /// them.
    pub self_sign_up: bool,
    /// Whether a second factor is asked for at sign-in. Default: `optional`.
    pub mfa: Mfa,
    /// Minutes that an access token is good for: 5 to 60. Default: 10.
    pub access_token_minutes: i32,
    /// Days until somebody signs in anew, however often they come: 1 to 3,650. Default: 30.
    pub refresh_token_days: i32,
    /// Whether AWS refuses to delete the user pool. Default: yes.
    pub deletion_protection: bool,
}

/// Whether a second factor is asked for at sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mfa {
    /// Never.
    Off,
    /// Of those who have set one up.
    Optional,
    /// Of everyone.
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
                    "the minutes that an access token is good for",
                )
                .unwrap_or(default.access_token_minutes),
            refresh_token_days: table
                .integer(
                    "refresh_token_days",
                    1..=3650,
                    "the days until somebody signs in anew",
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
            "a group is named as a system is, such as {}",
            quoted("operators")
        ),
    })?;
    Ok(name.as_str().to_owned())
}
