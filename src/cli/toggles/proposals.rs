//! Changes that wait for a second person.

use clap::Args;
use miette::{Report, miette};
use serde::Serialize;
use stacks::toggles::{proposals_table, toggles_table};

use super::by_api::ByApi;
use super::{Why, key, reach};
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::render;
use crate::toggles::{self, Kind, Proposal, Proposals, Proposed, Proposer, TogglesError};

/// Arguments of `toggles approve`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Approve {
    /// The toggle's featureId; `segment:NAME` for a segment
    #[arg(value_parser = key)]
    id: String,
    #[command(flatten)]
    why: Why,
    #[command(flatten)]
    by_api: ByApi,
}

/// Arguments of `toggles withdraw`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Withdraw {
    /// The toggle's featureId; `segment:NAME` for a segment
    #[arg(value_parser = key)]
    id: String,
    #[command(flatten)]
    by_api: ByApi,
}

/// What became of a change that needs a second person.
#[derive(Serialize)]
struct Waits<'p> {
    proposal: &'p Proposed,
}

/// Prints all open proposals.
pub(super) async fn list(global: &Global, by_api: &ByApi) -> Result<(), Report> {
    if let Some(api) = by_api.open()? {
        return show(
            global.format,
            &api.proposals().await.map_err(advice::report)?,
        );
    }
    let (system, account) = reach(global).await?;
    let proposals = toggles::proposals(&account, proposals_table(&system));
    let open = match proposals.all().await {
        // A system in which no toggle is protected has no table of proposals.
        Err(TogglesError::Aws(error)) if error.is("ResourceNotFoundException") => Vec::new(),
        open => open.map_err(advice::report)?,
    };
    let open: Vec<_> = open.iter().map(Proposed::from).collect();
    show(global.format, &open)
}

fn show(format: Format, open: &[Proposed]) -> Result<(), Report> {
    match format {
        Format::Json => print_json(&open),
        Format::Human if open.is_empty() => {
            say("nothing is proposed");
            Ok(())
        }
        Format::Human => print(&render::proposals(open)),
    }
}

/// Approves the open proposal of a toggle.
pub(super) async fn approve(global: &Global, approve: &Approve) -> Result<(), Report> {
    if let Some(api) = approve.by_api.open()? {
        let proposal = api.proposal(&approve.id).await.map_err(advice::report)?;
        let proposal = proposal.ok_or_else(|| nothing(&approve.id))?;
        let comment = approve.why.comment.as_deref();
        let approved = api.approve(&approve.id, &proposal.id, comment).await;
        approved.map_err(advice::report)?;
        say_approved(&proposal);
        return Ok(());
    }
    let (system, account) = reach(global).await?;
    let proposals = toggles::proposals(&account, proposals_table(&system));
    let proposal = open(&proposals, &approve.id).await?;
    let store = toggles::store(&account, toggles_table(&system));
    let store = store.because(approve.why.comment.clone());
    let approved = (approve.id.as_str(), proposal.id.as_str());
    let approved = store.approve(&proposals, approved, account.caller()).await;
    approved.map_err(advice::report)?;
    say_approved(&Proposed::from(&proposal));
    Ok(())
}

fn say_approved(proposal: &Proposed) {
    say(&format!("approved: {}", one_line(proposal)));
}

/// Ends the open proposal of a toggle.
pub(super) async fn withdraw(global: &Global, withdraw: &Withdraw) -> Result<(), Report> {
    if let Some(api) = withdraw.by_api.open()? {
        let proposal = api.proposal(&withdraw.id).await.map_err(advice::report)?;
        let proposal = proposal.ok_or_else(|| nothing(&withdraw.id))?;
        let withdrawn = api.withdraw(&withdraw.id, &proposal.id).await;
        return withdrawn.map_err(advice::report);
    }
    let (system, account) = reach(global).await?;
    let proposals = toggles::proposals(&account, proposals_table(&system));
    let proposal = open(&proposals, &withdraw.id).await?;
    let withdrawn = proposals.withdraw(&withdraw.id, &proposal.id).await;
    withdrawn.map_err(advice::report)
}

async fn open(proposals: &Proposals, id: &str) -> Result<Proposal, Report> {
    let open = match proposals.of(id).await {
        Err(TogglesError::Aws(error)) if error.is("ResourceNotFoundException") => None,
        open => open.map_err(advice::report)?,
    };
    open.ok_or_else(|| nothing(id))
}

fn nothing(id: &str) -> Report {
    miette!(
        help = "run `frontage toggles proposals` to see all proposals",
        "nothing is proposed for `{id}`"
    )
}

/// Proposes a change that needs a second person, and says so. Another error stays one.
pub(super) async fn propose(
    format: Format,
    proposals: &Proposals,
    refused: TogglesError,
    kind: Kind,
    proposer: Proposer<'_>,
) -> Result<(), Report> {
    let TogglesError::Protected(pending) = refused else {
        return Err(advice::report(refused));
    };
    let proposal = proposals.propose(*pending, kind, proposer).await;
    tell(format, &Proposed::from(&proposal.map_err(advice::report)?))
}

/// Says that a change waits for a second person, and for what.
pub(super) fn tell(format: Format, proposal: &Proposed) -> Result<(), Report> {
    if format == Format::Json {
        return print_json(&Waits { proposal });
    }
    say(&format!(
        "proposed, not written: {} needs a second person. Somebody else approves it: frontage toggles approve {}",
        one_line(proposal),
        proposal.feature_id
    ));
    Ok(())
}

fn one_line(proposal: &Proposed) -> String {
    format!("the {} of `{}`", proposal.change, proposal.feature_id)
}
