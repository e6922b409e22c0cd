//! Who asked for toggles, as far as the system counts that.

use std::collections::BTreeMap;

use serde::Deserialize;
use toggle_contract::exposure::LIFETIME_SECONDS;
use toggle_table::{Exposure, first_day};

/// How many days counts are kept.
pub const COUNTED_DAYS: u64 = LIFETIME_SECONDS / (24 * 60 * 60);

/// Who asked for toggles in some days, and before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// The answers of these days, by the toggle's id. A toggle that was not asked for is not among them.
    recent: BTreeMap<String, BTreeMap<String, u64>>,
    /// The last day on which a toggle was asked for, also before these days.
    last: BTreeMap<String, String>,
    /// Whether the system counted before these days, and so in all of them.
    is_whole: bool,
}

/// The counts of a toggle on all days together, as the HTTP API shows them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Sum {
    /// The last day on which it was asked for.
    last: Option<String>,
    /// How often each answer was given.
    answers: BTreeMap<String, u64>,
}

impl Counted {
    /// The counts of so many days until now, of which `all` are those of [`COUNTED_DAYS`].
    #[must_use]
    pub fn of(all: &BTreeMap<String, Exposure>, days: u64, now_ms: u64) -> Self {
        let first = first_day(now_ms, days);
        let is_recent = |day: &str| day >= first.as_str();
        let days = all.values().flat_map(|of| of.by_day.keys());
        let is_whole = days.into_iter().any(|day| !is_recent(day));
        let recent = all.iter().map(|(id, of)| {
            let mut sums = BTreeMap::<String, u64>::new();
            let days = of.by_day.iter().filter(|(day, _)| is_recent(day));
            for (answer, count) in days.flat_map(|(_, answers)| answers) {
                *sums.entry(answer.clone()).or_default() += count;
            }
            (id.clone(), sums)
        });
        let last = all
            .iter()
            .filter_map(|(id, of)| Some((id.clone(), of.last()?.to_owned())));
        Self {
            recent: recent.filter(|(_, sums)| !sums.is_empty()).collect(),
            last: last.collect(),
            is_whole,
        }
    }

    /// The same from the sums of these days, and those of [`COUNTED_DAYS`].
    #[must_use]
    pub(super) fn between(recent: BTreeMap<String, Sum>, all: BTreeMap<String, Sum>) -> Self {
        let recent: BTreeMap<_, _> = recent
            .into_iter()
            .map(|(id, of)| (id, of.answers))
            .collect();
        let is_earlier = |(id, of): (&String, &Sum)| recent.get(id) != Some(&of.answers);
        Self {
            is_whole: all.iter().any(is_earlier),
            recent,
            last: all
                .into_iter()
                .filter_map(|(id, of)| Some((id, of.last?)))
                .collect(),
        }
    }

    /// Whether the system counted in all of these days. If not, it is not known of a toggle that it was not asked for.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether a toggle was asked for in these days; `None` if that is not known.
    #[must_use]
    pub fn was_asked_for(&self, id: &str) -> Option<bool> {
        let is_there = self.recent.contains_key(id);
        (is_there || self.is_whole).then_some(is_there)
    }

    /// The last day on which a toggle was asked for.
    #[must_use]
    pub fn last(&self, id: &str) -> Option<&str> {
        self.last.get(id).map(String::as_str)
    }

    /// The one answer that was given in all of these days.
    #[must_use]
    pub fn only_answer(&self, id: &str) -> Option<&str> {
        let mut answers = self.recent.get(id)?.keys();
        let only = answers.next().filter(|_| answers.next().is_none())?;
        self.is_whole.then_some(only.as_str())
    }
}
