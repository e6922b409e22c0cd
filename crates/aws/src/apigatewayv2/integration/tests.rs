use super::{Integrations, Properties};
use crate::apigatewayv2::testing::*;

fn integration() -> Value {
    json!({"ApiId": "a", "IntegrationType": "AWS_PROXY", "IntegrationUri": "arn:function"})
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
        (Properties::ID, "i"),
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

#[tokio::test(start_paused = true)]
async fn a_deletion_does_not_wait_for_a_route_of_others() {
    let used = r#"{"__type":"ConflictException","message":"Cannot delete Integration, it is used by a Route"}"#;
    let routes = r#"{"items":[{"routeKey":"chat","target":"integrations/i"},{"routeKey":"$default","target":"integrations/j"}]}"#;
    let mut script = vec![("DELETE", 409, used); 14];
    script.push(("GET", 200, routes));
    let fake = FakeAws::new(script);
    let driver = driver(&fake, Integrations::new);
    let live = live(
        &driver,
        (Properties::ID, "i"),
        "integration",
        &integration(),
    );
    let error = driver.delete(&live).await.unwrap_err().to_string();
    assert!(
        error.contains("it is used by the route `chat`, which"),
        "{error}"
    );
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
            (Properties::ID, "i"),
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

/// Members that MiniStack does not keep.
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
    create(&driver(&fake, Integrations::new), "integration", &whole)
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
    assert_eq!(live.properties.to_json().unwrap(), whole);
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
    let live = live(&driver, (Properties::ID, "i"), "integration", &full);
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

#[test]
fn a_plan_finds_what_api_gateway_refuses() {
    let finding =
        |member: &str, value| findings(Integrations::new, &with(&integration(), member, value));
    assert_eq!(
        finding("TimeoutInMillis", json!(30_000)),
        ["TimeoutInMillis is 30000; 50 to 29000 are allowed"]
    );
    assert_eq!(
        finding("RequestTemplates", json!({"a": ""})),
        ["RequestTemplates.a is empty, which API Gateway takes as its removal"]
    );
    assert_eq!(
        finding("ConnectionType", json!("VPN")),
        ["ConnectionType is `VPN`; INTERNET or VPC_LINK is allowed"]
    );
    let unknown = json!({"a": engine::UNKNOWN});
    assert_eq!(finding("RequestTemplates", unknown), Vec::<String>::new());
}
