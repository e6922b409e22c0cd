use super::{Domains, Properties};
use crate::cognito::testing::*;

/// Cognito's answer for a domain that does not exist.
const EMPTY: &str = r#"{"DomainDescription":{}}"#;
const TAKEN: &str = r#"{"__type":"InvalidParameterException","message":"Domain already associated with another user pool."}"#;

fn acme() -> Value {
    json!({"UserPoolId": "p", "Domain": "acme", "ManagedLoginVersion": 2})
}

fn described(pool: &str, status: &str) -> String {
    json!({"DomainDescription": {"UserPoolId": pool, "Domain": "acme", "Status": status, "ManagedLoginVersion": 2,
        "CloudFrontDistribution": "d1.cloudfront.net", "CustomDomainConfig": {}}})
    .to_string()
}

#[tokio::test]
async fn a_domain_is_found_by_its_pool() {
    let active = described("p", "ACTIVE");
    let fake = FakeAws::new([
        ("DescribeUserPool {", 200, POOL),
        ("DescribeUserPoolDomain", 200, active.as_str()),
    ]);
    let driver = driver(&fake, Domains::new);
    let mut other = acme();
    other["Domain"] = json!("other");
    let live = read(&driver, "domain", &other).await.unwrap();
    assert_eq!(live.properties.to_json().unwrap()["Domain"], "acme");
    assert_eq!(
        live.attributes[Properties::LOGIN_URL.name],
        "https://acme.auth.eu-west-1.amazoncognito.fake"
    );
    assert_eq!(
        live.attributes[Properties::CLOUD_FRONT_DISTRIBUTION.name],
        "d1.cloudfront.net"
    );
    assert_eq!(live.tags, LiveTags::Read(tags("domain")));
}

#[tokio::test]
async fn an_empty_description_and_one_of_another_pool_are_absence() {
    let other = described("other", "ACTIVE");
    for description in [EMPTY, other.as_str()] {
        let fake = FakeAws::new([
            ("DescribeUserPool {", 200, POOL),
            ("DescribeUserPoolDomain", 200, description),
        ]);
        assert!(
            read(&driver(&fake, Domains::new), "domain", &acme())
                .await
                .is_none()
        );
        fake.assert_used();
    }
}

#[tokio::test(start_paused = true)]
async fn a_domain_is_waited_for_until_it_is_active() {
    let [creating, active] = [described("p", "CREATING"), described("p", "ACTIVE")];
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("CreateUserPoolDomain", 200, "{}"),
        ("DescribeUserPoolDomain", 200, EMPTY),
        ("DescribeUserPoolDomain", 200, creating.as_str()),
        ("DescribeUserPoolDomain", 200, creating.as_str()),
        ("DescribeUserPoolDomain", 200, active.as_str()),
    ]);
    let live = create(&driver(&fake, Domains::new), "domain", &acme())
        .await
        .unwrap();
    assert_eq!(
        live.attributes[Properties::LOGIN_URL.name],
        "https://acme.auth.eu-west-1.amazoncognito.fake"
    );
    fake.assert_used();
}

#[tokio::test]
async fn a_domain_that_cannot_be_set_up_says_so_at_once() {
    let failed = described("p", "FAILED");
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("CreateUserPoolDomain", 200, "{}"),
        ("DescribeUserPoolDomain", 200, failed.as_str()),
    ]);
    let error = create(&driver(&fake, Domains::new), "domain", &acme())
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("could not set up the domain acme"),
        "{error}"
    );
}

#[tokio::test]
async fn a_domain_whose_making_was_not_answered_is_taken_and_another_pools_is_not() {
    let [ours, other] = [described("p", "ACTIVE"), described("other", "ACTIVE")];
    let mut answers = vec![
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("CreateUserPoolDomain", 400, TAKEN),
        ("ListTagsForResource", 200, OURS),
        ("UpdateUserPoolDomain", 200, "{}"),
    ];
    answers.extend(vec![("DescribeUserPoolDomain", 200, ours.as_str()); 3]);
    let fake = FakeAws::new(answers);
    create(&driver(&fake, Domains::new), "domain", &acme())
        .await
        .unwrap();
    fake.assert_used();
    for description in [other.as_str(), EMPTY] {
        let fake = FakeAws::new([
            ("ListTagsForResource", 200, OURS),
            ("TagResource", 200, "{}"),
            ("CreateUserPoolDomain", 400, TAKEN),
            ("DescribeUserPoolDomain", 200, description),
        ]);
        let error = create(&driver(&fake, Domains::new), "domain", &acme())
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "cognito-idp:CreateUserPoolDomain: InvalidParameterException: Domain already associated with another user pool."
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_domain_is_gone_once_its_description_is_empty() {
    let deleting = described("p", "DELETING");
    let recorded = with_record("domain=f d2d4122122f9");
    let fake = FakeAws::new([
        ("DeleteUserPoolDomain", 200, "{}"),
        ("DescribeUserPoolDomain", 200, deleting.as_str()),
        ("DescribeUserPoolDomain", 200, EMPTY),
        ("ListTagsForResource", 200, recorded.as_str()),
        ("UntagResource", 200, "{}"),
    ]);
    let driver = driver(&fake, Domains::new);
    let live = live(&driver, (Properties::LOGIN_URL, "acme"), "domain", &acme());
    driver.delete(&live).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn deleting_a_domain_that_is_gone_succeeds() {
    let unknown =
        r#"{"__type":"InvalidParameterException","message":"No such domain or user pool exists."}"#;
    for absent in [unknown, GONE] {
        let fake = FakeAws::new([
            ("DeleteUserPoolDomain", 400, absent),
            ("DescribeUserPoolDomain", 200, EMPTY),
            ("DescribeUserPoolDomain", 200, EMPTY),
            ("ListTagsForResource", 400, GONE),
        ]);
        let driver = driver(&fake, Domains::new);
        let live = live(&driver, (Properties::LOGIN_URL, "acme"), "domain", &acme());
        driver.delete(&live).await.unwrap();
    }
}

#[tokio::test]
async fn a_domain_of_another_systems_pool_is_not_taken_over() {
    let ours = described("p", "ACTIVE");
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("CreateUserPoolDomain", 400, TAKEN),
        ("DescribeUserPoolDomain", 200, ours.as_str()),
        ("ListTagsForResource", 200, THEIRS),
    ]);
    let error = create(&driver(&fake, Domains::new), "domain", &acme()).await;
    assert!(error.unwrap_err().is("InvalidParameterException"));
    fake.assert_used();
}

#[test]
fn a_plan_finds_what_cognito_refuses() {
    let certificate = json!({"CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/a"});
    let alphabet = |name: &str| {
        format!(
            "Domain is `{name}`; only small letters, digits and, within, - are allowed in a prefix"
        )
    };
    let cases = [
        (json!({"Domain": "Acme"}), alphabet("Acme")),
        (json!({"Domain": "acme-"}), alphabet("acme-")),
        (
            json!({"Domain": "my-cognito"}),
            "Domain is `my-cognito`; Cognito reserves `cognito` in a prefix".to_owned(),
        ),
        (json!({"Domain": "acme.example"}), alphabet("acme.example")),
        (
            json!({"Domain": "a".repeat(64)}),
            "Domain has 64 characters; 1 to 63 are allowed in a prefix".to_owned(),
        ),
        (
            json!({"Domain": "acme", "CustomDomainConfig": certificate}),
            "Domain is `acme`; a custom domain is a whole name".to_owned(),
        ),
        (
            json!({"Domain": format!("{}.example.com", "a".repeat(52)), "CustomDomainConfig": certificate}),
            "Domain has 64 characters; 1 to 63 are allowed in a custom domain".to_owned(),
        ),
        (
            json!({"ManagedLoginVersion": 3}),
            "ManagedLoginVersion is 3; 1 to 2 are allowed".to_owned(),
        ),
    ];
    for (members, finding) in cases {
        assert_eq!(findings(Domains::new, &acme(), &members), [finding]);
    }
    let unknown = json!({"Domain": engine::UNKNOWN});
    let found = findings(Domains::new, &acme(), &unknown);
    assert_eq!(found, Vec::<String>::new());
}

/// The pool `p` with a custom domain next to its prefix, and the custom domain with a security
/// policy that another tool set.
const BOTH: &str = r#"{"UserPool":{"Id":"p","Name":"acme-test","Domain":"acme","CustomDomain":"login.acme.test",
    "UserPoolTags":{"frontage:system":"acme","frontage:address":"test/pool"}}}"#;
const CUSTOM: &str = r#"{"DomainDescription":{"UserPoolId":"p","Domain":"login.acme.test","Status":"ACTIVE",
    "ManagedLoginVersion":2,"CloudFrontDistribution":"d1.cloudfront.net",
    "CustomDomainConfig":{"CertificateArn":"one","SecurityPolicy":"TLS_V1_3_2025"}}}"#;

fn login() -> Value {
    json!({"UserPoolId": "p", "Domain": "login.acme.test", "ManagedLoginVersion": 2,
        "CustomDomainConfig": {"CertificateArn": "one"}})
}

#[tokio::test]
async fn a_pool_has_a_prefix_and_a_custom_domain_side_by_side() {
    let prefix = described("p", "ACTIVE");
    let fake = FakeAws::new([
        ("DescribeUserPool {", 200, BOTH),
        (r#"Domain":"acme""#, 200, prefix.as_str()),
        (r#"Domain":"login.acme.test""#, 200, CUSTOM),
    ]);
    let driver = driver(&fake, Domains::new);
    let cache = ReadCache::default();
    for (name, desired) in [("domain", acme()), ("login-domain", login())] {
        let wanted = wanted(name, &desired);
        let live = driver.read(&wanted, &cache).await.unwrap().unwrap();
        let compared = driver.compare(&live, &desired).unwrap();
        assert!(compared.changes.is_empty(), "{compared:?}");
    }
    fake.assert_used();
}

/// An update resets what it omits.
#[tokio::test]
async fn a_security_policy_of_others_is_left() {
    let fake = FakeAws::new([
        ("DescribeUserPool {", 200, BOTH),
        ("DescribeUserPoolDomain", 200, CUSTOM),
        ("UpdateUserPoolDomain", 200, "{}"),
        ("DescribeUserPoolDomain", 200, CUSTOM),
    ]);
    let driver = driver(&fake, Domains::new);
    let live = read(&driver, "login-domain", &login()).await.unwrap();
    let left = driver.compare(&live, &login()).unwrap().left;
    assert_eq!(left.0[0].path, "CustomDomainConfig.SecurityPolicy");
    let mut renewed = login();
    renewed["CustomDomainConfig"]["CertificateArn"] = json!("two");
    update(&driver, &live, &renewed).await.unwrap();
    let sent = &sent(&fake, "UpdateUserPoolDomain")["CustomDomainConfig"];
    let expected = json!({"CertificateArn": "two", "SecurityPolicy": "TLS_V1_3_2025"});
    assert_eq!(*sent, expected);
    fake.assert_used();
}
