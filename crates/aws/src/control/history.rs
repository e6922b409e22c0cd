//! The history: who ran what, when, and how it ended.

use aws_sdk_dynamodb::types::AttributeValue;
use engine::DriverError;
use serde::Serialize;

use super::row::{n, number, s, text};
use super::{Control, KIND, NAME, Row};
use crate::account::error::failed;
use crate::kit::call::Call as _;

/// The kind of the rows. Their names begin with the time, so they are in order.
const RUN: &str = "run";

/// The most steps that a row names: a row has at most 400 KB.
const STEPS: usize = 2_000;

/// A run that wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Run {
    /// When it began, in UTC: `2026-01-31T12:00:00Z`.
    pub began: String,
    /// Its id.
    pub id: String,
    /// Who: the ARN of the identity.
    pub who: String,
    /// The machine.
    pub host: String,
    /// What: `apply`, `destroy`.
    pub command: String,
    /// Frontage's version.
    pub version: String,
    /// A digest of the description, which tells two versions of it apart.
    pub description: String,
    /// How it ended; without one it was killed, or still runs.
    pub ended: Option<Ended>,
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// When, in UTC.
    pub at: String,
    /// `complete`, `failed` or `stopped`.
    pub result: String,
    /// How many steps it did, and how many it did not.
    pub done: u64,
    /// The steps that failed or were not tried.
    pub left: u64,
    /// What it did: `create toggles/toggles-table`.
    pub steps: Vec<String>,
}

impl Run {
    fn key(&self) -> String {
        format!("{} {}", self.began, self.id)
    }

    fn of(row: &Row) -> Self {
        let string = |name| text(row, name).unwrap_or_default();
        let steps = row.get("steps").and_then(|steps| steps.as_l().ok());
        let steps = steps.into_iter().flatten();
        let ended = text(row, "ended").map(|at| Ended {
            at,
            result: string("result"),
            done: number(row, "done"),
            left: number(row, "left"),
            steps: steps.filter_map(|step| step.as_s().ok().cloned()).collect(),
        });
        let name = string(NAME);
        let (began, id) = name.split_once(' ').unwrap_or((&name, ""));
        Self {
            began: began.to_owned(),
            id: id.to_owned(),
            who: string("who"),
            host: string("host"),
            command: string("command"),
            version: string("version"),
            description: string("description"),
            ended,
        }
    }
}

impl Control {
    /// Stores a run: as it begins, and again with its end.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    pub async fn record(&self, run: &Run) -> Result<(), DriverError> {
        let mut call = self
            .sdk
            .put_item()
            .table_name(&self.table)
            .item(KIND, s(RUN))
            .item(NAME, s(run.key()))
            .item("who", s(&run.who))
            .item("host", s(&run.host))
            .item("command", s(&run.command))
            .item("version", s(&run.version))
            .item("description", s(&run.description));
        if let Some(ended) = &run.ended {
            let steps = ended.steps.iter().take(STEPS).map(s).collect();
            call = call
                .item("ended", s(&ended.at))
                .item("result", s(&ended.result))
                .item("done", n(ended.done))
                .item("left", n(ended.left))
                .item("steps", AttributeValue::L(steps));
        }
        call.send().done("dynamodb:PutItem").await
    }

    /// The last runs, the newest first; none if nothing was ever written.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    pub async fn history(&self, most: usize) -> Result<Vec<Run>, DriverError> {
        // A page has at most 1 MB, and a run with many steps some 100 KB.
        let mut rows = self
            .sdk
            .query()
            .table_name(&self.table)
            .key_condition_expression("#kind = :kind")
            .expression_attribute_names("#kind", KIND)
            .expression_attribute_values(":kind", s(RUN))
            .scan_index_forward(false)
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .into_paginator()
            .items()
            .send();
        let mut runs = Vec::new();
        while runs.len() < most {
            let Some(row) = rows.next().await else { break };
            match row.map_err(failed("dynamodb:Query")) {
                Err(error) if Self::is_absent(&error) => break,
                row => runs.push(Run::of(&row?)),
            }
        }
        Ok(runs)
    }
}
