//! The registry that a command uses: the system's own, with a token from AWS, or another.

use std::time::SystemTime;

use miette::Report;
use model::StackName;
use stacks::packages::{Outputs, STACK};

use super::workspace::RegistryArgs;
use crate::cli::advice;
use crate::cli::context::Context;
use crate::cli::global::Global;
use crate::packages::{Registry, TOKEN_VARIABLE, Token};

/// A registry, and when the token for it expires, if that is known.
pub(super) struct Destination {
    pub(super) registry: Registry,
    pub(super) expires: Option<SystemTime>,
}

/// Finds the registry and gets a token that is valid for this many seconds.
pub(super) async fn destination(
    global: &Global,
    place: &RegistryArgs,
    seconds: i64,
) -> Result<Destination, Report> {
    if let Some(url) = &place.registry {
        let token = std::env::var(TOKEN_VARIABLE).ok();
        let token = token.filter(|token| !token.is_empty());
        return Ok(Destination {
            registry: Registry::new(url, token),
            expires: None,
        });
    }
    let stack = StackName::new(STACK);
    let (context, outputs) = Context::open_stack(global, &stack, Outputs::of).await?;
    let token = Token::of_domain(&context.account, &outputs.domain, seconds)
        .await
        .map_err(advice::report)?;
    Ok(Destination {
        registry: Registry::new(&outputs.npm_registry, Some(token.secret)),
        expires: token.expires,
    })
}

/// The registry at this URL, or the system's own, to install packages from: its token is valid for as
/// short a time as can be.
pub(in crate::cli) async fn registry(
    global: &Global,
    url: Option<String>,
) -> Result<Registry, Report> {
    let place = RegistryArgs {
        dir: None,
        registry: url,
    };
    Ok(destination(global, &place, Token::SHORTEST).await?.registry)
}
