//! Text that others wrote, on its way to a terminal: nothing in it moves the cursor, changes colours or
//! the title, or looks like another line or the other way round.

use std::fmt::Write as _;

/// Text of one line: its control characters are shown as `\n` or `\u{1b}`.
#[must_use]
pub fn field(text: &str) -> String {
    escaped(text, steers)
}

/// Text of several lines, in which line breaks and tabs are Frontage's own.
#[must_use]
pub fn lines(text: &str) -> String {
    escaped(text, |character| {
        steers(character) && !matches!(character, '\n' | '\t')
    })
}

/// JSON whose strings contain none of these as they are; it allows none of ASCII's first 32 itself.
#[must_use]
pub fn json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character > '\u{7e}' && steers(character) {
            // All of them are below U+10000.
            let _ = write!(shown, "\\u{:04x}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether any character of the text would be escaped in lines.
#[must_use]
pub fn is_odd(text: &str) -> bool {
    lines(text) != text
}

fn escaped(text: &str, is_odd: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_odd(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Control characters of ASCII and ISO 8859, line and paragraph separators, and those that change the
/// direction of all text that follows.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown() {
        let text = "\u{1b}]0;owned\u{7}\u{9b}2J caf\u{e9}\r\n\t\u{202e}\u{7f} \u{1f34f}";
        let rest = r"\u{202e}\u{7f}";
        let start = "\\u{1b}]0;owned\\u{7}\\u{9b}2J caf\u{e9}\\r";
        assert_eq!(field(text), format!("{start}\\n\\t{rest} \u{1f34f}"));
        assert_eq!(lines(text), format!("{start}\n\t{rest} \u{1f34f}"));
        assert!(is_odd(text) && !is_odd("caf\u{e9}\n\t\u{1f34f}"));
    }

    #[test]
    fn json_is_the_same_value() {
        let value = "\u{1b}[2J\u{9b}2J\u{7f}\u{202e}\"\\ caf\u{e9}";
        let text = json(&serde_json::to_string_pretty(&[value]).unwrap());
        assert_eq!(lines(&text), text);
        assert_eq!(serde_json::from_str::<[String; 1]>(&text).unwrap(), [value]);
    }
}
