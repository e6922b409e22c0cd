//! `AWS::Route53::RecordSet`.

use std::collections::BTreeSet;

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType,
};
use engine::{Action, Goal, PlanError, Reason, Refusal};
use model::types::route53::RecordSet;
use model::{Graph, Text};

use super::support::{World, describe, only, paths};

/// Another owner's zone, which contains the records.
pub(crate) struct Zone {
    client: Client,
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Zone {
    pub(crate) async fn new(world: &World) -> Self {
        let client = Client::new(&world.config());
        let name = format!("{}-{}.example.com", world.system, world.account_id);
        let call = client
            .create_hosted_zone()
            .name(&name)
            .caller_reference(&name);
        let zone = call
            .send()
            .await
            .expect("a zone")
            .hosted_zone
            .expect("a zone");
        Self {
            client,
            id: zone.id.rsplit('/').next().expect("an id").to_owned(),
            name,
        }
    }

    /// The records except those that every zone has: `NAME TYPE`.
    pub(crate) async fn records(&self) -> BTreeSet<String> {
        let listed = self
            .client
            .list_resource_record_sets()
            .hosted_zone_id(&self.id)
            .send()
            .await
            .expect("listed");
        let records = listed.resource_record_sets.into_iter();
        let ours = records.filter(|record| !matches!(record.r#type(), RrType::Soa | RrType::Ns));
        ours.map(|record| format!("{} {}", record.name(), record.r#type()))
            .collect()
    }

    pub(crate) async fn change(&self, action: ChangeAction, record: ResourceRecordSet) {
        let change = Change::builder()
            .action(action)
            .resource_record_set(record)
            .build()
            .expect("a change");
        let batch = ChangeBatch::builder()
            .changes(change)
            .build()
            .expect("a batch");
        let call = self
            .client
            .change_resource_record_sets()
            .hosted_zone_id(&self.id)
            .change_batch(batch);
        call.send().await.expect("changed");
    }

    pub(crate) async fn delete(self) {
        self.client
            .delete_hosted_zone()
            .id(&self.id)
            .send()
            .await
            .expect("an empty zone is deleted");
    }
}

fn sdk_record(name: &str, record_type: RrType, value: &str) -> ResourceRecordSet {
    let value = ResourceRecord::builder()
        .value(value)
        .build()
        .expect("a value");
    let record = ResourceRecordSet::builder()
        .name(name)
        .r#type(record_type)
        .ttl(60);
    record.resource_records(value).build().expect("a record")
}

fn record(zone: &Zone, label: &str, record_type: &str, values: &[&str]) -> RecordSet {
    RecordSet {
        hosted_zone_id: Text::from(zone.id.as_str()),
        name: Text::from(format!("{label}{}", zone.name)),
        record_type: record_type.to_owned(),
        alias_target: None,
        ttl: Some("300".to_owned()),
        resource_records: values.iter().map(|value| Text::from(*value)).collect(),
    }
}

fn alias(zone: &Zone, label: &str, target: &str) -> RecordSet {
    let name = Text::from(format!("{label}{}", zone.name));
    RecordSet::distribution_alias(Text::from(zone.id.as_str()), name, "A", Text::from(target))
}

fn graph(world: &World, records: &[(&str, RecordSet)]) -> Graph {
    world.graph(|stack| {
        for (name, record) in records {
            stack.add(name, record.clone());
        }
    })
}

#[tokio::test]
async fn answers_change_in_place() {
    let world = World::new();
    let zone = Zone::new(&world).await;
    let update = async |changed: &RecordSet, expected: &[&str]| {
        let plan = world
            .apply(&graph(&world, &[("record", changed.clone())]))
            .await;
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
        assert_eq!(paths(only(&plan)), expected);
    };
    let mut changed = record(&zone, "www.", "A", &["192.0.2.2", "192.0.2.1"]);
    world
        .apply(&graph(&world, &[("record", changed.clone())]))
        .await;
    changed.ttl = Some("60".to_owned());
    update(&changed, &["TTL"]).await;
    changed.resource_records = vec![Text::from("192.0.2.1")];
    update(&changed, &["ResourceRecords"]).await;
    changed = alias(&zone, "www.", "d111.cloudfront.net");
    update(&changed, &["ResourceRecords", "TTL", "AliasTarget"]).await;
    changed = alias(&zone, "www.", "d222.cloudfront.net");
    update(&changed, &["AliasTarget.DNSName"]).await;
    let mut target = changed.alias_target.clone().expect("an alias");
    (target.hosted_zone_id, target.evaluate_target_health) =
        (Text::from("Z35SXDOTRQ7X7K"), Some(true));
    changed.alias_target = Some(target);
    update(
        &changed,
        &[
            "AliasTarget.EvaluateTargetHealth",
            "AliasTarget.HostedZoneId",
        ],
    )
    .await;
    world.destroy(&graph(&world, &[("record", changed)])).await;
    assert!(zone.records().await.is_empty());
    zone.delete().await;
}

#[tokio::test]
async fn records_of_every_kind_of_name_have_companions() {
    let world = World::new();
    let zone = Zone::new(&world).await;
    let records = [
        ("apex", alias(&zone, "", "d111.cloudfront.net")),
        (
            "apex-six",
            RecordSet {
                record_type: "AAAA".to_owned(),
                ..alias(&zone, "", "d111.cloudfront.net")
            },
        ),
        ("any", record(&zone, "*.", "CNAME", &["www.example.com"])),
        (
            "text",
            record(&zone, "Deep.Er.", "TXT", &["\"b\"", "\"a\""]),
        ),
    ];
    world.apply(&graph(&world, &records)).await;
    let name = &zone.name;
    let companions = [
        format!("a._frontage.{name}. TXT"),
        format!("aaaa._frontage.{name}. TXT"),
        format!("cname._any._frontage.{name}. TXT"),
    ];
    let found = zone.records().await;
    assert!(
        companions.iter().all(|companion| found.contains(companion)),
        "{found:?}"
    );
    assert_eq!(found.len(), 8);
    world.destroy(&graph(&world, &records)).await;
    zone.delete().await;
}

/// A record is found by its name: another name is another record, and the old one is deleted.
#[tokio::test]
async fn another_name_or_type_is_another_record() {
    let world = World::new();
    let zone = Zone::new(&world).await;
    world
        .apply(&graph(
            &world,
            &[("record", record(&zone, "old.", "A", &["192.0.2.1"]))],
        ))
        .await;
    for changed in [
        record(&zone, "new.", "A", &["192.0.2.1"]),
        record(&zone, "new.", "AAAA", &["2001:db8::1"]),
    ] {
        let plan = world.apply(&graph(&world, &[("record", changed)])).await;
        let actions: Vec<_> = plan
            .resources
            .iter()
            .map(|resource| &resource.action)
            .collect();
        assert!(
            matches!(actions[..], [Action::Create { .. }, Action::Delete]),
            "{:?}",
            describe(&plan)
        );
    }
    world.apply(&graph(&world, &[])).await;
    world.destroy(&graph(&world, &[])).await;
    assert!(zone.records().await.is_empty());
    zone.delete().await;
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let world = World::new();
    let zone = Zone::new(&world).await;
    let graph = graph(
        &world,
        &[("record", record(&zone, "www.", "A", &["192.0.2.1"]))],
    );
    world.apply(&graph).await;
    let other = sdk_record(&format!("www.{}", zone.name), RrType::A, "192.0.2.9");
    zone.change(ChangeAction::Upsert, other.clone()).await;
    let plan = world.apply(&graph).await;
    assert!(matches!(
        only(&plan).action,
        Action::Update {
            reason: Reason::Drift,
            ..
        }
    ));
    assert_eq!(paths(only(&plan)), ["ResourceRecords", "TTL"]);
    // Its companion stays.
    zone.change(ChangeAction::Upsert, other.clone()).await;
    zone.change(ChangeAction::Delete, other).await;
    let plan = world.apply(&graph).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    world.destroy(&graph).await;
    zone.delete().await;
}

/// The same domain in two Regions is one record: the second Region is told where the first is.
#[tokio::test]
async fn a_record_of_another_region_is_refused() {
    let world = World::new();
    let there = world.in_region("us-east-1");
    let zone = Zone::new(&world).await;
    let graph = graph(
        &world,
        &[("record", alias(&zone, "www.", "d111.cloudfront.net"))],
    );
    world.apply(&graph).await;
    match there.try_plan(&graph, Goal::Converge).await {
        Err(PlanError::Refused(refusals)) => {
            assert!(
                matches!(&refusals[..], [Refusal::Elsewhere { region, .. }] if region == "eu-west-1"),
                "{refusals:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    there.destroy(&world.graph(|_| {})).await;
    assert!(world.plan(&graph).await.is_empty());
    world.destroy(&graph).await;
    zone.delete().await;
}

#[tokio::test]
async fn a_record_without_a_companion_is_somebody_elses() {
    let world = World::new();
    let zone = Zone::new(&world).await;
    let theirs = sdk_record(&format!("www.{}", zone.name), RrType::A, "192.0.2.9");
    zone.change(ChangeAction::Create, theirs.clone()).await;
    let graph = graph(
        &world,
        &[("record", alias(&zone, "www.", "d111.cloudfront.net"))],
    );
    match world.try_plan(&graph, Goal::Converge).await {
        Err(PlanError::Refused(refusals)) => {
            assert!(matches!(refusals[..], [Refusal::Foreign { .. }]));
        }
        other => panic!("{other:?}"),
    }
    world.destroy(&world.graph(|_| {})).await;
    assert_eq!(zone.records().await.len(), 1);
    zone.change(ChangeAction::Delete, theirs).await;
    zone.delete().await;
}
