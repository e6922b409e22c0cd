use std::panic::catch_unwind;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A file as `plan --out` writes it.
fn whole() -> Value {
    json!({
        "format": FORMAT,
        "version": env!("CARGO_PKG_VERSION"),
        "made": "2026-01-31T12:00:00.000Z",
        "description": "0123456789ab",
        "stacks": ["toggles"],
        "plan": {
            "version": 1,
            "system": "acme",
            "account": "111122223333",
            "region": "eu-west-1",
            "summary": {"create": 1, "update": 1, "replace": 0, "delete": 0},
            "resources": [
                {"address": "toggles/toggles-table", "type": "AWS::DynamoDB::Table", "action": "create",
                 "changes": [{"path": "TableName", "after": "acme-toggles-toggles-table"}]},
                {"address": "toggles/slices", "type": "AWS::SQS::Queue", "action": "update", "reason": "drift",
                 "changes": [{"path": "VisibilityTimeout", "before": 30, "after": 60}]},
            ],
            "kept": [], "refused": [], "strangers": [],
        },
    })
}

/// Reads these bytes from a file. What is read is compared with the whole plan.
fn read(bytes: &[u8]) -> Result<Vec<String>, Report> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("it.plan");
    std::fs::write(&path, bytes).unwrap();
    let file = PlanFile::read(&path)?;
    Ok(differences(&file.plan, &whole()["plan"]))
}

/// The pointers of all values in a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let inner: Vec<_> = match value {
        Value::Object(of) => of.iter().map(|(name, of)| (name.clone(), of)).collect(),
        Value::Array(of) => of
            .iter()
            .enumerate()
            .map(|(at, of)| (at.to_string(), of))
            .collect(),
        _ => Vec::new(),
    };
    for (name, of) in inner {
        places(of, &format!("{at}/{name}"), found);
    }
}

/// Takes a value out of the value that contains it.
fn remove(file: &mut Value, place: &str) {
    let Some((parent, name)) = place.rsplit_once('/') else {
        return;
    };
    match file.pointer_mut(parent).unwrap() {
        Value::Object(of) => drop(of.remove(name)),
        Value::Array(of) => drop(of.remove(name.parse().unwrap())),
        _ => unreachable!("only those contain others"),
    }
}

#[test]
fn a_whole_file_is_read() {
    let read = read(whole().to_string().as_bytes()).unwrap();
    assert!(read.is_empty(), "{read:?}");
}

/// Each value once: of every other type, and absent.
#[test]
fn a_file_of_which_one_value_is_another_is_read_or_refused() {
    let mut all = Vec::new();
    places(&whole(), "", &mut all);
    let others = [
        json!(null),
        json!(7),
        json!(-1),
        json!("other"),
        json!([]),
        json!([[]]),
        json!({}),
    ];
    let mut refused = 0;
    for place in &all {
        let mut files: Vec<_> = others
            .iter()
            .map(|other| {
                let mut file = whole();
                *file.pointer_mut(place).unwrap() = other.clone();
                file
            })
            .collect();
        let mut without = whole();
        remove(&mut without, place);
        files.push(without);
        for file in files {
            let text = file.to_string();
            let outcome = catch_unwind(|| read(text.as_bytes()).is_err());
            refused += usize::from(outcome.unwrap_or_else(|_| panic!("{place}: {text}")));
        }
    }
    assert!(refused > 40, "{refused}");
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    let text = whole().to_string();
    for length in 0..text.len() {
        let error = read(&text.as_bytes()[..length]).unwrap_err();
        let said = error.to_string();
        assert!(
            said.contains("is not a plan of Frontage"),
            "{length}: {said}"
        );
    }
}

proptest! {
    /// A byte is another one, wherever it is.
    #[test]
    fn a_file_with_a_wrong_byte_is_read_or_refused(at in 0_usize..800, byte: u8) {
        let mut bytes = whole().to_string().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = read(&bytes);
    }
}
