//! Waiting until the functions have sent a change to every connection.

use std::time::Duration;

use aws::Account;
use clap::Args;
use miette::Report;
use model::{StackName, physical_name};
use serde::Serialize;
use stacks::description::System;
use stacks::toggles::{STACK, connections_table, history_table, proposals_table, toggles_table};
use toggle_contract::NAMES;

use super::proposals::propose;
use super::{Why, reach};
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json};
use crate::render;
use crate::toggles::{
    self, History, Kind, Proposals, Proposer, Receipt, Store, TogglesError, Waited,
};

/// Whether a command waits.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(in crate::cli) struct Wait {
    /// Wait until the functions have sent it to every connection, and print how many accepted it.
    /// Exits with 1 if one did not
    #[arg(long)]
    wait: bool,
    /// Stop waiting after this many seconds, and exit with 1
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "wait")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=3600))]
    wait_timeout: u64,
}

impl Wait {
    /// Whether the command waits.
    pub(super) const fn is_asked(self) -> bool {
        self.wait
    }
}

/// The table of the toggles, their history, and the receipt of what is written.
pub(super) struct Writing {
    pub(super) store: Store,
    pub(super) history: History,
    proposals: Proposals,
    /// Who changes toggles, and why.
    caller: String,
    comment: Option<String>,
    receipt: Option<Receipt>,
    limit: Duration,
}

/// What became of several toggles, and how many connections accepted them.
#[derive(Serialize)]
struct Both<'o, T> {
    #[serde(flatten)]
    outcome: &'o T,
    #[serde(flatten)]
    waited: Option<Waited>,
}

/// The table of the toggles, which knows whose changes need a second person.
pub(super) async fn guarded(system: &System, account: &Account) -> Result<Store, Report> {
    let function = physical_name(
        system.name.as_str(),
        &StackName::new(STACK),
        NAMES.toggle_history,
    );
    let protected = toggles::protected(account, &function).await;
    let protected = protected.map_err(advice::report)?;
    let store = toggles::store(account, toggles_table(system));
    store.protecting(protected).await.map_err(advice::report)
}

impl Writing {
    /// The tables' names follow from the description, so no more of the account is read for them.
    pub(super) async fn open(global: &Global, wait: Wait, why: &Why) -> Result<Self, Report> {
        let (system, account) = reach(global).await?;
        let store = guarded(&system, &account).await?;
        let mut store = store.because(why.comment.clone());
        let mut receipt = None;
        if wait.wait {
            let opened = Receipt::open(&account, connections_table(&system)).await;
            let opened = opened.map_err(advice::report)?;
            store = store.asking_for(opened.key());
            receipt = Some(opened);
        }
        let limit = Duration::from_secs(wait.wait_timeout);
        Ok(Self {
            store,
            history: toggles::history(&account, history_table(&system)),
            proposals: toggles::proposals(&account, proposals_table(&system)),
            caller: account.caller().to_owned(),
            comment: why.comment.clone(),
            receipt,
            limit,
        })
    }

    /// Ends a command that changes a toggle: it waits until the change was delivered, or proposes a change
    /// that needs a second person.
    pub(super) async fn ended_with<T>(
        &self,
        format: Format,
        (id, kind): (&str, Kind),
        written: Result<T, TogglesError>,
    ) -> Result<(), Report> {
        let Err(refused) = written else {
            return self.delivered(format, id).await;
        };
        let proposer = Proposer {
            by: &self.caller,
            sub: &self.caller,
            comment: self.comment.as_deref(),
        };
        propose(format, &self.proposals, refused, kind, proposer).await
    }

    /// Waits until the change of a toggle was delivered, and prints that, if the command waits.
    async fn delivered(&self, format: Format, id: &str) -> Result<(), Report> {
        let Some(waited) = self.wait(&[id.to_owned()]).await? else {
            return Ok(());
        };
        match format {
            Format::Json => print_json(&waited)?,
            Format::Human => print_whole(&waited)?,
        }
        waited.check().map_err(advice::report)
    }

    /// Prints what became of several toggles, as JSON or as told, and, if the command waits, how far it was
    /// delivered.
    pub(super) async fn ended<T: Serialize>(
        &self,
        format: Format,
        outcome: &T,
        told: &str,
        ids: &[String],
    ) -> Result<(), Report> {
        if format == Format::Human {
            print(told)?;
        }
        let waited = self.wait(ids).await?;
        match (format, &waited) {
            (Format::Json, _) => print_json(&Both { outcome, waited })?,
            (Format::Human, Some(waited)) => print_whole(waited)?,
            (Format::Human, None) => {}
        }
        let checked = waited.map_or(Ok(()), Waited::check);
        checked.map_err(advice::report)
    }

    async fn wait(&self, toggles: &[String]) -> Result<Option<Waited>, Report> {
        let Some(receipt) = &self.receipt else {
            return Ok(None);
        };
        let waited = receipt.wait(toggles, self.limit).await;
        waited.map(Some).map_err(advice::report)
    }
}

/// Prints a delivery to all connections. Another is an error, which says the same.
fn print_whole(waited: &Waited) -> Result<(), Report> {
    if waited.delivery.is_whole() {
        print(&render::delivery(waited))?;
    }
    Ok(())
}
