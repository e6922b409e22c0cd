//! `AWS::CloudFront::Distribution`.

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{
    Distribution as SdkDistribution, DistributionConfig as SdkConfig, LoggingConfig, OriginGroup,
    OriginGroupFailoverCriteria, OriginGroupMember, OriginGroupMembers, OriginGroups, StatusCodes,
    Tag, TagKeys, Tags as SdkTags,
};
use engine::{Action, Reason};
use model::types::cloudfront::{
    CacheBehavior, CustomErrorResponse, CustomOriginConfig, DefaultCacheBehavior, Distribution,
    DistributionConfig, EventType, FunctionAssociation, GeoRestriction, GeoRestrictionType,
    HttpVersion, IpAddressType, Logging, Method, Origin, OriginCustomHeader, OriginProtocolPolicy,
    OriginShield, PriceClass, Restrictions, S3OriginConfig, SslProtocol, SslSupportMethod,
    ViewerCertificate, ViewerProtocolPolicy,
};
use model::{Tags, Text};

use super::{
    OPTIMIZED, add_bucket, assert_repairs, cache_policy, control, function, graph_of,
    only_the_bucket, site, update,
};
use crate::support::{World, describe, only};

const ACM: &str = "arn:aws:acm:us-east-1:111122223333:certificate/1";

/// The account's only distribution, and its version.
async fn live(client: &Client) -> (SdkDistribution, SdkConfig, String) {
    let list = client
        .list_distributions()
        .send()
        .await
        .expect("listed")
        .distribution_list
        .expect("a list");
    let id = list.items.expect("distributions").remove(0).id;
    let answer = client.get_distribution().id(id).send().await.expect("read");
    let mut distribution = answer.distribution.expect("a distribution");
    let config = distribution
        .distribution_config
        .take()
        .expect("a configuration");
    (distribution, config, answer.e_tag.expect("a version"))
}

/// Changes it outside Frontage.
async fn meddle(client: &Client, change: impl Fn(&mut SdkConfig)) {
    let (distribution, mut config, version) = live(client).await;
    change(&mut config);
    let call = client
        .update_distribution()
        .id(distribution.id)
        .if_match(version)
        .distribution_config(config);
    call.send().await.expect("changed");
}

/// The paths that a change touches, with spaces between, and the change.
type Step<'s> = (&'s str, &'s dyn Fn(&mut DistributionConfig));

async fn steps(world: &World, changes: &[Step<'_>]) {
    let mut config = site();
    world.apply(&graph_of(world, &config)).await;
    for (paths, change) in changes {
        change(&mut config);
        let paths: Vec<String> = paths
            .split(' ')
            .map(|path| format!("DistributionConfig.{path}"))
            .collect();
        update(
            world,
            &graph_of(world, &config),
            &paths.iter().map(String::as_str).collect::<Vec<_>>(),
        )
        .await;
    }
    world.destroy(&graph_of(world, &config)).await;
    assert_eq!(world.listing().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_a_site_is_changes_in_place() {
    let world = World::new();
    let certificate = |method, version: Option<&str>| {
        Some(ViewerCertificate {
            acm_certificate_arn: Some(ACM.into()),
            minimum_protocol_version: version.map(str::to_owned),
            ssl_support_method: method,
            ..ViewerCertificate::default()
        })
    };
    let restrictions = |restriction_type, locations: &[&str]| {
        let locations = locations.iter().map(ToString::to_string).collect();
        Some(Restrictions {
            geo_restriction: GeoRestriction {
                restriction_type,
                locations,
            },
        })
    };
    let logging = |prefix: Option<&str>| {
        let prefix = prefix.map(str::to_owned);
        Some(Logging {
            bucket: "logs.s3.amazonaws.com".into(),
            include_cookies: None,
            prefix,
        })
    };
    steps(
        &world,
        &[
            ("Comment", &|of| of.comment = Some("The site".to_owned())),
            ("Comment", &|of| of.comment = None),
            ("Enabled", &|of| of.enabled = false),
            ("DefaultRootObject", &|of| {
                of.default_root_object = Some("index.html".to_owned());
            }),
            ("HttpVersion", &|of| {
                of.http_version = Some(HttpVersion::Http2And3);
            }),
            ("IPV6Enabled", &|of| of.ipv6_enabled = Some(true)),
            ("PriceClass", &|of| {
                of.price_class = Some(PriceClass::Class100);
            }),
            ("WebACLId", &|of| {
                of.web_acl_id = Some("arn:aws:wafv2:us-east-1:1:global/webacl/a/1".into());
            }),
            ("WebACLId", &|of| of.web_acl_id = Some("".into())),
            ("Logging", &|of| of.logging = logging(None)),
            ("Logging.Prefix", &|of| of.logging = logging(Some("site/"))),
            ("Restrictions", &|of| {
                of.restrictions = restrictions(GeoRestrictionType::Whitelist, &["DE", "AT"]);
            }),
            ("Restrictions.GeoRestriction.Locations", &|of| {
                of.restrictions = restrictions(GeoRestrictionType::Whitelist, &["AT"]);
            }),
            ("Restrictions", &|of| {
                of.restrictions = restrictions(GeoRestrictionType::None, &[]);
            }),
            ("ViewerCertificate", &|of| {
                of.viewer_certificate = certificate(None, None);
            }),
            ("ViewerCertificate.MinimumProtocolVersion", &|of| {
                of.viewer_certificate = certificate(None, Some("TLSv1.2_2021"));
            }),
            ("ViewerCertificate.SslSupportMethod", &|of| {
                of.viewer_certificate =
                    certificate(Some(SslSupportMethod::Vip), Some("TLSv1.2_2021"));
            }),
            ("Aliases", &|of| {
                of.aliases = vec!["www.example.com".into(), "example.com".into()];
            }),
            ("Aliases", &|of| of.aliases = vec!["www.example.com".into()]),
            ("Aliases ViewerCertificate", &|of| {
                (of.aliases, of.viewer_certificate) = (Vec::new(), None);
            }),
            ("CustomErrorResponses", &|of| {
                of.custom_error_responses = [404, 403]
                    .map(|code| CustomErrorResponse {
                        error_code: code,
                        error_caching_min_ttl: None,
                        response_code: Some(200),
                        response_page_path: Some("/index.html".to_owned()),
                    })
                    .into();
            }),
            ("CustomErrorResponses[1].ErrorCachingMinTTL", &|of| {
                of.custom_error_responses[0].error_caching_min_ttl = Some(0);
            }),
            ("CustomErrorResponses", &|of| {
                of.custom_error_responses.clear();
            }),
        ],
    )
    .await;
}

#[tokio::test]
async fn how_it_serves_changes_in_place() {
    let world = World::new();
    let all = [
        Method::Delete,
        Method::Get,
        Method::Head,
        Method::Options,
        Method::Patch,
        Method::Post,
        Method::Put,
    ];
    let pattern = |pattern: &str| CacheBehavior {
        path_pattern: pattern.to_owned(),
        behavior: DefaultCacheBehavior {
            compress: Some(true),
            ..site().default_cache_behavior
        },
    };
    let arn = "arn:aws:cloudfront::111122223333:function/acme";
    let association = |event_type| FunctionAssociation {
        event_type,
        function_arn: arn.into(),
    };
    steps(
        &world,
        &[
            ("DefaultCacheBehavior.AllowedMethods", &|of| of.default_cache_behavior.allowed_methods = all.into()),
            ("DefaultCacheBehavior.CachedMethods", &|of| {
                of.default_cache_behavior.cached_methods = vec![Method::Options, Method::Head, Method::Get];
            }),
            ("DefaultCacheBehavior.CachePolicyId", &|of| {
                of.default_cache_behavior.cache_policy_id = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad".into();
            }),
            ("DefaultCacheBehavior.Compress", &|of| of.default_cache_behavior.compress = Some(true)),
            ("DefaultCacheBehavior.OriginRequestPolicyId", &|of| {
                let policy = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf";
                of.default_cache_behavior.origin_request_policy_id = Some(policy.into());
            }),
            ("DefaultCacheBehavior.ResponseHeadersPolicyId", &|of| {
                let policy = "67f7725c-6f97-4210-82d7-5512b31e9d03";
                of.default_cache_behavior.response_headers_policy_id = Some(policy.into());
            }),
            ("DefaultCacheBehavior.OriginRequestPolicyId DefaultCacheBehavior.ResponseHeadersPolicyId", &|of| {
                of.default_cache_behavior.origin_request_policy_id = None;
                of.default_cache_behavior.response_headers_policy_id = None;
            }),
            ("DefaultCacheBehavior.ViewerProtocolPolicy", &|of| {
                of.default_cache_behavior.viewer_protocol_policy = ViewerProtocolPolicy::HttpsOnly;
            }),
            ("DefaultCacheBehavior.FunctionAssociations", &|of| {
                of.default_cache_behavior.function_associations =
                    [EventType::ViewerResponse, EventType::ViewerRequest].map(association).into();
            }),
            ("DefaultCacheBehavior.FunctionAssociations", &|of| {
                of.default_cache_behavior.function_associations.clear();
            }),
            ("CacheBehaviors", &|of| of.cache_behaviors = vec![pattern("releases/*"), pattern("assets/*")]),
            // Their order decides which is matched first.
            ("CacheBehaviors[0].PathPattern CacheBehaviors[1].PathPattern", &|of| of.cache_behaviors.reverse()),
            ("CacheBehaviors[1].ViewerProtocolPolicy", &|of| {
                of.cache_behaviors[1].behavior.viewer_protocol_policy = ViewerProtocolPolicy::AllowAll;
            }),
            ("CacheBehaviors", &|of| of.cache_behaviors.clear()),
        ],
    )
    .await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table of cases, in order")]
async fn what_it_serves_from_changes_in_place() {
    let world = World::new();
    let server = Origin {
        id: "api".to_owned(),
        domain_name: "api.example.com".into(),
        custom_origin_config: Some(CustomOriginConfig {
            http_port: None,
            https_port: None,
            ip_address_type: None,
            origin_keepalive_timeout: None,
            origin_protocol_policy: OriginProtocolPolicy::HttpsOnly,
            origin_read_timeout: None,
            origin_ssl_protocols: Vec::new(),
        }),
        ..Origin::default()
    };
    let custom = |of: &mut DistributionConfig, change: &dyn Fn(&mut CustomOriginConfig)| {
        change(
            of.origins[1]
                .custom_origin_config
                .as_mut()
                .expect("a server"),
        );
    };
    let header = |name: &str| OriginCustomHeader {
        header_name: name.to_owned(),
        header_value: "1".into(),
    };
    let api = "Origins[0].CustomOriginConfig";
    steps(
        &world,
        &[
            ("Origins[0].OriginAccessControlId", &|of| {
                of.origins[0].origin_access_control_id = Some("E1".into());
            }),
            ("Origins[0].OriginAccessControlId", &|of| {
                of.origins[0].origin_access_control_id = None;
            }),
            ("Origins[0].S3OriginConfig.OriginAccessIdentity", &|of| {
                let identity = Some(Text::from("origin-access-identity/cloudfront/E2"));
                of.origins[0].s3_origin_config = Some(S3OriginConfig {
                    origin_access_identity: identity,
                });
            }),
            ("Origins[0].S3OriginConfig.OriginAccessIdentity", &|of| {
                of.origins[0].s3_origin_config = Some(S3OriginConfig::default());
            }),
            ("Origins[0].OriginPath", &|of| {
                of.origins[0].origin_path = Some("/site".to_owned());
            }),
            ("Origins[0].DomainName", &|of| {
                of.origins[0].domain_name = "acme-other.s3.eu-west-1.amazonaws.com".into();
            }),
            ("Origins[0].ConnectionAttempts", &|of| {
                of.origins[0].connection_attempts = Some(2);
            }),
            ("Origins[0].ConnectionTimeout", &|of| {
                of.origins[0].connection_timeout = Some(5);
            }),
            ("Origins[0].OriginCustomHeaders", &|of| {
                of.origins[0].origin_custom_headers = vec![header("b"), header("a")];
            }),
            ("Origins[0].OriginCustomHeaders", &|of| {
                of.origins[0].origin_custom_headers.clear();
            }),
            ("Origins[0].OriginShield", &|of| {
                let region = Some("eu-west-1".to_owned());
                of.origins[0].origin_shield = Some(OriginShield {
                    enabled: Some(true),
                    origin_shield_region: region,
                });
            }),
            ("Origins[0].OriginShield", &|of| {
                of.origins[0].origin_shield = None;
            }),
            ("Origins", &|of| of.origins.push(server.clone())),
            (&format!("{api}.HTTPPort"), &|of| {
                custom(of, &|of| of.http_port = Some(8080));
            }),
            (&format!("{api}.HTTPSPort"), &|of| {
                custom(of, &|of| of.https_port = Some(8443));
            }),
            (&format!("{api}.IpAddressType"), &|of| {
                custom(of, &|of| {
                    of.ip_address_type = Some(IpAddressType::Dualstack);
                });
            }),
            (&format!("{api}.OriginKeepaliveTimeout"), &|of| {
                custom(of, &|of| of.origin_keepalive_timeout = Some(10));
            }),
            (&format!("{api}.OriginReadTimeout"), &|of| {
                custom(of, &|of| of.origin_read_timeout = Some(10));
            }),
            (&format!("{api}.OriginProtocolPolicy"), &|of| {
                custom(of, &|of| {
                    of.origin_protocol_policy = OriginProtocolPolicy::MatchViewer;
                });
            }),
            (&format!("{api}.OriginSSLProtocols"), &|of| {
                custom(of, &|of| {
                    of.origin_ssl_protocols = vec![SslProtocol::Tls1_2, SslProtocol::Tls1_1];
                });
            }),
            ("DefaultCacheBehavior.TargetOriginId", &|of| {
                of.default_cache_behavior.target_origin_id = "api".to_owned();
            }),
            ("Origins DefaultCacheBehavior.TargetOriginId", &|of| {
                of.origins.truncate(1);
                of.default_cache_behavior.target_origin_id = "bucket".to_owned();
            }),
        ],
    )
    .await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let client = Client::new(&world.config());
    let tagged = |value: &str| {
        world.graph_tagged(
            Tags::from([("team".to_owned(), value.to_owned())]),
            |stack| {
                let config = DistributionConfig {
                    comment: Some("Acme".to_owned()),
                    price_class: Some(PriceClass::All),
                    ..site()
                };
                stack.add(
                    "site",
                    Distribution {
                        distribution_config: config,
                    },
                );
            },
        )
    };
    world.apply(&tagged("web")).await;
    meddle(&client, |of| of.enabled = false).await;
    assert_repairs(
        &world.apply(&tagged("web")).await,
        &["DistributionConfig.Enabled"],
    );
    meddle(&client, |of| of.price_class = Some("PriceClass_200".into())).await;
    assert_repairs(
        &world.apply(&tagged("web")).await,
        &["DistributionConfig.PriceClass"],
    );

    let (distribution, ..) = live(&client).await;
    let tag = Tag::builder()
        .key("team")
        .value("shop")
        .build()
        .expect("a tag");
    let tags = SdkTags::builder().items(tag).build();
    client
        .tag_resource()
        .resource(&distribution.arn)
        .tags(tags)
        .send()
        .await
        .expect("tagged");
    assert_repairs(&world.apply(&tagged("web")).await, &["Tags.team"]);
    world.destroy(&tagged("web")).await;
}

/// Firewall Manager and Config rules attach web ACLs and logs to every distribution of an account.
#[tokio::test]
async fn what_an_organisation_attaches_is_left() {
    let world = World::new();
    let client = Client::new(&world.config());
    world.apply(&graph_of(&world, &site())).await;
    let acl = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/FMManagedWebACLV2-org/1";
    meddle(&client, |of| {
        of.web_acl_id = Some(acl.to_owned());
        let logging = LoggingConfig::builder()
            .enabled(true)
            .bucket("org-logs.s3.amazonaws.com")
            .prefix("cdn/")
            .include_cookies(false);
        of.logging = Some(logging.build());
        of.price_class = Some("PriceClass_100".into());
    })
    .await;
    let plan = world.plan(&graph_of(&world, &site())).await;
    assert!(plan.is_empty(), "{:?}", describe(&plan));
    let shown = plan.left.iter().flat_map(|left| &left.properties.0);
    let mut shown: Vec<_> = shown.map(|of| of.path.as_str()).collect();
    shown.sort_unstable();
    assert_eq!(
        shown,
        [
            "DistributionConfig.Logging",
            "DistributionConfig.PriceClass",
            "DistributionConfig.WebACLId"
        ]
    );
    let commented = DistributionConfig {
        comment: Some("Acme's".to_owned()),
        ..site()
    };
    world.apply(&graph_of(&world, &commented)).await;
    let (_, config, _) = live(&client).await;
    assert_eq!(config.web_acl_id(), Some(acl));
    assert!(config.logging().is_some_and(LoggingConfig::enabled));
    world.destroy(&graph_of(&world, &commented)).await;
}

/// A list shows the owner by the note in the comment. Without it, the tags still name the owner.
#[tokio::test]
async fn a_comment_that_was_overwritten_is_repaired() {
    let world = World::new();
    let client = Client::new(&world.config());
    let graph = graph_of(
        &world,
        &DistributionConfig {
            comment: Some("Acme".to_owned()),
            ..site()
        },
    );
    world.apply(&graph).await;
    let (first, config, _) = live(&client).await;
    assert_eq!(
        config.comment,
        format!("Acme [frontage {}@eu-west-1 test/site]", world.system)
    );
    for comment in ["Acme", "Somebody's", "", "[frontage other test/site"] {
        meddle(&client, |of| comment.clone_into(&mut of.comment)).await;
        assert_repairs(&world.apply(&graph).await, &["DistributionConfig.Comment"]);
        let (now, now_config, _) = live(&client).await;
        assert_eq!(
            (now.id, now_config.comment),
            (first.id.clone(), config.comment.clone())
        );
    }
    world.destroy(&graph).await;
}

/// Older versions recorded no Region.
#[tokio::test]
async fn a_record_without_a_region_is_completed_in_place() {
    let world = World::new();
    let client = Client::new(&world.config());
    let graph = graph_of(&world, &site());
    world.apply(&graph).await;
    let (first, config, _) = live(&client).await;
    meddle(&client, |of| {
        of.comment = of.comment.replace("@eu-west-1", "");
    })
    .await;
    let keys = TagKeys::builder().items("frontage:region").build();
    let untag = client.untag_resource().resource(&first.arn).tag_keys(keys);
    untag.send().await.expect("untagged");

    let plan = world.apply(&graph).await;
    assert!(
        matches!(only(&plan).action, Action::Update { .. }),
        "{plan:#?}"
    );
    let (now, now_config, _) = live(&client).await;
    assert_eq!((now.id, now_config.comment), (first.id, config.comment));
    world.destroy(&graph).await;
}

/// Members that the types do not have stay as they are.
#[tokio::test]
async fn what_is_not_described_stays() {
    let world = World::new();
    let client = Client::new(&world.config());
    let origins = || {
        let mut origins = site().origins;
        origins.push(Origin {
            id: "other".to_owned(),
            ..origins[0].clone()
        });
        origins
    };
    let config = DistributionConfig {
        origins: origins(),
        ..site()
    };
    world.apply(&graph_of(&world, &config)).await;
    let member = |id: &str| {
        OriginGroupMember::builder()
            .origin_id(id)
            .build()
            .expect("a member")
    };
    let codes = StatusCodes::builder()
        .quantity(1)
        .items(503)
        .build()
        .expect("codes");
    let criteria = OriginGroupFailoverCriteria::builder()
        .status_codes(codes)
        .build();
    let members = OriginGroupMembers::builder()
        .quantity(2)
        .items(member("bucket"))
        .items(member("other"));
    let group = OriginGroup::builder()
        .id("both")
        .failover_criteria(criteria)
        .members(members.build().expect("members"));
    let groups = OriginGroups::builder()
        .quantity(1)
        .items(group.build().expect("a group"))
        .build()
        .expect("groups");
    meddle(&client, |of| of.origin_groups = Some(groups.clone())).await;
    assert!(world.plan(&graph_of(&world, &config)).await.is_empty());
    let config = DistributionConfig {
        comment: Some("Changed".to_owned()),
        ..config
    };
    update(
        &world,
        &graph_of(&world, &config),
        &["DistributionConfig.Comment"],
    )
    .await;
    let (_, now, _) = live(&client).await;
    assert_eq!(now.origin_groups, Some(groups));
    world.destroy(&graph_of(&world, &config)).await;
}

/// The resources that it refers to are created before it, and deleted after it.
#[tokio::test]
async fn a_site_stands_and_goes_as_a_whole() {
    let world = World::new();
    let whole = world.graph(|stack| {
        let control = stack.add("control", control());
        let policy = stack.add("cache", cache_policy());
        let function = stack.add("function", function());
        let mut config = site();
        config.origins[0].origin_access_control_id = Some(control.id());
        config.default_cache_behavior.cache_policy_id = policy.id();
        config.default_cache_behavior.function_associations = vec![FunctionAssociation {
            event_type: EventType::ViewerRequest,
            function_arn: function.arn(),
        }];
        let site = stack.add(
            "site",
            Distribution {
                distribution_config: config,
            },
        );
        stack.output("url", site.url());
        add_bucket(&world, stack);
    });
    world.apply(&whole).await;
    let bucket = format!("bucket acme-test-{}", world.account_id);
    assert_eq!(
        world.listing().await,
        [
            bucket.as_str(),
            "cache policy acme-test-cache",
            "distribution test/site",
            "edge function acme-test-rewrite",
            "origin access control acme-test-control",
            "table acme-control",
        ]
    );
    let plan = world.apply(&only_the_bucket(&world)).await;
    assert_eq!(plan.counts().delete, 4, "{:?}", describe(&plan));
    world.destroy(&only_the_bucket(&world)).await;
    assert_eq!(world.listing().await, Vec::<String>::new());
}

/// Two distributions may differ only in their address, and one of them may be deleted.
#[tokio::test]
async fn each_address_has_its_own() {
    let world = World::new();
    let both = world.graph(|stack| {
        stack.add(
            "one",
            Distribution {
                distribution_config: site(),
            },
        );
        stack.add(
            "two",
            Distribution {
                distribution_config: site(),
            },
        );
    });
    world.apply(&both).await;
    let one = world.graph(|stack| {
        stack.add(
            "one",
            Distribution {
                distribution_config: site(),
            },
        );
    });
    let plan = world.apply(&one).await;
    assert_eq!(
        (only(&plan).address.name(), &only(&plan).action),
        ("two", &Action::Delete)
    );
    let mut config = site();
    config.default_cache_behavior.cache_policy_id = OPTIMIZED.into();
    config.price_class = Some(PriceClass::Class200);
    let changed = world.graph(|stack| {
        stack.add(
            "one",
            Distribution {
                distribution_config: config,
            },
        );
    });
    let plan = world.apply(&changed).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Changed,
            ..
        }
    ));
    world.destroy(&changed).await;
}
