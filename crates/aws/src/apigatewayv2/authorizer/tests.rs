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

#[test]
fn a_plan_finds_what_api_gateway_refuses() {
    let finding =
        |member: &str, value| findings(Authorizers::new, &with(&authorizer(), member, value));
    assert_eq!(
        finding("AuthorizerType", json!("JWT")),
        ["AuthorizerType is `JWT`; REQUEST is allowed"]
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
