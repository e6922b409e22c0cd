//! What a publish refuses before it reaches any account.

use super::build::{Build, hashed};
use super::cli::{fails, system};

/// A team's build with this entry, and what its description says besides.
fn build(script: &str, extras: &str) -> Build {
    let build = Build::team("one");
    let main = hashed("main", "js", script);
    build.write(&main, script);
    build.write(
        "frontage.json",
        &format!(r#"{{"entry": "{main}", "extras": {extras}}}"#),
    );
    build
}

fn refused(build: &Build, more: &[&str]) -> String {
    let directory = system();
    let teams = "name = \"acme\"\n[packages]\n[shell]\n[teams.shipping]\nbudget = \"1MB\"\n";
    std::fs::write(directory.path().join("frontage.toml"), teams).expect("written");
    let path = build.path().display().to_string();
    let publish = ["publish", "shipping", "--dir", &path];
    fails(directory.path(), &[&publish, more].concat())
}

const ELEMENT: &str = "export default class extends HTMLElement {}";

#[test]
fn what_the_shell_would_not_show_is_refused() {
    for (script, extras, told) in [
        ("export const a = 1", "{}", "exports nothing by default"),
        (
            "export default 'a'",
            "{}",
            "exports a plain value by default",
        ),
        (ELEMENT, r#"{"kind": "server"}"#, "the kind is \"server\""),
        (
            ELEMENT,
            r#"{"contract": 2}"#,
            "built for the contract 2, and the shell shows 1 to 1",
        ),
        (
            "import 'react'; export default {}",
            "{}",
            "imports `react`, which the shell's import map does not have",
        ),
        (
            "import './a.js'; export default {}",
            "{}",
            "imports `./a.js`, which is not in the build",
        ),
    ] {
        let said = refused(&build(script, extras), &[]);
        assert!(said.contains(told) && said.contains("help:"), "{said}");
    }
}

#[test]
fn what_is_larger_than_its_budget_is_refused_with_the_files() {
    let build = build(ELEMENT, "{}");
    build.write("large.css", &"a".repeat(1_000_001));
    let said = refused(&build, &[]);
    assert!(
        said.contains("the budget is 1000.0 kB; the largest: large.css (1000.0 kB)"),
        "{said}"
    );
    // The command line goes before the description: now it is the account that is missing.
    let said = refused(&build, &["--budget", "2MB"]);
    assert!(!said.contains("budget"), "{said}");
    let said = refused(&build, &["--budget", "10kB"]);
    assert!(said.contains("the budget is 10.0 kB"), "{said}");
}
