//! The reports of descriptions with mistakes: each `malformed/NAME.toml` is reported as in
//! `malformed/NAME.snap`. A new file is a new test.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use miette::{GraphicalReportHandler, GraphicalTheme};
use stacks::description::{DescriptionErrors, System};

fn report(errors: &DescriptionErrors) -> String {
    let mut report = String::new();
    let handler =
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100);
    handler.render_report(&mut report, errors).unwrap();
    report
}

#[test]
fn is_reported() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/malformed");
    let mut files: Vec<_> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "toml")
    });
    files.sort();
    assert!(files.len() >= 20, "{} files", files.len());
    insta::with_settings!({
        snapshot_path => &directory,
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        for file in files {
            let name = file.file_stem().unwrap().to_str().unwrap();
            let errors = System::parse("frontage.toml", &fs::read_to_string(&file).unwrap()).unwrap_err();
            insta::assert_snapshot!(name, report(&errors));
        }
    });
}
