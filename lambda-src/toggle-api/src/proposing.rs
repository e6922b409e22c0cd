//! What waits for a second person.

use toggle_table::{Kind, Proposal, Proposals, Proposer, TogglesError};

use crate::body::{self, ApproveBody};
use crate::event::Response;
use crate::problem::{Code, Problem};
use crate::service::Request;
use crate::view::Proposed;

impl Request<'_> {
    /// Proposes a change that needs a second person. Another error stays one.
    pub(crate) async fn propose(
        &self,
        refused: TogglesError,
        (id, kind): (&str, Kind),
        comment: Option<&str>,
    ) -> Result<Response, Problem> {
        let (TogglesError::Protected(pending), Some(proposals)) = (&refused, self.proposals())
        else {
            return Err(self.not_written(&refused, id).await);
        };
        let revision = pending.revision();
        let proposer = Proposer {
            by: &self.person.name,
            sub: &self.person.sub,
            comment,
        };
        let proposed = proposals.propose((**pending).clone(), kind, proposer).await;
        let proposed = proposed.map_err(|error| self.problem(&error, id))?;
        let proposal = self.eyes().proposal(&proposed, revision);
        Ok(Response::with(202, &Proposed { proposal }))
    }

    /// A toggle that has no revision may not be there at all.
    async fn not_written(&self, error: &TogglesError, id: &str) -> Problem {
        if let TogglesError::Revised { live: None, .. } = error
            && let Err(missing) = self.store(None).get(id).await
        {
            return self.problem(&missing, id);
        }
        self.problem(error, id)
    }

    pub(crate) async fn approve(&self, id: &str) -> Result<Response, Problem> {
        self.person.check(id)?;
        let body: ApproveBody = body::read(self.event)?;
        let comment = body::comment(body.comment)?;
        let proposals = self.proposals().ok_or_else(|| none(id))?;
        let store = self.store(comment.as_deref());
        let approved = store
            .approve(&proposals, (id, &body.proposal), &self.person.sub)
            .await;
        let approved = approved.map_err(|error| self.problem(&error, id))?;
        Ok(match approved {
            Some(toggle) => Response::with(200, &self.eyes().toggle(&toggle, None)),
            None => Response::done(),
        })
    }

    /// By who made it, or by who may change the toggle.
    pub(crate) async fn withdraw(&self, id: &str) -> Result<Response, Problem> {
        let missing = || Problem::malformed("`proposal` is missing");
        let proposal = self.event.parameter("proposal").ok_or_else(missing)?;
        let proposals = self.proposals().ok_or_else(|| none(id))?;
        let open = proposals.get(id, proposal).await;
        let open = open.map_err(|error| self.problem(&error, id))?;
        if open.by_sub != self.person.sub {
            self.person.check(id)?;
        }
        let withdrawn = proposals.withdraw(id, proposal).await;
        withdrawn.map_err(|error| self.problem(&error, id))?;
        Ok(Response::done())
    }

    /// The open proposal for a toggle.
    pub(crate) async fn proposal(&self, id: &str) -> Result<Option<Proposal>, Problem> {
        let Some(proposals) = self.proposals() else {
            return Ok(None);
        };
        let open = proposals.of(id).await;
        open.map_err(|error| self.problem(&error, id))
    }

    /// All open proposals.
    pub(crate) async fn all_proposals(&self) -> Result<Vec<Proposal>, Problem> {
        let Some(proposals) = self.proposals() else {
            return Ok(Vec::new());
        };
        let all = Proposals::all(&proposals).await;
        all.map_err(|error| self.problem(&error, ""))
    }
}

fn none(id: &str) -> Problem {
    let detail = format!("there is no such proposal for `{id}`");
    Problem::new(Code::UnknownToggle, detail)
}
