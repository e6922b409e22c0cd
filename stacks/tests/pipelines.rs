//! Snapshots of the stacks of pipelines and of the files of CI services: a change to them is reviewed
//! as a change to their snapshots.

mod artifacts;

use std::collections::BTreeMap;

use model::{Graph, Pseudo, StackName, Text};
use serde_json::Value;
use stacks::description::{Ci, System};
use stacks::pipeline::{Place, STEPS, buildspec, export};
use stacks::{pipeline, system};

use crate::artifacts::artifacts;

/// A team per source.
const TEAMS: &str = "
[packages]
[shell]
[pipelines]
connection = \"github\"
identity_providers = [\"github-actions\"]
canary = 10
[teams.shipping.pipeline]
repository = \"acme/apps\"
paths = [\"shipping/**\", \"package-lock.json\"]
folder = \"shipping\"
approval = true
every = \"30m\"
watch = [\"acme-shipping-errors\"]
previews = true
[teams.billing.pipeline]
source = \"codecommit\"
branch = \"release\"
[teams.profile.pipeline]
source = \"s3\"
object = \"acme-sources/profile.zip\"
every = \"10m\"
[teams.orders.pipeline]
source = \"github-actions\"
repository = \"acme/orders\"
paths = [\"src/**\"]
every = \"2h\"
watch = [\"acme-orders-errors\", \"acme orders (5xx)\"]
previews = true
[teams.stock.pipeline]
source = \"gitlab-ci\"
repository = \"acme/web/stock\"
paths = [\"src/**\"]
every = \"1h\"
previews = true
[teams.plain]
";

fn described(more: &str) -> System {
    let text = format!("name = \"acme\"\n{more}");
    System::parse("frontage.toml", &text).unwrap_or_else(|error| panic!("{error:?}"))
}

fn graph(more: &str) -> Graph {
    system::graph(&described(more), &artifacts())
}

/// The resources of a stack. The script in a buildspec is left out, which is a file of its own.
fn resources(graph: &Graph, stack: &str) -> BTreeMap<String, Value> {
    let nodes = graph.nodes();
    let of_stack = nodes.filter(|node| node.address.stack().as_str() == stack);
    of_stack
        .map(|node| {
            let mut properties = node.properties.clone();
            if let Some(spec) = properties.pointer_mut("/Source/BuildSpec") {
                *spec = Value::from("BUILDSPEC");
            }
            let name = format!("{} {}", node.address, node.resource_type.name);
            (name, properties)
        })
        .collect()
}

#[test]
fn pipelines() {
    let graph = graph(TEAMS);
    for stack in ["shipping", "billing", "profile", "orders", "stock"] {
        let name = format!("ci_{stack}");
        insta::assert_yaml_snapshot!(name, resources(&graph, &format!("ci/{stack}")));
    }
    insta::assert_yaml_snapshot!("shared", resources(&graph, "pipelines"));
    let outputs = graph.outputs().iter();
    let of_pipelines = outputs.filter(|(stack, _)| stack.as_str().starts_with("ci/"));
    insta::assert_yaml_snapshot!("outputs", of_pipelines.collect::<BTreeMap<_, _>>());
    assert!(resources(&graph, "ci/plain").is_empty());
}

/// What releases marks them on the dashboard, if the system has one, in its metric alone; a preview is none.
#[test]
fn releases_are_marked_on_the_dashboard() {
    let graph = graph(&format!("[operations]{TEAMS}"));
    let expected = serde_json::json!({
        "Sid": "MarkReleases", "Effect": "Allow", "Action": ["cloudwatch:PutMetricData"], "Resource": ["*"],
        "Condition": {"StringEquals": {"cloudwatch:namespace": ["Frontage"]}},
    });
    let mut marking = Vec::new();
    for node in graph
        .nodes()
        .filter(|node| node.resource_type.name == "AWS::IAM::Role")
    {
        let statements = node.properties["Policies"][0]["PolicyDocument"]["Statement"].as_array();
        let mut marks = statements
            .into_iter()
            .flatten()
            .filter(|of| of["Sid"] == "MarkReleases");
        if let Some(statement) = marks.next() {
            assert_eq!(*statement, expected, "{}", node.address);
            marking.push(node.address.to_string());
        }
    }
    marking.sort();
    let teams = ["billing", "orders", "profile", "shipping", "stock"];
    assert_eq!(marking, teams.map(|team| format!("ci/{team}/steps-role")));
}

/// The stack of a pipeline refers to the team's and to what the pipelines share, so that no other
/// team is read for it.
#[test]
fn references_go_one_way() {
    for node in graph(TEAMS).nodes() {
        let stack = node.address.stack();
        for other in &node.dependencies {
            let other = other.stack();
            let allowed = match pipeline::team_name(stack) {
                Some(team) => {
                    let own = format!("team/{team}");
                    other == stack || [own.as_str(), "pipelines"].contains(&other.as_str())
                }
                None => {
                    pipeline::team_name(other).is_none() && {
                        other.as_str() != "pipelines" || stack == other
                    }
                }
            };
            assert!(allowed, "{} refers to {other}", node.address);
        }
    }
}

#[test]
fn the_names_are_those_of_the_graphs_stacks() {
    for more in [
        TEAMS,
        "[shell]\n[teams.a.pipeline]\nsource = \"codecommit\"\n[teams.b]\n",
        "[shell]\n[pipelines]\nidentity_providers = [\"gitlab-ci\"]\n",
        "[pipelines]\nconnection = \"github\"\n",
    ] {
        let stacks: Vec<StackName> = graph(more).stacks().iter().cloned().collect();
        assert_eq!(system::names(&described(more)), stacks, "{more}");
    }
}

fn place() -> Place {
    Place {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
    }
}

/// A file with the lines of the script left out.
fn without_script(file: &str) -> String {
    let script: Vec<_> = STEPS.lines().map(str::trim).collect();
    let (head, rest) = file.split_once("#!/bin/sh\n").expect("the script");
    let (body, tail) = rest.split_once("END_OF_STEPS\n").expect("its end");
    let lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
    let expected = script[1..].iter().copied().filter(|line| !line.is_empty());
    assert!(lines.eq(expected), "the script is whole");
    format!(
        "{head}STEPS\n{}{tail}",
        body.rsplit('\n').next().unwrap_or_default()
    )
}

#[test]
fn files_of_ci_services() {
    let system = described(TEAMS);
    let team = |name: &str| {
        let found = system.teams.iter().find(|team| team.name.as_str() == name);
        found.expect("a team")
    };
    for (name, ci) in [
        ("orders", Ci::GitHub),
        ("stock", Ci::GitLab),
        ("plain", Ci::GitHub),
    ] {
        let file = export(&system, team(name), ci, &place());
        insta::assert_snapshot!(format!("export_{name}"), without_script(&file));
    }
    for name in ["shipping", "plain"] {
        let file = buildspec(team(name));
        insta::assert_snapshot!(format!("buildspec_{name}"), without_script(&file));
    }
}

/// The role that the files name is the one of the stack.
#[test]
fn the_exported_role_is_the_stacks() {
    let more = format!("[functions]\nrole_path = \"/ci/\"\n{TEAMS}");
    let (system, graph) = (described(&more), graph(&more));
    let node = graph.node(&"ci/orders/steps-role".parse().expect("an address"));
    let properties = &node.expect("the role").properties;
    let name: Text = serde_json::from_value(properties["RoleName"].clone()).expect("a text");
    let region = |of| (of == Pseudo::Region).then(|| "eu-west-1".to_owned());
    let name = name
        .resolve(&|_, _| None, &region, &|_| None)
        .expect("known");
    let team = system
        .teams
        .iter()
        .find(|team| team.name.as_str() == "orders");
    let file = export(&system, team.expect("a team"), Ci::GitHub, &place());
    let arn = format!("arn:aws:iam::111122223333:role/ci/{name}");
    assert!(file.contains(&arn), "{arn} in {file}");
}

/// What is wrong with a description.
fn problems(pipeline: &str) -> String {
    let text = format!("name = \"acme\"\n[shell]\n{pipeline}");
    let error = System::parse("frontage.toml", &text).expect_err("it is wrong");
    format!("{:?}", miette::Report::new(error))
}

#[test]
fn what_a_pipeline_cannot_be() {
    for (pipeline, told) in [
        ("[teams.a.pipeline]\n", "`repository` is missing"),
        (
            "[teams.a.pipeline]\nsource = \"s3\"\n",
            "`object` is missing",
        ),
        (
            "[teams.a.pipeline]\nrepository = \"a/b\"\n",
            "without a `connection`",
        ),
        (
            "[teams.a.pipeline]\nsource = \"codecommit\"\nrepository = \"a/b\"\n",
            "`repository` is not used",
        ),
        (
            "[teams.a.pipeline]\nsource = \"codecommit\"\npaths = [\"a\"]\n",
            "`paths` has no effect",
        ),
        (
            "[teams.a.pipeline]\nsource = \"gitlab-ci\"\nrepository = \"a/b\"\napproval = true\n",
            "`approval` has no effect",
        ),
        (
            "[teams.a.pipeline]\nsource = \"github-actions\"\nrepository = \"a/b\"\npaths = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]\n",
            "`paths` has too many patterns",
        ),
        (
            "[teams.a.pipeline]\nsource = \"codecommit\"\nevery = \"10m\"\n",
            "`every` has no effect",
        ),
        (
            "[pipelines]\ncanary = 10\n[teams.a.pipeline]\nsource = \"codecommit\"\nwatch = [\"x\"]\n",
            "`watch` has no effect",
        ),
        (
            "[teams.a.pipeline]\nsource = \"codecommit\"\ncanary = 10\nevery = \"6h\"\n",
            "not a time that a canary can take",
        ),
    ] {
        let text = problems(pipeline);
        assert!(text.contains(told), "{told} in {text}");
    }
}

/// A build shows its results in the group of its own stack.
#[test]
fn the_buildspec_of_a_pipeline_ends_with_its_reports() {
    let graph = graph(TEAMS);
    let mut nodes = graph.nodes();
    let project = nodes.find(|node| node.address.to_string() == "ci/shipping/project");
    let spec = &project.expect("a project").properties["Source"]["BuildSpec"];
    let parts = spec["Fn::Join"][1].as_array().expect("parts");
    let [spec, group, reports] = &parts[..] else {
        panic!("{parts:?}");
    };
    let spec = spec.as_str().expect("a text");
    assert!(spec.ends_with("/root/.npm/**/*\nreports:\n  \""), "{spec}");
    assert_eq!(
        *group,
        serde_json::json!({"Fn::GetAtt": ["ci/shipping/reports", "Arn"]})
    );
    let expected = "\":\n    files:\n      - \"*.xml\"\n    base-directory: frontage-reports\n    file-format: JUNITXML\n";
    assert_eq!(reports, expected);
}
