use super::{Integrations, Properties};
use crate::apigatewayv2::testing::*;

fn integration() -> Value {
    json!({"ApiId": "a", "IntegrationType": "AWS_PROXY", "IntegrationUri": "arn:function"})
}

#[tokio::test(start_paused = true)]
async fn a_deletion_waits_for_what_refers_to_it_and_succeeds_without_the_api() {
    let used = r#"{"__type":"ConflictException","message":"Cannot delete Integration, it is used by a Route"}"#;
    let recorded = r#"{"tags":{"frontage:system":"acme","frontage:address":"test/api","frontage:fingerprint:integration":"f"}}"#;
    let fake = FakeAws::new([
        ("DELETE", 409, used),
        ("DELETE", 409, CONCURRENT),
        ("DELETE", 204, ""),
        ("/integrations", 200, NONE),
        ("/v2/tags", 200, recorded),
        ("DELETE", 204, ""),
        ("DELETE", 404, GONE),
        ("GET", 404, GONE),
        ("GET", 404, GONE),
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

/// The deletion of an integration that a route uses: of others, unless the API has this record.
async fn deleted_in_use(record: &str) -> Result<(), engine::DriverError> {
    let used = r#"{"__type":"ConflictException","message":"Cannot delete Integration, it is used by a Route"}"#;
    let routes = r#"{"items":[{"routeKey":"$connect","target":"integrations/i"},{"routeKey":"$default","target":"integrations/j"}]}"#;
    let tags = json!({"tags": {"frontage:system": "acme", "frontage:address": "test/api", record: "f 7877c6027e73"}});
    let tags = tags.to_string();
    let mut script = vec![("DELETE", 409, used); 14];
    script.extend([
        ("/routes", 200, routes),
        ("/v2/tags", 200, tags.as_str()),
        ("/routes", 200, routes),
        ("/integrations", 200, NONE),
        ("/v2/tags", 200, tags.as_str()),
    ]);
    let fake = FakeAws::new(script);
    let driver = driver(&fake, Integrations::new);
    let live = live(
        &driver,
        (Properties::ID, "i"),
        "integration",
        &integration(),
    );
    driver.delete(&live).await
}

/// It goes with the API, or stays until the route no longer uses it.
#[tokio::test(start_paused = true)]
async fn an_integration_is_left_to_a_route_of_others_and_a_deletion_waits_for_none() {
    deleted_in_use("another").await.unwrap();
    let ours = deleted_in_use("frontage:fingerprint:route").await;
    let error = ours.unwrap_err().to_string();
    assert!(
        error.contains("it is used by the route `$connect`, which"),
        "{error}"
    );
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
        let listed = driver.list(&engine::Selection::All, &cache).await.unwrap();
        // The emulator's list shows no records, so each is looked at once it may be an orphan.
        assert!(listed.len() == 3 && listed.iter().all(|of| of.tags == LiveTags::Unread));
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

/// An HTTP API has no behaviour of what passes; a WebSocket API shows a version, which means nothing.
#[tokio::test]
async fn a_version_is_of_an_http_api() {
    let shown = r#"{"items":[{"integrationId":"i","integrationType":"AWS_PROXY","integrationUri":"arn:function",
        "description":"test/integration","payloadFormatVersion":"1.0"}]}"#;
    let fake = FakeAws::new([
        ("/v2/tags", 200, OURS),
        ("/v2/tags", 201, "{}"),
        ("PATCH", 200, "{}"),
        ("POST", 201, r#"{"integrationId":"j"}"#),
        ("/apis/a/integrations", 200, shown),
        ("/apis/a/integrations", 200, NONE),
        ("/v2/apis", 200, APIS),
    ]);
    let driver = driver(&fake, Integrations::new);
    let wanted = wanted("integration", &integration());
    let live = driver.read(&wanted, &ReadCache::default()).await.unwrap();
    let live = live.unwrap();
    let compared = driver.compare(&live, &integration()).unwrap();
    assert!(compared.changes.is_empty() && compared.left.is_empty());
    let request = with(&integration(), "PayloadFormatVersion", json!("2.0"));
    update(&driver, &live, &request).await.unwrap();
    let version = json!({"integrationType": "AWS_PROXY", "payloadFormatVersion": "2.0"});
    assert_eq!(sent(&fake, "PATCH"), version);
    create(&driver, "other", &request).await.unwrap();
    let sent = sent(&fake, "/integrations  {");
    assert_eq!(sent["payloadFormatVersion"], "2.0");
    assert_eq!(sent.get("passthroughBehavior"), None);
}

#[test]
fn a_plan_finds_what_api_gateway_refuses() {
    let finding =
        |member: &str, value| findings(Integrations::new, &with(&integration(), member, value));
    assert_eq!(
        finding("TimeoutInMillis", json!(30_000)),
        ["TimeoutInMillis is 30000; 50 to 29000 is allowed of a WebSocket API"]
    );
    let request = with(&integration(), "PayloadFormatVersion", json!("2.0"));
    let slow = with(&request, "TimeoutInMillis", json!(30_000));
    assert_eq!(findings(Integrations::new, &slow), Vec::<String>::new());
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

/// An orphan says itself which resource it was. One that a route of others uses is left to them.
#[tokio::test]
async fn an_orphan_is_known_by_its_description_unless_others_use_it() {
    let two = r#"{"items":[{"integrationId":"i","description":"test/integration"},{"integrationId":"k","description":"other/integration"}]}"#;
    let used = r#"{"items":[{"routeKey":"chat","target":"integrations/i"}]}"#;
    let foreign = LiveTags::Foreign("test/api".parse().unwrap());
    let mut ours = tags("integration");
    ours.remove("frontage:fingerprint");
    for (routes, expected) in [(NONE, LiveTags::Read(ours)), (used, foreign.clone())] {
        let fake = FakeAws::new([
            ("/apis/a/integrations", 200, two),
            ("/v2/apis/a/routes", 200, routes),
            ("/v2/tags", 200, OURS),
            ("/v2/tags", 200, OURS),
            ("/v2/apis", 200, APIS),
        ]);
        let driver = driver(&fake, Integrations::new);
        let listed = driver
            .list(&engine::Selection::All, &ReadCache::default())
            .await
            .unwrap();
        let confirmed = async |of: usize| {
            let live = driver.confirm(None, &listed[of]).await;
            live.unwrap().unwrap().tags
        };
        assert_eq!(confirmed(0).await, expected);
        assert_eq!(confirmed(1).await, foreign, "it is of another stack");
        fake.assert_used();
    }
}

/// The SDK does not repeat the call, which would make a second integration.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_leaves_one_integration() {
    let failed = r#"{"__type":"InternalServerError","message":"lost"}"#;
    let found = r#"{"items":[{"integrationId":"i","integrationType":"AWS_PROXY","integrationUri":"arn:function","description":"test/integration"}]}"#;
    let fake = FakeAws::new([
        ("/v2/tags", 201, "{}"),
        ("GET", 200, NONE),
        ("POST", 500, failed),
        ("GET", 200, NONE),
        ("GET", 200, found),
        ("/v2/tags", 200, OURS),
    ]);
    let driver = driver(&fake, Integrations::new);
    let live = create(&driver, "integration", &integration()).await;
    assert_eq!(live.unwrap().id, "a/i");
    fake.assert_used();
}

/// The same answer of an HTTP API says what its functions get.
#[tokio::test]
async fn a_plan_shows_the_version_of_an_http_api() {
    let shown = r#"{"items":[{"integrationId":"i","integrationType":"AWS_PROXY","integrationUri":"arn:function",
        "description":"test/integration","payloadFormatVersion":"1.0"}]}"#;
    let apis = APIS.replace("WEBSOCKET", "HTTP");
    let fake = FakeAws::new([
        ("/apis/a/integrations", 200, shown),
        ("/v2/apis", 200, &apis),
    ]);
    let driver = driver(&fake, Integrations::new);
    let wanted = wanted("integration", &integration());
    let live = driver.read(&wanted, &ReadCache::default()).await.unwrap();
    let compared = driver.compare(&live.unwrap(), &integration()).unwrap();
    assert!(compared.changes.is_empty());
    assert_eq!(compared.left.0[0].path, "PayloadFormatVersion");
}
