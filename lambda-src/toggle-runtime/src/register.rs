//! The connection manager: maintains the connections table.

use tracing::warn;

use crate::clock::Clock;
use crate::connection::{CallbackBase, Connection, LIFETIME_SECONDS};
use crate::dynamo::ConnectionsTable;
use crate::ports::TableError;
use crate::websocket::{RequestContext, SocketResponse};

/// Stores a connection on `$connect` and deletes it on `$disconnect`.
///
/// An error of the table is the function's error: API Gateway then refuses the connection, so no
/// client is connected without an item.
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

/// Its age counts from now, not from the event's `connectedAt`: the relevant time is the latest at
/// which `$connect` can still return, and that is this function's timeout from now.
fn connection(context: &RequestContext, base: &CallbackBase, clock: Clock) -> Connection {
    let connected_at = clock.now_ms();
    Connection {
        id: context.connection_id.clone(),
        endpoint: base.url(&context.api_id, &context.stage),
        connected_at,
        expiry: Some(connected_at / 1_000 + LIFETIME_SECONDS),
        context: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fake_aws::FakeAws;
    use serde_json::json;

    use crate::websocket::SocketEvent;
    use crate::wire::{bodies, tables};

    fn context(route: &str) -> RequestContext {
        let event = format!(
            r#"{{"requestContext": {{"routeKey": "{route}", "eventType": "CONNECT", "connectedAt": 1,
                "connectionId": "c=", "apiId": "abc", "stage": "live", "domainName": "toggles.example.com"}}}}"#
        );
        serde_json::from_str::<SocketEvent>(&event)
            .unwrap()
            .request_context
    }

    async fn handle(fake: &FakeAws, route: &str) -> Result<SocketResponse, TableError> {
        let table = ConnectionsTable {
            client: tables(fake),
            name: "connections".into(),
        };
        let base = CallbackBase::Aws {
            region: "eu-west-1".into(),
        };
        register(&context(route), &table, &base, Clock::at(1_700_000_000_123)).await
    }

    #[tokio::test(start_paused = true)]
    async fn connect_stores_where_to_post() {
        let fake = FakeAws::new([("PutItem", 200, "{}")]);
        let response = handle(&fake, "$connect").await.unwrap();
        assert_eq!(
            serde_json::to_string(&response).unwrap(),
            r#"{"statusCode":200}"#
        );
        let item = &bodies(&fake)[0]["Item"];
        assert_eq!(item["connectionId"], json!({"S": "c="}));
        assert_eq!(
            item["connectionEndpoint"],
            json!({"S": "https://abc.execute-api.eu-west-1.amazonaws.com/live"})
        );
        let (stored, expires) = (&item["connectedAt"], &item["expiry"]);
        assert_eq!(stored, &json!({"N": "1700000000123"}));
        assert_eq!(
            expires,
            &json!({"N": "1700009000"}),
            "in two and a half hours"
        );
    }

    #[tokio::test]
    async fn disconnect_deletes_the_item() {
        let fake = FakeAws::new([("DeleteItem", 200, "{}")]);
        let response = handle(&fake, "$disconnect").await.unwrap();
        assert_eq!(response.status_code, 200);
        assert_eq!(
            bodies(&fake),
            [json!({"TableName": "connections", "Key": {"connectionId": {"S": "c="}}})]
        );
    }

    #[tokio::test]
    async fn a_connection_that_cannot_be_stored_is_refused() {
        let fake = FakeAws::new([("PutItem", 400, r#"{"__type":"ResourceNotFoundException"}"#)]);
        let error = handle(&fake, "$connect").await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot put an item into table connections"
        );
    }
}
