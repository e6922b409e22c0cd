//! Quotas and rules of AWS that no resource breaks by itself: checked over the whole graph.
//!
//! A quota of the account is checked for the system alone, so it may be reached sooner. Values that
//! are not known yet count as nothing.

use std::collections::BTreeMap;

use engine::{Drivers, Finding, Resolved};
use model::types::{apigatewayv2, cloudfront, cognito, lambda, s3};
use model::{Address, Expression, Graph, Node, ResourceType, Text, references};
use serde_json::Value;

type Findings = Vec<(Address, Finding)>;

/// Adds the rules to the drivers.
pub(crate) fn add(drivers: Drivers) -> Drivers {
    drivers
        .with_rule(one_distribution_per_name)
        .with_rule(policies_per_account)
        .with_rule(content_security_policies)
        .with_rule(tags_per_resource)
}

fn finding(node: &Node, property: &str, problem: String) -> (Address, Finding) {
    let property = property.to_owned();
    (node.address.clone(), Finding { property, problem })
}

fn of_type<'g>(
    graph: &'g Graph,
    of: &'static ResourceType,
) -> impl Iterator<Item = &'g Node> + use<'g> {
    graph
        .nodes()
        .filter(move |node| node.resource_type.name == of.name)
}

fn text(value: &Value) -> Option<Text> {
    match Expression::from_json(value) {
        Some(expression) => Some(Text::Deferred(expression)),
        None => value.as_str().map(Text::from),
    }
}

/// One alternate domain name belongs to one distribution: `CNAMEAlreadyExists`. Source: the
/// CloudFront API reference of `CreateDistribution`.
fn one_distribution_per_name(graph: &Graph, known: &Resolved) -> Findings {
    let property = "DistributionConfig.Aliases";
    let mut owners = BTreeMap::<String, &Address>::new();
    let mut findings = Vec::new();
    for node in of_type(graph, cloudfront::DISTRIBUTION) {
        let aliases = node.properties.pointer("/DistributionConfig/Aliases");
        let aliases = aliases.and_then(Value::as_array).into_iter().flatten();
        let names = aliases.filter_map(|alias| known.text(&text(alias)?));
        for name in names.map(|name| name.to_ascii_lowercase()) {
            let owner = *owners.entry(name.clone()).or_insert(&node.address);
            if *owner != node.address {
                let problem = format!("contains `{name}`, which {owner} already has");
                findings.push(finding(node, property, problem));
            }
        }
    }
    findings
}

/// The most resources of a type per account. Source: the CloudFront quotas page, `Quotas on
/// policies` and `General quotas on distributions`.
const PER_ACCOUNT: [(&ResourceType, usize, &str); 3] = [
    (cloudfront::CACHE_POLICY, 20, "cache policies"),
    (
        cloudfront::RESPONSE_HEADERS_POLICY,
        20,
        "response headers policies",
    ),
    (
        cloudfront::ORIGIN_ACCESS_CONTROL,
        100,
        "origin access controls",
    ),
];

fn policies_per_account(graph: &Graph, _: &Resolved) -> Findings {
    let excess = |(of, most, plural): (&'static ResourceType, usize, &str)| {
        let count = of_type(graph, of).count();
        let problem = format!("the system has {count} {plural}; {most} per account are allowed");
        let first = of_type(graph, of).nth(most)?;
        Some(finding(first, "", problem))
    };
    PER_ACCOUNT.into_iter().filter_map(excess).collect()
}

/// The most characters of a content security policy, as in the limits of its type. Source: the
/// CloudFront quotas page, `Quotas on headers`.
const CONTENT_SECURITY_POLICY: usize = 1_783;

/// A policy that is not wholly known passes the limits of its type; here its known parts are
/// counted, such as the domains of teams.
fn content_security_policies(graph: &Graph, known: &Resolved) -> Findings {
    let property = "ResponseHeadersPolicyConfig.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy";
    let pointer = format!("/{}", property.replace('.', "/"));
    let too_long = |node: &Node| {
        let policy = text(node.properties.pointer(&pointer)?)?;
        let length = known_length(&policy, known);
        let is_found = known.text(&policy).is_none() && length > CONTENT_SECURITY_POLICY;
        let problem = format!(
            "has at least {length} characters; at most {CONTENT_SECURITY_POLICY} are allowed"
        );
        is_found.then(|| finding(node, property, problem))
    };
    of_type(graph, cloudfront::RESPONSE_HEADERS_POLICY)
        .filter_map(too_long)
        .collect()
}

fn known_length(text: &Text, known: &Resolved) -> usize {
    match text {
        Text::Deferred(Expression::Join(between, parts)) => {
            let parts_length: usize = parts.iter().map(|part| known_length(part, known)).sum();
            parts_length + between.chars().count() * parts.len().saturating_sub(1)
        }
        text => known.text(text).map_or(0, |text| text.chars().count()),
    }
}

/// The most tags of a resource, those of AWS not counted. Sources: the quotas pages of Amazon
/// Cognito (user pools) and of API Gateway (APIs), the S3 user guide on bucket tags, and the Lambda
/// developer guide on tags of functions.
const TAGS: usize = 50;

/// The types whose tags also keep records of children.
const PARENTS: [&ResourceType; 4] = [
    apigatewayv2::API,
    cognito::USER_POOL,
    lambda::FUNCTION,
    s3::BUCKET,
];

/// The types that are recorded in a tag of their parent, and the property that names it.
const CHILDREN: [(&ResourceType, &str); 11] = [
    (apigatewayv2::AUTHORIZER, "ApiId"),
    (apigatewayv2::DEPLOYMENT, "ApiId"),
    (apigatewayv2::INTEGRATION, "ApiId"),
    (apigatewayv2::ROUTE, "ApiId"),
    (cognito::MANAGED_LOGIN_BRANDING, "UserPoolId"),
    (cognito::USER_POOL_CLIENT, "UserPoolId"),
    (cognito::USER_POOL_DOMAIN, "UserPoolId"),
    (cognito::USER_POOL_GROUP, "UserPoolId"),
    (lambda::PERMISSION, "FunctionName"),
    (s3::BUCKET_POLICY, "Bucket"),
    (s3::OBJECT, "Bucket"),
];

fn tags_per_resource(graph: &Graph, known: &Resolved) -> Findings {
    let mut children = BTreeMap::<Address, usize>::new();
    for (of, property) in CHILDREN {
        let parents = of_type(graph, of).flat_map(|node| references(&node.properties[property]));
        for parent in parents {
            *children.entry(parent).or_default() += 1;
        }
    }
    let crowded = |node: &Node| {
        let (own, records) = (
            known.tags(node).len(),
            children.get(&node.address).copied().unwrap_or_default(),
        );
        let problem = format!(
            "has {own} tags and {records} records of what belongs to it; {TAGS} together are allowed"
        );
        (own + records > TAGS).then(|| finding(node, "Tags", problem))
    };
    let parents = PARENTS.into_iter().flat_map(|of| of_type(graph, of));
    parents.filter_map(crowded).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use engine::GraphRule;
    use model::types::cloudfront::{
        CachePolicy, CachePolicyConfig, ContentSecurityPolicy, Distribution, DistributionConfig,
        OriginAccessControl, OriginAccessControlConfig, ParametersInCacheKeyAndForwardedToOrigin,
        ResponseHeadersPolicy, ResponseHeadersPolicyConfig, SecurityHeadersConfig,
    };
    use model::types::s3::Bucket;
    use model::{Handle, Resource, StackBuilder, StackName, Tags};
    use serde::Serialize;
    use serde_json::json;

    use super::*;

    fn graph(tags: usize, add: impl FnOnce(&mut StackBuilder<'_>)) -> Graph {
        let tags: Tags = (0..tags)
            .map(|number| (format!("tag-{number}"), String::new()))
            .collect();
        let mut graph = Graph::new("acme", tags);
        add(&mut graph.stack(StackName::new("shell")));
        graph
    }

    fn found(rule: GraphRule, graph: &Graph, known: &Resolved) -> Vec<String> {
        let findings = rule(graph, known).into_iter();
        findings
            .map(|(address, finding)| format!("{}: {finding}", address.name()))
            .collect()
    }

    /// A resource with some properties only.
    struct Partial<R>(Value, std::marker::PhantomData<R>);

    impl<R> Serialize for Partial<R> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.serialize(serializer)
        }
    }

    impl<R: Resource> Resource for Partial<R> {
        const TYPE: &'static ResourceType = R::TYPE;
    }

    fn add<R: Resource>(
        stack: &mut StackBuilder<'_>,
        name: &str,
        properties: Value,
    ) -> Handle<Partial<R>> {
        stack.add(name, Partial::<R>(properties, std::marker::PhantomData))
    }

    fn distribution(stack: &mut StackBuilder<'_>, name: &str, aliases: Vec<Text>) {
        let distribution_config = DistributionConfig {
            aliases,
            ..DistributionConfig::default()
        };
        stack.add(
            name,
            Distribution {
                distribution_config,
            },
        );
    }

    #[test]
    fn a_name_has_one_distribution() {
        let nothing = Resolved::default();
        let deferred = || Text::concat([Text::from("www."), model::Pseudo::Region.into()]);
        let graph = graph(0, |stack| {
            let www = || Text::from("www.example.com");
            distribution(stack, "one", vec![www(), deferred()]);
            distribution(stack, "two", vec![Text::from("two.example.com")]);
            distribution(
                stack,
                "three",
                vec![Text::from("WWW.example.com"), deferred()],
            );
        });
        let www = "three: DistributionConfig.Aliases contains `www.example.com`, which shell/one already has";
        let rule = one_distribution_per_name;
        assert_eq!(found(rule, &graph, &nothing), [www]);
        let region = (model::Pseudo::Region, "example.org".to_owned());
        let known = Resolved {
            pseudo: BTreeMap::from([region]),
            ..nothing
        };
        let org = www.replace(".com", ".org");
        assert_eq!(found(rule, &graph, &known), [www, org.as_str()]);
    }

    #[test]
    fn policies_are_counted_per_account() {
        let cache_policy = |name: String| CachePolicy {
            cache_policy_config: CachePolicyConfig {
                name,
                comment: None,
                default_ttl: None,
                max_ttl: None,
                min_ttl: 0,
                parameters_in_cache_key_and_forwarded_to_origin:
                    ParametersInCacheKeyAndForwardedToOrigin::path_alone(),
            },
        };
        let with = |cache: usize, headers: usize, controls: usize| {
            let graph = graph(0, |stack| {
                for number in 0..cache {
                    stack.add(&format!("cache-{number}"), cache_policy(number.to_string()));
                }
                for number in 0..headers {
                    let response_headers_policy_config = ResponseHeadersPolicyConfig::default();
                    stack.add(
                        &format!("headers-{number}"),
                        ResponseHeadersPolicy {
                            response_headers_policy_config,
                        },
                    );
                }
                for number in 0..controls {
                    let origin_access_control_config = OriginAccessControlConfig::<Text>::s3("c");
                    stack.add(
                        &format!("control-{number}"),
                        OriginAccessControl {
                            origin_access_control_config,
                        },
                    );
                }
            });
            found(policies_per_account, &graph, &Resolved::default())
        };
        assert_eq!(with(20, 20, 100), [""; 0]);
        assert_eq!(
            with(22, 21, 101),
            [
                "cache-20: the system has 22 cache policies; 20 per account are allowed",
                "headers-20: the system has 21 response headers policies; 20 per account are allowed",
                "control-100: the system has 101 origin access controls; 100 per account are allowed",
            ]
        );
    }

    #[test]
    fn the_known_parts_of_a_content_security_policy_are_counted() {
        let with = |known_characters: usize, known: &Resolved| {
            let graph = graph(0, |stack| {
                let parts = [
                    Text::from("x".repeat(known_characters)),
                    model::Pseudo::Region.into(),
                ];
                let content_security_policy = Some(ContentSecurityPolicy {
                    content_security_policy: Text::concat(parts),
                    overrides: true,
                });
                let security_headers_config = Some(SecurityHeadersConfig {
                    content_security_policy,
                    ..SecurityHeadersConfig::default()
                });
                let response_headers_policy_config = ResponseHeadersPolicyConfig {
                    security_headers_config,
                    ..ResponseHeadersPolicyConfig::default()
                };
                stack.add(
                    "headers",
                    ResponseHeadersPolicy {
                        response_headers_policy_config,
                    },
                );
            });
            found(content_security_policies, &graph, known)
        };
        let nothing = Resolved::default();
        assert_eq!(with(1_783, &nothing), [""; 0]);
        assert_eq!(
            with(1_784, &nothing),
            [
                "headers: ResponseHeadersPolicyConfig.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy \
                 has at least 1784 characters; at most 1783 are allowed"
            ]
        );
        // The limits of the type find it, once it is known.
        let region = (model::Pseudo::Region, "eu-west-1".to_owned());
        let known = Resolved {
            pseudo: BTreeMap::from([region]),
            ..nothing
        };
        assert_eq!(with(1_784, &known), [""; 0]);
    }

    /// What a parent with two children is found to have: 3 tags are its owner's.
    fn crowded<P: Resource, C: Resource>(
        tags: usize,
        attribute: &str,
        property: &str,
    ) -> Vec<String> {
        let graph = graph(tags, |stack| {
            let parent = add::<P>(stack, "parent", json!({}));
            let reference = json!({"Fn::GetAtt": [parent.address(), attribute]});
            for child in ["one", "two"] {
                add::<C>(stack, child, json!({ property: reference }));
            }
        });
        found(tags_per_resource, &graph, &Resolved::default())
    }

    #[test]
    fn tags_are_counted_with_the_records_of_children() {
        let expected = [
            "parent: Tags has 49 tags and 2 records of what belongs to it; 50 together are allowed",
        ];
        macro_rules! check {
            ($parent:ty, $child:ty, $attribute:literal, $property:literal) => {
                let crowded = |tags| crowded::<$parent, $child>(tags, $attribute, $property);
                assert_eq!(crowded(45), [""; 0]);
                assert_eq!(crowded(46), expected);
            };
        }
        check!(apigatewayv2::Api, apigatewayv2::Route, "ApiId", "ApiId");
        check!(
            cognito::UserPool,
            cognito::UserPoolGroup,
            "UserPoolId",
            "UserPoolId"
        );
        check!(
            lambda::Function,
            lambda::Permission,
            "FunctionName",
            "FunctionName"
        );
        check!(Bucket, s3::Object, "BucketName", "Bucket");
        check!(Bucket, s3::BucketPolicy, "BucketName", "Bucket");
    }
}
