use model::types::apigatewayv2::Api;

use super::Apis;
use crate::apigatewayv2::testing::*;
use crate::apigatewayv2::{Authorizers, Deployments, Integrations, Routes, Stages};

fn api() -> Value {
    json!({"Name": "acme", "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.action"})
}

fn listed(id: &str, created: &str, address: &str) -> String {
    format!(
        r#"{{"apiId":"{id}","name":"acme","protocolType":"WEBSOCKET","createdDate":"{created}",
        "routeSelectionExpression":"$request.body.action",
        "tags":{{"frontage:system":"acme","frontage:address":"{address}"}}}}"#
    )
}

#[tokio::test]
async fn it_is_found_by_its_tags_on_a_later_page() {
    let first = format!(
        r#"{{"items":[{}],"nextToken":"more"}}"#,
        listed("a", "2026-01-01T00:00:00Z", "test/other")
    );
    let second = format!(
        r#"{{"items":[{}]}}"#,
        listed("b", "2026-01-01T00:00:00Z", "test/api")
    );
    let fake = FakeAws::new([("nextToken=more", 200, &*second), ("/v2/apis", 200, &first)]);
    let driver = driver(&fake, Apis::new);
    let live = driver
        .read(&wanted("api", &api()), &ReadCache::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(live.id, "b");
    assert_eq!(
        live.attributes[Api::ARN.name],
        "arn:aws:apigateway:eu-west-1::/apis/b"
    );
    fake.assert_used();
}

#[tokio::test]
async fn of_several_the_one_with_routes_is_it_then_the_oldest_and_the_others_are_listed() {
    let of = [
        ("a", "2026-01-03"),
        ("b", "2026-01-02"),
        ("c", "2026-01-01"),
    ]
    .map(|(id, day)| listed(id, &format!("{day}T00:00:00Z"), "test/api"));
    let apis = format!(r#"{{"items":[{}]}}"#, of.join(","));
    let with_route = r#"{"items":[{"routeId":"r","routeKey":"$connect"}]}"#;
    for (routes_of_b, chosen) in [(with_route, "b"), (NONE, "c")] {
        let fake = FakeAws::new([
            ("/apis/a/routes", 200, NONE),
            ("/apis/b/routes", 200, routes_of_b),
            ("/apis/c/routes", 200, NONE),
            ("/v2/apis", 200, &apis),
        ]);
        let (driver, cache) = (driver(&fake, Apis::new), ReadCache::default());
        let live = driver
            .read(&wanted("api", &api()), &cache)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(live.id, chosen);
        assert_eq!(
            driver
                .list(&engine::Selection::All, &cache)
                .await
                .unwrap()
                .len(),
            3
        );
        fake.assert_used();
    }
}

#[tokio::test(start_paused = true)]
async fn its_deletion_waits_for_the_quota_and_until_it_is_gone() {
    let slow = r#"{"__type":"TooManyRequestsException","message":"Too Many Requests"}"#;
    let fake = FakeAws::new([
        ("DELETE", 429, slow),
        ("DELETE", 204, ""),
        ("GET", 200, r#"{"apiId":"a"}"#),
        ("GET", 404, GONE),
        ("DELETE", 404, GONE),
        ("GET", 404, GONE),
    ]);
    let driver = driver(&fake, Apis::new);
    let live = Live {
        id: "a".into(),
        ..live(&driver, (Api::ID, "a"), "api", &api())
    };
    driver.delete(&live).await.unwrap();
    driver.delete(&live).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn an_update_sends_what_changed_and_empty_text_for_what_goes() {
    let fake = FakeAws::new([("PATCH", 200, "{}")]);
    let driver = driver(&fake, Apis::new);
    let described = with(&api(), "Description", json!("for toggles"));
    let live = live(&driver, (Api::ID, "a"), "api", &described);
    update(&driver, &live, &api()).await.unwrap();
    assert_eq!(sent(&fake, "PATCH"), json!({"description": ""}));
}

fn http() -> Value {
    json!({"Name": "acme", "ProtocolType": "HTTP",
        "CorsConfiguration": {"AllowOrigins": ["*"], "AllowMethods": ["PATCH", "GET"], "AllowHeaders": ["authorization"], "MaxAge": 3600}})
}

#[tokio::test]
async fn an_http_api_has_no_expressions_and_its_origins_have_no_case() {
    let shown = r#"{"items":[{"apiId":"a","name":"acme","protocolType":"HTTP","routeSelectionExpression":"$request.method $request.path",
        "apiKeySelectionExpression":"$request.header.x-api-key","disableExecuteApiEndpoint":false,
        "corsConfiguration":{"allowOrigins":["*"],"allowMethods":["GET","PATCH"],"allowHeaders":["Authorization"],"maxAge":3600},
        "tags":{"frontage:system":"acme","frontage:address":"test/api"}}]}"#;
    let fake = FakeAws::new([
        ("POST", 201, r#"{"apiId":"b"}"#),
        ("/v2/apis", 200, shown),
        ("/v2/apis", 200, NONE),
    ]);
    let driver = driver(&fake, Apis::new);
    let wanted = wanted("api", &http());
    let live = driver.read(&wanted, &ReadCache::default()).await.unwrap();
    assert!(is_as(&driver, &live.unwrap(), &http()));
    let made = create(&driver, "other", &http()).await.unwrap();
    let url = &made.attributes[Api::HTTP_URL.name];
    assert!(url.ends_with("/_aws/execute-api/b"), "{url}");
    let sent = sent(&fake, "POST");
    assert_eq!(sent.get("routeSelectionExpression"), None);
    assert_eq!(sent.get("apiKeySelectionExpression"), None);
    assert_eq!(
        sent["corsConfiguration"]["allowMethods"],
        json!(["GET", "PATCH"])
    );
}

#[tokio::test]
async fn what_pages_of_other_origins_may_do_is_removed_by_a_call_of_its_own() {
    let fake = FakeAws::new([("/cors", 204, ""), ("PATCH", 200, "{}"), ("/cors", 204, "")]);
    let driver = driver(&fake, Apis::new);
    let live = live(&driver, (Api::ID, "a"), "api", &http());
    let without = with(&http(), "CorsConfiguration", Value::Null);
    let renamed = with(&without, "Name", json!("other"));
    update(&driver, &live, &renamed).await.unwrap();
    assert_eq!(sent(&fake, "PATCH"), json!({"name": "other"}));
    update(&driver, &live, &without).await.unwrap();
    fake.assert_used();
}

#[test]
fn a_plan_finds_what_api_gateway_refuses_of_an_api() {
    assert_eq!(findings(Apis::new, &http()), Vec::<String>::new());
    let socket = with(&http(), "ProtocolType", json!("WEBSOCKET"));
    assert_eq!(
        findings(Apis::new, &socket),
        [
            "RouteSelectionExpression is missing; a WebSocket API has one",
            "CorsConfiguration is for HTTP APIs alone"
        ]
    );
    let cookies = json!({"AllowOrigins": ["*"], "AllowCredentials": true, "MaxAge": 86_401});
    assert_eq!(
        findings(Apis::new, &with(&http(), "CorsConfiguration", cookies)),
        [
            "CorsConfiguration.MaxAge is 86401; -1 to 86400 are allowed",
            "CorsConfiguration.AllowCredentials is not allowed with the origin `*`"
        ]
    );
}

/// Everything in the API, with one call per kind.
#[tokio::test]
async fn a_reading_asks_for_each_kind_once() {
    let fake = FakeAws::new([
        (
            "/apis/a/routes",
            200,
            r#"{"items":[{"routeId":"r","routeKey":"$connect","target":"integrations/i"}]}"#,
        ),
        (
            "/apis/a/integrations",
            200,
            r#"{"items":[{"integrationId":"i","integrationType":"MOCK","description":"test/integration"}]}"#,
        ),
        (
            "/apis/a/authorizers",
            200,
            r#"{"items":[{"authorizerId":"u","name":"n","authorizerType":"REQUEST"}]}"#,
        ),
        (
            "/apis/a/deployments",
            200,
            r#"{"items":[{"deploymentId":"d","description":"wanted","deploymentStatus":"DEPLOYED"}]}"#,
        ),
        (
            "/apis/a/stages",
            200,
            r#"{"items":[{"stageName":"live","deploymentId":"d","tags":{"frontage:system":"acme"}}]}"#,
        ),
        ("/v2/apis", 200, APIS),
    ]);
    let account = Account::for_tests(&fake);
    let drivers: [(&dyn Writer, &str, Value); 6] = [
        (&Untyped::new(&account, Apis::new), "api", api()),
        (
            &Untyped::new(&account, Integrations::new),
            "integration",
            json!({"ApiId": "a", "IntegrationType": "MOCK"}),
        ),
        (
            &Untyped::new(&account, Authorizers::new),
            "authorizer",
            json!({"ApiId": "a", "Name": "n", "AuthorizerType": "REQUEST"}),
        ),
        (&Untyped::new(&account, Routes::new), "route", route()),
        (
            &Untyped::new(&account, Deployments::new),
            "deployment",
            json!({"ApiId": "a", "Description": "wanted"}),
        ),
        (
            &Untyped::new(&account, Stages::new),
            "stage",
            json!({"ApiId": "a", "StageName": "live"}),
        ),
    ];
    let cache = ReadCache::default();
    for (driver, name, properties) in drivers {
        let live = driver
            .read(&wanted(name, &properties), &cache)
            .await
            .unwrap()
            .unwrap();
        let listed = driver.list(&engine::Selection::All, &cache).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(
            listed[0].id, live.id,
            "a read one is known among the listed"
        );
        let recorded = live
            .tags
            .known()
            .and_then(|tags| tags.get("frontage:fingerprint"));
        assert_eq!(recorded.is_some(), !["api", "stage"].contains(&name));
    }
    fake.assert_used();
    assert_eq!(fake.requests().len(), 6);
}

#[test]
fn a_plan_finds_what_api_gateway_refuses() {
    let finding = |member: &str, value| findings(Apis::new, &with(&api(), member, value));
    assert_eq!(
        finding("Name", json!("")),
        ["Name has 0 characters; 1 to 128 are allowed"]
    );
    assert_eq!(
        finding("ProtocolType", json!("C")),
        ["ProtocolType is `C`; WEBSOCKET or HTTP is allowed"]
    );
    let unknown = finding("Description", json!(engine::UNKNOWN));
    assert_eq!(unknown, Vec::<String>::new());
}

/// The list that the plan read lacked it: it is gone on with, and there is no second one.
#[tokio::test]
async fn one_that_a_lagging_list_hid_is_made_as_desired() {
    let apis = format!(
        r#"{{"items":[{}]}}"#,
        listed("a", "2026-01-01T00:00:00Z", "test/api")
    );
    let fake = FakeAws::new([
        ("GET ", 200, apis.as_str()),
        ("PATCH", 200, "{}"),
        (
            "POST https://apigateway.eu-west-1.amazonaws.com/v2/tags/",
            201,
            "",
        ),
    ]);
    let driver = driver(&fake, Apis::new);
    let described = with(&api(), "Description", json!("for toggles"));
    let created = create(&driver, "api", &described).await.unwrap();
    assert_eq!(created.id, "a");
    assert_eq!(sent(&fake, "PATCH"), json!({"description": "for toggles"}));
    fake.assert_used();
}

/// One of another protocol is what a replacement creates the new one for.
#[tokio::test]
async fn one_that_is_being_replaced_is_not_gone_on_with() {
    let old = listed("a", "2026-01-01T00:00:00Z", "test/api").replace("WEBSOCKET", "HTTP");
    let apis = format!(r#"{{"items":[{old}]}}"#);
    let fake = FakeAws::new([
        ("GET ", 200, apis.as_str()),
        ("POST ", 201, r#"{"apiId":"new"}"#),
    ]);
    let driver = driver(&fake, Apis::new);
    let created = create(&driver, "api", &api()).await.unwrap();
    assert_eq!(created.id, "new");
    fake.assert_used();
}
