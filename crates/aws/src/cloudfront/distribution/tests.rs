//! Behaviour of distributions that no emulator shows.

use std::collections::BTreeSet;

use fake_aws::FakeAws;
use model::StackName;
use model::types::cloudfront::{CustomErrorResponse, DISTRIBUTION};
use serde_json::json;

use super::super::fake::{error, owner, tag_list, tag_list_in, tags, versioned};
use super::*;
use crate::kit::findings::findings;
use crate::kit::left::assert_left;

const ARN: &str = "arn:aws:cloudfront::111122223333:distribution/E1";

fn site() -> Properties {
    let config = json!({
        "Enabled": true,
        "Origins": [{
            "Id": "bucket", "DomainName": "acme.s3.eu-west-1.amazonaws.com", "OriginAccessControlId": "EOAC",
            "S3OriginConfig": {},
        }],
        "DefaultCacheBehavior": {
            "TargetOriginId": "bucket", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": "policy",
        },
    });
    serde_json::from_value(json!({"DistributionConfig": config})).unwrap()
}

/// A configuration in CloudFront's answer, with everything filled in that was not sent.
fn config(enabled: bool, comment: &str, more: &str) -> String {
    format!(
        "<DistributionConfig><CallerReference>frontage acme@eu-west-1 shell/site</CallerReference>\
         <Aliases><Quantity>0</Quantity></Aliases><DefaultRootObject></DefaultRootObject>\
         <Origins><Quantity>1</Quantity><Items><Origin><Id>bucket</Id>\
         <DomainName>acme.s3.eu-west-1.amazonaws.com</DomainName><OriginPath></OriginPath>\
         <CustomHeaders><Quantity>0</Quantity></CustomHeaders>\
         <S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity><OriginReadTimeout>30</OriginReadTimeout>\
         </S3OriginConfig><ConnectionAttempts>3</ConnectionAttempts><ConnectionTimeout>10</ConnectionTimeout>\
         <OriginShield><Enabled>false</Enabled></OriginShield><OriginAccessControlId>EOAC</OriginAccessControlId>\
         </Origin></Items></Origins><OriginGroups><Quantity>0</Quantity></OriginGroups>\
         <DefaultCacheBehavior><TargetOriginId>bucket</TargetOriginId>\
         <TrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity></TrustedSigners>\
         <TrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity></TrustedKeyGroups>\
         <ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy>\
         <AllowedMethods><Quantity>2</Quantity><Items><Method>HEAD</Method><Method>GET</Method></Items>\
         <CachedMethods><Quantity>2</Quantity><Items><Method>HEAD</Method><Method>GET</Method></Items></CachedMethods>\
         </AllowedMethods><SmoothStreaming>false</SmoothStreaming><Compress>false</Compress>\
         <LambdaFunctionAssociations><Quantity>0</Quantity></LambdaFunctionAssociations>\
         <FunctionAssociations><Quantity>0</Quantity></FunctionAssociations>\
         <FieldLevelEncryptionId></FieldLevelEncryptionId><CachePolicyId>policy</CachePolicyId>\
         <GrpcConfig><Enabled>false</Enabled></GrpcConfig></DefaultCacheBehavior>\
         <CacheBehaviors><Quantity>0</Quantity></CacheBehaviors>\
         <CustomErrorResponses><Quantity>0</Quantity></CustomErrorResponses><Comment>{comment}</Comment>\
         <Logging><Enabled>false</Enabled><IncludeCookies>false</IncludeCookies><Bucket></Bucket><Prefix></Prefix>\
         </Logging><PriceClass>PriceClass_All</PriceClass><Enabled>{enabled}</Enabled>\
         <ViewerCertificate><CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate>\
         <SSLSupportMethod>vip</SSLSupportMethod><MinimumProtocolVersion>TLSv1</MinimumProtocolVersion>\
         <CertificateSource>cloudfront</CertificateSource></ViewerCertificate>\
         <Restrictions><GeoRestriction><RestrictionType>none</RestrictionType><Quantity>0</Quantity>\
         </GeoRestriction></Restrictions><WebACLId></WebACLId><HttpVersion>http2</HttpVersion>\
         <IsIPV6Enabled>false</IsIPV6Enabled><ContinuousDeploymentPolicyId></ContinuousDeploymentPolicyId>\
         <Staging>false</Staging>{more}</DistributionConfig>"
    )
}

fn distribution(status: &str, config: &str) -> String {
    format!(
        "<Distribution><Id>E1</Id><ARN>{ARN}</ARN><Status>{status}</Status>\
         <LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime>\
         <InProgressInvalidationBatches>0</InProgressInvalidationBatches>\
         <DomainName>d1.cloudfront.net</DomainName>{config}</Distribution>"
    )
}

/// An answer to a read.
fn read(version: &str, status: &str, enabled: bool) -> String {
    versioned(
        version,
        &distribution(
            status,
            &config(enabled, "[frontage acme@eu-west-1 shell/site]", ""),
        ),
    )
}

fn summary(id: &str, comment: &str) -> String {
    format!(
        "<DistributionSummary><Id>{id}</Id><ARN>{ARN}</ARN><Status>Deployed</Status>\
         <LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime><DomainName>d1.cloudfront.net</DomainName>\
         <Aliases><Quantity>0</Quantity></Aliases><Origins><Quantity>1</Quantity><Items><Origin><Id>bucket</Id>\
         <DomainName>acme.s3.eu-west-1.amazonaws.com</DomainName></Origin></Items></Origins>\
         <CacheBehaviors><Quantity>0</Quantity></CacheBehaviors>\
         <CustomErrorResponses><Quantity>0</Quantity></CustomErrorResponses><Comment>{comment}</Comment>\
         <PriceClass>PriceClass_All</PriceClass><Enabled>true</Enabled><WebACLId></WebACLId>\
         <HttpVersion>http2</HttpVersion><IsIPV6Enabled>false</IsIPV6Enabled><Staging>false</Staging></DistributionSummary>"
    )
}

fn list(items: &[String], next: Option<&str>) -> String {
    let next = next
        .map(|next| format!("<NextMarker>{next}</NextMarker>"))
        .unwrap_or_default();
    format!(
        "<DistributionList><Marker></Marker>{next}<MaxItems>100</MaxItems><IsTruncated>{}</IsTruncated>\
         <Quantity>{}</Quantity><Items>{}</Items></DistributionList>",
        !next.is_empty(),
        items.len(),
        items.concat()
    )
}

fn driver(fake: &FakeAws) -> Distributions {
    Distributions::new(&Account::for_tests(fake))
}

fn live(status: &str) -> Live {
    let attributes = Live::assigned([
        (Distribution::ID, "E1".to_owned()),
        (Distribution::ARN, ARN.to_owned()),
        (Distribution::STATUS, status.to_owned()),
    ]);
    TypedLive {
        id: "E1".to_owned(),
        properties: site(),
        attributes,
        tags: LiveTags::Read(tags("shell/site")),
    }
}

async fn find(fake: &FakeAws) -> Result<Option<Live>, DriverError> {
    let address = "shell/site".parse().unwrap();
    let wanted = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: site(),
    };
    driver(fake).read(wanted, &ReadCache::default()).await
}

/// The difference of a distribution that was read from the desired one.
fn changes(live: &Live) -> Vec<String> {
    let driver = driver(&FakeAws::default());
    let (mut now, mut desired) = (live.properties.clone(), site());
    driver.normalise(&mut now);
    driver.normalise(&mut desired);
    let changes = crate::kit::typed::changes(&now, &desired).unwrap();
    changes.0.into_iter().map(|change| change.path).collect()
}

/// Creates a distribution as the engine does, its properties normalised.
async fn create(fake: &FakeAws, mut desired: Properties) -> Result<Live, DriverError> {
    let (driver, owner) = (driver(fake), owner("shell/site"));
    driver.normalise(&mut desired);
    driver.create(desired, &owner, &owner.tags()).await
}

#[tokio::test]
async fn what_cloudfront_fills_in_is_no_difference() {
    let list = list(
        &[summary("E1", "[frontage acme@eu-west-1 shell/site]")],
        None,
    );
    let (read, ours) = (read("V1", "Deployed", true), tag_list("acme", "shell/site"));
    let fake = FakeAws::new([
        ("2020-05-31/distribution ", 200, list.as_str()),
        ("distribution/E1", 200, &read),
        ("/tagging", 200, &ours),
    ]);
    let found = find(&fake).await.unwrap().unwrap();
    assert_eq!(changes(&found), Vec::<String>::new());
    assert_eq!(
        found.attribute(Distribution::URL).unwrap(),
        "https://d1.cloudfront.fake"
    );
    assert_eq!(
        found.attribute(Distribution::HOST).unwrap(),
        "d1.cloudfront.fake"
    );
    assert_eq!(
        found.attribute(Distribution::HOSTS).unwrap(),
        "*.cloudfront.fake"
    );
    assert_eq!(found.attribute(Distribution::ARN).unwrap(), ARN);
    fake.assert_used();
}

/// Somebody copied ours with its comment, and the copy's id sorts first. Ours is found, even if its
/// own comment was edited.
#[tokio::test]
async fn a_copy_is_not_taken_for_the_original() {
    let note = "[frontage acme@eu-west-1 shell/site]";
    let copied = |text: String| text.replace("E1", "E0");
    for comment in [note, "edited"] {
        let list = list(&[copied(summary("E1", note)), summary("E1", comment)], None);
        let ours = read("V1", "Deployed", true);
        let copy = copied(ours.clone());
        let (tags, theirs) = (tag_list("acme", "shell/site"), tag_list("other", "x/y"));
        let fake = FakeAws::new([
            ("2020-05-31/distribution ", 200, list.as_str()),
            ("distribution/E0", 200, &copy),
            ("distribution/E1", 200, &ours),
            ("distribution%2FE0", 200, &theirs),
            ("distribution%2FE1", 200, &tags),
        ]);
        let found = find(&fake).await.unwrap().unwrap();
        assert_eq!(found.id, "E1", "{comment}");
        fake.assert_used();
    }
}

/// Of the other distributions, however many and on whichever page, only the list is read.
#[tokio::test]
async fn only_the_systems_own_are_read() {
    let first = list(
        &[
            summary("E7", "theirs"),
            summary("E8", "[frontage other shell/site]"),
            summary("E9", "[frontage acme@us-east-1 shell/site]"),
        ],
        Some("next"),
    );
    let second = list(
        &[summary("E1", "[frontage acme@eu-west-1 shell/site]")],
        None,
    );
    let (read, ours) = (read("V1", "Deployed", true), tag_list("acme", "shell/site"));
    let fake = FakeAws::new([
        ("Marker=next", 200, second.as_str()),
        ("2020-05-31/distribution ", 200, &first),
        ("distribution/E1", 200, &read),
        ("/tagging", 200, &ours),
    ]);
    assert!(find(&fake).await.unwrap().is_some());
    fake.assert_used();
    assert_eq!(fake.requests().len(), 4);

    let fake = FakeAws::new([
        ("Marker=next", 200, second.as_str()),
        ("2020-05-31/distribution ", 200, &first),
        ("distribution/E1", 200, &read),
        ("/tagging", 200, &ours),
    ]);
    let all = driver(&fake).list(&ReadCache::default()).await.unwrap();
    assert_eq!(
        all.iter().map(|live| live.id.as_str()).collect::<Vec<_>>(),
        ["E1"]
    );
    assert_eq!(fake.requests().len(), 4);

    // For other stacks, none.
    let fake = FakeAws::new([
        ("Marker=next", 200, second.as_str()),
        ("2020-05-31/distribution ", 200, &first),
    ]);
    let others = Selection::Only(BTreeSet::from([StackName::new("team/shipping")]));
    let (driver, cache) = (driver(&fake), ReadCache::default());
    assert!(driver.list_of(&others, &cache).await.unwrap().is_empty());
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn it_has_its_owner_from_the_create_call_on() {
    let made = versioned("V1", &distribution("InProgress", &config(true, "", "")));
    let fake = FakeAws::new([(
        "POST https://cloudfront.amazonaws.com/2020-05-31/distribution?WithTags",
        201,
        made.as_str(),
    )]);
    let live = create(&fake, site()).await.unwrap();
    let request = &fake.requests()[0];
    for part in [
        "<CallerReference>frontage acme@eu-west-1 shell/site</CallerReference>",
        "<Comment>[frontage acme@eu-west-1 shell/site]</Comment>",
        "<Key>frontage:fingerprint</Key><Value>new</Value>",
        "<OriginAccessIdentity></OriginAccessIdentity>",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
    assert!(
        !request.contains("ForwardedValues") && !request.contains("TTL"),
        "{request}"
    );
    // It exists, but has not reached the edge locations: nothing waits for that.
    assert_eq!(
        driver(&fake).pending(&live.attributes).as_deref(),
        Some("deploying to the edges")
    );
}

#[tokio::test]
async fn a_create_call_whose_answer_was_lost_is_finished() {
    let message = "The caller reference that you are using to create a distribution is associated with another \
                   distribution. Already exists: E1";
    let (taken, ours) = (
        error("DistributionAlreadyExists", message),
        tag_list("acme", "shell/site"),
    );
    let (read, written) = (
        read("V1", "InProgress", false),
        distribution("InProgress", &config(true, "", "")),
    );
    let fake = FakeAws::new([
        (
            "POST https://cloudfront.amazonaws.com/2020-05-31/distribution?WithTags",
            409,
            taken.as_str(),
        ),
        (
            "GET https://cloudfront.amazonaws.com/2020-05-31/distribution/E1",
            200,
            &read,
        ),
        (
            "GET https://cloudfront.amazonaws.com/2020-05-31/tagging",
            200,
            &ours,
        ),
        (
            "GET https://cloudfront.amazonaws.com/2020-05-31/distribution/E1",
            200,
            &read,
        ),
        ("PUT ", 200, &written),
        ("Operation=Tag", 204, ""),
    ]);
    let live = create(&fake, site()).await.unwrap();
    assert_eq!(live.id, "E1");
    fake.assert_used();
    assert_eq!(fake.count("PUT "), 1);
}

/// CloudFront is documented to refuse a reference that was sent before, and the distribution that it
/// created may be gone.
#[tokio::test]
async fn the_reference_of_a_deleted_distribution_has_a_successor() {
    let taken = |id: &str| {
        error(
            "DistributionAlreadyExists",
            &format!("Already exists: {id}"),
        )
    };
    let (first, second) = (taken("E1"), taken("E2"));
    let gone = error("NoSuchDistribution", "gone");
    let made = versioned("V1", &distribution("InProgress", &config(true, "", "")));
    let fake = FakeAws::new([
        ("shell/site</CallerReference>", 409, first.as_str()),
        ("distribution/E1", 404, &gone),
        ("shell/site 1</CallerReference>", 409, &second),
        ("distribution/E2", 404, &gone),
        ("shell/site 2</CallerReference>", 201, &made),
    ]);
    create(&fake, site()).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn a_distribution_of_another_owner_is_not_taken() {
    let taken = error("DistributionAlreadyExists", "Already exists: E1");
    let (read, theirs) = (
        read("V1", "Deployed", true),
        tag_list("other", "shell/site"),
    );
    let fake = FakeAws::new([
        ("POST ", 409, taken.as_str()),
        ("distribution/E1", 200, &read),
        ("/tagging", 200, &theirs),
    ]);
    let failed = create(&fake, site()).await.unwrap_err();
    assert!(failed.is("DistributionAlreadyExists"), "{failed}");
    fake.assert_used();
}

/// Neither by its note nor, without one, by its tags: it is another Region's. Nor is it taken.
#[tokio::test]
async fn the_distribution_of_another_region_is_not_this_one() {
    let noted = list(
        &[summary("E1", "[frontage acme@us-east-1 shell/site]")],
        None,
    );
    let fake = FakeAws::new([("2020-05-31/distribution ", 200, noted.as_str())]);
    assert!(find(&fake).await.unwrap().is_none());

    let (bare, theirs) = (
        list(&[summary("E1", "")], None),
        tag_list_in("us-east-1", "acme", "shell/site"),
    );
    let read = read("V1", "Deployed", true);
    let fake = FakeAws::new([
        ("2020-05-31/distribution ", 200, bare.as_str()),
        ("distribution/E1", 200, &read),
        ("/tagging", 200, &theirs),
    ]);
    assert!(find(&fake).await.unwrap().is_none());
    fake.assert_used();

    let taken = error("DistributionAlreadyExists", "Already exists: E1");
    let fake = FakeAws::new([
        ("POST ", 409, taken.as_str()),
        ("distribution/E1", 200, &read),
        ("/tagging", 200, &theirs),
    ]);
    let failed = create(&fake, site()).await.unwrap_err().to_string();
    assert!(failed.contains("`acme` in us-east-1"), "{failed}");
    fake.assert_used();
}

/// The tags of an older version get the Region, and so does the note.
#[tokio::test]
async fn a_record_without_a_region_is_completed() {
    let older = Tags::from(
        [
            ("frontage:system", "acme"),
            ("frontage:address", "shell/site"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    let live = Live {
        tags: LiveTags::Read(older),
        ..live("Deployed")
    };
    let (read, written) = (
        read("V1", "Deployed", true),
        distribution("InProgress", &config(true, "", "")),
    );
    let fake = FakeAws::new([
        ("GET ", 200, read.as_str()),
        ("PUT ", 200, &written),
        ("Operation=Tag", 204, ""),
    ]);
    let missing = Tags::from([("frontage:region".to_owned(), "eu-west-1".to_owned())]);
    driver(&fake).tag(&live, &missing).await.unwrap();
    fake.assert_used();
    let note = "<Comment>[frontage acme@eu-west-1 shell/site]</Comment>";
    assert_eq!(fake.count(note), 1, "{:?}", fake.requests());
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_is_new_is_waited_for() {
    let invalid = error(
        "InvalidViewerCertificate",
        "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a \
         valid certificate chain.",
    );
    let made = versioned("V1", &distribution("InProgress", &config(true, "", "")));
    let fake = FakeAws::new([
        ("POST ", 400, invalid.as_str()),
        ("POST ", 400, &invalid),
        ("POST ", 201, &made),
    ]);
    create(&fake, site()).await.unwrap();
    fake.assert_used();
}

/// The same codes, and one of a name, have meanings that stay: AWS's words are the answer at once.
#[tokio::test(start_paused = true)]
async fn a_refusal_that_stays_is_not_repeated() {
    let refusals = [
        (
            400,
            error(
                "InvalidViewerCertificate",
                "The certificate that is attached to your distribution doesn't cover the alternate domain name",
            ),
        ),
        (
            409,
            error(
                "CNAMEAlreadyExists",
                "One or more of the CNAMEs you provided are already associated with a different resource.",
            ),
        ),
    ];
    for (status, refused) in refusals {
        // None of the system's distributions has the name.
        let none = "<DistributionList><Marker></Marker><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated>\
                    <Quantity>0</Quantity></DistributionList>";
        let list = ("GET ", 200, none);
        let taken = usize::from(status == 409);
        let answers = [("POST ", status, refused.as_str()), list];
        let fake = FakeAws::new(answers.into_iter().take(1 + taken));
        let failed = create(&fake, site()).await.unwrap_err();
        assert!(refused.contains(failed.message().unwrap()), "{failed}");
        assert_eq!(fake.requests().len(), 1 + taken);
    }
    let (read, refused) = (
        read("V1", "Deployed", true),
        error(
            "IllegalUpdate",
            "One or more fields updated are not supported for continuous deployment.",
        ),
    );
    let fake = FakeAws::new([("GET ", 200, read.as_str()), ("PUT ", 400, &refused)]);
    let failed = driver(&fake)
        .updated(live("Deployed"), site(), &Changes::default())
        .await
        .unwrap_err();
    assert!(failed.is("IllegalUpdate"), "{failed}");
    fake.assert_used();
}

/// One of the names may be a stranger's: the other stays where it is.
#[tokio::test(start_paused = true)]
async fn a_name_that_may_be_a_strangers_takes_none_from_our_sites() {
    let refused = error("CNAMEAlreadyExists", "One or more of the CNAMEs");
    let has =
        "<Aliases><Quantity>1</Quantity><Items><CNAME>x.example.com</CNAME></Items></Aliases>";
    let has_none = "<Aliases><Quantity>0</Quantity></Aliases>";
    let holder = read("V1", "Deployed", true).replace(has_none, has);
    let all = list(
        &[summary("E1", "[frontage acme@eu-west-1 shell/site]")],
        None,
    );
    let tags = tag_list("acme", "shell/site");
    let fake = FakeAws::new([
        ("POST ", 409, refused.as_str()),
        ("GET ", 200, all.as_str()),
        ("GET ", 200, holder.as_str()),
        ("GET ", 200, tags.as_str()),
    ]);
    let mut desired = site();
    let names = ["x.example.com", "y.example.com"];
    desired.distribution_config.aliases = names.map(str::to_owned).into();
    let failed = create(&fake, desired).await.unwrap_err();
    assert!(failed.is("CNAMEAlreadyExists"), "{failed}");
    fake.assert_used();
}

/// Another writer changes it between the read and the write: its changes to what the description
/// does not cover are kept.
#[tokio::test(start_paused = true)]
async fn a_write_from_an_old_version_is_made_again_over_the_new_one() {
    let group = "<AnycastIpListId>theirs</AnycastIpListId>";
    let (older, old) = (read("V0", "Deployed", true), read("V1", "Deployed", true));
    let new = versioned(
        "V2",
        &distribution(
            "Deployed",
            &config(true, "[frontage acme@eu-west-1 shell/site]", group),
        ),
    );
    let (stale, invalid) = (
        error("PreconditionFailed", "stale"),
        error("InvalidIfMatchVersion", "stale"),
    );
    let written = distribution("InProgress", &config(true, "", ""));
    let fake = FakeAws::new([
        ("GET ", 200, older.as_str()),
        ("[if-match: V0]", 412, &stale),
        // CloudFront may show the older version for a moment.
        ("GET ", 200, &older),
        ("GET ", 200, &old),
        ("[if-match: V1]", 400, &invalid),
        ("GET ", 200, &new),
        ("[if-match: V2]", 200, &written),
    ]);
    let mut desired = site();
    desired.distribution_config.comment = Some("Acme".to_owned());
    driver(&fake).normalise(&mut desired);
    let live = driver(&fake)
        .updated(live("Deployed"), desired, &Changes::default())
        .await
        .unwrap();
    fake.assert_used();
    let requests = fake.requests();
    let last = requests.last().unwrap();
    assert!(
        last.contains(group)
            && last.contains("<Comment>Acme [frontage acme@eu-west-1 shell/site]</Comment>"),
        "{last}"
    );
    assert!(
        last.contains("<CallerReference>frontage acme@eu-west-1 shell/site</CallerReference>"),
        "{last}"
    );
    assert_eq!(live.attribute(Distribution::STATUS).unwrap(), "InProgress");
}

#[tokio::test(start_paused = true)]
async fn it_is_disabled_everywhere_before_it_is_deleted() {
    let (enabled, going) = (
        read("V1", "Deployed", true),
        read("V2", "InProgress", false),
    );
    let disabled = read("V3", "Deployed", false);
    let written = distribution("InProgress", &config(false, "", ""));
    let not_disabled = error("DistributionNotDisabled", "enabled");
    let fake = FakeAws::new([
        ("GET ", 200, enabled.as_str()),
        ("GET ", 200, &enabled),
        ("DELETE ", 409, &not_disabled),
        ("GET ", 200, &enabled),
        ("PUT ", 200, &written),
        ("GET ", 200, &going),
        ("GET ", 200, &going),
        ("GET ", 200, &going),
        ("GET ", 200, &disabled),
        ("GET ", 200, &disabled),
        (
            "DELETE https://cloudfront.amazonaws.com/2020-05-31/distribution/E1 [if-match: V3]",
            204,
            "",
        ),
    ]);
    driver(&fake).delete(live("Deployed")).await.unwrap();
    fake.assert_used();
    let requests = fake.requests();
    let put = requests
        .iter()
        .find(|request| request.starts_with("PUT "))
        .unwrap();
    assert!(
        put.contains("<Enabled>false</Enabled></DistributionConfig>")
            || put.contains("<Enabled>false</Enabled><ViewerCertificate>"),
        "{put}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_deletion_goes_on_where_it_was_left() {
    let (going, disabled) = (
        read("V2", "InProgress", false),
        read("V3", "Deployed", false),
    );
    let fake = FakeAws::new([
        ("GET ", 200, going.as_str()),
        ("GET ", 200, &going),
        ("GET ", 200, &disabled),
        ("GET ", 200, &disabled),
        ("DELETE ", 204, ""),
    ]);
    driver(&fake).delete(live("InProgress")).await.unwrap();
    fake.assert_used();
    assert_eq!(fake.count("PUT "), 0);
}

/// Another writer changes it while it is deleted, half an hour after that began.
#[tokio::test(start_paused = true)]
async fn a_deletion_that_others_disturb_begins_again() {
    let (going, disabled, enabled) = (
        read("V2", "InProgress", false),
        read("V3", "Deployed", false),
        read("V4", "Deployed", true),
    );
    let (stale, not_disabled) = (
        error("PreconditionFailed", "stale"),
        error("DistributionNotDisabled", "enabled"),
    );
    let written = distribution("InProgress", &config(false, "", ""));
    let mut answers = vec![("GET ", 200, going.as_str()); 100];
    answers.extend([
        ("GET ", 200, disabled.as_str()),
        ("GET ", 200, &disabled),
        ("DELETE ", 412, &stale),
        ("GET ", 200, &enabled),
        ("DELETE ", 409, &not_disabled),
        ("GET ", 200, &enabled),
        ("GET ", 200, &enabled),
        ("PUT ", 200, &written),
        ("GET ", 200, &disabled),
        ("GET ", 200, &disabled),
        ("DELETE ", 204, ""),
    ]);
    let fake = FakeAws::new(answers);
    driver(&fake).delete(live("Deployed")).await.unwrap();
    fake.assert_used();
}

const PLAN: &str = "You can't delete this distribution while it's subscribed to a pricing plan.";

/// AWS names the obstacle while the site is enabled: it stays so.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_deleted_is_not_disabled() {
    let enabled = read("V1", "Deployed", true);
    let refused = error("PreconditionFailed", PLAN);
    let mut answers = vec![
        ("GET ", 200, enabled.as_str()),
        ("GET ", 200, &enabled),
        ("DELETE ", 412, &refused),
    ];
    // The version is read again for ten seconds: nobody wrote another one.
    answers.extend([("GET ", 200, enabled.as_str()); 10]);
    let fake = FakeAws::new(answers);
    let began = tokio::time::Instant::now();
    let checked = driver(&fake).check_deletion(&live("Deployed")).await;
    assert_eq!(checked.unwrap_err().message(), Some(PLAN));
    assert_eq!((fake.count("PUT "), fake.count("DELETE ")), (0, 1));
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn a_deletion_is_only_checked_while_the_site_is_enabled() {
    let (enabled, disabled) = (read("V1", "Deployed", true), read("V2", "Deployed", false));
    let not_disabled = error("DistributionNotDisabled", "enabled");
    let absent = error("NoSuchDistribution", "gone");
    let fake = FakeAws::new([
        ("GET ", 200, enabled.as_str()),
        ("GET ", 200, &enabled),
        ("DELETE ", 409, &not_disabled),
        ("GET ", 200, &disabled),
        ("GET ", 404, &absent),
    ]);
    for _ in 0..3 {
        driver(&fake)
            .check_deletion(&live("Deployed"))
            .await
            .unwrap();
    }
    fake.assert_used();
}

/// AWS names the obstacle only once the site is disabled: it is enabled again.
#[tokio::test(start_paused = true)]
async fn what_turns_out_not_to_be_deletable_is_enabled_again() {
    let (enabled, disabled) = (read("V1", "Deployed", true), read("V2", "Deployed", false));
    let refused = error("PreconditionFailed", PLAN);
    let written = distribution("InProgress", &config(false, "", ""));
    let mut answers = vec![
        ("GET ", 200, enabled.as_str()),
        ("GET ", 200, &enabled),
        ("PUT ", 200, &written),
        ("DELETE ", 412, &refused),
        ("PUT ", 200, &written),
    ];
    answers.extend([("GET ", 200, disabled.as_str()); 15]);
    let fake = FakeAws::new(answers);
    let failed = driver(&fake).delete(live("Deployed")).await.unwrap_err();
    assert_eq!(failed.message(), Some(PLAN));
    assert_eq!(fake.count("DELETE "), 1);
    let writes: Vec<_> = fake
        .requests()
        .into_iter()
        .filter(|request| request.starts_with("PUT "))
        .map(|request| request.contains("<Enabled>true</Enabled><ViewerCertificate>"))
        .collect();
    assert_eq!(writes, [false, true]);
}

#[tokio::test]
async fn a_continuous_deployment_is_not_taken_apart() {
    let deployed = config(true, "[frontage acme@eu-west-1 shell/site]", "").replace(
        "<ContinuousDeploymentPolicyId>",
        "<ContinuousDeploymentPolicyId>P1",
    );
    let read = versioned("V1", &distribution("Deployed", &deployed));
    let fake = FakeAws::new([("GET ", 200, read.as_str())]);
    let refused = driver(&fake)
        .check_deletion(&live("Deployed"))
        .await
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("continuous deployment policy P1"),
        "{refused}"
    );
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn deleting_the_absent_succeeds() {
    let absent = error("NoSuchDistribution", "gone");
    driver(&FakeAws::new([("GET ", 404, absent.as_str())]))
        .delete(live("Deployed"))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn it_is_settled_once_it_is_at_all_edges() {
    let (going, there) = (read("V1", "InProgress", true), read("V1", "Deployed", true));
    let fake = FakeAws::new([
        ("GET ", 200, going.as_str()),
        ("GET ", 200, &going),
        ("GET ", 200, &there),
    ]);
    let began = tokio::time::Instant::now();
    driver(&fake).settle(live("InProgress")).await.unwrap();
    fake.assert_used();
    assert_eq!(began.elapsed(), Duration::from_secs(15));
    assert_eq!(driver(&fake).pending(&live("Deployed").attributes), None);
}

#[test]
fn what_cloudfront_refuses_is_found() {
    let found = |change: &dyn Fn(&mut DistributionConfig<String>)| {
        let mut desired = site();
        change(&mut desired.distribution_config);
        findings(Distributions::new, &desired).join("; ")
    };
    assert_eq!(found(&|_| ()), "");
    let message = found(&|of| of.origins.clear());
    assert!(message.contains("must have an origin"), "{message}");
    let message = found(&|of| of.default_cache_behavior.target_origin_id = "other".to_owned());
    assert!(message.contains("`other`"), "{message}");
    let message = found(&|of| of.aliases.push("www.example.com".to_owned()));
    assert!(message.contains("viewer certificate"), "{message}");
    let message = found(&|of| of.origins[0].s3_origin_config = None);
    assert!(message.contains("and not both"), "{message}");
    let message = found(&|of| of.origins[0].origin_path = Some("site/".to_owned()));
    assert!(message.contains("a slash before"), "{message}");
    let message = found(&|of| of.origins.push(of.origins[0].clone()));
    assert!(message.contains("one id"), "{message}");
    let message = found(&|of| of.origins[0].connection_attempts = Some(4));
    assert!(
        message.ends_with("Origins[0].ConnectionAttempts is 4; 1 to 3 are allowed"),
        "{message}"
    );
    let message = found(&|of| of.origins[0].id = String::new());
    assert!(
        message.contains("Origins[0].Id has 0 characters"),
        "{message}"
    );
    let message = found(&|of| of.comment = Some("x".repeat(129)));
    assert!(message.contains("Comment has 129 characters"), "{message}");
    assert_eq!(DISTRIBUTION.identity, [""; 0]);
}

#[test]
fn every_finding_is_reported() {
    let mut wrong = site();
    let config = &mut wrong.distribution_config;
    config.aliases.push(engine::UNKNOWN.to_owned());
    config.origins[0].connection_timeout = Some(11);
    config.custom_error_responses.push(CustomErrorResponse {
        error_code: 402,
        error_caching_min_ttl: None,
        response_code: Some(200),
        response_page_path: None,
    });
    assert_eq!(
        findings(Distributions::new, &wrong),
        [
            "DistributionConfig.Origins[0].ConnectionTimeout is 11; 1 to 10 are allowed",
            "DistributionConfig.Aliases has the names (known after apply), which need a viewer certificate",
            "DistributionConfig.CustomErrorResponses[0] has the ErrorCode 402, which CloudFront cannot answer in another way",
            "DistributionConfig.CustomErrorResponses[0] needs both ResponseCode and ResponsePagePath, or neither",
        ]
    );
}

/// The plan does not know how long the note is.
#[tokio::test]
async fn a_comment_without_room_for_its_note_is_refused_before_any_call() {
    let (fake, mut desired) = (FakeAws::default(), site());
    desired.distribution_config.comment = Some("x".repeat(120));
    let refused = create(&fake, desired).await.unwrap_err();
    assert!(
        matches!(&refused, DriverError::Invalid(text) if text.contains("characters more")),
        "{refused}"
    );
    assert!(fake.requests().is_empty());
}

/// A fingerprint is not in the note.
#[tokio::test]
async fn the_note_is_written_only_if_the_owner_changes() {
    let fake = FakeAws::new([("Operation=Tag", 204, "")]);
    let fingerprint = Tags::from([("frontage:fingerprint".to_owned(), "newer".to_owned())]);
    let tagged = driver(&fake).tag(&live("Deployed"), &fingerprint).await;
    tagged.unwrap();
    fake.assert_used();

    let (read, written) = (
        read("V1", "Deployed", true),
        distribution("InProgress", &config(true, "", "")),
    );
    let fake = FakeAws::new([
        ("GET ", 200, read.as_str()),
        ("PUT ", 200, &written),
        ("Operation=Tag", 204, ""),
    ]);
    let mut moved = live("Deployed");
    driver(&fake).normalise(&mut moved.properties);
    let tagged = driver(&fake).tag(&moved, &tags("shell/moved")).await;
    tagged.unwrap();
    fake.assert_used();
    let put = &fake.requests()[1];
    assert!(
        put.contains("<Comment>[frontage acme@eu-west-1 shell/moved]</Comment>"),
        "{put}"
    );
}

/// An update writes the distribution whole, so what is not left would be reset.
#[test]
fn what_others_set_is_left_unless_it_is_stated() {
    let acl = |name: &str| {
        let prefix = "arn:aws:wafv2:us-east-1:111122223333:global/webacl";
        json!(format!("{prefix}/{name}/a1b2c3d4"))
    };
    let countries = |allowed: &str| json!({"GeoRestriction": {"RestrictionType": "whitelist", "Locations": [allowed]}});
    let members = [
        ("DistributionConfig.WebACLId", acl("theirs"), acl("ours")),
        (
            "DistributionConfig.Logging",
            json!({"Bucket": "theirs.s3.amazonaws.com"}),
            json!({"Bucket": "ours.s3.amazonaws.com"}),
        ),
        (
            "DistributionConfig.PriceClass",
            json!("PriceClass_100"),
            json!("PriceClass_All"),
        ),
        (
            "DistributionConfig.Restrictions",
            countries("DE"),
            countries("FR"),
        ),
    ];
    let base = serde_json::to_value(site()).unwrap();
    assert_left(Distributions::new, &base, &members);
}
