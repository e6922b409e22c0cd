//! Errors with what to do about them, for the edge.

use std::error::Error;
use std::fmt;

use miette::{Diagnostic, Report};

use crate::aws::AccountError;
use crate::reconcile::{InventoryError, PlanError};

/// An error, and what to do about it.
#[derive(Debug)]
struct Advised<E> {
    error: E,
    help: Option<String>,
}

impl<E: fmt::Display> fmt::Display for Advised<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<E: Error> Error for Advised<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

impl<E: Error> Diagnostic for Advised<E> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}

/// A report of an error and what to do about it.
pub(super) fn advise<E: Error + Send + Sync + 'static>(
    error: E,
    help: impl Into<Option<&'static str>>,
) -> Report {
    Report::new(Advised {
        error,
        help: help.into().map(str::to_owned),
    })
}

pub(super) fn account(error: AccountError) -> Report {
    let help = error.hint();
    advise(error, help)
}

pub(super) fn inventory(error: InventoryError) -> Report {
    let help = error.source.hint();
    advise(error, help)
}

/// A refusal names each resource with its own advice.
pub(super) fn plan(error: PlanError) -> Report {
    match error {
        PlanError::Refused(refusals) => {
            let lines = refusals
                .iter()
                .map(|refusal| format!("{refusal}\n  help: {}", refusal.hint()));
            Report::msg(lines.collect::<Vec<_>>().join("\n"))
        }
        other => advise(other, None),
    }
}
