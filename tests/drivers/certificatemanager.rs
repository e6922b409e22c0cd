//! `AWS::CertificateManager::Certificate`.
//!
//! MiniStack issues every certificate immediately, with an RSA key of 2048 bits regardless of the
//! request: waiting, failing and other keys are tested with scripted answers.

use aws_config::Region;
use aws_sdk_acm::Client;
use aws_sdk_acm::types::Tag;
use engine::{Action, Reason};
use model::types::certificatemanager::{Certificate, DomainValidationOption, ValidationMethod};
use model::{Graph, Tags, Text};

use super::route53::Zone;
use super::support::{World, describe, only, paths};

fn client(world: &World) -> Client {
    Client::new(
        &world
            .config()
            .into_builder()
            .region(Region::new("us-east-1"))
            .build(),
    )
}

fn option(domain: &str, zone: &Zone) -> DomainValidationOption {
    DomainValidationOption {
        domain_name: domain.to_owned(),
        hosted_zone_id: Some(Text::from(zone.id.as_str())),
    }
}

fn certificate(zone: &Zone) -> Certificate {
    let domain_name = format!("www.{}", zone.name);
    let domain_validation_options = vec![option(&domain_name, zone)];
    Certificate {
        domain_name,
        domain_validation_options,
        ..Certificate::default()
    }
}

fn graph(world: &World, certificate: &Certificate) -> Graph {
    tagged(world, "web", certificate)
}

fn tagged(world: &World, team: &str, certificate: &Certificate) -> Graph {
    world.graph_tagged(
        Tags::from([("team".to_owned(), team.to_owned())]),
        |stack| {
            let certificate = stack.add("certificate", certificate.clone());
            stack.output("arn", certificate.arn());
        },
    )
}

async fn arns(world: &World) -> Vec<String> {
    let listed = client(world)
        .list_certificates()
        .send()
        .await
        .expect("listed");
    listed
        .certificate_summary_list()
        .iter()
        .filter_map(|one| one.certificate_arn().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn a_certificate_is_validated_in_its_zone() {
    let world = World::new();
    let zone = Zone::new(&world).await;
    let certificate = certificate(&zone);
    world.apply(&graph(&world, &certificate)).await;
    let name = &zone.name;
    let written = [
        format!("_acme-challenge.www.{name}. CNAME"),
        format!("cname._acme-challenge.www._frontage.{name}. TXT"),
    ];
    assert_eq!(zone.records().await, written.into());
    let arns = arns(&world).await;
    assert!(arns[0].starts_with("arn:aws:acm:us-east-1:"), "{arns:?}");
    world.destroy(&graph(&world, &certificate)).await;
    assert!(zone.records().await.is_empty());
    zone.delete().await;
}

#[tokio::test]
async fn other_domains_make_another_certificate() {
    let world = World::new();
    let zone = Zone::new(&world).await;
    let mut changed = certificate(&zone);
    world.apply(&graph(&world, &changed)).await;
    let first = arns(&world).await;
    let any = format!("*.{}", zone.name);
    changed.subject_alternative_names = vec![any.clone()];
    changed.domain_validation_options.push(option(&any, &zone));
    let plan = world.apply(&graph(&world, &changed)).await;
    assert!(
        matches!(
            only(&plan).action,
            Action::Replace {
                reason: Reason::Changed,
                ..
            }
        ),
        "{:?}",
        describe(&plan)
    );
    assert!(paths(only(&plan)).contains(&"SubjectAlternativeNames".to_owned()));
    let second = arns(&world).await;
    assert!(second.len() == 1 && first != second);
    assert_eq!(
        zone.records().await.len(),
        4,
        "what the new one needs stays"
    );
    changed.validation_method = Some(ValidationMethod::Email);
    let plan = world.apply(&graph(&world, &changed)).await;
    assert_eq!(paths(only(&plan)), ["ValidationMethod"]);
    changed.domain_name = format!("shop.{}", zone.name);
    changed.domain_validation_options[0] = option(&changed.domain_name, &zone);
    changed.validation_method = None;
    let plan = world.apply(&graph(&world, &changed)).await;
    assert!(matches!(only(&plan).action, Action::Replace { .. }));
    assert!(paths(only(&plan)).contains(&"DomainName".to_owned()));
    world.destroy(&graph(&world, &changed)).await;
    assert!(arns(&world).await.is_empty());
    assert!(
        zone.records().await.is_empty(),
        "{:?}",
        zone.records().await
    );
    zone.delete().await;
}

#[tokio::test]
async fn a_zone_that_is_said_later_is_written_to_in_place() {
    let world = World::new();
    let zone = Zone::new(&world).await;
    let by_hand = Certificate {
        domain_validation_options: Vec::new(),
        ..certificate(&zone)
    };
    world.apply(&graph(&world, &by_hand)).await;
    assert!(zone.records().await.is_empty());
    let plan = world.apply(&graph(&world, &certificate(&zone))).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Changed,
            ..
        }
    ));
    assert_eq!(
        paths(only(&plan)),
        ["DomainValidationOptions[0].HostedZoneId"]
    );
    assert_eq!(zone.records().await.len(), 2);
    world.destroy(&graph(&world, &certificate(&zone))).await;
    zone.delete().await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let zone = Zone::new(&world).await;
    let certificate = certificate(&zone);
    world.apply(&tagged(&world, "web", &certificate)).await;
    let arn = arns(&world).await.remove(0);
    let tag = Tag::builder()
        .key("team")
        .value("someone")
        .build()
        .expect("a tag");
    client(&world)
        .add_tags_to_certificate()
        .certificate_arn(&arn)
        .tags(tag)
        .send()
        .await
        .expect("tagged");
    let plan = world.apply(&tagged(&world, "web", &certificate)).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    let plan = world.apply(&tagged(&world, "shop", &certificate)).await;
    assert_eq!(paths(only(&plan)), ["Tags.team"]);
    client(&world)
        .delete_certificate()
        .certificate_arn(&arn)
        .send()
        .await
        .expect("deleted");
    let plan = world.apply(&tagged(&world, "shop", &certificate)).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&tagged(&world, "shop", &certificate)).await;
    assert_eq!(zone.records().await.len(), 0);
    zone.delete().await;
}

/// Another owner's certificate for the same domain is left untouched, and keeps the record that
/// both need.
#[tokio::test]
async fn certificates_of_others_are_left_alone() {
    let world = World::new();
    let zone = Zone::new(&world).await;
    let certificate = certificate(&zone);
    let theirs = client(&world)
        .request_certificate()
        .domain_name(&certificate.domain_name)
        .send()
        .await
        .expect("theirs");
    world.apply(&graph(&world, &certificate)).await;
    world.destroy(&graph(&world, &certificate)).await;
    assert_eq!(
        arns(&world).await,
        [theirs.certificate_arn.expect("an ARN")]
    );
    assert_eq!(zone.records().await.len(), 2);
}

#[tokio::test]
async fn a_certificate_that_the_model_no_longer_has_goes() {
    let world = World::new();
    let zone = Zone::new(&world).await;
    let two = world.graph(|stack| {
        stack.add("certificate", certificate(&zone));
        let domain_name = format!("shop.{}", zone.name);
        stack.add(
            "other",
            Certificate {
                domain_name,
                ..Certificate::default()
            },
        );
    });
    world.apply(&two).await;
    let one = world.graph(|stack| {
        stack.add("certificate", certificate(&zone));
    });
    let plan = world.apply(&one).await;
    assert_eq!(only(&plan).action, Action::Delete);
    world.destroy(&one).await;
    zone.delete().await;
}
