//! Toggles, and what a client of the service gets.

use crate::toggles::{Message, Toggle};

/// The toggles, a line each, with their ids in a column.
#[must_use]
pub fn toggles(toggles: &[Toggle]) -> String {
    let width = toggles.iter().map(|toggle| toggle.id().len()).max();
    let width = width.unwrap_or(0);
    let lines = toggles.iter().map(|toggle| line(toggle, width));
    lines.collect::<Vec<_>>().join("\n")
}

/// A message, with a line per toggle that it tells of.
#[must_use]
pub fn message(message: &Message) -> String {
    match message {
        Message::State(toggles) if toggles.is_empty() => "(no toggles)".to_owned(),
        Message::State(toggles) => {
            let lines = toggles.iter().map(|toggle| line(toggle, 0));
            lines.collect::<Vec<_>>().join("\n")
        }
        Message::Changed(toggle) => line(toggle, 0),
        Message::Removed(id) => format!("{id}  removed"),
    }
}

fn line(toggle: &Toggle, width: usize) -> String {
    let state = if toggle.is_active() { "on " } else { "off" };
    format!("{:width$}  {state}  {}", toggle.id(), toggle.name())
}
