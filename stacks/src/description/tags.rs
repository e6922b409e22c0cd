//! `[tags]`: the operator's tags, which every resource carries.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use model::Tags;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::problem::Problem;
use super::suggestion::quoted;
use super::table::{Findings, kind, rewrite};

/// The maximum number of tags: AWS allows 50 per resource, and Frontage keeps its record in the
/// others.
const MOST: usize = 30;

/// The characters allowed in a key or a value, in words. The services differ in what else they
/// allow.
const ALLOWED: &str = "letters, digits, spaces and `+ - = . _ : / @`";

/// The tags, except those that no service would accept.
pub(super) fn read(entries: &DeTable, findings: &mut Findings) -> Tags {
    let mut in_order: Vec<_> = entries.iter().collect();
    in_order.sort_by_key(|(key, _)| key.span().start);
    too_many(&in_order, findings);
    alike(&in_order, findings);
    in_order
        .into_iter()
        .filter_map(|(key, value)| tag(key, value, findings))
        .collect()
}

type Entry<'t> = (&'t Spanned<DeString<'t>>, &'t Spanned<DeValue<'t>>);

fn tag(
    key: &Spanned<DeString>,
    value: &Spanned<DeValue>,
    findings: &mut Findings,
) -> Option<(String, String)> {
    let name = key.get_ref().as_ref();
    let key_taken = taken(
        &format!("the tag key {}", quoted(name)),
        name,
        1..=128,
        key.span(),
        findings,
    );
    let DeValue::String(text) = value.get_ref() else {
        findings.problem(mistyped(name, value));
        return None;
    };
    let value_taken = taken(
        &format!("the value of the tag {}", quoted(name)),
        text,
        0..=256,
        value.span(),
        findings,
    );
    (key_taken && value_taken).then(|| (name.to_owned(), text.to_string()))
}

fn mistyped(name: &str, value: &Spanned<DeValue>) -> Problem {
    let found = kind(value.get_ref());
    let message = format!(
        "the value of the tag {}: expected a string, found {found}",
        quoted(name)
    );
    let help = match value.get_ref() {
        DeValue::Table(_) => {
            format!("tags cannot be grouped: write `\"{name}:…\" = \"…\"` for each")
        }
        other => rewrite(name, "a string", other),
    };
    Problem::new(message, value.span(), format!("this is {found}")).help(help)
}

/// Whether AWS accepts a key or a value; if not, reports a problem.
fn taken(
    what: &str,
    text: &str,
    length: RangeInclusive<usize>,
    at: Range<usize>,
    findings: &mut Findings,
) -> bool {
    let Some((wrong, label, help)) = refusal(text, &length) else {
        return true;
    };
    findings.problem(Problem::new(format!("{what} {wrong}"), at, label).help(help));
    false
}

/// The problem with a key or a value, its label, and how to fix it.
fn refusal(text: &str, length: &RangeInclusive<usize>) -> Option<(String, String, String)> {
    let characters = text.chars().count();
    let lower = text.to_ascii_lowercase();
    for (prefix, whose) in [("aws:", "AWS"), ("frontage:", "Frontage")] {
        if lower.starts_with(prefix) {
            let label = format!("reserved for {whose}");
            return Some((
                format!("begins with `{prefix}`"),
                label,
                "choose another prefix".to_owned(),
            ));
        }
    }
    if let Some(stray) = text.chars().find(|&character| !is_allowed(character)) {
        let label = format!("{} is not allowed", quoted(&stray.to_string()));
        return Some((
            "contains a character that AWS does not allow".to_owned(),
            label,
            format!("use only {ALLOWED}"),
        ));
    }
    let wrong = if characters < *length.start() {
        "is too short"
    } else {
        "is too long"
    };
    let help = format!("use {} to {} characters", length.start(), length.end());
    (!length.contains(&characters))
        .then(|| (wrong.to_owned(), format!("{characters} characters"), help))
}

fn is_allowed(character: char) -> bool {
    character.is_alphanumeric() || " +-=._:/@".contains(character)
}

fn too_many(in_order: &[Entry], findings: &mut Findings) {
    if let Some((first_too_many, _)) = in_order.get(MOST) {
        let message = format!("{} tags; the maximum is {MOST}", in_order.len());
        let help = "remove some: AWS allows 50 tags per resource, and Frontage needs the others";
        findings.problem(
            Problem::new(message, first_too_many.span(), "too many from here on").help(help),
        );
    }
}

/// IAM ignores case when it compares keys, and the roles carry the tags too.
fn alike(in_order: &[Entry], findings: &mut Findings) {
    let mut seen: BTreeMap<String, &Entry> = BTreeMap::new();
    for entry in in_order {
        let (key, _) = entry;
        if let Some((first, _)) = seen.insert(key.get_ref().to_lowercase(), entry) {
            let message = format!(
                "the tag keys `{}` and `{}` differ only in case",
                first.get_ref(),
                key.get_ref()
            );
            let problem = Problem::new(message, key.span(), "the same key for IAM")
                .also(first.span(), "as this one");
            findings.problem(problem.help("keep one of the two: IAM refuses both on one role"));
        }
    }
}
