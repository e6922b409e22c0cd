//! What an organisation prescribes is described, applied, changed, and left once it is no longer
//! described.

use std::collections::BTreeSet;

use aws_sdk_cloudwatchlogs::types::LogGroupClass;
use serde_json::Value;

use crate::support::cli::{Project, actions};

const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";
const WEB_ACL: &str = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/web/a1b2c3d4";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const CERTIFICATE: &str = "arn:aws:acm:us-east-1:111122223333:certificate/a1b2c3d4";

/// The path of the roles alone.
fn own(role_path: &str) -> String {
    format!("[functions]\nrole_path = \"{role_path}\"\n")
}

/// Everything that an organisation prescribes.
fn prescribed(role_path: &str) -> String {
    let functions = own(role_path);
    format!(
        "{functions}permissions_boundary = \"{BOUNDARY}\"\nkms_key = \"{KEY}\"\n\
         [toggles]\nkms_key = \"{KEY}\"\n\
         access_logs = \"arn:aws:logs:eu-west-1:111122223333:log-group:/acme/toggles\"\n\
         connections = {{ deletion_protection = true, point_in_time_recovery = true }}\n"
    )
}

fn sites(more: &str) -> String {
    format!(
        "[sites]\n{more}\n[shell]\ndomain = \"www.example.com\"\naliases = [\"example.com\"]\n\
         certificate = \"{CERTIFICATE}\"\n"
    )
}

async fn role(project: &Project) -> (String, Option<String>) {
    let iam = aws_sdk_iam::Client::new(&project.world.config());
    let name = project.world.role("connection-manager");
    let role = iam.get_role().role_name(name).send().await.expect("a role");
    let role = role.role().expect("a role").clone();
    let boundary = role.permissions_boundary();
    let boundary = boundary.and_then(|of| of.permissions_boundary_arn());
    (role.path().to_owned(), boundary.map(str::to_owned))
}

/// Each setting arrives, another path replaces the roles, and the functions follow them.
#[tokio::test(flavor = "multi_thread")]
async fn the_toggles_are_as_prescribed() {
    let project = Project::described(&prescribed("/front-end/"));
    project.apply();
    let boundary = Some(BOUNDARY.to_owned());
    assert_eq!(
        role(&project).await,
        ("/front-end/".to_owned(), boundary.clone())
    );

    project.describe(&prescribed("/web/"));
    let functions = [
        "connection-manager",
        "new-connection",
        "toggle-clock",
        "toggle-history",
        "toggle-message",
        "toggle-slice",
    ];
    let roles = functions.iter().chain(&["schedules"]);
    let roles = roles.map(|name| format!("delete-then-create toggles/{name}-role"));
    let updates = functions
        .iter()
        .map(|name| format!("update toggles/{name}"));
    let expected: BTreeSet<_> = roles.chain(updates).collect();
    let replaced: BTreeSet<_> = actions(&project.plan()).into_iter().collect();
    assert_eq!(replaced, expected);
    project.apply();
    assert_eq!(role(&project).await, ("/web/".to_owned(), boundary.clone()));

    // A boundary that is no longer described stays.
    project.describe(&own("/web/"));
    project.apply();
    assert_eq!(role(&project).await, ("/web/".to_owned(), boundary));
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The class of logs is chosen once, and protected logs are deleted only on request.
#[tokio::test(flavor = "multi_thread")]
async fn the_logs_are_as_prescribed() {
    let described = |class: &str| {
        format!("[functions]\nlog_class = \"{class}\"\nlog_deletion_protection = true\n")
    };
    let project = Project::described(&described("infrequent_access"));
    project.apply();
    let logs = aws_sdk_cloudwatchlogs::Client::new(&project.world.config());
    let group = format!("/aws/lambda/{}", project.world.name("connection-manager"));
    let found = logs.describe_log_groups().log_group_name_prefix(&group);
    let found = found.send().await.expect("listed");
    let class = found.log_groups()[0].log_group_class();
    assert_eq!(class, Some(&LogGroupClass::InfrequentAccess));

    project.describe(&described("standard"));
    let refused = project.fails(&["plan"]);
    let said = refused.stderr.split_whitespace().collect::<Vec<_>>();
    let said = said.join(" ");
    assert!(
        said.contains("changing LogGroupClass would replace") && said.contains("lose its data"),
        "{refused:#?}"
    );
    project.describe("");
    let left = project.plan();
    assert_eq!(actions(&left), [""; 0], "the class is left: {left:#}");

    project.describe(&described("infrequent_access"));
    let kept = project.ok(&["destroy", "--yes"]);
    assert!(
        kept.stderr.contains("toggles/connection-manager-logs"),
        "{kept:#?}"
    );
    let listing = project.world.listing().await;
    let groups = listing.iter().filter(|line| line.starts_with("log group"));
    assert_eq!(groups.count(), 6, "{listing:#?}");
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// A domain whose DNS is elsewhere needs no zone. What is no longer described of the sites stays.
#[tokio::test(flavor = "multi_thread")]
async fn the_sites_are_as_prescribed() {
    let stated = format!(
        "web_acl = \"{WEB_ACL}\"\naccess_logs = {{ bucket = \"acme-logs\", prefix = \"sites/\" }}\n\
         price_class = \"100\"\nminimum_tls = \"TLSv1.2_2025\"\n\
         countries = {{ deny = [\"US\"] }}"
    );
    let project = Project::described(&sites(&stated));
    project.apply();
    let outputs = project.ok(&["outputs", "--format", "json"]).json();
    let shell = &outputs["shell"];
    let config = distribution(&project, &shell["distribution_id"]).await;
    assert_eq!(shell["url"], "https://www.example.com");
    assert_eq!(shell["domain_target"].as_str(), Some(config.domain_name()));
    let config = config.distribution_config().expect("its configuration");
    assert_eq!(config.web_acl_id(), Some(WEB_ACL));
    let logging = config.logging().expect("its log");
    assert_eq!(logging.bucket(), "acme-logs.s3.amazonaws.com");
    let certificate = config.viewer_certificate().expect("its certificate");
    assert_eq!(certificate.acm_certificate_arn(), Some(CERTIFICATE));
    assert_eq!(config.aliases().map(|of| of.items().len()), Some(2));

    project.describe(&sites(
        "price_class = \"100\"\nminimum_tls = \"TLSv1.2_2025\"",
    ));
    project.apply();
    let config = distribution(&project, &shell["distribution_id"]).await;
    let config = config.distribution_config().expect("its configuration");
    assert_eq!(config.web_acl_id(), Some(WEB_ACL));
    project.describe(&sites("web_acl = \"\"\ncountries = { deny = [] }"));
    let plan = project.apply();
    let config = distribution(&project, &shell["distribution_id"]).await;
    let config = config.distribution_config().expect("its configuration");
    assert_eq!(config.web_acl_id(), Some(""), "{plan:#?}");
    assert!(config.logging().expect("its log").enabled());

    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

async fn distribution(project: &Project, id: &Value) -> aws_sdk_cloudfront::types::Distribution {
    let cloudfront = aws_sdk_cloudfront::Client::new(&project.world.config());
    let id = id.as_str().expect("an id");
    let found = cloudfront.get_distribution().id(id).send().await;
    found.expect("found").distribution.expect("a distribution")
}
