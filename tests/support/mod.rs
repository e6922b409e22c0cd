//! What the black-box tests stand on: an emulator, and an account of its own for each test.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::expect_used,
    clippy::must_use_candidate,
    clippy::missing_panics_doc,
    clippy::new_without_default,
    reason = "each test binary uses its own part"
)]

pub mod cli;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use frontage::aws::{Account, registry};
use frontage::reconcile::{self, Action, Goal, Inventory, Plan, PlanError, ResourcePlan, Selection};
use local::{MiniStack, MiniStackOptions, Tools};
use stacks::model::{Graph, StackBuilder, StackName, Tags};

/// The emulator that this test binary started, if `FRONTAGE_TEST_ENDPOINT` names none.
static EMULATOR: OnceLock<MiniStack> = OnceLock::new();

/// The endpoint that the tests run against.
pub fn endpoint() -> String {
    if let Ok(endpoint) = std::env::var("FRONTAGE_TEST_ENDPOINT") {
        return endpoint;
    }
    let start = || {
        let tools = Tools::install(&mut |line| eprintln!("{line}")).expect("the tools install");
        MiniStack::start(&tools, &MiniStackOptions::default()).expect("MiniStack starts")
    };
    EMULATOR.get_or_init(start).endpoint()
}

/// An empty account on the emulator.
#[derive(Clone, Debug)]
pub struct World {
    pub endpoint: String,
    pub account_id: String,
    pub system: String,
    pub artifacts: BTreeMap<String, PathBuf>,
}

impl World {
    /// An account that no other test uses: on MiniStack a 12-digit access key id is one.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = 100_000_000_000 + u64::from(process::id()) * 10_000 + NEXT.fetch_add(1, Ordering::Relaxed);
        Self {
            endpoint: endpoint(),
            account_id: number.to_string(),
            system: "acme".to_owned(),
            artifacts: BTreeMap::new(),
        }
    }

    /// A configuration for clients of the tests' own, to look and to change things behind Frontage's back.
    pub fn config(&self) -> SdkConfig {
        let credentials = Credentials::new(&self.account_id, "secret", None, None, "tests");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&self.endpoint)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .sleep_impl(TokioSleep::new())
            .build()
    }

    pub async fn account(&self) -> Account {
        Account::with_config(self.config(), &self.system, self.artifacts.clone()).await.expect("the account answers")
    }

    /// A graph with one stack, `test`.
    pub fn graph(&self, build: impl FnOnce(&mut StackBuilder<'_>)) -> Graph {
        self.graph_tagged(Tags::new(), build)
    }

    pub fn graph_tagged(&self, tags: Tags, build: impl FnOnce(&mut StackBuilder<'_>)) -> Graph {
        let mut graph = Graph::new(&self.system, tags);
        build(&mut graph.stack(StackName::new("test")));
        graph
    }

    pub async fn inventory(&self, graph: &Graph) -> Inventory {
        self.read(&self.account().await, graph, Goal::Converge).await
    }

    pub async fn read(&self, account: &Account, graph: &Graph, goal: Goal) -> Inventory {
        let read = reconcile::read(graph, &Selection::All, &registry(account), account.known(), goal).await;
        read.unwrap_or_else(|error| panic!("{error}: {}", error.source))
    }

    pub async fn try_plan(&self, graph: &Graph, goal: Goal) -> Result<Plan, PlanError> {
        let account = self.account().await;
        let inventory = self.read(&account, graph, goal).await;
        reconcile::plan(graph, &Selection::All, &inventory, &registry(&account), goal)
    }

    pub async fn plan(&self, graph: &Graph) -> Plan {
        self.try_plan(graph, Goal::Converge).await.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Applies the graph and checks that the next plan is empty. Answers with the plan that was applied.
    pub async fn apply(&self, graph: &Graph) -> Arc<Plan> {
        let plan = self.run(self.plan(graph).await).await;
        let next = self.plan(graph).await;
        assert!(next.is_empty(), "the next plan is not empty: {:#?}", describe(&next));
        plan
    }

    /// Destroys everything and checks that nothing is left.
    pub async fn destroy(&self, graph: &Graph) {
        let goal = Goal::Destroy { delete_data: true };
        self.run(self.try_plan(graph, goal).await.expect("a plan to destroy")).await;
        let left = self.inventory(graph).await;
        assert!(left.live.is_empty() && left.orphans.is_empty(), "left: {left:#?}");
    }

    async fn run(&self, plan: Plan) -> Arc<Plan> {
        let plan = Arc::new(plan);
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        let (events, _) = tokio::sync::mpsc::unbounded_channel();
        let registry = registry(&self.account().await);
        let report = reconcile::apply(Arc::clone(&plan), &registry, stopped, events).await;
        assert!(report.complete(), "not everything was applied: {:#?}", report.outcomes);
        plan
    }
}

/// What a plan does, for messages.
pub fn describe(plan: &Plan) -> Vec<String> {
    plan.resources.iter().map(|resource| format!("{}: {:?}", resource.address, resource.action)).collect()
}

/// The one resource that a plan does something to.
pub fn only(plan: &Plan) -> &ResourcePlan {
    assert_eq!(plan.resources.len(), 1, "{:#?}", describe(plan));
    &plan.resources[0]
}

/// The paths of the properties that an update or a replacement changes.
pub fn paths(resource: &ResourcePlan) -> Vec<String> {
    match &resource.action {
        Action::Update { changes, tag_changes, .. } => {
            changes.0.iter().chain(tag_changes).map(|change| change.path.clone()).collect()
        }
        Action::Replace { changes, .. } => changes.0.iter().map(|change| change.path.clone()).collect(),
        _ => Vec::new(),
    }
}
