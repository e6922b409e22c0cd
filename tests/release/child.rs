//! A publisher in its own process, which can be killed: this test binary again, with one test that
//! publishes.

use std::process::{Child, Command, Stdio};

use frontage::release::{Application, Dist};

use super::bucket::Bucket;
use super::build::{Build, team};
use super::support::World;

const VARIABLES: [&str; 4] = [
    "RELEASE_ENDPOINT",
    "RELEASE_ACCOUNT",
    "RELEASE_BUCKET",
    "RELEASE_DIRECTORY",
];

/// Starts a publisher.
pub(crate) fn spawn(bucket: &Bucket, build: &Build) -> Child {
    let directory = build.path().display().to_string();
    let values = [
        &bucket.world.endpoint,
        &bucket.world.account_id,
        &bucket.name,
        &directory,
    ];
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "child::publishes", "--ignored", "--nocapture"])
        .envs(VARIABLES.iter().zip(values))
        .env(
            "RELEASE_SHELL",
            if bucket.application == Application::Shell {
                "yes"
            } else {
                ""
            },
        )
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

/// How a publisher ended: successfully, or with this on its standard error.
pub(crate) fn ended(child: Child) -> Result<(), String> {
    let output = child.wait_with_output().expect("its end");
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the publisher that other tests start"]
async fn publishes() {
    let [endpoint, account_id, name, directory] =
        VARIABLES.map(|name| std::env::var(name).unwrap_or_default());
    if endpoint.is_empty() {
        return;
    }
    let shell = !std::env::var("RELEASE_SHELL")
        .unwrap_or_default()
        .is_empty();
    let application = if shell { Application::Shell } else { team() };
    let (secret, system) = ("test".to_owned(), "acme".to_owned());
    let artifacts = std::collections::BTreeMap::new();
    let world = World {
        emulator: endpoint.clone(),
        endpoint,
        account_id,
        secret,
        region: "eu-west-1".to_owned(),
        system,
        artifacts,
        elsewhere: None,
    };
    let dist = Dist::read(directory.as_ref(), &application).expect("a build");
    let bucket = Bucket {
        world,
        name,
        application,
    };
    if let Err(error) = bucket.try_publish(&dist, None).await {
        eprintln!("failed: {error}");
        std::process::exit(1);
    }
}
