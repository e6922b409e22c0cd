//! `frontage toggles watch`: the state first, then each change.

use miette::Report;
use model::StackName;
use stacks::toggles::{Outputs, STACK};

use crate::cli::advice;
use crate::cli::context::Context;
use crate::cli::global::{Format, Global};
use crate::cli::interrupts::Interrupts;
use crate::cli::output::{print, say};
use crate::render;
use crate::toggles::{Event, Received, Watch};

/// Prints until interrupted.
pub(super) async fn run(global: &Global) -> Result<(), Report> {
    let stack = StackName::new(STACK);
    let (context, outputs) = Context::open_stack(global, &stack, Outputs::of).await?;
    let url = outputs.websocket_url;
    say(&format!("watching {url} (Ctrl-C to stop)"));
    let mut interrupts = Interrupts::listen();
    let mut watch = Watch::connect(context.account.network(), &url)
        .await
        .map_err(advice::report)?;
    loop {
        tokio::select! {
            event = watch.next() => show(global.format, &event),
            () = interrupts.next() => break,
        }
    }
    watch.close().await;
    Ok(())
}

/// Prints what happens to a client.
pub(in crate::cli) fn show(format: Format, event: &Event) {
    match event {
        Event::Received(Received { text, message }) => match format {
            Format::Json => print(text),
            Format::Human => print(&render::message(message)),
        },
        Event::Closed => say("the connection was closed; reconnecting"),
        Event::Failed { error, pause } => {
            let seconds = pause.as_secs();
            say(&format!("{error}; trying again in {seconds} s"));
        }
    }
}
