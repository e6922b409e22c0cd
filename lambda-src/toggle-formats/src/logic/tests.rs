use serde_json::json;

use super::*;

/// What is written is read again, up to a number that is asked to be known.
#[test]
fn conditions_are_the_same_after_flagd() {
    let is = |test: Test| Condition::Is("plan".to_owned(), test);
    let split = |by: Option<&str>| Split {
        by: by.map(str::to_owned),
        parts: vec![("on".to_owned(), 10), ("off".to_owned(), 90)],
    };
    let conditions = [
        is(Test::Known),
        is(Test::OneOf(vec![json!("gold"), json!(1)])),
        Condition::Is("groups".to_owned(), Test::Has(vec![json!("beta")])),
        not(is(Test::Starts("g".to_owned()))),
        is(Test::Ends("d".to_owned())),
        is(Test::Contains("ol".to_owned())),
        is(Test::Version(Comparison::Equal, "1.2.0".to_owned())),
        is(Test::Version(
            Comparison::GreaterOrEqual,
            "1.2.0".to_owned(),
        )),
        Condition::Time(Comparison::Less, 1_800_000_000),
        Condition::Segment("staff".to_owned()),
        Condition::Share(split(None)),
        Condition::Share(split(Some("email"))),
        all(vec![Condition::Segment("a".to_owned()), is(Test::Known)]),
        any(vec![Condition::Segment("a".to_owned()), is(Test::Known)]),
    ];
    for condition in conditions {
        let tree = Tree {
            rules: vec![
                (condition, Serve::Variant("red".to_owned())),
                (
                    Condition::Segment("b".to_owned()),
                    Serve::Split(split(Some("email"))),
                ),
            ],
            otherwise: Serve::Nothing,
        };
        let targeting = tree.targeting().unwrap();
        toggle_rules::check(&targeting.to_string()).unwrap();
        assert_eq!(parse(&targeting), Some(tree), "{targeting}");
    }
}

#[test]
fn nested_choices_become_a_list() {
    let (a, b) = (json!({"$ref": "a"}), json!({"$ref": "b"}));
    let tree = parse(&json!({"if": [a, {"if": [b, "one", "two"]}, "three"]})).unwrap();
    let [a, b] = ["a", "b"].map(|name| Condition::Segment(name.to_owned()));
    let serve = |name: &str| Serve::Variant(name.to_owned());
    let rules = vec![
        (Condition::All(vec![a.clone(), b]), serve("one")),
        (a, serve("two")),
    ];
    assert_eq!(
        tree,
        Tree {
            rules,
            otherwise: serve("three")
        }
    );
}

#[test]
fn a_condition_holds_in_some_ways() {
    let [a, b, c] = ["a", "b", "c"].map(|name| Condition::Segment(name.to_owned()));
    let whole = all(vec![a.clone(), not(all(vec![b.clone(), not(c.clone())]))]);
    let ways = whole.ways().unwrap();
    assert_eq!(
        ways,
        [vec![(&a, true), (&b, false)], vec![(&a, true), (&c, true)]]
    );
    let many = Condition::Any(vec![a, b]);
    assert_eq!(Condition::All(vec![many; 7]).ways(), None);
    assert_eq!(Condition::Never.ways(), Some(Vec::new()));
}

#[test]
fn what_is_no_list_of_conditions_is_none() {
    for other in [
        json!({"if": [{"some": [[1], true]}, "on", "off"]}),
        json!({"fractional": [{"var": "email"}, ["on", 1]]}),
        json!({"if": [{"==": [{"var": "a"}, {"var": "b"}]}, "on", "off"]}),
        json!({"if": [true, "on"]}),
        json!(5),
    ] {
        assert_eq!(parse(&other), None, "{other}");
    }
}
