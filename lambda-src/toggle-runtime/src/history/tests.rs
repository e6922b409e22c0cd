use std::cell::RefCell;
use std::time::Duration;

use serde_json::json;

use super::*;

/// A journal in memory.
#[derive(Default)]
struct Book {
    entries: RefCell<BTreeMap<(String, String), Entry>>,
    /// The toggle whose records cannot be written.
    broken: Option<&'static str>,
}

impl Journal for Book {
    async fn last_before(&self, toggle: &str, at: &str) -> Result<Option<Entry>, TableError> {
        let entries = self.entries.borrow();
        let all = entries.iter().rev();
        let mut earlier = all.filter(|((of, then), _)| of == toggle && then.as_str() < at);
        Ok(earlier.next().map(|(_, entry)| entry.clone()))
    }

    async fn add(&self, entry: &Entry) -> Result<(), TableError> {
        if self.broken == Some(entry.toggle.as_str()) {
            return Err(TableError {
                action: "write".to_owned(),
                source: "throttled".into(),
            });
        }
        let key = (entry.toggle.clone(), entry.at.clone());
        let mut entries = self.entries.borrow_mut();
        entries.entry(key).or_insert_with(|| entry.clone());
        Ok(())
    }
}

impl Book {
    fn of(&self, toggle: &str) -> Vec<Entry> {
        let entries = self.entries.borrow();
        let own = entries.values().filter(|entry| entry.toggle == toggle);
        own.cloned().collect()
    }
}

/// A change at a second, with an image or none.
fn change(id: &str, second: u64, sequence: u64, image: Option<Value>) -> Value {
    let mut change = json!({
        "Keys": {"featureId": {"S": id}}, "SequenceNumber": sequence.to_string(),
        "ApproximateCreationDateTime": second,
    });
    let name = if image.is_some() { "MODIFY" } else { "REMOVE" };
    if let Some(image) = image {
        change["NewImage"] = image;
    }
    json!({"eventName": name, "dynamodb": change})
}

fn batch(changes: &[Value]) -> StreamEvent {
    serde_json::from_value(json!({ "Records": changes })).unwrap()
}

fn item(id: &str, active: bool, last_change: Option<(&str, u64, Option<&str>)>) -> Value {
    let mut item =
        json!({"featureId": {"S": id}, "isActive": {"BOOL": active}, "revision": {"N": "7"}});
    if let Some((by, at, comment)) = last_change {
        let mut said = json!({"by": {"S": by}, "at": {"N": at.to_string()}});
        if let Some(comment) = comment {
            said["comment"] = json!({ "S": comment });
        }
        item[LAST_CHANGE] = json!({ "M": said });
    }
    item
}

async fn run(book: &Book, event: &StreamEvent) -> Option<usize> {
    record(event, book, Instant::now() + Duration::from_secs(50)).await
}

fn by(entry: &Entry) -> Option<(&str, Option<&str>)> {
    let author = entry.author.as_ref()?;
    Some((&author.by, author.comment.as_deref()))
}

#[tokio::test(start_paused = true)]
async fn a_record_has_both_images_and_who_made_the_change_and_why() {
    let book = Book::default();
    let on = item("1", true, Some(("ann", 9_123, Some("launch"))));
    let by_hand = item("1", false, Some(("ann", 9_123, Some("launch"))));
    let off = item("1", false, Some(("bob", 12_001, None)));
    let first = batch(&[change("1", 9, 100, Some(on.clone()))]);
    assert_eq!(run(&book, &first).await, None);
    let later = batch(&[
        change("1", 11, 101, Some(by_hand.clone())),
        change("1", 12, 102, Some(off.clone())),
        change("1", 13, 103, None),
    ]);
    assert_eq!(run(&book, &later).await, None);
    let found = book.of("1");
    let authors: Vec<_> = found.iter().map(by).collect();
    // Whoever edits the item in the console leaves the last author in it.
    let expected = [
        Some(("ann", Some("launch"))),
        None,
        Some(("bob", None)),
        None,
    ];
    assert_eq!(authors, expected);
    let times: Vec<_> = found.iter().map(|entry| entry.changed_at).collect();
    assert_eq!(times, [9_123, 11_000, 12_001, 13_000]);
    let images: Vec<_> = found
        .iter()
        .map(|of| (of.before.clone(), of.after.clone()))
        .collect();
    let [on, by_hand, off] = [on, by_hand, off].map(|item| Some(item.to_string()));
    assert_eq!(
        images,
        [
            (None, on.clone()),
            (on, by_hand.clone()),
            (by_hand, off.clone()),
            (off, None)
        ]
    );
    assert_eq!(found[0].revision.as_deref(), Some("7"));
    assert_eq!(found[3].revision, None);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_delivered_again_or_in_part_changes_nothing() {
    let book = Book::default();
    let who = |by| Some((by, 1, None));
    let changes = [
        change("1", 1, 9, Some(item("1", true, who("ann")))),
        change("1", 1, 10, Some(item("1", false, who("bob")))),
        change("1", 2, 11, Some(item("1", true, who("ann")))),
    ];
    let whole = batch(&changes);
    run(&book, &whole).await;
    let found = book.of("1");
    assert_eq!(found.len(), 3);
    run(&book, &whole).await;
    run(&book, &batch(&changes[1..])).await;
    run(&book, &batch(&changes[..1])).await;
    assert_eq!(book.of("1"), found);
}

#[tokio::test(start_paused = true)]
async fn the_first_record_that_failed_is_named_and_other_toggles_are_recorded() {
    let book = Book {
        broken: Some("2"),
        ..Book::default()
    };
    let event = batch(&[
        change("1", 1, 1, Some(item("1", true, None))),
        change("2", 1, 2, Some(item("2", true, None))),
        change("1", 1, 3, Some(item("1", false, None))),
        change("2", 1, 4, Some(item("2", false, None))),
    ]);
    assert_eq!(run(&book, &event).await, Some(1));
    assert_eq!((book.of("1").len(), book.of("2").len()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn images_that_do_not_fit_are_left_out_and_the_rest_is_kept() {
    let book = Book::default();
    let large = |by| {
        let mut item = item("1", true, Some((by, 1, None)));
        item["value"] = json!({"S": "x".repeat(IMAGES / 2)});
        item
    };
    let event = batch(&[
        change("1", 1, 1, Some(large("ann"))),
        change("1", 2, 2, Some(large("bob"))),
        change("1", 3, 3, Some(item("1", true, Some(("bob", 1, None))))),
    ]);
    run(&book, &event).await;
    let found = book.of("1");
    let without: Vec<_> = found.iter().map(|of| of.is_without_images).collect();
    assert_eq!(without, [false, true, false]);
    assert_eq!(by(&found[1]), Some(("bob", None)));
    assert_eq!((&found[1].after, &found[1].before), (&None, &None));
    // Its author is still told from that of the change before.
    assert_eq!((by(&found[2]), &found[2].before), (None, &None));
    assert!(found[2].after.is_some());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_tombstone_is_no_change() {
    let book = Book::default();
    let mut expired = change("1", 1, 1, None);
    expired["userIdentity"] = json!({"type": "Service", "principalId": "dynamodb.amazonaws.com"});
    run(&book, &batch(&[expired])).await;
    assert_eq!(book.of("1"), []);
}

#[test]
fn places_sort_by_time_and_then_by_the_length_and_digits_of_sequence_numbers() {
    let at = |second, sequence| {
        let event = batch(&[change("1", second, sequence, None)]);
        position(&event.records[0])
    };
    assert!(at(1, 9) < at(1, 10));
    assert!(at(1, 10) < at(2, 1));
    assert!(at(999_999_999, 1) < at(1_764_503_999, 1));
}

#[tokio::test(start_paused = true)]
async fn a_record_says_who_agreed() {
    let book = Book::default();
    let mut on = item("1", true, Some(("ann", 9_123, None)));
    on[LAST_CHANGE]["M"]["approvedBy"] = json!({"S": "bob"});
    assert_eq!(
        run(&book, &batch(&[change("1", 9, 100, Some(on))])).await,
        None
    );
    let author = book.of("1")[0].author.clone().unwrap();
    assert_eq!(
        (author.by.as_str(), author.approved_by.as_deref()),
        ("ann", Some("bob"))
    );
}
