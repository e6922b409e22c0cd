//! `AWS::Cognito::*`.
//!
//! MiniStack has no styles of managed login and no `UpdateGroup`, forgets `RefreshTokenRotation`,
//! and its updates keep omitted members, which Cognito resets. The driver's own tests cover all of
//! this.

mod children;
mod federation;
mod ownership;
mod pool;

use engine::{Action, Plan, Reason};
use model::types::cognito::{
    ManagedLoginBranding, UserPool, UserPoolClient, UserPoolDomain, UserPoolGroup,
};
use model::{Graph, Handle, StackBuilder, Tags, Text};

use super::support::{World, describe, only, paths};

/// A pool with one resource of each type. A test changes the part that it covers; `graph` fills in
/// the references.
#[derive(Clone)]
struct Model {
    tags: Tags,
    pool: UserPool,
    client: Option<UserPoolClient>,
    domain: Option<UserPoolDomain>,
    group: Option<UserPoolGroup>,
}

impl Model {
    fn new() -> Self {
        let domain = UserPoolDomain {
            user_pool_id: "".into(),
            domain: "acme-test".into(),
            managed_login_version: Some(2),
            custom_domain_config: None,
        };
        Self {
            tags: Tags::new(),
            pool: UserPool {
                user_pool_name: "acme-test".to_owned(),
                ..UserPool::default()
            },
            client: Some(UserPoolClient::new("".into(), "acme-test")),
            domain: Some(domain),
            group: Some(UserPoolGroup::new("".into(), "admins")),
        }
    }

    /// Only the pool.
    fn pool(pool: UserPool) -> Self {
        Self {
            pool,
            client: None,
            domain: None,
            group: None,
            ..Self::new()
        }
    }

    fn with(&self, edit: impl FnOnce(&mut Self)) -> Self {
        let mut edited = self.clone();
        edit(&mut edited);
        edited
    }

    fn graph(&self, world: &World) -> Graph {
        world.graph_tagged(self.tags.clone(), |stack| {
            let pool = stack.add("pool", self.pool.clone());
            stack.output("issuer", pool.provider_url());
            self.fill(stack, &pool);
        })
    }

    fn fill(&self, stack: &mut StackBuilder<'_>, pool: &Handle<UserPool>) {
        if let Some(client) = self.client.clone() {
            let client = stack.add(
                "client",
                UserPoolClient {
                    user_pool_id: pool.id(),
                    ..client
                },
            );
            let style = ManagedLoginBranding {
                user_pool_id: pool.id(),
                client_id: client.id(),
                use_cognito_provided_values: Some(true),
                settings: None,
                assets: Vec::new(),
            };
            stack.add("style", style);
        }
        if let Some(domain) = self.domain.clone() {
            let domain = stack.add(
                "domain",
                UserPoolDomain {
                    user_pool_id: pool.id(),
                    ..domain
                },
            );
            stack.output("login", domain.login_url());
        }
        if let Some(group) = self.group.clone() {
            let group = stack.add(
                "group",
                UserPoolGroup {
                    user_pool_id: pool.id(),
                    ..group
                },
            );
            stack.output("group", group.name());
        }
    }
}

/// Applies a change and checks that it is planned as an update of just these properties.
async fn update(world: &World, changed: &Model, expected: &[&str]) {
    let plan = world.apply(&changed.graph(world)).await;
    assert!(
        matches!(
            only(&plan).action,
            Action::Update {
                reason: Reason::Changed,
                ..
            }
        ),
        "{:?}",
        describe(&plan)
    );
    let mut expected = expected.to_vec();
    let mut found = paths(only(&plan));
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}

fn actions(plan: &Plan) -> Vec<(String, &Action)> {
    plan.resources
        .iter()
        .map(|resource| (resource.address.to_string(), &resource.action))
        .collect()
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

fn urls<const N: usize>(urls: [&str; N]) -> Vec<Text> {
    urls.map(Text::from).to_vec()
}
