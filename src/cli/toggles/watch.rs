//! `frontage toggles watch`: the state first, then each change.

use std::env;

use clap::Args;
use miette::{Report, miette};
use model::StackName;
use stacks::toggles::{Endpoint, STACK};

use crate::cli::advice;
use crate::cli::context::Context;
use crate::cli::global::{Format, Global};
use crate::cli::interrupts::Interrupts;
use crate::cli::output::{follow, follow_json, say};
use crate::render;
use crate::toggles::{Event, Received, Watch};

/// Arguments of `toggles watch`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The environment variable with a token of a user, for a system whose `toggles.connect` is not
    /// "public". Default: no token is sent
    #[arg(long, value_name = "VARIABLE")]
    token_env: Option<String>,
}

impl Arguments {
    fn token(&self) -> Result<Option<String>, Report> {
        let Some(name) = &self.token_env else {
            return Ok(None);
        };
        let token = env::var(name).ok().filter(|token| !token.is_empty());
        let missing = || miette!("the environment variable {name} has no token");
        token.ok_or_else(missing).map(Some)
    }
}

/// Prints until it is interrupted or its output is read no more.
pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<(), Report> {
    let token = arguments.token()?;
    let stack = StackName::new(STACK);
    let found = Context::look_up(global, &stack, Endpoint::NAMES, Endpoint::of).await?;
    let (context, Endpoint { websocket_url: url }) = found;
    say(&format!("watching {url} (Ctrl-C to stop)"));
    let mut interrupts = Interrupts::listen();
    let mut watch = Watch::connect(context.account.network(), &url, token)
        .await
        .map_err(advice::report)?;
    loop {
        tokio::select! {
            event = watch.next() => if !show(global.format, &event)? { break },
            () = interrupts.next() => break,
        }
    }
    watch.close().await;
    Ok(())
}

/// Prints what happens to a client. Returns false if the output is read no more.
pub(in crate::cli) fn show(format: Format, event: &Event) -> Result<bool, Report> {
    match event {
        Event::Received(Received { text, message }) => match format {
            Format::Json => return follow_json(text),
            Format::Human => return follow(&render::message(message)),
        },
        Event::Closed => say("the connection was closed; reconnecting"),
        Event::Failed { error, pause } => {
            let seconds = pause.as_secs();
            say(&format!("{error}; trying again in {seconds} s"));
        }
    }
    Ok(true)
}
