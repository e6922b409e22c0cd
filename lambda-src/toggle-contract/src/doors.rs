//! Who may connect: what is described, and what the connection manager reads of the shell.

use serde::{Deserialize, Serialize};

/// The WebSocket subprotocol of the toggles. A browser cannot set headers of a WebSocket's handshake
/// but this one, so a client that has a token offers it as well, after [`TOKEN_PROTOCOL`].
pub const SUBPROTOCOL: &str = "frontage.toggles.v1";
/// What a token is offered as, followed by the token: `jwt.eyJ…`. It is never chosen.
pub const TOKEN_PROTOCOL: &str = "jwt.";
/// The parameter of the URL with a token, if it is allowed.
pub const TOKEN_PARAMETER: &str = "token";
/// The parameter of the URL with a stable id that the client chose itself.
pub const ID_PARAMETER: &str = "id";
/// The longest such id, in characters.
pub const ID_LENGTH: usize = 128;

/// Any origin, in [`Doors::origins`].
pub const ANY_ORIGIN: &str = "*";

/// The key of a context with a user's id, which the claim of this name in a verified token states, and
/// nothing else.
pub const SUBJECT: &str = "sub";
/// The key of a context with what percentages are computed of: a user's `sub`, or the id that a client
/// chose itself.
pub const TARGETING_KEY: &str = "targetingKey";
/// The key of a context with the user's groups.
pub const GROUPS: &str = "groups";
/// The beginning of the claims that a user pool's own attributes have in an id token. Source: the
/// Amazon Cognito developer guide, `Custom attributes`.
pub const OWN_CLAIM: &str = "custom:";

/// The name of a claim in a context: without [`OWN_CLAIM`].
#[must_use]
pub fn name_in_context(claim: &str) -> &str {
    claim.strip_prefix(OWN_CLAIM).unwrap_or(claim)
}

/// Who may connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Connect {
    /// Anybody; no token is looked at.
    #[default]
    Public,
    /// Anybody; a token that is sent must be valid.
    Optional,
    /// Who sends a valid token.
    Required,
}

impl Connect {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Public, Self::Optional, Self::Required];

    /// As it is described.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

/// The conditions of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Doors {
    /// Who may connect.
    pub connect: Connect,
    /// The origins whose pages may connect: `https://www.example.com`, `https://*.example.com`,
    /// `http://localhost:*`, or [`ANY_ORIGIN`]. `None`: those of [`ShellConfig`].
    pub origins: Option<Vec<String>>,
    /// Whether a token may be in the URL.
    pub token_in_query: bool,
    /// The claims of a token that its connection's context contains.
    pub claims: Vec<String>,
}

impl Doors {
    /// Whether they need [`ShellConfig`].
    #[must_use]
    pub fn need_shell(&self) -> bool {
        self.origins.is_none() || self.connect != Connect::Public
    }
}

/// The parts of the shell's configuration that the connection manager reads.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ShellConfig {
    /// Where people sign in.
    pub login: Login,
    /// The toggles.
    pub toggles: Toggles,
}

/// The user pool and its client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Login {
    /// The issuer of tokens: `https://cognito-idp.REGION.amazonaws.com/POOL`.
    pub issuer: String,
    /// The client that tokens are for.
    pub client_id: String,
}

/// What the page knows of the toggles.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Toggles {
    /// The origins of the shell and the teams. `None` in a file of an earlier version.
    pub origins: Option<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_are_json_that_both_sides_know() {
        let json = r#"{"connect":"required","origins":null,"tokenInQuery":false,"claims":["custom:plan"]}"#;
        let doors = Doors {
            connect: Connect::Required,
            origins: None,
            token_in_query: false,
            claims: vec!["custom:plan".to_owned()],
        };
        assert_eq!(serde_json::to_string(&doors).ok().as_deref(), Some(json));
        assert_eq!(serde_json::from_str(json).ok(), Some(doors));
        for connect in Connect::ALL {
            let json = format!("\"{}\"", connect.as_str());
            assert_eq!(serde_json::from_str(&json).ok(), Some(connect));
        }
    }

    #[test]
    fn a_pools_own_claims_lose_their_prefix() {
        assert_eq!(name_in_context("custom:plan"), "plan");
        assert_eq!(name_in_context("email"), "email");
    }
}
