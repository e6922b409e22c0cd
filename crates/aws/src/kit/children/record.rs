//! The records of children in their parent's tags.

use std::fmt;

use model::{Address, Tags, child_fingerprint_tag, fingerprint};
use serde_json::json;

/// The characters of a digest, enough to tell the children of one parent apart.
const DIGEST: usize = 12;

/// The most children that one record names: 224 of the 256 characters that AWS allows in a tag.
const MOST: usize = 16;

/// A child as its record identifies it: by its type and its natural key.
pub(crate) fn digest(kind: &str, key: &str) -> String {
    let mut digest = fingerprint(&json!([kind, key]));
    digest.truncate(DIGEST);
    digest
}

/// The value of a parent's tag `frontage:fingerprint:NAME`: `FINGERPRINT DIGEST…`.
///
/// The first digest is of the child that the fingerprint is for. The others are of those that it
/// took the place of and that still exist: a run that is interrupted between the creation of one and
/// the deletion of the other still knows both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record<'t> {
    /// The fingerprint of the properties that were applied last.
    pub(crate) fingerprint: &'t str,
    /// The digests. Older versions wrote none.
    pub(crate) digests: Vec<&'t str>,
}

impl<'t> Record<'t> {
    pub(crate) fn parse(value: &'t str) -> Self {
        let mut words = value.split(' ');
        Self {
            fingerprint: words.next().unwrap_or_default(),
            digests: words.collect(),
        }
    }

    /// The record of a child that takes the place of those of an earlier record.
    pub(crate) fn after(earlier: Option<Self>, fingerprint: &'t str, digest: &'t str) -> Self {
        let earlier = earlier.map(|record| record.digests).unwrap_or_default();
        let others = earlier.into_iter().filter(|other| *other != digest);
        Self {
            fingerprint,
            digests: [digest].into_iter().chain(others).take(MOST).collect(),
        }
    }

    /// Whether an older version wrote it, so that it does not say which child it is for.
    pub(crate) fn is_bare(&self) -> bool {
        self.digests.is_empty()
    }
}

impl fmt::Display for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fingerprint)?;
        self.digests
            .iter()
            .try_for_each(|digest| write!(f, " {digest}"))
    }
}

/// The records among a parent's tags, each with the name of its child.
pub(crate) fn records(parent: &Tags) -> impl Iterator<Item = (&str, Record<'_>)> {
    parent.iter().filter_map(|(key, value)| {
        let name = key.strip_prefix(&child_fingerprint_tag(""))?;
        Some((name, Record::parse(value)))
    })
}

/// The record of the child at an address.
pub(crate) fn record_at<'t>(parent: &'t Tags, address: &Address) -> Option<Record<'t>> {
    let value = parent.get(&child_fingerprint_tag(address.name()))?;
    Some(Record::parse(value))
}

/// The name of the record that identifies a child: the one that is for it, otherwise one for a child
/// that took its place.
pub(crate) fn name_of<'t>(parent: &'t Tags, digest: &str) -> Option<&'t str> {
    let of = |(_, record): &(&str, Record<'_>)| record.digests.contains(&digest);
    let found = records(parent).filter(of);
    let first = |record: &Record<'_>| record.digests.first() == Some(&digest);
    found
        .min_by_key(|(_, record)| !first(record))
        .map(|(name, _)| name)
}

/// Whether a record of an older version has such a name.
pub(crate) fn has_bare_record(parent: &Tags, is_named: impl Fn(&str) -> bool) -> bool {
    records(parent).any(|(name, record)| record.is_bare() && is_named(name))
}

/// The tags to set and the keys to remove so that no record but the one at `kept` identifies a child.
pub(crate) fn without(parent: &Tags, digest: &str, kept: Option<&str>) -> (Tags, Vec<String>) {
    let (mut set, mut removed) = (Tags::new(), Vec::new());
    let others = records(parent).filter(|(name, _)| Some(*name) != kept);
    for (name, mut record) in others.filter(|(_, record)| record.digests.contains(&digest)) {
        record.digests.retain(|other| *other != digest);
        let key = child_fingerprint_tag(name);
        if record.is_bare() {
            removed.push(key);
        } else {
            set.insert(key, record.to_string());
        }
    }
    (set, removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parent(records: &[(&str, &str)]) -> Tags {
        let tag = |(name, value): &(&str, &str)| (child_fingerprint_tag(name), (*value).to_owned());
        records.iter().map(tag).collect()
    }

    #[test]
    fn a_record_reads_back_and_a_bare_one_names_no_child() {
        for value in ["f", "f a", "f a b"] {
            assert_eq!(Record::parse(value).to_string(), value);
        }
        assert!(Record::parse("f").is_bare() && !Record::parse("f a").is_bare());
    }

    #[test]
    fn what_takes_a_place_remembers_the_others() {
        let after =
            |earlier: Option<&str>| Record::after(earlier.map(Record::parse), "g", "b").to_string();
        assert_eq!(after(None), "g b");
        assert_eq!(after(Some("f")), "g b");
        assert_eq!(after(Some("f a")), "g b a");
        assert_eq!(after(Some("f a b")), "g b a");
        let many = format!("f{}", " aaaaaaaaaaaa".repeat(30));
        let longest = Record::after(
            Some(Record::parse(&many)),
            "0123456789abcdef",
            "bbbbbbbbbbbb",
        );
        assert_eq!(longest.to_string().len(), 224);
    }

    #[test]
    fn the_record_that_is_for_a_child_comes_before_one_of_its_successor() {
        let tags = parent(&[("a", "f x y"), ("b", "f y"), ("c", "f")]);
        assert_eq!(name_of(&tags, "x"), Some("a"));
        assert_eq!(name_of(&tags, "y"), Some("b"));
        assert_eq!(name_of(&tags, "z"), None);
    }

    #[test]
    fn a_child_is_forgotten_by_all_records_but_the_kept_one() {
        let tags = parent(&[("a", "f x y"), ("b", "f y"), ("c", "f"), ("d", "f y")]);
        let (set, removed) = without(&tags, "y", Some("d"));
        assert_eq!(set, parent(&[("a", "f x")]));
        assert_eq!(removed, [child_fingerprint_tag("b")]);
    }

    /// The same key of two types is two children.
    #[test]
    fn a_digest_is_of_type_and_key() {
        let digests = [
            digest("group", "a"),
            digest("route", "a"),
            digest("group", "b"),
        ];
        assert!(digests.iter().all(|digest| digest.len() == DIGEST));
        assert!(digests[0] != digests[1] && digests[0] != digests[2]);
    }
}
