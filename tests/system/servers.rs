//! Servers that follow the toggles through a file of flagd's, with flagd's own provider.

use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use local::{Frontend, Tools};
use serde_json::Value;

use super::front_ends::s3;
use crate::support::cli::{Project, Running};
use crate::support::eventually;

const FILE: &str = "flags.json";

/// The file for servers; null if there is none.
async fn file(project: &Project, bucket: &str) -> Value {
    let get = s3(project).get_object().bucket(bucket).key(FILE);
    let Ok(object) = get.send().await else {
        return Value::Null;
    };
    let bytes = object.body.collect().await.expect("read").into_bytes();
    serde_json::from_slice(&bytes).expect("JSON")
}

/// A server in Node that prints what a flag is for some clients, a line for each state.
async fn server(project: &Project, bucket: &str, flag: &str, contexts: &[&str]) -> Running {
    let tools = Tools::install(&mut |line| eprintln!("{line}")).expect("the tools install");
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/packages/toggles");
    let packages = Frontend::in_folder(&package).expect("a package");
    let installed = packages.install_packages(&tools, &mut |line| eprintln!("{line}"));
    installed.expect("the packages install");
    let hour = PresigningConfig::expires_in(Duration::from_hours(1)).expect("an hour");
    let get = s3(project).get_object().bucket(bucket).key(FILE);
    let url = get.presigned(hour).await.expect("a URL");
    let mut command = tools.node();
    command
        .arg(package.join("test/server.mjs"))
        .arg(url.uri())
        .arg(project.path().join(FILE))
        .arg(flag)
        .args(contexts)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    Running::new(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_follows_a_flip_with_flagds_provider() {
    let project = Project::described("[toggles]\nservers = true\n");
    project.apply();
    let bucket = project.output("flags_bucket");
    project.ok(&["toggles", "set", "base", "on"]);
    let beta = [
        "toggles",
        "set",
        "new",
        "on",
        "--group",
        "beta",
        "--requires",
        "base",
    ];
    project.ok(&beta);
    eventually("the file has the toggles", || async {
        file(&project, &bucket).await["flags"]["new"].is_object()
    })
    .await;
    let contexts = [
        r#"{"targetingKey":"ann","groups":["beta"]}"#,
        r#"{"targetingKey":"bob"}"#,
    ];
    let mut server = server(&project, &bucket, "new", &contexts).await;
    assert_eq!(server.line(), "[true,false]");
    project.ok(&["toggles", "set", "new", "on", "--no-rules"]);
    assert_eq!(server.line(), "[true,true]");
    project.ok(&["toggles", "set", "new", "off"]);
    assert_eq!(server.line(), "[false,false]");
    // What it requires decides as well.
    project.ok(&["toggles", "set", "new", "on", "--requires", "base"]);
    assert_eq!(server.line(), "[true,true]");
    project.ok(&["toggles", "set", "base", "off"]);
    assert_eq!(server.line(), "[false,false]");
    server.kill();
    project.destroy();
}

/// A window opens at its edge, of which the file knows before; and it is written again there.
#[tokio::test(flavor = "multi_thread")]
async fn the_file_is_written_again_at_an_edge() {
    let project = Project::described("[toggles]\nservers = true\n");
    project.apply();
    let bucket = project.output("flags_bucket");
    let soon = jiff::Timestamp::now() + Duration::from_secs(20);
    project.ok(&["toggles", "set", "soon", "on", "--at", &soon.to_string()]);
    let flag = || async {
        let file = file(&project, &bucket).await;
        file["flags"]["soon"].clone()
    };
    eventually("the file says when", || async {
        let flag = flag().await;
        flag["targeting"]["if"][0][">="][1] == soon.as_second() + 1
    })
    .await;
    eventually("the file no longer says when", || async {
        let flag = flag().await;
        flag["state"] == "ENABLED" && flag["defaultVariant"] == "on" && flag["targeting"].is_null()
    })
    .await;
    project.destroy();
}
