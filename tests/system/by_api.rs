//! The command line without access to the account, by the toggles' HTTP API.

use std::time::Instant;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use toggle_table::first_day;

use super::flips::{System, destroyed};
use super::stale;
use crate::support::PATIENCE;
use crate::support::cli::{Ended, Project};
use crate::support::front::in_front_of_api;
use crate::support::toggles::dynamodb;

/// Somebody who has a token, and no credentials of AWS.
struct Person<'p> {
    project: &'p Project,
    url: String,
    token: String,
}

impl<'p> Person<'p> {
    async fn new(system: &'p System, name: &str, group: &str) -> Self {
        let account = &system.project.world.account_id;
        Self {
            project: &system.project,
            url: in_front_of_api(&system.api, account).await,
            token: system.person(name, Some(group)).await.token,
        }
    }

    fn toggles(&self, arguments: &[&str]) -> Ended {
        let mut command = self.project.command(&[&["toggles"], arguments].concat());
        for name in [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ENDPOINT_URL",
        ] {
            command.env_remove(name);
        }
        let command = command.env("FRONTAGE_TOGGLES_API", &self.url);
        let command = command.env("FRONTAGE_TOKEN", &self.token);
        command.output().expect("the program runs").into()
    }

    fn ok(&self, arguments: &[&str]) -> Ended {
        let ended = self.toggles(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
        ended
    }

    fn refused(&self, arguments: &[&str], wanted: &str) {
        let ended = self.toggles(arguments);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(1), ""),
            "{arguments:?}: {ended:#?}"
        );
        assert!(told(&ended).contains(wanted), "{arguments:?}: {ended:#?}");
    }

    fn json(&self, arguments: &[&str]) -> Value {
        self.ok(&[arguments, &["--format", "json"]].concat()).json()
    }
}

fn told(ended: &Ended) -> String {
    let words = ended.stderr.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

fn by_iam(project: &Project, arguments: &[&str]) -> Value {
    project
        .ok(&[&["toggles"], arguments, &["--format", "json"]].concat())
        .json()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_without_access_to_the_account_change_what_their_groups_may() {
    let system = System::applied();
    let project = &system.project;
    let ada = Person::new(&system, "ada", "shipping").await;
    let express = "shipping.express";
    ada.ok(&[
        "set",
        express,
        "on",
        "--name",
        "Express",
        "--value",
        "[1.50]",
        "--attribute",
        "owner=web",
        "--comment",
        "launch",
    ]);
    let written = by_iam(project, &["get", express]);
    assert_eq!(written["lastChange"]["by"], "ada@example.com");
    assert_eq!(written["lastChange"]["comment"], "launch");
    assert_eq!(ada.json(&["get", express]), written);
    assert_eq!(
        ada.ok(&["list"]).stdout,
        "shipping.express  on   Express  = [1.5]\n"
    );
    assert_eq!(ada.json(&["list"]), by_iam(project, &["list"]));
    let first = written["revision"].as_u64().expect("a number");

    let unset = ada.ok(&["unset", express, "owner", "none"]);
    assert!(
        told(&unset).contains("had no attribute `none`"),
        "{unset:#?}"
    );
    assert_eq!(by_iam(project, &["get", express]).get("owner"), None);
    ada.ok(&["set", express, "on", "--group", "beta"]);
    let asked = ["explain", express, "--user", "1", "--group", "beta"];
    assert_eq!(ada.json(&asked), by_iam(project, &asked));
    assert_eq!(ada.json(&asked)["isActive"], true);

    let began = Instant::now();
    let changes = loop {
        let changes = ada.json(&["history", express]);
        if changes.as_array().expect("a list").len() == 3 {
            break changes;
        }
        assert!(began.elapsed() < PATIENCE, "{changes:#}");
    };
    assert_eq!(changes[2]["comment"], "launch");
    assert_eq!(
        changes[1]["attributes"],
        json!([{"name": "owner", "before": "\"web\""}])
    );
    let first = first.to_string();
    ada.ok(&["rollback", express, "--to", &first]);
    let back = by_iam(project, &["get", express]);
    assert_eq!(
        (&back["owner"], back.get("targeting")),
        (&json!("web"), None)
    );

    ada.refused(
        &["set", "payment.card", "off"],
        "you may not change `payment.card`",
    );
    ada.refused(&["set", express, "on", "--if-revision", "5"], "at revision");
    ada.refused(
        &["set", express, "on", "--rule", "{\"iff\": []}"],
        "is broken",
    );
    ada.refused(&["set", express, "on", "--wait"], "cannot be waited for");
    ada.refused(
        &["get", "shipping.none"],
        "there is no toggle `shipping.none`",
    );
    ada.refused(&["list", "--token-env", "NONE"], "has no token");
    // What clients ask for is not counted, and none of the sources are here.
    assert_eq!(ada.json(&["stale"]), by_iam(project, &["stale"]));
    let stranger = Person {
        token: "a.b.c".to_owned(),
        url: ada.url.clone(),
        project,
    };
    stranger.refused(&["list"], "sign in again");
    ada.ok(&["delete", express]);
    project.fails(&["toggles", "get", express]);
    project.assert_nothing_to_do();
    project.destroy();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_toggle_is_changed_by_two() {
    let system = System::applied();
    let project = &system.project;
    let bob = Person::new(&system, "bob", "operators").await;
    let card = "payment.card";

    // By IAM, and approved by the API.
    project.ok(&["toggles", "set", card, "on", "--comment", "sale"]);
    let open = by_iam(project, &["proposals"]);
    assert_eq!(
        (
            &open[0]["featureId"],
            &open[0]["change"],
            &open[0]["comment"]
        ),
        (&json!(card), &json!("patch"), &json!("sale"))
    );
    assert_eq!(bob.json(&["proposals"]), open);
    let list = bob.ok(&["list"]);
    assert!(told(&list).contains("there are no toggles"), "{list:#?}");
    let approved = bob.ok(&["approve", card, "--comment", "checked"]);
    assert!(
        told(&approved).contains("approved: the patch of `payment.card`"),
        "{approved:#?}"
    );
    let change = by_iam(project, &["get", card])["lastChange"].clone();
    assert_eq!(
        (&change["approvedBy"], &change["comment"]),
        (&json!("bob@example.com"), &json!("sale; checked"))
    );
    assert!(
        change["by"].as_str().expect("an ARN").starts_with("arn:"),
        "{change}"
    );

    // Switching off never waits, and switching on by the API does.
    project.ok(&["toggles", "set", card, "off"]);
    assert_eq!(by_iam(project, &["get", card])["isActive"], false);
    let proposed = bob.json(&["set", card, "on"]);
    assert_eq!(proposed["proposal"]["by"], "bob@example.com");
    bob.refused(&["approve", card], "somebody else");
    project.ok(&["toggles", "approve", card]);
    let on = by_iam(project, &["get", card]);
    assert_eq!(
        (&on["isActive"], &on["lastChange"]["by"]),
        (&json!(true), &json!("bob@example.com"))
    );

    // What is withdrawn does not happen.
    bob.ok(&["delete", card]);
    bob.ok(&["withdraw", card]);
    assert_eq!(by_iam(project, &["proposals"]), json!([]));
    let nothing = project.fails(&["toggles", "approve", card]);
    assert!(
        told(&nothing).contains("nothing is proposed for `payment.card`"),
        "{nothing:#?}"
    );
    bob.ok(&["get", card]);

    // The history says who agreed.
    let began = Instant::now();
    while !bob
        .ok(&["history", card])
        .stdout
        .contains(", approved by bob@example.com: sale; checked")
    {
        assert!(began.elapsed() < PATIENCE);
    }
    project.assert_nothing_to_do();
    project.destroy();
}

/// Counts that a toggle was on in one page load, so many days ago.
async fn count(project: &Project, id: &str, days_ago: u64) {
    let day = first_day(toggle_table::now_ms(), days_ago + 1);
    let put = dynamodb(project)
        .put_item()
        .table_name(project.world.name("exposures-table"))
        .item("featureId", AttributeValue::S(id.to_owned()))
        .item("day", AttributeValue::S(day))
        .item("answer:on", AttributeValue::N("1".to_owned()));
    put.send().await.expect("stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_toggles_decides_what_could_be_deleted_with_access_and_without() {
    let system =
        System::described("[shell]\n[toggles]\nexposure = 1\nmay_flip.operators = [\"*\"]\n");
    let project = &system.project;
    for id in ["used", "unused", "never"] {
        stale::put(project, id, 100, None).await;
    }
    count(project, "used", 40).await;
    count(project, "used", 1).await;
    count(project, "unused", 40).await;
    let by_iam = project.ok(&["toggles", "stale", "--format", "json"]).json();
    let signs = |id: &str| {
        let toggles = by_iam["toggles"].as_array().into_iter().flatten();
        let mut found = toggles.filter(|toggle| toggle["featureId"] == id);
        let toggle = found.next().unwrap_or_else(|| panic!("{id} in {by_iam}"));
        (toggle["askedFor"].clone(), toggle["couldBeDeleted"].clone())
    };
    assert_eq!(signs("used"), (json!(true), json!(false)));
    assert_eq!(signs("unused"), (json!(false), json!(true)));
    assert_eq!(signs("never"), (json!(false), json!(true)));
    let ada = Person::new(&system, "ada", "operators").await;
    assert_eq!(ada.json(&["stale"]), by_iam);
    destroyed(project).await;
}
