//! The toggles' HTTP API, for people who have no access to the account.

use std::borrow::Cow;
use std::collections::BTreeMap;

use aws::{Network, WebAnswer};
use hyper::Request;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;
use toggle_contract::{
    ACTIVE, DEFAULT_VARIANT, LAST_CHANGE, PREREQUISITES, RAMP, REVISION, TARGETING, TOGGLE_KEY,
    VALUE, VARIANTS, WINDOWS,
};
use toggle_table::{Asked, AttributeText, Change, Explanation, RuleChange, Toggle};

use super::protection::{self, Proposed};
use crate::hint::Hint;

/// How often a change is tried that states no revision, while others change the toggle.
const ATTEMPTS: usize = 5;

type Json = Box<RawValue>;

/// Why the API could not be used, or did not do what was asked.
#[derive(Debug, Error)]
pub enum ApiError {
    /// It could not be reached.
    #[error("{url}: {reason}")]
    Unreachable {
        /// Its URL.
        url: String,
        /// The transport's message.
        reason: String,
    },
    /// The answer is not the API's.
    #[error("{url} answered {status}, which is not the toggles' API's")]
    Odd {
        /// Its URL.
        url: String,
        /// The status.
        status: u16,
    },
    /// It refused.
    #[error("{title}: {detail}")]
    Refused {
        /// What kind of problem it is, in words.
        title: String,
        /// What is particular about it.
        detail: String,
        /// The kind.
        code: String,
    },
}

impl ApiError {
    fn is(&self, expected: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == expected)
    }
}

impl Hint for ApiError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        let Self::Refused { code, .. } = self else {
            return Some(
                "check the URL: the shell's `config.json` names it, as `toggles.api`".into(),
            );
        };
        let advice = match code.as_str() {
            "unauthorized" => {
                "sign in again, and pass the id token in the variable that --token-env names"
            }
            "forbidden" => "ask who maintains `[toggles.may_flip]` of the system's description",
            "own-proposal" => {
                "ask somebody else, or take it back with `frontage toggles withdraw ID`"
            }
            "unknown-toggle" => "run `frontage toggles list` to see all toggles",
            "revised" => {
                "run `frontage toggles get ID` to see the toggle, and pass its current revision"
            }
            "proposed" => "run `frontage toggles proposals` to see it",
            "too-many" => "run the command again in a moment",
            _ => return None,
        };
        Some(advice.into())
    }
}

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

/// A change of the past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// When, in milliseconds since the epoch.
    pub changed_at: u64,
    /// The toggle's revision after it, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Who made it. `None`: it was not made through Frontage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Who agreed, if that was needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// Why, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Whether the toggle was deleted.
    pub is_deletion: bool,
    /// The attributes that changed, by name.
    pub attributes: Vec<protection::Change>,
}

#[derive(Deserialize)]
struct Changes {
    changes: Vec<Changed>,
}

#[derive(Deserialize)]
struct Everything {
    toggles: Vec<Shown>,
}

/// A toggle as the API shows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: String,
    name: String,
    is_active: bool,
    value: Option<Json>,
    revision: u64,
    last_change: Option<Json>,
    rules: Rules<Json>,
    attributes: BTreeMap<String, Json>,
    proposal: Option<Proposed>,
}

/// Rules in natural JSON.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "J: Deserialize<'de>"))]
struct Rules<J> {
    #[serde(skip_serializing_if = "Option::is_none")]
    targeting: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variants: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_variant: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prerequisites: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    windows: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ramp: Option<J>,
}

impl Shown {
    /// Whether it exists: a toggle that is proposed is shown before it does.
    fn exists(&self) -> bool {
        self.revision > 0 || self.proposal.as_ref().is_none_or(|of| of.revision > 0)
    }

    /// What is proposed for it.
    fn proposed(&self) -> Option<Proposed> {
        let proposal = self.proposal.clone()?;
        Some(Proposed {
            feature_id: self.id.clone(),
            ..proposal
        })
    }

    /// The same toggle as its item has it, apart from types that JSON does not have.
    fn into_toggle(self) -> Toggle {
        let text = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let json = |json: Option<Json>| json.map(|json| json.get().to_owned());
        // These rules are JSON in a text.
        let in_text = |json: Option<Json>| json.map(|json| text(json.get()));
        let revision = (self.revision > 0).then(|| self.revision.to_string());
        let own = [
            (TOGGLE_KEY, Some(text(&self.id))),
            ("featureName", Some(text(&self.name))),
            (ACTIVE, Some(self.is_active.to_string())),
            (VALUE, json(self.value)),
            (REVISION, revision),
            (LAST_CHANGE, json(self.last_change)),
            (TARGETING, in_text(self.rules.targeting)),
            (VARIANTS, json(self.rules.variants)),
            (DEFAULT_VARIANT, json(self.rules.default_variant)),
            (PREREQUISITES, json(self.rules.prerequisites)),
            (WINDOWS, in_text(self.rules.windows)),
            (RAMP, in_text(self.rules.ramp)),
        ];
        let own = own.into_iter();
        let own = own.filter_map(|(name, json)| Some((name.to_owned(), json?)));
        let others = self.attributes.into_iter();
        let others = others.map(|(name, json)| (name, json.get().to_owned()));
        let all = own.chain(others);
        Toggle::of(all.filter_map(|(name, json)| Some((name, json.parse::<AttributeText>().ok()?))))
    }
}

/// The body of a change.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Patch<'p> {
    revision: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Rules<Json>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'p str, Option<&'p str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'p str>,
}

#[derive(Serialize)]
struct Rollback<'r> {
    to: u64,
    revision: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'r str>,
}

#[derive(Serialize)]
struct Explain {
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u64>,
}

#[derive(Serialize)]
struct Approve<'a> {
    proposal: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
}

#[derive(Deserialize)]
struct Waiting {
    proposal: Proposed,
}

#[derive(Deserialize)]
struct Problem {
    title: String,
    detail: String,
    code: String,
}

/// The rules of a change, in which `null` removes one.
fn rules(change: &RuleChange) -> Rules<Json> {
    let none = || change.clear.then(|| RawValue::NULL.to_owned());
    let json = |text: &Option<String>| text.as_deref().map(json_or_text).or_else(none);
    let variants = change.variants.iter();
    let variants: BTreeMap<_, _> = variants
        .map(|(name, value)| (name, raw(value.json())))
        .collect();
    let variants = (!variants.is_empty()).then(|| in_json(&variants));
    let prerequisites = &change.prerequisites;
    let prerequisites = (!prerequisites.is_empty()).then(|| in_json(prerequisites));
    Rules {
        targeting: json(&change.targeting),
        variants: variants.or_else(none),
        default_variant: change.default_variant.as_ref().map(in_json).or_else(none),
        prerequisites: prerequisites.or_else(none),
        windows: json(&change.windows),
        ramp: json(&change.ramp),
    }
}

/// Values always serialise.
fn in_json(value: &(impl Serialize + ?Sized)) -> Json {
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn raw(json: String) -> Json {
    RawValue::from_string(json).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// What is no JSON is sent as text: the service says what is wrong with it.
fn json_or_text(text: &str) -> Json {
    RawValue::from_string(text.to_owned()).unwrap_or_else(|_| in_json(text))
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
        let shown = self.everything().await?;
        let toggles = shown.into_iter().filter(Shown::exists);
        Ok(toggles
            .map(|of| of.into_toggle().without_author())
            .collect())
    }

    /// The toggle of this id.
    pub async fn get(&self, id: &str) -> Result<Toggle, ApiError> {
        Ok(self.shown(id).await?.into_toggle())
    }

    /// All open proposals.
    pub async fn proposals(&self) -> Result<Vec<Proposed>, ApiError> {
        let shown = self.everything().await?;
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

    async fn everything(&self) -> Result<Vec<Shown>, ApiError> {
        let answer = self.send("GET", "toggles", &[], String::new()).await?;
        let mut toggles = self.read::<Everything>(&answer)?.toggles;
        toggles.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(toggles)
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

/// What is sent always serialises.
fn body_of(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}
