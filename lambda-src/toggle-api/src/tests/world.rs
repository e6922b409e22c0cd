//! The function with fake tables, and tokens of a user pool with a real key.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fake_aws::FakeAws;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use toggle_contract::doors::Login;
use toggle_runtime::doors::Pool;
use toggle_runtime::init::Api;
use toggle_runtime::signed::Signed;

use super::schema::check_answer;
use crate::{Event, Service};

const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool";
const KEYS: &str =
    "GET https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool/.well-known/jwks.json";

/// A scripted answer: a part of the request's name, the status, the body.
pub(super) type Scripted<'s> = (&'s str, u16, &'s str);

/// Signs tokens, as the user pool does.
fn pair() -> KeyPair {
    KeyPair::from_der(include_bytes!(
        "../../../toggle-runtime/tests/keys/pool.der"
    ))
    .unwrap()
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn keys() -> String {
    let pair = pair();
    let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    let (n, e) = (encoded(&public.n), encoded(&public.e));
    let key = json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "one", "n": n, "e": e});
    json!({"keys": [key]}).to_string()
}

fn signed(claims: &Value) -> String {
    let part = |value: &Value| encoded(value.to_string().as_bytes());
    let message = format!(
        "{}.{}",
        part(&json!({"alg": "RS256", "kid": "one"})),
        part(claims)
    );
    let pair = pair();
    let mut signature = vec![0; pair.public().modulus_len()];
    let signing = pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message.as_bytes(),
        &mut signature,
    );
    signing.unwrap();
    format!("{message}.{}", encoded(&signature))
}

/// A token that is valid for an hour, with changes; `null` removes a claim.
pub(super) fn token_of(changes: &Value) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let mut claims = json!({
        "sub": "user-ada", "iss": ISSUER, "aud": "client", "token_use": "id", "iat": now, "exp": now + 3_600,
        "cognito:groups": ["shipping"], "cognito:username": "ada", "email": "ada@example.com",
        "email_verified": true,
    });
    let all = claims.as_object_mut().unwrap();
    all.extend(changes.as_object().unwrap().clone());
    all.retain(|_, value| !value.is_null());
    signed(&claims)
}

/// In the group `shipping`, which may change `shipping.*`.
pub(super) fn ada() -> String {
    token_of(&json!({}))
}

/// In the group `operators`, which may change all.
pub(super) fn bob() -> String {
    token_of(
        &json!({"sub": "user-bob", "email": "bob@example.com", "cognito:groups": ["operators"]}),
    )
}

/// What a request is answered with, and what the tables were asked.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) fake: FakeAws,
}

impl Answered {
    /// The code of a problem.
    pub(super) fn code(&self) -> (u16, &str) {
        let code = self.body["code"].as_str().unwrap_or("none");
        assert_eq!(self.body["status"], self.status);
        (self.status, code)
    }

    /// The bodies of the requests for this operation.
    pub(super) fn sent(&self, operation: &str) -> Vec<Value> {
        let requests = self.fake.requests().into_iter();
        let sent = requests.filter(|name| name.contains(&format!(".{operation} ")));
        sent.map(|name| serde_json::from_str(&name[name.find('{').unwrap()..]).unwrap())
            .collect()
    }

    /// Checks that nothing was written.
    pub(super) fn wrote_nothing(&self) -> &Self {
        for operation in ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"] {
            assert_eq!(self.fake.count(operation), 0, "{self:?}");
        }
        self
    }
}

fn service(fake: &FakeAws, proposals: Option<&str>) -> Service {
    let credentials = || Credentials::new("id", "secret", None, None, "tests");
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(credentials())
        .endpoint_url("https://fake")
        .retry_config(RetryConfig::disabled())
        .http_client(fake.client())
        .build();
    let http = Signed {
        http: SharedHttpConnector::new(fake.clone()),
        credentials: SharedCredentialsProvider::new(credentials()),
        region: "eu-west-1".into(),
    };
    let login = Login {
        issuer: ISSUER.to_owned(),
        client_id: "client".to_owned(),
    };
    let may_flip =
        r#"{"shipping": ["shipping.*", "segment:shipping-*"], "operators": ["*"], "guests": []}"#;
    Service::new(Api {
        client: aws_sdk_dynamodb::Client::from_conf(config),
        toggles: "toggles".to_owned(),
        history: "history".to_owned(),
        connections: "connections".to_owned(),
        proposals: proposals.map(str::to_owned),
        exposures: proposals.map(|_| "exposures".to_owned()),
        exposure_share: proposals.map(|_| 0.01),
        may_flip: serde_json::from_str(may_flip).unwrap(),
        protected: serde_json::from_str(r#"["*.protected"]"#).unwrap(),
        pool: Pool::new(http, login, None),
    })
}

/// A request: its method, path and parameters, `PATCH /toggle?id=a`.
pub(super) async fn ask(
    request: &str,
    body: Value,
    token: &str,
    answers: &[Scripted<'_>],
) -> Answered {
    ask_with(Some("proposals"), request, body, Some(token), answers).await
}

/// The same, of a system that may have neither a table of proposals nor one of exposures, and by somebody who may have no token.
pub(super) async fn ask_with(
    proposals: Option<&str>,
    request: &str,
    body: Value,
    token: Option<&str>,
    answers: &[Scripted<'_>],
) -> Answered {
    let (method, rest) = request.split_once(' ').unwrap();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let query = query.split('&').filter_map(|pair| pair.split_once('='));
    let query: Value = query.map(|(name, value)| (name, json!(value))).collect();
    let keys = keys();
    // First it is read what protected toggles depend on.
    let known = [
        (KEYS, 200, keys.as_str()),
        ("Scan", 200, r#"{"Items": []}"#),
    ];
    let fake = FakeAws::new(known.into_iter().chain(answers.iter().copied()));
    answered(&fake, &event(method, path, &query, &body, token), proposals).await
}

/// The same, while the keys of the user pool are out of reach.
pub(super) async fn ask_without_keys(request: &str, token: &str) -> Answered {
    let (method, path) = request.split_once(' ').unwrap();
    let event = event(method, path, &json!({}), &Value::Null, Some(token));
    answered(&FakeAws::default(), &event, None).await
}

fn event(method: &str, path: &str, query: &Value, body: &Value, token: Option<&str>) -> Event {
    let authorization = token.map(|token| json!({"authorization": format!("Bearer {token}")}));
    serde_json::from_value(json!({
        "version": "2.0", "rawPath": path, "queryStringParameters": query,
        "headers": authorization.unwrap_or_else(|| json!({})),
        "requestContext": {"http": {"method": method, "path": path}, "requestId": "ignored"},
        "body": if body.is_null() { Value::Null } else { json!(body.to_string()) }, "isBase64Encoded": false,
    }))
    .unwrap()
}

async fn answered(fake: &FakeAws, event: &Event, proposals: Option<&str>) -> Answered {
    let (method, path) = (event.method(), event.raw_path.as_str());
    let response = service(fake, proposals).answer(event, "request-1").await;
    if crate::ROUTES.contains(&(method, path)) {
        check_answer(method, path, response.status_code, &response.body);
    }
    Answered {
        status: response.status_code,
        body: serde_json::from_str(&response.body).unwrap_or_default(),
        fake: fake.clone(),
    }
}
