//! The toggles' HTTP API, for people who have no access to the account.

mod documents;
mod error;

use std::collections::{BTreeMap, BTreeSet};

use aws::{Network, WebAnswer};
use hyper::Request;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::value::RawValue;
use toggle_contract::{DEFAULT_VARIANT, PREREQUISITES, RAMP, TARGETING, VALUE, VARIANTS, WINDOWS};
use toggle_table::{Asked, Change, Explanation, Toggle};

pub use self::documents::Changed;
use self::documents::{
    Approve, Changes, Counts, Everything, Explain, Patch, Problem, Rollback, Rules, Shown, Waiting,
    body_of, json_or_text, raw, rules,
};
pub use self::error::ApiError;
use super::counted::{COUNTED_DAYS, Counted, Sum};
use super::protection::Proposed;

/// How often a change is tried that states no revision, while others change the toggle.
const ATTEMPTS: usize = 5;

/// The API, and who asks it.
#[derive(Debug)]
pub struct Api {
    network: Network,
    url: String,
    token: String,
}

/// What became of a change.
#[derive(Debug)]
pub enum Outcome {
    /// It is written.
    Written,
    /// It waits for a second person.
    Proposed(Proposed),
}

impl Api {
    /// The API at a URL, for who has an id token.
    #[must_use]
    pub fn new(network: Network, url: &str, token: String) -> Self {
        Self {
            network,
            url: url.trim_end_matches('/').to_owned(),
            token,
        }
    }

    /// Every toggle, by id, without who changed it.
    pub async fn list(&self) -> Result<Vec<Toggle>, ApiError> {
        let shown = self.everything().await?.toggles;
        let toggles = shown.into_iter().filter(Shown::exists);
        Ok(toggles
            .map(|of| of.into_toggle().without_author())
            .collect())
    }

    /// Every toggle and every segment, toggles by id and with who changed them, and the ids of those whose changes need
    /// a second person.
    pub async fn list_signed(&self) -> Result<(Vec<Toggle>, BTreeSet<String>), ApiError> {
        let shown = self.everything().await?;
        let toggles = shown.toggles.into_iter().filter(Shown::exists);
        let toggles = toggles.map(|of| (of.is_protected, of.into_toggle()));
        let segments = shown.segments.into_iter();
        let segments = segments.map(|of| (of.is_protected, of.into_toggle()));
        let listed: Vec<_> = toggles.chain(segments).collect();
        let protected = listed.iter().filter(|(is_protected, _)| *is_protected);
        let protected = protected.map(|(_, of)| of.id().to_owned()).collect();
        Ok((listed.into_iter().map(|(_, of)| of).collect(), protected))
    }

    /// Who asked for toggles in so many days; `None` if the system does not count that.
    pub async fn counted(&self, days: u64) -> Result<Option<Counted>, ApiError> {
        let recent = match self.sums(days.min(COUNTED_DAYS)).await {
            Err(error) if error.is_no_route() => return Ok(None),
            recent => recent?,
        };
        let all = self.sums(COUNTED_DAYS).await?;
        Ok(Some(Counted::between(recent, all)))
    }

    /// The toggle of this id.
    pub async fn get(&self, id: &str) -> Result<Toggle, ApiError> {
        Ok(self.shown(id).await?.into_toggle())
    }

    /// All open proposals.
    pub async fn proposals(&self) -> Result<Vec<Proposed>, ApiError> {
        let shown = self.everything().await?.toggles;
        Ok(shown.iter().filter_map(Shown::proposed).collect())
    }

    /// What is proposed for a toggle.
    pub async fn proposal(&self, id: &str) -> Result<Option<Proposed>, ApiError> {
        match self.shown(id).await {
            Ok(shown) => Ok(shown.proposed()),
            Err(error) if error.is("unknown-toggle") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Changes a toggle, or creates it.
    pub async fn set(
        &self,
        change: &Change<'_>,
        comment: Option<&str>,
    ) -> Result<Outcome, ApiError> {
        let attributes = change.attributes.iter();
        let attributes = attributes.map(|(name, value)| (name.as_str(), Some(value.as_str())));
        let patch = Patch {
            is_active: Some(change.active),
            name: change.name,
            value: change.value.map(|value| raw(value.json())),
            rules: change.rules.map(rules),
            attributes: attributes.collect(),
            comment,
            ..Patch::default()
        };
        self.patch(change.id, patch, change.if_revision).await
    }

    /// Removes attributes. Returns those of the names that it had no attribute of.
    pub async fn unset<'n>(
        &self,
        id: &str,
        names: &'n [String],
        if_revision: Option<u64>,
        comment: Option<&str>,
    ) -> Result<(Outcome, Vec<&'n str>), ApiError> {
        let toggle = self.get(id).await?;
        let missing = names.iter().filter(|name| toggle.json(name).is_none());
        let missing = missing.map(String::as_str).collect();
        let null = || Some(RawValue::NULL.to_owned());
        let mut patch = Patch {
            comment,
            ..Patch::default()
        };
        let mut rules = Rules::default();
        for name in names {
            match name.as_str() {
                VALUE => patch.value = null(),
                TARGETING => rules.targeting = null(),
                VARIANTS => rules.variants = null(),
                DEFAULT_VARIANT => rules.default_variant = null(),
                PREREQUISITES => rules.prerequisites = null(),
                WINDOWS => rules.windows = null(),
                RAMP => rules.ramp = null(),
                name => drop(patch.attributes.insert(name, None)),
            }
        }
        patch.rules = Some(rules);
        let written = self.patch(id, patch, if_revision).await?;
        Ok((written, missing))
    }

    /// Deletes a toggle.
    pub async fn delete(
        &self,
        id: &str,
        if_revision: Option<u64>,
        comment: Option<&str>,
    ) -> Result<Outcome, ApiError> {
        self.again(id, if_revision, async |revision| {
            let revision = revision.to_string();
            let mut query = vec![("id", id), ("revision", &revision)];
            query.extend(comment.map(|comment| ("comment", comment)));
            self.send("DELETE", "toggle", &query, String::new()).await
        })
        .await
    }

    /// The changes of a toggle, the newest first, and at most so many; the API has 200.
    pub async fn history(&self, id: &str, limit: usize) -> Result<Vec<Changed>, ApiError> {
        let limit = limit.min(200).to_string();
        let query = [("id", id), ("limit", &limit)];
        let answer = self.send("GET", "history", &query, String::new()).await?;
        Ok(self.read::<Changes>(&answer)?.changes)
    }

    /// Writes a toggle as the change with a revision left it.
    pub async fn roll_back(
        &self,
        id: &str,
        to: u64,
        if_revision: Option<u64>,
        comment: Option<&str>,
    ) -> Result<Outcome, ApiError> {
        self.again(id, if_revision, async |revision| {
            let body = Rollback {
                to,
                revision,
                comment,
            };
            self.send("POST", "rollback", &[("id", id)], body_of(&body))
                .await
        })
        .await
    }

    /// Says what a client is told of a toggle, and which part of its rules decides that.
    pub async fn explain(&self, id: &str, asked: &Asked) -> Result<Explanation, ApiError> {
        let body = Explain {
            context: asked.context.as_deref().map(json_or_text),
            at: asked.at_ms,
        };
        let answer = self
            .send("POST", "explain", &[("id", id)], body_of(&body))
            .await?;
        self.read(&answer)
    }

    /// Approves a proposal.
    pub async fn approve(
        &self,
        id: &str,
        proposal: &str,
        comment: Option<&str>,
    ) -> Result<(), ApiError> {
        let body = Approve { proposal, comment };
        let query = [("id", id)];
        let sent = self.send("POST", "approve", &query, body_of(&body));
        sent.await.map(|_| ())
    }

    /// Ends a proposal.
    pub async fn withdraw(&self, id: &str, proposal: &str) -> Result<(), ApiError> {
        let query = [("id", id), ("proposal", proposal)];
        let sent = self.send("DELETE", "proposal", &query, String::new());
        sent.await.map(|_| ())
    }

    async fn everything(&self) -> Result<Everything, ApiError> {
        let answer = self.send("GET", "toggles", &[], String::new()).await?;
        let mut shown = self.read::<Everything>(&answer)?;
        shown.toggles.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(shown)
    }

    /// What was asked for in so many days, by the toggle's id.
    async fn sums(&self, days: u64) -> Result<BTreeMap<String, Sum>, ApiError> {
        let days = days.to_string();
        let query = [("days", days.as_str())];
        let answer = self.send("GET", "exposure", &query, String::new()).await?;
        Ok(self.read::<Counts>(&answer)?.toggles)
    }

    async fn shown(&self, id: &str) -> Result<Shown, ApiError> {
        let answer = self
            .send("GET", "toggle", &[("id", id)], String::new())
            .await?;
        self.read(&answer)
    }

    async fn patch(
        &self,
        id: &str,
        patch: Patch<'_>,
        if_revision: Option<u64>,
    ) -> Result<Outcome, ApiError> {
        let patch = std::cell::RefCell::new(patch);
        self.again(id, if_revision, async |revision| {
            patch.borrow_mut().revision = revision;
            let body = body_of(&*patch.borrow());
            self.send("PATCH", "toggle", &[("id", id)], body).await
        })
        .await
    }

    /// Makes a change of a stated revision, or of the one that the toggle has, whatever that is.
    async fn again(
        &self,
        id: &str,
        if_revision: Option<u64>,
        send: impl AsyncFn(u64) -> Result<WebAnswer, ApiError>,
    ) -> Result<Outcome, ApiError> {
        let mut attempts = 1..ATTEMPTS;
        loop {
            let revision = match if_revision {
                Some(revision) => revision,
                None => self.revision(id).await?,
            };
            match send(revision).await {
                Ok(answer) if answer.status == 202 => {
                    let proposal = self.read::<Waiting>(&answer)?.proposal;
                    return Ok(Outcome::Proposed(Proposed {
                        feature_id: id.to_owned(),
                        ..proposal
                    }));
                }
                Ok(_) => return Ok(Outcome::Written),
                Err(error) if error.is("revised") && if_revision.is_none() => {
                    if attempts.next().is_none() {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The revision of a toggle; zero if it does not exist.
    async fn revision(&self, id: &str) -> Result<u64, ApiError> {
        match self.shown(id).await {
            Ok(shown) => Ok(shown.revision),
            Err(error) if error.is("unknown-toggle") => Ok(0),
            Err(error) => Err(error),
        }
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        body: String,
    ) -> Result<WebAnswer, ApiError> {
        let unreachable = |reason: String| ApiError::Unreachable {
            url: self.url.clone(),
            reason,
        };
        let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/{path}{mark}{}", self.url, query.join("&")))
            .header(AUTHORIZATION, format!("Bearer {}", self.token));
        let request = if body.is_empty() {
            request.body(body)
        } else {
            request.header(CONTENT_TYPE, "application/json").body(body)
        };
        let request = request.map_err(|error| unreachable(error.to_string()))?;
        let answer = self.network.send(request).await.map_err(unreachable)?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let Problem {
            title,
            detail,
            code,
        } = match (self.read::<Problem>(&answer), answer.status) {
            (Ok(problem), _) => problem,
            // API Gateway's own, by its authorizer.
            (Err(_), 401) => Problem {
                title: "Sign in".to_owned(),
                detail: "the token is not valid".to_owned(),
                code: "unauthorized".to_owned(),
            },
            (Err(odd), _) => return Err(odd),
        };
        Err(ApiError::Refused {
            title,
            detail,
            code,
        })
    }

    fn read<T: for<'de> Deserialize<'de>>(&self, answer: &WebAnswer) -> Result<T, ApiError> {
        serde_json::from_slice(&answer.body).map_err(|_| ApiError::Odd {
            url: self.url.clone(),
            status: answer.status,
        })
    }
}
