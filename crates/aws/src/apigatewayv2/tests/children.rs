//! Routes, integrations and authorizers.

use super::*;
use crate::apigatewayv2::{Authorizers, Integrations, Routes};

const TAKEN: &str = r#"{"__type":"ConflictException","message":"Route with key $connect already exists for this API"}"#;

fn integration() -> Value {
    json!({"ApiId": "a", "IntegrationType": "AWS_PROXY", "IntegrationUri": "arn:function"})
}

fn authorizer() -> Value {
    json!({"ApiId": "a", "Name": "n", "AuthorizerType": "REQUEST", "AuthorizerUri": "arn:function"})
}

#[tokio::test(start_paused = true)]
async fn the_record_comes_first_and_concurrent_writes_are_made_again() {
    let fake = FakeAws::new([
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
    let live = driver.create(&route(), &tags("route")).await.unwrap();
    assert_eq!((&*live.id, &*live.attributes["RouteId"]), ("a/r", "r"));
    assert_eq!(
        sent(&fake, "/v2/tags"),
        json!({"tags": {"frontage:fingerprint:route": "f"}})
    );
    fake.assert_used();
}

#[tokio::test]
async fn a_route_whose_answer_was_lost_is_taken_up() {
    let found = r#"{"items":[{"routeId":"r","routeKey":"$connect","target":"integrations/old"}]}"#;
    let fake = FakeAws::new([
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
    let live = driver.create(&route(), &tags("route")).await.unwrap();
    assert_eq!(live.attributes["RouteId"], "r");
    assert_eq!(sent(&fake, "PATCH"), json!({"target": "integrations/i"}));
    fake.assert_used();
}

#[tokio::test]
async fn a_route_in_somebody_elses_api_is_not_taken_up() {
    let found = r#"{"items":[{"routeId":"r","routeKey":"$connect"}]}"#;
    let fake = FakeAws::new([
        ("/v2/tags", 201, "{}"),
        ("/apis/a/routes", 200, found),
        ("/v2/tags", 200, r#"{"tags":{}}"#),
        ("POST", 409, TAKEN),
        ("/apis/a/routes", 200, found),
        ("/v2/tags", 200, r#"{"tags":{}}"#),
    ]);
    let error = driver(&fake, Routes::new)
        .create(&route(), &tags("route"))
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
            r#"{"tags":{"frontage:system":"acme","frontage:fingerprint:route":"g"}}"#,
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
    assert!(driver.list(&cache).await.unwrap().is_empty());
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_deletion_waits_for_what_refers_to_it_and_succeeds_without_the_api() {
    let used = r#"{"__type":"ConflictException","message":"Cannot delete Integration, it is used by a Route"}"#;
    let fake = FakeAws::new([
        ("DELETE", 409, used),
        ("DELETE", 409, CONCURRENT),
        ("DELETE", 204, ""),
        ("GET", 200, NONE),
        ("DELETE", 204, ""),
        ("DELETE", 404, GONE),
        ("GET", 404, GONE),
        ("DELETE", 404, GONE),
    ]);
    let driver = driver(&fake, Integrations::new);
    let live = live(
        &driver,
        ("IntegrationId", "i"),
        "integration",
        &integration(),
    );
    driver.delete(&live).await.unwrap();
    assert!(
        fake.requests()
            .last()
            .unwrap()
            .contains("tagKeys=frontage%3Afingerprint%3Aintegration")
    );
    driver.delete(&live).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn the_record_stays_with_an_integrations_twin() {
    let twin = r#"{"items":[{"integrationId":"j","integrationType":"AWS_PROXY","description":"test/integration"}]}"#;
    let fake = FakeAws::new([("DELETE", 204, ""), ("GET", 200, twin)]);
    let driver = driver(&fake, Integrations::new);
    driver
        .delete(&live(
            &driver,
            ("IntegrationId", "i"),
            "integration",
            &integration(),
        ))
        .await
        .unwrap();
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn of_several_integrations_the_one_that_a_route_calls_is_it() {
    let three = r#"{"items":[
        {"integrationId":"i","integrationType":"AWS_PROXY","description":"test/integration"},
        {"integrationId":"j","integrationType":"AWS_PROXY","description":"test/integration"},
        {"integrationId":"k","integrationType":"MOCK","description":"by hand"}]}"#;
    let calls_j = r#"{"items":[{"routeId":"r","routeKey":"$connect","target":"integrations/j"}]}"#;
    for (routes, chosen) in [(calls_j, "a/j"), (NONE, "a/i")] {
        let fake = FakeAws::new([
            ("/apis/a/integrations", 200, three),
            ("/apis/a/routes", 200, routes),
            ("/v2/apis", 200, APIS),
        ]);
        let (driver, cache) = (driver(&fake, Integrations::new), ReadCache::default());
        let live = driver
            .read(&wanted("integration", &integration()), &cache)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(live.id, chosen);
        let listed = driver.list(&cache).await.unwrap();
        let addresses: Vec<_> = listed
            .iter()
            .map(|of| &of.tags.known().unwrap()["frontage:address"])
            .collect();
        assert_eq!(
            addresses,
            [
                "test/integration",
                "test/integration",
                "test/api.integration.k"
            ]
        );
    }
}

/// What MiniStack does not keep.
#[tokio::test]
async fn an_integration_is_written_and_read_whole() {
    let whole = json!({
        "ApiId": "a", "IntegrationType": "HTTP", "IntegrationUri": "https://example.com", "IntegrationMethod": "PUT",
        "ConnectionType": "INTERNET", "CredentialsArn": "arn:role", "TimeoutInMillis": 50,
        "PassthroughBehavior": "NEVER", "ContentHandlingStrategy": "CONVERT_TO_TEXT",
        "RequestParameters": {"integration.request.header.a": "'b'"}, "RequestTemplates": {"json": "{}"},
        "TemplateSelectionExpression": "$request.body.kind",
    });
    let fake = FakeAws::new([
        ("/v2/tags", 201, "{}"),
        ("GET", 200, NONE),
        ("POST", 201, r#"{"integrationId":"i"}"#),
    ]);
    driver(&fake, Integrations::new)
        .create(&whole, &tags("integration"))
        .await
        .unwrap();
    let sent = sent(&fake, "/integrations");
    let item = with(&sent, "integrationId", json!("i"));
    let items = json!({"items": [item]}).to_string();
    let fake = FakeAws::new([("/integrations", 200, &*items), ("/v2/apis", 200, APIS)]);
    let driver = driver(&fake, Integrations::new);
    let live = driver
        .read(&wanted("integration", &whole), &ReadCache::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(live.properties, whole);
}

#[tokio::test]
async fn what_an_integration_no_longer_has_is_sent_empty() {
    let full = with(&integration(), "CredentialsArn", json!("arn:role"));
    let full = with(
        &full,
        "TemplateSelectionExpression",
        json!("$request.body.kind"),
    );
    let full = with(&full, "PassthroughBehavior", json!("NEVER"));
    let full = with(&full, "RequestParameters", json!({"a": "'1'", "b": "'2'"}));
    let fake = FakeAws::new([("PATCH", 200, "{}")]);
    let driver = driver(&fake, Integrations::new);
    let live = live(&driver, ("IntegrationId", "i"), "integration", &full);
    update(
        &driver,
        &live,
        &with(&integration(), "RequestParameters", json!({"b": "'3'"})),
    )
    .await
    .unwrap();
    assert_eq!(
        sent(&fake, "PATCH"),
        json!({
            "integrationType": "AWS_PROXY", "credentialsArn": "", "templateSelectionExpression": "",
            "passthroughBehavior": "WHEN_NO_MATCH", "requestParameters": {"a": "", "b": "'3'"},
        })
    );
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
        &live(&driver, ("RouteId", "r"), "route", &guarded),
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
        &live(&driver, ("RouteId", "r"), "route", &guarded),
        &other,
    )
    .await
    .unwrap();
    assert_eq!(
        sent(&fake, "PATCH"),
        json!({"authorizationType": "CUSTOM", "authorizerId": "v"})
    );
}

#[tokio::test]
async fn of_several_authorizers_the_one_that_a_route_uses_is_it() {
    let two = r#"{"items":[{"authorizerId":"u","name":"n","authorizerType":"REQUEST"},
        {"authorizerId":"v","name":"n","authorizerType":"REQUEST"}]}"#;
    let uses_v = r#"{"items":[{"routeId":"r","routeKey":"$connect","authorizerId":"v"}]}"#;
    for (routes, chosen) in [(uses_v, "a/v"), (NONE, "a/u")] {
        let fake = FakeAws::new([
            ("/apis/a/authorizers", 200, two),
            ("/apis/a/routes", 200, routes),
            ("/v2/apis", 200, APIS),
        ]);
        let driver = driver(&fake, Authorizers::new);
        let live = driver
            .read(&wanted("authorizer", &authorizer()), &ReadCache::default())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(live.id, chosen);
    }
}

#[tokio::test]
async fn an_authorizer_whose_answer_was_lost_is_taken_up() {
    let found = r#"{"items":[{"authorizerId":"u","name":"n","authorizerType":"REQUEST","authorizerUri":"arn:old"}]}"#;
    let fake = FakeAws::new([
        ("/v2/tags", 201, "{}"),
        ("/apis/a/authorizers", 200, found),
        ("/v2/tags", 200, OURS),
        ("PATCH", 200, "{}"),
    ]);
    let driver = driver(&fake, Authorizers::new);
    let live = driver
        .create(&authorizer(), &tags("authorizer"))
        .await
        .unwrap();
    assert_eq!(live.attributes["AuthorizerId"], "u");
    assert_eq!(
        sent(&fake, "PATCH"),
        json!({"authorizerUri": "arn:function"})
    );
    fake.assert_used();
}

#[tokio::test]
async fn limits_are_said_before_any_call() {
    let fake = FakeAws::new([]);
    let account = Account::for_tests(&fake);
    let (routes, integrations) = (
        Untyped(Routes::new(&account)),
        Untyped(Integrations::new(&account)),
    );
    let guarded = with(
        &with(&route(), "RouteKey", json!("$default")),
        "AuthorizationType",
        json!("AWS_IAM"),
    );
    let unguarded = with(&route(), "AuthorizationType", json!("CUSTOM"));
    let slow = with(&integration(), "TimeoutInMillis", json!(30_000));
    let refused = [
        routes.create(&guarded, &tags("route")).await,
        routes.create(&unguarded, &tags("route")).await,
        integrations.create(&slow, &tags("integration")).await,
        integrations
            .create(
                &with(&integration(), "RequestTemplates", json!({"a": ""})),
                &tags("integration"),
            )
            .await,
        Untyped(Authorizers::new(&account))
            .create(
                &with(&authorizer(), "AuthorizerType", json!("JWT")),
                &tags("authorizer"),
            )
            .await,
    ];
    assert!(
        refused
            .iter()
            .all(|answer| matches!(answer, Err(DriverError::Invalid(_)))),
        "{refused:?}"
    );
    assert!(fake.requests().is_empty());
}
