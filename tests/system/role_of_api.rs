//! toggle-api has the permissions that people's requests need, and no others: on an emulator that enforces IAM
//! (`least_privilege.rs`).

use hyper::Method;
use serde_json::{Value, json};

use super::flips::{DESCRIBED, Person, System};
use super::least_privilege::{forbid_in, strict_with};

/// Each right of the role, and the table that it is for.
const RIGHTS: [(&str, &str); 10] = [
    ("dynamodb:GetItem", "toggles-table"),
    ("dynamodb:PutItem", "toggles-table"),
    ("dynamodb:Scan", "toggles-table"),
    ("dynamodb:UpdateItem", "toggles-table"),
    ("dynamodb:Query", "history-table"),
    ("dynamodb:Scan", "connections-table"),
    ("dynamodb:DeleteItem", "proposals-table"),
    ("dynamodb:GetItem", "proposals-table"),
    ("dynamodb:PutItem", "proposals-table"),
    ("dynamodb:Scan", "proposals-table"),
];

/// People who do all that the API offers with new toggles, and the first answer that is no success.
struct Round<'s> {
    one: &'s Person<'s>,
    other: &'s Person<'s>,
    number: usize,
}

type Failed = (String, u16, Value);

impl Round<'_> {
    async fn all(&self) -> Result<(), Failed> {
        let number = self.number;
        let (plain, protected) = (format!("shipping.{number}"), format!("payment.{number}"));
        let on = json!({"revision": 0, "isActive": true});
        let of = |path: &str, id: &str| format!("/{path}?id={id}");
        self.get("/toggles").await?;
        let made = send(self.one, Method::PATCH, &of("toggle", &plain), Some(&on)).await?;
        let off = json!({"revision": made["revision"], "isActive": false});
        let off = send(self.one, Method::PATCH, &of("toggle", &plain), Some(&off)).await?;
        self.get(&of("toggle", &plain)).await?;
        send(
            self.one,
            Method::POST,
            &of("audience", &plain),
            Some(&json!({})),
        )
        .await?;
        self.get(&of("history", &plain)).await?;
        let proposed = send(
            self.one,
            Method::PATCH,
            &of("toggle", &protected),
            Some(&on),
        )
        .await?;
        let approval = json!({"proposal": proposed["proposal"]["id"]});
        let approved = send(
            self.other,
            Method::POST,
            &of("approve", &protected),
            Some(&approval),
        )
        .await?;
        let with = |id: &str, of: &Value| format!("/toggle?id={id}&revision={}", of["revision"]);
        let deletion = send(self.one, Method::DELETE, &with(&protected, &approved), None).await?;
        let proposal = deletion["proposal"]["id"].as_str().unwrap_or_default();
        let withdrawn = format!("/proposal?id={protected}&proposal={proposal}");
        send(self.one, Method::DELETE, &withdrawn, None).await?;
        send(self.one, Method::DELETE, &with(&plain, &off), None).await?;
        Ok(())
    }

    async fn get(&self, path: &str) -> Result<Value, Failed> {
        send(self.one, Method::GET, path, None).await
    }
}

async fn send(
    person: &Person<'_>,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, Failed> {
    let answer = person.send(method.clone(), path, body).await;
    if answer.status < 300 {
        Ok(answer.body)
    } else {
        Err((format!("{method} {path}"), answer.status, answer.body))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_works_under_its_role_and_needs_each_right() {
    let system = System::of(strict_with(DESCRIBED));
    system.allow_passwords().await;
    let ada = system.person("ada", Some("operators")).await;
    let bob = system.person("bob", Some("operators")).await;
    let round = |number| Round {
        one: &ada,
        other: &bob,
        number,
    };
    assert_eq!(round(0).all().await, Ok(()));
    let project = &system.project;
    let world = &project.world;
    let role = format!("{}-shell-toggle-api-{}", world.system, world.region);
    for (number, (action, table)) in (1..).zip(RIGHTS) {
        forbid_in(project, &role, action, table).await;
        let ended = round(number).all().await;
        let (what, status, problem) = ended.expect_err(&format!("without {action} on {table}"));
        eprintln!("without {action} on {table}: {what} {status} {problem}");
        assert!(status >= 500, "{what}: {status} {problem}");
        // The next apply restores it.
        project.ok(&["apply", "--yes", "--stack", "shell"]);
    }
    assert_eq!(round(RIGHTS.len() + 1).all().await, Ok(()));
    project.apply();
    project.assert_nothing_to_do();
    project.destroy();
}
