//! The errors of the commands before they reach any account.

use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the program in a directory, without credentials, and expects it to fail. Returns its
/// standard error.
pub(crate) fn fails(directory: &Path, arguments: &[&str]) -> String {
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

pub(crate) fn system() -> tempfile::TempDir {
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
        &["promote", "sales"],
        &["prune", "sales"],
    ] {
        let told = fails(directory.path(), arguments);
        assert!(told.contains("there is no application `sales`"), "{told}");
        assert!(told.contains("help:"), "{told}");
    }
}

#[test]
fn options_that_contradict_each_other_are_told() {
    let directory = system();
    let team = "name = \"acme\"\n[packages]\n[shell]\n[teams.shipping]\n";
    std::fs::write(directory.path().join("frontage.toml"), team).expect("written");
    for (arguments, told) in [
        (
            &["publish", "shipping", "--canary=10,50"][..],
            "needs the time of a step",
        ),
        (
            &["promote", "shipping", "--canary=10,50"],
            "needs the time of a step",
        ),
        (
            &["publish", "shell", "--preview=a"],
            "the shell cannot have a preview",
        ),
        (
            &["promote", "shell", "--canary=10"],
            "the shell cannot have a canary",
        ),
    ] {
        let said = fails(directory.path(), arguments);
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn options_that_cannot_be_are_refused_with_their_rule() {
    let directory = system();
    for (options, told) in [
        (
            &["--canary=50,10"][..],
            "each step of a canary is above the one before",
        ),
        (
            &["--preview=Pr_1"],
            "a preview's name is 1 to 63 characters",
        ),
        (&["--preview=a", "--canary=10"], "cannot be used with"),
        (
            &["--preview=a", "--expires=7"],
            "a duration is a number and a unit",
        ),
        (&["--expires=7d"], "--preview"),
        (&["--every=10m"], "--canary"),
        (&["--canary=10", "--watch=a"], "--every"),
        (&["--budget=much"], "a budget is a size"),
    ] {
        let said = fails(
            directory.path(),
            &[&["publish", "shipping"], options].concat(),
        );
        assert!(said.contains(told), "{options:?}: {said}");
    }
    let said = fails(directory.path(), &["prune", "shipping", "--keep=11"]);
    assert!(said.contains("11 is not in 1..=10"), "{said}");
}
