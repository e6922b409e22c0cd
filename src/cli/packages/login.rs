//! `frontage packages login`.

use std::time::SystemTime;

use clap::Args;
use miette::Report;

use super::destination::destination;
use super::workspace::RegistryArgs;
use crate::cli::advice;
use crate::cli::global::Global;
use crate::cli::output::{print, say};
use crate::packages::{Token, configure};

/// Arguments of `login`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Write it to the workspace's .npmrc, keeping all other lines
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    place: RegistryArgs,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<(), Report> {
    let (directory, scopes) = arguments.place.npm(global)?;
    let destination = destination(global, &arguments.place, Token::LONGEST).await?;
    let configuration = destination.registry.configuration(&scopes);
    let lines = configuration.map_err(advice::report)?;
    if arguments.write {
        let path = configure(&directory, &lines).map_err(advice::report)?;
        say(&format!(
            "wrote {}: it contains a token, so keep it out of Git",
            path.display()
        ));
    } else {
        print(&lines.join("\n"))?;
    }
    if let Some(expires) = destination.expires {
        say(&format!("the token expires {}", within(expires)));
    }
    Ok(())
}

/// `in 11 h 59 min`.
fn within(until: SystemTime) -> String {
    let minutes = until
        .duration_since(SystemTime::now())
        .map_or(0, |left| left.as_secs() / 60);
    format!("in {} h {} min", minutes / 60, minutes % 60)
}
