//! Behaviour of event source mappings that no emulator shows.

use engine::{Change, UNKNOWN};
use fake_aws::FakeAws;
use model::types::lambda::{
    DestinationConfig, Filter, FilterCriteria, OnFailure, ScalingConfig, StartingPosition,
};
use model::{ADDRESS_TAG, Address, SYSTEM_TAG};
use serde_json::{Value, json};

use super::*;
use crate::kit::findings::findings;
use crate::kit::typed;

const CREATE: &str =
    "POST https://lambda.eu-west-1.amazonaws.com/2015-03-31/event-source-mappings  {";
const LIST: &str = "GET https://lambda.eu-west-1.amazonaws.com/2015-03-31/event-source-mappings ";
const NEXT: &str =
    "GET https://lambda.eu-west-1.amazonaws.com/2015-03-31/event-source-mappings?Marker=m";
const UUID: &str = "11111111-2222-3333-4444-555555555555";
const GET: &str = "GET https://lambda.eu-west-1.amazonaws.com/2015-03-31/event-source-mappings/11111111-2222-3333-4444-555555555555";
const UPDATE: &str = "PUT https://lambda.eu-west-1.amazonaws.com/2015-03-31/event-source-mappings/11111111-2222-3333-4444-555555555555";
const DELETE: &str = "DELETE https://lambda.eu-west-1.amazonaws.com/2015-03-31/event-source-mappings/11111111-2222-3333-4444-555555555555";
const TAGS: &str = "GET https://lambda.eu-west-1.amazonaws.com/2017-03-31/tags/";
const TAG: &str = "POST https://lambda.eu-west-1.amazonaws.com/2017-03-31/tags/";

const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:11111111-2222-3333-4444-555555555555";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:acme-f";
const STREAM: &str =
    "arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/2026-01-01T00:00:00.000";

const FIFO: &str = "arn:aws:sqs:eu-west-1:111122223333:q.fifo";

const MISSING: &str = r#"{"__type":"ResourceNotFoundException","message":"The resource you requested does not exist."}"#;
const IN_USE: &str = r#"{"__type":"ResourceInUseException","message":"Cannot update the event source mapping because it is in use."}"#;
const ROLE: &str = r#"{"__type":"InvalidParameterValueException","message":"Cannot access stream. Please ensure the role can perform the GetRecords action."}"#;
const EXISTS: &str = r#"{"__type":"ResourceConflictException","message":"The event source arn (\" s \") and function (\" acme-f \") provided mapping already exists. Please update or delete the existing mapping with UUID 11111111-2222-3333-4444-555555555555"}"#;
const OURS: &str = r#"{"Tags":{"frontage:system":"acme","frontage:address":"test/m"}}"#;

fn mapping() -> Properties {
    let mut mapping = EventSourceMapping {
        function_name: FUNCTION.to_owned(),
        event_source_arn: STREAM.to_owned(),
        starting_position: Some(StartingPosition::TrimHorizon),
        enabled: None,
        batch_size: None,
        maximum_batching_window_in_seconds: None,
        parallelization_factor: None,
        bisect_batch_on_function_error: None,
        maximum_retry_attempts: None,
        maximum_record_age_in_seconds: None,
        tumbling_window_in_seconds: None,
        function_response_types: Vec::new(),
        filter_criteria: None,
        destination_config: None,
        scaling_config: None,
    };
    normalise(&mut mapping);
    mapping
}

/// A mapping of a queue, which has no starting position.
fn of_queue(source: &str) -> Properties {
    let mut mapping = EventSourceMapping {
        event_source_arn: source.to_owned(),
        starting_position: None,
        batch_size: None,
        ..mapping()
    };
    normalise(&mut mapping);
    mapping
}

fn tags() -> Tags {
    Tags::from(
        [(SYSTEM_TAG, "acme"), (ADDRESS_TAG, "test/m")]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
    )
}

fn of(function: &str, uuid: &str, state: &str) -> Value {
    json!({
        "UUID": uuid, "EventSourceArn": STREAM, "FunctionArn": function, "State": state,
        "EventSourceMappingArn": format!("arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:{uuid}"),
        "StartingPosition": "TRIM_HORIZON", "BatchSize": 100, "MaximumBatchingWindowInSeconds": 0,
        "ParallelizationFactor": 1, "MaximumRecordAgeInSeconds": -1, "MaximumRetryAttempts": -1,
        "BisectBatchOnFunctionError": false, "TumblingWindowInSeconds": 0, "FunctionResponseTypes": [],
        "DestinationConfig": {"OnFailure": {}}, "FilterCriteria": {"Filters": []},
    })
}

fn shown(state: &str) -> String {
    of(FUNCTION, UUID, state).to_string()
}

fn driver(fake: &FakeAws) -> EventSourceMappings {
    EventSourceMappings::new(&Account::for_tests(fake))
}

fn changed(paths: &[&str]) -> Changes {
    let change = |path: &&str| Change {
        path: (*path).to_owned(),
        old: Value::Null,
        new: Value::Null,
        forces_replacement: false,
    };
    Changes(paths.iter().map(change).collect())
}

/// Creates as the adapter does.
async fn create(fake: &FakeAws, mut desired: Properties, tags: &Tags) -> Result<Live, DriverError> {
    normalise(&mut desired);
    let owner = Owner::recorded_in(tags).unwrap();
    driver(fake).create(desired, &owner, tags).await
}

fn alive() -> Live {
    TypedLive {
        id: UUID.to_owned(),
        properties: mapping(),
        attributes: Live::assigned([
            (EventSourceMapping::UUID, UUID.to_owned()),
            (EventSourceMapping::ARN, ARN.to_owned()),
        ]),
        tags: LiveTags::Unread,
    }
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("  ").unwrap().1).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_role_and_a_mapping_in_the_making_are_waited_for() {
    let (made, creating, enabled) = (shown("Creating"), shown("Creating"), shown("Enabled"));
    let fake = FakeAws::new([
        (CREATE, 400, ROLE),
        (CREATE, 202, made.as_str()),
        (GET, 404, MISSING),
        (GET, 200, creating.as_str()),
        (GET, 200, enabled.as_str()),
    ]);
    let desired = EventSourceMapping {
        tumbling_window_in_seconds: Some(30),
        ..mapping()
    };
    let live = create(&fake, desired, &tags()).await.unwrap();
    assert_eq!(live.attribute(EventSourceMapping::UUID).unwrap(), UUID);
    assert_eq!(live.attribute(EventSourceMapping::ARN).unwrap(), ARN);
    fake.assert_used();
    let sent = body(&fake.requests()[0]);
    assert_eq!(
        sent["Tags"],
        json!({"frontage:system": "acme", "frontage:address": "test/m"})
    );
    assert_eq!(sent["TumblingWindowInSeconds"], 30);
    assert_eq!(sent["MaximumRetryAttempts"], -1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_create_answer_goes_on_with_the_mapping_that_the_conflict_names() {
    let (disabled, enabled) = (shown("Disabled"), shown("Enabled"));
    let fake = FakeAws::new([
        (CREATE, 409, EXISTS),
        (GET, 200, disabled.as_str()),
        (TAGS, 200, OURS),
        (UPDATE, 202, disabled.as_str()),
        (TAG, 204, ""),
        (GET, 200, enabled.as_str()),
    ]);
    let mut tags = tags();
    tags.insert("team".to_owned(), "web".to_owned());
    let desired = EventSourceMapping {
        batch_size: Some(5),
        ..mapping()
    };
    let live = create(&fake, desired, &tags).await.unwrap();
    assert_eq!(live.id, UUID);
    fake.assert_used();
    let update = fake
        .requests()
        .into_iter()
        .find(|request| request.starts_with("PUT"))
        .unwrap();
    assert_eq!(body(&update), json!({"Enabled": true, "BatchSize": 5}));
}

#[tokio::test(start_paused = true)]
async fn a_mapping_of_another_owner_is_not_taken_on() {
    let enabled = shown("Enabled");
    let foreign = r#"{"Tags":{"frontage:system":"other","frontage:address":"test/m"}}"#;
    let fake = FakeAws::new([
        (CREATE, 409, EXISTS),
        (GET, 200, enabled.as_str()),
        (TAGS, 200, foreign),
    ]);
    let error = create(&fake, mapping(), &tags()).await.unwrap_err();
    assert!(error.has_message("ResourceConflictException", "already exists"));
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_mapping_on_its_way_out_makes_room_first() {
    let (deleting, made, enabled) = (shown("Deleting"), shown("Creating"), shown("Enabled"));
    let fake = FakeAws::new([
        (CREATE, 409, EXISTS),
        (GET, 200, deleting.as_str()),
        (GET, 200, deleting.as_str()),
        (GET, 404, MISSING),
        (CREATE, 202, made.as_str()),
        (GET, 200, enabled.as_str()),
    ]);
    create(&fake, mapping(), &tags()).await.unwrap();
    fake.assert_used();
}

#[tokio::test(start_paused = true)]
async fn an_update_waits_for_the_one_before_and_clears_what_is_absent() {
    let (updating, enabled) = (shown("Updating"), shown("Enabled"));
    let fake = FakeAws::new([
        (UPDATE, 400, IN_USE),
        (UPDATE, 400, ROLE),
        (UPDATE, 202, updating.as_str()),
        (GET, 200, updating.as_str()),
        (GET, 200, enabled.as_str()),
    ]);
    let changes = changed(&[
        "FilterCriteria",
        "DestinationConfig",
        "FunctionResponseTypes",
        "TumblingWindowInSeconds",
        "MaximumRecordAgeInSeconds",
    ]);
    driver(&fake)
        .updated(alive(), mapping(), &changes)
        .await
        .unwrap();
    fake.assert_used();
    let cleared = json!({
        "FilterCriteria": {}, "DestinationConfig": {"OnFailure": {"Destination": ""}}, "FunctionResponseTypes": [],
        "TumblingWindowInSeconds": 0, "MaximumRecordAgeInSeconds": -1,
    });
    assert_eq!(body(&fake.requests()[2]), cleared);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_waits_until_the_mapping_is_gone() {
    let deleting = shown("Deleting");
    let fake = FakeAws::new([
        (DELETE, 400, IN_USE),
        (DELETE, 202, deleting.as_str()),
        (GET, 200, deleting.as_str()),
        (GET, 404, MISSING),
    ]);
    driver(&fake).delete(alive()).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn deleting_the_absent_succeeds() {
    let fake = FakeAws::new([(DELETE, 404, MISSING), (GET, 404, MISSING)]);
    driver(&fake).delete(alive()).await.unwrap();
    fake.assert_used();
}

fn request(address: &Address, properties: Properties) -> TypedReadRequest<'_, Properties> {
    TypedReadRequest {
        fingerprint: "f",
        address,
        properties,
    }
}

fn page(mappings: &[Value], next: Option<&str>) -> String {
    json!({"EventSourceMappings": mappings, "NextMarker": next}).to_string()
}

fn index(tags: &Value) -> String {
    json!({"ResourceTagMappingList": [{"ResourceARN": ARN, "Tags": tags}]}).to_string()
}

#[tokio::test]
async fn all_mappings_are_read_with_one_call_a_page() {
    let other = of(
        "arn:aws:lambda:eu-west-1:111122223333:function:theirs",
        "other",
        "Enabled",
    );
    let (first, second) = (
        page(&[other], Some("m")),
        page(&[of(FUNCTION, UUID, "Enabled")], None),
    );
    let index = index(
        &json!([{"Key": "frontage:system", "Value": "acme"}, {"Key": "team", "Value": "changed"}]),
    );
    let fake = FakeAws::new([
        ("GetResources", 200, index.as_str()),
        (LIST, 200, first.as_str()),
        (NEXT, 200, second.as_str()),
    ]);
    let (driver, cache, address) = (
        driver(&fake),
        ReadCache::default(),
        "test/m".parse().unwrap(),
    );
    let mut live = driver
        .read(request(&address, mapping()), &cache)
        .await
        .unwrap()
        .unwrap();
    normalise(&mut live.properties);
    assert_eq!(live.properties, mapping());
    let LiveTags::Hinted(tags) = &live.tags else {
        panic!("the index shows the mapping")
    };
    assert_eq!(
        tags["team"], "changed",
        "a tag that was changed behind our back shows in the index"
    );
    let listed = driver.list(&cache).await.unwrap();
    assert_eq!(
        listed
            .iter()
            .map(|live| live.id.as_str())
            .collect::<Vec<_>>(),
        [UUID]
    );
    fake.assert_used();
}

#[tokio::test]
async fn a_mapping_in_the_midst_of_a_change_is_not_taken_for_a_disabled_one() {
    let address = "test/m".parse().unwrap();
    for (state, found) in [("Creating", true), ("Updating", true), ("Deleting", false)] {
        let (index, page) = (index(&json!([])), page(&[of(FUNCTION, UUID, state)], None));
        let fake = FakeAws::new([
            ("GetResources", 200, index.as_str()),
            (LIST, 200, page.as_str()),
        ]);
        let desired = EventSourceMapping {
            enabled: Some(false),
            ..mapping()
        };
        let live = driver(&fake)
            .read(request(&address, desired), &ReadCache::default())
            .await
            .unwrap();
        assert_eq!(
            live.map(|live| live.properties.enabled),
            found.then_some(Some(false)),
            "{state}"
        );
    }
}

#[test]
fn the_largest_possible_echo_is_what_was_sent_as_forever() {
    let mut echoed = EventSourceMapping {
        maximum_retry_attempts: Some(10_000),
        maximum_record_age_in_seconds: Some(604_800),
        ..mapping()
    };
    normalise(&mut echoed);
    assert_eq!(echoed, mapping());
}

#[test]
fn what_is_empty_or_spelt_otherwise_is_the_same() {
    let filters = |patterns: &[&str]| {
        let filters = patterns
            .iter()
            .map(|pattern| Filter {
                pattern: (*pattern).to_owned(),
            })
            .collect();
        Some(FilterCriteria { filters })
    };
    let nowhere = DestinationConfig {
        on_failure: OnFailure {
            destination: String::new(),
        },
    };
    let mut empty = EventSourceMapping {
        filter_criteria: filters(&[]),
        destination_config: Some(nowhere),
        ..mapping()
    };
    normalise(&mut empty);
    assert_eq!(empty, mapping());
    let mut one = EventSourceMapping {
        filter_criteria: filters(&[r#"{"b": 1, "a": 2}"#, "{}"]),
        ..mapping()
    };
    let mut other = EventSourceMapping {
        filter_criteria: filters(&["{ }", r#"{"a":2,"b":1}"#]),
        ..mapping()
    };
    normalise(&mut one);
    normalise(&mut other);
    assert_eq!(one, other);
}

#[tokio::test(start_paused = true)]
async fn the_concurrency_of_a_queue_is_sent_and_removed() {
    let (made, enabled) = (shown("Creating"), shown("Enabled"));
    let fake = FakeAws::new([
        (CREATE, 202, made.as_str()),
        (GET, 200, enabled.as_str()),
        (UPDATE, 202, made.as_str()),
        (GET, 200, enabled.as_str()),
    ]);
    let bounded = EventSourceMapping {
        scaling_config: Some(ScalingConfig {
            maximum_concurrency: 8,
        }),
        ..of_queue(FIFO)
    };
    let live = create(&fake, bounded.clone(), &tags()).await.unwrap();
    let changes = typed::changes(&bounded, &of_queue(FIFO)).unwrap();
    let driver = EventSourceMappings::new(&Account::for_tests(&fake));
    driver
        .updated(live, of_queue(FIFO), &changes)
        .await
        .unwrap();
    let requests = fake.requests();
    let sent = body(&requests[0]);
    assert_eq!(sent["ScalingConfig"], json!({"MaximumConcurrency": 8}));
    assert_eq!(sent["BatchSize"], 10);
    for of_streams in ["StartingPosition", "ParallelizationFactor"] {
        assert_eq!(sent.get(of_streams), None, "{of_streams}");
    }
    assert_eq!(body(&requests[2]), json!({"ScalingConfig": {}}));
    fake.assert_used();
}

/// A queue of the same plan has no ARN yet.
#[test]
fn a_source_that_is_not_known_is_a_queue_if_there_is_no_starting_position() {
    let mapping = of_queue(UNKNOWN);
    assert_eq!(
        (mapping.batch_size, mapping.parallelization_factor),
        (Some(10), None)
    );
    assert_eq!(findings(EventSourceMappings::new, &mapping), [""; 0]);
}

#[test]
fn what_is_not_known_yet_normalises() {
    let mut unknown = EventSourceMapping {
        function_name: UNKNOWN.to_owned(),
        event_source_arn: UNKNOWN.to_owned(),
        ..mapping()
    };
    normalise(&mut unknown);
    assert_eq!(unknown.function_name, UNKNOWN);
}

#[test]
fn what_lambda_refuses_of_queues_is_refused_here() {
    let refused = [
        (
            EventSourceMapping {
                batch_size: Some(11),
                ..of_queue(FIFO)
            },
            "BatchSize is above 10, which FIFO queues do not allow",
        ),
        (
            EventSourceMapping {
                maximum_batching_window_in_seconds: Some(1),
                ..of_queue(FIFO)
            },
            "MaximumBatchingWindowInSeconds is not for FIFO queues",
        ),
        (
            EventSourceMapping {
                scaling_config: Some(ScalingConfig {
                    maximum_concurrency: 1,
                }),
                ..of_queue(FIFO)
            },
            "ScalingConfig.MaximumConcurrency is 1; 2 to 1000 are allowed",
        ),
        (
            EventSourceMapping {
                scaling_config: Some(ScalingConfig {
                    maximum_concurrency: 2,
                }),
                ..mapping()
            },
            "ScalingConfig is for queues only",
        ),
    ];
    for (mapping, finding) in refused {
        let found = findings(EventSourceMappings::new, &mapping);
        assert_eq!(found, [finding]);
    }
}

#[test]
fn what_lambda_refuses_is_refused_here() {
    let queue = "arn:aws:sqs:eu-west-1:111122223333:q";
    let pattern = |text: &str| {
        Some(FilterCriteria {
            filters: vec![Filter {
                pattern: text.to_owned(),
            }],
        })
    };
    let found = |mapping| findings(EventSourceMappings::new, &mapping).join("; ");
    assert_eq!(found(mapping()), "");
    let refused = [
        (
            EventSourceMapping {
                batch_size: Some(10_001),
                ..mapping()
            },
            "BatchSize is 10001; 1 to 10000 are allowed",
        ),
        (
            EventSourceMapping {
                maximum_batching_window_in_seconds: Some(301),
                ..mapping()
            },
            "MaximumBatchingWindowInSeconds is 301; 0 to 300 are allowed",
        ),
        (
            EventSourceMapping {
                parallelization_factor: Some(11),
                ..mapping()
            },
            "ParallelizationFactor is 11; 1 to 10 are allowed",
        ),
        (
            EventSourceMapping {
                maximum_record_age_in_seconds: Some(59),
                ..mapping()
            },
            "MaximumRecordAgeInSeconds is 59; -1 and 60 to 604800 are allowed",
        ),
        (
            EventSourceMapping {
                maximum_retry_attempts: Some(-2),
                ..mapping()
            },
            "MaximumRetryAttempts is -2; -1 to 10000 are allowed",
        ),
        (
            EventSourceMapping {
                tumbling_window_in_seconds: Some(901),
                ..mapping()
            },
            "TumblingWindowInSeconds is 901; 0 to 900 are allowed",
        ),
        (
            EventSourceMapping {
                starting_position: None,
                ..mapping()
            },
            "StartingPosition is absent, and a stream needs one",
        ),
        (
            EventSourceMapping {
                event_source_arn: queue.to_owned(),
                batch_size: Some(11),
                ..mapping()
            },
            "BatchSize is above 10, which needs MaximumBatchingWindowInSeconds of at least 1",
        ),
        (
            EventSourceMapping {
                filter_criteria: Some(FilterCriteria {
                    filters: vec![
                        Filter {
                            pattern: "{}".to_owned()
                        };
                        11
                    ],
                }),
                ..mapping()
            },
            "FilterCriteria.Filters has 11 members; 0 to 10 are allowed",
        ),
        (
            EventSourceMapping {
                filter_criteria: pattern("INSERT"),
                ..mapping()
            },
            "FilterCriteria.Filters[0].Pattern is `INSERT`; a JSON object is allowed",
        ),
        (
            EventSourceMapping {
                filter_criteria: pattern(&format!(r#"{{"a":"{}"}}"#, "x".repeat(4_096))),
                ..mapping()
            },
            "FilterCriteria.Filters[0].Pattern has 4104 characters; 0 to 4096 are allowed",
        ),
    ];
    for (mapping, finding) in refused {
        assert_eq!(found(mapping), finding);
    }
}

#[test]
fn what_is_not_known_yet_is_not_refused() {
    let unknown = EventSourceMapping {
        function_name: UNKNOWN.to_owned(),
        event_source_arn: UNKNOWN.to_owned(),
        starting_position: None,
        batch_size: Some(11),
        ..mapping()
    };
    let found = findings(EventSourceMappings::new, &unknown);
    assert!(found.is_empty(), "{found:?}");
}

/// Another run may delete it after it was listed.
#[tokio::test]
async fn a_mapping_that_was_deleted_since_it_was_listed_is_absent() {
    let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    let fake = FakeAws::new([(TAGS, 404, MISSING), (TAGS, 403, denied)]);
    let confirm = || async { driver(&fake).confirm(alive(), None).await };
    assert!(confirm().await.unwrap().is_none());
    assert!(confirm().await.unwrap_err().is("AccessDeniedException"));
    fake.assert_used();
}
