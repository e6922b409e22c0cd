//! Failures around Frontage, and how it reports them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::cli::{Ended, Project, Running};
use crate::support::proxy::{Call, Fate, Proxy, through};

/// Creates a call's fate.
type Cause = fn() -> Fate;

/// A fate for every call of one operation.
fn always(
    operation: &'static str,
    fate: fn() -> Fate,
) -> impl FnMut(&Call) -> Fate + Send + 'static {
    move |call| {
        if call.operation == operation {
            fate()
        } else {
            Fate::Pass
        }
    }
}

/// A fate for the first call of one operation.
fn once(operation: &'static str, fate: fn() -> Fate) -> impl FnMut(&Call) -> Fate + Send + 'static {
    let mut happened = false;
    move |call| {
        let now = !happened && call.operation == operation;
        happened |= now;
        if now { fate() } else { Fate::Pass }
    }
}

#[test]
fn no_credentials() {
    let project = Project::new();
    let mut command = project.command(&["plan"]);
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let ended = Running::new(command).end();
    assert_eq!(ended.code, Some(1));
    project.assert_snapshot("no-credentials", &ended.whole());
}

/// For a run that cannot begin nothing is built, and no confirmation is requested.
#[test]
fn what_is_wrong_is_told_before_anything_that_takes_long() {
    let other = if cfg!(target_arch = "x86_64") {
        "arm64"
    } else {
        "x86_64"
    };
    let project = Project::described(&format!("[functions]\narchitecture = \"{other}\"\n"));
    let nowhere = ["--endpoint-url", "http://127.0.0.1:9"];
    let unreachable = project.fails(&[&["plan", "--no-build"], &nowhere[..]].concat());
    assert!(
        unreachable.stderr.contains("sts:GetCallerIdentity"),
        "{unreachable:#?}"
    );
    let unknown = project.fails(&[&["plan", "--stack", "nothing"], &nowhere[..]].concat());
    assert!(
        unknown.stderr.contains("there is no stack `nothing`"),
        "{unknown:#?}"
    );
}

#[test]
fn a_profile_that_does_not_exist() {
    let project = Project::new();
    // The credentials in the environment are not those of the requested profile.
    project.assert_snapshot(
        "no-such-profile",
        &project.fails(&["plan", "--profile", "nobody"]).whole(),
    );
    let mut command = project.command(&["plan"]);
    command.env("AWS_PROFILE", "nobody");
    project.assert_snapshot("no-such-profile", &Running::new(command).end().whole());
}

#[test]
fn a_profile_that_exists() {
    let project = Project::new();
    let (id, secret) = (&project.world.account_id, &project.world.secret);
    let credentials =
        format!("[somebody]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    std::fs::create_dir(project.path().join(".aws")).expect("a directory");
    std::fs::write(project.path().join(".aws/credentials"), credentials).expect("written");
    let mut command = project.command(&["plan", "--profile", "somebody"]);
    // Credentials of another account in the environment do not take precedence over the profile.
    command
        .env("AWS_ACCESS_KEY_ID", "999999999999")
        .env("AWS_SECRET_ACCESS_KEY", "other");
    let ended = Running::new(command).end();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(!ended.stderr.contains("999999999999"), "{ended:#?}");
}

#[test]
fn no_region() {
    let project = Project::new();
    std::fs::write(project.path().join("frontage.toml"), "name = \"acme\"\n").expect("written");
    project.assert_snapshot("no-region", &project.fails(&["plan"]).whole());
}

#[test]
fn a_region_that_does_not_exist() {
    let project = Project::new();
    std::fs::write(
        project.path().join("frontage.toml"),
        "name = \"acme\"\nregion = \"eu-west\"\n",
    )
    .expect("written");
    project.assert_snapshot("bad-region", &project.fails(&["validate"]).whole());
}

#[test]
fn an_endpoint_where_nobody_listens() {
    let project = Project::new();
    // The port of a closed listener.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("its address");
    drop(listener);
    let ended = project.fails(&["plan", "--endpoint-url", &format!("http://{address}")]);
    project.assert_snapshot("nobody-listens", &ended.whole());
}

#[test]
fn an_account_that_may_not_be_read() {
    let project = Project::new();
    let ended = through(&project, &["plan"], always("ListQueues", Fate::denied));
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(1), ""),
        "an unreadable service is not an empty one"
    );
    let (what, why) = ended.stderr.split_once("`->").expect("a cause");
    assert!(what.trim_end().ends_with("could not be read"), "{ended:#?}");
    project.assert_snapshot("denied-reading", why);
}

/// Denies the reads of tables and queues, each for a reason of its own, in AWS's words.
fn without_tables_and_queues(call: &Call) -> Fate {
    let denied = |message| Fate::answer(400, "AccessDeniedException", message);
    match call.operation.as_str() {
        "DescribeTable" => denied(
            "User: arn:aws:iam::111122223333:user/operator is not authorized to perform: dynamodb:DescribeTable \
             on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/t with an explicit deny in a service \
             control policy",
        ),
        "ListQueues" => denied(
            "User: arn:aws:iam::111122223333:user/operator is not authorized to perform: sqs:ListQueues on \
             resource: arn:aws:sqs:eu-west-1:111122223333: because no identity-based policy allows the \
             sqs:ListQueues action",
        ),
        _ => Fate::Pass,
    }
}

/// A permission at a time would take a run for each.
#[test]
fn one_run_names_all_reads_that_are_denied() {
    let project = Project::new();
    let ended = through(&project, &["plan"], without_tables_and_queues);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(1), ""),
        "{ended:#?}"
    );
    project.assert_snapshot("denied-readings", ended.ending());
}

/// A service that no stack needs may be absent from the Region or denied to the operator: that is
/// reported, and stops nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_nothing_needs_stops_no_destroy() {
    let project = Project::new();
    project.apply();
    let mut command = project.command(&["destroy", "--yes", "--delete-data"]);
    command.env("AWS_ENDPOINT_URL_CODEARTIFACT", "http://127.0.0.1:9");
    let ended = Running::new(command).end();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let not_looked_at = ended
        .whole()
        .split_once("  ? ")
        .map(|(_, rest)| rest.lines().take(2).collect::<Vec<_>>().join("\n"))
        .expect("a type that was not looked at");
    project.assert_snapshot("not-looked-at", &not_looked_at);
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Denies each call of the services that the toggles do not need, and the index of tags, without
/// which each of them may have something of the system.
fn only_what_the_toggles_need(call: &Call) -> Fate {
    match call.service.as_str() {
        "acm" | "cloudfront" | "codeartifact" | "cognito-idp" | "route53" | "s3" | "tagging" => {
            Fate::denied()
        }
        _ => Fate::Pass,
    }
}

/// The services of the types that a run did not look for.
fn not_looked_at(ended: &Ended) -> BTreeSet<String> {
    let text = ended.whole();
    let lines = text.lines();
    let lists = lines.filter_map(|line| line.trim().strip_prefix("? not looked at: "));
    let types = lists.flat_map(|list| list.split(", "));
    types
        .filter_map(|name| name.split("::").nth(1))
        .map(str::to_owned)
        .collect()
}

/// An operator of the toggles alone needs no permission for what only sites and packages need.
#[tokio::test(flavor = "multi_thread")]
async fn services_that_nothing_needs_may_be_denied() {
    let project = Project::new();
    project.apply();
    let expected = [
        "CertificateManager",
        "CloudFront",
        "CodeArtifact",
        "Cognito",
        "Route53",
        "S3",
    ];
    let plan = ["plan", "--detailed-exitcode"];
    for arguments in [&plan[..], &["destroy", "--yes", "--delete-data"]] {
        let ended = through(&project, arguments, only_what_the_toggles_need);
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        assert!(not_looked_at(&ended).iter().eq(expected), "{ended:#?}");
    }
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Roles are read by name. Only those that an earlier description had need the list.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_roles_may_be_denied() {
    let project = Project::new();
    let succeeds = |arguments: &[&str]| {
        let ended = through(&project, arguments, always("ListRoles", Fate::denied));
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        assert!(not_looked_at(&ended).iter().eq(["IAM"]), "{ended:#?}");
    };
    succeeds(&["apply", "--yes"]);
    project.assert_snapshot("everything", &project.world.listing().await.join("\n"));
    succeeds(&["plan", "--detailed-exitcode"]);
    project.assert_nothing_to_do();
    succeeds(&["destroy", "--yes", "--delete-data"]);
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// What only makes reading fast.
const HINTS: [&str; 2] = ["GetResources", "GetAccountAuthorizationDetails"];

/// The tagging index and the account-wide reads of IAM only make reading fast: without them the
/// same is found.
#[tokio::test(flavor = "multi_thread")]
async fn hints_may_be_denied() {
    let project = Project::described("[shell]\n[teams.shipping]\n");
    // One proxy for all runs: the sites' URLs have its port.
    let denied: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let asked = Arc::clone(&denied);
    let proxy = Proxy::start(&project.world, move |call| {
        if HINTS.contains(&call.operation.as_str()) {
            asked.lock().expect("a set").insert(call.operation.clone());
            Fate::denied()
        } else {
            Fate::Pass
        }
    });
    let succeeds = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.env("AWS_ENDPOINT_URL", proxy.endpoint());
        let ended = Running::new(command).end();
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        ended
    };
    succeeds(&["apply", "--yes"]);
    assert_eq!(denied.lock().expect("a set").len(), HINTS.len());
    succeeds(&["plan", "--detailed-exitcode"]);
    // Everything of the shell and the team is an orphan now.
    project.describe("");
    let planned = succeeds(&["plan", "--format", "json"]).json();
    assert_eq!(planned, project.plan());
    assert_ne!(planned["summary"]["delete"], 0);
    succeeds(&["destroy", "--yes", "--delete-data"]);
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// Each of these ends an apply half-way: it fails, reports what it did and what it did not try, and
/// the next one resumes.
#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_fails_half_way_is_finished_by_the_next() {
    let cases: [(&str, &'static str, Cause); 5] = [
        ("denied-role", "CreateRole", Fate::denied),
        (
            "denied-function",
            "POST /2015-03-31/functions",
            Fate::denied,
        ),
        ("denied-api", "POST /v2/apis", Fate::denied),
        ("unavailable-queue", "CreateQueue", Fate::unavailable),
        (
            "cut-off-mapping",
            "POST /2015-03-31/event-source-mappings",
            || Fate::Cut,
        ),
    ];
    for (name, operation, fate) in cases {
        let project = Project::new();
        let ended = through(&project, &["apply", "--yes"], always(operation, fate));
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(1), ""),
            "{name}: {ended:#?}"
        );
        project.assert_snapshot(name, ended.ending());
        project.apply();
        project.assert_snapshot("everything", &project.world.listing().await.join("\n"));
        project.destroy();
    }
}

/// A destroy that fails half-way is finished by the next as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_destroy_that_fails_half_way_is_finished_by_the_next() {
    let project = Project::new();
    project.apply();
    let arguments = ["destroy", "--yes", "--delete-data"];
    let ended = through(&project, &arguments, always("DeleteQueue", Fate::denied));
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    project.assert_snapshot("denied-destroy", ended.ending());
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// An error that passes by itself is no failure.
#[test]
fn a_hiccup_is_overcome() {
    let hiccups: [(&str, Cause); 7] = [
        ("CreateTable", Fate::unavailable),
        ("POST /v2/apis", Fate::unavailable),
        ("CreateQueue", || Fate::Cut),
        ("CreateRole", || {
            Fate::answer(400, "Throttling", "Rate exceeded")
        }),
        ("POST /2015-03-31/functions", || {
            Fate::answer(429, "TooManyRequestsException", "Rate exceeded")
        }),
        ("POST /2015-03-31/functions", || {
            let message = "The role defined for the function cannot be assumed by Lambda.";
            Fate::answer(400, "InvalidParameterValueException", message)
        }),
        ("GET /v2/apis", || Fate::Cut),
    ];
    std::thread::scope(|scope| {
        // A call is given up after a minute, and repeated: the others need not wait for that.
        scope.spawn(|| overcomes("CreateTable", || Fate::Silence));
        for (operation, fate) in hiccups {
            overcomes(operation, fate);
        }
    });
}

/// A retry that takes long is not silent: it says what it waits for.
#[test]
fn a_long_retry_says_what_it_waits_for() {
    let project = Project::new();
    let mut first = None;
    let busy = move |call: &Call| {
        let began = *first.get_or_insert_with(Instant::now);
        if call.operation == "CreateQueue" && began.elapsed() < Duration::from_secs(40) {
            let message =
                "You must wait 60 seconds after deleting a queue before you can create another";
            return Fate::answer(400, "QueueDeletedRecently", message);
        }
        Fate::Pass
    };
    let ended = through(&project, &["apply", "--yes"], busy);
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let waiting = "toggles/new-connection-dead-letters: creating, waiting for this error to pass: \
                   sqs:CreateQueue: QueueDeletedRecently: You must wait 60 seconds";
    assert!(ended.stderr.contains(waiting), "{ended:#?}");
    project.destroy();
}

fn overcomes(operation: &'static str, fate: fn() -> Fate) {
    let project = Project::new();
    let ended = through(&project, &["apply", "--yes"], once(operation, fate));
    assert_eq!(ended.code, Some(0), "{operation}: {ended:#?}");
    project.assert_nothing_to_do();
    project.destroy();
}

#[test]
fn no_zips_and_no_build() {
    let project = Project::new();
    for arguments in [
        &["plan", "--no-build"][..],
        &["apply", "--yes", "--no-build"],
    ] {
        let mut command = project.command(arguments);
        command.env("CARGO_TARGET_DIR", project.path().join("target"));
        let ended = Running::new(command).end();
        assert_eq!(ended.code, Some(1));
        project.assert_snapshot("no-zips", &ended.whole());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_nobody_can_agree() {
    let project = Project::new();
    let ended = project.fails(&["apply"]);
    let error = ended
        .stderr
        .split_once("unchanged.\n")
        .expect("the plan comes first")
        .1;
    project.assert_snapshot("no-terminal", error);
    assert_eq!(project.world.listing().await, Vec::<String>::new());
    project.apply();
    let before = project.world.listing().await;
    project.fails(&["destroy"]);
    assert_eq!(project.world.listing().await, before);
    project.destroy();
}

#[test]
fn bad_input() {
    let project = Project::new();
    project.assert_snapshot(
        "unknown-stack",
        &project.fails(&["plan", "--stack", "togles"]).whole(),
    );
    let refused = project.fails(&["validate", "--stack", "togles"]);
    assert!(
        refused.stderr.contains("there is no stack `togles`"),
        "{refused:#?}"
    );
    project.assert_snapshot(
        "unknown-flag",
        &project.fails(&["plan", "--detailed-exit-code"]).whole(),
    );
    project.assert_snapshot("unknown-command", &project.fails(&["aply"]).whole());
    project.assert_snapshot(
        "unknown-format",
        &project.fails(&["plan", "--format", "yaml"]).whole(),
    );
    project.assert_snapshot("unknown-toggle", &{
        project.apply();
        let ended = project.fails(&["toggles", "delete", "7"]);
        project.destroy();
        ended.whole()
    });
    project.describe("[functions]\nmemory = 512\n");
    project.assert_snapshot("unknown-key", &project.fails(&["plan"]).whole());
    project.describe("[functions\n");
    project.assert_snapshot("malformed-description", &project.fails(&["plan"]).whole());
    std::fs::remove_file(project.path().join("frontage.toml")).expect("removed");
    for command in ["plan", "validate", "outputs"] {
        project.assert_snapshot("no-description", &project.fails(&[command]).whole());
    }
}

/// As editors of Windows may write it.
#[test]
fn a_description_in_another_encoding() {
    let project = Project::new();
    let file = project.path().join("frontage.toml");
    let text = std::fs::read_to_string(&file).expect("read");
    let marked = format!("\u{feff}{text}").replace('\n', "\r\n");
    std::fs::write(&file, &marked).expect("written");
    project.ok(&["validate"]);
    for bytes_of in [u16::to_le_bytes, u16::to_be_bytes] {
        let wide: Vec<u8> = marked.encode_utf16().flat_map(bytes_of).collect();
        std::fs::write(&file, wide).expect("written");
        project.assert_snapshot("utf-16", &project.fails(&["validate"]).whole());
    }
    std::fs::write(&file, b"name = \"caf\xe9\"\n").expect("written");
    project.assert_snapshot("not-utf-8", &project.fails(&["validate"]).whole());
}

#[test]
fn a_system_that_does_not_stand() {
    let project = Project::new();
    project.assert_snapshot("no-outputs", &project.fails(&["outputs"]).whole());
    project.assert_snapshot("no-watch", &project.fails(&["toggles", "watch"]).whole());
    project.assert_snapshot("no-toggles", &project.fails(&["toggles", "list"]).whole());
    let destroyed = project.ok(&["destroy", "--yes"]);
    assert!(destroyed.stderr.contains("Nothing to do"), "{destroyed:#?}");
}

#[test]
fn init_writes_a_valid_description_and_never_overwrites() {
    let project = Project::new();
    let file = project.path().join("frontage.toml");
    let before = std::fs::read(&file).expect("read");
    project.assert_snapshot("init-again", &project.fails(&["init", "shop"]).whole());
    assert_eq!(std::fs::read(&file).expect("read"), before);
    std::fs::remove_file(&file).expect("removed");
    project.assert_snapshot("init", &project.ok(&["init", "shop"]).whole());
    project.assert_snapshot("validate", &project.ok(&["validate"]).whole());
    project.assert_snapshot(
        "init-bad-name",
        &project
            .fails(&["init", "My Shop", "--config", "other.toml"])
            .whole(),
    );
    assert!(!project.path().join("other.toml").exists());
}

/// Whatever the command: nothing is read, and nothing is written.
#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_another_account_are_refused() {
    let project = Project::new();
    let description = project.path().join("frontage.toml");
    let text = std::fs::read_to_string(&description).expect("it is there");
    let described = format!("account = \"999988887777\"\n{text}");
    std::fs::write(&description, described).expect("written");
    for arguments in [
        &["plan"][..],
        &["apply", "--yes"],
        &["destroy", "--yes"],
        &["outputs"],
        &["toggles", "list"],
        &["history"],
    ] {
        let refused = project.frontage(arguments);
        assert_eq!(refused.code, Some(1), "{arguments:?}: {refused:#?}");
        let said = "frontage.toml is for the account 999988887777, and these credentials are of";
        assert!(refused.stderr.contains(said), "{arguments:?}: {refused:#?}");
    }
    assert_eq!(project.world.listing().await, Vec::<String>::new());
    let account = &project.world.account_id;
    std::fs::write(&description, format!("account = \"{account}\"\n{text}")).expect("written");
    project.ok(&["plan"]);
}
