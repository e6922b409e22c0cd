//! The connection manager: maintains the connections table, and counts what clients tell that they asked for.

use toggle_contract::doors::SUBPROTOCOL;
use toggle_contract::exposure;
use tracing::warn;

use crate::clock::Clock;
use crate::connection::{CallbackBase, Connection, LIFETIME_SECONDS};
use crate::doors::{Doors, Handshake, Refusal};
use crate::dynamo::ConnectionsTable;
use crate::exposures::{Counted, Exposures};
use crate::ports::TableError;
use crate::websocket::{RequestContext, SocketEvent, SocketResponse};

/// What a connection manager works with.
#[derive(Debug)]
pub struct Registry {
    /// The connections table.
    pub connections: ConnectionsTable,
    /// The location of the `@connections` API.
    pub base: CallbackBase,
    /// Who may connect.
    pub doors: Doors,
    /// Where it is counted what was asked for, if it is.
    pub exposures: Option<Exposures>,
}

/// How an event was answered.
#[derive(Debug)]
pub struct Registered {
    /// The response to API Gateway.
    pub response: SocketResponse,
    /// Why a connection was refused, if one was.
    pub refusal: Option<Refusal>,
    /// What became of a message about what was asked for.
    pub counted: Option<Counted>,
}

impl Registry {
    /// Stores a connection on `$connect`, unless it is refused, and deletes it on `$disconnect`. Counts what a message
    /// tells, which cannot fail.
    ///
    /// An error of the connections table is the function's error: API Gateway then refuses the connection, so no
    /// client is connected without an item. Nothing is stored of a connection that is refused.
    pub async fn register(
        &self,
        event: &SocketEvent,
        clock: impl FnOnce() -> Clock,
    ) -> Result<Registered, TableError> {
        let context = &event.request_context;
        let mut response = SocketResponse::of(200);
        let mut counted = None;
        match (context.route_key.as_str(), &self.exposures) {
            ("$connect", _) => match self.doors.admit(event).await {
                Ok(known) => {
                    let connection = connection(context, &self.base, clock(), known);
                    self.connections.remember(&connection).await?;
                    response.headers.extend(protocol(event));
                }
                Err(refusal) => {
                    return Ok(Registered {
                        response: SocketResponse::of(refusal.status()),
                        refusal: Some(refusal),
                        counted,
                    });
                }
            },
            ("$disconnect", _) => self.connections.remove(&context.connection_id).await?,
            (exposure::ROUTE, Some(exposures)) => {
                counted = Some(exposures.count(event.body.as_deref(), &clock()).await);
            }
            (other, _) => {
                warn!(route = other, "unknown route");
                response = SocketResponse::of(400);
            }
        }
        Ok(Registered {
            response,
            refusal: None,
            counted,
        })
    }
}

/// The header that chooses the toggles' subprotocol, if the client offered it.
fn protocol(event: &SocketEvent) -> Option<(&'static str, &'static str)> {
    Handshake::of(event, false)
        .offers_protocol
        .then_some(("Sec-WebSocket-Protocol", SUBPROTOCOL))
}

/// Its age counts from now, not from the event's `connectedAt`: the relevant time is the latest at
/// which `$connect` can still return, and that is this function's timeout from now.
fn connection(
    context: &RequestContext,
    base: &CallbackBase,
    clock: Clock,
    known: Option<String>,
) -> Connection {
    let connected_at = clock.now_ms();
    Connection {
        id: context.connection_id.clone(),
        endpoint: base.url(&context.api_id, &context.stage),
        connected_at,
        expiry: Some(connected_at / 1_000 + LIFETIME_SECONDS),
        context: known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fake_aws::FakeAws;
    use serde_json::json;

    use crate::doors::tests::{event, public};
    use crate::dynamo::{ExposuresTable, TogglesTable};
    use crate::wire::{bodies, tables};

    fn registry(fake: &FakeAws) -> Registry {
        Registry {
            connections: ConnectionsTable {
                client: tables(fake),
                name: "connections".into(),
            },
            base: CallbackBase::Aws {
                region: "eu-west-1".into(),
            },
            doors: public(),
            exposures: None,
        }
    }

    async fn answer(fake: &FakeAws, event: &SocketEvent) -> Result<SocketResponse, TableError> {
        let registered = registry(fake)
            .register(event, || Clock::at(1_700_000_000_123))
            .await?;
        Ok(registered.response)
    }

    async fn handle(fake: &FakeAws, route: &str) -> Result<SocketResponse, TableError> {
        let mut event = event(&[], &[]);
        route.clone_into(&mut event.request_context.route_key);
        answer(fake, &event).await
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

    /// A browser closes the connection otherwise.
    #[tokio::test(start_paused = true)]
    async fn the_protocol_is_chosen_if_it_is_offered() {
        for (offered, wanted) in [
            (
                "frontage.toggles.v1, jwt.a.b.c",
                r#"{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"frontage.toggles.v1"}}"#,
            ),
            ("chat", r#"{"statusCode":200}"#),
        ] {
            let fake = FakeAws::new([("PutItem", 200, "{}")]);
            let event = event(&[("Sec-WebSocket-Protocol", &[offered])], &[]);
            let response = answer(&fake, &event).await.unwrap();
            assert_eq!(serde_json::to_string(&response).unwrap(), wanted);
            assert_eq!(bodies(&fake)[0]["Item"].get("context"), None);
        }
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
    async fn a_message_is_counted_if_that_is_wanted_and_unknown_otherwise() {
        let mut told = event(&[], &[]);
        told.request_context.route_key = "exposed".to_owned();
        told.body = Some(r#"{"action":"exposed","toggles":{"1":["on"]}}"#.to_owned());
        let none = FakeAws::default();
        assert_eq!(answer(&none, &told).await.unwrap().status_code, 400);
        let known = r#"{"Responses":{"toggles":[{"featureId":{"S":"1"}}]}}"#;
        let fake = FakeAws::new([("BatchGetItem", 200, known), ("UpdateItem", 200, "{}")]);
        let mut registry = registry(&fake);
        registry.exposures = Some(Exposures {
            toggles: TogglesTable {
                client: tables(&fake),
                name: "toggles".into(),
            },
            counts: ExposuresTable {
                client: tables(&fake),
                name: "exposures".into(),
            },
        });
        let registered = registry.register(&told, || Clock::at(1_700_000_000_123));
        let registered = registered.await.unwrap();
        assert_eq!(registered.response.status_code, 200);
        assert_eq!(registered.counted.map(|of| of.counted), Some(1));
        fake.assert_used();
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
