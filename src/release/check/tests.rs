use std::fs;

use super::*;

const ENTRY: &str = "assets/main-B7fx2Qab.js";
const ELEMENT: &str = "export default class extends HTMLElement {}";
const MAP: &str = r#"{"imports":{"@frontage/ui":"/shared/ui-1.js","kit/":"/shared/kit-1/"}}"#;

fn expected() -> Expected {
    Expected {
        import_map: MAP.to_owned(),
        budget: 1_000,
    }
}

fn team(extras: &str, files: &[(&str, &str)]) -> Result<Vec<String>, CheckError> {
    let described = format!(r#"{{"entry": "{ENTRY}", "extras": {extras}}}"#);
    let described = [("frontage.json", described.as_str())];
    let team = Application::Team("shipping".to_owned());
    check(&team, described.iter().chain(files))
}

fn check<'f>(
    application: &Application,
    files: impl Iterator<Item = &'f (&'f str, &'f str)>,
) -> Result<Vec<String>, CheckError> {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let dist = Dist::read(directory.path(), application).unwrap();
    dist.check(application, &expected())
}

fn refusal(files: &[(&str, &str)]) -> String {
    team("{}", files).unwrap_err().to_string()
}

#[test]
fn the_contract_is_that_of_the_shell() {
    let root = local::workspace_root().unwrap();
    let source = root.join("assets/packages/contract/src/index.ts");
    let source = fs::read_to_string(source).unwrap();
    for (name, version) in [
        ("OLDEST_CONTRACT", CONTRACTS.start()),
        ("CONTRACT", CONTRACTS.end()),
    ] {
        assert!(source.contains(&format!("export const {name} = {version};")));
    }
}

#[test]
fn a_build_that_works_is_let_through() {
    let extras = r#"{"kind": "element", "title": "Shipping", "contract": 1}"#;
    let main = "import '@frontage/ui'; import 'kit/a.js'; import './one-B7fx2Qab.js?x';\
                export default class extends HTMLElement {}";
    let one = "import('/two.js'); import('./main-B7fx2Qab.js')";
    let files = [
        (ENTRY, main),
        ("assets/one-B7fx2Qab.js", one),
        ("two.js", "1"),
    ];
    assert_eq!(team(extras, &files).unwrap(), Vec::<String>::new());
}

#[test]
fn what_the_shell_refuses_of_a_description_is_refused() {
    let files = [(ENTRY, ELEMENT)];
    for (extras, told) in [
        (r#"{"kind": "iframe"}"#, "the kind is \"iframe\""),
        (r#"{"kind": 1}"#, "the kind is 1"),
        (
            r#"{"contract": 2}"#,
            "built for the contract 2, and the shell shows 1 to 1",
        ),
        (r#"{"contract": "1"}"#, "built for the contract \"1\""),
        (r#"{"title": ""}"#, "the title is \"\""),
    ] {
        let error = team(extras, &files).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    assert!(team(r#"{"kind": "module", "other": 7}"#, &files).is_ok());
}

#[test]
fn an_entry_that_exports_nothing_to_show_is_refused() {
    assert!(refusal(&[(ENTRY, "module.exports = {}")]).contains("exports nothing by default"));
    assert!(refusal(&[(ENTRY, "export default 'one'")]).contains("a plain value"));
}

#[test]
fn an_import_that_leads_nowhere_is_refused() {
    let with = |import: &str| format!("import {import}; {ELEMENT}");
    for (import, told) in [
        (
            "'react'",
            "imports `react`, which the shell's import map does not have",
        ),
        (
            "'node:fs'",
            "imports `node:fs`, which the shell's content security policy refuses",
        ),
        (
            "'./gone.js'",
            "imports `./gone.js`, which is not in the build",
        ),
        (
            "'/shared/ui-1.js'",
            "imports `/shared/ui-1.js`, which is not in the build",
        ),
    ] {
        let error = refusal(&[(ENTRY, &with(import))]);
        assert!(error.contains(told), "{error}");
    }
    let (main, chunk) = (
        with("'./a-B7fx2Qab.js'"),
        ("assets/a-B7fx2Qab.js", "import 'vue'"),
    );
    let error = refusal(&[(ENTRY, &main), chunk]);
    assert!(
        error.starts_with("assets/a-B7fx2Qab.js imports `vue`"),
        "{error}"
    );
}

#[test]
fn what_cannot_be_checked_is_told() {
    let told = team("{}", &[(ENTRY, "export default (")]).unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    let main = format!("import 'https://example.com/a.js'; {ELEMENT}");
    let told = team("{}", &[(ENTRY, &main)]).unwrap();
    assert!(told[0].contains("https://example.com/a.js"), "{told:?}");
}

#[test]
fn a_budget_is_for_scripts_and_styles_and_names_the_largest() {
    let large = "a".repeat(600);
    let files = |name| {
        [
            (ENTRY, ELEMENT),
            ("a.css", large.as_str()),
            (name, large.as_str()),
        ]
    };
    assert!(team("{}", &files("b.png")).is_ok());
    let error = team("{}", &files("b.css")).unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "scripts and styles have 1.2 kB, and the budget is 1.0 kB; the largest: a.css (0.6 kB), b.css (0.6 kB), {ENTRY} (0.0 kB)"
        )
    );
}

#[test]
fn each_page_of_the_shell_says_which_inline_scripts_it_has() {
    let good =
        "<meta http-equiv=\"Content-Security-Policy\" content=\"script-src-elem *\"><p>hello</p>";
    let shell = |pages: [(&str, &str); 2]| check(&Application::Shell, pages.iter());
    assert!(shell([("index.html", good), ("offline.html", good)]).is_ok());
    let refused = shell([("index.html", good), ("offline.html", "<p>hello</p>")]).unwrap_err();
    insta::assert_snapshot!(refused, @"offline.html: it has no content security policy of its own, so every inline script would run");
}

#[test]
fn paths_are_resolved_as_browsers_do() {
    for (specifier, path) in [
        ("./b.js", "assets/b.js"),
        ("../b.js", "b.js"),
        ("../../b.js", "b.js"),
        ("/x/./b.js#y", "x/b.js"),
    ] {
        let import = Import::of(specifier, "assets/a.js");
        assert_eq!(import, Import::Own(path.to_owned()), "{specifier}");
    }
    assert_eq!(Import::of("//example.com/a.js", "a.js"), Import::Elsewhere);
    assert_eq!(Import::of("@a/b", "a.js"), Import::Bare);
}
