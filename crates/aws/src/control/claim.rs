//! How a run gets a lease: at once, or once others have given it back or are dead.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use engine::DriverError;
use model::StackName;
use thiserror::Error;
use tokio::time::{Instant, sleep};

use super::Control;
use super::alive::{self, Alive};
use super::lease::{LENGTH, Lease, milliseconds, now};
use super::row::{self, Held, Stored, n, s};

/// How often a lease that others hold is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What a run asks for.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The stacks.
    pub stacks: BTreeSet<StackName>,
    /// What it is for: `apply`, `destroy`.
    pub command: String,
    /// The machine, for those who wait.
    pub host: String,
    /// How long to wait for others that live.
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

/// The wanted stacks, each with its lease if it ever had one.
type Wanted<'l> = BTreeMap<String, Option<&'l Stored>>;

/// The leases of others while somebody waits for them.
#[derive(Debug)]
struct Watched {
    leases: BTreeMap<String, Sighting>,
    began: Instant,
    /// The runs of which was told that they are waited for.
    told: BTreeSet<Option<String>>,
}

#[derive(Debug)]
struct Sighting {
    stored: Stored,
    since: Instant,
    /// It was renewed, or changed hands, while it was watched.
    lives: bool,
}

impl Watched {
    fn begin() -> Self {
        Self {
            leases: BTreeMap::new(),
            began: Instant::now(),
            told: BTreeSet::new(),
        }
    }

    /// The leases that others hold, as far as is known.
    ///
    /// One may be taken if it is free, if its run is known to be dead, or if nobody has renewed it for
    /// as long as it lasts. Its own end proves nothing: the holder's clock may be wrong, since the SDK
    /// signs with AWS's.
    fn taken<'l>(&mut self, wanted: &Wanted<'l>) -> Vec<&'l Stored> {
        // All are watched from the first look on: they may end together.
        let taken = wanted.iter().filter_map(|(stack, stored)| {
            let stored = stored.filter(|stored| stored.is_held())?;
            self.is_watched(stack, stored).then_some(stored)
        });
        taken.collect()
    }

    fn is_watched(&mut self, stack: &str, stored: &Stored) -> bool {
        match self.leases.get(stack) {
            Some(seen) if seen.stored == *stored => seen.since.elapsed() <= LENGTH,
            seen => {
                let sighting = Sighting {
                    lives: seen.is_some(),
                    stored: stored.clone(),
                    since: Instant::now(),
                };
                self.leases.insert(stack.to_owned(), sighting);
                true
            }
        }
    }

    /// Whether somebody holds one of the wanted leases, who is then waited for. `waiting` is told once
    /// of each.
    ///
    /// # Errors
    /// [`LeaseError::Held`] if patience has ended.
    fn waits(
        &mut self,
        wanted: &Wanted<'_>,
        patience: Duration,
        waiting: impl Fn(&Held),
    ) -> Result<bool, LeaseError> {
        let taken = self.taken(wanted);
        let Some(other) = taken.first() else {
            return Ok(false);
        };
        let lives = taken.iter().find(|held| !self.seems_dead(held));
        if let Some(other) = lives.filter(|_| self.began.elapsed() >= patience) {
            return Err(LeaseError::Held(other.held.clone()));
        }
        if self.told.insert(other.run.clone()) {
            waiting(&other.held);
        }
        Ok(true)
    }

    /// Whether a lease is worth a minute of anybody's patience: it seems to have ended, and has not
    /// been renewed while it was watched.
    fn seems_dead(&self, stored: &Stored) -> bool {
        let lives = self
            .leases
            .get(&stored.held.stack)
            .is_some_and(|seen| seen.lives);
        !lives && milliseconds(SystemTime::now()) > stored.expires
    }
}

/// The runs that hold leases of a system, while one without a lease waits for them.
#[derive(Debug)]
pub struct Others {
    control: Control,
    watched: Watched,
    patience: Duration,
}

impl Others {
    /// Waits until nobody who lives holds a lease; `waiting` is told once of each that it waits for. False
    /// if nobody did.
    ///
    /// # Errors
    /// [`LeaseError::Held`] if patience has ended.
    pub async fn end(&mut self, waiting: impl Fn(&Held)) -> Result<bool, LeaseError> {
        let mut waited = false;
        loop {
            let leases = self.control.leases().await?;
            let all = leases.iter();
            let all = all.map(|(stack, stored)| (stack.clone(), Some(stored)));
            if !self
                .watched
                .waits(&all.collect(), self.patience, &waiting)?
            {
                return Ok(waited);
            }
            waited = true;
            sleep(LOOK).await;
        }
    }
}

impl Control {
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
        let (mut alive, mut watched) = (None, Watched::begin());
        loop {
            let leases = self.leases().await?;
            let wanted: Wanted<'_> = claim
                .stacks
                .iter()
                .map(|stack| (stack.to_string(), leases.get(stack.as_str())))
                .collect();
            let waits = watched.waits(&wanted, claim.patience, &waiting);
            if waits.inspect_err(|_| alive::bury(&run))? {
                sleep(LOOK).await;
                continue;
            }
            if alive.is_none() {
                alive = Alive::new(&run).ok();
            }
            let from = now();
            if self.take(&run, claim, &wanted, from.1).await? {
                bury(&leases, &wanted);
                let before = wanted.into_iter().map(|(stack, stored)| {
                    let fence = stored.map_or(0, |stored| stored.fence);
                    (stack, fence)
                });
                return Ok(Lease::new(self, run, before.collect(), from, alive));
            }
            // Somebody else was faster.
            sleep(LOOK / 10).await;
        }
    }

    /// The other runs, of which a run without a lease waits for those that have one, for so long in all.
    #[must_use]
    pub fn others(&self, patience: Duration) -> Others {
        Others {
            control: self.clone(),
            watched: Watched::begin(),
            patience,
        }
    }

    /// Takes leases as they were seen. False if one of them has changed since.
    async fn take(
        &self,
        run: &str,
        claim: &Claim,
        wanted: &Wanted<'_>,
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
}

/// Removes what is left of dead runs, once they hold no lease any more: without it nobody could tell
/// that they are dead.
fn bury(leases: &BTreeMap<String, Stored>, taken: &Wanted<'_>) {
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
/// Other reasons, which AWS's message lists, are errors. Source: the `DynamoDB` API reference,
/// `TransactWriteItems`.
fn has_changed(error: &DriverError) -> bool {
    let cancelled = |reason| error.has_message("TransactionCanceledException", reason);
    cancelled("ConditionalCheckFailed") || cancelled("TransactionConflict")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(stack: &str, renewals: u64, expires: u64) -> Stored {
        let word = |word: &str| word.to_owned();
        Stored {
            fence: 1,
            renewals,
            run: Some(word("elsewhere")),
            expires,
            held: Held {
                stack: word(stack),
                holder: word("arn:aws:iam::111122223333:user/ada"),
                host: word("ci"),
                command: word("apply"),
                since: word("2026-01-31T12:00:00.000Z"),
            },
        }
    }

    /// The stacks that are taken, after some seconds.
    async fn taken(watched: &mut Watched, after: u64, leases: &[Stored]) -> Vec<String> {
        tokio::time::sleep(Duration::from_secs(after)).await;
        let wanted = leases.iter().map(|of| (of.held.stack.clone(), Some(of)));
        let taken = watched.taken(&wanted.collect());
        taken.iter().map(|of| of.held.stack.clone()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn leases_that_nobody_renews_are_free_together_after_a_minute_whatever_their_clock_says()
    {
        let mut watched = Watched::begin();
        for leases in [
            [stored("a", 0, 1), stored("b", 0, u64::MAX)],
            [stored("c", 7, u64::MAX), stored("d", 7, 1)],
        ] {
            assert_eq!(taken(&mut watched, 0, &leases).await.len(), 2);
            assert_eq!(taken(&mut watched, 60, &leases).await.len(), 2);
            assert!(taken(&mut watched, 1, &leases).await.is_empty());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_that_is_renewed_stays_taken_though_its_clock_says_that_it_has_ended() {
        let mut watched = Watched::begin();
        for renewals in 0..10 {
            let lease = stored("a", renewals, 1);
            assert_eq!(
                taken(&mut watched, 40, std::slice::from_ref(&lease)).await,
                ["a"]
            );
            // Only the first look may take it for dead.
            assert_eq!(watched.seems_dead(&lease), renewals == 0);
        }
        assert!(!watched.seems_dead(&stored("b", 0, u64::MAX)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_that_was_given_back_is_free() {
        let free = Stored {
            run: None,
            ..stored("a", 0, 1)
        };
        assert!(taken(&mut Watched::begin(), 0, &[free]).await.is_empty());
    }

    #[test]
    fn the_sign_of_a_dead_run_stays_until_it_holds_nothing() {
        let run = format!("test-bury-{}", std::process::id());
        drop(Alive::new(&run).unwrap());
        let of_run = |stack| Stored {
            run: Some(run.clone()),
            ..stored(stack, 0, 1)
        };
        let (one, other) = (of_run("a"), of_run("b"));
        let leases = [one, other].map(|of| (of.held.stack.clone(), of));
        let leases = BTreeMap::from(leases);
        let mut wanted = Wanted::from([("a".to_owned(), leases.get("a"))]);
        bury(&leases, &wanted);
        assert!(alive::is_dead(&run));
        wanted.insert("b".to_owned(), leases.get("b"));
        bury(&leases, &wanted);
        assert!(!alive::is_dead(&run));
    }

    #[test]
    fn only_a_change_of_the_rows_is_tried_again() {
        let cancelled = |reasons: &str| DriverError::Service {
            operation: "dynamodb:TransactWriteItems",
            code: "TransactionCanceledException".to_owned(),
            message: format!(
                "Transaction cancelled, please refer cancellation reasons for specific reasons [{reasons}]"
            ),
            request_id: None,
        };
        assert!(has_changed(&cancelled("None, ConditionalCheckFailed")));
        assert!(has_changed(&cancelled("TransactionConflict")));
        assert!(!has_changed(&cancelled("ValidationError, None")));
    }
}
