use super::{Authorizers, Properties};
use crate::apigatewayv2::testing::*;

fn authorizer() -> Value {
    json!({"ApiId": "a", "Name": "n", "AuthorizerType": "REQUEST", "AuthorizerUri": "arn:function"})
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
        ("/v2/tags", 200, OURS),
        ("/v2/tags", 201, "{}"),
        ("/apis/a/authorizers", 200, found),
        ("/v2/tags", 200, OURS),
        ("PATCH", 200, "{}"),
    ]);
    let driver = driver(&fake, Authorizers::new);
    let live = create(&driver, "authorizer", &authorizer()).await.unwrap();
    assert_eq!(live.attributes[Properties::ID.name], "u");
    assert_eq!(
        sent(&fake, "PATCH"),
        json!({"authorizerUri": "arn:function"})
    );
    fake.assert_used();
}

fn verifier() -> Value {
    json!({"ApiId": "a", "Name": "n", "AuthorizerType": "JWT", "IdentitySource": ["$request.header.Authorization"],
        "JwtConfiguration": {"Audience": ["shell", "other"], "Issuer": "https://issuer"}})
}

#[tokio::test]
async fn tokens_are_those_of_an_issuer_for_an_audience() {
    let shown = r#"{"items":[{"authorizerId":"u","name":"n","authorizerType":"JWT","identitySource":["$request.header.Authorization"],
        "jwtConfiguration":{"audience":["other","shell"],"issuer":"https://issuer"}}]}"#;
    let fake = FakeAws::new([
        ("/apis/a/authorizers", 200, shown),
        ("/v2/apis", 200, APIS),
        ("PATCH", 200, "{}"),
    ]);
    let driver = driver(&fake, Authorizers::new);
    let wanted = wanted("authorizer", &verifier());
    let live = driver.read(&wanted, &ReadCache::default()).await.unwrap();
    let live = live.unwrap();
    assert!(is_as(&driver, &live, &verifier()));
    let moved = json!({"Audience": ["shell"], "Issuer": "https://issuer"});
    let moved = with(&verifier(), "JwtConfiguration", moved);
    update(&driver, &live, &moved).await.unwrap();
    let expected = json!({"audience": ["shell"], "issuer": "https://issuer"});
    assert_eq!(sent(&fake, "PATCH"), json!({"jwtConfiguration": expected}));
}

/// An emulator shows an empty configuration of one whose tokens a function verifies.
#[tokio::test(start_paused = true)]
async fn an_issuer_that_does_not_answer_yet_is_waited_for() {
    let unreachable = r#"{"__type":"BadRequestException","message":"Caught exception when connecting to https://issuer/.well-known/openid-configuration for issuer https://issuer. Please try again later. Error: Invalid issuer"}"#;
    let fake = FakeAws::new([
        ("/v2/tags", 200, OURS),
        ("/v2/tags", 201, "{}"),
        ("GET", 200, NONE),
        ("POST", 400, unreachable),
        ("POST", 201, r#"{"authorizerId":"u"}"#),
    ]);
    let driver = driver(&fake, Authorizers::new);
    let live = create(&driver, "authorizer", &verifier()).await.unwrap();
    assert_eq!(live.attributes[Properties::ID.name], "u");
}

#[tokio::test]
async fn a_function_has_no_issuer() {
    let shown = r#"{"items":[{"authorizerId":"u","name":"n","authorizerType":"REQUEST","authorizerUri":"arn:function","jwtConfiguration":{}}]}"#;
    let fake = FakeAws::new([("/apis/a/authorizers", 200, shown), ("/v2/apis", 200, APIS)]);
    let driver = driver(&fake, Authorizers::new);
    let wanted = wanted("authorizer", &authorizer());
    let live = driver.read(&wanted, &ReadCache::default()).await.unwrap();
    assert!(is_as(&driver, &live.unwrap(), &authorizer()));
}

#[test]
fn a_plan_finds_what_api_gateway_refuses() {
    let finding =
        |member: &str, value| findings(Authorizers::new, &with(&authorizer(), member, value));
    assert_eq!(
        finding("AuthorizerType", json!("TOKEN")),
        ["AuthorizerType is `TOKEN`; REQUEST or JWT is allowed"]
    );
    assert_eq!(
        findings(Authorizers::new, &verifier()),
        Vec::<String>::new()
    );
    assert_eq!(
        finding("AuthorizerType", json!("JWT")),
        [
            "JwtConfiguration is required with AuthorizerType JWT, and not allowed otherwise",
            "AuthorizerUri is required with AuthorizerType REQUEST, and not allowed otherwise",
            "IdentitySource has to be the one place of the token with AuthorizerType JWT",
        ]
    );
    let nobody = json!({"Audience": [], "Issuer": "https://issuer"});
    assert_eq!(
        findings(
            Authorizers::new,
            &with(&verifier(), "JwtConfiguration", nobody)
        ),
        ["JwtConfiguration.Audience is empty"]
    );
    assert_eq!(
        finding("Name", json!("")),
        ["Name has 0 characters; 1 to 128 are allowed"]
    );
    assert_eq!(
        finding("Name", json!(engine::UNKNOWN)),
        Vec::<String>::new()
    );
}
