//! The doors with real keys: `tests/keys` has two of 2,048 bits, which sign nothing else.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fake_aws::FakeAws;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use toggle_contract::doors::{Connect, Doors as Described};
use tokio::time::advance;

use super::*;
use crate::bucket::BucketFile;
use crate::clock::Clock;
use crate::connection::CallbackBase;
use crate::dynamo::ConnectionsTable;
use crate::register::Registry;
use crate::wire::{bodies, signed, tables};

const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool";
const CONFIG: &str = "GET https://s3.eu-west-1.amazonaws.com/acme-shell-1/config.json";
const KEYS: &str =
    "GET https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool/.well-known/jwks.json";

/// An event of `$connect`, as API Gateway sends it.
pub(crate) fn event(headers: &[(&str, &[&str])], query: &[(&str, &str)]) -> SocketEvent {
    let headers: Value = headers
        .iter()
        .map(|(name, values)| (*name, json!(values)))
        .collect();
    let query: Value = query
        .iter()
        .map(|(name, value)| (*name, json!(value)))
        .collect();
    let query = query.as_object().filter(|query| !query.is_empty());
    serde_json::from_value(json!({
        "headers": {"Host": "abc.execute-api.eu-west-1.amazonaws.com"},
        "multiValueHeaders": headers,
        "queryStringParameters": query,
        "requestContext": {
            "routeKey": "$connect", "eventType": "CONNECT", "connectedAt": 1, "connectionId": "c=",
            "apiId": "abc", "stage": "live", "domainName": "toggles.example.com",
        },
        "isBase64Encoded": false,
    }))
    .unwrap()
}

fn described(connect: Connect) -> Described {
    Described {
        connect,
        origins: None,
        token_in_query: false,
        claims: vec!["custom:plan".to_owned()],
    }
}

/// Doors that are open to all, and read nothing.
pub(crate) fn public() -> Doors {
    Doors {
        described: Described {
            origins: Some(vec!["*".to_owned()]),
            ..described(Connect::Public)
        },
        shell: None,
    }
}

/// The doors of a system with a shell.
fn doors(described: Described, fake: &FakeAws) -> Doors {
    let file = BucketFile {
        http: signed(fake.clone()),
        url: CONFIG[4..].to_owned(),
    };
    Doors {
        described,
        shell: Some(Shell::new(file, None)),
    }
}

fn config() -> String {
    json!({
        "system": "acme",
        "login": {"issuer": ISSUER, "clientId": "client", "url": "https://login.example"},
        "toggles": {
            "url": "wss://abc.execute-api.eu-west-1.amazonaws.com/live",
            "origins": ["https://d1.cloudfront.net"],
        },
    })
    .to_string()
}

/// A user pool.
struct Pool {
    pair: KeyPair,
    key_id: &'static str,
}

impl Pool {
    fn own() -> Self {
        Self::of(include_bytes!("../../tests/keys/pool.der"), "one")
    }

    fn other() -> Self {
        Self::of(include_bytes!("../../tests/keys/other.der"), "one")
    }

    fn of(der: &[u8], key_id: &'static str) -> Self {
        let pair = KeyPair::from_der(der).unwrap();
        Self { pair, key_id }
    }

    fn jwks(&self) -> String {
        let public = PublicKeyComponents::<Vec<u8>>::from(self.pair.public_key());
        let (n, e) = (encoded(&public.n), encoded(&public.e));
        let key =
            json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.key_id, "n": n, "e": e});
        json!({"keys": [key]}).to_string()
    }

    fn token(&self, claims: &Value) -> String {
        self.signed(&json!({"alg": "RS256", "kid": self.key_id}), claims)
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = SystemRandom::new();
        let signing = self.pair.sign(
            &RSA_PKCS1_SHA256,
            &random,
            message.as_bytes(),
            &mut signature,
        );
        signing.unwrap();
        format!("{message}.{}", encoded(&signature))
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn message(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| encoded(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

fn now() -> u64 {
    Clock::system().now_ms() / 1_000
}

/// The claims of an id token that is valid for an hour, with changes; `null` removes one.
fn claims(changes: &Value) -> Value {
    let mut claims = json!({
        "sub": "user-1", "iss": ISSUER, "aud": "client", "token_use": "id", "iat": now(), "exp": now() + 3_600,
        "cognito:groups": ["beta"], "custom:plan": "gold", "email": "ada@example.com",
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    claims
}

fn access(changes: &Value) -> Value {
    let mut claims = claims(
        &json!({"aud": null, "token_use": "access", "client_id": "client", "custom:plan": null}),
    );
    claims
        .as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    claims
}

fn with_token(token: &str) -> SocketEvent {
    let offered = format!("frontage.toggles.v1, jwt.{token}");
    event(&[("Sec-WebSocket-Protocol", &[&offered])], &[])
}

fn reachable() -> FakeAws {
    FakeAws::new([(CONFIG, 200, &*config()), (KEYS, 200, &Pool::own().jwks())])
}

async fn admitted(connect: Connect, event: &SocketEvent) -> Result<Option<Value>, Refusal> {
    let admitted = doors(described(connect), &reachable()).admit(event).await?;
    Ok(admitted.map(|context| serde_json::from_str(&context).unwrap()))
}

#[tokio::test]
async fn a_users_token_gives_the_connection_its_context() {
    let user =
        json!({"sub": "user-1", "targetingKey": "user-1", "groups": ["beta"], "plan": "gold"});
    let id = with_token(&Pool::own().token(&claims(&json!({}))));
    let without_plan = json!({"sub": "user-1", "targetingKey": "user-1", "groups": ["beta"]});
    let access =
        with_token(&Pool::own().token(&access(&json!({"aud": "https://api.example.com"}))));
    for connect in [Connect::Optional, Connect::Required] {
        assert_eq!(admitted(connect, &id).await, Ok(Some(user.clone())));
        assert_eq!(
            admitted(connect, &access).await,
            Ok(Some(without_plan.clone()))
        );
    }
    assert_eq!(admitted(Connect::Public, &id).await, Ok(None));
}

#[tokio::test]
async fn who_has_no_token_is_anonymous_or_refused() {
    let nobody = event(&[], &[]);
    let somebody = event(
        &[],
        &[("id", "browser-1"), ("groups", "admin"), ("token", "a.b.c")],
    );
    let context = json!({"targetingKey": "browser-1"});
    for connect in [Connect::Public, Connect::Optional] {
        assert_eq!(admitted(connect, &nobody).await, Ok(None));
        assert_eq!(
            admitted(connect, &somebody).await,
            Ok(Some(context.clone()))
        );
    }
    for event in [&nobody, &somebody] {
        assert_eq!(
            admitted(Connect::Required, event).await,
            Err(Refusal::NoToken)
        );
    }
}

/// Each invalid token, and why it is.
fn invalid() -> Vec<(String, Invalid)> {
    let (pool, other) = (Pool::own(), Pool::other());
    let changed = |changes: &Value| pool.token(&claims(changes));
    let header = |header: Value| pool.signed(&header, &claims(&json!({})));
    let without_signature = |header: Value| message(&header, &claims(&json!({}))) + ".";
    let valid = changed(&json!({}));
    let (head, _) = valid.rsplit_once('.').unwrap();
    let (_, stolen) = valid.rsplit_once('.').unwrap();
    let hs256 = json!({"alg": "HS256", "kid": pool.key_id});
    let hs256 = message(&hs256, &claims(&json!({})));
    let public = pool.pair.public_key().as_ref();
    let secret = hmac::Key::new(hmac::HMAC_SHA256, public);
    let hs256 = format!(
        "{hs256}.{}",
        encoded(hmac::sign(&secret, hs256.as_bytes()).as_ref())
    );
    let stolen = format!(
        "{}.{stolen}",
        message(
            &json!({"alg": "RS256", "kid": "one"}),
            &claims(&json!({"sub": "user-2"}))
        )
    );
    let (past, future) = (now() - 3_600, now() + 3_600);
    vec![
        (String::new(), Invalid::Malformed),
        ("a.b.c".to_owned(), Invalid::Malformed),
        (head.to_owned(), Invalid::Malformed),
        (changed(&json!({"exp": past})), Invalid::Expired),
        (changed(&json!({"exp": null})), Invalid::Malformed),
        (
            changed(&json!({"exp": future.to_string()})),
            Invalid::Malformed,
        ),
        (changed(&json!({"nbf": future})), Invalid::Early),
        (changed(&json!({"nbf": "soon"})), Invalid::Malformed),
        (changed(&json!({"iat": future})), Invalid::Early),
        (changed(&json!({"sub": null})), Invalid::Malformed),
        (changed(&json!({"sub": 1})), Invalid::Malformed),
        (
            changed(&json!({"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other"})),
            Invalid::Issuer,
        ),
        (changed(&json!({"iss": null})), Invalid::Malformed),
        (changed(&json!({"aud": "another"})), Invalid::Audience),
        (
            changed(&json!({"aud": null, "client_id": "client"})),
            Invalid::Audience,
        ),
        (changed(&json!({"token_use": "refresh"})), Invalid::Use),
        (changed(&json!({"token_use": null})), Invalid::Use),
        (
            pool.token(&access(&json!({"client_id": "another"}))),
            Invalid::Audience,
        ),
        (
            pool.token(&access(&json!({"client_id": null, "aud": "client"}))),
            Invalid::Audience,
        ),
        (other.token(&claims(&json!({}))), Invalid::Signature),
        (stolen, Invalid::Signature),
        (format!("{head}.{}", encoded(&[1; 128])), Invalid::Signature),
        (format!("{head}."), Invalid::Signature),
        (hs256, Invalid::Algorithm),
        (
            header(json!({"alg": "RS512", "kid": "one"})),
            Invalid::Algorithm,
        ),
        (
            without_signature(json!({"alg": "none", "kid": "one"})),
            Invalid::Malformed,
        ),
        (
            without_signature(json!({"alg": "None", "kid": "one"})),
            Invalid::Malformed,
        ),
        (header(json!({"alg": "RS256"})), Invalid::Malformed),
        (header(json!({"alg": "RS256", "kid": "two"})), Invalid::Key),
        // Keys of its own.
        (
            other.signed(
                &json!({"alg": "RS256", "kid": "one", "jku": "https://evil.example/jwks.json"}),
                &claims(&json!({})),
            ),
            Invalid::Signature,
        ),
    ]
}

/// `public` looks at no token.
#[tokio::test]
async fn an_invalid_token_is_refused_and_nothing_is_stored() {
    for (token, why) in invalid() {
        for (connect, wanted) in [
            (Connect::Public, 200),
            (Connect::Optional, 401),
            (Connect::Required, 401),
        ] {
            let table = FakeAws::new([("PutItem", 200, "{}")]);
            let registry = Registry {
                exposures: None,
                connections: ConnectionsTable {
                    client: tables(&table),
                    name: "connections".into(),
                },
                base: CallbackBase::Aws {
                    region: "eu-west-1".into(),
                },
                doors: doors(described(connect), &reachable()),
            };
            let registered = registry
                .register(&with_token(&token), Clock::system)
                .await
                .unwrap();
            let status = registered.response.status_code;
            assert_eq!(status, wanted, "{connect:?}: {why}");
            if wanted == 200 {
                assert_eq!(bodies(&table)[0]["Item"].get("context"), None);
                continue;
            }
            assert!(registered.response.headers.is_empty());
            assert_eq!(registered.refusal, Some(Refusal::Token(why)), "{token}");
            assert_eq!(table.requests(), Vec::<String>::new());
        }
    }
}

/// So is the configuration, and what it names.
#[tokio::test(start_paused = true)]
async fn a_key_that_is_unknown_is_looked_for_once_a_minute() {
    let (first, second) = (
        Pool::own(),
        Pool {
            key_id: "two",
            ..Pool::other()
        },
    );
    let (config, jwks, newer) = (config(), first.jwks(), second.jwks());
    let script = [
        (CONFIG, &config),
        (KEYS, &jwks),
        (KEYS, &jwks),
        (CONFIG, &config),
        (CONFIG, &config),
        (KEYS, &newer),
    ];
    let fake = FakeAws::new(script.map(|(name, body)| (name, 200, &**body)));
    let doors = doors(described(Connect::Required), &fake);
    let known = with_token(&first.token(&claims(&json!({}))));
    let unknown = with_token(&second.token(&claims(&json!({}))));
    let refused = Err(Refusal::Token(Invalid::Key));
    for _ in 0..3 {
        assert!(doors.admit(&known).await.is_ok());
        assert_eq!(doors.admit(&unknown).await, refused);
    }
    assert_eq!(fake.count(KEYS), 1);
    advance(Duration::from_mins(1)).await;
    assert!(doors.admit(&known).await.is_ok());
    assert_eq!(fake.count(KEYS), 1, "the known key is not read again");
    for _ in 0..3 {
        assert_eq!(doors.admit(&unknown).await, refused);
    }
    assert_eq!(fake.count(KEYS), 2);
    advance(Duration::from_mins(1)).await;
    assert!(doors.admit(&unknown).await.is_ok());
    assert_eq!((fake.count(KEYS), fake.count(CONFIG)), (3, 3));
}

/// The shell may not be deployed yet, and Cognito not answer.
#[tokio::test]
async fn what_is_out_of_reach_refuses_nobody_unless_a_token_is_required() {
    let token = with_token(&Pool::own().token(&claims(&json!({}))));
    let mut page = with_token(&Pool::own().token(&claims(&json!({}))));
    page.multi_value_headers.as_mut().unwrap().insert(
        "Origin".to_owned(),
        vec!["https://d1.cloudfront.net".to_owned()],
    );
    let config = config();
    let scripts = [
        vec![(CONFIG, 403, "<Error><Code>AccessDenied</Code></Error>")],
        vec![(CONFIG, 200, "{}")],
        vec![(CONFIG, 200, &*config), (KEYS, 500, "")],
        vec![(CONFIG, 200, &*config), (KEYS, 200, "<html>")],
    ];
    for script in scripts {
        for event in [&token, &page] {
            for (connect, wanted) in [
                (Connect::Public, Ok(None)),
                (Connect::Optional, Ok(None)),
                (Connect::Required, Err(Refusal::OutOfReach)),
            ] {
                let fake = FakeAws::new(script.iter().copied());
                let admitted = doors(described(connect), &fake).admit(event).await;
                assert_eq!(admitted, wanted, "{connect:?} {script:?}");
            }
        }
    }
    assert_eq!(Refusal::OutOfReach.status(), 503);
}

#[tokio::test]
async fn pages_of_other_origins_are_refused() {
    let from = |origin: &str| event(&[("Origin", &[origin])], &[]);
    let foreign = |origin: &str| Err(Refusal::Origin(origin.to_owned()));
    assert_eq!(
        admitted(Connect::Public, &from("https://d1.cloudfront.net")).await,
        Ok(None)
    );
    for connect in Connect::ALL {
        for origin in ["https://evil.example", "null", ""] {
            assert_eq!(admitted(connect, &from(origin)).await, foreign(origin));
        }
    }
    assert_eq!(Refusal::Origin(String::new()).status(), 403);

    let described = Described {
        origins: Some(vec!["https://www.example.com".to_owned()]),
        ..described(Connect::Public)
    };
    let nothing = FakeAws::default();
    let doors = doors(described, &nothing);
    assert_eq!(
        doors.admit(&from("https://www.example.com")).await,
        Ok(None)
    );
    assert_eq!(
        doors
            .admit(&from("https://d1.cloudfront.net"))
            .await
            .map_err(|refusal| refusal.status()),
        Err(403)
    );
    assert_eq!(nothing.requests(), Vec::<String>::new());
    assert_eq!(
        public().admit(&from("https://evil.example")).await,
        Ok(None)
    );
}

/// A file of an earlier version names no origins: none was checked then.
#[tokio::test]
async fn a_shell_that_names_no_origins_refuses_none() {
    let mut config: Value = serde_json::from_str(&config()).unwrap();
    config["toggles"].as_object_mut().unwrap().remove("origins");
    let fake = FakeAws::new([(CONFIG, 200, &*config.to_string())]);
    let doors = doors(described(Connect::Public), &fake);
    let page = event(&[("Origin", &["https://d2.cloudfront.net"])], &[]);
    assert_eq!(doors.admit(&page).await, Ok(None));
    fake.assert_used();
}
