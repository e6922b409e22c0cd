//! Running a plan: with the lease of its stacks, and recorded in the system's history.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws::control::{Claim, Ended, Fences, Held, LeaseError, Run};
use aws::{Control, Lease};
use engine::{Outcome, Plan, StepKind};
use futures_util::future::join;
use miette::Report;
use model::StackName;
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, watch};

use crate::cli::context::Context;
use crate::cli::global::Global;
use crate::cli::interrupts::Interrupts;
use crate::cli::output::say;
use crate::cli::{advice, identity};
use crate::hint::Hint;
use crate::render;

/// A command that writes to an account's system.
#[derive(Debug)]
pub(super) struct Writing {
    control: Control,
    command: &'static str,
    patience: Duration,
    description: String,
    /// The runs that had the leases when the account was read.
    fences: Fences,
    /// Whether the system's name was bound to its id then.
    is_bound: bool,
    /// Whether the account has been read.
    has_read: bool,
}

impl Writing {
    /// A command that waits for so many seconds for others that write.
    pub(super) fn new(
        global: &Global,
        context: &Context,
        command: &'static str,
        patience: u64,
    ) -> Self {
        Self {
            control: Control::new(&context.account, context.graph.tags()),
            command,
            patience: Duration::from_secs(patience),
            description: digest(global),
            fences: Fences::new(),
            is_bound: false,
            has_read: false,
        }
    }

    /// Plans, and remembers who may have written until then. The first reading may fail because of what
    /// another run is just changing: then that run is waited for. A later one is made with a lease, and
    /// two that have one must not wait for each other.
    pub(super) async fn plan(
        &mut self,
        context: &mut Context,
        make: &impl AsyncFn(&mut Context) -> Result<Plan, Report>,
    ) -> Result<Plan, Report> {
        let mut others = self.control.others(self.patience);
        loop {
            self.look(context).await?;
            let failed = match make(context).await {
                Ok(plan) => {
                    self.has_read = true;
                    return Ok(plan);
                }
                Err(failed) if self.has_read => return Err(failed),
                Err(failed) => failed,
            };
            let ended = others.end(|held| {
                say(&format!(
                    "reading failed while another run writes: {failed}"
                ));
                waiting(held);
            });
            match ended.await {
                Ok(false) if !self.is_stale().await => return Err(failed),
                Ok(_) => {}
                Err(held) => return Err(failed.wrap_err(held)),
            }
        }
    }

    /// Remembers who may have written until now, and which system the name is bound to.
    async fn look(&mut self, context: &mut Context) -> Result<(), Report> {
        let (fences, binding) = join(self.control.fences(), self.control.binding()).await;
        self.fences = fences.map_err(advice::report)?;
        let binding = binding.map_err(advice::report)?;
        self.is_bound = binding.is_some();
        identity::bound(context, binding.as_ref())
    }

    /// Whether another run has begun or ended to write since the account was read.
    async fn is_stale(&self) -> bool {
        let fences = self.control.fences().await;
        fences.is_ok_and(|now| now != self.fences)
    }

    /// Takes the lease of the stacks that a plan writes to.
    pub(super) async fn lease(&self, plan: &Plan) -> Result<Lease, Report> {
        let stacks = stacks(plan);
        let claim = Claim {
            stacks,
            command: self.command.to_owned(),
            host: host(),
            patience: self.patience,
        };
        self.control
            .acquire(&claim, waiting)
            .await
            .map_err(|error| advice::report(NoLease(error)))
    }

    /// A plan with the lease of its stacks. If another run has written to them since the account was
    /// read, or has bound the system's name, it is made again, and `accept` returns what to run.
    ///
    /// # Errors
    /// Those of `accept`, and of planning again. The lease is given back.
    pub(super) async fn held<E: From<Report>>(
        &mut self,
        context: &mut Context,
        make: &impl AsyncFn(&mut Context) -> Result<Plan, Report>,
        plan: Plan,
        accept: impl AsyncFn(&Self, &Plan, Plan) -> Result<Plan, E>,
    ) -> Result<(Plan, Lease), E> {
        let lease = self.lease(&plan).await?;
        match self.current(context, make, plan, &lease, accept).await {
            Ok(plan) => Ok((plan, lease)),
            Err(error) => {
                self.release(lease).await;
                Err(error)
            }
        }
    }

    /// As [`Self::held`], with a lease.
    async fn current<E: From<Report>>(
        &mut self,
        context: &mut Context,
        make: &impl AsyncFn(&mut Context) -> Result<Plan, Report>,
        mut plan: Plan,
        lease: &Lease,
        accept: impl AsyncFn(&Self, &Plan, Plan) -> Result<Plan, E>,
    ) -> Result<Plan, E> {
        let mut current = self.is_current(lease) && self.bind(&plan).await?;
        while !current {
            let again = self.plan(context, make).await?;
            plan = accept(self, &plan, again).await?;
            current = self.bind(&plan).await?;
        }
        Ok(plan)
    }

    /// Whether nobody has written to the lease's stacks since the account was read.
    fn is_current(&self, lease: &Lease) -> bool {
        let fence = |stack| self.fences.get(stack).copied().unwrap_or_default();
        let mut fences = lease.before().iter();
        fences.all(|(stack, before)| *before == fence(stack))
    }

    /// Binds the system's name to the id that a plan writes. False if another run has bound it to
    /// another one since the account was read.
    pub(super) async fn bind(&self, plan: &Plan) -> Result<bool, Report> {
        match plan.known.id.get().filter(|_| !self.is_bound) {
            Some(id) => self.control.bind(id).await.map_err(advice::report),
            None => Ok(true),
        }
    }

    /// Runs a plan and records it, then gives the lease back.
    pub(super) async fn run(
        &self,
        context: &Context,
        plan: Plan,
        lease: Lease,
        wait: bool,
    ) -> Result<engine::Report, Report> {
        let mut run = Run {
            id: lease.run().to_owned(),
            who: context.account.caller().to_owned(),
            host: host(),
            command: self.command.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            description: self.description.clone(),
            began: aws::control::now(),
            ..Run::default()
        };
        if let Err(error) = self.control.record(&run).await {
            self.release(lease).await;
            return Err(advice::report(error));
        }
        let report = execute(context, plan, Some(&lease), wait).await;
        run.ended = Some(ended(&report));
        if !*lease.lost().borrow()
            && let Err(error) = self.control.record(&run).await
        {
            say(&format!(
                "warning: the history lacks the end of this run: {error}"
            ));
        }
        self.release(lease).await;
        Ok(report)
    }

    /// Gives a lease back.
    async fn release(&self, lease: Lease) {
        if let Err(error) = lease.release().await {
            say(&format!(
                "warning: the lease ends only by itself, in a minute: {error}"
            ));
        }
    }

    /// Reports on a plan without steps, once nothing is pending if asked to wait.
    pub(super) async fn nothing(context: &Context, plan: Plan, wait: bool) -> engine::Report {
        execute(context, plan, None, wait).await
    }

    /// The runs that began after a moment.
    pub(super) async fn since(&self, moment: &str) -> Result<Vec<Run>, Report> {
        let runs = self.control.history(20).await.map_err(advice::report)?;
        let since = runs.into_iter().filter(|run| run.began.as_str() >= moment);
        Ok(since.collect())
    }

    /// The digest of the description.
    pub(super) fn description(&self) -> &str {
        &self.description
    }

    /// Forgets the leases of the selected stacks, of which nothing is left, and all that there is about
    /// the system with the last of them.
    pub(super) async fn clear(&self, context: &Context) -> Result<(), Report> {
        self.control
            .forget(|stack| context.selection.contains(stack))
            .await
            .map_err(advice::report)
    }
}

/// Says who is waited for.
fn waiting(held: &Held) {
    say(&format!(
        "waiting for {} on {}, which has run `{}` on {} since {}",
        held.holder, held.host, held.command, held.stack, held.since
    ));
}

/// The stacks that a plan writes to.
pub(super) fn stacks(plan: &Plan) -> BTreeSet<StackName> {
    let written = plan.resources.iter();
    written
        .map(|resource| resource.address.stack().clone())
        .collect()
}

/// Runs a plan with its progress on standard error, then waits for pending changes if asked to. On
/// Ctrl-C, and if the lease is lost, the steps in flight finish first.
async fn execute(
    context: &Context,
    plan: Plan,
    lease: Option<&Lease>,
    wait: bool,
) -> engine::Report {
    let (stop, stopped) = watch::channel(false);
    let (events, received) = mpsc::unbounded_channel();
    // From here on, not once the task first runs: until then a signal would end the program.
    let mut interrupts = Interrupts::listen();
    let mut lost = lease.map_or_else(|| watch::channel(false).1, Lease::lost);
    let interrupt = tokio::spawn(async move {
        let mut known = false;
        loop {
            tokio::select! {
                () = interrupts.next() => if stop.send_replace(true) {
                    std::process::exit(130);
                } else {
                    say("\nstopping: the steps in flight end first (press Ctrl-C again to quit immediately)");
                },
                Ok(_) = lost.wait_for(|lost| *lost), if !known => {
                    known = true;
                    stop.send_replace(true);
                    say("\nstopping: the lease of this run has ended, and another run may be writing");
                }
            }
        }
    });
    let progress = tokio::spawn(render::progress(received));
    let mut report = match lease {
        Some(lease) => {
            let (plan, writers) = (Arc::new(plan), aws::writers(lease));
            engine::apply(plan, &writers, stopped.clone(), events.clone()).await
        }
        None => engine::Report {
            outcomes: Vec::new(),
            known: plan.known,
            pending: plan.pending,
        },
    };
    if wait {
        let pending = std::mem::take(&mut report.pending);
        report.pending = engine::settle(pending, &context.readers, stopped, events.clone()).await;
    }
    drop(events);
    interrupt.abort();
    let _ = progress.await;
    report
}

fn ended(report: &engine::Report) -> Ended {
    let done = |(_, _, outcome): &&(_, _, Outcome)| matches!(outcome, Outcome::Done);
    let steps = report.outcomes.iter();
    let stopped = |(_, _, outcome): &(_, _, Outcome)| matches!(outcome, Outcome::Stopped);
    let result = if report.complete() {
        "complete"
    } else if report.outcomes.iter().any(stopped) {
        "stopped"
    } else {
        "failed"
    };
    let all = report.outcomes.len();
    let done: Vec<String> = steps
        .filter(done)
        .map(|(address, kind, _)| format!("{} {address}", verb(*kind)))
        .collect();
    Ended {
        result: result.to_owned(),
        done: done.len() as u64,
        left: (all - done.len()) as u64,
        steps: done,
        at: aws::control::now(),
    }
}

fn verb(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Create => "create",
        StepKind::Update => "update",
        StepKind::Delete => "delete",
    }
}

/// The name of this machine.
fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// The beginning of the SHA-256 of the description's file.
fn digest(global: &Global) -> String {
    let text = std::fs::read(&global.config).unwrap_or_default();
    let digest = format!("{:x}", Sha256::digest(text));
    digest[..12].to_owned()
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct NoLease(LeaseError);

impl Hint for NoLease {
    fn hint(&self) -> Option<Cow<'_, str>> {
        match &self.0 {
            LeaseError::Held(held) => Some(
                format!(
                    "wait until it has ended (--lock-timeout); a run that was killed loses the lease within a \
                     minute, and `frontage unlock --stack {}` takes it away at once",
                    held.stack
                )
                .into(),
            ),
            LeaseError::Failed(error) => aws::hint(error),
        }
    }
}
