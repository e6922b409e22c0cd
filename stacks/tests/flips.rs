//! Snapshots of what a system has if people may flip toggles without IAM.

mod artifacts;

use std::collections::BTreeMap;

use model::{Graph, Text};
use serde_json::{Value, json};
use stacks::description::System;
use stacks::system;

use crate::artifacts::artifacts;

const SHELL: &str = "[shell]\n[identity]\ngroups = [\"operators\", \"shipping\"]\n";

const MAY_FLIP: &str = "[toggles.may_flip]\noperators = [\"*\"]\n\
    shipping = [\"shipping.*\", \"segment:shipping-*\"]\n";

/// Toggles whose change needs a second person.
const PROTECTED: &str =
    "[shell]\n[toggles]\nprotected = [\"payment.*\"]\nmay_flip.operators = [\"*\"]\n";

const KEY: &str =
    "kms_key = \"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"\n";

fn flipped() -> String {
    format!("{SHELL}{MAY_FLIP}")
}

fn graph(more: &str) -> Graph {
    let text = format!("name = \"acme\"\n{more}");
    let system = System::parse("frontage.toml", &text).expect("a valid description");
    system::graph(&system, &artifacts())
}

/// The properties of each resource, by its address.
fn resources(graph: &Graph) -> BTreeMap<String, Value> {
    let nodes = graph.nodes();
    nodes
        .map(|node| (node.address.to_string(), node.properties.clone()))
        .collect()
}

/// The resources that one description has and another one does not, or not alike.
fn added(with: &str, without: &str) -> BTreeMap<String, Value> {
    let before = resources(&graph(without));
    let mut added = resources(&graph(with));
    added.retain(|address, properties| before.get(address) != Some(properties));
    added
}

#[test]
fn an_http_api_is_of_a_system_whose_people_flip_toggles() {
    let mut added = added(&flipped(), SHELL);
    added.retain(|address, _| !["shell/headers", "shell/config"].contains(&address.as_str()));
    insta::assert_yaml_snapshot!("flips", added);
}

#[test]
fn proposals_have_a_table_if_a_change_needs_a_second_person() {
    let mut added = added(PROTECTED, &PROTECTED.replace("protected", "private"));
    added.retain(|address, _| address.starts_with("toggles/proposals"));
    insta::assert_yaml_snapshot!("proposals", added);
    let flips = resources(&graph(PROTECTED));
    let variables = |function: &str| flips[function]["Environment"]["Variables"].clone();
    assert_eq!(
        variables("toggles/toggle-history")["PROTECTED"],
        r#"["payment.*"]"#
    );
    let of_api = variables("shell/toggle-api");
    assert_eq!(of_api["PROTECTED"], r#"["payment.*"]"#);
    let table = json!({"Fn::GetAtt": ["toggles/proposals-table", "TableName"]});
    assert_eq!(of_api["PROPOSALS_TABLE"], table);
    let statements = &flips["shell/toggle-api-role"]["Policies"][0]["PolicyDocument"]["Statement"];
    let proposals = json!([{"Fn::GetAtt": ["toggles/proposals-table", "Arn"]}]);
    let statements = statements.as_array().expect("statements").iter();
    let mut of_proposals = statements.filter(|of| of["Resource"] == proposals);
    let actions = &of_proposals.next().expect("one")["Action"];
    let expected = ["DeleteItem", "GetItem", "PutItem", "Scan"];
    assert_eq!(*actions, json!(expected.map(|of| format!("dynamodb:{of}"))));
}

/// All that there is of it: without the key, nothing is made.
#[test]
fn what_is_asked_for_is_counted_if_that_is_described() {
    let with = format!("{}[toggles]\nexposure = 0.01\n", flipped());
    let mut added = added(&with, &flipped());
    let config = added.remove("shell/config").expect("a configuration");
    assert!(
        config.to_string().contains(r#"\"exposure\":0.01"#),
        "{config}"
    );
    let addresses: Vec<_> = added.keys().map(String::as_str).collect();
    assert_eq!(
        addresses,
        [
            "shell/exposure-route",
            "shell/toggle-api",
            "shell/toggle-api-role",
            "toggles/connection-manager",
            "toggles/connection-manager-role",
            "toggles/deployment",
            "toggles/exposed-permission",
            "toggles/exposed-route",
            "toggles/exposures-table",
            "toggles/stage",
        ]
    );
    added.retain(|address, _| {
        !["shell/toggle-api", "toggles/deployment"].contains(&address.as_str())
    });
    for role in ["shell/toggle-api-role", "toggles/connection-manager-role"] {
        let statements = added[role]["Policies"][0]["PolicyDocument"]["Statement"].clone();
        added.insert(role.to_owned(), statements);
    }
    let manager = added["toggles/connection-manager"]["Environment"].clone();
    added.insert("toggles/connection-manager".to_owned(), manager);
    insta::assert_yaml_snapshot!("exposure", added);
}

/// Neither without a shell nor without somebody who may flip a toggle is there anything else.
#[test]
fn a_protected_toggle_needs_no_shell() {
    let alone = resources(&graph("[toggles]\nprotected = [\"payment.*\"]\n"));
    assert!(alone.contains_key("toggles/proposals-table"));
    assert!(!alone.contains_key("shell/toggle-api"));
}

#[test]
fn the_key_of_the_tables_is_used() {
    let with_key = format!("{}[toggles]\n{KEY}", flipped());
    let role = &resources(&graph(&with_key))["shell/toggle-api-role"];
    let statements = &role["Policies"][0]["PolicyDocument"]["Statement"];
    let statements = statements.as_array().expect("statements").iter();
    let decrypts =
        |of: &&Value| of["Action"] == "kms:Decrypt" || of["Action"] == json!(["kms:Decrypt"]);
    assert_eq!(statements.filter(decrypts).count(), 1);
}

/// The page's policy allows what is below the API's URL, and `config.json` names it without a slash.
#[test]
fn the_page_knows_the_api_and_may_connect_to_it() {
    let resources = resources(&graph(&flipped()));
    let resolved = |value: &Value| {
        let text: Text = serde_json::from_value(value.clone()).expect("a text");
        let text = text.resolve(&|_, name| Some(name.to_owned()), &|_| None, &|_| None);
        text.expect("resolved")
    };
    let config: Value =
        serde_json::from_str(&resolved(&resources["shell/config"]["Body"])).expect("JSON");
    assert_eq!(config["toggles"]["api"], "HttpUrl");
    let headers = &resources["shell/headers"]["ResponseHeadersPolicyConfig"];
    let policy =
        &headers["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"];
    let policy = resolved(policy);
    let directives: Vec<_> = policy.split(", ").collect();
    assert!(!directives[0].contains("HttpUrl"), "{policy}");
    assert!(directives[1].contains(" HttpUrl/"), "{policy}");
    let without = self::resources(&graph("[shell]\n"));
    let config = resolved(&without["shell/config"]["Body"]);
    assert!(!config.contains("\"api\""), "{config}");
}

/// The page learns of the API once it can be called.
#[test]
fn the_stage_deploys_what_exists_and_the_configuration_comes_last() {
    let graph = graph(&flipped());
    let on = |address: &str| {
        let address = address.parse().expect("an address");
        let node = graph.node(&address).expect("a resource");
        let on = node.dependencies.iter().map(ToString::to_string);
        on.collect::<Vec<_>>()
    };
    let stage = on("shell/http-api-stage");
    let routes = stage.iter().filter(|of| of.ends_with("-route"));
    assert_eq!(routes.count(), 11);
    let config = on("shell/config");
    for of in ["shell/http-api-stage", "shell/http-api-permission"] {
        assert!(config.contains(&of.to_owned()), "{config:?}");
    }
}
