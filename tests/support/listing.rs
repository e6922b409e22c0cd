//! Everything of the kinds that Frontage creates, as each service lists it.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::error::SdkError;
use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::operation::list_dashboards::ListDashboardsOutput;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;

use super::World;

impl World {
    /// One line per thing in the account: its kind and its name, without ids assigned by AWS. In an
    /// account that tests share, only things with the system's name in their own.
    pub async fn listing(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.tables().await);
        lines.extend(self.queues().await);
        for region in self.with_alarms() {
            lines.extend(self.topics(region).await);
            lines.extend(self.alarms(region).await);
        }
        lines.extend(self.dashboards().await);
        lines.extend(self.roles().await);
        lines.extend(self.log_groups().await);
        lines.extend(self.functions().await);
        lines.extend(self.mappings().await);
        lines.extend(self.apis().await);
        lines.extend(self.buckets().await);
        lines.extend(self.certificates().await);
        lines.extend(self.records().await);
        lines.extend(self.health_checks().await);
        lines.extend(self.sites().await);
        lines.extend(self.user_pools().await);
        lines.extend(self.packages().await);
        lines.extend(self.projects().await);
        lines.extend(self.report_groups().await);
        lines.extend(self.rules().await);
        lines.extend(self.schedules().await);
        lines.extend(self.identity_providers().await);
        if self.elsewhere.is_some() {
            lines.extend(self.pipelines().await);
            lines.extend(self.repositories().await);
        }
        lines.sort();
        lines
    }

    fn mine(&self, name: &str) -> bool {
        !self
            .account_id
            .chars()
            .any(|character| !character.is_ascii_digit())
            || name.contains(&self.system)
    }

    fn lines<'n>(&self, kind: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
        names
            .into_iter()
            .filter(|name| self.mine(name))
            .map(|name| format!("{kind} {name}"))
            .collect()
    }

    async fn tables(&self) -> Vec<String> {
        let client = aws_sdk_dynamodb::Client::new(&self.config());
        let names = client
            .list_tables()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        self.lines("table", names.expect("listed").iter().map(String::as_str))
    }

    async fn queues(&self) -> Vec<String> {
        let client = aws_sdk_sqs::Client::new(&self.config());
        let urls = client
            .list_queues()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        self.lines(
            "queue",
            urls.expect("listed")
                .iter()
                .filter_map(|url| url.rsplit('/').next()),
        )
    }

    /// The system's Region, and the one where it can have alarms as well.
    fn with_alarms(&self) -> BTreeSet<&str> {
        [&self.region, "us-east-1"].into()
    }

    /// Topics, and the subscriptions to them.
    async fn topics(&self, region: &str) -> Vec<String> {
        let client = aws_sdk_sns::Client::new(&self.in_region(region).config());
        let topics = client.list_topics().into_paginator().items().send();
        let topics = topics.collect::<Result<Vec<_>, _>>().await;
        let mut lines = Vec::new();
        for arn in topics
            .expect("listed")
            .iter()
            .filter_map(|of| of.topic_arn())
        {
            let name = arn.rsplit(':').next().unwrap_or_default();
            if !self.mine(name) {
                continue;
            }
            lines.push(format!("topic {name}"));
            let pages = client.list_subscriptions_by_topic().topic_arn(arn);
            let listed = pages.into_paginator().items().send();
            let listed = listed.collect::<Result<Vec<_>, _>>().await.expect("listed");
            let endpoints = listed.iter().filter_map(|of| of.endpoint());
            lines.extend(endpoints.map(|of| format!("subscription {name}/{of}")));
        }
        lines
    }

    /// Alarms, if the endpoint supports CloudWatch's protocol.
    async fn alarms(&self, region: &str) -> Vec<String> {
        let client = aws_sdk_cloudwatch::Client::new(&self.in_region(region).config());
        let pages = client.describe_alarms().into_paginator().send();
        let Ok(pages) = pages.collect::<Result<Vec<_>, _>>().await else {
            return Vec::new();
        };
        let alarms = pages.iter().flat_map(DescribeAlarmsOutput::metric_alarms);
        let names: Vec<_> = alarms.filter_map(|alarm| alarm.alarm_name()).collect();
        self.lines("alarm", names)
    }

    /// Dashboards, if the endpoint supports CloudWatch's protocol. `MiniStack` lists them with times that the
    /// SDK does not read, so an answer that cannot be read has some.
    async fn dashboards(&self) -> Vec<String> {
        let client = aws_sdk_cloudwatch::Client::new(&self.config());
        let pages = client.list_dashboards().into_paginator().send();
        let pages = match pages.collect::<Result<Vec<_>, _>>().await {
            Ok(pages) => pages,
            Err(SdkError::ResponseError(_)) => return vec!["dashboards".to_owned()],
            Err(_) => return Vec::new(),
        };
        let entries = pages
            .iter()
            .flat_map(ListDashboardsOutput::dashboard_entries);
        let names: Vec<_> = entries.filter_map(|of| of.dashboard_name()).collect();
        self.lines("dashboard", names)
    }

    async fn roles(&self) -> Vec<String> {
        let client = aws_sdk_iam::Client::new(&self.config());
        let roles = client
            .list_roles()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        // Every account contains the roles of AWS's own services.
        let roles = roles
            .expect("listed")
            .into_iter()
            .filter(|role| !role.path().starts_with("/aws-service-role/"));
        self.lines(
            "role",
            roles
                .collect::<Vec<_>>()
                .iter()
                .map(aws_sdk_iam::types::Role::role_name),
        )
    }

    async fn log_groups(&self) -> Vec<String> {
        let client = aws_sdk_cloudwatchlogs::Client::new(&self.config());
        let groups = client
            .describe_log_groups()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        self.lines(
            "log group",
            groups
                .expect("listed")
                .iter()
                .filter_map(|group| group.log_group_name()),
        )
    }

    /// Functions, and the permissions to call them.
    async fn functions(&self) -> Vec<String> {
        let client = aws_sdk_lambda::Client::new(&self.config());
        let functions = client
            .list_functions()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        let mut lines = Vec::new();
        for name in functions
            .expect("listed")
            .iter()
            .filter_map(|function| function.function_name())
        {
            lines.extend(self.lines("function", [name]));
            let policy = client.get_policy().function_name(name).send().await.ok();
            let policy = policy
                .and_then(|policy| policy.policy.clone())
                .unwrap_or_default();
            let policy: serde_json::Value = serde_json::from_str(&policy).unwrap_or_default();
            let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
            let ids = statements
                .iter()
                .filter_map(|statement| statement["Sid"].as_str());
            lines.extend(
                ids.flat_map(|id| self.lines("permission", [format!("{name}/{id}").as_str()])),
            );
        }
        lines
    }

    async fn mappings(&self) -> Vec<String> {
        let client = aws_sdk_lambda::Client::new(&self.config());
        let pages = client
            .list_event_source_mappings()
            .into_paginator()
            .items()
            .send();
        let mappings = pages.collect::<Result<Vec<_>, _>>().await.expect("listed");
        let last = |arn: Option<&str>| {
            arn.and_then(|arn| arn.rsplit(':').next())
                .unwrap_or_default()
                .to_owned()
        };
        let table = |arn: Option<&str>| {
            arn.and_then(|arn| arn.split('/').nth(1))
                .unwrap_or_default()
                .to_owned()
        };
        let names = mappings.iter().map(|of| {
            format!(
                "{} -> {}",
                table(of.event_source_arn()),
                last(of.function_arn())
            )
        });
        self.lines(
            "mapping",
            names.collect::<Vec<_>>().iter().map(String::as_str),
        )
    }

    /// APIs, and the resources in them.
    async fn apis(&self) -> Vec<String> {
        let client = aws_sdk_apigatewayv2::Client::new(&self.config());
        let apis = client
            .get_apis()
            .max_results("500")
            .send()
            .await
            .expect("listed");
        let mut lines = Vec::new();
        for api in apis
            .items()
            .iter()
            .filter(|api| self.mine(api.name().unwrap_or_default()))
        {
            let (id, name) = (
                api.api_id().unwrap_or_default(),
                api.name().unwrap_or_default(),
            );
            lines.push(format!("api {name}"));
            let routes = client.get_routes().api_id(id).send().await.expect("listed");
            lines.extend(
                routes
                    .items()
                    .iter()
                    .map(|of| format!("route {name}/{}", of.route_key().unwrap_or_default())),
            );
            let stages = client.get_stages().api_id(id).send().await.expect("listed");
            lines.extend(
                stages
                    .items()
                    .iter()
                    .map(|of| format!("stage {name}/{}", of.stage_name().unwrap_or_default())),
            );
            let integrations = client
                .get_integrations()
                .api_id(id)
                .send()
                .await
                .expect("listed");
            let deployments = client
                .get_deployments()
                .api_id(id)
                .send()
                .await
                .expect("listed");
            lines.extend(
                integrations
                    .items()
                    .iter()
                    .map(|_| format!("integration {name}")),
            );
            lines.extend(
                deployments
                    .items()
                    .iter()
                    .map(|_| format!("deployment {name}")),
            );
        }
        lines
    }

    /// Buckets, their policies and their contents.
    async fn buckets(&self) -> Vec<String> {
        let config = aws_sdk_s3::config::Builder::from(&self.config())
            .force_path_style(true)
            .build();
        let client = aws_sdk_s3::Client::from_conf(config);
        let buckets = client
            .list_buckets()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        let mut lines = Vec::new();
        for name in buckets
            .expect("listed")
            .iter()
            .filter_map(|bucket| bucket.name())
            .filter(|name| self.mine(name))
        {
            lines.push(format!("bucket {name}"));
            let policy = client.get_bucket_policy().bucket(name).send().await.is_ok();
            lines.extend(policy.then(|| format!("bucket policy {name}")));
            let pages = client
                .list_objects_v2()
                .bucket(name)
                .into_paginator()
                .send();
            let pages = pages.collect::<Result<Vec<_>, _>>().await.expect("listed");
            let keys = pages
                .iter()
                .flat_map(ListObjectsV2Output::contents)
                .filter_map(|object| object.key());
            lines.extend(keys.map(|key| format!("object {name}/{key}")));
        }
        lines
    }

    async fn certificates(&self) -> Vec<String> {
        let config = self
            .config()
            .into_builder()
            .region(aws_config::Region::new("us-east-1"))
            .build();
        let client = aws_sdk_acm::Client::new(&config);
        let pages = client.list_certificates().into_paginator().items().send();
        let certificates = pages.collect::<Result<Vec<_>, _>>().await.expect("listed");
        self.lines(
            "certificate",
            certificates
                .iter()
                .filter_map(|certificate| certificate.domain_name()),
        )
    }

    /// The records of all zones, except those that every zone has.
    async fn records(&self) -> Vec<String> {
        use aws_sdk_route53::types::RrType;
        let client = aws_sdk_route53::Client::new(&self.config());
        let zones = client
            .list_hosted_zones()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        let mut lines = Vec::new();
        for zone in zones.expect("listed") {
            let id = zone.id().rsplit('/').next().unwrap_or_default();
            let records = client
                .list_resource_record_sets()
                .hosted_zone_id(id)
                .send()
                .await
                .expect("listed");
            let records = records.resource_record_sets.into_iter();
            let named =
                records.filter(|record| !matches!(record.r#type(), RrType::Soa | RrType::Ns));
            let names: Vec<_> = named
                .map(|record| format!("{} {}", record.name(), record.r#type()))
                .collect();
            lines.extend(self.lines("record", names.iter().map(String::as_str)));
        }
        lines
    }

    /// Health checks, by the references of their creations.
    async fn health_checks(&self) -> Vec<String> {
        let client = aws_sdk_route53::Client::new(&self.config());
        let pages = client.list_health_checks().into_paginator().items().send();
        let checks = pages.collect::<Result<Vec<_>, _>>().await.expect("listed");
        let references = checks
            .iter()
            .map(aws_sdk_route53::types::HealthCheck::caller_reference);
        self.lines("health check", references)
    }

    /// CloudFront's resources. A distribution has no name: its line contains the address at the end
    /// of its comment.
    async fn sites(&self) -> Vec<String> {
        let client = aws_sdk_cloudfront::Client::new(&self.config());
        let pages = client
            .list_distributions()
            .into_paginator()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        let lists = pages
            .expect("listed")
            .into_iter()
            .filter_map(|page| page.distribution_list);
        let distributions: Vec<_> = lists.filter_map(|list| list.items).flatten().collect();
        let comments = distributions
            .iter()
            .map(|of| of.comment.as_str())
            .filter(|comment| self.mine(comment));
        let address = |comment: &str| {
            comment
                .trim_end_matches(']')
                .rsplit(' ')
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let mut lines: Vec<String> = comments
            .map(|comment| format!("distribution {}", address(comment)))
            .collect();

        let functions = client
            .list_functions()
            .stage("DEVELOPMENT".into())
            .send()
            .await
            .expect("listed");
        let functions = functions
            .function_list
            .and_then(|list| list.items)
            .unwrap_or_default();
        lines.extend(self.lines("edge function", functions.iter().map(|of| of.name.as_str())));
        let controls = client
            .list_origin_access_controls()
            .send()
            .await
            .expect("listed");
        let controls = controls
            .origin_access_control_list
            .and_then(|list| list.items)
            .unwrap_or_default();
        lines.extend(self.lines(
            "origin access control",
            controls.iter().map(|of| of.name.as_str()),
        ));
        let policies = client
            .list_cache_policies()
            .r#type("custom".into())
            .send()
            .await
            .expect("listed");
        let policies = policies
            .cache_policy_list
            .and_then(|list| list.items)
            .unwrap_or_default();
        let configs = policies
            .iter()
            .filter_map(|of| of.cache_policy.as_ref()?.cache_policy_config.as_ref());
        lines.extend(self.lines("cache policy", configs.map(|of| of.name.as_str())));
        let policies = client
            .list_response_headers_policies()
            .r#type("custom".into())
            .send()
            .await
            .expect("listed");
        let policies = policies
            .response_headers_policy_list
            .and_then(|list| list.items)
            .unwrap_or_default();
        let policies = policies
            .iter()
            .filter_map(|of| of.response_headers_policy.as_ref());
        let configs = policies.filter_map(|of| of.response_headers_policy_config.as_ref());
        lines.extend(self.lines(
            "response headers policy",
            configs.map(|of| of.name.as_str()),
        ));
        lines
    }

    /// User pools, and the resources in them.
    async fn user_pools(&self) -> Vec<String> {
        let client = aws_sdk_cognitoidentityprovider::Client::new(&self.config());
        let pages = client
            .list_user_pools()
            .max_results(60)
            .into_paginator()
            .items()
            .send();
        let pools = pages.collect::<Result<Vec<_>, _>>().await.expect("listed");
        let mut lines = Vec::new();
        for pool in pools
            .iter()
            .filter(|pool| self.mine(pool.name().unwrap_or_default()))
        {
            let (id, name) = (
                pool.id().unwrap_or_default(),
                pool.name().unwrap_or_default(),
            );
            lines.push(format!("user pool {name}"));
            let described = client
                .describe_user_pool()
                .user_pool_id(id)
                .send()
                .await
                .expect("described");
            let domains = described
                .user_pool()
                .map(|pool| [pool.domain(), pool.custom_domain()]);
            lines.extend(
                domains
                    .into_iter()
                    .flatten()
                    .flatten()
                    .map(|of| format!("user pool domain {name}/{of}")),
            );
            let clients = client
                .list_user_pool_clients()
                .user_pool_id(id)
                .max_results(60)
                .send()
                .await
                .expect("listed");
            let clients = clients
                .user_pool_clients()
                .iter()
                .filter_map(|of| of.client_name());
            lines.extend(clients.map(|of| format!("user pool client {name}/{of}")));
            let groups = client
                .list_groups()
                .user_pool_id(id)
                .send()
                .await
                .expect("listed");
            let groups = groups.groups().iter().filter_map(|of| of.group_name());
            lines.extend(groups.map(|of| format!("user pool group {name}/{of}")));
        }
        lines
    }

    /// CodeArtifact's domains, repositories and package groups, if the endpoint supports it.
    async fn packages(&self) -> Vec<String> {
        let client = aws_sdk_codeartifact::Client::new(&self.config_of("codeartifact"));
        let Ok(domains) = client
            .list_domains()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
        else {
            return Vec::new();
        };
        let repositories = client.list_repositories().into_paginator().items().send();
        let repositories = repositories
            .collect::<Result<Vec<_>, _>>()
            .await
            .expect("listed");
        let named = repositories
            .iter()
            .filter_map(|of| Some(format!("{}/{}", of.domain_name()?, of.name()?)));
        let mut lines: Vec<_> = domains
            .iter()
            .filter_map(|of| Some(format!("package domain {}", of.name()?)))
            .collect();
        lines.extend(named.map(|name| format!("package repository {name}")));
        // fakecloud has one account for all tests.
        lines.retain(|line| line.contains(&self.system));
        for domain in domains.iter().filter_map(|of| of.name()) {
            if domain.contains(&self.system) {
                lines.extend(package_groups(&client, domain).await);
            }
        }
        lines
    }

    /// Projects of CodeBuild.
    async fn projects(&self) -> Vec<String> {
        let client = aws_sdk_codebuild::Client::new(&self.config_of("codebuild"));
        let pages = client.list_projects().into_paginator().items().send();
        let names = pages.collect::<Result<Vec<_>, _>>().await.ok();
        let names = names.unwrap_or_default();
        let names = names.iter().map(String::as_str);
        // fakecloud has one account for all tests.
        let names = names.filter(|name| name.contains(&self.system));
        self.lines("build project", names)
    }

    /// Report groups of CodeBuild.
    async fn report_groups(&self) -> Vec<String> {
        let client = aws_sdk_codebuild::Client::new(&self.config_of("codebuild"));
        let pages = client.list_report_groups().into_paginator().items().send();
        let arns = pages.collect::<Result<Vec<_>, _>>().await.ok();
        let arns = arns.unwrap_or_default();
        let names = arns.iter().filter_map(|arn| arn.rsplit('/').next());
        let names = names.filter(|name| name.contains(&self.system));
        self.lines("report group", names)
    }

    /// Rules of EventBridge's default bus.
    async fn rules(&self) -> Vec<String> {
        let client = aws_sdk_eventbridge::Client::new(&self.config());
        let rules = client.list_rules().send().await.ok();
        let rules = rules.map(|of| of.rules.unwrap_or_default());
        let rules = rules.unwrap_or_default();
        self.lines("rule", rules.iter().filter_map(|of| of.name()))
    }

    /// The groups of schedules but AWS's own, and the schedules in them.
    async fn schedules(&self) -> Vec<String> {
        let client = aws_sdk_scheduler::Client::new(&self.config());
        let groups = client.list_schedule_groups().send().await.ok();
        let groups = groups.map(|of| of.schedule_groups).unwrap_or_default();
        let groups = groups.iter().filter_map(|of| of.name());
        let mut lines = self.lines("schedule group", groups.filter(|name| *name != "default"));
        let schedules = client.list_schedules().send().await.ok();
        let schedules = schedules.map(|of| of.schedules).unwrap_or_default();
        let schedules = schedules
            .iter()
            .filter_map(|of| Some(format!("{}/{}", of.group_name()?, of.name()?)));
        let schedules: Vec<_> = schedules.collect();
        lines.extend(self.lines("schedule", schedules.iter().map(String::as_str)));
        lines
    }

    /// IAM's OIDC providers.
    async fn identity_providers(&self) -> Vec<String> {
        let client = aws_sdk_iam::Client::new(&self.config());
        let listed = client.list_open_id_connect_providers().send().await.ok();
        let listed = listed.map(|of| of.open_id_connect_provider_list.unwrap_or_default());
        let listed = listed.unwrap_or_default();
        self.lines("identity provider", listed.iter().filter_map(|of| of.arn()))
    }

    /// Pipelines of CodePipeline; fakecloud has one account for all tests.
    async fn pipelines(&self) -> Vec<String> {
        let client = aws_sdk_codepipeline::Client::new(&self.config_of("codepipeline"));
        let pages = client.list_pipelines().into_paginator().items().send();
        let found = pages.collect::<Result<Vec<_>, _>>().await;
        let mut lines: Vec<_> = found
            .expect("listed")
            .iter()
            .filter_map(|of| Some(format!("pipeline {}", of.name()?)))
            .collect();
        lines.retain(|line| line.contains(&self.system));
        lines
    }

    /// Repositories of CodeCommit.
    async fn repositories(&self) -> Vec<String> {
        let client = aws_sdk_codecommit::Client::new(&self.config_of("codecommit"));
        let pages = client.list_repositories().into_paginator().items().send();
        let found = pages.collect::<Result<Vec<_>, _>>().await;
        let mut lines: Vec<_> = found
            .expect("listed")
            .iter()
            .filter_map(|of| Some(format!("repository {}", of.repository_name()?)))
            .collect();
        lines.retain(|line| line.contains(&self.system));
        lines
    }
}

async fn package_groups(client: &aws_sdk_codeartifact::Client, domain: &str) -> Vec<String> {
    let pages = client.list_package_groups().domain(domain).into_paginator();
    let groups = pages.items().send().collect::<Result<Vec<_>, _>>().await;
    let groups = groups.expect("listed");
    let patterns = groups.iter().filter_map(|of| of.pattern());
    patterns
        .map(|pattern| format!("package group {domain}{pattern}"))
        .collect()
}
