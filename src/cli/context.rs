//! The basis of most commands: the description, the functions, the account, the graph.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::slice;

use aws::Account;
use engine::{Goal, Inventory, Plan, Readers, Resolved, Secrets, Selection, SystemId};
use local::Functions;
use miette::{Report, miette};
use model::{Graph, Service, StackName};
use stacks::MissingOutput;
use stacks::artifacts::Artifacts;
use stacks::artifacts::Sources;
use stacks::description::System;
use stacks::{shell, toggles};
use thiserror::Error;

use crate::cli::functions::{self, Zips};
use crate::cli::global::Global;
use crate::cli::lacking::Lacking;
use crate::cli::output::say;
use crate::cli::regions::OutOfPlace;
use crate::cli::{advice, description, identity, metadata, secrets};
use crate::hint::Hint;

/// A system and its account.
#[derive(Debug)]
pub(super) struct Context {
    /// The desired state.
    pub(super) graph: Graph,
    /// The account.
    pub(super) account: Account,
    /// The id of the system, which the description may state.
    pub(super) id: SystemId,
    /// What reads the account.
    pub(super) readers: Readers,
    /// The selected stacks.
    pub(super) selection: Selection,
    /// The secrets that the graph names, as far as they are set.
    pub(super) secrets: Secrets,
    /// The selected stacks that were left out when the account was read, each with the service that
    /// the endpoint lacks.
    pub(super) lacking: BTreeMap<StackName, &'static Service>,
    /// Whether the system is known by its name alone.
    pub(super) by_name: bool,
}

impl Context {
    /// Reads the description, connects to the account, finds or builds the functions: errors are
    /// reported before minutes go into a build.
    pub(super) async fn open(global: &Global, zips: Zips) -> Result<Self, Report> {
        let (system, selection, account) = reach(global).await?;
        Self::with_account(global, &system, selection, account, zips).await
    }

    /// As [`Self::open`] for one stack, with that stack's outputs. The system's name is enough.
    pub(super) async fn open_stack<T>(
        global: &Global,
        stack: &StackName,
        read: ReadOutputs<T>,
    ) -> Result<(Self, T), Report> {
        let global = Global {
            stack: vec![stack.to_string()],
            ..global.clone()
        };
        let mut context = Self::open_by_name(&global, stack).await?;
        let inventory = context.read(Goal::Converge).await?;
        context.complete()?;
        let outputs = context.outputs(&inventory.known);
        let outputs = context.outputs_of(&outputs, stack, read)?;
        Ok((context, outputs))
    }

    /// As [`Self::open_stack`], but reads only the resources that the outputs of these names are made
    /// of.
    pub(super) async fn look_up<T>(
        global: &Global,
        stack: &StackName,
        names: &[&str],
        read: ReadOutputs<T>,
    ) -> Result<(Self, T), Report> {
        let global = Global {
            stack: vec![stack.to_string()],
            ..global.clone()
        };
        let context = Self::open_by_name(&global, stack).await?;
        // What is named by `--system` has the id that the name is bound to.
        if let (None, SystemId::Known(id)) = (&global.system, &context.id) {
            identity::check_name(Some(id), &context.account).await?;
        }
        let outputs = context.graph.outputs().get(stack).into_iter().flatten();
        let texts = outputs.filter(|(name, _)| names.contains(&name.as_str()));
        let texts = texts.map(|(_, text)| text);
        let pseudo = context.account.known();
        let known = engine::look_up(&context.graph, texts, &context.readers, pseudo).await;
        let known = known.map_err(|error| advice::inventory(&error))?;
        let outputs = context.outputs_of(&context.outputs(&known), stack, read)?;
        Ok((context, outputs))
    }

    async fn open_by_name(global: &Global, stack: &StackName) -> Result<Self, Report> {
        let (system, selection, account) = reach_by_name(global, slice::from_ref(stack)).await?;
        Self::with_account(global, &system, selection, account, Zips::None).await
    }

    /// Like [`Self::open`], with an account that is already connected.
    pub(super) async fn with_account(
        global: &Global,
        system: &System,
        selection: Selection,
        account: Account,
        zips: Zips,
    ) -> Result<Self, Report> {
        let with_functions = [toggles::STACK, shell::STACK].map(StackName::new);
        let has_functions = with_functions.iter().any(|stack| selection.contains(stack));
        let zips = if has_functions { zips } else { Zips::None };
        let functions = functions::find(system, zips).await?;
        // Quotas differ by Region, which the description need not state.
        let system = &System {
            region: Some(account.region().to_owned()),
            ..system.clone()
        };
        let graph = graph(global, system, functions.as_ref())?;
        let account = account.with_artifacts(paths(functions.as_ref()));
        let readers = aws::readers(&account);
        Ok(Self {
            secrets: secrets::find(&graph),
            id: identity::described(system),
            graph,
            account,
            readers,
            selection,
            lacking: BTreeMap::new(),
            by_name: global.system.is_some(),
        })
    }

    /// Reads the account for a goal. Afterwards the selection contains only the stacks that could
    /// be read; the others are in [`Self::lacking`].
    pub(super) async fn read(&mut self, goal: Goal) -> Result<Inventory, Report> {
        let known = self.known();
        let inventory = engine::read(&self.graph, &self.selection, &self.readers, known, goal)
            .await
            .map_err(|error| advice::inventory(&error))?;
        identity::check(self, &inventory)?;
        self.selection = inventory.selection.clone();
        self.lacking.extend(inventory.lacking.clone());
        Ok(inventory)
    }

    /// What is known before the account is read.
    pub(super) fn known(&self) -> Resolved {
        Resolved {
            secrets: self.secrets.clone(),
            id: self.id.clone(),
            ..self.account.known()
        }
    }

    /// Checks that nothing was left out.
    ///
    /// # Errors
    /// [`Lacking`], if something was.
    pub(super) fn complete(&self) -> Result<(), Report> {
        self.left_out()
            .map_or(Ok(()), |lacking| Err(advice::report(lacking)))
    }

    /// The stacks that were left out and why, if there are any.
    pub(super) fn left_out(&self) -> Option<Lacking> {
        let endpoint = self.account.endpoint().unwrap_or_default();
        (!self.lacking.is_empty())
            .then(|| Lacking::new(endpoint, &self.lacking, &self.selection, &self.graph))
    }

    /// Reads the account and plans. Only then are secrets needed.
    pub(super) async fn plan(&mut self, goal: Goal) -> Result<Plan, Report> {
        let out_of_place = OutOfPlace::find(&self.graph, self.account.region());
        if let Some(out_of_place) = out_of_place.filter(|_| goal == Goal::Converge) {
            say(&format!("warning: as far as is known, {out_of_place}"));
        }
        if goal == Goal::Converge {
            secrets::require(&self.graph, &self.selection, &self.secrets)
                .map_err(advice::report)?;
        }
        let inventory = self.read(goal).await?;
        if goal == Goal::Converge {
            identity::look_for_other_name(self, &inventory).await?;
        }
        engine::plan(&self.graph, &inventory, &self.readers, goal).map_err(advice::plan)
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

    /// The outputs of one stack, as the stack defines them.
    ///
    /// # Errors
    /// If one of them has no value.
    pub(super) fn outputs_of<T>(
        &self,
        outputs: &Outputs,
        stack: &StackName,
        read: ReadOutputs<T>,
    ) -> Result<T, Report> {
        let values = outputs.get(stack).cloned().unwrap_or_default();
        read(&values)
            .map_err(|source| NotDeployed {
                stack: stack.clone(),
                account: self.account.id().to_owned(),
                region: self.account.region().to_owned(),
                hint: self.how_to_deploy(stack),
                source,
            })
            .map_err(advice::report)
    }
}

impl Context {
    fn how_to_deploy(&self, stack: &StackName) -> String {
        let apply = format!("`frontage apply --stack {stack}`");
        if self.by_name {
            return format!(
                "check the name; whoever has the description of the system deploys it with {apply}"
            );
        }
        format!("run {apply} first")
    }
}

/// The values of each stack's outputs, by name.
pub(super) type Outputs = BTreeMap<StackName, BTreeMap<String, String>>;

/// How a stack's outputs are read from values by name.
type ReadOutputs<T> = fn(&BTreeMap<String, String>) -> Result<T, MissingOutput>;

/// A stack without values for all of its outputs.
#[derive(Debug, Error)]
#[error("the stack {stack} is not deployed in account {account}, {region}")]
struct NotDeployed {
    stack: StackName,
    account: String,
    region: String,
    hint: String,
    source: MissingOutput,
}

impl Hint for NotDeployed {
    fn hint(&self) -> Option<Cow<'_, str>> {
        Some(self.hint.as_str().into())
    }
}

/// Reads the description and reaches its account.
pub(super) async fn reach(global: &Global) -> Result<(System, Selection, Account), Report> {
    connect(global, description::read(global)?).await
}

/// The same for a command that needs no more of the system than some stacks, besides the toggles':
/// with `--system` its name is enough, and the id is the one in the account.
///
/// # Errors
/// With `--system`, if the account has no such system.
pub(super) async fn reach_by_name(
    global: &Global,
    stacks: &[StackName],
) -> Result<(System, Selection, Account), Report> {
    let system = description::of(global, stacks)?;
    let (mut system, selection, account) = connect(global, system).await?;
    if global.system.is_some() {
        system.id = Some(identity::existing(&account).await?);
    }
    Ok((system, selection, account))
}

async fn connect(global: &Global, system: System) -> Result<(System, Selection, Account), Report> {
    let selection = description::selection(global, &system)?;
    let connection = global.connection(system.region.as_deref());
    let account = Account::connect(&connection, system.name.as_str())
        .await
        .map_err(advice::report)?;
    if let Some(described) = system.account.as_ref().filter(|id| *id != account.id()) {
        return Err(miette!(
            help = "use credentials of that account (--profile, AWS_PROFILE), or correct `account`",
            "{} is for the account {described}, and these credentials are of {}: {}",
            global.config.display(),
            account.id(),
            account.caller()
        ));
    }
    Ok((system, selection, account))
}

/// The graph of a system.
pub(super) fn graph(
    global: &Global,
    system: &System,
    functions: Option<&Functions>,
) -> Result<Graph, Report> {
    let artifacts = Artifacts {
        functions: sources(functions),
        saml_metadata: metadata::read(system, &global.config)?,
    };
    Ok(stacks::system::graph(system, &artifacts))
}

fn sources(functions: Option<&Functions>) -> Sources {
    // Without functions nothing is compared with them ([`Zips::None`]).
    functions.map_or_else(Sources::default, |functions| {
        let packages = functions.packages().as_ref();
        packages.map(|package| package.source.clone())
    })
}

fn paths(functions: Option<&Functions>) -> BTreeMap<String, PathBuf> {
    let functions = functions.into_iter().flatten();
    functions
        .map(|function| (function.source.clone(), function.path.clone()))
        .collect()
}
