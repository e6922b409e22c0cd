use std::collections::BTreeMap;

use serde_json::Value;
use stacks::artifacts::{Artifacts, Sources};

use super::*;

const DESCRIPTION: &str = "name = \"acme\"\nregion = \"eu-west-1\"\naccount = \"111122223333\"\n[packages]\n[shell]\n[teams.shipping]\n[teams.billing]\n";

fn graph(system: &System) -> Graph {
    let artifacts = Artifacts {
        functions: Sources::default(),
        saml_metadata: BTreeMap::new(),
    };
    stacks::system::graph(system, &artifacts)
}

fn statements(needs: &[Need], stacks: &[&str]) -> Vec<Value> {
    let system = System::parse("frontage.toml", DESCRIPTION).unwrap();
    let graph = graph(&system);
    let selection = match stacks {
        [] => Selection::All,
        stacks => Selection::Only(stacks.iter().map(|stack| StackName::new(*stack)).collect()),
    };
    let subject = Subject {
        system: &system,
        graph: &graph,
        region: system.region.as_deref(),
        selection: &selection,
        may_flip: None,
    };
    let documents = serde_json::to_value(policy(subject, needs).documents()).unwrap();
    let documents = documents.as_array().unwrap();
    let statements = documents
        .iter()
        .map(|of| of["Statement"].as_array().unwrap());
    statements.flatten().cloned().collect()
}

/// The pairs of an action and a resource.
fn pairs(statements: &[Value]) -> BTreeSet<(String, String)> {
    let texts = |of: &Value| -> Vec<String> { serde_json::from_value(of.clone()).unwrap() };
    let pairs = statements.iter().flat_map(|statement| {
        let (actions, resources) = (texts(&statement["Action"]), texts(&statement["Resource"]));
        actions
            .into_iter()
            .flat_map(move |action| {
                let resources = resources.clone().into_iter();
                resources.map(move |resource| (action.clone(), resource))
            })
            .collect::<Vec<_>>()
    });
    pairs.collect()
}

/// The names of actions that change nothing.
const READING: &[&str] = &["Describe", "Get", "GET", "List", "Query", "Scan"];

#[test]
fn what_reads_is_allowed_to_read_alone() {
    for need in [Need::Plan, Need::History, Need::Status] {
        for (action, _) in pairs(&statements(&[need], &[])) {
            let (_, name) = action.split_once(':').unwrap();
            assert!(
                READING.iter().any(|verb| name.starts_with(verb)),
                "{action}"
            );
        }
    }
}

/// What a team's pipeline may write to is its own.
#[test]
fn a_team_writes_to_its_own_stack() {
    let needs = [Need::Release, Need::Packages];
    let writes = pairs(&statements(&needs, &["team/shipping"]));
    let objects = writes.iter().filter(|(action, _)| action == "s3:PutObject");
    let buckets: Vec<_> = objects.map(|(_, on)| on.as_str()).collect();
    assert_eq!(buckets, ["arn:aws:s3:::acme-team-shipping-*/*"]);
    let published = "codeartifact:PublishPackageVersion";
    let packages = writes.iter().find(|(action, _)| action == published);
    assert_eq!(
        packages.map(|(_, on)| on.as_str()),
        Some("arn:aws:codeartifact:eu-west-1:111122223333:package/acme-packages/*")
    );
    assert!(
        !writes
            .iter()
            .any(|(action, _)| action.starts_with("dynamodb:Put"))
    );
}

/// Who flips a group's toggles may write items of their keys alone, and read all.
#[test]
fn toggles_of_a_group_are_changed_under_a_condition_on_their_keys() {
    let system = System::parse("frontage.toml", DESCRIPTION).unwrap();
    let graph = graph(&system);
    let writing = |may_flip: Option<&[String]>| {
        let subject = Subject {
            system: &system,
            graph: &graph,
            region: system.region.as_deref(),
            selection: &Selection::All,
            may_flip,
        };
        let documents = policy(subject, &[Need::Toggles]).documents();
        let documents = serde_json::to_value(documents).unwrap();
        let documents = documents.as_array().unwrap().iter();
        let statements = documents.flat_map(|of| of["Statement"].as_array().unwrap());
        let writes = |of: &&Value| {
            let actions = of["Action"].to_string();
            ["Put", "Update", "Delete"]
                .iter()
                .any(|verb| actions.contains(verb))
        };
        statements.filter(writes).cloned().collect::<Vec<_>>()
    };
    let all = writing(None);
    assert!(
        all.iter().all(|of| of.get("Condition").is_none()),
        "{all:?}"
    );
    assert_eq!(writing(Some(&[])), Vec::<Value>::new());
    let patterns = ["shipping.*", "segment:shipping-*"].map(str::to_owned);
    let some = writing(Some(&patterns));
    let condition = serde_json::json!({
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": patterns},
        "Null": {"dynamodb:LeadingKeys": "false"},
    });
    assert!(!some.is_empty());
    assert!(
        some.iter().all(|of| of["Condition"] == condition),
        "{some:?}"
    );
}

/// The dashboard's metric is the only one that a release writes to.
#[test]
fn releases_are_marked_in_the_namespace_of_the_dashboard_if_there_is_one() {
    let marking = |more: &str| {
        let system = System::parse("frontage.toml", &format!("{DESCRIPTION}{more}")).unwrap();
        let graph = graph(&system);
        let subject = Subject {
            system: &system,
            graph: &graph,
            region: system.region.as_deref(),
            selection: &Selection::Only(BTreeSet::from([StackName::new("team/shipping")])),
            may_flip: None,
        };
        let documents = policy(subject, &[Need::Release]).documents();
        let documents = serde_json::to_value(documents).unwrap();
        let documents = documents.as_array().unwrap().iter();
        let statements = documents.flat_map(|of| of["Statement"].as_array().unwrap());
        let action = |of: &&Value| of["Action"].to_string().contains("PutMetricData");
        statements.filter(action).cloned().collect::<Vec<_>>()
    };
    assert!(marking("").is_empty());
    let expected = serde_json::json!({
        "Effect": "Allow", "Action": ["cloudwatch:PutMetricData"], "Resource": ["*"],
        "Condition": {"StringEquals": {"cloudwatch:namespace": "Frontage"}},
    });
    assert_eq!(marking("[operations]\n"), [expected]);
}

#[test]
fn a_stack_is_applied_with_rights_on_its_own_names() {
    let all = pairs(&statements(&[Need::Apply], &["team/shipping"]));
    let created = all.iter().filter(|(action, _)| action == "s3:CreateBucket");
    let buckets: Vec<_> = created.map(|(_, on)| on.as_str()).collect();
    assert_eq!(buckets, ["arn:aws:s3:::acme-team-shipping-*"]);
    assert!(
        !all.iter()
            .any(|(action, _)| action == "lambda:CreateFunction")
    );
}

/// A wildcard for all resources is for actions that have none.
#[test]
fn actions_on_everything_are_few() {
    let on_all = pairs(&statements(Need::ALL, &[]));
    let on_all = on_all.iter().filter(|(_, on)| on == "*");
    let actions: Vec<_> = on_all.map(|(action, _)| action.as_str()).collect();
    insta::assert_snapshot!(actions.join("\n"));
}

#[test]
fn a_description_without_packages_or_sites_needs_none_for_them() {
    let system = System::parse("frontage.toml", "name = \"acme\"\n").unwrap();
    let graph = graph(&system);
    let subject = Subject {
        system: &system,
        graph: &graph,
        region: None,
        selection: &Selection::All,
        may_flip: None,
    };
    assert!(
        policy(subject, &[Need::Packages, Need::Release])
            .documents()
            .is_empty()
    );
}

/// The documents for one stack of a description, as text.
fn documents(more: &str, stack: &str, need: Need) -> String {
    let head = "name = \"acme\"\nregion = \"eu-west-1\"\naccount = \"111122223333\"\n";
    let system = System::parse("frontage.toml", &format!("{head}{more}")).unwrap();
    let graph = graph(&system);
    let selection = Selection::Only(BTreeSet::from([StackName::new(stack)]));
    let subject = Subject {
        system: &system,
        graph: &graph,
        region: system.region.as_deref(),
        selection: &selection,
        may_flip: None,
    };
    let documents = policy(subject, &[need]).documents();
    serde_json::to_value(documents).unwrap().to_string()
}

/// Whoever plans the stack of a check that was switched off looks for it, and nobody else does.
#[test]
fn what_a_stack_may_have_had_is_read_with_that_stack() {
    let text = "[shell]\n[teams.billing]\n[operations]\n";
    let looks = |stack, need| documents(text, stack, need).contains("route53:ListHealthChecks");
    assert!(looks("operations", Need::Plan) && looks("operations", Need::Apply));
    assert!(!looks("operations", Need::Status));
    assert!(!looks("team/billing", Need::Apply) && !looks("toggles", Need::Plan));
}

/// The alarms on sites are in us-east-1, as are their topic and its subscriptions.
#[test]
fn alarms_in_another_region_are_allowed_there_if_there_are_some() {
    let pairs_of = |region: &str, more: &str, need: Need, stack: &str| {
        let text = format!(
            "name = \"acme\"\nregion = \"{region}\"\naccount = \"111122223333\"\n\
             [alarms]\nemails = [\"ops@example.com\"]\n[shell]\n{more}"
        );
        let system = System::parse("frontage.toml", &text).unwrap();
        let selection = Selection::Only(BTreeSet::from([StackName::new(stack)]));
        let subject = Subject {
            system: &system,
            graph: &graph(&system),
            region: system.region.as_deref(),
            selection: &selection,
            may_flip: None,
        };
        let documents = serde_json::to_value(policy(subject, &[need]).documents()).unwrap();
        let documents = documents.as_array().unwrap().iter();
        let statements = documents.flat_map(|of| of["Statement"].as_array().unwrap().clone());
        pairs(&statements.collect::<Vec<_>>())
    };
    let on = |action: &str, resource: &str| (action.to_owned(), format!("arn:aws:{resource}"));
    let there = [
        on(
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:us-east-1:111122223333:alarm:acme-operations-*",
        ),
        on(
            "sns:CreateTopic",
            "sns:us-east-1:111122223333:acme-operations-*",
        ),
        on(
            "sns:Subscribe",
            "sns:us-east-1:111122223333:acme-operations-*",
        ),
    ];
    let allowed = pairs_of("eu-west-1", "[operations]\n", Need::Apply, "operations");
    assert!(
        there.iter().all(|pair| allowed.contains(pair)),
        "{allowed:#?}"
    );
    let here = on(
        "sns:CreateTopic",
        "sns:eu-west-1:111122223333:acme-operations-*",
    );
    assert!(allowed.contains(&here));
    let seen = pairs_of("eu-west-1", "[operations]\n", Need::Status, "operations");
    assert!(seen.contains(&on(
        "cloudwatch:DescribeAlarms",
        "cloudwatch:us-east-1:111122223333:alarm:*"
    )));
    for (more, stack) in [("", "toggles"), ("[operations]\n", "toggles")] {
        let others = pairs_of("eu-west-1", more, Need::Apply, stack);
        let elsewhere = |(_, on): &(String, String)| {
            on.contains("cloudwatch:us-east-1") || on.contains("sns:us-east-1")
        };
        assert!(!others.iter().any(elsewhere), "{others:#?}");
    }
}

/// Who answers for a team's pipeline can answer for no other.
#[test]
fn the_runs_of_a_pipeline_are_its_teams() {
    let text = "[shell]\n[teams.billing]\n[teams.shipping.pipeline]\nsource = \"codecommit\"\n";
    let documents = |stack, need| documents(text, stack, need);
    let arn = "arn:aws:codepipeline:eu-west-1:111122223333:acme-ci-shipping-*";
    let allowed = documents("ci/shipping", Need::Pipeline);
    assert!(allowed.contains(arn), "{allowed}");
    assert_eq!(documents("team/billing", Need::Pipeline), "[]");
    // The status looks at the runs of what is selected, and answers for none.
    let runs = "codepipeline:ListPipelineExecutions";
    let status = documents("ci/shipping", Need::Status);
    assert!(status.contains(runs) && !status.contains("codepipeline:PutApprovalResult"));
    assert!(!documents("team/billing", Need::Status).contains(runs));
}
