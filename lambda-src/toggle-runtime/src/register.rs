//! The connection manager: keeps the connections table.

use tracing::warn;

use crate::clock::Clock;
use crate::connection::{CallbackBase, Connection};
use crate::dynamo::ConnectionsTable;
use crate::ports::TableError;
use crate::websocket::{RequestContext, SocketResponse};

/// Stores a connection on `$connect` and deletes it on `$disconnect`.
///
/// An error of the table is the function's error: API Gateway then refuses the connection, so that no client is
/// connected without an item.
pub async fn register(
    context: &RequestContext,
    table: &ConnectionsTable,
    base: &CallbackBase,
    clock: Clock,
) -> Result<SocketResponse, TableError> {
    match context.route_key.as_str() {
        "$connect" => table.remember(&connection(context, base, clock)).await?,
        "$disconnect" => table.remove(&context.connection_id).await?,
        other => {
            warn!(route = other, "unknown route");
            return Ok(SocketResponse { status_code: 400 });
        }
    }
    Ok(SocketResponse { status_code: 200 })
}

/// Its age counts from now, not from the event's `connectedAt`: what matters is the latest moment at which
/// `$connect` can still return, and that is this function's timeout after now.
fn connection(context: &RequestContext, base: &CallbackBase, clock: Clock) -> Connection {
    Connection {
        id: context.connection_id.clone(),
        endpoint: base.url(&context.api_id, &context.stage),
        connected_at: clock.now_ms(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::delete_item::DeleteItemOutput;
    use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
    use aws_sdk_dynamodb::types::AttributeValue;
    use aws_sdk_dynamodb::types::error::ResourceNotFoundException;
    use aws_smithy_mocks::{mock, mock_client};

    use crate::websocket::SocketEvent;

    fn context(route: &str) -> RequestContext {
        let event = format!(
            r#"{{"requestContext": {{"routeKey": "{route}", "eventType": "CONNECT", "connectedAt": 1,
                "connectionId": "c=", "apiId": "abc", "stage": "live", "domainName": "toggles.example.com"}}}}"#
        );
        serde_json::from_str::<SocketEvent>(&event).unwrap().request_context
    }

    async fn handle(client: Client, route: &str) -> Result<SocketResponse, TableError> {
        let table = ConnectionsTable { client, name: "connections".into() };
        let base = CallbackBase::Aws { region: "eu-west-1".into() };
        register(&context(route), &table, &base, Clock::at(1_700_000_000_123)).await
    }

    #[tokio::test(start_paused = true)]
    async fn connect_stores_where_to_post() {
        let put = mock!(Client::put_item)
            .match_requests(|put| {
                let text = |name: &str| put.item()?.get(name)?.as_s().ok().map(String::as_str);
                text("connectionId") == Some("c=")
                    && text("connectionEndpoint") == Some("https://abc.execute-api.eu-west-1.amazonaws.com/live")
            })
            .then_output(|| PutItemOutput::builder().build());
        let response = handle(mock_client!(aws_sdk_dynamodb, [&put]), "$connect").await.unwrap();
        assert_eq!(serde_json::to_string(&response).unwrap(), r#"{"statusCode":200}"#);
    }

    #[tokio::test]
    async fn disconnect_deletes_the_item() {
        let delete = mock!(Client::delete_item)
            .match_requests(|delete| {
                delete.key().and_then(|key| key.get("connectionId")) == Some(&AttributeValue::S("c=".into()))
            })
            .then_output(|| DeleteItemOutput::builder().build());
        let response = handle(mock_client!(aws_sdk_dynamodb, [&delete]), "$disconnect").await.unwrap();
        assert_eq!(response.status_code, 200);
    }

    #[tokio::test]
    async fn a_connection_that_cannot_be_stored_is_refused() {
        let put = mock!(Client::put_item)
            .then_error(|| PutItemError::ResourceNotFoundException(ResourceNotFoundException::builder().build()));
        let error = handle(mock_client!(aws_sdk_dynamodb, [&put]), "$connect").await.unwrap_err();
        assert_eq!(error.to_string(), "cannot put an item into table connections");
    }
}
