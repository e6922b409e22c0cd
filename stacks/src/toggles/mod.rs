//! The stack `toggles`: real-time feature toggles.
//!
//! A client's `$connect` stores its connection in a table, whose stream sends it the whole state; a
//! changed toggle's stream sends the change to every connection, in slices if there are too many for
//! one invocation. Each change is in the history, whose
//! stream has it for whoever else is to know. `docs/architecture.md` contains the diagram.

mod alarms;
mod clock;
mod doors;
mod history;
mod posting;
mod queues;
mod senders;
mod slice;
mod sockets;
mod tables;

use std::collections::BTreeMap;

use model::types::dynamodb::Table;
use model::types::iam::Statement;
use model::types::lambda::Function;
use model::types::sns::Topic;
use model::{Graph, Handle, StackName, Text, physical_name};
use serde::{Deserialize, Serialize};
use toggle_contract::{CONNECT_TIMEOUT_SECONDS, CONNECTIONS_TABLE, NAMES};

pub(crate) use self::alarms::{Watched, add_alarm, alarms, subscribed, topic};
use self::clock::toggle_clock;
pub(crate) use self::history::CHANGES;
pub(crate) use self::history::protected;
use self::history::toggle_history;
pub(crate) use self::posting::private;
use self::posting::{Pace, Sender};
use self::senders::{new_connection, toggle_message};
use self::slice::toggle_slice;
use self::tables::{CONNECTIONS, EXPOSURES, HISTORY, PROPOSALS, TOGGLES, Tables, tables};
use crate::artifacts::Sources;
use crate::description::System;
use crate::function::{Builder, FunctionParts, use_of_key};
use crate::outputs::{self, MissingOutput};

/// The stack's name.
pub const STACK: &str = "toggles";

/// The name of the toggles' table, which is known before the table exists.
#[must_use]
pub fn toggles_table(system: &System) -> String {
    physical_name(system.name.as_str(), &StackName::new(STACK), TOGGLES)
}

/// The name of the table of the toggles' history, which is known before the table exists.
#[must_use]
pub fn history_table(system: &System) -> String {
    physical_name(system.name.as_str(), &StackName::new(STACK), HISTORY)
}

/// The name of the connections' table, which is known before the table exists.
#[must_use]
pub fn connections_table(system: &System) -> String {
    physical_name(system.name.as_str(), &StackName::new(STACK), CONNECTIONS)
}

/// The name of the table of proposals, which is known before the table exists. A system in which no toggle is
/// protected has none.
#[must_use]
pub fn proposals_table(system: &System) -> String {
    physical_name(system.name.as_str(), &StackName::new(STACK), PROPOSALS)
}

/// The name of the table of exposures, which is known before the table exists. A system that does not count what is
/// asked for has none.
#[must_use]
pub fn exposures_table(system: &System) -> String {
    physical_name(system.name.as_str(), &StackName::new(STACK), EXPOSURES)
}

/// The stack's outputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs<S = Text> {
    /// The URL that clients connect to.
    pub websocket_url: S,
    /// The name of the toggles' table.
    pub toggles_table: S,
    /// The name of the connections' table.
    pub connections_table: S,
    /// The name of the bucket with the file for servers, `flags.json`, if there is one.
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    pub flags_bucket: Option<S>,
}

impl Outputs<String> {
    /// The outputs among values by name.
    ///
    /// # Errors
    /// The first output that has no value.
    pub fn of(values: &BTreeMap<String, String>) -> Result<Self, MissingOutput> {
        outputs::read(values)
    }
}

/// The output that a client needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Endpoint {
    /// As [`Outputs::websocket_url`].
    pub websocket_url: String,
}

impl Endpoint {
    /// The names of the outputs.
    pub const NAMES: &[&str] = &["websocket_url"];

    /// As [`Outputs::of`].
    ///
    /// # Errors
    /// If it has no value.
    pub fn of(values: &BTreeMap<String, String>) -> Result<Self, MissingOutput> {
        outputs::read(values)
    }
}

/// What other stacks need of this one.
pub(crate) struct Service {
    /// The URL that clients connect to.
    pub(crate) url: Text,
    /// The table of the toggles.
    pub(crate) table: Handle<Table>,
    /// The table of their history, whose stream has each change.
    pub(crate) history: Handle<Table>,
    /// The table of the connections.
    pub(crate) connections: Handle<Table>,
    /// The table of changes that wait for a second person, if any toggle needs one.
    pub(crate) proposals: Option<Handle<Table>>,
    /// The topic that alarms notify, unless there are none.
    pub(crate) topic: Option<Handle<Topic>>,
}

/// Adds the stack to the graph.
pub(crate) fn add(graph: &mut Graph, system: &System, code: &Sources) -> Service {
    let stack = &mut graph.stack(StackName::new(STACK));
    let tables = tables(stack, system);
    let builder = &mut Builder {
        stack,
        settings: &system.functions,
        code,
    };
    let manager = connection_manager(builder, system, &tables);
    let api = sockets::websocket_api(builder.stack, &manager, &system.toggles);
    let sender = Sender {
        system,
        tables: &tables,
        api: &api.api,
        pace: Pace::of(system),
    };
    let slices = queues::slices(builder.stack, &system.toggles);
    let new_connection = new_connection(builder, &sender);
    let toggle_message = toggle_message(builder, &sender, &slices.queue);
    let toggle_slice = toggle_slice(builder, &sender, &slices.queue);
    let toggle_history = toggle_history(builder, system, &tables);
    let flags = clock::flags(builder, system);
    let toggle_clock = toggle_clock(builder, system, &tables, flags.as_ref());
    let watched = Watched {
        functions: vec![
            (NAMES.connection_manager, &manager),
            (NAMES.toggle_slice, &toggle_slice),
        ],
        streamed: vec![
            (NAMES.new_connection, &new_connection),
            (NAMES.toggle_message, &toggle_message),
            (NAMES.toggle_history, &toggle_history),
            (NAMES.toggle_clock, &toggle_clock),
        ],
        slices: Some(&slices),
        rules: Some(&tables.toggles),
    };
    let topic = topic(stack, &system.alarms);
    alarms(stack, topic.as_ref(), &watched);
    let outputs = Outputs {
        websocket_url: api.stage.websocket_url(),
        toggles_table: tables.toggles.name(),
        connections_table: tables.connections.name(),
        flags_bucket: flags.map(|bucket| bucket.name()),
    };
    outputs::add(stack, &outputs);
    Service {
        url: outputs.websocket_url,
        table: tables.toggles,
        history: tables.history,
        connections: tables.connections,
        proposals: tables.proposals,
        topic,
    }
}

fn connection_manager(
    builder: &mut Builder<'_, '_>,
    system: &System,
    tables: &Tables,
) -> Handle<Function> {
    let mut statements = vec![Statement::allow(
        ["dynamodb:DeleteItem", "dynamodb:PutItem"],
        vec![tables.connections.arn()],
    )];
    // DynamoDB decrypts a table's key for each caller, also of a write. Source: the DynamoDB
    // developer guide, `DynamoDB encryption at rest: How it works`.
    let key = system.toggles.kms_key.as_deref();
    statements.extend(use_of_key(key, &["kms:Decrypt"]));
    statements.extend(doors::reading(system));
    let mut environment = doors::environment(system);
    environment.insert(CONNECTIONS_TABLE.to_owned(), tables.connections.name());
    builder.function(FunctionParts {
        name: NAMES.connection_manager,
        code: &builder.code.connection_manager,
        description: "Stores and deletes connections",
        timeout: CONNECT_TIMEOUT_SECONDS.into(),
        environment,
        statements,
    })
}
