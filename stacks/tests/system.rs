//! All the stacks of a system: their names, and their outputs as others read them.

mod artifacts;

use std::collections::{BTreeMap, BTreeSet};

use artifacts::artifacts;
use model::types::{self, iam, route53};
use model::{Graph, Pseudo, REGION_TAG, Scope, StackName, Text};
use serde_json::Value;
use stacks::description::System;
use stacks::{identity, packages, shell, system, team, toggles};

const EVERYTHING: &str = "[operations]\n[packages]\n[shell]\n[teams.shipping]\n[teams.billing]\n";

fn described(more: &str) -> System {
    System::parse("frontage.toml", &format!("name = \"acme\"\n{more}"))
        .expect("a valid description")
}

fn graph(system: &System) -> Graph {
    system::graph(system, &artifacts())
}

#[test]
fn the_names_are_those_of_the_graphs_stacks() {
    for more in [
        "",
        "[packages]",
        "[shell]",
        "[shell]\n[teams.zoo]\n[teams.a]",
        EVERYTHING,
    ] {
        let system = described(more);
        let stacks: Vec<StackName> = graph(&system).stacks().iter().cloned().collect();
        assert_eq!(system::names(&system), stacks, "{more}");
    }
}

/// The outputs of a stack, each with a value that says its name.
fn values(stack: &str) -> BTreeMap<String, String> {
    let graph = graph(&described(EVERYTHING));
    let outputs = &graph.outputs()[&StackName::new(stack)];
    let value = |name: &String| (name.clone(), format!("the {name}"));
    outputs.keys().map(value).collect()
}

#[test]
fn a_stacks_outputs_are_read_as_they_were_added() {
    let outputs = toggles::Outputs::of(&values(toggles::STACK)).expect("toggles");
    assert_eq!(outputs.websocket_url, "the websocket_url");
    let outputs = packages::Outputs::of(&values(packages::STACK)).expect("packages");
    assert_eq!(outputs.npm_registry, "the npm_registry");
    let outputs = identity::Outputs::of(&values(identity::STACK)).expect("identity");
    assert_eq!(outputs.user_pool_id, "the user_pool_id");
    let outputs = shell::Outputs::of(&values(shell::STACK)).expect("shell");
    assert_eq!(outputs.url, "the url");
    let outputs = team::Outputs::of(&values("team/billing")).expect("a team");
    assert_eq!(outputs.bucket, "the bucket");
}

#[test]
fn an_output_without_a_value_is_named() {
    let mut values = values(toggles::STACK);
    values.remove("toggles_table");
    let error = toggles::Outputs::of(&values).expect_err("one is missing");
    assert_eq!(error.to_string(), "its output `toggles_table` has no value");
}

#[test]
fn the_toggles_table_is_called_what_the_graph_calls_it() {
    let system = described("");
    let graph = graph(&system);
    let address = "toggles/toggles-table".parse().expect("an address");
    let table = graph.node(&address).expect("the table");
    assert_eq!(
        table.properties["TableName"],
        toggles::toggles_table(&system)
    );
}

#[test]
fn a_teams_stack_is_known_by_its_name() {
    assert_eq!(
        team::team_name(&team::stack_name("billing")),
        Some("billing")
    );
    for other in [toggles::STACK, shell::STACK] {
        assert_eq!(team::team_name(&StackName::new(other)), None);
    }
}

/// Everything that a system can have, with the longest names.
const LONGEST: &str = "
name = \"a2345678901234567890\"
[operations]
check = true
[packages]
[shell]
domain = \"www.example.com\"
zone_id = \"Z1\"
[teams.t2345678901234567890]
domain = \"apps.example.com\"
zone_id = \"Z1\"
";

fn longest() -> Graph {
    graph(&System::parse("frontage.toml", LONGEST).expect("a valid description"))
}

/// The text of a property in a Region, if it depends on no other resource.
fn text(properties: &Value, path: &str, region: &str) -> Option<String> {
    let value = properties.pointer(&format!("/{}", path.replace('.', "/")))?;
    let text: Text = serde_json::from_value(value.clone()).ok()?;
    let pseudo = |name| {
        Some(match name {
            Pseudo::AccountId => "111122223333".to_owned(),
            Pseudo::Region => region.to_owned(),
            Pseudo::Partition => "aws".to_owned(),
        })
    };
    text.resolve(&|_, _| None, &pseudo, &|_| None)
}

/// Otherwise the same system in a second Region would take the resource for its own. The names of
/// Route 53 are the user's, and the URLs of OIDC providers are the providers': there, the record of
/// the owner alone tells the Regions apart, as it does for what has no identity but its owner.
#[test]
fn the_identity_of_an_account_wide_resource_has_the_region() {
    let given = [route53::RECORD_SET.name, iam::OIDC_PROVIDER.name];
    let mut seen = BTreeSet::new();
    for node in longest().nodes() {
        let (address, kind) = (&node.address, node.resource_type);
        let account_wide = node.is_account_wide();
        let recorded = node.tags(None, Some("eu-west-1")).get(REGION_TAG).cloned();
        let expected = account_wide.then(|| "eu-west-1".to_owned());
        assert_eq!(recorded, expected, "{address}");
        assert_eq!(
            node.owner(None, Some("eu-west-1")) != node.owner(None, Some("us-east-1")),
            account_wide,
            "{address}"
        );
        if !account_wide || given.contains(&kind.name) {
            continue;
        }
        seen.insert(kind.name);
        // A Region that is stated is the same for all.
        let named = kind.identity.iter().filter(|path| **path != "Region");
        for path in named {
            let name = |region| text(&node.properties, path, region);
            let (here, there) = (name("eu-west-1"), name("us-east-1"));
            assert!(here.is_some() && here != there, "{address}: {here:?}");
        }
    }
    let account_wide = types::ALL
        .iter()
        .filter(|kind| kind.scope != Scope::Regional && !given.contains(&kind.name));
    let all: BTreeSet<_> = account_wide.map(|kind| kind.name).collect();
    assert_eq!(seen, all, "the graph has each type");
}

/// Physical names stay within AWS's limits for the longest names and the longest Region.
#[test]
fn names_fit() {
    let limits = [
        ("AWS::Lambda::Function", "FunctionName", 64),
        ("AWS::IAM::Role", "RoleName", 64),
        ("AWS::SQS::Queue", "QueueName", 80),
        ("AWS::DynamoDB::Table", "TableName", 255),
        ("AWS::S3::Bucket", "BucketName", 63),
        ("AWS::SNS::Topic", "TopicName", 256),
        ("AWS::CloudWatch::Alarm", "AlarmName", 255),
        ("AWS::CodeArtifact::Domain", "DomainName", 50),
        ("AWS::CloudFront::Function", "Name", 64),
        (
            "AWS::CloudFront::OriginAccessControl",
            "OriginAccessControlConfig.Name",
            64,
        ),
        (
            "AWS::CloudFront::CachePolicy",
            "CachePolicyConfig.Name",
            128,
        ),
        (
            "AWS::CloudFront::ResponseHeadersPolicy",
            "ResponseHeadersPolicyConfig.Name",
            128,
        ),
    ];
    let graph = longest();
    for (kind, path, most) in limits {
        let nodes = graph.nodes().filter(|node| node.resource_type.name == kind);
        let names: Vec<String> = nodes
            .filter_map(|node| text(&node.properties, path, "ap-southeast-4"))
            .collect();
        assert!(!names.is_empty(), "{kind}");
        for name in names {
            assert!(name.len() <= most, "{kind}: {name}");
        }
    }
}
