//! The proxy in front of a real emulator, and of one that answers slowly or not at all.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod browser;
mod guard;
mod login;
mod passing;
mod sites;

use std::sync::OnceLock;

use browser::{Answer, Request};
use local::{MiniStack, MiniStackOptions, Proxy, Tools};

/// Not the emulator's default account.
const ACCOUNT: &str = "000000000001";

/// One emulator for all tests, and a proxy in front of it.
fn proxy() -> &'static Proxy {
    static STARTED: OnceLock<(MiniStack, Proxy)> = OnceLock::new();
    let start = || {
        let tools = Tools::install(&mut |line| eprintln!("{line}")).unwrap();
        let emulator = MiniStack::start(&tools, &MiniStackOptions::default()).unwrap();
        let proxy = Proxy::start(None, &emulator.endpoint()).unwrap();
        (emulator, proxy)
    };
    &STARTED.get_or_init(start).1
}

/// A call to AWS in the account.
fn call(service: &str, request: Request) -> Answer {
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/eu-west-1/{service}/aws4_request, Signature=0"
    );
    let answer = request.header("authorization", &scope).send(proxy().port());
    assert!(answer.status < 300, "{answer:?}");
    answer
}

/// A call to Cognito.
fn cognito(action: &str, body: &serde_json::Value) -> serde_json::Value {
    let request = Request::new("POST", "/")
        .header(
            "x-amz-target",
            &format!("AWSCognitoIdentityProviderService.{action}"),
        )
        .header("content-type", "application/x-amz-json-1.1")
        .body(body.to_string());
    serde_json::from_slice(&call("cognito-idp", request).body).unwrap()
}

fn bucket(name: &str) {
    let region = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
    call("s3", Request::new("PUT", &format!("/{name}")).body(region));
}
