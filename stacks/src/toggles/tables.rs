//! The tables: toggles, their history, proposed changes, and connections.

use model::types::dynamodb::{
    AttributeDefinition, AttributeType, BillingMode, KeySchemaElement, KeyType,
    PointInTimeRecoverySpecification, SseSpecification, StreamSpecification, StreamViewType, Table,
    TableClass, TimeToLiveSpecification,
};
use model::{Handle, StackBuilder, Text};

use toggle_contract::{
    CONNECTION_EXPIRY, CONNECTION_KEY, TOGGLE_KEY, TOMBSTONE_EXPIRY, history, proposals,
};

use crate::description::System;

/// The name of the toggles' table within its stack.
pub(super) const TOGGLES: &str = "toggles-table";

/// The name of the connections' table within its stack.
pub(super) const CONNECTIONS: &str = "connections-table";

/// The name of the history's table within its stack.
pub(super) const HISTORY: &str = "history-table";

/// The name of the table of proposed changes within its stack.
pub(super) const PROPOSALS: &str = "proposals-table";

/// The name of the table of exposures within its stack.
pub(super) const EXPOSURES: &str = "exposures-table";

pub(super) struct Tables {
    pub(super) toggles: Handle<Table>,
    pub(super) history: Handle<Table>,
    pub(super) proposals: Option<Handle<Table>>,
    pub(super) connections: Handle<Table>,
}

pub(super) fn tables(stack: &mut StackBuilder<'_>, system: &System) -> Tables {
    let key = system.toggles.kms_key.as_deref();
    let mut toggles = table(stack.physical_name(TOGGLES), TOGGLE_KEY, key);
    toggles.deletion_protection_enabled = Some(system.toggles.deletion_protection);
    toggles.point_in_time_recovery_specification =
        Some(recovery(system.toggles.point_in_time_recovery));
    toggles.time_to_live_specification = Some(expiry(TOMBSTONE_EXPIRY));
    // Its stream only says that there was a change: those who are invoked by it read the toggles.
    let mut history = table(stack.physical_name(HISTORY), TOGGLE_KEY, key);
    sorted(&mut history, history::AT);
    history.stream_specification = Some(stream(StreamViewType::KeysOnly));
    history.deletion_protection_enabled = Some(system.toggles.deletion_protection);
    history.point_in_time_recovery_specification =
        Some(recovery(system.toggles.point_in_time_recovery));
    history.time_to_live_specification = Some(expiry(history::EXPIRY));
    // Nothing in the connections outlives a connection: only what is described is asked for, and
    // what an organisation's rules add is left.
    let mut connections = table(stack.physical_name(CONNECTIONS), CONNECTION_KEY, key);
    let described = &system.toggles.connections;
    connections.deletion_protection_enabled = described.deletion_protection;
    connections.point_in_time_recovery_specification =
        described.point_in_time_recovery.map(recovery);
    connections.time_to_live_specification = Some(expiry(CONNECTION_EXPIRY));
    let protects = !system.toggles.protected.is_empty();
    let proposals = protects.then(|| proposing(stack, system));
    Tables {
        proposals: proposals.map(|table| stack.add(PROPOSALS, table)),
        toggles: stack.add(TOGGLES, toggles),
        history: stack.add(HISTORY, history),
        connections: stack.add(CONNECTIONS, connections),
    }
}

/// The open proposals, one for a toggle: nothing reads their stream.
fn proposing(stack: &StackBuilder<'_>, system: &System) -> Table {
    let settings = &system.toggles;
    let key = settings.kms_key.as_deref();
    Table {
        stream_specification: None,
        deletion_protection_enabled: Some(settings.deletion_protection),
        point_in_time_recovery_specification: Some(recovery(settings.point_in_time_recovery)),
        time_to_live_specification: Some(expiry(proposals::EXPIRY)),
        ..table(stack.physical_name(PROPOSALS), TOGGLE_KEY, key)
    }
}

/// An on-demand table with one string key and a stream of new images.
fn table(table_name: String, key: &str, kms_key: Option<&str>) -> Table {
    Table {
        table_name,
        attribute_definitions: vec![text(key)],
        key_schema: vec![KeySchemaElement {
            attribute_name: key.to_owned(),
            key_type: KeyType::Hash,
        }],
        billing_mode: Some(BillingMode::PayPerRequest),
        stream_specification: Some(stream(StreamViewType::NewImage)),
        sse_specification: kms_key.map(|key| SseSpecification {
            sse_enabled: true,
            kms_master_key_id: Some(Text::from(key)),
        }),
        point_in_time_recovery_specification: None,
        table_class: Some(TableClass::Standard),
        provisioned_throughput: None,
        global_secondary_indexes: Vec::new(),
        time_to_live_specification: None,
        deletion_protection_enabled: None,
    }
}

fn text(name: &str) -> AttributeDefinition {
    AttributeDefinition {
        attribute_name: name.to_owned(),
        attribute_type: AttributeType::S,
    }
}

/// Adds a sort key, a string.
fn sorted(table: &mut Table, key: &str) {
    table.attribute_definitions.push(text(key));
    table.key_schema.push(KeySchemaElement {
        attribute_name: key.to_owned(),
        key_type: KeyType::Range,
    });
}

fn stream(stream_view_type: StreamViewType) -> StreamSpecification {
    StreamSpecification { stream_view_type }
}

fn expiry(attribute_name: &str) -> TimeToLiveSpecification {
    TimeToLiveSpecification {
        attribute_name: attribute_name.to_owned(),
        enabled: true,
    }
}

fn recovery(enabled: bool) -> PointInTimeRecoverySpecification {
    PointInTimeRecoverySpecification {
        point_in_time_recovery_enabled: enabled,
        recovery_period_in_days: None,
    }
}
