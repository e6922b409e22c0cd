//! Who may change which toggles, and which changes need a second person.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use aws_sdk_dynamodb::types::AttributeValue;
use toggle_contract::{ACTIVE, TOGGLE_KEY};
use toggle_rules::references;

use crate::draft::{Item, is_toggle};
use crate::rules::typed;
use crate::toggle::Toggle;

/// Patterns of ids: `*` is any characters, also none, and `?` is one, as in `StringLike` of IAM (its user guide,
/// `IAM JSON policy elements: Condition operators`). Upper and lower case differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Patterns(Vec<String>);

impl Patterns {
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them is of this id.
    #[must_use]
    pub fn match_id(&self, id: &str) -> bool {
        self.0.iter().any(|pattern| matches(pattern, id))
    }

    /// The patterns as they are written.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl<T: Into<String>> FromIterator<T> for Patterns {
    fn from_iter<I: IntoIterator<Item = T>>(patterns: I) -> Self {
        Self(patterns.into_iter().map(Into::into).collect())
    }
}

/// Whether a text is of a pattern. It takes at most the product of their lengths: only the last `*` is tried
/// again, since an earlier one that took more could not help.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut seen) = (0, 0);
    // The place after the last `*`, and how much of the text it has been tried with.
    let mut star = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some('*') => {
                at += 1;
                star = Some((at, seen));
            }
            Some(of) if *of == '?' || *of == text[seen] => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((after, taken)) = star else {
                    return false;
                };
                star = Some((after, taken + 1));
                (at, seen) = (after, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|of| *of == '*')
}

/// The toggles and segments whose changes need a second person: those that are protected, and those that the
/// answers of one of these depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guarded {
    protected: Patterns,
    /// What a protected toggle refers to, however far.
    needed: BTreeSet<String>,
}

impl Guarded {
    /// What these patterns protect of these toggles and segments.
    pub(crate) fn of<'i>(protected: Patterns, items: impl IntoIterator<Item = &'i Item>) -> Self {
        let references = items.into_iter().filter_map(|item| {
            let id = item.get(TOGGLE_KEY)?.as_s().ok()?;
            Some((id, references(&typed(item))))
        });
        let references: BTreeMap<_, _> = references.collect();
        let of_protected = references.iter().filter(|(id, _)| protected.match_id(id));
        let mut next: BTreeSet<_> = of_protected.flat_map(|(_, of)| of.clone()).collect();
        let mut needed = BTreeSet::new();
        while let Some(id) = next.pop_first() {
            if let Some(further) = references.get(&id).filter(|_| !needed.contains(&id)) {
                next.extend(further.iter().cloned());
            }
            needed.insert(id);
        }
        Self { protected, needed }
    }

    /// Whether a change of it needs a second person.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.protected.match_id(id) || self.needed.contains(id)
    }
}

/// The groups of the user pool that may change toggles, with patterns of the toggles' ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct MayFlip(BTreeMap<String, Patterns>);

impl MayFlip {
    /// What somebody in these groups may change. `None`: none of the groups is named, so they may not
    /// even see it.
    #[must_use]
    pub fn of(&self, groups: &[String]) -> Option<Patterns> {
        let mut named = groups
            .iter()
            .filter_map(|group| self.0.get(group))
            .peekable();
        named.peek()?;
        let mut patterns: Vec<_> = named.flat_map(|of| of.0.iter().cloned()).collect();
        patterns.sort_unstable();
        patterns.dedup();
        Some(Patterns(patterns))
    }
}

/// Whether a change does nothing but switch a toggle off, which never needs a second person.
pub(crate) fn only_switches_off(before: &Item, after: &Item) -> bool {
    let content = |item: &Item| {
        let mut content = Toggle::from_item(item.clone()).content_item();
        content.remove(ACTIVE);
        content
    };
    is_toggle(before)
        && is_toggle(after)
        && after.get(ACTIVE) == Some(&AttributeValue::Bool(false))
        && content(before) == content(after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_are_those_of_iam() {
        for (pattern, text, is_match) in [
            ("*", "", true),
            ("*", "anything/at:all", true),
            ("", "", true),
            ("", "a", false),
            ("shipping.*", "shipping.express", true),
            ("shipping.*", "shipping.", true),
            ("shipping.*", "shipping", false),
            ("shipping.*", "Shipping.express", false),
            ("shipping.*", "my.shipping.express", false),
            ("shipping.*", "shippingXexpress", false),
            ("segment:shipping-*", "segment:shipping-staff", true),
            ("*.*.c", "a.b.c.d.c", true),
            ("*.*.c", "a.c", false),
            ("a?c", "abc", true),
            ("a?c", "aéc", true),
            ("a?c", "ac", false),
            ("??", "a", false),
            ("*?", "", false),
            ("a**b", "ab", true),
            ("[a]", "a", false),
            ("a.c", "abc", false),
        ] {
            assert_eq!(matches(pattern, text), is_match, "{pattern} {text}");
        }
    }

    #[test]
    fn a_long_pattern_takes_no_time() {
        let pattern = "*a".repeat(500);
        assert!(!matches(&pattern, &format!("{}b", "a".repeat(2_000))));
    }

    /// What a pattern is, said by what it can begin with.
    fn by_definition(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['*', rest @ ..] => (0..=text.len()).any(|of| by_definition(rest, &text[of..])),
            ['?', rest @ ..] => !text.is_empty() && by_definition(rest, &text[1..]),
            [one, rest @ ..] => text.first() == Some(one) && by_definition(rest, &text[1..]),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_match_is_one_by_definition(pattern in "[ab*?]{0,8}", text in "[abc]{0,10}") {
            let (of, in_text): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(matches(&pattern, &text), by_definition(&of, &in_text));
        }

        #[test]
        fn a_text_matches_itself_and_any_beginning_of_it(text in "[^*?]{0,20}", place in 0usize..20) {
            prop_assert!(matches(&text, &text));
            let beginning: String = text.chars().take(place).collect();
            let pattern = format!("{beginning}*");
            prop_assert!(matches(&pattern, &text));
        }

        #[test]
        fn more_groups_never_allow_less(id in "[ab.]{0,5}", one in "[ab.*?]{0,4}", other in "[ab.*?]{0,4}") {
            let all = MayFlip(BTreeMap::from([
                ("one".to_owned(), Patterns(vec![one])),
                ("other".to_owned(), Patterns(vec![other])),
            ]));
            let of = |groups: &[&str]| {
                let groups: Vec<_> = groups.iter().map(ToString::to_string).collect();
                all.of(&groups).is_some_and(|patterns| patterns.match_id(&id))
            };
            prop_assert_eq!(of(&["one", "other"]), of(&["one"]) || of(&["other"]));
            prop_assert!(!of(&["none"]) && !of(&[]));
        }
    }

    #[test]
    fn who_is_in_no_named_group_may_not_even_see() {
        let all: MayFlip = serde_json::from_str(
            r#"{"shipping":["shipping.*","a"],"operators":["*"],"guests":[]}"#,
        )
        .unwrap();
        let of = |groups: &[&str]| {
            let groups: Vec<_> = groups.iter().map(ToString::to_string).collect();
            let patterns = all.of(&groups)?;
            Some(patterns.iter().map(str::to_owned).collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["beta", "Shipping"]), None);
        assert_eq!(
            of(&["beta", "shipping"]),
            Some(vec!["a".to_owned(), "shipping.*".to_owned()])
        );
        assert_eq!(
            of(&["guests"]),
            Some(Vec::new()),
            "they see, and change nothing"
        );
    }

    #[test]
    fn what_a_protected_toggle_depends_on_is_guarded() {
        let item = |id: &str, name: &str, value: AttributeValue| {
            Item::from([
                (TOGGLE_KEY.to_owned(), AttributeValue::S(id.to_owned())),
                (name.to_owned(), value),
            ])
        };
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let staff = r#"{"if": [{"$ref": "staff"}, "on"]}"#;
        let items = [
            item("payment.card", "targeting", text(staff)),
            item("segment:staff", "segment", text(r#"{"$ref": "people"}"#)),
            item("segment:people", "segment", text(r#"{"$ref": "staff"}"#)),
            item(
                "payment.fast",
                "prerequisites",
                AttributeValue::Ss(vec!["shop".to_owned()]),
            ),
            item("shop", "targeting", text(r#"{"$ref": "gone"}"#)),
            item("cart", "targeting", text(r#"{"$ref": "others"}"#)),
            item("segment:others", "segment", text("true")),
        ];
        let guarded = Guarded::of(Patterns::from_iter(["payment.*"]), &items);
        let ids = [
            "payment.card",
            "payment.new",
            "segment:staff",
            "segment:people",
            "segment:gone",
            "shop",
        ];
        assert!(ids.iter().all(|id| guarded.has(id)), "{guarded:?}");
        assert!(
            !["cart", "segment:others", "staff"]
                .iter()
                .any(|id| guarded.has(id))
        );
        assert_eq!(Guarded::of(Patterns::default(), &items), Guarded::default());
    }

    #[test]
    fn switching_off_is_that_alone() {
        let item = |json: serde_json::Value| {
            let attributes = json.as_object().unwrap().iter();
            attributes
                .map(|(name, value)| (name.clone(), crate::value::untyped(value)))
                .collect::<Item>()
        };
        let on = item(
            json!({"featureId": {"S": "1"}, "isActive": {"BOOL": true}, "revision": {"N": "7"}, "tags": {"SS": ["a", "b"]}}),
        );
        let off = item(
            json!({"featureId": {"S": "1"}, "isActive": {"BOOL": false}, "revision": {"N": "8"}, "lastChange": {"M": {}}, "tags": {"SS": ["b", "a"]}}),
        );
        let mut other = off.clone();
        other.insert("value".to_owned(), AttributeValue::N("5".to_owned()));
        let tombstone = item(json!({"featureId": {"S": "1"}, "isRemoved": {"BOOL": true}}));
        assert!(only_switches_off(&on, &off));
        assert!(only_switches_off(&off, &off));
        for (before, after) in [
            (&off, &on),
            (&on, &on),
            (&on, &other),
            (&other, &off),
            (&on, &tombstone),
            (&tombstone, &off),
            (&Item::new(), &off),
        ] {
            assert!(!only_switches_off(before, after), "{before:?} {after:?}");
        }
    }
}
