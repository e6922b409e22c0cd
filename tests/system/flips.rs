//! People flip toggles over HTTP, with tokens of a real user pool.

use aws_sdk_cognitoidentityprovider::Client as Pools;
use aws_sdk_cognitoidentityprovider::types::ExplicitAuthFlowsType;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{HeaderMap, Method, Request};
use hyper_util::client::legacy::Client as Http;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use super::doors::{expired, of_others, pools, sign_in, user};
use super::front_ends::outputs;
use crate::support::cli::Project;
use crate::support::client::Client;
use crate::support::eventually;

/// The emulator ends a function's idle process now and then just as it is invoked again.
const ATTEMPTS: usize = 4;

pub(super) const DESCRIBED: &str = "[shell]\n[identity]\ngroups = [\"operators\", \"shipping\"]\n[toggles]\n\
    protected = [\"payment.*\"]\n[toggles.may_flip]\noperators = [\"*\"]\n\
    shipping = [\"shipping.*\"]\n";

/// A system, its API, and the pool of its people.
pub(super) struct System {
    pub(super) project: Project,
    pub(super) api: String,
    pools: Pools,
    pool: String,
    client: String,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: HeaderMap,
    pub(super) body: Value,
}

/// Somebody who has a token.
pub(super) struct Person<'s> {
    system: &'s System,
    pub(super) token: String,
}

impl System {
    pub(super) fn applied() -> Self {
        Self::described(DESCRIBED)
    }

    /// A system with a shell, and with somebody who may flip toggles.
    pub(super) fn described(text: &str) -> Self {
        let project = Project::described(text);
        project.apply();
        Self::of(project)
    }

    /// Of a project that is applied.
    pub(super) fn of(project: Project) -> Self {
        let outputs = outputs(&project);
        let output = |stack: &str, name: &str| {
            let output = outputs[stack][name].as_str();
            output.expect("an output").to_owned()
        };
        Self {
            api: output("shell", "toggles_api_url"),
            pools: pools(&project),
            pool: output("identity", "user_pool_id"),
            client: output("identity", "client_id"),
            project,
        }
    }

    /// Has the shell's client sign in by password, which an emulator that enforces IAM asks for. The next apply of
    /// its stack takes it back.
    pub(super) async fn allow_passwords(&self) {
        let update = self.pools.update_user_pool_client();
        let update = update.user_pool_id(&self.pool).client_id(&self.client);
        let update = update.explicit_auth_flows(ExplicitAuthFlowsType::AllowAdminUserPasswordAuth);
        update.send().await.expect("updated");
    }

    /// A user in a group, if one is named, and signed in.
    pub(super) async fn person(&self, name: &str, group: Option<&str>) -> Person<'_> {
        let name = format!("{name}@example.com");
        user(&self.pools, &self.pool, &name).await;
        if let Some(group) = group {
            let add = self.pools.admin_add_user_to_group();
            let add = add.user_pool_id(&self.pool).group_name(group);
            add.username(&name).send().await.expect("added");
        }
        let tokens = sign_in(&self.pools, (&self.pool, &self.client), &name).await;
        Person {
            system: self,
            token: tokens.id_token.expect("one"),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let http = Http::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let body = body.map(Value::to_string).unwrap_or_default();
        // The emulator looks for the API in the account that a request names.
        let account = &self.project.world.account_id;
        let mark = if path.contains('?') { '&' } else { '?' };
        for attempt in 1.. {
            let mut request = Request::builder()
                .method(method.clone())
                .uri(format!("{}{path}{mark}AWSAccessKeyId={account}", self.api));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Full::from(body.clone())).expect("a request");
            let answer = http.request(request).await.expect("answered");
            let (head, body) = answer.into_parts();
            let body = body.collect().await.expect("a body").to_bytes();
            if !head.status.is_server_error() || attempt == ATTEMPTS {
                return Answer {
                    status: head.status.as_u16(),
                    headers: head.headers,
                    body: serde_json::from_slice(&body).unwrap_or_default(),
                };
            }
            eprintln!("{} {}", head.status, String::from_utf8_lossy(&body));
        }
        unreachable!("the last attempt is answered")
    }

    async fn with(&self, token: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [
            ("authorization", &*bearer),
            ("content-type", "application/json"),
        ];
        self.send(method, path, &headers, body).await
    }

    /// The status of a question with a token.
    async fn status(&self, token: &str) -> u16 {
        self.with(token, Method::GET, "/toggles", None).await.status
    }
}

impl Person<'_> {
    pub(super) async fn get(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, None).await;
        assert_eq!(answer.status, 200, "{path}: {answer:#?}");
        answer.body
    }

    pub(super) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.system.with(&self.token, method, path, body).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(&body)).await
    }

    async fn patch(&self, id: &str, body: Value) -> Answer {
        let path = format!("/toggle?id={id}");
        self.send(Method::PATCH, &path, Some(&body)).await
    }

    async fn revision(&self, id: &str) -> u64 {
        let toggle = self.get(&format!("/toggle?id={id}")).await;
        toggle["revision"].as_u64().expect("a revision")
    }
}

impl Answer {
    /// A problem of this status and code.
    fn is(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:#?}");
        assert_eq!(self.body["code"], code, "{self:#?}");
    }

    /// What was asked for.
    fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:#?}");
        self.body
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_flip_the_toggles_that_they_may() {
    let system = System::applied();
    system.project.assert_nothing_to_do();
    let ada = system.person("ada", Some("operators")).await;
    let sue = system.person("sue", Some("shipping")).await;
    let customer = system.person("cus", None).await;
    let asked = customer.send(Method::GET, "/toggles", None).await;
    asked.is(403, "forbidden");
    let all = sue.get("/toggles").await;
    assert_eq!(all["you"]["mayFlip"], json!(["shipping.*"]));
    assert_eq!(all["toggles"], json!([]));

    let url = system.project.output("websocket_url");
    let mut silent = Client::connect(&*url).await;
    assert_eq!(silent.next().await, Some(json!([])));
    let express = json!({"revision": 0, "isActive": true, "name": "Express"});
    let made = sue.patch("shipping.express", express.clone()).await.ok(200);
    assert_eq!(made["lastChange"]["by"], "sue@example.com");
    let heard = |active: bool| json!({"featureId": {"S": "shipping.express"}, "featureName": {"S": "Express"}, "isActive": {"BOOL": active}});
    silent.expect(&heard(true)).await;
    sue.patch("billing.x", express.clone())
        .await
        .is(403, "forbidden");
    customer
        .patch("shipping.express", express)
        .await
        .is(403, "forbidden");
    let seen = sue.get("/toggles").await;
    assert_eq!(seen["toggles"].as_array().map(Vec::len), Some(1));

    // Two at once: the second is told.
    let revision = ada.revision("shipping.express").await;
    let off = json!({"revision": revision, "isActive": false, "comment": "too slow"});
    let flipped = ada.patch("shipping.express", off.clone()).await.ok(200);
    let refused = sue.patch("shipping.express", off).await;
    refused.is(409, "revised");
    assert_eq!(refused.body["live"], flipped["revision"]);
    silent.expect(&heard(false)).await;

    let path = "/history?id=shipping.express";
    eventually("both changes are in the history", async || {
        let history = sue.get(path).await;
        history["changes"].as_array().map(Vec::len) == Some(2)
    })
    .await;
    let history = sue.get(path).await;
    assert_eq!(history["changes"][0]["by"], "ada@example.com");
    assert_eq!(history["changes"][0]["comment"], "too slow");
    let back = json!({"to": revision, "revision": flipped["revision"]});
    let back = sue.post("/rollback?id=shipping.express", back).await;
    let back = back.ok(200);
    assert_eq!(back["isActive"], true);
    silent.expect(&heard(true)).await;
    let counted = sue.post("/audience?id=shipping.express", json!({})).await;
    assert_eq!(counted.ok(200)["now"]["on"], 1);
    let why = json!({"context": {"targetingKey": "1"}});
    sue.post("/explain?id=shipping.express", why).await.ok(200);

    let path = format!("/toggle?id=shipping.express&revision={}", back["revision"]);
    let deleted = sue.send(Method::DELETE, &path, None).await;
    assert_eq!(deleted.status, 204, "{deleted:#?}");
    assert_eq!(ada.get("/toggles").await["toggles"], json!([]));
    silent.close().await;
    destroyed(&system.project).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_toggle_needs_two() {
    let system = System::applied();
    let ada = system.person("ada", Some("operators")).await;
    let bob = system.person("bob", Some("operators")).await;
    let sue = system.person("sue", Some("shipping")).await;
    let on = json!({"revision": 0, "isActive": true, "comment": "for all"});
    let proposed = ada.patch("payment.card", on.clone()).await.ok(202);
    let proposal = proposed["proposal"]["id"].as_str().expect("an id");
    bob.patch("payment.card", on).await.is(409, "proposed");
    let approval = json!({"proposal": proposal});
    let path = "/approve?id=payment.card";
    ada.post(path, approval.clone())
        .await
        .is(403, "own-proposal");
    sue.post(path, approval.clone()).await.is(403, "forbidden");
    let written = bob.post(path, approval).await.ok(200);
    assert_eq!(written["isActive"], true);
    let (by, approved) = (
        &written["lastChange"]["by"],
        &written["lastChange"]["approvedBy"],
    );
    assert_eq!(
        (by, approved),
        (&json!("ada@example.com"), &json!("bob@example.com"))
    );
    eventually("the history says who approved", async || {
        let history = ada.get("/history?id=payment.card").await;
        history["changes"][0]["approvedBy"] == "bob@example.com"
    })
    .await;

    // Switching off never needs a second person.
    let off = json!({"revision": written["revision"], "isActive": false});
    let off = ada.patch("payment.card", off).await.ok(200);
    assert_eq!(off["isActive"], false);
    let path = format!("/toggle?id=payment.card&revision={}", off["revision"]);
    let deletion = ada.send(Method::DELETE, &path, None).await.ok(202);
    let proposal = deletion["proposal"]["id"].as_str().expect("an id");
    let path = format!("/proposal?id=payment.card&proposal={proposal}");
    let withdrawn = ada.send(Method::DELETE, &path, None).await;
    assert_eq!(withdrawn.status, 204, "{withdrawn:#?}");
    assert_eq!(
        bob.get("/toggle?id=payment.card").await.get("proposal"),
        None
    );
    destroyed(&system.project).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_reaches_the_toggles() {
    let system = System::applied();
    let described = system.send(Method::GET, "/openapi.json", &[], None).await;
    assert_eq!(described.ok(200)["openapi"], "3.1.0");
    let ada = system.person("ada", Some("operators")).await;
    assert_eq!(system.status(&ada.token).await, 200);
    let without = system.send(Method::GET, "/toggles", &[], None).await;
    assert_eq!(without.status, 401);
    let answer = ada.send(Method::GET, "/nothing", None).await;
    assert_eq!(answer.status, 404);

    // A page of any origin may ask, since there are no cookies.
    let asks = [
        ("origin", "https://shell.example"),
        ("access-control-request-method", "PATCH"),
        (
            "access-control-request-headers",
            "authorization,content-type",
        ),
    ];
    let allowed = system.send(Method::OPTIONS, "/toggle", &asks, None).await;
    assert_eq!(allowed.status, 204, "{allowed:#?}");
    assert_eq!(allowed.headers["access-control-allow-origin"], "*");
    let methods = allowed.headers["access-control-allow-methods"].to_str();
    assert!(methods.expect("text").contains("PATCH"));

    let (pools, pool) = (&system.pools, &system.pool);
    let name = "ada@example.com";
    let tokens = sign_in(pools, (pool, &system.client), name).await;
    let access = tokens.access_token.expect("one");
    let others = of_others(pools, pool, &ada.token).await.into_iter();
    let others = others.chain([
        ("an access token", access),
        ("no token at all", "undefined".to_owned()),
        (
            "an expired token",
            expired(pools, pool, &system.client).await,
        ),
    ]);
    for (what, token) in others {
        assert_eq!(system.status(&token).await, 401, "{what}");
    }
    system.project.destroy();
}

/// Nothing is left.
pub(super) async fn destroyed(project: &Project) {
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
