//! The lease of stacks, once a run has it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use engine::DriverError;
use model::StackName;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::alive::{self, Alive};
use super::row::{Held, Stored, n, s};
use super::{Control, KIND, NAME};
use crate::account::{Access, Account, Term};
use crate::kit::call::Call as _;

/// The kind of the rows.
const LEASE: &str = "lease";

/// How long a lease lasts after it was renewed.
pub(super) const LENGTH: Duration = Duration::from_mins(1);

/// How often it is renewed.
const RENEWED: Duration = Duration::from_secs(15);

/// How long its holder writes after that: a little less.
const WRITING: Duration = Duration::from_secs(55);

/// The writes of one transaction. Source: the `DynamoDB` API reference, `TransactWriteItems`.
const TRANSACTION: usize = 100;

/// The numbers of the runs that had each stack's lease last. A run has read nothing stale if they
/// are the same once it has the lease.
pub type Fences = BTreeMap<String, u64>;

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
    /// The lease of a run that has just taken it, from a moment on. `before` names its stacks.
    pub(super) fn new(
        control: &Control,
        run: String,
        before: Fences,
        from: (Instant, SystemTime),
        alive: Option<Alive>,
    ) -> Self {
        let stacks: BTreeSet<String> = before.keys().cloned().collect();
        let term = Arc::new(Term::new(from, WRITING));
        let renewing = renew(
            control.clone(),
            run.clone(),
            stacks.clone(),
            Arc::clone(&term),
        );
        Self {
            control: control.clone(),
            account: control
                .account
                .with_access(Access::Lease(Arc::clone(&term))),
            run,
            stacks,
            before,
            term,
            renewal: tokio::spawn(renewing),
            _alive: alive,
        }
    }

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

/// This moment by both clocks.
pub(super) fn now() -> (Instant, SystemTime) {
    (Instant::now(), SystemTime::now())
}

/// Milliseconds since the epoch.
pub(super) fn milliseconds(time: SystemTime) -> u64 {
    let elapsed = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

impl Control {
    /// The leases of all stacks that ever had one.
    pub(super) async fn leases(&self) -> Result<BTreeMap<String, Stored>, DriverError> {
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
            .filter(Stored::is_held)
            .map(|lease| lease.held)
            .collect())
    }

    /// Frees those of the leases that a run has.
    pub(super) async fn free(
        &self,
        run: &str,
        stacks: &BTreeSet<String>,
    ) -> Result<(), DriverError> {
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

    /// Whether a stack has a row, which a stack of which something exists has: the run that created it had its
    /// lease. One read, so for what need not know more than that.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    pub async fn has_row(&self, stack: &StackName) -> Result<bool, DriverError> {
        let row = self
            .sdk
            .get_item()
            .table_name(&self.table)
            .key(KIND, s(LEASE))
            .key(NAME, s(stack.as_str()))
            .send()
            .sent("dynamodb:GetItem")
            .await;
        match row {
            Err(error) if Self::is_absent(&error) => Ok(false),
            row => Ok(row?.item.is_some()),
        }
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

    pub(super) fn row(&self, stack: &str) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .key(KIND, s(LEASE))
            .key(NAME, s(stack))
    }

    /// Writes rows, all of a transaction or none.
    pub(super) async fn write(&self, updates: Vec<UpdateBuilder>) -> Result<(), DriverError> {
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
