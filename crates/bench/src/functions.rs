//! The functions' packages, and how long each takes to be ready for its first event.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use local::Tools;
use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};

use crate::document::Table;
use crate::outcome::Outcome;
use crate::statistics::{median, median_and_worst, millis};
use crate::world;

const STARTS: usize = 21;
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn measure() -> Outcome<Table> {
    let functions = world::functions(&Tools::install(&mut world::progress)?)?;
    let mut table = Table::new([
        "function",
        "zip, kB (target 4,000)",
        "program, kB",
        "`init_ms`, median",
        "process start to first poll, ms",
    ]);
    for function in &functions {
        let directory = function
            .path
            .parent()
            .ok_or("a package is in a directory")?;
        let program = directory
            .join("compiled")
            .join(function.name)
            .join("bootstrap");
        let size = |path: &Path| {
            Ok::<_, std::io::Error>((std::fs::metadata(path)?.len() / 1000).to_string())
        };
        start(&program).await?;
        let (mut own, mut polls) = (Vec::new(), Vec::new());
        for _ in 0..STARTS {
            let (init, poll) = start(&program).await?;
            own.push(init);
            polls.push(poll);
        }
        table.row([
            format!("`{}`", function.name),
            size(&function.path)?,
            size(&program)?,
            millis(median(&own)),
            median_and_worst(&polls),
        ]);
    }
    Ok(table)
}

/// Starts a function as Lambda does, with its AWS clients created for AWS: returns `init_ms`, and
/// the time to its first poll.
async fn start(program: &Path) -> Outcome<(Duration, Duration)> {
    let runtime_api = TcpListener::bind("127.0.0.1:0").await?;
    let mut command = Command::new(program);
    command
        .env_clear()
        .env(
            "AWS_LAMBDA_RUNTIME_API",
            runtime_api.local_addr()?.to_string(),
        )
        .env("AWS_LAMBDA_FUNCTION_NAME", "measured")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "measured")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "measured")
        .envs([
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ])
        .envs([
            ("TOGGLES_TABLE", "toggles"),
            ("CONNECTIONS_TABLE", "connections"),
            ("API_ID", "measured"),
            ("API_STAGE", "live"),
            (
                "SLICES_QUEUE_URL",
                "https://sqs.eu-west-1.amazonaws.com/111122223333/measured.fifo",
            ),
            ("POSTS_PER_SECOND", "9000"),
            ("SNAPSHOT_BUCKET", "measured"),
        ])
        .stdout(Stdio::piped());
    let began = Instant::now();
    let mut child = command.spawn()?;
    let polled = timeout(PATIENCE, poll(&runtime_api)).await;
    let took = began.elapsed();
    child.kill()?;
    child.wait()?;
    let mut said = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut said)?;
    }
    let _connection =
        polled.map_err(|_| format!("{} did not poll: {said}", program.display()))??;
    let mut lines = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let init = lines.find_map(|line| line["init_ms"].as_f64());
    let init =
        init.ok_or_else(|| format!("{} did not log its init_ms: {said}", program.display()))?;
    Ok((Duration::from_secs_f64(init / 1e3), took))
}

/// The connection, after its first request: it stays open, as for a function that waits.
async fn poll(runtime_api: &TcpListener) -> std::io::Result<TcpStream> {
    let (mut connection, _) = runtime_api.accept().await?;
    connection.read_u8().await?;
    Ok(connection)
}
