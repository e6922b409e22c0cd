//! The login pages as a browser and an application use them: code with PKCE, sessions, tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::browser::{Answer, Browser, Request, encode, parameter};
use super::{cognito, proxy};

const HOST: &str = "acme.auth.eu-west-1.amazoncognito.localhost";
const SHELL: &str = "http://d1.cloudfront.localhost:4566";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more";
const PASSWORD: &str = "Correct-horse-1";

/// A client of its own pool, with one user.
struct Application {
    client: String,
    browser: Browser,
}

impl Application {
    fn new() -> Self {
        Self::with_flows(&["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"], true)
    }

    fn with_flows(flows: &[&str], permanent: bool) -> Self {
        let pool =
            cognito("CreateUserPool", &json!({ "PoolName": "acme" }))["UserPool"]["Id"].clone();
        let client = cognito(
            "CreateUserPoolClient",
            &json!({
                "UserPoolId": pool, "ClientName": "shell", "GenerateSecret": false, "ExplicitAuthFlows": flows,
                "AllowedOAuthFlows": ["code"], "AllowedOAuthFlowsUserPoolClient": true,
                "AllowedOAuthScopes": ["openid", "email", "profile"], "SupportedIdentityProviders": ["COGNITO"],
                "CallbackURLs": [format!("{SHELL}/signed-in")], "LogoutURLs": [format!("{SHELL}/")],
                "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
            }),
        );
        let user = json!({ "UserPoolId": pool, "Username": "ada", "MessageAction": "SUPPRESS", "TemporaryPassword": "Temporary-1" });
        cognito("AdminCreateUser", &user);
        if permanent {
            cognito(
                "AdminSetUserPassword",
                &json!({ "UserPoolId": pool, "Username": "ada", "Password": PASSWORD, "Permanent": true }),
            );
        }
        let client = client["UserPoolClient"]["ClientId"]
            .as_str()
            .unwrap()
            .to_owned();
        Self {
            client,
            browser: Browser::default(),
        }
    }

    /// The parameters of a request for a code.
    fn asked(&self, more: &[(&str, &str)]) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let redirect = format!("{SHELL}/signed-in");
        let mut pairs = vec![
            ("client_id", self.client.as_str()),
            ("redirect_uri", &redirect),
            ("response_type", "code"),
            ("scope", "openid email profile"),
            ("state", "a&b"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        pairs.extend(more);
        encode(&pairs)
    }

    fn get(&mut self, path: &str, query: &str) -> Answer {
        let request = Request::new("GET", &format!("{path}?{query}")).host(HOST);
        self.browser.send(request, proxy().port())
    }

    fn post(&mut self, path: &str, form: String) -> Answer {
        self.browser.send(
            Request::new("POST", path).host(HOST).form(form),
            proxy().port(),
        )
    }

    fn authorize(&mut self, prompt: &str) -> Answer {
        let query = self.asked(&[("prompt", prompt)]);
        self.get("/oauth2/authorize", &query)
    }

    fn sign_in(&mut self, password: &str) -> Answer {
        let form = self.asked(&[("username", "ada"), ("password", password)]);
        self.post("/login", form)
    }

    fn log_out(&mut self, to: &str) -> Answer {
        let query = encode(&[("client_id", &self.client), ("logout_uri", to)]);
        self.get("/logout", &query)
    }

    fn tokens(&mut self, code: &str, verifier: &str) -> Answer {
        let form = encode(&[
            ("grant_type", "authorization_code"),
            ("client_id", &self.client),
            ("code", code),
            ("redirect_uri", &format!("{SHELL}/signed-in")),
            ("code_verifier", verifier),
        ]);
        self.post("/oauth2/token", form)
    }

    fn refresh(&mut self, token: &str) -> Answer {
        let form = encode(&[
            ("grant_type", "refresh_token"),
            ("client_id", &self.client),
            ("refresh_token", token),
        ]);
        self.post("/oauth2/token", form)
    }
}

/// The code of a redirect to the shell.
fn code(answer: &Answer) -> String {
    assert_eq!(answer.status, 302, "{answer:?}");
    let location = answer.header("location").unwrap();
    assert!(
        location.starts_with(&format!("{SHELL}/signed-in?")),
        "{location}"
    );
    assert_eq!(
        parameter(location, "state").as_deref(),
        Some("a&b"),
        "{location}"
    );
    parameter(location, "code").unwrap_or_else(|| panic!("no code: {location}"))
}

fn is_form(answer: &Answer) -> bool {
    answer.status == 200 && answer.text().contains("name=\"password\"")
}

fn is_login_required(answer: &Answer) -> bool {
    let location = answer.header("location").unwrap_or_default();
    answer.status == 302
        && parameter(location, "error").as_deref() == Some("login_required")
        && parameter(location, "state").as_deref() == Some("a&b")
}

#[test]
fn a_sign_in_gives_tokens_and_a_session() {
    let mut application = Application::new();
    assert!(is_login_required(&application.authorize("none")));
    assert!(is_form(&application.authorize("")));
    assert!(is_form(&application.sign_in("wrong")));
    assert!(is_login_required(&application.authorize("none")));

    let answer = application.sign_in(PASSWORD);
    let cookie = answer.header("set-cookie").unwrap();
    for attribute in [
        "cognito=",
        "; Path=/",
        "; Max-Age=3600",
        "; HttpOnly",
        "; SameSite=Lax",
    ] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let first = code(&answer);

    let again = code(&application.authorize(""));
    let silent = code(&application.authorize("none"));
    assert!(first != again && again != silent);
    assert!(is_form(&application.authorize("login")));
    for code in [first, again, silent] {
        let tokens = application.tokens(&code, VERIFIER);
        assert_eq!(tokens.status, 200, "{tokens:?}");
        assert_eq!(tokens.header("access-control-allow-origin"), Some("*"));
        assert!(tokens.json()["access_token"].is_string());
    }
}

#[test]
fn a_code_needs_its_verifier_and_serves_once() {
    let mut application = Application::new();
    let code = code(&application.sign_in(PASSWORD));
    assert_eq!(
        application.tokens(&code, "another").json()["error"],
        "invalid_grant"
    );
    assert_eq!(application.tokens(&code, VERIFIER).status, 200);
    assert_eq!(
        application.tokens(&code, VERIFIER).json()["error"],
        "invalid_grant"
    );
}

#[test]
fn a_logout_ends_the_session_and_goes_back() {
    let mut application = Application::new();
    code(&application.sign_in(PASSWORD));
    let elsewhere = application.log_out("http://elsewhere/");
    assert_eq!(elsewhere.status, 400, "{elsewhere:?}");
    code(&application.authorize("none"));

    let home = format!("{SHELL}/");
    let answer = application.log_out(&home);
    assert_eq!(
        (answer.status, answer.header("location")),
        (302, Some(home.as_str())),
        "{answer:?}"
    );
    assert!(is_login_required(&application.authorize("none")));
    assert!(is_form(&application.authorize("")));
}

#[test]
fn a_session_is_of_one_browser() {
    let (mut one, mut other) = (Application::new(), Application::new());
    code(&one.sign_in(PASSWORD));
    assert!(is_login_required(&other.authorize("none")));
}

/// Otherwise anyone could use the login pages to redirect a user anywhere.
#[test]
fn an_unknown_client_or_address_gets_no_redirect() {
    let mut application = Application::new();
    let elsewhere = application
        .asked(&[("prompt", "none")])
        .replace("signed-in", "elsewhere");
    assert_eq!(application.get("/oauth2/authorize", &elsewhere).status, 400);
    application.client.push('x');
    assert_eq!(application.authorize("none").status, 400);
}

#[test]
fn a_refresh_token_serves_until_it_is_revoked() {
    let mut application = Application::new();
    let code = code(&application.sign_in(PASSWORD));
    let tokens = application.tokens(&code, VERIFIER).json();
    let token = tokens["refresh_token"].as_str().unwrap();
    let refreshed = application.refresh(token);
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    // MiniStack does not rotate, whatever the client says.
    assert_eq!(refreshed.json()["refresh_token"], Value::Null);

    let form = encode(&[("token", token), ("client_id", &application.client)]);
    let revoked = application.post("/oauth2/revoke", form);
    assert_eq!(
        (revoked.status, revoked.text()),
        (200, String::new()),
        "{revoked:?}"
    );
    assert_eq!(revoked.header("access-control-allow-origin"), Some("*"));
    assert_eq!(application.refresh(token).json()["error"], "invalid_grant");
    assert_eq!(
        application.post("/oauth2/revoke", String::new()).json()["error"],
        "invalid_request"
    );
}

#[test]
fn a_first_password_is_changed_and_then_kept() {
    let mut application = Application::with_flows(&["ALLOW_USER_SRP_AUTH"], false);
    let page = application.sign_in("Temporary-1");
    assert_eq!(page.header("set-cookie"), None);
    let page = page.text();
    let token = page
        .split_once("name=\"np_token\" value=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0;
    let form = encode(&[
        ("np_token", token),
        ("new_password", PASSWORD),
        ("confirm_password", PASSWORD),
    ]);
    code(&application.post("/login", form));
    code(&application.authorize("none"));
}

#[test]
fn a_choice_of_factors_leads_to_a_session_too() {
    let mut application = Application::with_flows(&["ALLOW_USER_AUTH"], true);
    let page = application.authorize("");
    assert!(page.text().contains("USER_AUTH"), "{page:?}");
    let form = application.asked(&[("auth_flow", "USER_AUTH"), ("username", "ada")]);
    let page = application.post("/login", form);
    let page = page.text();
    let token = page
        .split_once("name=\"ua_token\" value=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0;
    code(&application.post(
        "/login",
        encode(&[("ua_token", token), ("password", PASSWORD)]),
    ));
    code(&application.authorize("none"));
}

#[test]
fn a_browser_may_fetch_tokens_and_claims_from_another_origin() {
    let mut application = Application::new();
    let code = code(&application.sign_in(PASSWORD));
    let tokens = application.tokens(&code, VERIFIER).json();
    let asks = |path: &str, headers: &str| {
        let request = Request::new("OPTIONS", path)
            .host(HOST)
            .header("origin", SHELL);
        let request = request
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", headers);
        request.send(proxy().port())
    };
    for (path, headers) in [
        ("/oauth2/token", "content-type"),
        ("/oauth2/userInfo", "authorization"),
    ] {
        let answer = asks(path, headers);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-headers"), Some(headers));
    }
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let claims = Request::new("GET", "/oauth2/userInfo")
        .host(HOST)
        .header("authorization", &bearer);
    let claims = claims.send(proxy().port());
    assert_eq!(claims.json()["username"], "ada", "{claims:?}");
}
