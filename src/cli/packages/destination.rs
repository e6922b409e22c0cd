//! The registry to use: the system's own, with a token from AWS, or another.

use std::time::SystemTime;

use aws::failed;
use engine::Goal;
use miette::{Report, miette};
use model::StackName;
use stacks::packages::STACK;

use super::RegistryArgs;
use crate::cli::advice;
use crate::cli::context::{Context, Zips};
use crate::cli::global::Global;
use crate::packages::{Registry, TOKEN_VARIABLE};

/// The lifetime of a token for a single run of Frontage, in seconds: the minimum of CodeArtifact.
pub(super) const RUN: i64 = 900;

/// A registry, its token, and when the token expires, if known.
pub(super) struct Destination {
    pub(super) registry: Registry,
    pub(super) token: Option<String>,
    pub(super) until: Option<SystemTime>,
}

/// Finds the registry and gets a token that is valid for this many seconds.
pub(super) async fn destination(
    global: &Global,
    place: &RegistryArgs,
    seconds: i64,
) -> Result<Destination, Report> {
    if let Some(url) = &place.registry {
        let token = std::env::var(TOKEN_VARIABLE)
            .ok()
            .filter(|token| !token.is_empty());
        return Ok(Destination {
            registry: Registry::new(url, token.clone()),
            token,
            until: None,
        });
    }
    let global = Global {
        stack: vec![STACK.to_owned()],
        ..global.clone()
    };
    let mut context = Context::open(&global, Zips::None).await?;
    let inventory = context.read(Goal::Converge).await?;
    context.complete()?;
    let outputs = context.outputs(&inventory.known);
    let output = |name: &str| {
        outputs
            .get(&StackName::new(STACK))
            .and_then(|values| values.get(name))
            .cloned()
    };
    let (Some(domain), Some(url)) = (output("domain"), output("npm_registry")) else {
        return Err(miette!(
            help = format!("run `frontage apply --stack {STACK}` first"),
            "the stack {STACK} is not deployed in account {}, {}",
            context.account.id(),
            context.account.region(),
        ));
    };
    let client = aws_sdk_codeartifact::Client::new(&context.account.config("codeartifact"));
    let asked = client
        .get_authorization_token()
        .domain(domain)
        .duration_seconds(seconds)
        .send()
        .await;
    let answer = asked
        .map_err(failed("codeartifact:GetAuthorizationToken"))
        .map_err(advice::report)?;
    let until = answer
        .expiration
        .and_then(|until| SystemTime::try_from(until).ok());
    let token = answer.authorization_token;
    Ok(Destination {
        registry: Registry::new(&url, token.clone()),
        token,
        until,
    })
}
