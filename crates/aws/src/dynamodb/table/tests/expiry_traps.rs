//! Expiry: one change per hour, and none that changes nothing.

use super::*;

fn by(attribute: &str) -> Value {
    json!({"TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": true}})
}

#[tokio::test(start_paused = true)]
async fn another_attribute_is_off_then_waited_for_then_on() {
    let on = expiry("ENABLED", Some("old"));
    let (disabling, disabled) = (expiry("DISABLING", Some("old")), expiry("DISABLED", None));
    let enabling = expiry("ENABLING", Some("new"));
    let fake = FakeAws::new([
        ("DescribeTimeToLive", 200, on.as_str()),
        ("UpdateTimeToLive", 200, "{}"),
        ("DescribeTimeToLive", 200, on.as_str()),
        ("DescribeTimeToLive", 200, disabling.as_str()),
        ("DescribeTimeToLive", 200, disabling.as_str()),
        ("DescribeTimeToLive", 200, disabled.as_str()),
        ("UpdateTimeToLive", 200, "{}"),
        ("DescribeTimeToLive", 200, enabling.as_str()),
    ]);
    update(&driver(&fake), &by("old"), &by("new"))
        .await
        .unwrap();
    let sent: Vec<String> = fake
        .requests()
        .into_iter()
        .filter(|sent| sent.contains("UpdateTimeToLive"))
        .collect();
    assert!(
        sent[0].contains(r#""Enabled":false"#) && sent[0].contains("old"),
        "{sent:?}"
    );
    assert!(
        sent[1].contains(r#""Enabled":true"#) && sent[1].contains("new"),
        "{sent:?}"
    );
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_second_change_in_an_hour_is_told_clearly() {
    let disabled = expiry("DISABLED", None);
    let refused = error(
        "ValidationException",
        "Time to live has been modified multiple times within a fixed interval",
    );
    let fake = FakeAws::new([
        ("DescribeTimeToLive", 200, disabled.as_str()),
        ("UpdateTimeToLive", 400, refused.as_str()),
        ("DescribeTimeToLive", 200, disabled.as_str()),
    ]);
    let error = update(&driver(&fake), &json!({}), &by("until"))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "dynamodb:UpdateTimeToLive: ValidationException: Time to live has been modified multiple times within a \
         fixed interval; AWS takes one change of a table's expiry an hour, so apply again in an hour"
    );
    fake.assert_used();
}

#[tokio::test]
async fn expiry_that_is_being_turned_on_is_not_turned_on_again() {
    let enabling = expiry("ENABLING", Some("until"));
    let fake = FakeAws::new([("DescribeTimeToLive", 200, enabling.as_str())]);
    update(&driver(&fake), &json!({}), &by("until"))
        .await
        .unwrap();
    assert_eq!(
        (fake.requests().len(), fake.count("DescribeTimeToLive")),
        (1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_failure() {
    let (disabled, enabling) = (expiry("DISABLED", None), expiry("ENABLING", Some("until")));
    let refused = error("ValidationException", "TimeToLive is already enabled");
    let fake = FakeAws::new([
        ("DescribeTimeToLive", 200, disabled.as_str()),
        ("UpdateTimeToLive", 400, refused.as_str()),
        ("DescribeTimeToLive", 200, enabling.as_str()),
        ("DescribeTimeToLive", 200, enabling.as_str()),
    ]);
    update(&driver(&fake), &json!({}), &by("until"))
        .await
        .unwrap();
    fake.assert_used();
}
