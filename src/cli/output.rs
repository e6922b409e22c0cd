//! Data on the standard output, talk on the standard error.

use std::io::Write as _;

use miette::Report;

/// Writes data to the standard output. A reader that went away is no error.
pub(super) fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end_matches('\n'));
}

/// Writes talk to the standard error.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A value as JSON on the standard output.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<(), Report> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Report::msg(error.to_string()))?;
    print(&text);
    Ok(())
}
