//! The limits of sending.

use std::time::Duration;

use toggle_contract::CONNECT_TIMEOUT_SECONDS;
use toggle_contract::MESSAGE_LIMIT;
use toggle_rules::Private;

/// How many connections are sent to at once, each one message at a time. A post takes 10 to 20 ms
/// within a Region, so this is 6,000 to 12,000 posts per second: about the account's default quota
/// for the whole Region, of 10,000.
pub const CONCURRENCY: usize = 128;

/// The most connections that toggle-message sends to itself: with 256 MB, whose share of a processor
/// makes some 1,300 posts per second, a third of its time; in memory, some 5 MB.
pub const SLICE_ABOVE: usize = 20_000;

/// The number of slices of a larger fan-out. A million connections are 15,600 per slice, a quarter of
/// what fits into one invocation.
pub const SEGMENTS: u32 = 64;

/// Younger than this, a connection may not have been opened yet: it can be posted to only once
/// `$connect` has returned, and its item is written before.
pub const YOUNG: Duration = Duration::from_secs(15);

// A connection that is not young is open or closed: the argument in lambda-src/README.md, why no
// client ends stale, takes that for granted.
const _: () = assert!(
    YOUNG.as_secs() > CONNECT_TIMEOUT_SECONDS as u64,
    "$connect could outlast YOUNG"
);

/// How connections are sent to, and when they are given up.
#[derive(Debug, Clone)]
pub struct Policy {
    /// See [`CONCURRENCY`].
    pub concurrency: usize,
    /// See [`YOUNG`].
    pub young: Duration,
    /// How long a 410 of a young connection is retried before it is left to the new-connection
    /// function, or to another of its records.
    pub patience: Duration,
    /// How long one message to one connection is retried.
    pub budget: Duration,
    /// How long closing one connection is retried.
    pub close_budget: Duration,
    /// How long either is retried for a connection of another API or stage.
    pub foreign_budget: Duration,
    /// See [`MESSAGE_LIMIT`].
    pub message_limit: usize,
    /// The most connections that toggle-message sends to itself.
    pub slice_above: usize,
    /// The number of segments that it leaves more connections in.
    pub segments: u32,
    /// The attributes that clients are never sent.
    pub private: Private,
    /// The rule that a simulation disables.
    #[cfg(feature = "simulation")]
    pub broken: Option<Rule>,
}

/// The rules that keep clients from ending stale: those of `lambda-src/README.md` that are
/// decisions in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Connections are scanned even if some are already known.
    Scan,
    /// Toggles that a function sent are read again afterwards.
    Verify(Sender),
    /// Those that it sent because they had changed meanwhile are read again as well, each time.
    Rounds(Sender),
    /// A connection that may not have been reached is closed.
    Close,
    /// A connection that is said to be closed is closed before it is forgotten.
    Confirm,
    /// A connection that is not open yet is left to a record of its own.
    Requeue,
    /// Connections that could not be sent to, nor closed, are stored in the queue.
    Leave,
    /// The rest of a segment is stored in the queue.
    PutBack,
    /// The queue takes messages for one segment as the same only if they are for the same toggles.
    Digest,
    /// A receipt names the messages that connections were left to.
    Account,
    /// Connections that a post may still reach are not sent to again, but closed.
    Doubt,
    /// With the state, removals are sent that an interrupted sender's state may have missed.
    Removals,
    /// Toggles whose rules refer to one that has changed are sent as well.
    Dependants,
    /// What the rules of a sent toggle refer to is read again with it.
    Needs,
    /// Connections of another API that cannot be reached are forgotten, and fail no record.
    Forget,
    /// Connections whose items have expired are left out.
    Expiry,
}

/// A function that sends toggles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Sends the state to one connection.
    NewConnection,
    /// Sends changes to all connections.
    ToggleMessage,
    /// Sends changes to those of a segment, or to those that were left over.
    ToggleSlice,
}

impl Policy {
    /// Toggle-message and toggle-slice: a connection that is not open yet delays no others, since
    /// new-connection reads the table after it has opened.
    #[must_use]
    pub fn announce() -> Self {
        Self {
            concurrency: CONCURRENCY,
            young: YOUNG,
            patience: Duration::from_secs(1),
            budget: Duration::from_secs(20),
            close_budget: Duration::from_secs(4),
            foreign_budget: Duration::from_secs(2),
            message_limit: MESSAGE_LIMIT,
            slice_above: SLICE_ABOVE,
            segments: SEGMENTS,
            private: Private::default(),
            #[cfg(feature = "simulation")]
            broken: None,
        }
    }

    /// New-connection: a connection that is not open yet delays no others either, but is left to a
    /// record of its own.
    #[must_use]
    pub fn welcome() -> Self {
        Self {
            patience: Duration::from_secs(2),
            ..Self::announce()
        }
    }

    /// Whether what a function sent in a round, from zero, is read again: always.
    pub(crate) fn rereads(&self, sender: Sender, round: usize) -> bool {
        self.keeps(Rule::Verify(sender)) && (round == 0 || self.keeps(Rule::Rounds(sender)))
    }

    /// Whether a rule is kept: always. Deployed code cannot disable one.
    #[cfg(not(feature = "simulation"))]
    #[expect(clippy::unused_self, reason = "a simulation's policy decides")]
    pub(crate) const fn keeps(&self, _rule: Rule) -> bool {
        true
    }

    /// Whether a rule is kept: always, except in a simulation that shows its purpose.
    #[cfg(feature = "simulation")]
    pub(crate) fn keeps(&self, rule: Rule) -> bool {
        self.broken != Some(rule)
    }
}
