//! The tokens of a module. Source: ECMAScript Language Specification, "Lexical Grammar".

/// A token, as far as declarations need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name or a keyword.
    Word(&'t str),
    /// A string or a template without expressions, without its quotes. Escapes stay as they are.
    Text(&'t str),
    /// A number.
    Number,
    /// A template, or the part of one up to its first or next expression.
    Template,
    /// A regular expression.
    Pattern,
    /// A character of an operator, or a bracket.
    Mark(u8),
}

/// Keywords after which an expression begins.
const BEFORE_EXPRESSION: [&str; 15] = [
    "await",
    "case",
    "delete",
    "do",
    "else",
    "extends",
    "in",
    "instanceof",
    "new",
    "of",
    "return",
    "throw",
    "typeof",
    "void",
    "yield",
];
/// Keywords whose parentheses are followed by a statement.
const BEFORE_STATEMENT: [&str; 4] = ["for", "if", "while", "with"];

/// An open bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// With whether a statement follows it.
    Parenthesis(bool),
    Bracket,
    Brace,
    /// An expression in a template.
    Template,
}

/// The tokens of a text, each with the number of brackets around it; `None` if a bracket, a string,
/// a template or a comment has no end.
pub(super) fn tokens(text: &str) -> Option<Vec<(Token<'_>, usize)>> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        found: Vec::new(),
        open: Vec::new(),
        closed_statement: false,
    };
    if lexer.bytes.starts_with(b"#!") {
        lexer.skip_line();
    }
    while lexer.step()? {}
    lexer.open.is_empty().then_some(lexer.found)
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    found: Vec<(Token<'t>, usize)>,
    open: Vec<Open>,
    /// Whether the last closing parenthesis was that of an `if` or the like.
    closed_statement: bool,
}

impl<'t> Lexer<'t> {
    /// Reads one token, or what is between tokens. `Some(false)` at the end.
    fn step(&mut self) -> Option<bool> {
        let Some(&byte) = self.bytes.get(self.at) else {
            return Some(false);
        };
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => self.at += 1,
            b'/' => self.slash()?,
            b'"' | b'\'' => self.string(byte)?,
            b'`' => {
                self.at += 1;
                self.template(true)?;
            }
            b'0'..=b'9' => self.number(),
            b'.' if self.bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit) => self.number(),
            byte if is_name(byte) => self.word(),
            byte => self.mark(byte)?,
        }
        Some(true)
    }

    fn push(&mut self, token: Token<'t>) {
        self.found.push((token, self.open.len()));
    }

    fn skip_line(&mut self) {
        let rest = self.bytes[self.at..].iter();
        let length = rest.take_while(|byte| **byte != b'\n').count();
        self.at += length;
    }

    fn slash(&mut self) -> Option<()> {
        match self.bytes.get(self.at + 1) {
            Some(b'/') => self.skip_line(),
            Some(b'*') => {
                let length = self.text.get(self.at + 2..)?.find("*/")?;
                self.at += length + 4;
            }
            _ => self.pattern_or_division(),
        }
        Some(())
    }

    fn pattern_or_division(&mut self) {
        let end = self
            .begins_expression()
            .then(|| self.pattern_end())
            .flatten();
        self.at = end.unwrap_or(self.at + 1);
        self.push(end.map_or(Token::Mark(b'/'), |_| Token::Pattern));
    }

    /// Whether an expression may begin here, by the token before.
    fn begins_expression(&self) -> bool {
        let before = self.found.len().checked_sub(2).map(|at| self.found[at].0);
        match self.found.last().map(|(token, _)| *token) {
            None => true,
            Some(Token::Word(word)) => {
                BEFORE_EXPRESSION.contains(&word) && before != Some(Token::Mark(b'.'))
            }
            Some(Token::Mark(b')')) => self.closed_statement,
            // `a++ / b`
            Some(Token::Mark(mark @ (b'+' | b'-'))) => before != Some(Token::Mark(mark)),
            // After a block a statement begins; nobody divides an object literal.
            Some(Token::Mark(mark)) => mark != b']',
            Some(_) => false,
        }
    }

    /// The end of a regular expression that begins here, flags included.
    fn pattern_end(&self) -> Option<usize> {
        let mut in_class = false;
        let mut at = self.at + 1;
        loop {
            match self.bytes.get(at)? {
                b'\n' | b'\r' => return None,
                b'\\' => at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => break,
                _ => {}
            }
            at += 1;
        }
        let flags = self.bytes[at + 1..].iter();
        Some(at + 1 + flags.take_while(|byte| is_name(**byte)).count())
    }

    fn string(&mut self, quote: u8) -> Option<()> {
        let begin = self.at + 1;
        let mut at = begin;
        loop {
            match *self.bytes.get(at)? {
                byte if byte == quote => break,
                b'\\' => at += 1,
                b'\n' => return None,
                _ => {}
            }
            at += 1;
        }
        self.at = at + 1;
        let text = self.text.get(begin..at)?;
        self.push(Token::Text(text));
        Some(())
    }

    /// The text of a template up to its end or its next expression. One without expressions is a
    /// string: minifiers write strings so.
    fn template(&mut self, from_its_start: bool) -> Option<()> {
        let begin = self.at;
        loop {
            match self.bytes.get(self.at)? {
                b'`' => {
                    let text = self.text.get(begin..self.at).filter(|_| from_its_start);
                    self.at += 1;
                    self.push(text.map_or(Token::Template, Token::Text));
                    return Some(());
                }
                b'$' if self.bytes.get(self.at + 1) == Some(&b'{') => {
                    self.at += 2;
                    self.push(Token::Template);
                    self.open.push(Open::Template);
                    // As if a bracket began: an expression follows.
                    self.push(Token::Mark(b'('));
                    return Some(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    fn number(&mut self) {
        let begin = self.at;
        while let Some(&byte) = self.bytes.get(self.at) {
            let before = self.bytes[begin..self.at].last();
            let is_exponent = matches!(before, Some(b'e' | b'E'))
                && !self.bytes[begin..].starts_with(b"0x")
                && !self.bytes[begin..].starts_with(b"0X");
            if is_name(byte) || byte == b'.' || (is_exponent && matches!(byte, b'+' | b'-')) {
                self.at += 1;
            } else {
                break;
            }
        }
        self.push(Token::Number);
    }

    fn word(&mut self) {
        let begin = self.at;
        let rest = self.bytes[begin..].iter();
        self.at += rest.take_while(|byte| is_name(**byte)).count();
        // Names end at ASCII characters, which are characters of their own.
        self.push(Token::Word(
            self.text.get(begin..self.at).unwrap_or_default(),
        ));
    }

    fn mark(&mut self, byte: u8) -> Option<()> {
        self.at += 1;
        match byte {
            b'(' => {
                let last = self.found.last().map(|(token, _)| *token);
                let statement =
                    matches!(last, Some(Token::Word(word)) if BEFORE_STATEMENT.contains(&word));
                self.push(Token::Mark(byte));
                self.open.push(Open::Parenthesis(statement));
            }
            b'[' | b'{' => {
                self.push(Token::Mark(byte));
                self.open.push(if byte == b'[' {
                    Open::Bracket
                } else {
                    Open::Brace
                });
            }
            b')' | b']' | b'}' => return self.close(byte),
            byte => self.push(Token::Mark(byte)),
        }
        Some(())
    }

    fn close(&mut self, byte: u8) -> Option<()> {
        match (byte, self.open.pop()?) {
            (b')', Open::Parenthesis(statement)) => self.closed_statement = statement,
            (b']', Open::Bracket) | (b'}', Open::Brace) => {}
            (b'}', Open::Template) => return self.template(false),
            _ => return None,
        }
        self.push(Token::Mark(byte));
        Some(())
    }
}

/// Whether a byte is part of a name. All that is not ASCII is, white space included, which minifiers
/// do not write.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'\\' | 0x80..)
}
