//! Why a build would not work in the shell, and how to resolve it.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use thiserror::Error;

use crate::hint::Hint;

/// Why a build would not work in the shell.
#[derive(Debug, Error)]
pub enum CheckError {
    /// The kind is none that the shell shows.
    #[error("frontage.json: the kind is {0}, and the shell shows `element` and `module`")]
    Kind(String),
    /// It was built for another contract.
    #[error("frontage.json: it was built for the contract {built_for}, and the shell shows {} to {}", shell.start(), shell.end())]
    Contract {
        /// What the build states.
        built_for: String,
        /// What the shell shows.
        shell: RangeInclusive<u64>,
    },
    /// The title is no text.
    #[error("frontage.json: the title is {0}, which is no text")]
    Title(String),
    /// The entry has no default export.
    #[error("the entry {0} exports nothing by default")]
    NoDefault(String),
    /// The entry exports a text, a number or the like.
    #[error("the entry {0} exports a plain value by default")]
    DefaultValue(String),
    /// An import that the page cannot resolve.
    #[error("{path} imports `{specifier}`, which the shell's import map does not have")]
    NotMapped {
        /// The module.
        path: String,
        /// The import.
        specifier: String,
        /// What the map has.
        known: Vec<String>,
    },
    /// An import of a file that is not part of the build.
    #[error("{path} imports `{specifier}`, which is not in the build")]
    NoFile {
        /// The module.
        path: String,
        /// The import.
        specifier: String,
    },
    /// An import that the policy refuses.
    #[error("{path} imports `{specifier}`, which the shell's content security policy refuses")]
    Scheme {
        /// The module.
        path: String,
        /// The import.
        specifier: String,
    },
    /// A page of the shell would let injected scripts run, or not its own.
    #[error("{path}: {flaw}")]
    Page {
        /// The page.
        path: String,
        /// What is wrong with it.
        flaw: PageFlaw,
    },
    /// The import map is malformed.
    #[error("the shell's import map is malformed")]
    Map(#[source] serde_json::Error),
    /// Scripts and styles are too large.
    #[error("scripts and styles have {}, and the budget is {}; the largest: {}", size(*.total), size(*.budget), files(.largest))]
    Budget {
        /// Their size in bytes.
        total: u64,
        /// The most bytes.
        budget: u64,
        /// The largest files.
        largest: Vec<(String, u64)>,
    },
}

/// Why a page does not decide which inline scripts run.
#[derive(Debug, Error)]
pub enum PageFlaw {
    /// It has no policy before its first script.
    #[error("it has no content security policy of its own, so every inline script would run")]
    NoPolicy,
    /// Its policy restricts no inline scripts.
    #[error("its own content security policy allows every inline script")]
    Open,
    /// One of its inline scripts is not among those that it allows.
    #[error(
        "its own content security policy does not name an inline script, whose hash is sha256-{0}"
    )]
    NotListed(String),
}

fn size(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100)
}

fn files(largest: &[(String, u64)]) -> String {
    let files = largest
        .iter()
        .map(|(path, bytes)| format!("{path} ({})", size(*bytes)));
    files.collect::<Vec<_>>().join(", ")
}

impl Hint for CheckError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        let advice = match self {
            Self::Kind(_) => {
                "export an element class or { mount, unmount } by default: the shell shows no pages that a server renders"
            }
            Self::Contract { .. } => "build it with the @frontage packages of the shell's version",
            Self::Title(_) => "let the build write \"extras\": {\"title\": \"…\"}, or no title",
            Self::NoDefault(_) => {
                "build an ES module whose default export is an element class or { mount, unmount }; a CommonJS or script \
                 build has no exports"
            }
            Self::DefaultValue(_) => {
                "export an element class (kind `element`) or { mount, unmount } (kind `module`) by default"
            }
            Self::NotMapped { known, .. } => {
                return Some(
                    format!(
                        "bundle it; shared by the page, and so never bundled, are: {}",
                        known.join(", ")
                    )
                    .into(),
                );
            }
            Self::NoFile { .. } => "build again: the files are from different builds",
            Self::Scheme { .. } => "bundle it, or put it into the build as a file",
            Self::Page { .. } => {
                "build it with the shell's vite.config.ts, which writes <meta http-equiv=\"Content-Security-Policy\" \
                 content=\"script-src-elem * 'sha256-…'\"> before the first script, with the hash of each inline script"
            }
            Self::Map(_) => "correct the file import-map.json",
            Self::Budget { .. } => {
                "make them smaller, or state a larger budget: --budget, or `budget` of the team in frontage.toml"
            }
        };
        Some(advice.into())
    }
}
