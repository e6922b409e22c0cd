//! Toggles, and the messages that a client of the service receives.

use super::visible::field;
use crate::toggles::{Message, Resent, Toggle, Waited};

/// The toggles, one per line, with their ids in a column.
#[must_use]
pub fn toggles(toggles: &[Toggle]) -> String {
    let width = toggles.iter().map(|toggle| columns(toggle.id())).max();
    let width = width.unwrap_or(0);
    let lines = toggles.iter().map(|toggle| line(toggle, width));
    lines.collect::<Vec<_>>().join("\n")
}

/// A toggle, with one line per attribute.
#[must_use]
pub fn toggle(toggle: &Toggle) -> String {
    let width = toggle.others().map(|(name, _)| columns(name)).max();
    let width = width.unwrap_or(0);
    let first = head(toggle, 0);
    let others = toggle.others();
    let others = others.map(|(name, value)| format!("  {:width$}  {}", field(name), field(&value)));
    let lines: Vec<_> = std::iter::once(first).chain(others).collect();
    lines.join("\n")
}

/// A message, with one line per toggle in it.
#[must_use]
pub fn message(message: &Message) -> String {
    match message {
        Message::State(toggles) if toggles.is_empty() => "(no toggles)".to_owned(),
        Message::State(toggles) => {
            let lines = toggles.iter().map(|toggle| line(toggle, 0));
            lines.collect::<Vec<_>>().join("\n")
        }
        Message::Changed(toggle) => line(toggle, 0),
        Message::Removed(removal) => format!("{}  removed", field(&removal.id)),
    }
}

/// How many toggles are sent again.
#[must_use]
pub fn resent(resent: &Resent) -> String {
    let count = |count: usize| match count {
        1 => "1 toggle".to_owned(),
        count => format!("{count} toggles"),
    };
    let again = format!("{} sent again", count(resent.resent));
    match resent.changed {
        0 => again,
        changed => format!(
            "{again}; {} changed meanwhile, and sent for that",
            count(changed)
        ),
    }
}

/// How many connections accepted a change, in what time.
#[must_use]
pub fn delivery(waited: &Waited) -> String {
    let (of, seconds) = (waited.delivery, waited.seconds());
    let connections = match of.connections {
        1 => "connection",
        _ => "connections",
    };
    format!(
        "{} of {} {connections} accepted it in {seconds} s",
        of.told, of.connections
    )
}

fn line(toggle: &Toggle, width: usize) -> String {
    let value = toggle.value().map(|value| format!("  = {}", field(&value)));
    head(toggle, width) + &value.unwrap_or_default()
}

fn head(toggle: &Toggle, width: usize) -> String {
    let state = if toggle.is_active() { "on " } else { "off" };
    let (id, name) = (field(toggle.id()), field(toggle.name()));
    format!("{id:width$}  {state}  {name}")
}

fn columns(text: &str) -> usize {
    field(text).chars().count()
}
