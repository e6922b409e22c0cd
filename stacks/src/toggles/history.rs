//! The function that records each change of a toggle.

use std::collections::BTreeMap;

use model::Text;
use model::types::iam::Statement;
use toggle_contract::{HISTORY_DAYS, HISTORY_TABLE, NAMES, PROTECTED};

use super::tables::Tables;
use crate::description::{System, Toggles};
use crate::function::Builder;
use crate::stream::{Streamed, Streaming, stream_function};

/// The records of the history's stream that are changes of toggles: none of those that `DynamoDB` has
/// deleted because of their age.
pub(crate) const CHANGES: &str = r#"{"eventName":["INSERT"]}"#;

/// The variable with the toggles whose changes need a second person, if there are any. The program reads it
/// from this function, which every system has.
pub(crate) fn protected(toggles: &Toggles) -> Option<(String, Text)> {
    // A list of texts: JSON can represent each.
    let patterns = serde_json::to_string(&toggles.protected).unwrap_or_default();
    let any = !toggles.protected.is_empty();
    any.then(|| (PROTECTED.to_owned(), Text::from(patterns)))
}

/// The second reader of the toggles' stream, and the last: `DynamoDB` recommends no more than two per
/// shard (developer guide, `Change data capture for DynamoDB Streams`). Others read the history's.
pub(super) fn toggle_history(
    builder: &mut Builder<'_, '_>,
    system: &System,
    tables: &Tables,
) -> Streamed {
    let days = system.toggles.history_days.to_string();
    let actions = ["dynamodb:PutItem", "dynamodb:Query"];
    let parts = Streaming {
        name: NAMES.toggle_history,
        code: &builder.code.toggle_history,
        description: "Records each change of a toggle",
        source: &tables.toggles,
        pattern: None,
        parallel_batches: 1,
        statements: vec![Statement::allow(actions, vec![tables.history.arn()])],
        environment: BTreeMap::from([
            (HISTORY_TABLE.to_owned(), tables.history.name()),
            (HISTORY_DAYS.to_owned(), Text::Known(days)),
        ])
        .into_iter()
        .chain(protected(&system.toggles))
        .collect(),
    };
    stream_function(builder, &system.toggles, parts)
}
