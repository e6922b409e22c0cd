//! The lease of stacks: who has it may write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use engine::DriverError;
use model::StackName;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::alive::{self, Alive};
use super::row::{self, Held, Stored, n, s};
use super::{Control, KIND, NAME};
use crate::account::{Access, Account, Term};
use crate::kit::call::Call as _;

/// The kind of the rows.
const LEASE: &str = "lease";

/// How long a lease lasts after it was renewed.
const LENGTH: Duration = Duration::from_mins(1);

/// How often it is renewed.
const RENEWED: Duration = Duration::from_secs(15);

/// How long its holder writes after that: a little less.
const WRITING: Duration = Duration::from_secs(55);

/// By how much two machines' clocks may differ that both call AWS: it refuses a request whose time
/// is off by more. Source: AWS General Reference, "Signature Version 4", 15 minutes at the most.
const SKEW: Duration = Duration::from_mins(15);

/// How often a lease that others hold is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// The writes of one transaction. Source: the `DynamoDB` API reference, `TransactWriteItems`.
const TRANSACTION: usize = 100;

/// The numbers of the runs that had each stack's lease last. A run has read nothing stale if they
/// are the same once it has the lease.
pub type Fences = BTreeMap<String, u64>;

/// What a run asks for.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The stacks.
    pub stacks: BTreeSet<StackName>,
    /// What it is for: `apply`, `destroy`.
    pub command: String,
    /// The machine, for those who wait.
    pub host: String,
    /// How long to wait for others.
    pub patience: Duration,
}

/// Why there is no lease.
#[derive(Debug, Error)]
pub enum LeaseError {
    /// Another run has it.
    #[error("{} is held by {} on {}, which has run `{}` since {}", .0.stack, .0.holder, .0.host, .0.command, .0.since)]
    Held(Held),
    /// The table could not be used.
    #[error("the lease could not be taken")]
    Failed(#[source] DriverError),
}

impl From<DriverError> for LeaseError {
    fn from(error: DriverError) -> Self {
        Self::Failed(error)
    }
}

/// The right to write to some stacks, as long as it is renewed.
#[derive(Debug)]
pub struct Lease {
    control: Control,
    account: Account,
    run: String,
    stacks: BTreeSet<String>,
    before: Fences,
    term: Arc<Term>,
    renewal: JoinHandle<()>,
    _alive: Option<Alive>,
}

impl Lease {
    /// The account, for writing.
    #[must_use]
    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// The run's id.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The runs that had the lease before, by stack.
    #[must_use]
    pub fn before(&self) -> &Fences {
        &self.before
    }

    /// True once the lease has ended before its run.
    #[must_use]
    pub fn lost(&self) -> watch::Receiver<bool> {
        self.term.lost()
    }

    /// Gives the lease back. If it is only dropped, it is that of a dead run.
    ///
    /// # Errors
    /// `DynamoDB`'s: then it ends by itself.
    pub async fn release(self) -> Result<(), DriverError> {
        self.renewal.abort();
        if !self.term.is_over() {
            let freed = self.control.free(&self.run, &self.stacks).await;
            self.term.lose();
            match freed {
                // The destruction deleted the table.
                Err(error) if Control::is_absent(&error) => {}
                freed => freed?,
            }
        }
        alive::bury(&self.run);
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

fn now() -> (Instant, SystemTime) {
    (Instant::now(), SystemTime::now())
}

/// Milliseconds since the epoch.
fn milliseconds(time: SystemTime) -> u64 {
    let elapsed = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

/// The leases of others while somebody waits for them.
#[derive(Debug, Default)]
struct Watched(BTreeMap<String, (Stored, Option<Instant>)>);

impl Watched {
    /// Whether a lease may be taken: it is free; or its run is known to be dead; or it ended so long
    /// ago that no difference of clocks explains it; or nobody renewed it for as long as it lasts.
    fn is_free(&mut self, stack: &str, stored: &Stored) -> bool {
        let Some(run) = &stored.run else { return true };
        let ended = stored.expires + milliseconds(UNIX_EPOCH + SKEW);
        if alive::is_dead(run) || milliseconds(SystemTime::now()) > ended {
            return true;
        }
        match self.0.get(stack) {
            Some((seen, Some(since))) if seen == stored => since.elapsed() > LENGTH,
            _ => {
                let seen = (stored.clone(), Some(Instant::now()));
                self.0.insert(stack.to_owned(), seen);
                false
            }
        }
    }
}

impl Control {
    /// The leases of all stacks that ever had one.
    async fn leases(&self) -> Result<BTreeMap<String, Stored>, DriverError> {
        let rows = self.rows(LEASE).await?.into_iter();
        Ok(rows
            .map(|(stack, row)| (stack.clone(), Stored::of(&stack, &row)))
            .collect())
    }

    /// The runs that had each stack's lease last. Of a stack that a run is writing to it is the number
    /// of no run, since what is read meanwhile is stale.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    pub async fn fences(&self) -> Result<Fences, DriverError> {
        let leases = self.leases().await?.into_iter();
        let fence = |lease: &Stored| {
            if lease.is_held() {
                u64::MAX
            } else {
                lease.fence
            }
        };
        Ok(leases
            .map(|(stack, lease)| (stack, fence(&lease)))
            .collect())
    }

    /// The leases that are held, except by runs of this machine that are known to be dead.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    pub async fn held(&self) -> Result<Vec<Held>, DriverError> {
        let leases = self.leases().await?.into_values();
        Ok(leases
            .filter(|lease| lease.run.as_deref().is_some_and(|run| !alive::is_dead(run)))
            .map(|lease| lease.held)
            .collect())
    }

    /// Takes the lease of all claimed stacks, or of none. Waits for others for as long as the claim
    /// says; `waiting` is told once of each that it waits for.
    ///
    /// # Errors
    /// [`LeaseError::Held`] if others still hold one of them then.
    pub async fn acquire(
        &self,
        claim: &Claim,
        waiting: impl Fn(&Held),
    ) -> Result<Lease, LeaseError> {
        let run = format!(
            "{:016x}",
            getrandom::u64().unwrap_or_else(|_| milliseconds(SystemTime::now()))
        );
        let mut alive = None;
        let began = Instant::now();
        let (mut watched, mut told) = (Watched::default(), BTreeSet::new());
        loop {
            let leases = self.leases().await?;
            let wanted: BTreeMap<String, Option<&Stored>> = claim
                .stacks
                .iter()
                .map(|stack| (stack.to_string(), leases.get(stack.as_str())))
                .collect();
            // All are watched from the first look on: they may end together.
            let taken: Vec<&Stored> = wanted
                .iter()
                .filter_map(|(stack, stored)| {
                    stored.filter(|stored| !watched.is_free(stack, stored))
                })
                .collect();
            let Some(other) = taken.first() else {
                if alive.is_none() {
                    alive = Alive::new(&run).ok();
                }
                let from = now();
                if self.take(&run, claim, &wanted, from.1).await? {
                    bury(&leases, &wanted);
                    return Ok(self.lease(run, wanted, from, alive));
                }
                // Somebody else was faster.
                sleep(LOOK / 10).await;
                continue;
            };
            if began.elapsed() >= claim.patience {
                alive::bury(&run);
                return Err(LeaseError::Held(other.held.clone()));
            }
            if told.insert(other.run.clone()) {
                waiting(&other.held);
            }
            sleep(LOOK.min(claim.patience)).await;
        }
    }

    fn lease(
        &self,
        run: String,
        wanted: BTreeMap<String, Option<&Stored>>,
        from: (Instant, SystemTime),
        alive: Option<Alive>,
    ) -> Lease {
        let before = wanted.iter();
        let before = before
            .map(|(stack, stored)| (stack.clone(), stored.map_or(0, |stored| stored.fence)))
            .collect();
        let stacks: BTreeSet<String> = wanted.into_keys().collect();
        let term = Arc::new(Term::new(from, WRITING));
        let renewing = renew(self.clone(), run.clone(), stacks.clone(), Arc::clone(&term));
        Lease {
            control: self.clone(),
            account: self.account.with_access(Access::Lease(Arc::clone(&term))),
            run,
            stacks,
            before,
            term,
            renewal: tokio::spawn(renewing),
            _alive: alive,
        }
    }

    /// Takes leases as they were seen. False if one of them has changed since.
    async fn take(
        &self,
        run: &str,
        claim: &Claim,
        wanted: &BTreeMap<String, Option<&Stored>>,
        now: SystemTime,
    ) -> Result<bool, DriverError> {
        let updates = wanted.iter().map(|(stack, stored)| {
            let update = self
                .row(stack)
                .update_expression(
                    "SET fence = :fence, renewals = :zero, #run = :run, expires = :expires, \
                     holder = :holder, host = :host, command = :command, since = :since",
                )
                .expression_attribute_names("#run", "run")
                .expression_attribute_values(":fence", n(fence(*stored, now)))
                .expression_attribute_values(":zero", n(0))
                .expression_attribute_values(":run", s(run))
                .expression_attribute_values(":expires", n(milliseconds(now + LENGTH)))
                .expression_attribute_values(":holder", s(self.account.caller()))
                .expression_attribute_values(":host", s(&claim.host))
                .expression_attribute_values(":command", s(&claim.command))
                .expression_attribute_values(":since", s(row::now()));
            match stored {
                None => update.condition_expression("attribute_not_exists(fence)"),
                Some(stored) => update
                    .condition_expression("fence = :seen AND renewals = :renewed")
                    .expression_attribute_values(":seen", n(stored.fence))
                    .expression_attribute_values(":renewed", n(stored.renewals)),
            }
        });
        match self.write(updates.collect()).await {
            Err(error) if Self::is_absent(&error) => {
                self.create().await?;
                Ok(false)
            }
            Err(error) if has_changed(&error) => {
                // Those of the transactions before are given back.
                let stacks = wanted.keys().cloned().collect();
                self.free(run, &stacks).await.map(|()| false)
            }
            written => written.map(|()| true),
        }
    }

    /// Frees those of the leases that a run has.
    async fn free(&self, run: &str, stacks: &BTreeSet<String>) -> Result<(), DriverError> {
        for stack in stacks {
            let freed = self.free_one(run, stack).await;
            match freed {
                Err(error) if error.is("ConditionalCheckFailedException") => {}
                freed => freed?,
            }
        }
        Ok(())
    }

    async fn free_one(&self, run: &str, stack: &str) -> Result<(), DriverError> {
        self.sdk
            .update_item()
            .table_name(&self.table)
            .key(KIND, s(LEASE))
            .key(NAME, s(stack))
            .update_expression("REMOVE #run, expires")
            .condition_expression("#run = :run")
            .expression_attribute_names("#run", "run")
            .expression_attribute_values(":run", s(run))
            .send()
            .done("dynamodb:UpdateItem")
            .await
    }

    /// Ends leases that others hold, whoever they are. Returns those that were held.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    pub async fn unlock(
        &self,
        chosen: impl Fn(&StackName) -> bool,
    ) -> Result<Vec<Held>, DriverError> {
        let mut ended = Vec::new();
        for (stack, stored) in self.leases().await? {
            let (Some(run), name) = (&stored.run, StackName::new(&stack)) else {
                continue;
            };
            if chosen(&name) {
                self.free(run, &BTreeSet::from([stack])).await?;
                ended.push(stored.held);
            }
        }
        Ok(ended)
    }

    /// Forgets the leases of stacks of which nothing is left, unless somebody holds them; with the last
    /// one the table goes.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    pub async fn forget(&self, gone: impl Fn(&StackName) -> bool) -> Result<(), DriverError> {
        let leases = self.leases().await?;
        let is_gone =
            |(stack, lease): &(&String, &Stored)| gone(&StackName::new(*stack)) && !lease.is_held();
        let (gone, left): (Vec<_>, Vec<_>) = leases.iter().partition(is_gone);
        if left.is_empty() {
            return self.delete().await;
        }
        for (stack, lease) in gone {
            let forgotten = self.forget_one(stack, lease).await;
            match forgotten {
                Err(error) if error.is("ConditionalCheckFailedException") => {}
                forgotten => forgotten?,
            }
        }
        Ok(())
    }

    async fn forget_one(&self, stack: &str, lease: &Stored) -> Result<(), DriverError> {
        self.sdk
            .delete_item()
            .table_name(&self.table)
            .key(KIND, s(LEASE))
            .key(NAME, s(stack))
            .condition_expression("fence = :fence")
            .expression_attribute_values(":fence", n(lease.fence))
            .send()
            .done("dynamodb:DeleteItem")
            .await
    }

    async fn extend(
        &self,
        run: &str,
        stacks: &BTreeSet<String>,
        now: SystemTime,
    ) -> Result<(), DriverError> {
        let updates = stacks.iter().map(|stack| {
            self.row(stack)
                .update_expression("SET expires = :expires ADD renewals :one")
                .condition_expression("#run = :run")
                .expression_attribute_names("#run", "run")
                .expression_attribute_values(":run", s(run))
                .expression_attribute_values(":expires", n(milliseconds(now + LENGTH)))
                .expression_attribute_values(":one", n(1))
        });
        self.write(updates.collect()).await
    }

    fn row(&self, stack: &str) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .key(KIND, s(LEASE))
            .key(NAME, s(stack))
    }

    /// Writes rows, all of a transaction or none.
    async fn write(
        &self,
        updates: Vec<aws_sdk_dynamodb::types::builders::UpdateBuilder>,
    ) -> Result<(), DriverError> {
        for updates in updates.chunks(TRANSACTION) {
            let mut call = self.sdk.transact_write_items();
            for update in updates {
                let update = update.clone().build();
                let update = update.map_err(|_| DriverError::internal("an update is complete"))?;
                call = call.transact_items(TransactWriteItem::builder().update(update).build());
            }
            call.send().done("dynamodb:TransactWriteItems").await?;
        }
        Ok(())
    }
}

/// Removes what is left of dead runs, once they hold no lease any more: without it nobody could tell
/// that they are dead.
fn bury(leases: &BTreeMap<String, Stored>, taken: &BTreeMap<String, Option<&Stored>>) {
    let others = leases
        .iter()
        .filter(|(stack, _)| !taken.contains_key(*stack));
    let held: BTreeSet<_> = others.filter_map(|(_, of)| of.run.as_ref()).collect();
    let before = taken.values().copied().flatten();
    for run in before.filter_map(|of| of.run.as_ref()) {
        if !held.contains(run) {
            alive::bury(run);
        }
    }
}

/// The number of the next run that has a lease. It rises although forgotten leases have left none.
fn fence(stored: Option<&Stored>, now: SystemTime) -> u64 {
    let last = stored.map_or(0, |stored| stored.fence);
    (last + 1).max(milliseconds(now))
}

/// Whether a transaction was refused since a row is not as it was seen, or is just being written.
fn has_changed(error: &DriverError) -> bool {
    error.is("TransactionCanceledException") || error.is("TransactionInProgressException")
}

/// Renews a lease as long as its run lives. A renewal that fails is tried again until the lease is
/// over; one that is refused ends it.
async fn renew(control: Control, run: String, stacks: BTreeSet<String>, term: Arc<Term>) {
    while !term.is_over() {
        sleep(RENEWED).await;
        let from = now();
        match control.extend(&run, &stacks, from.1).await {
            Ok(()) => term.renew(from, WRITING),
            Err(error)
                if error.has_message("TransactionCanceledException", "ConditionalCheckFailed") =>
            {
                term.lose();
            }
            Err(error) => tracing::warn!("the lease was not renewed: {error}"),
        }
    }
}
