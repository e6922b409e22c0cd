//! `frontage toggles watch`: the state first, then each change.

use miette::Report;
use model::StackName;
use stacks::toggles::{Endpoint, STACK};

use crate::cli::advice;
use crate::cli::context::Context;
use crate::cli::global::{Format, Global};
use crate::cli::interrupts::Interrupts;
use crate::cli::output::{follow, follow_json, say};
use crate::render;
use crate::toggles::{Event, Received, Watch};

/// Prints until it is interrupted or its output is read no more.
pub(super) async fn run(global: &Global) -> Result<(), Report> {
    let stack = StackName::new(STACK);
    let found = Context::look_up(global, &stack, Endpoint::NAMES, Endpoint::of).await?;
    let (context, Endpoint { websocket_url: url }) = found;
    say(&format!("watching {url} (Ctrl-C to stop)"));
    let mut interrupts = Interrupts::listen();
    let mut watch = Watch::connect(context.account.network(), &url)
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
