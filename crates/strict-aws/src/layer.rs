//! The layer itself.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use http_body_util::BodyExt as _;
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, StatusCode};
use local::proxy::{Body, Emulator, Layer, full};
use local::{Proxy, ProxyError};

use crate::alter::altered;
use crate::call::{Answer, Call, Signature};
use crate::empty::{emptied, emptied_cbor};
use crate::memory::Memory;
use crate::record::Record;
use crate::{Fate, Garble};

/// How long a connection stays open after its answer was lost.
const LOST: Duration = Duration::from_secs(1);

/// How long the end of a proxy waits for calls that are taking effect.
const PATIENCE: Duration = Duration::from_mins(1);

type Fates = dyn FnMut(&Call) -> Fate + Send;

/// A proxy that is still to be started.
pub struct Strict {
    memory: Arc<Memory>,
    record: Option<Record>,
    fates: Option<Arc<Mutex<Fates>>>,
    over_tls: bool,
    /// One reference more per call that is taking effect.
    under_way: Arc<()>,
}

/// A proxy. Dropping it waits for the calls that are taking effect, so a test knows the account
/// that a dead caller leaves behind; then it stops.
#[derive(Debug)]
pub struct Running {
    proxy: Proxy,
    under_way: Arc<()>,
}

impl Running {
    /// The endpoint for AWS clients: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.proxy.endpoint()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let began = Instant::now();
        // Two references are this one and the layer's.
        while Arc::strong_count(&self.under_way) > 2 && began.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Strict {
    /// A proxy in front of the emulator whose accounts this memory remembers.
    #[must_use]
    pub fn new(memory: Arc<Memory>) -> Self {
        Self {
            memory,
            record: None,
            fates: None,
            over_tls: false,
            under_way: Arc::default(),
        }
    }

    /// Appends each call to a file, one JSON object per line: the `service` that it is signed for,
    /// `method`, `path` with its query, `headers` without the signature, `body` in base64.
    pub fn recording(mut self, file: &Path) -> io::Result<Self> {
        self.record = Some(Record::create(file)?);
        Ok(self)
    }

    /// Asks for the fate of each call. The question may take as long as it likes; calls that arrive
    /// meanwhile wait.
    #[must_use]
    pub fn with_fates(mut self, fates: impl FnMut(&Call) -> Fate + Send + 'static) -> Self {
        self.fates = Some(Arc::new(Mutex::new(fates)));
        self
    }

    /// Tells the emulator that calls come over TLS, which policies of buckets require of all but root.
    #[must_use]
    pub fn over_tls(self) -> Self {
        Self {
            over_tls: true,
            ..self
        }
    }

    /// Starts the proxy on a free port, in front of the emulator at a URL.
    pub fn start(self, emulator: &str) -> Result<Running, ProxyError> {
        let under_way = Arc::clone(&self.under_way);
        let proxy = Proxy::layered(emulator, Arc::new(self))?;
        Ok(Running { proxy, under_way })
    }

    async fn fate(&self, call: &Call) -> Fate {
        let Some(fates) = self.fates.clone() else {
            return Fate::Pass;
        };
        let call = call.clone();
        let ask = move || fates.lock().unwrap_or_else(PoisonError::into_inner)(&call);
        // If the test's own question fails, so does the call.
        tokio::task::spawn_blocking(ask).await.unwrap_or(Fate::Cut)
    }

    /// The response to a call that no fate meets: a rule's or the emulator's. `None` if the
    /// emulator breaks off.
    async fn pass(
        &self,
        call: Call,
        request: Request<Body>,
        emulator: &Emulator,
        under_way: Arc<()>,
    ) -> Option<Response<Body>> {
        let throttled = self.memory.throttle(&call);
        if let Some(refusal) = throttled.or_else(|| self.memory.refuse(&call)) {
            tracing::debug!(operation = call.operation, code = refusal.code, "refused");
            return Some(refusal.response(&call));
        }
        let (memory, emulator) = (Arc::clone(&self.memory), emulator.clone());
        // A call takes effect even if the caller dies, and must then be remembered.
        let performed = tokio::spawn(async move {
            let response = emulator.answer(request).await;
            if !Memory::needs(&call) {
                return Some(response);
            }
            let (head, body) = response.into_parts();
            let body = whole(body).await?;
            let answer = Answer {
                status: head.status,
                headers: head.headers.clone(),
                body: body.clone(),
            };
            memory.note(&call, &answer);
            drop(under_way);
            Some(Response::from_parts(head, full(body)))
        });
        performed.await.ok().flatten()
    }
}

#[async_trait]
impl Layer for Strict {
    async fn answer(&self, request: Request<Body>, emulator: &Emulator) -> Option<Response<Body>> {
        let Some(signature) = Signature::of(request.headers()) else {
            return Some(emulator.answer(request).await);
        };
        let (mut head, body) = request.into_parts();
        if self.over_tls {
            let https = HeaderValue::from_static("https");
            head.headers.insert("x-forwarded-proto", https);
        }
        // An object may be large, and no rule reads it.
        let (bytes, body) = if signature.service == "s3" && self.record.is_none() {
            (Bytes::new(), body)
        } else {
            let bytes = whole(body).await?;
            (bytes.clone(), full(bytes))
        };
        if let Some(record) = &self.record {
            record.note(&head, &signature.service, &bytes);
        }
        let call = Call::new(&head, signature, bytes);
        let request = Request::from_parts(head, body);
        let under_way = Arc::clone(&self.under_way);
        match self.fate(&call).await {
            Fate::Pass => self.pass(call, request, emulator, under_way).await,
            Fate::Answer(refusal) => Some(refusal.response(&call)),
            Fate::Bare(status) => Some(with_status(status, Response::new(full(Bytes::new())))),
            Fate::Page(status) => Some(with_status(status, page())),
            Fate::Denied(denial) => Some(denial.refusal(&call).response(&call)),
            Fate::EmptyLists => {
                without_entries(self.pass(call, request, emulator, under_way).await?).await
            }
            Fate::Garbled(garble) => {
                garbled(self.pass(call, request, emulator, under_way).await?, garble).await
            }
            Fate::Replaced(body) => {
                let answer = self.pass(call, request, emulator, under_way).await?;
                with_body(answer, |_| body.into()).await
            }
            Fate::Altered(number) => {
                let altered = move |body: Bytes| altered(&body, number).into();
                with_body(
                    self.pass(call, request, emulator, under_way).await?,
                    altered,
                )
                .await
            }
            // Until the caller gives up, which drops this.
            Fate::Silence => {
                drop(under_way);
                std::future::pending().await
            }
            Fate::Cut => None,
            Fate::LoseAnswer(done) => {
                self.pass(call, request, emulator, under_way).await;
                let _ = done.send(());
                tokio::time::sleep(LOST).await;
                None
            }
        }
    }
}

/// The page of a proxy, or of a guest network.
const PAGE: &[u8] = b"<!DOCTYPE html><html><body>Sign in</body></html>";

fn page() -> Response<Body> {
    let mut response = Response::new(full(Bytes::from_static(PAGE)));
    let html = HeaderValue::from_static("text/html");
    response.headers_mut().insert(CONTENT_TYPE, html);
    response
}

fn with_status(status: u16, mut response: Response<Body>) -> Response<Body> {
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    response
}

async fn without_entries(response: Response<Body>) -> Option<Response<Body>> {
    let (mut head, body) = response.into_parts();
    let body = whole(body).await?;
    head.headers.remove(CONTENT_LENGTH);
    let cbor = head
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/cbor");
    let empty = if cbor {
        emptied_cbor(&body)
    } else {
        emptied(std::str::from_utf8(&body).unwrap_or_default()).into_bytes()
    };
    Some(Response::from_parts(head, full(empty)))
}

/// A response with another body. An error stays.
async fn with_body(
    response: Response<Body>,
    other: impl FnOnce(Bytes) -> Bytes,
) -> Option<Response<Body>> {
    if !response.status().is_success() {
        return Some(response);
    }
    let (mut head, body) = response.into_parts();
    let body = other(whole(body).await?);
    head.headers.remove(CONTENT_LENGTH);
    Some(Response::from_parts(head, full(body)))
}

/// A response whose body is none. An error stays.
async fn garbled(response: Response<Body>, garble: Garble) -> Option<Response<Body>> {
    if !response.status().is_success() {
        return Some(response);
    }
    let (mut head, body) = response.into_parts();
    let body = whole(body).await?;
    head.headers.remove(CONTENT_LENGTH);
    let left = match garble {
        Garble::Empty => Bytes::new(),
        Garble::Half => body.slice(..body.len() / 2),
        Garble::Page => {
            let html = HeaderValue::from_static("text/html");
            head.headers.insert(CONTENT_TYPE, html);
            Bytes::from_static(PAGE)
        }
    };
    Some(Response::from_parts(head, full(left)))
}

/// A body, once all of it has arrived. `None` if it breaks off.
async fn whole(body: Body) -> Option<Bytes> {
    let collected = body.collect().await;
    collected.ok().map(http_body_util::Collected::to_bytes)
}
