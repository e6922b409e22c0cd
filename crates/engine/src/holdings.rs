//! How much each resource holds that a plan could delete or replace.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use model::{Address, Graph, ResourceType};

use crate::diff::Comparison;
use crate::driver::Readers;
use crate::goal::Goal;
use crate::holding::Holding;
use crate::live::Live;

/// How much each resource holds, by its type and id.
#[derive(Clone, Debug, Default)]
pub struct Holdings(BTreeMap<(&'static str, String), Holding>);

/// A live resource with its type.
pub(crate) type Typed<'l> = (&'static ResourceType, &'l Live);

impl Holdings {
    /// How much a resource holds; `None` if its type holds no data.
    #[must_use]
    pub fn of(&self, resource_type: &'static ResourceType, live: &Live) -> Option<Holding> {
        let counted = self.0.get(&(resource_type.name, live.id.clone()));
        let unknown = || Holding::unknown("it was not counted");
        resource_type
            .holds_data
            .then(|| counted.cloned().unwrap_or_else(unknown))
    }

    /// Counts what some resources hold. A resource that cannot be counted may hold data.
    pub(crate) async fn count(all: impl Iterator<Item = Typed<'_>>, drivers: &Readers) -> Self {
        let holding_data = all.filter(|(of, _)| of.holds_data);
        let counted = holding_data.map(async |(of, live)| {
            let counted = match drivers.get(of.name) {
                Ok(driver) => driver.holding(live).await,
                Err(error) => Err(error),
            };
            let holding = counted.unwrap_or_else(|error| Holding::unknown(error.to_string()));
            ((of.name, live.id.clone()), holding)
        });
        Self(join_all(counted).await.into_iter().collect())
    }
}

/// The live resources of the model that a goal could delete or replace: a replacement deletes too.
pub(crate) fn at_stake<'l>(
    graph: &Graph,
    goal: Goal,
    live: &'l BTreeMap<Address, Live>,
    compared: &BTreeMap<Address, Comparison>,
) -> impl Iterator<Item = Typed<'l>> {
    live.iter().filter_map(move |(address, live)| {
        let compared = compared.get(address);
        let replaced = compared.is_some_and(|of| of.changes.force_replacement());
        let of = graph.node(address)?.resource_type;
        (goal != Goal::Converge || replaced).then_some((of, live))
    })
}
