//! Which request does what.

use toggle_contract::exposure;
use toggle_rules::is_segment;
use toggle_table::{Asked, Exposures, Kind, Segment, Toggle, check_key, first_day, now_ms};

use crate::DESCRIPTION;
use crate::body::{self, AudienceBody, ExplainBody, PatchBody, RollbackBody};
use crate::event::{Event, Response};
use crate::problem::{Code, Problem};
use crate::service::Request;
use crate::view::{Changes, Everything, ExposureView, ExposuresView, You};

/// The routes: their methods and paths.
pub const ROUTES: [(&str, &str); 12] = [
    ("GET", "/openapi.json"),
    ("GET", "/toggles"),
    ("GET", "/toggle"),
    ("PATCH", "/toggle"),
    ("DELETE", "/toggle"),
    ("GET", "/history"),
    ("GET", "/exposure"),
    ("POST", "/rollback"),
    ("POST", "/audience"),
    ("POST", "/explain"),
    ("POST", "/approve"),
    ("DELETE", "/proposal"),
];

/// How many changes are shown, if nothing else is asked for, and at most.
const CHANGES: usize = 50;
const MOST_CHANGES: usize = 200;

/// How many days of exposures are shown, if nothing else is asked for, and at most: those that are kept.
const DAYS: u64 = 30;
const MOST_DAYS: u64 = exposure::LIFETIME_SECONDS / (24 * 60 * 60);

/// The answer to a request that needs no token.
pub(crate) fn public(event: &Event) -> Option<Response> {
    let is_description = event.method() == "GET" && event.raw_path == "/openapi.json";
    is_description.then(|| Response::json(200, DESCRIPTION.to_owned()))
}

/// Checks that there is such a route.
pub(crate) fn check(event: &Event) -> Result<(), Problem> {
    let (method, path) = (event.method(), event.raw_path.as_str());
    if ROUTES.contains(&(method, path)) {
        return Ok(());
    }
    let detail = format!("there is no {method} {path}");
    Err(Problem::new(Code::UnknownRoute, detail))
}

/// The toggle or segment that a request is about.
fn id(event: &Event) -> Result<&str, Problem> {
    let id = event.parameter("id").unwrap_or_default();
    check_key(id).map_err(|error| Problem::malformed(error.to_string()))?;
    Ok(id)
}

/// A number in the URL.
fn number(event: &Event, name: &str) -> Result<Option<u64>, Problem> {
    let parsed = event.parameter(name).map(str::parse).transpose();
    parsed.map_err(|_| Problem::malformed(format!("`{name}` is no whole number")))
}

impl Request<'_> {
    /// Answers a request of somebody who may see toggles.
    pub(crate) async fn answer(&self) -> Result<Response, Problem> {
        let event = self.event;
        match (event.method(), event.raw_path.as_str()) {
            ("GET", "/toggles") => self.list().await,
            ("GET", "/toggle") => self.get(id(event)?).await,
            ("PATCH", "/toggle") => self.patch(id(event)?).await,
            ("DELETE", "/toggle") => self.delete(id(event)?).await,
            ("GET", "/history") => self.history(id(event)?).await,
            ("GET", "/exposure") if event.parameter("id").is_none() => self.all_exposures().await,
            ("GET", "/exposure") => self.exposure(id(event)?).await,
            ("POST", "/rollback") => self.roll_back(id(event)?).await,
            ("POST", "/audience") => self.audience(id(event)?).await,
            ("POST", "/explain") => self.explain(id(event)?).await,
            ("POST", "/approve") => self.approve(id(event)?).await,
            ("DELETE", "/proposal") => self.withdraw(id(event)?).await,
            _ => {
                check(event)?;
                Ok(Response::done())
            }
        }
    }

    async fn list(&self) -> Result<Response, Problem> {
        let store = self.store(None);
        let all = store.list_signed().await;
        let all = all.map_err(|error| self.problem(&error, ""))?;
        let proposals = self.all_proposals().await?;
        let eyes = self.eyes();
        let revision = |id: &str| {
            let found = all.iter().find(|of| of.id() == id);
            found.and_then(Toggle::revision).unwrap_or(0)
        };
        let toggles = all.iter().filter(|of| !is_segment(of.id()));
        let toggles = toggles.map(|toggle| {
            let proposal = proposals.iter().find(|of| of.toggle() == toggle.id());
            eyes.toggle(toggle, proposal)
        });
        // Toggles that are to be made are not there yet.
        let new = proposals.iter().filter(|proposal| {
            !is_segment(proposal.toggle()) && !all.iter().any(|of| of.id() == proposal.toggle())
        });
        let segments = Segment::all(&all).into_iter().map(|segment| {
            let id = toggle_rules::segment_id(&segment.name);
            let proposal = proposals.iter().find(|of| of.toggle() == id);
            eyes.segment(segment, revision(&id), proposal)
        });
        Ok(Response::with(
            200,
            &Everything {
                you: You::from(self.person),
                toggles: toggles.chain(new.map(|of| eyes.proposed(of))).collect(),
                segments: segments.collect(),
                now: now_ms(),
            },
        ))
    }

    async fn get(&self, id: &str) -> Result<Response, Problem> {
        let toggle = self.store(None).get(id).await;
        let proposal = self.proposal(id).await?;
        let view = match (&toggle, &proposal) {
            (Ok(toggle), proposal) => self.eyes().toggle(toggle, proposal.as_ref()),
            (Err(_), Some(proposal)) if proposal.revision() == 0 => self.eyes().proposed(proposal),
            (Err(error), _) => return Err(self.problem(error, id)),
        };
        Ok(Response::with(200, &view))
    }

    async fn patch(&self, id: &str) -> Result<Response, Problem> {
        self.person.check(id)?;
        let body: PatchBody = body::read(self.event)?;
        let revision = body.revision;
        let revision =
            revision.ok_or_else(|| Problem::malformed("the body: `revision` is missing"))?;
        let comment = body::comment(body.comment.clone())?;
        let patch = body.patch(id)?;
        let store = self.store(comment.as_deref());
        let patched = store.patch(id, &patch, Some(revision)).await;
        match patched {
            Ok(toggle) => Ok(Response::with(200, &self.eyes().toggle(&toggle, None))),
            Err(error) => {
                self.propose(error, (id, Kind::Patch), comment.as_deref())
                    .await
            }
        }
    }

    async fn delete(&self, id: &str) -> Result<Response, Problem> {
        self.person.check(id)?;
        let revision = number(self.event, "revision")?;
        let revision = revision.ok_or_else(|| Problem::malformed("`revision` is missing"))?;
        let comment = body::comment(self.event.parameter("comment").map(str::to_owned))?;
        let store = self.store(comment.as_deref());
        let deleted = match id.strip_prefix(toggle_contract::SEGMENT_PREFIX) {
            Some(name) => store.delete_segment(name, Some(revision)).await,
            None => store.delete(id, Some(revision)).await,
        };
        match deleted {
            Ok(()) => Ok(Response::done()),
            Err(error) => {
                self.propose(error, (id, Kind::Deletion), comment.as_deref())
                    .await
            }
        }
    }

    async fn history(&self, id: &str) -> Result<Response, Problem> {
        let limit = number(self.event, "limit")?;
        let limit = limit.map_or(Some(CHANGES), |limit| usize::try_from(limit).ok());
        let limit = limit.filter(|limit| (1..=MOST_CHANGES).contains(limit));
        let limit = limit
            .ok_or_else(|| Problem::malformed(format!("`limit` is from 1 to {MOST_CHANGES}")))?;
        let changes = self.records().of(id, limit).await;
        let changes = changes.map_err(|error| self.problem(&error, id))?;
        let changes = changes.into_iter().map(Into::into).collect();
        Ok(Response::with(200, &Changes { changes }))
    }

    /// The days that are asked for, and the table with what was asked for on them.
    fn counted_days(&self) -> Result<(u64, Exposures), Problem> {
        let days = number(self.event, "days")?.unwrap_or(DAYS);
        if !(1..=MOST_DAYS).contains(&days) {
            let detail = format!("`days` is from 1 to {MOST_DAYS}");
            return Err(Problem::malformed(detail));
        }
        let exposures = self.exposures().ok_or_else(|| {
            let detail = "this system does not count which toggles are asked for";
            Problem::new(Code::UnknownRoute, detail)
        })?;
        Ok((days, exposures))
    }

    async fn all_exposures(&self) -> Result<Response, Problem> {
        let (days, exposures) = self.counted_days()?;
        let counted = exposures.of_all(&first_day(now_ms(), days)).await;
        let counted = counted.map_err(|error| self.problem(&error, ""))?;
        let toggles = counted.iter().map(|(id, of)| (id.as_str(), of.into()));
        Ok(Response::with(
            200,
            &ExposuresView {
                days,
                share: self.exposure_share(),
                toggles: toggles.collect(),
            },
        ))
    }

    async fn exposure(&self, id: &str) -> Result<Response, Problem> {
        let (days, exposures) = self.counted_days()?;
        let counted = exposures.of_one(id, &first_day(now_ms(), days)).await;
        let counted = counted.map_err(|error| self.problem(&error, id))?;
        Ok(Response::with(
            200,
            &ExposureView {
                days,
                share: self.exposure_share(),
                sum: (&counted).into(),
                by_day: &counted,
            },
        ))
    }

    async fn roll_back(&self, id: &str) -> Result<Response, Problem> {
        self.person.check(id)?;
        let body: RollbackBody = body::read(self.event)?;
        let comment = body::comment(body.comment)?;
        let store = self.store(comment.as_deref());
        let records = self.records();
        let written = store
            .roll_back(&records, id, body.to, Some(body.revision))
            .await;
        match written {
            Ok(toggle) => Ok(Response::with(200, &self.eyes().toggle(&toggle, None))),
            Err(error) => {
                self.propose(error, (id, Kind::Rollback), comment.as_deref())
                    .await
            }
        }
    }

    async fn audience(&self, id: &str) -> Result<Response, Problem> {
        let body: AudienceBody = body::read(self.event)?;
        let patch = body.patch.map(|patch| patch.patch(id)).transpose()?;
        let connections = self.connections();
        let store = self.store(None);
        let counted = store.audience(&connections, id, patch.as_ref()).await;
        let counted = counted.map_err(|error| self.problem(&error, id))?;
        Ok(Response::with(200, &counted))
    }

    async fn explain(&self, id: &str) -> Result<Response, Problem> {
        let body: ExplainBody = body::read(self.event)?;
        let context = body.context.filter(|context| !context.is_empty());
        let context = context.and_then(|context| serde_json::to_string(&context).ok());
        let asked = Asked {
            context,
            at_ms: body.at,
        };
        let explained = self.store(None).explain(id, &asked).await;
        let explained = explained.map_err(|error| self.problem(&error, id))?;
        Ok(Response::with(200, &explained))
    }
}
