//! Whether a toggle gives everybody the same answer from now on.

use serde_json::Value;
use toggle_contract::ACTIVE;

use crate::Item;
use crate::references::needed;
use crate::rule::{Rule, next_edge};

/// The one answer that a toggle gives to everybody from a moment on, until somebody changes it or what it refers to:
/// the name of a variant, without variants `on` or `off`. `None` if it depends on who asks or on the time: windows
/// that will open or close, a ramp that goes on. Targeting counts as dependent on who asks.
#[must_use]
pub fn only_answer<'i>(
    id: &str,
    item: &Item,
    find: &impl Fn(&str) -> Option<&'i Item>,
    at_ms: u64,
) -> Option<String> {
    let is_active =
        item.get(ACTIVE).and_then(|value| value.get("BOOL")) == Some(&Value::Bool(true));
    let needed = needed(item, find);
    let mut all = std::iter::once(item).chain(needed.values().copied().flatten());
    // What is off for everybody stays so, whatever its windows are.
    if is_active && all.any(|of| next_edge(of, at_ms).is_some()) {
        return None;
    }
    let rule = Rule::of(id, item, find, at_ms);
    let answer = rule.only()?;
    Some(rule.name(answer).to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    /// 2026-12-01T00:00:00Z.
    const NOW: u64 = 1_796_083_200_000;

    fn item(more: &Value) -> Item {
        let mut item = Item::from([(ACTIVE.to_owned(), json!({"BOOL": true}))]);
        let more = more.as_object().unwrap().iter();
        item.extend(more.map(|(name, value)| (name.clone(), value.clone())));
        item
    }

    #[test]
    fn an_answer_is_the_only_one_unless_it_depends_on_who_asks_or_on_the_time() {
        let text = |value: Value| json!({"S": value.to_string()});
        let targeting = json!({"if": [{"in": ["beta", {"var": "groups"}]}, "on", "off"]});
        let daily = json!([{"from": "09:00", "to": "17:00", "zone": "Europe/Berlin"}]);
        let until = |to: &str| json!({"windows": text(json!([{"to": to}]))});
        let ramp = |from: &str, last: u8| json!({"ramp": text(json!({"from": from, "every": 3600, "steps": [5, last]}))});
        let two = json!({"M": {"blue": {"S": "b"}, "red": {"S": "r"}}});
        let needs = |id: &str| json!({"prerequisites": {"SS": [id]}});
        let all = BTreeMap::from(
            [
                ("on", json!({})),
                ("off", json!({"isActive": {"BOOL": false}})),
                (
                    "off-daily",
                    json!({"isActive": {"BOOL": false}, "windows": text(daily.clone())}),
                ),
                ("daily", json!({"windows": text(daily)})),
                ("past", until("2026-11-30T00:00:00Z")),
                ("future", until("2026-12-02T00:00:00Z")),
                ("ramped", ramp("2026-11-01T00:00:00Z", 100)),
                ("half", ramp("2026-11-01T00:00:00Z", 50)),
                ("ramping", ramp("2026-11-30T23:30:00Z", 100)),
                ("beta", json!({"targeting": text(targeting)})),
                ("broken", json!({"targeting": {"S": "{\"iff\": []}"}})),
                (
                    "red",
                    json!({"variants": two, "defaultVariant": {"S": "red"}}),
                ),
                ("needs-on", needs("on")),
                ("needs-off", needs("off")),
                ("needs-beta", needs("beta")),
                ("needs-future", needs("future")),
                ("needs-none", needs("none")),
            ]
            .map(|(id, more)| (id, item(&more))),
        );
        let find = |id: &str| all.get(id);
        let expected = [
            ("on", Some("on")),
            ("off", Some("off")),
            ("off-daily", Some("off")),
            ("daily", None),
            ("past", Some("off")),
            ("future", None),
            ("ramped", Some("on")),
            ("half", None),
            ("ramping", None),
            ("beta", None),
            ("broken", Some("off")),
            ("red", Some("red")),
            ("needs-on", Some("on")),
            ("needs-off", Some("off")),
            ("needs-beta", None),
            ("needs-future", None),
            ("needs-none", Some("off")),
        ];
        for (id, answer) in expected {
            let found = only_answer(id, &all[id], &find, NOW);
            assert_eq!(found.as_deref(), answer, "{id}");
        }
    }
}
