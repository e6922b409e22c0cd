//! Who asks, and what they may change.

use serde_json::Value;
use toggle_runtime::doors::Claims;
use toggle_table::{MayFlip, Patterns};

use crate::event::Event;
use crate::problem::{Code, Problem};

/// A user of the pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// The id in the pool, which nobody can choose: people are compared by it.
    pub(crate) sub: String,
    /// As they are shown.
    pub(crate) name: String,
    /// Their groups.
    pub(crate) groups: Vec<String>,
    /// The ids that they may change.
    pub(crate) may_flip: Patterns,
}

impl Person {
    /// Who has the claims of an id token.
    ///
    /// # Errors
    /// [`Code::Unauthorized`] for another token, and [`Code::Forbidden`] for somebody in no group that may change
    /// any toggle.
    pub(crate) fn of(claims: &Claims, may_flip: &MayFlip) -> Result<Self, Problem> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("token_use") != Some("id") {
            return Err(Problem::new(
                Code::Unauthorized,
                "the token is not an id token",
            ));
        }
        let sub = text("sub").filter(|sub| !sub.is_empty());
        let sub = sub.ok_or_else(|| Problem::new(Code::Unauthorized, "the token is of nobody"))?;
        let groups = claims.get("cognito:groups").and_then(Value::as_array);
        let groups = groups.into_iter().flatten().filter_map(Value::as_str);
        let groups: Vec<_> = groups.map(str::to_owned).collect();
        let may_flip = may_flip.of(&groups).ok_or_else(|| {
            Problem::new(
                Code::Forbidden,
                "none of your groups may see or change toggles",
            )
        })?;
        // Users may change their address, to any, which is then not verified.
        let is_verified = claims.get("email_verified") == Some(&Value::Bool(true));
        let email = text("email").filter(|_| is_verified);
        let names = [email, text("cognito:username"), Some(sub)];
        let name = names.into_iter().flatten().find(|name| !name.is_empty());
        Ok(Self {
            sub: sub.to_owned(),
            name: name.unwrap_or(sub).to_owned(),
            groups,
            may_flip,
        })
    }

    /// Checks that they may change this toggle or segment.
    pub(crate) fn check(&self, id: &str) -> Result<(), Problem> {
        if self.may_flip.match_id(id) {
            return Ok(());
        }
        let detail = format!("you may not change `{id}`");
        Err(Problem::new(Code::Forbidden, detail))
    }
}

/// The token of a request. The name of the scheme has no case (RFC 9110, 11.1).
pub(crate) fn token(event: &Event) -> Result<&str, Problem> {
    let token = event.header("authorization").and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let missing = || Problem::new(Code::Unauthorized, "there is no token");
    token.filter(|token| !token.is_empty()).ok_or_else(missing)
}
