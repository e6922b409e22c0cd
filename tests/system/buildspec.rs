//! The buildspecs that CodeBuild runs, against what AWS documents of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use local::{ToolSet, Tools};
use model::{Pseudo, Text};
use stacks::artifacts::{Artifacts, Sources};
use stacks::description::System;
use tempfile::TempDir;

/// A checker of schemas, with those of the CI services' files and of bills of materials.
pub(super) const LINTERS: ToolSet = ToolSet::new("ci", include_str!("../../tools/ci.txt"));

/// The schema of a buildspec: AWS publishes none.
const SCHEMA: &str = include_str!("../support/buildspec.schema.json");

/// A team per way of building: with a canary, its time and alarms, an approval, previews and a folder; with
/// a canary alone; with nothing.
const TEAMS: &str = "[shell]\n\
    [pipelines]\nconnection = \"github\"\n\
    [teams.shipping.pipeline]\nrepository = \"acme/apps\"\nfolder = \"apps/shipping\"\n\
    approval = true\ncanary = 10\nevery = \"30m\"\nwatch = [\"errors\"]\npreviews = true\n\
    [teams.billing.pipeline]\nsource = \"s3\"\nobject = \"acme-sources/billing.zip\"\ncanary = 5\n\
    [teams.profile.pipeline]\nsource = \"codecommit\"\n";

/// The buildspecs of a description's build projects, by the projects' addresses.
fn buildspecs(more: &str) -> BTreeMap<String, String> {
    let text = format!("name = \"acme\"\n{more}{TEAMS}");
    let system = System::parse("frontage.toml", &text).expect("a description");
    let artifacts = Artifacts {
        functions: Sources::default(),
        saml_metadata: BTreeMap::new(),
    };
    let graph = stacks::system::graph(&system, &artifacts);
    let projects = graph
        .nodes()
        .filter(|node| node.resource_type.name == "AWS::CodeBuild::Project");
    let spec = |node: &model::Node| {
        let spec = node.properties["Source"]["BuildSpec"].clone();
        let spec: Text = serde_json::from_value(spec).expect("a text");
        let group = |_: &_, _: &str| {
            let arn = "arn:aws:codebuild:eu-west-1:111122223333:report-group/acme-reports";
            Some(arn.to_owned())
        };
        let known = spec.resolve(&group, &|_: Pseudo| None, &|_| None);
        (node.address.to_string(), known.expect("known"))
    };
    projects.map(spec).collect()
}

/// The checker of schemas, with the schema.
struct Checker {
    program: PathBuf,
    directory: TempDir,
}

impl Checker {
    fn new() -> Self {
        let linters = Tools::install_set(&LINTERS, &mut |line| eprintln!("{line}"));
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join("schema.json"), SCHEMA).expect("written");
        Self {
            program: linters
                .expect("the linters install")
                .bin("check-jsonschema"),
            directory,
        }
    }

    fn check(&self, spec: &str) -> Output {
        let file = self.directory.path().join("buildspec.yml");
        fs::write(&file, spec).expect("written");
        Command::new(&self.program)
            .arg("--schemafile")
            .arg(self.directory.path().join("schema.json"))
            .arg(&file)
            .output()
            .expect("it runs")
    }
}

#[test]
fn every_buildspec_is_one_that_aws_documents() {
    let checker = Checker::new();
    let all = ["", "[packages]\n"].map(buildspecs);
    let names: Vec<_> = all[0].keys().map(String::as_str).collect();
    let expected = [
        "ci/billing/project",
        "ci/profile/project",
        "ci/shipping/preview-project",
        "ci/shipping/project",
    ];
    assert_eq!(names, expected);
    for (address, spec) in all.iter().flatten() {
        let checked = checker.check(spec);
        assert!(checked.status.success(), "{address}: {checked:?}\n{spec}");
    }
    let system = System::parse("frontage.toml", &format!("name = \"acme\"\n{TEAMS}"));
    for team in &system.expect("a description").teams {
        let spec = stacks::pipeline::buildspec(team);
        let checked = checker.check(&spec);
        assert!(
            checked.status.success(),
            "{}: {checked:?}\n{spec}",
            team.name
        );
    }
}

#[test]
fn what_aws_does_not_document_is_refused() {
    let checker = Checker::new();
    let spec = &buildspecs("")["ci/shipping/project"];
    for (right, wrong) in [
        ("version: 0.2", "version: 0.3"),
        ("runtime-versions:", "runtime-version:"),
        ("nodejs:", "node:"),
        ("    commands:", "    command:"),
        ("  files:", "  file:"),
        ("  paths:", "  path:"),
        ("base-directory:", "base-folder:"),
        ("JUNITXML", "JUNIT"),
        ("report-group/acme-reports", "report-group/acme reports"),
        ("shell: bash", "shell: zsh"),
    ] {
        assert!(spec.contains(right), "{right} in {spec}");
        let checked = checker.check(&spec.replace(right, wrong));
        assert_eq!(checked.status.code(), Some(1), "{wrong}: {checked:?}");
    }
}
