use std::sync::Mutex;

use engine::{Changes, DriverError, LiveTags, ReadCache, ReadRequest, Reader};
use fake_aws::FakeAws;
use model::types::cognito::UserPoolGroup;
use model::{Owner, Tags};
use serde_json::json;

use super::{Child, Parent, ParentService, child, own_id};
use crate::Account;
use crate::kit::tag_store::TagCalls;
use crate::kit::typed::{TypedLive, TypedReadRequest, Untyped};

/// A service with one parent, `p` of `acme`, that records the calls to it.
#[derive(Debug, Default)]
struct Service {
    calls: Mutex<Vec<String>>,
    system: &'static str,
    fails: bool,
    successor: bool,
}

impl Service {
    fn called(&self, call: impl Into<String>) {
        self.calls.lock().unwrap().push(call.into());
    }

    fn tags(&self) -> Tags {
        let system = if self.system.is_empty() {
            "acme"
        } else {
            self.system
        };
        Tags::from([
            ("frontage:system".to_owned(), system.to_owned()),
            ("frontage:address".to_owned(), "test/parent".to_owned()),
            ("frontage:fingerprint:child".to_owned(), "f".to_owned()),
        ])
    }
}

impl TagCalls for Service {
    async fn tags(&self, _: &str) -> Result<Tags, DriverError> {
        self.called("tags");
        Ok(self.tags())
    }

    async fn tag(&self, parent: &str, tags: &Tags) -> Result<(), DriverError> {
        self.called(format!("tag {parent} {tags:?}"));
        Ok(())
    }

    async fn untag(&self, parent: &str, keys: &[String]) -> Result<(), DriverError> {
        self.called(format!("untag {parent} {keys:?}"));
        Ok(())
    }
}

impl Parent for Service {
    fn tagged(&self, parent: &str) -> String {
        parent.to_owned()
    }
}

impl ParentService for Service {
    type Parent = Tags;

    fn system(&self) -> &'static str {
        "acme"
    }

    fn tags_in(parent: &Tags) -> Tags {
        parent.clone()
    }

    async fn parent(&self, id: &str, _: &ReadCache) -> Result<Option<Tags>, DriverError> {
        Ok((id == "p").then(|| self.tags()))
    }

    async fn owned(&self, _: &ReadCache) -> Result<Vec<Tags>, DriverError> {
        let tags = Some(self.tags());
        Ok(tags.into_iter().filter(|tags| self.is_ours(tags)).collect())
    }
}

type Thing = UserPoolGroup<String>;

#[derive(Debug, Default)]
struct Things(Service);

impl Child for Things {
    type Properties = Thing;
    type Service = Service;
    const KIND: &'static str = "thing";

    fn service(&self) -> &Service {
        &self.0
    }

    fn parent_id(thing: &Thing) -> &str {
        &thing.user_pool_id
    }

    async fn find(
        &self,
        _: &Tags,
        request: TypedReadRequest<'_, Thing>,
        _: &ReadCache,
    ) -> Result<Option<TypedLive<Thing>>, DriverError> {
        Ok(Some(child("p", (Thing::NAME, "t"), request.properties)))
    }

    async fn all(&self, _: &Tags, _: &ReadCache) -> Result<Vec<TypedLive<Thing>>, DriverError> {
        Ok(vec![child("p", (Thing::NAME, "a/b"), thing(1))])
    }

    async fn make(&self, desired: Thing, owner: &Owner) -> Result<TypedLive<Thing>, DriverError> {
        self.0.called("make");
        if self.0.fails {
            return Err(DriverError::Invalid("refused".to_owned()));
        }
        let found = self.resume(child("p", (Thing::NAME, "t"), thing(1)), &desired, owner);
        let new = child("p", (Thing::NAME, "new"), desired.clone());
        Ok(found.await?.unwrap_or(new))
    }

    async fn change(
        &self,
        live: &mut TypedLive<Thing>,
        desired: &Thing,
        _: &Changes,
    ) -> Result<(), DriverError> {
        let size = desired.precedence.unwrap_or_default();
        self.0.called(format!("change {} to {size}", own_id(live)));
        Ok(())
    }

    async fn remove(&self, _: &TypedLive<Thing>) -> Result<(), DriverError> {
        self.0.called("remove");
        Ok(())
    }

    async fn has_successor(&self, _: &TypedLive<Thing>) -> Result<bool, DriverError> {
        Ok(self.0.successor)
    }
}

fn thing(size: i32) -> Thing {
    UserPoolGroup {
        user_pool_id: "p".to_owned(),
        group_name: "t".to_owned(),
        description: None,
        precedence: Some(size),
        role_arn: None,
    }
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
        region: None,
        address: "test/child".parse().unwrap(),
        fingerprint: "f".to_owned(),
    }
}

async fn create(things: &Things, size: i32) -> Result<TypedLive<Thing>, DriverError> {
    use crate::kit::typed::ResourceDriver;
    ResourceDriver::create(things, thing(size), &owner(), &owner().tags()).await
}

fn calls(things: &Things) -> Vec<String> {
    std::mem::take(&mut *things.0.calls.lock().unwrap())
}

const RECORD: &str = r#"tag p {"frontage:fingerprint:child": "f"}"#;

#[tokio::test]
async fn the_record_comes_before_the_child_even_if_making_it_fails() {
    let mut things = Things::default();
    things.0.fails = true;
    create(&things, 1).await.unwrap_err();
    assert_eq!(calls(&things), [RECORD, "make"]);
}

#[tokio::test]
async fn an_earlier_attempts_child_is_made_as_desired() {
    let things = Things::default();
    let live = create(&things, 2).await.unwrap();
    assert_eq!(
        (&*live.id, &live.properties, &live.tags),
        ("p/t", &thing(2), &LiveTags::Read(owner().tags()))
    );
    assert_eq!(calls(&things), [RECORD, "make", "tags", "change t to 2"]);
    create(&things, 1).await.unwrap();
    assert_eq!(calls(&things), [RECORD, "make", "tags"]);
}

#[tokio::test]
async fn a_child_in_another_systems_parent_is_left_alone() {
    let mut things = Things::default();
    things.0.system = "theirs";
    assert_eq!(create(&things, 2).await.unwrap().id, "p/new");
    assert_eq!(calls(&things), [RECORD, "make", "tags"]);
    let refused = DriverError::Invalid("refused".to_owned());
    let error = things.0.adopt_child("p", &owner(), refused).await;
    assert_eq!(error.unwrap_err().to_string(), "refused");
}

#[tokio::test]
async fn the_record_is_removed_after_the_child_unless_a_successor_has_it() {
    use crate::kit::typed::ResourceDriver;
    let recorded = || TypedLive {
        tags: LiveTags::Read(owner().tags()),
        ..child("p", (Thing::NAME, "t"), thing(1))
    };
    let mut things = Things::default();
    things.delete(recorded()).await.unwrap();
    let removed = r#"untag p ["frontage:fingerprint:child"]"#;
    assert_eq!(calls(&things), ["remove", removed]);
    let orphans = things.list(&ReadCache::default()).await.unwrap();
    things.delete(orphans[0].clone()).await.unwrap();
    assert_eq!(calls(&things), ["remove"]);
    things.0.successor = true;
    things.delete(recorded()).await.unwrap();
    assert_eq!(calls(&things), ["remove"]);
}

#[tokio::test]
async fn the_tags_of_a_child_follow_from_its_parent() {
    let account = Account::for_tests(&FakeAws::default());
    let driver = Untyped::new(&account, |_| Things::default());
    let cache = ReadCache::default();
    let mut request = ReadRequest {
        address: owner().address,
        fingerprint: owner().fingerprint,
        properties: json!({"UserPoolId": "p", "GroupName": "t"}),
    };
    let live = driver.read(&request, &cache).await.unwrap().unwrap();
    assert_eq!(live.tags, LiveTags::Read(owner().tags()));
    let listed = driver.list(&cache).await.unwrap();
    let tags = listed[0].tags.known().unwrap();
    assert_eq!(tags["frontage:address"], "test/parent.thing.a-b");
    assert_eq!(tags.get("frontage:fingerprint"), None);
    let confirmed = driver.confirm(Some(&request.address), &live).await;
    assert_eq!(confirmed.unwrap().unwrap().tags, live.tags);
    request.properties = json!({"UserPoolId": "gone", "GroupName": "t"});
    assert!(driver.read(&request, &cache).await.unwrap().is_none());
}
