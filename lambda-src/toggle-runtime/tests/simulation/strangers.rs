//! Items of the connections table that have no client: of APIs that are gone, and expired ones.

use toggle_runtime::callback::SILENCE;
use toggle_runtime::connection::Connection;
use toggle_runtime::ports::CallbackError;
use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::world::{OWN, World, pause};

/// What is at the callback URL of an API that was deleted.
const FORBIDDEN: &str = "forbidden";
const GONE: &str = "gone";
const SILENT: &str = "silent";
const UNRESOLVABLE: &str = "unresolvable";

/// Stores such items, at the beginning and later.
pub(crate) fn start(world: &World) {
    let endpoints = [FORBIDDEN, GONE, SILENT, UNRESOLVABLE, OWN];
    for endpoint in endpoints {
        // One of the own API had a client, so only its expiry says that it has none.
        let has_expired = endpoint == OWN || fastrand::u8(..4) == 0;
        let expiry = has_expired.then(|| world.now_ms() / 1_000 - fastrand::u64(0..900));
        let (world, busy) = (world.clone(), world.busy());
        spawn_local(async move {
            pause(0, 15_000).await;
            world.store_stranger(endpoint, expiry);
            drop(busy);
        });
    }
}

/// The response to a call for such an item. None must be made for one that has expired.
pub(crate) async fn answer(world: &World, to: &Connection) -> CallbackError {
    if let Some(expiry) = to.expiry {
        let wrong = format!("{} was sent to, and expired at {expiry} s", to.id);
        world.inner().wrong.push(wrong);
    }
    if to.endpoint == SILENT {
        sleep(SILENCE).await;
        return CallbackError::InDoubt("silence".into());
    }
    pause(1, 40).await;
    match to.endpoint.as_str() {
        FORBIDDEN => CallbackError::Refused("403".into()),
        UNRESOLVABLE => CallbackError::Again("no such name".into()),
        _ => CallbackError::Gone,
    }
}

/// Whether an item has no client.
pub(crate) fn is_one(connection: &Connection) -> bool {
    connection.endpoint != OWN || connection.expiry.is_some()
}
