//! `frontage apply`, and running a plan, which `destroy` and `dev` share.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use engine::{self, Goal, Plan};
use miette::{IntoDiagnostic as _, Report, miette};
use tokio::sync::{mpsc, watch};

use crate::cli::context::Context;
use crate::cli::functions::Zips;
use crate::cli::global::{Format, Global};
use crate::cli::interrupts::Interrupts;
use crate::cli::output::{print, print_json, say};
use crate::render;

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Skip the confirmation prompt
    #[arg(long)]
    yes: bool,
    /// Use the existing function zips
    #[arg(long)]
    no_build: bool,
    /// Also wait until changes have reached all edge locations
    #[arg(long)]
    wait: bool,
}

/// How a plan is carried out.
#[derive(Clone, Copy, Debug)]
pub(super) struct ApplyOptions<'q> {
    /// Whether to skip the confirmation.
    pub(super) yes: bool,
    /// The question to confirm.
    pub(super) question: &'q str,
    /// The answer that confirms it.
    pub(super) answer: &'q str,
    /// Whether to wait until nothing is pending.
    pub(super) wait: bool,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let mut context = Context::open(
        global,
        if arguments.no_build {
            Zips::NoBuild
        } else {
            Zips::Build
        },
    )
    .await?;
    let plan = context.plan(Goal::Converge).await?;
    let options = ApplyOptions {
        yes: arguments.yes,
        question: "Apply this plan?",
        answer: "yes",
        wait: arguments.wait,
    };
    let ended = carry_out(global, &context, plan, options).await?;
    context.complete()?;
    Ok(ended)
}

/// Shows a plan, asks, runs it, and reports.
pub(super) async fn carry_out(
    global: &Global,
    context: &Context,
    plan: Plan,
    options: ApplyOptions<'_>,
) -> Result<ExitCode, Report> {
    let asks = !plan.is_empty() && !options.yes;
    if global.format == Format::Human || (asks && std::io::stdin().is_terminal()) {
        say(&render::plan(&plan));
    }
    if asks {
        confirm(options.question, options.answer).await?;
    }
    let report = execute(context, plan, options.wait).await;
    let outputs = context.outputs(&report.known);
    match global.format {
        Format::Json => print_json(&render::ReportDocument::new(&report, &outputs))?,
        Format::Human => {
            say(&render::report(&report));
            if !report.pending.is_empty() {
                say(&render::pending(&report.pending));
            }
            if report.complete() {
                print(&render::outputs(&outputs))?;
            }
        }
    }
    if report.complete() {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

/// Runs a plan with its progress on standard error, then waits for pending changes if asked to. On
/// Ctrl-C the steps in flight finish first.
pub(super) async fn execute(context: &Context, plan: Plan, wait: bool) -> engine::Report {
    let (stop, stopped) = watch::channel(false);
    let (events, received) = mpsc::unbounded_channel();
    // From here on, not once the task first runs: until then a signal would end the program.
    let mut interrupts = Interrupts::listen();
    let interrupt = tokio::spawn(async move {
        loop {
            interrupts.next().await;
            if stop.send_replace(true) {
                std::process::exit(130);
            }
            say(
                "\nstopping: the steps in flight end first (press Ctrl-C again to quit immediately)",
            );
        }
    });
    let progress = tokio::spawn(render::progress(received));
    let mut report = engine::apply(
        Arc::new(plan),
        &context.drivers,
        stopped.clone(),
        events.clone(),
    )
    .await;
    if wait {
        let pending = std::mem::take(&mut report.pending);
        report.pending = engine::settle(pending, &context.drivers, stopped, events.clone()).await;
    }
    drop(events);
    interrupt.abort();
    let _ = progress.await;
    report
}

/// Asks on the terminal; fails without one.
async fn confirm(question: &str, expected: &str) -> Result<(), Report> {
    if !std::io::stdin().is_terminal() {
        return Err(miette!(
            help = "pass --yes to skip the confirmation prompt",
            "cannot ask for confirmation without a terminal"
        ));
    }
    let question = format!("\n{question} Type `{expected}` to continue: ");
    let answer = tokio::task::spawn_blocking(move || {
        let _ = write!(std::io::stderr(), "{question}");
        let mut answer = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut answer)
            .map(|_| answer)
    });
    let answer = answer.await.into_diagnostic()?.into_diagnostic()?;
    if answer.trim() == expected {
        Ok(())
    } else {
        Err(miette!("nothing was done"))
    }
}
