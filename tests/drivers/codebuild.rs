//! `AWS::CodeBuild::Project`.

use std::collections::BTreeSet;

use aws_sdk_codebuild::Client;
use aws_sdk_codebuild::types::{
    ArtifactsType, ComputeType, EnvironmentType, Project as SdkProject, ProjectArtifacts,
    ProjectEnvironment, ProjectSource, SourceType, Tag,
};
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::codebuild::{
    Artifacts, Cache, Environment, EnvironmentVariable, LogsConfig, Project, ReportGroup, Source,
};
use model::types::iam::{PolicyDocument, Role};
use model::types::logs::LogGroup;
use model::{Graph, Tags, Text};

use super::support::{World, describe, only, paths};

fn name(world: &World) -> String {
    format!("{}-test-build", world.system)
}

fn project(world: &World) -> Project {
    let mut environment = Environment::new(
        "LINUX_CONTAINER",
        "BUILD_GENERAL1_SMALL",
        Text::from("aws/codebuild/amazonlinux-x86_64-standard:5.0"),
    );
    environment.environment_variables = vec![
        EnvironmentVariable::plain("TEAM", "shipping".into()),
        EnvironmentVariable::plain("REGION", "eu-west-1".into()),
    ];
    let role = "arn:aws:iam::123456789012:role/acme-build".into();
    let build_spec = Some("version: 0.2\nphases:\n  build:\n    commands: [npm ci]\n".into());
    Project::of_pipeline(name(world), role, build_spec, environment)
}

fn graph(world: &World, project: &Project) -> Graph {
    tagged(world, project, Tags::new())
}

fn tagged(world: &World, project: &Project, tags: Tags) -> Graph {
    world.graph_tagged(tags, |stack| {
        stack.add("build", project.clone());
    })
}

/// Applies a change, which is planned as an update of just these properties.
async fn update(world: &World, changed: &Project, expected: &[&str]) {
    let plan = world.apply(&graph(world, changed)).await;
    let changes = matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Changed,
            ..
        }
    );
    assert!(changes, "{:?}", describe(&plan));
    assert_eq!(
        BTreeSet::from_iter(paths(only(&plan))),
        expected.iter().map(ToString::to_string).collect()
    );
}

async fn live(world: &World) -> SdkProject {
    let client = Client::new(&world.config());
    let found = client.batch_get_projects().names(name(world)).send().await;
    let mut projects = found.expect("described").projects.unwrap_or_default();
    projects.pop().expect("the project")
}

#[tokio::test]
async fn everything_but_the_name_changes_in_place() {
    let world = World::new();
    let mut changed = project(&world);
    world.apply(&graph(&world, &changed)).await;
    changed.description = Some("Builds it".to_owned());
    update(&world, &changed, &["Description"]).await;
    changed.description = None;
    update(&world, &changed, &["Description"]).await;
    changed.service_role = "arn:aws:iam::123456789012:role/acme-other".into();
    changed.timeout_in_minutes = Some(15);
    update(&world, &changed, &["ServiceRole", "TimeoutInMinutes"]).await;
    changed.environment.compute_type = "BUILD_GENERAL1_LARGE".to_owned();
    changed.environment.privileged_mode = Some(true);
    let environment = ["Environment.ComputeType", "Environment.PrivilegedMode"];
    update(&world, &changed, &environment).await;
    changed.environment.environment_variables[0].value = "returns".into();
    let value = "Environment.EnvironmentVariables[1].Value";
    update(&world, &changed, &[value]).await;
    changed.source.build_spec = Some("ci/buildspec.yml".into());
    update(&world, &changed, &["Source.BuildSpec"]).await;
    changed.source = Source {
        location: Some("acme-sources/source.zip".into()),
        ..Source::of("S3")
    };
    changed.source_version = Some("v1".into());
    changed.artifacts = Artifacts {
        location: Some("acme-artifacts".into()),
        packaging: Some("ZIP".to_owned()),
        ..Artifacts::of("S3")
    };
    let plan = world.apply(&graph(&world, &changed)).await;
    let members = paths(only(&plan)).into_iter();
    let members: BTreeSet<_> = members
        .map(|path| path.split('.').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        members,
        ["Artifacts", "Source", "SourceVersion"]
            .map(str::to_owned)
            .into()
    );
    let found = live(&world).await;
    assert_eq!(found.timeout_in_minutes, Some(15));
    assert_eq!(found.source_version.as_deref(), Some("v1"));
    let artifacts = found.artifacts.expect("artifacts");
    assert_eq!(artifacts.r#type, ArtifactsType::S3);
    world.destroy(&graph(&world, &changed)).await;
}

/// Builds on Lambda have no timeouts, whatever the service returns.
#[tokio::test]
async fn builds_move_to_lambda_and_back() {
    let world = World::new();
    let mut changed = project(&world);
    let of_server = changed.environment.clone();
    changed.environment.kind = "LINUX_LAMBDA_CONTAINER".to_owned();
    changed.environment.compute_type = "BUILD_LAMBDA_1GB".to_owned();
    let of_lambda = changed.environment.clone();
    world.apply(&graph(&world, &changed)).await;
    for environment in [of_server, of_lambda] {
        changed.environment = environment;
        let plan = world.apply(&graph(&world, &changed)).await;
        let paths = paths(only(&plan));
        assert!(paths.contains(&"TimeoutInMinutes".to_owned()), "{paths:?}");
        assert!(paths.contains(&"Environment.Type".to_owned()), "{paths:?}");
    }
    world.destroy(&graph(&world, &changed)).await;
}

#[tokio::test]
async fn cache_logs_and_limits_change_in_place() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let mut changed = project(&world);
    world.apply(&graph(&world, &changed)).await;
    changed.cache = Some(Cache::s3("acme-cache/shipping".into()));
    update(&world, &changed, &["Cache.Location", "Cache.Type"]).await;
    changed.cache = None;
    update(&world, &changed, &["Cache.Location", "Cache.Type"]).await;
    changed.logs_config = Some(LogsConfig::of_group("/acme/builds".into()));
    let group = "LogsConfig.CloudWatchLogs.GroupName";
    update(&world, &changed, &[group]).await;
    changed.queued_timeout_in_minutes = Some(30);
    changed.auto_retry_limit = Some(1);
    let limits = ["AutoRetryLimit", "QueuedTimeoutInMinutes"];
    update(&world, &changed, &limits).await;
    world.destroy(&graph(&world, &changed)).await;
}

/// `MiniStack` returns neither the cache nor the log group, and the plan is empty all the same.
#[tokio::test]
async fn a_project_refers_to_a_role_and_a_log_group_of_the_same_plan() {
    let world = World::new();
    let graph = world.graph(|stack| {
        let role = Role {
            role_name: format!("{}-test-build-role", world.system).into(),
            path: None,
            description: None,
            assume_role_policy_document: PolicyDocument::trust("codebuild.amazonaws.com"),
            managed_policy_arns: Vec::new(),
            policies: Vec::new(),
            max_session_duration: None,
            permissions_boundary: None,
        };
        let role = stack.add("role", role);
        let logs = LogGroup {
            log_group_name: format!("/{}/builds", world.system),
            retention_in_days: Some(30),
            log_group_class: None,
            kms_key_id: None,
            deletion_protection_enabled: None,
        };
        let logs = stack.add("logs", logs);
        let mut project = project(&world);
        project.service_role = role.arn();
        project.logs_config = Some(LogsConfig::of_group(logs.name()));
        project.cache = Some(Cache::local(["LOCAL_SOURCE_CACHE"]));
        project.queued_timeout_in_minutes = Some(30);
        let project = stack.add("build", project);
        stack.output("build", project.arn());
    });
    world.apply(&graph).await;
    let role = live(&world).await.service_role.expect("a role");
    assert!(role.ends_with("-test-build-role"), "{role}");
    world.destroy(&graph).await;
}

#[tokio::test]
async fn drift_and_tags_are_repaired() {
    let world = World::new();
    let client = Client::new(&world.config());
    let team = |value: &str| {
        let tags = Tags::from([("team".to_owned(), value.to_owned())]);
        tagged(&world, &project(&world), tags)
    };
    world.apply(&team("web")).await;
    let none = ProjectArtifacts::builder().r#type(ArtifactsType::NoArtifacts);
    let call = client.update_project().name(name(&world));
    let call = call.artifacts(none.build().expect("artifacts"));
    let call = call.timeout_in_minutes(5);
    call.send().await.expect("changed");
    let plan = world.apply(&team("web")).await;
    let drift = matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    );
    assert!(drift, "{:?}", describe(&plan));
    let plan = world.apply(&team("shop")).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    // Tags of others stay.
    let theirs = Tag::builder().key("cost-centre").value("7").build();
    let mut tags = live(&world).await.tags.unwrap_or_default();
    tags.push(theirs.clone());
    let call = client.update_project().name(name(&world));
    call.set_tags(Some(tags)).send().await.expect("tagged");
    world.apply(&team("web")).await;
    let tags = live(&world).await.tags.unwrap_or_default();
    assert!(tags.contains(&theirs), "{tags:?}");
    let delete = client.delete_project().name(name(&world));
    delete.send().await.expect("deleted");
    let plan = world.apply(&team("web")).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&team("web")).await;
}

/// Groups of reports, with tags of the system's and of others.
#[tokio::test]
async fn report_groups_are_made_repaired_and_deleted_with_their_reports() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let client = Client::new(&world.config());
    let group = |team: &str, kind: &str| {
        let tags = Tags::from([("team".to_owned(), team.to_owned())]);
        let group = ReportGroup {
            name: format!("{}-test-reports", world.system),
            kind: kind.to_owned(),
        };
        world.graph_tagged(tags, |stack| {
            let group = stack.add("reports", group);
            stack.output("reports", group.arn());
        })
    };
    let live = async || {
        let listed = client.list_report_groups().send().await.expect("listed");
        let mut arns = listed.report_groups.unwrap_or_default();
        arns.retain(|arn| arn.contains(&world.system));
        let arn = arns.pop().expect("the group");
        let found = client.batch_get_report_groups().report_group_arns(arn);
        let found = found.send().await.expect("described");
        let mut groups = found.report_groups.unwrap_or_default();
        groups.pop().expect("the group")
    };
    world.apply(&group("web", "TEST")).await;
    let theirs = Tag::builder().key("cost-centre").value("7").build();
    let mut tags = live().await.tags.unwrap_or_default();
    tags.push(theirs.clone());
    let arn = live().await.arn.expect("an ARN");
    let call = client.update_report_group().arn(&arn).set_tags(Some(tags));
    call.send().await.expect("tagged");
    let plan = world.apply(&group("shop", "TEST")).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    let tags = live().await.tags.unwrap_or_default();
    assert!(tags.contains(&theirs), "{tags:?}");
    // What its reports are of cannot be changed.
    let plan = world.apply(&group("shop", "CODE_COVERAGE")).await;
    assert!(matches!(only(&plan).action, Action::Replace { .. }));
    let call = client.delete_report_group().arn(&arn).delete_reports(true);
    call.send().await.expect("deleted");
    let plan = world.apply(&group("shop", "CODE_COVERAGE")).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&group("shop", "CODE_COVERAGE")).await;
}

#[tokio::test]
async fn a_project_of_another_owner_is_refused() {
    let world = World::new();
    let client = Client::new(&world.config());
    let source = ProjectSource::builder()
        .r#type(SourceType::NoSource)
        .buildspec("version: 0.2");
    let machine = ProjectEnvironment::builder()
        .r#type(EnvironmentType::LinuxContainer)
        .compute_type(ComputeType::BuildGeneral1Small)
        .image("aws/codebuild/standard:7.0");
    let none = ProjectArtifacts::builder().r#type(ArtifactsType::NoArtifacts);
    let call = client.create_project().name(name(&world));
    let call = call.source(source.build().expect("a source"));
    let call = call.environment(machine.build().expect("a machine"));
    let call = call.artifacts(none.build().expect("artifacts"));
    let call = call.service_role("arn:aws:iam::123456789012:role/theirs");
    call.send().await.expect("created");
    let wanted = graph(&world, &project(&world));
    match world.try_plan(&wanted, Goal::Converge).await {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_to_do_takes_two_calls_for_all_projects() {
    let world = World::new();
    let calls = async |graph: &Graph| {
        let account = world.account().await;
        let before = account.calls().get();
        world.read(&account, graph, Goal::Converge).await;
        account.calls().get() - before
    };
    let without = calls(&world.graph(|_| {})).await;
    let several = |count: usize| {
        world.graph(|stack| {
            for number in 0..count {
                let mut project = project(&world);
                project.name += &number.to_string();
                stack.add(&format!("build-{number}"), project);
            }
        })
    };
    world.apply(&several(5)).await;
    assert_eq!(calls(&several(5)).await, without + 2);
    world.destroy(&several(5)).await;
}
