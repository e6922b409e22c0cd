//! Behaviour of OIDC providers that no emulator shows: races, lost answers, and thumbprints that IAM
//! obtains.

use engine::UNKNOWN;
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;
use crate::kit::left::assert_left;
use crate::kit::testing::{driver as untyped, live as alive, update};

const URL: &str = "https://token.actions.githubusercontent.com";
const ARN: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
const OBTAINED: &str = "2b18947a6a9fc7764fd8b5fb18a863b0c6dac24f";
const TAKEN: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>EntityAlreadyExists</Code><Message>Provider with url exists</Message></Error></ErrorResponse>";
const ABSENT: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>none</Message></Error></ErrorResponse>";
const BUSY: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>ConcurrentModification</Code><Message>busy</Message></Error></ErrorResponse>";
const DONE: &str = "<Response/>";
const MADE: &str = "<CreateOpenIDConnectProviderResponse><CreateOpenIDConnectProviderResult><OpenIDConnectProviderArn>arn</OpenIDConnectProviderArn></CreateOpenIDConnectProviderResult></CreateOpenIDConnectProviderResponse>";

fn driver(fake: &FakeAws) -> OidcProviders {
    OidcProviders::new(&Account::for_tests(fake))
}

#[allow(clippy::needless_pass_by_value)] // built in place
fn with(more: Value) -> Value {
    let mut members = json!({"Url": URL, "ClientIdList": ["sts.amazonaws.com"]});
    let more = more.as_object().cloned().unwrap_or_default();
    members.as_object_mut().unwrap().extend(more);
    members
}

fn provider(more: Value) -> Properties {
    let mut provider = serde_json::from_value(with(more)).unwrap();
    driver(&FakeAws::default()).normalise(&mut provider);
    provider
}

fn owner(region: &str) -> Owner {
    Owner {
        system: "acme".to_owned(),
        id: None,
        region: Some(region.to_owned()),
        address: "test/provider".parse().unwrap(),
        fingerprint: "f".to_owned(),
    }
}

/// IAM's answer: the URL without its scheme.
fn got(audiences: &[&str], tags: &Tags) -> String {
    let member = |one: &&str| format!("<member>{one}</member>");
    let audiences: String = audiences.iter().map(member).collect();
    let tag = |(key, value)| format!("<member><Key>{key}</Key><Value>{value}</Value></member>");
    let tags: String = tags.iter().map(tag).collect();
    format!(
        "<GetOpenIDConnectProviderResponse><GetOpenIDConnectProviderResult>\
         <Url>token.actions.githubusercontent.com</Url><ClientIDList>{audiences}</ClientIDList>\
         <ThumbprintList><member>{OBTAINED}</member></ThumbprintList><Tags>{tags}</Tags>\
         </GetOpenIDConnectProviderResult></GetOpenIDConnectProviderResponse>"
    )
}

async fn create(fake: &FakeAws, more: Value) -> Result<Live, DriverError> {
    let owner = owner("eu-west-1");
    driver(fake)
        .create(provider(more), &owner, &owner.tags())
        .await
}

#[tokio::test(start_paused = true)]
async fn a_new_provider_is_tagged_by_its_creation_and_waited_for() {
    let found = got(&["sts.amazonaws.com"], &owner("eu-west-1").tags());
    let fake = FakeAws::new([
        ("Action=CreateOpenIDConnectProvider", 200, MADE),
        ("Action=GetOpenIDConnectProvider", 404, ABSENT),
        ("Action=GetOpenIDConnectProvider", 200, found.as_str()),
    ]);
    let live = create(&fake, json!({})).await.unwrap();
    assert_eq!(live.attribute(OidcProvider::ARN).unwrap(), ARN);
    let request = &fake.requests()[0];
    assert!(request.contains("frontage%3Aregion"), "{request}");
    assert!(!request.contains("Thumbprint"), "{request}");
    fake.assert_used();
}

#[tokio::test]
async fn a_provider_that_a_lost_answer_created_is_changed() {
    let found = got(&["old"], &owner("eu-west-1").tags());
    let fake = FakeAws::new([
        ("Action=CreateOpenIDConnectProvider", 409, TAKEN),
        ("Action=GetOpenIDConnectProvider", 200, found.as_str()),
        ("Action=AddClientIDToOpenIDConnectProvider", 200, DONE),
        ("Action=RemoveClientIDFromOpenIDConnectProvider", 200, DONE),
    ]);
    create(&fake, json!({})).await.unwrap();
    let requests = fake.requests();
    assert!(requests[2].contains("ClientID=sts.amazonaws.com"));
    assert!(requests[3].contains("ClientID=old"));
    fake.assert_used();
}

/// An account has one provider per URL, for all systems and Regions.
#[tokio::test]
async fn the_provider_of_another_owner_or_region_is_not_taken() {
    let theirs = Tags::from([("owner".to_owned(), "somebody".to_owned())]);
    for (tags, said) in [
        (theirs, "Provider with url exists"),
        (
            owner("us-east-1").tags(),
            "it is owned by the system `acme` in us-east-1 and left untouched",
        ),
    ] {
        let found = got(&[], &tags);
        let fake = FakeAws::new([
            ("Action=CreateOpenIDConnectProvider", 409, TAKEN),
            ("Action=GetOpenIDConnectProvider", 200, found.as_str()),
        ]);
        let error = create(&fake, json!({})).await.unwrap_err();
        assert!(error.to_string().ends_with(said), "{error}");
        fake.assert_used();
    }
}

#[tokio::test(start_paused = true)]
async fn thumbprints_are_replaced_and_a_concurrent_change_passes() {
    let fake = FakeAws::new([
        ("Action=UpdateOpenIDConnectProviderThumbprint", 409, BUSY),
        ("Action=UpdateOpenIDConnectProviderThumbprint", 200, DONE),
    ]);
    let driver = untyped(&fake, OidcProviders::new);
    let before = with(json!({"ThumbprintList": [OBTAINED]}));
    let by = (OidcProvider::ARN, ARN);
    let live = alive(&driver, "iam", by, "provider", &before);
    let other = "A".repeat(40);
    update(&driver, &live, &with(json!({"ThumbprintList": [other]})))
        .await
        .unwrap();
    let sent = format!("ThumbprintList.member.1={}", "a".repeat(40));
    assert!(fake.requests()[1].contains(&sent), "{:?}", fake.requests());
    fake.assert_used();
}

/// The list contains neither tags nor URLs.
#[tokio::test]
async fn the_systems_providers_are_those_with_its_tag() {
    let list = format!(
        "<ListOpenIDConnectProvidersResponse><ListOpenIDConnectProvidersResult><OpenIDConnectProviderList>\
         <member><Arn>{ARN}</Arn></member>\
         <member><Arn>arn:aws:iam::111122223333:oidc-provider/gitlab.com</Arn></member>\
         <member><Arn>arn:aws:iam::111122223333:oidc-provider/gone.example.com</Arn></member>\
         </OpenIDConnectProviderList></ListOpenIDConnectProvidersResult></ListOpenIDConnectProvidersResponse>"
    );
    let (ours, theirs) = (got(&[], &owner("us-east-1").tags()), got(&[], &Tags::new()));
    let fake = FakeAws::new([
        ("Action=ListOpenIDConnectProviders", 200, list.as_str()),
        ("token.actions", 200, ours.as_str()),
        ("gitlab.com", 200, theirs.as_str()),
        ("gone.example.com", 404, ABSENT),
    ]);
    let found = driver(&fake).list(&ReadCache::default()).await.unwrap();
    let urls: Vec<_> = found.iter().map(|live| live.id.as_str()).collect();
    assert_eq!(urls, [URL]);
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_waited_for() {
    let still = got(&[], &Tags::new());
    let fake = FakeAws::new([
        ("Action=DeleteOpenIDConnectProvider", 200, DONE),
        ("Action=GetOpenIDConnectProvider", 200, still.as_str()),
        ("Action=GetOpenIDConnectProvider", 404, ABSENT),
    ]);
    driver(&fake).remove(ARN).await.unwrap();
    fake.assert_used();
}

#[test]
fn thumbprints_that_are_not_stated_are_left() {
    let (theirs, ours) = (json!([OBTAINED]), json!(["a".repeat(40)]));
    let member = ("ThumbprintList", theirs, ours);
    assert_left(OidcProviders::new, &with(json!({})), &[member]);
}

#[test]
fn what_iam_refuses_is_refused_before_any_call() {
    for (members, property) in [
        (json!({"Url": "token.actions.githubusercontent.com"}), "Url"),
        (json!({"Url": "https://"}), "Url"),
        (json!({"Url": "https://a.example.com?b"}), "Url"),
        (json!({"Url": "https://a.example.com:8443"}), "Url"),
        (
            json!({"Url": format!("https://{}", "a".repeat(250))}),
            "Url",
        ),
        (
            json!({"ClientIdList": (0..101).map(|number| number.to_string()).collect::<Vec<_>>()}),
            "ClientIdList",
        ),
        (json!({"ClientIdList": [""]}), "ClientIdList[0]"),
        (json!({"ThumbprintList": ["abc"]}), "ThumbprintList[0]"),
        (
            json!({"ThumbprintList": ["x".repeat(40)]}),
            "ThumbprintList[0]",
        ),
        (
            json!({"ThumbprintList": vec!["a".repeat(40); 6]}),
            "ThumbprintList",
        ),
    ] {
        let found = findings(OidcProviders::new, &provider(members));
        assert!(
            found.len() == 1 && found[0].starts_with(property),
            "{property}: {found:?}"
        );
    }
    for members in [
        json!({}),
        json!({"Url": "https://gitlab.example.com/auth/", "ThumbprintList": []}),
        json!({"Url": UNKNOWN, "ClientIdList": [UNKNOWN], "ThumbprintList": [UNKNOWN]}),
    ] {
        assert_eq!(findings(OidcProviders::new, &provider(members)), [""; 0]);
    }
}
