//! Behaviour of package groups that no emulator shows: lists of repositories, lost answers, the root
//! group.

use engine::{Change, Live as UntypedLive, LiveProperties, Reader as _};
use fake_aws::FakeAws;
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;
use crate::kit::typed::Untyped;

const CONFLICT: &str = r#"{"__type":"ConflictException","message":"it exists"}"#;
const ABSENT: &str = r#"{"__type":"ResourceNotFoundException","message":"not there"}"#;
const OURS: &str = r#"{"tags":[{"key":"frontage:system","value":"acme"},{"key":"frontage:address","value":"packages/scope-acme"}]}"#;
const THEIRS: &str = r#"{"tags":[{"key":"owner","value":"somebody"}]}"#;
const NO_HINTS: &str = r#"{"ResourceTagMappingList":[]}"#;
const GROUP: &str = "/v1/package-group?";
const ORIGINS: &str = "/v1/package-group-origin-configuration?";
const LISTS: &str = "/v1/package-group-allowed-repositories?";

fn tags() -> Tags {
    let tags = [
        ("frontage:system", "acme"),
        ("frontage:address", "packages/scope-acme"),
    ];
    tags.map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn owner() -> Owner {
    Owner::recorded_in(&tags()).unwrap()
}

/// A group with these restrictions, in the model's form.
fn group(restrictions: &Value) -> Properties {
    serde_json::from_value(json!({
        "DomainName": "acme-packages",
        "Pattern": "/npm/acme/*",
        "OriginConfiguration": {"Restrictions": restrictions},
    }))
    .unwrap()
}

/// A group that blocks the public registry.
fn closed() -> Properties {
    group(&json!({
        "Publish": {"RestrictionMode": "ALLOW"},
        "ExternalUpstream": {"RestrictionMode": "BLOCK"},
        "InternalUpstream": {"RestrictionMode": "ALLOW"},
    }))
}

fn specific(repositories: &[&str]) -> Properties {
    group(&json!({"Publish": {
        "RestrictionMode": "ALLOW_SPECIFIC_REPOSITORIES",
        "Repositories": repositories,
    }}))
}

/// The answer that describes a group with these modes.
fn described(publish: &str, external: &str, internal: &str) -> String {
    let mode = |mode: &str| json!({"mode": mode, "effectiveMode": "ALLOW", "repositoriesCount": 2});
    json!({"packageGroup": {
        "arn": "arn:aws:codeartifact:eu-west-1:111122223333:package-group/acme-packages/npm/acme/*",
        "pattern": "/npm/acme/*",
        "domainName": "acme-packages",
        "domainOwner": "111122223333",
        "contactInfo": "",
        "description": "",
        "originConfiguration": {"restrictions": {
            "PUBLISH": mode(publish),
            "EXTERNAL_UPSTREAM": mode(external),
            "INTERNAL_UPSTREAM": mode(internal),
        }},
    }})
    .to_string()
}

fn new_group() -> String {
    described("INHERIT", "INHERIT", "INHERIT")
}

fn driver(fake: &FakeAws) -> PackageGroups {
    PackageGroups::new(&Account::for_tests(fake))
}

fn alive(fake: &FakeAws, mut properties: Properties) -> Live {
    driver(fake).normalise(&mut properties);
    TypedLive {
        id: "acme-packages/npm/acme/*".to_owned(),
        properties,
        attributes: Live::assigned([(PackageGroup::ARN, "arn".to_owned())]),
        tags: LiveTags::Read(tags()),
    }
}

/// The body of the request with this text in its name.
fn sent(fake: &FakeAws, name: &str) -> Value {
    let requests = fake.requests();
    let request = requests.iter().find(|request| request.contains(name));
    let request = request.unwrap_or_else(|| panic!("{name} in {requests:#?}"));
    let body = request.find('{').map_or("null", |at| &request[at..]);
    serde_json::from_str(body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_group_has_its_owner_from_the_start_and_is_restricted_next() {
    let new = new_group();
    let fake = FakeAws::new([
        ("POST", 200, new.as_str()),
        ("GET", 404, ABSENT),
        ("GET", 200, new.as_str()),
        (ORIGINS, 200, "{}"),
    ]);
    let mut desired = closed();
    driver(&fake).normalise(&mut desired);
    let made = driver(&fake)
        .create(desired.clone(), &owner(), &tags())
        .await
        .unwrap();
    assert_eq!(made.id, "acme-packages/npm/acme/*");
    assert_eq!(made.properties, desired);
    let created = sent(&fake, "POST");
    assert_eq!(created["packageGroup"], "/npm/acme/*");
    assert_eq!(created["tags"][1]["value"], "acme", "{created:#}");
    let restrictions =
        json!({"PUBLISH": "ALLOW", "EXTERNAL_UPSTREAM": "BLOCK", "INTERNAL_UPSTREAM": "ALLOW"});
    assert_eq!(
        sent(&fake, ORIGINS),
        json!({"restrictions": restrictions}),
        "no empty lists"
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_a_create_is_no_conflict_and_another_owners_group_is() {
    let half = described("ALLOW", "INHERIT", "ALLOW");
    let fake = FakeAws::new([
        ("POST", 409, CONFLICT),
        (GROUP, 200, half.as_str()),
        ("/v1/tags", 200, OURS),
        ("/v1/tag?", 200, "{}"),
        (ORIGINS, 200, "{}"),
    ]);
    let made = driver(&fake).create(closed(), &owner(), &tags()).await;
    made.unwrap();
    let completed = json!({"restrictions": {"EXTERNAL_UPSTREAM": "BLOCK"}});
    assert_eq!(sent(&fake, ORIGINS), completed);
    fake.assert_used();

    let fake = FakeAws::new([
        ("POST", 409, CONFLICT),
        (GROUP, 200, half.as_str()),
        ("/v1/tags", 200, THEIRS),
    ]);
    let refused = driver(&fake).create(closed(), &owner(), &tags()).await;
    assert!(refused.unwrap_err().is("ConflictException"));
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn the_list_of_an_origin_is_read_whole_and_only_if_it_has_one() {
    let listing = described("ALLOW_SPECIFIC_REPOSITORIES", "BLOCK", "INHERIT");
    let fake = FakeAws::new([
        ("GetResources", 200, NO_HINTS),
        (GROUP, 200, listing.as_str()),
        (
            LISTS,
            200,
            r#"{"allowedRepositories":["npm"],"nextToken":"more"}"#,
        ),
        ("next-token=more", 200, r#"{"allowedRepositories":["a"]}"#),
        ("/v1/tags", 200, OURS),
    ]);
    let request = TypedReadRequest {
        fingerprint: "f",
        address: &"packages/scope-acme".parse().unwrap(),
        properties: specific(&[]),
    };
    let found = driver(&fake).read(request, &ReadCache::default()).await;
    let mut found = found.unwrap().unwrap();
    driver(&fake).normalise(&mut found.properties);
    let mut expected = group(&json!({
        "Publish": {"RestrictionMode": "ALLOW_SPECIFIC_REPOSITORIES", "Repositories": ["a", "npm"]},
        "ExternalUpstream": {"RestrictionMode": "BLOCK"},
    }));
    driver(&fake).normalise(&mut expected);
    assert_eq!(found.properties, expected);
    assert_eq!(found.tags, LiveTags::Read(tags()));
    assert_eq!(fake.count(LISTS), 2, "{:#?}", fake.requests());
    assert!(fake.requests()[2].contains("originRestrictionType=PUBLISH"));
    fake.assert_used();
}

#[tokio::test]
async fn a_list_changes_by_its_difference_and_begins_and_ends_with_its_mode() {
    let allowed = |name: &str| json!({"repositoryName": name, "originRestrictionType": "PUBLISH"});
    for (live, desired, expected) in [
        (
            specific(&["a", "b"]),
            specific(&["b", "c"]),
            json!({
                "addAllowedRepositories": [allowed("c")],
                "removeAllowedRepositories": [allowed("a")],
            }),
        ),
        (
            closed(),
            specific(&["a"]),
            json!({
                "restrictions": {
                    "PUBLISH": "ALLOW_SPECIFIC_REPOSITORIES",
                    "EXTERNAL_UPSTREAM": "INHERIT",
                    "INTERNAL_UPSTREAM": "INHERIT",
                },
                "addAllowedRepositories": [allowed("a")],
            }),
        ),
        (
            specific(&["a"]),
            group(&json!({"Publish": {"RestrictionMode": "BLOCK"}})),
            json!({"restrictions": {"PUBLISH": "BLOCK"}}),
        ),
    ] {
        let fake = FakeAws::new([(ORIGINS, 200, "{}")]);
        let (live, desired) = (alive(&fake, live), alive(&fake, desired).properties);
        let changed = driver(&fake).updated(live, desired, &changes()).await;
        changed.unwrap();
        assert_eq!(sent(&fake, ORIGINS), expected);
        assert_eq!(fake.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_text_that_is_no_longer_stated_is_emptied() {
    let fake = FakeAws::new([("PUT", 200, "{}")]);
    let with_texts = Properties {
        contact_info: Some("web@example.com".to_owned()),
        description: Some("ours".to_owned()),
        ..closed()
    };
    let without = Properties {
        description: None,
        ..with_texts.clone()
    };
    let (live, desired) = (alive(&fake, with_texts), alive(&fake, without).properties);
    let changed = driver(&fake).updated(live, desired, &changes()).await;
    changed.unwrap();
    let body = sent(&fake, "PUT");
    assert_eq!(body["description"], "");
    assert_eq!(body["contactInfo"], "web@example.com");
}

#[test]
fn what_is_not_stated_is_left() {
    let fake = FakeAws::default();
    let live = Properties {
        contact_info: Some("security@example.com".to_owned()),
        ..closed()
    };
    let live = alive(&fake, live);
    let live = UntypedLive {
        id: live.id,
        properties: LiveProperties::new(live.properties),
        attributes: live.attributes,
        tags: live.tags,
    };
    let compare = |desired: &Properties| {
        let driver = Untyped::new(&Account::for_tests(&fake), PackageGroups::new);
        let desired = serde_json::to_value(desired).unwrap();
        let compared = driver.compare(&live, &desired).unwrap();
        let paths = |changes: Changes| changes.0.into_iter().map(|of| of.path).collect::<Vec<_>>();
        (paths(compared.changes), paths(compared.left))
    };
    let external = "OriginConfiguration.Restrictions.ExternalUpstream.RestrictionMode";
    let publish = "OriginConfiguration.Restrictions.Publish.RestrictionMode";
    let internal = "OriginConfiguration.Restrictions.InternalUpstream.RestrictionMode";
    let unstated = Properties {
        origin_configuration: None,
        ..closed()
    };
    let (changes, mut left) = compare(&unstated);
    left.sort();
    assert_eq!(changes, [""; 0]);
    assert_eq!(left, ["ContactInfo", external, internal, publish]);
    let open = group(&json!({"ExternalUpstream": {"RestrictionMode": "ALLOW"}}));
    let (changes, _) = compare(&open);
    assert_eq!(changes, [external]);
}

#[test]
fn the_owner_of_the_domain_is_this_account_unless_it_is_stated() {
    let fake = FakeAws::default();
    let owned = |account: &str| Properties {
        domain_owner: Some(account.to_owned()),
        ..closed()
    };
    let normalised = |group: Properties| alive(&fake, group).properties.domain_owner;
    assert_eq!(normalised(owned("111122223333")), None);
    assert_eq!(
        normalised(owned("444455556666")).as_deref(),
        Some("444455556666")
    );
}

/// The root group is not searched for tags: AWS does not delete it.
#[tokio::test(start_paused = true)]
async fn the_root_group_is_no_orphan() {
    let new = new_group();
    let fake = FakeAws::new([
        ("GetResources", 200, NO_HINTS),
        (
            "/v1/domains",
            200,
            r#"{"domains":[{"name":"acme-packages"},{"name":"other"}]}"#,
        ),
        (
            "/v1/package-groups?domain=acme-packages",
            200,
            r#"{"packageGroups":[{"pattern":"/*"},{"pattern":"/npm/acme/*"}]}"#,
        ),
        (GROUP, 200, new.as_str()),
        ("/v1/tags", 200, OURS),
    ]);
    let listed = driver(&fake).list(&ReadCache::default()).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|live| live.id.as_str()).collect();
    assert_eq!(ids, ["acme-packages/npm/acme/*"]);
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_repeated_until_the_group_is_gone() {
    let new = new_group();
    let fake = FakeAws::new([
        ("DELETE", 409, CONFLICT),
        ("DELETE", 200, "{}"),
        (GROUP, 200, new.as_str()),
        (GROUP, 404, ABSENT),
    ]);
    let live = alive(&fake, closed());
    driver(&fake).delete(live).await.unwrap();
    assert!(fake.requests()[0].contains("package-group=%2Fnpm%2Facme%2F%2A"));
    fake.assert_used();
}

#[test]
fn what_codeartifact_would_refuse_is_refused_before_any_call() {
    let named = |pattern: &str| Properties {
        pattern: pattern.to_owned(),
        ..closed()
    };
    let stray = json!({"Publish": {"RestrictionMode": "ALLOW", "Repositories": ["npm"]}});
    let long = |length: usize| format!("/npm/{}/*", "a".repeat(length - 7));
    for (group, finding) in [
        (named("/npm/acme/*"), ""),
        (named("/npm/acme/ui~"), ""),
        (named("/npm/acme/ui$"), ""),
        (named("/npm/*"), ""),
        (named(engine::UNKNOWN), ""),
        (named(&long(520)), ""),
        (specific(&["npm"]), ""),
        (
            named("/*"),
            "Pattern is `/*`, the group of all packages, which every domain has already",
        ),
        (
            named("npm/acme/*"),
            "Pattern is `npm/acme/*`; it has to begin with / and to end with $, ~ or *",
        ),
        (
            named("/npm/acme"),
            "Pattern is `/npm/acme`; it has to begin with / and to end with $, ~ or *",
        ),
        (
            named("/npm/a b/*"),
            "Pattern is `/npm/a b/*`; spaces are not allowed",
        ),
        (
            named(&long(521)),
            "Pattern has 521 characters; 2 to 520 are allowed",
        ),
        (
            super::tests::group(&stray),
            "OriginConfiguration lists repositories for PUBLISH; that requires ALLOW_SPECIFIC_REPOSITORIES",
        ),
    ] {
        assert_eq!(findings(PackageGroups::new, &group).join("; "), finding);
    }
}

fn changes() -> Changes {
    let change = Change {
        path: "OriginConfiguration".to_owned(),
        old: Value::Null,
        new: Value::Null,
        forces_replacement: false,
    };
    Changes(vec![change])
}
