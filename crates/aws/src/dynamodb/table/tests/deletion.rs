//! A table that is deleted.

use super::*;

#[tokio::test(start_paused = true)]
async fn protection_is_lifted() {
    let protected = error(
        "ValidationException",
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    );
    let (deleting, active) = (described("DELETING", &json!({})), active());
    let fake = FakeAws::new([
        ("DeleteTable", 400, protected.as_str()),
        ("UpdateTable", 200, "{}"),
        ("DescribeTable", 200, active.as_str()),
        ("DeleteTable", 400, IN_USE),
        ("DeleteTable", 200, "{}"),
        ("DescribeTable", 200, deleting.as_str()),
        ("DescribeTable", 400, ABSENT),
    ]);
    let driver = driver(&fake);
    driver.delete(live(&driver, &json!({}))).await.unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_or_going_is_no_failure() {
    let going = error(
        "ResourceInUseException",
        "Attempt to change a resource which is still in use: Table is being deleted: acme-t",
    );
    for answer in [ABSENT, going.as_str()] {
        let fake = FakeAws::new([("DeleteTable", 400, answer), ("DescribeTable", 400, ABSENT)]);
        let driver = driver(&fake);
        driver.delete(live(&driver, &json!({}))).await.unwrap();
        fake.assert_used();
    }
}
