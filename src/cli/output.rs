//! Data on standard output, messages on standard error.

use std::io::Write as _;

use miette::Report;

/// Writes data to standard output. A reader that has exited is not an error.
pub(super) fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end_matches('\n'));
}

/// Writes a message to standard error.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Writes a value as JSON to standard output.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<(), Report> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Report::msg(error.to_string()))?;
    print(&text);
    Ok(())
}
