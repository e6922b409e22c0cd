//! The shell's stacks: created, changed, repaired, destroyed.

use std::process::Command;
use std::sync::{Arc, Mutex};

use aws_sdk_cloudfront::types::HttpVersion;
use aws_sdk_cognitoidentityprovider::types::{PasswordPolicyType, UserPoolPolicyType};
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};

use crate::support::cli::{Ended, Project, Running};
use crate::support::proxy::{Fate, Proxy};
use crate::support::{eventually, toggles};

/// A shell and two teams.
pub(crate) const DESCRIBED: &str = "[shell]\ntitle = \"Acme\"\n[teams.billing]\n[teams.shipping]\n";

pub(crate) fn outputs(project: &Project) -> Value {
    project.ok(&["outputs", "--format", "json"]).json()
}

fn output(project: &Project, stack: &str, name: &str) -> String {
    let outputs = outputs(project);
    outputs[stack][name]
        .as_str()
        .unwrap_or_else(|| panic!("{stack}.{name} in {outputs:#}"))
        .to_owned()
}

pub(crate) fn s3(project: &Project) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::config::Builder::from(&project.world.config())
        .force_path_style(true)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// The actions of a plan, one per line: `update shell/headers`.
fn steps(plan: &Value) -> Vec<String> {
    let resources = plan["resources"].as_array().expect("resources").iter();
    let line = |of: &Value| {
        format!(
            "{} {}",
            of["action"].as_str().unwrap_or("?"),
            of["address"].as_str().unwrap_or("?")
        )
    };
    let mut lines: Vec<String> = resources.map(line).collect();
    lines.sort();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_made_once_and_taken_away() {
    let project = Project::described(DESCRIBED);
    let applied = project.apply();
    project.assert_snapshot("front_ends_outputs", &applied.stdout);
    project.assert_snapshot("front_ends", &project.world.listing().await.join("\n"));
    let again = project.ok(&["apply", "--yes"]);
    assert!(again.stderr.contains("Nothing to do"), "{again:#?}");
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The bucket contains the addresses that the page needs.
#[tokio::test(flavor = "multi_thread")]
async fn the_shell_is_told_where_everything_is() {
    let project = Project::described(DESCRIBED);
    project.apply();
    let outputs = outputs(&project);
    let bucket = outputs["shell"]["bucket"].as_str().expect("a bucket");
    let object = s3(&project)
        .get_object()
        .bucket(bucket)
        .key("config.json")
        .send()
        .await
        .expect("config.json");
    assert_eq!(object.cache_control(), Some("no-cache"));
    let body = object.body.collect().await.expect("its body").into_bytes();
    let config: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(
        config["login"]["clientId"],
        outputs["identity"]["client_id"]
    );
    assert_eq!(config["login"]["url"], outputs["identity"]["login_url"]);
    assert_eq!(
        config["toggles"]["url"],
        outputs["toggles"]["websocket_url"]
    );
    let teams: Vec<_> = config["teams"]
        .as_array()
        .expect("teams")
        .iter()
        .map(|team| team["url"].clone())
        .collect();
    assert_eq!(
        teams,
        [
            outputs["team/billing"]["url"].clone(),
            outputs["team/shipping"]["url"].clone()
        ]
    );
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// For pages without a WebSocket.
#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_all_toggles_is_beside_the_configuration() {
    let project = Project::described("[shell]\n");
    project.apply();
    let bucket = outputs(&project)["shell"]["bucket"].clone();
    let bucket = bucket.as_str().expect("a bucket");
    let becomes = async |wanted: Value| {
        eventually(&format!("toggles.json is {wanted}"), async || {
            let get = s3(&project).get_object().bucket(bucket);
            let Ok(object) = get.key("toggles.json").send().await else {
                return false;
            };
            assert_eq!(object.cache_control(), Some("public, max-age=5"));
            let body = object.body.collect().await.expect("its body").into_bytes();
            serde_json::from_slice::<Value>(&body).expect("JSON") == wanted
        })
        .await;
    };
    let item = |active: bool| json!({"featureId": {"S": "1"}, "featureName": {"S": "One"}, "isActive": {"BOOL": active}});
    for active in [true, false] {
        toggles::put(&project, "1", "One", active).await;
        becomes(json!([item(active)])).await;
    }
    toggles::delete(&project, "1").await;
    becomes(json!([])).await;
    project.assert_nothing_to_do();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_comes_and_goes_alone() {
    let project = Project::described(DESCRIBED);
    project.apply();
    project.describe(&format!("{DESCRIBED}[teams.profile]\n"));
    let plan = project.plan();
    let others = ["update shell/config", "update shell/headers"];
    let (own, rest): (Vec<_>, Vec<_>) = steps(&plan)
        .into_iter()
        .partition(|step| step.contains(" team/profile/"));
    assert!(
        !own.is_empty() && own.iter().all(|step| step.starts_with("create ")),
        "{own:?}"
    );
    assert_eq!(rest, others);
    project.ok(&["apply", "--yes", "--stack", "team/profile"]);
    assert_eq!(steps(&project.plan()), others);
    project.apply();

    project.ok(&[
        "destroy",
        "--yes",
        "--delete-data",
        "--stack",
        "team/profile",
    ]);
    let listing = project.world.listing().await;
    assert!(
        !listing.iter().any(|line| line.contains("team-profile")),
        "{listing:#?}"
    );
    project.describe(DESCRIBED);
    assert_eq!(steps(&project.plan()), others);
    project.apply();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// An API is part of the shell's distribution: what it needs comes before that, and goes after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_teams_api_comes_and_goes() {
    let project = Project::described(DESCRIBED);
    project.apply();
    let described = format!("{DESCRIBED}api = \"https://api.example.com/v2\"\n");
    project.describe(&described);
    let with_api = [
        "create shell/api-headers",
        "create shell/api-paths",
        "update shell/distribution",
    ];
    assert_eq!(steps(&project.plan()), with_api);
    project.apply();
    project.describe(DESCRIBED);
    let without = [
        "update shell/distribution",
        "delete shell/api-headers",
        "delete shell/api-paths",
    ];
    let mut planned = steps(&project.plan());
    planned.sort_by_key(|step| without.iter().position(|known| known == step));
    assert_eq!(planned, without);
    project.apply();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// What all sites share comes first, and goes last.
#[tokio::test(flavor = "multi_thread")]
async fn what_sites_share_is_applied_before_them_and_destroyed_after_them() {
    let project = Project::described(DESCRIBED);
    let alone = project.fails(&["apply", "--yes", "--stack", "team/billing"]);
    assert!(
        alone.stderr.contains("apply the stack `edge` first"),
        "{alone:#?}"
    );
    project.ok(&["apply", "--yes", "--stack", "edge"]);
    project.ok(&["apply", "--yes", "--stack", "team/billing"]);
    let used = project.fails(&["destroy", "--yes", "--stack", "edge"]);
    assert!(
        used.stderr
            .contains("destroy the stack `team/billing` first"),
        "{used:#?}"
    );
    let destroy = |stack: &'static str| ["destroy", "--yes", "--delete-data", "--stack", stack];
    project.ok(&destroy("team/billing"));
    project.ok(&destroy("edge"));
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// A system with this many teams, each on a domain of its own.
pub(crate) fn teams(count: usize, more: &str) -> String {
    let certificate = "arn:aws:acm:us-east-1:111122223333:certificate/a1b2c3d4";
    let site =
        |name: &str| format!("domain = \"{name}.acme.example\"\ncertificate = \"{certificate}\"\n");
    let teams = (1..=count).map(|number| {
        let name = format!("t{number:02}");
        format!("[teams.{name}]\n{}", site(&name))
    });
    let teams: String = teams.collect();
    format!("[shell]\n{}{teams}{more}", site("www"))
}

/// An account has 20 policies of a kind, 100 access controls and 1,783 characters of a policy by
/// default, and a program on macOS 256 files.
#[tokio::test(flavor = "multi_thread")]
async fn sixty_teams_stand_within_the_defaults_of_an_account() {
    let project = Project::described(&teams(60, ""));
    let run = |arguments: &[&str]| {
        let mut shell = Command::new("sh");
        let frontage = env!("CARGO_BIN_EXE_frontage");
        shell.args(["-c", "ulimit -n 256 && exec \"$0\" \"$@\"", frontage]);
        let ended = project.prepared(shell, arguments).output();
        Ended::from(ended.expect("the program runs"))
    };
    let apply = || {
        let applied = run(&["apply", "--yes"]);
        assert_eq!(applied.code, Some(0), "{applied:#?}");
        let next = run(&["plan", "--detailed-exitcode"]);
        assert_eq!(next.code, Some(0), "{next:#?}");
    };
    apply();
    let listing = project.world.listing().await;
    let count = |kind: &str| {
        let of_kind = listing.iter().filter(|line| line.starts_with(kind));
        of_kind.count()
    };
    let kinds = [
        "distribution ",
        "cache policy ",
        "response headers policy ",
        "origin access control ",
    ];
    assert_eq!(kinds.map(count), [61, 1, 2, 1], "{listing:#?}");

    project.describe(&teams(60, "[sites]\nprice_class = \"100\"\n"));
    apply();
    let destroyed = run(&["destroy", "--yes", "--delete-data"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed:#?}");
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Deleting a team's lines from the description deletes its stack, but never the resources that
/// hold data.
#[tokio::test(flavor = "multi_thread")]
async fn a_team_that_is_no_longer_described_leaves_its_bucket() {
    let project = Project::described(DESCRIBED);
    project.apply();
    project.describe("[shell]\ntitle = \"Acme\"\n[teams.billing]\n");
    let applied = project.apply();
    let listing = project.world.listing().await;
    let left: Vec<_> = listing
        .iter()
        .filter(|line| line.contains("team-shipping"))
        .collect();
    assert_eq!(left.len(), 1, "{left:#?}");
    assert!(left[0].starts_with("bucket "), "{left:#?}");
    assert!(
        applied.stderr.contains("` holds 0 objects;"),
        "{applied:#?}"
    );
    project.describe(DESCRIBED);
    project.apply();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Besides what all sites share: neither other teams, nor users, nor tables, nor functions.
#[tokio::test(flavor = "multi_thread")]
async fn a_teams_plan_reads_what_is_its_own() {
    let project = Project::described(DESCRIBED);
    project.apply();
    let calls = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&calls);
    let proxy = Proxy::start(&project.world, move |call| {
        heard
            .lock()
            .expect("no test panics here")
            .push(call.operation.clone());
        Fate::Pass
    });
    let mut command = project.command(&["plan", "--stack", "team/shipping", "--detailed-exitcode"]);
    // Through the proxy the sites have other addresses; a team's stack contains none.
    command.env("AWS_ENDPOINT_URL", proxy.endpoint());
    let ended = Running::new(command).end();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let calls = calls.lock().expect("no test panics here").clone();
    let strange = [
        "team-billing",
        "acme-shell",
        "UserPool",
        "Table",
        "Queue",
        "functions",
        "apis",
        "Role",
    ];
    let others: Vec<_> = calls
        .iter()
        .filter(|call| strange.iter().any(|of| call.contains(of)))
        .collect();
    assert!(others.is_empty(), "{others:#?}");
    project.destroy();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_description_can_change_is_changed_in_place() {
    let project = Project::described(DESCRIBED);
    project.apply();
    let described = "[shell]\ntitle = \"Acme & Co\"\noverrides = true\n\
                     [identity]\ngroups = [\"operators\", \"readers\"]\nmfa = \"required\"\nself_sign_up = true\n\
                     access_token_minutes = 5\nrefresh_token_days = 7\ndeletion_protection = false\n\
                     [teams.billing]\nroute = \"/account/billing\"\n[teams.shipping]\ntitle = \"Parcels\"\n";
    project.describe(described);
    let expected = [
        "create identity/group-readers",
        "update identity/client",
        "update identity/users",
        "update shell/config",
        "update shell/headers",
    ];
    assert_eq!(steps(&project.plan()), expected);
    project.apply();
    project.describe(DESCRIBED);
    project.apply();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_behind_its_back_is_repaired() {
    let project = Project::described(DESCRIBED);
    project.apply();
    change_distribution(&project).await;
    change_pool(&project).await;
    open_bucket(&project).await;
    change_config(&project).await;
    let plan = project.plan();
    let expected = [
        "update identity/users",
        "update shell/bucket",
        "update shell/config",
        "update team/shipping/distribution",
    ];
    assert_eq!(steps(&plan), expected);
    for resource in plan["resources"].as_array().expect("resources") {
        assert_eq!(resource["reason"], "drift", "{resource:#}");
    }
    project.apply();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

async fn change_distribution(project: &Project) {
    let client = aws_sdk_cloudfront::Client::new(&project.world.config());
    let id = output(project, "team/shipping", "distribution_id");
    let read = client
        .get_distribution_config()
        .id(&id)
        .send()
        .await
        .expect("read");
    let mut config = read.distribution_config().expect("a config").clone();
    config.http_version = Some(HttpVersion::Http2);
    let call = client
        .update_distribution()
        .id(&id)
        .if_match(read.e_tag().expect("a tag"))
        .distribution_config(config);
    call.send().await.expect("changed");
}

async fn change_pool(project: &Project) {
    let client = aws_sdk_cognitoidentityprovider::Client::new(&project.world.config());
    let pool = output(project, "identity", "user_pool_id");
    let weak = PasswordPolicyType::builder().minimum_length(6).build();
    let policies = UserPoolPolicyType::builder().password_policy(weak).build();
    let call = client
        .update_user_pool()
        .user_pool_id(pool)
        .policies(policies);
    call.send().await.expect("changed");
}

async fn open_bucket(project: &Project) {
    let bucket = output(project, "shell", "bucket");
    s3(project)
        .delete_public_access_block()
        .bucket(bucket)
        .send()
        .await
        .expect("changed");
}

async fn change_config(project: &Project) {
    let bucket = output(project, "shell", "bucket");
    let put = s3(project)
        .put_object()
        .bucket(bucket)
        .key("config.json")
        .body(ByteStream::from_static(b"{}"));
    put.send().await.expect("changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn users_and_buckets_are_never_replaced() {
    let project = Project::described(DESCRIBED);
    project.apply();
    let kept = project.ok(&["destroy", "--yes"]);
    for told in [
        "eu-west-1_",
        "acme-shell-",
        "acme-team-shipping-",
        "acme-team-billing-",
    ] {
        assert!(kept.stderr.contains(told), "{told}: {kept:#?}");
    }
    let listing = project.world.listing().await;
    let held: Vec<_> = listing
        .iter()
        .filter(|line| line.starts_with("bucket ") || line.starts_with("user pool "))
        .collect();
    assert_eq!(held.len(), 4, "{listing:#?}");
    project.apply();
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_is_killed_anywhere_is_finished_by_the_next() {
    killed_at(6).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; a sample of it always runs"]
async fn an_apply_that_is_killed_at_sixty_points_is_finished_by_the_next() {
    killed_at(60).await;
}

/// Kills runs at as many points, spread over a whole one.
async fn killed_at(points: usize) {
    let whole = {
        let project = Project::described(DESCRIBED);
        let applied = project.apply();
        let lines = applied
            .stderr
            .lines()
            .filter(|line| crate::crash::is_step(line))
            .count();
        project.destroy();
        lines
    };
    for point in 0..points {
        let lines = 1 + point * (whole - 2) / (points - 1);
        let project = Project::described(DESCRIBED);
        let mut run = project.spawn(&["apply", "--yes"]);
        assert!(
            run.until(lines, crate::crash::is_step),
            "killed before its end: {run:#?}"
        );
        run.kill();
        project.apply();
        project.assert_snapshot("front_ends", &project.world.listing().await.join("\n"));
        project.destroy();
        assert_eq!(
            project.world.listing().await,
            Vec::<String>::new(),
            "killed after {lines} lines of progress"
        );
    }
}
