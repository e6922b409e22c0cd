//! The stack `packages`: what teams share, as npm packages.
//!
//! Teams ask one repository, which has what is published here and asks another for the rest: that
//! one alone is connected with the public registry, since a repository has either upstreams or a
//! connection.

use std::collections::BTreeMap;

use model::types::codeartifact::{Domain, Repository};
use model::types::iam::{PolicyDocument, Principal, Statement, Values};
use model::{Graph, Pseudo, StackName, Text};
use serde::{Deserialize, Serialize};

use crate::description::{Packages, System};
use crate::outputs::{self, MissingOutput};

/// The stack's name.
pub const STACK: &str = "packages";

/// The public registry of npm.
const NPMJS: &str = "public:npmjs";

/// What it takes to find a repository and to get a token for it. A token needs
/// `sts:GetServiceBearerToken` too, which only a policy of whoever asks can grant.
const ENTER: [&str; 3] = [
    "codeartifact:DescribeDomain",
    "codeartifact:GetAuthorizationToken",
    "codeartifact:ListRepositoriesInDomain",
];
/// What `npm install` does, and who looks around.
const READ: [&str; 9] = [
    "codeartifact:DescribePackageVersion",
    "codeartifact:DescribeRepository",
    "codeartifact:GetPackageVersionReadme",
    "codeartifact:GetRepositoryEndpoint",
    "codeartifact:ListPackageVersionAssets",
    "codeartifact:ListPackageVersionDependencies",
    "codeartifact:ListPackageVersions",
    "codeartifact:ListPackages",
    "codeartifact:ReadFromRepository",
];
/// What `npm publish` does: the version, then the tag `latest`.
const PUBLISH: [&str; 2] = [
    "codeartifact:PublishPackageVersion",
    "codeartifact:PutPackageMetadata",
];

/// The stack's outputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs<S = Text> {
    /// The name of the domain.
    pub domain: S,
    /// The name of the repository that teams ask.
    pub repository: S,
    /// The address of that repository, as npm takes it.
    pub npm_registry: S,
}

impl Outputs<String> {
    /// The outputs among values by name.
    ///
    /// # Errors
    /// The first output that has no value.
    pub fn of(values: &BTreeMap<String, String>) -> Result<Self, MissingOutput> {
        outputs::read(values)
    }
}

/// Adds the stack to the graph.
pub(crate) fn add(graph: &mut Graph, system: &System, packages: &Packages) {
    let stack = &mut graph.stack(StackName::new(STACK));
    let publishers: Vec<Text> = [account()]
        .into_iter()
        .chain(texts(&packages.publishers))
        .collect();
    let readers: Vec<Text> = publishers
        .iter()
        .cloned()
        .chain(texts(&packages.readers))
        .collect();

    let domain = Domain {
        domain_name: stack.physical_prefix(),
        encryption_key: None,
        permissions_policy_document: Some(PolicyDocument::new(vec![allow(
            "Enter", &readers, &ENTER,
        )])),
    };
    let domain = stack.add("domain", domain);
    let store = Repository {
        domain_name: domain.name(),
        repository_name: "npm-store".to_owned(),
        description: Some("What was taken from the public registry of npm".to_owned()),
        upstreams: Vec::new(),
        external_connections: vec![NPMJS.to_owned()],
        // Whoever may read the other repository gets what this one has through it.
        permissions_policy_document: None,
    };
    let store = stack.add("npm-store", store);
    let shared = Repository {
        domain_name: domain.name(),
        repository_name: "npm".to_owned(),
        description: Some(format!(
            "What the teams of {} share, and what npm has",
            system.name
        )),
        upstreams: vec![store.name()],
        external_connections: Vec::new(),
        permissions_policy_document: Some(PolicyDocument::new(vec![
            allow("Read", &readers, &READ),
            allow("Publish", &publishers, &PUBLISH),
        ])),
    };
    let shared = stack.add("npm", shared);
    let outputs = Outputs {
        domain: domain.name(),
        repository: shared.name(),
        npm_registry: shared.npm_endpoint(),
    };
    outputs::add(stack, &outputs);
}

/// Those of this account whose own policies allow it.
fn account() -> Text {
    let parts = [
        "arn:".into(),
        Pseudo::Partition.into(),
        ":iam::".into(),
        Pseudo::AccountId.into(),
        ":root".into(),
    ];
    Text::concat(parts)
}

fn texts(principals: &[String]) -> impl Iterator<Item = Text> {
    principals
        .iter()
        .map(|principal| Text::from(principal.as_str()))
}

/// A policy of a domain or a repository speaks of that alone, which it calls `*`.
fn allow(sid: &str, principals: &[Text], actions: &[&str]) -> Statement {
    let principals = BTreeMap::from([("AWS".to_owned(), Values(principals.to_vec()))]);
    Statement {
        sid: Some(sid.to_owned()),
        principal: Some(Principal::Of(principals)),
        ..Statement::allow(actions.iter().copied(), vec![Text::from("*")])
    }
}
