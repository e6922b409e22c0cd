//! Why a document cannot be read.

/// Why a document cannot be read. None of it is imported then.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// It is no JSON.
    #[error("the file is no JSON: {0}")]
    NoJson(#[from] serde_json::Error),
    /// It is another kind of document.
    #[error("the file is no {format}: {why}")]
    Other {
        /// What it was read as.
        format: &'static str,
        /// What is missing.
        why: String,
    },
    /// A flag in it is not as the format has it.
    #[error("flag `{flag}`: {why}")]
    Flag {
        /// The flag's key.
        flag: String,
        /// What is wrong.
        why: String,
    },
    /// It has several environments, or not the one that was asked for.
    #[error("the file has the environments {there}")]
    Environment {
        /// The environments, separated by commas.
        there: String,
    },
}

impl FormatError {
    pub(crate) fn flag(flag: &str, why: impl Into<String>) -> Self {
        Self::Flag {
            flag: flag.to_owned(),
            why: why.into(),
        }
    }
}
