use std::collections::BTreeMap;

use super::super::pointer::KEPT;
use super::super::record::timestamp;
use super::super::version::File;
use super::super::{Percent, upload};
use super::*;

const NOW: i64 = 1_000_000;
const HOUR: Duration = Duration::from_hours(1);

fn version(number: usize) -> Version {
    Version::parse(&format!("{number:012x}")).unwrap()
}

/// A release that was published in that minute, with an asset of its own, one that all share, and
/// loose files.
fn release(number: usize) -> Record {
    let file = |path: String| File {
        path,
        sha256: "0".to_owned(),
        size: 1,
    };
    let own = format!("assets/own-{number:08}.js");
    let paths = [
        own,
        "assets/all-00000000.css".into(),
        "index.html".into(),
        format!("loose-{number}"),
        "robots.txt".into(),
    ];
    Record {
        version: version(number),
        package_version: None,
        published: timestamp(60 * i64::try_from(number).unwrap()),
        entry: None,
        extras: serde_json::Map::new(),
        files: paths.map(file).to_vec(),
    }
}

/// All objects of these releases, a day old.
fn stock(numbers: impl IntoIterator<Item = usize>) -> BucketContents {
    let records: BTreeMap<Version, Record> = numbers
        .into_iter()
        .map(|n| (version(n), release(n)))
        .collect();
    let mut objects = BTreeMap::new();
    let mut add = |key: String| {
        objects.insert(
            key,
            Object {
                size: 1,
                modified: NOW - 86_400,
            },
        );
    };
    for record in records.values() {
        upload::parts(record).for_each(|part| add(part.key));
        record
            .loose("index.html")
            .for_each(|file| add(file.path.clone()));
        add(record.version.key("release.json"));
    }
    for key in ["index.html", "config.json", "somebody.txt"] {
        add(key.to_owned());
    }
    BucketContents {
        objects,
        records,
        announced: BTreeMap::new(),
    }
}

fn state(numbers: impl IntoIterator<Item = usize>) -> State {
    numbers.into_iter().fold(State::default(), |state, n| {
        state.with_current(&version(n), 60 * i64::try_from(n).unwrap())
    })
}

fn garbage(stock: &BucketContents, state: &State) -> Garbage {
    garbage_of(stock, state, KEPT, [])
}

/// With this many kept releases, and previews of these.
fn garbage_of(
    stock: &BucketContents,
    state: &State,
    keep: usize,
    previewed: impl IntoIterator<Item = usize>,
) -> Garbage {
    let wanted = Wanted {
        state,
        previewed: previewed.into_iter().map(version).collect(),
        pointer: "index.html",
        keep,
    };
    Garbage::of(
        stock,
        &wanted,
        Ages {
            now: NOW,
            fresh: HOUR,
        },
    )
}

/// The objects deleted with a release that is no longer used.
fn all_of(number: usize) -> Garbage {
    let key = |path: &str| version(number).key(path);
    let objects = vec![
        format!("assets/own-{number:08}.js"),
        format!("loose-{number}"),
        key("index.html"),
        key(&format!("loose-{number}")),
        key("robots.txt"),
    ];
    Garbage {
        bytes: objects.len() as u64 + 1,
        objects,
        records: vec![key("release.json")],
    }
}

#[test]
fn ten_releases_are_kept_and_nothing_that_they_use_goes() {
    assert!(garbage(&stock(1..=10), &state(1..=10)).is_empty());
    assert_eq!(garbage(&stock(1..=11), &state(1..=11)), all_of(1));
}

#[test]
fn fewer_are_kept_where_fewer_are_asked_for() {
    let (stock, state) = (stock(1..=5), state(1..=5));
    let left = garbage_of(&stock, &state, 4, []);
    assert_eq!(left, all_of(1));
    assert_eq!(left.told().releases, [version(1)]);
    // The current and the previous one stay, however few are asked for.
    assert_eq!(garbage_of(&stock, &state, 1, []).told().releases.len(), 3);
}

#[test]
fn the_release_of_a_preview_is_kept_besides_the_ten() {
    let (stock, state) = (stock(1..=12), state(2..=12));
    assert_eq!(garbage_of(&stock, &state, KEPT, [1]), all_of(2));
    assert_eq!(garbage_of(&stock, &state, KEPT, []).records.len(), 2);
}

#[test]
fn current_previous_and_canary_are_kept_however_old() {
    // 2 is current, 1 was before, 3 is the canary; of the others 5 to 11 are the latest.
    let state = State {
        canary: Some((version(3), Percent::try_from(10).unwrap())),
        ..state([1, 2])
    };
    assert_eq!(garbage(&stock(1..=11), &state), all_of(4));
}

#[test]
fn what_was_current_lately_is_kept_before_what_was_published_lately() {
    let state = state(1..=11)
        .with_current(&version(1), 6_000)
        .with_current(&version(11), 6_060);
    assert_eq!(garbage(&stock(1..=11), &state), all_of(2));
}

#[test]
fn an_announced_release_is_kept_for_an_hour() {
    let (mut stock, state) = (stock(1..=11), state(1..=11));
    let key = version(1).key("publishing-x.json");
    stock.announced.insert(key.clone(), release(1));
    stock.objects.insert(
        key.clone(),
        Object {
            size: 1,
            modified: NOW - 3_599,
        },
    );
    assert!(garbage(&stock, &state).is_empty());
    stock.objects.insert(
        key.clone(),
        Object {
            size: 1,
            modified: NOW - 3_600,
        },
    );
    assert!(garbage(&stock, &state).objects.contains(&key));
    assert_eq!(garbage(&stock, &state).len(), all_of(1).len() + 1);
}

#[test]
fn what_an_announced_release_uses_of_others_is_kept() {
    let (mut stock, state) = (stock(1..=11), state(1..=11));
    let key = version(99).key("publishing-x.json");
    stock.announced.insert(
        key.clone(),
        Record {
            version: version(99),
            ..release(1)
        },
    );
    stock.objects.insert(
        key,
        Object {
            size: 1,
            modified: NOW,
        },
    );
    let left = garbage(&stock, &state);
    assert!(!left.objects.contains(&"assets/own-00000001.js".to_owned()));
    assert_eq!(left.records, all_of(1).records);
}

#[test]
fn what_no_record_names_is_left_behind_once_it_is_old() {
    let (stock, state) = (stock(1..=2), state(1..=2));
    let keys = [
        "assets/torn-00000000.js".to_owned(),
        version(77).key("index.html"),
    ];
    let aged = |stock: &BucketContents, age| {
        let torn = keys.iter().map(|key| {
            (
                key.clone(),
                Object {
                    size: 1,
                    modified: NOW - age,
                },
            )
        });
        BucketContents {
            objects: stock.objects.clone().into_iter().chain(torn).collect(),
            ..stock.clone()
        }
    };
    assert!(garbage(&aged(&stock, 3_599), &state).is_empty());
    assert_eq!(garbage(&aged(&stock, 3_600), &state).objects, keys);
}

#[test]
fn a_pruner_that_died_leaves_nothing_that_the_next_does_not_take() {
    let (stock, state) = (stock(1..=13), state(1..=13));
    let whole = garbage(&stock, &state);
    let order: Vec<&String> = whole.objects.iter().chain(&whole.records).collect();
    for done in 0..=order.len() {
        let mut left = stock.clone();
        for key in &order[..done] {
            left.objects.remove(*key);
            left.records
                .retain(|version, _| version.key("release.json") != **key);
        }
        let rest = garbage(&left, &state);
        let rest: BTreeSet<&String> = rest.objects.iter().chain(&rest.records).collect();
        assert_eq!(
            rest,
            order[done..].iter().copied().collect(),
            "after {done}"
        );
    }
}
