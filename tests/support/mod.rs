//! The basis of the black-box tests: an emulator, and one account per test.
//!
//! docs/testing.md says how to run them against another endpoint.

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
pub mod client;
pub mod front;
pub mod listing;
pub mod proxy;
pub mod schema;
pub mod snapshot;
pub mod toggles;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use aws::control::Claim;
use aws::{Account, Control, Lease, readers};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use engine::{
    self, Action, Goal, Inventory, Plan, PlanError, ResourcePlan, Selection, Strangeness,
};
use local::{Fakecloud, MiniStack, MiniStackOptions, Moto, ToolSet, Tools};
use model::{Graph, StackBuilder, StackName, Tags};

/// The emulator that this test binary started, if `FRONTAGE_TEST_ENDPOINT` names none.
static EMULATOR: OnceLock<MiniStack> = OnceLock::new();

/// The endpoint that `FRONTAGE_TEST_ENDPOINT` names.
pub fn given_endpoint() -> Option<String> {
    std::env::var("FRONTAGE_TEST_ENDPOINT")
        .ok()
        .filter(|endpoint| !endpoint.is_empty())
}

/// The only account of the endpoint, which `FRONTAGE_TEST_ACCOUNT` names if each test has it to
/// itself.
fn given_account() -> Option<String> {
    std::env::var("FRONTAGE_TEST_ACCOUNT")
        .ok()
        .filter(|account| !account.is_empty())
}

/// The endpoint that the tests run against.
pub fn endpoint() -> String {
    given_endpoint().unwrap_or_else(|| {
        EMULATOR
            .get_or_init(|| start(&MiniStackOptions::default()))
            .endpoint()
    })
}

/// Starts an emulator.
pub fn start(options: &MiniStackOptions) -> MiniStack {
    let tools = Tools::install(&mut |line| eprintln!("{line}")).expect("the tools install");
    MiniStack::start(&tools, options).expect("MiniStack starts")
}

/// The fakecloud that this test binary started, if it is built.
fn fakecloud() -> Option<&'static Fakecloud> {
    static FAKECLOUD: OnceLock<Option<Fakecloud>> = OnceLock::new();
    let start = || Some(Fakecloud::start(&Fakecloud::program()?).expect("fakecloud starts"));
    let fakecloud = FAKECLOUD.get_or_init(start).as_ref();
    if fakecloud.is_none() {
        eprintln!(
            "skipped: fakecloud is not built, which has CodeArtifact, CodeCommit and CodePipeline (cargo xtask conformance builds it)"
        );
    }
    fakecloud
}

/// The services that MiniStack lacks and fakecloud has.
pub const ELSEWHERE: [&str; 4] = ["codeartifact", "codebuild", "codecommit", "codepipeline"];

/// The moto that this test binary started.
fn moto() -> &'static Moto {
    const TOOLS: ToolSet = ToolSet::new("conformance", include_str!("../../tools/conformance.txt"));
    static MOTO: OnceLock<Moto> = OnceLock::new();
    MOTO.get_or_init(|| {
        let tools = Tools::install_set(&TOOLS, &mut |line| eprintln!("{line}"));
        Moto::start(&tools.expect("the tools install")).expect("moto starts")
    })
}

/// How long a test waits for an event that must happen. Far more than it takes: no test asserts a
/// time.
pub const PATIENCE: Duration = Duration::from_mins(3);

/// Waits until something holds.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "it did not come true: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The first of the accounts that tests use.
const ACCOUNTS: u64 = 100_000_000_000;

/// Whether the endpoint treats a 12-digit access key id as the account of that number, like
/// MiniStack and LocalStack. Otherwise the tests share one account and each has its own system.
fn has_accounts() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    let ask = || {
        let world = World::in_account(endpoint(), ACCOUNTS.to_string());
        let answer = async move {
            let identity = aws_sdk_sts::Client::new(&world.config())
                .get_caller_identity()
                .send()
                .await;
            identity.expect("the endpoint says who we are")
        };
        // On its own thread, since the calling test runs in a runtime.
        let asked = std::thread::spawn(|| {
            tokio::runtime::Runtime::new()
                .expect("a runtime")
                .block_on(answer)
        });
        let identity = asked.join().expect("asked");
        let separate = identity.account() == Some(&ACCOUNTS.to_string());
        if !separate {
            eprintln!(
                "one account for all tests: the endpoint does not take access key ids for accounts"
            );
        }
        separate
    };
    given_endpoint().is_none() || *KNOWN.get_or_init(ask)
}

/// An empty account on the emulator.
#[derive(Clone, Debug)]
pub struct World {
    /// The URL of the proxy in front of the emulator, for all clients.
    pub endpoint: String,
    /// The emulator's own URL.
    pub emulator: String,
    pub account_id: String,
    pub secret: String,
    pub region: String,
    pub system: String,
    pub artifacts: BTreeMap<String, PathBuf>,
    /// The endpoint of [`ELSEWHERE`], if it is a different one.
    pub elsewhere: Option<String>,
}

impl World {
    /// An account that no other test uses, or a system that no other test has.
    pub fn new() -> Self {
        match given_account() {
            Some(account) => Self::in_account(endpoint(), account),
            None => Self::at(endpoint(), has_accounts()),
        }
    }

    /// On the given endpoint, or on fakecloud, which supports CodeArtifact. `None`, with the reason
    /// printed, if that is not available.
    pub fn on_fakecloud() -> Option<Self> {
        match given_endpoint() {
            Some(_) => Some(Self::new()),
            None => fakecloud().map(|fakecloud| Self::at(fakecloud.endpoint(), false)),
        }
    }

    /// On the given endpoint, or on moto, which supports CodePipeline.
    pub fn on_moto() -> Self {
        match given_endpoint() {
            Some(_) => Self::new(),
            None => Self::at(moto().endpoint(), false),
        }
    }

    /// As [`Self::new`], with [`ELSEWHERE`] on fakecloud, since MiniStack lacks them. fakecloud has
    /// one account for all, so the system has its own name. `None`, with the reason printed, if
    /// fakecloud is not available.
    pub fn with_developer_tools() -> Option<Self> {
        let fakecloud = fakecloud()?;
        let world = Self::new();
        let system = format!("acme-{}", &world.account_id[4..]);
        Some(Self {
            system,
            elsewhere: Some(proxy::in_front_of(&fakecloud.endpoint())),
            ..world
        })
    }

    /// An account that no other test uses, on the test's own emulator.
    pub fn on(emulator: &MiniStack) -> Self {
        Self::at(emulator.endpoint(), true)
    }

    fn at(endpoint: String, own_account: bool) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        if own_account {
            let account = ACCOUNTS + u64::from(process::id()) * 10_000 + number;
            return Self::in_account(endpoint, account.to_string());
        }
        let system = format!("acme-{}-{number}", process::id());
        Self {
            system,
            ..Self::in_account(endpoint, "test".to_owned())
        }
    }

    fn in_account(emulator: String, account_id: String) -> Self {
        let (secret, system) = ("test".to_owned(), "acme".to_owned());
        Self {
            endpoint: proxy::in_front_of(&emulator),
            emulator,
            account_id,
            secret,
            region: "eu-west-1".to_owned(),
            system,
            artifacts: BTreeMap::new(),
            elsewhere: None,
        }
    }

    /// The same account and system in another Region.
    pub fn in_region(&self, region: &str) -> Self {
        Self {
            region: region.to_owned(),
            ..self.clone()
        }
    }

    /// The name of the role of one of the toggle stack's functions.
    pub fn role(&self, function: &str) -> String {
        format!("{}-{}", self.name(function), self.region)
    }

    /// The name of something in the toggle stack.
    pub fn name(&self, name: &str) -> String {
        format!("{}-toggles-{name}", self.system)
    }

    /// A configuration for the tests' own clients, which inspect resources and change them outside
    /// Frontage.
    pub fn config(&self) -> SdkConfig {
        let credentials = Credentials::new(&self.account_id, &self.secret, None, None, "tests");
        // For each service that it lacks, moto answers as if the call could pass later.
        let retries = if given_account().is_some() {
            RetryConfig::disabled()
        } else {
            RetryConfig::standard()
        };
        SdkConfig::builder()
            .retry_config(retries)
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&self.endpoint)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .sleep_impl(TokioSleep::new())
            .build()
    }

    /// As [`Self::config`], for a service that may have its own endpoint.
    pub fn config_of(&self, service: &str) -> SdkConfig {
        match &self.elsewhere {
            Some(endpoint) if ELSEWHERE.contains(&service) => {
                self.config().into_builder().endpoint_url(endpoint).build()
            }
            _ => self.config(),
        }
    }

    pub async fn account(&self) -> Account {
        let account = Account::with_config(self.config(), &self.system)
            .await
            .expect("the account answers");
        account.with_artifacts(self.artifacts.clone())
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
        self.read(&self.account().await, graph, Goal::Converge)
            .await
    }

    pub async fn read(&self, account: &Account, graph: &Graph, goal: Goal) -> Inventory {
        let read = engine::read(
            graph,
            &Selection::All,
            &readers(account),
            account.known(),
            goal,
        )
        .await;
        read.unwrap_or_else(|error| panic!("{error}"))
    }

    /// A plan. What it refuses is an error, as it is of the program.
    pub async fn try_plan(&self, graph: &Graph, goal: Goal) -> Result<Plan, PlanError> {
        let account = self.account().await;
        let inventory = self.read(&account, graph, goal).await;
        let mut plan = engine::plan(graph, &inventory, &readers(&account), goal)?;
        match std::mem::take(&mut plan.refused) {
            refused if refused.is_empty() => Ok(plan),
            refused => Err(PlanError::Refused(refused)),
        }
    }

    pub async fn plan(&self, graph: &Graph) -> Plan {
        self.try_plan(graph, Goal::Converge)
            .await
            .unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Applies the graph and checks that the next plan is empty. Returns the applied plan.
    pub async fn apply(&self, graph: &Graph) -> Arc<Plan> {
        let plan = self.run(self.plan(graph).await).await;
        let next = self.plan(graph).await;
        assert!(
            next.is_empty(),
            "the next plan is not empty: {:#?}",
            describe(&next)
        );
        plan
    }

    /// Takes over the resource at an address. Returns the applied plan.
    pub async fn adopt(&self, graph: &Graph, address: &str) -> Arc<Plan> {
        let account = self.account().await;
        let inventory = self.read(&account, graph, Goal::Converge).await;
        let addresses = [address.parse().expect("an address")].into();
        let plan = engine::adopt(graph, &inventory, &readers(&account), &addresses);
        self.run(plan.expect("a plan")).await
    }

    /// Destroys everything and checks that nothing is left.
    pub async fn destroy(&self, graph: &Graph) {
        let goal = Goal::Destroy { delete_data: true };
        self.run(self.try_plan(graph, goal).await.expect("a plan to destroy"))
            .await;
        let left = self.inventory(graph).await;
        assert!(
            left.live.is_empty() && left.orphans.is_empty(),
            "left: {left:#?}"
        );
        let control = Control::new(&self.account().await, &Tags::new());
        control.delete().await.expect("the leases are deleted");
    }

    /// The lease of what a plan writes to.
    pub async fn lease(&self, plan: &Plan) -> Lease {
        let control = Control::new(&self.account().await, &Tags::new());
        let stacks = plan.resources.iter();
        let claim = Claim {
            stacks: stacks
                .map(|resource| resource.address.stack().clone())
                .collect(),
            command: "test".to_owned(),
            host: "tests".to_owned(),
            patience: PATIENCE,
        };
        let lease = control.acquire(&claim, |_| {}).await;
        lease.expect("nobody else writes")
    }

    async fn run(&self, plan: Plan) -> Arc<Plan> {
        let plan = Arc::new(plan);
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        let (events, _) = tokio::sync::mpsc::unbounded_channel();
        let lease = self.lease(&plan).await;
        let writers = aws::writers(&lease);
        let report = engine::apply(Arc::clone(&plan), &writers, stopped, events).await;
        lease.release().await.expect("the lease is given back");
        assert!(
            report.complete(),
            "not everything was applied: {:#?}",
            report.outcomes
        );
        plan
    }
}

/// The actions of a plan, for messages.
pub fn describe(plan: &Plan) -> Vec<String> {
    plan.resources
        .iter()
        .map(|resource| format!("{}: {:?}", resource.address, resource.action))
        .collect()
}

/// What a plan leaves alone, since others added it: `TYPE NAME in ADDRESS`, and `deleted` if the plan
/// deletes it all the same.
pub fn strangers(plan: &Plan) -> Vec<String> {
    let said = plan.strangers.iter().map(|of| {
        let id = of.id.rsplit('/').next().unwrap_or_default();
        let name = of.name.as_deref().unwrap_or(id);
        let within = match &of.reason {
            Strangeness::Unrecorded(within) => within.to_string(),
            Strangeness::Unreadable(source) => source.to_string(),
        };
        let deleted = plan.takes_along(of).map_or("", |_| ", deleted");
        let resource_type = of.resource_type.name.rsplit("::").next();
        format!(
            "{} {name} in {within}{deleted}",
            resource_type.unwrap_or_default()
        )
    });
    let mut said: Vec<_> = said.collect();
    said.sort();
    said
}

/// The only resource with an action in a plan.
pub fn only(plan: &Plan) -> &ResourcePlan {
    assert_eq!(plan.resources.len(), 1, "{:#?}", describe(plan));
    &plan.resources[0]
}

/// The paths of the properties that an update or a replacement changes.
pub fn paths(resource: &ResourcePlan) -> Vec<String> {
    match &resource.action {
        Action::Update {
            changes,
            tag_changes,
            ..
        } => changes
            .0
            .iter()
            .chain(tag_changes)
            .map(|change| change.path.clone())
            .collect(),
        Action::Replace { changes, .. } => {
            changes.0.iter().map(|change| change.path.clone()).collect()
        }
        _ => Vec::new(),
    }
}
