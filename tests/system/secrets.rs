//! What a run writes, at the most detailed level, holds no secret: neither to its outputs, nor to the
//! files that it leaves.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use crate::support::World;
use crate::support::cli::{Ended, Project, Running};
use crate::support::proxy::{Call, Fate, Proxy};

const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYSECRETKEY1";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEHoaCXVzLWVhc3QtMSJHMEUCIQSESSIONTOKEN";
const CLIENT_SECRET: &str = "hunter2-is-a-clients-secret";

/// A system with a client secret.
const DESCRIBED: &str = "[shell]\n[teams.shipping]\n[identity.providers.Entra]\n\
    oidc_issuer = \"https://login.microsoftonline.com/1234/v2.0\"\nclient_id = \"a1b2\"\n\
    client_secret_env = \"ENTRA_SECRET\"\n";

/// The parts of a URL that anyone may use, and of a signed header.
const PRESIGNED: [&str; 4] = [
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token=",
    "Signature=",
];

type Signatures = Arc<Mutex<Vec<String>>>;

/// A run with credentials that end, at the most detailed level.
fn run(project: &Project, proxy: &Proxy, arguments: &[&str]) -> Ended {
    let output = command(project, proxy, arguments).output();
    output.expect("the program runs").into()
}

fn command(project: &Project, proxy: &Proxy, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command
        .env("AWS_ENDPOINT_URL", proxy.endpoint())
        .env("AWS_SESSION_TOKEN", TOKEN)
        .env("ENTRA_SECRET", CLIENT_SECRET)
        .env("FRONTAGE_LOG", "trace");
    command
}

/// A build of a team.
fn build(project: &Project) -> String {
    let directory = project.path().join("dist");
    std::fs::create_dir_all(directory.join("assets")).expect("a directory");
    let entry = "assets/main-B7fx2Qab.js";
    std::fs::write(directory.join(entry), "export default {}").expect("written");
    let description = serde_json::json!({"entry": entry}).to_string();
    std::fs::write(directory.join("frontage.json"), description).expect("written");
    directory.display().to_string()
}

/// The table of toggles loses what says whose it is.
async fn lose_tags(project: &Project) {
    let world = &project.world;
    let tables = aws_sdk_dynamodb::Client::new(&world.config());
    let name = world.name("toggles-table");
    let table = tables.describe_table().table_name(name).send().await;
    let table = table.expect("a table").table.expect("it is described");
    let keys = ["system", "id", "address", "fingerprint"].map(|key| format!("frontage:{key}"));
    let untag = tables.untag_resource().set_resource_arn(table.table_arn);
    let untagged = untag.set_tag_keys(Some(keys.to_vec())).send().await;
    untagged.expect("untagged");
}

/// Checks a text that a run left behind.
fn assert_none(whose: &str, text: &str, signatures: &Signatures) {
    let signatures = signatures.lock().unwrap_or_else(PoisonError::into_inner);
    let signatures = signatures.iter().map(String::as_str);
    let secrets = [SECRET_KEY, TOKEN, CLIENT_SECRET].into_iter();
    for secret in secrets.chain(PRESIGNED).chain(signatures) {
        if let Some(at) = text.find(secret) {
            let around = text[..at].rfind('\n').map_or(0, |at| at + 1);
            let line: String = text[around..]
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(2000)
                .collect();
            panic!("{whose} holds {secret}: {line}");
        }
    }
}

/// Every file below a directory.
fn assert_none_below(directory: &Path, signatures: &Signatures) {
    for entry in std::fs::read_dir(directory).expect("listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            assert_none_below(&path, signatures);
        } else if path.is_file() {
            let bytes = std::fs::read(&path).expect("read");
            let text = String::from_utf8_lossy(&bytes);
            assert_none(&path.display().to_string(), &text, signatures);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_run_writes_holds_a_secret() {
    let world = World {
        secret: SECRET_KEY.to_owned(),
        ..World::new()
    };
    let project = Project::in_world(world, DESCRIBED);
    let signatures = Signatures::default();
    let (seen, mut denied) = (Arc::clone(&signatures), true);
    let proxy = Proxy::start(&project.world, move |call: &Call| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extend(call.signature().map(str::to_owned));
        // The first apply fails, so there are errors to look at.
        let is_denied = call.operation.starts_with("CreateIdentityProvider") && denied;
        denied &= !is_denied;
        if is_denied {
            Fate::denied()
        } else {
            Fate::Pass
        }
    });
    let dist = build(&project);
    let check = |arguments: &[&str], ended: Ended, code: i32| {
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.ending());
        for (name, text) in [("output", ended.stdout), ("error", ended.stderr)] {
            let whose = format!("{arguments:?}: standard {name}");
            assert_none(&whose, &text, &signatures);
        }
    };
    let all = |runs: &[(&[&str], i32)]| {
        for (arguments, code) in runs {
            check(arguments, run(&project, &proxy, arguments), *code);
        }
    };
    all(&[
        (&["plan"], 0),
        (&["plan", "--out", "it.plan"], 0),
        (&["apply", "--yes"], 1),
        (&["apply", "--yes"], 0),
        (&["plan", "--format", "json"], 0),
        (&["apply", "it.plan"], 1),
        (&["outputs", "--format", "json"], 0),
        (&["toggles", "set", "1", "on", "--name", "One"], 0),
        (&["toggles", "list"], 0),
        (&["release", "publish", "shipping", "--dir", &dist], 0),
        (&["release", "list", "shell"], 0),
        (&["history", "--steps"], 0),
        (&["history", "--format", "json"], 0),
        (&["unlock", "--yes"], 0),
    ]);
    let watch = ["toggles", "watch"];
    let mut watching = Running::new(command(&project, &proxy, &watch));
    assert_eq!(watching.line(), "1  on   One");
    watching.interrupt();
    check(&watch, watching.end(), 0);
    lose_tags(&project).await;
    all(&[
        (&["adopt", "toggles/toggles-table", "--yes"], 0),
        (&["destroy", "--yes", "--delete-data"], 0),
    ]);
    let count = signatures
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .len();
    assert!(count > 500, "{count} signed calls");
    assert_none_below(project.path(), &signatures);
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}
