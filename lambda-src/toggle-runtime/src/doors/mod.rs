//! Who may connect: the origin of a page, and the token of a user.
//!
//! An authorizer of API Gateway would be one more invocation per connection, for claims that the
//! connection manager needs anyway.

mod context;
mod handshake;
mod origin;
mod pool;
mod remembered;
mod shell;
mod token;

use toggle_contract::doors::{Connect, Doors as Described};

use crate::websocket::SocketEvent;

pub use self::handshake::Handshake;
pub use self::pool::Pool;
pub use self::shell::Shell;
pub use self::token::{Claims, Invalid};

/// The longest part of an origin that is logged, in characters.
const SHOWN: usize = 200;

/// Why a connection is refused. It contains no token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The page is of another origin.
    #[error("the origin {0} is not allowed")]
    Origin(String),
    /// A token is required.
    #[error("there is no token")]
    NoToken,
    /// The token is not valid.
    #[error(transparent)]
    Token(#[from] Invalid),
    /// What tokens are verified with is out of reach.
    #[error("the user pool's keys are out of reach")]
    OutOfReach,
}

impl Refusal {
    /// The status of the handshake's response.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Origin(_) => 403,
            Self::NoToken | Self::Token(_) => 401,
            Self::OutOfReach => 503,
        }
    }
}

/// The conditions of a connection.
#[derive(Debug)]
pub struct Doors {
    /// As they are described.
    pub described: Described,
    /// What is read of the shell, if anything is.
    pub shell: Option<Shell>,
}

impl Doors {
    /// The context of a connection that may be opened. `None`: nothing is known of the client.
    ///
    /// What is out of reach refuses nobody, unless a token is required.
    pub async fn admit(&self, event: &SocketEvent) -> Result<Option<String>, Refusal> {
        let handshake = Handshake::of(event, self.described.token_in_query);
        self.check_origin(&handshake).await?;
        Ok(match self.claims(&handshake).await? {
            Some(claims) => Some(context::of_user(&claims, &self.described.claims)),
            None => handshake.id.map(context::of_client),
        })
    }

    /// Only a browser states an origin, and a page cannot change it.
    async fn check_origin(&self, handshake: &Handshake<'_>) -> Result<(), Refusal> {
        let Some(origin) = handshake.origin else {
            return Ok(());
        };
        let allowed = match &self.described.origins {
            Some(described) => origin::is_allowed(origin, described),
            None => self.is_of_system(origin).await,
        };
        if allowed {
            return Ok(());
        }
        Err(Refusal::Origin(origin.chars().take(SHOWN).collect()))
    }

    async fn is_of_system(&self, origin: &str) -> bool {
        let Some(shell) = &self.shell else {
            return true;
        };
        let config = shell.config().await;
        let origins = config
            .as_ref()
            .and_then(|config| config.toggles.origins.as_ref());
        origins.is_none_or(|origins| origin::is_allowed(origin, origins))
    }

    /// The claims of the user who connects, if somebody has signed in.
    async fn claims(&self, handshake: &Handshake<'_>) -> Result<Option<Claims>, Refusal> {
        let connect = self.described.connect;
        match (connect, handshake.token) {
            (Connect::Public, _) | (Connect::Optional, None) => Ok(None),
            (Connect::Required, None) => Err(Refusal::NoToken),
            (Connect::Optional, Some(token)) => match self.verify(token).await {
                Err(Refusal::OutOfReach) => Ok(None),
                verified => verified.map(Some),
            },
            (Connect::Required, Some(token)) => self.verify(token).await.map(Some),
        }
    }

    async fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        let key = token::key_id(token)?;
        let shell = self.shell.as_ref().ok_or(Refusal::OutOfReach)?;
        let config = shell.config().await.ok_or(Refusal::OutOfReach)?;
        let login = &config.login;
        let keys = shell.keys(&login.issuer, &key).await;
        let keys = keys.ok_or(Refusal::OutOfReach)?;
        let key = keys.find(&key).ok_or(Invalid::Key)?;
        Ok(token::verify(token, key, login)?)
    }
}

#[cfg(test)]
pub(crate) mod tests;
