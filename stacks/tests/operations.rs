//! The stack `operations`.

mod artifacts;

use std::collections::{BTreeMap, BTreeSet};

use artifacts::artifacts;
use model::types::sns::mark;
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

/// An alarm is in the Region of its metric, and notifies a topic of that Region.
#[test]
fn what_has_its_metrics_at_the_edge_has_its_alarms_there() {
    let text = format!(
        "[alarms]\nemails = [\"ops@example.com\"]\n[operations]\nbudget = 9\ncheck = true\n{SITES}{PIPELINES}"
    );
    let names = |region: &str, text: &str| {
        let graph = graph(&described(region, text));
        let names = own(&graph).map(|node| node.address.name().to_owned());
        names.collect::<BTreeSet<_>>()
    };
    let (there, elsewhere) = (names("us-east-1", &text), names("eu-west-1", &text));
    assert!(there.is_subset(&elsewhere));
    let mail = format!("edge-alarms-{}", mark("email", "ops@example.com"));
    let more: Vec<_> = elsewhere.difference(&there).collect();
    assert_eq!(more, ["edge-alarms", mail.as_str()]);

    let graph = graph(&described("eu-west-1", &text));
    let at_edge: BTreeMap<_, _> = own(&graph)
        .filter(|node| node.region() == Some("us-east-1"))
        .map(|node| (node.address.name().to_owned(), node))
        .collect();
    let expected = [
        "budget",
        "edge-alarms",
        "site-billing-4xx",
        "site-billing-5xx",
        "site-orders-4xx",
        "site-orders-5xx",
        "site-profile-4xx",
        "site-profile-5xx",
        "site-shell-4xx",
        "site-shell-5xx",
        "site-shell-certificate",
        "site-shell-check",
        "site-shipping-4xx",
        "site-shipping-5xx",
    ];
    assert!(at_edge.keys().eq(expected), "{:?}", at_edge.keys());
    let shown = ["edge-alarms", "site-shell-5xx"].map(|name| &at_edge[name].properties);
    insta::assert_yaml_snapshot!(shown);
    for node in own(&graph).filter(|node| node.resource_type.name == "AWS::CloudWatch::Alarm") {
        let topic = &node.properties["AlarmActions"][0]["Fn::GetAtt"][0];
        let expected = match node.region() {
            Some(_) => "operations/edge-alarms",
            None => "operations/alarms",
        };
        assert_eq!(topic, expected, "{}", node.address);
    }

    let without = format!("[alarms]\nenabled = false\n[operations]\n{SITES}");
    let dashboard = BTreeSet::from(["dashboard".to_owned()]);
    assert_eq!(names("eu-west-1", &without), dashboard);
    assert!(!names("eu-west-1", "[operations]\n").contains("edge-alarms"));
}

/// Keys are of one Region.
#[test]
fn a_key_of_another_region_encrypts_no_topic_at_the_edge() {
    let text = "[alarms]\nkms_key = \"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"\n\
                [operations]\nbudget = 9\n";
    let graph = graph(&described("eu-west-1", text));
    let has_key = |name: &str| {
        let topic = own(&graph).find(|node| node.address.name() == name);
        topic.expect("a topic").properties["KmsMasterKeyId"].is_string()
    };
    assert!(has_key("alarms") && !has_key("edge-alarms"));
}

/// An account of China has no us-east-1.
#[test]
fn a_budget_in_another_partition_is_left_out() {
    let of = |region: &str| described(region, "[operations]\nbudget = 9\n");
    let has_budget = |region: &str| {
        let graph = graph(&of(region));
        own(&graph).any(|node| node.address.name() == "budget")
    };
    assert!(has_budget("us-east-1") && has_budget("eu-west-1") && !has_budget("cn-north-1"));
    assert!(operations::left_out(&of("eu-west-1")).is_none());
    let told = operations::left_out(&of("cn-north-1")).expect("something is left out");
    assert!(told.contains("no alarm on the budget"), "{told}");
}

/// An organisation may deny us-east-1 to systems of other Regions.
#[test]
fn without_edge_alarms_nothing_is_in_another_region() {
    let text = format!("[operations]\nbudget = 9\ncheck = true\nedge_alarms = false\n{SITES}");
    for region in ["eu-west-1", "us-east-1"] {
        let described = described(region, &text);
        let graph = graph(&described);
        let names: BTreeSet<_> = own(&graph).map(|of| of.address.name().to_owned()).collect();
        assert!(
            names.contains("check") && names.contains("alarms"),
            "{names:?}"
        );
        assert!(
            !names
                .iter()
                .any(|name| name.contains("site-") || name == "budget"),
            "{names:?}"
        );
        assert!(own(&graph).all(|node| node.region().is_none()));
        let told = operations::left_out(&described).expect("something is left out");
        assert!(told.contains("`edge_alarms` is false"), "{told}");
    }
}

/// A pipeline's failures are in its own Region.
#[test]
fn pipelines_have_alarms_where_they_are() {
    let graph = graph(&described(
        "eu-west-1",
        &format!("[operations]\n[shell]\n{PIPELINES}"),
    ));
    let region = |alarm: &str| {
        let alarm = own(&graph).find(|node| node.address.name() == alarm);
        alarm.map(|alarm| alarm.region().map(str::to_owned))
    };
    assert_eq!(region("pipeline-shipping-failed"), Some(None));
    assert_eq!(region("pipeline-profile-failed"), Some(None));
    assert_eq!(region("pipeline-orders-failed"), None);
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
    let alarm = alarm.expect("an alarm");
    assert!(shown && alarm["Region"] == "us-east-1");

    let (check, alarm, shown) = checked("us-east-1", "[alarms]\nenabled = false\n[shell]\n");
    assert!(check.is_some() && alarm.is_none() && shown);
    assert_eq!(checked("us-east-1", ""), (None, None, false));
}
