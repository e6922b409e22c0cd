//! Errors with their hints, for the edge of the program.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use engine::{DriverError, InventoryError, PlanError, Unreadable};
use miette::{Diagnostic, Report};
use thiserror::Error;

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

impl<E: std::error::Error> std::error::Error for WithHint<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

impl<E: std::error::Error> Diagnostic for WithHint<E> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}

/// A report of an error and its hint.
pub(super) fn advise<E: std::error::Error + Send + Sync + 'static>(
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
    let help = error.hint().map(Cow::into_owned);
    Report::new(WithHint { error, help })
}

/// What could not be read, for each cause with its own advice. A single cause is reported as such.
pub(super) fn inventory(error: &InventoryError) -> Report {
    let causes = error.causes();
    if let [(first, count)] = causes.as_slice() {
        return report(OneCause {
            subject: subject(first, count - 1),
            source: first.source.clone(),
        });
    }
    let mut text = format!(
        "{} resources or types could not be read",
        error.failures.len()
    );
    for (first, count) in causes {
        let subject = subject(first, count - 1);
        let _ = write!(text, "\n\n  {subject}\n    {}", first.source);
        if let Some(hint) = first.source.hint() {
            let _ = write!(text, "\n    help: {hint}");
        }
    }
    Report::msg(text)
}

/// Resources or types that could not be read, all for the same cause.
#[derive(Debug, Error)]
#[error("{subject} could not be read")]
struct OneCause {
    subject: String,
    source: DriverError,
}

impl Hint for OneCause {
    fn hint(&self) -> Option<Cow<'_, str>> {
        self.source.hint()
    }
}

fn subject(first: &Unreadable, more: usize) -> String {
    match more {
        0 => first.subject(),
        more => format!("{} and {more} more", first.subject()),
    }
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
