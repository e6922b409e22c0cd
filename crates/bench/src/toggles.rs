//! A toggle's path from its write to the last client, compared with the floor.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::clients::Clients;
use crate::document::Table;
use crate::floor::Floor;
use crate::outcome::Outcome;
use crate::proxy::Proxy;
use crate::rules::Rules;
use crate::service::Service;
use crate::statistics::{median, median_and_worst, millis};
use crate::world::{World, progress};

const CLIENTS: [usize; 3] = [1, 50, 500];
const LATENCY: Duration = Duration::from_millis(15);
/// The rest before each round, for the function and the floor alike: the emulator takes about this
/// long to notice a write, and what the processor's caches have lost by then costs more than a
/// post.
const REST: Duration = Duration::from_millis(50);
const WARM_UP: usize = 2;
const ROUNDS: usize = 11;

#[derive(Debug, Default)]
struct Times {
    /// From the write to the last client.
    arrival: Vec<Duration>,
    /// Logged by toggle-message: until the last client is sent to.
    told: Vec<Duration>,
    /// Logged by toggle-message: until it is done.
    fan_out: Vec<Duration>,
    /// The same posts, without the function.
    posts: Vec<Duration>,
    /// The read before them, without the function.
    first_read: Vec<Duration>,
    /// The same reads, without the function.
    reads: Vec<Duration>,
}

pub(crate) async fn measure() -> Outcome<Table> {
    let world = World::start()?;
    let slow = Proxy::start(&world.endpoint(), LATENCY).await?;
    let mut service = Service::of(&world).await?;
    let mut clients = Clients::of(world.output("websocket_url")?);
    let mut table = Table::new([
        "clients",
        "latency",
        "rules",
        "write to last client",
        "in the function, to the last client",
        "posts alone",
        "first read alone",
        "function ÷ (first read + posts) (target 1.5)",
        "in the function, to the end",
        "reads alone",
    ]);
    for count in CLIENTS {
        progress(&format!("connecting {count} clients"));
        clients.grow(count).await?;
        for (latency, endpoint) in [
            (Duration::ZERO, world.endpoint()),
            (LATENCY, slow.endpoint()),
        ] {
            let redirected = service.redirect(&endpoint).await?;
            clients.have_the_state(redirected).await?;
            for rules in [Rules::None, Rules::GroupOrShare] {
                let times = rounds(&mut service, &mut clients, rules).await?;
                table.row(row(count, latency, rules, &times));
            }
        }
    }
    Ok(table)
}

fn row(clients: usize, latency: Duration, rules: Rules, times: &Times) -> Vec<String> {
    let seconds = |durations: &[Duration]| median(durations).as_secs_f64();
    vec![
        clients.to_string(),
        format!("{} ms", latency.as_millis()),
        rules.to_string(),
        median_and_worst(&times.arrival),
        median_and_worst(&times.told),
        median_and_worst(&times.posts),
        millis(median(&times.first_read)),
        format!(
            "{:.2}",
            seconds(&times.told) / (seconds(&times.first_read) + seconds(&times.posts))
        ),
        median_and_worst(&times.fan_out),
        millis(median(&times.reads)),
    ]
}

/// In turn, so that other load on the machine affects both.
async fn rounds(service: &mut Service, clients: &mut Clients, rules: Rules) -> Outcome<Times> {
    let mut floor = Floor::of(&service.callbacks().await?).await?;
    let mut times = Times::default();
    for round in 0..WARM_UP + ROUNDS {
        let told = format!("toggle {round} of {}, rules {rules}", clients.count());
        let began = Instant::now();
        service.write(&told, rules).await?;
        let arrival = clients.all_heard(&told).await? - began;
        let function = service.fan_out().await?;
        let message = format!(
            r#"{{"featureId":{{"S":"1"}},"featureName":{{"S":"bare {round}"}},"isActive":{{"BOOL":true}}}}"#
        );
        sleep(REST).await;
        let first_read = service.read_toggle().await?;
        let posts = floor.post(&message).await?;
        clients.all_heard(&format!("bare {round}")).await?;
        let reads = service.read().await?;
        if round >= WARM_UP {
            if function.posts != clients.count() as u64 {
                return Err(format!(
                    "not one post to each of {} connections: {function:?}",
                    clients.count()
                )
                .into());
            }
            times.arrival.push(arrival);
            times.told.push(function.to_last_client);
            times.fan_out.push(function.to_the_end);
            times.posts.push(posts);
            times.first_read.push(first_read);
            times.reads.push(reads);
        }
    }
    Ok(times)
}
