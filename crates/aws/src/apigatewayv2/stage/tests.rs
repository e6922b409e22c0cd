use super::{Properties, Stages};
use crate::apigatewayv2::testing::*;
use crate::kit::left::assert_left;

const TAKEN: &str = r#"{"__type":"ConflictException","message":"Stage already exists"}"#;

fn stage() -> Value {
    json!({"ApiId": "a", "StageName": "live", "DeploymentId": "d"})
}

fn live_stage(driver: &Untyped<Stages>, properties: &Value) -> Live {
    live(driver, (Properties::NAME, "live"), "stage", properties)
}

#[tokio::test]
async fn one_whose_answer_was_lost_is_finished() {
    let found = r#"{"items":[{"stageName":"live","deploymentId":"old"}]}"#;
    let ours = r#"{"tags":{"frontage:system":"acme","frontage:address":"test/stage"}}"#;
    let fake = FakeAws::new([
        ("POST", 409, TAKEN),
        ("/apis/a/stages", 200, found),
        ("/v2/tags", 200, ours),
        ("PATCH", 200, "{}"),
        ("GET", 200, r#"{"apiEndpoint":"wss://a"}"#),
    ]);
    let live = create(&driver(&fake, Stages::new), "stage", &stage())
        .await
        .unwrap();
    assert_eq!(
        live.attributes[Properties::ARN.name],
        "arn:aws:apigateway:eu-west-1::/apis/a/stages/live"
    );
    assert_eq!(sent(&fake, "PATCH"), json!({"deploymentId": "d"}));
    fake.assert_used();
}

#[tokio::test]
async fn one_of_another_owner_is_not_taken() {
    let fake = FakeAws::new([
        ("POST", 409, TAKEN),
        ("/apis/a/stages", 200, r#"{"items":[{"stageName":"live"}]}"#),
        (
            "/v2/tags",
            200,
            r#"{"tags":{"frontage:system":"acme","frontage:address":"test/other"}}"#,
        ),
    ]);
    let error = create(&driver(&fake, Stages::new), "stage", &stage())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "apigateway:CreateStage: ConflictException: Stage already exists"
    );
}

#[tokio::test]
async fn auto_deploy_never_names_a_deployment() {
    let auto = with(&stage(), "AutoDeploy", json!(true));
    let fake = FakeAws::new([
        ("POST", 201, "{}"),
        ("GET", 200, "{}"),
        ("PATCH", 200, "{}"),
        ("PATCH", 200, "{}"),
        ("PATCH", 200, "{}"),
    ]);
    let driver = driver(&fake, Stages::new);
    create(&driver, "stage", &auto).await.unwrap();
    assert_eq!(sent(&fake, "POST").get("deploymentId"), None);
    update(&driver, &live_stage(&driver, &stage()), &auto)
        .await
        .unwrap();
    assert_eq!(sent(&fake, "PATCH"), json!({"autoDeploy": true}));
    update(&driver, &live_stage(&driver, &auto), &stage())
        .await
        .unwrap();
    let off = fake.requests();
    assert!(
        off[off.len() - 2].ends_with(r#"{"autoDeploy":false}"#),
        "it is switched off first: {off:?}"
    );
    assert_eq!(sent(&fake, "PATCH"), json!({"deploymentId": "d"}));
}

/// The stage of an HTTP API.
fn http() -> Value {
    json!({"ApiId": "a", "StageName": "$default", "AutoDeploy": true,
        "DefaultRouteSettings": {"ThrottlingRateLimit": 50.0, "ThrottlingBurstLimit": 100}})
}

#[tokio::test]
async fn one_of_an_http_api_has_neither_execution_logs_nor_connections() {
    let fake = FakeAws::new([("POST", 201, "{}"), ("GET", 200, "{}")]);
    let driver = driver(&fake, Stages::new);
    let live = create(&driver, "stage", &http()).await.unwrap();
    assert_eq!(live.attributes.get(Properties::WEBSOCKET_URL.name), None);
    let settings = json!({"throttlingRateLimit": 50.0, "throttlingBurstLimit": 100, "detailedMetricsEnabled": false});
    assert_eq!(sent(&fake, "POST")["defaultRouteSettings"], settings);
}

#[tokio::test]
async fn throttling_that_is_absent_is_not_sent_as_0() {
    let logged = with(
        &stage(),
        "DefaultRouteSettings",
        json!({"LoggingLevel": "ERROR"}),
    );
    let fake = FakeAws::new([("PATCH", 200, "{}")]);
    let driver = driver(&fake, Stages::new);
    update(&driver, &live_stage(&driver, &stage()), &logged)
        .await
        .unwrap();
    let expected = json!({"detailedMetricsEnabled": false, "dataTraceEnabled": false, "loggingLevel": "ERROR"});
    assert_eq!(
        sent(&fake, "PATCH"),
        json!({"defaultRouteSettings": expected})
    );
}

#[tokio::test]
async fn throttling_that_aws_keeps_is_said() {
    let throttled = with(
        &stage(),
        "DefaultRouteSettings",
        json!({"ThrottlingBurstLimit": 1}),
    );
    let kept = r#"{"defaultRouteSettings":{"throttlingBurstLimit":1}}"#;
    let fake = FakeAws::new([("PATCH", 200, kept)]);
    let driver = driver(&fake, Stages::new);
    let error = update(&driver, &live_stage(&driver, &throttled), &stage())
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("AWS keeps the throttling of the stage `live`"),
        "{error}"
    );
}

#[tokio::test]
async fn what_an_update_leaves_is_taken_away() {
    let full = with(&stage(), "Description", json!("mine"));
    let full = with(&full, "StageVariables", json!({"a": "1", "b": "2"}));
    let traced = json!({"LoggingLevel": "INFO"});
    let full = with(
        &full,
        "RouteSettings",
        json!({"$connect": {"ThrottlingBurstLimit": 1}, "gone": traced}),
    );
    let desired = with(
        &stage(),
        "RouteSettings",
        json!({"$connect": {"LoggingLevel": "INFO"}}),
    );
    let merged = r#"{"routeSettings":{"$connect":{"throttlingBurstLimit":1,"loggingLevel":"INFO"},"gone":{"loggingLevel":"INFO"}}}"#;
    let fake = FakeAws::new([
        ("PATCH", 200, merged),
        ("routesettings/%24connect", 204, ""),
        ("routesettings/gone", 404, GONE),
        ("PATCH", 200, "{}"),
    ]);
    let driver = driver(&fake, Stages::new);
    update(&driver, &live_stage(&driver, &full), &desired)
        .await
        .unwrap();
    fake.assert_used();
    let info =
        json!({"detailedMetricsEnabled": false, "dataTraceEnabled": false, "loggingLevel": "INFO"});
    let routes = json!({"$connect": info});
    assert_eq!(sent(&fake, "PATCH"), json!({"routeSettings": routes}));
    let first = fake
        .requests()
        .into_iter()
        .find(|request| request.contains("PATCH"))
        .unwrap();
    let first: Value = serde_json::from_str(&first[first.find('{').unwrap()..]).unwrap();
    let variables = json!({"a": "", "b": ""});
    assert_eq!(
        first,
        json!({"description": " ", "stageVariables": variables, "routeSettings": routes})
    );
}

#[tokio::test]
async fn defaults_are_stated_and_what_is_unknown_passes() {
    let fake = FakeAws::new([]);
    let driver = driver(&fake, Stages::new);
    let normalised = |properties: &Value| driver.normalise(properties).unwrap();
    let explicit =
        json!({"DetailedMetricsEnabled": false, "DataTraceEnabled": false, "LoggingLevel": "OFF"});
    assert_eq!(
        normalised(&with(&stage(), "DefaultRouteSettings", explicit)),
        normalised(&stage())
    );
    let refused = json!({"ThrottlingBurstLimit": 0});
    assert_ne!(
        normalised(&with(&stage(), "DefaultRouteSettings", refused)),
        normalised(&stage())
    );
    let logs = |arn: &str| {
        let logs = json!({"DestinationArn": arn, "Format": "f"});
        normalised(&with(&stage(), "AccessLogSettings", logs))
    };
    assert_eq!(logs("arn:aws:logs:::x:*"), logs("arn:aws:logs:::x"));
    assert_eq!(
        logs(engine::UNKNOWN)["AccessLogSettings"]["DestinationArn"],
        engine::UNKNOWN
    );
}

#[tokio::test(start_paused = true)]
async fn its_deletion_succeeds_without_the_api() {
    let fake = FakeAws::new([("DELETE", 409, CONCURRENT), ("DELETE", 404, GONE)]);
    let driver = driver(&fake, Stages::new);
    driver.delete(&live_stage(&driver, &stage())).await.unwrap();
    fake.assert_used();
}

#[test]
fn a_plan_finds_what_api_gateway_refuses() {
    let finding = |member: &str, value| findings(Stages::new, &with(&stage(), member, value));
    assert_eq!(
        finding("StageName", json!("a b")),
        ["StageName is `a b`; letters, digits, - and _ are allowed, and $default"]
    );
    assert_eq!(findings(Stages::new, &http()), Vec::<String>::new());
    let logged = json!({"GET /toggles": {"LoggingLevel": "INFO"}});
    assert_eq!(
        findings(Stages::new, &with(&http(), "RouteSettings", logged)),
        ["DefaultRouteSettings has execution logs, which an HTTP API cannot have"]
    );
    let variables = json!({"ta-ble": "a", "table": "a b", "empty": "", "fine": "a-b.c"});
    assert_eq!(
        finding("StageVariables", variables),
        [
            "StageVariables.empty has 0 characters; 1 to 2048 are allowed",
            "StageVariables.table is `a b`; only letters, digits and -._~:/?#&=, are allowed",
            "StageVariables has the name `ta-ble`; only letters, digits and _ are allowed",
        ]
    );
    let logs = |format: &str| {
        let logs = json!({"DestinationArn": "arn:logs", "Format": format});
        finding("AccessLogSettings", logs)
    };
    let fine: [String; 0] = [];
    assert_eq!(logs("$context.requestId $context.status"), fine);
    assert_eq!(logs(engine::UNKNOWN), fine);
    assert_eq!(
        logs("$context.status"),
        ["AccessLogSettings.Format does not contain $context.requestId"]
    );
    assert_eq!(
        logs("$context.requestId\n"),
        ["AccessLogSettings.Format has several lines; one is allowed"]
    );
    let throttled = json!({"$connect": {"ThrottlingBurstLimit": -1, "LoggingLevel": "ALL"}});
    assert_eq!(
        finding("RouteSettings", throttled),
        [
            "RouteSettings.$connect.LoggingLevel is `ALL`; OFF or ERROR or INFO is allowed",
            "RouteSettings.$connect.ThrottlingBurstLimit is -1; 0 to 2147483647 are allowed",
        ]
    );
    assert_eq!(
        finding("DefaultRouteSettings", json!({"ThrottlingRateLimit": -0.5})),
        ["DefaultRouteSettings.ThrottlingRateLimit is -0.5; 0 to 2147483647 are allowed"]
    );
}

#[test]
fn access_logs_of_others_are_left_unless_they_are_stated() {
    let to = |group: &str| {
        let arn = format!("arn:aws:logs:eu-west-1:111122223333:log-group:{group}");
        json!({"DestinationArn": arn, "Format": "$context.requestId"})
    };
    let members = [("AccessLogSettings", to("theirs"), to("ours"))];
    assert_left(Stages::new, &stage(), &members);
}
