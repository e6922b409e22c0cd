//! `frontage toggles`: an operator's access to the toggles, and a real client of the service.

mod between;
mod by_api;
mod formats;
mod history;
mod proposals;
mod rules;
mod stale;
mod wait;
mod watch;

use std::process::ExitCode;

use aws::Account;
use clap::{Args, Subcommand, ValueEnum};
use miette::Report;
use stacks::description::System;
use stacks::toggles::toggles_table;

use self::by_api::{ByApi, ended};
use self::wait::{Wait, Writing};
pub(super) use self::watch::show;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::cli::{advice, context, identity};
use crate::render;
use crate::toggles::{
    self, AttributeText, Change, CommentError, Kind, NameError, RuleChange, Store, check_attribute,
    check_comment, check_id, check_key, check_removal,
};

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List every toggle
    List {
        #[command(flatten)]
        by_api: ByApi,
    },
    /// Show a toggle with all its attributes
    Get {
        /// The toggle's featureId
        #[arg(value_parser = id)]
        id: String,
        #[command(flatten)]
        by_api: ByApi,
    },
    /// Switch a toggle on or off; creates it if it does not exist
    Set(Box<Set>),
    /// Remove attributes of a toggle
    Unset(Unset),
    /// Delete a toggle
    Delete(Delete),
    /// Show the changes of a toggle, the newest first: when, who, why and what
    History(history::Shown),
    /// Write a toggle as it was at a revision, also one that was deleted
    Rollback(history::Rollback),
    /// Show the changes that wait for a second person
    Proposals {
        #[command(flatten)]
        by_api: ByApi,
    },
    /// Approve the change of a toggle that somebody else has proposed
    Approve(proposals::Approve),
    /// Take a proposed change back, or refuse it
    Withdraw(proposals::Withdraw),
    /// Send toggles to every client again, unchanged, as after a fan-out that failed
    Resend {
        /// The toggles' featureIds. Default: all, those deleted in the last day too
        #[arg(value_parser = id)]
        id: Vec<String>,
        #[command(flatten)]
        wait: Wait,
    },
    /// Show how the toggles, and the segments that their rules name, differ from those of another system
    Diff(between::Diff),
    /// Copy toggles of another system, with all attributes and the segments that their rules name; others stay
    Copy(between::Copy),
    /// Print the toggles as another tool's file, and what it cannot have
    Export(formats::Export),
    /// Write the toggles of another tool's file, as they are there; others stay. Shows what differs, and what
    /// toggles cannot have
    Import(formats::Import),
    /// Say what a client is told of a toggle, and which of its rules decides that
    Explain(rules::Explain),
    /// List the toggles that could be deleted, and why: unchanged, not asked for, named in no source
    Stale(stale::Stale),
    /// Conditions with a name, which rules of several toggles refer to
    #[command(subcommand)]
    Segment(rules::Segments),
    /// Connect like a client: print the state, then each change as it arrives
    Watch(watch::Arguments),
}

/// Arguments of `toggles set`.
#[derive(Debug, Args)]
pub(super) struct Set {
    /// The toggle's featureId
    #[arg(value_parser = id)]
    id: String,
    /// Its state
    state: State,
    /// Its featureName; default: unchanged, or the id for a new toggle
    #[arg(long)]
    name: Option<String>,
    /// Its value: JSON (`5`, `true`, `{"a": 1}`) has its own type, other text is text, and so is text
    /// in quotes (`"5"`). Default: unchanged
    #[arg(long, value_name = "JSON|TEXT", allow_negative_numbers = true)]
    value: Option<AttributeText>,
    /// Another attribute, always as text (repeatable); `value` has its own option
    #[arg(long, value_name = "NAME=VALUE", value_parser = attribute)]
    attribute: Vec<(String, String)>,
    /// Only if it has this revision now; 0: only if it has none. Default: whatever it has
    #[arg(long, value_name = "NUMBER")]
    if_revision: Option<u64>,
    #[command(flatten)]
    rules: rules::Rules,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    wait: Wait,
    #[command(flatten)]
    by_api: ByApi,
}

/// Arguments of `toggles unset`.
#[derive(Debug, Args)]
pub(super) struct Unset {
    /// The toggle's featureId
    #[arg(value_parser = id)]
    id: String,
    /// The names of the attributes; not featureName or isActive, which every toggle has
    #[arg(required = true, value_parser = removal)]
    name: Vec<String>,
    /// Only if it has this revision now. Default: whatever it has
    #[arg(long, value_name = "NUMBER")]
    if_revision: Option<u64>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    wait: Wait,
    #[command(flatten)]
    by_api: ByApi,
}

/// Arguments of `toggles delete`.
#[derive(Debug, Args)]
pub(super) struct Delete {
    /// The toggle's featureId
    #[arg(value_parser = id)]
    id: String,
    /// Only if it has this revision now. Default: whatever it has
    #[arg(long, value_name = "NUMBER")]
    if_revision: Option<u64>,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    wait: Wait,
    #[command(flatten)]
    by_api: ByApi,
}

/// Why a command changes toggles.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct Why {
    /// Why, for the history
    #[arg(long, value_name = "TEXT", value_parser = comment)]
    comment: Option<String>,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum State {
    /// isActive is true.
    On,
    /// isActive is false.
    Off,
}

fn id(text: &str) -> Result<String, NameError> {
    check_id(text)?;
    Ok(text.to_owned())
}

/// The id of a toggle or of a segment.
fn key(text: &str) -> Result<String, NameError> {
    check_key(text)?;
    Ok(text.to_owned())
}

fn removal(text: &str) -> Result<String, NameError> {
    check_removal(text)?;
    Ok(text.to_owned())
}

fn comment(text: &str) -> Result<String, CommentError> {
    check_comment(text)?;
    Ok(text.to_owned())
}

fn attribute(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    check_attribute(name).map_err(|error| error.to_string())?;
    Ok((name.to_owned(), value.to_owned()))
}

pub(super) async fn run(global: &Global, command: &Command) -> Result<ExitCode, Report> {
    match command {
        Command::List { by_api } => list(global, by_api).await?,
        Command::Get { id, by_api } => get(global, id, by_api).await?,
        Command::Unset(arguments) => Box::pin(unset(global, arguments)).await?,
        Command::Set(arguments) => Box::pin(set(global, arguments)).await?,
        Command::Delete(arguments) => Box::pin(delete(global, arguments)).await?,
        Command::Proposals { by_api } => proposals::list(global, by_api).await?,
        Command::Approve(arguments) => Box::pin(proposals::approve(global, arguments)).await?,
        Command::Withdraw(arguments) => Box::pin(proposals::withdraw(global, arguments)).await?,
        Command::Resend { id, wait } => {
            let writing = Writing::open(global, *wait, &Why::default()).await?;
            let resent = writing.store.resend(id).await.map_err(advice::report)?;
            let told = render::resent(&resent);
            writing
                .ended(global.format, &resent, &told, &resent.ids)
                .await?;
        }
        Command::History(shown) => history::show(global, shown).await?,
        Command::Rollback(rollback) => Box::pin(history::roll_back(global, rollback)).await?,
        Command::Diff(diff) => return Box::pin(between::diff(global, diff)).await,
        Command::Copy(copy) => Box::pin(between::copy(global, copy)).await?,
        Command::Export(export) => formats::export(global, export).await?,
        Command::Import(import) => Box::pin(formats::import(global, import)).await?,
        Command::Explain(explain) => rules::explain(global, explain).await?,
        Command::Stale(stale) => Box::pin(stale::run(global, stale)).await?,
        Command::Segment(command) => Box::pin(rules::segments(global, command)).await?,
        Command::Watch(arguments) => Box::pin(watch::run(global, arguments)).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(global: &Global, by_api: &ByApi) -> Result<(), Report> {
    let toggles = match by_api.open()? {
        Some(api) => api.list().await.map_err(advice::report)?,
        None => open(global).await?.list().await.map_err(advice::report)?,
    };
    match global.format {
        Format::Json => print_json(&toggles)?,
        Format::Human if toggles.is_empty() => say(
            "there are no toggles; create one: frontage toggles set 1 on --name \"Feature toggle 1\"",
        ),
        Format::Human => print(&render::toggles(&toggles))?,
    }
    Ok(())
}

async fn get(global: &Global, id: &str, by_api: &ByApi) -> Result<(), Report> {
    let toggle = match by_api.open()? {
        Some(api) => api.get(id).await.map_err(advice::report)?,
        None => open(global).await?.get(id).await.map_err(advice::report)?,
    };
    match global.format {
        Format::Json => print_json(&toggle)?,
        Format::Human => print(&render::toggle(&toggle))?,
    }
    Ok(())
}

async fn set(global: &Global, set: &Set) -> Result<(), Report> {
    let rules = set.rules.change()?;
    let change = Change {
        rules: Some(&rules).filter(|rules| **rules != RuleChange::default()),
        id: &set.id,
        active: set.state == State::On,
        name: set.name.as_deref(),
        value: set.value.as_ref(),
        attributes: &set.attribute,
        if_revision: set.if_revision,
    };
    if let Some(api) = set.by_api.open_to_write(set.wait)? {
        let written = api.set(&change, set.why.comment.as_deref()).await;
        return ended(global.format, &written.map_err(advice::report)?);
    }
    let writing = Writing::open(global, set.wait, &set.why).await?;
    let written = writing.store.set(&change).await;
    writing
        .ended_with(global.format, (&set.id, Kind::Patch), written)
        .await
}

async fn delete(global: &Global, delete: &Delete) -> Result<(), Report> {
    let Delete {
        id,
        if_revision,
        why,
        wait,
        by_api,
    } = delete;
    if let Some(api) = by_api.open_to_write(*wait)? {
        let deleted = api.delete(id, *if_revision, why.comment.as_deref()).await;
        return ended(global.format, &deleted.map_err(advice::report)?);
    }
    let writing = Writing::open(global, *wait, why).await?;
    let deleted = writing.store.delete(id, *if_revision).await;
    writing
        .ended_with(global.format, (id, Kind::Deletion), deleted)
        .await
}

async fn unset(global: &Global, unset: &Unset) -> Result<(), Report> {
    let Unset {
        id,
        name: names,
        if_revision,
        why,
        wait,
        by_api,
    } = unset;
    if let Some(api) = by_api.open_to_write(*wait)? {
        let comment = why.comment.as_deref();
        let removed = api.unset(id, names, *if_revision, comment).await;
        let (outcome, missing) = removed.map_err(advice::report)?;
        say_missing(id, &missing);
        return ended(global.format, &outcome);
    }
    let writing = Writing::open(global, *wait, why).await?;
    let removed = writing.store.unset(id, names, *if_revision).await;
    if let Ok(missing) = &removed {
        say_missing(id, missing);
    }
    writing
        .ended_with(global.format, (id, Kind::Patch), removed)
        .await
}

fn say_missing(id: &str, missing: &[&str]) {
    for name in missing {
        say(&format!("toggle `{id}` had no attribute `{name}`"));
    }
}

/// The system, and the account in which the name is not another system's.
async fn reach(global: &Global) -> Result<(System, Account), Report> {
    let (system, _, account) = context::reach_by_name(global, &[]).await?;
    if global.system.is_none() {
        identity::check_name(system.id.as_deref(), &account).await?;
    }
    Ok((system, account))
}

/// The table's name follows from the description, so no more of the account is read for it.
async fn open(global: &Global) -> Result<Store, Report> {
    let (system, account) = reach(global).await?;
    Ok(toggles::store(&account, toggles_table(&system)))
}
