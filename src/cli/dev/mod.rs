//! `frontage dev`: the whole system on an emulator on this machine.

mod applications;
mod check;
mod examples;
mod repositories;
mod token;
mod user;

use std::process::ExitCode;

use aws::{Account, Connection, Network};
use clap::Args;
use engine::{Goal, Plan};
use local::{Keys, MiniStack, MiniStackOptions, Proxy, Registry, Tools};
use miette::{IntoDiagnostic as _, Report, miette};
use model::StackName;
use stacks::description::System;
use stacks::{shell, toggles};
use toggle_contract::doors::{ANY_ORIGIN, Connect};

use self::applications::Builds;
use self::repositories::{Destination, Repositories, Runs};
use crate::cli::context::{Context, Outputs};
use crate::cli::functions::Zips;
use crate::cli::global::{Format, Global};
use crate::cli::interrupts::Interrupts;
use crate::cli::output::{follow, print, say};
use crate::cli::toggles::show;
use crate::cli::writing::Writing;
use crate::cli::{advice, description, packages, release, secrets};
use crate::packages::Registry as Npm;
use crate::release::Application;
use crate::render;
use crate::toggles::{Store, Watch};

/// The emulator's default port.
const PORT: u16 = 4566;
/// The Region if the description names none.
const REGION: &str = "eu-west-1";
/// Arguments of `dev`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Check that a client gets the state and then a change, that the applications are served, and
    /// that the first commit of each team with a Git repository becomes a release, then exit: 0 on
    /// success, 1 on failure
    #[arg(long)]
    once: bool,
    /// The emulator's port on 127.0.0.1; default: 4566, or any free one with --once
    #[arg(long)]
    port: Option<u16>,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode, Report> {
    let mut system = description::read(global)?;
    suit(&mut system);
    let emulator = start(arguments).await?;
    let global = Global {
        endpoint_url: Some(emulator.endpoint()),
        ..global.clone()
    };
    let mut context = open(&global, &system, &emulator.keys).await?;
    let repositories = Repositories::create(&global, &system, &context).await?;
    let builds = Builds::begin(&global, &system, &context, &repositories);
    let outputs = bring_up(&global, &mut context).await?;
    let applications = builds.publish(&context, &outputs).await?;
    let registry = packages(&global, &context).await?;
    // From now on, since the programs that the steps run must not outlive this one.
    let mut interrupts = Interrupts::listen();
    let mut runs = repositories.serve(Destination {
        global: publishing(&global, &context),
        keys: emulator.keys.clone(),
        registry: registry.as_ref().map(npm),
    });
    user::make(&context, &outputs, &system).await?;
    let entrance = Entrance {
        url: websocket_url(&outputs)?,
        token: match system.toggles.connect {
            Connect::Required => Some(token::fetch(&context, &outputs).await?),
            Connect::Public | Connect::Optional => None,
        },
    };
    let store = crate::toggles::store(&context.account, toggles::toggles_table(&system));
    examples::make(&store).await?;
    let checked = if arguments.once {
        let checked = check(
            &context,
            &entrance,
            &store,
            &outputs,
            &applications,
            &mut runs,
        );
        tokio::select! {
            checked = checked => checked,
            () = interrupts.next() => Err(miette!("interrupted")),
        }
    } else {
        let shown = welcome(
            &context,
            &emulator.keys,
            &outputs,
            &applications,
            registry.as_ref(),
            &runs,
        );
        match shown {
            Ok(()) => watch(&global, entrance, &mut runs, &mut interrupts).await,
            Err(error) => Err(error),
        }
    };
    runs.end().await;
    take_down(&global, &mut context).await?;
    checked.map(|()| ExitCode::SUCCESS)
}

/// Leaves out of a description what cannot be here.
fn suit(system: &mut System) {
    // The proxy in front of the emulator shows the login pages at Cognito's own domain alone.
    system.identity.domain = None;
    // It also refuses pages of other machines, and gives those of this one names that AWS does not have.
    system.toggles.origins = Some(vec![ANY_ORIGIN.to_owned()]);
}

/// Where the toggles are, and what lets `dev` itself in.
struct Entrance {
    url: String,
    token: Option<String>,
}

/// The emulator and the proxy in front of it, whose address everything else uses.
///
/// Only the functions call the emulator directly: it gives them its own address.
struct Emulator {
    /// Dropped before the emulator that it serves.
    proxy: Proxy,
    _ministack: MiniStack,
    /// New with every run: its functions run on this machine, and any page in a browser can send
    /// requests to the loopback.
    keys: Keys,
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
        // Only then does it know that a viewer used TLS, and deny everyone else access to the
        // buckets.
        let keys = Keys::random().into_diagnostic()?;
        let options = MiniStackOptions {
            auth: true,
            keys: Some(keys.clone()),
            ..MiniStackOptions::default()
        };
        let ministack = MiniStack::start(&tools, &options).into_diagnostic()?;
        let proxy = Proxy::guarded(port, &ministack.endpoint(), &keys).into_diagnostic()?;
        Ok(Emulator {
            proxy,
            _ministack: ministack,
            keys,
        })
    };
    tokio::task::spawn_blocking(start).await.into_diagnostic()?
}

/// The emulator's default account, regardless of any credentials: nothing here is sent to AWS.
async fn open(global: &Global, system: &System, keys: &Keys) -> Result<Context, Report> {
    let selection = description::selection(global, system)?;
    let connection = Connection {
        profile: None,
        ..global.connection(system.region.as_deref().or(Some(REGION)))
    };
    let keys = (keys.access_key_id(), keys.secret_access_key());
    let account = Account::connect_to_emulator(&connection, system.name.as_str(), keys).await;
    let account = account.map_err(advice::report)?;
    let context = Context::with_account(global, system, selection, account, Zips::Build).await?;
    Ok(Context {
        secrets: secrets::find_or_assume(&context.graph),
        ..context
    })
}

async fn carry_out(
    global: &Global,
    context: &Context,
    plan: Plan,
) -> Result<engine::Report, Report> {
    let writing = Writing::new(global, context, "dev", 0);
    let lease = writing.lease(&plan).await?;
    writing.bind(&plan).await?;
    writing.run(context, plan, lease, false).await
}

async fn bring_up(global: &Global, context: &mut Context) -> Result<Outputs, Report> {
    let plan = context.plan(Goal::Converge).await?;
    if let Some(lacking) = context.left_out() {
        say(&lacking.to_string());
    }
    say(&format!(
        "bringing up {}: {} resources",
        context.graph.system(),
        plan.resources.len()
    ));
    let report = carry_out(global, context, plan).await?;
    if !report.complete() {
        say(&render::report(&report));
        return Err(miette!("the system could not be brought up"));
    }
    Ok(context.outputs(&report.known))
}

/// Serves the shared packages from a local registry, if the system has some and the emulator has no
/// service for them.
async fn packages(global: &Global, context: &Context) -> Result<Option<Registry>, Report> {
    let stack = StackName::new(stacks::packages::STACK);
    if !context.lacking.contains_key(&stack) {
        return Ok(None);
    }
    let global = global.clone();
    tokio::task::spawn_blocking(move || packages::serve(&global))
        .await
        .into_diagnostic()?
}

/// The options of the program that publishes what the steps have built.
fn publishing(global: &Global, context: &Context) -> Global {
    Global {
        system: None,
        format: Format::Human,
        region: Some(context.account.region().to_owned()),
        profile: None,
        ..global.clone()
    }
}

fn npm(registry: &Registry) -> Npm {
    Npm::new(&registry.url(), Some(registry.token().to_owned()))
}

fn websocket_url(outputs: &Outputs) -> Result<String, Report> {
    let toggles = outputs
        .get(&StackName::new(toggles::STACK))
        .ok_or_else(|| miette!("the system has no WebSocket URL: select the stack toggles"))?;
    let toggles = toggles::Outputs::of(toggles).into_diagnostic()?;
    Ok(toggles.websocket_url)
}

/// The API by which people flip toggles, if there is one.
fn flips_url(outputs: &Outputs) -> Option<&str> {
    let shell = outputs.get(&StackName::new(shell::STACK))?;
    shell.get(shell::API_OUTPUT).map(String::as_str)
}

async fn check(
    context: &Context,
    entrance: &Entrance,
    store: &Store,
    outputs: &Outputs,
    applications: &[Application],
    runs: &mut Runs,
) -> Result<(), Report> {
    check::toggles(&entrance.url, entrance.token.as_deref(), store).await?;
    if let Some(api) = flips_url(outputs) {
        check::flips(api, &token::fetch(context, outputs).await?).await?;
    }
    check::applications(
        context.account.endpoint().unwrap_or_default(),
        outputs,
        applications,
    )
    .await?;
    check::commits(context, outputs, runs).await
}

fn welcome(
    context: &Context,
    keys: &Keys,
    outputs: &Outputs,
    applications: &[Application],
    registry: Option<&Registry>,
    runs: &Runs,
) -> Result<(), Report> {
    let frontage = std::env::args()
        .next()
        .unwrap_or_else(|| "frontage".to_owned());
    print("")?;
    if let Some(shell) = release::site(outputs, &Application::Shell)
        .filter(|_| applications.contains(&Application::Shell))
    {
        print(&format!("The shell is at {shell}"))?;
        print(&format!(
            "Sign in as {} with the password {}\n",
            user::NAME,
            user::PASSWORD
        ))?;
    }
    if let Ok(url) = websocket_url(outputs) {
        print(&format!("The toggles are live at {url}\n"))?;
    }
    if let Some(url) = flips_url(outputs) {
        let name = user::NAME;
        print(&format!("{name} may flip them, also by the API at {url}\n"))?;
    }
    if let Some(registry) = registry {
        print(&format!(
            "The shared packages are served at {} (npm install --registry …)\n",
            registry.url()
        ))?;
    }
    print("Try, in another terminal here:")?;
    print(&format!(
        "  export AWS_ENDPOINT_URL={} AWS_REGION={} AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={}",
        context.account.endpoint().unwrap_or_default(),
        context.account.region(),
        keys.access_key_id(),
        keys.secret_access_key(),
    ))?;
    print(&format!("  {frontage} toggles set 1 on"))?;
    print(&format!("  {frontage} toggles watch"))?;
    if let Some(team) = applications
        .iter()
        .find(|application| **application != Application::Shell)
    {
        print(&format!("  {frontage} release publish {team}"))?;
    }
    for place in runs.places() {
        print(&place.to_string())?;
    }
    print("\nChanges are shown here. Ctrl-C takes everything down.\n")
}

async fn watch(
    global: &Global,
    entrance: Entrance,
    runs: &mut Runs,
    interrupts: &mut Interrupts,
) -> Result<(), Report> {
    let mut watch = Watch::connect(&Network::default(), &entrance.url, entrance.token)
        .await
        .map_err(advice::report)?;
    loop {
        tokio::select! {
            event = watch.next() => if !show(Format::Human, &event)? { break },
            event = runs.next() => if !follow(&event.to_string())? { break },
            () = interrupts.next() => break,
        }
    }
    watch.close().await;
    say(&format!("\ntaking {} down", global.config.display()));
    Ok(())
}

async fn take_down(global: &Global, context: &mut Context) -> Result<(), Report> {
    let plan = context.plan(Goal::Destroy { delete_data: true }).await?;
    let report = carry_out(global, context, plan).await?;
    if report.complete() {
        say("everything is down");
        return Ok(());
    }
    say(&render::report(&report));
    Err(miette!(
        "some resources were not deleted; they disappear with the emulator"
    ))
}
