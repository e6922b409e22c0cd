//! The little of YAML that the files of CI services need.

use super::steps::STEPS;

/// The line that ends the script in a shell's here-document.
const END: &str = "END_OF_STEPS";

/// Shell commands, as lines of a block scalar with this indentation, that write the script of the
/// steps into a folder.
pub(super) fn heredoc(folder: &str, indent: &str) -> String {
    let script = STEPS.trim_end_matches('\n');
    let text =
        format!("mkdir -p \"{folder}\"\ncat >\"{folder}/steps.sh\" <<'{END}'\n{script}\n{END}");
    let lines = text.lines().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!("{indent}{line}")
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text as a scalar in double quotes. JSON's strings are YAML's.
pub(super) fn scalar(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A mapping's lines, with this indentation.
pub(super) fn mapping(pairs: &[(&str, &str)], indent: &str) -> String {
    let lines = pairs
        .iter()
        .map(|(name, value)| format!("{indent}{name}: {}", scalar(value)));
    lines.collect::<Vec<_>>().join("\n")
}
