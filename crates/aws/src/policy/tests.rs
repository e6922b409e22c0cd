//! The declarations compared with the code beside them, and with what IAM knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use model::StackName;

use super::*;
use crate::account::actions::operations;

/// Which ARNs an action acts on, and whether it changes nothing.
struct Known {
    reads: bool,
    arns: Vec<&'static str>,
}

fn known() -> BTreeMap<&'static str, Known> {
    let lines = include_str!("iam-resources.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    let known = lines.map(|line| {
        let mut words = line.split(' ');
        let action = words.next().unwrap();
        let reads = ["Read", "List"].contains(&words.next().unwrap());
        let arns = words.collect();
        (action, Known { reads, arns })
    });
    known.collect()
}

/// Tags of functions of the edge are newer than the reference.
const ALSO: (&str, &str) = ("cloudfront:", "cloudfront::x:function/x");

fn every_declaration() -> Vec<(&'static str, Vec<Calls>)> {
    let drivers = crate::declared().into_iter().map(|declared| {
        let calls = declared.calls.iter().flat_map(|calls| calls.to_vec());
        (declared.resource_type.name, calls.collect())
    });
    let others = [
        ("history", HISTORY),
        ("leases", LEASES),
        ("other names", OTHER_NAMES),
        ("unlocking", UNLOCKING),
        ("index", INDEX),
    ];
    drivers
        .chain(others.map(|(name, calls)| (name, calls.to_vec())))
        .collect()
}

#[test]
fn declared_calls_act_on_what_iam_knows() {
    let known = known();
    let mut used = BTreeSet::from([PASS_ROLE]);
    for (of, declared) in every_declaration() {
        for calls in &declared {
            let on = calls.on.replace("{path}", "/");
            let on = ["{region}", "{account}", "{name}", "{stack}", "{system}"]
                .iter()
                .fold(on, |on, part| on.replace(part, "x"));
            for operation in calls.operations {
                let action = iam_actions(operation)[0];
                used.insert(action);
                let known = &known.get(action).unwrap_or_else(|| panic!("{action}"));
                let fits = known.arns.iter().any(|arn| document::covers(arn, &on));
                let also = action.starts_with(ALSO.0) && on == ALSO.1;
                let any = (on == "*") == (known.arns == ["*"]);
                assert!(any && (fits || also), "{of}: {action} on {on}");
                let reading = calls.purposes.iter();
                let mut reading = reading.filter(|of| **of <= Purpose::ReadFaster);
                assert!(known.reads || reading.next().is_none(), "{of}: {action}");
            }
        }
    }
    let actions = every_declaration();
    let actions = actions.iter().flat_map(|(_, calls)| calls);
    let further = actions.flat_map(|calls| calls.operations.iter().flat_map(|of| iam_actions(of)));
    used.extend(further);
    let of_drivers = |action: &&str| !action.starts_with("codeartifact:GetAuth");
    let left: Vec<_> = known
        .keys()
        .filter(|action| of_drivers(action) && !used.contains(**action))
        .filter(|action| !OF_COMMANDS.contains(*action))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// What no driver calls: toggles.
const OF_COMMANDS: &[&str] = &["dynamodb:GetItem"];

/// What a creation needs beyond the action of its name is declared with the ARN of what is made.
#[test]
fn further_actions_are_declared_where_the_first_has_no_resource() {
    for (of, declared) in every_declaration() {
        let with = |purpose: Purpose, action: &str| {
            declared.iter().any(|calls| {
                let operations = calls.operations.iter();
                calls.purposes.contains(&purpose)
                    && operations.clone().any(|one| iam_actions(one)[0] == action)
            })
        };
        for calls in declared.iter().filter(|calls| calls.on == "*") {
            for operation in calls.operations {
                for action in iam_actions(operation).into_iter().skip(1) {
                    let purposes = calls.purposes.iter();
                    assert!(
                        purposes.clone().all(|purpose| with(*purpose, action)),
                        "{of}: {operation} needs {action}"
                    );
                }
            }
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "tests" {
            sources(&path, found);
        } else if path.extension().is_some_and(|of| of == "rs")
            && !["tests.rs", "testing.rs", "fake.rs"].contains(&name)
        {
            found.push(path);
        }
    }
}

/// The operations in a folder's declaration, and those in its other sources.
fn in_folder(folder: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut files = Vec::new();
    sources(folder, &mut files);
    let (mut declared, mut called) = (BTreeSet::new(), BTreeSet::new());
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        let is_declaration = file.file_name().unwrap() == "calls.rs";
        let found = operations(&source).map(str::to_owned);
        if is_declaration {
            declared.extend(found);
        } else {
            called.extend(found);
        }
    }
    (declared, called)
}

/// A declaration contains what the sources beside it call, and what it contains is called there or in
/// what the types of a service share.
#[test]
fn declarations_are_those_of_the_code_beside_them() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut compared = 0;
    for service in fs::read_dir(&package).unwrap() {
        let service = service.unwrap().path();
        // Account and kit have no declarations: what they call is that of all.
        let skipped = ["account", "kit", "policy"];
        if !service.is_dir() || skipped.contains(&service.file_name().unwrap().to_str().unwrap()) {
            continue;
        }
        let (declared, called) = in_folder(&service);
        assert_eq!(declared, called, "{}", service.display());
        for folder in fs::read_dir(&service).unwrap() {
            let folder = folder.unwrap().path();
            if folder.join("calls.rs").is_file() {
                let (declared, called) = in_folder(&folder);
                let missing: Vec<_> = called.difference(&declared).collect();
                assert!(missing.is_empty(), "{}: {missing:?}", folder.display());
                compared += 1;
            }
        }
    }
    assert_eq!(compared, model::types::ALL.len());
    let root = package.join("../../..");
    for part in ["packages", "pipeline", "release", "toggles"] {
        let (declared, mut called) = in_folder(&root.join("src").join(part));
        if part == "toggles" {
            let (_, tables) = in_folder(&root.join("lambda-src/toggle-table/src"));
            called.extend(tables);
        }
        assert_eq!(declared, called, "{part}");
    }
}

fn names() -> Names {
    Names {
        system: "acme".to_owned(),
        region: Some("eu-west-1".to_owned()),
        account: None,
        role_path: "/".to_owned(),
    }
}

#[test]
fn names_are_of_the_stacks_that_are_written_to() {
    let stack = StackName::new("team/shipping");
    let only = Selection::Only(BTreeSet::from([stack]));
    let arns = |on, selection| names().arns(on, selection).into_iter().next().unwrap();
    let table = "dynamodb:{region}:{account}:table/{name}";
    assert_eq!(
        arns(table, &only),
        "arn:aws:dynamodb:eu-west-1:*:table/acme-team-shipping-*"
    );
    assert_eq!(
        arns(table, &Selection::All),
        "arn:aws:dynamodb:eu-west-1:*:table/acme-*"
    );
    assert_eq!(
        arns("codeartifact:{region}:{account}:domain/{stack}", &only),
        "arn:aws:codeartifact:eu-west-1:*:domain/acme-team-shipping"
    );
    assert_eq!(
        arns(
            "codeartifact:{region}:{account}:package-group/{stack}*",
            &Selection::All
        ),
        "arn:aws:codeartifact:eu-west-1:*:package-group/acme-*"
    );
    assert_eq!(arns("*", &only), "*");
}

#[test]
fn a_role_is_passed_to_the_service_of_the_call_alone() {
    let mut policy = Policy::new(names());
    let on = "lambda:{region}:{account}:function:{name}";
    let create = Calls::to(&[Purpose::Create], on, &["lambda:CreateFunction"]);
    policy.allow(&[create], &[Purpose::Create], &Selection::All);
    let documents = serde_json::to_value(policy.documents()).unwrap();
    let statement = serde_json::json!({
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": ["arn:aws:iam::*:role/acme-*"],
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    });
    assert_eq!(documents[0]["Statement"][0], statement);
}

/// AWS assigns a connection's id, and its ARN has the prefix of the service's old or new name.
#[test]
fn a_pipeline_is_passed_any_connection_under_both_names() {
    let mut policy = Policy::new(names());
    let on = "codepipeline:{region}:{account}:{name}";
    let change = Calls::to(&[Purpose::Change], on, &["codepipeline:UpdatePipeline"]);
    policy.allow(&[change], &[Purpose::Change], &Selection::All);
    let documents = serde_json::to_string(&policy.documents()).unwrap();
    for service in ["codeconnections", "codestar-connections"] {
        let connections = format!("arn:aws:{service}:eu-west-1:*:connection/*");
        assert!(documents.contains(&connections), "{documents}");
    }
    assert!(
        documents.contains("codepipeline.amazonaws.com"),
        "{documents}"
    );
}
