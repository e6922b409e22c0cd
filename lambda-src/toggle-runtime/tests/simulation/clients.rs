//! The clients that connect, and the writers that change toggles.

use toggle_contract::CONNECT_TIMEOUT_SECONDS;
use tokio::task::spawn_local;

use crate::world::{World, pause};
use crate::{rules, strangers};

/// Starts some clients and some writers.
pub(crate) fn start(world: &World) {
    let (clients, within_ms) = world.scenario.clients.clone();
    for _ in 0..fastrand::usize(clients) {
        spawn_client(world, within_ms);
    }
    if world.scenario.has_rules {
        rules::start(world);
    }
    for _ in 0..2 {
        spawn_writer(world);
    }
    if world.scenario.has_strangers {
        strangers::start(world);
    }
}

fn spawn_writer(world: &World) {
    let (world, busy) = (world.clone(), world.busy());
    spawn_local(async move {
        let crowded = world.scenario.is_crowded;
        let (changes, toggles) = world.scenario.changes.clone();
        for _ in 0..fastrand::usize(changes) {
            pause(
                0,
                if fastrand::bool() && !crowded {
                    100
                } else {
                    3_000
                },
            )
            .await;
            let id = format!("t{}", fastrand::u8(..toggles));
            if world.scenario.has_rules && fastrand::u8(..4) == 0 {
                rules::change(&world);
                continue;
            }
            // Few values, so that a toggle returns to an earlier one.
            match fastrand::u64(..4) {
                0 => world.delete_toggle(&id),
                value => world.set_toggle(&id, value),
            }
        }
        drop(busy);
    });
}

fn spawn_client(world: &World, within_ms: u64) {
    let (world, busy) = (world.clone(), world.busy());
    spawn_local(async move {
        pause(0, within_ms).await;
        let id = world.store_connection();
        // `$connect` returns a while after it has stored the connection.
        let slow = fastrand::u8(..4) == 0;
        let within_ms = u64::from(CONNECT_TIMEOUT_SECONDS) * 1_000;
        pause(0, if slow { within_ms } else { 300 }).await;
        if fastrand::u8(..10) == 0 {
            return drop(busy);
        }
        world.inner().clients.get_mut(&id).unwrap().open = true;
        if fastrand::u8(..3) == 0 {
            pause(0, 30_000).await;
            end(&world, &id).await;
        }
        drop(busy);
    });
}

/// The service closes a connection: its client reconnects.
pub(crate) fn close(world: &World, id: &str) {
    let (world, busy, id) = (world.clone(), world.busy(), id.to_owned());
    world.inner().clients.get_mut(&id).unwrap().closed = true;
    spawn_local(async move {
        spawn_client(&world, 1_000);
        end(&world, &id).await;
        drop(busy);
    });
}

/// `$disconnect` is best effort.
async fn end(world: &World, id: &str) {
    world.inner().clients.get_mut(id).unwrap().closed = true;
    if fastrand::u8(..5) > 0 {
        pause(0, 2_000).await;
        world.remove_connection(id);
    }
}
