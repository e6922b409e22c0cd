//! Errors with their hints, for the edge of the program.

use std::error::Error;
use std::fmt;

use engine::PlanError;
use miette::{Diagnostic, Report};

use crate::hint::Hint;

/// An error and its hint.
#[derive(Debug)]
struct WithHint<E> {
    error: E,
    help: Option<String>,
}

impl<E: fmt::Display> fmt::Display for WithHint<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<E: Error> Error for WithHint<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

impl<E: Error> Diagnostic for WithHint<E> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}

/// A report of an error and its hint.
pub(super) fn advise<E: Error + Send + Sync + 'static>(
    error: E,
    help: impl Into<Option<&'static str>>,
) -> Report {
    Report::new(WithHint {
        error,
        help: help.into().map(str::to_owned),
    })
}

/// A report of an error with its own hint.
pub(super) fn report<E: Hint + Send + Sync + 'static>(error: E) -> Report {
    let help = error.hint().map(str::to_owned);
    Report::new(WithHint { error, help })
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
