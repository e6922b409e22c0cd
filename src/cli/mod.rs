//! The command line: one file per command; [`context`] contains the common part of most.

mod adopt;
mod advice;
mod apply;
mod build;
mod completions;
mod context;
mod description;
mod destroy;
mod dev;
mod functions;
mod global;
mod history;
mod identity;
mod import_map;
mod init;
mod interrupts;
mod lacking;
mod manual;
mod metadata;
mod mfa;
mod output;
mod outputs;
mod packages;
mod pipeline;
mod plan;
mod plan_file;
mod policy;
mod regions;
mod release;
mod secrets;
mod status;
mod toggles;
mod unlock;
mod validate;
mod writing;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use miette::{MietteHandlerOpts, Report};
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt, registry};

use self::global::Global;

/// Creates, maintains and tears down a front-end platform on AWS.
///
/// The description is frontage.toml; the account is the state. `plan` shows what differs, `apply`
/// makes the account match the description, `destroy` removes the system.
#[derive(Debug, Parser)]
#[command(
    name = "frontage",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a commented frontage.toml
    Init(init::Arguments),
    /// Check the description without any call to AWS
    Validate,
    /// Build the functions' zips: the same source gives the same bytes
    Build(build::Arguments),
    /// Show what `apply` would do
    Plan(plan::Arguments),
    /// Make the account match the description
    Apply(apply::Arguments),
    /// Destroy the system; keeps resources that hold data unless --delete-data is given
    Destroy(destroy::Arguments),
    /// Take over existing resources that the system does not own, such as ones that lost their tags
    Adopt(adopt::Arguments),
    /// Show each stack's outputs (URLs and names)
    Outputs,
    /// Show the runs that wrote: who, what, when, and how they ended
    History(history::Arguments),
    /// Show the system's health: alarms, stacks, releases, pipelines, clients, the last runs
    Status(status::Arguments),
    /// Print the least IAM policy under which a command works; needs no credentials
    Policy(policy::Arguments),
    /// Take away the leases of runs that have died; without it they end within a minute
    Unlock(unlock::Arguments),
    /// List, set, delete and watch feature toggles
    #[command(subcommand)]
    Toggles(toggles::Command),
    /// Publish, list and roll back the releases of the shell and the teams
    #[command(subcommand)]
    Release(release::Command),
    /// Publish and list the npm packages that teams share, and log npm in
    #[command(subcommand)]
    Packages(packages::Command),
    /// Run a team's pipeline on this machine, print it for a CI service, or list, start and approve its runs
    #[command(subcommand)]
    Pipeline(pipeline::Command),
    /// Run the system on an emulator on this machine, and take it down on Ctrl-C
    Dev(dev::Arguments),
    /// Print the completions of a shell, for its configuration
    Completions(completions::Arguments),
    /// Write the pages of the manual into a folder, as a release's archive contains them
    #[command(hide = true)]
    Manual(manual::Arguments),
}

impl Cli {
    /// Reads the command line, and the variables that complete it.
    ///
    /// # Errors
    /// What is wrong with the usage; also the help and the version, if they are asked for.
    pub fn read() -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let matches = command.try_get_matches_from_mut(std::env::args_os())?;
        let mut cli = Self::from_arg_matches(&matches)?;
        let has_config = matches.value_source("config") == Some(ValueSource::CommandLine);
        cli.global
            .complete(has_config, std::env::var(global::SYSTEM).ok())
            .map_err(|why| command.error(ErrorKind::ArgumentConflict, why))?;
        Ok(cli)
    }
}

/// Runs a command and reports how it ended.
#[must_use]
pub fn main(cli: Cli) -> ExitCode {
    report_style();
    let filter =
        EnvFilter::try_from_env("FRONTAGE_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    let filter = filter.and(filter_fn(has_no_secrets));
    let log = fmt::layer().with_writer(std::io::stderr);
    registry().with(log.with_filter(filter)).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // Each connection's name is resolved on such a thread, which costs some 3 MB.
        .max_blocking_threads(8)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return fail(&Report::msg(format!(
                "the asynchronous runtime did not start: {error}"
            )));
        }
    };
    let ended = runtime.block_on(run(cli));
    // A blocking read from a terminal must not delay the exit.
    runtime.shutdown_background();
    ended.unwrap_or_else(|report| fail(&advice::visible(report)))
}

/// The most detailed logs of the SDK contain whole requests and responses, in which secrets are.
fn has_no_secrets(of: &Metadata<'_>) -> bool {
    *of.level() != Level::TRACE || !of.target().starts_with("aws_")
}

async fn run(cli: Cli) -> Result<ExitCode, Report> {
    let global = cli.global;
    match cli.command {
        Command::Init(arguments) => init::run(&global, &arguments),
        Command::Validate => validate::run(&global),
        Command::Build(arguments) => build::run(&global, &arguments).await,
        Command::Plan(arguments) => plan::run(&global, &arguments).await,
        Command::Apply(arguments) => Box::pin(apply::run(&global, &arguments)).await,
        Command::Destroy(arguments) => destroy::run(&global, &arguments).await,
        Command::Adopt(arguments) => adopt::run(&global, &arguments).await,
        Command::Outputs => outputs::run(&global).await,
        Command::History(arguments) => history::run(&global, &arguments).await,
        Command::Status(arguments) => Box::pin(status::run(&global, &arguments)).await,
        Command::Policy(arguments) => policy::run(&global, &arguments),
        Command::Unlock(arguments) => unlock::run(&global, &arguments).await,
        Command::Toggles(command) => Box::pin(toggles::run(&global, &command)).await,
        Command::Release(command) => release::run(&global, &command).await,
        Command::Packages(command) => packages::run(&global, &command).await,
        Command::Pipeline(command) => pipeline::run(&global, &command).await,
        Command::Dev(arguments) => dev::run(&global, &arguments).await,
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Manual(arguments) => manual::run(&arguments),
    }
}

fn report_style() {
    let terminal = std::io::stderr().is_terminal();
    let _ = miette::set_hook(Box::new(move |_| {
        let style = MietteHandlerOpts::new()
            .unicode(terminal)
            .color(terminal)
            .terminal_links(false);
        // Logs are searched line by line: a request id must not be broken there.
        Box::new(style.width(100).wrap_lines(terminal).build())
    }));
}

fn fail(report: &Report) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{report:?}");
    ExitCode::FAILURE
}
