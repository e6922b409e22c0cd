//! What a toggle is for a client at a moment: a pure function of its item, of what is known of the client,
//! and of the time. The functions that send toggles evaluate it for each connection, so rules never leave
//! the account; the command line explains it.
//!
//! The language is flagd's targeting (<https://flagd.dev/reference/flag-definitions/>), evaluated by
//! `datalogic-rs`, whose `fractional` puts the same users into the same buckets as flagd's own engines.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod dialect;
mod error;
mod explain;
mod logic;
mod ramp;
mod references;
mod rule;
mod settled;
mod told;
mod window;

use std::collections::BTreeMap;

use serde_json::Value;

pub use self::error::RuleError;
pub use self::explain::{Clause, clauses};
pub use self::logic::{check, inlined};
pub use self::ramp::Ramp;
pub use self::references::{dependants, is_segment, needed, references, segment_id};
pub use self::rule::{Answer, Evaluation, Reason, Rule, evaluate, next_edge};
pub use self::settled::only_answer;
pub use self::told::{Private, has_rules};
pub use self::window::Window;

/// One item in `DynamoDB` JSON, attribute by attribute. Ordered, so that equal states have equal bytes.
pub type Item = BTreeMap<String, Value>;

/// The text of an attribute; `None` if it is absent.
///
/// # Errors
/// If it has another type.
fn text<'i>(item: &'i Item, name: &'static str) -> Result<Option<&'i str>, RuleError> {
    match item.get(name) {
        None => Ok(None),
        Some(value) => {
            let text = value.get("S").and_then(Value::as_str);
            text.map(Some).ok_or(RuleError::Type { name, must: "S" })
        }
    }
}
