//! `AWS::CodeCommit::Repository`.

use aws_sdk_codecommit::Client;
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::codecommit::Repository;
use model::{Graph, Tags, Text};

use super::support::{World, describe, only, paths};

fn name(world: &World) -> String {
    format!("{}-test", world.system)
}

fn repository(world: &World) -> Repository {
    Repository {
        repository_name: name(world),
        repository_description: Some("The shipping team's sources".to_owned()),
        kms_key_id: None,
    }
}

fn graph(world: &World, repository: &Repository) -> Graph {
    tagged(world, repository, Tags::new())
}

fn tagged(world: &World, repository: &Repository, tags: Tags) -> Graph {
    world.graph_tagged(tags, |stack| {
        stack.add("repository", repository.clone());
    })
}

/// Applies a change and checks that it is planned as an update of just this property.
async fn update(world: &World, changed: &Repository, expected: &str) {
    let plan = world.apply(&graph(world, changed)).await;
    let changes = matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Changed,
            ..
        }
    );
    assert!(changes, "{:?}", describe(&plan));
    assert_eq!(paths(only(&plan)), [expected]);
}

#[tokio::test]
async fn description_and_key_change_in_place() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let mut repository = repository(&world);
    world.apply(&graph(&world, &repository)).await;
    let live = world.inventory(&graph(&world, &repository)).await;
    let attributes = &live.live.values().next().expect("it").attributes;
    let url = &attributes["CloneUrlHttp"];
    assert!(url.ends_with(&name(&world)), "{url}");
    repository.repository_description = None;
    update(&world, &repository, "RepositoryDescription").await;
    repository.repository_description = Some("Shipping".to_owned());
    update(&world, &repository, "RepositoryDescription").await;
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
    repository.kms_key_id = Some(Text::from(key));
    update(&world, &repository, "KmsKeyId").await;
    // The key stays, and is not compared.
    repository.kms_key_id = None;
    world.apply(&graph(&world, &repository)).await;
    let client = Client::new(&world.config());
    let found = client.get_repository().repository_name(name(&world));
    let found = found.send().await.expect("read").repository_metadata;
    assert_eq!(found.and_then(|one| one.kms_key_id).as_deref(), Some(key));
    world.destroy(&graph(&world, &repository)).await;
}

#[tokio::test]
async fn drift_and_tags_are_repaired_and_branches_are_left() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let (client, repository) = (Client::new(&world.config()), repository(&world));
    let with = |team: &str| {
        let tags = Tags::from([("team".to_owned(), team.to_owned())]);
        tagged(&world, &repository, tags)
    };
    world.apply(&with("shipping")).await;
    let call = client
        .update_repository_description()
        .repository_name(name(&world))
        .repository_description("by hand");
    call.send().await.expect("described");
    let call = client
        .put_file()
        .repository_name(name(&world))
        .branch_name("main")
        .file_path("README.md")
        .file_content(aws_sdk_codecommit::primitives::Blob::new("hello"));
    call.send().await.expect("committed");
    let plan = world.apply(&with("shipping")).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    assert_eq!(paths(only(&plan)), ["RepositoryDescription"]);
    let plan = world.apply(&with("shop")).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    let branches = client.list_branches().repository_name(name(&world));
    let branches = branches.send().await.expect("listed").branches;
    assert_eq!(branches.unwrap_or_default(), ["main"]);
    world.destroy(&with("shop")).await;
}

/// It contains people's work.
#[tokio::test]
async fn a_repository_is_kept_unless_its_data_may_go() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let first = repository(&world);
    let second = Repository {
        repository_name: format!("{}-other", world.system),
        ..first.clone()
    };
    let both = world.graph(|stack| {
        stack.add("first", first.clone());
        stack.add("second", second.clone());
    });
    world.apply(&both).await;
    let plan = world
        .plan(&world.graph(|stack| {
            stack.add("second", second.clone());
        }))
        .await;
    assert!(
        plan.is_empty() && plan.kept.len() == 1,
        "{:?}",
        describe(&plan)
    );
    let goal = Goal::Destroy { delete_data: false };
    let plan = world.try_plan(&both, goal).await.expect("a plan");
    assert!(
        plan.is_empty() && plan.kept.len() == 2,
        "{:?}",
        describe(&plan)
    );
    world.destroy(&both).await;
}

#[tokio::test]
async fn a_repository_that_was_deleted_is_created_and_a_foreign_one_is_refused() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let (client, repository) = (Client::new(&world.config()), repository(&world));
    world.apply(&graph(&world, &repository)).await;
    let call = client.delete_repository().repository_name(name(&world));
    call.send().await.expect("deleted");
    let plan = world.apply(&graph(&world, &repository)).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&graph(&world, &repository)).await;
    let call = client.create_repository().repository_name(name(&world));
    call.send().await.expect("created");
    match world
        .try_plan(&graph(&world, &repository), Goal::Converge)
        .await
    {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    let call = client.delete_repository().repository_name(name(&world));
    call.send().await.expect("deleted");
}
