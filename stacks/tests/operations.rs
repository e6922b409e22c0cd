//! The stack `operations`.

mod artifacts;

use std::collections::{BTreeMap, BTreeSet};

use artifacts::artifacts;
use model::{Graph, Node, StackName};
use stacks::description::System;
use stacks::{operations, system};

const SITES: &str = "[shell]\ndomain = \"www.example.com\"\nzone_id = \"Z1\"\n[teams.billing]\n";

/// Two teams with pipelines in AWS, one of them with a second one for previews, and one whose steps run
/// elsewhere.
const PIPELINES: &str = "[pipelines]\nconnection = \"github\"\n\
    [teams.profile.pipeline]\nrepository = \"acme/profile\"\npreviews = true\n\
    [teams.shipping.pipeline]\nsource = \"codecommit\"\n\
    [teams.orders.pipeline]\nsource = \"github-actions\"\nrepository = \"acme/orders\"\n";

fn described(region: &str, more: &str) -> System {
    let text = format!("name = \"acme\"\nregion = \"{region}\"\n{more}");
    System::parse("frontage.toml", &text).expect("a valid description")
}

fn graph(system: &System) -> Graph {
    system::graph(system, &artifacts())
}

fn own(graph: &Graph) -> impl Iterator<Item = &Node> {
    let stack = StackName::new(operations::STACK);
    graph.nodes().filter(move |of| *of.address.stack() == stack)
}

#[test]
fn resources() {
    let text = format!("[operations]\nbudget = 250\n{SITES}{PIPELINES}");
    let described = described("us-east-1", &text);
    let graph = graph(&described);
    let resources: BTreeMap<String, _> = own(&graph)
        .map(|node| {
            let name = format!("{} {}", node.address, node.resource_type.name);
            (name, node.properties.clone())
        })
        .collect();
    insta::assert_yaml_snapshot!(resources);
}

/// An alarm is in the Region of its metric.
#[test]
fn sites_have_alarms_where_their_metrics_are() {
    let names = |region: &str, more: &str| {
        let graph = graph(&described(region, more));
        let names = own(&graph).map(|node| node.address.name().to_owned());
        names.collect::<BTreeSet<_>>()
    };
    let everything = format!("[operations]\n{SITES}");
    let there = names("us-east-1", &everything);
    let elsewhere = names("eu-west-1", &everything);
    let only: Vec<_> = there.difference(&elsewhere).map(String::as_str).collect();
    assert_eq!(
        only,
        [
            "site-billing-4xx",
            "site-billing-5xx",
            "site-shell-4xx",
            "site-shell-5xx",
            "site-shell-certificate"
        ]
    );
    let told = |region| {
        let system = described(region, &everything);
        operations::left_out(&system, Some(region)).is_some()
    };
    assert_eq!((told("us-east-1"), told("eu-west-1")), (false, true));
    let without = format!("[alarms]\nenabled = false\n{everything}");
    let dashboard = BTreeSet::from(["dashboard".to_owned()]);
    assert_eq!(names("us-east-1", &without), dashboard);
}

/// The account's charges are in one Region, and a pipeline's failures are in its own.
#[test]
fn a_budget_and_pipelines_have_alarms_where_their_metrics_are() {
    let described = |region: &str| {
        described(
            region,
            &format!("[operations]\nbudget = 9\ncheck = true\n[shell]\n{PIPELINES}"),
        )
    };
    let has = |region: &str, alarm: &str| {
        let graph = graph(&described(region));
        own(&graph).any(|node| node.address.name() == alarm)
    };
    assert!(has("us-east-1", "budget") && !has("eu-west-1", "budget"));
    assert!(has("eu-west-1", "pipeline-shipping-failed"));
    assert!(has("eu-west-1", "pipeline-profile-failed"));
    assert!(!has("eu-west-1", "pipeline-orders-failed"));
    let told = operations::left_out(&described("eu-west-1"), Some("eu-west-1"));
    let told = told.expect("something is left out");
    assert!(
        told.contains("the sites, their certificates, the shell's check and the budget"),
        "{told}"
    );
}

/// No metric has two alarms, and no other stack refers to this one.
#[test]
fn nothing_is_doubled_and_nothing_refers_to_it() {
    let text = format!("[operations]\nbudget = 250\n{SITES}{PIPELINES}");
    let graph = graph(&described("us-east-1", &text));
    let alarms = graph
        .nodes()
        .filter(|node| node.resource_type.name == "AWS::CloudWatch::Alarm");
    let mut seen = BTreeSet::new();
    for node in alarms {
        let metric = ["Namespace", "MetricName", "Dimensions"].map(|name| &node.properties[name]);
        let metric = serde_json::to_string(&metric).expect("JSON");
        assert!(seen.insert(metric), "{}", node.address);
    }
    let stack = StackName::new(operations::STACK);
    for node in graph.nodes().filter(|of| *of.address.stack() != stack) {
        assert!(node.dependencies.iter().all(|on| *on.stack() != stack));
    }
}

#[test]
fn addresses_are_its_own_or_those_of_the_alarms() {
    let subscribed = |more: &str| {
        let graph = graph(&described("eu-west-1", more));
        let subscriptions = own(&graph).filter_map(|of| of.properties.get("Endpoint")?.as_str());
        subscriptions.map(str::to_owned).collect::<Vec<_>>()
    };
    let alarms = "[alarms]\nemails = [\"ops@example.com\"]\n[operations]\n";
    assert_eq!(subscribed(alarms), ["ops@example.com"]);
    let notify = format!("{alarms}notify = [\"web@example.com\"]\n");
    assert_eq!(subscribed(&notify), ["web@example.com"]);
    assert!(subscribed("[operations]\n").is_empty());
}

/// Sixty teams fit into one dashboard.
#[test]
fn a_dashboard_has_room_for_sixty_teams() {
    let teams: Vec<_> = (0..60).map(|n| format!("[teams.t{n}]")).collect();
    let teams = teams.join("\n");
    let graph = graph(&described(
        "eu-west-1",
        &format!("[operations]\n[shell]\n{teams}"),
    ));
    let dashboard = own(&graph)
        .find(|of| of.address.name() == "dashboard")
        .expect("a dashboard");
    let widgets = dashboard.properties["DashboardBody"]["widgets"].as_array();
    assert!(widgets.is_some_and(|widgets| widgets.len() < 499));
}

/// A custom domain is checked if there is one, since that is what people type.
#[test]
fn the_shell_is_checked_where_it_is_asked_for() {
    let checked = |region: &str, more: &str| {
        let graph = graph(&described(
            region,
            &format!("[operations]\ncheck = true\n{more}"),
        ));
        let named = |name: &str| {
            let found = own(&graph).find(|of| of.address.name() == name);
            found.map(|of| of.properties.clone())
        };
        let widgets = named("dashboard").expect("a dashboard")["DashboardBody"]["widgets"].clone();
        let shown = widgets.to_string().contains("HealthCheckPercentageHealthy");
        (named("check"), named("site-shell-check"), shown)
    };
    let (check, alarm, shown) = checked("us-east-1", SITES);
    assert!(shown);
    insta::assert_yaml_snapshot!((check, alarm));

    let (check, alarm, shown) = checked("eu-west-1", "[shell]\n");
    let check = check.expect("a check");
    let host = &check["HealthCheckConfig"]["FullyQualifiedDomainName"];
    assert_eq!(host["Fn::GetAtt"][0], "shell/distribution");
    assert!(alarm.is_none() && shown);

    let (check, alarm, shown) = checked("us-east-1", "[alarms]\nenabled = false\n[shell]\n");
    assert!(check.is_some() && alarm.is_none() && shown);
    assert_eq!(checked("us-east-1", ""), (None, None, false));
}
