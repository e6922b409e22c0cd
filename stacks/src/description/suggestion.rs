//! Suggestions of what was meant, and quoting of text in messages.

/// The similarity of two words, from 0 to 1, at which one is suggested for the other.
const ALIKE: f64 = 0.85;

/// The maximum length of text that a message repeats in full.
const SHOWN: usize = 40;

/// The candidate that is most similar to the text, if any is similar.
pub(super) fn nearest<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|candidate| (likeness(written, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// An omitted part (`concurrency` for `reserved_concurrency`) counts as much as a typing error.
fn likeness(written: &str, candidate: &str) -> f64 {
    let written = written.to_lowercase().replace('-', "_");
    let part = written.len() > 3 && candidate.contains(written.as_str());
    strsim::jaro_winkler(&written, candidate).max(if part { ALIKE } else { 0.0 })
}

/// Text in backquotes, truncated if long, with control characters and emptiness made visible.
pub(super) fn quoted(text: &str) -> String {
    if text.is_empty() {
        return "`\"\"`".to_owned();
    }
    let cut = if text.chars().count() > SHOWN {
        "…"
    } else {
        ""
    };
    let shown: String = text.chars().take(SHOWN).map(visible).collect();
    format!("`{shown}{cut}`")
}

fn visible(character: char) -> String {
    if character.is_control() {
        character.escape_default().to_string()
    } else {
        character.to_string()
    }
}

/// Words in backquotes, separated by commas.
pub(super) fn list<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words
        .into_iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 6] = [
        "memory_mb",
        "log_retention_days",
        "reserved_concurrency",
        "max_retries",
        "log_level",
        "tags",
    ];

    #[test]
    fn offers_what_is_like_what_was_written() {
        for (written, offered) in [
            ("memry_mb", Some("memory_mb")),
            ("memory", Some("memory_mb")),
            ("memory-mb", Some("memory_mb")),
            ("memorySize", Some("memory_mb")),
            ("Log_Level", Some("log_level")),
            ("retention_days", Some("log_retention_days")),
            ("concurrency", Some("reserved_concurrency")),
            ("timeout", None),
            ("runtime", None),
            ("teams", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, KEYS), offered, "{written}");
        }
    }

    #[test]
    fn quotes_no_more_than_a_line_bears() {
        assert_eq!(quoted(""), "`\"\"`");
        assert_eq!(quoted("a\u{1b}b"), "`a\\u{1b}b`");
        assert_eq!(quoted(&"x".repeat(50)), format!("`{}…`", "x".repeat(40)));
    }
}
