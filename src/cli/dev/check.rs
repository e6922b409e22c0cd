//! The checks of `dev --once`: that the whole system works, as a client sees it.

use std::time::Duration;

use aws::Network;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HOST};
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::Client as Http;
use hyper_util::rt::TokioExecutor;
use miette::{IntoDiagnostic as _, Report, miette};
use tokio::time::timeout;

use super::examples::EXAMPLES;
use super::repositories::{Kind, Runs};
use crate::cli::context::{Context, Outputs};
use crate::cli::output::print;
use crate::cli::{advice, release};
use crate::release::{Application, Standing};
use crate::toggles::{Change, Client, Message, Received, Store, Toggle};

/// How long to wait for a message.
const PATIENCE: Duration = Duration::from_secs(20);

/// Checks what a client sees: the examples, then a change to one.
pub(super) async fn toggles(url: &str, token: Option<&str>, store: &Store) -> Result<(), Report> {
    let mut client = Client::connect(&Network::default(), url, token)
        .await
        .map_err(advice::report)?;
    let items = loop {
        // The examples' own changes may still be on their way and arrive before the state.
        if let Message::State(items) = next(&mut client, "the state").await? {
            break items;
        }
    };
    if items.len() != EXAMPLES.len() {
        return Err(miette!(
            "a client got {} toggles, not {}",
            items.len(),
            EXAMPLES.len()
        ));
    }
    let (id, ..) = EXAMPLES[0];
    let change = Change {
        rules: None,
        id,
        active: true,
        name: None,
        value: None,
        attributes: &[],
        if_revision: None,
    };
    store.set(&change).await.map_err(advice::report)?;
    let is_on = |toggle: &Toggle| toggle.id() == id && toggle.is_active();
    while !matches!(next(&mut client, "the change").await?, Message::Changed(toggle) if is_on(&toggle))
    {
    }
    client.close().await;
    print(&format!("{url}: a client got the state and then a change"))?;
    Ok(())
}

/// Checks that the example user sees the toggles by the API for people.
pub(super) async fn flips(url: &str, token: &str) -> Result<(), Report> {
    let http = Http::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let request = Request::get(format!("{url}/toggles"));
    let request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    let request = request.body(Empty::new()).into_diagnostic()?;
    let answer = timeout(PATIENCE, http.request(request)).await;
    let answer = answer.into_diagnostic()?.into_diagnostic()?;
    if answer.status() != StatusCode::OK {
        return Err(miette!("{url}/toggles answers with {}", answer.status()));
    }
    print(&format!("{url}: the user got the toggles"))
}

async fn next(client: &mut Client, what: &str) -> Result<Message, Report> {
    let seconds = PATIENCE.as_secs();
    match timeout(PATIENCE, client.next()).await {
        Ok(Some(Received { message, .. })) => Ok(message),
        Ok(None) => Err(miette!(
            "the service closed the connection before {what} arrived"
        )),
        Err(_) => Err(miette!("{what} did not arrive within {seconds} s")),
    }
}

/// Waits until the first commit of each team with a repository is released, and checks that its site serves
/// that release.
pub(super) async fn commits(
    context: &Context,
    outputs: &Outputs,
    runs: &mut Runs,
) -> Result<(), Report> {
    let begun = runs.places().iter().filter(|place| place.begins);
    let mut awaited: Vec<_> = begun.map(|place| place.application.clone()).collect();
    while !awaited.is_empty() {
        let event = runs.next().await;
        print(&event.to_string())?;
        match event.kind {
            Kind::Begun => {}
            Kind::Failed(_) => return Err(miette!("a commit of {} is not released", event.team)),
            Kind::Released => {
                let application = Application::Team(event.team);
                served(context, outputs, &application).await?;
                awaited.retain(|other| *other != application);
            }
        }
    }
    Ok(())
}

/// Checks that the site of an application names its current release in the file that the shell reads.
async fn served(
    context: &Context,
    outputs: &Outputs,
    application: &Application,
) -> Result<(), Report> {
    let releases = release::releases(context, outputs, application)?;
    let listed = releases.list().await.map_err(advice::report)?;
    let current = listed.iter().find(|of| of.standing == Standing::Current);
    let current = current.ok_or_else(|| miette!("{application} has no release"))?;
    let url =
        release::site(outputs, application).ok_or_else(|| miette!("{application} has no URL"))?;
    let endpoint = context.account.endpoint().unwrap_or_default();
    let (_, text) = get(endpoint, &url, application.pointer()).await?;
    let version = current.version.as_str();
    if !text.contains(version) {
        return Err(miette!("{url}: {application} does not name {version}"));
    }
    print(&format!(
        "{url}: {application} is served, from its repository"
    ))
}

/// Checks that the current release of each application is served at its site.
pub(super) async fn applications(
    endpoint: &str,
    outputs: &Outputs,
    applications: &[Application],
) -> Result<(), Report> {
    for application in applications {
        let url = release::site(outputs, application)
            .ok_or_else(|| miette!("{application} has no URL"))?;
        let (status, _) = get(endpoint, &url, application.pointer()).await?;
        if status != StatusCode::OK {
            return Err(miette!("{url}: {application} answered {status}"));
        }
        print(&format!("{url}: {application} is served"))?;
    }
    Ok(())
}

/// Calls the endpoint under the site's name, which only browsers resolve.
async fn get(endpoint: &str, url: &str, path: &str) -> Result<(StatusCode, String), Report> {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    let request = Request::get(format!("{endpoint}/{path}")).header(HOST, host);
    let request = request.body(Empty::<Bytes>::new()).into_diagnostic()?;
    let client = Http::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.into_diagnostic()?;
    let status = response.status();
    let body = response.into_body().collect().await.into_diagnostic()?;
    Ok((
        status,
        String::from_utf8_lossy(&body.to_bytes()).into_owned(),
    ))
}
