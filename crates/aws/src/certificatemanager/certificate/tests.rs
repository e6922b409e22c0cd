//! Behaviour of certificates that no emulator shows.

use engine::UNKNOWN;
use fake_aws::FakeAws;
use model::types::certificatemanager::DomainValidationOption;
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;

const ARN: &str = "arn:aws:acm:us-east-1:111122223333:certificate/1";
const DOMAIN: &str = "www.example.com";
const REQUEST: &str = "https://acm.us-east-1.amazonaws.com/ CertificateManager.RequestCertificate";
const DESCRIBE: &str = "CertificateManager.DescribeCertificate";
const TAGS: &str = "CertificateManager.ListTagsForCertificate";
const TAG: &str = "CertificateManager.AddTagsToCertificate";
const UNTAG: &str = "CertificateManager.RemoveTagsFromCertificate";
const LIST: &str = "CertificateManager.ListCertificates";
const DELETE: &str = "CertificateManager.DeleteCertificate";
const MISSING: &str = r#"{"__type":"ResourceNotFoundException","message":"none"}"#;
const CHANGE: &str = "POST https://route53.amazonaws.com/2013-04-01/hostedzone/Z1/rrset";
const ZONE: &str = "GET https://route53.amazonaws.com/2013-04-01/hostedzone/Z1 ";
const CNAME: &str = "Z1/rrset?name=_x.www.example.com&type=CNAME&maxitems=1";
const COMPANION: &str = "Z1/rrset?name=cname._x.www._frontage.example.com&type=TXT&maxitems=1";
const NAMED: &str = "<GetHostedZoneResponse><HostedZone><Id>/hostedzone/Z1</Id><Name>example.com.</Name>\
     <CallerReference>r</CallerReference></HostedZone></GetHostedZoneResponse>";
const CHANGED: &str = "<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C1</Id><Status>INSYNC</Status>\
     <SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>";

fn driver(fake: &FakeAws) -> Certificates {
    Certificates::new(&Account::for_tests(fake))
}

fn certificate(zone: Option<&str>) -> Properties {
    let hosted_zone_id = zone.map(str::to_owned);
    let mut certificate = Certificate {
        domain_name: DOMAIN.to_owned(),
        subject_alternative_names: Vec::new(),
        validation_method: None,
        domain_validation_options: vec![DomainValidationOption {
            domain_name: DOMAIN.to_owned(),
            hosted_zone_id,
        }],
        key_algorithm: None,
    };
    convert::normalise(&mut certificate);
    certificate
}

fn owner() -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: Some("eu-west-1".to_owned()),
        address: "test/certificate".parse().unwrap(),
        fingerprint: "abc".to_owned(),
    }
}

fn tags() -> Tags {
    owner().tags()
}

async fn create(fake: &FakeAws, zone: Option<&str>) -> Result<Live, DriverError> {
    let owner = owner();
    driver(fake)
        .create(certificate(zone), &owner, &owner.tags())
        .await
}

/// `DescribeCertificate`'s answer; `named` if it names the validation record.
fn described(status: &str, named: bool) -> String {
    let status_of_domain = if status == "ISSUED" {
        "SUCCESS"
    } else {
        "PENDING_VALIDATION"
    };
    let mut domain = json!({"DomainName": DOMAIN, "ValidationMethod": "DNS", "ValidationStatus": status_of_domain});
    if named {
        domain["ResourceRecord"] = json!({"Name": "_x.www.example.com.", "Type": "CNAME", "Value": "_y.acm-validations.aws."});
    }
    json!({"Certificate": {
        "CertificateArn": ARN, "DomainName": DOMAIN, "SubjectAlternativeNames": [DOMAIN], "Status": status,
        "KeyAlgorithm": "RSA-2048", "DomainValidationOptions": [domain], "FailureReason": "CAA_ERROR",
    }})
    .to_string()
}

fn tagged(extra: &[(&str, &str)]) -> String {
    let tags = tags();
    let own = tags
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    let tags: Vec<Value> = own
        .chain(extra.iter().copied())
        .map(|(key, value)| json!({"Key": key, "Value": value}))
        .collect();
    json!({"Tags": tags}).to_string()
}

fn listed(name: &str, value: &str, record_type: &str) -> String {
    let set = format!(
        "<ResourceRecordSet><Name>{name}</Name><Type>{record_type}</Type><TTL>300</TTL><ResourceRecords><ResourceRecord>\
         <Value>{value}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>"
    );
    format!(
        "<ListResourceRecordSetsResponse><ResourceRecordSets>{}</ResourceRecordSets><IsTruncated>false</IsTruncated>\
         <MaxItems>1</MaxItems></ListResourceRecordSetsResponse>",
        if name.is_empty() { String::new() } else { set }
    )
}

fn cname() -> String {
    listed("_x.www.example.com.", "_y.acm-validations.aws.", "CNAME")
}

fn companion() -> String {
    let text = "&quot;system=acme certificate=test/certificate&quot;";
    listed("cname._x.www._frontage.example.com.", text, "TXT")
}

#[tokio::test(start_paused = true)]
async fn a_certificate_is_named_proved_and_waited_for() {
    let arn = json!({ "CertificateArn": ARN }).to_string();
    let (unnamed, pending, issued) = (
        described("PENDING_VALIDATION", false),
        described("PENDING_VALIDATION", true),
        described("ISSUED", true),
    );
    let none = listed("", "", "");
    let fake = FakeAws::new([
        (REQUEST, 200, arn.as_str()),
        (DESCRIBE, 400, MISSING),
        (DESCRIBE, 200, unnamed.as_str()),
        (DESCRIBE, 200, unnamed.as_str()),
        (DESCRIBE, 200, pending.as_str()),
        (TAG, 200, "{}"),
        (ZONE, 200, NAMED),
        (CNAME, 200, none.as_str()),
        (CHANGE, 200, CHANGED),
        (DESCRIBE, 200, pending.as_str()),
        (DESCRIBE, 200, issued.as_str()),
    ]);
    let live = create(&fake, Some("Z1")).await.unwrap();
    fake.assert_used();
    assert_eq!(live.id, ARN);
    let requests = fake.requests();
    let request = |part: &str| {
        requests
            .iter()
            .find(|request| request.contains(part))
            .cloned()
            .unwrap_or_default()
    };
    assert!(
        request(REQUEST).contains("IdempotencyToken")
            && request(REQUEST).contains("frontage:address")
    );
    assert!(
        request(TAG).contains(r#"{"Key":"frontage:fingerprint:zones","Value":"Z1"}"#),
        "{}",
        request(TAG)
    );
    let change = request(CHANGE);
    assert!(
        change.contains("_x.www.example.com") && change.contains("certificate=test/certificate"),
        "{change}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_somebody_has_to_do_is_said_and_a_failure_is_told() {
    let pending = described("PENDING_VALIDATION", true);
    let answers = std::iter::repeat_n((DESCRIBE, 200, pending.as_str()), 600);
    let fake = FakeAws::new(answers);
    let changes = Changes(Vec::new());
    let live = || live(certificate(None), ARN, tags());
    let error = driver(&fake)
        .updated(live(), certificate(None), &changes)
        .await
        .unwrap_err();
    let expected = "www.example.com is not validated until you create the record _x.www.example.com CNAME _y.acm-validations.aws.";
    assert!(error.to_string().contains(expected), "{error}");
    let failed = described("FAILED", true);
    let fake = FakeAws::new([
        (DESCRIBE, 200, failed.as_str()),
        (DESCRIBE, 200, failed.as_str()),
    ]);
    let error = driver(&fake)
        .updated(live(), certificate(None), &changes)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("is FAILED (CAA_ERROR)"),
        "{error}"
    );
}

/// Within the hour the token of a deleted certificate may be answered with its ARN.
#[tokio::test(start_paused = true)]
async fn a_certificate_that_was_deleted_is_asked_for_with_another_token() {
    let (old, new) = (
        json!({"CertificateArn": "arn:old"}).to_string(),
        json!({ "CertificateArn": ARN }).to_string(),
    );
    let issued = described("ISSUED", true);
    let gone = std::iter::repeat_n((r#"{"CertificateArn":"arn:old"}"#, 400, MISSING), 18);
    let answers = [(REQUEST, 200, old.as_str()), (REQUEST, 200, new.as_str())];
    let there = std::iter::repeat_n((DESCRIBE, 200, issued.as_str()), 3);
    let fake = FakeAws::new(answers.into_iter().chain(gone).chain(there));
    create(&fake, None).await.unwrap();
    let requests = fake.requests();
    let tokens: Vec<_> = requests
        .iter()
        .filter(|request| request.contains(REQUEST))
        .collect();
    assert!(tokens.len() == 2 && tokens[0] != tokens[1], "{tokens:?}");
}

async fn read(fake: &FakeAws, zone: Option<&str>) -> Option<Live> {
    let address = "test/certificate".parse().unwrap();
    let wanted = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: certificate(zone),
    };
    driver(fake)
        .read(wanted, &ReadCache::default())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_certificate_is_found_by_its_tags_on_any_page_with_any_key() {
    let first =
        json!({"CertificateSummaryList": [{"CertificateArn": "arn:other"}], "NextToken": "more"})
            .to_string();
    let second = json!({"CertificateSummaryList": [
        {"CertificateArn": "arn:imported", "Type": "IMPORTED"}, {"CertificateArn": ARN, "Type": "AMAZON_ISSUED"},
        {"CertificateArn": "arn:gone"},
    ]})
    .to_string();
    let (tagged, issued) = (
        tagged(&[("frontage:fingerprint:zones", "Z0 Z1")]),
        described("ISSUED", true),
    );
    let fake = FakeAws::new([
        (r#""NextToken":"more""#, 200, second.as_str()),
        (LIST, 200, first.as_str()),
        (
            r#"ListTagsForCertificate {"CertificateArn":"arn:other"}"#,
            200,
            r#"{"Tags":[{"Key":"team"}]}"#,
        ),
        (
            r#"ListTagsForCertificate {"CertificateArn":"arn:gone"}"#,
            400,
            MISSING,
        ),
        (TAGS, 200, tagged.as_str()),
        (DESCRIBE, 200, issued.as_str()),
    ]);
    let found = read(&fake, Some("Z1")).await.expect("a certificate");
    fake.assert_used();
    assert_eq!(
        found.properties,
        certificate(Some("Z1")),
        "the key's name has a hyphen in the answer"
    );
    assert!(
        fake.requests()
            .iter()
            .any(|request| request.contains(r#""EC_prime256v1""#)),
        "{:?}",
        fake.requests()
    );
}

/// Those of all Regions are in us-east-1: neither is one found for the other, nor is one request
/// answered with the certificate of the other.
#[tokio::test]
async fn a_certificate_of_another_region_is_not_this_one() {
    let list = json!({"CertificateSummaryList": [{ "CertificateArn": ARN }]}).to_string();
    let theirs = tagged(&[]).replace("eu-west-1", "us-east-1");
    let answers = [(LIST, 200, list.as_str()), (TAGS, 200, theirs.as_str())];
    assert!(read(&FakeAws::new(answers), None).await.is_none());
    let listed = driver(&FakeAws::new(answers))
        .list(&ReadCache::default())
        .await;
    assert!(listed.unwrap().is_empty());

    let arn = json!({ "CertificateArn": ARN }).to_string();
    let issued = described("ISSUED", true);
    let token = async |region: &str| {
        let answers = [(REQUEST, 200, arn.as_str())];
        let there = std::iter::repeat_n((DESCRIBE, 200, issued.as_str()), 3);
        let fake = FakeAws::new(answers.into_iter().chain(there));
        let owner = Owner {
            region: Some(region.to_owned()),
            ..owner()
        };
        let (certificates, tags) = (driver(&fake), owner.tags());
        let requested = certificates.create(certificate(None), &owner, &tags);
        requested.await.unwrap();
        let request = fake.requests()[0].clone();
        let (_, token) = request.split_once("IdempotencyToken").unwrap();
        token[..24].to_owned()
    };
    assert_eq!(token("eu-west-1").await, token("eu-west-1").await);
    assert_ne!(token("eu-west-1").await, token("us-east-1").await);
}

/// An apply that was interrupted while it waited is resumed; a certificate that failed counts as
/// none.
#[tokio::test]
async fn one_that_is_not_issued_differs_and_one_that_failed_is_an_orphan() {
    let list = json!({"CertificateSummaryList": [{ "CertificateArn": ARN }]}).to_string();
    let tagged = tagged(&[]);
    let of = |status: &str| described(status, true);
    let (pending, failed) = (of("PENDING_VALIDATION"), of("VALIDATION_TIMED_OUT"));
    let answers = |detail| {
        [
            (LIST, 200, list.as_str()),
            (TAGS, 200, tagged.as_str()),
            (DESCRIBE, 200, detail),
        ]
    };
    let found = read(&FakeAws::new(answers(pending.as_str())), None)
        .await
        .expect("a certificate");
    let zone = found.properties.domain_validation_options[0]
        .hosted_zone_id
        .as_deref();
    assert_eq!(zone, Some("(not issued yet)"));
    assert!(
        read(&FakeAws::new(answers(failed.as_str())), None)
            .await
            .is_none()
    );
    let listed = driver(&FakeAws::new(answers(failed.as_str())))
        .list(&ReadCache::default())
        .await
        .unwrap();
    assert_eq!(listed[0].id, ARN);
}

/// What Frontage does not delete will not stop using it.
#[tokio::test]
async fn a_deletion_does_not_wait_for_the_load_balancer_of_others() {
    let used = described("ISSUED", true).replace(
        r#""FailureReason""#,
        r#""InUseBy":["arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/a/1"],"FailureReason""#,
    );
    let fake = FakeAws::new([(DESCRIBE, 200, used.as_str())]);
    let refused = driver(&fake)
        .delete(live(certificate(Some("Z1")), ARN, tags()))
        .await
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("loadbalancer/app/a/1 uses the certificate"),
        "{refused}"
    );
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_waits_for_the_distribution_and_takes_the_records() {
    let issued = described("ISSUED", true);
    let used = issued.replace(
        r#""FailureReason""#,
        r#""InUseBy":["arn:aws:cloudfront::111122223333:distribution/E1"],"FailureReason""#,
    );
    let list = json!({"CertificateSummaryList": [{ "CertificateArn": ARN, "DomainName": DOMAIN }]})
        .to_string();
    let in_use = r#"{"__type":"ResourceInUseException","message":"in use"}"#;
    let (tagged, cname, companion) = (
        tagged(&[("frontage:fingerprint:zones", "Z1")]),
        cname(),
        companion(),
    );
    let fake = FakeAws::new([
        (DESCRIBE, 200, used.as_str()),
        (DESCRIBE, 200, issued.as_str()),
        (DESCRIBE, 200, issued.as_str()),
        (TAGS, 200, tagged.as_str()),
        (LIST, 200, list.as_str()),
        (ZONE, 200, NAMED),
        (COMPANION, 200, companion.as_str()),
        (CNAME, 200, cname.as_str()),
        (CHANGE, 200, CHANGED),
        (UNTAG, 200, "{}"),
        (DELETE, 400, in_use),
        (DELETE, 400, in_use),
        (DELETE, 200, ""),
        (DESCRIBE, 200, issued.as_str()),
        (DESCRIBE, 400, MISSING),
    ]);
    driver(&fake)
        .delete(live(certificate(Some("Z1")), ARN, tags()))
        .await
        .unwrap();
    fake.assert_used();
    let change = fake
        .requests()
        .into_iter()
        .find(|request| request.contains(CHANGE))
        .unwrap();
    assert_eq!(
        change.matches("<Action>DELETE</Action>").count(),
        2,
        "{change}"
    );
}

/// All certificates of an account for a domain, and for its wildcard, need one record.
#[tokio::test]
async fn a_record_that_another_certificate_needs_stays() {
    let issued = described("ISSUED", true);
    let other = json!({"CertificateArn": "arn:other", "DomainName": "example.com",
        "SubjectAlternativeNameSummaries": ["example.com", "*.www.example.com"]});
    let by_mail = json!({"CertificateArn": "arn:mail", "DomainName": DOMAIN});
    let unrelated = json!({"CertificateArn": "arn:unrelated", "DomainName": "example.org"});
    let others = issued.replace(
        &format!(r#""DomainName":"{DOMAIN}""#),
        r#""DomainName":"*.www.example.com""#,
    );
    let mailed = described("ISSUED", false).replace("DNS", "EMAIL");
    let list =
        json!({"CertificateSummaryList": [{ "CertificateArn": ARN, "DomainName": DOMAIN }, by_mail, other, unrelated]})
            .to_string();
    let tagged = tagged(&[("frontage:fingerprint:zones", "Z1")]);
    let fake = FakeAws::new([
        (DESCRIBE, 200, issued.as_str()),
        (DESCRIBE, 200, issued.as_str()),
        (TAGS, 200, tagged.as_str()),
        (LIST, 200, list.as_str()),
        (
            r#"DescribeCertificate {"CertificateArn":"arn:mail"}"#,
            200,
            mailed.as_str(),
        ),
        (
            r#"DescribeCertificate {"CertificateArn":"arn:other"}"#,
            200,
            others.as_str(),
        ),
        (UNTAG, 200, "{}"),
        (DELETE, 200, ""),
        (
            r#"DescribeCertificate {"CertificateArn":"arn:aws"#,
            400,
            MISSING,
        ),
    ]);
    driver(&fake)
        .delete(live(certificate(Some("Z1")), ARN, tags()))
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn deleting_the_absent_succeeds() {
    let gone = [
        (DESCRIBE, 400, MISSING),
        (DESCRIBE, 400, MISSING),
        (TAGS, 400, MISSING),
        (DELETE, 400, MISSING),
    ];
    let fake = FakeAws::new(gone.into_iter().chain([(DESCRIBE, 400, MISSING)]));
    driver(&fake)
        .delete(live(certificate(None), ARN, tags()))
        .await
        .unwrap();
    fake.assert_used();
}

/// A record that existed before, without a companion of the system, was not written by it.
#[tokio::test]
async fn a_record_that_somebody_else_wrote_is_neither_written_nor_removed() {
    let (cname, none) = (cname(), listed("", "", ""));
    let (pending, issued) = (
        described("PENDING_VALIDATION", true),
        described("ISSUED", true),
    );
    let fake = FakeAws::new([
        (DESCRIBE, 200, pending.as_str()),
        (TAG, 200, "{}"),
        (ZONE, 200, NAMED),
        (CNAME, 200, cname.as_str()),
        (DESCRIBE, 200, issued.as_str()),
    ]);
    let live = live(certificate(None), ARN, tags());
    driver(&fake)
        .updated(live, certificate(Some("Z1")), &Changes(Vec::new()))
        .await
        .unwrap();
    fake.assert_used();
    let (tagged, list) = (
        tagged(&[("frontage:fingerprint:zones", "Z1")]),
        json!({"CertificateSummaryList": []}).to_string(),
    );
    let fake = FakeAws::new([
        (DESCRIBE, 200, issued.as_str()),
        (TAGS, 200, tagged.as_str()),
        (LIST, 200, list.as_str()),
        (ZONE, 200, NAMED),
        (COMPANION, 200, none.as_str()),
        (UNTAG, 200, "{}"),
    ]);
    driver(&fake).invalidate(ARN).await.unwrap();
    fake.assert_used();
}

/// Changes a certificate so that it would be refused.
type Mistake = fn(&mut Properties);

#[test]
fn what_would_be_refused_is_found() {
    let wrong: [(Mistake, &[&str]); 5] = [
        (|_| (), &[]),
        (
            |certificate| certificate.domain_name = "www_example.com".to_owned(),
            &[
                "DomainName is `www_example.com`, which is no domain",
                "DomainValidationOptions[0].DomainName is `www.example.com`, which the certificate is not for",
            ],
        ),
        (
            |certificate| {
                let labels = format!("{}.{}.com", "a".repeat(63), "b".repeat(63));
                certificate.subject_alternative_names = vec!["localhost".to_owned(), labels];
            },
            &["SubjectAlternativeNames[1] is `localhost`, which is no domain"],
        ),
        (
            |certificate| {
                certificate.domain_name = format!("{}.com", "a".repeat(61));
                certificate.domain_validation_options.clear();
            },
            &["DomainName has 65 characters; 1 to 64 are allowed"],
        ),
        (
            |certificate| certificate.domain_validation_options[0].domain_name = "a.b".to_owned(),
            &["DomainValidationOptions[0].DomainName is `a.b`, which the certificate is not for"],
        ),
    ];
    for (change, expected) in wrong {
        let mut wrong = certificate(None);
        change(&mut wrong);
        assert_eq!(findings(Certificates::new, &wrong), expected);
    }
    let mut wrong = certificate(None);
    wrong.key_algorithm = Some("RSA_9".to_owned());
    let found = findings(Certificates::new, &wrong).join("; ");
    assert!(
        found.starts_with("KeyAlgorithm is `RSA_9`; EC_prime256v1 or"),
        "{found}"
    );
    let mut wrong = certificate(None);
    wrong.subject_alternative_names = (0..100).map(|number| format!("{number}.com")).collect();
    assert_eq!(
        findings(Certificates::new, &wrong),
        ["SubjectAlternativeNames has 100 members; 0 to 99 are allowed"]
    );
}

#[test]
fn what_is_not_known_yet_normalises() {
    let unknown = certificate(Some(UNKNOWN));
    assert_eq!(findings(Certificates::new, &unknown), [""; 0]);
    assert_eq!(
        unknown.domain_validation_options[0]
            .hosted_zone_id
            .as_deref(),
        Some(UNKNOWN)
    );
}
