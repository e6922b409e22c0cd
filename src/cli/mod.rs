//! The command line: one file a command, what they share in [`session`].

mod advice;
mod apply;
mod build;
mod destroy;
mod dev;
mod init;
mod interrupts;
mod outputs;
mod packages;
mod plan;
mod release;
mod session;
mod toggles;
mod validate;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use miette::{MietteHandlerOpts, Report};
use tracing_subscriber::EnvFilter;

use crate::aws::Connection;

/// Stands up, keeps and tears down a front-end platform on AWS.
///
/// The description is frontage.toml; the account is the state. `plan` shows what differs, `apply`
/// makes the account as the description says, `destroy` takes it all away.
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

/// What every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The system's description
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "frontage.toml"
    )]
    config: PathBuf,
    /// Only this stack (repeatable); default: all of them
    #[arg(long, global = true, value_name = "NAME")]
    stack: Vec<String>,
    /// For people or for machines
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The AWS Region; default: the description's, then `AWS_REGION`, then the profile's
    #[arg(long, global = true, value_name = "REGION")]
    region: Option<String>,
    /// The profile in the AWS configuration files
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// One endpoint for every service: an emulator's
    #[arg(long, global = true, value_name = "URL")]
    endpoint_url: Option<String>,
}

impl Global {
    fn connection(&self, described: Option<&str>) -> Connection {
        Connection {
            region: self.region.clone().or_else(|| described.map(str::to_owned)),
            profile: self.profile.clone(),
            endpoint_url: self.endpoint_url.clone(),
        }
    }
}

/// What the standard output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people.
    Human,
    /// JSON for machines.
    Json,
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
    /// Make the account as the description says
    Apply(apply::Arguments),
    /// Take the system away; what holds people's data stays unless told otherwise
    Destroy(destroy::Arguments),
    /// Show what the stacks tell about themselves: URLs and names
    Outputs,
    /// List, set, delete and watch feature toggles
    #[command(subcommand)]
    Toggles(toggles::Command),
    /// Publish, list and roll back the releases of the shell and the teams
    #[command(subcommand)]
    Release(release::Command),
    /// Publish and list the npm packages that teams share, and let npm in
    #[command(subcommand)]
    Packages(packages::Command),
    /// Bring the system up on an emulator on this machine, and take it down on Ctrl-C
    Dev(dev::Arguments),
}

/// Runs a command and says how it ended.
#[must_use]
pub fn main(cli: Cli) -> ExitCode {
    report_style();
    let filter =
        EnvFilter::try_from_env("FRONTAGE_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return fail(&Report::msg(format!(
                "the asynchronous runtime does not start: {error}"
            )));
        }
    };
    let ended = runtime.block_on(run(cli));
    // A blocking read of a terminal must not hold up the end.
    runtime.shutdown_background();
    ended.unwrap_or_else(|report| fail(&report))
}

async fn run(cli: Cli) -> Result<ExitCode, Report> {
    let global = cli.global;
    match cli.command {
        Command::Init(arguments) => init::run(&global, &arguments),
        Command::Validate => validate::run(&global),
        Command::Build(arguments) => build::run(&global, &arguments).await,
        Command::Plan(arguments) => plan::run(&global, &arguments).await,
        Command::Apply(arguments) => apply::run(&global, &arguments).await,
        Command::Destroy(arguments) => destroy::run(&global, &arguments).await,
        Command::Outputs => outputs::run(&global).await,
        Command::Toggles(command) => toggles::run(&global, &command).await,
        Command::Release(command) => release::run(&global, &command).await,
        Command::Packages(command) => packages::run(&global, &command).await,
        Command::Dev(arguments) => dev::run(&global, &arguments).await,
    }
}

fn report_style() {
    let terminal = std::io::stderr().is_terminal();
    let _ = miette::set_hook(Box::new(move |_| {
        let style = MietteHandlerOpts::new()
            .unicode(terminal)
            .color(terminal)
            .terminal_links(false);
        // A log's lines are searched: a request id must not be broken there.
        Box::new(style.width(100).wrap_lines(terminal).build())
    }));
}

fn fail(report: &Report) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{report:?}");
    ExitCode::FAILURE
}

/// Writes data to the standard output. A reader that went away is no error.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end_matches('\n'));
}

/// Writes talk to the standard error.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A value as JSON on the standard output.
fn print_json(value: &impl serde::Serialize) -> Result<(), Report> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Report::msg(error.to_string()))?;
    print(&text);
    Ok(())
}
