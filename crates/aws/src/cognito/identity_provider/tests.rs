use super::{IdentityProviders, Properties};
use crate::cognito::testing::*;

const DUPLICATE: &str = r#"{"__type":"DuplicateProviderException","message":"A provider with name Okta already exists"}"#;

/// A provider of `OpenID` Connect, as a stack states it.
fn okta() -> Value {
    json!({"UserPoolId": "p", "ProviderName": "Okta", "ProviderType": "OIDC",
        "ProviderDetails": {"attributes_request_method": "GET", "authorize_scopes": "openid email profile",
            "client_id": "a1b2", "client_secret": "hidden", "oidc_issuer": "https://acme.okta.com"},
        "AttributeMapping": {"email": "email"}, "IdpIdentifiers": ["example.org", "example.com"]})
}

/// The answer that describes a provider with other members.
fn described(provider: &Value, members: &Value) -> String {
    let mut provider = provider.clone();
    for (member, more) in members.as_object().unwrap() {
        for (name, value) in more.as_object().unwrap() {
            provider[member][name] = value.clone();
        }
    }
    json!({ "IdentityProvider": provider }).to_string()
}

/// The provider as Cognito describes it, with what it adds: the `Describe response` of its API
/// reference.
fn with_additions(members: &Value) -> String {
    let mut all = json!({"ProviderDetails": {"attributes_url": "https://acme.okta.com/userinfo",
            "attributes_url_add_attributes": "false", "authorize_url": "https://acme.okta.com/authorize",
            "jwks_uri": "https://acme.okta.com/keys", "token_url": "https://acme.okta.com/token"},
        "AttributeMapping": {"username": "sub"}});
    for (member, more) in members.as_object().unwrap() {
        for (name, value) in more.as_object().unwrap() {
            all[member][name] = value.clone();
        }
    }
    described(&okta(), &all)
}

/// Reads the provider that Cognito describes, and compares it with the desired one.
async fn compared(answer: &str, desired: &Value) -> engine::Comparison {
    let fake = FakeAws::new([
        ("DescribeUserPool {", 200, POOL),
        ("DescribeIdentityProvider", 200, answer),
    ]);
    let driver = driver(&fake, IdentityProviders::new);
    let live = read(&driver, "provider", desired).await.unwrap();
    fake.assert_used();
    driver.compare(&live, desired).unwrap()
}

#[tokio::test]
async fn what_cognito_adds_by_itself_is_no_difference() {
    let answer = with_additions(&json!({}));
    let found = compared(&answer, &okta()).await;
    assert_eq!(found, engine::Comparison::default());
    let saml = json!({"UserPoolId": "p", "ProviderName": "Okta", "ProviderType": "SAML",
        "ProviderDetails": {"MetadataURL": "https://acme.okta.com/metadata"}});
    let answer = described(
        &saml,
        &json!({"ProviderDetails": {"ActiveEncryptionCertificate": "MII", "IDPSignout": "false",
            "SLORedirectBindingURI": "https://acme.okta.com/slo", "SSORedirectBindingURI": "https://acme.okta.com/sso"}}),
    );
    let found = compared(&answer, &saml).await;
    assert_eq!(found, engine::Comparison::default());
    // A key is a secret that cannot be read.
    let apple = json!({"UserPoolId": "p", "ProviderName": "SignInWithApple", "ProviderType": "SignInWithApple",
        "ProviderDetails": {"authorize_scopes": "email", "client_id": "c", "key_id": "k", "team_id": "t"}});
    let answer = described(&apple, &json!({}));
    let mut desired = apple;
    desired["ProviderDetails"]["private_key"] = json!("hidden");
    let found = compared(&answer, &desired).await;
    assert_eq!(found, engine::Comparison::default());
}

#[tokio::test]
async fn a_stated_detail_is_compared_although_cognito_would_add_it() {
    let mut desired = okta();
    desired["ProviderDetails"]["token_url"] = json!("https://acme.okta.com/v2/token");
    let found = compared(&with_additions(&json!({})), &desired).await;
    let paths: Vec<_> = found
        .changes
        .0
        .iter()
        .map(|change| change.path.as_str())
        .collect();
    assert_eq!(paths, ["ProviderDetails.token_url"]);
}

/// What an organisation may choose stays, and is sent with what changes: Cognito replaces the
/// details as a whole.
#[tokio::test]
async fn what_others_chose_is_left() {
    let saml = |details: Value| json!({"UserPoolId": "p", "ProviderName": "Okta", "ProviderType": "SAML", "ProviderDetails": details});
    let url = "https://acme.okta.com/metadata";
    let chosen =
        json!({"MetadataURL": url, "RequestSigningAlgorithm": "rsa-sha256", "IDPSignout": "true"});
    let stated = saml(json!({"MetadataURL": url}));
    let found = compared(&described(&saml(chosen.clone()), &json!({})), &stated).await;
    assert!(found.changes.is_empty());
    assert_eq!(found.left.0.len(), 2, "{found:?}");
    let fake = FakeAws::new([("UpdateIdentityProvider", 200, "{}")]);
    let driver = driver(&fake, IdentityProviders::new);
    let live = live(
        &driver,
        (Properties::NAME, "Okta"),
        "provider",
        &saml(chosen),
    );
    let other = json!({"MetadataURL": "https://acme.okta.com/other", "IDPSignout": "false"});
    update(&driver, &live, &saml(other)).await.unwrap();
    let sent = sent(&fake, "UpdateIdentityProvider");
    let expected = json!({"MetadataURL": "https://acme.okta.com/other", "RequestSigningAlgorithm": "rsa-sha256"});
    assert_eq!(sent["ProviderDetails"], expected);
    assert_eq!(sent.get("AttributeMapping"), None);
}

#[tokio::test]
async fn a_secret_is_compared_and_never_shown() {
    let answer = with_additions(&json!({"ProviderDetails": {"client_secret": "former"}}));
    let found = compared(&answer, &okta()).await;
    let [change] = &found.changes.0[..] else {
        panic!("{found:?}");
    };
    assert_eq!(change.path, "ProviderDetails.client_secret");
    assert_eq!(
        (&change.old, &change.new),
        (&json!("(sensitive)"), &json!("(sensitive)"))
    );
    let fake = FakeAws::new([("UpdateIdentityProvider", 200, "{}")]);
    let driver = driver(&fake, IdentityProviders::new);
    let shown = driver.normalise(&okta()).unwrap();
    assert_eq!(shown["ProviderDetails"]["client_secret"], "(sensitive)");
    assert_eq!(shown["ProviderDetails"]["client_id"], "a1b2");
    let live = live(&driver, (Properties::NAME, "Okta"), "provider", &okta());
    assert!(!format!("{live:?}").contains("hidden"), "{live:?}");
    let mut rotated = okta();
    rotated["ProviderDetails"]["client_secret"] = json!("rotated");
    update(&driver, &live, &rotated).await.unwrap();
    let sent = sent(&fake, "UpdateIdentityProvider");
    assert_eq!(sent["ProviderDetails"], rotated["ProviderDetails"]);
}

/// A member of which nothing is left is sent as an empty one: it would stay otherwise.
#[tokio::test(start_paused = true)]
async fn a_provider_changes_in_place() {
    let fake = FakeAws::new([
        ("UpdateIdentityProvider", 400, CONCURRENT),
        ("UpdateIdentityProvider", 200, "{}"),
    ]);
    let driver = driver(&fake, IdentityProviders::new);
    let live = live(&driver, (Properties::NAME, "Okta"), "provider", &okta());
    let mut changed = okta();
    changed["AttributeMapping"] = json!({"email": "mail"});
    changed["IdpIdentifiers"] = json!([]);
    update(&driver, &live, &changed).await.unwrap();
    let expected = json!({"UserPoolId": "p", "ProviderName": "Okta",
        "AttributeMapping": {"email": "mail"}, "IdpIdentifiers": []});
    assert_eq!(sent(&fake, "UpdateIdentityProvider"), expected);
    fake.assert_used();
}

#[tokio::test]
async fn a_provider_is_made_whole_and_recorded_before() {
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("CreateIdentityProvider", 200, "{}"),
    ]);
    let live = create(&driver(&fake, IdentityProviders::new), "provider", &okta())
        .await
        .unwrap();
    assert_eq!(live.attributes[Properties::NAME.name], "Okta");
    let expected = [
        "ListTagsForResource",
        "TagResource",
        "CreateIdentityProvider",
    ];
    assert_eq!(calls(&fake), expected);
    let record = &sent(&fake, "TagResource")["Tags"];
    assert_eq!(
        *record,
        json!({"frontage:fingerprint:provider": "f 3d5e51c3fd3a"})
    );
    let mut expected = okta();
    expected["IdpIdentifiers"] = json!(["example.com", "example.org"]);
    assert_eq!(sent(&fake, "CreateIdentityProvider"), expected);
}

#[tokio::test]
async fn a_provider_whose_making_was_not_answered_is_made_what_is_wanted() {
    let answer = with_additions(&json!({}));
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("CreateIdentityProvider", 400, DUPLICATE),
        ("DescribeIdentityProvider", 200, answer.as_str()),
        ("ListTagsForResource", 200, OURS),
        ("UpdateIdentityProvider", 200, "{}"),
    ]);
    create(&driver(&fake, IdentityProviders::new), "provider", &okta())
        .await
        .unwrap();
    fake.assert_used();
}

/// Cognito's error is the same if another provider has an identifier, or a provider of the name is
/// another owner's or of another type.
#[tokio::test]
async fn what_else_is_a_duplicate_is_not_taken_over() {
    let answer = with_additions(&json!({}));
    let saml = answer.replace("OIDC", "SAML");
    let refused = |script: Vec<(&'static str, u16, String)>| async move {
        let first = [
            ("ListTagsForResource", 200, OURS.to_owned()),
            ("TagResource", 200, "{}".to_owned()),
            ("CreateIdentityProvider", 400, DUPLICATE.to_owned()),
        ];
        let script: Vec<_> = first.into_iter().chain(script).collect();
        let fake = FakeAws::new(
            script
                .iter()
                .map(|(name, status, body)| (*name, *status, body.as_str())),
        );
        let made = create(&driver(&fake, IdentityProviders::new), "provider", &okta()).await;
        assert!(made.unwrap_err().is("DuplicateProviderException"));
        fake.assert_used();
    };
    refused(vec![("DescribeIdentityProvider", 400, GONE.to_owned())]).await;
    refused(vec![("DescribeIdentityProvider", 200, saml)]).await;
    let theirs = ("ListTagsForResource", 200, THEIRS.to_owned());
    refused(vec![("DescribeIdentityProvider", 200, answer), theirs]).await;
}

#[tokio::test]
async fn providers_on_every_page_are_found_and_those_with_a_record_are_orphans() {
    let pool = pool_of(&json!({"UserPoolTags": {"frontage:system": "acme",
        "frontage:address": "test/pool", "frontage:fingerprint:provider-Okta": "f",
        "frontage:fingerprint:entra": "f e4777a691606"}}));
    let fake = FakeAws::new([
        ("GetResources", 200, HINT),
        ("DescribeUserPool {", 200, pool.as_str()),
        (
            "ListIdentityProviders",
            200,
            r#"{"Providers":[{"ProviderName":"Okta"}],"NextToken":"more"}"#,
        ),
        (
            "ListIdentityProviders",
            200,
            r#"{"Providers":[{"ProviderName":"Entra"},{"ProviderName":"Theirs"}]}"#,
        ),
    ]);
    let driver = driver(&fake, IdentityProviders::new);
    let listed = driver
        .list(&engine::Selection::All, &ReadCache::default())
        .await
        .unwrap();
    let at = |live: &Live| live.tags.owner().map(|owner| owner.address.to_string());
    let addresses: Vec<_> = listed.iter().filter_map(at).collect();
    assert_eq!(addresses, ["test/provider-Okta", "test/entra"]);
    let foreign = LiveTags::Foreign("test/pool".parse().unwrap());
    assert_eq!(listed[2].tags, foreign);
    fake.assert_used();
}

#[tokio::test]
async fn a_provider_that_does_not_exist_is_absence_and_deleted() {
    let recorded = with_record("provider=f 3d5e51c3fd3a");
    let fake = FakeAws::new([
        ("DescribeUserPool {", 200, POOL),
        ("DescribeIdentityProvider", 400, GONE),
        ("DeleteIdentityProvider", 400, GONE),
        ("DescribeIdentityProvider", 400, GONE),
        ("ListTagsForResource", 200, recorded.as_str()),
        ("UntagResource", 200, "{}"),
    ]);
    let driver = driver(&fake, IdentityProviders::new);
    assert!(read(&driver, "provider", &okta()).await.is_none());
    let live = live(&driver, (Properties::NAME, "Okta"), "provider", &okta());
    driver.delete(&live).await.unwrap();
    fake.assert_used();
}

#[test]
fn a_plan_finds_what_cognito_refuses() {
    let finding = |members: Value| findings(IdentityProviders::new, &okta(), &members);
    let cases = [
        (
            json!({"ProviderName": "Google"}),
            "ProviderName is `Google`, which Cognito reserves",
        ),
        (
            json!({"ProviderName": "ok"}),
            "ProviderName has 2 characters; 3 to 32 are allowed",
        ),
        (
            json!({"ProviderName": "_okta"}),
            "ProviderName is `_okta`; it must not begin or end with _",
        ),
        (
            json!({"ProviderType": "OAuth"}),
            "ProviderType is `OAuth`; SAML or OIDC or Facebook or Google or LoginWithAmazon or SignInWithApple is allowed",
        ),
        (
            json!({"ProviderType": "SAML"}),
            "ProviderDetails must have either a MetadataURL or a MetadataFile",
        ),
        (
            json!({"IdpIdentifiers": ["a,b"]}),
            "IdpIdentifiers[0] is `a,b`; only letters, digits, spaces and _+=.@- are allowed",
        ),
        (
            json!({"AttributeMapping": {"custom:much-too-long-for-an-attribute": "a"}}),
            "AttributeMapping has `custom:much-too-long-for-an-attribute`; 1 to 32 characters are allowed in an attribute's name",
        ),
        (
            json!({"ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": {"client_id": "c"}}),
            "ProviderDetails has no authorize_scopes|ProviderDetails has no client_secret",
        ),
        (
            json!({"ProviderType": "Google", "ProviderDetails":
                {"client_id": "c", "client_secret": "s", "authorize_scopes": "email"}}),
            "ProviderName is `Okta`; a provider of the type Google has this name",
        ),
    ];
    for (members, expected) in cases {
        assert_eq!(finding(members).join("|"), expected);
    }
    let many: Vec<_> = (0..51).map(|number| number.to_string()).collect();
    let too_many = ["IdpIdentifiers has 51 members; 0 to 50 are allowed"];
    assert_eq!(finding(json!({"IdpIdentifiers": many})), too_many);
    // A plan without the secret, as `validate` makes it.
    let mut unknown = okta()["ProviderDetails"].clone();
    unknown["client_secret"] = json!(engine::UNKNOWN);
    assert_eq!(finding(json!({"ProviderDetails": unknown})), [""; 0]);
}
