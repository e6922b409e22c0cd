//! The stack `toggles`: real-time feature toggles.
//!
//! A client's `$connect` stores its connection in a table, whose stream sends it the whole state; a
//! changed toggle's stream sends the change to every connection. `docs/architecture.md` contains
//! the diagram.

mod function;
mod senders;
mod sockets;
mod tables;

use std::collections::BTreeMap;

use model::types::iam::Statement;
use model::types::lambda::Function;
use model::{Graph, Handle, StackName, Text};

use self::function::{Builder, FunctionParts};
use self::senders::{Sender, new_connection, toggle_message};
use self::tables::{Tables, tables};
use crate::description::System;

/// The stack's name.
pub const STACK: &str = "toggles";

/// Stores and deletes connections.
pub const CONNECTION_MANAGER: &str = "connection-manager";
/// Sends the whole state to a new connection.
pub const NEW_CONNECTION: &str = "new-connection";
/// Sends each change to every connection.
pub const TOGGLE_MESSAGE: &str = "toggle-message";

/// Maximum duration of a function in seconds. The connection manager's bounds how long a connection
/// can be in the table before API Gateway knows it; the others' leaves time to retry posts.
const CONNECT_TIMEOUT: i32 = 10; // below toggle_runtime's YOUNG
const SEND_TIMEOUT: i32 = 60;

/// The base64 SHA-256 of each function's zip, by function name.
pub type CodeHashes = BTreeMap<String, String>;

/// Adds the stack to the graph. Returns the URL that clients connect to.
pub(crate) fn add(graph: &mut Graph, system: &System, code: &CodeHashes) -> Text {
    let stack = &mut graph.stack(StackName::new(STACK));
    let tables = tables(stack, system);
    let builder = &mut Builder {
        stack,
        settings: &system.functions,
        code,
    };
    let manager = connection_manager(builder, &tables);
    let api = sockets::websocket_api(builder.stack, &manager, &system.toggles.stage);
    let sender = Sender {
        system,
        tables: &tables,
        api: &api.api,
    };
    new_connection(builder, &sender);
    toggle_message(builder, &sender);
    stack.output("websocket_url", api.stage.websocket_url());
    stack.output("toggles_table", tables.toggles.name());
    stack.output("connections_table", tables.connections.name());
    api.stage.websocket_url()
}

fn connection_manager(builder: &mut Builder<'_, '_>, tables: &Tables) -> Handle<Function> {
    builder.function(FunctionParts {
        name: CONNECTION_MANAGER,
        description: "Stores and deletes connections",
        timeout: CONNECT_TIMEOUT,
        environment: BTreeMap::from([("CONNECTIONS_TABLE".to_owned(), tables.connections.name())]),
        statements: vec![Statement::allow(
            ["dynamodb:DeleteItem", "dynamodb:PutItem"],
            vec![tables.connections.arn()],
        )],
    })
}
