//! A simulated world, under virtual time and from a seed, in which the real algorithms run: clients
//! connect and leave, toggles change, streams deliver in batches, repeatedly and concurrently, and
//! the services throttle, fail and stay silent. Once changes stop, every open client, which only
//! applies messages in order, must know exactly the contents of the table.
#![allow(clippy::unwrap_used)]

mod clients;
mod pollers;
mod ports;
mod queue;
mod rules;
mod scale;
mod strangers;
mod world;

use std::time::Duration;

use toggle_runtime::policy::{Policy, Rule, Sender};

use crate::world::{Judged, Revisions, Scenario, World};

/// Runs a world until nothing happens any more, and returns its clients' errors.
fn simulate(seed: u64, change_policy: impl Fn(&mut Policy)) -> Result<Judged, String> {
    simulate_in(Scenario::of(seed), seed, change_policy)
}

fn simulate_in(
    scenario: Scenario,
    seed: u64,
    change_policy: impl Fn(&mut Policy),
) -> Result<Judged, String> {
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let local = tokio::task::LocalSet::new();
    local
        .block_on(&runtime, live(scenario, change_policy))
        .map_err(|wrong| format!("seed {seed}: {wrong}"))
}

async fn live(scenario: Scenario, change_policy: impl Fn(&mut Policy)) -> Result<Judged, String> {
    let policy = |mut policy: Policy| {
        // The functions' own limits are too high for small worlds to reach.
        policy.message_limit = scenario.message_limit;
        policy.concurrency = 4;
        change_policy(&mut policy);
        policy
    };
    let world = World::new(scenario.clone());
    let mut announcing = policy(Policy::announce());
    (announcing.slice_above, announcing.segments) = (scenario.slice_above, scenario.segments);
    pollers::start(&world, announcing, policy(Policy::welcome()));
    clients::start(&world);
    let mut quiet = 0;
    // Most of these worlds have more to do, and none that long.
    let patience = if scenario.has_strangers {
        3_000
    } else {
        20_000
    };
    for _ in 0..patience {
        tokio::time::sleep(Duration::from_secs(1)).await;
        quiet = if world.is_idle() { quiet + 1 } else { 0 };
        if quiet > 60 {
            return world.judge();
        }
    }
    Err("never comes to rest".into())
}

fn judge(seeds: std::ops::Range<u64>) -> usize {
    seeds
        .map(|seed| simulate(seed, |_| {}).unwrap().clients)
        .sum()
}

#[test]
fn no_client_ends_stale() {
    let judged = judge(0..200);
    assert!(judged > 400, "only {judged} clients were open at the end");
}

#[test]
#[ignore = "takes minutes"]
fn no_client_ends_stale_in_many_worlds() {
    judge(200..6_000);
}

/// Most changes are left to the workers, and they have too little time.
#[test]
fn no_client_ends_stale_in_a_crowd() {
    let judged = judge_crowds(0..100);
    assert!(judged > 300, "only {judged} clients were open at the end");
}

#[test]
#[ignore = "takes minutes"]
fn no_client_ends_stale_in_many_crowds() {
    judge_crowds(100..2_000);
}

fn judge_crowds(seeds: std::ops::Range<u64>) -> usize {
    seeds
        .map(|seed| {
            simulate_in(Scenario::crowded(seed), seed, |_| {})
                .unwrap()
                .clients
        })
        .sum()
}

/// A post that was answered 504 is delivered later, or one of a function that was killed.
fn judge_late(seeds: std::ops::Range<u64>) -> usize {
    seeds
        .map(|seed| {
            simulate_in(Scenario::late(seed, Revisions::Heeded), seed, |_| {})
                .unwrap()
                .clients
        })
        .sum()
}

#[test]
fn with_revisions_no_client_ends_stale_however_late_messages_are() {
    let judged = judge_late(0..150);
    assert!(judged > 300, "only {judged} clients were open at the end");
}

#[test]
#[ignore = "takes minutes"]
fn with_revisions_no_client_ends_stale_in_many_worlds() {
    judge_late(150..4_000);
}

/// The simulation can fail: it finds a stale client if revisions are not heeded.
#[test]
fn without_heeding_revisions_clients_end_stale() {
    let late = |seed| Scenario::late(seed, Revisions::Ignored);
    let stale = (0..150)
        .filter(|seed| simulate_in(late(*seed), *seed, |_| {}).is_err())
        .count();
    assert!(stale > 2, "{stale}");
}

/// The simulation can fail: it finds a stale client if the known connections are treated as all.
#[test]
fn without_scanning_clients_end_stale() {
    assert!(is_missed(Rule::Scan, Scenario::doubtful, 0..60));
}

/// The simulation can fail: it finds a stale client if connections in doubt stay open.
#[test]
fn without_closing_clients_end_stale() {
    assert!(is_missed(Rule::Close, Scenario::doubtful, 0..60));
}

/// The simulation can fail: it finds a stale client if a 410 is believed without closing.
#[test]
fn without_confirming_that_it_is_closed_clients_end_stale() {
    assert!(is_missed(Rule::Confirm, Scenario::crowded, 0..60));
}

/// The simulation can fail: it finds a stale client if a worker that has no time left stores nothing.
#[test]
fn without_the_rest_of_a_segment_clients_end_stale() {
    assert!(is_missed(Rule::PutBack, Scenario::crowded, 0..40));
}

/// The simulation can fail: it finds a stale client if one that was left over is forgotten.
#[test]
fn without_storing_who_was_left_over_clients_end_stale() {
    assert!(is_missed(Rule::Leave, Scenario::crowded, 0..60));
}

fn judge_kind(kind: fn(u64) -> Scenario, seeds: std::ops::Range<u64>) -> usize {
    let judged = seeds.map(|seed| simulate_in(kind(seed), seed, |_| {}).unwrap().clients);
    judged.sum()
}

/// Items of APIs that are gone, however these respond, and expired ones: nobody else waits for them for
/// good, and what can be is forgotten.
#[test]
fn items_without_a_client_leave_no_client_stale() {
    let judged = judge_kind(Scenario::with_strangers, 0..60);
    assert!(judged > 150, "only {judged} clients were open at the end");
}

#[test]
#[ignore = "takes minutes"]
fn items_without_a_client_leave_no_client_stale_in_many_worlds() {
    judge_kind(Scenario::with_strangers, 60..2_000);
}

/// A toggle changes in every round of its fan-outs.
#[test]
fn changes_in_every_round_leave_no_client_stale() {
    let judged = judge_kind(Scenario::restless, 0..60);
    assert!(judged > 150, "only {judged} clients were open at the end");
}

#[test]
#[ignore = "takes minutes"]
fn changes_in_every_round_leave_no_client_stale_in_many_worlds() {
    judge_kind(Scenario::restless, 60..2_000);
}

/// Several invocations send a toggle at once, at different speeds, while it changes.
#[test]
fn overlapping_invocations_leave_no_client_stale() {
    let judged = judge_kind(Scenario::overlapping, 0..50);
    assert!(judged > 200, "only {judged} clients were open at the end");
}

#[test]
#[ignore = "takes minutes"]
fn overlapping_invocations_leave_no_client_stale_in_many_worlds() {
    judge_kind(Scenario::overlapping, 50..1_000);
}

/// Posts arrive long after the silence that followed them, on connections that can hardly be closed.
#[test]
fn connections_that_stay_in_doubt_leave_no_client_stale() {
    let judged = judge_kind(Scenario::doubtful, 0..50);
    assert!(judged > 200, "only {judged} clients were open at the end");
}

#[test]
#[ignore = "takes minutes"]
fn connections_that_stay_in_doubt_leave_no_client_stale_in_many_worlds() {
    judge_kind(Scenario::doubtful, 50..1_000);
}

/// Some of a batch's toggles cannot be read, and the others are left to the workers.
#[test]
fn tables_that_cannot_be_read_leave_no_client_stale() {
    let judged = judge_kind(Scenario::unreadable, 0..50);
    assert!(judged > 200, "only {judged} clients were open at the end");
}

#[test]
#[ignore = "takes minutes"]
fn tables_that_cannot_be_read_leave_no_client_stale_in_many_worlds() {
    judge_kind(Scenario::unreadable, 50..1_000);
}

/// Toggles have groups, percentages, windows, segments and prerequisites, which change, and those who wake them
/// are late, early, come twice or never: nobody ends with another answer than the pure function gives.
#[test]
fn with_rules_no_client_ends_stale() {
    let judged = judge_kind(Scenario::ruled, 0..90) + judge_kind(Scenario::ruled_and_busy, 0..30);
    assert!(judged > 300, "only {judged} clients were open at the end");
}

#[test]
#[ignore = "takes minutes"]
fn with_rules_no_client_ends_stale_in_many_worlds() {
    judge_kind(Scenario::ruled, 90..8_000);
    judge_kind(Scenario::ruled_and_busy, 30..2_120);
}

/// The simulation can fail: it finds a stale client if what refers to a changed toggle is not sent.
#[test]
fn without_dependants_clients_end_stale() {
    assert!(is_missed(Rule::Dependants, Scenario::ruled, 0..60));
}

/// The simulation can fail: it finds a stale client if only the toggle itself is read again.
#[test]
fn without_what_rules_refer_to_clients_end_stale() {
    assert!(is_missed(Rule::Needs, Scenario::ruled_and_busy, 0..600));
}

/// The simulation can fail: it finds a stale client if nobody is woken when a window opens.
#[test]
fn without_wakes_clients_end_stale() {
    let sleeping = |seed| Scenario {
        lacks_wakes: true,
        ..Scenario::ruled(seed)
    };
    assert!((0..60).any(|seed| simulate_in(sleeping(seed), seed, |_| {}).is_err()));
}

/// Whether one of these worlds is found to be wrong without a rule.
fn is_missed(rule: Rule, kind: fn(u64) -> Scenario, mut seeds: std::ops::Range<u64>) -> bool {
    let break_rule = |policy: &mut Policy| policy.broken = Some(rule);
    seeds.any(|seed| simulate_in(kind(seed), seed, break_rule).is_err())
}

/// The simulation can fail: it finds a stale client if what toggle-message has sent is not read again.
#[test]
fn without_verification_clients_end_stale() {
    is_missed_if_overlapping(Rule::Verify(Sender::ToggleMessage));
}

/// The same if it is read again, but what is sent because of that is not.
#[test]
fn without_verification_in_rounds_clients_end_stale() {
    is_missed_if_overlapping(Rule::Rounds(Sender::ToggleMessage));
}

/// The simulation can fail: it finds a stale client if what toggle-slice has sent is not read again.
#[test]
fn without_verification_by_workers_clients_end_stale() {
    is_missed_if_overlapping(Rule::Verify(Sender::ToggleSlice));
}

/// The same if it is read again, but what is sent because of that is not.
#[test]
fn without_verification_by_workers_in_rounds_clients_end_stale() {
    is_missed_if_overlapping(Rule::Rounds(Sender::ToggleSlice));
}

/// The simulation can fail: it finds a stale client if the state that new-connection has sent is not
/// read again.
#[test]
fn without_verification_of_states_clients_end_stale() {
    is_missed_if_overlapping(Rule::Verify(Sender::NewConnection));
}

/// The same if it is read again, but what is sent because of that is not.
#[test]
fn without_verification_of_states_in_rounds_clients_end_stale() {
    is_missed_if_overlapping(Rule::Rounds(Sender::NewConnection));
}

fn is_missed_if_overlapping(rule: Rule) {
    assert!(is_missed(rule, Scenario::overlapping, 0..200));
}

/// The simulation can fail: it finds a stale client if the queue takes messages with different toggles,
/// for records up to the same one, for duplicates.
#[test]
fn without_the_toggles_in_what_names_a_message_clients_end_stale() {
    assert!(is_missed(Rule::Digest, Scenario::unreadable, 0..60));
}

/// States are overtaken by the removals of their toggles, and their senders are killed.
#[test]
fn interrupted_states_leave_no_client_stale() {
    let judged = judge_kind(Scenario::interrupted, 0..60);
    assert!(judged > 100, "only {judged} clients were open at the end");
}

#[test]
#[ignore = "takes minutes"]
fn interrupted_states_leave_no_client_stale_in_many_worlds() {
    judge_kind(Scenario::interrupted, 60..1_000);
}

/// The simulation can fail: it finds an old state if a record is taken for a value.
#[test]
fn without_reading_what_is_sent_old_states_are_sent() {
    let believing = |seed| Scenario {
        trusts_records: true,
        ..Scenario::of(seed)
    };
    assert!((0..40).any(|seed| simulate_in(believing(seed), seed, |_| {}).is_err()));
}

/// The simulation can fail: it finds a stale client if one whose post was answered 504 is sent to again.
#[test]
fn without_taking_504_for_doubt_clients_end_stale() {
    let retrying = |seed| Scenario {
        retries_504: true,
        ..Scenario::of(seed)
    };
    assert!((0..300).any(|seed| simulate_in(retrying(seed), seed, |_| {}).is_err()));
}

/// The simulation can fail: it finds a stale client if toggles are deleted without a tombstone.
#[test]
fn without_tombstones_clients_end_stale() {
    let deleting = |seed| Scenario {
        lacks_tombstones: true,
        ..Scenario::late(seed, Revisions::Heeded)
    };
    assert!((0..60).any(|seed| simulate_in(deleting(seed), seed, |_| {}).is_err()));
}

/// The simulation can fail: it finds a stale client if one that an old post may reach is sent to again.
#[test]
fn without_closing_who_is_left_in_doubt_clients_end_stale() {
    assert!(is_missed(Rule::Doubt, Scenario::doubtful, 0..60));
}

/// The simulation can fail: it finds a stale client if a repeated state does not name removals.
#[test]
fn without_removals_clients_end_stale() {
    assert!(is_missed(Rule::Removals, Scenario::interrupted, 0..60));
}

/// The simulation can fail: records of an API that is gone are repeated for good if it is not forgotten.
#[test]
fn without_forgetting_other_apis_records_are_never_done() {
    assert!(is_missed(Rule::Forget, Scenario::with_strangers, 0..10));
}

/// The simulation can fail: it finds a post to an item that has expired.
#[test]
fn without_leaving_out_what_has_expired_it_is_sent_to() {
    assert!(is_missed(Rule::Expiry, Scenario::with_strangers, 0..10));
}

fn judge_receipts(seeds: std::ops::Range<u64>) -> usize {
    seeds
        .map(|seed| {
            simulate_in(Scenario::receipted(seed), seed, |_| {})
                .unwrap()
                .receipts
        })
        .sum()
}

/// A receipt that says that all connections accepted a change is never written before all clients that
/// were connected have it, or have left; and it never counts more than have it.
#[test]
fn a_receipt_counts_no_client_that_was_not_told() {
    let receipts = judge_receipts(0..100);
    assert!(receipts > 500, "only {receipts} receipts were whole");
}

#[test]
#[ignore = "takes minutes"]
fn a_receipt_counts_no_client_that_was_not_told_in_many_worlds() {
    judge_receipts(100..3_000);
}

/// The simulation can fail: it finds a receipt that is wrong if it does not account for what was left
/// to the queue.
#[test]
fn without_accounting_for_the_queue_receipts_are_wrong() {
    assert!(is_missed(Rule::Account, Scenario::receipted, 0..60));
}

/// The simulation can fail: it finds a client without a state if one that opens late is not left to
/// a record of its own.
#[test]
fn without_a_record_of_its_own_a_late_client_ends_stale() {
    assert!(is_missed(Rule::Requeue, Scenario::of, 0..60));
}

/// The simulation can fail: it finds a client without a state if a 410 is always treated as a
/// closed connection.
#[test]
fn without_patience_for_the_young_clients_end_stale() {
    let impatient = |policy: &mut Policy| policy.young = Duration::ZERO;
    assert!((0..60).any(|seed| simulate(seed, impatient).is_err()));
}
