//! What rules cost for each connection, beside the post that a connection costs anyway.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use serde_json::json;
use toggle_rules::{Item, Rule, evaluate};
use tokio::time::Instant;

use crate::document::Table;
use crate::outcome::Outcome;

const CONNECTIONS: u32 = 1_000_000;
/// The processor time of a post, kernel and TLS included.
const POST: Duration = Duration::from_micros(110);
/// The moment for which rules are evaluated, in milliseconds since the epoch.
const NOW_MS: u64 = 1_800_000_000_000;

/// The rules of the toggle that is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rules {
    /// The same for everybody.
    None,
    /// On for a group, and for a tenth of all others.
    GroupOrShare,
}

impl Rules {
    pub(crate) fn targeting(self) -> Option<String> {
        let targeting = json!({"if": [
            {"in": ["beta", {"var": "groups"}]}, "on", {"fractional": [["on", 10], ["off", 90]]}
        ]});
        match self {
            Self::None => None,
            Self::GroupOrShare => Some(targeting.to_string()),
        }
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::GroupOrShare => "group or 10 %",
        })
    }
}

/// The context of one of many users, a tenth of whom are in the group.
pub(crate) fn context(user: u32) -> String {
    let groups: &[&str] = if user.is_multiple_of(10) {
        &["staff", "beta"]
    } else {
        &["staff"]
    };
    json!({"targetingKey": format!("{user:08x}-0000-4000-8000-000000000000"), "groups": groups})
        .to_string()
}

/// As the functions do for each connection: evaluate, and find the messages of those with the same answers.
pub(crate) fn measure() -> Outcome<Table> {
    let targeting = Rules::GroupOrShare.targeting();
    let item: Item =
        serde_json::from_value(json!({"isActive": {"BOOL": true}, "targeting": {"S": targeting}}))?;
    let contexts: Vec<_> = (0..CONNECTIONS).map(context).collect();
    let mut table = Table::new([
        "toggles with rules that change at once",
        "a million connections, s of processor time",
        "a connection, µs",
        "of the post that it costs anyway (target 10 %)",
        "different answers",
    ]);
    for toggles in [1, 10] {
        let rules: Vec<_> = (0..toggles)
            .map(|id| Rule::of(&id.to_string(), &item, &|_| None, NOW_MS))
            .collect();
        let mut classes: HashMap<Vec<_>, usize> = HashMap::new();
        let began = Instant::now();
        for context in &contexts {
            let answers = evaluate(&rules, Some(context));
            let answers = answers.into_iter().map(|of| of.answer).collect();
            *classes.entry(answers).or_default() += 1;
        }
        let took = began.elapsed();
        let each = took.as_secs_f64() / f64::from(CONNECTIONS);
        table.row([
            toggles.to_string(),
            format!("{:.2}", took.as_secs_f64()),
            format!("{:.2}", each * 1e6),
            format!("{:.1} %", each / POST.as_secs_f64() * 100.0),
            classes.len().to_string(),
        ]);
    }
    Ok(table)
}
