use super::{Brandings, Properties};
use crate::cognito::testing::*;

const EXISTS: &str = r#"{"__type":"ManagedLoginBrandingExistsException","message":"exists"}"#;

fn style() -> Value {
    json!({"UserPoolId": "p", "ClientId": "c",
        "Settings": {"components": {"form": {"borderRadius": 8.5, "shown": true, "order": [1, -1, null]}}},
        "Assets": [{"Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "SVG", "Bytes": "PHN2Zy8+"}]})
}

fn described() -> String {
    let mut branding = style();
    branding["ManagedLoginBrandingId"] = json!("s");
    branding["UseCognitoProvidedValues"] = json!(false);
    branding["Assets"][0]["ResourceId"] = json!("r");
    json!({"ManagedLoginBranding": branding}).to_string()
}

#[tokio::test]
async fn settings_and_pictures_read_back_as_they_are_stated() {
    let described = described();
    let fake = FakeAws::new([
        ("DescribeUserPool {", 200, POOL),
        (
            "DescribeManagedLoginBrandingByClient",
            200,
            described.as_str(),
        ),
    ]);
    let driver = driver(&fake, Brandings::new);
    let live = read(&driver, "style", &style()).await.unwrap();
    assert_eq!(live.attributes[Properties::ID.name], "s");
    assert_eq!(live.tags, LiveTags::Read(tags("style")));
    assert_eq!(
        driver.compare(&live, &style()).unwrap().changes,
        Changes::default()
    );
}

#[tokio::test]
async fn a_style_is_made_of_settings_or_of_cognitos_own_values() {
    let described = described();
    let made = || {
        [
            ("ListTagsForResource", 200, OURS),
            ("TagResource", 200, "{}"),
            ("CreateManagedLoginBranding", 200, described.as_str()),
        ]
    };
    let fake = FakeAws::new(made());
    create(&driver(&fake, Brandings::new), "style", &style())
        .await
        .unwrap();
    let sent_style = sent(&fake, "CreateManagedLoginBranding");
    assert_eq!(sent_style["Settings"], style()["Settings"]);
    assert_eq!(sent_style["Assets"], style()["Assets"]);
    assert_eq!(sent_style.get("UseCognitoProvidedValues"), None);
    let fake = FakeAws::new(made());
    let plain = json!({"UserPoolId": "p", "ClientId": "c"});
    create(&driver(&fake, Brandings::new), "style", &plain)
        .await
        .unwrap();
    let expected = json!({"UserPoolId": "p", "ClientId": "c", "UseCognitoProvidedValues": true});
    assert_eq!(sent(&fake, "CreateManagedLoginBranding"), expected);
}

#[tokio::test]
async fn a_style_whose_making_was_not_answered_is_made_what_is_wanted() {
    let described = described();
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("CreateManagedLoginBranding", 400, EXISTS),
        (
            "DescribeManagedLoginBrandingByClient",
            200,
            described.as_str(),
        ),
        ("ListTagsForResource", 200, OURS),
        ("UpdateManagedLoginBranding", 200, "{}"),
    ]);
    let live = create(&driver(&fake, Brandings::new), "style", &style())
        .await
        .unwrap();
    assert_eq!(live.id, "p/s");
    assert_eq!(
        sent(&fake, "UpdateManagedLoginBranding")["ManagedLoginBrandingId"],
        "s"
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn settings_change_in_place_and_pictures_by_replacement() {
    let fake = FakeAws::new([
        ("UpdateManagedLoginBranding", 400, CONCURRENT),
        ("UpdateManagedLoginBranding", 200, "{}"),
    ]);
    let driver = driver(&fake, Brandings::new);
    let live = live(&driver, (Properties::ID, "s"), "style", &style());
    let mut changed = style();
    changed["Settings"]["components"]["form"]["borderRadius"] = json!(4);
    update(&driver, &live, &changed).await.unwrap();
    let sent = sent(&fake, "UpdateManagedLoginBranding");
    assert_eq!(sent["Settings"], changed["Settings"]);
    assert_eq!(sent["UseCognitoProvidedValues"], false);
    let mut without = style();
    without["Assets"] = json!([]);
    let changes = driver.compare(&live, &without).unwrap().changes;
    assert!(changes.force_replacement());
}

#[tokio::test]
async fn a_style_that_went_with_its_client_is_deleted() {
    let fake = FakeAws::new([
        ("DeleteManagedLoginBranding", 400, GONE),
        ("DescribeManagedLoginBrandingByClient", 400, GONE),
        ("ListTagsForResource", 400, GONE),
    ]);
    let driver = driver(&fake, Brandings::new);
    driver
        .delete(&live(&driver, (Properties::ID, "s"), "style", &style()))
        .await
        .unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn a_style_that_the_model_does_not_have_is_an_orphan() {
    let described = described();
    let fake = FakeAws::new([
        ("GetResources", 200, HINT),
        ("DescribeUserPool {", 200, POOL),
        (
            "ListUserPoolClients",
            200,
            r#"{"UserPoolClients":[{"ClientId":"c","ClientName":"acme"}]}"#,
        ),
        (
            "DescribeManagedLoginBrandingByClient",
            200,
            described.as_str(),
        ),
    ]);
    let listed = driver(&fake, Brandings::new)
        .list(&engine::Selection::All, &ReadCache::default())
        .await
        .unwrap();
    assert_eq!(
        listed[0].tags.known().unwrap()["frontage:address"],
        "test/style"
    );
}

#[tokio::test]
async fn a_style_in_another_systems_pool_is_not_taken_over() {
    let described = described();
    let fake = FakeAws::new([
        ("ListTagsForResource", 200, OURS),
        ("TagResource", 200, "{}"),
        ("CreateManagedLoginBranding", 400, EXISTS),
        (
            "DescribeManagedLoginBrandingByClient",
            200,
            described.as_str(),
        ),
        ("ListTagsForResource", 200, THEIRS),
    ]);
    let error = create(&driver(&fake, Brandings::new), "style", &style()).await;
    assert!(error.unwrap_err().is("ManagedLoginBrandingExistsException"));
    fake.assert_used();
}

#[test]
fn a_plan_finds_what_cognito_refuses() {
    let plain = json!({"UserPoolId": "p", "ClientId": "c"});
    let finding = |members: Value| findings(Brandings::new, &plain, &members);
    assert_eq!(
        finding(json!({"UseCognitoProvidedValues": false})),
        ["UseCognitoProvidedValues is not true; Settings or Assets are required without it"]
    );
    assert_eq!(
        finding(json!({"UseCognitoProvidedValues": true, "Settings": {"a": 1}})),
        ["UseCognitoProvidedValues is true; Settings and Assets are allowed without it alone"]
    );
    let image = |bytes: &str| json!({"Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "SVG", "Bytes": bytes});
    assert_eq!(
        finding(json!({"Assets": vec![image("PHN2Zy8+"); 41]})),
        ["Assets has 41 members; 0 to 40 are allowed"]
    );
    assert_eq!(
        finding(json!({"Assets": [image("?")]})),
        ["Assets[0].Bytes is not base64"]
    );
    let unknown = json!({"Assets": [image(engine::UNKNOWN)]});
    assert_eq!(finding(unknown), Vec::<String>::new());
}
