//! Problems of a description: where, why, and how to fix them.

use std::fmt;
use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use thiserror::Error;

/// One problem of a description.
///
/// Its message says what is wrong, its labels where and why, its help what to write instead.
#[derive(Clone, Debug, Error, Diagnostic)]
#[error("{message}")]
pub struct Problem {
    message: String,
    #[label(collection)]
    labels: Vec<LabeledSpan>,
    #[help]
    help: Option<String>,
}

impl Problem {
    /// A problem at a place in the text, with a label there.
    pub(super) fn new(
        message: impl Into<String>,
        at: Range<usize>,
        label: impl Into<String>,
    ) -> Self {
        let label = LabeledSpan::new_primary_with_span(Some(label.into()), at);
        Self {
            message: message.into(),
            labels: vec![label],
            help: None,
        }
    }

    /// Points at a second place that is related.
    pub(super) fn also(mut self, at: Range<usize>, label: impl Into<String>) -> Self {
        self.labels
            .push(LabeledSpan::new_with_span(Some(label.into()), at));
        self
    }

    /// Adds advice.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Its place in the text.
    fn offset(&self) -> usize {
        self.labels.first().map_or(0, LabeledSpan::offset)
    }
}

/// All problems of a description, in the order of its text.
///
/// A single problem is shown by itself, several as the parts of one report.
#[derive(Debug, Error)]
pub struct DescriptionErrors {
    source_code: NamedSource<String>,
    problems: Vec<Problem>,
}

impl DescriptionErrors {
    pub(super) fn new(file_name: &str, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(Problem::offset);
        Self {
            source_code: NamedSource::new(file_name, text.to_owned()),
            problems,
        }
    }

    /// The problems, at least one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn only(&self) -> Option<&Problem> {
        if let [problem] = self.problems.as_slice() {
            Some(problem)
        } else {
            None
        }
    }
}

impl fmt::Display for DescriptionErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.only() {
            Some(problem) => problem.fmt(f),
            None => write!(
                f,
                "{} has {} problems",
                self.source_code.name(),
                self.problems.len()
            ),
        }
    }
}

impl Diagnostic for DescriptionErrors {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source_code)
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.only()?.help()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.only()?.labels()
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.only().is_some() {
            return None;
        }
        Some(Box::new(
            self.problems
                .iter()
                .map(|problem| problem as &dyn Diagnostic),
        ))
    }
}
