//! The imports and the default export of an ES module, found without a parser for the whole
//! language: it is split into tokens, and declarations stand outside all brackets.
//!
//! The one thing that tokens alone do not tell is whether a slash begins a regular expression. It is
//! decided by the token before it, as minifiers' output allows. What is not understood is `None`,
//! and never a refusal.

mod token;

use self::token::{Token, tokens};

/// What a module imports and exports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Module {
    /// The specifiers of its imports, dynamic ones included if they are literals.
    pub(super) imports: Vec<String>,
    /// Whether it has a default export.
    pub(super) exports_default: bool,
    /// Whether that is visibly a value that no shell can show: a text, a number, a list.
    pub(super) default_is_value: bool,
}

impl Module {
    /// Reads a module's text; `None` if it is not understood.
    pub(super) fn read(text: &str) -> Option<Self> {
        let tokens = tokens(text)?;
        let mut module = Self::default();
        for at in 0..tokens.len() {
            let (token, depth) = &tokens[at];
            let follows_dot = at > 0 && tokens[at - 1].0 == Token::Mark(b'.');
            if follows_dot {
                continue;
            }
            let rest = &tokens[at + 1..];
            match token {
                Token::Word("import") => module.import(rest, *depth),
                Token::Word("export") if *depth == 0 => module.export(rest),
                _ => {}
            }
        }
        Some(module)
    }

    fn import(&mut self, rest: &[(Token<'_>, usize)], depth: usize) {
        match rest {
            [
                (Token::Mark(b'('), _),
                (Token::Text(name), _),
                (Token::Mark(b')' | b','), _),
                ..,
            ] => {
                self.imports.push((*name).to_owned());
            }
            [(Token::Mark(b'(' | b'.'), _), ..] => {}
            [(Token::Text(name), _), ..] if depth == 0 => self.imports.push((*name).to_owned()),
            rest if depth == 0 => self.imports.extend(from(rest)),
            _ => {}
        }
    }

    fn export(&mut self, rest: &[(Token<'_>, usize)]) {
        match rest {
            [(Token::Word("default"), _), (value, _), ..] => {
                self.exports_default = true;
                self.default_is_value = is_value(value);
            }
            [(Token::Mark(b'{'), _), names @ ..] => {
                let end = names
                    .iter()
                    .position(|(token, _)| *token == Token::Mark(b'}'));
                let (names, after) = names.split_at(end.unwrap_or(names.len()));
                let is_default = |token: &Token<'_>| {
                    matches!(token, Token::Word("default") | Token::Text("default"))
                };
                let exported = names.split(|(token, _)| *token == Token::Mark(b','));
                let mut last = exported.filter_map(<[_]>::last);
                self.exports_default |= last.any(|(token, _)| is_default(token));
                if let [_, (Token::Word("from"), _), (Token::Text(name), _), ..] = after {
                    self.imports.push((*name).to_owned());
                }
            }
            [(Token::Mark(b'*'), _), ..] => {
                let named_default = [Token::Mark(b'*'), Token::Word("as"), Token::Word("default")];
                let first = rest.iter().map(|(token, _)| token);
                self.exports_default |= first.take(3).eq(named_default.iter());
                self.imports.extend(from(rest));
            }
            _ => {}
        }
    }
}

/// The specifier after the next `from`, if only names are before it.
fn from(rest: &[(Token<'_>, usize)]) -> Option<String> {
    let clause = |token: &Token<'_>| {
        matches!(
            token,
            Token::Word(_) | Token::Text(_) | Token::Mark(b'{' | b'}' | b',' | b'*')
        )
    };
    let mut pairs = rest.windows(2).take_while(|pair| clause(&pair[0].0));
    pairs.find_map(|pair| match pair {
        [(Token::Word("from"), _), (Token::Text(name), _)] => Some((*name).to_owned()),
        _ => None,
    })
}

fn is_value(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Text(_)
            | Token::Number
            | Token::Template
            | Token::Mark(b'[')
            | Token::Word("true" | "false" | "null" | "undefined")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(text: &str) -> Vec<String> {
        Module::read(text).unwrap().imports
    }

    #[test]
    fn every_form_of_an_import_is_found() {
        let text = r#"
            import "./a.js"; import b from './b.js'; import * as c from "c"; import d, { e as f, "g" as h } from "d";
            import{i}from"./i.js";export*from"j";export*as k from"k";export{l as m}from"l";
            const n = () => import("./n.js"), o = import('o', { with: {} }), t = import(`./t.js`), u = import(`./${u}`);
            import.meta.url; p.import("q"); import(r);
        "#;
        assert_eq!(
            imports(text),
            [
                "./a.js", "./b.js", "c", "d", "./i.js", "j", "k", "l", "./n.js", "o", "./t.js"
            ]
        );
    }

    #[test]
    fn what_only_looks_like_an_import_is_none() {
        for text in [
            "'import \"a\"'",
            "`import \"a\" ${`import \"b\" ${1}`} import \"c\"`",
            "// import 'a'\n/* import 'b' */",
            "x = /import 'a'[/']/.test(y)",
            "if (x) /import 'a'/.test(y)",
            "return_ = a / b; c = 'import \"a\"' / d",
            "y = x++ / 2; z = \"import 'a'\" / 1",
            "const from = { import: 'a' }",
        ] {
            assert_eq!(imports(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_default_export_is_found_in_each_form() {
        for text in [
            "export default class extends HTMLElement {}",
            "const a = {}; export { a as default };",
            "export{x as y,a as default}",
            "export { default } from './a.js'",
            "export{a as\"default\"}",
            "export * as default from 'a'",
            "export default { mount() {} }",
            "export default defineCustomElement(x)",
        ] {
            let module = Module::read(text).unwrap();
            assert!(module.exports_default && !module.default_is_value, "{text}");
        }
        for text in [
            "module.exports = {}",
            "export const a = 1",
            "export { default as a } from 'a'",
            "export * from 'a'",
            "var a = { export: 1, default: 2 }",
            "'export default 1'",
        ] {
            assert!(!Module::read(text).unwrap().exports_default, "{text}");
        }
        for text in ["'a'", "1", "`a`", "[1]", "null", "true"] {
            let module = Module::read(&format!("export default {text}")).unwrap();
            assert!(module.default_is_value, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_none() {
        for text in ["'", "`", "/*", "(", "`${", "}", "a)"] {
            assert_eq!(Module::read(text), None, "{text}");
        }
    }
}
