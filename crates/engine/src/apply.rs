//! The executor: runs a plan's steps, as many at a time as their order allows.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future;
use futures_util::stream::{self, StreamExt as _};
use model::Address;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinSet};

use crate::diff::diff_tags;
use crate::driver::{Writer, Writers};
use crate::error::DriverError;
use crate::event::{Event, StepKind};
use crate::interrupt::{Stop, interruptible};
use crate::live::Live;
use crate::pending::Pending;
use crate::plan::{Action, Plan, ResourcePlan};
use crate::resolve::{Resolved, has_unknown};
use crate::slots::{Place, Slots};
use crate::steps::{Step, steps};
use crate::waiting::reporting;

/// The number of steps that run concurrently, without those that wait or have waited; each service's
/// rate is limited below the drivers.
const CONCURRENT_STEPS: usize = 64;

/// How much longer a creation or a change may wait once the run is stopped. Most end within it, and
/// the report says so; a certificate or a custom domain may take an hour. A deletion ends at once.
const GRACE: Duration = Duration::from_secs(20);

/// How one step ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It succeeded.
    Done,
    /// It failed.
    Failed(DriverError),
    /// It was interrupted in a wait because the run was stopped; the next run resumes it.
    Interrupted {
        /// The condition, as a phrase that completes 'waiting for …'.
        condition: String,
    },
    /// It was not tried because a step that it needs failed.
    Skipped {
        /// The resource whose step failed.
        because: Address,
    },
    /// It was not tried because the run was stopped.
    Stopped,
}

/// How a run ended.
#[derive(Debug)]
pub struct Report {
    /// How each step ended, in the plan's order.
    pub outcomes: Vec<(Address, StepKind, Outcome)>,
    /// The values known after the run.
    pub known: Resolved,
    /// Up-to-date resources that AWS is still working on, changed in this run or before.
    pub pending: Vec<Pending>,
}

/// A step that failed.
#[derive(Clone, Debug)]
pub struct Failure<'r> {
    /// The resource.
    pub address: &'r Address,
    /// The action.
    pub kind: StepKind,
    /// Why it failed.
    pub error: &'r DriverError,
}

impl Report {
    /// The steps that failed.
    pub fn failures(&self) -> impl Iterator<Item = Failure<'_>> {
        self.outcomes
            .iter()
            .filter_map(|(address, kind, outcome)| match outcome {
                Outcome::Failed(error) => Some(Failure {
                    address,
                    kind: *kind,
                    error,
                }),
                _ => None,
            })
    }

    /// Whether every step succeeded.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.outcomes
            .iter()
            .all(|(_, _, outcome)| matches!(outcome, Outcome::Done))
    }
}

/// Runs the steps of a plan.
///
/// # Guarantees
/// - A step begins once the steps that it depends on are done.
/// - A failure, or a panic, skips the steps that depend on it, and no others.
/// - A deletion that a service is known to refuse skips those of what refers to the resource too:
///   nothing is taken from a resource that stays.
/// - No call is ever abandoned: on `stop`, steps in flight finish. Their waits end then, which can take
///   an hour, and the next run resumes them: those of a deletion at once, the others after [`GRACE`].
pub async fn apply(
    plan: Arc<Plan>,
    drivers: &Writers,
    mut stop: Stop,
    events: mpsc::UnboundedSender<Event>,
) -> Report {
    let mut run = Run::new(plan, drivers.clone(), stop.clone(), events);
    run.refuse_deletions().await;
    loop {
        if !*stop.borrow() {
            run.start_ready();
        }
        if run.flying.is_empty() {
            break;
        }
        tokio::select! {
            Some(ended) = run.tasks.join_next_with_id() => run.end(ended),
            Ok(()) = stop.changed() => {}
            () = run.slots.freed() => {}
        }
    }
    run.report(*stop.borrow())
}

type StepResult = Result<Option<Live>, DriverError>;
type Ended = Result<(Id, StepResult), tokio::task::JoinError>;

struct Run {
    plan: Arc<Plan>,
    steps: Vec<Step>,
    drivers: Writers,
    known: Resolved,
    outcomes: BTreeMap<usize, Outcome>,
    waiting: BTreeSet<usize>,
    tasks: JoinSet<StepResult>,
    flying: BTreeMap<Id, usize>,
    slots: Slots,
    pending: BTreeMap<Address, Pending>,
    stop: Stop,
    events: mpsc::UnboundedSender<Event>,
}

impl Run {
    fn new(
        plan: Arc<Plan>,
        drivers: Writers,
        stop: Stop,
        events: mpsc::UnboundedSender<Event>,
    ) -> Self {
        let steps = steps(&plan);
        let waiting = (0..steps.len()).collect();
        let pending = plan
            .pending
            .iter()
            .map(|pending| (pending.address.clone(), pending.clone()))
            .collect();
        let mut known = plan.known.clone();
        for step in steps.iter().filter(|step| step.kind == StepKind::Create) {
            known
                .attributes
                .remove(&plan.resources[step.resource].address);
        }
        Self {
            plan,
            steps,
            drivers,
            known,
            outcomes: BTreeMap::new(),
            waiting,
            tasks: JoinSet::new(),
            flying: BTreeMap::new(),
            slots: Slots::new(CONCURRENT_STEPS),
            pending,
            stop,
            events,
        }
    }

    fn planned(&self, step: usize) -> &ResourcePlan {
        &self.plan.resources[self.steps[step].resource]
    }

    /// Asks for each deletion whether it would be refused.
    async fn refuse_deletions(&mut self) {
        let deletions =
            (0..self.steps.len()).filter(|step| self.steps[*step].kind == StepKind::Delete);
        let asked = deletions.map(|step| {
            let planned = self.planned(step);
            let driver = self.drivers.get(planned.resource_type.name).ok();
            async move {
                let refusal = driver?.check_deletion(planned.live.as_ref()?).await;
                Some((step, refusal.err()?))
            }
        });
        let asked = stream::iter(asked).buffer_unordered(CONCURRENT_STEPS);
        let refused: Vec<_> = asked.filter_map(future::ready).collect().await;
        for (step, error) in refused {
            self.refuse(step, error);
        }
    }

    /// Ends a deletion that was not begun, and those that would come before it.
    fn refuse(&mut self, step: usize, error: DriverError) {
        let (address, kind) = (self.planned(step).address.clone(), StepKind::Delete);
        let started = address.clone();
        let _ = self.events.send(Event::Started {
            address: started,
            kind,
        });
        let _ = self.events.send(Event::Ended {
            address: address.clone(),
            kind,
            failure: Some(error.clone()),
        });
        self.waiting.remove(&step);
        self.outcomes.insert(step, Outcome::Failed(error));
        self.skip_dependents(step, &address);
        self.skip_deletions_before(step, &address);
    }

    fn skip_deletions_before(&mut self, refused: usize, because: &Address) {
        let deletes = |step: &usize| self.steps[*step].kind == StepKind::Delete;
        let before: Vec<usize> = self.steps[refused]
            .after
            .iter()
            .copied()
            .filter(deletes)
            .collect();
        for step in before {
            if self.waiting.remove(&step) {
                let because = because.clone();
                self.outcomes.insert(step, Outcome::Skipped { because });
            }
            self.skip_dependents(step, because);
            self.skip_deletions_before(step, because);
        }
    }

    fn start_ready(&mut self) {
        let done = |step: &usize| matches!(self.outcomes.get(step), Some(Outcome::Done));
        let ready: Vec<usize> = self
            .waiting
            .iter()
            .copied()
            .filter(|step| self.steps[*step].after.iter().all(done))
            .collect();
        for step in ready {
            let Some(place) = self.slots.try_take() else {
                break;
            };
            self.start(step, place);
        }
    }

    fn start(&mut self, step: usize, place: Place) {
        self.waiting.remove(&step);
        let planned = self.planned(step).clone();
        let kind = self.steps[step].kind;
        let _ = self.events.send(Event::Started {
            address: planned.address.clone(),
            kind,
        });
        let known = self.known.clone();
        let drivers = self.drivers.clone();
        let (stop, events) = (self.stop.clone(), self.events.clone());
        let task = self.tasks.spawn(async move {
            let driver = drivers.get(planned.resource_type.name)?;
            let step = run_step(driver.as_ref(), &planned, kind, &known);
            let step = reporting(events, planned.address.clone(), kind, step);
            let grace = match kind {
                StepKind::Delete => Duration::ZERO,
                StepKind::Create | StepKind::Update => GRACE,
            };
            place.run(interruptible(stop, grace, step)).await
        });
        self.flying.insert(task.id(), step);
    }

    fn end(&mut self, ended: Ended) {
        let (id, result) = match ended {
            Ok((id, result)) => (id, result),
            Err(error) => (
                error.id(),
                Err(DriverError::internal(format!(
                    "the step panicked ({error})"
                ))),
            ),
        };
        let Some(step) = self.flying.remove(&id) else {
            return;
        };
        let address = self.planned(step).address.clone();
        let kind = self.steps[step].kind;
        let failure = result.as_ref().err().cloned();
        let _ = self.events.send(Event::Ended {
            address: address.clone(),
            kind,
            failure,
        });
        match result {
            Ok(live) => {
                match live {
                    Some(live) => {
                        self.note_pending(step, &live);
                        self.known.attributes.insert(address, live.attributes);
                    }
                    None => self.forget(step, &address),
                }
                self.outcomes.insert(step, Outcome::Done);
            }
            Err(DriverError::Interrupted { condition }) => {
                self.outcomes
                    .insert(step, Outcome::Interrupted { condition });
            }
            Err(error) => {
                self.outcomes.insert(step, Outcome::Failed(error));
                self.skip_dependents(step, &address);
            }
        }
    }

    /// Forgets the attributes of a deleted resource, unless they are those of another one at the same
    /// address: its successor, or what it was a duplicate of.
    fn forget(&mut self, step: usize, address: &Address) {
        let deleted = self.planned(step).live.as_ref();
        let deleted = deleted.map(|live| live.attributes.clone());
        if self.known.attributes.get(address) == deleted.as_ref() {
            self.known.attributes.remove(address);
        }
    }

    fn note_pending(&mut self, step: usize, live: &Live) {
        let planned = self.planned(step);
        let pending = self.drivers.get(planned.resource_type.name).ok();
        let pending =
            pending.and_then(|driver| Pending::of(&planned.address, driver.as_ref(), live));
        self.pending
            .extend(pending.map(|pending| (pending.address.clone(), pending)));
    }

    fn skip_dependents(&mut self, failed: usize, because: &Address) {
        let dependents: Vec<usize> = self
            .waiting
            .iter()
            .copied()
            .filter(|step| self.steps[*step].after.contains(&failed))
            .collect();
        for step in dependents {
            if self.waiting.remove(&step) {
                self.outcomes.insert(
                    step,
                    Outcome::Skipped {
                        because: because.clone(),
                    },
                );
                self.skip_dependents(step, because);
            }
        }
    }

    /// Names, for each skipped step that needs several failed ones, the first in the plan's order,
    /// whichever of them failed first.
    fn blame(&mut self) {
        let mut needed_by = vec![Vec::new(); self.steps.len()];
        for (step, Step { after, .. }) in self.steps.iter().enumerate() {
            for needed in after {
                needed_by[*needed].push(step);
            }
        }
        let mut blamed: BTreeMap<usize, usize> = BTreeMap::new();
        let failed = |step: &usize| matches!(self.outcomes.get(step), Some(Outcome::Failed(_)));
        for failure in (0..self.steps.len()).filter(failed) {
            let mut dependents = needed_by[failure].clone();
            while let Some(step) = dependents.pop() {
                if let Entry::Vacant(unblamed) = blamed.entry(step) {
                    unblamed.insert(failure);
                    dependents.extend(&needed_by[step]);
                }
            }
        }
        for (step, failure) in blamed {
            let address = self.planned(failure).address.clone();
            if let Some(Outcome::Skipped { because }) = self.outcomes.get_mut(&step) {
                *because = address;
            }
        }
    }

    fn report(mut self, stopped: bool) -> Report {
        for step in std::mem::take(&mut self.waiting) {
            let outcome = if stopped {
                Outcome::Stopped
            } else {
                Outcome::Failed(DriverError::internal("the plan's order has a cycle"))
            };
            self.outcomes.insert(step, outcome);
        }
        self.blame();
        let describe = |(step, outcome): (usize, Outcome)| {
            (
                self.plan.resources[self.steps[step].resource]
                    .address
                    .clone(),
                self.steps[step].kind,
                outcome,
            )
        };
        let outcomes = std::mem::take(&mut self.outcomes)
            .into_iter()
            .map(describe)
            .collect();
        Report {
            outcomes,
            known: self.known,
            pending: self.pending.into_values().collect(),
        }
    }
}

async fn run_step(
    driver: &dyn Writer,
    planned: &ResourcePlan,
    kind: StepKind,
    known: &Resolved,
) -> StepResult {
    match kind {
        StepKind::Create => create(driver, planned, known).await.map(Some),
        StepKind::Update => update(driver, planned, known).await.map(Some),
        StepKind::Delete => {
            let live = planned
                .live
                .as_ref()
                .ok_or_else(|| DriverError::internal("nothing to delete"))?;
            driver.delete(live).await.map(|()| None)
        }
    }
}

async fn create(
    driver: &dyn Writer,
    planned: &ResourcePlan,
    known: &Resolved,
) -> Result<Live, DriverError> {
    let (properties, node) = desired(planned, known)?;
    let (owner, tags) = (known.owner(node), known.tags(node));
    driver.create(&properties, &owner, &tags).await
}

/// Writes the properties first and the tags last: the fingerprint records what was applied, not
/// what was tried.
async fn update(
    driver: &dyn Writer,
    planned: &ResourcePlan,
    known: &Resolved,
) -> Result<Live, DriverError> {
    let (properties, node) = desired(planned, known)?;
    let live = planned
        .live
        .as_ref()
        .ok_or_else(|| DriverError::internal("nothing to update"))?;
    let updated = match &planned.action {
        Action::Update { changes, .. } if !changes.is_empty() => {
            driver.update(live, &properties, changes).await?
        }
        _ => live.clone(),
    };
    let found = live.tags.known().cloned().unwrap_or_default();
    let (set, remove) = diff_tags(&found, &known.tags(node), node.ignored_tags());
    if !set.is_empty() || !remove.is_empty() {
        driver.retag(&updated, &set, &remove).await?;
    }
    Ok(updated)
}

fn desired<'p>(
    planned: &'p ResourcePlan,
    known: &Resolved,
) -> Result<(serde_json::Value, &'p model::Node), DriverError> {
    let node = planned
        .node
        .as_ref()
        .ok_or_else(|| DriverError::internal("nothing is desired"))?;
    let properties = known.resolve(&node.properties);
    if has_unknown(&properties) {
        return Err(DriverError::internal(
            "a reference is not known though what it refers to was applied",
        ));
    }
    Ok((properties, node))
}
