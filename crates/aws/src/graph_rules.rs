//! Quotas and rules of AWS that no resource breaks by itself: checked over the whole graph.
//!
//! A quota of the account is checked for the system alone, so it may be reached sooner.

mod measure;

use std::collections::BTreeMap;

use engine::{Finding, Resolved, Violation, Writers};
use model::types::cloudfront::CONTENT_SECURITY_POLICY_LENGTH;
use model::types::{apigatewayv2, cloudfront, cognito, lambda, s3, sns};
use model::{Address, Expression, Graph, Node, ResourceType, Text, references};
use serde_json::Value;

use self::measure::{Measured, measure};

type Violations = Vec<Violation>;

/// Adds the rules to the drivers.
pub(crate) fn add(drivers: Writers) -> Writers {
    drivers
        .with_rule(one_distribution_per_name)
        .with_rule(policies_per_account)
        .with_rule(distributions_per_policy)
        .with_rule(content_security_policies)
        .with_rule(tags_per_resource)
}

fn violation(resources: Vec<Address>, property: &str, problem: String) -> Violation {
    let property = property.to_owned();
    Violation {
        resources,
        finding: Finding { property, problem },
    }
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
fn one_distribution_per_name(graph: &Graph, known: &Resolved) -> Violations {
    let property = "DistributionConfig.Aliases";
    let mut owners = BTreeMap::<String, &Address>::new();
    let mut violations = Vec::new();
    for node in of_type(graph, cloudfront::DISTRIBUTION) {
        let aliases = node.properties.pointer("/DistributionConfig/Aliases");
        let aliases = aliases.and_then(Value::as_array).into_iter().flatten();
        let names = aliases.filter_map(|alias| known.text(&text(alias)?));
        for name in names.map(|name| name.to_ascii_lowercase()) {
            let owner = *owners.entry(name.clone()).or_insert(&node.address);
            if *owner != node.address {
                let other = &node.address;
                let problem =
                    format!("contains `{name}`, which only one of {owner} and {other} can have");
                let both = vec![owner.clone(), other.clone()];
                violations.push(violation(both, property, problem));
            }
        }
    }
    violations
}

/// A limit on the number of resources, and what to do once it is reached.
struct Quota {
    of: &'static ResourceType,
    most: usize,
    /// Its name in Service Quotas, with its code where that is known.
    name: &'static str,
    /// Whether AWS raises it.
    adjustable: bool,
}

impl Quota {
    const fn new(
        of: &'static ResourceType,
        most: usize,
        name: &'static str,
        adjustable: bool,
    ) -> Self {
        Self {
            of,
            most,
            name,
            adjustable,
        }
    }

    fn explain(&self) -> String {
        let raised = if self.adjustable {
            "AWS raises it on request"
        } else {
            "AWS does not raise it"
        };
        format!(
            "{} are allowed by the quota `{}`: {raised}",
            self.most, self.name
        )
    }
}

/// The most resources of a type per account. Source: the CloudFront quotas page, `General quotas on
/// policies` and `General quotas on distributions`.
const PER_ACCOUNT: [Quota; 3] = [
    Quota::new(
        cloudfront::CACHE_POLICY,
        20,
        "Cache policies per AWS account (L-7D134442)",
        true,
    ),
    Quota::new(
        cloudfront::RESPONSE_HEADERS_POLICY,
        20,
        "Response headers policies per AWS account (L-CF0D4FC5)",
        true,
    ),
    Quota::new(
        cloudfront::ORIGIN_ACCESS_CONTROL,
        100,
        "Origin access controls per AWS account",
        true,
    ),
];

fn policies_per_account(graph: &Graph, _: &Resolved) -> Violations {
    let excess = |quota: &Quota| {
        let all: Vec<_> = of_type(graph, quota.of)
            .map(|node| node.address.clone())
            .collect();
        let problem = format!("is one of {} in the system; {}", all.len(), quota.explain());
        (all.len() > quota.most).then(|| violation(all, "", problem))
    };
    PER_ACCOUNT.iter().filter_map(excess).collect()
}

/// The most distributions that use one resource. Source: as above; which of them AWS raises is in
/// its column `Request a higher quota`.
const DISTRIBUTIONS: [Quota; 4] = [
    Quota::new(
        cloudfront::CACHE_POLICY,
        100,
        "Distributions associated with the same cache policy",
        false,
    ),
    Quota::new(
        cloudfront::RESPONSE_HEADERS_POLICY,
        100,
        "Distributions associated with the same response headers policy",
        true,
    ),
    Quota::new(
        cloudfront::ORIGIN_ACCESS_CONTROL,
        100,
        "Distributions associated with the same origin access control",
        false,
    ),
    Quota::new(
        cloudfront::FUNCTION,
        100,
        "Distributions associated with the same function",
        false,
    ),
];

fn distributions_per_policy(graph: &Graph, _: &Resolved) -> Violations {
    let mut users = BTreeMap::<&Address, Vec<Address>>::new();
    for node in of_type(graph, cloudfront::DISTRIBUTION) {
        for on in &node.dependencies {
            users.entry(on).or_default().push(node.address.clone());
        }
    }
    let excess = |(used, users): (&Address, Vec<Address>)| {
        let of = graph.node(used)?.resource_type.name;
        let quota = DISTRIBUTIONS.iter().find(|quota| quota.of.name == of)?;
        let count = users.len();
        let problem = format!("is one of {count} that use {used}; {}", quota.explain());
        (count > quota.most).then(|| violation(users, "", problem))
    };
    users.into_iter().filter_map(excess).collect()
}

/// `TooLongCSPInResponseHeadersPolicy`. Of a policy that is not wholly known the known parts are
/// counted, such as the domains of teams, and the least that the others can have.
fn content_security_policies(graph: &Graph, known: &Resolved) -> Violations {
    let property = "ResponseHeadersPolicyConfig.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy";
    let pointer = format!("/{}", property.replace('.', "/"));
    let most = graph.quota(CONTENT_SECURITY_POLICY_LENGTH);
    let code = CONTENT_SECURITY_POLICY_LENGTH.code;
    let too_long = |node: &Node| {
        let policy = text(node.properties.pointer(&pointer)?)?;
        let Measured {
            length,
            beyond,
            is_whole,
        } = measure(&policy, known, most);
        let beyond = beyond?;
        let at_least = if is_whole { "" } else { "at least " };
        let problem = format!(
            "has {at_least}{length} characters and is too long from `{beyond}` on; {most} are allowed by the quota \
             `Length of the content security policy value in a response headers policy` ({code}): AWS raises it on \
             request; then set `content_security_policy_length` in `[quotas]`"
        );
        Some(violation(vec![node.address.clone()], property, problem))
    };
    of_type(graph, cloudfront::RESPONSE_HEADERS_POLICY)
        .filter_map(too_long)
        .collect()
}

/// The most tags of a resource, those of AWS not counted. Sources: the quotas pages of Amazon
/// Cognito (user pools) and of API Gateway (APIs), the S3 user guide on bucket tags, and the Lambda
/// developer guide on tags of functions.
const TAGS: usize = 50;

/// The types whose tags also keep records of children.
const PARENTS: [&ResourceType; 5] = [
    apigatewayv2::API,
    cognito::USER_POOL,
    lambda::FUNCTION,
    s3::BUCKET,
    sns::TOPIC,
];

/// The types that are recorded in a tag of their parent, and the property that names the parent.
const CHILDREN: [(&ResourceType, &str); 13] = [
    (apigatewayv2::AUTHORIZER, "ApiId"),
    (apigatewayv2::DEPLOYMENT, "ApiId"),
    (apigatewayv2::INTEGRATION, "ApiId"),
    (apigatewayv2::ROUTE, "ApiId"),
    (cognito::MANAGED_LOGIN_BRANDING, "UserPoolId"),
    (cognito::USER_POOL_CLIENT, "UserPoolId"),
    (cognito::USER_POOL_DOMAIN, "UserPoolId"),
    (cognito::USER_POOL_GROUP, "UserPoolId"),
    (cognito::USER_POOL_IDENTITY_PROVIDER, "UserPoolId"),
    (lambda::PERMISSION, "FunctionName"),
    (s3::BUCKET_POLICY, "Bucket"),
    (s3::OBJECT, "Bucket"),
    (sns::SUBSCRIPTION, "TopicArn"),
];

fn tags_per_resource(graph: &Graph, known: &Resolved) -> Violations {
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
        (own + records > TAGS).then(|| violation(vec![node.address.clone()], "Tags", problem))
    };
    let parents = PARENTS.into_iter().flat_map(|of| of_type(graph, of));
    parents.filter_map(crowded).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use engine::GraphRule;
    use model::types::cloudfront::{
        CachePolicy, CachePolicyConfig, Distribution, DistributionConfig, OriginAccessControl,
        OriginAccessControlConfig, ParametersInCacheKeyAndForwardedToOrigin, ResponseHeadersPolicy,
        ResponseHeadersPolicyConfig,
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
        let found = rule(graph, known).into_iter().map(|violation| {
            let address = violation.resources.last().unwrap();
            format!("{}: {}", address.name(), violation.finding)
        });
        found.collect()
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
        let www = "three: DistributionConfig.Aliases contains `www.example.com`, which only one of shell/one and shell/three can have";
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
                "cache-21: is one of 22 in the system; 20 are allowed by the quota \
                 `Cache policies per AWS account (L-7D134442)`: AWS raises it on request",
                "headers-20: is one of 21 in the system; 20 are allowed by the quota \
                 `Response headers policies per AWS account (L-CF0D4FC5)`: AWS raises it on request",
                "control-100: is one of 101 in the system; 100 are allowed by the quota \
                 `Origin access controls per AWS account`: AWS raises it on request",
            ]
        );
    }

    #[test]
    fn distributions_are_counted_per_policy() {
        let with = |distributions: usize| {
            let graph = graph(0, |stack| {
                let shared = [
                    add::<CachePolicy>(stack, "cache", json!({}))
                        .address()
                        .clone(),
                    add::<OriginAccessControl>(stack, "control", json!({}))
                        .address()
                        .clone(),
                    add::<ResponseHeadersPolicy>(stack, "headers", json!({}))
                        .address()
                        .clone(),
                ];
                let references = shared.map(|of| json!({"Fn::GetAtt": [of, "Id"]}));
                for number in 1..=distributions {
                    add::<Distribution>(
                        stack,
                        &format!("site-{number}"),
                        json!({"Uses": references}),
                    );
                }
                add::<Distribution>(stack, "other", json!({}));
            });
            found(distributions_per_policy, &graph, &Resolved::default())
        };
        assert_eq!(with(100), [""; 0]);
        let expected = [
            ("cache", "cache policy", "AWS does not raise it"),
            ("control", "origin access control", "AWS does not raise it"),
            (
                "headers",
                "response headers policy",
                "AWS raises it on request",
            ),
        ];
        let expected = expected.map(|(used, of, raised)| {
            format!(
                "site-101: is one of 101 that use shell/{used}; 100 are allowed by the quota \
                 `Distributions associated with the same {of}`: {raised}"
            )
        });
        assert_eq!(with(101), expected);
    }

    /// A graph with a content security policy.
    fn policy(parts: impl IntoIterator<Item = Text>) -> Graph {
        graph(0, |stack| {
            let value = Text::concat(parts);
            let policy = json!({"ContentSecurityPolicy": {"ContentSecurityPolicy": value}});
            let config = json!({"ResponseHeadersPolicyConfig": {"SecurityHeadersConfig": policy}});
            add::<ResponseHeadersPolicy>(stack, "headers", config);
        })
    }

    #[test]
    fn a_content_security_policy_is_measured_as_far_as_it_is_known() {
        let with = |known_characters: usize, known: &Resolved| {
            let parts = [
                Text::from(format!("{} b ", "a".repeat(known_characters - 3))),
                model::Pseudo::Region.into(),
            ];
            found(content_security_policies, &policy(parts), known)
        };
        let expected = |length: &str, from: &str, most: u32| {
            format!(
                "headers: ResponseHeadersPolicyConfig.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy \
                 has {length} characters and is too long from `{from}` on; {most} are allowed by the quota \
                 `Length of the content security policy value in a response headers policy` (L-E9944CCE): \
                 AWS raises it on request; then set `content_security_policy_length` in `[quotas]`"
            )
        };
        let nothing = Resolved::default();
        assert_eq!(with(1_783, &nothing), [""; 0]);
        assert_eq!(
            with(1_785, &nothing),
            [expected("at least 1785", "b", 1_783)]
        );
        let region = (model::Pseudo::Region, "eu-west-1".to_owned());
        let known = Resolved {
            pseudo: BTreeMap::from([region]),
            ..nothing
        };
        assert_eq!(with(1_774, &known), [""; 0]);
        assert_eq!(with(1_775, &known), [expected("1784", "eu-west-1", 1_783)]);
        let mut raised = policy([Text::from("a".repeat(2_001))]);
        raised.set_quota(CONTENT_SECURITY_POLICY_LENGTH, 2_001);
        assert_eq!(found(content_security_policies, &raised, &known), [""; 0]);
        raised.set_quota(CONTENT_SECURITY_POLICY_LENGTH, 2_000);
        let found = found(content_security_policies, &raised, &known);
        assert_eq!(found, [expected("2001", &"a".repeat(2_001), 2_000)]);
    }

    /// So `validate` counts the sites of teams without a domain.
    #[test]
    fn the_host_of_a_distribution_has_28_characters_before_it_is_known() {
        let address: Address = "team/zoo/distribution".parse().unwrap();
        let host = Expression::Attribute(address.clone(), "Host".to_owned());
        let parts = [
            Text::from("a".repeat(1_783 - 28) + " "),
            Text::Deferred(host),
        ];
        let found = found(
            content_security_policies,
            &policy(parts),
            &Resolved::default(),
        );
        assert!(
            matches!(&found[..], [one] if one.contains("at least 1784 characters and is too long from `team/zoo/distribution` on")),
            "{found:?}"
        );
    }

    /// The findings for a parent with two children: 3 tags are its owner's, and one lists the keys of
    /// the others.
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
            ($parent:ty, $child:ty, $attribute:ident, $property:literal) => {
                let crowded =
                    |tags| crowded::<$parent, $child>(tags, <$parent>::$attribute.name, $property);
                assert_eq!(crowded(44), [""; 0]);
                assert_eq!(crowded(45), expected);
            };
        }
        check!(apigatewayv2::Api, apigatewayv2::Route, ID, "ApiId");
        check!(cognito::UserPool, cognito::UserPoolGroup, ID, "UserPoolId");
        check!(
            cognito::UserPool,
            cognito::UserPoolIdentityProvider,
            ID,
            "UserPoolId"
        );
        check!(lambda::Function, lambda::Permission, NAME, "FunctionName");
        check!(Bucket, s3::Object, NAME, "Bucket");
        check!(Bucket, s3::BucketPolicy, NAME, "Bucket");
        check!(sns::Topic, sns::Subscription, ARN, "TopicArn");
    }
}
