//! The floor: the posts of a fan-out, without the function.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::Instant;

use crate::http::Connection;
use crate::outcome::Outcome;
use crate::service::Callback;

/// The number of concurrent posts, as in toggle-message.
const CONCURRENCY: usize = 128;

/// The headers of the function's posts, so that the emulator reads as much.
const HEADERS: &str = "content-type: application/octet-stream\r\n\
    x-amz-date: 20260101T000000Z\r\n\
    authorization: AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-west-1/execute-api/aws4_request, \
    SignedHeaders=content-type;host;x-amz-date, \
    Signature=0000000000000000000000000000000000000000000000000000000000000000\r\n";

/// Posts to every connection, over HTTP connections that are already open.
#[derive(Debug)]
pub(crate) struct Floor {
    lanes: Vec<(Connection, Vec<Callback>)>,
}

impl Floor {
    pub(crate) async fn of(callbacks: &[Callback]) -> Outcome<Self> {
        let mut lanes = Vec::new();
        for lane in 0..CONCURRENCY.min(callbacks.len()) {
            let connection = Connection::open(&callbacks[lane].endpoint).await?;
            lanes.push((
                connection,
                callbacks
                    .iter()
                    .skip(lane)
                    .step_by(CONCURRENCY)
                    .cloned()
                    .collect(),
            ));
        }
        Ok(Self { lanes })
    }

    /// Posts a message to all. Returns the time from the first post to the last response.
    pub(crate) async fn post(&mut self, message: &str) -> Outcome<Duration> {
        let began = Instant::now();
        try_join_all(
            self.lanes
                .iter_mut()
                .map(|(connection, callbacks)| lane(connection, callbacks, message)),
        )
        .await?;
        Ok(began.elapsed())
    }
}

async fn lane(connection: &mut Connection, callbacks: &[Callback], message: &str) -> Outcome<()> {
    for callback in callbacks {
        let (status, _) = connection
            .post(&callback.path, HEADERS, message.as_bytes())
            .await?;
        if status != 200 {
            return Err(format!("{}: {status}", callback.path).into());
        }
    }
    Ok(())
}
