//! Resources of others: those whose names begin like the system's, as `acme` and `acme-web` share an
//! account, and those that others add to resources of the system.

use aws_sdk_acm::config::{Builder, Region};
use aws_sdk_cloudfront::types::{FunctionConfig, FunctionRuntime};
use aws_smithy_types::Blob;
use futures_util::{StreamExt as _, stream};
use strict_aws::Fate;

use crate::support::cli::{Ended, Project, Running};
use crate::support::proxy::{Call, Proxy, through};

/// What another team has in the account.
struct Others {
    prefix: String,
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    cloudfront: aws_sdk_cloudfront::Client,
}

impl Others {
    fn new(project: &Project) -> Self {
        let config = project.world.config();
        Self {
            prefix: format!("{}-web", project.world.system),
            s3: aws_sdk_s3::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            cloudfront: aws_sdk_cloudfront::Client::new(&config),
        }
    }

    async fn create(&self) {
        let bucket = self
            .s3
            .create_bucket()
            .bucket(format!("{}-site", self.prefix));
        let region = aws_sdk_s3::types::CreateBucketConfiguration::builder()
            .location_constraint("eu-west-1".into())
            .build();
        let created = bucket.create_bucket_configuration(region).send().await;
        created.expect("a bucket");
        let queue = self
            .sqs
            .create_queue()
            .queue_name(format!("{}-jobs", self.prefix));
        queue.send().await.expect("a queue");
        self.create_edge_function().await;
        for number in 0..50 {
            let name = format!("/aws/lambda/{}-{number}", self.prefix);
            let group = self.logs.create_log_group().log_group_name(name);
            group.send().await.expect("a log group");
        }
    }

    /// One that is published, which is a function in both stages.
    async fn create_edge_function(&self) {
        let name = format!("{}-router", self.prefix);
        let config = FunctionConfig::builder()
            .comment("theirs")
            .runtime(FunctionRuntime::CloudfrontJs20)
            .build()
            .expect("a configuration");
        let create = self.cloudfront.create_function().name(&name);
        let code = Blob::new("function handler(event) { return event.request; }");
        let created = create.function_config(config).function_code(code);
        let version = created.send().await.expect("a function").e_tag;
        let publish = self.cloudfront.publish_function().name(name);
        let published = publish.set_if_match(version).send().await;
        published.expect("published");
    }

    /// Their policies deny us everything.
    fn deny(&self) -> impl FnMut(&Call) -> Fate + Send + 'static {
        let prefix = self.prefix.clone();
        move |call| {
            if call.mentions(&prefix) {
                Fate::denied()
            } else {
                Fate::Pass
            }
        }
    }
}

fn ok(project: &Project, proxy: &Proxy, arguments: &[&str]) -> Ended {
    let mut command = project.command(arguments);
    command.env("AWS_ENDPOINT_URL", proxy.endpoint());
    let ended = Running::new(command).end();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_that_deny_everything_stop_nothing() {
    let project = Project::described("[shell]\n[teams.shipping]\n");
    let others = Others::new(&project);
    others.create().await;
    let theirs = project.world.listing().await;
    // One proxy for all runs: the sites' URLs have its port.
    let proxy = Proxy::start(&project.world, others.deny());
    ok(&project, &proxy, &["apply", "--yes"]);
    let plan = ok(&project, &proxy, &["plan", "--detailed-exitcode"]);
    for left in [
        format!("left alone: AWS::S3::Bucket  {}-site", others.prefix),
        format!("left alone: AWS::SQS::Queue  {}-jobs", others.prefix),
        format!(
            "left alone: AWS::CloudFront::Function  {}-router",
            others.prefix
        ),
    ] {
        assert!(plan.stdout.contains(&left), "{plan:#?}");
    }
    assert!(plan.stdout.contains("Nothing to do"), "{plan:#?}");
    ok(&project, &proxy, &["destroy", "--yes", "--delete-data"]);
    assert_eq!(project.world.listing().await, theirs);
}

/// A log group's tags take a call each, and the names of 50 say that they are not ours.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_log_groups_cost_only_their_list() {
    let project = Project::new();
    project.apply();
    let count = || {
        let calls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = std::sync::Arc::clone(&calls);
        let ended = through(&project, &["plan", "--detailed-exitcode"], move |call| {
            // The list has a page per 50 groups.
            if call.operation != "DescribeLogGroups" {
                counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            Fate::Pass
        });
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        calls.load(std::sync::atomic::Ordering::Relaxed)
    };
    let before = count();
    let others = Others::new(&project);
    for number in 0..50 {
        let name = format!("/aws/lambda/{}-{number}", others.prefix);
        let group = others.logs.create_log_group().log_group_name(name);
        group.send().await.expect("a log group");
    }
    assert_eq!(count(), before);
    project.destroy();
}

/// The calls at once by which a test creates what others have.
const AT_ONCE: usize = 8;

/// Zones, of which a list has a page per hundred.
const ZONES: usize = 200;

/// Certificates, half of them for names below the domain of a team.
const CERTIFICATES: usize = 100;

/// What others have in Route 53 and Certificate Manager.
struct Domains {
    route53: aws_sdk_route53::Client,
    certificates: aws_sdk_acm::Client,
}

impl Domains {
    fn new(project: &Project) -> Self {
        let config = project.world.config();
        // Where CloudFront's certificates are.
        let region = Region::new("us-east-1");
        let certificates = Builder::from(&config).region(region).build();
        Self {
            route53: aws_sdk_route53::Client::new(&config),
            certificates: aws_sdk_acm::Client::from_conf(certificates),
        }
    }

    /// A zone. Returns its id.
    async fn zone(&self, name: &str) -> String {
        let create = self.route53.create_hosted_zone().name(name);
        let created = create.caller_reference(name).send().await;
        let zone = created.expect("a zone").hosted_zone.expect("a zone");
        zone.id.trim_start_matches("/hostedzone/").to_owned()
    }

    async fn create(&self) {
        let zones =
            (0..ZONES).map(async |number| self.zone(&format!("n{number}.example.org")).await);
        stream::iter(zones).buffer_unordered(AT_ONCE).count().await;
        let certificates = (0..CERTIFICATES).map(async |number| {
            let parent = ["example.org", "orders.example.com"][number % 2];
            let request = self.certificates.request_certificate();
            let request = request.domain_name(format!("c{number}.{parent}"));
            request.send().await.expect("a certificate");
        });
        let created = stream::iter(certificates).buffer_unordered(AT_ONCE);
        created.count().await;
    }

    /// The ids of all zones and certificates.
    async fn ids(&self) -> Vec<String> {
        let zones = self.route53.list_hosted_zones().into_paginator().items();
        let zones = zones.send().collect::<Result<Vec<_>, _>>().await;
        let certificates = self.certificates.list_certificates().into_paginator();
        let certificates = certificates.items().send().collect::<Result<Vec<_>, _>>();
        let certificates = certificates.await.expect("listed").into_iter();
        let mut ids: Vec<_> = zones.expect("listed").into_iter().map(|of| of.id).collect();
        ids.extend(certificates.filter_map(|of| of.certificate_arn));
        ids.sort();
        ids
    }
}

/// A company's account has hundreds of domains, of which the system has one.
#[tokio::test(flavor = "multi_thread")]
async fn a_domain_among_hundreds_of_others_is_managed_alone() {
    let project = Project::new();
    let others = Domains::new(&project);
    others.create().await;
    let zone = others.zone("example.com").await;
    let (theirs, ids) = (project.world.listing().await, others.ids().await);
    assert_eq!(ids.len(), ZONES + 1 + CERTIFICATES);
    project.describe(&format!(
        "[shell]\n[teams.orders]\ndomain = \"orders.example.com\"\nzone_id = \"{zone}\"\n"
    ));
    project.apply();
    let both = others.ids().await;
    assert!(ids.iter().all(|id| both.contains(id)));
    assert_eq!(both.len(), ids.len() + 1, "its certificate is added");
    project.destroy();
    assert_eq!(project.world.listing().await, theirs);
    assert_eq!(others.ids().await, ids);
}

/// A system with one resource of each type in which others can add something.
const PARENTS: &str = "[shell]\n[alarms]\nemails = [\"ops@example.com\"]\n";

/// What another team adds to resources of the system.
struct Added<'p> {
    project: &'p Project,
    config: aws_config::SdkConfig,
}

impl<'p> Added<'p> {
    fn new(project: &'p Project) -> Self {
        let config = project.world.config();
        Self { project, config }
    }

    async fn create(&self) {
        Box::pin(self.create_in_pool()).await;
        Box::pin(self.create_in_api()).await;
        Box::pin(self.create_in_bucket()).await;
        Box::pin(self.create_elsewhere()).await;
    }

    /// A client, and a group with a member.
    async fn create_in_pool(&self) {
        let cognito = aws_sdk_cognitoidentityprovider::Client::new(&self.config);
        let pools = cognito.list_user_pools().max_results(60).send().await;
        let pools = pools.expect("listed").user_pools.unwrap_or_default();
        let pool = pools[0].id().unwrap_or_default();
        let client = cognito.create_user_pool_client().user_pool_id(pool);
        client.client_name("mobile").send().await.expect("a client");
        let group = cognito.create_group().user_pool_id(pool);
        group.group_name("auditors").send().await.expect("a group");
        let user = cognito.admin_create_user().user_pool_id(pool);
        let user = user.username("eve@example.com").send().await;
        let user = user.expect("a user").user.expect("a user").username;
        let member = cognito.admin_add_user_to_group().user_pool_id(pool);
        let member = member.set_username(user).group_name("auditors");
        member.send().await.expect("a member");
    }

    /// A route with its integration, an authorizer, and a stage that serves a deployment.
    async fn create_in_api(&self) {
        let api = aws_sdk_apigatewayv2::Client::new(&self.config);
        let apis = api.get_apis().send().await.expect("listed");
        let id = apis.items()[0].api_id().unwrap_or_default();
        let integration = api.create_integration().api_id(id);
        let integration = integration.integration_type("MOCK".into()).send().await;
        let target = integration.expect("an integration").integration_id;
        let target = format!("integrations/{}", target.unwrap_or_default());
        let route = api.create_route().api_id(id).route_key("chat");
        route.target(target).send().await.expect("a route");
        let authorizer = api.create_authorizer().api_id(id).name("theirs");
        let authorizer = authorizer
            .authorizer_type("REQUEST".into())
            .authorizer_uri(
                "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/F/invocations",
            )
            .identity_source("route.request.header.Auth");
        authorizer.send().await.expect("an authorizer");
        let deployment = api.create_deployment().api_id(id).description("beta");
        let deployment = deployment.send().await.expect("a deployment");
        let stage = api.create_stage().api_id(id).stage_name("beta");
        let stage = stage.set_deployment_id(deployment.deployment_id);
        stage.send().await.expect("a stage");
    }

    fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config);
        aws_sdk_s3::Client::from_conf(config.force_path_style(true).build())
    }

    async fn bucket(&self) -> String {
        let buckets = self.s3().list_buckets().send().await.expect("listed");
        let prefix = format!("{}-shell-", self.project.world.system);
        let names = buckets.buckets().iter().filter_map(|of| of.name());
        let mut ours = names.filter(|name| name.starts_with(&prefix));
        ours.next().expect("the shell's bucket").to_owned()
    }

    async fn policy(&self) -> serde_json::Value {
        let call = self.s3().get_bucket_policy().bucket(self.bucket().await);
        let policy = call.send().await.expect("a policy").policy;
        serde_json::from_str(&policy.unwrap_or_default()).expect("JSON")
    }

    /// An object, and a statement of the bucket's policy.
    async fn create_in_bucket(&self) {
        let (s3, bucket) = (self.s3(), self.bucket().await);
        let object = s3.put_object().bucket(&bucket).key("theirs.txt");
        let object = object.body(b"theirs".to_vec().into());
        object.send().await.expect("an object");
        let mut policy = self.policy().await;
        let statement = serde_json::json!({
            "Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:PutBucketAcl",
            "Resource": format!("arn:aws:s3:::{bucket}"),
        });
        let statements = policy["Statement"].as_array_mut().expect("statements");
        statements.push(statement);
        let put = s3.put_bucket_policy().bucket(bucket);
        let put = put.policy(policy.to_string()).send().await;
        put.expect("a policy");
    }

    /// A permission to invoke a function, and a subscription to the alarms.
    async fn create_elsewhere(&self) {
        let lambda = aws_sdk_lambda::Client::new(&self.config);
        let permission = lambda
            .add_permission()
            .function_name(self.project.world.name("connection-manager"))
            .statement_id("theirs")
            .action("lambda:InvokeFunction")
            .principal("events.amazonaws.com");
        permission.send().await.expect("a permission");
        let sns = aws_sdk_sns::Client::new(&self.config);
        let topics = sns.list_topics().send().await.expect("listed");
        let topic = topics.topics()[0].topic_arn().unwrap_or_default();
        let subscription = sns.subscribe().topic_arn(topic).protocol("email");
        let subscription = subscription.endpoint("theirs@example.com");
        subscription.send().await.expect("a subscription");
    }
}

/// The types and names of the strangers of a plan; a deployment and an integration have no name.
fn named(plan: &serde_json::Value) -> Vec<String> {
    let strangers = plan["strangers"].as_array().expect("strangers").iter();
    let name = |of: &serde_json::Value| {
        let (kind, id) = (of["type"].as_str(), of["id"].as_str());
        let kind = kind
            .unwrap_or_default()
            .rsplit("::")
            .next()
            .unwrap_or_default();
        let last = id
            .unwrap_or_default()
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let name = of["name"].as_str().unwrap_or(last);
        match kind {
            "Deployment" | "Integration" => format!("{kind} in {}", of["within"]),
            _ => format!("{kind} {name} in {}", of["within"]),
        }
    };
    let mut named: Vec<_> = strangers.map(|of| name(of).replace('"', "")).collect();
    named.sort();
    named
}

/// Everything that another team added inside resources of the system survives each `apply`, and the
/// plan names it. What the system made and no longer describes is deleted all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_others_add_to_resources_of_the_system_is_left_alone() {
    let project = Project::described(&format!(
        "{PARENTS}[identity]\ngroups = [\"operators\", \"readers\"]\n"
    ));
    project.apply();
    let ours = project.world.listing().await;
    let added = Added::new(&project);
    added.create().await;
    let both = project.world.listing().await;
    let theirs: Vec<_> = both.iter().filter(|line| !ours.contains(line)).collect();
    assert_eq!(theirs.len(), 7, "{theirs:?}");
    let left = [
        "Authorizer theirs in toggles/websocket-api",
        "Deployment in toggles/websocket-api",
        "Integration in toggles/websocket-api",
        "Permission theirs in toggles/connection-manager",
        "Route chat in toggles/websocket-api",
        "Stage beta in toggles/websocket-api",
        "Subscription email theirs@example.com in toggles/alarms",
        "UserPoolClient mobile in identity/users",
        "UserPoolGroup auditors in identity/users",
    ];
    project.apply();
    assert_eq!(named(&project.plan()), left);
    assert_eq!(project.world.listing().await, both);

    project.describe(&format!(
        "{PARENTS}[toggles]\nstage = \"second\"\n[identity]\ngroups = [\"operators\"]\n"
    ));
    project.apply();
    let changed = project.world.listing().await;
    assert!(
        theirs.iter().all(|line| changed.contains(line)),
        "{changed:#?}"
    );
    let gone = [
        "user pool group acme-identity-users/readers",
        "stage acme-toggles-websocket-api/live",
    ];
    for line in gone {
        assert!(ours.iter().any(|of| of == line), "{line}: {ours:#?}");
        assert!(!changed.iter().any(|of| of == line), "{changed:#?}");
    }
    assert_eq!(named(&project.plan()), left);
    let statements = added.policy().await["Statement"].to_string();
    assert!(statements.contains("\"Theirs\""), "{statements}");

    let destroyed = project.destroy();
    for said in [
        "- also deleted: AWS::Cognito::UserPoolGroup",
        "- also deleted: AWS::ApiGatewayV2::Route  chat (",
        "added by others; it is deleted with identity/users",
    ] {
        assert!(destroyed.stderr.contains(said), "{destroyed:#?}");
    }
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
