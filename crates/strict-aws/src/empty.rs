//! Lists that do not show what exists.

use roxmltree::Document;
use serde_json::Value;

/// The elements that contain the entries of a list, or are entries, in the protocols with XML.
const ENTRIES: [&str; 6] = [
    "Items",
    "member",
    "Bucket",
    "Contents",
    "HostedZone",
    "ResourceRecordSet",
];

/// The members by which a list in JSON continues.
const MARKERS: [&str; 5] = [
    "nextToken",
    "NextToken",
    "NextMarker",
    "PaginationToken",
    "LastEvaluatedTableName",
];

/// A response without the entries of its lists.
///
/// Lists lag on AWS: queues are not listed after their creation (boto/boto3#1581), and connections
/// to SQS disagree (hashicorp/terraform-provider-aws#29761).
pub(crate) fn emptied(body: &str) -> String {
    match serde_json::from_str(body) {
        Ok(Value::Object(mut members)) => {
            members.retain(|name, _| !MARKERS.contains(&name.as_str()));
            for list in members.values_mut().filter(|value| value.is_array()) {
                *list = Value::Array(Vec::new());
            }
            Value::Object(members).to_string()
        }
        _ => emptied_xml(body),
    }
}

/// A response in CBOR without the entries of its lists.
pub(crate) fn emptied_cbor(body: &[u8]) -> Vec<u8> {
    use ciborium::Value as Cbor;
    let Ok(Cbor::Map(mut members)) = ciborium::from_reader(body) else {
        return body.to_vec();
    };
    let is_marker = |name: &Cbor| name.as_text().is_some_and(|name| MARKERS.contains(&name));
    members.retain(|(name, _)| !is_marker(name));
    for (_, list) in members.iter_mut().filter(|(_, value)| value.is_array()) {
        *list = Cbor::Array(Vec::new());
    }
    let mut empty = Vec::new();
    // Writing to memory cannot fail.
    let _ = ciborium::into_writer(&Cbor::Map(members), &mut empty);
    empty
}

fn emptied_xml(body: &str) -> String {
    let Ok(document) = Document::parse(body) else {
        return body.to_owned();
    };
    let mut kept = String::new();
    let mut from = 0;
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let (range, name) = (node.range(), node.tag_name().name());
        if range.start < from {
            continue;
        }
        if ENTRIES.contains(&name) {
            kept.push_str(&body[from..range.start]);
            from = range.end;
        } else if name == "Quantity" || name == "IsTruncated" {
            kept.push_str(&body[from..range.start]);
            let none = if name == "Quantity" { "0" } else { "false" };
            kept.extend(["<", name, ">", none, "</", name, ">"]);
            from = range.end;
        }
    }
    kept + &body[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_json_is_emptied() {
        let full = r#"{"items":[{"tags":["a"]}],"nextToken":"n","count":1}"#;
        assert_eq!(emptied(full), r#"{"count":1,"items":[]}"#);
    }

    #[test]
    fn a_list_in_cbor_is_emptied() {
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let mut full = Vec::new();
        let list = value(r#"{"MetricAlarms":[{"AlarmName":"a"}],"NextToken":"n","Count":1}"#);
        ciborium::into_writer(&list, &mut full).unwrap();
        let empty: Value = ciborium::from_reader(&*emptied_cbor(&full)).unwrap();
        assert_eq!(empty, value(r#"{"MetricAlarms":[],"Count":1}"#));
        assert_eq!(emptied_cbor(b"text"), b"text");
    }

    #[test]
    fn a_list_in_xml_is_emptied() {
        let full = "<List><Quantity>2</Quantity><Items><I><Items/><Quantity>7</Quantity></I></Items>\
                    <IsTruncated>true</IsTruncated></List>";
        let empty = "<List><Quantity>0</Quantity><IsTruncated>false</IsTruncated></List>";
        assert_eq!(emptied(full), empty);
        let roles =
            "<R><Roles><member><A/></member><member/></Roles><IsTruncated>false</IsTruncated></R>";
        let none = "<R><Roles></Roles><IsTruncated>false</IsTruncated></R>";
        assert_eq!(emptied(roles), none);
        assert_eq!(emptied("text"), "text");
    }
}
