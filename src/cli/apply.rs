//! `frontage apply`, and running a plan, which `destroy` and `dev` share.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use engine::{Goal, Plan, Refusal};
use miette::{IntoDiagnostic as _, Report, miette};

use crate::cli::context::Context;
use crate::cli::functions::Zips;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::cli::plan;
use crate::cli::plan_file::PlanFile;
use crate::cli::writing::Writing;
use crate::render;

/// How long others are waited for, in seconds.
pub(super) const PATIENCE: u64 = 600;

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Apply exactly this plan of `plan --out`, or nothing; default: plan now
    #[arg(value_name = "PLAN")]
    plan: Option<PathBuf>,
    /// Skip the confirmation prompt
    #[arg(long)]
    yes: bool,
    /// Use the existing function zips
    #[arg(long)]
    no_build: bool,
    /// Also wait until changes have reached all edge locations
    #[arg(long)]
    wait: bool,
    /// How long to wait for another run that writes to the same stacks
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE)]
    lock_timeout: u64,
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
    /// Whether the leases of the selected stacks go as well, once nothing of them is left.
    pub(super) clears: bool,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let file = arguments.plan.as_deref().map(PlanFile::read).transpose()?;
    let global = &file
        .as_ref()
        .map_or_else(|| global.clone(), |file| file.selected(global));
    let mut context = Context::open(global, Zips::unless(arguments.no_build)).await?;
    let mut writing = Writing::new(global, &context, "apply", arguments.lock_timeout);
    let options = ApplyOptions {
        // Somebody has seen the plan in the file.
        yes: arguments.yes || file.is_some(),
        question: "Apply this plan?",
        answer: "yes",
        wait: arguments.wait,
        clears: false,
    };
    let ended = match &file {
        Some(file) => exactly(global, &mut context, &mut writing, file, options).await?,
        None => carry_out(global, &mut context, &mut writing, converging, options).await?,
    };
    context.complete()?;
    Ok(ended)
}

async fn converging(context: &mut Context) -> Result<Plan, Report> {
    context.plan(Goal::Converge).await
}

/// Applies the plan of a file, or nothing.
async fn exactly(
    global: &Global,
    context: &mut Context,
    writing: &mut Writing,
    file: &PlanFile,
    options: ApplyOptions<'_>,
) -> Result<ExitCode, Report> {
    let plan = writing.plan(context, &converging).await?;
    file.check(&plan, writing).await?;
    if plan.is_empty() {
        let refused = plan.refused.clone();
        let report = Writing::nothing(context, plan, options.wait).await;
        return finish(global, context, &report, &refused);
    }
    let as_filed = async |writing: &Writing, _: &Plan, again: Plan| {
        file.check(&again, writing).await?;
        Ok::<_, Report>(again)
    };
    let held = writing.held(context, &converging, plan, as_filed);
    let (plan, lease) = held.await?;
    let refused = plan.refused.clone();
    let report = writing.run(context, plan, lease, options.wait).await?;
    finish(global, context, &report, &refused)
}

/// Plans, shows the plan, asks, takes the lease of its stacks, runs it, and reports. If another run
/// has written since the account was read, it plans again, and asks again if the plan is another one.
pub(super) async fn carry_out(
    global: &Global,
    context: &mut Context,
    writing: &mut Writing,
    make: impl AsyncFn(&mut Context) -> Result<Plan, Report>,
    options: ApplyOptions<'_>,
) -> Result<ExitCode, Report> {
    let mut plan = writing.plan(context, &make).await?;
    let (report, refused) = 'planned: loop {
        let refused = plan.refused.clone();
        let asks = !plan.is_empty() && !options.yes;
        if global.format == Format::Human || (asks && std::io::stdin().is_terminal()) {
            say(&render::plan(&plan));
        }
        let clears = options.clears && plan.kept.is_empty();
        if plan.is_empty() {
            if clears {
                writing.clear(context).await?;
            }
            let report = Writing::nothing(context, plan, options.wait).await;
            break (report, refused);
        }
        if asks {
            confirm(options.question, options.answer).await?;
        }
        let as_shown = async |_: &Writing, shown: &Plan, again| unchanged(shown, again);
        let (current, lease) = match writing.held(context, &make, plan, as_shown).await {
            Ok(held) => held,
            Err(Outdated::Changed(another)) => {
                say("\nanother run has written since this was planned; the plan is now:\n");
                plan = *another;
                continue 'planned;
            }
            Err(Outdated::Failed(error)) => return Err(error),
        };
        let report = writing.run(context, current, lease, options.wait).await?;
        if clears && report.complete() {
            writing.clear(context).await?;
        }
        break (report, refused);
    };
    finish(global, context, &report, &refused)
}

/// Why a plan that was shown is not run.
enum Outdated {
    /// The plan is now another one.
    Changed(Box<Plan>),
    /// Something failed.
    Failed(Report),
}

impl From<Report> for Outdated {
    fn from(error: Report) -> Self {
        Self::Failed(error)
    }
}

/// The plan as it was made again, unless it differs from the one that was shown, as far as plans are
/// shown.
fn unchanged(shown: &Plan, again: Plan) -> Result<Plan, Outdated> {
    let document = |plan| serde_json::to_value(render::PlanDocument::new(plan)).into_diagnostic();
    if document(shown)? == document(&again)? {
        Ok(again)
    } else {
        Err(Outdated::Changed(Box::new(again)))
    }
}

/// Reports how a run ended, with the outputs of the stacks of which nothing was refused.
fn finish(
    global: &Global,
    context: &Context,
    report: &engine::Report,
    refused: &[Refusal],
) -> Result<ExitCode, Report> {
    let mut outputs = context.outputs(&report.known);
    outputs.retain(|stack, _| refused.iter().all(|of| of.address().stack() != stack));
    match global.format {
        Format::Json => print_json(&render::ReportDocument::new(report, &outputs))?,
        Format::Human => {
            say(&render::report(report));
            if !report.pending.is_empty() {
                say(&render::pending(&report.pending));
            }
            let outputs = render::outputs(&outputs);
            if report.complete() && !outputs.is_empty() {
                print(&outputs)?;
            }
        }
    }
    plan::whole(refused)?;
    if report.complete() {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

/// Asks on the terminal; fails without one.
pub(super) async fn confirm(question: &str, expected: &str) -> Result<(), Report> {
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
