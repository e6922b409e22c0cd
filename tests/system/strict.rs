//! Refusals and behaviour of AWS that no emulator shows: the proxies in front of the emulator add
//! them.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use aws_sdk_cloudfront::types::CachePolicyConfig;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use strict_aws::{Denial, Fate, limited, on_a_pricing_plan};

use crate::support::World;
use crate::support::cli::{Project, Running};
use crate::support::proxy::{Proxy, through};

const SITES: &str = "[shell]\n[teams.shipping]\n[teams.billing]\n";

/// The code of a call's error.
fn code<T, E: ProvideErrorMetadata>(answer: Result<T, E>) -> String {
    let error = answer.err();
    error
        .and_then(|error| error.code().map(str::to_owned))
        .unwrap_or_else(|| "no error".to_owned())
}

/// The tests' own clients meet the rules as well, so what a test prepares is possible on AWS.
#[tokio::test]
async fn quotas_hold_for_all_clients_and_deletions_count() {
    let world = World::new();
    let client = aws_sdk_cloudfront::Client::new(&world.config());
    let create = |number: usize| {
        let config = CachePolicyConfig::builder()
            .name(format!("p{number}"))
            .min_ttl(0)
            .build()
            .expect("a policy");
        client
            .create_cache_policy()
            .cache_policy_config(config)
            .send()
    };
    let mut last = None;
    for number in 1..=20 {
        last = Some(create(number).await.expect("room for 20"));
    }
    assert_eq!(code(create(21).await), "TooManyCachePolicies");
    let last = last.expect("20 policies");
    let id = last.cache_policy().expect("a policy").id();
    let delete = |version: &str| client.delete_cache_policy().id(id).if_match(version).send();
    assert_eq!(code(delete("stale").await), "PreconditionFailed");
    delete(last.e_tag().expect("its version"))
        .await
        .expect("deleted");
    create(21).await.expect("room for one");
}

#[tokio::test]
async fn names_of_aws_are_refused() {
    let world = World::new();
    let s3 = aws_sdk_s3::Client::new(&world.config());
    let bucket = s3.create_bucket().bucket("sthree-fruit").send().await;
    assert_eq!(code(bucket), "InvalidBucketName");
    let cognito = aws_sdk_cognitoidentityprovider::Client::new(&world.config());
    let pool = cognito.create_user_pool().pool_name("p").send().await;
    let pool = pool.expect("a pool").user_pool.expect("it is described");
    let domain = cognito
        .create_user_pool_domain()
        .user_pool_id(pool.id().expect("its id"))
        .domain("paws-1")
        .send()
        .await;
    assert_eq!(code(domain), "InvalidParameterException");
}

/// CloudFront may remember the references of distributions that it deleted.
#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_was_destroyed_is_created_again() {
    let project = Project::described(SITES);
    for _ in 0..2 {
        project.apply();
        project.destroy();
        assert_eq!(project.world.listing().await, Vec::<String>::new());
    }
}

/// CloudFront throttles at rates that it does not publish.
#[test]
fn a_slow_cloudfront_is_waited_for() {
    let project = Project::described(SITES);
    let mut slow = limited(5);
    // One proxy for all runs: the sites' URLs have its port.
    let proxy = Proxy::start(&project.world, move |call| match call.service.as_str() {
        "cloudfront" => slow(call),
        _ => Fate::Pass,
    });
    for arguments in [
        &["apply", "--yes"][..],
        &["plan", "--detailed-exitcode"],
        &["destroy", "--yes", "--delete-data"],
    ] {
        let mut command = project.command(arguments);
        command.env("AWS_ENDPOINT_URL", proxy.endpoint());
        let ended = Running::new(command).end();
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
    }
}

/// The policy that denied a call is named in the words of AWS.
#[test]
fn what_denied_a_call_is_reported() {
    let project = Project::new();
    for (denial, name) in [
        (Denial::IdentityPolicy, "denied-by-identity-policy"),
        (Denial::PermissionsBoundary, "denied-by-boundary"),
        (Denial::ServiceControlPolicy, "denied-by-organisation"),
    ] {
        let ended = through(&project, &["apply", "--yes"], move |call| {
            match call.operation.as_str() {
                "CreateQueue" => Fate::Denied(denial),
                _ => Fate::Pass,
            }
        });
        assert_eq!(ended.code, Some(1), "{ended:#?}");
        let reported = ended
            .ending()
            .lines()
            .skip_while(|line| !line.contains("sqs:"));
        let reported: Vec<_> = reported.take(2).collect();
        project.assert_snapshot(name, &reported.join("\n"));
    }
    project.destroy();
}

/// A service that does not exist in a Region has no name in DNS. Nothing needs it: it stops nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_a_name_stops_no_destroy() {
    let project = Project::new();
    project.apply();
    let mut command = project.command(&["destroy", "--yes", "--delete-data"]);
    let nowhere = "http://codeartifact.eu-west-1.amazonaws.invalid";
    command.env("AWS_ENDPOINT_URL_CODEARTIFACT", nowhere);
    let ended = Running::new(command).end();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(ended.stderr.contains("AWS::CodeArtifact::"), "{ended:#?}");
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// A list that lags hides what exists. Where names are unique, nothing is created twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_lags_makes_nothing_twice() {
    // MiniStack has no UpdateGroup, by which a group is resumed in a pool that was found again.
    let project = Project::described(&format!("{SITES}[identity]\ngroups = []\n"));
    // The operation whose next answer is to be empty.
    let lagging: Arc<Mutex<Option<&str>>> = Arc::default();
    let next = Arc::clone(&lagging);
    let proxy = Proxy::start(&project.world, move |call| {
        let mut next = next.lock().expect("an operation");
        let lags = |operation: &mut &str| call.operation.starts_with(*operation);
        if next.take_if(lags).is_some() {
            Fate::EmptyLists
        } else if next.is_some() && call.operation == "GetResources" {
            // Otherwise the index shows the pool, and pools are not listed.
            Fate::denied()
        } else {
            Fate::Pass
        }
    });
    let succeeds = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.env("AWS_ENDPOINT_URL", proxy.endpoint());
        let ended = Running::new(command).end();
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
    };
    succeeds(&["apply", "--yes"]);
    let before = project.world.listing().await;
    for operation in [
        "ListQueues",
        "DescribeLogGroups",
        "ListUserPools",
        "GET /2015-03-31/event-source-mappings",
        "GET /v2/apis",
    ] {
        *lagging.lock().expect("an operation") = Some(operation);
        succeeds(&["apply", "--yes"]);
        let left = *lagging.lock().expect("an operation");
        assert_eq!(left, None, "no list lagged");
        assert_eq!(project.world.listing().await, before, "{operation}");
        succeeds(&["plan", "--detailed-exitcode"]);
    }
    succeeds(&["destroy", "--yes", "--delete-data"]);
}

/// Nothing tells AWS that a call for an API or a user pool is the same again, so none is sent again
/// before the first one's outcome is known.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_creates_nothing_twice() {
    for operation in ["POST /v2/apis", "CreateUserPool"] {
        let project = Project::described(SITES);
        let (done, performed) = channel();
        let mut lost = false;
        let proxy = Proxy::start(&project.world, move |call| {
            if lost || call.operation != operation {
                return Fate::Pass;
            }
            lost = true;
            Fate::LoseAnswer(done.clone())
        });
        let mut command = project.command(&["apply", "--yes"]);
        command.env("AWS_ENDPOINT_URL", proxy.endpoint());
        let ended = Running::new(command).end();
        assert_eq!(ended.code, Some(0), "{operation}: {ended:#?}");
        performed.try_recv().expect("an answer was lost");
        let ours = project.world.listing().await;
        for kind in ["api", "user pool"] {
            let kind = format!("{kind} {}", project.world.system);
            let made = ours.iter().filter(|line| line.starts_with(&kind));
            assert_eq!(made.count(), 1, "{operation}: {ours:#?}");
        }
        project.destroy();
        assert_eq!(project.world.listing().await, Vec::<String>::new());
    }
}

/// AWS refuses such a deletion for good: it is not retried, and the sites stay enabled and readable.
#[tokio::test(flavor = "multi_thread")]
async fn a_distribution_on_a_pricing_plan_is_not_taken_down() {
    let project = Project::described(SITES);
    project.apply();
    let destroy = ["destroy", "--yes", "--delete-data"];
    let ended = through(&project, &destroy, on_a_pricing_plan);
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    assert!(
        ended.stderr.contains("subscribed to a pricing plan"),
        "{ended:#?}"
    );
    let client = aws_sdk_cloudfront::Client::new(&project.world.config());
    let listed = client.list_distributions().send().await.expect("listed");
    let found = listed.distribution_list.and_then(|list| list.items);
    let found = found.unwrap_or_default();
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|of| of.enabled), "{found:#?}");
    let s3 = aws_sdk_s3::Client::new(&project.world.config());
    for bucket in s3.list_buckets().send().await.expect("listed").buckets() {
        let name = bucket.name().unwrap_or_default();
        let policy = s3.get_bucket_policy().bucket(name).send().await;
        policy.unwrap_or_else(|error| panic!("{name} has no policy: {error:?}"));
    }
    project.apply();
    project.destroy();
}

/// A domain moves in one apply, with the team that is renamed, and from one team to another.
#[tokio::test(flavor = "multi_thread")]
async fn a_domain_moves_from_one_site_to_another() {
    let project = Project::new();
    let route53 = aws_sdk_route53::Client::new(&project.world.config());
    let zone = route53
        .create_hosted_zone()
        .name("apps.example.com")
        .caller_reference("test")
        .send()
        .await
        .expect("a zone");
    let zone = zone.hosted_zone.expect("it is described").id;
    let zone = zone.rsplit('/').next().unwrap_or_default().to_owned();
    let owner = |team: &str| {
        format!(
            "[shell]\n[teams.{team}]\ndomain = \"orders.apps.example.com\"\nzone_id = \"{zone}\"\n"
        )
    };
    for description in [
        owner("shipping"),
        owner("delivery"),
        format!("{}[teams.billing]\n", owner("delivery")),
        format!("{}[teams.delivery]\n", owner("billing")),
    ] {
        project.describe(&description);
        project.apply();
    }
    project.destroy();
}
