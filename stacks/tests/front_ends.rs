//! Snapshots of the stacks `identity`, `shell` and `team/NAME`: a change to one is reviewed as a
//! change to its snapshot.

mod artifacts;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::{Address, Graph, StackName, Text};
use stacks::description::System;
use stacks::system;
use stacks::team::team_name;

use crate::artifacts::artifacts;

fn graph(more: &str) -> Graph {
    let system = System::parse("frontage.toml", &format!("name = \"acme\"\n{more}"))
        .expect("a valid description");
    system::graph(&system, &artifacts())
}

const TWO_TEAMS: &str =
    "[shell]\n[teams.shipping]\n[teams.billing]\ntitle = \"Billing \\\"&\\\" more\"";

/// The resources of one stack.
fn resources(graph: &Graph, stack: &str) -> BTreeMap<String, serde_json::Value> {
    let of_stack = graph
        .nodes()
        .filter(|node| node.address.stack().as_str() == stack);
    of_stack
        .map(|node| {
            (
                format!("{} {}", node.address, node.resource_type.name),
                node.properties.clone(),
            )
        })
        .collect()
}

#[test]
fn identity() {
    insta::assert_yaml_snapshot!(resources(&graph(TWO_TEAMS), "identity"));
}

/// What an organisation prescribes for sign-in is on the pool and the client.
#[test]
fn identity_as_an_organisation_prescribes_it() {
    let described = "[shell]\n[identity]\ntier = \"plus\"\nthreat_protection = \"enforced\"\n\
        email = { identity = \"arn:aws:ses:eu-west-1:111122223333:identity/example.com\", \
        from = \"Acme <login@example.com>\" }\n\
        callback_urls = [\"http://localhost:5173/signed-in\"]\n[identity.password]\n\
        minimum_length = 16\nrequire_symbols = true\npassword_history_size = 5";
    let identity = resources(&graph(described), "identity");
    let pool = &identity["identity/users AWS::Cognito::UserPool"];
    let stated = [
        "UserPoolTier",
        "UserPoolAddOns",
        "EmailConfiguration",
        "Policies",
    ];
    let stated: BTreeMap<_, _> = stated.map(|name| (name, &pool[name])).into();
    insta::assert_yaml_snapshot!("identity_prescribed", stated);
    let client = &identity["identity/client AWS::Cognito::UserPoolClient"];
    assert_eq!(client["CallbackURLs"][1], "http://localhost:5173/signed-in");
    assert_eq!(client["LogoutURLs"][1], serde_json::Value::Null);
}

/// Two companies' own directories; their users are the only ones.
const PROVIDERS: &str = "[shell]\n[identity]\nlocal_users = false\n\
    [identity.providers.Okta]\nsaml_metadata_file = \"okta.xml\"\nidentifiers = [\"example.com\"]\n\
    [identity.providers.Entra]\noidc_issuer = \"https://login.microsoftonline.com/1234/v2.0\"\n\
    client_id = \"a1b2\"\nclient_secret_env = \"ENTRA_SECRET\"\nattributes = { name = \"name\" }";

/// The client waits for the providers, which it names. Of the secret, only the variable is part of
/// the model.
#[test]
fn identity_with_companies_own_directories() {
    let graph = graph(PROVIDERS);
    let mut identity = resources(&graph, "identity");
    identity.retain(|name, _| name.contains("provider"));
    insta::assert_yaml_snapshot!("identity_providers", identity);
    let client = "identity/client".parse().expect("an address");
    let client = graph.node(&client).expect("the client");
    let names = ["Entra", "Okta"].map(|name| {
        let provider = format!("identity/provider-{name}");
        serde_json::json!({"Fn::GetAtt": [provider, "ProviderName"]})
    });
    let supported = &client.properties["SupportedIdentityProviders"];
    assert_eq!(*supported, serde_json::json!(names));
    let with_users = PROVIDERS.replace("local_users = false", "");
    let identity = resources(&self::graph(&with_users), "identity");
    let client = &identity["identity/client AWS::Cognito::UserPoolClient"];
    let supported = client["SupportedIdentityProviders"].as_array();
    assert_eq!(supported.expect("a list")[0], "COGNITO");
}

/// The login pages of a shell, on a domain of their own.
fn login_domain(dns: &str) -> Graph {
    graph(&format!(
        "[shell]\ndomain = \"example.com\"\nzone_id = \"Z1\"\n\
         [identity]\ndomain = \"login.example.com\"\n{dns}"
    ))
}

/// Cognito's own domain stays. The custom one waits for the record of its parent, and the page's
/// configuration for the custom one and its records; the page may use either.
#[test]
fn the_login_pages_on_a_domain_of_ones_own() {
    let graph = login_domain("zone_id = \"Z1\"");
    let mut identity = resources(&graph, "identity");
    identity.retain(|name, _| name.contains("/domain") || name.contains("/login"));
    insta::assert_yaml_snapshot!("login_domain", identity);
    let on = |address: &str| {
        let address = address.parse().expect("an address");
        let node = graph.node(&address).expect("a resource");
        let on = node.dependencies.iter().map(ToString::to_string);
        on.collect::<Vec<_>>()
    };
    let of_domain = [
        "identity/login-certificate",
        "identity/users",
        "shell/record-ipv4",
        "shell/record-ipv6",
    ];
    assert_eq!(on("identity/login-domain"), of_domain);
    let of_config = [
        "identity/client",
        "identity/login-domain",
        "identity/login-record-ipv4",
        "identity/login-record-ipv6",
    ];
    let config = on("shell/config");
    for address in of_config {
        assert!(config.iter().any(|on| on == address), "{config:?}");
    }
    assert!(!on("shell/headers").contains(&"identity/login-domain".to_owned()));
    let url = serde_json::json!({"Fn::GetAtt": ["identity/login-domain", "LoginUrl"]});
    let outputs = &graph.outputs()[&StackName::new("identity")];
    assert_eq!(serde_json::json!(outputs["login_url"]), url);
    let policy = content_security_policy(
        "[shell]\n[identity]\ndomain = \"login.example.com\"\nzone_id = \"Z1\"",
    );
    let both =
        "https://acme-0123456789abcdef.auth.eu-west-1.amazoncognito.com https://login.example.com";
    assert!(policy.contains(both), "{policy}");
}

/// A certificate that exists is used as it is; the record is for another to write.
#[test]
fn the_login_pages_with_their_dns_elsewhere() {
    let certificate = "arn:aws:acm:us-east-1:111122223333:certificate/a1b2c3d4";
    let graph = login_domain(&format!(
        "certificate = \"{certificate}\"\n[sites]\nminimum_tls = \"TLSv1.3_2025\""
    ));
    let identity = resources(&graph, "identity");
    let domain = &identity["identity/login-domain AWS::Cognito::UserPoolDomain"];
    let config =
        serde_json::json!({"CertificateArn": certificate, "SecurityPolicy": "TLS_V1_3_2025"});
    assert_eq!(domain["CustomDomainConfig"], config);
    let made = |name: &String| name.contains("certificate") || name.contains("record");
    assert!(!identity.keys().any(made), "{:?}", identity.keys());
    let outputs = &graph.outputs()[&StackName::new("identity")];
    let target =
        serde_json::json!({"Fn::GetAtt": ["identity/login-domain", "CloudFrontDistribution"]});
    assert_eq!(serde_json::json!(outputs["domain_target"]), target);
}

#[test]
fn edge() {
    insta::assert_yaml_snapshot!(resources(&graph(TWO_TEAMS), "edge"));
}

#[test]
fn shell() {
    insta::assert_yaml_snapshot!(resources(&graph(TWO_TEAMS), "shell"));
}

#[test]
fn team() {
    insta::assert_yaml_snapshot!(resources(&graph(TWO_TEAMS), "team/shipping"));
}

#[test]
fn outputs() {
    insta::assert_yaml_snapshot!(graph(TWO_TEAMS).outputs());
}

#[test]
fn a_domain_of_ones_own() {
    let domains = "[shell]\ndomain = \"www.example.com\"\nzone_id = \"Z1\"\n\
                   [teams.shipping]\ndomain = \"shipping.example.com\"\nzone_id = \"Z1\"";
    let mut team = resources(&graph(domains), "team/shipping");
    team.retain(|name, _| {
        ["certificate", "record", "distribution"]
            .iter()
            .any(|part| name.contains(part))
    });
    insta::assert_yaml_snapshot!(team);
    insta::assert_yaml_snapshot!("domains_outputs", graph(domains).outputs());
}

/// A certificate that exists is used as it is; the records are for another to write.
#[test]
fn a_domain_with_its_dns_elsewhere() {
    let certificate = "arn:aws:acm:us-east-1:111122223333:certificate/a1b2c3d4";
    let graph = graph(&format!(
        "[shell]\ndomain = \"www.example.com\"\ncertificate = \"{certificate}\""
    ));
    let shell = resources(&graph, "shell");
    let distribution = &shell["shell/distribution AWS::CloudFront::Distribution"];
    let config = &distribution["DistributionConfig"];
    assert_eq!(config["Aliases"], serde_json::json!(["www.example.com"]));
    assert_eq!(
        config["ViewerCertificate"]["AcmCertificateArn"],
        certificate
    );
    let made = |name: &String| name.contains("certificate") || name.contains("record");
    assert!(!shell.keys().any(made), "{:?}", shell.keys());
    let outputs = &graph.outputs()[&StackName::new("shell")];
    assert_eq!(outputs["url"], Text::from("https://www.example.com"));
    let target = serde_json::json!({"Fn::GetAtt": ["shell/distribution", "DomainName"]});
    assert_eq!(serde_json::json!(outputs["domain_target"]), target);
}

/// The certificate, the records, the distribution and the login all know each of the names.
#[test]
fn a_domain_with_aliases() {
    let graph = graph(
        "[shell]\ndomain = \"www.example.com\"\nzone_id = \"Z1\"\naliases = [\"example.com\"]",
    );
    let of = |address: &str| {
        let address = address.parse().expect("an address");
        graph.node(&address).expect("a resource").properties.clone()
    };
    let names = serde_json::json!(["www.example.com", "example.com"]);
    let config = &of("shell/distribution")["DistributionConfig"];
    assert_eq!(config["Aliases"], names);
    insta::assert_yaml_snapshot!("aliases_certificate", of("shell/certificate"));
    assert_eq!(of("shell/record-ipv4")["Name"], "www.example.com");
    for record in [
        "shell/record-ipv4-example.com",
        "shell/record-ipv6-example.com",
    ] {
        assert_eq!(of(record)["Name"], "example.com");
    }
    let urls = |path: &str| {
        let hosts = ["www.example.com", "example.com"];
        let url = |host| format!("https://{host}{path}");
        serde_json::json!(hosts.map(|host| serde_json::json!({"Fn::Join": ["", [url(host)]]})))
    };
    let client = of("identity/client");
    assert_eq!(client["CallbackURLs"], urls("/signed-in"));
    assert_eq!(client["LogoutURLs"], urls("/"));
}

/// The properties of distributions that `[sites]` states.
fn delivery(more: &str) -> BTreeMap<String, serde_json::Value> {
    let graph = graph(more);
    let stated = |node: &model::Node| {
        let config = &node.properties["DistributionConfig"];
        let stated = ["WebACLId", "Logging", "PriceClass", "Restrictions"];
        let stated = stated.map(|name| (name, config.get(name).cloned()));
        let certificate = &config["ViewerCertificate"]["MinimumProtocolVersion"];
        let tls = [("MinimumProtocolVersion", Some(certificate.clone()))];
        let stated = stated.into_iter().chain(tls);
        stated.collect::<BTreeMap<_, _>>()
    };
    let distributions = graph
        .nodes()
        .filter(|node| node.address.name() == "distribution");
    distributions
        .map(|node| (node.address.to_string(), serde_json::json!(stated(node))))
        .collect()
}

/// What an organisation prescribes for sites is on every site; what is not described is not stated,
/// so that what others set stays.
#[test]
fn all_sites_are_delivered_as_described() {
    let domain = "[teams.shipping]\ndomain = \"shipping.example.com\"\nzone_id = \"Z1\"";
    let described = |sites: &str| delivery(&format!("[shell]\n[sites]\n{sites}\n{domain}"));
    insta::assert_yaml_snapshot!("delivery_unstated", described(""));
    insta::assert_yaml_snapshot!(
        "delivery",
        described(
            "web_acl = \"arn:aws:wafv2:us-east-1:111122223333:global/webacl/web/a1b2c3d4\"\n\
             access_logs = { bucket = \"acme-logs\", prefix = \"sites/\" }\n\
             price_class = \"100\"\nminimum_tls = \"TLSv1.3_2025\"\n\
             countries = { allow = [\"DE\", \"FR\"] }"
        )
    );
    let nothing = described("web_acl = \"\"\ncountries = { deny = [] }");
    let shell = &nothing["shell/distribution"];
    assert_eq!(shell["WebACLId"], "");
    let restriction = &shell["Restrictions"]["GeoRestriction"]["RestrictionType"];
    assert_eq!(restriction, "none");
}

#[test]
fn dependencies() {
    let mut listing = String::new();
    for node in graph(TWO_TEAMS)
        .nodes()
        .filter(|node| node.address.stack().as_str() != "toggles")
    {
        let _ = writeln!(listing, "{}", node.address);
        for on in &node.dependencies {
            let _ = writeln!(listing, "    {on}");
        }
    }
    insta::assert_snapshot!(listing);
}

/// So a team's plan reads its own stack and what all share, and adding or removing a team changes
/// only the shell.
#[test]
fn a_team_refers_to_nothing_of_others() {
    let (one, two) = (graph("[shell]\n[teams.shipping]"), graph(TWO_TEAMS));
    for node in two
        .nodes()
        .filter(|node| node.address.stack().as_str() == "team/shipping")
    {
        assert!(
            node.dependencies
                .iter()
                .all(|on| on.stack() == node.address.stack() || on.stack().as_str() == "edge"),
            "{}",
            node.address
        );
        assert_eq!(
            one.node(&node.address).map(|node| &node.properties),
            Some(&node.properties)
        );
    }
    let changed: Vec<_> = one
        .nodes()
        .filter(|node| {
            two.node(&node.address).map(|other| &other.properties) != Some(&node.properties)
        })
        .map(|node| node.address.to_string())
        .collect();
    assert_eq!(changed, ["shell/headers", "shell/config"]);
}

/// The shell's content security policy at AWS, a directive per line.
fn content_security_policy(more: &str) -> String {
    let graph = graph(more);
    let headers = "shell/headers".parse().expect("an address");
    let properties = &graph
        .node(&headers)
        .expect("the shell's headers")
        .properties;
    let policy = &properties["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]["ContentSecurityPolicy"]
        ["ContentSecurityPolicy"];
    let policy: Text = serde_json::from_value(policy.clone()).expect("a text");
    let attribute = |address: &Address, name: &str| {
        let value = match name {
            "Host" => format!(
                "d{:0>13}.cloudfront.net",
                team_name(address.stack())?.replace('-', "")
            ),
            "Hosts" => "*.cloudfront.net".to_owned(),
            "LoginUrl" => {
                "https://acme-0123456789abcdef.auth.eu-west-1.amazoncognito.com".to_owned()
            }
            "WebSocketUrl" => {
                "wss://abcdefghij.execute-api.eu-west-1.amazonaws.com/live".to_owned()
            }
            other => panic!("{address}: {other}"),
        };
        Some(value)
    };
    let policy = policy
        .resolve(&attribute, &|_| None, &|_| None)
        .expect("a policy");
    policy.replace("; ", "\n").replace(", ", "\n\n")
}

#[test]
fn a_shells_content_security_policy() {
    insta::assert_snapshot!("policy", content_security_policy(TWO_TEAMS));
    let overrides = TWO_TEAMS.replace("[shell]", "[shell]\noverrides = true");
    insta::assert_snapshot!("policy_with_overrides", content_security_policy(&overrides));
    let sources = "[shell]\n[teams.billing]\nconnects_to = [\"https://api.example.com\", \"wss://live.example.com\"]\n\
                   images = [\"https://*.images.example.com\"]\nfonts = [\"https://fonts.example.com\"]\n\
                   [teams.shipping]\nconnects_to = [\"https://api.example.com\"]\nframes = [\"https://video.example.com\"]";
    insta::assert_snapshot!("policy_with_sources", content_security_policy(sources));
    let more = "[shell]\nstyles = \"inline\"\n[teams.billing]\nmedia = [\"https://media.example.com\"]\nworkers = true";
    insta::assert_snapshot!("policy_with_more", content_security_policy(more));
}

/// The page's router leaves the same addresses to the browser that the distribution serves as files.
#[test]
fn the_shells_router_knows_its_files() {
    let shell = resources(&graph("[shell]"), "shell");
    let function = &shell["shell/rewrite-paths AWS::CloudFront::Function"]["FunctionCode"];
    let function = function.as_str().expect("a text").replace("[^\\/]", "[^/]");
    let files = function
        .split_once("isFile = ")
        .and_then(|(_, rest)| rest.split_once(".test("));
    let (files, _) = files.expect("a pattern");
    let router = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/shell/src/router.ts");
    let router = std::fs::read_to_string(router).expect("the router");
    assert!(
        router.contains(&format!("const FILE = {files};")),
        "{files}"
    );
}

/// A path of the shell's own origin, with no cookie or token left out, and nothing cached.
#[test]
fn a_teams_api() {
    let described =
        "[shell]\n[teams.shipping]\napi = \"https://api.example.com:8443/v2\"\n[teams.billing]";
    let mut shell = resources(&graph(described), "shell");
    let distribution = shell.remove("shell/distribution AWS::CloudFront::Distribution");
    let mut config = distribution.expect("a distribution")["DistributionConfig"].clone();
    let part = |name: &str| config[name].take();
    let [origins, behaviors] = ["Origins", "CacheBehaviors"].map(part);
    shell.retain(|name, _| name.contains("/api-"));
    insta::assert_yaml_snapshot!("api", (&origins[1], behaviors, shell));
}

/// The page may ask for what some team may ask for.
#[test]
fn a_shells_permissions() {
    let policy = |more: &str| {
        let shell = resources(&graph(more), "shell");
        let headers = &shell["shell/headers AWS::CloudFront::ResponseHeadersPolicy"];
        let items = &headers["ResponseHeadersPolicyConfig"]["CustomHeadersConfig"]["Items"];
        let items = items.as_array().expect("headers");
        let named = |item: &&serde_json::Value| item["Header"] == "Permissions-Policy";
        let item = items.iter().find(named).expect("the header");
        item["Value"].as_str().expect("a text").to_owned()
    };
    assert_eq!(
        policy(TWO_TEAMS),
        "camera=(), geolocation=(), microphone=()"
    );
    let scanner = TWO_TEAMS.replace(
        "[teams.shipping]",
        "[teams.shipping]\npermissions = [\"camera\"]",
    );
    assert_eq!(
        policy(&scanner),
        "camera=(self), geolocation=(), microphone=()"
    );
}

/// The page learns who may see what, if not everybody may.
#[test]
fn who_may_see_what_is_part_of_the_pages_configuration() {
    let config = |more: &str| {
        let shell = resources(&graph(more), "shell");
        serde_json::json!(shell["shell/config Frontage::S3::Object"]).to_string()
    };
    assert!(!config(TWO_TEAMS).contains("operators"));
    let some = "[identity]\ngroups = [\"staff\"]\n[shell]\noperators = [\"staff\"]\n[teams.shipping]\ngroups = [\"staff\"]";
    let config = config(some);
    assert!(config.contains(r#"\"operators\":[\"staff\"]"#), "{config}");
    assert!(config.contains(r#"\"groups\":[\"staff\"]"#), "{config}");
}

fn team_with_domain(domain: &str) -> String {
    let name = domain.replace('.', "-");
    format!("[teams.{name}]\ndomain = \"{domain}\"\nzone_id = \"Z1\"\n")
}

/// The sources of the directive for scripts, but for the page's own.
fn script_hosts(more: &str) -> String {
    let policy = content_security_policy(&format!("[shell]\n{more}"));
    let scripts = policy.lines().next().expect("a line");
    let hosts = scripts.strip_prefix("script-src 'self' 'unsafe-inline' ");
    hosts.expect("the page's own come first").to_owned()
}

/// A pattern in the policy for scripts never matches what the page may only connect to.
#[test]
fn scripts_come_from_the_teams_sites_alone() {
    let teams = ["a.x.test", "b.x.test", "c.y.test"]
        .map(team_with_domain)
        .concat();
    assert_eq!(script_hosts(&teams), "*.x.test c.y.test");
    let with = |team: &str, api: &str| format!("{team}connects_to = [\"{api}\"]\n");
    assert_eq!(
        script_hosts(&with(&teams, "https://api.y.test")),
        "*.x.test c.y.test"
    );
    for api in [
        "https://api.x.test",
        "https://*.x.test",
        "wss://a.b.x.test:8443",
    ] {
        assert_eq!(
            script_hosts(&with(&teams, api)),
            "a.x.test b.x.test c.y.test"
        );
    }
    let distributions = "[teams.one]\n[teams.two]\n";
    assert_eq!(script_hosts(distributions), "*.cloudfront.net");
    assert_eq!(
        script_hosts(&with(
            distributions,
            "https://d111111abcdef8.cloudfront.net"
        )),
        "d0000000000one.cloudfront.net d0000000000two.cloudfront.net"
    );
}

/// CloudFront allows 1783 characters, unless AWS raises the quota.
#[test]
fn the_length_of_the_content_security_policy() {
    let lengths = |team: &dyn Fn(u32) -> String| {
        [2, 12, 13, 37, 44, 45, 60].map(|count| {
            let teams: String = (1..=count).map(team).collect();
            let policy = content_security_policy(&format!("[shell]\n{teams}"));
            policy.replace("\n\n", ", ").replace('\n', "; ").len()
        })
    };
    let distributions = lengths(&|number| format!("[teams.team-{number:02}]\n"));
    let domains = lengths(&|number| {
        format!(
            "[teams.team-{number:02}]\ndomain = \"team-{number:02}.apps.example.com\"\nzone_id = \"Z1\"\n"
        )
    });
    assert_eq!(distributions, [481, 781, 811, 1531, 1741, 1771, 2221]);
    // More than forty are named by the domain above them.
    assert_eq!(domains, [473, 723, 748, 1348, 442, 442, 442]);
}

#[test]
fn a_system_without_a_shell_is_the_toggles_alone() {
    assert_eq!(
        graph("")
            .stacks()
            .iter()
            .map(StackName::as_str)
            .collect::<Vec<_>>(),
        ["toggles"]
    );
}

/// Physical names stay below AWS's limits for the longest names of system and team.
#[test]
fn names_fit() {
    let longest = "a2345678901234567890";
    let described = format!("name = \"{longest}\"\n[shell]\n[teams.{longest}]");
    let system = System::parse("frontage.toml", &described).expect("the longest names");
    for node in system::graph(&system, &artifacts()).nodes() {
        let limits = [
            ("/BucketName/Fn::Join/1/0", 63 - 16),
            ("/Domain/Fn::Join/1/0", 63 - 16),
            ("/Name", 64),
            ("/OriginAccessControlConfig/Name", 64),
            ("/CachePolicyConfig/Name", 128),
            ("/ResponseHeadersPolicyConfig/Name", 128),
            ("/UserPoolName", 128),
            ("/ClientName", 128),
        ];
        for (property, most) in limits {
            if let Some(name) = node
                .properties
                .pointer(property)
                .and_then(|name| name.as_str())
            {
                assert!(name.len() <= most, "{}: {name}", node.address);
            }
        }
    }
}

/// The page reads it when it loads; a team has no wait of its own.
#[test]
fn the_longest_wait_is_as_described() {
    let wait = |more: &str| {
        let graph = graph(&format!("[shell]\n{more}"));
        let config = &resources(&graph, "shell")["shell/config Frontage::S3::Object"]["Body"];
        let body = config.to_string();
        let (_, rest) = body.split_once("longestWait").expect("the wait");
        let digits = rest.trim_start_matches(|other: char| !other.is_ascii_digit());
        let end = digits.find(|other: char| !other.is_ascii_digit());
        digits[..end.expect("more")].to_owned()
    };
    assert_eq!(wait(""), "300");
    assert_eq!(wait("[toggles]\nlongest_wait = 4000"), "4000");
}

/// The topic is the toggles' own.
#[test]
fn the_snapshots_function_is_watched_unless_alarms_are_not_wanted() {
    let alarms = |more: &str| {
        let graph = graph(&format!("[shell]\n{more}"));
        let mut alarms = resources(&graph, "shell");
        alarms.retain(|name, _| name.ends_with("AWS::CloudWatch::Alarm"));
        alarms
    };
    let watched = alarms("");
    let names: Vec<_> = watched
        .keys()
        .filter_map(|name| name.split(' ').next())
        .collect();
    assert_eq!(
        names,
        [
            "shell/toggle-snapshot-dead-letters-alarm",
            "shell/toggle-snapshot-errors",
            "shell/toggle-snapshot-iterator-age",
            "shell/toggle-snapshot-throttles",
        ]
    );
    let topic = serde_json::json!([{"Fn::GetAtt": ["toggles/alarms", "TopicArn"]}]);
    for alarm in watched.values() {
        assert_eq!(alarm["AlarmActions"], topic);
    }
    assert!(alarms("[alarms]\nenabled = false").is_empty());
}
