//! A rollout in steps: a percentage of users that grows with time.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::RuleError;

/// A rollout: `{"from":"2026-12-01T09:00:00Z","every":3600,"steps":[5,25,50,100]}`.
///
/// Nobody before `from`; then the first percentage of users, and the next one after each `every` seconds. Who
/// is on stays on: they are flagd's `fractional` of the toggle's id and the user's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// When it begins.
    pub from: String,
    /// Seconds between two steps.
    pub every: u32,
    /// The percentages, rising.
    pub steps: Vec<u8>,
}

/// A ramp whose beginning was read.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    from: Timestamp,
    every: SignedDuration,
    percentages: Vec<u8>,
}

impl Steps {
    pub(crate) fn parse(text: &str) -> Result<Self, RuleError> {
        let ramp: Ramp =
            serde_json::from_str(text).map_err(|error| RuleError::Ramp(error.to_string()))?;
        let Ramp { from, every, steps } = ramp;
        let from = from
            .parse()
            .map_err(|_| RuleError::Ramp(format!("`{from}` is no moment with an offset")))?;
        let wrong = |why: &str| Err(RuleError::Ramp(why.to_owned()));
        if steps.is_empty() || every == 0 {
            return wrong("it needs a step, and at least a second between two");
        }
        if steps.iter().any(|percent| *percent > 100) || !steps.is_sorted() {
            return wrong("steps are percentages from 0 to 100 that rise");
        }
        Ok(Self {
            from,
            every: SignedDuration::from_secs(every.into()),
            percentages: steps,
        })
    }

    /// The percentage of users for whom it is on.
    pub(crate) fn percent(&self, at: Timestamp) -> u8 {
        let begun = self.starts().filter(|(start, _)| *start <= at);
        begun.last().map_or(0, |(_, percent)| percent)
    }

    /// The next moment after `at` at which it takes a step.
    pub(crate) fn next_edge(&self, at: Timestamp) -> Option<Timestamp> {
        let mut starts = self.starts().map(|(start, _)| start);
        starts.find(|start| *start > at)
    }

    fn starts(&self) -> impl Iterator<Item = (Timestamp, u8)> + '_ {
        (0..).zip(&self.percentages).filter_map(|(index, percent)| {
            let after = self.every.checked_mul(index)?;
            Some((self.from.checked_add(after).ok()?, *percent))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn each_step_lasts_until_the_next() {
        let ramp =
            Steps::parse(r#"{"from":"2026-12-01T09:00:00Z","every":3600,"steps":[5,25,100]}"#)
                .unwrap();
        for (time, percent, next) in [
            ("2026-12-01T08:59:59Z", 0, Some("2026-12-01T09:00:00Z")),
            ("2026-12-01T09:00:00Z", 5, Some("2026-12-01T10:00:00Z")),
            ("2026-12-01T10:59:59Z", 25, Some("2026-12-01T11:00:00Z")),
            ("2026-12-01T11:00:00Z", 100, None),
            ("2030-12-01T11:00:00Z", 100, None),
        ] {
            assert_eq!(ramp.percent(at(time)), percent, "{time}");
            assert_eq!(ramp.next_edge(at(time)), next.map(at), "{time}");
        }
    }

    #[test]
    fn what_is_no_ramp_is_told() {
        for (text, why) in [
            (
                r#"{"from":"2026-12-01","every":1,"steps":[5]}"#,
                "no moment",
            ),
            (
                r#"{"from":"2026-12-01T00:00:00Z","every":0,"steps":[5]}"#,
                "at least a second",
            ),
            (
                r#"{"from":"2026-12-01T00:00:00Z","every":1,"steps":[]}"#,
                "needs a step",
            ),
            (
                r#"{"from":"2026-12-01T00:00:00Z","every":1,"steps":[50,25]}"#,
                "that rise",
            ),
            (
                r#"{"from":"2026-12-01T00:00:00Z","every":1,"steps":[101]}"#,
                "0 to 100",
            ),
            (r#"{"every":1,"steps":[1]}"#, "missing field `from`"),
        ] {
            let error = Steps::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
