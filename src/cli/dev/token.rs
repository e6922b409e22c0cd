//! A token of the example user, for the client of `dev` itself in a system that requires one.
//!
//! It comes from the login pages, as the shell's does: the shell's client has no flow for a password.

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HOST, LOCATION};
use hyper::{Request, Response};
use hyper_util::client::legacy::Client as Http;
use hyper_util::rt::TokioExecutor;
use miette::{IntoDiagnostic as _, Report, miette};
use model::StackName;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use stacks::identity;

use super::user::{NAME, PASSWORD};
use crate::cli::context::{Context, Outputs};
use crate::cli::release;
use crate::release::Application;

/// The parts of an answer with tokens.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// Signs the user in, and returns the id token.
pub(super) async fn fetch(context: &Context, outputs: &Outputs) -> Result<String, Report> {
    let stack = StackName::new(identity::STACK);
    let login = context.outputs_of(outputs, &stack, identity::Outputs::of)?;
    let shell = release::site(outputs, &Application::Shell);
    let shell = shell.ok_or_else(|| miette!("the shell has no URL"))?;
    let endpoint = context.account.endpoint().unwrap_or_default();
    let page = format!("{shell}/signed-in");
    let client = [("client_id", &*login.client_id), ("redirect_uri", &page)];
    let user = [("username", NAME), ("password", PASSWORD)];
    let asked = [("response_type", "code"), ("scope", "openid email profile")];
    let form = client.into_iter().chain(asked).chain(user);
    let answer = post(endpoint, &login.login_url, "login", form).await?;
    let location = answer.headers().get(LOCATION);
    let location = location.and_then(|to| to.to_str().ok()).unwrap_or_default();
    let code = location
        .split(['?', '&'])
        .find_map(|pair| pair.strip_prefix("code="));
    let code = code.ok_or_else(|| miette!("the login pages did not sign {NAME} in"))?;
    let grant = [("grant_type", "authorization_code"), ("code", code)];
    let form = client.into_iter().chain(grant);
    let answer = post(endpoint, &login.login_url, "oauth2/token", form).await?;
    let body = answer.into_body().collect().await.into_diagnostic()?;
    let tokens: Tokens = serde_json::from_slice(&body.to_bytes()).into_diagnostic()?;
    Ok(tokens.id_token)
}

/// Sends a form to the endpoint under the name of the login pages, which only browsers resolve.
async fn post(
    endpoint: &str,
    url: &str,
    path: &str,
    form: impl Iterator<Item = (&str, &str)>,
) -> Result<Response<Incoming>, Report> {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let form: Vec<_> = form
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    let request = Request::post(format!("{endpoint}/{path}"))
        .header(HOST, host)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::<Bytes>::from(form.join("&")))
        .into_diagnostic()?;
    let client = Http::builder(TokioExecutor::new()).build_http();
    client.request(request).await.into_diagnostic()
}
