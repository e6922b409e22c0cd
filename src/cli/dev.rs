//! `frontage dev`: the whole system on an emulator on this machine.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use local::{MiniStack, MiniStackOptions, Proxy, Tools};
use miette::{IntoDiagnostic as _, Report, miette};
use stacks::description::System;
use tokio::time::timeout;

use super::interrupts::Interrupts;
use super::session::{self, Session, Zips};
use super::toggles::{Change, Client, Message, Store, show};
use super::{Format, Global, advice, apply, print, say};
use crate::aws::{Account, Connection};
use crate::reconcile::Goal;
use crate::render;

/// Where the emulator listens, unless told otherwise.
const PORT: u16 = 4566;
/// The Region, where the description names none.
const REGION: &str = "eu-west-1";
/// How long the self-check waits for a message.
const PATIENCE: Duration = Duration::from_secs(20);
/// The toggles that are there to try.
const EXAMPLES: [(&str, &str, bool); 3] =
    [("1", "Feature toggle 1", false), ("2", "Feature toggle 2", true), ("3", "Feature toggle 3", false)];

/// Arguments of `dev`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Check that a client gets the state and then a change, and leave: 0 if so, 1 if not
    #[arg(long)]
    once: bool,
    /// The emulator's port on 127.0.0.1; default: 4566, or any free one with --once
    #[arg(long)]
    port: Option<u16>,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let system = session::describe(global)?;
    let emulator = start(arguments).await?;
    let global = Global { endpoint_url: Some(emulator.endpoint()), ..global.clone() };
    let session = open(&global, &system).await?;
    let url = bring_up(&session).await?;
    let store = seed(&session).await?;
    let checked = if arguments.once {
        check(&url, &store).await
    } else {
        welcome(&session, &url, &emulator);
        watch(&global, &url).await
    };
    take_down(&session).await?;
    checked.map(|()| ExitCode::SUCCESS)
}

/// The emulator and, at the address that everything else knows, the proxy before it.
///
/// The functions alone call the emulator directly: it tells them its own address.
struct Emulator {
    /// Ends before what it is before.
    proxy: Proxy,
    _ministack: MiniStack,
}

impl Emulator {
    fn endpoint(&self) -> String {
        self.proxy.endpoint()
    }
}

async fn start(arguments: &Arguments) -> Result<Emulator, Report> {
    let port = arguments.port.or((!arguments.once).then_some(PORT));
    let start = move || {
        let tools = Tools::install(&mut say).into_diagnostic()?;
        say("starting the emulator");
        let ministack = MiniStack::start(&tools, &MiniStackOptions::default()).into_diagnostic()?;
        let proxy = Proxy::start(port, &ministack.endpoint()).into_diagnostic()?;
        Ok(Emulator { proxy, _ministack: ministack })
    };
    tokio::task::spawn_blocking(start).await.into_diagnostic()?
}

/// The emulator's default account, whatever credentials are around: nothing here goes to AWS.
async fn open(global: &Global, system: &System) -> Result<Session, Report> {
    let functions = session::functions(system, Zips::Build).await?;
    let connection = Connection { profile: None, ..global.connection(system.region.as_deref().or(Some(REGION))) };
    let artifacts = session::paths(functions.as_ref());
    let account = Account::connect_to_emulator(&connection, system.name.as_str(), artifacts).await;
    Session::with_account(global, system, functions.as_ref(), account.map_err(advice::account)?)
}

async fn bring_up(session: &Session) -> Result<String, Report> {
    let plan = session.plan(Goal::Converge).await?;
    say(&format!("bringing up {}: {} resources", session.graph.system(), plan.resources.len()));
    let report = apply::execute(session, plan, false).await;
    if !report.complete() {
        say(&render::report(&report));
        return Err(miette!("the system did not come up"));
    }
    let outputs = session.outputs(&report.known);
    let url = outputs.values().find_map(|values| values.get("websocket_url"));
    url.cloned().ok_or_else(|| miette!("the system has no WebSocket URL: select the stack toggles"))
}

async fn seed(session: &Session) -> Result<Store, Report> {
    let store = Store::open_in(session);
    for (id, name, active) in EXAMPLES {
        store.set(&Change { id, active, name: Some(name), attributes: &[] }).await?;
    }
    Ok(store)
}

fn welcome(session: &Session, url: &str, emulator: &Emulator) {
    let frontage = std::env::args().next().unwrap_or_else(|| "frontage".to_owned());
    print(&format!("\nThe toggles are live at {url}\n"));
    print("Try, in another terminal here:");
    print(&format!(
        "  export AWS_ENDPOINT_URL={} AWS_REGION={} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test",
        emulator.endpoint(),
        session.account.region(),
    ));
    print(&format!("  {frontage} toggles set 1 on"));
    print(&format!("  {frontage} toggles watch\n"));
    print("Changes show here. Ctrl-C takes everything down.\n");
}

async fn watch(global: &Global, url: &str) -> Result<(), Report> {
    let mut interrupts = Interrupts::listen();
    let mut client = connect(url).await?;
    loop {
        tokio::select! {
            message = client.next() => match message {
                Some((text, message)) => show(Format::Human, &text, &message),
                None => client = connect(url).await?,
            },
            () = interrupts.next() => break,
        }
    }
    client.close().await;
    say(&format!("\ntaking {} down", global.config.display()));
    Ok(())
}

async fn connect(url: &str) -> Result<Client, Report> {
    Client::connect(url).await.map_err(|error| miette!("{url}: {error}"))
}

/// What a client must see: the three toggles, then a change to one.
async fn check(url: &str, store: &Store) -> Result<(), Report> {
    let mut client = connect(url).await?;
    let items = loop {
        // The examples' own changes may still be under way, and come before the state.
        if let Message::State(items) = next(&mut client, "the state").await? {
            break items;
        }
    };
    if items.len() != EXAMPLES.len() {
        return Err(miette!("a client got {} toggles, not {}", items.len(), EXAMPLES.len()));
    }
    let (id, ..) = EXAMPLES[0];
    store.set(&Change { id, active: true, name: None, attributes: &[] }).await?;
    while !matches!(next(&mut client, "the change").await?, Message::Changed(item) if is_on(&item, id)) {}
    client.close().await;
    print(&format!("{url}: a client got the state and then a change"));
    Ok(())
}

fn is_on(item: &serde_json::Value, id: &str) -> bool {
    item["featureId"]["S"] == id && item["isActive"]["BOOL"] == true
}

async fn next(client: &mut Client, what: &str) -> Result<Message, Report> {
    let seconds = PATIENCE.as_secs();
    match timeout(PATIENCE, client.next()).await {
        Ok(Some((_, message))) => Ok(message),
        Ok(None) => Err(miette!("the service closed the connection before {what} came")),
        Err(_) => Err(miette!("{what} did not come within {seconds} s")),
    }
}

async fn take_down(session: &Session) -> Result<(), Report> {
    let plan = session.plan(Goal::Destroy { delete_data: true }).await?;
    let report = apply::execute(session, plan, false).await;
    if report.complete() {
        say("everything is down");
        return Ok(());
    }
    say(&render::report(&report));
    Err(miette!("not everything came down; the emulator's end takes the rest"))
}
