use std::sync::{Arc, Mutex};

use engine::{Changes, DriverError, LiveTags, ReadCache, ReadRequest, Reader, Writer as _};
use fake_aws::FakeAws;
use model::types::cognito::UserPoolGroup;
use model::{Owner, Tags};
use serde_json::json;

use super::{Child, Parent, ParentService, Reliance, child, own_id};
use crate::Account;
use crate::kit::calls::Calls;
use crate::kit::tag_store::TagCalls;
use crate::kit::typed::{TypedLive, TypedReadRequest, Untyped};

/// A service with one parent, `p` of `acme`, that records the calls to it.
#[derive(Debug)]
struct Service {
    calls: Mutex<Vec<String>>,
    tags: Mutex<Tags>,
    reliance: Reliance,
    fails: bool,
    successor: bool,
    used: bool,
}

impl Service {
    /// The parent has these records.
    fn with(records: &[(&str, &str)]) -> Self {
        let records = records.iter();
        let records = records
            .map(|(name, value)| (format!("frontage:fingerprint:{name}"), (*value).to_owned()));
        let owner = [
            ("frontage:system".to_owned(), "acme".to_owned()),
            ("frontage:address".to_owned(), "test/parent".to_owned()),
        ];
        Self {
            calls: Mutex::default(),
            tags: Mutex::new(records.chain(owner).collect()),
            reliance: Reliance::Certain,
            fails: false,
            successor: false,
            used: false,
        }
    }

    fn called(&self, call: impl Into<String>) {
        self.calls.lock().unwrap().push(call.into());
    }

    fn tags(&self) -> Tags {
        self.tags.lock().unwrap().clone()
    }

    /// The records, as `NAME=VALUE`.
    fn records(&self) -> Vec<String> {
        let tags = self.tags();
        let records = tags.iter().filter_map(|(key, value)| {
            let name = key.strip_prefix("frontage:fingerprint:")?;
            Some(format!("{name}={value}"))
        });
        records.collect()
    }
}

impl TagCalls for Service {
    async fn known(&self, _: &str) -> Result<Option<Tags>, DriverError> {
        self.called("tags");
        Ok(Some(self.tags()))
    }

    async fn tag(&self, _: &str, tags: &Tags) -> Result<(), DriverError> {
        self.called("tag");
        self.tags.lock().unwrap().extend(tags.clone());
        Ok(())
    }

    async fn untag(&self, _: &str, keys: &[String]) -> Result<(), DriverError> {
        self.called("untag");
        self.tags
            .lock()
            .unwrap()
            .retain(|key, _| !keys.contains(key));
        Ok(())
    }
}

impl Parent for Service {
    fn tagged(&self, parent: &str) -> String {
        parent.to_owned()
    }

    fn records_lock(&self, _: &str) -> Arc<tokio::sync::Mutex<()>> {
        Arc::default()
    }
}

impl ParentService for Service {
    type Parent = Tags;

    fn reliance(&self) -> Reliance {
        self.reliance
    }

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

#[derive(Debug)]
struct Things(Service);

impl Things {
    fn with(records: &[(&str, &str)]) -> Self {
        Self(Service::with(records))
    }
}

impl Child for Things {
    type Properties = Thing;
    type Service = Service;
    const CALLS: &'static [&'static [Calls]] = &[];
    const KIND: &'static str = "thing";

    fn service(&self) -> &Service {
        &self.0
    }

    fn parent_id(thing: &Thing) -> &str {
        &thing.user_pool_id
    }

    fn key(thing: &Thing) -> Option<String> {
        Some(thing.group_name.clone())
    }

    fn is_older_name(&self, name: &str, thing: &TypedLive<Thing>, _: &Owner) -> bool {
        name == format!("thing-{}", thing.properties.group_name)
    }

    async fn is_used_by_others(&self, _: &TypedLive<Thing>, _: &Tags) -> Result<bool, DriverError> {
        Ok(self.0.used)
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
        Ok(vec![child("p", (Thing::NAME, "t"), thing(1))])
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
        id: None,
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

/// The digest of the child `t`.
const T: &str = "02bd295c1393";

#[tokio::test]
async fn the_record_comes_before_the_child_even_if_making_it_fails() {
    let mut things = Things::with(&[]);
    things.0.fails = true;
    create(&things, 1).await.unwrap_err();
    assert_eq!(calls(&things), ["tags", "tag", "make"]);
    assert_eq!(things.0.records(), [format!("child=f {T}")]);
}

#[tokio::test]
async fn an_earlier_attempts_child_is_made_as_desired() {
    let things = Things::with(&[]);
    let live = create(&things, 2).await.unwrap();
    assert_eq!(
        (&*live.id, &live.properties, &live.tags),
        ("p/t", &thing(2), &LiveTags::Read(owner().tags()))
    );
    let made = ["tags", "tag", "make", "tags"];
    assert_eq!(calls(&things), [&made[..], &["change t to 2"]].concat());
    create(&things, 1).await.unwrap();
    assert_eq!(calls(&things), made);
}

#[tokio::test]
async fn a_child_in_another_systems_parent_is_left_alone() {
    let things = Things::with(&[]);
    let theirs = ("frontage:system".to_owned(), "theirs".to_owned());
    things.0.tags.lock().unwrap().extend([theirs]);
    assert_eq!(create(&things, 2).await.unwrap().id, "p/new");
    let refused = DriverError::Invalid("refused".to_owned());
    let error = things.0.adopt_child("p", &owner(), refused).await;
    assert_eq!(error.unwrap_err().to_string(), "refused");
}

/// A run that is interrupted before it has deleted what a new child takes the place of.
#[tokio::test]
async fn a_record_remembers_the_child_whose_place_a_new_one_takes() {
    let things = Things::with(&[("child", "e other"), ("moved", &format!("d {T}"))]);
    create(&things, 1).await.unwrap();
    assert_eq!(things.0.records(), [format!("child=f {T} other")]);
}

/// A child with the owner that its tags record.
fn live_child() -> TypedLive<Thing> {
    TypedLive {
        tags: LiveTags::Read(owner().tags()),
        ..child("p", (Thing::NAME, "t"), thing(1))
    }
}

#[tokio::test]
async fn the_record_is_removed_after_the_child_unless_a_successor_has_it() {
    use crate::kit::typed::ResourceDriver;
    let recorded = format!("f {T}");
    let delete = async |records: &[(&str, &str)], successor| {
        let mut things = Things::with(records);
        things.0.successor = successor;
        things.delete(live_child()).await.unwrap();
        assert_eq!(calls(&things)[0], "remove");
        things.0.records()
    };
    assert!(delete(&[("child", &recorded)], false).await.is_empty());
    // An older version wrote it.
    assert!(delete(&[("child", "f")], false).await.is_empty());
    assert_eq!(
        delete(&[("child", &recorded)], true).await,
        [format!("child={recorded}")]
    );
    let both = format!("f new {T}");
    assert_eq!(delete(&[("child", &both)], false).await, ["child=f new"]);
    assert_eq!(delete(&[("other", "f")], false).await, ["other=f"]);
}

/// The tags of what is listed if the parent has these records.
async fn listed(records: &[(&str, &str)]) -> LiveTags {
    use crate::kit::typed::ResourceDriver;
    let things = Things::with(records);
    let listed = things.list(&ReadCache::default()).await.unwrap();
    let [child] = &listed[..] else {
        panic!("{listed:?}")
    };
    child.tags.clone()
}

fn at(address: &str) -> LiveTags {
    let tags = [("frontage:system", "acme"), ("frontage:address", address)];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
    LiveTags::Read(tags.into())
}

fn foreign() -> LiveTags {
    LiveTags::Foreign("test/parent".parse().unwrap())
}

#[tokio::test]
async fn only_a_child_that_a_record_identifies_is_an_orphan() {
    assert_eq!(
        listed(&[("child", &format!("f {T}"))]).await,
        at("test/child")
    );
    assert_eq!(
        listed(&[("child", &format!("f new {T}"))]).await,
        at("test/child")
    );
    for records in [&[][..], &[("child", "f")], &[("child", "f 0123456789ab")]] {
        assert_eq!(listed(records).await, foreign(), "{records:?}");
    }
    // By the name that older versions gave it.
    assert_eq!(listed(&[("thing-t", "f")]).await, at("test/thing-t"));
    assert_eq!(listed(&[("thing-t", "f 0123456789ab")]).await, foreign());
}

#[tokio::test]
async fn a_child_that_others_use_is_left_to_them() {
    use crate::kit::typed::ResourceDriver;
    let mut things = Things::with(&[("child", &format!("f {T}"))]);
    things.0.used = true;
    let listed = things.list(&ReadCache::default()).await.unwrap();
    assert_eq!(listed[0].tags, foreign());
}

/// Where the list of parents may lag, or show no records, the parent is read before a child is taken
/// for an orphan.
#[tokio::test]
async fn what_a_list_shows_is_confirmed() {
    use crate::kit::typed::ResourceDriver;
    let recorded = format!("f {T}");
    for (reliance, records, listed_as, confirmed_as) in [
        (
            Reliance::Listed,
            &[("child", recorded.as_str())][..],
            LiveTags::Unread,
            at("test/child"),
        ),
        (Reliance::Listed, &[], foreign(), foreign()),
        (Reliance::Unlisted, &[], LiveTags::Unread, foreign()),
    ] {
        let mut things = Things::with(records);
        things.0.reliance = reliance;
        let listed = things.list(&ReadCache::default()).await.unwrap();
        assert_eq!(listed[0].tags, listed_as, "{reliance:?} {records:?}");
        let confirmed = things.confirm(listed[0].clone(), None).await.unwrap();
        assert_eq!(confirmed.unwrap().tags, confirmed_as);
    }
}

#[tokio::test]
async fn the_tags_of_a_child_follow_from_its_parent() {
    let account = Account::for_tests(&FakeAws::default());
    let recorded = format!("f {T}");
    let driver = Untyped::new(&account, |_| Things::with(&[("child", &recorded)]));
    let cache = ReadCache::default();
    let mut request = ReadRequest {
        address: owner().address,
        fingerprint: owner().fingerprint,
        properties: json!({"UserPoolId": "p", "GroupName": "t"}),
    };
    let live = driver.read(&request, &cache).await.unwrap().unwrap();
    assert_eq!(live.tags, LiveTags::Read(owner().tags()));
    let confirmed = driver.confirm(Some(&request.address), &live).await;
    assert_eq!(confirmed.unwrap().unwrap().tags, live.tags);
    request.properties = json!({"UserPoolId": "gone", "GroupName": "t"});
    assert!(driver.read(&request, &cache).await.unwrap().is_none());
}

/// One without a digest is written again, and then has it.
#[tokio::test]
async fn an_older_record_is_completed() {
    let account = Account::for_tests(&FakeAws::default());
    let driver = Untyped::new(&account, |_| Things::with(&[("child", "f")]));
    let request = ReadRequest {
        address: owner().address,
        fingerprint: owner().fingerprint,
        properties: json!({"UserPoolId": "p", "GroupName": "t"}),
    };
    let live = driver.read(&request, &ReadCache::default()).await;
    let live = live.unwrap().unwrap();
    assert_eq!(live.tags, at("test/child"));
    driver.retag(&live, &owner().tags(), &[]).await.unwrap();
    let live = driver.read(&request, &ReadCache::default()).await;
    assert_eq!(live.unwrap().unwrap().tags, LiveTags::Read(owner().tags()));
}
