//! The health of a system, read from its account alone.
//!
//! Each part is read by itself: what the credentials may not read is reported in its place, and the
//! rest is read. Nothing here knows a command or a terminal, or writes.

mod alarms;
mod calls;
mod pipelines;
mod seen;
mod stacks;

use aws::control::Run;
use engine::Selection;
use model::{Graph, StackName};
use serde::Serialize;

pub use self::alarms::{Alarm, AlarmState, alarms};
pub use self::calls::{CALLS, ELSEWHERE, PIPELINES};
pub use self::pipelines::{Pipeline, pipelines};
pub use self::seen::Seen;
pub use self::stacks::{Deployment, Stack, Stacks, State, Unfinished};
use crate::release::Now;

/// The health of a system.
#[derive(Debug, Serialize)]
pub struct Status {
    /// The version of this format.
    pub version: u8,
    /// The system's name.
    pub system: String,
    /// The account's 12 digits.
    pub account: String,
    /// The Region.
    pub region: String,
    /// When it was read, RFC 3339, in UTC.
    pub at: String,
    /// Whether all that was read is well: no alarm rings, and no described resource is missing.
    pub healthy: bool,
    /// The alarms, those that ring first.
    pub alarms: Seen<Vec<Alarm>>,
    /// The selected stacks.
    pub stacks: Vec<Stack>,
    /// Resources that AWS is still working on.
    pub pending: Vec<Unfinished>,
    /// The current release of each deployed application.
    pub releases: Vec<Release>,
    /// The pipelines in AWS of the selected stacks.
    pub pipelines: Vec<Pipeline>,
    /// The number of connected clients; null if there is no service that they connect to.
    pub clients: Option<Seen<u64>>,
    /// The last runs, the newest first, without their steps.
    pub runs: Seen<Vec<Run>>,
}

/// An application and its current release.
#[derive(Debug, Serialize)]
pub struct Release {
    /// `shell`, or the team's name.
    pub application: String,
    /// What is served.
    pub serves: Seen<Now>,
}

impl Status {
    /// The same, judged.
    #[must_use]
    pub fn judged(self) -> Self {
        let rings = self.ringing() > 0;
        let healthy = !rings && self.stacks.iter().all(Stack::is_well);
        Self { healthy, ..self }
    }

    /// The number of alarms that ring.
    #[must_use]
    pub fn ringing(&self) -> usize {
        let alarms = self.alarms.read().into_iter().flatten();
        alarms.filter(|of| of.state == AlarmState::Ringing).count()
    }

    /// Whether a part could not be read for another reason than a permission.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        let clients = self.clients.as_ref().is_some_and(Seen::has_failed);
        let releases = self.releases.iter().any(|of| of.serves.has_failed());
        let pipelines = self.pipelines.iter().any(|of| of.latest.has_failed());
        let stacks = self.stacks.iter().any(|of| of.deployment.has_failed());
        let of_parts = clients || releases || pipelines || stacks;
        self.alarms.has_failed() || self.runs.has_failed() || of_parts
    }
}

/// The selected stacks of a graph, by name: without the remains of others, which cost calls.
#[must_use]
pub fn described(graph: &Graph, selection: &Selection) -> Selection {
    let stacks = graph.stacks().iter();
    let stacks = stacks.filter(|stack| selection.contains(stack));
    Selection::Only(stacks.map(StackName::clone).collect())
}
