use std::path::PathBuf;

use serde_json::{Value, json};
use toggle_table::Exposure;

use super::*;

/// 2026-12-01T00:00:00Z.
const NOW: u64 = 1_796_083_200_000;

fn toggle(id: &str, changed_days_ago: u64, more: &Value) -> Toggle {
    let revision = (NOW - changed_days_ago * DAY_MS).to_string();
    let mut item = json!({
        "featureId": {"S": id}, "isActive": {"BOOL": true}, "revision": {"N": revision},
    });
    for (name, value) in more.as_object().unwrap() {
        item[name] = value.clone();
    }
    Toggle::from_message(&item)
}

fn settled(id: &str) -> Toggle {
    toggle(id, 40, &json!({}))
}

/// A toggle whose answer depends on who asks.
fn targeted(id: &str) -> Toggle {
    let targeting = json!({"if": [{"in": ["beta", {"var": "groups"}]}, "on", "off"]});
    toggle(id, 40, &json!({"targeting": {"S": targeting.to_string()}}))
}

fn counted(counts: &[(&str, &str, &str)]) -> Counted {
    let mut all = BTreeMap::<String, Exposure>::new();
    for (id, day, answer) in counts {
        let days = &mut all.entry((*id).to_owned()).or_default().by_day;
        let answers = days.entry((*day).to_owned()).or_default();
        answers.insert((*answer).to_owned(), 3);
    }
    Counted::of(&all, 30, NOW)
}

/// What is known of toggles without anything else.
fn known(toggles: &[Toggle]) -> Known<'_> {
    static NONE: BTreeSet<String> = BTreeSet::new();
    Known {
        toggles,
        protected: &NONE,
        counted: None,
        named: None,
        days: 30,
        now_ms: NOW,
    }
}

fn only(known: &Known<'_>) -> Judged {
    judge(known).remove(0)
}

/// The ids of those that could be deleted, and of those that give one answer and are still used.
fn ids(judged: &[Judged]) -> [Vec<&str>; 2] {
    let ids = |is_listed: fn(&&Judged) -> bool| {
        let listed = judged.iter().filter(is_listed);
        listed.map(|of| of.feature_id.as_str()).collect()
    };
    [
        ids(|of| of.could_be_deleted),
        ids(|of| of.is_settled_and_used()),
    ]
}

#[test]
fn a_toggle_is_settled_once_it_is_unchanged_for_the_days_and_gives_one_answer() {
    let off = json!({"isActive": {"BOOL": false}});
    let cases = [
        (settled("1"), Some(true), Some("on")),
        (toggle("1", 30, &off), Some(true), Some("off")),
        (toggle("1", 29, &off), Some(false), Some("off")),
        (targeted("1"), Some(false), None),
        // Its revision is no time.
        (
            toggle("1", 40, &json!({"revision": {"N": "7"}})),
            None,
            Some("on"),
        ),
        (
            toggle(
                "1",
                40,
                &json!({"lastChange": {"M": {"at": {"N": NOW.to_string()}}}}),
            ),
            Some(false),
            Some("on"),
        ),
    ];
    for (toggle, settled, answer) in cases {
        let toggles = [toggle];
        let judged = only(&known(&toggles));
        let found = (judged.settled, judged.answer.as_deref());
        assert_eq!(found, (settled, answer), "{toggles:?}");
        assert_eq!(
            judged.could_be_deleted,
            settled == Some(true),
            "{toggles:?}"
        );
    }
}

#[test]
fn a_toggle_is_asked_for_if_a_client_did_in_the_days() {
    let before = ("2", "2026-10-01", "on");
    let cases = [
        // Who counts for some days does not know of more.
        (vec![], None, None),
        (vec![("2", "2026-11-20", "on")], None, None),
        (vec![before], Some(false), None),
        (
            vec![before, ("1", "2026-10-02", "on")],
            Some(false),
            Some("2026-10-02"),
        ),
        (
            vec![("1", "2026-11-20", "on")],
            Some(true),
            Some("2026-11-20"),
        ),
        (
            vec![before, ("1", "2026-11-02", "on")],
            Some(true),
            Some("2026-11-02"),
        ),
    ];
    for (counts, asked_for, last) in cases {
        let (toggles, counted) = ([targeted("1")], counted(&counts));
        let judged = only(&Known {
            counted: Some(&counted),
            ..known(&toggles)
        });
        let found = (judged.asked_for, judged.last_asked_for.as_deref());
        assert_eq!(found, (asked_for, last), "{counts:?}");
        // Whatever its rules are, it could be deleted if nobody asks for it.
        assert_eq!(
            judged.could_be_deleted,
            asked_for == Some(false),
            "{counts:?}"
        );
    }
}

#[test]
fn the_only_answer_that_was_given_settles_a_toggle_which_is_still_used() {
    let before = ("2", "2026-10-01", "on");
    let cases = [
        (vec![before, ("1", "2026-11-20", "on")], Some("on")),
        (
            vec![
                before,
                ("1", "2026-11-20", "on"),
                ("1", "2026-11-21", "off"),
            ],
            None,
        ),
        (vec![("1", "2026-11-20", "on")], None),
    ];
    for (counts, answer) in cases {
        let (toggles, counted) = ([targeted("1")], counted(&counts));
        let judged = only(&Known {
            counted: Some(&counted),
            ..known(&toggles)
        });
        assert_eq!(judged.answer.as_deref(), answer, "{counts:?}");
        assert_eq!(judged.is_settled_and_used(), answer.is_some(), "{counts:?}");
        assert!(!judged.could_be_deleted);
    }
}

#[test]
fn what_sources_name_is_not_deleted() {
    let toggles = [settled("1"), settled("2")];
    let file = PathBuf::from("shell/main.ts");
    let named = Named::from([("1".to_owned(), vec![file.clone()])]);
    let judged = judge(&Known {
        named: Some(&named),
        ..known(&toggles)
    });
    assert_eq!(ids(&judged), [["2"], ["1"]]);
    assert_eq!(
        (judged[0].in_sources, &judged[0].files),
        (Some(true), &vec![file])
    );
    assert_eq!(
        (judged[1].in_sources, judged[1].files.len()),
        (Some(false), 0)
    );
}

#[test]
fn what_other_rules_refer_to_is_not_deleted_and_its_change_is_one_of_their_answers() {
    let needs = |id: &str| json!({"prerequisites": {"SS": [id]}});
    let toggles = [
        settled("base"),
        toggle("express", 60, &needs("base")),
        toggle("fresh", 1, &json!({})),
        toggle("late", 60, &needs("fresh")),
    ];
    let judged = judge(&known(&toggles));
    assert_eq!(ids(&judged), [["express"], ["base"]]);
    assert_eq!(judged[0].referred_to_by, ["express"]);
    assert_eq!(judged[1].changed_at, Some(NOW - 40 * DAY_MS));
    assert_eq!(
        (judged[3].settled, judged[3].answer.as_deref()),
        (Some(false), Some("on"))
    );
}

#[test]
fn segments_and_tombstones_are_not_judged_and_protected_toggles_are_marked() {
    let toggles = [
        settled("1"),
        toggle("segment:staff", 40, &json!({"segment": {"S": "true"}})),
        toggle("gone", 40, &json!({"isRemoved": {"BOOL": true}})),
    ];
    let protected = BTreeSet::from(["1".to_owned()]);
    let judged = judge(&Known {
        protected: &protected,
        ..known(&toggles)
    });
    assert_eq!(ids(&judged), [vec!["1"], vec![]]);
    assert!(judged[0].is_protected && judged.len() == 1);
}
