//! Feature files, with each example of an outline as a scenario of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gherkin::{Examples, Feature, GherkinEnv};

/// One scenario, with the steps of its feature's background.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// `FILE: NAME`, and the cells of its example.
    pub title: String,
    /// Of the feature, the scenario and the examples.
    pub tags: BTreeSet<String>,
    /// In order.
    pub steps: Vec<Step>,
}

/// What is given, done or asserted.
#[derive(Debug)]
pub(crate) struct Step {
    /// Without its keyword.
    pub text: String,
    /// The rows below it, with their heads.
    pub table: Vec<Vec<String>>,
}

/// All files of a folder with this extension, in order.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|file| file.extension().is_some_and(|of| of == extension))
        .collect();
    files.sort();
    files
}

/// The scenarios of the feature files of a folder.
pub(crate) fn scenarios(folder: &Path) -> Vec<Scenario> {
    files(folder, "feature")
        .iter()
        .flat_map(|file| of_file(file))
        .collect()
}

fn of_file(file: &Path) -> Vec<Scenario> {
    let text = fs::read_to_string(file).unwrap();
    // In Gherkin a backslash before another character than `n`, `|` and itself is one. This parser takes none.
    let text = text.replace("\\\"", "\\\\\"").replace("\\u", "\\\\u");
    let feature = Feature::parse(text, GherkinEnv::default()).unwrap();
    let name = file.file_stem().unwrap().to_string_lossy();
    let background = feature.background.iter().flat_map(|of| &of.steps);
    let background: Vec<_> = background.collect();
    let mut scenarios = Vec::new();
    for scenario in &feature.scenarios {
        let steps: Vec<_> = background.iter().copied().chain(&scenario.steps).collect();
        let title = format!("{name}: {}", scenario.name);
        let tags = feature.tags.iter().chain(&scenario.tags);
        let tags: BTreeSet<_> = tags.cloned().collect();
        if scenario.examples.is_empty() {
            scenarios.push(filled(&title, tags, &steps, &[]));
            continue;
        }
        for examples in &scenario.examples {
            let tags: BTreeSet<_> = tags.iter().chain(&examples.tags).cloned().collect();
            for example in rows(examples) {
                let cells: Vec<_> = example.iter().map(|(_, cell)| cell.as_str()).collect();
                let title = format!("{title} | {}", cells.join(" | "));
                scenarios.push(filled(&title, tags.clone(), &steps, &example));
            }
        }
    }
    scenarios
}

/// The rows of examples, each cell with the name of its column.
fn rows(examples: &Examples) -> Vec<Vec<(String, String)>> {
    let rows = examples.table.iter().flat_map(|table| &table.rows);
    let mut rows = rows.cloned();
    let names = rows.next().unwrap();
    rows.map(|row| names.iter().cloned().zip(row).collect())
        .collect()
}

fn filled(
    title: &str,
    tags: BTreeSet<String>,
    steps: &[&gherkin::Step],
    example: &[(String, String)],
) -> Scenario {
    let fill = |text: &String| {
        example.iter().fold(text.clone(), |text, (name, cell)| {
            text.replace(&format!("<{name}>"), cell)
        })
    };
    let steps = steps.iter().map(|step| Step {
        text: fill(&step.value),
        table: step
            .table
            .iter()
            .flat_map(|table| &table.rows)
            .map(|row| row.iter().map(&fill).collect())
            .collect(),
    });
    Scenario {
        title: title.to_owned(),
        tags,
        steps: steps.collect(),
    }
}
