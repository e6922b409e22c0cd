//! The basis of most commands: the description, the functions, the account, the graph.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use aws::Account;
use engine::{self, DriverError, Drivers, Goal, Inventory, InventoryError, Plan, Selection};
use local::{Architecture, Functions, Tools};
use miette::{IntoDiagnostic as _, Report, WrapErr as _, miette};
use model::{Graph, StackName};
use stacks::description::System;
use stacks::toggles::{self, CodeHashes};

use crate::cli::advice;
use crate::cli::global::Global;
use crate::cli::output::say;

/// How a command treats the functions' zips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zips {
    /// Build them if they are missing or stale.
    Build,
    /// Use them as they are; missing or stale ones are an error.
    NoBuild,
    /// Do without them: nothing is compared with them.
    None,
}

/// A system and its account.
#[derive(Debug)]
pub(super) struct Context {
    /// The desired state.
    pub(super) graph: Graph,
    /// The account.
    pub(super) account: Account,
    /// The drivers.
    pub(super) drivers: Drivers,
    /// The selected stacks.
    pub(super) selection: Selection,
    /// The stacks that cannot be deployed here, with the service that the endpoint lacks for each.
    pub(super) lacking: BTreeMap<StackName, String>,
}

impl Context {
    /// Reads the description, connects to the account, finds or builds the functions: errors are
    /// reported before minutes go into a build.
    pub(super) async fn open(global: &Global, zips: Zips) -> Result<Self, Report> {
        let system = describe(global)?;
        let selection = selection(global, &system)?;
        let connection = global.connection(system.region.as_deref());
        let account = Account::connect(&connection, system.name.as_str())
            .await
            .map_err(advice::report)?;
        Self::with_account(&system, selection, account, zips).await
    }

    /// Like [`Self::open`], with an account that is already connected.
    pub(super) async fn with_account(
        system: &System,
        selection: Selection,
        account: Account,
        zips: Zips,
    ) -> Result<Self, Report> {
        let has_functions = selection.contains(&StackName::new(toggles::STACK));
        let functions = functions(system, if has_functions { zips } else { Zips::None }).await?;
        let graph = graph(system, functions.as_ref());
        let account = account.with_artifacts(paths(functions.as_ref()));
        let drivers = aws::drivers(&account);
        Ok(Self {
            graph,
            account,
            drivers,
            selection,
            lacking: BTreeMap::new(),
        })
    }

    /// Reads the account for a goal. Stacks that need a service which an emulator lacks are left
    /// out ([`Self::complete`]).
    pub(super) async fn read(&mut self, goal: Goal) -> Result<Inventory, Report> {
        loop {
            let known = self.account.known();
            match engine::read(&self.graph, &self.selection, &self.drivers, known, goal).await {
                Err(error) if self.leave_out(&error) => {}
                read => return read.map_err(advice::report),
            }
        }
    }

    /// Leaves out the stacks that need a service which the endpoint lacks, and those that refer to
    /// them. Returns whether that was the cause of the error.
    fn leave_out(&mut self, error: &InventoryError) -> bool {
        let emulated = self.account.endpoint().is_some();
        let Some((prefix, _)) = error.resource_type.rsplit_once("::") else {
            return false;
        };
        if !emulated || !matches!(error.source, DriverError::Lacking { .. }) {
            return false;
        }
        let needs = |resource_type: &str| {
            resource_type
                .rsplit_once("::")
                .is_some_and(|(of, _)| of == prefix)
        };
        self.drivers.remove(needs);
        let service = prefix.rsplit("::").next().unwrap_or(prefix);
        let mut stacks = BTreeSet::new();
        // A node follows everything that it refers to.
        for node in self.graph.nodes() {
            let stack = node.address.stack();
            if needs(node.resource_type.name)
                || node
                    .dependencies
                    .iter()
                    .any(|on| stacks.contains(on.stack()))
            {
                stacks.insert(stack.clone());
            }
        }
        let spoken_of = stacks.iter().filter(|stack| self.selection.contains(stack));
        self.lacking
            .extend(spoken_of.map(|stack| (stack.clone(), service.to_owned())));
        self.selection = self.selection.clone().without(&stacks);
        true
    }

    /// Checks that nothing was left out.
    ///
    /// # Errors
    /// Names the stacks that were left out, the service that each needs, and how to leave them out
    /// on purpose.
    pub(super) fn complete(&self) -> Result<(), Report> {
        if self.lacking.is_empty() {
            return Ok(());
        }
        let services: BTreeSet<_> = self.lacking.values().map(String::as_str).collect();
        let rest = self
            .graph
            .stacks()
            .iter()
            .filter(|stack| self.selection.contains(stack));
        let flags = rest
            .map(|stack| format!("--stack {stack}"))
            .collect::<Vec<_>>()
            .join(" ");
        let variables = services
            .iter()
            .map(|of| format!("AWS_ENDPOINT_URL_{}", of.to_uppercase()));
        let leave_out = if flags.is_empty() {
            String::new()
        } else {
            format!("leave it out with {flags}, or ")
        };
        let variables = variables.collect::<Vec<_>>().join(" and ");
        Err(miette!(
            help = format!("{leave_out}set {variables} to an endpoint that has it"),
            "{}",
            self.lacks(),
        ))
    }

    /// The services that the endpoint lacks, in one line.
    pub(super) fn lacks(&self) -> String {
        let services: BTreeSet<_> = self.lacking.values().map(String::as_str).collect();
        let stacks = self
            .lacking
            .keys()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let services = services.into_iter().collect::<Vec<_>>().join(" and no ");
        format!(
            "{} has no {services}, which is needed for: {stacks}",
            self.account.endpoint().unwrap_or_default()
        )
    }

    /// Reads the account and plans.
    pub(super) async fn plan(&mut self, goal: Goal) -> Result<Plan, Report> {
        let inventory = self.read(goal).await?;
        engine::plan(
            &self.graph,
            &self.selection,
            &inventory,
            &self.drivers,
            goal,
        )
        .map_err(advice::plan)
    }

    /// The outputs of each selected stack, as far as they are known.
    pub(super) fn outputs(&self, known: &engine::Resolved) -> Outputs {
        let stacks = self
            .graph
            .outputs()
            .iter()
            .filter(|(stack, _)| self.selection.contains(stack));
        let values = |outputs: &BTreeMap<String, model::Text>| {
            outputs
                .iter()
                .filter_map(|(name, text)| Some((name.clone(), known.text(text)?)))
                .collect()
        };
        stacks
            .map(|(stack, outputs)| (stack.clone(), values(outputs)))
            .collect()
    }
}

/// The outputs of each stack.
pub(super) type Outputs = BTreeMap<StackName, BTreeMap<String, String>>;

/// Reads the description.
pub(super) fn describe(global: &Global) -> Result<System, Report> {
    let path = global.config.display().to_string();
    let text = match std::fs::read_to_string(&global.config) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(miette!(
                help = "run `frontage init` to create one, or pass another with --config",
                "there is no {path} here"
            ));
        }
        Err(error) => {
            return Err(error)
                .into_diagnostic()
                .wrap_err(format!("{path} cannot be read"));
        }
    };
    System::parse(&path, &text).map_err(Report::new)
}

/// The graph of a system.
pub(super) fn graph(system: &System, functions: Option<&Functions>) -> Graph {
    stacks::system::graph(system, &hashes(functions))
}

fn hashes(functions: Option<&Functions>) -> CodeHashes {
    let functions = functions.into_iter().flatten();
    functions
        .map(|function| (function.name.to_owned(), function.code_sha256.clone()))
        .collect()
}

fn paths(functions: Option<&Functions>) -> BTreeMap<String, PathBuf> {
    let functions = functions.into_iter().flatten();
    functions
        .map(|function| (function.code_sha256.clone(), function.path.clone()))
        .collect()
}

/// The stacks named on the command line.
pub(super) fn selection(global: &Global, system: &System) -> Result<Selection, Report> {
    if global.stack.is_empty() {
        return Ok(Selection::All);
    }
    let graph = graph(system, None);
    let names: BTreeSet<StackName> = global.stack.iter().map(StackName::new).collect();
    if let Some(unknown) = names.iter().find(|name| !graph.stacks().contains(name)) {
        let known = graph
            .stacks()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        return Err(miette!(
            help = format!("the stacks are: {known}"),
            "there is no stack `{unknown}`"
        ));
    }
    Ok(Selection::Only(names))
}

/// The functions' zips: those shipped with a released binary, or those built in a source tree.
async fn functions(system: &System, zips: Zips) -> Result<Option<Functions>, Report> {
    let architecture = architecture(system);
    match (zips, local::workspace_root()) {
        (Zips::None, _) => Ok(None),
        (_, None) => shipped(architecture).map(Some),
        (_, Some(root)) => {
            if let Some(functions) = Functions::up_to_date(&root, architecture) {
                return Ok(Some(functions));
            }
            if zips == Zips::NoBuild {
                return Err(miette!(
                    help = "run `frontage build`, or leave out --no-build",
                    "the functions' zips are missing or older than their source"
                ));
            }
            build(root, architecture).await.map(Some)
        }
    }
}

pub(super) fn architecture(system: &System) -> Architecture {
    match system.functions.architecture {
        stacks::description::Architecture::X86_64 => Architecture::X86_64,
        stacks::description::Architecture::Arm64 => Architecture::Arm64,
    }
}

fn shipped(architecture: Architecture) -> Result<Functions, Report> {
    let binary = std::env::current_exe().into_diagnostic()?;
    let directory = binary
        .parent()
        .ok_or_else(|| miette!("the program's directory was not found"))?;
    Functions::beside_binary(directory)
        .and_then(|functions| functions.for_architecture(architecture))
        .into_diagnostic()
}

/// Builds the zips on a separate thread.
pub(super) async fn build(root: PathBuf, architecture: Architecture) -> Result<Functions, Report> {
    let build = move || {
        let tools = Tools::install(&mut say).into_diagnostic()?;
        Functions::build(&tools, &root, architecture, &mut say).into_diagnostic()
    };
    tokio::task::spawn_blocking(build).await.into_diagnostic()?
}
