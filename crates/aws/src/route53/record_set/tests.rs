//! Behaviour of records that no emulator shows.

use engine::UNKNOWN;
use fake_aws::FakeAws;

use super::*;
use crate::kit::findings::findings;

const CHANGE: &str = "POST https://route53.amazonaws.com/2013-04-01/hostedzone/Z1/rrset";
const ZONE: &str = "GET https://route53.amazonaws.com/2013-04-01/hostedzone/Z1 ";
const ZONES: &str = "GET https://route53.amazonaws.com/2013-04-01/hostedzone ";
const RECORD: &str = "Z1/rrset?name=www.example.com&type=A&maxitems=1";
const COMPANION: &str = "Z1/rrset?name=a.www._frontage.example.com&type=TXT&maxitems=1";
const COMPANIONS: &str = "Z1/rrset?name=_frontage.example.com ";
const STATUS: &str = "GET https://route53.amazonaws.com/2013-04-01/change/C1 ";
const NAMED: &str = "<GetHostedZoneResponse><HostedZone><Id>/hostedzone/Z1</Id><Name>example.com.</Name>\
     <CallerReference>r</CallerReference></HostedZone></GetHostedZoneResponse>";
const NONE: &str = "<ListResourceRecordSetsResponse><ResourceRecordSets/><IsTruncated>false</IsTruncated>\
     <MaxItems>1</MaxItems></ListResourceRecordSetsResponse>";
const TAKEN: &str = "<ErrorResponse><Error><Code>InvalidChangeBatch</Code><Message>but it already exists</Message></Error></ErrorResponse>";

fn driver(fake: &FakeAws) -> RecordSets {
    RecordSets::new(&Account::for_tests(fake))
}

fn record() -> Properties {
    RecordSet {
        hosted_zone_id: "Z1".to_owned(),
        name: "www.example.com".to_owned(),
        record_type: "A".to_owned(),
        alias_target: None,
        ttl: Some("60".to_owned()),
        resource_records: vec!["192.0.2.1".to_owned()],
    }
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: Some("eu-west-1".to_owned()),
        address: "test/record".parse().unwrap(),
        fingerprint: "abc".to_owned(),
    }
}

fn tags() -> Tags {
    owner().tags()
}

async fn create(fake: &FakeAws) -> Result<Live, DriverError> {
    driver(fake).create(record(), &owner(), &tags()).await
}

fn changed(status: &str) -> String {
    let info = format!(
        "<ChangeInfo><Id>/change/C1</Id><Status>{status}</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo>"
    );
    format!("<ChangeResourceRecordSetsResponse>{info}</ChangeResourceRecordSetsResponse>")
}

fn set(name: &str, record_type: &str, value: &str) -> String {
    format!(
        "<ResourceRecordSet><Name>{name}</Name><Type>{record_type}</Type><TTL>60</TTL><ResourceRecords><ResourceRecord>\
         <Value>{value}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>"
    )
}

fn listed(sets: &str, rest: &str) -> String {
    let truncated = !rest.is_empty();
    format!(
        "<ListResourceRecordSetsResponse><ResourceRecordSets>{sets}</ResourceRecordSets><IsTruncated>{truncated}\
         </IsTruncated><MaxItems>1</MaxItems>{rest}</ListResourceRecordSetsResponse>"
    )
}

fn live_record() -> String {
    listed(&set("www.example.com.", "A", "192.0.2.1"), "")
}

fn companion(address: &str) -> String {
    companion_in("eu-west-1", address)
}

fn companion_in(region: &str, address: &str) -> String {
    let text = format!("&quot;system=acme region={region} address={address} fingerprint=abc&quot;");
    set("a.www._frontage.example.com.", "TXT", &text)
}

#[tokio::test(start_paused = true)]
async fn a_busy_zone_is_tried_again_and_every_name_server_waited_for() {
    let busy = "<ErrorResponse><Error><Code>PriorRequestNotComplete</Code><Message>busy</Message></Error></ErrorResponse>";
    let (pending, insync) = (changed("PENDING"), changed("INSYNC"));
    let status =
        |answer: &str| answer.replace("ChangeResourceRecordSetsResponse", "GetChangeResponse");
    let (still, done) = (status(&pending), status(&insync));
    let fake = FakeAws::new([
        (ZONE, 200, NAMED),
        (CHANGE, 400, busy),
        (CHANGE, 400, busy),
        (CHANGE, 200, pending.as_str()),
        (STATUS, 200, still.as_str()),
        (STATUS, 200, done.as_str()),
    ]);
    let live = create(&fake).await.unwrap();
    assert_eq!(live.id, "Z1/www.example.com/A");
    fake.assert_used();
    let batch = &fake.requests()[1];
    assert_eq!(
        batch.matches("<Action>CREATE</Action>").count(),
        2,
        "{batch}"
    );
    assert!(
        batch.contains("system=acme region=eu-west-1 address=test/record fingerprint=abc"),
        "{batch}"
    );
}

#[tokio::test]
async fn a_lost_answer_is_no_error_and_a_record_of_somebody_else_is() {
    let (done, there) = (changed("INSYNC"), live_record());
    let attempt = async |record_there: &str, said: &str| {
        let fake = FakeAws::new([
            (ZONE, 200, NAMED),
            (CHANGE, 400, TAKEN),
            (RECORD, 200, record_there),
            (COMPANION, 200, said),
            (CHANGE, 200, done.as_str()),
        ]);
        let created = create(&fake).await;
        created.map(|_| fake.requests().last().cloned().unwrap_or_default())
    };
    let ours = listed(&companion("test/record"), "");
    let other = listed(&companion("test/other"), "");
    let last = attempt(&there, &ours).await.unwrap();
    assert_eq!(last.matches("<Action>UPSERT</Action>").count(), 2, "{last}");
    // The companion of a record that was deleted outside Frontage is replaced.
    attempt(NONE, &ours).await.unwrap();
    attempt(NONE, &other).await.unwrap();
    for said in [NONE, other.as_str()] {
        let error = attempt(&there, said).await.unwrap_err();
        assert!(
            error.to_string().contains("is not this system's"),
            "{error}"
        );
    }
    let error = attempt(NONE, NONE).await.unwrap_err();
    assert!(error.is("InvalidChangeBatch"), "{error}");
}

/// The name is the user's, so that of another Region is met: it is read as such, is not listed and
/// is not taken.
#[tokio::test]
async fn a_record_of_another_region_is_read_as_such_and_not_taken() {
    let (there, said) = (
        live_record(),
        listed(&companion_in("us-east-1", "test/record"), ""),
    );
    let zones = "<ListHostedZonesResponse><HostedZones><HostedZone><Id>/hostedzone/Z1</Id><Name>example.com.</Name>\
         <CallerReference>r</CallerReference></HostedZone></HostedZones><Marker></Marker><MaxItems>1</MaxItems>\
         <IsTruncated>false</IsTruncated></ListHostedZonesResponse>";
    let fake = FakeAws::new([
        (ZONES, 200, zones),
        (COMPANIONS, 200, said.as_str()),
        (RECORD, 200, there.as_str()),
    ]);
    let address = "test/record".parse().unwrap();
    let wanted = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: record(),
    };
    let (driver_of_all, cache) = (driver(&fake), ReadCache::default());
    let found = driver_of_all.read(wanted, &cache).await.unwrap().unwrap();
    let owner_found = found.tags.owner().unwrap();
    assert_eq!(owner_found.elsewhere(Some("eu-west-1")), Some("us-east-1"));
    assert!(driver_of_all.list(&cache).await.unwrap().is_empty());
    fake.assert_used();

    let fake = FakeAws::new([
        (ZONE, 200, NAMED),
        (CHANGE, 400, TAKEN),
        (RECORD, 200, there.as_str()),
        (COMPANION, 200, said.as_str()),
    ]);
    let error = create(&fake).await.unwrap_err().to_string();
    assert!(error.contains("`acme` in us-east-1"), "{error}");
    fake.assert_used();
}

#[tokio::test]
async fn companions_are_found_on_every_page_of_every_list() {
    let zones = |zone: &str, rest: &str| {
        format!(
            "<ListHostedZonesResponse><HostedZones><HostedZone><Id>/hostedzone/{zone}</Id><Name>{zone}.org.</Name>\
             <CallerReference>r</CallerReference></HostedZone></HostedZones><Marker></Marker><MaxItems>1</MaxItems>{rest}\
             </ListHostedZonesResponse>"
        )
    };
    let first = zones(
        "Z2",
        "<IsTruncated>true</IsTruncated><NextMarker>Z1</NextMarker>",
    );
    let second = zones("Z1", "<IsTruncated>false</IsTruncated>").replace("Z1.org.", "example.com.");
    let more = "<NextRecordName>a.www._frontage.example.com.</NextRecordName><NextRecordType>TXT</NextRecordType>";
    let unrelated = set("_frontage.example.com.", "TXT", "&quot;v=1&quot;");
    let validation = set(
        "cname._x._frontage.example.com.",
        "TXT",
        "&quot;system=acme certificate=test/c&quot;",
    );
    let (one, other) = (
        listed(&(unrelated + &validation), more),
        companion("test/record"),
    );
    let end = "<NextRecordName>b.example.com.</NextRecordName><NextRecordType>A</NextRecordType>";
    let (two, there) = (listed(&other, end), live_record());
    let fake = FakeAws::new([
        ("hostedzone?marker=Z1", 200, second.as_str()),
        (ZONES, 200, first.as_str()),
        ("Z2/rrset?name=_frontage.z2.org ", 200, NONE),
        (COMPANIONS, 200, one.as_str()),
        (
            "Z1/rrset?name=a.www._frontage.example.com.&type=TXT",
            200,
            two.as_str(),
        ),
        (RECORD, 200, there.as_str()),
    ]);
    let found = driver(&fake).list(&ReadCache::default()).await.unwrap();
    fake.assert_used();
    assert_eq!(
        found.len(),
        1,
        "what validates a certificate is a part of that"
    );
    assert_eq!(
        (found[0].id.as_str(), &found[0].tags),
        ("Z1/www.example.com/A", &LiveTags::Read(tags()))
    );
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_of_what_is_there_now() {
    let missed = TAKEN.replace(
        "but it already exists",
        "but the values provided do not match the current values",
    );
    let changed_since = listed(&set("www.example.com.", "A", "192.0.2.9"), "");
    let (there, said, done) = (
        live_record(),
        listed(&companion("test/record"), ""),
        changed("INSYNC"),
    );
    let fake = FakeAws::new([
        (ZONE, 200, NAMED),
        (RECORD, 200, there.as_str()),
        (COMPANION, 200, said.as_str()),
        (CHANGE, 400, missed.as_str()),
        (RECORD, 200, changed_since.as_str()),
        (COMPANION, 200, said.as_str()),
        (CHANGE, 200, done.as_str()),
    ]);
    driver(&fake).delete(live(record(), tags())).await.unwrap();
    fake.assert_used();
    assert!(
        fake.requests()[6].contains("<Value>192.0.2.9</Value>"),
        "{:?}",
        fake.requests()
    );
}

#[tokio::test]
async fn deleting_the_absent_succeeds() {
    let fake = FakeAws::new([
        (ZONE, 200, NAMED),
        (RECORD, 200, NONE),
        (COMPANION, 200, NONE),
    ]);
    driver(&fake).delete(live(record(), tags())).await.unwrap();
    fake.assert_used();
    let missing = "<ErrorResponse><Error><Code>NoSuchHostedZone</Code><Message>none</Message></Error></ErrorResponse>";
    driver(&FakeAws::new([(ZONE, 404, missing)]))
        .delete(live(record(), tags()))
        .await
        .unwrap();
    let error = create(&FakeAws::new([(ZONE, 404, missing)]))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "there is no hosted zone `Z1`");
}

/// If the record itself does not exist, the list answers with the next one.
#[tokio::test]
async fn the_next_record_is_not_the_one_that_is_looked_for() {
    let address = "test/record".parse().unwrap();
    let zones = "<ListHostedZonesResponse><HostedZones/><IsTruncated>false</IsTruncated><Marker></Marker>\
                 <MaxItems>1</MaxItems></ListHostedZonesResponse>";
    let next = listed(&set("www.example.com.", "AAAA", "::1"), "");
    let fake = FakeAws::new([(ZONES, 200, zones), (RECORD, 200, next.as_str())]);
    let wanted = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: record(),
    };
    assert!(
        driver(&fake)
            .read(wanted, &ReadCache::default())
            .await
            .unwrap()
            .is_none()
    );
}

/// Changes a record so that it would be refused.
type Mistake = fn(&mut Properties);

#[test]
fn what_route_53_would_refuse_is_found() {
    let wrong: [(Mistake, &[&str]); 7] = [
        (|_| (), &[]),
        (
            |record| record.ttl = None,
            &["TTL must be 0 to 2,147,483,647 seconds"],
        ),
        (
            |record| record.ttl = Some("soon".to_owned()),
            &["TTL must be 0 to 2,147,483,647 seconds"],
        ),
        (
            |record| record.ttl = Some("2147483648".to_owned()),
            &["TTL must be 0 to 2,147,483,647 seconds"],
        ),
        (
            |record| record.resource_records.clear(),
            &["ResourceRecords is empty; a record without an alias needs one"],
        ),
        (
            |record| record.alias_target = Some(alias()),
            &["AliasTarget is set, so the record can have no TTL and no ResourceRecords"],
        ),
        (
            |record| record.name = "www..example.com".to_owned(),
            &["Name is `www..example.com`, which is no domain name"],
        ),
    ];
    for (change, expected) in wrong {
        let mut wrong = record();
        change(&mut wrong);
        assert_eq!(findings(RecordSets::new, &wrong), expected);
    }
    let mut wrong = record();
    wrong.record_type = "WWW".to_owned();
    let found = findings(RecordSets::new, &wrong).join("; ");
    assert!(found.starts_with("Type is `WWW`; A or AAAA or"), "{found}");
}

fn alias() -> model::types::route53::AliasTarget<String> {
    model::types::route53::AliasTarget {
        dns_name: UNKNOWN.to_owned(),
        hosted_zone_id: "Z2FDTNDATAQYW2".to_owned(),
        evaluate_target_health: None,
    }
}

#[test]
fn what_is_not_known_yet_normalises_and_passes() {
    let mut unknown = RecordSet {
        hosted_zone_id: UNKNOWN.to_owned(),
        name: UNKNOWN.to_owned(),
        alias_target: Some(alias()),
        ttl: None,
        resource_records: Vec::new(),
        ..record()
    };
    assert_eq!(findings(RecordSets::new, &unknown), [""; 0]);
    driver(&FakeAws::default()).normalise(&mut unknown);
    assert_eq!(unknown.alias_target.unwrap().dns_name, UNKNOWN);
}
