//! Responses to viewers: MiniStack serves distributions at their host names.

use aws_sdk_cloudfront::Client;
use aws_sdk_s3::types::{
    BucketLocationConstraint, CreateBucketConfiguration, PublicAccessBlockConfiguration,
};
use local::{MiniStack, MiniStackOptions};
use model::types::cloudfront::{
    ContentSecurityPolicy, CustomHeader, Distribution, DistributionConfig, EventType, Function,
    FunctionAssociation, Items, OriginAccessControl, OriginAccessControlConfig,
    ResponseHeadersPolicy, ResponseHeadersPolicyConfig, SecurityHeadersConfig,
};
use model::{Graph, Text};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{function, site};
use crate::support::{World, start};

/// Rewrites every path without a dot in its last part to the page.
const REWRITE: &str = "function handler(event) {
    var request = event.request;
    if (!request.uri.split('/').pop().includes('.')) { request.uri = '/index.html'; }
    return request;
}";

/// The test's own emulator, which enforces IAM: otherwise every bucket could be read without
/// permission. It looks for a viewer's distribution in its default account, so the test uses that.
fn strict() -> (MiniStack, World) {
    let emulator = start(&MiniStackOptions {
        auth: true,
        ..MiniStackOptions::default()
    });
    let world = World {
        account_id: "test".to_owned(),
        ..World::on(&emulator)
    };
    (emulator, world)
}

/// The status line and the headers in lower case, and the body.
async fn get(world: &World, host: &str, path: &str) -> (String, String) {
    let address = world.endpoint.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)
        .await
        .expect("the endpoint is there");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("read");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer of HTTP");
    (head.to_lowercase(), body.to_owned())
}

async fn bucket(world: &World, client: &aws_sdk_s3::Client, name: &str) {
    let region = CreateBucketConfiguration::builder()
        .location_constraint(BucketLocationConstraint::EuWest1)
        .build();
    client
        .create_bucket()
        .bucket(name)
        .create_bucket_configuration(region)
        .send()
        .await
        .expect("a bucket");
    let block = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true);
    let call = client
        .put_public_access_block()
        .bucket(name)
        .public_access_block_configuration(block.build());
    call.send().await.expect("blocked");
    let page = format!("<p>{}</p>", world.system).into_bytes().into();
    let call = client
        .put_object()
        .bucket(name)
        .key("index.html")
        .content_type("text/html")
        .body(page);
    call.send().await.expect("an object");
}

async fn allow(client: &aws_sdk_s3::Client, name: &str, arn: &str) {
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{name}/*"),
        "Condition": {"StringEquals": {"AWS:SourceArn": arn}},
    }]});
    client
        .put_bucket_policy()
        .bucket(name)
        .policy(policy.to_string())
        .send()
        .await
        .expect("a policy");
}

fn graph(world: &World, bucket: &str) -> Graph {
    let name = |name: &str| Text::from(format!("{}-test-{name}", world.system));
    world.graph(|stack| {
        let config = OriginAccessControlConfig::s3(name("control"));
        let control = stack.add(
            "control",
            OriginAccessControl {
                origin_access_control_config: config,
            },
        );
        let rewrite = Function {
            name: name("rewrite"),
            function_code: REWRITE.into(),
            ..function()
        };
        let rewrite = stack.add("rewrite", rewrite);
        let policy = ContentSecurityPolicy {
            content_security_policy: "default-src 'none'".into(),
            overrides: true,
        };
        let security = SecurityHeadersConfig {
            content_security_policy: Some(policy),
            ..Default::default()
        };
        let header = CustomHeader {
            header: "x-system".to_owned(),
            overrides: true,
            value: world.system.clone().into(),
        };
        let config = ResponseHeadersPolicyConfig {
            name: name("headers"),
            custom_headers_config: Some(Items::new([header])),
            security_headers_config: Some(security),
            ..ResponseHeadersPolicyConfig::default()
        };
        let headers = stack.add(
            "headers",
            ResponseHeadersPolicy {
                response_headers_policy_config: config,
            },
        );
        let mut config = DistributionConfig {
            default_root_object: Some("index.html".to_owned()),
            ..site()
        };
        config.origins[0].domain_name = format!("{bucket}.s3.eu-west-1.amazonaws.com").into();
        config.origins[0].origin_access_control_id = Some(control.id());
        config.default_cache_behavior.response_headers_policy_id = Some(headers.id());
        config.default_cache_behavior.function_associations = vec![FunctionAssociation {
            event_type: EventType::ViewerRequest,
            function_arn: rewrite.arn(),
        }];
        stack.add(
            "site",
            Distribution {
                distribution_config: config,
            },
        );
    })
}

#[tokio::test]
async fn a_bucket_is_served_by_its_distribution_alone() {
    let (_emulator, world) = strict();
    let config = aws_sdk_s3::config::Builder::from(&world.config())
        .force_path_style(true)
        .build();
    let s3 = aws_sdk_s3::Client::from_conf(config);
    let name = format!("{}-site", world.system);
    bucket(&world, &s3, &name).await;
    let graph = graph(&world, &name);
    world.apply(&graph).await;
    let list = Client::new(&world.config())
        .list_distributions()
        .send()
        .await
        .expect("listed")
        .distribution_list;
    let mut distributions = list
        .and_then(|list| list.items)
        .expect("distributions")
        .into_iter();
    let ours = distributions
        .find(|of| of.comment.contains(&world.system))
        .expect("ours");

    let (head, _) = get(&world, &ours.domain_name, "/index.html").await;
    assert!(
        head.starts_with("http/1.1 403"),
        "before the bucket lets it: {head}"
    );
    allow(&s3, &name, &ours.arn).await;
    for path in ["/index.html", "/", "/shipping/orders"] {
        let (head, body) = get(&world, &ours.domain_name, path).await;
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        assert_eq!(body, format!("<p>{}</p>", world.system), "{path}");
        assert!(
            head.contains("\r\ncontent-security-policy: default-src 'none'\r\n"),
            "{path}: {head}"
        );
        assert!(
            head.contains(&format!("\r\nx-system: {}\r\n", world.system)),
            "{path}: {head}"
        );
    }
    let (head, body) = get(
        &world,
        &format!("{name}.s3.eu-west-1.amazonaws.com"),
        "/index.html",
    )
    .await;
    assert!(
        head.starts_with("http/1.1 403"),
        "to anybody: {head} {body}"
    );

    world.destroy(&graph).await;
    s3.delete_object()
        .bucket(&name)
        .key("index.html")
        .send()
        .await
        .expect("deleted");
    s3.delete_bucket()
        .bucket(&name)
        .send()
        .await
        .expect("deleted");
}
