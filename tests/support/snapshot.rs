//! Whole outputs as snapshots, without the parts that differ from run to run.

use insta::Settings;

use super::World;
use super::cli::{Ended, Project};

/// The parts that differ from run to run, by regular expression. The order matters.
const FILTERS: &[(&str, &str)] = &[
    (
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "UUID",
    ),
    (r"\b\d{12}\b", "ACCOUNT"),
    // An account that the end of a line has cut.
    (r"\b\d+…", "ACCOUNT…"),
    (r"(acme[a-z-]*)-[0-9a-f]{16}\b", "$1-HASH"),
    (r#""Source":"[0-9a-f]{64}""#, r#""Source":"SHA256""#),
    (r"(in|after) \d+\.\d s", "$1 TIME"),
    (r"(ht|w)(tp|s)://127\.0\.0\.1:\d+", "$1$2://ENDPOINT"),
    (
        r"\b[a-z0-9]+(\.cloudfront|-HASH\.auth\.[a-z0-9-]+\.amazoncognito)\.localhost:\d+",
        "NAME$1.ENDPOINT",
    ),
    (r"(client|distribution|user_pool)_id = \S+", "${1}_id = ID"),
    (r"/_aws/execute-api/\w+/", "/_aws/execute-api/API/"),
    (r"(execute-api:[a-z0-9-]+:ACCOUNT):\w+/", "$1:API/"),
    (r#"((Api|Deployment)Id: )"\w+""#, "${1}\"ID\""),
    (r"      \w{8,10}/(\w+)\n", "      API/$1\n"),
    (r"\(os error \d+\)", "(os error)"),
];

impl World {
    /// Snapshots without this world's own names.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::clone_current();
        settings.set_snapshot_path(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/system/snapshots"
        ));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        if self.system != "acme" {
            settings.add_filter(&self.system, "acme");
        }
        for (pattern, replacement) in FILTERS {
            settings.add_filter(pattern, *replacement);
        }
        settings
    }
}

impl Project {
    /// Compares with the snapshot of this name.
    pub fn assert_snapshot(&self, name: &str, text: &str) {
        if self.world.system != "acme" && text.contains('…') {
            eprintln!(
                "skipped: the snapshot {name}, which is cut elsewhere where names are longer"
            );
            return;
        }
        let directory = self.path().display().to_string();
        let text = text.replace(&directory, "DIRECTORY");
        self.world
            .settings()
            .bind(|| insta::assert_snapshot!(name, text));
    }
}

impl Ended {
    /// Code, standard output, standard error.
    pub fn whole(&self) -> String {
        let code = self
            .code
            .map_or_else(|| "none".to_owned(), |code| code.to_string());
        format!(
            "exit code: {code}\n--- stdout ---\n{}\n--- stderr ---\n{}",
            self.stdout.trim_end(),
            self.stderr.trim_end()
        )
    }

    /// How the run ended, without its plan and its progress, whose order is free.
    pub fn ending(&self) -> &str {
        let at = self
            .stderr
            .find("\nNot everything")
            .or_else(|| self.stderr.find("\nDone:"));
        at.map_or(self.stderr.as_str(), |at| self.stderr[at..].trim())
    }
}
