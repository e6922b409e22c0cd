//! Toggles, and the messages that a client of the service receives.

use super::visible::field;
use jiff::Timestamp;
use toggle_formats::Lost;
use toggle_rules::is_segment;

use crate::toggles::{
    Changed, Copied, Difference, Differing, Explanation, Message, Proposed, Recorded, Resent,
    Segment, Toggle, Waited, time,
};

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

/// What differs from the toggles of another system, in the order of a copy from it: `+` is what it
/// alone has, `-` what only this one has.
#[must_use]
pub fn differences(differences: &[Difference], other: &str) -> String {
    let lines = differences.iter().flat_map(|of| {
        let (sign, note) = match (&of.here, &of.there) {
            (None, _) => ('+', format!("  only in {other}")),
            (_, None) => ('-', format!("  not in {other}")),
            _ => ('~', String::new()),
        };
        let head = format!("{sign} {}{note}", field(&of.feature_id));
        let shown = if sign == '~' {
            of.attributes()
        } else {
            Vec::new()
        };
        std::iter::once(head).chain(attributes(shown))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Attributes that differ, one per line.
fn attributes(shown: Vec<Differing>) -> impl Iterator<Item = String> {
    let width = shown.iter().map(|of| columns(&of.name)).max().unwrap_or(0);
    shown.into_iter().map(move |of| {
        let value = |value: Option<String>| value.map_or("(none)".to_owned(), |of| field(&of));
        format!(
            "    {:width$}  {} -> {}",
            field(&of.name),
            value(of.here),
            value(of.there)
        )
    })
}

/// The changes of a toggle: when, the revision, who and why, and what changed, one attribute per line.
#[must_use]
pub fn toggle_history(changes: &[Recorded]) -> String {
    let lines = changes.iter().flat_map(|of| {
        let head = Head {
            time: of.time(),
            revision: of.revision,
            by: of.by.as_deref(),
            approved_by: of.approved_by.as_deref(),
            comment: of.comment.as_deref(),
        };
        let what = match (of.is_deletion(), of.without_images) {
            (true, _) => vec!["    deleted".to_owned()],
            (_, true) => vec!["    too large to be kept in the history".to_owned()],
            _ => attributes(of.attributes()).collect(),
        };
        std::iter::once(head.line()).chain(what)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The same, as the HTTP API tells it.
#[must_use]
pub fn toggle_changes(changes: &[Changed]) -> String {
    let lines = changes.iter().flat_map(|of| {
        let head = Head {
            time: time(of.changed_at),
            revision: of.revision,
            by: of.by.as_deref(),
            approved_by: of.approved_by.as_deref(),
            comment: of.comment.as_deref(),
        };
        let what = if of.is_deletion {
            vec!["    deleted".to_owned()]
        } else {
            let changed = of.attributes.iter().cloned().map(Differing::from);
            attributes(changed.collect()).collect()
        };
        std::iter::once(head.line()).chain(what)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What is said of a change, apart from the attributes.
struct Head<'c> {
    time: String,
    revision: Option<u64>,
    by: Option<&'c str>,
    approved_by: Option<&'c str>,
    comment: Option<&'c str>,
}

impl Head<'_> {
    fn line(&self) -> String {
        let time = &self.time;
        let revision = self
            .revision
            .map(|revision| format!("  revision {revision}"));
        let by = self.by.map_or("not through frontage".to_owned(), field);
        let approved = self
            .approved_by
            .map(|by| format!(", approved by {}", field(by)));
        let comment = self.comment.map(|why| format!(": {}", field(why)));
        let (revision, comment) = (revision.unwrap_or_default(), comment.unwrap_or_default());
        let approved = approved.unwrap_or_default();
        format!("{time}{revision}  {by}{approved}{comment}")
    }
}

/// Changes that wait for a second person: of what, who proposes it and why, and what changes.
#[must_use]
pub fn proposals(open: &[Proposed]) -> String {
    let lines = open.iter().flat_map(|of| {
        let comment = of.comment.as_deref().map(|why| format!(": {}", field(why)));
        let head = format!(
            "{}  {}  {}  {}{}",
            field(&of.feature_id),
            field(&of.change),
            time(of.at),
            field(&of.by),
            comment.unwrap_or_default()
        );
        let until = format!("    until {}", time(of.expires_at));
        let what = if of.change == "deletion" {
            Vec::new()
        } else {
            let changed = of.attributes.iter().cloned().map(Differing::from);
            attributes(changed.collect()).collect()
        };
        [head, until].into_iter().chain(what)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// How many toggles were copied.
#[must_use]
pub fn copied(copied: &Copied) -> String {
    let segments = copied.copied.iter().filter(|id| is_segment(id)).count();
    let toggles = count(copied.copied.len() - segments);
    let written = match segments {
        0 => format!("{toggles} copied"),
        1 => format!("{toggles} and 1 segment copied"),
        segments => format!("{toggles} and {segments} segments copied"),
    };
    match copied.same {
        0 => written,
        1 => format!("{written}; 1 was the same"),
        same => format!("{written}; {same} were the same"),
    }
}

/// How many toggles a file has.
#[must_use]
pub fn exported(toggles: usize, file: &str) -> String {
    format!("{} exported to {}", count(toggles), field(file))
}

/// How many toggles and segments of a file were written.
#[must_use]
pub fn imported(written: &[String], same: usize) -> String {
    let copied = Copied {
        copied: written.to_vec(),
        same,
    };
    self::copied(&copied).replacen(" copied", " imported", 1)
}

/// What a file and toggles do not have in common, a line each.
#[must_use]
pub fn not_carried(lost: &[Lost]) -> String {
    let lines = lost.iter().map(|of| {
        let toggle = if of.toggle.is_empty() {
            String::new()
        } else {
            format!("{}: ", field(&of.toggle))
        };
        format!("  {toggle}{}: {}", field(&of.what), field(&of.why))
    });
    let lines: Vec<_> = lines.collect();
    format!("not carried over:\n{}", lines.join("\n"))
}

fn count(count: usize) -> String {
    match count {
        1 => "1 toggle".to_owned(),
        count => format!("{count} toggles"),
    }
}

/// How many toggles are sent again.
#[must_use]
pub fn resent(resent: &Resent) -> String {
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
/// What a client is told of a toggle, and why.
#[must_use]
pub fn explanation(explained: &Explanation) -> String {
    let state = if explained.is_active { "on" } else { "off" };
    let variant = if ["on", "off"].contains(&explained.variant.as_str()) {
        String::new()
    } else {
        format!(", variant {}", explained.variant)
    };
    let mut lines = vec![format!(
        "{} is {state}{variant}: {}",
        explained.feature_id, explained.reason
    )];
    lines.extend(explained.clauses.iter().map(|clause| {
        let (mark, then) = if clause.holds {
            ("yes", format!(" -> {}", clause.gives))
        } else {
            ("no", String::new())
        };
        format!("  {mark:>3}  {}{then}", clause.condition)
    }));
    let next = explained.next_edge.and_then(|at| i64::try_from(at).ok());
    if let Some(next) = next.and_then(|at| Timestamp::from_millisecond(at).ok()) {
        lines.push(format!("  it may change by itself at {next}"));
    }
    lines.join("\n")
}

/// The segments, one per line.
#[must_use]
pub fn segments(segments: &[Segment]) -> String {
    let line = |segment: &Segment| {
        let users = if segment.used_by.is_empty() {
            "no rule".to_owned()
        } else {
            segment.used_by.join(", ")
        };
        format!(
            "{}  {}  (named by {users})",
            segment.name, segment.condition
        )
    };
    segments.iter().map(line).collect::<Vec<_>>().join("\n")
}
