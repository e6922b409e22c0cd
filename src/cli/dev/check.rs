//! The checks of `dev --once`: that the whole system works, as a client sees it.

use std::time::Duration;

use aws::Network;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::Client as Http;
use hyper_util::rt::TokioExecutor;
use miette::{IntoDiagnostic as _, Report, miette};
use tokio::time::timeout;

use super::examples::EXAMPLES;
use crate::cli::context::Outputs;
use crate::cli::output::print;
use crate::cli::{advice, release};
use crate::release::Application;
use crate::toggles::{Change, Client, Message, Received, Store, Toggle};

/// How long to wait for a message.
const PATIENCE: Duration = Duration::from_secs(20);

/// Checks what a client sees: the examples, then a change to one.
pub(super) async fn toggles(url: &str, store: &Store) -> Result<(), Report> {
    let mut client = Client::connect(&Network::default(), url)
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

/// Checks that the current release of each application is served at its site.
pub(super) async fn applications(
    endpoint: &str,
    outputs: &Outputs,
    applications: &[Application],
) -> Result<(), Report> {
    for application in applications {
        let url = release::site(outputs, application)
            .ok_or_else(|| miette!("{application} has no URL"))?;
        let status = get(endpoint, &url, application.pointer()).await?;
        if status != StatusCode::OK {
            return Err(miette!("{url}: {application} answered {status}"));
        }
        print(&format!("{url}: {application} is served"))?;
    }
    Ok(())
}

/// Calls the endpoint under the site's name, which only browsers resolve.
async fn get(endpoint: &str, url: &str, path: &str) -> Result<StatusCode, Report> {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    let request = Request::get(format!("{endpoint}/{path}")).header(HOST, host);
    let request = request.body(Empty::<Bytes>::new()).into_diagnostic()?;
    let client = Http::builder(TokioExecutor::new()).build_http();
    Ok(client.request(request).await.into_diagnostic()?.status())
}
