//! Properties of any description: what was written is read back, and every problem can be shown.

#![allow(clippy::unwrap_used)]

mod artifacts;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use miette::{Diagnostic as _, GraphicalReportHandler, GraphicalTheme};
use model::types::cloudfront::PriceClass;
use model::types::logs::RETENTION_DAYS;
use model::{IgnoredTags, Tags};
use proptest::option;
use proptest::prelude::*;
use stacks::description::{
    AccessLogs, Alarms, Api, Architecture, Canary, Ci, Connection, Connections, Countries,
    CustomDomain, Delivery, Dns, Email, Functions, Identity, LOG_CLASSES, LogLevel, MINIMUM_TLS,
    Mfa, Name, Oidc, Operations, Packages, Password, Permission, Pipeline, Pipelines, Protocol,
    Provider, Quotas, Share, Shell, Source, Sources, Styles, System, TEMPLATE, Team,
    ThreatProtection, Tier, Toggles, log_class, price_class,
};
use toggle_contract::doors::Connect;

#[test]
fn the_example_is_a_system() {
    let example = System::parse("frontage.toml", include_str!("../../frontage.toml")).unwrap();
    assert_eq!(example.name.as_str(), "acme");
}

const KMS_KEY: &str = "arn:aws:kms:eu-west-1:[0-9]{12}:key/[0-9a-f]{8}";

const ORIGIN: &str = "(\\*|http://localhost:(\\*|5173)|https://(\\*\\.)?[a-z]{1,9}\\.test(:8443)?)";

fn functions() -> impl Strategy<Value = Functions> {
    let architecture = prop::sample::select(Architecture::ALL.to_vec());
    let log_level = prop::sample::select(LogLevel::ALL.to_vec());
    let roles = (
        option::of("arn:aws(-cn)?:iam::([0-9]{12}|aws):policy/([a-z]{1,9}/)?[a-z]{1,9}"),
        option::of("/([a-z0-9.]{1,9}/){0,3}"),
        option::of(KMS_KEY),
    );
    let logs = (
        prop::sample::select(RETENTION_DAYS.to_vec()),
        option::of(prop::sample::select(LOG_CLASSES.to_vec())),
        option::of(any::<bool>()),
    );
    (
        architecture,
        128..=10_240,
        logs,
        any::<bool>(),
        option::of(0..=1000),
        log_level,
        roles,
    )
        .prop_map(
            |(
                architecture,
                memory_mb,
                (log_retention_days, log_class, log_deletion_protection),
                tracing,
                reserved_concurrency,
                log_level,
                (permissions_boundary, role_path, kms_key),
            )| Functions {
                architecture,
                memory_mb,
                log_retention_days,
                log_class,
                log_deletion_protection,
                tracing,
                reserved_concurrency,
                log_level,
                permissions_boundary,
                role_path,
                kms_key,
            },
        )
}

fn toggles() -> impl Strategy<Value = Toggles> {
    let flag = || option::of(any::<bool>());
    let logs_and_keys = (
        option::of(KMS_KEY),
        option::of("arn:aws:logs:eu-west-1:[0-9]{12}:log-group:/?[a-z]{1,9}"),
        (flag(), flag()),
    );
    let quota = option::of(100..=1_000_000);
    let numbers = (
        0..=300,
        0..=10_000,
        60..=604_800,
        (1..=14, 1..=3_650),
        quota,
        1..=86_400,
        1..=100_000,
    );
    let doors = (
        prop::sample::select(&Connect::ALL[..]),
        option::of(prop::collection::btree_set(ORIGIN, 0..3)),
        (any::<bool>(), any::<bool>()),
        prop::collection::btree_set("(custom:)?[a-f]{1,9}", 0..2),
        option::of((1..=1_000_u32).prop_map(|of| Share::of(f64::from(of) / 1_000.0).unwrap())),
    );
    (
        "[A-Za-z0-9_-]{1,128}",
        any::<bool>(),
        any::<bool>(),
        numbers,
        doors,
        logs_and_keys,
        prop::collection::btree_set("[a-z]{1,6}x", 0..3),
        patterns(),
    )
        .prop_map(
            |(
                stage,
                point_in_time_recovery,
                deletion_protection,
                numbers,
                (connect, origins, (token_in_query, servers), claims, exposure),
                (kms_key, access_logs, connections),
                private,
                protected,
            )| {
                Toggles {
                    stage,
                    point_in_time_recovery,
                    deletion_protection,
                    batch_window_seconds: numbers.0,
                    max_retries: numbers.1,
                    max_record_age_seconds: numbers.2,
                    connect,
                    origins: origins.map(|of| of.into_iter().collect()),
                    token_in_query,
                    claims: claims.into_iter().collect(),
                    servers,
                    dead_letter_retention_days: numbers.3.0,
                    history_days: numbers.3.1,
                    posts_per_second: numbers.4,
                    connects_per_second: numbers.6,
                    longest_wait: numbers.5,
                    private: private.into_iter().collect(),
                    kms_key,
                    access_logs,
                    protected,
                    may_flip: BTreeMap::new(),
                    exposure,
                    connections: Connections {
                        point_in_time_recovery: connections.0,
                        deletion_protection: connections.1,
                    },
                }
            },
        )
}

/// Patterns of toggles' ids.
fn patterns() -> impl Strategy<Value = Vec<String>> {
    let patterns = prop::collection::btree_set("[a-z:.$*?\\\"][a-z *?é]{0,9}[a-z.*?]", 0..3);
    patterns.prop_map(|of| of.into_iter().collect())
}

fn alarms() -> impl Strategy<Value = Alarms> {
    let emails = prop::collection::btree_set("[a-z.+]{1,9}@[a-z]{1,9}\\.[a-z]{2,3}", 0..4);
    (any::<bool>(), emails, option::of(KMS_KEY)).prop_map(|(enabled, emails, kms_key)| Alarms {
        enabled,
        emails: emails.into_iter().collect(),
        kms_key,
    })
}

/// Tags whose keys differ in more than case.
fn tags() -> impl Strategy<Value = Tags> {
    prop::collection::btree_map(
        "t[a-z0-9 +=._:/@-]{0,127}",
        "(v[A-Za-zé0-9 +=._:/@-]{0,255})?",
        0..=30,
    )
}

/// Keys of others, none of which is one of [`tags`].
fn ignored() -> impl Strategy<Value = IgnoredTags> {
    let keys = prop::collection::btree_set("o[a-zA-Z0-9 +=._:/@-]{0,20}\\*?", 0..4);
    keys.prop_map(|keys| IgnoredTags::new(keys.into_iter().collect()))
}

fn password() -> impl Strategy<Value = Password> {
    let required = any::<(bool, bool, bool, bool)>();
    (6..=99, required, 0..=24, 1..=365).prop_map(|(length, required, history, days)| Password {
        minimum_length: length,
        require_lowercase: required.0,
        require_numbers: required.1,
        require_symbols: required.2,
        require_uppercase: required.3,
        password_history_size: history,
        temporary_password_validity_days: days,
    })
}

fn email() -> impl Strategy<Value = Email> {
    let from = "(a@x\\.test|[A-Z][a-z ]{0,9}<a@([a-z]{1,3}\\.)?x\\.test>)";
    ("[0-9]{12}", from).prop_map(|(account, from)| Email {
        identity: format!("arn:aws:ses:eu-west-1:{account}:identity/x.test"),
        from,
    })
}

/// The tier, and what it allows.
fn protection() -> impl Strategy<Value = (Option<Tier>, Option<ThreatProtection>)> {
    let tier = option::of(prop::sample::select(Tier::ALL.to_vec()));
    let protection = option::of(prop::sample::select(ThreatProtection::ALL.to_vec()));
    (tier, protection).prop_map(|(tier, protection)| {
        let allowed =
            |of: &ThreatProtection| tier == Some(Tier::Plus) || *of == ThreatProtection::Off;
        (tier, protection.filter(allowed))
    })
}

fn protocol() -> impl Strategy<Value = Protocol> {
    let scopes = prop::sample::subsequence(vec!["email", "groups", "profile"], 0..=3);
    let oidc = (
        "https://[a-z]{1,9}\\.test(:8443)?(/[a-z0-9.]{1,9})?",
        "[A-Za-z0-9._-]{1,40}",
        "[A-Z_][A-Z0-9_]{0,9}",
        scopes,
    );
    prop_oneof![
        "https://[a-z]{1,9}\\.test/[a-z]{0,9}(\\?id=[0-9]{1,3})?".prop_map(Protocol::SamlUrl),
        "([a-z]{1,9}/)?[a-z]{1,9}\\.xml".prop_map(Protocol::SamlFile),
        oidc.prop_map(|(issuer, client_id, client_secret_env, scopes)| {
            let scopes = scopes.into_iter().chain(["openid"]).map(str::to_owned);
            Protocol::Oidc(Oidc {
                issuer,
                client_id,
                client_secret_env,
                scopes: scopes.collect(),
            })
        }),
    ]
}

/// Providers, each of which has its own identifiers.
fn providers() -> impl Strategy<Value = Vec<Provider>> {
    let claims =
        prop::collection::btree_map("name|picture|custom:[a-z]{1,9}", "[a-z:/]{1,30}", 0..3);
    let provider = (protocol(), "[a-z:/.]{1,30}", claims, 0usize..3);
    let providers = prop::collection::btree_map("[A-Za-z][A-Za-z0-9-]{2,31}", provider, 0..4);
    providers.prop_map(|providers| {
        let provider = |(name, (protocol, email, claims, count)): (String, (_, _, _, usize))| {
            let mut attributes: BTreeMap<String, String> = claims;
            attributes.insert("email".to_owned(), email);
            let identifiers = (0..count).map(|number| format!("{number}@{name}"));
            Provider {
                identifiers: identifiers.collect(),
                name,
                protocol,
                attributes,
            }
        };
        providers.into_iter().map(provider).collect()
    })
}

/// The domain of the login pages.
fn login_domain() -> impl Strategy<Value = Option<CustomDomain>> {
    let below = |domain: Option<CustomDomain>| {
        domain.map(|domain| CustomDomain {
            name: format!("login.{}", domain.name),
            aliases: Vec::new(),
            dns: domain.dns,
        })
    };
    domain().prop_map(below)
}

fn identity() -> impl Strategy<Value = Identity> {
    let mfa = prop::sample::select(Mfa::ALL.to_vec());
    let groups = prop::collection::btree_set("[a-z](-?[a-z0-9]){0,9}", 0..4);
    let groups = groups.prop_map(|groups| groups.into_iter().collect());
    let urls = "(https://[a-z]{1,9}\\.test(:8443)?|http://localhost(:5173)?)(/[a-z]{0,9})?";
    let urls = prop::collection::btree_set(urls, 0..3);
    let urls = urls.prop_map(|urls| urls.into_iter().collect());
    let security = (mfa, protection(), password());
    let flags = any::<(bool, bool, bool)>();
    let federation = (login_domain(), providers());
    (
        groups,
        flags,
        federation,
        security,
        option::of(email()),
        urls,
        5..=60,
        1..=3650,
    )
        .prop_map(
            |(
                groups,
                flags,
                (domain, providers),
                (mfa, protection, password),
                email,
                callback_urls,
                minutes,
                days,
            )| {
                Identity {
                    groups,
                    self_sign_up: flags.0,
                    mfa,
                    access_token_minutes: minutes,
                    refresh_token_days: days,
                    deletion_protection: flags.1,
                    tier: protection.0,
                    threat_protection: protection.1,
                    email,
                    callback_urls,
                    password,
                    domain,
                    local_users: flags.2 || providers.is_empty(),
                    providers,
                }
            },
        )
}

fn packages() -> impl Strategy<Value = Packages> {
    let principals = || {
        prop::collection::btree_set("arn:aws:iam::[0-9]{12}:(root|role/[a-z]{1,9})", 0..3)
            .prop_map(|principals| principals.into_iter().collect())
    };
    let scopes = prop::collection::btree_set("@[a-z0-9-][a-z0-9._-]{0,9}", 0..3);
    let protect = option::of(scopes.prop_map(|scopes| scopes.into_iter().collect()));
    (principals(), principals(), protect).prop_map(|(readers, publishers, protect)| Packages {
        readers,
        publishers,
        protect,
    })
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let web_acl = "(arn:aws:wafv2:us-east-1:[0-9]{12}:global/webacl/[a-z]{1,9}/[a-z0-9]{8})?";
    let logs = ("[a-z][a-z0-9.]{1,61}[a-z]", option::of("[a-z]{1,9}/"));
    let codes = |least| {
        let codes = prop::sample::subsequence(vec!["AD", "DE", "ZA", "ZW"], least..=4);
        codes.prop_map(|codes| codes.into_iter().map(str::to_owned).collect())
    };
    let countries = prop_oneof![
        codes(1).prop_map(Countries::Allow),
        codes(0).prop_map(Countries::Deny),
    ];
    let classes = vec![PriceClass::Class100, PriceClass::Class200, PriceClass::All];
    (
        option::of(web_acl),
        option::of(logs.prop_map(|(bucket, prefix)| AccessLogs { bucket, prefix })),
        option::of(prop::sample::select(classes)),
        prop::sample::select(MINIMUM_TLS.to_vec()),
        option::of(countries),
    )
        .prop_map(
            |(web_acl, access_logs, price_class, minimum_tls, countries)| Delivery {
                web_acl,
                access_logs,
                price_class,
                minimum_tls,
                countries,
            },
        )
}

fn domain() -> impl Strategy<Value = Option<CustomDomain>> {
    let certificate = "arn:aws:acm:us-east-1:[0-9]{12}:certificate/[a-f0-9]{8}";
    let dns = prop_oneof![
        "Z[A-Z0-9]{1,31}".prop_map(Dns::Zone),
        certificate.prop_map(Dns::Elsewhere),
    ];
    let aliases = prop::collection::btree_set("[a-z]{1,9}\\.example\\.org", 0..3);
    let domain = ("[a-z]{1,9}\\.[a-z]{2,9}", aliases, dns);
    option::of(domain.prop_map(|(name, aliases, dns)| {
        let aliases = aliases.into_iter().collect();
        CustomDomain { name, aliases, dns }
    }))
}

fn shell() -> impl Strategy<Value = Shell> {
    let styles = prop::sample::select(Styles::ALL.to_vec());
    let title = option::of("[A-Z][a-zé ]{0,39}");
    (title, any::<bool>(), styles, domain()).prop_map(|(title, overrides, styles, domain)| Shell {
        title,
        overrides,
        styles,
        operators: Vec::new(),
        domain,
    })
}

fn sources() -> impl Strategy<Value = Sources> {
    let origins = |pattern: &'static str| prop::collection::vec(pattern, 0..3);
    let secure = || origins("https://(\\*\\.)?[a-z]{1,9}\\.[a-z]{2,9}(:[1-9][0-9]{0,3})?");
    let connects_to = origins("(https|wss)://(\\*\\.)?[a-z]{1,9}\\.[a-z]{2,9}");
    let permissions = prop::sample::subsequence(Permission::ALL.to_vec(), 0..=3);
    let origins = (connects_to, secure(), secure(), secure(), secure());
    (origins, any::<bool>(), permissions).prop_map(|(origins, workers, permissions)| {
        let (connects_to, images, fonts, frames, media) = origins;
        Sources {
            connects_to,
            images,
            fonts,
            frames,
            media,
            workers,
            permissions,
        }
    })
}

fn api() -> impl Strategy<Value = Api> {
    let port = prop_oneof![Just(443), 1_024..=u16::MAX];
    let path = option::of("(/[a-zA-Z0-9._~-]{1,9}){1,2}");
    ("[a-z]{1,9}\\.[a-z]{2,9}", port, path).prop_map(|(host, port, path)| Api { host, port, path })
}

fn canary() -> impl Strategy<Value = Canary> {
    let watch = prop::collection::btree_set("[a-z]{1,9}( [a-z]{1,9})?", 0..3);
    (1..=99, option::of((1..=300, watch))).prop_map(|(percent, bake)| {
        let (every, watch) = bake.unzip();
        Canary {
            percent,
            every,
            watch: watch.into_iter().flatten().collect(),
        }
    })
}

/// What pipelines share, with a connection, so that any source can be described.
fn pipelines() -> impl Strategy<Value = Pipelines> {
    let arn = "arn:aws:codeconnections:eu-west-1:[0-9]{12}:connection/[0-9a-f-]{8}";
    let new = prop::sample::select(vec!["GitHub", "GitLab", "Bitbucket"]).prop_map(Connection::New);
    let connection = prop_oneof![new, arn.prop_map(Connection::Existing)];
    let providers = prop::sample::subsequence(Ci::ALL.to_vec(), 0..=2);
    let days = prop::sample::select(RETENTION_DAYS);
    let settings = (
        "[a-z]{1,9}(/[a-z]{1,9})?",
        any::<bool>(),
        any::<bool>(),
        option::of(canary()),
    );
    (connection, providers, days, settings).prop_map(
        |(
            connection,
            identity_providers,
            log_retention_days,
            (branch, previews, approval, canary),
        )| {
            Pipelines {
                connection: Some(connection),
                identity_providers,
                branch,
                previews,
                approval,
                canary,
                log_retention_days,
            }
        },
    )
}

/// Whose keys are those that have an effect with its source.
fn pipeline() -> impl Strategy<Value = Pipeline> {
    let repository = || "[a-z]{1,9}/[.]?[a-z][a-z.-]{0,8}";
    let source = prop_oneof![
        repository().prop_map(Source::Connection),
        Just(Source::CodeCommit),
        ("[a-z]{3,9}", "[a-z]{1,9}[.]zip").prop_map(|(bucket, key)| Source::S3 { bucket, key }),
        repository().prop_map(|repository| Source::Ci(Ci::GitHub, repository)),
        repository().prop_map(|repository| Source::Ci(Ci::GitLab, repository)),
    ];
    let paths = prop::collection::btree_set("[a-z]{1,9}/[*][*]", 0..8);
    let folder = option::of("[a-z]{1,9}(/[a-z]{1,9})?");
    let settings = (
        "[a-z]{1,9}",
        any::<bool>(),
        any::<bool>(),
        option::of(canary()),
    );
    (source, paths, folder, settings).prop_map(
        |(source, paths, folder, (branch, previews, approval, canary))| Pipeline {
            source,
            branch,
            paths: paths.into_iter().collect(),
            folder,
            previews,
            approval,
            canary,
        },
    )
}

/// A pipeline as it is read: with the defaults where its source or its description has no key.
fn with_defaults(mut pipeline: Pipeline, defaults: &Pipelines) -> Pipeline {
    match pipeline.source {
        Source::Connection(_) => {}
        Source::CodeCommit => {
            pipeline.paths.clear();
            pipeline.previews = defaults.previews;
        }
        Source::S3 { .. } => {
            pipeline.previews = defaults.previews;
            pipeline.paths.clear();
            pipeline.branch.clone_from(&defaults.branch);
        }
        Source::Ci(..) => pipeline.approval = defaults.approval,
    }
    pipeline.canary = match (pipeline.canary, &defaults.canary) {
        (Some(own), Some(default)) => Some(Canary {
            percent: own.percent,
            every: own.every.or(default.every),
            watch: if own.watch.is_empty() {
                default.watch.clone()
            } else {
                own.watch
            },
        }),
        (own, default) => own.or(default.clone()),
    };
    pipeline
}

fn write_canary(text: &mut String, canary: Option<&Canary>) {
    let Some(canary) = canary else {
        return;
    };
    writeln!(text, "canary = {}", canary.percent).unwrap();
    if let Some(every) = canary.every {
        writeln!(text, "every = \"{every}m\"").unwrap();
    }
    if !canary.watch.is_empty() {
        writeln!(text, "watch = {:?}", canary.watch).unwrap();
    }
}

fn write_pipelines(text: &mut String, pipelines: &Pipelines) {
    let Pipelines {
        connection,
        identity_providers,
        branch,
        previews,
        approval,
        canary,
        log_retention_days,
    } = pipelines;
    writeln!(
        text,
        "[pipelines]\nbranch = \"{branch}\"\npreviews = {previews}\napproval = {approval}"
    )
    .unwrap();
    writeln!(text, "log_retention_days = {log_retention_days}").unwrap();
    let words: Vec<_> = identity_providers.iter().map(|ci| ci.as_str()).collect();
    writeln!(text, "identity_providers = {words:?}").unwrap();
    match connection {
        Some(Connection::New(host)) => {
            writeln!(text, "connection = \"{}\"", host.to_lowercase()).unwrap();
        }
        Some(Connection::Existing(arn)) => writeln!(text, "connection = \"{arn}\"").unwrap(),
        None => {}
    }
    write_canary(text, canary.as_ref());
}

fn write_pipeline(text: &mut String, team: &Name, pipeline: &Pipeline) {
    let Pipeline {
        source,
        branch,
        paths,
        folder,
        previews,
        approval,
        canary,
    } = pipeline;
    let (of_branch, of_paths, of_previews, of_approval) = match source {
        Source::Connection(_) => (true, true, true, true),
        Source::CodeCommit => (true, false, false, true),
        Source::S3 { .. } => (false, false, false, true),
        Source::Ci(..) => (true, true, true, false),
    };
    writeln!(text, "[teams.{team}.pipeline]").unwrap();
    match source {
        Source::Connection(repository) => {
            writeln!(text, "repository = \"{repository}\"").unwrap();
        }
        Source::CodeCommit => writeln!(text, "source = \"codecommit\"").unwrap(),
        Source::S3 { bucket, key } => {
            writeln!(text, "source = \"s3\"\nobject = \"{bucket}/{key}\"").unwrap();
        }
        Source::Ci(ci, repository) => {
            writeln!(text, "source = \"{}\"", ci.as_str()).unwrap();
            writeln!(text, "repository = \"{repository}\"").unwrap();
        }
    }
    if of_branch {
        writeln!(text, "branch = \"{branch}\"").unwrap();
    }
    if of_paths {
        writeln!(text, "paths = {paths:?}").unwrap();
    }
    if of_previews {
        writeln!(text, "previews = {previews}").unwrap();
    }
    if of_approval {
        writeln!(text, "approval = {approval}").unwrap();
    }
    write_texts(text, [("folder", folder)]);
    write_canary(text, canary.as_ref());
}

/// Teams whose names, and so their default routes, differ from all others and from the shell's.
fn teams() -> impl Strategy<Value = Vec<Team>> {
    let team = (
        "[A-Z][a-z ]{0,39}",
        option::of("[a-z]{1,9}(/[a-z]{1,9})?"),
        (domain(), option::of(api())),
        sources(),
        option::of(pipeline()),
    );
    let teams = prop::collection::btree_map("x[a-z0-9]{0,9}", team, 0..4);
    teams.prop_map(|teams| {
        let team = |(name, (title, source, (domain, api), sources, pipeline)): (String, _)| Team {
            route: format!("/{name}"),
            name: name.parse::<Name>().unwrap(),
            title,
            source,
            domain,
            api,
            sources,
            budget: None,
            groups: Vec::new(),
            pipeline,
        };
        teams.into_iter().map(team).collect()
    })
}

fn system() -> impl Strategy<Value = System> {
    let name =
        "[a-z](-?[b-z0-9]){0,9}".prop_filter("a word of AWS's", |name| !name.contains("cognito"));
    let name = name.prop_map(|name| name.parse().unwrap());
    let region = option::of("[a-z]{2}-[a-z]{4,9}-[0-9]");
    let front_ends = option::of((identity(), delivery(), shell(), teams()));
    let all = (
        name,
        (option::of("[0-9a-f]{8}"), region, option::of("[0-9]{12}")),
        (tags(), ignored()),
        functions(),
        (
            toggles(),
            alarms(),
            operations(),
            prop::collection::vec(patterns(), 0..3),
        ),
        option::of(packages()),
        front_ends,
        (pipelines(), 1_783usize..=20_480),
    );
    all.prop_map(
        |(
            name,
            (id, region, account),
            tags,
            functions,
            (mut toggles, alarms, operations, flippers),
            packages,
            front_ends,
            (pipelines, length),
        )| {
            let (tags, ignore_tags) = tags;
            let (identity, mut sites, mut shell, mut teams) = match front_ends {
                Some((identity, sites, shell, teams)) => (identity, sites, Some(shell), teams),
                None => (Identity::default(), Delivery::default(), None, Vec::new()),
            };
            if shell.is_none() {
                toggles.connect = Connect::Public;
            } else {
                let groups = identity.groups.iter().cloned();
                toggles.may_flip = groups.zip(flippers).collect();
            }
            if !has_domain(&identity, shell.as_ref(), &teams) {
                sites.minimum_tls = Delivery::default().minimum_tls;
            }
            // Groups that exist: the shell's operators are all of them, and a team's people the first.
            if let Some(shell) = &mut shell {
                shell.operators.clone_from(&identity.groups);
            }
            for team in &mut teams {
                team.groups = identity.groups.iter().take(1).cloned().collect();
                let pipeline = team.pipeline.take();
                team.pipeline = pipeline.map(|pipeline| with_defaults(pipeline, &pipelines));
            }
            System {
                name,
                id,
                region,
                account,
                tags,
                ignore_tags,
                functions,
                toggles,
                alarms,
                operations,
                packages,
                identity,
                sites,
                shell,
                pipelines,
                teams,
                quotas: Quotas {
                    content_security_policy_length: length,
                },
            }
        },
    )
}

/// With the addresses of alarms.
fn operations() -> impl Strategy<Value = Option<Operations>> {
    let notify = option::of(alarms().prop_map(|alarms| alarms.emails));
    let budget = option::of(1..=i32::MAX);
    let settings = (notify, budget, any::<bool>(), any::<bool>());
    option::of(
        settings.prop_map(|(notify, budget, check, edge_alarms)| Operations {
            notify,
            budget,
            check,
            edge_alarms,
        }),
    )
}

/// Descriptions in which names are likely to meet: each of them is used for all kinds of things.
fn with_few_names() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(vec!["a", "b", "a-b", "shell", "toggles", "operators"]);
    let list = prop::collection::vec(name(), 0..4);
    let team = (name(), name(), name());
    (name(), list, prop::collection::vec(team, 0..3)).prop_map(|(system, groups, teams)| {
        let mut text = format!("name = \"{system}\"\n[identity]\ngroups = {groups:?}\n[shell]\n");
        for (name, route, domain) in teams {
            writeln!(text, "[teams.{name}]\nroute = \"/{route}\"").unwrap();
            writeln!(text, "domain = \"{domain}.example.com\"\nzone_id = \"Z1\"").unwrap();
        }
        text
    })
}

/// Writes the keys that have a value.
fn write_texts<const N: usize>(text: &mut String, keys: [(&str, &Option<String>); N]) {
    for (key, value) in keys {
        if let Some(value) = value {
            writeln!(text, "{key} = \"{value}\"").unwrap();
        }
    }
}

fn write_domain(text: &mut String, domain: Option<&CustomDomain>) {
    if let Some(CustomDomain { name, aliases, dns }) = domain {
        writeln!(text, "domain = \"{name}\"\naliases = {aliases:?}").unwrap();
        write_dns(text, dns);
    }
}

fn write_dns(text: &mut String, dns: &Dns) {
    let (key, value) = match dns {
        Dns::Zone(zone_id) => ("zone_id", zone_id),
        Dns::Elsewhere(certificate) => ("certificate", certificate),
    };
    writeln!(text, "{key} = \"{value}\"").unwrap();
}

fn write_provider(text: &mut String, provider: &Provider) {
    let Provider {
        name,
        protocol,
        attributes,
        identifiers,
    } = provider;
    writeln!(text, "[identity.providers.{name}]").unwrap();
    writeln!(text, "identifiers = {identifiers:?}").unwrap();
    match protocol {
        Protocol::SamlUrl(url) => writeln!(text, "saml_metadata_url = \"{url}\"").unwrap(),
        Protocol::SamlFile(path) => writeln!(text, "saml_metadata_file = \"{path}\"").unwrap(),
        Protocol::Oidc(oidc) => {
            let Oidc {
                issuer,
                client_id,
                client_secret_env,
                scopes,
            } = oidc;
            writeln!(text, "oidc_issuer = \"{issuer}\"\nscopes = {scopes:?}").unwrap();
            writeln!(text, "client_id = \"{client_id}\"").unwrap();
            writeln!(text, "client_secret_env = \"{client_secret_env}\"").unwrap();
        }
    }
    for (attribute, claim) in attributes {
        writeln!(text, "attributes.\"{attribute}\" = \"{claim}\"").unwrap();
    }
}

fn has_domain(identity: &Identity, shell: Option<&Shell>, teams: &[Team]) -> bool {
    let teams = teams.iter().map(|team| team.domain.as_ref());
    let shell = shell.and_then(|shell| shell.domain.as_ref());
    let mut domains = teams.chain([shell, identity.domain.as_ref()]);
    domains.any(|domain| domain.is_some())
}

fn write_delivery(text: &mut String, sites: &Delivery, has_domain: bool) {
    let Delivery {
        web_acl,
        access_logs,
        price_class: class,
        minimum_tls,
        countries,
    } = sites;
    writeln!(text, "[sites]").unwrap();
    if let Some(class) = class {
        writeln!(text, "price_class = \"{}\"", price_class(*class)).unwrap();
    }
    write_texts(text, [("web_acl", web_acl)]);
    if has_domain {
        writeln!(text, "minimum_tls = \"{minimum_tls}\"").unwrap();
    }
    if let Some(AccessLogs { bucket, prefix }) = access_logs {
        writeln!(text, "access_logs.bucket = \"{bucket}\"").unwrap();
        write_texts(text, [("access_logs.prefix", prefix)]);
    }
    match countries {
        Some(Countries::Allow(only)) => writeln!(text, "countries.allow = {only:?}").unwrap(),
        Some(Countries::Deny(these)) => writeln!(text, "countries.deny = {these:?}").unwrap(),
        None => {}
    }
}

fn write_password(text: &mut String, password: &Password) {
    let Password {
        minimum_length,
        require_lowercase,
        require_numbers,
        require_symbols,
        require_uppercase,
        password_history_size,
        temporary_password_validity_days,
    } = password;
    writeln!(
        text,
        "[identity.password]\nminimum_length = {minimum_length}\n\
         require_lowercase = {require_lowercase}\nrequire_numbers = {require_numbers}\n\
         require_symbols = {require_symbols}\nrequire_uppercase = {require_uppercase}\n\
         password_history_size = {password_history_size}\n\
         temporary_password_validity_days = {temporary_password_validity_days}"
    )
    .unwrap();
}

fn write_front_ends(text: &mut String, identity: &Identity, shell: &Shell, teams: &[Team]) {
    let Identity {
        groups,
        self_sign_up,
        mfa,
        access_token_minutes,
        refresh_token_days,
        deletion_protection,
        tier,
        threat_protection,
        email,
        callback_urls,
        password,
        domain,
        providers,
        local_users,
    } = identity;
    writeln!(
        text,
        "[identity]\ngroups = {groups:?}\nself_sign_up = {self_sign_up}"
    )
    .unwrap();
    writeln!(
        text,
        "mfa = \"{}\"\naccess_token_minutes = {access_token_minutes}",
        mfa.as_str()
    )
    .unwrap();
    writeln!(text, "refresh_token_days = {refresh_token_days}").unwrap();
    writeln!(text, "deletion_protection = {deletion_protection}").unwrap();
    if let Some(tier) = tier {
        writeln!(text, "tier = \"{}\"", tier.as_str()).unwrap();
    }
    if let Some(mode) = threat_protection {
        writeln!(text, "threat_protection = \"{}\"", mode.as_str()).unwrap();
    }
    if let Some(Email { identity, from }) = email {
        writeln!(
            text,
            "email = {{ identity = \"{identity}\", from = \"{from}\" }}"
        )
        .unwrap();
    }
    writeln!(text, "callback_urls = {callback_urls:?}").unwrap();
    writeln!(text, "local_users = {local_users}").unwrap();
    if let Some(CustomDomain { name, dns, .. }) = domain {
        writeln!(text, "domain = \"{name}\"").unwrap();
        write_dns(text, dns);
    }
    write_password(text, password);
    for provider in providers {
        write_provider(text, provider);
    }
    writeln!(text, "[shell]\noverrides = {}", shell.overrides).unwrap();
    writeln!(text, "styles = \"{}\"", shell.styles.as_str()).unwrap();
    writeln!(text, "operators = {:?}", shell.operators).unwrap();
    if let Some(title) = &shell.title {
        writeln!(text, "title = \"{title}\"").unwrap();
    }
    write_domain(text, shell.domain.as_ref());
    for Team {
        name,
        title,
        route,
        source,
        domain,
        api,
        sources,
        budget: _,
        groups,
        pipeline,
    } in teams
    {
        writeln!(
            text,
            "[teams.{name}]\ntitle = \"{title}\"\nroute = \"{route}\""
        )
        .unwrap();
        if let Some(source) = source {
            writeln!(text, "source = \"{source}\"").unwrap();
        }
        write_domain(text, domain.as_ref());
        if let Some(Api { host, port, path }) = api {
            let path = path.as_deref().unwrap_or_default();
            writeln!(text, "api = \"https://{host}:{port}{path}\"").unwrap();
        }
        writeln!(text, "groups = {groups:?}").unwrap();
        write_sources(text, sources);
        if let Some(pipeline) = pipeline {
            write_pipeline(text, name, pipeline);
        }
    }
}

fn write_sources(text: &mut String, sources: &Sources) {
    let Sources {
        connects_to,
        images,
        fonts,
        frames,
        media,
        workers,
        permissions,
    } = sources;
    let permissions: Vec<_> = permissions.iter().map(|one| one.as_str()).collect();
    writeln!(text, "media = {media:?}").unwrap();
    writeln!(text, "workers = {workers}\npermissions = {permissions:?}").unwrap();
    writeln!(text, "connects_to = {connects_to:?}\nimages = {images:?}").unwrap();
    writeln!(text, "fonts = {fonts:?}\nframes = {frames:?}").unwrap();
}

fn write_functions(text: &mut String, functions: &Functions) {
    writeln!(
        text,
        "[functions]\narchitecture = \"{}\"",
        functions.architecture.as_str()
    )
    .unwrap();
    writeln!(text, "memory_mb = {}", functions.memory_mb).unwrap();
    writeln!(
        text,
        "log_retention_days = {}",
        functions.log_retention_days
    )
    .unwrap();
    if let Some(class) = functions.log_class {
        writeln!(text, "log_class = \"{}\"", log_class(class)).unwrap();
    }
    if let Some(on) = functions.log_deletion_protection {
        writeln!(text, "log_deletion_protection = {on}").unwrap();
    }
    writeln!(text, "tracing = {}", functions.tracing).unwrap();
    if let Some(executions) = functions.reserved_concurrency {
        writeln!(text, "reserved_concurrency = {executions}").unwrap();
    }
    writeln!(text, "log_level = \"{}\"", functions.log_level.as_str()).unwrap();
    let functions_texts = [
        ("permissions_boundary", &functions.permissions_boundary),
        ("role_path", &functions.role_path),
        ("kms_key", &functions.kms_key),
    ];
    write_texts(text, functions_texts);
}

fn write_toggles(text: &mut String, toggles: &Toggles) {
    writeln!(text, "[toggles]\nstage = \"{}\"", toggles.stage).unwrap();
    writeln!(
        text,
        "point_in_time_recovery = {}",
        toggles.point_in_time_recovery
    )
    .unwrap();
    writeln!(
        text,
        "deletion_protection = {}",
        toggles.deletion_protection
    )
    .unwrap();
    writeln!(
        text,
        "batch_window_seconds = {}",
        toggles.batch_window_seconds
    )
    .unwrap();
    writeln!(text, "max_retries = {}", toggles.max_retries).unwrap();
    writeln!(
        text,
        "max_record_age_seconds = {}",
        toggles.max_record_age_seconds
    )
    .unwrap();
    writeln!(
        text,
        "dead_letter_retention_days = {}",
        toggles.dead_letter_retention_days
    )
    .unwrap();
    writeln!(text, "servers = {}", toggles.servers).unwrap();
    writeln!(text, "history_days = {}", toggles.history_days).unwrap();
    if let Some(quota) = toggles.posts_per_second {
        writeln!(text, "posts_per_second = {quota}").unwrap();
    }
    let connects = toggles.connects_per_second;
    writeln!(text, "connects_per_second = {connects}").unwrap();
    writeln!(text, "longest_wait = {}", toggles.longest_wait).unwrap();
    if let Some(share) = toggles.exposure {
        writeln!(text, "exposure = {share}").unwrap();
    }
    writeln!(text, "private = {:?}", toggles.private).unwrap();
    writeln!(text, "protected = {:?}", toggles.protected).unwrap();
    for (group, patterns) in &toggles.may_flip {
        writeln!(text, "may_flip.{group} = {patterns:?}").unwrap();
    }
    writeln!(text, "connect = \"{}\"", toggles.connect.as_str()).unwrap();
    writeln!(text, "token_in_query = {}", toggles.token_in_query).unwrap();
    writeln!(text, "claims = {:?}", toggles.claims).unwrap();
    if let Some(origins) = &toggles.origins {
        writeln!(text, "origins = {origins:?}").unwrap();
    }
    let toggles_texts = [
        ("kms_key", &toggles.kms_key),
        ("access_logs", &toggles.access_logs),
    ];
    write_texts(text, toggles_texts);
    let connections = &toggles.connections;
    for (key, value) in [
        ("point_in_time_recovery", connections.point_in_time_recovery),
        ("deletion_protection", connections.deletion_protection),
    ] {
        if let Some(value) = value {
            writeln!(text, "connections.{key} = {value}").unwrap();
        }
    }
}

fn written(system: &System) -> String {
    let System {
        name,
        id,
        region,
        account,
        tags,
        ignore_tags,
        functions,
        toggles,
        alarms,
        operations,
        packages,
        identity,
        sites,
        shell,
        pipelines,
        teams,
        quotas,
    } = system;
    let mut text = format!("name = \"{name}\"\n");
    if let Some(region) = region {
        writeln!(text, "region = \"{region}\"").unwrap();
    }
    write_texts(&mut text, [("id", id), ("account", account)]);
    writeln!(text, "ignore_tags = {:?}", ignore_tags.patterns()).unwrap();
    text += "[tags]\n";
    for (key, value) in tags {
        writeln!(text, "\"{key}\" = \"{value}\"").unwrap();
    }
    write_functions(&mut text, functions);
    write_toggles(&mut text, toggles);
    let Alarms {
        enabled,
        emails,
        kms_key,
    } = alarms;
    write_pipelines(&mut text, pipelines);
    writeln!(text, "[alarms]\nenabled = {enabled}\nemails = {emails:?}").unwrap();
    write_texts(&mut text, [("kms_key", kms_key)]);
    if let Some(Operations {
        notify,
        budget,
        check,
        edge_alarms,
    }) = operations
    {
        writeln!(text, "[operations]\ncheck = {check}").unwrap();
        writeln!(text, "edge_alarms = {edge_alarms}").unwrap();
        if let Some(notify) = notify {
            writeln!(text, "notify = {notify:?}").unwrap();
        }
        if let Some(budget) = budget {
            writeln!(text, "budget = {budget}").unwrap();
        }
    }
    if let Some(Packages {
        readers,
        publishers,
        protect,
    }) = packages
    {
        writeln!(
            text,
            "[packages]\nreaders = {readers:?}\npublishers = {publishers:?}"
        )
        .unwrap();
        if let Some(scopes) = protect {
            writeln!(text, "protect = {scopes:?}").unwrap();
        }
    }
    writeln!(
        text,
        "[quotas]\ncontent_security_policy_length = {}",
        quotas.content_security_policy_length
    )
    .unwrap();
    if let Some(shell) = shell {
        write_delivery(&mut text, sites, has_domain(identity, Some(shell), teams));
        write_front_ends(&mut text, identity, shell, teams);
    }
    text
}

/// An accepted text has a graph. Every report of another can be shown, and points into the text.
fn is_shown(text: &str) {
    let errors = match System::parse("frontage.toml", text) {
        Ok(system) => {
            drop(stacks::system::graph(&system, &artifacts::artifacts()));
            return;
        }
        Err(errors) => errors,
    };
    assert!(!errors.problems().is_empty());
    for label in errors
        .problems()
        .iter()
        .flat_map(|problem| problem.labels().unwrap())
    {
        let at = label.offset()..label.offset() + label.len();
        assert!(
            text.get(at.clone()).is_some(),
            "{at:?} is in the text: {errors}"
        );
    }
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
    handler.render_report(&mut String::new(), &errors).unwrap();
}

proptest! {
    // A text that failed once is kept as a file in `malformed`.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_comes_back(system in system()) {
        prop_assert_eq!(System::parse("frontage.toml", &written(&system)).unwrap(), system);
    }

    #[test]
    fn names_that_meet_are_shown(text in with_few_names()) {
        is_shown(&text);
    }

    #[test]
    fn any_text_is_shown(text in "([a-z=.\"'\\[\\]{}#:, \n\ré-]|name|tags|functions|teams|shell|true|\"\"\"){0,40}") {
        is_shown(&text);
    }

    #[test]
    fn any_damage_is_shown(place in 0..TEMPLATE.len(), length in 0usize..30, put in "[a-z=\"'\\[\\]{}#. \né]{0,6}") {
        let mut text = TEMPLATE.replace("\n#", "\n");
        let place = place.min(text.len());
        text.replace_range(place..(place + length).min(text.len()), &put);
        is_shown(&text);
    }

    #[test]
    fn a_truncated_description_is_shown(system in system(), place in any::<prop::sample::Index>()) {
        let text = written(&system);
        let end = (0..=place.index(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap();
        is_shown(&text[..end]);
    }

    #[test]
    fn a_damaged_description_is_shown(
        system in system(), place in any::<prop::sample::Index>(), length in 0usize..20,
        put in "([a-z=\"'\\[\\]{}#. \n\r\0é-]|9{1,40}|\u{202e}|\u{feff}){0,6}",
    ) {
        let mut text = written(&system);
        let floor = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let place = place.index(text.len());
        let damaged = floor(place)..floor((place + length).min(text.len()));
        text.replace_range(damaged, &put);
        is_shown(&text);
    }
}
