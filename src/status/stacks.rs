//! Which of the described resources exist, by stack.
//!
//! A plan reads with the engine, which reads everything that could be written a second time. Nothing is
//! written here, so one reading is enough, and what cannot be read is no error.

use std::collections::{BTreeMap, BTreeSet};

use engine::{
    DriverError, Live, LiveTags, ReadCache, ReadRequest, Readers, Resolved, Selection, has_unknown,
};
use futures_util::future::join_all;
use model::{Address, Graph, Node, StackName, references};
use serde::Serialize;
use serde_json::Value;

use super::Seen;

/// A stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stack {
    /// Its name.
    pub name: StackName,
    /// How far it is deployed.
    pub deployment: Seen<Deployment>,
}

/// How far a stack is deployed. Whether its resources are as described is what a plan says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deployment {
    /// In one word.
    pub state: State,
    /// The number of its described resources.
    pub resources: usize,
    /// Those that do not exist, or are another owner's.
    pub missing: Vec<Address>,
}

/// How far a stack is deployed, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// All of its described resources exist.
    Deployed,
    /// Some of them exist.
    Partial,
    /// None of them exists.
    Absent,
}

/// A resource that AWS is still working on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unfinished {
    /// The resource.
    pub address: Address,
    /// The remaining work: `deploying to the edges`.
    pub what: String,
}

/// The stacks of one reading of the account.
#[derive(Debug)]
pub struct Stacks {
    /// The stacks that were asked for.
    pub stacks: Vec<Stack>,
    /// Resources that AWS is still working on.
    pub pending: Vec<Unfinished>,
    /// What is known: attributes of the resources that exist.
    pub known: Resolved,
    /// The ids of the systems of this name that own resources.
    pub ids: BTreeSet<String>,
}

impl Stack {
    /// Whether it is deployed, or could not be read for want of a permission.
    pub(super) fn is_well(&self) -> bool {
        match &self.deployment {
            Seen::Read(deployment) => deployment.state == State::Deployed,
            Seen::Denied(_) => true,
            Seen::Failed(_) => false,
        }
    }
}

impl Stacks {
    /// Reads the selected stacks, and what the names of their resources refer to.
    pub async fn read(
        graph: &Graph,
        selection: &Selection,
        readers: &Readers,
        known: Resolved,
    ) -> Self {
        let mut reading = Reading {
            graph,
            readers,
            cache: ReadCache::default(),
            known,
            found: BTreeMap::new(),
        };
        reading.all(selection).await;
        let stacks = graph.stacks().iter();
        let stacks = stacks.filter(|stack| selection.contains(stack));
        Self {
            stacks: stacks.filter_map(|name| reading.stack(name)).collect(),
            pending: reading.pending(selection),
            ids: reading.ids(),
            known: reading.known,
        }
    }
}

/// One reading of the account.
struct Reading<'g> {
    graph: &'g Graph,
    readers: &'g Readers,
    cache: ReadCache,
    known: Resolved,
    /// Everything that was read, and what could not be.
    found: BTreeMap<Address, Result<Option<Live>, DriverError>>,
}

impl Reading<'_> {
    /// Reads in waves: a resource as soon as what its identity names was read.
    async fn all(&mut self, selection: &Selection) {
        let mut rest = wanted(self.graph, selection);
        while !rest.is_empty() {
            let is_next = |node: &&Node| {
                let named = references(&identity(node));
                named.iter().all(|on| self.found.contains_key(on))
            };
            let (wave, later): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_next);
            if wave.is_empty() {
                return;
            }
            let answers = join_all(wave.iter().map(|node| self.one(node))).await;
            for (node, answer) in wave.into_iter().zip(answers) {
                if let Ok(Some(live)) = &answer {
                    let attributes = live.attributes.clone();
                    self.known
                        .attributes
                        .insert(node.address.clone(), attributes);
                }
                self.found.insert(node.address.clone(), answer);
            }
            rest = later;
        }
    }

    async fn one(&self, node: &Node) -> Result<Option<Live>, DriverError> {
        let identity = identity(node);
        for on in references(&identity) {
            if let Some(Err(error)) = self.found.get(&on) {
                return Err(error.clone());
            }
        }
        if has_unknown(&self.known.resolve(&identity)) {
            return Ok(None);
        }
        let request = ReadRequest {
            address: node.address.clone(),
            fingerprint: node.fingerprint().to_owned(),
            properties: self.known.resolve(&node.properties),
        };
        let reader = self.readers.get(node.resource_type.name)?;
        reader.read(&request, &self.cache).await
    }

    /// A stack, if it has resources.
    fn stack(&self, name: &StackName) -> Option<Stack> {
        let nodes = self.graph.nodes();
        let nodes: Vec<_> = nodes.filter(|node| node.address.stack() == name).collect();
        if nodes.is_empty() {
            return None;
        }
        let mut errors = nodes
            .iter()
            .filter_map(|node| self.found.get(&node.address)?.as_ref().err());
        let deployment = match errors.next() {
            Some(error) => Seen::unread(error),
            None => Seen::Read(self.deployment(&nodes)),
        };
        let name = name.clone();
        Some(Stack { name, deployment })
    }

    fn deployment(&self, nodes: &[&Node]) -> Deployment {
        let missing = nodes.iter().filter(|node| {
            let live = self.live(&node.address);
            live.is_none_or(|live| !is_ours(live, self.graph.system()))
        });
        let missing: Vec<_> = missing.map(|node| node.address.clone()).collect();
        let state = match missing.len() {
            0 => State::Deployed,
            all if all == nodes.len() => State::Absent,
            _ => State::Partial,
        };
        Deployment {
            state,
            resources: nodes.len(),
            missing,
        }
    }

    fn live(&self, address: &Address) -> Option<&Live> {
        self.found.get(address)?.as_ref().ok()?.as_ref()
    }

    fn pending(&self, selection: &Selection) -> Vec<Unfinished> {
        let nodes = self.graph.nodes();
        let nodes = nodes.filter(|node| selection.contains(node.address.stack()));
        let pending = nodes.filter_map(|node| {
            let reader = self.readers.get(node.resource_type.name).ok()?;
            let what = reader.pending(self.live(&node.address)?)?;
            let address = node.address.clone();
            Some(Unfinished { address, what })
        });
        pending.collect()
    }

    fn ids(&self) -> BTreeSet<String> {
        let live = self.found.values().filter_map(|of| of.as_ref().ok());
        let owners = live.flatten().filter_map(|live| live.tags.owner());
        let owners = owners.filter(|owner| owner.system == self.graph.system());
        owners.filter_map(|owner| owner.id).collect()
    }
}

/// The resources of the selected stacks, and what their identities name, however indirectly.
fn wanted<'g>(graph: &'g Graph, selection: &Selection) -> Vec<&'g Node> {
    let nodes = graph.nodes();
    let mut next: Vec<_> = nodes
        .filter(|node| selection.contains(node.address.stack()))
        .collect();
    let mut found = BTreeMap::new();
    while let Some(node) = next.pop() {
        if found.insert(&node.address, node).is_none() {
            let named = references(&identity(node));
            next.extend(named.iter().filter_map(|on| graph.node(on)));
        }
    }
    found.into_values().collect()
}

/// The properties by which a resource is found.
fn identity(node: &Node) -> Value {
    let paths = node.resource_type.identity.iter();
    let values = paths.filter_map(|path| {
        let path = format!("/{}", path.replace('.', "/"));
        node.properties.pointer(&path).cloned()
    });
    values.collect()
}

/// Whether a live resource is the system's, as far as its tags were read.
fn is_ours(live: &Live, system: &str) -> bool {
    match &live.tags {
        LiveTags::Unread => true,
        LiveTags::Foreign(_) => false,
        LiveTags::Read(_) | LiveTags::Hinted(_) => {
            let owner = live.tags.owner();
            owner.is_some_and(|owner| owner.system == system)
        }
    }
}
