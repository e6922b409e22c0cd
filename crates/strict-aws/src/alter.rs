//! Answers of which one member is not as it should be.

use serde_json::Value;

/// The length of a text that is too long, which still fits into a URL: at 65,535 characters the SDK panics.
const HUGE: usize = 20_000;

/// What becomes of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Absent,
    Null,
    Empty,
    Huge,
}

impl Change {
    const ALL: [Self; 4] = [Self::Absent, Self::Null, Self::Empty, Self::Huge];

    /// The change of a number: each member of an answer gets each in turn.
    pub(crate) fn of(number: usize) -> (Self, usize) {
        (
            Self::ALL[number % Self::ALL.len()],
            number / Self::ALL.len(),
        )
    }
}

/// A body of which a member is changed: the number chooses the member and the change. A body without
/// members stays.
pub(crate) fn altered(body: &[u8], number: usize) -> Vec<u8> {
    let (change, member) = Change::of(number);
    let changed = in_json(body, change, member)
        .or_else(|| in_xml(body, change, member))
        .or_else(|| in_cbor(body, change, member));
    changed.unwrap_or_else(|| body.to_vec())
}

fn in_json(body: &[u8], change: Change, member: usize) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let count = members(&value);
    let mut left = member.checked_rem(count)?;
    alter(&mut value, change, &mut left);
    serde_json::to_vec(&value).ok()
}

/// How many members are in a value, at any depth.
fn members(value: &Value) -> usize {
    match value {
        Value::Object(of) => of.values().map(|value| 1 + members(value)).sum(),
        Value::Array(of) => of.iter().map(|value| 1 + members(value)).sum(),
        _ => 0,
    }
}

/// Changes the member that so many are before. True once it is done.
fn alter(value: &mut Value, change: Change, left: &mut usize) -> bool {
    let mut found = None;
    let inside: Vec<(usize, &mut Value)> = match value {
        Value::Object(of) => of.values_mut().enumerate().collect(),
        Value::Array(of) => of.iter_mut().enumerate().collect(),
        _ => return false,
    };
    for (at, inner) in inside {
        if *left == 0 {
            found = Some(at);
            changed(inner, change);
            break;
        }
        *left -= 1;
        if alter(inner, change, left) {
            return true;
        }
    }
    let Some(at) = found else {
        return false;
    };
    if change == Change::Absent {
        match value {
            Value::Object(of) => {
                let name = of.keys().nth(at).cloned().unwrap_or_default();
                of.remove(&name);
            }
            Value::Array(of) => drop(of.remove(at)),
            _ => {}
        }
    }
    true
}

fn changed(value: &mut Value, change: Change) {
    *value = match (change, &*value) {
        (Change::Absent, _) => return,
        (Change::Null, _) => Value::Null,
        (Change::Empty, Value::Object(_)) => Value::Object(serde_json::Map::new()),
        (Change::Empty, Value::Array(_)) => Value::Array(Vec::new()),
        (Change::Empty, Value::Number(_)) => 0.into(),
        (Change::Empty, _) => String::new().into(),
        (Change::Huge, Value::Number(_)) => u64::MAX.into(),
        (Change::Huge, Value::Array(of)) => {
            let first = of.first().cloned().unwrap_or_default();
            Value::Array(vec![first; 1_000])
        }
        (Change::Huge, _) => "9".repeat(HUGE).into(),
    };
}

fn in_xml(body: &[u8], change: Change, member: usize) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let document = roxmltree::Document::parse(text).ok()?;
    let elements = document.descendants().filter(roxmltree::Node::is_element);
    let inner: Vec<_> = elements.skip(1).collect();
    let node = inner.get(member.checked_rem(inner.len())?)?;
    let (range, name) = (node.range(), node.tag_name().name());
    let put = match change {
        Change::Absent => String::new(),
        Change::Null => format!("<{name}/>"),
        Change::Empty => format!("<{name}></{name}>"),
        Change::Huge => format!("<{name}>{}</{name}>", "9".repeat(HUGE)),
    };
    Some(
        [&text[..range.start], &put, &text[range.end..]]
            .concat()
            .into_bytes(),
    )
}

/// By way of JSON: what CBOR alone can say, such as a moment, is a number or a text there.
fn in_cbor(body: &[u8], change: Change, member: usize) -> Option<Vec<u8>> {
    let value: Value = ciborium::from_reader(body).ok()?;
    let changed = in_json(&serde_json::to_vec(&value).ok()?, change, member)?;
    let changed: Value = serde_json::from_slice(&changed).ok()?;
    let mut written = Vec::new();
    ciborium::into_writer(&changed, &mut written).ok()?;
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str, number: usize) -> String {
        String::from_utf8(altered(body.as_bytes(), number)).unwrap()
    }

    #[test]
    fn each_member_in_json_is_changed_in_each_way() {
        let body = r#"{"a":1,"b":[{"c":"d"}]}"#;
        assert_eq!(text(body, 0), r#"{"b":[{"c":"d"}]}"#);
        assert_eq!(text(body, 1), r#"{"a":null,"b":[{"c":"d"}]}"#);
        assert_eq!(text(body, 6), r#"{"a":1,"b":[]}"#);
        assert_eq!(text(body, 8), r#"{"a":1,"b":[]}"#);
        assert_eq!(text(body, 12), r#"{"a":1,"b":[{}]}"#);
        assert_eq!(text(body, 14), r#"{"a":1,"b":[{"c":""}]}"#);
        assert_eq!(text(body, 16), text(body, 0), "and again from the first");
        assert!(text(body, 15).len() > HUGE);
    }

    #[test]
    fn each_element_in_xml_is_changed() {
        let body = "<R><A>1</A><B><C/></B></R>";
        assert_eq!(text(body, 0), "<R><B><C/></B></R>");
        assert_eq!(text(body, 5), "<R><A>1</A><B/></R>");
        assert_eq!(text(body, 10), "<R><A>1</A><B><C></C></B></R>");
    }

    #[test]
    fn what_has_no_members_stays() {
        for body in ["", "{}", "<R/>", "text"] {
            assert_eq!(text(body, 3), body);
        }
    }
}
