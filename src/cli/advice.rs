//! Errors with their hints, for the edge of the program.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use engine::{DriverError, InventoryError, PlanError, Refusal, Unreadable};
use miette::{Diagnostic, Report};
use thiserror::Error;

use crate::hint::Hint;
use crate::render::visible::{is_odd, lines};

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

/// An error in words that have been made visible, with its source.
#[derive(Debug, Error)]
#[error("{text}")]
struct Shown {
    text: String,
    source: Option<Box<Shown>>,
}

/// The same report, if need be in words that do not steer a terminal, and then without the excerpt of
/// its file: they may be those of AWS, or contain names that others chose.
pub(super) fn visible(report: Report) -> Report {
    let mut texts = vec![told(&*report)];
    texts.extend(report.chain().skip(1).map(ToString::to_string));
    let help = report.help().map(|help| help.to_string());
    if !texts.iter().chain(&help).any(|text| is_odd(text)) {
        return report;
    }
    let shown = texts.iter().rev().fold(None, |source, text| {
        let text = lines(text);
        Some(Box::new(Shown { text, source }))
    });
    let help = help.map(|help| lines(&help));
    match shown {
        Some(error) => Report::new(WithHint {
            error: *error,
            help,
        }),
        None => report,
    }
}

/// What a diagnostic says, with its labels and the diagnostics that it consists of.
fn told(diagnostic: &dyn Diagnostic) -> String {
    let mut text = diagnostic.to_string();
    let labels = diagnostic.labels().into_iter().flatten();
    for label in labels.filter_map(|label| label.label().map(str::to_owned)) {
        text.extend([": ", &label]);
    }
    for part in diagnostic.related().into_iter().flatten() {
        text.extend(["\n", &told(part)]);
        let help = part.help().map(|help| format!("\n  help: {help}"));
        text.extend(help);
    }
    text
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

/// What is refused, each with its own advice. What only waits for it is in the plan.
pub(super) fn refused(refusals: &[Refusal]) -> Report {
    let lines = refusals
        .iter()
        .filter(|refusal| !matches!(refusal, Refusal::Behind { .. }))
        .map(|refusal| format!("{refusal}\n  help: {}", refusal.hint()));
    Report::msg(lines.collect::<Vec<_>>().join("\n"))
}

/// A refusal names each resource with its own advice.
pub(super) fn plan(error: PlanError) -> Report {
    match error {
        PlanError::Refused(refusals) => refused(&refusals),
        PlanError::NotThere { .. } => advise(
            error,
            "run `frontage plan`: it names what is not this system's, with its address",
        ),
        PlanError::Absent { .. } => advise(
            error,
            "run `frontage plan`: it names what is kept, with the command that deletes it",
        ),
        PlanError::Ambiguous { .. } => advise(
            error,
            "name the one to delete by its id as well: `ADDRESS=ID`",
        ),
        PlanError::Referred { .. } => advise(
            error,
            "name that one as well, or remove it from the description and run `frontage apply` first",
        ),
        other => advise(other, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Error)]
    #[error("calling")]
    struct Calling(#[source] std::io::Error);

    #[test]
    fn an_error_in_others_words_does_not_steer_the_terminal() {
        let report = |text: &str, help: &'static str| {
            let source = std::io::Error::other(text.to_owned());
            visible(advise(Calling(source), help))
        };
        let chain = |report: &Report| report.chain().map(ToString::to_string).collect::<Vec<_>>();
        let odd = report("no \u{1b}[8m toggle", "see\u{7}");
        assert_eq!(chain(&odd), ["calling", r"no \u{1b}[8m toggle"]);
        assert_eq!(odd.help().unwrap().to_string(), r"see\u{7}");
        let plain = report("no\ntoggle", "see");
        assert_eq!(chain(&plain), ["calling", "no\ntoggle"]);
        assert!(plain.downcast_ref::<WithHint<Calling>>().is_some());
    }

    /// Without the lines of the description, which would turn the text, the reason is still there.
    #[test]
    fn a_problem_of_the_description_says_why_without_its_source() {
        let shown = |text: &str| {
            let malformed = stacks::description::System::parse("frontage.toml", text).unwrap_err();
            let shown = visible(Report::new(malformed));
            assert!(shown.source_code().is_none());
            shown.to_string()
        };
        let one = "name = \"acme\"\n[shell]\ntitle = \"Acme \u{202e}emca\"\n";
        let why = r"`shell.title` cannot be `Acme \u{202e}emca`: U+202E changes the direction of the text";
        assert_eq!(shown(one), why);
        let two = shown(&format!("{one}colour = 1\n"));
        assert!(
            two.contains(why) && two.contains("unknown key `colour`"),
            "{two}"
        );
    }
}
