//! The current states of toggles that have changed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt};
use toggle_rules::{dependants, is_segment, references};
use tracing::error;

use crate::clock::bounded;
use crate::coalesce::{Pending, Trigger, earliest};
use crate::item::Item;
use crate::line::Delivery;
use crate::policy::Rule;
use crate::ports::{TableError, Toggles};

/// The toggles' states in the table, and the first record whose toggle cannot be read.
pub async fn read<T: Toggles, C, P>(
    triggers: Vec<Trigger>,
    toggles: &T,
    exchange: &Delivery<'_, C, P>,
) -> (Vec<Pending>, Option<usize>) {
    let until = exchange.deadline.close;
    let reads = stream::iter(triggers).map(|Trigger { id, first }| async move {
        (bounded(until, with_needs(&id, toggles)).await, id, first)
    });
    let reads: Vec<_> = reads.buffered(exchange.policy.concurrency).collect().await;
    let (mut pending, mut unread) = (Vec::new(), None);
    for (read, id, first) in reads {
        match read {
            Ok((item, needs)) => pending.push(Pending {
                id,
                item,
                needs,
                first,
            }),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                error!(error, toggle = id, "toggle cannot be read");
                unread = earliest(unread, Some(first));
            }
        }
    }
    (pending, unread)
}

/// A toggle's item, and what its rules refer to, however far.
async fn with_needs<T: Toggles>(
    id: &str,
    toggles: &T,
) -> Result<(Option<Item>, BTreeMap<String, Option<Item>>), TableError> {
    let item = toggles.one(id).await?;
    let mut needs = BTreeMap::new();
    let mut missing = item.as_ref().map(references).unwrap_or_default();
    while let Some(next) = missing.pop_first() {
        if next == id || needs.contains_key(&next) {
            continue;
        }
        let needed = toggles.one(&next).await?;
        missing.extend(needed.iter().flat_map(references));
        needs.insert(next, needed);
    }
    Ok((item, needs))
}

/// The toggles whose rules refer to one that has changed, or to a segment that has: what clients are sent of
/// them may have changed as well. `None` if they cannot be read.
pub async fn dependants_of<T: Toggles, C, P>(
    changed: &[Trigger],
    toggles: &T,
    exchange: &Delivery<'_, C, P>,
) -> Option<Vec<Trigger>> {
    if !exchange.policy.keeps(Rule::Dependants) {
        return Some(Vec::new());
    }
    let referring = bounded(exchange.deadline.close, toggles.referring()).await;
    let referring = referring.inspect_err(|error| {
        let error = error as &dyn std::error::Error;
        error!(error, "toggles with rules cannot be read");
    });
    let referring = referring.ok()?;
    let mut others = BTreeMap::new();
    for trigger in changed {
        for id in dependants(&referring, &[trigger.id.clone()].into()) {
            let first = others.entry(id).or_insert(trigger.first);
            *first = trigger.first.min(*first);
        }
    }
    others.retain(|id, _| !is_segment(id) && !changed.iter().any(|trigger| trigger.id == *id));
    let others = others.into_iter();
    Some(others.map(|(id, first)| Trigger { id, first }).collect())
}

/// The toggles that differ from what was sent, and the first record whose toggle cannot be read.
pub async fn reread<T: Toggles, C, P>(
    told: Vec<Pending>,
    toggles: &T,
    exchange: &Delivery<'_, C, P>,
) -> (Vec<Pending>, Option<usize>) {
    let trigger = |toggle: &Pending| Trigger {
        id: toggle.id.clone(),
        first: toggle.first,
    };
    let (mut now, unread) = read(told.iter().map(trigger).collect(), toggles, exchange).await;
    let same = |now: &Pending, told: &Pending| {
        now.id == told.id
            && now.item == told.item
            && (now.needs == told.needs || !exchange.policy.keeps(Rule::Needs))
    };
    now.retain(|toggle| !told.iter().any(|told| same(toggle, told)));
    (now, unread)
}

/// The toggles' ids.
#[must_use]
pub fn ids(pending: &[Pending]) -> BTreeSet<String> {
    pending.iter().map(|toggle| toggle.id.clone()).collect()
}
