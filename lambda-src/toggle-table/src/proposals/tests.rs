use fake_aws::FakeAws;
use serde_json::json;

use super::*;
use crate::fake::{last, store, table};
use crate::patch::Patch;
use crate::permissions::{Guarded, Patterns};

const PUT: (&str, u16, &str) = ("PutItem", 200, "{}");
const COMMITTED: (&str, u16, &str) = ("TransactWriteItems", 200, "{}");
const PAYMENT: &str = r#"{"Item": {"featureId": {"S": "payment.card"}, "featureName": {"S": "Card"}, "isActive": {"BOOL": false},
    "revision": {"N": "9000000000000"}, "lastChange": {"M": {"by": {"S": "old"}}}, "deliveryReceipt": {"S": "receipt:a"}, "tags": {"SS": ["a", "b"]}}}"#;
const OTHERS: &str = r#"{"Item": {"featureId": {"S": "payment.card"}, "featureName": {"S": "Card"}, "isActive": {"BOOL": false},
    "revision": {"N": "9000000000001"}}}"#;
/// Changed otherwise than through Frontage.
const UNREVISED: &str = r#"{"Item": {"featureId": {"S": "payment.card"}, "featureName": {"S": "Cards"}, "isActive": {"BOOL": false},
    "revision": {"N": "9000000000000"}, "tags": {"SS": ["a", "b"]}}}"#;

fn protecting(fake: &FakeAws) -> Store {
    let guarded = Guarded::of(Patterns::from_iter(["payment.*"]), []);
    Store {
        guarded,
        ..store(fake)
    }
}

fn on() -> Patch {
    let mut patch = Patch::default();
    patch.switch(true);
    patch
}

async fn pending() -> Pending {
    let fake = FakeAws::new([("GetItem", 200, PAYMENT)]);
    let refused = protecting(&fake).patch("payment.card", &on(), None).await;
    let Err(TogglesError::Protected(pending)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(fake.requests().len(), 1, "nothing is written");
    *pending
}

const ADA: Proposer<'static> = Proposer {
    by: "ada@example.com",
    sub: "user-ada",
    comment: Some("sale"),
};

/// The proposal of Ada to switch the toggle on, as it is in the table.
async fn proposed() -> (Proposal, String) {
    let fake = FakeAws::new([PUT]);
    let proposals = Proposals::new(table(&fake), "proposals".to_owned());
    let proposal = proposals
        .propose(pending().await, Kind::Patch, ADA)
        .await
        .unwrap();
    let item = json!({"Item": last(&fake)["Item"]}).to_string();
    (proposal, item)
}

async fn approve(
    answers: &[(&str, u16, &str)],
    approver: &str,
) -> (Result<Option<Toggle>, TogglesError>, FakeAws) {
    let (proposal, _) = proposed().await;
    approve_of(&proposal.id, answers, approver).await
}

async fn approve_of(
    id: &str,
    answers: &[(&str, u16, &str)],
    approver: &str,
) -> (Result<Option<Toggle>, TogglesError>, FakeAws) {
    let fake = FakeAws::new(answers.iter().copied());
    let proposals = Proposals::new(table(&fake), "proposals".to_owned());
    let store = Store::new(table(&fake), "toggles".to_owned(), "bob@example.com");
    let store = store.because(Some("checked".to_owned()));
    let approved = store
        .approve(&proposals, ("payment.card", id), approver)
        .await;
    (approved, fake)
}

#[tokio::test]
async fn a_protected_change_is_proposed_and_approved_by_somebody_else() {
    let (proposal, item) = proposed().await;
    assert_eq!(
        (
            proposal.toggle(),
            proposal.revision(),
            proposal.kind.as_str()
        ),
        ("payment.card", 9_000_000_000_000, "patch")
    );
    let changed = proposal.attributes();
    let [of] = &changed[..] else {
        panic!("{changed:?}");
    };
    assert_eq!(
        (of.name.as_str(), of.here.as_deref(), of.there.as_deref()),
        ("isActive", Some("false"), Some("true"))
    );
    assert_eq!(proposal.expiry, proposal.at / 1_000 + 14 * 24 * 3_600);

    let answers = [
        ("proposals", 200, &*item),
        ("toggles", 200, PAYMENT),
        COMMITTED,
    ];
    let (approved, fake) = approve_of(&proposal.id, &answers, "user-bob").await;
    let toggle = approved.unwrap().unwrap();
    assert!(toggle.is_active());
    let transaction = last(&fake);
    let parts = transaction["TransactItems"].as_array().unwrap();
    let put = &parts[0]["Put"];
    assert_eq!(put["TableName"], "toggles");
    assert_eq!(put["ConditionExpression"], "#revision = :read");
    assert_eq!(
        put["ExpressionAttributeValues"],
        json!({":read": {"N": "9000000000000"}})
    );
    let mut written = put["Item"].clone();
    let signed = written["lastChange"].take();
    assert_eq!(
        written,
        json!({"featureId": {"S": "payment.card"}, "featureName": {"S": "Card"}, "isActive": {"BOOL": true},
            "revision": {"N": "9000000000001"}, "lastChange": null, "tags": {"SS": ["a", "b"]}})
    );
    assert_eq!(signed["M"]["by"], json!({"S": "ada@example.com"}));
    assert_eq!(signed["M"]["approvedBy"], json!({"S": "bob@example.com"}));
    assert_eq!(signed["M"]["comment"], json!({"S": "sale; checked"}));
    let delete = &parts[1]["Delete"];
    assert_eq!(delete["TableName"], "proposals");
    assert_eq!(
        delete["ConditionExpression"],
        "#id = :id AND #sub <> :approver AND #expiry > :now"
    );
    assert_eq!(
        delete["ExpressionAttributeValues"][":approver"],
        json!({"S": "user-bob"})
    );
    assert_eq!(
        delete["ExpressionAttributeValues"][":id"],
        json!({"S": proposal.id})
    );
}

#[tokio::test]
async fn nobody_approves_their_own_proposal() {
    let (proposal, item) = proposed().await;
    let (approved, fake) = approve_of(&proposal.id, &[("GetItem", 200, &*item)], "user-ada").await;
    assert!(
        matches!(approved, Err(TogglesError::OwnProposal { .. })),
        "{approved:?}"
    );
    assert_eq!(fake.count("Write"), 0);
}

#[tokio::test]
async fn only_the_open_proposal_of_this_id_is_approved() {
    let (_, item) = proposed().await;
    let mut ended: Value = serde_json::from_str(&item).unwrap();
    let id = ended["Item"]["proposal"]["S"].as_str().unwrap().to_owned();
    ended["Item"]["expiry"] = json!({"N": "1700000000"});
    for (id, read) in [
        ("another", item.as_str()),
        (&id, &ended.to_string()),
        (&id, "{}"),
    ] {
        let (approved, fake) = approve_of(id, &[("GetItem", 200, read)], "user-bob").await;
        assert!(
            matches!(approved, Err(TogglesError::NoProposal { .. })),
            "{approved:?}"
        );
        assert_eq!(fake.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_toggle_that_has_changed_since_is_not_written() {
    let (proposal, item) = proposed().await;
    for live in [OTHERS, UNREVISED, "{}"] {
        let answers = [("proposals", 200, &*item), ("toggles", 200, live)];
        let (approved, fake) = approve_of(&proposal.id, &answers, "user-bob").await;
        assert!(
            matches!(approved, Err(TogglesError::Revised { .. })),
            "{approved:?}"
        );
        assert_eq!(fake.count("Write"), 0);
    }
    // It changes between the reading and the write.
    let canceled = r#"{"__type": "TransactionCanceledException", "CancellationReasons": [{"Code": "ConditionalCheckFailed"}, {"Code": "None"}]}"#;
    let answers = [
        ("proposals", 200, &*item),
        ("toggles", 200, PAYMENT),
        ("TransactWriteItems", 400, canceled),
        ("proposals", 200, &*item),
        ("toggles", 200, OTHERS),
    ];
    let (approved, fake) = approve_of(&proposal.id, &answers, "user-bob").await;
    assert!(
        matches!(approved, Err(TogglesError::Revised { .. })),
        "{approved:?}"
    );
    fake.assert_used();
}

#[tokio::test]
async fn of_two_who_approve_at_once_one_finds_no_proposal() {
    let (proposal, item) = proposed().await;
    let canceled = r#"{"__type": "TransactionCanceledException", "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}]}"#;
    let answers = [
        ("proposals", 200, &*item),
        ("toggles", 200, PAYMENT),
        ("TransactWriteItems", 400, canceled),
        ("proposals", 200, "{}"),
    ];
    let (approved, fake) = approve_of(&proposal.id, &answers, "user-bob").await;
    assert!(
        matches!(approved, Err(TogglesError::NoProposal { .. })),
        "{approved:?}"
    );
    fake.assert_used();
    let denied = r#"{"__type": "AccessDeniedException", "message": "no"}"#;
    let (approved, _) = approve(&[("GetItem", 400, denied)], "user-bob").await;
    assert_eq!(
        approved.unwrap_err().to_string(),
        "dynamodb:GetItem: AccessDeniedException: no"
    );
}

#[tokio::test]
async fn a_second_proposal_waits_for_the_first_unless_that_has_ended_or_is_of_another_revision() {
    let refused = r#"{"__type": "ConditionalCheckFailedException"}"#;
    let fake = FakeAws::new([("PutItem", 400, refused)]);
    let proposals = Proposals::new(table(&fake), "proposals".to_owned());
    let again = proposals.propose(pending().await, Kind::Patch, ADA).await;
    assert!(
        matches!(again, Err(TogglesError::Proposed { .. })),
        "{again:?}"
    );
    let put = last(&fake);
    assert_eq!(
        put["ConditionExpression"],
        "attribute_not_exists(#toggle) OR #expiry <= :now OR #revision <> :revision OR #id = :id"
    );
    assert_eq!(
        put["ExpressionAttributeValues"][":revision"],
        json!({"N": "9000000000000"})
    );
}

#[tokio::test]
async fn a_proposal_is_taken_back_by_its_id() {
    let refused = r#"{"__type": "ConditionalCheckFailedException"}"#;
    let fake = FakeAws::new([("DeleteItem", 200, "{}"), ("DeleteItem", 400, refused)]);
    let proposals = Proposals::new(table(&fake), "proposals".to_owned());
    proposals.withdraw("payment.card", "p1").await.unwrap();
    let again = proposals.withdraw("payment.card", "p1").await;
    assert!(
        matches!(again, Err(TogglesError::NoProposal { .. })),
        "{again:?}"
    );
    assert_eq!(
        last(&fake)["ExpressionAttributeValues"],
        json!({":id": {"S": "p1"}})
    );
}

#[tokio::test]
async fn deleting_and_making_a_protected_toggle_is_proposed_and_switching_it_off_is_not() {
    let fake = FakeAws::new([("GetItem", 200, PAYMENT)]);
    let refused = protecting(&fake).delete("payment.card", None).await;
    let Err(TogglesError::Protected(deletion)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(deletion.after, None);
    let fake = FakeAws::new([("GetItem", 200, "{}")]);
    let refused = protecting(&fake)
        .patch("payment.new", &Patch::default(), Some(0))
        .await;
    let Err(TogglesError::Protected(made)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((made.revision, &made.before), (0, &None));

    let live = PAYMENT.replace(r#""BOOL": false"#, r#""BOOL": true"#);
    let fake = FakeAws::new([("GetItem", 200, &*live), ("UpdateItem", 200, "{}")]);
    let mut off = Patch::default();
    off.switch(false);
    let toggle = protecting(&fake)
        .patch("payment.card", &off, None)
        .await
        .unwrap();
    assert!(!toggle.is_active());
    let fake = FakeAws::new([("GetItem", 200, PAYMENT), ("UpdateItem", 200, "{}")]);
    store(&fake)
        .patch("payment.card", &on(), None)
        .await
        .unwrap();

    // A deletion that is approved leaves a tombstone.
    let fake = FakeAws::new([PUT]);
    let proposals = Proposals::new(table(&fake), "proposals".to_owned());
    let proposal = proposals
        .propose(*deletion, Kind::Deletion, ADA)
        .await
        .unwrap();
    let item = json!({"Item": last(&fake)["Item"]}).to_string();
    let answers = [
        ("proposals", 200, &*item),
        ("toggles", 200, PAYMENT),
        COMMITTED,
    ];
    let (approved, fake) = approve_of(&proposal.id, &answers, "user-bob").await;
    assert_eq!(approved.unwrap(), None);
    let written = last(&fake)["TransactItems"][0]["Put"]["Item"].clone();
    assert_eq!(written["isRemoved"], json!({"BOOL": true}));
    assert_eq!(
        written["lastChange"]["M"]["approvedBy"],
        json!({"S": "bob@example.com"})
    );
}
