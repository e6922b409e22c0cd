//! flagd's own scenarios, of the test bed beside this folder: its flags are imported, and evaluated by the engine of
//! the functions. Each scenario ends as flagd says, or is listed with the reason why it does not.
//!
//! What clients are sent in them is `told.json`, with which `assets/packages/toggles/test/openfeature` asks the
//! provider for the same.
#![allow(clippy::unwrap_used)]

mod features;
mod flags;

use std::path::Path;

use serde_json::{Map, Value, json};
use toggle_formats::Items;

use self::features::{Scenario, scenarios};
use self::flags::{Details, imported, resolve, told};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");

/// Scenarios of other versions of flagd, or of what only flagd has: a tag or a step of theirs.
const OTHERS: [(&str, &str); 7] = [
    ("fractional-v1", "buckets of an earlier version"),
    (
        "fractional-v3",
        "buckets of a later version: other users get a variant",
    ),
    ("deprecated", "replaced by `no-default-variant`"),
    ("grace", "a connection to flagd that is lost"),
    ("caching", "flagd's own service"),
    (
        "selector",
        "one of several sets of flags, which flagd chooses by its source",
    ),
    ("metadata flagd provider", "metadata of a set of flags"),
];

/// Scenarios that end otherwise: how their titles begin, and why.
const OTHERWISE: [(&str, &str); 4] = [
    (
        "evaluator/no-default-variant: Resolve flag with no default variant | null-default-flag",
        OFF,
    ),
    (
        "provider/evaluation: Resolves flag with no default variant correctly | null-default-flag",
        OFF,
    ),
    (
        "evaluator/string: starts_with and ends_with return null for wrong argument count",
        BROKEN,
    ),
    (
        "provider/targeting: starts_with and ends_with return null for wrong argument count",
        BROKEN,
    ),
];
const OFF: &str = "a toggle that is on or off is off without a default, whatever the caller's is";
const BROKEN: &str = "a rule that can never be evaluated is broken, and then its toggle is off";

/// Scenarios with the flags that they are about.
struct Suite {
    name: &'static str,
    scenarios: Vec<Scenario>,
    items: Items,
    /// What is known of each client.
    known: Value,
}

fn suites() -> [Suite; 2] {
    let root = Path::new(ROOT).join("flagd-testbed");
    [
        Suite {
            name: "evaluator",
            scenarios: scenarios(&root.join("evaluator/gherkin")),
            items: imported(&root.join("evaluator/flags")),
            known: json!({}),
        },
        Suite {
            name: "provider",
            scenarios: scenarios(&root.join("gherkin")),
            items: imported(&root.join("flags")),
            // flagd of the test bed adds this to each context; a claim of a token is the like.
            known: json!({"injectedmetadata": "set"}),
        },
    ]
}

fn is_other(scenario: &Scenario) -> bool {
    OTHERS.iter().any(|(mark, _)| {
        scenario.tags.contains(*mark) || scenario.steps.iter().any(|step| step.text.contains(mark))
    })
}

#[test]
fn scenarios_end_as_flagd_says() {
    let (mut all, mut run, mut otherwise, mut wrong) = (0, 0, 0, Vec::new());
    let mut unused: Vec<_> = OTHERWISE.iter().map(|(title, _)| *title).collect();
    for suite in suites() {
        all += suite.scenarios.len();
        for scenario in suite.scenarios.iter().filter(|of| !is_other(of)) {
            run += 1;
            let title = format!("{}/{}", suite.name, scenario.title);
            let listed = OTHERWISE.iter().any(|(of, _)| title.starts_with(of));
            unused.retain(|of| !title.starts_with(of));
            match play(&suite, scenario) {
                Err(_) if listed => otherwise += 1,
                Ok(()) if listed => wrong.push(format!("{title}: is listed, and ends as it says")),
                Err(why) => wrong.push(format!("{title}: {why}")),
                Ok(()) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(unused, [""; 0], "no such scenario");
    // docs/toggle-formats.md has these numbers.
    assert_eq!((run, all, otherwise), (254, 430, 8));
}

/// Runs the steps of a scenario.
fn play(suite: &Suite, scenario: &Scenario) -> Result<(), String> {
    let mut flag = (String::new(), String::new(), Value::Null);
    let context = context(suite, scenario);
    let mut details = None;
    for step in &scenario.steps {
        let (sentence, words) = words(&step.text);
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        if let Some((kind, "\"\" and a fallback value \"\"" | "\"\" and a default value \"\"")) =
            sentence.split_once("-flag with key ")
        {
            let kind = kind.trim_start_matches("a ");
            flag = (words[0].to_owned(), kind.to_owned(), parsed(kind, words[1]));
            continue;
        }
        let (id, kind, fallback) = &flag;
        if sentence == "the flag was evaluated with details" {
            details = Some(resolve(&suite.items, id, kind, fallback, &context));
        } else if let Some(details) = &details {
            assertion(&sentence, &words, &step.table, kind, details)?;
        }
    }
    details.map(drop).ok_or("nothing is evaluated".to_owned())
}

/// What is known of the client of a scenario.
fn context(suite: &Suite, scenario: &Scenario) -> Value {
    let mut context = suite.known.clone();
    for step in &scenario.steps {
        let (sentence, words) = words(&step.text);
        match sentence.as_str() {
            "a context containing a key \"\", with type \"\" and with value \"\"" => {
                context[&words[0]] = parsed(&words[1], &words[2]);
            }
            "a context containing a targeting key with value \"\"" => {
                context["targetingKey"] = json!(words[0]);
            }
            "a context containing a nested property with outer key \"\" and inner key \"\", with value \"\"" =>
            {
                context[&words[0]] = json!({&words[1]: words[2]});
            }
            _ => {}
        }
    }
    context
}

fn assertion(
    sentence: &str,
    words: &[&str],
    table: &[Vec<String>],
    kind: &str,
    details: &Details,
) -> Result<(), String> {
    let wanted = match sentence {
        "the resolved details value should be \"\"" => {
            same(&details.value, &parsed(kind, words[0]))
        }
        "the reason should be \"\"" => details.reason == words[0],
        "the error-code should be \"\"" => details.error == words[0],
        "the resolved metadata is empty" => details.metadata.is_empty(),
        "the resolved metadata should contain" => table[1..].iter().all(|row| {
            let value = details.metadata.get(&row[0]);
            value.is_some_and(|value| same(value, &parsed(&row[1], &row[2])))
        }),
        _ => return Err(format!("no step is known for {sentence}")),
    };
    let why = || format!("{sentence} {words:?}, and there is {details:?}");
    wanted.then_some(()).ok_or_else(why)
}

/// The value that a text of a scenario stands for.
fn parsed(kind: &str, text: &str) -> Value {
    match kind {
        "Boolean" => json!(text == "true"),
        "String" => json!(text),
        "Object" => serde_json::from_str(text).unwrap(),
        "Integer" => json!(text.parse::<i64>().unwrap()),
        _ => json!(text.parse::<f64>().unwrap()),
    }
}

fn same(value: &Value, wanted: &Value) -> bool {
    match (value.as_f64(), wanted.as_f64()) {
        (Some(value), Some(wanted)) => value.total_cmp(&wanted).is_eq(),
        _ => value == wanted,
    }
}

/// A step without its texts in quotation marks, and these.
fn words(text: &str) -> (String, Vec<String>) {
    let text = text.replace("\\\"", "\u{1}");
    let (mut sentence, mut words) = (String::new(), Vec::new());
    for (at, part) in text.split('"').enumerate() {
        if at % 2 == 0 {
            sentence.push_str(part);
        } else {
            sentence.push_str("\"\"");
            words.push(part.replace('\u{1}', "\""));
        }
    }
    (sentence, words)
}

/// What a client with each of the scenarios' contexts is sent: all toggles if nothing is known of it, and else those
/// that differ.
#[test]
fn what_clients_are_sent_is_written_down() {
    let suites = suites().map(|suite| {
        let all = |context: &Value| -> Vec<Value> {
            let toggles = suite
                .items
                .iter()
                .filter(|(id, _)| !id.starts_with("segment:"));
            toggles
                .map(|(id, item)| json!(told(&suite.items, id, item, context).0))
                .collect()
        };
        let nobody = all(&json!({}));
        let mut contexts: Vec<Value> = Vec::new();
        for scenario in suite.scenarios.iter().filter(|of| !is_other(of)) {
            let context = context(&suite, scenario);
            if !contexts.contains(&context) {
                contexts.push(context);
            }
        }
        let differing = contexts.into_iter().map(|context| {
            let mut told = all(&context);
            told.retain(|item| !nobody.contains(item));
            json!({"context": context, "told": told})
        });
        (
            suite.name.to_owned(),
            json!({"nobody": nobody, "contexts": differing.collect::<Value>()}),
        )
    });
    let suites: Map<String, Value> = suites.into_iter().collect();
    let text = format!("{}\n", Value::from(suites));
    let file = format!("{ROOT}/told.json");
    if std::env::var_os("UPDATE_TOLD").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    assert!(written == text, "UPDATE_TOLD=1 writes told.json");
}
