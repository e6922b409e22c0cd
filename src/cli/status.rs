//! `frontage status`: the health of the system, in one screen.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

use aws::control::now;
use aws::{Account, Control};
use clap::Args;
use engine::Selection;
use futures_util::future::{join, join_all, join4};
use miette::Report;
use model::{StackName, Tags};
use stacks::description::System;
use stacks::pipeline;
use stacks::toggles::{self, connections_table};
use tokio::time::{Instant, sleep};

use crate::cli::context::{self, Context};
use crate::cli::functions::Zips;
use crate::cli::global::{Format, Global};
use crate::cli::interrupts::Interrupts;
use crate::cli::output::{follow, follow_json, print, print_json, redraw};
use crate::cli::{advice, description, identity, release};
use crate::release::{Application, ReleaseError, Releases};
use crate::render;
use crate::status::{Pipeline, Release, Seen, Stacks, Status, alarms, described, pipelines};
use crate::toggles::connected;

/// The number of runs that are shown.
const RUNS: usize = 3;

/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// How long a reading of the stacks and the pipelines is shown: the former takes as many calls as a plan, the
/// latter one or two each, and the rest a few.
const FRESH: Duration = Duration::from_mins(1);

/// Arguments of `status`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Look again every 5 seconds, at the stacks and pipelines every minute; Ctrl-C ends it
    #[arg(long)]
    watch: bool,
    /// Exit with 2 if an alarm rings or a described resource is missing (0: healthy, 1: error)
    #[arg(long, conflicts_with = "watch")]
    detailed_exitcode: bool,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let mut view = View::open(global).await?;
    if arguments.watch {
        watch(global.format, &mut view).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let status = view.look().await?;
    tracing::info!(calls = view.context.account.calls().get(), "looked");
    match global.format {
        Format::Human => print(&render::status(&status))?,
        Format::Json => print_json(&status)?,
    }
    Ok(if status.is_incomplete() {
        ExitCode::FAILURE
    } else if arguments.detailed_exitcode && !status.healthy {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    })
}

/// Shows the status again and again, until it is interrupted or its output is read no more.
async fn watch(format: Format, view: &mut View) -> Result<(), Report> {
    let mut interrupts = Interrupts::listen();
    loop {
        tokio::select! {
            status = view.look() => if !show(format, &status?)? { return Ok(()) },
            () = interrupts.next() => return Ok(()),
        }
        tokio::select! {
            () = sleep(PAUSE) => {},
            () = interrupts.next() => return Ok(()),
        }
    }
}

/// Shows one of several looks: over the last one on a terminal, below it elsewhere; one line of JSON.
/// Returns false if the output is read no more.
fn show(format: Format, status: &Status) -> Result<bool, Report> {
    match format {
        Format::Json => {
            let line = serde_json::to_string(status);
            follow_json(&line.map_err(|error| Report::msg(error.to_string()))?)
        }
        Format::Human if std::io::stdout().is_terminal() => redraw(&render::status(status)),
        // A line that is empty ends a block.
        Format::Human => follow(&format!("{}\n\n ", render::status(status).trim_end())),
    }
}

/// A system, looked at from its account.
struct View {
    system: System,
    context: Context,
    /// What the command line selects.
    selection: Selection,
    /// The teams whose pipelines are looked at.
    pipelines: Vec<String>,
    /// What was read last of what takes many calls.
    last: Option<Last>,
}

/// What takes many calls, and when it was read.
struct Last {
    at: Instant,
    stacks: Stacks,
    pipelines: Vec<Pipeline>,
}

/// A system that was found.
struct Reached {
    system: System,
    selection: Selection,
    account: Account,
    /// The teams that may have a pipeline in AWS.
    pipelines: Vec<String>,
}

/// The system. With `--system` its stacks are those that the tagging index shows.
async fn reach(global: &Global) -> Result<Reached, Report> {
    if global.system.is_none() {
        let (system, selection, account) = context::reach(global).await?;
        return Ok(Reached {
            pipelines: with_pipelines(&system),
            system,
            selection,
            account,
        });
    }
    let whole = Global {
        stack: Vec::new(),
        ..global.clone()
    };
    let (by_name, _, account) = context::reach_by_name(&whole, &[]).await?;
    let stacks = aws::stacks(&account).await.map_err(advice::report)?;
    let pipelines = stacks.iter().filter_map(pipeline::team_name);
    let pipelines = pipelines.map(str::to_owned).collect();
    let system = System {
        id: by_name.id,
        ..description::of(global, &Vec::from_iter(stacks))?
    };
    let selection = description::selection(global, &system)?;
    Ok(Reached {
        system,
        selection,
        account,
        pipelines,
    })
}

/// The described teams whose pipelines CodePipeline runs.
fn with_pipelines(system: &System) -> Vec<String> {
    let teams = system.teams.iter().filter(|team| {
        let pipeline = team.pipeline.as_ref();
        pipeline.is_some_and(|pipeline| pipeline.ci().is_none())
    });
    teams.map(|team| team.name.to_string()).collect()
}

impl View {
    async fn open(global: &Global) -> Result<Self, Report> {
        let Reached {
            system,
            selection,
            account,
            mut pipelines,
        } = reach(global).await?;
        let context = Context::with_account(global, &system, selection, account, Zips::None);
        let context = context.await?;
        pipelines.retain(|team| context.selection.contains(&pipeline::stack_name(team)));
        Ok(Self {
            selection: described(&context.graph, &context.selection),
            pipelines,
            system,
            context,
            last: None,
        })
    }

    /// # Errors
    /// If the system of this name is another one.
    async fn look(&mut self) -> Result<Status, Report> {
        if self
            .last
            .as_ref()
            .is_none_or(|last| last.at.elapsed() >= FRESH)
        {
            self.last = Some(self.read().await?);
        }
        let account = &self.context.account;
        let control = Control::new(account, &Tags::new());
        let (alarms, releases, clients, runs) = join4(
            alarms(account, &self.context.graph, &self.selection),
            self.releases(),
            self.clients(account),
            control.history(RUNS),
        )
        .await;
        let last = self.last.as_ref();
        let status = Status {
            version: 1,
            system: self.context.graph.system().to_owned(),
            account: account.id().to_owned(),
            region: account.region().to_owned(),
            at: now(),
            healthy: false,
            alarms: alarms.into(),
            stacks: last.map(|of| of.stacks.stacks.clone()).unwrap_or_default(),
            pending: last.map(|of| of.stacks.pending.clone()).unwrap_or_default(),
            releases,
            pipelines: last.map(|of| of.pipelines.clone()).unwrap_or_default(),
            clients,
            runs: runs.map(without_steps).into(),
        };
        Ok(status.judged())
    }

    /// Reads what takes many calls.
    async fn read(&self) -> Result<Last, Report> {
        let Context { graph, readers, .. } = &self.context;
        let known = self.context.known();
        let (stacks, pipelines) = join(
            Stacks::read(graph, &self.selection, readers, known),
            pipelines(&self.context.account, &self.pipelines),
        )
        .await;
        identity::check_ids(&self.context, &stacks.ids)?;
        Ok(Last {
            at: Instant::now(),
            stacks,
            pipelines,
        })
    }

    /// What each application serves whose stack is deployed.
    async fn releases(&self) -> Vec<Release> {
        let Some(last) = &self.last else {
            return Vec::new();
        };
        let outputs = self.context.outputs(&last.stacks.known);
        let applications = release::applications(&self.system, &self.selection);
        let deployed = applications.filter_map(|application| {
            let releases = release::releases(&self.context, &outputs, &application).ok()?;
            Some(serves(application, releases))
        });
        join_all(deployed).await
    }

    /// The connected clients, if the stack that they connect to is selected and deployed.
    async fn clients(&self, account: &Account) -> Option<Seen<u64>> {
        if !self.selection.contains(&StackName::new(toggles::STACK)) {
            return None;
        }
        let count = connected(account, &connections_table(&self.system)).await;
        count.transpose().map(Seen::from)
    }
}

async fn serves(application: Application, releases: Releases) -> Release {
    let serves = match releases.now().await {
        Ok(now) => Seen::Read(now),
        Err(ReleaseError::Aws(error)) => Seen::unread(&error),
        Err(error) => Seen::Failed(error.to_string()),
    };
    Release {
        application: application.to_string(),
        serves,
    }
}

/// A run can have thousands of steps, which `history` shows.
fn without_steps(runs: Vec<aws::control::Run>) -> Vec<aws::control::Run> {
    let mut runs = runs;
    for ended in runs.iter_mut().filter_map(|run| run.ended.as_mut()) {
        ended.steps.clear();
    }
    runs
}
