//! The same answers as flagd's own engine for Node, `@openfeature/flagd-core`, which
//! `assets/packages/toggles/test/flagd.test.ts` keeps in `flagd.json`.
#![allow(clippy::unwrap_used)]

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use toggle_rules::{Item, Rule, evaluate};

/// Long after the times that rules compare with.
const NOW_MS: u64 = 1_800_000_000_000;

#[derive(Deserialize)]
struct Expected {
    variants: Value,
    contexts: Vec<Value>,
    rules: Vec<Answered>,
    share: Share,
}

#[derive(Deserialize)]
struct Answered {
    targeting: Value,
    answers: Vec<String>,
}

#[derive(Deserialize)]
struct Share {
    targeting: Value,
    users: usize,
    on: usize,
    sha256: String,
}

fn expected() -> Expected {
    serde_json::from_str(include_str!("flagd.json")).unwrap()
}

fn rule(variants: &Value, targeting: &Value) -> Rule {
    let names = variants.as_object().unwrap().keys();
    let variants: Value = names
        .map(|name| (name.clone(), json!({"S": name})))
        .collect();
    let item: Item = serde_json::from_value(json!({
        "isActive": {"BOOL": true}, "variants": {"M": variants}, "defaultVariant": {"S": "off"},
        "targeting": {"S": targeting.to_string()},
    }))
    .unwrap();
    Rule::of("cart", &item, &|_| None, NOW_MS)
}

fn answer(rule: &Rule, context: &Value) -> String {
    let evaluation = evaluate([rule], Some(&context.to_string())).remove(0);
    rule.name(evaluation.answer).to_owned()
}

#[test]
fn rules_give_the_variants_that_flagd_gives() {
    let expected = expected();
    for of in &expected.rules {
        let rule = rule(&expected.variants, &of.targeting);
        assert_eq!(rule.broken(), None, "{}", of.targeting);
        let answers = expected
            .contexts
            .iter()
            .map(|context| answer(&rule, context));
        assert_eq!(answers.collect::<Vec<_>>(), of.answers, "{}", of.targeting);
    }
}

/// Ten percent are within 0.3 of that, and are the same users.
#[test]
fn a_percentage_has_the_users_that_flagd_has() {
    let Expected {
        variants, share, ..
    } = expected();
    let rule = rule(&variants, &share.targeting);
    let is_on = |user| answer(&rule, &json!({ "targetingKey": format!("user-{user}") })) == "on";
    let bits: String = (0..share.users)
        .map(|user| if is_on(user) { '1' } else { '0' })
        .collect();
    let on = bits.matches('1').count();
    assert_eq!(on, share.on);
    assert!(
        on.abs_diff(share.users / 10) <= share.users * 3 / 1_000,
        "{on}"
    );
    let digest = format!("{:x}", Sha256::digest(bits.as_bytes()));
    assert_eq!(digest, share.sha256);
}
