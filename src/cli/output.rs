//! Data on standard output, messages on standard error.

use std::io::{ErrorKind, Write as _};

use miette::Report;

use crate::render::visible;

/// Writes data to standard output. That its reader has exited, as `head` does, is not an error.
pub(super) fn print(text: &str) -> Result<(), Report> {
    follow(text).map(drop)
}

/// Writes data of a command that has no end of its own. Returns false if the reader has exited.
pub(super) fn follow(text: &str) -> Result<bool, Report> {
    write(&visible::lines(text))
}

/// Writes data over what a terminal shows. Returns false if the reader has exited.
pub(super) fn redraw(text: &str) -> Result<bool, Report> {
    // Home, then each line with the rest of the old one erased, then all below: nothing flickers.
    let lines = visible::lines(text).replace('\n', "\u{1b}[K\n");
    write(&format!("\u{1b}[H{lines}\u{1b}[K\u{1b}[J"))
}

/// The same for data that is JSON.
pub(super) fn follow_json(text: &str) -> Result<bool, Report> {
    write(&visible::json(text))
}

fn write(text: &str) -> Result<bool, Report> {
    match writeln!(std::io::stdout(), "{}", text.trim_end_matches('\n')) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Report::msg(format!(
            "standard output cannot be written: {error}"
        ))),
    }
}

/// Writes a message to standard error.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", visible::lines(text));
}

/// Writes a value as JSON to standard output.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<(), Report> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Report::msg(error.to_string()))?;
    follow_json(&text).map(drop)
}
