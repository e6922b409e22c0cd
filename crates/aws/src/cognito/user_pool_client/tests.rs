use super::{Clients, Properties};
use crate::cognito::testing::*;

const MADE: &str = r#"{"UserPoolClient":{"ClientId":"c","ClientName":"acme","UserPoolId":"p"}}"#;
const LISTED: &str =
    r#"{"UserPoolClients":[{"ClientId":"c","ClientName":"acme","UserPoolId":"p"}]}"#;
const NONE: &str = r#"{"UserPoolClients":[]}"#;

fn named() -> Value {
    json!({"UserPoolId": "p", "ClientName": "acme"})
}

fn described(id: &str, created: u32, secret: bool) -> String {
    let mut client = json!({"ClientId": id, "ClientName": "acme", "UserPoolId": "p", "CreationDate": created,
        "RefreshTokenValidity": 30});
    if secret {
        client["ClientSecret"] = json!("hush");
    }
    json!({"UserPoolClient": client}).to_string()
}

#[tokio::test]
async fn the_oldest_of_the_wanted_kind_is_ours_and_the_others_of_its_name_are_orphans() {
    let first = r#"{"UserPoolClients":[{"ClientId":"a","ClientName":"acme"},{"ClientId":"z","ClientName":"acme-2"}],
        "NextToken":"more"}"#;
    let second = r#"{"UserPoolClients":[{"ClientId":"b","ClientName":"acme"},{"ClientId":"c","ClientName":"acme"}]}"#;
    let [a, b, c] = [
        described("a", 1, true),
        described("b", 3, false),
        described("c", 2, false),
    ];
    let fake = FakeAws::new([
        ("DescribeUserPool {", 200, POOL),
        ("ListUserPoolClients", 200, first),
        ("ListUserPoolClients", 200, second),
        ("\"ClientId\":\"a\"", 200, a.as_str()),
        ("\"ClientId\":\"b\"", 200, b.as_str()),
        ("\"ClientId\":\"c\"", 200, c.as_str()),
        ("GetResources", 200, HINT),
    ]);
    let driver = driver(&fake, Clients::new);
    let cache = ReadCache::default();
    let live = driver
        .read(&wanted("client", &named()), &cache)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(live.id, "p/c");
    assert_eq!(live.attributes[Properties::ID.name], "c");
    assert_eq!(live.tags, LiveTags::Read(tags("client")));
    let listed = driver.list(&engine::Selection::All, &cache).await.unwrap();
    let at = |live: &Live| live.tags.owner().map(|owner| owner.address.to_string());
    let addresses: Vec<_> = listed.iter().map(at).collect();
    let ours = Some("test/client".to_owned());
    assert_eq!(addresses, [ours.clone(), None, ours.clone(), ours]);
    let foreign = LiveTags::Foreign("test/pool".parse().unwrap());
    assert_eq!(listed[1].tags, foreign, "a client of another name");
    assert!(!format!("{listed:?}").contains("hush"));
    fake.assert_used();
}

/// Cognito's answer for a client with a name alone.
#[tokio::test]
async fn a_client_of_a_name_alone_has_nothing_to_change() {
    let client = described("c", 1, false);
    let fake = FakeAws::new([
        ("DescribeUserPool {", 200, POOL),
        ("ListUserPoolClients", 200, LISTED),
        ("DescribeUserPoolClient", 200, client.as_str()),
    ]);
    let driver = driver(&fake, Clients::new);
    let live = read(&driver, "client", &named()).await.unwrap();
    let desired = driver.normalise(&named()).unwrap();
    assert_eq!(
        driver.compare(&live, &named()).unwrap().changes,
        Changes::default()
    );
    assert_eq!(
        desired["TokenValidityUnits"],
        json!({"AccessToken": "hours", "IdToken": "hours", "RefreshToken": "days"})
    );
    assert_eq!(desired["RefreshTokenValidity"], 30);
}

#[tokio::test]
async fn rotation_turns_the_older_way_to_refresh_off() {
    let driver = driver(&FakeAws::default(), Clients::new);
    let mut client = named();
    client["RefreshTokenRotation"] = json!({"Feature": "ENABLED"});
    let client = driver.normalise(&client).unwrap();
    assert_eq!(
        client["ExplicitAuthFlows"],
        json!(["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"])
    );
    assert_eq!(client["RefreshTokenRotation"]["RetryGracePeriodSeconds"], 0);
    let mut off = named();
    off["RefreshTokenRotation"] = json!({"Feature": "DISABLED"});
    assert_eq!(
        driver.normalise(&off).unwrap(),
        driver.normalise(&named()).unwrap()
    );
}

#[tokio::test]
async fn a_client_is_recorded_before_it_is_made() {
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("ListUserPoolClients", 200, NONE),
        ("CreateUserPoolClient", 200, MADE),
    ]);
    let driver = driver(&fake, Clients::new);
    let mut client = named();
    client["RefreshTokenRotation"] = json!({"Feature": "ENABLED", "RetryGracePeriodSeconds": 10});
    let live = create(&driver, "client", &client).await.unwrap();
    assert_eq!(live.attributes[Properties::ID.name], "c");
    assert_eq!(
        calls(&fake),
        [
            "ListTagsForResource",
            "TagResource",
            "ListUserPoolClients",
            "CreateUserPoolClient"
        ]
    );
    assert_eq!(
        sent(&fake, "TagResource")["Tags"],
        json!({"frontage:fingerprint:client": "f 049b975d3a65"})
    );
    let made = sent(&fake, "CreateUserPoolClient");
    assert_eq!(
        made["RefreshTokenRotation"],
        json!({"Feature": "ENABLED", "RetryGracePeriodSeconds": 10})
    );
    assert_eq!(made["GenerateSecret"], false);
}

#[tokio::test]
async fn a_client_whose_making_was_not_answered_is_made_what_is_wanted() {
    let client = described("c", 1, false);
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("ListUserPoolClients", 200, LISTED),
        ("DescribeUserPoolClient", 200, client.as_str()),
        ("ListTagsForResource", 200, OURS),
        ("UpdateUserPoolClient", 200, MADE),
    ]);
    let live = create(&driver(&fake, Clients::new), "client", &named())
        .await
        .unwrap();
    assert_eq!(live.attributes[Properties::ID.name], "c");
    fake.assert_used();
}

#[tokio::test]
async fn a_client_with_a_secret_is_not_taken_for_one_without() {
    let client = described("c", 1, true);
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("ListUserPoolClients", 200, LISTED),
        ("DescribeUserPoolClient", 200, client.as_str()),
        (
            "CreateUserPoolClient",
            200,
            r#"{"UserPoolClient":{"ClientId":"d"}}"#,
        ),
    ]);
    let live = create(&driver(&fake, Clients::new), "client", &named())
        .await
        .unwrap();
    assert_eq!(live.attributes[Properties::ID.name], "d");
}

#[tokio::test(start_paused = true)]
async fn an_update_says_everything_and_is_made_again_after_a_conflict() {
    let fake = FakeAws::new([
        ("UpdateUserPoolClient", 400, CONCURRENT),
        ("UpdateUserPoolClient", 200, MADE),
    ]);
    let driver = driver(&fake, Clients::new);
    let mut before = named();
    before["LogoutURLs"] = json!(["https://a.example/"]);
    before["ReadAttributes"] = json!(["email"]);
    before["DefaultRedirectURI"] = json!("https://a.example/in");
    before["CallbackURLs"] = json!(["https://a.example/in"]);
    let mut after = named();
    after["CallbackURLs"] = json!(["https://a.example/in"]);
    update(
        &driver,
        &live(&driver, (Properties::ID, "c"), "client", &before),
        &after,
    )
    .await
    .unwrap();
    let sent = sent(&fake, "UpdateUserPoolClient");
    assert_eq!(
        (&sent["LogoutURLs"], &sent["CallbackURLs"]),
        (&json!([]), &json!(["https://a.example/in"]))
    );
    assert_eq!(
        (sent.get("ReadAttributes"), sent.get("DefaultRedirectURI")),
        (None, None)
    );
    assert_eq!(
        (
            &sent["EnableTokenRevocation"],
            &sent["RefreshTokenValidity"]
        ),
        (&json!(true), &json!(30))
    );
    assert_eq!(sent["ExplicitAuthFlows"].as_array().unwrap().len(), 3);
    fake.assert_used();
}

#[tokio::test]
async fn a_client_that_went_with_its_pool_is_deleted() {
    let fake = FakeAws::new([
        ("DeleteUserPoolClient", 400, GONE),
        ("DescribeUserPoolClient", 400, GONE),
        ("ListUserPoolClients", 400, GONE),
        ("ListTagsForResource", 400, GONE),
    ]);
    let driver = driver(&fake, Clients::new);
    driver
        .delete(&live(&driver, (Properties::ID, "c"), "client", &named()))
        .await
        .unwrap();
    fake.assert_used();
    let fake = FakeAws::new([("DescribeUserPool", 400, GONE)]);
    let gone = crate::cognito::testing::driver(&fake, Clients::new);
    assert!(read(&gone, "client", &named()).await.is_none());
}

#[tokio::test]
async fn the_record_of_a_replaced_client_is_its_successors() {
    let fake = FakeAws::new([
        ("DeleteUserPoolClient", 200, "{}"),
        ("DescribeUserPoolClient", 400, GONE),
        (
            "ListUserPoolClients",
            200,
            r#"{"UserPoolClients":[{"ClientId":"d","ClientName":"acme"}]}"#,
        ),
    ]);
    let driver = driver(&fake, Clients::new);
    driver
        .delete(&live(&driver, (Properties::ID, "c"), "client", &named()))
        .await
        .unwrap();
    assert_eq!(fake.count("UntagResource"), 0);
    fake.assert_used();
}

#[tokio::test]
async fn a_client_in_another_systems_pool_is_not_taken_over() {
    let client = described("c", 1, false);
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("ListUserPoolClients", 200, LISTED),
        ("DescribeUserPoolClient", 200, client.as_str()),
        ("ListTagsForResource", 200, THEIRS),
        (
            "CreateUserPoolClient",
            200,
            r#"{"UserPoolClient":{"ClientId":"d"}}"#,
        ),
    ]);
    let live = create(&driver(&fake, Clients::new), "client", &named()).await;
    assert_eq!(live.unwrap().attributes[Properties::ID.name], "d");
    fake.assert_used();
}

#[test]
fn a_plan_finds_what_cognito_refuses() {
    let urls: Vec<_> = (0..101).map(|n| format!("https://a.example/{n}")).collect();
    let cases = [
        (
            json!({"ClientName": ""}),
            "ClientName has 0 characters; 1 to 128 are allowed",
        ),
        (
            json!({"CallbackURLs": ["http://acme.example/"]}),
            "CallbackURLs contains `http://acme.example/`; only localhost is allowed without https",
        ),
        (
            json!({"CallbackURLs": urls}),
            "CallbackURLs has 101 members; 0 to 100 are allowed",
        ),
        (
            json!({"DefaultRedirectURI": "https://acme.example/"}),
            "DefaultRedirectURI is not one of the CallbackURLs",
        ),
        (
            json!({"AllowedOAuthFlowsUserPoolClient": true}),
            "AllowedOAuthFlowsUserPoolClient is true, which requires AllowedOAuthFlows and \
             AllowedOAuthScopes",
        ),
        (
            json!({"AllowedOAuthFlows": ["client_credentials"]}),
            "GenerateSecret is not true, which the flow client_credentials requires",
        ),
        (
            json!({"RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 61}}),
            "RefreshTokenRotation.RetryGracePeriodSeconds is 61; 0 to 60 are allowed",
        ),
        (
            json!({"RefreshTokenRotation": {"Feature": "ENABLED"},
                "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]}),
            "ExplicitAuthFlows contains ALLOW_REFRESH_TOKEN_AUTH, which is not allowed with \
             RefreshTokenRotation",
        ),
        (
            json!({"AccessTokenValidity": 25}),
            "AccessTokenValidity is 25 hours; 300 to 86400 seconds are allowed",
        ),
        (
            json!({"IdTokenValidity": 4, "TokenValidityUnits": {"IdToken": "minutes"}}),
            "IdTokenValidity is 4 minutes; 300 to 86400 seconds are allowed",
        ),
        (
            json!({"TokenValidityUnits": {"IdToken": "minutes"}}),
            "IdTokenValidity is required where its unit is stated",
        ),
        (
            json!({"TokenValidityUnits": {"IdToken": "weeks"}, "IdTokenValidity": 1}),
            "TokenValidityUnits.IdToken is `weeks`; seconds or minutes or hours or days is allowed",
        ),
        (
            json!({"AuthSessionValidity": 16}),
            "AuthSessionValidity is 16; 3 to 15 are allowed",
        ),
        (
            json!({"PreventUserExistenceErrors": "YES"}),
            "PreventUserExistenceErrors is `YES`; ENABLED or LEGACY is allowed",
        ),
    ];
    for (members, finding) in cases {
        assert_eq!(findings(Clients::new, &named(), &members), [finding]);
    }
}

#[test]
fn a_plan_lets_pass_what_it_does_not_know_and_loopback_addresses() {
    let unknown = engine::UNKNOWN;
    let members = json!({
        "ClientName": unknown,
        "CallbackURLs": [unknown, format!("http://{unknown}/"), "http://[::1]:8080/", "http://localhost/"],
        "DefaultRedirectURI": format!("https://{unknown}/"),
        "TokenValidityUnits": {"IdToken": unknown},
        "IdTokenValidity": 1,
        "PreventUserExistenceErrors": unknown,
    });
    let found = findings(Clients::new, &named(), &members);
    assert_eq!(found, Vec::<String>::new());
}

/// The SDK does not repeat the call, which would make a second client.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_leaves_one_client() {
    let failed = r#"{"__type":"InternalErrorException","message":"lost"}"#;
    let client = described("c", 1, false);
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("ListUserPoolClients", 200, NONE),
        ("CreateUserPoolClient", 500, failed),
        ("ListUserPoolClients", 200, NONE),
        ("ListUserPoolClients", 200, LISTED),
        ("DescribeUserPoolClient", 200, client.as_str()),
        ("ListTagsForResource", 200, OURS),
        ("UpdateUserPoolClient", 200, MADE),
    ]);
    let live = create(&driver(&fake, Clients::new), "client", &named())
        .await
        .unwrap();
    assert_eq!(live.attributes[Properties::ID.name], "c");
    assert_eq!(fake.count("CreateUserPoolClient"), 1);
    fake.assert_used();
}
