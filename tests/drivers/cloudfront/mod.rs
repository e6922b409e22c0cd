//! Amazon CloudFront.
//!
//! MiniStack's distributions are deployed as soon as they are written, and it deletes an access
//! control that is in use: the waits and the retries are tested with scripted answers next to the
//! drivers.

mod distribution;
mod edited_comments;
mod function;
mod policies;
mod serving;

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::{Action, Plan, Reason};
use model::types::cloudfront::{
    CachePolicy, CachePolicyConfig, DefaultCacheBehavior, Distribution, DistributionConfig,
    Function, FunctionConfig, Origin, OriginAccessControl, OriginAccessControlConfig,
    ParametersInCacheKeyAndForwardedToOrigin, S3OriginConfig,
};
use model::types::s3::Bucket;
use model::{Graph, StackBuilder};

use crate::support::{World, describe, only, paths};

/// One of AWS's own cache policies, for files.
const OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/// Applies a change and checks that it is planned as an update of just these properties.
async fn update(world: &World, graph: &Graph, expected: &[&str]) {
    let plan = world.apply(graph).await;
    let action = &only(&plan).action;
    assert!(
        matches!(
            action,
            Action::Update {
                reason: Reason::Changed,
                ..
            }
        ),
        "{:?}",
        describe(&plan)
    );
    assert_eq!(
        BTreeSet::from_iter(paths(only(&plan))),
        expected.iter().map(ToString::to_string).collect()
    );
}

/// Checks that a plan repairs just these properties, changed outside Frontage.
fn assert_repairs(plan: &Arc<Plan>, expected: &[&str]) {
    assert!(
        matches!(
            only(plan).action,
            Action::Update {
                reason: Reason::Drift,
                ..
            }
        ),
        "{:?}",
        describe(plan)
    );
    assert_eq!(
        BTreeSet::from_iter(paths(only(plan))),
        expected.iter().map(ToString::to_string).collect()
    );
}

fn control() -> OriginAccessControl {
    OriginAccessControl {
        origin_access_control_config: OriginAccessControlConfig::s3("acme-test-control"),
    }
}

fn cache_policy() -> CachePolicy {
    CachePolicy {
        cache_policy_config: CachePolicyConfig {
            name: "acme-test-cache".into(),
            comment: None,
            default_ttl: None,
            max_ttl: None,
            min_ttl: 0,
            parameters_in_cache_key_and_forwarded_to_origin:
                ParametersInCacheKeyAndForwardedToOrigin::path_alone(),
        },
    }
}

/// The name of [`function`].
const FUNCTION: &str = "acme-test-rewrite";

fn function() -> Function {
    Function {
        name: FUNCTION.into(),
        auto_publish: Some(true),
        function_code: "function handler(event) { return event.request; }".into(),
        function_config: FunctionConfig {
            comment: "Rewrites paths".to_owned(),
            ..FunctionConfig::default()
        },
    }
}

/// A distribution of a bucket.
fn site() -> DistributionConfig {
    DistributionConfig {
        default_cache_behavior: DefaultCacheBehavior {
            cache_policy_id: OPTIMIZED.into(),
            target_origin_id: "bucket".to_owned(),
            ..DefaultCacheBehavior::default()
        },
        origins: vec![Origin {
            id: "bucket".to_owned(),
            domain_name: "acme-site.s3.eu-west-1.amazonaws.com".into(),
            s3_origin_config: Some(S3OriginConfig::default()),
            ..Origin::default()
        }],
        ..DistributionConfig::default()
    }
}

/// A site's bucket: it shows that there is, or was, a site whose other resources are searched for.
fn add_bucket(world: &World, stack: &mut StackBuilder<'_>) {
    let bucket_name = format!("{}-test-{}", world.system, world.account_id).into();
    stack.add(
        "bucket",
        Bucket {
            bucket_name,
            ..Bucket::default()
        },
    );
}

fn only_the_bucket(world: &World) -> Graph {
    world.graph(|stack| add_bucket(world, stack))
}

fn graph_of(world: &World, config: &DistributionConfig) -> Graph {
    world.graph(|stack| {
        stack.add(
            "site",
            Distribution {
                distribution_config: config.clone(),
            },
        );
    })
}
