//! Behaviour of CloudWatch that no emulator shows.

use engine::UNKNOWN;
use fake_aws::FakeAws;
use serde_json::json;

use super::*;
use crate::kit::findings::findings;

const GONE: &str =
    r#"{"__type":"com.amazonaws.cloudwatch#DashboardNotFoundError","message":"gone"}"#;

fn owner(system: &str) -> Owner {
    Owner {
        system: system.to_owned(),
        id: Some("0a1b2c3d".to_owned()),
        region: Some("eu-west-1".to_owned()),
        address: "operations/system".parse().unwrap(),
        fingerprint: "0123456789abcdef".to_owned(),
    }
}

fn dashboard(body: Value) -> Properties {
    Dashboard {
        dashboard_name: "acme-operations-system".to_owned(),
        dashboard_body: body,
    }
}

fn answer(text: &str) -> String {
    json!({"DashboardName": "acme-operations-system", "DashboardBody": text}).to_string()
}

async fn create(fake: &FakeAws) -> Result<Live, DriverError> {
    let driver = Dashboards::new(&Account::for_tests(fake));
    let (owner, desired) = (owner("acme"), dashboard(json!({"widgets": []})));
    driver.create(desired, &owner, &owner.tags()).await
}

#[test]
fn a_body_reads_back_without_its_note() {
    let text = |y: u32| json!({"type": "text", "x": 0, "y": y, "height": 3, "properties": {"markdown": "# A [frontage "}});
    let body = json!({"start": "-PT12H", "widgets": [text(4), text(0)]});
    let printed = body::print(&body, &owner("acme")).unwrap();
    let written: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(written["widgets"][2]["y"], 7, "{written:#}");
    assert_eq!(body::parse(&printed), (body, owner("acme").tags()));
    assert!(body::print(&json!([]), &owner("acme")).is_err());
    assert_eq!(body::parse("no JSON"), (json!("no JSON"), Tags::new()));
}

#[tokio::test(start_paused = true)]
async fn a_new_dashboard_is_waited_for() {
    let exists = body::print(&json!({"widgets": []}), &owner("acme")).unwrap();
    let exists = answer(&exists);
    let fake = FakeAws::new([
        ("/GetDashboard", 404, GONE),
        ("/PutDashboard", 200, "{}"),
        ("/GetDashboard", 404, GONE),
        ("/GetDashboard", 200, exists.as_str()),
    ]);
    create(&fake).await.unwrap();
    fake.assert_used();
}

/// `PutDashboard` would overwrite it.
#[tokio::test]
async fn a_dashboard_of_another_owner_is_not_taken() {
    let theirs = body::print(&json!({"widgets": []}), &owner("theirs")).unwrap();
    for text in [theirs.as_str(), r#"{"widgets":[]}"#] {
        let found = answer(text);
        let fake = FakeAws::new([("/GetDashboard", 200, found.as_str())]);
        assert_eq!(
            create(&fake).await.unwrap_err().to_string(),
            "a dashboard `acme-operations-system` of another owner exists and is left untouched"
        );
        assert_eq!(fake.count("/PutDashboard"), 0);
    }
}

/// A list shows names alone, also of dashboards of others whose names begin like the system's.
#[tokio::test]
async fn an_orphan_is_found_by_its_note() {
    let names = ["acme-operations-system", "acme-theirs"];
    let entries = names.map(|name| json!({"DashboardName": name}));
    let list = json!({"DashboardEntries": entries}).to_string();
    let text = |system| body::print(&json!({"widgets": []}), &owner(system)).unwrap();
    let (ours, theirs) = (answer(&text("acme")), answer(&text("theirs")));
    let fake = FakeAws::new([
        ("/ListDashboards", 200, list.as_str()),
        ("/GetDashboard", 200, ours.as_str()),
        ("/GetDashboard", 200, theirs.as_str()),
    ]);
    let driver = Dashboards::new(&Account::for_tests(&fake));
    let found = driver.list(&ReadCache::default()).await.unwrap();
    let tags: Vec<_> = found.iter().map(|live| live.tags.clone()).collect();
    assert_eq!(tags, [LiveTags::Read(owner("acme").tags())]);
    fake.assert_used();
}

#[tokio::test]
async fn deleting_an_absent_dashboard_succeeds() {
    let fake = FakeAws::new([
        ("/DeleteDashboards", 404, GONE),
        ("/GetDashboard", 404, GONE),
    ]);
    let driver = Dashboards::new(&Account::for_tests(&fake));
    let live = read("acme-operations-system", r#"{"widgets":[]}"#);
    driver.delete(live).await.unwrap();
    fake.assert_used();
}

#[test]
fn what_cloudwatch_refuses_is_refused_before_any_call() {
    let widgets = |count: usize| json!({"widgets": vec![json!({"type": "text"}); count]});
    let metrics =
        |count: usize| json!({"properties": {"metrics": vec![json!(["AWS/SNS", "A"]); count]}});
    let wide = |x: u32, width: u32, height: u32| json!({"widgets": [{"x": x, "width": width, "height": height}]});
    let refused = [
        (widgets(499), ""),
        (widgets(500), "DashboardBody.widgets"),
        (json!({}), "DashboardBody"),
        (json!("text"), "DashboardBody"),
        (wide(23, 1, 1_000), ""),
        (wide(24, 1, 1), "DashboardBody.widgets[0].x"),
        (wide(0, 25, 1), "DashboardBody.widgets[0].width"),
        (wide(0, 24, 0), "DashboardBody.widgets[0].height"),
        (json!({"widgets": [metrics(500)]}), ""),
        (json!({"widgets": [metrics(501)]}), "DashboardBody.widgets"),
        (
            json!({"widgets": vec![metrics(500); 6]}),
            "DashboardBody.widgets",
        ),
        (json!({"widgets": [{"properties": {"title": UNKNOWN}}]}), ""),
    ];
    for (body, property) in refused {
        let found = findings(Dashboards::new, &dashboard(body.clone()));
        let expected = usize::from(!property.is_empty());
        assert!(
            found.len() == expected && found.iter().all(|found| found.starts_with(property)),
            "{body}: {found:?}"
        );
    }
    let named = Dashboard {
        dashboard_name: "a b".to_owned(),
        ..dashboard(widgets(0))
    };
    assert_eq!(findings(Dashboards::new, &named).len(), 1);
}
