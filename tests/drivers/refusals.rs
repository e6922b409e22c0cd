//! Values that AWS would refuse stop the plan, all in one report, and nothing is created.

use engine::{Goal, PlanError, Refusal};
use model::types::cloudfront::{
    ContentSecurityPolicy, DefaultCacheBehavior, Distribution, DistributionConfig, Origin,
    ResponseHeadersPolicy, ResponseHeadersPolicyConfig, S3OriginConfig, SecurityHeadersConfig,
    SslSupportMethod, ViewerCertificate,
};
use model::types::lambda::{Code, Function};
use model::types::s3::Bucket;
use model::{Graph, Text};

use super::support::World;

fn function() -> Function {
    Function {
        function_name: "acme-test-function".to_owned(),
        description: None,
        role: "arn:aws:iam::111122223333:role/test".into(),
        runtime: "provided.al2023".to_owned(),
        handler: "bootstrap".to_owned(),
        code: Code {
            source: "hash".to_owned(),
        },
        architectures: Vec::new(),
        memory_size: None,
        timeout: Some(901),
        environment: None,
        reserved_concurrent_executions: None,
        tracing_config: None,
        logging_config: None,
        ephemeral_storage: None,
        layers: Vec::new(),
        dead_letter_config: None,
        kms_key_arn: None,
    }
}

fn headers() -> ResponseHeadersPolicy {
    ResponseHeadersPolicy {
        response_headers_policy_config: ResponseHeadersPolicyConfig {
            name: "acme-test-headers".into(),
            security_headers_config: Some(SecurityHeadersConfig {
                content_security_policy: Some(ContentSecurityPolicy {
                    content_security_policy: Text::from("x".repeat(1_784)),
                    overrides: true,
                }),
                ..SecurityHeadersConfig::default()
            }),
            ..ResponseHeadersPolicyConfig::default()
        },
    }
}

fn distribution() -> Distribution {
    Distribution {
        distribution_config: DistributionConfig {
            aliases: vec!["www.example.com".into()],
            default_cache_behavior: DefaultCacheBehavior {
                cache_policy_id: "658327ea-f89d-4fab-a63d-7e88639e58f6".into(),
                target_origin_id: "bucket".to_owned(),
                ..DefaultCacheBehavior::default()
            },
            origins: vec![Origin {
                id: "bucket".to_owned(),
                domain_name: "acme-site.s3.eu-west-1.amazonaws.com".into(),
                s3_origin_config: Some(S3OriginConfig::default()),
                ..Origin::default()
            }],
            viewer_certificate: Some(ViewerCertificate {
                acm_certificate_arn: Some(
                    "arn:aws:acm:us-east-1:111122223333:certificate/c".into(),
                ),
                ssl_support_method: Some(SslSupportMethod::SniOnly),
                ..ViewerCertificate::default()
            }),
            ..DistributionConfig::default()
        },
    }
}

fn graph(world: &World) -> Graph {
    world.graph(|stack| {
        stack.add("function", function());
        stack.add(
            "bucket",
            Bucket {
                bucket_name: format!("sthree-{}", world.account_id).into(),
                ..Bucket::default()
            },
        );
        stack.add("headers", headers());
        stack.add("one", distribution());
        stack.add("other", distribution());
    })
}

#[tokio::test]
async fn everything_that_aws_would_refuse_is_in_one_report_and_nothing_is_created() {
    let world = World::new();
    let planned = world.try_plan(&graph(&world), Goal::Converge).await;
    let Err(PlanError::Refused(refusals)) = planned else {
        panic!("it has a plan: {planned:?}");
    };
    let mut found: Vec<_> = refusals
        .iter()
        .map(|refusal| match refusal {
            Refusal::Invalid {
                address, finding, ..
            } => format!("{address}: {}", finding.property),
            other => panic!("refused for another reason: {other}"),
        })
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "test/bucket: BucketName",
            "test/function: Timeout",
            "test/headers: ResponseHeadersPolicyConfig.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy",
            "test/other: DistributionConfig.Aliases",
        ]
    );
    let expected = "test/function: AWS would refuse the AWS::Lambda::Function: Timeout is 901; 1 to 900 are allowed";
    assert!(
        refusals
            .iter()
            .any(|refusal| refusal.to_string() == expected),
        "{refusals:#?}"
    );
    assert_eq!(world.listing().await, Vec::<String>::new());
}
