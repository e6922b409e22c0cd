//! Toggles that could be deleted.

use super::visible::field;
use crate::toggles::Judged;

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The columns.
const HEAD: [&str; 6] = [
    "toggle",
    "answer",
    "unchanged for",
    "last asked for",
    "sources",
    "",
];

/// The toggles that could be deleted, and those that give one answer and are still used; `None` if there is neither.
#[must_use]
pub fn stale(judged: &[Judged], days: u64, now_ms: u64) -> Option<String> {
    let rows = |is_listed: fn(&Judged) -> bool| {
        let listed = judged.iter().filter(|of| is_listed(of));
        let rows = listed.map(|of| row(of, days, now_ms));
        rows.collect::<Vec<_>>()
    };
    let sections = [
        ("could be deleted:", rows(|of| of.could_be_deleted)),
        (
            "give one answer, but are still used:",
            rows(Judged::is_settled_and_used),
        ),
    ];
    let sections = sections.into_iter().filter(|(_, rows)| !rows.is_empty());
    let sections: Vec<_> = sections
        .map(|(head, rows)| format!("{head}\n{}", table(rows)))
        .collect();
    (!sections.is_empty()).then(|| sections.join("\n\n"))
}

fn row(of: &Judged, days: u64, now_ms: u64) -> [String; 6] {
    let unchanged = of.changed_at.map_or("not known".to_owned(), |at| {
        let days = now_ms.saturating_sub(at) / DAY_MS;
        format!("{days} {}", if days == 1 { "day" } else { "days" })
    });
    let asked = match (&of.last_asked_for, of.asked_for) {
        (Some(day), _) => day.clone(),
        (None, Some(_)) => format!("not in {days} days"),
        (None, None) => "not known".to_owned(),
    };
    let sources = match (of.files.as_slice(), of.in_sources) {
        ([file], _) => file.display().to_string(),
        ([file, rest @ ..], _) => format!("{} and {} more", file.display(), rest.len()),
        ([], Some(_)) => "none".to_owned(),
        ([], None) => "not known".to_owned(),
    };
    let answer = of.answer.as_deref().unwrap_or("depends");
    [
        field(&of.feature_id),
        field(answer),
        unchanged,
        field(&asked),
        field(&sources),
        note(of),
    ]
}

fn note(of: &Judged) -> String {
    let referred = (!of.referred_to_by.is_empty())
        .then(|| format!("referred to by {}", field(&of.referred_to_by.join(", "))));
    let protected = of
        .is_protected
        .then(|| "protected: a second person approves".to_owned());
    let notes: Vec<_> = referred.into_iter().chain(protected).collect();
    notes.join("; ")
}

/// Rows below the names of the columns, which are as wide as their widest cell.
fn table(rows: Vec<[String; 6]>) -> String {
    let rows: Vec<_> = std::iter::once(HEAD.map(str::to_owned))
        .chain(rows)
        .collect();
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("  {}", cells.join("  ").trim_end())
    });
    lines.collect::<Vec<_>>().join("\n")
}
