//! Changes of protected toggles by those who have access to the account.

use serde_json::{Value, json};

use crate::support::cli::{Ended, Project};

fn told(ended: &Ended) -> String {
    let words = ended.stderr.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

fn by_iam(project: &Project, arguments: &[&str]) -> Value {
    let line = [&["toggles"], arguments, &["--format", "json"]].concat();
    project.ok(&line).json()
}

#[test]
fn a_change_of_a_protected_toggle_is_proposed() {
    let project = Project::described("[toggles]\nprotected = [\"payment.*\"]\n");
    project.apply();
    let card = "payment.card";
    let none = project.ok(&["toggles", "proposals"]);
    assert!(told(&none).contains("nothing is proposed"), "{none:#?}");
    let proposed = project.ok(&["toggles", "set", card, "on", "--comment", "sale"]);
    assert!(
        told(&proposed).contains("frontage toggles approve payment.card"),
        "{proposed:#?}"
    );
    project.fails(&["toggles", "get", card]);
    let again = project.fails(&["toggles", "set", card, "on"]);
    assert!(
        told(&again).contains("another change of `payment.card` is proposed"),
        "{again:#?}"
    );
    let own = project.fails(&["toggles", "approve", card]);
    assert!(told(&own).contains("approved by somebody else"), "{own:#?}");
    let open = by_iam(&project, &["proposals"]);
    assert_eq!(
        (&open[0]["featureId"], &open[0]["comment"]),
        (&json!(card), &json!("sale"))
    );
    project.ok(&["toggles", "withdraw", card]);
    assert_eq!(by_iam(&project, &["proposals"]), json!([]));
    project.ok(&["toggles", "set", "shipping.express", "on"]);
    project.assert_nothing_to_do();
    project.destroy();
}
