//! The adapter between drivers and the engine.

use std::cell::Cell;

use engine::{
    Attributes, Changes, DriverError, Goal, LiveTags, PlanError, ReadCache, Readers, Refusal,
    Resolved, Selection, Writers,
};
use fake_aws::FakeAws;
use model::{
    Address, Graph, Owner, Replacement, Resource, ResourceType, Scope, Service, StackName, Tags,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::limits::{Checks, Limit};
use super::tag_store::TagStore;
use super::typed::{ResourceDriver, TypedLive, TypedReadRequest, Untyped};
use crate::Account;
use crate::kit::calls::Calls;

thread_local! {
    static PARSED: Cell<usize> = const { Cell::new(0) };
    static PRINTED: Cell<usize> = const { Cell::new(0) };
}

/// A size that counts how often it is parsed and serialised.
#[derive(Clone, Debug, PartialEq)]
struct Size(i64);

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PRINTED.set(PRINTED.get() + 1);
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PARSED.set(PARSED.get() + 1);
        i64::deserialize(deserializer).map(Self)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Thing {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<Size>,
}

impl Resource for Thing {
    const TYPE: &'static ResourceType = &ResourceType {
        name: "Test::Thing",
        service: &Service {
            name: "Test",
            sdk_id: "test",
            regions: model::Regions::All,
        },
        scope: Scope::Regional,
        identity: &["Name"],
        create_only: &["Name"],
        renewed_by: &[],
        bound_to: None,
        replacement: Replacement::DeleteFirst,
        holds_data: false,
        taggable: true,
        refers_to: &[],
    };
}

/// One thing exists, with the size 7, which is also the default.
#[derive(Debug)]
struct Things(Tags);

impl ResourceDriver for Things {
    type Properties = Thing;
    const CALLS: &'static [&'static [Calls]] = &[];

    const LIMITS: &'static [Limit] = &[Limit::range("Size", 1, 9, "this test")];

    fn normalise(&self, thing: &mut Thing) {
        thing.size.get_or_insert(Size(7));
    }

    fn check(&self, thing: &Thing, checks: &mut Checks) {
        checks.require(thing.name != "reserved", "Name", "is reserved");
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Thing>,
        _: &ReadCache,
    ) -> Result<Option<TypedLive<Thing>>, DriverError> {
        let live = TypedLive {
            id: request.properties.name.clone(),
            properties: request.properties,
            attributes: Attributes::new(),
            tags: LiveTags::Read(self.0.clone()),
        };
        Ok((live.id == "a").then_some(live))
    }

    async fn list(&self, _: &ReadCache) -> Result<Vec<TypedLive<Thing>>, DriverError> {
        Ok(Vec::new())
    }

    fn tag_store(&self) -> impl TagStore<Thing> {
        self
    }

    async fn create(&self, _: Thing, _: &Owner, _: &Tags) -> Result<TypedLive<Thing>, DriverError> {
        panic!("nothing is written here")
    }

    async fn update(
        &self,
        _: &mut TypedLive<Thing>,
        _: &Thing,
        _: &Changes,
    ) -> Result<(), DriverError> {
        panic!("nothing is written here")
    }

    async fn delete(&self, _: TypedLive<Thing>) -> Result<(), DriverError> {
        panic!("nothing is written here")
    }
}

impl TagStore<Thing> for Things {
    async fn tags(
        &self,
        _: &TypedLive<Thing>,
        _: Option<&Address>,
    ) -> Result<Option<Tags>, DriverError> {
        Ok(Some(self.0.clone()))
    }

    async fn tag(&self, _: &TypedLive<Thing>, _: &Tags) -> Result<(), DriverError> {
        panic!("nothing is written here")
    }
}

fn graph(things: &[(&str, Option<i64>)]) -> Graph {
    let mut graph = Graph::new("acme", Tags::new());
    let mut stack = graph.stack(StackName::new("s"));
    for (name, size) in things {
        let (name, size) = ((*name).to_owned(), size.map(Size));
        stack.add(&name.clone(), Thing { name, size });
    }
    graph
}

fn drivers(graph: &Graph) -> Readers {
    let tags = graph.nodes().next().map(|node| node.tags(None, None));
    let account = Account::for_tests(&FakeAws::default());
    let things = Things(tags.unwrap_or_default());
    Writers::default()
        .with(Untyped::new(&account, |_| things))
        .readers()
}

async fn plan(graph: &Graph) -> Result<engine::Plan, PlanError> {
    let (all, drivers) = (Selection::All, drivers(graph));
    let goal = Goal::Converge;
    let read = engine::read(graph, &all, &drivers, Resolved::default(), goal).await;
    engine::plan(graph, &read.unwrap(), &drivers, goal)
}

#[tokio::test]
async fn with_nothing_to_do_properties_are_parsed_twice_and_never_printed() {
    let graph = graph(&[("a", Some(7))]);
    PARSED.set(0);
    PRINTED.set(0);
    assert!(plan(&graph).await.unwrap().is_empty());
    assert_eq!((PARSED.get(), PRINTED.get()), (2, 0));
}

#[tokio::test]
async fn an_absent_property_equals_its_default() {
    assert!(plan(&graph(&[("a", None)])).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_broken_limit_and_rule_is_in_one_report() {
    let graph = graph(&[("b", Some(10)), ("reserved", Some(0)), ("c", Some(9))]);
    let Err(PlanError::Refused(refusals)) = plan(&graph).await else {
        panic!("it has a plan");
    };
    let finding = |refusal: Refusal| match refusal {
        Refusal::Invalid {
            address, finding, ..
        } => format!("{}: {finding}", address.name()),
        other => panic!("{other}"),
    };
    let findings: Vec<String> = refusals.into_iter().map(finding).collect();
    assert_eq!(
        findings,
        [
            "b: Size is 10; 1 to 9 are allowed",
            "reserved: Size is 0; 1 to 9 are allowed",
            "reserved: Name is reserved",
        ]
    );
}
