use super::{Groups, Properties};
use crate::cognito::testing::*;

fn admins() -> Value {
    json!({"UserPoolId": "p", "GroupName": "admins", "Description": "Those who may", "Precedence": 1})
}

#[tokio::test]
async fn a_group_is_found_on_the_second_page_and_the_others_are_left() {
    let fake = FakeAws::new([
        ("DescribeUserPool {", 200, POOL),
        (
            "ListGroups",
            200,
            r#"{"Groups":[{"GroupName":"others"},{"GroupName":"p_Okta"}],"NextToken":"more"}"#,
        ),
        (
            "ListGroups",
            200,
            r#"{"Groups":[{"GroupName":"admins","Precedence":1,"Description":"Those who may"}]}"#,
        ),
        ("GetResources", 200, HINT),
    ]);
    let driver = driver(&fake, Groups::new);
    let cache = ReadCache::default();
    let live = driver
        .read(&wanted("group", &admins()), &cache)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(live.attributes[Properties::NAME.name], "admins");
    assert_eq!(live.tags, LiveTags::Read(tags("group")));
    assert_eq!(
        driver.compare(&live, &admins()).unwrap().changes,
        Changes::default()
    );
    let listed = driver.list(&engine::Selection::All, &cache).await.unwrap();
    assert_eq!(listed.len(), 2, "not Cognito's own: {listed:?}");
    let foreign = LiveTags::Foreign("test/pool".parse().unwrap());
    assert_eq!(listed[0].tags, foreign);
    assert_eq!(
        listed[1].tags.owner().unwrap().address,
        "test/group".parse().unwrap()
    );
    fake.assert_used();
}

#[tokio::test]
async fn a_group_whose_making_was_not_answered_is_made_what_is_wanted() {
    let exists = r#"{"__type":"GroupExistsException","message":"exists"}"#;
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("CreateGroup", 400, exists),
        ("ListTagsForResource", 200, OURS),
        ("UpdateGroup", 200, "{}"),
    ]);
    let live = create(&driver(&fake, Groups::new), "group", &admins())
        .await
        .unwrap();
    assert_eq!(live.attributes[Properties::NAME.name], "admins");
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_group_changes_in_place() {
    let busy = r#"{"__type":"TooManyRequestsException","message":"slow"}"#;
    let fake = FakeAws::new([("UpdateGroup", 400, busy), ("UpdateGroup", 200, "{}")]);
    let driver = driver(&fake, Groups::new);
    let mut changed = json!({"UserPoolId": "p", "GroupName": "admins", "Precedence": 2});
    changed["RoleArn"] = json!("arn:aws:iam::111122223333:role/admins");
    update(
        &driver,
        &live(&driver, (Properties::NAME, "admins"), "group", &admins()),
        &changed,
    )
    .await
    .unwrap();
    changed["Description"] = json!("");
    assert_eq!(sent(&fake, "UpdateGroup"), changed);
    fake.assert_used();
}

#[tokio::test]
async fn a_record_alone_is_written_to_the_pool() {
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
    ]);
    let driver = driver(&fake, Groups::new);
    let live = live(&driver, (Properties::NAME, "admins"), "group", &admins());
    driver.retag(&live, &tags("group"), &[]).await.unwrap();
    assert_eq!(
        sent(&fake, "TagResource")["Tags"],
        json!({"frontage:fingerprint:group": "f 8c88bd725b05"})
    );
    fake.assert_used();
}

#[tokio::test]
async fn a_group_that_went_with_its_pool_is_deleted() {
    let fake = FakeAws::new([
        ("DeleteGroup", 400, GONE),
        ("GetGroup", 400, GONE),
        ("ListTagsForResource", 400, GONE),
    ]);
    let driver = driver(&fake, Groups::new);
    let live = live(&driver, (Properties::NAME, "admins"), "group", &admins());
    driver.delete(&live).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn a_group_in_another_systems_pool_is_not_taken_over() {
    let exists = r#"{"__type":"GroupExistsException","message":"exists"}"#;
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("CreateGroup", 400, exists),
        ("ListTagsForResource", 200, THEIRS),
    ]);
    let error = create(&driver(&fake, Groups::new), "group", &admins()).await;
    assert!(error.unwrap_err().is("GroupExistsException"));
    fake.assert_used();
}

#[test]
fn a_plan_finds_what_cognito_refuses() {
    let finding = |members: Value| findings(Groups::new, &admins(), &members);
    let only = "is `the admins`; only characters that are not spaces are allowed";
    assert_eq!(
        finding(json!({"GroupName": "the admins"})),
        [format!("GroupName {only}")]
    );
    assert_eq!(
        finding(json!({"Precedence": -1})),
        ["Precedence is -1; 0 to 2147483647 are allowed"]
    );
    assert_eq!(
        finding(json!({"Description": "x".repeat(2049)})),
        ["Description has 2049 characters; 0 to 2048 are allowed"]
    );
    let unknown = json!({"GroupName": engine::UNKNOWN, "Description": engine::UNKNOWN});
    assert_eq!(finding(unknown), Vec::<String>::new());
}

/// The number of members of a group of which Cognito shows this page, and whether it is kept.
async fn counted(status: u16, page: &str) -> (String, bool) {
    let fake = FakeAws::new([("ListUsersInGroup", status, page)]);
    let driver = driver(&fake, Groups::new);
    let live = live(&driver, (Properties::NAME, "admins"), "group", &admins());
    let holding = driver.holding(&live).await.unwrap();
    assert_eq!(sent(&fake, "ListUsersInGroup")["GroupName"], "admins");
    (holding.to_string(), driver.is_kept(&live, &holding))
}

#[tokio::test]
async fn a_group_is_kept_while_it_has_members() {
    let one = r#"{"Users":[{"Username":"eve"}]}"#;
    assert_eq!(counted(200, one).await, ("1 member".to_owned(), true));
    let more = r#"{"Users":[{"Username":"eve"}],"NextToken":"more"}"#;
    assert_eq!(counted(200, more).await, ("1+ members".to_owned(), true));
    for (status, none) in [(200, r#"{"Users":[]}"#), (400, GONE)] {
        let counted = counted(status, none).await;
        assert_eq!(counted, ("0 members".to_owned(), false));
    }
}
