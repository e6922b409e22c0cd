//! What the calls of an account may change: nothing, unless a lease or the data's own conditions
//! allow it.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use thiserror::Error;
use tokio::sync::watch;

use super::operation::Operation;

/// What calls may do.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    /// Read.
    Read,
    /// Also write what has conditions of its own and no lease: releases, toggles, users, and the
    /// leases themselves.
    Data,
    /// Also write, as long as the lease is held.
    Lease(Arc<Term>),
}

/// Why a call was not sent.
#[derive(Clone, Copy, Debug, Error)]
pub(crate) enum Withheld {
    /// It changes something, and the account is for reading.
    #[error("only calls that change nothing are allowed here")]
    Reading,
    /// It changes something, and the lease has ended.
    #[error("the lease of this run has ended: another run may be writing")]
    Lapsed,
}

impl Withheld {
    /// The reason in an error of the SDK, if it is one.
    pub(super) fn find<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }
}

impl Access {
    fn check(&self) -> Result<(), Withheld> {
        match self {
            Self::Read => Err(Withheld::Reading),
            Self::Lease(term) if term.is_over() => Err(Withheld::Lapsed),
            Self::Data | Self::Lease(_) => Ok(()),
        }
    }

    /// A client of a service, by its signing name, that withholds what is not allowed.
    pub(super) fn guard(&self, service: &str, client: SharedHttpClient) -> SharedHttpClient {
        match self {
            Self::Data => client,
            access => SharedHttpClient::new(Guarded {
                client,
                service: service.to_owned(),
                access: access.clone(),
            }),
        }
    }
}

/// How long a lease is held.
///
/// A machine that sleeps has a monotonic clock that may stand still, and a wall clock that others
/// may set: a term is over by either of them.
pub(crate) struct Term {
    ends: Mutex<(Instant, SystemTime)>,
    lost: watch::Sender<bool>,
}

impl Term {
    /// A term from a moment on, which is taken before the call that renews it.
    pub(crate) fn new(from: (Instant, SystemTime), length: Duration) -> Self {
        Self {
            ends: Mutex::new((from.0 + length, from.1 + length)),
            lost: watch::Sender::new(false),
        }
    }

    /// Goes on for a time from a moment on, unless it is over.
    pub(crate) fn renew(&self, from: (Instant, SystemTime), length: Duration) {
        if !self.is_over() {
            let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
            *ends = (from.0 + length, from.1 + length);
        }
    }

    /// Ends the term: another run has the lease.
    pub(crate) fn lose(&self) {
        self.lost.send_replace(true);
    }

    /// Whether it has ended. Once over, it stays over.
    pub(crate) fn is_over(&self) -> bool {
        if *self.lost.borrow() {
            return true;
        }
        let ends = *self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        let over = Instant::now() >= ends.0 || SystemTime::now() >= ends.1;
        if over {
            self.lose();
        }
        over
    }

    /// True once it is over and somebody noticed.
    pub(crate) fn lost(&self) -> watch::Receiver<bool> {
        self.lost.subscribe()
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Term")
            .field("over", &self.is_over())
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug)]
struct Guarded {
    client: SharedHttpClient,
    service: String,
    access: Access,
}

impl HttpClient for Guarded {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(GuardedConnector {
            connector: self.client.http_connector(settings, components),
            service: self.service.clone(),
            access: self.access.clone(),
        })
    }
}

#[derive(Debug)]
struct GuardedConnector {
    connector: SharedHttpConnector,
    service: String,
    access: Access,
}

impl HttpConnector for GuardedConnector {
    /// Looks before every step of the call: it may wait for its turn longer than a lease lasts.
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if Operation::of(&request).is_read(&self.service) {
            return self.connector.call(request);
        }
        let (connector, access) = (self.connector.clone(), self.access.clone());
        HttpConnectorFuture::new(async move {
            let withheld = |reason: Withheld| ConnectorError::user(reason.into());
            access.check().map_err(withheld)?;
            let mut call = pin!(connector.call(request));
            poll_fn(|context| match access.check() {
                Ok(()) => call.as_mut().poll(context),
                Err(reason) => Poll::Ready(Err(withheld(reason))),
            })
            .await
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
    use fake_aws::FakeAws;

    use super::super::operation::tests::request;
    use super::*;
    use crate::kit::call::Call as _;

    fn client(fake: &FakeAws, access: &Access) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
            .http_client(access.guard("sqs", fake.client()))
            .build();
        aws_sdk_sqs::Client::from_conf(config)
    }

    fn now() -> (Instant, SystemTime) {
        (Instant::now(), SystemTime::now())
    }

    #[tokio::test]
    async fn a_reading_account_sends_no_write() {
        let fake = FakeAws::new([("ListQueues", 200, r#"{"QueueUrls":[]}"#)]);
        let sqs = client(&fake, &Access::Read);
        let read = sqs.list_queues().send().sent("sqs:ListQueues").await;
        assert!(read.is_ok());
        let written = sqs.create_queue().queue_name("q").send();
        let written = written.sent("sqs:CreateQueue").await.unwrap_err();
        assert_eq!(
            written.to_string(),
            "sqs:CreateQueue was not sent: only calls that change nothing are allowed here"
        );
    }

    #[tokio::test]
    async fn a_lease_that_is_over_sends_nothing_more_however_its_clocks_went() {
        let minute = Duration::from_mins(1);
        let created = ("CreateQueue", 200, r#"{"QueueUrl":"https://h/1/q"}"#);
        let fake = FakeAws::new([created]);
        let term = Arc::new(Term::new(now(), minute));
        let sqs = client(&fake, &Access::Lease(Arc::clone(&term)));
        let create = async || {
            let call = sqs.create_queue().queue_name("q").send();
            call.sent("sqs:CreateQueue").await
        };
        assert!(create().await.is_ok());
        // The machine slept: only the wall clock went on.
        let (instant, wall) = now();
        term.renew((instant, wall - 2 * minute), minute);
        let withheld = create().await.unwrap_err();
        assert!(
            matches!(withheld, engine::DriverError::Withheld { .. }),
            "{withheld}"
        );
        // What is over is not renewed.
        term.renew(now(), minute);
        assert!(create().await.is_err());
        assert!(*term.lost().borrow());
    }

    /// A call that waits for its turn when the lease ends is dropped there.
    #[tokio::test]
    async fn a_call_that_waits_is_not_sent_once_the_lease_is_over() {
        #[derive(Debug)]
        struct Turn(watch::Receiver<bool>);
        impl HttpConnector for Turn {
            fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
                let mut turn = self.0.clone();
                HttpConnectorFuture::new(async move {
                    let _ = turn.wait_for(|turn| *turn).await;
                    panic!("it was sent")
                })
            }
        }
        let (turn, waits) = watch::channel(false);
        let term = Arc::new(Term::new(now(), Duration::from_mins(1)));
        let connector = GuardedConnector {
            connector: SharedHttpConnector::new(Turn(waits)),
            service: "s3".to_owned(),
            access: Access::Lease(Arc::clone(&term)),
        };
        let call = connector.call(request("PUT", "https://h/a", &[]));
        let (ended, ()) = tokio::join!(call, async {
            term.lose();
            turn.send_replace(true);
        });
        assert!(ended.is_err());
    }
}
