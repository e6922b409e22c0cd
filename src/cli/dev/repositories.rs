//! The teams whose source is a Git repository that the system creates in AWS. Each has one on this machine
//! instead, and each push to it runs the steps of the team's pipeline.

use std::fmt;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use futures_util::FutureExt as _;
use local::{Keys, Tools};
use miette::{IntoDiagnostic as _, Report, miette};
use stacks::description::{Source, System, Team};
use stacks::pipeline::Step;
use stacks::team;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::cli::context::Context;
use crate::cli::global::Global;
use crate::cli::output::say;
use crate::cli::pipeline::{execute, prepare};
use crate::cli::{advice, release};
use crate::packages::Registry;
use crate::pipeline::{PipelineError, Pushes, Repository};
use crate::release::Application;

/// The teams with a repository here.
pub(super) struct Repositories {
    directory: TempDir,
    teams: Vec<Served>,
}

/// A team with a repository here, and the pushes to it.
struct Served {
    origin: Origin,
    pushes: Pushes,
}

/// A team with a repository here.
struct Origin {
    team: Team,
    repository: Repository,
    /// The folder that becomes the first commit.
    source: Option<PathBuf>,
}

/// How the steps reach the emulator and the registry.
pub(super) struct Destination {
    /// With the emulator's endpoint and Region.
    pub(super) global: Global,
    /// The emulator's.
    pub(super) keys: Keys,
    /// The registry of the shared packages.
    pub(super) registry: Option<Registry>,
}

/// The runs of the teams' steps. Dropping it ends them, and deletes the repositories.
pub(super) struct Runs {
    events: UnboundedReceiver<Event>,
    _open: UnboundedSender<Event>,
    tasks: JoinSet<()>,
    places: Vec<Place>,
    _directory: TempDir,
}

/// Where a team's repository is.
pub(super) struct Place {
    pub(super) application: Application,
    path: PathBuf,
    branch: String,
    /// Whether its first commit is made here.
    pub(super) begins: bool,
}

/// What happened to a commit of a team.
pub(super) struct Event {
    pub(super) team: String,
    /// Its id; none if the first commit could not be made.
    pub(super) commit: Option<String>,
    pub(super) kind: Kind,
}

/// What happened.
pub(super) enum Kind {
    /// The steps run.
    Begun,
    /// They have ended with a release.
    Released,
    /// They have ended without one, for this reason.
    Failed(String),
}

impl Repositories {
    /// Creates a repository for each of the selected teams that has one in AWS. Without Git it says so, and
    /// creates none.
    pub(super) async fn create(
        global: &Global,
        system: &System,
        context: &Context,
    ) -> Result<Self, Report> {
        let directory = tempfile::Builder::new().prefix("frontage-dev-").tempdir();
        let directory = directory.into_diagnostic()?;
        let teams: Vec<_> = teams(system, context).collect();
        let mut served = Vec::new();
        for (team, branch) in &teams {
            let name = team.name.as_str();
            match Repository::create(directory.path(), name, branch).await {
                Ok((repository, pushes)) => served.push(Served {
                    origin: Origin {
                        team: (*team).clone(),
                        repository,
                        source: source(global, system, name),
                    },
                    pushes,
                }),
                Err(error) => {
                    say_without(&teams, error);
                    served.clear();
                    break;
                }
            }
        }
        let teams = served;
        Ok(Self { directory, teams })
    }

    /// Whether an application comes from a repository here.
    pub(super) fn have(&self, application: &Application) -> bool {
        let mut teams = self.teams.iter();
        teams.any(|served| served.origin.application() == *application)
    }

    /// Makes the first commits, and runs the steps for each push from now on.
    pub(super) fn serve(self, destination: Destination) -> Runs {
        let destination = Arc::new(destination);
        let (sender, events) = unbounded_channel();
        let places = self.teams.iter().map(|served| served.origin.place());
        let places = places.collect();
        let mut tasks = JoinSet::new();
        for served in self.teams {
            tasks.spawn(served.follow(Arc::clone(&destination), sender.clone()));
        }
        Runs {
            events,
            _open: sender,
            tasks,
            places,
            _directory: self.directory,
        }
    }
}

/// The selected teams whose repository is in AWS, each with the branch that is released.
fn teams<'s>(
    system: &'s System,
    context: &'s Context,
) -> impl Iterator<Item = (&'s Team, &'s str)> {
    let selected = |team: &&Team| {
        let stack = team::stack_name(team.name.as_str());
        context.selection.contains(&stack)
    };
    system.teams.iter().filter(selected).filter_map(|team| {
        let pipeline = team.pipeline.as_ref()?;
        (pipeline.source == Source::CodeCommit).then_some((team, pipeline.branch.as_str()))
    })
}

fn say_without(teams: &[(&Team, &str)], error: PipelineError) {
    let names: Vec<_> = teams.iter().map(|(team, _)| team.name.as_str()).collect();
    let (names, reason) = (names.join(", "), reason(error));
    say(&format!(
        "no Git repository for {names}: {reason}; published from the workspace, if the folder exists"
    ));
}

/// The folder of a team's application, if it is here.
fn source(global: &Global, system: &System, team: &str) -> Option<PathBuf> {
    let application = Application::Team(team.to_owned());
    let source = release::source(global, system, &application);
    source.is_dir().then_some(source)
}

impl Served {
    /// Makes the first commit, then runs the steps for each push, without an end of its own.
    async fn follow(self, destination: Arc<Destination>, events: UnboundedSender<Event>) {
        let Self { origin, mut pushes } = self;
        let tell = |commit: Option<&str>, kind: Kind| {
            let (team, commit) = (origin.team.name.to_string(), commit.map(str::to_owned));
            // The receiver is gone once the program ends.
            let _ = events.send(Event { team, commit, kind });
        };
        if let Err(error) = origin.begin(&destination).await {
            tell(None, Kind::Failed(texts(&error)));
        }
        loop {
            let commit = match newest(&mut pushes).await {
                Ok(commit) => commit,
                Err(error) => return tell(None, Kind::Failed(reason(error))),
            };
            tell(Some(&commit), Kind::Begun);
            let ended = origin.run(&destination, &commit).await;
            let failed = |error| Kind::Failed(texts(&error));
            tell(
                Some(&commit),
                ended.map_or_else(failed, |()| Kind::Released),
            );
        }
    }
}

/// Waits for a push. Of several that have arrived meanwhile it is the last.
async fn newest(pushes: &mut Pushes) -> Result<String, PipelineError> {
    let mut commit = pushes.next().await?;
    while let Some(newer) = pushes.next().now_or_never() {
        commit = newer?;
    }
    Ok(commit)
}

impl Origin {
    fn application(&self) -> Application {
        Application::Team(self.team.name.to_string())
    }

    fn place(&self) -> Place {
        Place {
            application: self.application(),
            path: self.repository.path().to_owned(),
            branch: self.repository.branch().to_owned(),
            begins: self.source.is_some(),
        }
    }

    /// Makes the first commit of the team's folder, if it exists. A folder of a workspace has no lock file of
    /// its own, so it gets one.
    async fn begin(&self, destination: &Destination) -> Result<(), Report> {
        let Some(source) = &self.source else {
            return Ok(());
        };
        let pipeline = self.team.pipeline.as_ref();
        let folder = pipeline.and_then(|pipeline| pipeline.folder.as_deref());
        let draft = self.repository.draft(source, folder).await;
        let draft = draft.map_err(advice::report)?;
        let folder = draft.folder();
        if let Some(registry) = &destination.registry {
            let text = format!("registry={}\n", registry.url());
            std::fs::write(folder.join(".npmrc"), text).into_diagnostic()?;
        }
        if !folder.join("package-lock.json").is_file() {
            lock(&folder).await?;
        }
        let pushed = draft.push("Begin with the example").await;
        pushed.map_err(advice::report)
    }

    /// Runs the steps for a commit.
    async fn run(&self, to: &Destination, commit: &str) -> Result<(), Report> {
        let mut steps = prepare(&to.global, &self.team, to.registry.as_ref()).await?;
        steps.set("AWS_ACCESS_KEY_ID", to.keys.access_key_id());
        steps.set("AWS_SECRET_ACCESS_KEY", to.keys.secret_access_key());
        // A token belongs to other keys.
        steps.set("AWS_SESSION_TOKEN", "");
        let source = self.repository.path().to_string_lossy();
        let ended = execute(&steps, &source, commit).await;
        ended.map_err(advice::report)
    }
}

/// Writes the lock file of the package in a folder.
async fn lock(folder: &Path) -> Result<(), Report> {
    let tools = tokio::task::spawn_blocking(|| Tools::install(&mut say));
    let tools = tools.await.into_diagnostic()?.into_diagnostic()?;
    let mut npm = Command::from(tools.npm());
    npm.args(["install", "--package-lock-only", "--ignore-scripts"])
        .args(["--no-audit", "--no-fund"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = npm.output().await.into_diagnostic()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(miette!(
        "npm could not write package-lock.json:\n{}",
        said.trim_end()
    ))
}

impl Runs {
    /// The repositories, in the order of the description.
    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Waits for the next event; forever if no team has a repository.
    pub(super) async fn next(&mut self) -> Event {
        match self.events.recv().await {
            Some(event) => event,
            // There is one as long as this has a sender.
            None => pending().await,
        }
    }

    /// Ends the runs.
    pub(super) async fn end(mut self) {
        self.tasks.shutdown().await;
    }
}

/// For a person, who can try it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (team, branch) = (&self.application, &self.branch);
        writeln!(
            f,
            "\nThe team {team} has a Git repository; a push to {branch} is built and published:"
        )?;
        write!(f, "  git clone {}", self.path.display())
    }
}

/// A stable form: tests of other programs read it.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.team)?;
        match &self.commit {
            Some(commit) => write!(f, "commit {}", commit.get(..12).unwrap_or(commit))?,
            None => write!(f, "the first commit")?,
        }
        match &self.kind {
            Kind::Begun => {
                let steps = Step::ALL.map(Step::name).join(", ");
                write!(f, " was pushed: running {steps}")
            }
            Kind::Released => write!(f, " is released"),
            Kind::Failed(reason) => write!(f, " is not released: {reason}"),
        }
    }
}

fn reason(error: PipelineError) -> String {
    texts(&advice::report(error))
}

/// An error with what caused it and what to do, in one text.
fn texts(report: &Report) -> String {
    let chain: Vec<_> = report.chain().map(ToString::to_string).collect();
    let help = report.help().map(|help| format!(" ({help})"));
    chain.join(": ") + &help.unwrap_or_default()
}
