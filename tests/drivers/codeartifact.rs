//! `AWS::CodeArtifact::Domain`, `AWS::CodeArtifact::PackageGroup` and
//! `AWS::CodeArtifact::Repository`.

use std::collections::BTreeMap;

use aws_sdk_codeartifact::Client;
use aws_sdk_codeartifact::types::{
    PackageGroupOriginRestrictionMode as Mode, PackageGroupOriginRestrictionType as Origin,
    UpstreamRepository,
};
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::codeartifact::{
    Domain, OriginConfiguration, PackageGroup, Repository, RestrictionMode, Restrictions,
};
use model::types::iam::{PolicyDocument, Principal, Statement, Values};
use model::{Graph, Tags, Text};

use super::support::{World, describe, only, paths};

/// A domain and two repositories.
#[derive(Clone)]
struct Model {
    domain: Domain,
    first: Repository,
    second: Repository,
}

fn policy(action: &str) -> PolicyDocument {
    let account = Values(vec![Text::from("arn:aws:iam::111122223333:root")]);
    let principal = Some(Principal::Of(BTreeMap::from([("AWS".to_owned(), account)])));
    PolicyDocument::new(vec![Statement {
        principal,
        ..Statement::allow([action], vec![Text::from("*")])
    }])
}

fn model(world: &World) -> Model {
    let repository = |name: &str| Repository {
        domain_name: Text::from(""),
        repository_name: name.to_owned(),
        description: None,
        upstreams: Vec::new(),
        external_connections: Vec::new(),
        permissions_policy_document: None,
    };
    let domain_name = format!("{}-test", world.system);
    Model {
        domain: Domain {
            domain_name,
            encryption_key: None,
            permissions_policy_document: None,
        },
        first: repository("first"),
        second: repository("second"),
    }
}

fn graph(world: &World, model: &Model) -> Graph {
    tagged(world, model, Tags::new())
}

fn tagged(world: &World, model: &Model, tags: Tags) -> Graph {
    let model = model.clone();
    world.graph_tagged(tags, |stack| {
        let domain = stack.add("domain", model.domain);
        let first = stack.add(
            "first",
            Repository {
                domain_name: domain.name(),
                ..model.first
            },
        );
        let upstreams = if model.second.external_connections.is_empty() {
            vec![first.name()]
        } else {
            Vec::new()
        };
        stack.add(
            "second",
            Repository {
                domain_name: domain.name(),
                upstreams,
                ..model.second
            },
        );
    })
}

/// Applies a change, which is planned as an update of one resource and of only these properties.
async fn update(world: &World, model: &Model, properties: &[&str]) {
    let plan = world.apply(&graph(world, model)).await;
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
    let mut changed: Vec<String> = paths(only(&plan))
        .into_iter()
        .map(|path| path.split(['.', '[']).next().unwrap_or_default().to_owned())
        .collect();
    changed.sort();
    changed.dedup();
    assert_eq!(changed, properties);
}

#[tokio::test]
async fn everything_but_the_names_changes_in_place() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let mut model = model(&world);
    world.apply(&graph(&world, &model)).await;
    model.domain.permissions_policy_document = Some(policy("codeartifact:DescribeDomain"));
    update(&world, &model, &["PermissionsPolicyDocument"]).await;
    model.domain.permissions_policy_document = Some(policy("codeartifact:GetAuthorizationToken"));
    update(&world, &model, &["PermissionsPolicyDocument"]).await;
    model.domain.permissions_policy_document = None;
    update(&world, &model, &["PermissionsPolicyDocument"]).await;
    model.first.permissions_policy_document = Some(policy("codeartifact:ReadFromRepository"));
    update(&world, &model, &["PermissionsPolicyDocument"]).await;
    model.first.description = Some("The first".to_owned());
    update(&world, &model, &["Description"]).await;
    model.first.external_connections = vec!["public:npmjs".to_owned()];
    update(&world, &model, &["ExternalConnections"]).await;
    model.first.external_connections.clear();
    update(&world, &model, &["ExternalConnections"]).await;
    model.second.external_connections = vec!["public:npmjs".to_owned()];
    update(&world, &model, &["ExternalConnections", "Upstreams"]).await;
    model.second.external_connections.clear();
    update(&world, &model, &["ExternalConnections", "Upstreams"]).await;
    let tags = Tags::from([("team".to_owned(), "web".to_owned())]);
    let plan = world.apply(&tagged(&world, &model, tags)).await;
    assert_eq!(plan.resources.len(), 3, "{:?}", describe(&plan));
    world.destroy(&graph(&world, &model)).await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let model = model(&world);
    world.apply(&graph(&world, &model)).await;
    let (client, domain) = (Client::new(&world.config()), &model.domain.domain_name);
    let other = UpstreamRepository::builder()
        .repository_name("elsewhere")
        .build()
        .expect("an upstream");
    client
        .create_repository()
        .domain(domain)
        .repository("elsewhere")
        .send()
        .await
        .expect("created");
    let update = client
        .update_repository()
        .domain(domain)
        .repository("second")
        .upstreams(other);
    update.send().await.expect("updated");
    let plan = world.apply(&graph(&world, &model)).await;
    assert!(
        matches!(
            only(&plan).action,
            Action::Update {
                reason: Reason::Drift,
                ..
            }
        ),
        "{:?}",
        describe(&plan)
    );
    client
        .delete_repository()
        .domain(domain)
        .repository("elsewhere")
        .send()
        .await
        .expect("deleted");
    client
        .delete_repository()
        .domain(domain)
        .repository("second")
        .send()
        .await
        .expect("deleted");
    let plan = world.apply(&graph(&world, &model)).await;
    assert!(
        matches!(only(&plan).action, Action::Create { .. }),
        "{:?}",
        describe(&plan)
    );
    world.destroy(&graph(&world, &model)).await;
}

/// They contain published packages.
#[tokio::test]
async fn neither_is_replaced_nor_goes_with_its_lines() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let model = model(&world);
    world.apply(&graph(&world, &model)).await;
    let mut renamed = model.clone();
    renamed.domain.encryption_key = Some(Text::from("arn:aws:kms:eu-west-1:111122223333:key/1"));
    let refused = world
        .try_plan(&graph(&world, &renamed), Goal::Converge)
        .await;
    let Err(PlanError::Refused(refusals)) = refused else {
        panic!("a domain is not replaced: {refused:?}")
    };
    assert!(
        refusals
            .iter()
            .any(|refusal| matches!(refusal, Refusal::WouldLoseData { .. })),
        "{refusals:?}"
    );
    let kept = world
        .try_plan(&graph(&world, &model), Goal::Destroy { delete_data: false })
        .await
        .expect("a plan");
    assert!(
        kept.is_empty() && kept.kept.len() == 3,
        "{:?}",
        describe(&kept)
    );
    world.destroy(&graph(&world, &model)).await;
}

#[tokio::test]
async fn what_is_somebody_elses_is_refused() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let model = model(&world);
    let client = Client::new(&world.config());
    client
        .create_domain()
        .domain(&model.domain.domain_name)
        .send()
        .await
        .expect("created");
    let refused = world.try_plan(&graph(&world, &model), Goal::Converge).await;
    assert!(matches!(refused, Err(PlanError::Refused(_))), "{refused:?}");
    client
        .delete_domain()
        .domain(&model.domain.domain_name)
        .send()
        .await
        .expect("deleted");
}

/// A group of packages by their scope, which is blocked for the public registry.
fn package_group(scope: &str) -> PackageGroup {
    let restrictions = Restrictions {
        publish: Some(RestrictionMode::Allow.into()),
        external_upstream: Some(RestrictionMode::Block.into()),
        internal_upstream: None,
    };
    PackageGroup {
        domain_name: Text::from(""),
        domain_owner: None,
        pattern: format!("/npm/{scope}/*"),
        contact_info: None,
        description: Some("Ours".to_owned()),
        origin_configuration: Some(OriginConfiguration { restrictions }),
    }
}

/// A domain with package groups, by their names in the model.
fn grouped(world: &World, tags: Tags, groups: &[(&str, &PackageGroup)]) -> Graph {
    let domain = model(world).domain;
    world.graph_tagged(tags, |stack| {
        let domain = stack.add("domain", domain);
        for (name, group) in groups {
            let group = PackageGroup {
                domain_name: domain.name(),
                ..(*group).clone()
            };
            stack.add(name, group);
        }
    })
}

#[tokio::test]
async fn a_package_group_is_changed_tagged_repaired_and_deleted() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let (client, domain) = (
        Client::new(&world.config()),
        model(&world).domain.domain_name,
    );
    let (first, second) = (package_group("acme"), package_group("acme-labs"));
    let graph = |first: &PackageGroup| {
        grouped(
            &world,
            Tags::new(),
            &[("first", first), ("second", &second)],
        )
    };
    let changed_paths = async |group: &PackageGroup| {
        let plan = world.apply(&graph(group)).await;
        paths(only(&plan))
    };
    world.apply(&graph(&first)).await;

    let mut changed = first.clone();
    changed.description = None;
    assert_eq!(changed_paths(&changed).await, ["Description"]);
    changed.contact_info = Some("web@example.com".to_owned());
    assert_eq!(changed_paths(&changed).await, ["ContactInfo"]);
    let restrictions = &mut changed
        .origin_configuration
        .as_mut()
        .expect("some")
        .restrictions;
    restrictions.publish = Some(RestrictionMode::Block.into());
    let publish = "OriginConfiguration.Restrictions.Publish.RestrictionMode";
    assert_eq!(changed_paths(&changed).await, [publish]);

    // A restriction that others lift is set back.
    client
        .update_package_group_origin_configuration()
        .domain(&domain)
        .package_group(&changed.pattern)
        .restrictions(Origin::ExternalUpstream, Mode::Allow)
        .send()
        .await
        .expect("lifted");
    let external = "OriginConfiguration.Restrictions.ExternalUpstream.RestrictionMode";
    assert_eq!(changed_paths(&changed).await, [external]);
    let delete = client.delete_package_group().domain(&domain);
    let delete = delete.package_group(&changed.pattern);
    delete.send().await.expect("deleted");
    let plan = world.apply(&graph(&changed)).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));

    let tags = Tags::from([("team".to_owned(), "web".to_owned())]);
    let both = [("first", &changed), ("second", &second)];
    let plan = world.apply(&grouped(&world, tags.clone(), &both)).await;
    assert_eq!(plan.resources.len(), 3, "{:?}", describe(&plan));
    // One that is no longer described is deleted, since it contains nothing.
    let one = grouped(&world, tags, &both[..1]);
    let plan = world.apply(&one).await;
    assert_eq!(only(&plan).action, Action::Delete);
    world.destroy(&one).await;
}

#[tokio::test]
async fn a_package_group_of_another_owner_is_refused() {
    let Some(world) = World::on_fakecloud() else {
        return;
    };
    let (client, domain) = (
        Client::new(&world.config()),
        model(&world).domain.domain_name,
    );
    let alone = grouped(&world, Tags::new(), &[]);
    world.apply(&alone).await;
    let create = client.create_package_group().domain(&domain);
    let create = create.package_group("/npm/acme/*");
    create.send().await.expect("created");
    let group = package_group("acme");
    let wanted = grouped(&world, Tags::new(), &[("group", &group)]);
    let refused = world.try_plan(&wanted, Goal::Converge).await;
    let Err(PlanError::Refused(refusals)) = refused else {
        panic!("it is another's: {refused:?}")
    };
    assert!(
        matches!(&refusals[..], [Refusal::Foreign { id, .. }] if *id == format!("{domain}/npm/acme/*")),
        "{refusals:?}"
    );
    let delete = client.delete_package_group().domain(&domain);
    let delete = delete.package_group("/npm/acme/*");
    delete.send().await.expect("deleted");
    world.destroy(&alone).await;
}
