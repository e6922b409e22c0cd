//! The stack `packages`: the npm packages that teams share.
//!
//! Teams use one repository, which contains the packages published here and gets all others from a
//! second one: only that one is connected to the public registry, since a repository has either
//! upstreams or a connection.
//!
//! Packages of the system's own scopes are never taken from the public registry. Otherwise a package
//! that anyone publishes there, under a name that the system uses and with a higher version, would be
//! installed instead ("dependency substitution attack" in the CodeArtifact user guide).

use std::collections::BTreeMap;

use model::types::codeartifact::{
    Domain, OriginConfiguration, PackageGroup, Repository, RestrictionMode, Restrictions,
};
use model::types::iam::{PolicyDocument, Principal, Statement, Values};
use model::{Graph, Pseudo, StackName, Text};
use serde::{Deserialize, Serialize};

use crate::description::{Packages, System};
use crate::outputs::{self, MissingOutput};

/// The stack's name.
pub const STACK: &str = "packages";

/// The public registry of npm.
const NPMJS: &str = "public:npmjs";

/// The actions for finding a repository and getting a token for it. A token also needs
/// `sts:GetServiceBearerToken`, which only a policy of the caller can grant.
const ENTER: [&str; 3] = [
    "codeartifact:DescribeDomain",
    "codeartifact:GetAuthorizationToken",
    "codeartifact:ListRepositoriesInDomain",
];
/// The actions of `npm install`, and those for browsing.
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
/// The actions of `npm publish`: the version, then the tag `latest`.
const PUBLISH: [&str; 2] = [
    "codeartifact:PublishPackageVersion",
    "codeartifact:PutPackageMetadata",
];

/// The stack's outputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs<S = Text> {
    /// The name of the domain.
    pub domain: S,
    /// The name of the repository that teams use.
    pub repository: S,
    /// The address of that repository, in npm's form.
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
    for scope in scopes(system, packages) {
        let group = own_packages(&scope, domain.name());
        stack.add(&format!("scope-{}", scope.trim_start_matches('@')), group);
    }
    let store = Repository {
        domain_name: domain.name(),
        repository_name: "npm-store".to_owned(),
        description: Some("Packages from the public registry of npm".to_owned()),
        upstreams: Vec::new(),
        external_connections: vec![NPMJS.to_owned()],
        // Anyone who may read the other repository gets the contents of this one through it.
        permissions_policy_document: None,
    };
    let store = stack.add("npm-store", store);
    let shared = Repository {
        domain_name: domain.name(),
        repository_name: "npm".to_owned(),
        description: Some(format!(
            "Packages that the teams of {} share, and those of npm",
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

/// The scopes whose packages come from the system alone.
fn scopes(system: &System, packages: &Packages) -> Vec<String> {
    let stated = packages.protect.clone();
    stated.unwrap_or_else(|| vec![Packages::own_scope(&system.name)])
}

/// The packages of a scope, which are published to this domain and come from nowhere else.
fn own_packages(scope: &str, domain: Text) -> PackageGroup {
    let restrictions = Restrictions {
        publish: Some(RestrictionMode::Allow.into()),
        external_upstream: Some(RestrictionMode::Block.into()),
        // One repository gets what was published to another.
        internal_upstream: Some(RestrictionMode::Allow.into()),
    };
    PackageGroup {
        domain_name: domain,
        domain_owner: None,
        pattern: format!("/npm/{}/*", scope.trim_start_matches('@')),
        contact_info: None,
        description: Some(format!(
            "Packages of {scope}, which never come from the public registry"
        )),
        origin_configuration: Some(OriginConfiguration { restrictions }),
    }
}

/// Principals of this account whose own policies allow it.
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

/// A policy of a domain or a repository refers only to that resource, as `*`.
fn allow(sid: &str, principals: &[Text], actions: &[&str]) -> Statement {
    let principals = BTreeMap::from([("AWS".to_owned(), Values(principals.to_vec()))]);
    Statement {
        sid: Some(sid.to_owned()),
        principal: Some(Principal::Of(principals)),
        ..Statement::allow(actions.iter().copied(), vec![Text::from("*")])
    }
}
