//! The policies that `frontage policy` prints, enforced: a command works under its own, and fails
//! without any of its actions.
//!
//! MiniStack with `AUTH=true` checks each call against the caller's policies, and against the ARNs that
//! it derives from the call. Where it derives none, it checks for `*`, which no ARN in a policy matches
//! ([`NO_ARN`]); what it does not check is in [`UNCHECKED`].

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::OnceLock;

use aws_sdk_dynamodb::types::AttributeValue;
use local::{MiniStack, MiniStackOptions};
use serde_json::{Value, json};

use crate::support::cli::{Ended, Project, Running};
use crate::support::proxy::Proxy;
use crate::support::{World, start};

/// A shell with one team.
const SITES: &str = "[shell]\n[toggles.may_flip]\noperators = [\"*\"]\n[teams.billing]\n";

/// What the emulator checks for `*` though AWS has ARNs.
const NO_ARN: &[&str] = &[
    // The names are in CBOR, which it does not read, or in a list.
    "cloudwatch:",
    // It derives the ARNs of distributions alone.
    "cloudfront:",
    // It looks for a parameter that these do not have.
    "cognito-idp:ListTagsForResource",
    "cognito-idp:TagResource",
    "cognito-idp:UntagResource",
    "dynamodb:ListTagsOfResource",
    "dynamodb:TagResource",
    "dynamodb:UntagResource",
    // It names the default bus in the ARNs of its rules, which AWS leaves out.
    "events:",
    "lambda:CreateFunction",
    "logs:PutLogGroupDeletionProtection",
    // It derives no ARN of a group.
    "scheduler:",
    "sns:ListTagsForResource",
    "sns:TagResource",
    "sns:UntagResource",
];

/// It checks for an action of the operation's name, which IAM does not have.
const CREATE_WITH_TAGS: &str = "cloudfront:CreateDistributionWithTags";

/// A project on an emulator that enforces IAM, whose description names the account.
fn strict(more: &str) -> Project {
    static STRICT: OnceLock<(MiniStack, Proxy)> = OnceLock::new();
    let (emulator, proxy) = STRICT.get_or_init(|| {
        let emulator = start(&MiniStackOptions {
            auth: true,
            ..MiniStackOptions::default()
        });
        let proxy = Proxy::over_tls(&emulator.endpoint());
        (emulator, proxy)
    });
    let world = World {
        endpoint: proxy.endpoint(),
        ..World::on(emulator)
    };
    let account = format!("account = \"{}\"\n", world.account_id);
    Project::in_world(world, &(account + more))
}

/// The keys of a user.
#[derive(Clone, Debug)]
struct User {
    id: String,
    secret: String,
}

impl User {
    /// A user that has these documents as managed policies, and nothing else.
    async fn with(project: &Project, name: &str, documents: &[Value]) -> Self {
        let iam = aws_sdk_iam::Client::new(&project.world.config());
        let created = iam.create_user().user_name(name).send().await;
        created.expect("the user");
        for (at, document) in documents.iter().enumerate() {
            let policy = iam.create_policy().policy_name(format!("{name}-{at}"));
            let policy = policy.policy_document(document.to_string()).send().await;
            let policy = policy.expect("the policy").policy.expect("its ARN");
            let attach = iam.attach_user_policy().user_name(name);
            let attach = attach.set_policy_arn(policy.arn).send().await;
            attach.expect("attached");
        }
        let key = iam.create_access_key().user_name(name).send().await;
        let key = key.expect("keys").access_key.expect("keys");
        Self {
            id: key.access_key_id,
            secret: key.secret_access_key,
        }
    }

    /// The program with this user's keys.
    fn command(&self, project: &Project, arguments: &[&str]) -> Command {
        let mut command = project.command(arguments);
        command
            .env("AWS_ACCESS_KEY_ID", &self.id)
            .env("AWS_SECRET_ACCESS_KEY", &self.secret);
        command
    }

    /// Runs the program with this user's keys.
    fn runs(&self, project: &Project, arguments: &[&str]) -> Ended {
        let output = self.command(project, arguments).output();
        output.expect("the program runs").into()
    }

    fn ok(&self, project: &Project, arguments: &[&str]) -> Ended {
        let ended = self.runs(project, arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
        ended
    }
}

/// The system as a team's own repository knows it.
const BY_NAME: &[&str] = &["--system", "acme", "--region", "eu-west-1"];

/// What the program prints, made without credentials and without a network.
fn printed(project: &Project, of: &[&str]) -> Vec<Value> {
    let arguments = [&["policy"], of, &["--format", "json"]].concat();
    let mut command = project.command(&arguments);
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let ended: Ended = command.output().expect("the program runs").into();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let documents: Vec<Value> = serde_json::from_value(ended.json()).expect("documents");
    for document in &documents {
        assert!(document.to_string().chars().count() <= 6_144);
    }
    documents
}

/// The actions of documents.
fn actions(documents: &[Value]) -> BTreeSet<String> {
    let statements = documents
        .iter()
        .flat_map(|of| of["Statement"].as_array().expect("statements"));
    let actions = statements.flat_map(|of| of["Action"].as_array().expect("actions"));
    actions
        .map(|action| action.as_str().expect("a name").to_owned())
        .collect()
}

/// The documents for the emulator: with those actions on everything for which it derives no ARN.
fn adapted(mut documents: Vec<Value>) -> Vec<Value> {
    let actions = actions(&documents);
    let mut without: Vec<&str> = actions.iter().map(String::as_str).collect();
    without.retain(|action| NO_ARN.iter().any(|of| action.starts_with(of)));
    if without.contains(&"cloudfront:CreateDistribution") {
        without.push(CREATE_WITH_TAGS);
    }
    if !without.is_empty() {
        let statement = json!({"Effect": "Allow", "Action": without, "Resource": "*"});
        documents.push(json!({"Version": "2012-10-17", "Statement": [statement]}));
    }
    documents
}

/// The documents without an action.
fn without(documents: &[Value], action: &str) -> Vec<Value> {
    let mut documents = documents.to_vec();
    for document in &mut documents {
        let statements = document["Statement"].as_array_mut().expect("statements");
        for statement in statements.iter_mut() {
            let actions = statement["Action"].as_array_mut().expect("actions");
            actions.retain(|one| one != action);
        }
        statements.retain(|statement| statement["Action"] != json!([]));
    }
    documents.retain(|document| document["Statement"] != json!([]));
    documents
}

async fn user(project: &Project, name: &str, of: &[&str]) -> User {
    User::with(project, name, &adapted(printed(project, of))).await
}

/// The whole life of a system, each command under its own policy alone.
#[tokio::test(flavor = "multi_thread")]
async fn each_command_works_under_its_own_policy() {
    let project = strict(SITES);
    let planner = user(&project, "planner", &["plan"]).await;
    let applier = user(&project, "applier", &["apply"]).await;
    let destroyer = user(&project, "destroyer", &["destroy"]).await;
    let reader = user(&project, "reader", &["history"]).await;
    planner.ok(&project, &["plan"]);
    applier.ok(&project, &["apply", "--yes"]);
    let next = planner.runs(&project, &["plan", "--detailed-exitcode"]);
    assert_eq!(next.code, Some(0), "{next:#?}");
    planner.ok(&project, &["outputs"]);
    let looker = user(&project, "looker", &["status"]).await;
    let status = looker.ok(&project, &["status", "--detailed-exitcode"]);
    assert!(!status.stdout.contains("not allowed"), "{status:#?}");
    let nobody = User::with(&project, "nobody", &[]).await;
    let status = nobody.ok(&project, &["status"]);
    assert!(status.stdout.contains("not allowed to look"), "{status:#?}");
    let history = reader.ok(&project, &["history"]);
    assert!(history.stdout.contains("apply"), "{history:#?}");
    // What is applied again has changed: in place, replaced, deleted.
    project.describe(&format!(
        "account = \"{}\"\n[functions]\nmemory_mb = 256\n[toggles]\n[shell]\ntitle = \"Acme\"\n",
        project.world.account_id
    ));
    applier.ok(&project, &["apply", "--yes"]);
    destroyer.ok(&project, &["destroy", "--yes", "--delete-data"]);
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The alarm on the budget, its topic and its subscription are in us-east-1.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_another_region_is_under_the_same_policies() {
    let project = strict("[alarms]\nemails = [\"ops@example.com\"]\n[operations]\nbudget = 100\n");
    let applier = user(&project, "applier", &["apply"]).await;
    let planner = user(&project, "planner", &["plan"]).await;
    let looker = user(&project, "looker", &["status"]).await;
    let destroyer = user(&project, "destroyer", &["destroy"]).await;
    applier.ok(&project, &["apply", "--yes"]);
    planner.ok(&project, &["plan", "--detailed-exitcode"]);
    let status = looker.ok(&project, &["status", "--detailed-exitcode"]);
    assert!(!status.stdout.contains("not allowed"), "{status:#?}");
    destroyer.ok(&project, &["destroy", "--yes", "--delete-data"]);
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_switches_toggles_and_plans() {
    let project = strict("");
    project.apply();
    let operator = user(&project, "operator", &["--role", "operator"]).await;
    operator.ok(&project, &["toggles", "set", "1", "on", "--wait"]);
    operator.ok(&project, &["toggles", "set", "1", "off"]);
    operator.ok(&project, &["toggles", "get", "1"]);
    operator.ok(&project, &["toggles", "list"]);
    operator.ok(&project, &["toggles", "resend"]);
    operator.ok(&project, &["toggles", "delete", "1"]);
    operator.ok(&project, &["plan", "--detailed-exitcode"]);
    operator.ok(&project, &["history"]);
    let refused = operator.runs(&project, &["destroy", "--yes", "--delete-data"]);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    project.destroy();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_for_toggles_work_under_their_own_policy() {
    let project = strict("id = \"0a1b2c3d\"\n");
    project.apply();
    let toggles = user(&project, "toggles", &["toggles"]).await;
    let owned = ["--attribute", "owner=web"];
    toggles.ok(
        &project,
        &[&["toggles", "set", "1", "on"][..], &owned].concat(),
    );
    toggles.ok(&project, &["toggles", "unset", "1", "owner", "--wait"]);
    let mut watch = Running::new(toggles.command(&project, &["toggles", "watch"]));
    assert_eq!(watch.line(), "1  on   1");
    watch.interrupt();
    assert_eq!(watch.end().code, Some(0));
    toggles.ok(&project, &["toggles", "delete", "1"]);
    toggles.ok(&project, &[&["toggles", "list"][..], BY_NAME].concat());
    // A toggle is put, and then updated.
    let set = ["toggles", "set", "2", "on"];
    fails_without(&project, &set, &["dynamodb:PutItem"]).await;
    toggles.ok(&project, &set);
    let set = ["toggles", "set", "2", "off"];
    fails_without(&project, &set, &["dynamodb:UpdateItem"]).await;
    project.destroy();
}

/// The emulator knows no condition on keys, so it is looked at here, and not tried.
#[test]
fn a_group_flips_its_own_toggles_alone() {
    let described = "[shell]\n[identity]\ngroups = [\"shipping\"]\n[toggles.may_flip]\n\
        shipping = [\"shipping.*\"]\n";
    let project = Project::described(described);
    let documents = printed(&project, &["toggles", "--may-flip", "shipping"]);
    let statements = documents[0]["Statement"].as_array().expect("statements");
    let writes = |of: &&Value| of["Action"].to_string().contains("dynamodb:PutItem");
    let keys = json!({"dynamodb:LeadingKeys": ["shipping.*"]});
    let conditions: Vec<_> = statements
        .iter()
        .filter(writes)
        .map(|of| of["Condition"]["ForAllValues:StringLike"].clone())
        .collect();
    assert_eq!(conditions, [keys]);
    let unknown = project.fails(&["policy", "toggles", "--may-flip", "billing"]);
    let help = "there is no group `billing` in [toggles.may_flip]";
    assert!(unknown.stderr.contains(help), "{unknown:#?}");
    let senseless = project.fails(&["policy", "plan", "--may-flip", "shipping"]);
    let told = "--may-flip is for policies";
    assert!(senseless.stderr.contains(told), "{senseless:#?}");
}

/// A table that has lost its tags, and a lease whose run is gone.
#[tokio::test(flavor = "multi_thread")]
async fn what_went_wrong_is_put_right_under_a_policy_of_its_own() {
    let project = strict("");
    project.apply();
    let world = &project.world;
    let tables = aws_sdk_dynamodb::Client::new(&world.config());
    let arn = format!(
        "arn:aws:dynamodb:{}:{}:table/{}",
        world.region,
        world.account_id,
        world.name("toggles-table")
    );
    let keys = ["system", "id", "address", "fingerprint"].map(|key| format!("frontage:{key}"));
    let untag = tables.untag_resource().resource_arn(arn);
    let untagged = untag.set_tag_keys(Some(keys.to_vec())).send().await;
    untagged.expect("untagged");
    let adopter = user(&project, "adopter", &["adopt"]).await;
    adopter.ok(&project, &["adopt", "toggles/toggles-table", "--yes"]);
    project.assert_nothing_to_do();

    let text = |text: &str| AttributeValue::S(text.to_owned());
    let held = tables
        .update_item()
        .table_name(format!("{}-control", world.system))
        .key("kind", text("lease"))
        .key("name", text("toggles"))
        .update_expression("SET #run = :run")
        .expression_attribute_names("#run", "run")
        .expression_attribute_values(":run", text("0123456789abcdef"));
    held.send().await.expect("it is held");
    let unlock = ["unlock", "--yes"];
    fails_without(&project, &unlock, &["dynamodb:UpdateItem"]).await;
    let unlocker = user(&project, "unlocker", &["unlock"]).await;
    let unlocked = unlocker.ok(&project, &unlock);
    assert_eq!(unlocked.stdout, "unlocked: toggles\n");
    project.destroy();
}

/// A platform engineer's role is for all commands: here applying, releasing and destroying.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_engineer_applies_and_releases() {
    let project = strict(SITES);
    let engineer = user(&project, "engineer", &["--role", "platform-engineer"]).await;
    engineer.ok(&project, &["apply", "--yes"]);
    let first = build(&project, "first");
    engineer.ok(
        &project,
        &["release", "publish", "billing", "--dir", &first],
    );
    engineer.ok(&project, &["toggles", "set", "1", "on"]);
    engineer.ok(&project, &["plan", "--detailed-exitcode"]);
    engineer.ok(&project, &["destroy", "--yes", "--delete-data"]);
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Releases need the rights of `release`, each of them.
#[tokio::test(flavor = "multi_thread")]
async fn releases_are_published_and_rolled_back_under_their_own_policy() {
    let project = strict(SITES);
    project.apply_only(&["edge", "team/billing"]);
    let builds = ["first", "second"].map(|name| build(&project, name));
    let publish = |build| ["release", "publish", "billing", "--dir", build];
    fails_without(&project, &publish(&builds[0]), &["s3:PutObject"]).await;
    let releaser = user(&project, "releaser", &["release"]).await;
    let version = |run: &[&str]| {
        let run = [run, &["--format", "json"]].concat();
        releaser.ok(&project, &run).json()["version"].clone()
    };
    let [first, second] = [0, 1].map(|at| version(&publish(&builds[at])));
    assert_ne!(first, second);
    assert_eq!(version(&["release", "rollback", "billing"]), first);
    releaser.ok(&project, &["release", "list", "billing"]);
    project.destroy();
}

/// A build of a team in a directory of its own.
fn build(project: &Project, name: &str) -> String {
    let directory = project.path().join(name);
    std::fs::create_dir_all(directory.join("assets")).expect("a directory");
    let entry = "assets/main-B7fx2Qab.js";
    std::fs::write(directory.join(entry), "export default {}").expect("written");
    let description = json!({"entry": entry, "version": "1.0.0", "extras": {"name": name}});
    let description = description.to_string();
    std::fs::write(directory.join("frontage.json"), description).expect("written");
    directory.display().to_string()
}

/// A team's pipeline publishes to its own stack, and to no other.
#[tokio::test(flavor = "multi_thread")]
async fn a_teams_pipeline_releases_its_own_application() {
    let project = strict("[shell]\n[teams.billing]\n[teams.shipping]\n");
    let root = local::workspace_root().expect("the tests run in a source tree");
    std::os::unix::fs::symlink(root.join("assets"), project.path().join("assets")).expect("linked");
    let stacks = ["edge", "team/billing", "team/shipping"];
    let stacks = stacks.iter().flat_map(|stack| ["--stack", *stack]);
    let apply: Vec<_> = ["apply", "--yes"].into_iter().chain(stacks).collect();
    project.ok(&apply);
    let of = ["--role", "team-pipeline", "--stack", "team/billing"];
    let pipeline = user(&project, "pipeline", &of).await;
    pipeline.ok(&project, &["release", "publish", "billing"]);
    pipeline.ok(&project, &["release", "list", "billing"]);
    let list = ["release", "list", "billing"];
    pipeline.ok(&project, &[&list, BY_NAME].concat());
    let dist = project.path().join("assets/billing/dist");
    let dist = dist.to_str().expect("a path");
    pipeline.ok(&project, &["release", "publish", "billing", "--dir", dist]);
    let seen = tempfile::tempdir().expect("a directory");
    let repository = super::pipeline::quick(seen.path());
    repository.push("main");
    let source = repository.bare();
    let run = ["pipeline", "run", "billing", "--source", &source];
    pipeline.ok(&project, &[&run, BY_NAME].concat());
    let refused = pipeline.runs(&project, &["release", "publish", "shipping"]);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    assert!(refused.stderr.contains("s3:"), "{refused:#?}");
    project.destroy();
}

/// The role that a CI service assumes runs each step, and publishes to its team's site alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_pipelines_role_runs_its_steps_and_no_others() {
    let described = "[shell]\n[teams.shipping]\n[teams.billing.pipeline]\npreviews = true\n\
                     source = \"github-actions\"\nrepository = \"acme/billing\"\n";
    let project = strict(described);
    let stacks = ["edge", "team/billing", "team/shipping", "ci/billing"];
    let stacks: Vec<_> = stacks.iter().flat_map(|of| ["--stack", of]).collect();
    project.ok(&[&["apply", "--yes"], &stacks[..]].concat());
    project.ok(&[&["plan", "--detailed-exitcode"], &stacks[..]].concat());
    let world = &project.world;
    let builder = with_rights_of_role(&project, "make").await;
    let shower = with_rights_of_role(&project, "show").await;

    let seen = tempfile::tempdir().expect("a directory");
    let repository = super::pipeline::quick(seen.path());
    repository.push("main");
    let source = repository.bare();
    builder.ok(
        &project,
        &["pipeline", "run", "billing", "--source", &source],
    );
    builder.ok(&project, &["release", "list", "billing"]);
    // Of a pull request: a preview, and nothing that others see.
    let preview = ["--source", &source, "--preview", "pr-1"];
    shower.ok(
        &project,
        &[&["pipeline", "run", "billing"], &preview[..]].concat(),
    );
    let released = build(&project, "released");
    for publish in [
        &["release", "publish", "billing", "--dir", &released][..],
        &["release", "rollback", "billing"],
        &[
            "release",
            "publish",
            "shipping",
            "--dir",
            &released,
            "--preview",
            "pr-1",
        ],
    ] {
        let refused = shower.runs(&project, publish);
        assert_eq!(refused.code, Some(1), "{publish:?}: {refused:#?}");
    }
    let other = build(&project, "other");
    for application in ["shipping", "shell"] {
        let publish = ["release", "publish", application, "--dir", &other];
        let refused = builder.runs(&project, &publish);
        assert_eq!(refused.code, Some(1), "{refused:#?}");
    }
    let shipping = builder.runs(
        &project,
        &["release", "publish", "shipping", "--dir", &other],
    );
    // It can read the team's bucket, as each plan does, but none of its objects.
    assert!(shipping.stderr.contains("s3:GetObject"), "{shipping:#?}");
    let applied = builder.runs(&project, &["apply", "--yes", "--stack", "team/billing"]);
    assert_eq!(applied.code, Some(1), "{applied:#?}");
    project.destroy();
    assert_eq!(world.listing().await, Vec::<String>::new());
}

/// A user with the rights of a role of billing's pipeline.
async fn with_rights_of_role(project: &Project, name: &str) -> User {
    let world = &project.world;
    let role = format!("{}-ci-billing-{name}-{}", world.system, world.region);
    let iam = aws_sdk_iam::Client::new(&world.config());
    let policy = iam
        .get_role_policy()
        .role_name(role)
        .policy_name("pipeline");
    let policy = policy.send().await.expect("the policy");
    let document = super::least_privilege::decoded(policy.policy_document());
    let mut document: Value = serde_json::from_str(&document).expect("JSON");
    for statement in document["Statement"].as_array_mut().expect("statements") {
        // The emulator does not know which writes are conditional.
        if statement["Condition"]["Null"]["s3:if-none-match"].is_array() {
            statement.as_object_mut().expect("one").remove("Condition");
        }
    }
    User::with(project, name, &adapted(vec![document])).await
}

/// What a plan with nothing to do can lack on the emulator.
const UNCHECKED: &[&str] = &[
    // It does not check calls whose names are in CBOR.
    "cloudwatch:DescribeAlarms",
    // The index shows tags; they are read as soon as anything differs.
    "cloudwatch:ListTagsForResource",
    "cognito-idp:ListTagsForResource",
    "dynamodb:ListTagsOfResource",
    "lambda:ListTags",
    "logs:ListTagsForResource",
    "sqs:ListQueueTags",
    // Either the index or the services' lists are read.
    "cognito-idp:ListUserPools",
    "dynamodb:ListTables",
    "lambda:ListFunctions",
    "tag:GetResources",
    // Counts of what a plan would delete.
    "cognito-idp:ListUsersInGroup",
    "dynamodb:Scan",
    // The name's binding, whose id the tags have too.
    "dynamodb:GetItem",
    // Of certificates, dashboards, records, health checks, identity providers and subscriptions, of which this system
    // has none.
    "acm:DescribeCertificate",
    "acm:ListTagsForCertificate",
    "cloudwatch:GetDashboard",
    "cloudwatch:ListDashboards",
    "cognito-idp:DescribeIdentityProvider",
    "iam:GetOpenIDConnectProvider",
    "iam:ListOpenIDConnectProviders",
    "route53:GetHostedZone",
    "route53:ListResourceRecordSets",
    "route53:ListTagsForResource",
    "sns:GetSubscriptionAttributes",
    // Of a bucket that is missing, a table with a key of AWS's, a queue with a name of others.
    "kms:DescribeKey",
    "s3:ListBucket",
    "sqs:GetQueueUrl",
];

/// What fails if `plan` lacks an action, of these or of all.
async fn plans_without(project: &Project, only: &[&str]) {
    let documents = adapted(printed(project, &["plan"]));
    let mut passed = Vec::new();
    for (at, action) in actions(&documents).iter().enumerate() {
        let chosen = only.is_empty() || only.contains(&action.as_str());
        if !chosen || UNCHECKED.contains(&action.as_str()) {
            continue;
        }
        let name = format!("without-{at}");
        let user = User::with(project, &name, &without(&documents, action)).await;
        let ended = user.runs(project, &["plan", "--detailed-exitcode"]);
        if ended.code == Some(0) && !ended.stdout.contains("not looked at") {
            passed.push(action.clone());
        }
    }
    assert_eq!(passed, Vec::<String>::new(), "each is needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_one_of_its_actions_a_plan_fails() {
    let project = strict("");
    project.apply();
    let sample = [
        "apigateway:GET",
        "dynamodb:DescribeTable",
        "iam:ListRoles",
        "lambda:GetFunction",
        "sqs:GetQueueAttributes",
    ];
    plans_without(&project, &sample).await;
    project.destroy();
}

/// A run that lacks an action fails, and names it.
async fn fails_without(project: &Project, run: &[&str], actions: &[&str]) {
    for action in actions {
        let documents = adapted(printed(project, &run[..1]));
        let name = format!("{}-without-{}", run[0], action.replace(':', "-"));
        let user = User::with(project, &name, &without(&documents, action)).await;
        let ended = user.runs(project, run);
        assert_eq!(ended.code, Some(1), "{action}: {ended:#?}");
        assert!(ended.stderr.contains(action), "{action}: {ended:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_one_of_its_actions_a_run_fails() {
    let project = strict("");
    let creating = [
        "dynamodb:CreateTable",
        "iam:CreateRole",
        "lambda:CreateFunction",
    ];
    fails_without(&project, &["apply", "--yes"], &creating).await;
    project.apply();
    // One alone: what else there is to delete is deleted in that run.
    let destroy = ["destroy", "--yes", "--delete-data"];
    fails_without(&project, &destroy, &["sqs:DeleteQueue"]).await;
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "some fifty plans: minutes"]
async fn without_any_of_its_actions_a_plan_fails() {
    let project = strict(SITES);
    project.apply();
    plans_without(&project, &[]).await;
    project.destroy();
}

const APPLY: &[&str] = &["apply", "--yes"];
const DESTROY: &[&str] = &["destroy", "--yes", "--delete-data"];

/// A run without an action: it fails and names the action, or it did not need it. The next run with all of
/// them finishes. The rules of AWS that emulators lack know each key apart, so no run has the account's own.
async fn runs_without(run: &[&str], action: &str) -> bool {
    let project = strict(SITES);
    let applier = user(&project, "applier", &["apply"]).await;
    let destroyer = user(&project, "destroyer", &["destroy"]).await;
    let applies = run[0] == "apply";
    if !applies {
        applier.ok(&project, APPLY);
    }
    let documents = adapted(printed(&project, &run[..1]));
    let lacking = User::with(&project, "lacking", &without(&documents, action)).await;
    let ended = lacking.runs(&project, run);
    let needed = ended.code != Some(0);
    if needed {
        assert_eq!(ended.code, Some(1), "{action}: {ended:#?}");
        assert!(ended.stderr.contains(action), "{action}: {ended:#?}");
    }
    if applies {
        applier.ok(&project, run);
        project.assert_nothing_to_do();
    }
    destroyer.ok(&project, DESTROY);
    let left = project.world.listing().await;
    assert_eq!(left, Vec::<String>::new(), "{action}");
    needed
}

async fn each_action_dropped(run: &[&str]) {
    let actions = actions(&printed(&strict(SITES), &run[..1]));
    let mut needed = 0;
    for action in &actions {
        let is_needed = runs_without(run, action).await;
        eprintln!("{} without {action}: needed: {is_needed}", run[0]);
        needed += usize::from(is_needed);
    }
    let all = actions.len();
    eprintln!("{}: {needed} of {all} are needed", run[0]);
    assert!(needed > all / 4, "{needed} of {all}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "some hundred systems: long; a sample always runs"]
async fn without_any_of_its_actions_an_apply_fails_and_the_next_finishes() {
    each_action_dropped(APPLY).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "some hundred systems: long; a sample always runs"]
async fn without_any_of_its_actions_a_destroy_fails_and_the_next_finishes() {
    each_action_dropped(DESTROY).await;
}
