//! `AWS::S3::Bucket`.

use std::collections::BTreeSet;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketVersioningStatus, CorsConfiguration as SdkCors, CorsRule as SdkCorsRule, Tag, Tagging,
    VersioningConfiguration as SdkVersioning,
};
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::s3::{
    AbortIncompleteMultipartUpload, Bucket, BucketEncryption, CorsConfiguration, CorsRule,
    LifecycleConfiguration, LifecycleRule, LifecycleStatus, LoggingConfiguration,
    NoncurrentVersionExpiration, NoncurrentVersionTransition, ObjectOwnership,
    PublicAccessBlockConfiguration, ServerSideEncryptionByDefault, ServerSideEncryptionRule,
    TagFilter, Transition, VersioningConfiguration, VersioningStatus,
};
use model::{Graph, Tags, Text};

use super::{Variation, bucket, client, name};
use crate::support::{World, describe, only, paths};

fn graph(world: &World, bucket: &Bucket) -> Graph {
    world.graph(|stack| {
        stack.add("bucket", bucket.clone());
    })
}

/// Applies a change and checks that it is planned as an update of just these properties.
async fn update(world: &World, changed: &Bucket, expected: &[&str]) {
    let plan = world.apply(&graph(world, changed)).await;
    assert!(
        matches!(
            only(&plan).action,
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

fn kms(key: Option<&str>, algorithm: &str, bucket_key: bool) -> BucketEncryption {
    BucketEncryption {
        server_side_encryption_configuration: vec![ServerSideEncryptionRule {
            server_side_encryption_by_default: Some(ServerSideEncryptionByDefault {
                sse_algorithm: algorithm.to_owned(),
                kms_master_key_id: key.map(Text::from),
            }),
            bucket_key_enabled: Some(bucket_key),
        }],
    }
}

#[tokio::test]
async fn protection_changes_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &bucket(&world))).await;
    let mut changed = bucket(&world);
    changed.public_access_block_configuration = Some(PublicAccessBlockConfiguration {
        block_public_policy: Some(false),
        ..PublicAccessBlockConfiguration::all()
    });
    update(
        &world,
        &changed,
        &["PublicAccessBlockConfiguration.BlockPublicPolicy"],
    )
    .await;
    changed.public_access_block_configuration = Some(PublicAccessBlockConfiguration::default());
    let rest = [
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "RestrictPublicBuckets",
    ];
    let rest = rest.map(|member| format!("PublicAccessBlockConfiguration.{member}"));
    update(&world, &changed, &rest.each_ref().map(String::as_str)).await;
    changed.public_access_block_configuration = None;
    let all = [
        &rest[..],
        &["PublicAccessBlockConfiguration.BlockPublicPolicy".to_owned()],
    ]
    .concat();
    update(
        &world,
        &changed,
        &all.iter().map(String::as_str).collect::<Vec<_>>(),
    )
    .await;
    for ownership in [
        ObjectOwnership::ObjectWriter,
        ObjectOwnership::BucketOwnerPreferred,
    ] {
        changed.ownership_controls = Some(ownership.into());
        update(
            &world,
            &changed,
            &["OwnershipControls.Rules[0].ObjectOwnership"],
        )
        .await;
    }
    changed.ownership_controls = None;
    update(
        &world,
        &changed,
        &["OwnershipControls.Rules[0].ObjectOwnership"],
    )
    .await;
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn encryption_changes_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &bucket(&world))).await;
    let rule = "BucketEncryption.ServerSideEncryptionConfiguration[0]";
    let (algorithm, key, bucket_key) = (
        format!("{rule}.ServerSideEncryptionByDefault.SSEAlgorithm"),
        format!("{rule}.ServerSideEncryptionByDefault.KMSMasterKeyID"),
        format!("{rule}.BucketKeyEnabled"),
    );
    let mut changed = bucket(&world);
    changed.bucket_encryption = Some(kms(Some("alias/acme"), "aws:kms", true));
    update(&world, &changed, &[&algorithm, &key, &bucket_key]).await;
    changed.bucket_encryption = Some(kms(Some("alias/other"), "aws:kms", true));
    update(&world, &changed, &[&key]).await;
    changed.bucket_encryption = Some(kms(None, "aws:kms:dsse", true));
    update(&world, &changed, &[&algorithm, &key]).await;
    changed.bucket_encryption = Some(kms(None, "AES256", true));
    update(&world, &changed, &[&algorithm]).await;
    changed.bucket_encryption = None;
    update(&world, &changed, &[&bucket_key]).await;
    world.destroy(&graph(&world, &changed)).await;
}

fn rule(id: &str) -> LifecycleRule {
    LifecycleRule {
        id: Some(id.to_owned()),
        expiration_in_days: Some(30),
        ..LifecycleRule::default()
    }
}

fn rules(rules: impl IntoIterator<Item = LifecycleRule>) -> Option<LifecycleConfiguration> {
    let rules = rules.into_iter().collect();
    Some(LifecycleConfiguration {
        rules,
        transition_default_minimum_object_size: None,
    })
}

/// MiniStack always answers with the same minimum size for transitions: other sizes are tested with
/// scripted answers.
#[tokio::test]
async fn lifecycle_rules_change_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &bucket(&world))).await;
    let mut changed = bucket(&world);
    changed.lifecycle_configuration = rules([rule("b"), rule("a")]);
    update(&world, &changed, &["LifecycleConfiguration"]).await;
    let changes: [Variation<LifecycleRule>; 11] = [
        ("Status", |rule| rule.status = LifecycleStatus::Disabled),
        ("Prefix", |rule| rule.prefix = Some("releases/".to_owned())),
        ("TagFilters", |rule| {
            let filter = |key: &str| TagFilter {
                key: key.to_owned(),
                value: "v".to_owned(),
            };
            rule.tag_filters = vec![filter("b"), filter("a")];
        }),
        ("ObjectSizeGreaterThan", |rule| {
            rule.object_size_greater_than = Some("1000".to_owned());
        }),
        ("ObjectSizeLessThan", |rule| {
            rule.object_size_less_than = Some("100000".to_owned());
        }),
        ("ExpirationInDays", |rule| {
            rule.expiration_in_days = Some(60);
        }),
        ("NoncurrentVersionExpiration", |rule| {
            rule.noncurrent_version_expiration = Some(NoncurrentVersionExpiration {
                noncurrent_days: 90,
                newer_noncurrent_versions: Some(5),
            });
        }),
        ("Transitions", |rule| {
            let to = |storage_class: &str, days| Transition {
                storage_class: storage_class.to_owned(),
                transition_in_days: Some(days),
                transition_date: None,
            };
            rule.transitions = vec![to("STANDARD_IA", 30), to("GLACIER", 45)];
        }),
        ("NoncurrentVersionTransitions", |rule| {
            rule.noncurrent_version_transitions = vec![NoncurrentVersionTransition {
                storage_class: "GLACIER_IR".to_owned(),
                transition_in_days: 30,
                newer_noncurrent_versions: Some(2),
            }];
        }),
        ("AbortIncompleteMultipartUpload", |rule| {
            rule.abort_incomplete_multipart_upload = Some(AbortIncompleteMultipartUpload {
                days_after_initiation: 7,
            });
        }),
        ("Prefix", |rule| rule.prefix = None),
    ];
    let mut first = rule("a");
    for (property, change) in changes {
        change(&mut first);
        changed.lifecycle_configuration = rules([first.clone(), rule("b")]);
        update(
            &world,
            &changed,
            &[&format!("LifecycleConfiguration.Rules[0].{property}")],
        )
        .await;
    }
    let mut dated = rule("b");
    (dated.expiration_in_days, dated.expiration_date) = (None, Some("2035-01-01".to_owned()));
    changed.lifecycle_configuration = rules([first.clone(), dated]);
    let expiration = ["ExpirationInDays", "ExpirationDate"]
        .map(|of| format!("LifecycleConfiguration.Rules[1].{of}"));
    update(&world, &changed, &expiration.each_ref().map(String::as_str)).await;
    let markers = LifecycleRule {
        id: None,
        expiration_in_days: None,
        ..rule("")
    };
    changed.lifecycle_configuration = rules([LifecycleRule {
        expired_object_delete_marker: Some(true),
        ..markers
    }]);
    update(&world, &changed, &["LifecycleConfiguration.Rules"]).await;
    changed.lifecycle_configuration = None;
    update(&world, &changed, &["LifecycleConfiguration"]).await;
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn cross_origin_rules_change_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &bucket(&world))).await;
    let mut changed = bucket(&world);
    let strings = |values: &[&str]| values.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut rule = CorsRule {
        allowed_methods: strings(&["HEAD", "GET"]),
        allowed_origins: strings(&["https://b.example.com", "https://a.example.com"]),
        ..CorsRule::default()
    };
    let with = |rule: &CorsRule| {
        Some(CorsConfiguration {
            cors_rules: vec![rule.clone()],
        })
    };
    changed.cors_configuration = with(&rule);
    update(&world, &changed, &["CorsConfiguration"]).await;
    let changes: [Variation<CorsRule>; 6] = [
        ("Id", |rule| rule.id = Some("teams".to_owned())),
        ("AllowedHeaders", |rule| {
            rule.allowed_headers = vec!["x-b".to_owned(), "x-a".to_owned()];
        }),
        ("AllowedMethods", |rule| {
            rule.allowed_methods = vec!["GET".to_owned()];
        }),
        ("AllowedOrigins", |rule| {
            rule.allowed_origins = vec!["*".to_owned()];
        }),
        ("ExposedHeaders", |rule| {
            rule.exposed_headers = vec!["ETag".to_owned()];
        }),
        ("MaxAge", |rule| rule.max_age = Some(600)),
    ];
    for (property, change) in changes {
        change(&mut rule);
        changed.cors_configuration = with(&rule);
        update(
            &world,
            &changed,
            &[&format!("CorsConfiguration.CorsRules[0].{property}")],
        )
        .await;
    }
    changed.cors_configuration = None;
    update(&world, &changed, &["CorsConfiguration"]).await;
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn versions_and_logs_change_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &bucket(&world))).await;
    let mut changed = bucket(&world);
    changed.versioning_configuration = Some(VersioningConfiguration {
        status: VersioningStatus::Enabled,
    });
    update(&world, &changed, &["VersioningConfiguration"]).await;
    changed.versioning_configuration = Some(VersioningConfiguration {
        status: VersioningStatus::Suspended,
    });
    update(&world, &changed, &["VersioningConfiguration"]).await;
    let logging = |prefix: Option<&str>| LoggingConfiguration {
        destination_bucket_name: None,
        log_file_prefix: prefix.map(str::to_owned),
    };
    changed.logging_configuration = Some(logging(None));
    update(&world, &changed, &["LoggingConfiguration"]).await;
    changed.logging_configuration = Some(logging(Some("requests/")));
    update(&world, &changed, &["LoggingConfiguration.LogFilePrefix"]).await;
    let elsewhere = LoggingConfiguration {
        destination_bucket_name: Some(Text::from("acme-logs")),
        ..logging(None)
    };
    changed.logging_configuration = Some(elsewhere);
    let both = [
        "LoggingConfiguration.LogFilePrefix",
        "LoggingConfiguration.DestinationBucketName",
    ];
    update(&world, &changed, &both).await;
    // A description without logs leaves those that are written.
    changed.logging_configuration = None;
    update(&world, &changed, &[]).await;
    let plan = world.plan(&graph(&world, &changed)).await;
    let left = plan.left.iter().flat_map(|of| &of.properties.0);
    let left: Vec<_> = left.map(|change| change.path.as_str()).collect();
    assert_eq!(left, ["LoggingConfiguration"]);
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn everything_is_set_at_once() {
    let world = World::new();
    let whole = Bucket {
        bucket_encryption: Some(kms(Some("alias/acme"), "aws:kms", true)),
        public_access_block_configuration: Some(PublicAccessBlockConfiguration::all()),
        ownership_controls: Some(ObjectOwnership::BucketOwnerPreferred.into()),
        versioning_configuration: Some(VersioningConfiguration {
            status: VersioningStatus::Enabled,
        }),
        lifecycle_configuration: rules([rule("a")]),
        ..bucket(&world)
    };
    world.apply(&graph(&world, &whole)).await;
    world.destroy(&graph(&world, &whole)).await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let (s3, name) = (client(&world), name(&world));
    let tagged = |value: &str| {
        world.graph_tagged(
            Tags::from([("team".to_owned(), value.to_owned())]),
            |stack| {
                stack.add("bucket", bucket(&world));
            },
        )
    };
    world.apply(&tagged("web")).await;
    let enabled = SdkVersioning::builder()
        .status(BucketVersioningStatus::Enabled)
        .build();
    s3.put_bucket_versioning()
        .bucket(&name)
        .versioning_configuration(enabled)
        .send()
        .await
        .expect("changed");
    let rule = SdkCorsRule::builder()
        .allowed_methods("GET")
        .allowed_origins("*")
        .build()
        .expect("a rule");
    let rules = SdkCors::builder().cors_rules(rule).build().expect("rules");
    s3.put_bucket_cors()
        .bucket(&name)
        .cors_configuration(rules)
        .send()
        .await
        .expect("changed");
    let tags = s3
        .get_bucket_tagging()
        .bucket(&name)
        .send()
        .await
        .expect("tags")
        .tag_set;
    let other = tags.into_iter().filter(|tag| tag.key() != "team");
    let other = other.chain([Tag::builder()
        .key("team")
        .value("someone")
        .build()
        .expect("a tag")]);
    let tagging = Tagging::builder()
        .set_tag_set(Some(other.collect()))
        .build()
        .expect("tags");
    s3.put_bucket_tagging()
        .bucket(&name)
        .tagging(tagging)
        .send()
        .await
        .expect("tagged");
    let plan = world.apply(&tagged("web")).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    assert_eq!(
        paths(only(&plan)),
        ["CorsConfiguration", "VersioningConfiguration", "Tags.team"]
    );
    let plan = world.apply(&tagged("shop")).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    s3.delete_bucket()
        .bucket(&name)
        .send()
        .await
        .expect("deleted");
    let plan = world.apply(&tagged("shop")).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&tagged("shop")).await;
}

/// A bucket holds people's data: another name is another bucket, and the old one stays until its
/// deletion is requested.
#[tokio::test]
async fn a_bucket_is_kept_unless_its_data_may_go() {
    let world = World::new();
    world.apply(&graph(&world, &bucket(&world))).await;
    let empty = world.graph(|_| {});
    let plan = world.plan(&empty).await;
    assert!(plan.is_empty() && plan.kept.len() == 1, "{plan:?}");
    let plan = world
        .try_plan(&empty, Goal::Destroy { delete_data: false })
        .await
        .expect("a plan");
    assert!(plan.is_empty() && plan.kept.len() == 1, "{plan:?}");
    world.destroy(&empty).await;
}

#[tokio::test]
async fn a_deletion_takes_every_version_and_every_upload() {
    let world = World::new();
    let (s3, name) = (client(&world), name(&world));
    let versioned = Bucket {
        versioning_configuration: Some(VersioningConfiguration {
            status: VersioningStatus::Enabled,
        }),
        ..bucket(&world)
    };
    world.apply(&graph(&world, &versioned)).await;
    for batch in 0..22 {
        let puts = (0..50).map(|number| {
            let put = s3
                .put_object()
                .bucket(&name)
                .key(format!("{}.txt", (batch * 50 + number) % 700));
            put.body(ByteStream::from_static(b"text")).send()
        });
        futures_util::future::try_join_all(puts).await.expect("put");
    }
    s3.delete_object()
        .bucket(&name)
        .key("1.txt")
        .send()
        .await
        .expect("a delete marker");
    s3.create_multipart_upload()
        .bucket(&name)
        .key("large")
        .send()
        .await
        .expect("an upload");
    world.destroy(&graph(&world, &versioned)).await;
    let left = s3
        .list_buckets()
        .prefix(&name)
        .send()
        .await
        .expect("listed");
    assert!(left.buckets().is_empty(), "{left:?}");
}

#[tokio::test]
async fn buckets_of_others_are_refused() {
    let world = World::new();
    let s3 = client(&world);
    let create = |client: &aws_sdk_s3::Client, region: &str| {
        let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
            .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::from(region));
        client
            .create_bucket()
            .bucket(name(&world))
            .create_bucket_configuration(place.build())
            .send()
    };
    create(&s3, "eu-west-1").await.expect("created");
    match world
        .try_plan(&graph(&world, &bucket(&world)), Goal::Converge)
        .await
    {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    assert!(world.plan(&world.graph(|_| {})).await.is_empty());
    s3.delete_bucket()
        .bucket(name(&world))
        .send()
        .await
        .expect("deleted");
}

/// The name is another account's: nothing else is known about the bucket.
#[tokio::test]
async fn a_name_of_another_account_stops_the_plan() {
    let (world, other) = (World::new(), World::new());
    if world.account_id == other.account_id {
        eprintln!("skipped: the endpoint has one account");
        return;
    }
    let theirs = Bucket {
        bucket_name: Text::from(name(&world)),
        ..Bucket::default()
    };
    other.apply(&graph(&other, &theirs)).await;
    let account = world.account().await;
    let (graph, registry) = (graph(&world, &bucket(&world)), aws::readers(&account));
    let everything = engine::Selection::All;
    let read = engine::read(
        &graph,
        &everything,
        &registry,
        account.known(),
        Goal::Converge,
    )
    .await
    .expect_err("no plan");
    assert!(
        read.to_string().contains("is taken by another AWS account"),
        "{read}"
    );
    other.destroy(&self::graph(&other, &theirs)).await;
}

#[tokio::test]
async fn nothing_to_do_takes_eight_calls_a_bucket() {
    let world = World::new();
    let with = |names: &[&str]| {
        world.graph(|stack| {
            for suffix in names {
                let bucket_name = Text::from(format!("{}-{suffix}", name(&world)));
                stack.add(
                    suffix,
                    Bucket {
                        bucket_name,
                        ..Bucket::default()
                    },
                );
            }
        })
    };
    let calls = async |graph: &Graph| {
        world.apply(graph).await;
        let account = world.account().await;
        let before = account.calls().get();
        world.read(&account, graph, Goal::Converge).await;
        account.calls().get() - before
    };
    // With the lists of every type.
    let one = calls(&with(&["a"])).await;
    assert_eq!(calls(&with(&["a", "b"])).await, one + 8);
    world.destroy(&with(&["a", "b"])).await;
}
