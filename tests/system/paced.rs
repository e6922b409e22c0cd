//! The pace that AWS's own quotas allow, in an account that is full of what others have. A program
//! that is told each service's endpoint by itself takes it for AWS, and keeps to that pace.

use std::collections::BTreeSet;

use aws_sdk_acm::config::{Builder, Region};

use crate::support::World;
use crate::support::cli::{Ended, Project};
use crate::support::proxy::Proxy;

/// As many groups of users as the 50 tags of a pool have room for.
const GROUPS: usize = 43;

/// Runs the program on these stacks, or all, as on AWS, which is at this endpoint.
fn run(project: &Project, endpoint: &str, arguments: &[&str], stacks: &[String]) -> Ended {
    let mut command = project.command(arguments);
    command.env_remove("AWS_ENDPOINT_URL");
    let services = model::types::ALL.iter().map(|of| of.service);
    let mut variables: BTreeSet<_> = services.map(model::Service::endpoint_variable).collect();
    for service in ["STS", "RESOURCE_GROUPS_TAGGING_API"] {
        variables.insert(format!("AWS_ENDPOINT_URL_{service}"));
    }
    for variable in variables {
        command.env(variable, endpoint);
    }
    for stack in stacks {
        command.args(["--stack", stack]);
    }
    command.output().expect("the program runs").into()
}

/// As [`run`], with success.
fn paced(project: &Project, endpoint: &str, arguments: &[&str], stacks: &[String]) {
    let ended = run(project, endpoint, arguments, stacks);
    assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
}

/// What others have: log groups below the system's prefix, certificates and zones.
async fn others(project: &Project, count: usize) {
    let config = project.world.config();
    let logs = aws_sdk_cloudwatchlogs::Client::new(&config);
    let route53 = aws_sdk_route53::Client::new(&config);
    // Where CloudFront's certificates are.
    let region = Region::new("us-east-1");
    let certificates = Builder::from(&config).region(region).build();
    let certificates = aws_sdk_acm::Client::from_conf(certificates);
    for number in 0..count {
        let name = format!("/aws/lambda/{}-web-{number}", project.world.system);
        let group = logs.create_log_group().log_group_name(name).send().await;
        group.expect("a log group");
    }
    for number in 0..count / 4 {
        let name = format!("n{number}.example.org");
        let request = certificates.request_certificate().domain_name(&name);
        request.send().await.expect("a certificate");
        let zone = route53.create_hosted_zone().name(&name);
        let zone = zone.caller_reference(&name).send().await;
        zone.expect("a zone");
    }
}

/// Systems of one account, each with so many teams, are made side by side, are whole, and are deleted.
/// The account has AWS's quotas, for all of them together.
async fn stand(systems: &[&str], teams: usize, foreign: usize) {
    let world = World::new();
    let named = |name: &&str| World {
        system: (*name).to_owned(),
        ..world.clone()
    };
    let projects: Vec<_> = systems
        .iter()
        .map(|name| Project::in_world(named(name), ""))
        .collect();
    others(&projects[0], foreign).await;
    let route53 = aws_sdk_route53::Client::new(&world.config());
    let create = route53.create_hosted_zone().name("example.com");
    let zone = create.caller_reference("a").send().await.expect("created");
    let zone = zone.hosted_zone.expect("a zone").id;
    let zone = zone.trim_start_matches("/hostedzone/");
    let before = world.listing().await;

    let teams: Vec<_> = (1..=teams).map(|number| format!("t{number:02}")).collect();
    for project in &projects {
        let system = &project.world.system;
        let site = |team| {
            format!(
                "[teams.{team}]\ndomain = \"{team}.{system}.example.com\"\nzone_id = \"{zone}\"\n"
            )
        };
        project.describe(&format!(
            "[shell]\n{}",
            teams.iter().map(site).collect::<String>()
        ));
    }
    let mut stacks = vec!["edge".to_owned()];
    stacks.extend(teams.iter().map(|team| format!("team/{team}")));
    let proxy = Proxy::start(&world, strict_aws::quotas());
    std::thread::scope(|scope| {
        for project in &projects {
            scope.spawn(|| live(project, &proxy.endpoint(), &stacks));
        }
    });
    assert_eq!(world.listing().await, before);
}

fn live(project: &Project, endpoint: &str, stacks: &[String]) {
    paced(project, endpoint, &["apply", "--yes"], stacks);
    paced(project, endpoint, &["plan", "--detailed-exitcode"], stacks);
    paced(
        project,
        endpoint,
        &["destroy", "--yes", "--delete-data"],
        stacks,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pace_of_aws_fails_nothing() {
    stand(&["acme"], 4, 80).await;
}

/// With as many sites as a shell's policy can name.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes, nearly all of which it waits; run by name"]
async fn forty_teams_with_domains_stand_at_the_pace_of_aws() {
    stand(&["acme"], 40, 240).await;
}

/// Side by side in one account, since the policies of one system serve at most 99 sites. Together they
/// want twice what the account's quotas allow.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes, nearly all of which it waits; run by name"]
async fn a_hundred_and_fifty_teams_with_domains_stand_in_one_account() {
    stand(&["north", "east", "south", "west"], 38, 240).await;
}

/// With as many groups of users as a pool can have. All is made but the style of the login pages, which
/// the emulator does not have, so the rest of the pool's life is not run as on AWS.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute, nearly all of which it waits; run by name"]
async fn identity_and_toggles_stand_at_the_pace_of_aws() {
    let project = Project::new();
    others(&project, 200).await;
    let before = project.world.listing().await;
    let groups: Vec<_> = (1..=GROUPS).map(|number| format!("g{number:02}")).collect();
    project.describe(&format!("[shell]\n[identity]\ngroups = {groups:?}\n"));
    let endpoint = &project.world.endpoint;
    let applied = run(&project, endpoint, &["apply", "--yes"], &[]);
    for said in [
        "1 failed, 0 not tried",
        "Unknown Cognito IDP action: CreateManagedLoginBranding",
    ] {
        assert!(applied.stderr.contains(said), "{applied:#?}");
    }
    let toggles = ["toggles".to_owned()];
    paced(
        &project,
        endpoint,
        &["plan", "--detailed-exitcode"],
        &toggles,
    );
    project.destroy();
    assert_eq!(project.world.listing().await, before);
}
