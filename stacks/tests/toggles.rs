//! Snapshots of the stack `toggles`: a change to it is reviewed as a change to its snapshot.

mod artifacts;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::{FINGERPRINT_TAG, Graph};
use stacks::description::System;

use crate::artifacts::artifacts;

fn graph(more: &str) -> Graph {
    let system = System::parse("frontage.toml", &format!("name = \"acme\"\n{more}"))
        .expect("a valid description");
    stacks::system::graph(&system, &artifacts())
}

#[test]
fn resources() {
    let graph = graph("");
    let resources: BTreeMap<String, _> = graph
        .nodes()
        .map(|node| {
            (
                format!("{} {}", node.address, node.resource_type.name),
                node.properties.clone(),
            )
        })
        .collect();
    insta::assert_yaml_snapshot!(resources);
    insta::assert_yaml_snapshot!("outputs", graph.outputs());
}

#[test]
fn dependencies() {
    let mut listing = String::new();
    for node in graph("").nodes() {
        let _ = writeln!(listing, "{}", node.address);
        for on in &node.dependencies {
            let _ = writeln!(listing, "    {on}");
        }
    }
    insta::assert_snapshot!(listing);
}

/// The file for servers is in a bucket that only toggle-clock writes to, and no site reads.
#[test]
fn servers_have_a_bucket() {
    let (without, with) = (
        graph(""),
        graph("[toggles]\nservers = true\nprivate = [\"owner\"]"),
    );
    let before: BTreeMap<_, _> = without
        .nodes()
        .map(|node| (node.address.to_string(), &node.properties))
        .collect();
    let changed: BTreeMap<_, _> = with
        .nodes()
        .filter(|node| before.get(&node.address.to_string()) != Some(&&node.properties))
        .filter(|node| {
            node.address.to_string().contains("flags")
                || node.address.to_string().contains("toggle-clock")
        })
        .map(|node| (node.address.to_string(), &node.properties))
        .collect();
    insta::assert_yaml_snapshot!(changed);
}

/// No wildcard actions, and a wildcard resource only if AWS has nothing narrower.
#[test]
fn roles_grant_the_least() {
    for node in graph("")
        .nodes()
        .filter(|node| node.resource_type.name == "AWS::IAM::Role")
    {
        let statements = node.properties["Policies"][0]["PolicyDocument"]["Statement"]
            .as_array()
            .expect("statements");
        for statement in statements {
            let actions: Vec<&str> = statement["Action"]
                .as_array()
                .expect("actions")
                .iter()
                .filter_map(|a| a.as_str())
                .collect();
            assert!(
                actions.iter().all(|action| !action.contains('*')),
                "{}: {statement}",
                node.address
            );
            let any = statement["Resource"]
                .as_array()
                .expect("resources")
                .iter()
                .any(|resource| resource == "*");
            assert!(
                !any || actions == ["dynamodb:ListStreams"]
                    || actions == ["scheduler:ListSchedules"],
                "{}: {statement}",
                node.address
            );
        }
    }
}

#[test]
fn every_resource_that_can_be_tagged_carries_the_systems_tags() {
    for node in graph("tags = { team = \"web\" }").nodes() {
        assert_eq!(
            node.tags(None, None).contains_key("team"),
            node.resource_type.taggable,
            "{}",
            node.address
        );
        let tags = node.tags(None, None);
        assert!(tags.contains_key(FINGERPRINT_TAG), "{}", node.address);
    }
}

/// What an organisation prescribes for roles is on every role, and not stated unless it is
/// described: what is attached to a role by others stays.
#[test]
fn every_role_has_the_path_and_the_boundary() {
    let roles = |more: &str| {
        let graph = graph(more);
        let roles = graph
            .nodes()
            .filter(|node| node.resource_type.name == "AWS::IAM::Role");
        let of = |name: &str, properties: &serde_json::Value| properties.get(name).cloned();
        roles
            .map(|node| {
                let properties = &node.properties;
                (
                    of("Path", properties),
                    of("PermissionsBoundary", properties),
                )
            })
            .collect::<Vec<_>>()
    };
    let boundary = "arn:aws-cn:iam::111122223333:policy/team/bound";
    let described =
        format!("[functions]\nrole_path = \"/web/\"\npermissions_boundary = \"{boundary}\"");
    let stated = (Some("/web/".into()), Some(boundary.into()));
    assert_eq!(roles(&described), vec![stated; 7]);
    assert_eq!(roles(""), vec![(None, None); 7]);
}

/// A key is named by everything that it encrypts, and may be used by the roles that need it.
#[test]
fn keys_are_named_and_may_be_used() {
    let arn = |id: &str| format!("arn:aws:kms:eu-west-1:111122223333:key/{id}");
    let (data, functions) = (arn("data"), arn("functions"));
    let described =
        format!("[functions]\nkms_key = \"{functions}\"\n[toggles]\nkms_key = \"{data}\"");
    let graph = graph(&described);
    let mut uses = Vec::new();
    for node in graph.nodes() {
        let properties = &node.properties;
        let names = [
            "/SSESpecification/KMSMasterKeyId",
            "/KmsMasterKeyId",
            "/KmsKeyArn",
            "/KmsKeyId",
        ];
        for key in names.iter().filter_map(|name| properties.pointer(name)) {
            uses.push(format!("{} {key}", node.address));
        }
        let statements = properties.pointer("/Policies/0/PolicyDocument/Statement");
        for statement in statements
            .and_then(|of| of.as_array())
            .into_iter()
            .flatten()
        {
            let (actions, on) = (&statement["Action"], &statement["Resource"]);
            if actions.to_string().contains("kms:") {
                uses.push(format!("{} {actions} {on}", node.address));
            }
        }
    }
    uses.sort();
    insta::assert_snapshot!(uses.join("\n"));
}

/// What is not described is not stated, so that what others set stays.
#[test]
fn recovery_and_protection_of_the_toggles_are_as_described() {
    let stated = |more: &str| {
        let graph = graph(more);
        let address = "toggles/toggles-table".parse().expect("an address");
        let table = graph.node(&address).expect("a table").properties.clone();
        let recovery = &table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];
        (
            table["DeletionProtectionEnabled"].as_bool(),
            recovery.as_bool(),
        )
    };
    assert_eq!(stated(""), (Some(true), Some(true)));
    let off = "[toggles]\ndeletion_protection = false\npoint_in_time_recovery = false";
    assert_eq!(stated(off), (Some(false), Some(false)));
}

#[test]
fn access_logs_and_the_connections_table_are_as_described() {
    let group = "arn:aws:logs:eu-west-1:111122223333:log-group:/acme/toggles";
    let stated = |more: &str| {
        let graph = graph(more);
        let of = |address: &str, property: &str| {
            let address = address.parse().expect("an address");
            let node = graph.node(&address).expect("a resource");
            node.properties.pointer(property).cloned()
        };
        (
            of("toggles/stage", "/AccessLogSettings/DestinationArn"),
            of("toggles/stage", "/AccessLogSettings/Format"),
            of("toggles/connections-table", "/DeletionProtectionEnabled"),
            of(
                "toggles/connections-table",
                "/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled",
            ),
        )
    };
    assert_eq!(stated(""), (None, None, None, None));
    let (destination, format, protection, recovery) = stated(&format!(
        "[toggles]\naccess_logs = \"{group}\"\n\
         connections = {{ deletion_protection = false, point_in_time_recovery = true }}"
    ));
    assert_eq!(destination, Some(group.into()));
    assert_eq!(
        (protection, recovery),
        (Some(false.into()), Some(true.into()))
    );
    let format = format.expect("a format");
    let line: BTreeMap<String, String> =
        serde_json::from_str(format.as_str().expect("a text")).expect("JSON");
    assert_eq!(line["requestId"], "$context.requestId");
}

/// What is not described is not stated, so that what others chose stays.
#[test]
fn the_logs_class_and_protection_are_as_described() {
    let stated = |more: &str| {
        let graph = graph(more);
        let groups = graph
            .nodes()
            .filter(|node| node.resource_type.name == "AWS::Logs::LogGroup");
        let of = |node: &model::Node| {
            let property = |name: &str| node.properties.get(name).cloned();
            (
                property("LogGroupClass"),
                property("DeletionProtectionEnabled"),
            )
        };
        groups.map(of).collect::<Vec<_>>()
    };
    assert_eq!(stated(""), vec![(None, None); 6]);
    let described =
        "[functions]\nlog_class = \"infrequent_access\"\nlog_deletion_protection = false";
    let expected = (Some("INFREQUENT_ACCESS".into()), Some(false.into()));
    assert_eq!(stated(described), vec![expected; 6]);
}

/// What a deployment shows to clients is what the API was when it was made, so each part of it changes
/// the deployment's fingerprint, by its id and by its content.
///
/// Of the API itself the two expressions need a deployment too. They are not part of the fingerprint,
/// which would follow the API's tags then: change them only together with it.
#[test]
fn whatever_takes_effect_by_a_deployment_makes_a_new_one() {
    const DEPLOYING: [&str; 3] = ["Api", "Deployment", "Stage"];
    let graph = graph("");
    let of_gateway = graph.nodes().filter_map(|node| {
        let name = node
            .resource_type
            .name
            .strip_prefix("AWS::ApiGatewayV2::")?;
        Some((name, node))
    });
    let (deploying, deployed): (Vec<_>, Vec<_>) =
        of_gateway.partition(|(name, _)| DEPLOYING.contains(name));
    let only = |kind: &str| {
        let found = deploying.iter().find(|(name, _)| *name == kind);
        &found.expect("one").1.properties
    };
    let parts = &only("Deployment")["Description"]["Frontage::Fingerprint"];
    let parts = parts.as_array().expect("parts");
    assert_eq!(deployed.len(), 3, "an integration and two routes");
    for (_, node) in deployed {
        let address = node.address.to_string();
        let id = |part: &serde_json::Value| part["Fn::GetAtt"][0] == *address;
        assert!(parts.iter().any(id), "{address}");
        assert!(
            parts.iter().any(|part| part == node.fingerprint()),
            "{address}"
        );
    }

    let api = only("Api");
    assert_eq!(api["RouteSelectionExpression"], "$request.body.action");
    assert_eq!(api.get("ApiKeySelectionExpression"), None);
}

/// The workers of a large fan-out share the quota of the account's Region, as described.
#[test]
fn the_pace_follows_the_quota() {
    let pace = |more: &str| {
        let graph = graph(more);
        let of = |address: &str, property: &str| {
            let address = address.parse().expect("an address");
            let node = graph.node(&address).expect("a resource");
            node.properties.pointer(property).cloned().expect("a value")
        };
        let posts = "/Environment/Variables/POSTS_PER_SECOND";
        (
            of(
                "toggles/toggle-slice-queue",
                "/ScalingConfig/MaximumConcurrency",
            ),
            of("toggles/toggle-message", posts),
            of("toggles/toggle-slice", posts),
        )
    };
    let expected = |workers: i32, all: &str, each: &str| (workers.into(), all.into(), each.into());
    assert_eq!(pace(""), expected(8, "9000", "1125"));
    assert_eq!(pace("region = \"eu-south-1\""), expected(2, "2250", "1125"));
    let raised = "region = \"eu-south-1\"\n[toggles]\nposts_per_second = 50000";
    assert_eq!(pace(raised), expected(40, "45000", "1125"));
}

/// Each alarm is on something of the stack, notifies the topic, and takes no data for no failure.
#[test]
fn alarms_notify_the_addresses() {
    let graph = graph("[alarms]\nemails = [\"ops@example.com\", \"dev@example.com\"]");
    let of = |name: &str| {
        let nodes = graph.nodes().filter(|node| node.resource_type.name == name);
        nodes.collect::<Vec<_>>()
    };
    let alarms = of("AWS::CloudWatch::Alarm");
    assert_eq!(alarms.len(), 23);
    let topic = serde_json::json!([{"Fn::GetAtt": ["toggles/alarms", "TopicArn"]}]);
    for alarm in alarms {
        let properties = &alarm.properties;
        assert_eq!(properties["AlarmActions"], topic, "{}", alarm.address);
        assert_eq!(properties["OKActions"], topic, "{}", alarm.address);
        assert_eq!(properties["TreatMissingData"], "notBreaching");
        assert!(alarm.dependencies.len() == 2, "{}", alarm.address);
    }
    let addresses = of("AWS::SNS::Subscription");
    let addresses = addresses.iter().map(|node| &node.properties["Endpoint"]);
    assert_eq!(
        addresses.collect::<Vec<_>>(),
        ["ops@example.com", "dev@example.com"]
    );
}

#[test]
fn there_are_no_alarms_if_they_are_not_wanted() {
    let graph = graph("[alarms]\nenabled = false\nemails = [\"ops@example.com\"]");
    let mut types = graph.nodes().map(|node| node.resource_type.name);
    assert!(types.all(|name| !name.contains("SNS") && !name.contains("Alarm")));
}
