//! Who may connect: tokens of a real user pool, and origins, over real sockets.

use std::collections::HashMap;

use aws_sdk_cognitoidentityprovider::Client as Pools;
use aws_sdk_cognitoidentityprovider::types::{
    AttributeType, AuthFlowType, AuthenticationResultType, MessageActionType,
};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::primitives::Blob;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Request};

use super::front_ends::outputs;
use super::published::Published;
use crate::support::cli::{Project, Running, actions};
use crate::support::client::Client;
use crate::support::toggles::{connections, put};

/// The emulator ends a function's idle process now and then just as it is invoked again.
const ATTEMPTS: usize = 4;

const PASSWORD: &str = "Try-Frontage-1";

/// The emulator's user pools, past the rules of AWS: the shell's client signs in by SRP alone.
pub(super) fn pools(project: &Project) -> Pools {
    let config = project.world.config().into_builder();
    Pools::new(&config.endpoint_url(&project.world.emulator).build())
}

/// Creates a user in a pool, in the group `beta`, and returns its id.
pub(super) async fn user(pools: &Pools, pool: &str, name: &str) -> String {
    let email = AttributeType::builder().name("email").value(name);
    let create = pools.admin_create_user().user_pool_id(pool).username(name);
    let created = create
        .user_attributes(email.build().expect("an attribute"))
        .message_action(MessageActionType::Suppress)
        .send()
        .await
        .expect("created");
    let password = pools.admin_set_user_password().user_pool_id(pool);
    let password = password.username(name).password(PASSWORD).permanent(true);
    password.send().await.expect("set");
    let group = pools.create_group().user_pool_id(pool).group_name("beta");
    // The second user of a pool finds it.
    let _ = group.send().await;
    let add = pools.admin_add_user_to_group().user_pool_id(pool);
    let added = add.group_name("beta").username(name).send().await;
    added.expect("added");
    let attributes = created
        .user
        .expect("a user")
        .attributes
        .expect("attributes");
    let mut subject = attributes.into_iter().filter(|of| of.name == "sub");
    subject.next().and_then(|of| of.value).expect("its id")
}

pub(super) async fn sign_in(
    pools: &Pools,
    (pool, client): (&str, &str),
    name: &str,
) -> AuthenticationResultType {
    let flow = pools.admin_initiate_auth().user_pool_id(pool);
    let flow = flow.auth_flow(AuthFlowType::AdminUserPasswordAuth);
    let flow = flow.client_id(client).auth_parameters("USERNAME", name);
    let answer = flow.auth_parameters("PASSWORD", PASSWORD).send().await;
    answer
        .expect("answered")
        .authentication_result
        .expect("tokens")
}

/// A handshake with further headers.
pub(super) fn handshake(url: &str, headers: &[(&'static str, &str)]) -> Request<()> {
    let mut request = url.into_client_request().expect("a URL");
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).expect("a value");
        request
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    request
}

pub(super) fn offering(token: &str) -> String {
    format!("frontage.toggles.v1, jwt.{token}")
}

/// The status that the connection manager answers to a handshake: the emulator makes 403 of each.
async fn status(
    project: &Project,
    headers: &[(&'static str, &str)],
    query: &[(&str, &str)],
) -> u64 {
    let map = |pairs: &[(&str, &str)]| -> Value {
        pairs
            .iter()
            .map(|(name, value)| (*name, json!(value)))
            .collect()
    };
    let lists: Value = headers
        .iter()
        .map(|(name, value)| (*name, json!([value])))
        .collect();
    let event = json!({
        "headers": map(headers), "multiValueHeaders": lists, "queryStringParameters": map(query),
        "requestContext": {"routeKey": "$connect", "connectionId": "invoked=", "apiId": "abc", "stage": "live"},
    });
    let lambda = aws_sdk_lambda::Client::new(&project.world.config());
    let invoke = lambda
        .invoke()
        .function_name(project.world.name("connection-manager"));
    let payload = Blob::new(event.to_string());
    for _ in 0..ATTEMPTS {
        let answer = invoke.clone().payload(payload.clone()).send().await;
        let answer = answer.expect("invoked").payload.expect("an answer");
        let answer: Value = serde_json::from_slice(answer.as_ref()).expect("JSON");
        match answer["statusCode"].as_u64() {
            Some(status) => return status,
            None => eprintln!("{answer}"),
        }
    }
    panic!("the function answers with no status");
}

/// Connects, though the emulator makes 403 also of a function that it has ended.
pub(super) async fn admitted(request: Request<()>) -> Client {
    for _ in 1..ATTEMPTS {
        if let Ok(client) = Client::try_connect(request.clone()).await {
            return client;
        }
    }
    Client::connect(request).await
}

/// Both a WebSocket and the function say no.
async fn assert_refused(
    project: &Project,
    url: &str,
    headers: &[(&'static str, &str)],
    (wanted, what): (u64, &str),
) {
    let refused = Client::try_connect(handshake(url, headers)).await;
    assert!(refused.is_err(), "{what} is let in");
    assert_eq!(status(project, headers, &[]).await, wanted, "{what}");
}

/// The contexts of the connections that are stored; `null` of one without.
async fn contexts(project: &Project) -> Vec<Value> {
    let items = connections(project).await;
    let context = |item: &HashMap<String, AttributeValue>| {
        let context = item.get("context")?.as_s().expect("a text");
        Some(serde_json::from_str::<Value>(context).expect("JSON"))
    };
    items
        .iter()
        .map(|item| context(item).unwrap_or_default())
        .collect()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn decoded(part: &str) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("Base64");
    serde_json::from_slice(&bytes).expect("JSON")
}

const REQUIRED: &str = "[shell]\n[toggles]\nconnect = \"required\"\nclaims = [\"email\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn only_users_of_the_pool_connect_if_a_token_is_required() {
    let project = Project::described(REQUIRED);
    project.apply();
    let outputs = outputs(&project);
    let output =
        |stack: &str, name: &str| outputs[stack][name].as_str().expect("an output").to_owned();
    let url = output("toggles", "websocket_url");
    let (pool, client) = (
        output("identity", "user_pool_id"),
        output("identity", "client_id"),
    );
    let pools = pools(&project);
    let subject = user(&pools, &pool, "ada@example.com").await;
    put(&project, "1", "One", true).await;

    let tokens = sign_in(&pools, (&pool, &client), "ada@example.com").await;
    let (id, access) = (
        tokens.id_token.expect("one"),
        tokens.access_token.expect("one"),
    );
    let offered = offering(&id);
    let browser = [("sec-websocket-protocol", &*offered)];
    let mut socket = admitted(handshake(&url, &browser)).await;
    assert_eq!(socket.protocol(), Some("frontage.toggles.v1"));
    let toggle =
        json!({"featureId": {"S": "1"}, "featureName": {"S": "One"}, "isActive": {"BOOL": true}});
    socket.expect(&json!([toggle])).await;
    let known = json!({"sub": subject, "targetingKey": subject, "groups": ["beta"], "email": "ada@example.com"});
    assert_eq!(contexts(&project).await, [known]);
    socket.close().await;

    let bearer = format!("Bearer {access}");
    let mut socket = admitted(handshake(&url, &[("authorization", &bearer)])).await;
    assert_eq!(socket.protocol(), None);
    socket.next().await.expect("the state");
    let known = json!({"sub": subject, "targetingKey": subject, "groups": ["beta"]});
    assert!(contexts(&project).await.contains(&known));
    watch_with(&project, &access);
    let others = of_others(&pools, &pool, &id).await;
    let refused = others.into_iter().chain([
        ("a refresh token", tokens.refresh_token.expect("one")),
        ("no token at all", "undefined".to_owned()),
        ("an expired token", expired(&pools, &pool, &client).await),
    ]);
    for (what, token) in refused {
        let offered = offering(&token);
        let headers = [("sec-websocket-protocol", &*offered)];
        assert_refused(&project, &url, &headers, (401, what)).await;
    }
    assert_refused(&project, &url, &[], (401, "nobody")).await;
    // A token in the URL is none unless that is described.
    let in_url = format!("{url}?token={id}");
    assert!(Client::try_connect(handshake(&in_url, &[])).await.is_err());
    let known = contexts(&project).await;
    assert!(
        known.iter().all(|of| of["targetingKey"] == subject),
        "{known:?}"
    );

    project.describe(&format!("{REQUIRED}token_in_query = true\n"));
    let manager = "update toggles/connection-manager".to_owned();
    assert!(actions(&project.plan()).contains(&manager));
    project.apply();
    published(&project, &pools, (&pool, &client)).await;
    project.destroy();
}

/// A program that knows nothing but a URL hears the toggles of the user whose token is in it, over one connection.
async fn published(project: &Project, pools: &Pools, of: (&str, &str)) {
    let (ada, bob) = ("ada@example.com", "bob@example.com");
    user(pools, of.0, bob).await;
    let leave = pools.admin_remove_user_from_group().user_pool_id(of.0);
    let left = leave.group_name("beta").username(bob).send().await;
    left.expect("removed");
    let url = project.output("websocket_url");
    let as_user = async |name: &str| {
        let tokens = sign_in(pools, of, name).await;
        let url = format!("{url}?token={}", tokens.id_token.expect("one"));
        admitted(handshake(&url, &[])).await.close().await;
        Published::connect(&url)
    };
    project.ok(&["toggles", "set", "beta", "on", "--group", "beta"]);
    let mut ada = as_user(ada).await;
    ada.hear("beta", true).await;
    let mut bob = as_user(bob).await;
    bob.hear("beta", false).await;
    project.ok(&["toggles", "set", "beta", "on", "--no-rules"]);
    bob.hear("beta", true).await;
    project.ok(&["toggles", "set", "beta", "off"]);
    ada.hear("beta", false).await;
}

/// An operator watches as a user.
fn watch_with(project: &Project, token: &str) {
    let watch = ["toggles", "watch", "--token-env", "TOKEN"];
    let mut command = project.command(&watch);
    command.env("TOKEN", token);
    let mut watching = Running::new(command);
    assert_eq!(watching.line(), "1  on   One");
    watching.interrupt();
    assert_eq!(watching.end().code, Some(0));
    let without = project.fails(&watch);
    let told = "the environment variable TOKEN has no token";
    assert!(without.stderr.contains(told), "{without:#?}");
}

/// Real tokens of others, and what can be made of a real one.
pub(super) async fn of_others(pools: &Pools, pool: &str, id: &str) -> [(&'static str, String); 7] {
    let other = pools.create_user_pool().pool_name("other").send().await;
    let other = other.expect("created").user_pool.and_then(|of| of.id);
    let other = other.expect("its id");
    let client_of = async |pool: &str| {
        let create = pools.create_user_pool_client().user_pool_id(pool);
        let created = create.client_name("other").send().await.expect("created");
        let client = created.user_pool_client.and_then(|of| of.client_id);
        client.expect("its id")
    };
    let (foreign, second) = (client_of(&other).await, client_of(pool).await);
    user(pools, &other, "eve@example.com").await;
    let foreign = sign_in(pools, (&other, &foreign), "eve@example.com").await;
    let second = sign_in(pools, (pool, &second), "ada@example.com").await;
    let parts: Vec<_> = id.split('.').collect();
    let (mut header, mut claims) = (decoded(parts[0]), decoded(parts[1]));
    claims["cognito:groups"] = json!(["admin"]);
    let stolen = format!("{}.{}.{}", parts[0], encoded(&claims), parts[2]);
    header["alg"] = json!("none");
    let unsigned = format!("{}.{}.", encoded(&header), encoded(&claims));
    header["alg"] = json!("HS256");
    let symmetric = format!("{}.{}.{}", encoded(&header), encoded(&claims), parts[2]);
    let (foreign_id, foreign_access) = (foreign.id_token, foreign.access_token);
    let (second_id, second_access) = (second.id_token, second.access_token);
    [
        ("an id token of another pool", foreign_id.expect("one")),
        (
            "an access token of another pool",
            foreign_access.expect("one"),
        ),
        ("an id token for another client", second_id.expect("one")),
        (
            "an access token for another client",
            second_access.expect("one"),
        ),
        ("a token with another's signature", stolen),
        ("a token with alg: none", unsigned),
        ("a token with HS256", symmetric),
    ]
}

/// A token that had expired when it was made, by the emulator. The next apply repairs the client.
pub(super) async fn expired(pools: &Pools, pool: &str, client: &str) -> String {
    let update = pools.update_user_pool_client().user_pool_id(pool);
    let update = update.client_id(client).id_token_validity(-1);
    update.send().await.expect("updated");
    let tokens = sign_in(pools, (pool, client), "ada@example.com").await;
    tokens.id_token.expect("one")
}

/// By default, anybody who is not a page of another site.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_are_refused() {
    let project = Project::described("[shell]\n[teams.billing]\n");
    // Alone and first, while there is no shell.
    project.apply_only(&["toggles"]);
    let url = project.output("websocket_url");
    admitted(handshake(&url, &[])).await.close().await;

    project.apply();
    let outputs = outputs(&project);
    for stack in ["shell", "team/billing"] {
        let origin = outputs[stack]["url"].as_str().expect("a URL");
        let mut page = admitted(handshake(
            &format!("{url}?id=browser-1"),
            &[("origin", origin)],
        ))
        .await;
        assert_eq!(page.next().await, Some(json!([])));
        let known = json!({"targetingKey": "browser-1"});
        assert!(contexts(&project).await.contains(&known));
        page.close().await;
    }
    let stored = connections(&project).await.len();
    for origin in ["https://evil.example", "http://localhost:5173", "null"] {
        let headers = [("origin", origin)];
        assert_refused(&project, &url, &headers, (403, origin)).await;
    }
    assert!(connections(&project).await.len() <= stored);

    project.describe("[shell]\noverrides = true\n[teams.billing]\n[toggles]\norigins = [\"https://*.example.org\"]\n");
    project.apply();
    let page = [("origin", "https://www.example.org")];
    admitted(handshake(&url, &page)).await.close().await;
    let local = [("origin", "http://localhost:5173")];
    assert_refused(&project, &url, &local, (403, "a local page")).await;
    project.destroy();
}
