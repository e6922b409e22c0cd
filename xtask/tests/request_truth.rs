//! Requests that emulators accept and AWS would refuse are found by the check of requests.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use local::{MiniStack, MiniStackOptions, ToolSet, Tools};
use strict_aws::{Memory, Strict};

/// Sends a role, a queue and a function with AWS's own client, with its parameter validation off.
const SEND: &str = r#"
import sys, botocore.session
from botocore.config import Config
endpoint, role, queue, runtime = sys.argv[1:]
session = botocore.session.get_session()
session.set_credentials("test", "test")
def client(name):
    unchecked = Config(parameter_validation=False)
    return session.create_client(name, "eu-west-1", endpoint_url=endpoint, config=unchecked)
client("iam").create_role(RoleName=role, AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[]}')
client("sqs").create_queue(QueueName=queue)
client("lambda").create_function(FunctionName="acme-f", Role="arn:aws:iam::000000000000:role/acme-r", Runtime=runtime,
                                 Handler="bootstrap", Code={"ZipFile": b"PK\x05\x06" + bytes(18)})
"#;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The check's output for three requests, all of which the emulator accepted.
fn checked(tools: &Tools, role: &str, queue: &str, runtime: &str) -> Output {
    let directory = tempfile::tempdir().unwrap();
    let record = directory.path().join("requests.jsonl");
    let mut progress = |line: &str| eprintln!("{line}");
    let emulator = MiniStack::start(
        &Tools::install(&mut progress).unwrap(),
        &MiniStackOptions::default(),
    )
    .unwrap();
    let strict = Strict::new(Arc::new(Memory::default())).recording(&record);
    let proxy = strict.unwrap().start(&emulator.endpoint()).unwrap();
    let python = tools.bin("python");
    let sent = Command::new(&python)
        .args(["-c", SEND, &proxy.endpoint(), role, queue, runtime])
        .output()
        .unwrap();
    assert!(
        sent.status.success(),
        "the emulator accepts them: {}",
        String::from_utf8_lossy(&sent.stderr)
    );
    let mut check = Command::new(python);
    check
        .arg(root().join("tools/conformance/check.py"))
        .arg(&record)
        .stdin(Stdio::null());
    check.output().unwrap()
}

#[test]
fn what_aws_would_refuse_is_found_though_the_emulator_takes_it() {
    let set = ToolSet::new("conformance", include_str!("../../tools/conformance.txt"));
    let tools = Tools::install_set(&set, &mut |line| eprintln!("{line}")).unwrap();
    let bad = checked(&tools, "a role/with a slash", "a queue!", "rust1.x");
    let said = String::from_utf8_lossy(&bad.stdout).into_owned();
    assert_eq!(bad.status.code(), Some(1), "{said}");
    assert!(said.contains("iam:CreateRole: RoleName: like"), "{said}");
    // A queue's name has no pattern in the model: the rule is from its documentation.
    assert!(said.contains("sqs:CreateQueue: QueueName: like"), "{said}");
    assert!(
        said.contains("lambda:CreateFunction: Runtime: one of"),
        "{said}"
    );
    assert!(said.contains("3 rules broken"), "{said}");

    let good = checked(&tools, "acme-r", "acme-q", "provided.al2023");
    let said = String::from_utf8_lossy(&good.stdout).into_owned();
    assert_eq!(good.status.code(), Some(0), "{said}");
    assert!(
        said.contains("3 requests of 3 operations checked, 0 rules broken"),
        "{said}"
    );
}
