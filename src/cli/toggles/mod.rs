//! `frontage toggles`: an operator's access to the toggles, and a real client of the service.

mod store;
mod watch;

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use miette::Report;

pub(super) use store::{Change, Store};
pub(super) use watch::{Client, Message, show};

use crate::cli::global::Global;

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List every toggle
    List,
    /// Switch a toggle on or off; creates it if it does not exist
    Set(Set),
    /// Delete a toggle
    Delete {
        /// The toggle's featureId
        id: String,
    },
    /// Connect like a client: print the state, then each change as it arrives
    Watch,
}

/// Arguments of `toggles set`.
#[derive(Debug, Args)]
pub(super) struct Set {
    /// The toggle's featureId
    id: String,
    /// Its state
    state: State,
    /// Its featureName; default: unchanged, or the id for a new toggle
    #[arg(long)]
    name: Option<String>,
    /// Another attribute, as text (repeatable)
    #[arg(long, value_name = "NAME=VALUE", value_parser = attribute)]
    attribute: Vec<(String, String)>,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum State {
    /// isActive is true.
    On,
    /// isActive is false.
    Off,
}

fn attribute(text: &str) -> Result<(String, String), String> {
    let reserved = ["featureId", "featureName", "isActive"];
    match text.split_once('=') {
        Some((name, _)) if reserved.contains(&name) => Err(format!("{name} has its own argument")),
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

pub(super) async fn run(global: &Global, command: &Command) -> Result<ExitCode, Report> {
    match command {
        Command::List => Store::open(global).await?.list(global.format).await?,
        Command::Set(set) => {
            let change = Change {
                id: &set.id,
                active: set.state == State::On,
                name: set.name.as_deref(),
                attributes: &set.attribute,
            };
            Store::open(global).await?.set(&change).await?;
        }
        Command::Delete { id } => Store::open(global).await?.delete(id).await?,
        Command::Watch => watch::run(global).await?,
    }
    Ok(ExitCode::SUCCESS)
}
