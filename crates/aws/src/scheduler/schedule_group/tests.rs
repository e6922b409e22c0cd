//! Behaviour of Scheduler that no emulator shows.

use fake_aws::FakeAws;

use super::*;

const NAME: &str = "acme-toggles-schedules";
const MADE: &str = r#"{"ScheduleGroupArn":"arn:aws:scheduler:eu-west-1:111122223333:schedule-group/acme-toggles-schedules"}"#;
const CONFLICTING: &str = r#"{"__type":"ConflictException","Message":"Schedule group acme-toggles-schedules already exists."}"#;
const ABSENT: &str = r#"{"__type":"ResourceNotFoundException","Message":"Schedule group acme-toggles-schedules does not exist."}"#;
const ACTIVE: &str = r#"{"Arn":"arn:aws:scheduler:eu-west-1:111122223333:schedule-group/acme-toggles-schedules","Name":"acme-toggles-schedules","State":"ACTIVE"}"#;
const DELETING: &str = r#"{"Arn":"arn:aws:scheduler:eu-west-1:111122223333:schedule-group/acme-toggles-schedules","Name":"acme-toggles-schedules","State":"DELETING"}"#;
const POST: &str = "POST https://scheduler.eu-west-1.amazonaws.com/schedule-groups/";
const GET: &str = "GET https://scheduler.eu-west-1.amazonaws.com/schedule-groups/";
const DELETE: &str = "DELETE https://scheduler.eu-west-1.amazonaws.com/schedule-groups/";
const SCHEDULES: &str =
    "GET https://scheduler.eu-west-1.amazonaws.com/schedules?ScheduleGroup=acme-toggles-schedules";
const TAGS: &str = "GET https://scheduler.eu-west-1.amazonaws.com/tags/";

fn driver(fake: &FakeAws) -> ScheduleGroups {
    ScheduleGroups::new(&Account::for_tests(fake))
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: None,
        address: "toggles/schedules".parse().unwrap(),
        fingerprint: "f".to_owned(),
    }
}

fn tagged(tags: &Tags) -> String {
    let tag = |(key, value)| format!(r#"{{"Key":"{key}","Value":"{value}"}}"#);
    let tags: Vec<_> = tags.iter().map(tag).collect();
    format!(r#"{{"Tags":[{}]}}"#, tags.join(","))
}

async fn create(fake: &FakeAws) -> Result<Live, DriverError> {
    let desired = ScheduleGroup {
        name: NAME.to_owned(),
    };
    driver(fake)
        .create(desired, &owner(), &owner().tags())
        .await
}

#[tokio::test(start_paused = true)]
async fn a_new_group_may_be_unknown_for_a_while() {
    let ours = tagged(&owner().tags());
    let fake = FakeAws::new([
        (POST, 200, MADE),
        (GET, 404, ABSENT),
        (GET, 200, ACTIVE),
        (TAGS, 200, ours.as_str()),
    ]);
    let live = create(&fake).await.unwrap();
    assert_eq!(live.id, NAME);
    assert!(fake.requests()[0].contains("frontage:system"));
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_name_is_free_once_the_group_that_is_being_deleted_is_gone() {
    let ours = tagged(&owner().tags());
    let fake = FakeAws::new([
        (POST, 409, CONFLICTING),
        (GET, 200, DELETING),
        (GET, 200, DELETING),
        (GET, 404, ABSENT),
        (POST, 200, MADE),
        (GET, 200, ACTIVE),
        (TAGS, 200, ours.as_str()),
    ]);
    create(&fake).await.unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_group_of_another_owner_is_not_taken_and_that_of_an_earlier_attempt_is() {
    let theirs = tagged(&Tags::from([(
        "frontage:system".to_owned(),
        "theirs".to_owned(),
    )]));
    let fake = FakeAws::new([
        (POST, 409, CONFLICTING),
        (GET, 200, ACTIVE),
        (TAGS, 200, theirs.as_str()),
    ]);
    let error = create(&fake).await.unwrap_err();
    assert!(error.is(CONFLICT), "{error}");

    let ours = tagged(&owner().tags());
    let fake = FakeAws::new([
        (POST, 409, CONFLICTING),
        (GET, 200, ACTIVE),
        (TAGS, 200, ours.as_str()),
        (
            "POST https://scheduler.eu-west-1.amazonaws.com/tags/",
            200,
            "{}",
        ),
        (GET, 200, ACTIVE),
        (TAGS, 200, ours.as_str()),
    ]);
    create(&fake).await.unwrap();
    fake.assert_used();
}

/// AWS deletes the schedules first, and answers for the group as long as that takes.
#[tokio::test(start_paused = true)]
async fn a_deletion_is_over_once_the_group_and_its_schedules_are_gone() {
    let two = r#"{"Schedules":[{"Name":"one"},{"Name":"two"}]}"#;
    let fake = FakeAws::new([
        (SCHEDULES, 200, two),
        (
            "DELETE https://scheduler.eu-west-1.amazonaws.com/schedules/one?groupName=acme-toggles-schedules",
            200,
            "{}",
        ),
        (
            "DELETE https://scheduler.eu-west-1.amazonaws.com/schedules/two?groupName=acme-toggles-schedules",
            404,
            ABSENT,
        ),
        (DELETE, 409, r#"{"__type":"ConflictException"}"#),
        (DELETE, 200, "{}"),
        (GET, 200, DELETING),
        (GET, 200, DELETING),
        (GET, 404, ABSENT),
    ]);
    let groups = driver(&fake);
    let live = groups.live(NAME, LiveTags::Unread);
    groups.delete(live).await.unwrap();
    fake.assert_used();

    let fake = FakeAws::new([
        (SCHEDULES, 404, ABSENT),
        (DELETE, 404, ABSENT),
        (GET, 404, ABSENT),
    ]);
    let groups = driver(&fake);
    let live = groups.live(NAME, LiveTags::Unread);
    groups.delete(live).await.unwrap();
}

#[tokio::test]
async fn a_group_that_is_being_deleted_is_absent() {
    let fake = FakeAws::new([(GET, 200, DELETING)]);
    let found = driver(&fake).find(NAME, &ReadCache::default()).await;
    assert!(found.unwrap().is_none());
}
