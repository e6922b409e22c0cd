//! A fake cloud: its contents, what was done to it, and its faults.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use model::{
    Address, Expression, Graph, Owner, Pseudo, Replacement, Resource, ResourceType, Scope, Service,
    StackName, Tags, Text,
};
use serde::Serialize;
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    Attributes, Changes, Comparison, DriverError, Finding, Goal, Holding, Inventory, Live,
    LiveProperties, LiveTags, Plan, PlanError, ReadCache, ReadRequest, Reader, Report, Resolved,
    Selection, SystemId, Writer, Writers, diff,
};

const THINGS: &Service = &Service {
    name: "Things",
    sdk_id: "things",
    regions: model::Regions::All,
};

/// The service of [`VAULT`].
pub(super) const VAULTS: &Service = &Service {
    name: "Vaults",
    sdk_id: "vaults",
    regions: model::Regions::All,
};

/// A thing whose name is its identity; `Size` changes in place, `Shape` does not.
pub(super) const THING: &ResourceType = &ResourceType {
    name: "Test::Thing",
    service: THINGS,
    scope: Scope::Regional,
    identity: &["Name"],
    create_only: &["Name", "Shape"],
    renewed_by: &[("Size", "Stamp")],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: true,
    refers_to: &["Test::Vault"],
};

/// A thing that holds people's data.
pub(super) const VAULT: &ResourceType = &ResourceType {
    name: "Test::Vault",
    service: VAULTS,
    holds_data: true,
    refers_to: &[],
    ..*THING
};

/// A thing that holds as many papers as its size, and is kept while it holds any.
pub(super) const TRAY: &ResourceType = &ResourceType {
    name: "Test::Tray",
    service: THINGS,
    ..*VAULT
};

/// A part of a vault, which is found by the vault that it needs.
pub(super) const DRAWER: &ResourceType = &ResourceType {
    name: "Test::Drawer",
    identity: &["Name", "Needs"],
    taggable: false,
    refers_to: &["Test::Vault"],
    ..*THING
};

/// A thing whose replacement is created first.
pub(super) const TWIN: &ResourceType = &ResourceType {
    name: "Test::Twin",
    identity: &["Name", "Shape"],
    create_only: &["Shape"],
    replacement: Replacement::CreateFirst,
    refers_to: &["Test::Thing"],
    ..*THING
};

/// A thing that the cloud binds to the id of what it refers to by name.
pub(super) const BOUND: &ResourceType = &ResourceType {
    name: "Test::Bound",
    bound_to: Some(("Needs", "Id")),
    refers_to: &["Test::Thing"],
    ..*THING
};

/// A thing that all Regions of the account see.
pub(super) const WIDE: &ResourceType = &ResourceType {
    name: "Test::Wide",
    scope: Scope::Account,
    ..*THING
};

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Properties {
    pub(super) name: String,
    pub(super) size: i32,
    pub(super) shape: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) needs: Vec<Text>,
}

macro_rules! resource {
    ($name:ident, $facts:expr) => {
        #[derive(Clone, Debug, Serialize)]
        #[serde(transparent)]
        pub(super) struct $name(pub(super) Properties);

        impl Resource for $name {
            const TYPE: &'static ResourceType = $facts;
        }
    };
}

resource!(Thing, THING);
resource!(Vault, VAULT);
resource!(Tray, TRAY);
resource!(Drawer, DRAWER);
resource!(Twin, TWIN);
resource!(Wide, WIDE);
resource!(Bound, BOUND);

/// A fault of a step.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    Fails,
    Panics,
    Takes(Duration),
    TakesAndFails(Duration),
    /// It waits this long, in a wait that may be abandoned.
    Waits(Duration),
}

/// The cloud's contents, what was done to it, and its faults; and what is known of the Region that it
/// is seen from.
#[derive(Clone, Debug, Default)]
pub(super) struct Cloud(Arc<Mutex<State>>, Resolved);

#[derive(Debug, Default)]
struct State {
    resources: BTreeMap<String, (&'static str, Live)>,
    log: Vec<String>,
    faults: BTreeMap<String, Fault>,
    /// What a lagging index shows of a resource, by its name, where its own tags are not read.
    hints: BTreeMap<String, LiveTags>,
    made: u32,
}

impl Cloud {
    /// The same cloud, seen from a Region.
    pub(super) fn seen_from(&self, region: &str) -> Self {
        let known = Resolved {
            pseudo: BTreeMap::from([(Pseudo::Region, region.to_owned())]),
            ..Resolved::default()
        };
        Self(Arc::clone(&self.0), known)
    }

    /// The same cloud, for a system with an id.
    pub(super) fn identified(&self, id: SystemId) -> Self {
        let known = Resolved {
            id,
            ..self.1.clone()
        };
        Self(Arc::clone(&self.0), known)
    }

    pub(super) fn drivers(&self) -> Writers {
        [THING, VAULT, TRAY, DRAWER, TWIN, WIDE, BOUND].iter().fold(
            Writers::default(),
            |drivers, facts| {
                drivers.with(FakeDriver {
                    facts,
                    cloud: self.clone(),
                })
            },
        )
    }

    /// Lets an index show these tags of a resource, whatever its own are.
    pub(super) fn hint(&self, name: &str, tags: Tags) {
        let mut state = self.0.lock().unwrap();
        state.hints.insert(name.to_owned(), LiveTags::Hinted(tags));
    }

    /// Lets the index show nothing of a resource.
    pub(super) fn hide(&self, name: &str) {
        let mut state = self.0.lock().unwrap();
        state.hints.insert(name.to_owned(), LiveTags::Unread);
    }

    /// Gives `STEP NAME` a fault: `create a`.
    pub(super) fn fault(&self, step: &str, fault: Fault) {
        self.0.lock().unwrap().faults.insert(step.to_owned(), fault);
    }

    /// The actions, in order: `create a`, `created a`.
    pub(super) fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().log)
    }

    pub(super) fn names(&self) -> Vec<String> {
        let state = self.0.lock().unwrap();
        state
            .resources
            .values()
            .map(|(_, live)| name(json(live)))
            .collect()
    }

    /// Changes a resource outside Frontage.
    pub(super) fn meddle(&self, name: &str, change: impl Fn(&mut Live)) {
        let mut state = self.0.lock().unwrap();
        let found = state
            .resources
            .values_mut()
            .filter(|(_, live)| json(live)["Name"] == name);
        found.for_each(|(_, live)| change(live));
    }

    pub(super) fn remove(&self, id: &str) {
        self.0
            .lock()
            .unwrap()
            .resources
            .retain(|_, (_, live)| name(json(live)) != id);
    }

    pub(super) async fn read(&self, graph: &Graph, goal: Goal) -> Inventory {
        crate::read(
            graph,
            &Selection::All,
            &self.drivers().readers(),
            self.1.clone(),
            goal,
        )
        .await
        .unwrap()
    }

    pub(super) async fn plan(&self, graph: &Graph, goal: Goal) -> Result<Plan, PlanError> {
        crate::plan(
            graph,
            &self.read(graph, goal).await,
            &self.drivers().readers(),
            goal,
        )
    }

    pub(super) async fn apply(&self, graph: &Graph) -> Report {
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        self.run(self.plan(graph, Goal::Converge).await.unwrap(), stopped)
            .await
    }

    pub(super) async fn run(&self, plan: Plan, stop: crate::Stop) -> Report {
        let (events, _) = tokio::sync::mpsc::unbounded_channel();
        crate::apply(Arc::new(plan), &self.drivers(), stop, events).await
    }

    async fn step(&self, step: &str, name: &str) -> Result<(), DriverError> {
        let key = format!("{step} {name}");
        let fault = {
            let mut state = self.0.lock().unwrap();
            state.log.push(key.clone());
            state.faults.get(&key).cloned()
        };
        match fault {
            Some(Fault::Fails) => return Err(DriverError::Invalid(format!("{key} goes wrong"))),
            Some(Fault::Panics) => panic!("{key} panics"),
            Some(Fault::Takes(time)) => sleep(time).await,
            Some(Fault::TakesAndFails(time)) => {
                sleep(time).await;
                return Err(DriverError::Invalid(format!("{key} goes wrong")));
            }
            Some(Fault::Waits(time)) if !crate::pause(time).await => {
                return Err(DriverError::Interrupted {
                    condition: format!("{key} is through"),
                });
            }
            Some(Fault::Waits(_)) | None => {}
        }
        Ok(())
    }

    fn has_fault(&self, step: &str) -> bool {
        self.0.lock().unwrap().faults.contains_key(step)
    }

    fn done(&self, step: &str, name: &str) {
        self.0.lock().unwrap().log.push(format!("{step} {name}"));
    }
}

/// A fake resource's properties are JSON.
pub(super) fn json(live: &Live) -> &Value {
    live.properties.typed().unwrap()
}

fn name(properties: &Value) -> String {
    properties["Name"].as_str().unwrap_or_default().to_owned()
}

#[derive(Debug)]
struct FakeDriver {
    facts: &'static ResourceType,
    cloud: Cloud,
}

impl FakeDriver {
    fn all(&self) -> Vec<Live> {
        let state = self.cloud.0.lock().unwrap();
        state
            .resources
            .values()
            .filter(|(of, _)| *of == self.facts.name)
            .map(|(_, live)| live.clone())
            .collect()
    }

    /// Fails if the cloud lacks the service (`lack Vaults`), or the service fails (`read Vaults`).
    fn reach(&self) -> Result<(), DriverError> {
        let service = self.facts.service.name;
        if self.cloud.has_fault(&format!("lack {service}")) {
            return Err(DriverError::Lacking {
                operation: "test:Read",
                answer: format!("no {service}"),
            });
        }
        if self.cloud.has_fault(&format!("read {service}")) {
            return Err(DriverError::Unreachable {
                operation: "test:Read",
                reason: format!("no route to {service}"),
            });
        }
        Ok(())
    }
}

#[async_trait]
impl Reader for FakeDriver {
    fn resource_type(&self) -> &'static ResourceType {
        self.facts
    }

    fn normalise(&self, desired: &Value) -> Result<Value, DriverError> {
        Ok(desired.clone())
    }

    /// Things are at most 1,000 in size.
    fn check(&self, desired: &Value) -> Result<Vec<Finding>, DriverError> {
        let size = desired["Size"].as_i64().unwrap_or_default();
        let finding = (size > 1_000).then(|| Finding {
            property: "Size".to_owned(),
            problem: format!("is {size}, and at most 1000 is allowed"),
        });
        Ok(finding.into_iter().collect())
    }

    fn compare(&self, live: &Live, desired: &Value) -> Result<Comparison, DriverError> {
        Ok(diff(self.facts, json(live), desired).into())
    }

    async fn read(&self, wanted: &ReadRequest, _: &ReadCache) -> Result<Option<Live>, DriverError> {
        self.reach()?;
        let same = |live: &Live| {
            self.facts
                .identity
                .iter()
                .all(|key| json(live)[*key] == wanted.properties[*key])
        };
        let found = self.all().into_iter().find(same);
        let state = self.cloud.0.lock().unwrap();
        Ok(found.map(|live| match state.hints.get(&name(json(&live))) {
            Some(hint) => Live {
                tags: hint.clone(),
                ..live
            },
            None => live,
        }))
    }

    async fn list(&self, _: &Selection, _: &ReadCache) -> Result<Vec<Live>, DriverError> {
        self.reach()?;
        Ok(self.all())
    }

    async fn confirm(&self, _: Option<&Address>, live: &Live) -> Result<Option<Live>, DriverError> {
        Ok(self.all().into_iter().find(|other| other.id == live.id))
    }

    async fn holding(&self, live: &Live) -> Result<Holding, DriverError> {
        let name = name(json(live));
        if self.cloud.has_fault(&format!("count {name}")) {
            return Err(DriverError::Invalid(format!("{name} is locked")));
        }
        let size = json(live)["Size"].as_u64();
        Ok(Holding::exactly(size.unwrap_or_default(), "paper"))
    }

    /// An empty tray is not kept.
    fn is_kept(&self, _: &Live, holding: &Holding) -> bool {
        self.facts.name != TRAY.name || !holding.is_empty()
    }

    async fn check_deletion(&self, live: &Live) -> Result<(), DriverError> {
        let key = format!("refuse {}", name(json(live)));
        if self.cloud.has_fault(&key) {
            Err(DriverError::Invalid(key))
        } else {
            Ok(())
        }
    }

    fn pending(&self, live: &Live) -> Option<String> {
        self.cloud
            .has_fault(&format!("settle {}", name(json(live))))
            .then(|| "spreading".to_owned())
    }

    async fn settle(&self, live: &Live) -> Result<(), DriverError> {
        let name = name(json(live));
        self.cloud.step("settle", &name).await?;
        self.cloud
            .0
            .lock()
            .unwrap()
            .faults
            .remove(&format!("settle {name}"));
        Ok(())
    }
}

#[async_trait]
impl Writer for FakeDriver {
    async fn create(
        &self,
        properties: &Value,
        _: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let name = name(properties);
        self.cloud.step("create", &name).await?;
        let live = {
            let mut state = self.cloud.0.lock().unwrap();
            state.made += 1;
            let id = format!("{name}#{}", state.made);
            let attributes = Attributes::from([
                ("Name".to_owned(), name.clone()),
                ("Id".to_owned(), id.clone()),
                ("Stamp".to_owned(), id.clone()),
            ]);
            let live = Live {
                id: id.clone(),
                properties: LiveProperties::new(properties.clone()),
                attributes,
                tags: LiveTags::Read(tags.clone()),
            };
            state.resources.insert(id, (self.facts.name, live.clone()));
            live
        };
        self.cloud.done("created", &name);
        Ok(live)
    }

    async fn update(
        &self,
        live: &Live,
        properties: &Value,
        _: &Changes,
    ) -> Result<Live, DriverError> {
        self.cloud.step("update", &name(properties)).await?;
        let mut state = self.cloud.0.lock().unwrap();
        let (_, stored) = state.resources.get_mut(&live.id).unwrap();
        stored.properties = LiveProperties::new(properties.clone());
        stored
            .attributes
            .insert("Stamp".to_owned(), format!("{} again", live.id));
        Ok(stored.clone())
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        let mut state = self.cloud.0.lock().unwrap();
        let (_, stored) = state.resources.get_mut(&live.id).unwrap();
        let mut tags = stored.tags.known().cloned().unwrap_or_default();
        tags.retain(|key, _| !remove.contains(key));
        tags.extend(set.clone());
        stored.tags = LiveTags::Read(tags);
        Ok(())
    }

    async fn delete(&self, live: &Live) -> Result<(), DriverError> {
        let name = name(json(live));
        self.cloud.step("delete", &name).await?;
        self.cloud.0.lock().unwrap().resources.remove(&live.id);
        self.cloud.done("deleted", &name);
        Ok(())
    }
}

/// Properties of a thing that needs others.
pub(super) fn thing(name: &str, needs: &[&str]) -> Properties {
    Properties {
        name: name.to_owned(),
        size: 1,
        shape: "round".to_owned(),
        needs: needs.iter().map(|on| id(on)).collect(),
    }
}

/// A reference to another thing's id.
pub(super) fn id(name: &str) -> Text {
    attribute(name, "Id")
}

pub(super) fn attribute(name: &str, attribute: &str) -> Text {
    Text::Deferred(Expression::Attribute(
        Address::new(StackName::new("s"), name),
        attribute.to_owned(),
    ))
}

/// A graph of things in one stack, in this order.
pub(super) fn things(all: impl IntoIterator<Item = Properties>) -> Graph {
    let mut graph = Graph::new("sys", Tags::new());
    let mut stack = graph.stack(StackName::new("s"));
    for properties in all {
        stack.add(&properties.name.clone(), Thing(properties));
    }
    graph
}
