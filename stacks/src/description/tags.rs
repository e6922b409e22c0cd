//! `[tags]`: the operator's tags, which every resource carries; `ignore_tags`: those of others.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use model::{IgnoredTags, Tags};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::problem::Problem;
use super::suggestion::quoted;
use super::table::{Findings, Rejected, Table, kind, rewrite};

/// The key for tags that are left to others. It is not in `[tags]`, where it would be a tag.
const IGNORE: &str = "ignore_tags";

/// The maximum number of tags: AWS allows 50 per resource, and Frontage keeps its record in the
/// others.
const MOST: usize = 30;

/// The characters allowed in a key or a value, in words. The services differ in what else they
/// allow.
const ALLOWED: &str = "letters, digits, spaces and `+ - = . _ : / @`";

/// The reserved beginnings of keys, and their owners.
const RESERVED: [(&str, &str); 2] = [("aws:", "AWS"), ("frontage:", "Frontage")];

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

/// The keys of tags that are left to others. `stated` are the entries of `[tags]`, none of which may
/// be left to others as well.
pub(super) fn read_ignored(root: &mut Table, stated: Option<&DeTable>) -> IgnoredTags {
    let patterns = root.texts(IGNORE, pattern).unwrap_or_default();
    let at = root.span(IGNORE).unwrap_or_default();
    for (key, _) in stated.into_iter().flatten() {
        // IAM ignores case when it compares keys.
        let is_key = |pattern: &&String| {
            let pattern = IgnoredTags::new(vec![pattern.to_lowercase()]);
            pattern.contains(&key.get_ref().to_lowercase())
        };
        if let Some(pattern) = patterns.iter().find(is_key) {
            let message = format!(
                "`[tags]` states {}, which `{IGNORE}` leaves to others",
                quoted(key.get_ref())
            );
            let problem = Problem::new(message, key.span(), "Frontage would set this tag")
                .also(at.clone(), format!("{} leaves it", quoted(pattern)));
            root.findings().problem(problem.help(
                "remove it from one of the two: a tag is either the description's or left to others (IAM ignores case)",
            ));
        }
    }
    IgnoredTags::new(patterns)
}

/// A key, or the beginning of keys and `*`.
fn pattern(text: &str) -> Result<String, Rejected> {
    let key = text.strip_suffix('*').unwrap_or(text);
    let Some((wrong, _, help)) = refusal(key, &(1..=128)) else {
        return Ok(text.to_owned());
    };
    let help = if is_reserved(key) {
        "remove it: AWS's own tags are always left, and Frontage needs its records".to_owned()
    } else {
        format!("{help}, with or without `*` at the end")
    };
    Err(Rejected {
        why: format!("the key {wrong}"),
        help,
    })
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
        DeValue::Array(_) if name == IGNORE => {
            format!("move `{IGNORE}` above the line `[tags]`, where each key is a tag")
        }
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
    for (prefix, whose) in RESERVED {
        if begins_with(text, prefix) {
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

fn is_reserved(key: &str) -> bool {
    RESERVED.iter().any(|(prefix, _)| begins_with(key, prefix))
}

fn begins_with(text: &str, prefix: &str) -> bool {
    text.to_ascii_lowercase().starts_with(prefix)
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
