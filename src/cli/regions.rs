//! Stacks whose services are not in the Region.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use model::{Graph, Regions, Service, StackName};
use thiserror::Error;

use crate::cli::lacking::names;
use crate::hint::Hint;

/// Stacks that cannot stand in a Region, as far as is known.
#[derive(Debug, Error)]
#[error("{region} has no {}, which is needed for: {}", services(.stacks), names(.stacks))]
pub(super) struct OutOfPlace {
    region: String,
    stacks: BTreeMap<StackName, BTreeSet<&'static Service>>,
    advice: String,
}

impl OutOfPlace {
    /// The stacks of a graph that cannot stand in a Region, if there are any.
    pub(super) fn find(graph: &Graph, region: &str) -> Option<Self> {
        let stacks = graph.out_of_place(region);
        (!stacks.is_empty()).then(|| Self {
            region: region.to_owned(),
            advice: advice(&stacks),
            stacks,
        })
    }
}

impl Hint for OutOfPlace {
    fn hint(&self) -> Option<Cow<'_, str>> {
        Some(self.advice.as_str().into())
    }
}

fn all(stacks: &BTreeMap<StackName, BTreeSet<&'static Service>>) -> BTreeSet<&'static Service> {
    stacks.values().flatten().copied().collect()
}

fn services(stacks: &BTreeMap<StackName, BTreeSet<&'static Service>>) -> String {
    let names: Vec<_> = all(stacks).into_iter().map(|of| of.name).collect();
    names.join(" and no ")
}

/// Where the services are.
fn advice(stacks: &BTreeMap<StackName, BTreeSet<&'static Service>>) -> String {
    let known = all(stacks).into_iter().map(|of| match of.regions {
        Regions::Only(regions) => format!("{} is in {}", of.name, regions.join(", ")),
        Regions::Except(prefixes) => {
            let excluded: Vec<_> = prefixes.iter().map(|prefix| format!("{prefix}*")).collect();
            format!(
                "{} is everywhere but in {}",
                of.name,
                excluded.join(" and ")
            )
        }
        Regions::All => of.name.to_owned(),
    });
    let known: Vec<_> = known.collect();
    format!(
        "choose another Region, or remove what needs the service: {}",
        known.join("; ")
    )
}
