//! A plan of the toggle stack that finds nothing to do.

use std::process::{Child, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use crate::document::Table;
use crate::outcome::Outcome;
use crate::proxy::Proxy;
use crate::statistics::{median, median_and_worst};
use crate::world::World;

const RUNS: usize = 21;

struct Run {
    calls: u64,
    to_first_call: Duration,
    whole: Duration,
    peak_kilobytes: u64,
}

pub(crate) async fn measure() -> Outcome<Table> {
    let world = World::start()?;
    let proxy = Proxy::start(&world.endpoint(), Duration::ZERO).await?;
    run(&world, &proxy).await?;
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        runs.push(run(&world, &proxy).await?);
    }
    let of = |value: fn(&Run) -> Duration| runs.iter().map(value).collect::<Vec<_>>();
    let (to_first_call, whole) = (of(|run| run.to_first_call), of(|run| run.whole));
    let calls = runs.iter().map(|run| run.calls).max().unwrap_or_default();
    let peaks: Vec<u64> = runs.iter().map(|run| run.peak_kilobytes).collect();
    let peak = |kilobytes: u64| format!("{}.{}", kilobytes / 1000, kilobytes % 1000 / 100);
    let worst = peaks.iter().max().copied().unwrap_or_default();

    let mut table = Table::new(["", "target", &format!("median of {RUNS}")]);
    let mut row = |name: &str, target: &str, measured| {
        table.row([name.to_owned(), target.to_owned(), measured]);
    };
    row("API calls", "25", calls.to_string());
    row(
        "process start to first API call, ms",
        "50",
        median_and_worst(&to_first_call),
    );
    row(
        "peak resident memory, MB",
        "60",
        format!("{} (max {})", peak(median(&peaks)), peak(worst)),
    );
    row("the whole command, ms", "", median_and_worst(&whole));
    Ok(table)
}

async fn run(world: &World, proxy: &Proxy) -> Outcome<Run> {
    proxy.take_first_byte();
    let mut command = world.frontage(&proxy.endpoint(), &["plan", "--detailed-exitcode"]);
    command
        .env("FRONTAGE_LOG", "info")
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let began = Instant::now();
    let child = command.spawn()?;
    let (success, said, peak_kilobytes) =
        tokio::task::spawn_blocking(move || finish(child)).await??;
    let whole = began.elapsed();
    if !success {
        return Err(format!("the plan is not empty: {said}").into());
    }
    let calls = said
        .split_once("calls=")
        .and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok());
    let first_byte = proxy.take_first_byte().ok_or("the plan made no calls")?;
    Ok(Run {
        calls: calls.ok_or_else(|| format!("the plan did not log its calls: {said}"))?,
        to_first_call: first_byte - began,
        whole,
        peak_kilobytes,
    })
}

fn finish(mut child: Child) -> std::io::Result<(bool, String, u64)> {
    let id = child.id();
    let watch = std::thread::spawn(move || watched_peak(id));
    let said = child
        .stderr
        .take()
        .map(std::io::read_to_string)
        .transpose()?;
    let status = child.wait()?;
    let peak = watch.join().unwrap_or_default();
    Ok((status.success(), said.unwrap_or_default(), peak))
}

/// The most memory that a process has had in RAM, in thousands of bytes, as it says itself until it ends. What the kernel says of a
/// finished process counts the one that started it as well.
fn watched_peak(process: u32) -> u64 {
    let status = format!("/proc/{process}/status");
    let peak = || {
        let status = std::fs::read_to_string(&status).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        let kibibytes = line.split_whitespace().nth(1)?.parse::<u64>().ok()?;
        Some(kibibytes * 1024 / 1000)
    };
    let mut most = 0;
    while let Some(peak) = peak() {
        most = peak;
        std::thread::sleep(Duration::from_millis(1));
    }
    most
}
