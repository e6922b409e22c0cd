//! `frontage policy`.

use std::process::ExitCode;

use aws::policy::MANAGED_POLICY;
use clap::{Args, ValueEnum};
use miette::{Report, miette};
use stacks::description::System;

use crate::cli::global::{Format, Global};
use crate::cli::output::{print_json, say};
use crate::cli::{context, description};
use crate::policy::{Need, Subject, policy};

/// Arguments of `policy`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    whom: Whom,
    /// Allow `toggles` to change those alone that this group of `[toggles.may_flip]` may flip
    #[arg(long, value_name = "GROUP")]
    may_flip: Option<String>,
}

/// What is allowed.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Whom {
    /// The command to allow; `release`, `toggles`, `packages` and `pipeline` include all of their
    /// commands
    command: Option<For>,
    /// The role to allow
    #[arg(long)]
    role: Option<Role>,
}

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum For {
    Plan,
    Apply,
    Destroy,
    Adopt,
    Outputs,
    History,
    Unlock,
    Toggles,
    Release,
    Packages,
    Pipeline,
    Status,
    Dev,
}

/// A set of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Role {
    /// A team's pipeline: `release` and `packages`; --stack selects the team
    TeamPipeline,
    /// An operator: `toggles`, `plan`, `outputs`, `history` and `status`
    Operator,
    /// A platform engineer: every command
    PlatformEngineer,
}

impl For {
    fn needs(self) -> &'static [Need] {
        match self {
            Self::Plan | Self::Outputs => &[Need::Plan],
            Self::Apply | Self::Adopt => &[Need::Apply],
            Self::Destroy => &[Need::Destroy],
            Self::History => &[Need::History],
            Self::Unlock => &[Need::Unlock],
            Self::Toggles => &[Need::Toggles],
            Self::Release => &[Need::Release],
            Self::Packages => &[Need::Packages],
            Self::Pipeline => &[Need::Pipeline, Need::Release, Need::Packages],
            Self::Status => &[Need::Status],
            Self::Dev => &[],
        }
    }
}

impl Role {
    fn needs(self) -> &'static [Need] {
        match self {
            Self::TeamPipeline => &[Need::Release, Need::Packages],
            Self::Operator => &[Need::Toggles, Need::Plan, Need::History, Need::Status],
            Self::PlatformEngineer => Need::ALL,
        }
    }
}

/// Makes no calls: the account is the description's, the Region also the command line's.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let system = description::read(global)?;
    let selection = description::selection(global, &system)?;
    let region = global.connection(system.region.as_deref()).region;
    let system = System { region, ..system };
    let graph = context::graph(global, &system, None)?;
    let whom = &arguments.whom;
    let needs = match (whom.command, whom.role) {
        (Some(command), _) => command.needs(),
        (None, Some(role)) => role.needs(),
        (None, None) => &[],
    };
    let group = arguments.may_flip.as_deref();
    let may_flip = group.map(|group| patterns(&system, group, needs));
    let subject = Subject {
        system: &system,
        graph: &graph,
        region: system.region.as_deref(),
        selection: &selection,
        may_flip: may_flip.transpose()?,
    };
    let documents = policy(subject, needs).documents();
    if documents.is_empty() && whom.command != Some(For::Dev) {
        return Err(miette!(
            help = "see the stacks with `frontage validate --format json`, or leave --stack out",
            "no selected stack is for this command"
        ));
    }
    match global.format {
        Format::Json => print_json(&documents)?,
        Format::Human => {
            for document in &documents {
                print_json(document)?;
            }
        }
    }
    if global.format == Format::Human {
        explain(
            documents.len(),
            system.account.as_deref(),
            system.region.as_deref(),
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The toggles that a group may flip.
fn patterns<'s>(system: &'s System, group: &str, needs: &[Need]) -> Result<&'s [String], Report> {
    if !needs.contains(&Need::Toggles) {
        return Err(miette!(
            help = "use it with `frontage policy toggles` or `--role operator`",
            "--may-flip is for policies that allow `toggles`"
        ));
    }
    let may_flip = &system.toggles.may_flip;
    may_flip.get(group).map(Vec::as_slice).ok_or_else(|| {
        let groups = may_flip.keys().map(|group| format!("`{group}`"));
        let groups = groups.collect::<Vec<_>>().join(", ");
        let help = if groups.is_empty() {
            "describe which group may flip which toggles there".to_owned()
        } else {
            format!("use one of {groups}, or describe it there")
        };
        miette!(
            help = help,
            "there is no group `{group}` in [toggles.may_flip]"
        )
    })
}

fn explain(documents: usize, account: Option<&str>, region: Option<&str>) {
    match documents {
        0 => say("no permissions: `dev` calls an emulator on this machine only"),
        1 => {}
        _ => say(&format!(
            "{documents} documents, each at most the {MANAGED_POLICY} characters of a managed policy: attach all of them"
        )),
    }
    if documents > 0 && account.is_none() {
        say("the policy is for any account: frontage.toml states no `account`");
    }
    if documents > 0 && region.is_none() {
        say("the policy is for any Region: neither frontage.toml nor --region states one");
    }
}
