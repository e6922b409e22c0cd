//! Behaviour of health checks that no emulator shows.

use engine::UNKNOWN;
use fake_aws::FakeAws;
use model::Address;
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;

const LIST: &str = "GET https://route53.amazonaws.com/2013-04-01/healthcheck ";
const CREATE: &str = "POST https://route53.amazonaws.com/2013-04-01/healthcheck ";
const CHECK: &str = "GET https://route53.amazonaws.com/2013-04-01/healthcheck/c1 ";
const UPDATE: &str = "POST https://route53.amazonaws.com/2013-04-01/healthcheck/c1 ";
const DELETE: &str = "DELETE https://route53.amazonaws.com/2013-04-01/healthcheck/c1 ";
const TAGS: &str = "GET https://route53.amazonaws.com/2013-04-01/tags/healthcheck/c1 ";
const TAG: &str = "POST https://route53.amazonaws.com/2013-04-01/tags/healthcheck/c1 ";
const TAGGED: &str = "<ChangeTagsForResourceResponse/>";
const REFERENCE: &str = "frontage acme@eu-west-1 operations/check";

fn driver(fake: &FakeAws) -> HealthChecks {
    HealthChecks::new(&Account::for_tests(fake))
}

#[allow(clippy::needless_pass_by_value)] // built in place
fn check(more: Value) -> Properties {
    let mut config = json!({
        "Type": "HTTPS_STR_MATCH",
        "FullyQualifiedDomainName": "www.example.com",
        "SearchString": "<script",
    });
    let more = more.as_object().cloned().unwrap_or_default();
    config.as_object_mut().unwrap().extend(more);
    serde_json::from_value(json!({"HealthCheckConfig": config})).unwrap()
}

/// As the adapter passes them on.
fn normalised(more: Value) -> Properties {
    let mut check = check(more);
    convert::normalise(&mut check);
    check
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: Some("0a1b2c3d".to_owned()),
        region: Some("eu-west-1".to_owned()),
        address: "operations/check".parse().unwrap(),
        fingerprint: "f".to_owned(),
    }
}

/// A check as Route 53 answers, with these members besides the ones of [`check`].
fn shown(id: &str, reference: &str, more: &str) -> String {
    format!(
        "<HealthCheck><Id>{id}</Id><CallerReference>{reference}</CallerReference><HealthCheckConfig>\
         <Type>HTTPS_STR_MATCH</Type><FullyQualifiedDomainName>www.example.com</FullyQualifiedDomainName>\
         <SearchString>&lt;script</SearchString>{more}</HealthCheckConfig><HealthCheckVersion>1</HealthCheckVersion>\
         </HealthCheck>"
    )
}

fn listed(checks: &[String], next: &str) -> String {
    let (checks, more) = (checks.concat(), !next.is_empty());
    format!(
        "<ListHealthChecksResponse><HealthChecks>{checks}</HealthChecks><Marker/><IsTruncated>{more}</IsTruncated>\
         {next}<MaxItems>100</MaxItems></ListHealthChecksResponse>"
    )
}

fn created(reference: &str) -> String {
    let check = shown("c1", reference, "");
    format!("Location: u\n\n<CreateHealthCheckResponse>{check}</CreateHealthCheckResponse>")
}

fn got() -> String {
    let check = shown("c1", REFERENCE, "");
    format!("<GetHealthCheckResponse>{check}</GetHealthCheckResponse>")
}

fn tagged(tags: &Tags) -> String {
    let tags = tags.iter();
    let tags =
        tags.map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>"));
    let tags = tags.collect::<Vec<_>>().concat();
    format!(
        "<ListTagsForResourceResponse><ResourceTagSet><ResourceType>healthcheck</ResourceType>\
         <ResourceId>c1</ResourceId><Tags>{tags}</Tags></ResourceTagSet></ListTagsForResourceResponse>"
    )
}

fn error(code: &str) -> String {
    format!(
        "<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    )
}

async fn read(fake: &FakeAws) -> Option<Live> {
    let request = TypedReadRequest {
        address: &owner().address,
        fingerprint: "f",
        properties: check(json!({})),
    };
    driver(fake)
        .read(request, &ReadCache::default())
        .await
        .unwrap()
}

async fn create(fake: &FakeAws) -> Result<Live, DriverError> {
    driver(fake)
        .create(normalised(json!({})), &owner(), &owner().tags())
        .await
}

fn found(address: Address) -> Live {
    let mut owner = owner();
    owner.address = address;
    TypedLive {
        id: "c1".to_owned(),
        properties: normalised(json!({})),
        attributes: Live::assigned([(HealthCheck::REFERENCE, REFERENCE.to_owned())]),
        tags: LiveTags::Read(owner.tags()),
    }
}

#[tokio::test]
async fn a_creation_names_its_owner_and_is_tagged() {
    let (none, made) = (listed(&[], ""), created(REFERENCE));
    let fake = FakeAws::new([
        (LIST, 200, none.as_str()),
        (CREATE, 201, made.as_str()),
        (TAG, 200, TAGGED),
    ]);
    let live = create(&fake).await.unwrap();
    assert_eq!(live.attribute(HealthCheck::ID).unwrap(), "c1");
    let requests = fake.requests();
    let reference = format!("<CallerReference>{REFERENCE}</CallerReference>");
    assert!(requests[1].contains(&reference), "{}", requests[1]);
    for member in ["Inverted", "EnableSNI", "MeasureLatency", "Regions"] {
        assert!(!requests[1].contains(member), "{}", requests[1]);
    }
    for tag in ["acme operations/check", "frontage:fingerprint", "0a1b2c3d"] {
        assert!(requests[2].contains(tag), "{}", requests[2]);
    }
    fake.assert_used();
}

/// Route 53 does not take the reference of a deleted check again for some days.
#[tokio::test]
async fn the_reference_of_a_deleted_check_has_a_successor() {
    let (none, taken) = (listed(&[], ""), error("HealthCheckAlreadyExists"));
    let made = created(&format!("{REFERENCE} 2"));
    let fake = FakeAws::new([
        (LIST, 200, none.as_str()),
        (CREATE, 409, taken.as_str()),
        (CREATE, 409, taken.as_str()),
        (CREATE, 201, made.as_str()),
        (TAG, 200, TAGGED),
    ]);
    create(&fake).await.unwrap();
    let last = &fake.requests()[3];
    assert!(last.contains(&format!("{REFERENCE} 2<")), "{last}");
    fake.assert_used();
}

/// The run was cut off between the two calls.
#[tokio::test]
async fn a_check_without_tags_is_the_systems_by_its_reference() {
    let list = listed(&[shown("c1", REFERENCE, "")], "");
    let bare = tagged(&Tags::new());
    let fake = FakeAws::new([(LIST, 200, list.as_str()), (TAGS, 200, bare.as_str())]);
    let live = read(&fake).await.unwrap();
    let recorded = live.tags.owner().unwrap();
    assert!(owner().is_of(live.tags.known().unwrap()), "{recorded:?}");
    assert_eq!(recorded.fingerprint, "");

    // What completes it writes the whole record, and the name.
    let fake = FakeAws::new([(TAG, 200, TAGGED)]);
    let missing = Tags::from([(FINGERPRINT_TAG.to_owned(), "f".to_owned())]);
    driver(&fake).tag(&live, &missing).await.unwrap();
    for tag in [
        "frontage:system",
        "frontage:address",
        "acme operations/check",
    ] {
        assert!(fake.requests()[0].contains(tag), "{}", fake.requests()[0]);
    }
}

#[tokio::test]
async fn a_creation_that_was_cut_off_is_completed() {
    let list = listed(&[shown("c1", REFERENCE, "<Inverted>true</Inverted>")], "");
    let bare = tagged(&Tags::new());
    let fake = FakeAws::new([
        (LIST, 200, list.as_str()),
        (TAGS, 200, bare.as_str()),
        (UPDATE, 200, "<UpdateHealthCheckResponse/>"),
        (TAG, 200, TAGGED),
    ]);
    create(&fake).await.unwrap();
    let update = &fake.requests()[2];
    assert!(update.contains("<Inverted>false</Inverted>"), "{update}");
    fake.assert_used();
}

#[tokio::test]
async fn a_check_of_another_system_of_the_name_is_not_taken() {
    let list = listed(&[shown("c1", REFERENCE, "")], "");
    let mut theirs = owner();
    theirs.id = Some("99999999".to_owned());
    let theirs = tagged(&theirs.tags());
    let fake = FakeAws::new([(LIST, 200, list.as_str()), (TAGS, 200, theirs.as_str())]);
    let error = create(&fake).await.unwrap_err();
    assert!(
        error.to_string().contains("is not this resource"),
        "{error}"
    );
}

/// Others' checks, those of another Region, and a second one of the same address.
#[tokio::test]
async fn only_the_first_check_of_the_address_is_read_and_all_of_the_system_are_listed() {
    let others = [
        shown("c8", "2014-04-01-18:47", ""),
        shown("c7", "frontage acme-web@eu-west-1 operations/check", ""),
        shown("c6", "frontage acme@us-east-1 operations/check", ""),
        shown("c5", "frontage acme@eu-west-1 operations/check 1", ""),
    ];
    let first = listed(&others, "<NextMarker>m</NextMarker>");
    let second = listed(&[shown("c1", REFERENCE, "")], "");
    let ours = tagged(&owner().tags());
    let answers = [
        (LIST, 200, first.as_str()),
        ("healthcheck?marker=m", 200, second.as_str()),
        ("tags/healthcheck/c", 200, ours.as_str()),
    ];
    let fake = FakeAws::new(answers);
    let live = read(&fake).await.unwrap();
    assert_eq!(live.id, "c1");
    fake.assert_used();

    let more = [("tags/healthcheck/c", 200, ours.as_str()); 2];
    let fake = FakeAws::new(answers.into_iter().chain(more));
    let all = driver(&fake).list(&ReadCache::default()).await.unwrap();
    let ids: Vec<_> = all.iter().map(|live| live.id.as_str()).collect();
    assert_eq!(ids, ["c6", "c5", "c1"]);
}

#[tokio::test]
async fn a_check_that_is_deleted_before_its_tags_are_read_is_absent() {
    let (list, absent) = (
        listed(&[shown("c1", REFERENCE, "")], ""),
        error("NoSuchHealthCheck"),
    );
    let fake = FakeAws::new([(LIST, 200, list.as_str()), (TAGS, 404, absent.as_str())]);
    assert!(read(&fake).await.is_none());
    fake.assert_used();
}

#[tokio::test]
async fn a_change_writes_what_differs_alone() {
    let changed = async |from: Value, to: Value| {
        let fake = FakeAws::new([(UPDATE, 200, "<UpdateHealthCheckResponse/>")]);
        let (from, to) = (normalised(from), normalised(to));
        let between = changes(&from, &to).unwrap();
        assert!(!between.force_replacement());
        let mut live = found(owner().address);
        driver(&fake)
            .update(&mut live, &to, &between)
            .await
            .unwrap();
        let sent = fake.requests().remove(0);
        let (_, sent) = sent.split_once("2013-04-01/\">").unwrap_or(("", &sent));
        sent.replace("</UpdateHealthCheckRequest>", "")
    };
    let regions = json!({"Regions": ["us-east-1", "eu-west-1", "sa-east-1"]});
    for (from, to, sent) in [
        (
            json!({}),
            json!({"FailureThreshold": 5, "Port": 8443}),
            "<FailureThreshold>5</FailureThreshold><Port>8443</Port>",
        ),
        (
            json!({"Inverted": true, "Disabled": true, "EnableSNI": false}),
            json!({}),
            "<Disabled>false</Disabled><EnableSNI>true</EnableSNI><Inverted>false</Inverted>",
        ),
        (
            json!({}),
            regions.clone(),
            "<Regions><Region>eu-west-1</Region><Region>sa-east-1</Region><Region>us-east-1</Region></Regions>",
        ),
        (
            regions,
            json!({}),
            "<ResetElements><ResettableElementName>Regions</ResettableElementName></ResetElements>",
        ),
        (
            json!({"ResourcePath": "/a"}),
            json!({"SearchString": "b", "FullyQualifiedDomainName": "B.example.com"}),
            "<FullyQualifiedDomainName>b.example.com</FullyQualifiedDomainName><ResourcePath>/</ResourcePath>\
             <SearchString>b</SearchString>",
        ),
    ] {
        assert_eq!(changed(from, to).await, sent, "in the order of their names");
    }
}

#[test]
fn defaults_are_no_difference() {
    let stated = json!({
        "Port": 443, "ResourcePath": "/", "RequestInterval": 30, "FailureThreshold": 3, "EnableSNI": true,
        "Inverted": false, "Disabled": false, "MeasureLatency": false,
        "Regions": ["us-west-2", "us-west-1", "us-east-1", "sa-east-1", "eu-west-1", "ap-southeast-2",
            "ap-southeast-1", "ap-northeast-1"],
    });
    assert_eq!(normalised(stated), normalised(json!({})));
    let plain = |more: Value| {
        let mut config = json!({"Type": "HTTP", "SearchString": null});
        config
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        normalised(config)
    };
    assert_eq!(
        plain(json!({"Port": 80, "EnableSNI": false})),
        plain(json!({}))
    );
    let replaced = [
        json!({"Type": "HTTP", "SearchString": null}),
        json!({"RequestInterval": 10}),
        json!({"MeasureLatency": true}),
    ];
    for other in replaced {
        let between = changes(&normalised(json!({})), &normalised(other)).unwrap();
        assert!(between.force_replacement(), "{between:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_waited_for_and_an_absent_check_is_deleted() {
    let (absent, still) = (error("NoSuchHealthCheck"), got());
    let fake = FakeAws::new([
        (DELETE, 200, "<DeleteHealthCheckResponse/>"),
        (CHECK, 200, still.as_str()),
        (CHECK, 404, absent.as_str()),
    ]);
    driver(&fake).delete(found(owner().address)).await.unwrap();
    fake.assert_used();
    let fake = FakeAws::new([
        (DELETE, 404, absent.as_str()),
        (CHECK, 404, absent.as_str()),
    ]);
    driver(&fake).delete(found(owner().address)).await.unwrap();
}

#[test]
fn the_reference_has_room_for_the_longest_names() {
    let mut longest = owner();
    longest.system = "a2345678901234567890".to_owned();
    longest.region = Some("ap-southeast-4".to_owned());
    assert_eq!(fitting(&longest, EARLIER).unwrap().len(), REFERENCE_LENGTH);
    assert!(fitting(&longest, EARLIER + 1).is_err());
}

#[test]
fn what_route53_refuses_is_refused_before_any_call() {
    let none = [""; 0];
    for (members, property) in [
        (
            json!({"Type": "CALCULATED", "Port": 443, "SearchString": null}),
            "Type",
        ),
        (
            json!({"FullyQualifiedDomainName": ""}),
            "FullyQualifiedDomainName",
        ),
        (json!({"Port": 65_536}), "Port"),
        (json!({"ResourcePath": "x".repeat(256)}), "ResourcePath"),
        (json!({"SearchString": "x".repeat(256)}), "SearchString"),
        (json!({"SearchString": null}), "SearchString"),
        (json!({"Type": "HTTPS"}), "SearchString"),
        (json!({"RequestInterval": 20}), "RequestInterval"),
        (json!({"FailureThreshold": 11}), "FailureThreshold"),
        (json!({"Regions": ["eu-west-1", "us-east-1"]}), "Regions"),
        (
            json!({"Regions": ["eu-west-1", "us-east-1", "eu-north-1"]}),
            "Regions",
        ),
        (json!({"Type": "TCP", "SearchString": null}), "Port"),
        (
            json!({"Type": "TCP", "Port": 443, "SearchString": null, "ResourcePath": "/"}),
            "ResourcePath",
        ),
        (
            json!({"Type": "HTTP_STR_MATCH", "EnableSNI": true}),
            "EnableSNI",
        ),
    ] {
        let found = findings(HealthChecks::new, &check(members));
        let begins = format!("HealthCheckConfig.{property}");
        assert!(
            found.iter().any(|one| one.starts_with(&begins)),
            "{property}: {found:?}"
        );
        assert_eq!(found.len(), 1, "{found:?}");
    }
    for members in [
        json!({}),
        json!({"Type": "TCP", "Port": 443, "SearchString": null}),
        json!({"Type": "HTTPS", "SearchString": null, "RequestInterval": 10}),
        json!({"FullyQualifiedDomainName": UNKNOWN}),
    ] {
        assert_eq!(findings(HealthChecks::new, &check(members)), none);
    }
}
