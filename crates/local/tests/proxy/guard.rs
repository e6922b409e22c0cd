//! An emulator whose functions run on a person's machine, and the pages that this person visits.

use std::sync::OnceLock;

use local::{Keys, MiniStack, MiniStackOptions, Proxy, Tools};

use super::browser::{Answer, Request, encode};

const EVIL: &str = "https://evil.example";
const ROLE: [(&str, &str); 4] = [
    ("Action", "CreateRole"),
    ("Version", "2010-05-08"),
    ("RoleName", "evil"),
    ("AssumeRolePolicyDocument", "{}"),
];

struct Guarded {
    proxy: Proxy,
    keys: Keys,
    emulator: MiniStack,
}

fn guarded() -> &'static Guarded {
    static STARTED: OnceLock<Guarded> = OnceLock::new();
    STARTED.get_or_init(|| {
        let tools = Tools::install(&mut |line| eprintln!("{line}")).unwrap();
        let keys = Keys::random().unwrap();
        let options = MiniStackOptions {
            auth: true,
            keys: Some(keys.clone()),
            ..MiniStackOptions::default()
        };
        let emulator = MiniStack::start(&tools, &options).unwrap();
        let proxy = Proxy::guarded(None, &emulator.endpoint(), &keys).unwrap();
        Guarded {
            proxy,
            keys,
            emulator,
        }
    })
}

/// Sends a request to the proxy, at a host of its port.
fn send(host: &str, request: Request) -> Answer {
    let port = guarded().proxy.port();
    request.host(&format!("{host}:{port}")).send(port)
}

/// A call with the run's key.
fn call(service: &str, request: Request) -> Answer {
    send("127.0.0.1", signed(service, request))
}

fn signed(service: &str, request: Request) -> Request {
    let key = guarded().keys.access_key_id();
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    );
    request
        .header("authorization", &scope)
        .header("x-amz-date", "20260101T000000Z")
}

/// What a page can send without a preflight: a presigned URL, and a body that is plain text.
fn simple(key: &str, service: &str, path: &str, parameters: &[(&str, &str)]) -> Request {
    let credential = format!("{key}/20260101/us-east-1/{service}/aws4_request");
    let signature = [
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", &credential),
        ("X-Amz-Date", "20260101T000000Z"),
        ("X-Amz-Expires", "604800"),
        ("X-Amz-SignedHeaders", "host"),
        ("X-Amz-Signature", "0"),
    ];
    let query = encode(&[parameters, &signature].concat());
    Request::new("POST", &format!("{path}?{query}")).header("content-type", "text/plain")
}

/// The steps by which a page ran a program: a role, a function, and an invocation.
fn attack(key: &str) -> [Request; 3] {
    let functions = "/2015-03-31/functions";
    let function = r#"{"FunctionName":"evil","Runtime":"provided.al2023","Handler":"h","Role":"arn:aws:iam::000000000000:role/evil","Code":{"ZipFile":""}}"#;
    [
        simple(key, "iam", "/", &ROLE),
        simple(key, "lambda", functions, &[]).body(function),
        simple(key, "lambda", &format!("{functions}/evil/invocations"), &[]),
    ]
}

fn roles() -> String {
    let query = "/?Action=ListRoles&Version=2010-05-08";
    let answer = call("iam", Request::new("GET", query));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.text()
}

#[test]
fn a_page_of_another_site_runs_nothing_here() {
    let key = guarded().keys.access_key_id();
    // Even with the key, which no page has.
    for request in attack("test").into_iter().chain(attack(key)) {
        let answer = send("127.0.0.1", request.header("origin", EVIL));
        assert_eq!(answer.status, 403, "{answer:?}");
        assert!(answer.text().contains("another site"), "{answer:?}");
    }
    for site in ["cross-site", "same-site"] {
        let [role, ..] = attack(key);
        let answer = send("127.0.0.1", role.header("sec-fetch-site", site));
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    // As of a browser that says nothing about the page.
    for request in attack("test").into_iter().chain(attack("000000000000")) {
        let answer = send("127.0.0.1", request);
        assert_eq!(answer.status, 403, "{answer:?}");
        assert!(answer.text().contains("none of the keys"), "{answer:?}");
    }
    let unsigned = format!("/?{}", encode(&ROLE));
    for host in [
        "127.0.0.1",
        "a.localhost",
        "a.auth.eu-west-1.amazoncognito.localhost",
    ] {
        let answer = send(host, Request::new("POST", &unsigned));
        assert_eq!(answer.status, 403, "{host} {answer:?}");
    }
    assert!(!roles().contains("evil"));
}

#[test]
fn a_program_with_the_keys_is_served() {
    let key = guarded().keys.access_key_id();
    let role = ROLE.map(|(name, value)| (name, if value == "evil" { "ours" } else { value }));
    let answer = send("127.0.0.1", simple(key, "iam", "/", &role));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(roles().contains("ours"));
}

#[test]
fn a_name_that_was_made_to_resolve_to_this_machine_is_not_its_name() {
    let port = guarded().proxy.port();
    let query = "/?Action=ListRoles&Version=2010-05-08";
    for host in [
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        "127.0.0.1:1".to_owned(),
        "127.0.0.1".to_owned(),
        String::new(),
    ] {
        let request = signed("iam", Request::new("GET", query)).host(&host);
        let answer = request.send(port);
        assert_eq!(answer.status, 403, "{host}: {answer:?}");
        assert!(answer.text().contains("host"), "{host}: {answer:?}");
    }
}

#[test]
fn the_emulators_own_api_is_hidden() {
    for path in [
        "/_ministack/reset",
        "/%5fministack/reset",
        "/_ministack/config",
        "/_localstack/health",
    ] {
        for host in ["127.0.0.1", "d1.cloudfront.localhost"] {
            let answer = send(host, signed("iam", Request::new("POST", path)));
            assert_eq!(answer.status, 403, "{host}{path}: {answer:?}");
        }
    }
}

#[test]
fn nothing_passes_the_proxy_by() {
    let port = guarded().emulator.port();
    let direct = |request: Request| request.host(&format!("127.0.0.1:{port}")).send(port);
    let connection = handshake("/_aws/execute-api/api/live").host(&format!("127.0.0.1:{port}"));
    let head = Answer::head(&mut connection.open(port, "HTTP/1.1"));
    assert_eq!(head.status, 403, "{head:?}");
    let requests = [
        Request::new("POST", "/_ministack/reset"),
        Request::new("POST", &format!("/?{}", encode(&ROLE))),
        signed(
            "iam",
            Request::new("GET", "/?Action=ListRoles&Version=2010-05-08"),
        ),
    ];
    for request in requests.into_iter().chain(attack("test")) {
        let answer = direct(request);
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    // The session of a function, whose signature the emulator checks itself.
    let session = "AWS4-HMAC-SHA256 Credential=ASIA0/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0";
    let listing = || {
        Request::new("GET", "/?Action=ListRoles&Version=2010-05-08")
            .header("authorization", session)
            .header("x-amz-date", "20260101T000000Z")
    };
    let answer = direct(listing());
    assert!(answer.text().contains("<Error>"), "{answer:?}");
    let answer = direct(listing().header("origin", EVIL));
    assert!(answer.text().contains("the proxy's port"), "{answer:?}");
}

fn handshake(path: &str) -> Request {
    Request::new("GET", path)
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
}

#[test]
fn pages_of_this_machine_connect_and_others_do_not() {
    let json = |path: &str, body: &str| {
        let request = Request::new("POST", path).header("content-type", "application/json");
        call("apigateway", request.body(body)).json()
    };
    let api = json(
        "/v2/apis",
        r#"{"name":"a","protocolType":"WEBSOCKET","routeSelectionExpression":"$request.body.a"}"#,
    );
    let api = api["apiId"].as_str().unwrap();
    let stage = format!("/v2/apis/{api}/stages");
    json(&stage, r#"{"stageName":"live","autoDeploy":true}"#);
    let port = guarded().proxy.port();
    let connect = |origin: Option<&str>, site: &str| {
        let request = handshake(&format!("/_aws/execute-api/{api}/live"));
        let request = request
            .host(&format!("127.0.0.1:{port}"))
            .header("sec-fetch-site", site);
        let request = match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        };
        Answer::head(&mut request.open(port, "HTTP/1.1")).status
    };
    let shell = format!("http://d1.cloudfront.localhost:{port}");
    assert_eq!(connect(Some(&shell), "cross-site"), 101);
    assert_eq!(connect(Some("http://localhost:5173"), "same-site"), 101);
    assert_eq!(connect(None, "none"), 101);
    for origin in [EVIL, "null", "http://localhost.evil.example", "file://"] {
        assert_eq!(connect(Some(origin), "cross-site"), 403, "{origin}");
    }
    assert_eq!(connect(None, "cross-site"), 403);
    // Not a handshake: the API's own management.
    let post = Request::new(
        "POST",
        &format!("/_aws/execute-api/{api}/live/@connections/1"),
    );
    assert_eq!(send("127.0.0.1", post).status, 403);
}

#[test]
fn a_token_is_the_key_of_an_http_api_for_pages_of_this_machine() {
    let json = |path: &str, body: &str| {
        let request = Request::new("POST", path).header("content-type", "application/json");
        call("apigateway", request.body(body)).json()
    };
    let described = r#"{"name":"h","protocolType":"HTTP","corsConfiguration":{"allowOrigins":["*"],"allowMethods":["PATCH"]}}"#;
    let api = json("/v2/apis", described);
    let api = api["apiId"].as_str().unwrap();
    let stage = r#"{"stageName":"$default","autoDeploy":true}"#;
    json(&format!("/v2/apis/{api}/stages"), stage);
    let port = guarded().proxy.port();
    let shell = format!("http://d1.cloudfront.localhost:{port}");
    let to = |method: &'static str, path: &str| {
        Request::new(method, &format!("/_aws/execute-api/{api}{path}"))
            .header("sec-fetch-site", "cross-site")
    };
    let preflight = || to("OPTIONS", "/toggle").header("access-control-request-method", "PATCH");
    let call = |path: &str| to("PATCH", path).header("authorization", "Bearer token");
    let status = |request: Request| send("127.0.0.1", request).status;
    assert_eq!(status(preflight().header("origin", &shell)), 204);
    // The API's own answer: it has no such route.
    assert_eq!(status(call("/toggle").header("origin", &shell)), 404);
    assert_eq!(
        status(to("GET", "/openapi.json").header("origin", &shell)),
        404
    );
    for origin in [EVIL, "null"] {
        assert_eq!(status(preflight().header("origin", origin)), 403);
        assert_eq!(status(call("/toggle").header("origin", origin)), 403);
    }
    let without = [
        to("PATCH", "/toggle"),
        to("GET", "/toggles"),
        to("OPTIONS", "/toggle"),
        call("/live/@connections/1"),
        call("/live/%40connections/1"),
        Request::new("GET", "/").header("authorization", "Bearer token"),
    ];
    for request in without {
        assert_eq!(status(request.header("origin", &shell)), 403);
    }
}

#[test]
fn the_sites_and_the_login_pages_are_as_public_as_on_aws() {
    let login = "a.auth.eu-west-1.amazoncognito.localhost";
    let port = guarded().proxy.port();
    let shell = format!("http://d1.cloudfront.localhost:{port}");
    let token = || Request::new("POST", "/oauth2/token").form("grant_type=x".to_owned());
    // A link, from anywhere.
    let get = |path: &str| Request::new("GET", path).header("sec-fetch-site", "cross-site");
    assert_eq!(send("d1.cloudfront.localhost", get("/")).status, 404);
    assert_ne!(send(login, get("/oauth2/authorize")).status, 403);
    assert_ne!(send(login, token().header("origin", &shell)).status, 403);
    // The form of a page without a referrer.
    let form = || token().header("origin", "null");
    let own = form().header("sec-fetch-site", "same-origin");
    assert_ne!(send(login, own).status, 403);
    for refused in [
        form().header("sec-fetch-site", "cross-site"),
        form(),
        token().header("origin", EVIL),
        token().header("sec-fetch-site", "cross-site"),
    ] {
        let answer = send(login, refused);
        assert_eq!(answer.status, 403, "{answer:?}");
    }
}
