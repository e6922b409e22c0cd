//! A canary in steps: each bakes for a time while alarms are watched.
//!
//! The state is in the pointer alone. A process that dies leaves the canary at its step, and the
//! same command goes on from there.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;
use tokio::time::{Instant, sleep};

use super::alarms::{Alarms, Ringing};
use super::error::ReleaseError;
use super::event::{Event, Events};
use super::manifest::{InvalidPercent, Percent};
use super::pointer::Pointer;
use super::releases::Releases;
use super::upload::BucketContents;
use super::version::Version;

/// How often the alarms are looked at: none is evaluated more often (CloudWatch API reference,
/// `PutMetricAlarm`: `Period`).
const LOOK: Duration = Duration::from_secs(10);
/// How often ending a canary is tried while others write the pointer.
const ATTEMPTS: usize = 5;

/// The steps of a canary, in percent of the clients: each is above the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps(Vec<Percent>);

/// A text that is no canary's steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidSteps {
    /// One of them is no share.
    #[error(transparent)]
    Percent(#[from] InvalidPercent),
    /// One of them is not above the one before.
    #[error("each step of a canary is above the one before, such as 10,50")]
    Order,
}

impl Steps {
    /// The first step.
    #[must_use]
    pub fn first(&self) -> Percent {
        self.0[0]
    }

    /// Whether there is only one.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.0.len() == 1
    }

    /// The step after a share, or `None` if everybody is next.
    fn after(&self, percent: Percent) -> Option<Percent> {
        self.0
            .iter()
            .copied()
            .find(|step| step.get() > percent.get())
    }

    /// The step at which a release begins that has this share already.
    fn resumed(&self, share: Option<Percent>) -> Percent {
        share.map_or(self.first(), |share| {
            let reached = self
                .0
                .iter()
                .copied()
                .find(|step| step.get() >= share.get());
            reached.unwrap_or(share)
        })
    }
}

impl FromStr for Steps {
    type Err = InvalidSteps;

    fn from_str(text: &str) -> Result<Self, InvalidSteps> {
        let steps = text
            .split(',')
            .map(|step| step.trim().parse())
            .collect::<Result<Vec<Percent>, _>>()?;
        if steps.is_sorted_by(|one, next| one.get() < next.get()) {
            Ok(Self(steps))
        } else {
            Err(InvalidSteps::Order)
        }
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<_> = self.0.iter().map(|step| step.get().to_string()).collect();
        f.write_str(&steps.join(","))
    }
}

/// How a canary becomes current.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// Its steps. After the last one all clients get it.
    pub steps: Steps,
    /// How long it bakes at each step.
    pub every: Duration,
    /// The alarms that end it.
    pub alarms: Alarms,
    /// Whether it stays a canary after its last step.
    pub hold: bool,
}

impl Releases {
    /// The step at which a rollout of a release begins: the first, or the one that it has reached.
    pub async fn first_step(
        &self,
        version: &Version,
        steps: &Steps,
    ) -> Result<Percent, ReleaseError> {
        let canary = self.pointer().await?.state.canary;
        let share = canary.filter(|(canary, _)| canary == version);
        Ok(steps.resumed(share.map(|(_, percent)| percent)))
    }

    /// Takes a running canary step by step to all clients, or to its last step if it is held there.
    /// Returns the share that it keeps.
    ///
    /// # Errors
    /// [`ReleaseError::Rang`] if an alarm went off: then the canary has ended, and what was current
    /// is for all. After all other errors the canary is at the step that it had reached, unless
    /// someone else ended it.
    pub async fn roll_out(
        &self,
        version: &Version,
        rollout: &Rollout,
        events: &Events,
    ) -> Result<Option<Percent>, ReleaseError> {
        let canary = self.pointer().await?.state.canary;
        let mut percent = match canary {
            Some((canary, percent)) if canary == *version => percent,
            _ => rollout.steps.first(),
        };
        loop {
            self.bake((version, percent), rollout, events).await?;
            let next = rollout.steps.after(percent);
            if next.is_none() && rollout.hold {
                return Ok(Some(percent));
            }
            self.raise((version, percent), next, events).await?;
            match next {
                Some(next) => percent = next,
                None => return Ok(None),
            }
        }
    }

    /// Waits for the time of a step, and returns if the canary stands and the alarms are quiet at its
    /// end. Alarms that cannot be read in between may be read again: only a step needs them quiet.
    async fn bake(
        &self,
        canary: (&Version, Percent),
        rollout: &Rollout,
        events: &Events,
    ) -> Result<(), ReleaseError> {
        events.tell(Event::Baking {
            percent: canary.1,
            every: rollout.every,
            alarms: rollout.alarms.count(),
        });
        let end = Instant::now() + rollout.every;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let looked = rollout.alarms.ringing().await;
            match looked {
                Ok(None) => {}
                Ok(Some(ringing)) => return Err(self.go_back(canary, ringing, events).await),
                Err(error) if left.is_zero() => {
                    return Err(ReleaseError::Blind {
                        version: canary.0.clone(),
                        percent: canary.1,
                        source: Box::new(error),
                    });
                }
                Err(error) => tracing::warn!(%error, "the alarms could not be read"),
            }
            self.canary_stands(canary).await?;
            if left.is_zero() {
                return Ok(());
            }
            sleep(left.min(LOOK)).await;
        }
    }

    /// The pointer, if it still has this canary.
    async fn canary_stands(
        &self,
        (version, percent): (&Version, Percent),
    ) -> Result<Pointer, ReleaseError> {
        let pointer = self.pointer().await?;
        match &pointer.state.canary {
            Some((canary, share)) if canary == version && *share == percent => Ok(pointer),
            _ => Err(ReleaseError::CanaryEnded {
                version: version.clone(),
                percent,
                current: pointer.state.current().cloned(),
            }),
        }
    }

    /// Gives a canary its next share, or everybody.
    async fn raise(
        &self,
        canary: (&Version, Percent),
        next: Option<Percent>,
        events: &Events,
    ) -> Result<(), ReleaseError> {
        let before = self.canary_stands(canary).await?;
        let stock = BucketContents::read(&self.store).await?;
        let next = self.next(&before.state, canary.0, next)?;
        let made = self.make(&before, &stock, canary.0, next, events).await;
        made.map(|_| ())
    }

    /// Ends a canary because of an alarm, and returns the error that tells of it.
    async fn go_back(
        &self,
        canary: (&Version, Percent),
        Ringing { alarm, reason }: Ringing,
        events: &Events,
    ) -> ReleaseError {
        events.tell(Event::GoingBack {
            alarm: alarm.clone(),
        });
        let (version, percent) = (canary.0.clone(), canary.1);
        match self.end_canary(canary, events).await {
            Ok(current) => ReleaseError::Rang {
                version,
                percent,
                alarm,
                reason,
                current,
            },
            Err(source) => ReleaseError::StillCanary {
                version,
                alarm,
                source: Box::new(source),
            },
        }
    }

    /// Ends a canary, if it is still one. Returns the release that is current.
    async fn end_canary(
        &self,
        (version, _): (&Version, Percent),
        events: &Events,
    ) -> Result<Option<Version>, ReleaseError> {
        let mut attempt = 1;
        loop {
            let before = self.pointer().await?;
            let is_canary = before
                .state
                .canary
                .as_ref()
                .is_some_and(|(canary, _)| canary == version);
            let Some(current) = before.state.current().cloned().filter(|_| is_canary) else {
                return Ok(before.state.current().cloned());
            };
            let stock = BucketContents::read(&self.store).await?;
            let next = before.state.with_current(&current, super::record::now());
            match self.make(&before, &stock, &current, next, events).await {
                Err(ReleaseError::Lost(_)) if attempt < ATTEMPTS => attempt += 1,
                made => return made.map(|_| Some(current)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Steps {
        text.parse().unwrap()
    }

    fn percent(number: u8) -> Percent {
        Percent::try_from(number).unwrap()
    }

    #[test]
    fn steps_rise() {
        assert_eq!(steps("10, 50%").to_string(), "10,50");
        for text in ["50,10", "10,10"] {
            assert_eq!(text.parse::<Steps>(), Err(InvalidSteps::Order), "{text}");
        }
        for text in ["", "10,", "0,10", "10,100", "ten"] {
            let refused = Err(InvalidSteps::Percent(InvalidPercent));
            assert_eq!(text.parse::<Steps>(), refused, "{text}");
        }
    }

    #[test]
    fn a_step_leads_to_the_next_and_then_to_all() {
        let steps = steps("10,50");
        assert_eq!(steps.after(percent(10)), Some(percent(50)));
        assert_eq!(steps.after(percent(30)), Some(percent(50)));
        assert_eq!(steps.after(percent(50)), None);
    }

    #[test]
    fn a_canary_goes_on_from_what_it_has_reached() {
        let steps = steps("10,50");
        assert_eq!(steps.resumed(None), percent(10));
        for (share, begins) in [(5, 10), (10, 10), (30, 50), (50, 50), (70, 70)] {
            assert_eq!(
                steps.resumed(Some(percent(share))),
                percent(begins),
                "{share}"
            );
        }
    }
}
