//! The function: its tables, and one request.

use std::time::Instant;

use toggle_runtime::init::Api;
use toggle_runtime::line::millis;
use toggle_table::{
    Connections, Exposures, History, MayFlip, Patterns, Proposals, Store, TogglesError,
};
use tracing::info;

use crate::event::{Event, Response};
use crate::person::{Person, token};
use crate::problem::Problem;
use crate::routes;
use crate::view::Eyes;

/// The function.
#[derive(Debug)]
pub struct Service {
    api: Api<MayFlip, Patterns>,
}

/// A request of somebody who may see toggles.
pub(crate) struct Request<'r> {
    service: &'r Service,
    pub(crate) event: &'r Event,
    pub(crate) person: &'r Person,
    store: Store,
    /// Its id in the log.
    id: &'r str,
}

impl Service {
    /// The function with these tables.
    #[must_use]
    pub const fn new(api: Api<MayFlip, Patterns>) -> Self {
        Self { api }
    }

    /// Answers a request, which has this id in the log.
    pub async fn answer(&self, event: &Event, request: &str) -> Response {
        let began = Instant::now();
        let response = match self.answered(event, request).await {
            Ok(response) => response,
            Err(problem) => problem.response(),
        };
        info!(
            request_id = request,
            method = event.method(),
            path = event.raw_path,
            status = response.status_code,
            took_ms = millis(began.elapsed()),
            "answered"
        );
        response
    }

    async fn answered(&self, event: &Event, request: &str) -> Result<Response, Problem> {
        if let Some(response) = routes::public(event) {
            return Ok(response);
        }
        routes::check(event)?;
        let claims = self.api.pool.verify(token(event)?).await;
        let claims = claims.map_err(|refusal| Problem::of_token(&refusal, request))?;
        let person = Person::of(&claims, &self.api.may_flip)?;
        let api = &self.api;
        let store = Store::new(api.client.clone(), api.toggles.clone(), &person.name);
        let store = store.protecting(api.protected.clone()).await;
        let store = store.map_err(|error| Problem::of_toggle(&error, "", request))?;
        let request = Request {
            service: self,
            event,
            person: &person,
            store,
            id: request,
        };
        Box::pin(request.answer()).await
    }
}

impl Request<'_> {
    /// The table of toggles, as whoever asks changes it.
    pub(crate) fn store(&self, comment: Option<&str>) -> Store {
        let store = self.store.clone();
        store.because(comment.map(str::to_owned))
    }

    pub(crate) fn records(&self) -> History {
        let api = &self.service.api;
        History::new(api.client.clone(), api.history.clone())
    }

    pub(crate) fn connections(&self) -> Connections {
        let api = &self.service.api;
        Connections::new(api.client.clone(), api.connections.clone())
    }

    /// The table of proposals, if there is one.
    pub(crate) fn proposals(&self) -> Option<Proposals> {
        let api = &self.service.api;
        let table = api.proposals.clone()?;
        Some(Proposals::new(api.client.clone(), table))
    }

    /// The table of exposures, if what is asked for is counted.
    pub(crate) fn exposures(&self) -> Option<Exposures> {
        let api = &self.service.api;
        let table = api.exposures.clone()?;
        Some(Exposures::new(api.client.clone(), table))
    }

    /// The share of page loads that tell what they ask for.
    pub(crate) const fn exposure_share(&self) -> Option<f64> {
        self.service.api.exposure_share
    }

    pub(crate) fn eyes(&self) -> Eyes<'_> {
        Eyes {
            person: self.person,
            guarded: self.store.guarded(),
        }
    }

    /// Why a toggle could not be read or written.
    pub(crate) fn problem(&self, error: &TogglesError, id: &str) -> Problem {
        Problem::of_toggle(error, id, self.id)
    }
}
