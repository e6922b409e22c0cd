//! The packages that teams share: their repositories, and endpoints that do not support them.

use aws_sdk_codeartifact::Client;
use aws_sdk_codeartifact::types::{
    PackageGroupOriginRestrictionMode as Mode, PackageGroupOriginRestrictionType as Origin,
};
use serde_json::Value;

use crate::support::World;
use crate::support::cli::{Ended, Project};

const DESCRIBED: &str = "[packages]\n";

fn client(project: &Project) -> Client {
    Client::new(&project.world.config_of("codeartifact"))
}

fn domain(project: &Project) -> String {
    format!("{}-packages", project.world.system)
}

/// The packages of a scope, as CodeArtifact writes them.
fn pattern(scope: &str) -> String {
    format!("/npm/{scope}/*")
}

/// The actions of a plan, one per line: `update packages/npm: Upstreams`.
fn steps(plan: &Value) -> Vec<String> {
    let resources = plan["resources"].as_array().expect("resources").iter();
    let changes = |of: &Value| {
        let paths = of["changes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|change| change["path"].as_str());
        paths.collect::<Vec<_>>().join(", ")
    };
    let line = |of: &Value| {
        let (action, address) = (
            of["action"].as_str().unwrap_or("?"),
            of["address"].as_str().unwrap_or("?"),
        );
        format!("{action} {address}: {}", changes(of))
    };
    resources
        .map(|of| line(of).trim_end_matches(": ").to_owned())
        .collect()
}

/// One run on two emulators, by the endpoint that the SDK accepts for one service.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one table of cases, in order")]
async fn made_changed_repaired_and_taken_away() {
    let Some(world) = World::with_developer_tools() else {
        return;
    };
    let project = Project::in_world(world, DESCRIBED);
    let (client, domain) = (client(&project), domain(&project));
    project.apply();
    let listing = project.world.listing().await;
    let packages: Vec<_> = listing
        .iter()
        .filter(|line| line.starts_with("package "))
        .collect();
    let expected = [
        format!("package domain {domain}"),
        format!("package group {domain}{}", pattern(&project.world.system)),
        format!("package repository {domain}/npm"),
        format!("package repository {domain}/npm-store"),
    ];
    assert_eq!(packages, expected.iter().collect::<Vec<_>>());
    let outputs = project.ok(&["outputs", "--format", "json"]).json();
    assert_eq!(outputs["packages"]["domain"], domain.as_str());
    assert_eq!(outputs["packages"]["repository"], "npm");
    assert!(
        outputs["packages"]["npm_registry"]
            .as_str()
            .expect("an address")
            .ends_with("/npm/"),
        "{outputs:#}"
    );

    // A policy changes in place.
    project.describe("[packages]\nreaders = [\"arn:aws:iam::111122223333:root\"]\n");
    let plan = project.plan();
    let policies: Vec<_> = steps(&plan);
    assert_eq!(policies.len(), 2, "{policies:?}");
    assert!(
        policies
            .iter()
            .all(|step| step.starts_with("update ") && step.contains("Policy")),
        "{policies:?}"
    );
    project.apply();
    let policy = client
        .get_repository_permissions_policy()
        .domain(&domain)
        .repository("npm")
        .send()
        .await;
    let policy = policy
        .expect("a policy")
        .policy
        .and_then(|policy| policy.document)
        .expect("a document");
    assert!(policy.contains("111122223333"), "{policy}");

    // Changes made outside Frontage are repaired: upstreams, the connection, the description, a
    // policy.
    let update = client
        .update_repository()
        .domain(&domain)
        .repository("npm")
        .set_upstreams(Some(Vec::new()));
    update.description("mine").send().await.expect("updated");
    let connection = client
        .disassociate_external_connection()
        .domain(&domain)
        .repository("npm-store");
    connection
        .external_connection("public:npmjs")
        .send()
        .await
        .expect("disconnected");
    client
        .delete_domain_permissions_policy()
        .domain(&domain)
        .send()
        .await
        .expect("no policy");
    let plan = project.plan();
    let steps = steps(&plan);
    assert_eq!(steps.len(), 3, "{steps:?}");
    let all = plan["resources"]
        .as_array()
        .expect("resources")
        .iter()
        .all(|of| of["reason"] == "drift");
    assert!(all, "{plan:#}");
    project.apply();
    let npm = client
        .describe_repository()
        .domain(&domain)
        .repository("npm")
        .send()
        .await
        .expect("described");
    let npm = npm.repository().expect("a repository");
    assert_eq!(npm.upstreams()[0].repository_name(), Some("npm-store"));
    let store = client
        .describe_repository()
        .domain(&domain)
        .repository("npm-store")
        .send()
        .await
        .expect("described");
    let store = store.repository().expect("a repository");
    assert_eq!(
        store.external_connections()[0].external_connection_name(),
        Some("public:npmjs")
    );

    // A deleted repository is created again; published packages are deleted only on request.
    client
        .delete_repository()
        .domain(&domain)
        .repository("npm")
        .send()
        .await
        .expect("deleted");
    project.apply();
    let kept = project.ok(&["destroy", "--yes"]);
    assert!(kept.stderr.contains("packages/npm"), "{kept:#?}");
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The packages of a scope never come from the public registry, unless the description says so.
#[tokio::test(flavor = "multi_thread")]
async fn own_scopes_are_closed_to_the_public_registry() {
    let Some(world) = World::with_developer_tools() else {
        return;
    };
    let project = Project::in_world(world, DESCRIBED);
    let (client, domain) = (client(&project), domain(&project));
    let own = project.world.system.clone();
    let origin = async |scope: &str| {
        let call = client.describe_package_group().domain(&domain);
        let call = call.package_group(pattern(scope));
        let group = call.send().await.ok()?.package_group?;
        let restrictions = group.origin_configuration?.restrictions?;
        let modes = [
            Origin::Publish,
            Origin::ExternalUpstream,
            Origin::InternalUpstream,
        ];
        Some(modes.map(|origin| restrictions[&origin].mode.clone().expect("a mode")))
    };
    let closed = Some([Mode::Allow, Mode::Block, Mode::Allow]);
    project.apply();
    assert_eq!(origin(&own).await, closed);

    // A restriction that someone lifts is drift.
    let lift = client.update_package_group_origin_configuration();
    lift.domain(&domain)
        .package_group(pattern(&own))
        .restrictions(Origin::ExternalUpstream, Mode::Allow)
        .send()
        .await
        .expect("lifted");
    let address = format!("packages/scope-{own}");
    let path = "OriginConfiguration.Restrictions.ExternalUpstream.RestrictionMode";
    assert_eq!(
        steps(&project.plan()),
        [format!("update {address}: {path}")]
    );
    project.apply();
    assert_eq!(origin(&own).await, closed);

    project.describe(&format!("[packages]\nprotect = [\"@{own}\", \"@labs\"]\n"));
    let created = "Description, DomainName, OriginConfiguration, Pattern";
    let created = format!("create packages/scope-labs: {created}");
    assert_eq!(steps(&project.plan()), [created]);
    project.apply();
    assert_eq!(origin("labs").await, closed);
    project.describe("[packages]\nprotect = [\"@labs\"]\n");
    assert_eq!(steps(&project.plan()), [format!("delete {address}")]);
    project.apply();
    assert_eq!(origin(&own).await, None);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The token of the domain, and when it expires.
#[tokio::test(flavor = "multi_thread")]
async fn npm_is_let_in_with_a_token_of_the_domain() {
    let Some(world) = World::with_developer_tools() else {
        return;
    };
    let project = Project::in_world(world, DESCRIBED);
    let folder = project.path().join("assets/packages/one");
    std::fs::create_dir_all(&folder).expect("made");
    std::fs::write(
        folder.join("package.json"),
        r#"{"name": "@acme/one", "version": "1.0.0"}"#,
    )
    .expect("written");
    let workspace = r#"{"private": true, "workspaces": ["packages/*"]}"#;
    std::fs::write(project.path().join("assets/package.json"), workspace).expect("written");
    let none = project.fails(&["packages", "login"]);
    assert!(
        none.stderr.contains("frontage apply --stack packages"),
        "{none:#?}"
    );

    project.apply();
    let outputs = project.ok(&["outputs", "--format", "json"]).json();
    let url = outputs["packages"]["npm_registry"]
        .as_str()
        .expect("an address");
    let printed = project.ok(&["packages", "login"]);
    let lines: Vec<_> = printed.stdout.lines().collect();
    assert_eq!(lines[0], format!("@acme:registry={url}"));
    let address = url.split_once(':').expect("a scheme").1;
    let token = lines[1]
        .strip_prefix(&format!("{address}:_authToken="))
        .expect("a token");
    assert!(
        token.len() > 20 && printed.stderr.contains("the token expires in 11 h 59 min"),
        "{printed:#?}"
    );
    let written = project.ok(&["packages", "login", "--write"]);
    assert!(
        written.stdout.is_empty() && !written.stderr.contains("_authToken"),
        "{written:#?}"
    );
    let npmrc = std::fs::read_to_string(project.path().join("assets/.npmrc")).expect("written");
    assert!(
        npmrc.starts_with(lines[0]) && npmrc.contains("_authToken="),
        "{npmrc}"
    );
    // Nor is the token in what a run says at the most detailed level.
    let mut traced = project.command(&["packages", "login", "--write"]);
    let traced = traced.env("FRONTAGE_LOG", "trace").output();
    let traced: Ended = traced.expect("the program runs").into();
    assert_eq!(traced.code, Some(0), "{traced:#?}");
    let npmrc = std::fs::read_to_string(project.path().join("assets/.npmrc")).expect("written");
    let (_, written) = npmrc.split_once("_authToken=").expect("a token");
    let written = written.lines().next().unwrap_or_default();
    assert!(written.len() > 20, "{npmrc}");
    assert!(
        traced.stderr.contains("GetAuthorizationToken"),
        "{traced:#?}"
    );
    for text in [&traced.stdout, &traced.stderr] {
        assert!(!text.contains(written), "{written}: {text}");
    }
    // fakecloud does not implement npm's protocol, so only this is tested: the registry is queried,
    // and the token is not printed.
    let listed = project.ok(&["packages", "list"]);
    assert_eq!(
        listed.stdout, "@acme/one@1.0.0  not published\n",
        "{listed:#?}"
    );
    let refused = project.fails(&["packages", "publish"]);
    assert!(
        refused.stderr.contains(url) && !refused.stderr.contains(token),
        "{refused:#?}"
    );
    project.destroy();
}

/// A domain with the system's name that is not the system's stops the plan.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_domain_is_left_alone() {
    let Some(world) = World::with_developer_tools() else {
        return;
    };
    let project = Project::in_world(world, DESCRIBED);
    let (client, domain) = (client(&project), domain(&project));
    client
        .create_domain()
        .domain(&domain)
        .send()
        .await
        .expect("created");
    let refused = project.fails(&["apply", "--yes", "--stack", "packages"]);
    assert!(
        refused.stderr.contains("packages/domain") && refused.stderr.contains(&domain),
        "{refused:#?}"
    );
    client
        .delete_domain()
        .domain(&domain)
        .send()
        .await
        .expect("deleted");
}

/// Killed after a create took effect and before anything else, the next run resumes.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_interrupted_run_made_is_found_again() {
    let Some(world) = World::with_developer_tools() else {
        return;
    };
    let project = Project::in_world(world, DESCRIBED);
    let (client, domain) = (client(&project), domain(&project));
    project.apply();
    // The state before the later calls of a create: only the repository and its tags.
    let connection = client
        .disassociate_external_connection()
        .domain(&domain)
        .repository("npm-store");
    connection
        .external_connection("public:npmjs")
        .send()
        .await
        .expect("disconnected");
    client
        .delete_repository_permissions_policy()
        .domain(&domain)
        .repository("npm")
        .send()
        .await
        .expect("no policy");
    project.apply();
    let store = client
        .describe_repository()
        .domain(&domain)
        .repository("npm-store")
        .send()
        .await
        .expect("described");
    assert_eq!(
        store
            .repository()
            .expect("a repository")
            .external_connections()
            .len(),
        1
    );
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// MiniStack lacks CodeArtifact.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_service_is_lacking_the_rest_stands_and_the_end_says_so() {
    let project = Project::described("[packages]\n[shell]\n[teams.billing]\n");
    let lacking = "--stack identity --stack shell --stack team/billing --stack toggles";
    let planned = project.frontage(&["plan"]);
    assert_eq!(planned.code, Some(1), "{planned:#?}");
    assert!(
        planned.stdout.contains("shell") && !planned.stdout.contains("packages"),
        "{planned:#?}"
    );
    let applied = project.frontage(&["apply", "--yes"]);
    assert_eq!(applied.code, Some(1), "{applied:#?}");
    let said = applied
        .stderr
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for part in [
        "no CodeArtifact",
        "needed for: packages",
        lacking,
        "AWS_ENDPOINT_URL_CODEARTIFACT",
    ] {
        assert!(said.contains(part), "{part} in {applied:#?}");
    }
    assert!(
        applied.stdout.contains("login_url"),
        "the outputs of what stands: {applied:#?}"
    );
    let flags: Vec<&str> = ["plan", "--detailed-exitcode"]
        .into_iter()
        .chain(lacking.split(' '))
        .collect();
    assert_eq!(
        project.frontage(&flags).code,
        Some(0),
        "what they name stands"
    );
    let outputs = project.ok(&["outputs", "--format", "json"]);
    assert!(
        outputs.json()["shell"]["url"].is_string() && outputs.stderr.contains("no CodeArtifact"),
        "{outputs:#?}"
    );
    let alone = project.frontage(&["apply", "--yes", "--stack", "packages"]);
    assert_eq!(alone.code, Some(1), "{alone:#?}");
    assert!(alone.stderr.contains("no CodeArtifact"), "{alone:#?}");
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
