//! A layer of a test, between a proxy and its emulator.

use std::sync::Arc;

use async_trait::async_trait;
use hyper::{Request, Response};

use super::upstream::{Body, Upstream};

/// Handles the calls to AWS that arrive at a proxy.
#[async_trait]
pub trait Layer: Send + Sync {
    /// The response to a call, from the emulator or from the layer itself. `None` ends the
    /// connection without a response.
    async fn answer(&self, call: Request<Body>, emulator: &Emulator) -> Option<Response<Body>>;
}

/// The emulator behind a proxy.
#[derive(Clone)]
pub struct Emulator(pub(super) Arc<Upstream>);

impl Emulator {
    /// The emulator's response to a call, including a protocol upgrade. 502 if there is none.
    pub async fn answer(&self, call: Request<Body>) -> Response<Body> {
        self.0.forward(call).await
    }
}
