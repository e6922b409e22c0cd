use super::{Properties, Routes};
use crate::apigatewayv2::testing::*;

const TAKEN: &str = r#"{"__type":"ConflictException","message":"Route with key $connect already exists for this API"}"#;

#[tokio::test(start_paused = true)]
async fn the_record_comes_first_and_concurrent_writes_are_made_again() {
    let fake = FakeAws::new([
        (
            "GET https://apigateway.eu-west-1.amazonaws.com/v2/tags",
            200,
            OURS,
        ),
        (
            "POST https://apigateway.eu-west-1.amazonaws.com/v2/tags",
            409,
            CONCURRENT,
        ),
        (
            "POST https://apigateway.eu-west-1.amazonaws.com/v2/tags",
            201,
            "{}",
        ),
        ("GET", 200, NONE),
        ("POST", 409, CONCURRENT),
        ("POST", 201, r#"{"routeId":"r"}"#),
    ]);
    let driver = driver(&fake, Routes::new);
    let live = create(&driver, "route", &route()).await.unwrap();
    assert_eq!(live.id, "a/r");
    assert_eq!(live.attributes[Properties::ID.name], "r");
    assert_eq!(
        sent(&fake, "/v2/tags"),
        json!({"tags": {"frontage:fingerprint:route": "f 7877c6027e73"}})
    );
    fake.assert_used();
}

#[tokio::test]
async fn a_route_whose_answer_was_lost_is_taken_up() {
    let found = r#"{"items":[{"routeId":"r","routeKey":"$connect","target":"integrations/old"}]}"#;
    let fake = FakeAws::new([
        ("/v2/tags", 200, OURS),
        ("/v2/tags", 201, "{}"),
        (
            "GET https://apigateway.eu-west-1.amazonaws.com/v2/apis/a/routes",
            200,
            NONE,
        ),
        ("POST", 409, TAKEN),
        (
            "GET https://apigateway.eu-west-1.amazonaws.com/v2/apis/a/routes",
            200,
            found,
        ),
        (
            "GET https://apigateway.eu-west-1.amazonaws.com/v2/tags",
            200,
            OURS,
        ),
        ("PATCH", 200, "{}"),
    ]);
    let driver = driver(&fake, Routes::new);
    let live = create(&driver, "route", &route()).await.unwrap();
    assert_eq!(live.attributes[Properties::ID.name], "r");
    assert_eq!(sent(&fake, "PATCH"), json!({"target": "integrations/i"}));
    fake.assert_used();
}

#[tokio::test]
async fn a_route_in_somebody_elses_api_is_not_taken_up() {
    let found = r#"{"items":[{"routeId":"r","routeKey":"$connect"}]}"#;
    let fake = FakeAws::new([
        ("/v2/tags", 200, OURS),
        ("/v2/tags", 201, "{}"),
        ("/apis/a/routes", 200, found),
        ("/v2/tags", 200, r#"{"tags":{}}"#),
        ("POST", 409, TAKEN),
        ("/apis/a/routes", 200, found),
        ("/v2/tags", 200, r#"{"tags":{}}"#),
    ]);
    let error = create(&driver(&fake, Routes::new), "route", &route())
        .await
        .unwrap_err();
    assert!(
        error.has_message("ConflictException", "already exists"),
        "{error}"
    );
    fake.assert_used();
}

#[tokio::test]
async fn routes_and_records_are_found_on_a_later_page_and_in_the_api_itself() {
    let apis = APIS.replace("frontage:fingerprint:route", "frontage:fingerprint:another");
    let fake = FakeAws::new([
        (
            "nextToken=more",
            200,
            r#"{"items":[{"routeId":"r","routeKey":"$connect"}]}"#,
        ),
        (
            "/apis/a/routes",
            200,
            r#"{"items":[{"routeId":"q","routeKey":"$default"}],"nextToken":"more"}"#,
        ),
        (
            "/v2/tags",
            200,
            r#"{"tags":{"frontage:system":"acme","frontage:fingerprint:route":"g 7877c6027e73"}}"#,
        ),
        ("/v2/apis", 200, &apis),
    ]);
    let driver = driver(&fake, Routes::new);
    let wanted = wanted("route", &route());
    let live = driver
        .read(&wanted, &ReadCache::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(live.tags, LiveTags::Unread);
    let live = driver
        .confirm(Some(&wanted.address), &live)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(live.tags, LiveTags::Read(with_fingerprint("route", "g")));
    fake.assert_used();
}

fn with_fingerprint(name: &str, fingerprint: &str) -> Tags {
    let mut tags = tags(name);
    tags.insert("frontage:fingerprint".to_owned(), fingerprint.to_owned());
    tags
}

#[tokio::test]
async fn an_api_that_is_gone_holds_nothing() {
    let fake = FakeAws::new([("/apis/a/routes", 404, GONE), ("/v2/apis", 200, APIS)]);
    let (driver, cache) = (driver(&fake, Routes::new), ReadCache::default());
    assert!(
        driver
            .read(&wanted("route", &route()), &cache)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        driver
            .list(&engine::Selection::All, &cache)
            .await
            .unwrap()
            .is_empty()
    );
    fake.assert_used();
}

#[tokio::test]
async fn a_route_lets_its_authorizer_go() {
    let guarded = with(
        &with(&route(), "AuthorizationType", json!("CUSTOM")),
        "AuthorizerId",
        json!("u"),
    );
    let fake = FakeAws::new([("PATCH", 200, "{}"), ("PATCH", 200, "{}")]);
    let driver = driver(&fake, Routes::new);
    update(
        &driver,
        &live(&driver, (Properties::ID, "r"), "route", &guarded),
        &route(),
    )
    .await
    .unwrap();
    assert_eq!(
        sent(&fake, "PATCH"),
        json!({"authorizationType": "NONE", "authorizerId": ""})
    );
    let other = with(&guarded, "AuthorizerId", json!("v"));
    update(
        &driver,
        &live(&driver, (Properties::ID, "r"), "route", &guarded),
        &other,
    )
    .await
    .unwrap();
    assert_eq!(
        sent(&fake, "PATCH"),
        json!({"authorizationType": "CUSTOM", "authorizerId": "v"})
    );
}

/// The route of an HTTP API.
fn request() -> Value {
    json!({"ApiId": "a", "RouteKey": "GET /toggles", "Target": "integrations/i", "AuthorizationType": "JWT",
        "AuthorizerId": "u", "AuthorizationScopes": ["read", "all"]})
}

#[tokio::test]
async fn scopes_are_a_set_and_are_removed_by_an_empty_one() {
    let shown = r#"{"items":[{"routeId":"r","routeKey":"GET /toggles","target":"integrations/i","authorizationType":"JWT",
        "authorizerId":"u","authorizationScopes":["all","read"]}]}"#;
    let fake = FakeAws::new([
        ("/apis/a/routes", 200, shown),
        ("/v2/apis", 200, APIS),
        ("PATCH", 200, "{}"),
    ]);
    let driver = driver(&fake, Routes::new);
    let wanted = wanted("route", &request());
    let live = driver.read(&wanted, &ReadCache::default()).await.unwrap();
    let live = live.unwrap();
    assert!(is_as(&driver, &live, &request()));
    let any = with(&request(), "AuthorizationScopes", json!([]));
    update(&driver, &live, &any).await.unwrap();
    assert_eq!(sent(&fake, "PATCH"), json!({"authorizationScopes": []}));
}

#[test]
fn a_plan_finds_what_api_gateway_refuses() {
    let guarded = |key: &str, by: &str| {
        let route = with(&route(), "RouteKey", json!(key));
        findings(Routes::new, &with(&route, "AuthorizationType", json!(by)))
    };
    assert_eq!(
        guarded("$default", "AWS_IAM"),
        [
            "AuthorizationType is AWS_IAM; a WebSocket API authorizes on the route $connect alone, and not by JWT"
        ]
    );
    assert_eq!(
        guarded("$connect", "CUSTOM"),
        [
            "AuthorizerId is required with AuthorizationType CUSTOM and JWT, and not allowed otherwise"
        ]
    );
    assert_eq!(
        guarded("$connect", "JWT"),
        [
            "AuthorizationType is JWT; a WebSocket API authorizes on the route $connect alone, and not by JWT",
            "AuthorizerId is required with AuthorizationType CUSTOM and JWT, and not allowed otherwise",
        ]
    );
    assert_eq!(guarded("GET /toggles", "AWS_IAM"), Vec::<String>::new());
    let scoped = with(&request(), "AuthorizationType", json!("CUSTOM"));
    assert_eq!(
        findings(Routes::new, &scoped),
        ["AuthorizationScopes is allowed with AuthorizationType JWT alone"]
    );
    assert_eq!(guarded("", "NONE"), ["RouteKey is empty"]);
    for passes in [
        guarded(engine::UNKNOWN, "AWS_IAM"),
        guarded("$default", engine::UNKNOWN),
        findings(Routes::new, &route()),
        findings(Routes::new, &request()),
    ] {
        assert_eq!(passes, Vec::<String>::new());
    }
}
