//! The errors of the commands before they reach any account.

use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the program in a directory, without credentials, and expects it to fail. Returns its
/// standard error.
fn fails(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frontage"));
    command
        .arg("release")
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null());
    command
        .env("HOME", directory)
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_PROFILE");
    let output = command.output().expect("it runs");
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(1), &b""[..]),
        "{arguments:?}: {output:?}"
    );
    String::from_utf8(output.stderr).expect("text")
}

fn system() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("frontage.toml"), "name = \"acme\"\n").expect("written");
    directory
}

#[test]
fn a_canary_is_1_to_99_percent() {
    let directory = system();
    for part in ["0", "100", "-1", "half", "101%"] {
        let told = fails(
            directory.path(),
            &["publish", "shipping", &format!("--canary={part}")],
        );
        assert!(told.contains("a canary gets 1 to 99 percent"), "{told}");
    }
}

#[test]
fn an_unknown_application_is_told() {
    let directory = system();
    for arguments in [
        &["publish", "sales"][..],
        &["list", "sales"],
        &["rollback", "sales"],
    ] {
        let told = fails(directory.path(), arguments);
        assert!(told.contains("there is no application `sales`"), "{told}");
        assert!(told.contains("help:"), "{told}");
    }
}
