//! Behaviour of the types whose owner is in their comment that no emulator shows.

use engine::{Changes, DriverError, ReadCache, UNKNOWN};
use fake_aws::FakeAws;
use model::Tags;
use model::types::cloudfront::{
    CachePolicy, OriginAccessControl, OriginAccessControlConfig, ResponseHeadersPolicy,
};
use serde_json::json;

use super::super::fake::{error, owner, tags, versioned};
use super::super::{CachePolicies, OriginAccessControls, ResponseHeadersPolicies};
use super::live;
use crate::Account;
use crate::kit::findings::findings;
use crate::kit::typed::{ResourceDriver as _, TypedLive, TypedReadRequest};

const NOTE: &str = "[frontage acme@eu-west-1 shell/control new]";

fn control() -> OriginAccessControl<String> {
    OriginAccessControl {
        origin_access_control_config: OriginAccessControlConfig::s3("acme-shell-control"),
    }
}

fn cache_policy() -> CachePolicy<String> {
    let parameters = json!({
        "CookiesConfig": {"CookieBehavior": "none"}, "EnableAcceptEncodingGzip": true,
        "HeadersConfig": {"HeaderBehavior": "none"}, "QueryStringsConfig": {"QueryStringBehavior": "none"},
    });
    let config =
        json!({"Name": "a", "MinTTL": 0, "ParametersInCacheKeyAndForwardedToOrigin": parameters});
    serde_json::from_value(json!({"CachePolicyConfig": config})).unwrap()
}

fn summary(name: &str, behavior: &str, description: &str) -> String {
    format!(
        "<OriginAccessControlSummary><Id>E{name}</Id><Description>{description}</Description><Name>{name}</Name>\
         <SigningProtocol>sigv4</SigningProtocol><SigningBehavior>{behavior}</SigningBehavior>\
         <OriginAccessControlOriginType>s3</OriginAccessControlOriginType></OriginAccessControlSummary>"
    )
}

fn listed(items: &str, next: Option<&str>) -> String {
    let next = next
        .map(|next| format!("<NextMarker>{next}</NextMarker>"))
        .unwrap_or_default();
    format!(
        "<OriginAccessControlList><Marker></Marker>{next}<MaxItems>100</MaxItems>\
         <IsTruncated>{}</IsTruncated><Quantity>1</Quantity><Items>{items}</Items></OriginAccessControlList>",
        !next.is_empty()
    )
}

fn controls(fake: &FakeAws) -> OriginAccessControls {
    OriginAccessControls::new(&Account::for_tests(fake))
}

fn owned(tags: Tags) -> TypedLive<OriginAccessControl<String>> {
    live::<super::super::origin_access_control::Kind>("E1".to_owned(), control(), tags)
}

async fn create(
    fake: &FakeAws,
    desired: OriginAccessControl<String>,
) -> Result<TypedLive<OriginAccessControl<String>>, DriverError> {
    let owner = owner("shell/control");
    controls(fake).create(desired, &owner, &owner.tags()).await
}

#[tokio::test]
async fn the_owner_goes_into_the_create_call() {
    let made = versioned(
        "V1",
        "<OriginAccessControl><Id>E1</Id></OriginAccessControl>",
    );
    let fake = FakeAws::new([("POST ", 201, made.as_str())]);
    let mut desired = control();
    desired.origin_access_control_config.description = Some("Signs".to_owned());
    let live = create(&fake, desired).await.unwrap();
    assert_eq!(live.attribute(OriginAccessControl::ID).unwrap(), "E1");
    assert_eq!(
        live.properties
            .origin_access_control_config
            .description
            .as_deref(),
        Some("Signs")
    );
    assert!(
        fake.requests()[0].contains(&format!("<Description>Signs {NOTE}</Description>")),
        "{:?}",
        fake.requests()
    );
}

#[tokio::test]
async fn a_create_call_whose_answer_was_lost_is_finished() {
    let taken = error("OriginAccessControlAlreadyExists", "taken");
    let ours = listed(
        &summary(
            "acme-shell-control",
            "never",
            "[frontage acme@eu-west-1 shell/control old]",
        ),
        None,
    );
    let read = versioned(
        "V1",
        "<OriginAccessControl><Id>Eacme-shell-control</Id></OriginAccessControl>",
    );
    let fake = FakeAws::new([
        ("POST ", 409, taken.as_str()),
        (
            "GET https://cloudfront.amazonaws.com/2020-05-31/origin-access-control ",
            200,
            &ours,
        ),
        (
            "GET https://cloudfront.amazonaws.com/2020-05-31/origin-access-control/Eacme-shell-control",
            200,
            &read,
        ),
        (
            "PUT ",
            200,
            "<OriginAccessControl><Id>Eacme-shell-control</Id></OriginAccessControl>",
        ),
    ]);
    let live = create(&fake, control()).await.unwrap();
    assert_eq!(live.id, "Eacme-shell-control");
    fake.assert_used();
    assert_eq!(
        fake.count(&format!("<Description>{NOTE}</Description>")),
        2,
        "{:?}",
        fake.requests()
    );
}

#[tokio::test]
async fn one_of_another_owner_is_not_taken() {
    for description in [
        "",
        "[frontage other shell/control x]",
        "[frontage acme@eu-west-1 shell/other x]",
    ] {
        let taken = error("OriginAccessControlAlreadyExists", "taken");
        let theirs = listed(&summary("acme-shell-control", "always", description), None);
        let fake = FakeAws::new([("POST ", 409, taken.as_str()), ("GET ", 200, &theirs)]);
        let failed = create(&fake, control()).await.unwrap_err();
        assert!(failed.is("OriginAccessControlAlreadyExists"), "{failed}");
        fake.assert_used();
    }
}

#[tokio::test]
async fn one_of_another_region_is_read_as_such_and_not_taken() {
    let note = "[frontage acme@us-east-1 shell/control x]";
    let theirs = listed(&summary("acme-shell-control", "always", note), None);
    let fake = FakeAws::new([("GET ", 200, theirs.as_str())]);
    let address = "shell/control".parse().unwrap();
    let wanted = TypedReadRequest {
        fingerprint: "f",
        address: &address,
        properties: control(),
    };
    let cache = ReadCache::default();
    let found = controls(&fake).read(wanted, &cache).await.unwrap();
    let owner_found = found.unwrap().tags.owner().unwrap();
    assert_eq!(owner_found.elsewhere(Some("eu-west-1")), Some("us-east-1"));

    let taken = error("OriginAccessControlAlreadyExists", "taken");
    let fake = FakeAws::new([("POST ", 409, taken.as_str()), ("GET ", 200, &theirs)]);
    let failed = create(&fake, control()).await.unwrap_err().to_string();
    assert!(failed.contains("`acme` in us-east-1"), "{failed}");
    fake.assert_used();
}

/// Another owner's control that this program cannot read stops nothing; one of the system's must
/// not count as absent.
#[tokio::test]
async fn only_ones_own_must_be_readable() {
    let first = listed(&summary("theirs", "always-amz-auth", ""), Some("next"));
    let second = listed(
        &summary("ours", "always", "[frontage acme@eu-west-1 shell/ours x]"),
        None,
    );
    let fake = FakeAws::new([("Marker=next", 200, second.as_str()), ("GET ", 200, &first)]);
    let all = controls(&fake).list(&ReadCache::default()).await.unwrap();
    assert_eq!(
        all.iter().map(|live| live.id.as_str()).collect::<Vec<_>>(),
        ["Eours"]
    );
    fake.assert_used();

    let newer = listed(
        &summary(
            "ours",
            "always-amz-auth",
            "[frontage acme@eu-west-1 shell/ours x]",
        ),
        None,
    );
    let fake = FakeAws::new([("GET ", 200, newer.as_str())]);
    let failed = controls(&fake)
        .list(&ReadCache::default())
        .await
        .unwrap_err();
    assert!(failed.to_string().contains("`always-amz-auth`"), "{failed}");
}

#[tokio::test(start_paused = true)]
async fn a_write_from_an_old_version_is_made_again() {
    let (old, new, newest) = (
        versioned(
            "V1",
            "<OriginAccessControl><Id>E1</Id></OriginAccessControl>",
        ),
        versioned(
            "V2",
            "<OriginAccessControl><Id>E1</Id></OriginAccessControl>",
        ),
        versioned(
            "V3",
            "<OriginAccessControl><Id>E1</Id></OriginAccessControl>",
        ),
    );
    let (stale, invalid) = (
        error("PreconditionFailed", "stale"),
        error("InvalidIfMatchVersion", "stale"),
    );
    let fake = FakeAws::new([
        ("GET ", 200, old.as_str()),
        ("[if-match: V1]", 412, &stale),
        ("GET ", 200, &old),
        ("GET ", 200, &new),
        ("[if-match: V2]", 400, &invalid),
        ("GET ", 200, &newest),
        (
            "[if-match: V3]",
            200,
            "<OriginAccessControl><Id>E1</Id></OriginAccessControl>",
        ),
    ]);
    controls(&fake)
        .updated(owned(tags("shell/control")), control(), &Changes::default())
        .await
        .unwrap();
    fake.assert_used();
    assert_eq!(
        fake.count(&format!("<Description>{NOTE}</Description>")),
        3,
        "an update keeps the note"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_in_use_is_deleted_once_it_is_free() {
    let read = versioned(
        "V1",
        "<OriginAccessControl><Id>E1</Id></OriginAccessControl>",
    );
    let in_use = error("OriginAccessControlInUse", "in use");
    let fake = FakeAws::new([
        ("GET ", 200, read.as_str()),
        ("DELETE ", 409, &in_use),
        ("GET ", 200, &read),
        ("DELETE ", 409, &in_use),
        ("GET ", 200, &read),
        ("DELETE ", 204, ""),
    ]);
    controls(&fake).delete(owned(Tags::new())).await.unwrap();
    fake.assert_used();
}

/// CloudFront answers `in use` to a deletion for longer than a change takes; `distributions` are the
/// account's.
async fn kept(distributions: &str) -> DriverError {
    let read = versioned(
        "V1",
        "<OriginAccessControl><Id>E1</Id></OriginAccessControl>",
    );
    let in_use = error("OriginAccessControlInUse", "in use");
    let listed = format!("<DistributionList><Items>{distributions}</Items></DistributionList>");
    let mut script = Vec::new();
    for _ in 0..5 {
        script.extend([("GET ", 200, read.as_str()), ("DELETE ", 409, &in_use)]);
    }
    script.push(("/distribution", 200, &listed));
    let fake = FakeAws::new(script);
    let error = controls(&fake)
        .delete(owned(Tags::new()))
        .await
        .unwrap_err();
    fake.assert_used();
    error
}

#[tokio::test(start_paused = true)]
async fn what_a_distribution_of_others_uses_is_named() {
    let origin = |control: &str| {
        format!(
            "<Origins><Quantity>1</Quantity><Items><Origin><Id>o</Id><DomainName>b</DomainName>\
             <OriginAccessControlId>{control}</OriginAccessControlId></Origin></Items></Origins>"
        )
    };
    let distribution = |id: &str, control: &str| {
        format!(
            "<DistributionSummary><Id>{id}</Id><ARN>a</ARN><Status>Deployed</Status>\
             <LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime><DomainName>{id}.example</DomainName>{}\
             <Comment></Comment><PriceClass>PriceClass_All</PriceClass><Enabled>true</Enabled><WebACLId></WebACLId>\
             <HttpVersion>http2</HttpVersion><IsIPV6Enabled>true</IsIPV6Enabled><Staging>false</Staging>\
             </DistributionSummary>",
            origin(control)
        )
    };
    let distributions = distribution("D1", "E1") + &distribution("D2", "E2");
    let error = kept(&distributions).await.to_string();
    assert!(
        error.contains("OriginAccessControlInUse: in use"),
        "{error}"
    );
    assert!(
        error.contains("it is used by the distribution D1 (D1.example), which"),
        "{error}"
    );
}

#[tokio::test]
async fn deleting_the_absent_succeeds() {
    let absent = error("NoSuchOriginAccessControl", "gone");
    controls(&FakeAws::new([("GET ", 404, absent.as_str())]))
        .delete(owned(Tags::new()))
        .await
        .unwrap();
    let read = versioned(
        "V1",
        "<OriginAccessControl><Id>E1</Id></OriginAccessControl>",
    );
    let fake = FakeAws::new([("GET ", 200, read.as_str()), ("DELETE ", 404, &absent)]);
    controls(&fake).delete(owned(Tags::new())).await.unwrap();
    fake.assert_used();
}

/// The lists of policies have no paginator in the SDK.
#[tokio::test]
async fn policies_are_listed_to_the_end() {
    let page = |kind: &str, name: &str, more: &str, next: &str| {
        format!(
            "<{kind}List>{next}<MaxItems>1</MaxItems><Quantity>1</Quantity><Items><{kind}Summary><Type>custom</Type>\
             <{kind}><Id>id-{name}</Id><LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime><{kind}Config>\
             <Comment>[frontage acme@eu-west-1 shell/{name} x]</Comment><Name>{name}</Name>{more}</{kind}Config></{kind}>\
             </{kind}Summary></Items></{kind}List>"
        )
    };
    let next = "<NextMarker>next</NextMarker>";
    let more = "<MinTTL>0</MinTTL><ParametersInCacheKeyAndForwardedToOrigin>\
                <EnableAcceptEncodingGzip>true</EnableAcceptEncodingGzip>\
                <HeadersConfig><HeaderBehavior>none</HeaderBehavior></HeadersConfig>\
                <CookiesConfig><CookieBehavior>none</CookieBehavior></CookiesConfig>\
                <QueryStringsConfig><QueryStringBehavior>none</QueryStringBehavior></QueryStringsConfig>\
                </ParametersInCacheKeyAndForwardedToOrigin>";
    let (one, two) = (
        page("CachePolicy", "one", more, next),
        page("CachePolicy", "two", more, ""),
    );
    let fake = FakeAws::new([
        ("Marker=next", 200, two.as_str()),
        ("Type=custom", 200, &one),
    ]);
    let found = CachePolicies::new(&Account::for_tests(&fake))
        .list(&ReadCache::default())
        .await
        .unwrap();
    assert_eq!(
        found
            .iter()
            .map(|live| live.id.as_str())
            .collect::<Vec<_>>(),
        ["id-one", "id-two"]
    );
    let (one, two) = (
        page("ResponseHeadersPolicy", "one", "", next),
        page("ResponseHeadersPolicy", "two", "", ""),
    );
    let fake = FakeAws::new([
        ("Marker=next", 200, two.as_str()),
        ("Type=custom", 200, &one),
    ]);
    let found = ResponseHeadersPolicies::new(&Account::for_tests(&fake))
        .list(&ReadCache::default())
        .await
        .unwrap();
    assert_eq!(
        found
            .iter()
            .map(|live| live.id.as_str())
            .collect::<Vec<_>>(),
        ["id-one", "id-two"]
    );
}

#[test]
fn what_cloudfront_refuses_is_found() {
    let mut long = control();
    long.origin_access_control_config.name = "x".repeat(65);
    let mut talkative = cache_policy();
    talkative.cache_policy_config.comment = Some("x".repeat(129));
    let mut named = cache_policy();
    named.cache_policy_config.name = "a.b".to_owned();
    let mut upside_down = cache_policy();
    (
        upside_down.cache_policy_config.min_ttl,
        upside_down.cache_policy_config.max_ttl,
    ) = (10, Some(5));
    let mut keyed = cache_policy();
    (
        keyed.cache_policy_config.default_ttl,
        keyed.cache_policy_config.max_ttl,
    ) = (Some(0), Some(0));
    let found = [
        (
            findings(OriginAccessControls::new, &long),
            "OriginAccessControlConfig.Name has 65 characters; 1 to 64 are allowed",
        ),
        (
            findings(CachePolicies::new, &talkative),
            "CachePolicyConfig.Comment has 129 characters; 0 to 128 are allowed",
        ),
        (
            findings(CachePolicies::new, &named),
            "CachePolicyConfig.Name is `a.b`; only letters, digits, hyphens and underscores are allowed",
        ),
        (
            findings(CachePolicies::new, &upside_down),
            "CachePolicyConfig must have 0 ≤ MinTTL ≤ DefaultTTL ≤ MaxTTL",
        ),
        (
            findings(CachePolicies::new, &keyed),
            "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin must be empty, since the policy caches nothing",
        ),
    ];
    for (found, expected) in found {
        assert_eq!(found, [expected]);
    }
    assert_eq!(findings(OriginAccessControls::new, &control()), [""; 0]);
    assert_eq!(findings(CachePolicies::new, &cache_policy()), [""; 0]);
}

/// The plan does not know how long the note is.
#[tokio::test]
async fn a_comment_without_room_for_its_note_is_refused_before_any_call() {
    let fake = FakeAws::default();
    let mut talkative = control();
    talkative.origin_access_control_config.description = Some("x".repeat(250));
    let refused = create(&fake, talkative).await.unwrap_err();
    assert!(
        matches!(&refused, DriverError::Invalid(text) if text.contains("more than the 256")),
        "{refused}"
    );
    assert!(fake.requests().is_empty());
}

fn headers_policy(config: &serde_json::Value) -> ResponseHeadersPolicy<String> {
    let mut config = config.clone();
    config["Name"] = json!("a");
    serde_json::from_value(json!({ "ResponseHeadersPolicyConfig": config })).unwrap()
}

fn custom_headers(count: usize, value: &str) -> serde_json::Value {
    let header =
        |number| json!({"Header": format!("x-{number}"), "Value": value, "Override": true});
    let items: Vec<_> = (0..count).map(header).collect();
    json!({"CustomHeadersConfig": {"Items": items}})
}

#[test]
fn headers_that_cloudfront_refuses_are_found() {
    let found = |config| findings(ResponseHeadersPolicies::new, &headers_policy(&config));
    let rate = json!({"ServerTimingHeadersConfig": {"Enabled": true, "SamplingRate": 101.0}});
    let of = "ResponseHeadersPolicyConfig";
    assert_eq!(
        found(rate),
        [format!(
            "{of}.ServerTimingHeadersConfig.SamplingRate is 101.0; 0 to 100 are allowed"
        )]
    );
    assert_eq!(
        found(custom_headers(11, "")),
        [format!(
            "{of}.CustomHeadersConfig.Items has 11 members; 0 to 10 are allowed"
        )]
    );
    assert_eq!(
        found(custom_headers(1, &"x".repeat(1_784))),
        [format!(
            "{of}.CustomHeadersConfig.Items[0].Value has 1784 characters; 0 to 1783 are allowed"
        )]
    );
    // Ten names of three characters each.
    assert_eq!(found(custom_headers(10, &"x".repeat(1_021))), [""; 0]);
    assert_eq!(
        found(custom_headers(10, &"x".repeat(1_022))),
        [format!(
            "{of}.CustomHeadersConfig has 10250 characters in its names and values; at most 10,240 are allowed"
        )]
    );
    assert_eq!(found(custom_headers(10, UNKNOWN)), [""; 0]);
}
