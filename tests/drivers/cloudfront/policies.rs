//! Origin access controls, cache policies, response headers policies: their owner is a note in
//! their comment.

use aws_sdk_cloudfront::Client;
use engine::{Action, Goal, PlanError, Refusal};
use model::types::cloudfront::{
    CachePolicy, ContentSecurityPolicy, ContentTypeOptions, CookieBehavior, CookiesConfig,
    CorsConfig, CorsMethod, CustomHeader, FrameOption, FrameOptions, HeaderBehavior, HeadersConfig,
    Items, OriginAccessControl, OriginType, QueryStringBehavior, QueryStringsConfig,
    ReferrerPolicy, ReferrerPolicyValue, RemoveHeader, ResponseHeadersPolicy,
    ResponseHeadersPolicyConfig, SecurityHeadersConfig, ServerTimingHeadersConfig, SigningBehavior,
    StrictTransportSecurity, XssProtection,
};
use model::{Graph, Resource, Text};

use super::{add_bucket, assert_repairs, cache_policy, control, only_the_bucket, update};
use crate::support::{World, only, paths};

fn graph<R: Resource + Clone>(world: &World, resource: &R) -> Graph {
    world.graph(|stack| {
        stack.add("it", resource.clone());
    })
}

fn headers_policy() -> ResponseHeadersPolicy {
    let config = ResponseHeadersPolicyConfig {
        name: "acme-test-headers".into(),
        ..ResponseHeadersPolicyConfig::default()
    };
    ResponseHeadersPolicy {
        response_headers_policy_config: config,
    }
}

#[tokio::test]
async fn an_access_control_changes_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &control())).await;
    let mut changed = control();
    let mut step = async |member: &str, change: &dyn Fn(&mut OriginAccessControl)| {
        change(&mut changed);
        update(
            &world,
            &graph(&world, &changed),
            &[&format!("OriginAccessControlConfig.{member}")],
        )
        .await;
    };
    step("Description", &|of| {
        of.origin_access_control_config.description = Some("Signs".to_owned());
    })
    .await;
    step("Description", &|of| {
        of.origin_access_control_config.description = None;
    })
    .await;
    step("SigningBehavior", &|of| {
        of.origin_access_control_config.signing_behavior = SigningBehavior::NoOverride;
    })
    .await;
    step("OriginAccessControlOriginType", &|of| {
        of.origin_access_control_config
            .origin_access_control_origin_type = OriginType::Lambda;
    })
    .await;
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn a_cache_policy_changes_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &cache_policy())).await;
    let mut changed = cache_policy();
    let mut step = async |members: &[&str], change: &dyn Fn(&mut CachePolicy)| {
        change(&mut changed);
        let paths: Vec<String> = members
            .iter()
            .map(|member| format!("CachePolicyConfig.{member}"))
            .collect();
        update(
            &world,
            &graph(&world, &changed),
            &paths.iter().map(String::as_str).collect::<Vec<_>>(),
        )
        .await;
    };
    let parameters = |member: &str| format!("ParametersInCacheKeyAndForwardedToOrigin.{member}");
    step(&["Comment"], &|of| {
        of.cache_policy_config.comment = Some("Files".to_owned());
    })
    .await;
    step(&["MinTTL"], &|of| of.cache_policy_config.min_ttl = 60).await;
    step(&["DefaultTTL"], &|of| {
        of.cache_policy_config.default_ttl = Some(3_600);
    })
    .await;
    step(&["MaxTTL"], &|of| {
        of.cache_policy_config.max_ttl = Some(7_200);
    })
    .await;
    step(&["DefaultTTL", "MaxTTL"], &|of| {
        (
            of.cache_policy_config.default_ttl,
            of.cache_policy_config.max_ttl,
        ) = (None, None);
    })
    .await;
    step(&[&parameters("EnableAcceptEncodingBrotli")], &|of| {
        let of = &mut of
            .cache_policy_config
            .parameters_in_cache_key_and_forwarded_to_origin;
        of.enable_accept_encoding_brotli = None;
    })
    .await;
    step(&[&parameters("EnableAcceptEncodingGzip")], &|of| {
        let of = &mut of
            .cache_policy_config
            .parameters_in_cache_key_and_forwarded_to_origin;
        of.enable_accept_encoding_gzip = false;
    })
    .await;
    step(
        &[
            &parameters("CookiesConfig.CookieBehavior"),
            &parameters("CookiesConfig.Cookies"),
        ],
        &|of| {
            let of = &mut of
                .cache_policy_config
                .parameters_in_cache_key_and_forwarded_to_origin;
            of.cookies_config = CookiesConfig {
                cookie_behavior: CookieBehavior::Whitelist,
                cookies: vec!["b".to_owned(), "a".to_owned()],
            };
        },
    )
    .await;
    step(
        &[
            &parameters("HeadersConfig.HeaderBehavior"),
            &parameters("HeadersConfig.Headers"),
        ],
        &|of| {
            let of = &mut of
                .cache_policy_config
                .parameters_in_cache_key_and_forwarded_to_origin;
            of.headers_config = HeadersConfig {
                header_behavior: HeaderBehavior::Whitelist,
                headers: vec!["Origin".to_owned()],
            };
        },
    )
    .await;
    step(
        &[
            &parameters("QueryStringsConfig.QueryStringBehavior"),
            &parameters("QueryStringsConfig.QueryStrings"),
        ],
        &|of| {
            let of = &mut of
                .cache_policy_config
                .parameters_in_cache_key_and_forwarded_to_origin;
            of.query_strings_config = QueryStringsConfig {
                query_string_behavior: QueryStringBehavior::AllExcept,
                query_strings: vec!["utm".to_owned()],
            };
        },
    )
    .await;
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn a_headers_policy_changes_in_place() {
    let world = World::new();
    world.apply(&graph(&world, &headers_policy())).await;
    let mut changed = headers_policy();
    let mut step = async |member: &str, change: &dyn Fn(&mut ResponseHeadersPolicyConfig)| {
        change(&mut changed.response_headers_policy_config);
        update(
            &world,
            &graph(&world, &changed),
            &[&format!("ResponseHeadersPolicyConfig.{member}")],
        )
        .await;
    };
    let cors = CorsConfig {
        access_control_allow_credentials: false,
        access_control_allow_headers: Items::new(["*".to_owned()]),
        access_control_allow_methods: Items::new([CorsMethod::Head, CorsMethod::Get]),
        access_control_allow_origins: Items::new(["https://b".into(), "https://a".into()]),
        access_control_expose_headers: Some(Items::new(["ETag".to_owned()])),
        access_control_max_age_sec: Some(600),
        origin_override: true,
    };
    step("Comment", &|of| of.comment = Some("Headers".to_owned())).await;
    step("CorsConfig", &|of| of.cors_config = Some(cors.clone())).await;
    step("CorsConfig.AccessControlAllowOrigins.Items", &|of| {
        of.cors_config = Some(CorsConfig {
            access_control_allow_origins: Items::new(["https://a".into()]),
            ..cors.clone()
        });
    })
    .await;
    step("CorsConfig.AccessControlExposeHeaders", &|of| {
        let only_a = Items::new(["https://a".into()]);
        let config = CorsConfig {
            access_control_allow_origins: only_a,
            access_control_expose_headers: None,
            ..cors.clone()
        };
        of.cors_config = Some(config);
    })
    .await;
    step("CustomHeadersConfig", &|of| {
        let header = |name: &str| CustomHeader {
            header: name.to_owned(),
            overrides: true,
            value: "1".into(),
        };
        of.custom_headers_config = Some(Items::new([header("x-two"), header("x-one")]));
    })
    .await;
    step("CustomHeadersConfig.Items[0].Value", &|of| {
        let header = |name: &str, value: &str| CustomHeader {
            header: name.to_owned(),
            overrides: true,
            value: value.into(),
        };
        of.custom_headers_config = Some(Items::new([header("x-two", "1"), header("x-one", "2")]));
    })
    .await;
    step("RemoveHeadersConfig", &|of| {
        of.remove_headers_config = Some(Items::new([RemoveHeader {
            header: "Server".to_owned(),
        }]));
    })
    .await;
    step("ServerTimingHeadersConfig", &|of| {
        of.server_timing_headers_config = Some(ServerTimingHeadersConfig {
            enabled: true,
            sampling_rate: Some(12.5),
        });
    })
    .await;
    step("CorsConfig", &|of| of.cors_config = None).await;
    world.destroy(&graph(&world, &changed)).await;
}

/// All of them, which are then removed one after the other.
#[tokio::test]
async fn security_headers_change_in_place() {
    let world = World::new();
    let mut changed = headers_policy();
    let all = SecurityHeadersConfig {
        content_security_policy: Some(ContentSecurityPolicy {
            content_security_policy: "default-src 'none'; connect-src https://*.example.com".into(),
            overrides: true,
        }),
        content_type_options: Some(ContentTypeOptions { overrides: true }),
        frame_options: Some(FrameOptions {
            frame_option: FrameOption::SameOrigin,
            overrides: false,
        }),
        referrer_policy: Some(ReferrerPolicy {
            overrides: true,
            referrer_policy: ReferrerPolicyValue::StrictOriginWhenCrossOrigin,
        }),
        strict_transport_security: Some(StrictTransportSecurity {
            access_control_max_age_sec: 63_072_000,
            include_subdomains: Some(true),
            overrides: true,
            preload: None,
        }),
        xss_protection: Some(XssProtection {
            mode_block: Some(true),
            overrides: true,
            protection: true,
            report_uri: Some(Text::from("https://example.com/xss")),
        }),
    };
    changed
        .response_headers_policy_config
        .security_headers_config = Some(all);
    world.apply(&graph(&world, &changed)).await;
    let mut step = async |member: &str, change: &dyn Fn(&mut SecurityHeadersConfig)| {
        change(
            changed
                .response_headers_policy_config
                .security_headers_config
                .as_mut()
                .expect("headers"),
        );
        let path = format!("ResponseHeadersPolicyConfig.SecurityHeadersConfig{member}");
        update(&world, &graph(&world, &changed), &[&path]).await;
    };
    step(".ContentSecurityPolicy.ContentSecurityPolicy", &|of| {
        let policy = "default-src 'self'".into();
        of.content_security_policy = Some(ContentSecurityPolicy {
            content_security_policy: policy,
            overrides: true,
        });
    })
    .await;
    step(".FrameOptions.FrameOption", &|of| {
        of.frame_options = Some(FrameOptions {
            frame_option: FrameOption::Deny,
            overrides: false,
        });
    })
    .await;
    step(".StrictTransportSecurity.Preload", &|of| {
        of.strict_transport_security
            .as_mut()
            .expect("a header")
            .preload = Some(true);
    })
    .await;
    step(".XSSProtection.ReportUri", &|of| {
        of.xss_protection.as_mut().expect("a header").report_uri = None;
    })
    .await;
    step(".ContentTypeOptions", &|of| of.content_type_options = None).await;
    step(".FrameOptions", &|of| of.frame_options = None).await;
    step(".ReferrerPolicy", &|of| of.referrer_policy = None).await;
    step(".StrictTransportSecurity", &|of| {
        of.strict_transport_security = None;
    })
    .await;
    step(".XSSProtection", &|of| of.xss_protection = None).await;
    step("", &|of| of.content_security_policy = None).await;
    world.destroy(&graph(&world, &changed)).await;
}

/// A policy is found by its name: another name is another policy, and the old one is deleted.
#[tokio::test]
async fn a_renamed_policy_is_a_new_one() {
    let world = World::new();
    let client = Client::new(&world.config());
    world.apply(&graph(&world, &cache_policy())).await;
    let mut changed = cache_policy();
    changed.cache_policy_config.name = "acme-test-renamed".into();
    let plan = world.apply(&graph(&world, &changed)).await;
    let actions: Vec<&Action> = plan
        .resources
        .iter()
        .map(|resource| &resource.action)
        .collect();
    assert!(
        matches!(actions[..], [Action::Create { .. }, Action::Delete]),
        "{actions:?}"
    );
    let list = client
        .list_cache_policies()
        .r#type("custom".into())
        .send()
        .await
        .expect("listed");
    assert_eq!(list.cache_policy_list.expect("a list").quantity, 1);
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let client = Client::new(&world.config());
    let graph = graph(&world, &cache_policy());
    world.apply(&graph).await;
    let policies = client
        .list_cache_policies()
        .r#type("custom".into())
        .send()
        .await
        .expect("listed");
    let policy = policies
        .cache_policy_list
        .and_then(|list| list.items)
        .expect("policies")
        .remove(0)
        .cache_policy;
    let id = policy.expect("a policy").id;
    let live = client
        .get_cache_policy_config()
        .id(&id)
        .send()
        .await
        .expect("read");
    let mut config = live.cache_policy_config.expect("a configuration");
    config.min_ttl = 30;
    config.comment = config.comment.map(|comment| format!("mine {comment}"));
    let call = client
        .update_cache_policy()
        .id(&id)
        .set_if_match(live.e_tag)
        .cache_policy_config(config);
    call.send().await.expect("changed");
    assert_repairs(
        &world.apply(&graph).await,
        &["CachePolicyConfig.MinTTL", "CachePolicyConfig.Comment"],
    );
    world.destroy(&graph).await;
}

#[tokio::test]
async fn somebody_elses_policy_of_the_name_is_left_alone() {
    let world = World::new();
    let client = Client::new(&world.config());
    let other = World {
        system: "other".to_owned(),
        ..world.clone()
    };
    other.apply(&graph(&other, &control())).await;
    let refused = world
        .try_plan(&graph(&world, &control()), Goal::Converge)
        .await
        .expect_err("refused");
    let PlanError::Refused(refusals) = refused else {
        panic!("{refused:?}")
    };
    assert!(
        matches!(&refusals[..], [Refusal::Foreign { owner, .. }] if owner.contains("`other`")),
        "{refusals:?}"
    );
    // Nor is it deleted as an orphan of the system.
    world.apply(&only_the_bucket(&world)).await;
    let list = client
        .list_origin_access_controls()
        .send()
        .await
        .expect("listed");
    assert_eq!(list.origin_access_control_list.expect("a list").quantity, 1);
    other.destroy(&graph(&other, &control())).await;
    world.destroy(&only_the_bucket(&world)).await;
}

#[tokio::test]
async fn what_is_no_longer_described_goes() {
    let world = World::new();
    let whole = world.graph(|stack| {
        stack.add("control", control());
        stack.add("cache", cache_policy());
        stack.add("headers", headers_policy());
        add_bucket(&world, stack);
    });
    world.apply(&whole).await;
    let plan = world.apply(&only_the_bucket(&world)).await;
    assert_eq!(plan.counts().delete, 3);
    world.destroy(&only_the_bucket(&world)).await;
    assert_eq!(world.listing().await, Vec::<String>::new());
    let plan = world.apply(&graph(&world, &control())).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }) && paths(only(&plan)).is_empty());
    world.destroy(&graph(&world, &control())).await;
}
