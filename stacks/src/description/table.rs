//! Reads tables key by key, and remembers which keys exist.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::problem::Problem;
use super::share::{NoShare, Share};
use super::suggestion::{list, nearest, quoted};

/// The findings of reading one description.
#[derive(Debug, Default)]
pub(super) struct Findings {
    problems: Vec<Problem>,
    /// The keys of each table, by its path; the top level's path is empty.
    known: BTreeMap<String, Vec<&'static str>>,
    unknown: Vec<Unknown>,
    missing: Vec<(&'static str, Problem)>,
}

/// A key that does not exist in its table.
#[derive(Debug)]
struct Unknown {
    path: String,
    key: String,
    at: Range<usize>,
    is_table: bool,
}

/// One table of a description, which may be absent. Reading a key makes it known.
///
/// A failed read reports a problem and returns `None`, like an absent key: reading continues, to
/// find the other problems.
#[derive(Debug)]
pub(super) struct Table<'t, 'f> {
    path: String,
    entries: Option<&'t DeTable<'t>>,
    findings: &'f mut Findings,
}

/// Why a value is refused.
#[derive(Debug)]
pub(super) struct Rejected {
    /// The problem in a few words, which appear right below the value.
    pub(super) why: String,
    /// The correct form, with the rule.
    pub(super) help: String,
}

/// Why a value of a list is refused that the list has already.
fn twice() -> Rejected {
    Rejected {
        why: "already in the list".to_owned(),
        help: "remove one of the two".to_owned(),
    }
}

impl Findings {
    /// Reads the top level.
    pub(super) fn read<'t, T>(
        &mut self,
        root: &'t DeTable<'t>,
        read: impl FnOnce(&mut Table<'t, '_>) -> T,
    ) -> T {
        self.read_table(String::new(), Some(root), read)
    }

    fn read_table<'t, T>(
        &mut self,
        path: String,
        entries: Option<&'t DeTable<'t>>,
        read: impl FnOnce(&mut Table<'t, '_>) -> T,
    ) -> T {
        let mut table = Table {
            path,
            entries,
            findings: self,
        };
        let value = read(&mut table);
        table.note_unknown();
        value
    }

    /// Adds a problem.
    pub(super) fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// All problems, once everything is read: only then are all keys known.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        let unknown: Vec<_> = self
            .unknown
            .iter()
            .map(|unknown| unknown.explain(&self.known))
            .collect();
        let meant: Vec<_> = unknown.iter().filter_map(|(_, meant)| *meant).collect();
        // A required key that is only misspelt or misplaced is reported already.
        let missing = self
            .missing
            .into_iter()
            .filter(|(key, _)| !meant.contains(key));
        self.problems.extend(missing.map(|(_, problem)| problem));
        self.problems
            .extend(unknown.into_iter().map(|(problem, _)| problem));
        self.problems
    }

    #[cfg(test)]
    pub(super) fn known(&self) -> &BTreeMap<String, Vec<&'static str>> {
        &self.known
    }
}

impl Unknown {
    /// The problem, and the key that was meant if one is similar.
    fn explain(
        &self,
        known: &BTreeMap<String, Vec<&'static str>>,
    ) -> (Problem, Option<&'static str>) {
        let here: &[&'static str] = known.get(&self.path).map_or(&[], Vec::as_slice);
        let problem = |label: String| Problem::new(self.message(), self.at.clone(), label);
        let elsewhere = known
            .iter()
            .find(|(_, keys)| keys.contains(&self.key.as_str()));
        if let Some((path, keys)) = elsewhere {
            let meant = keys.iter().copied().find(|key| *key == self.key);
            return (
                problem(format!("belongs {}", place(path))).help(move_to(&self.key, path)),
                meant,
            );
        }
        if let Some(meant) = nearest(&self.key, here.iter().copied()) {
            return (problem(format!("did you mean `{meant}`?")), Some(meant));
        }
        let help = format!(
            "the keys {} are {}",
            place(&self.path),
            list(here.iter().copied())
        );
        (
            problem(format!("there is no such {}", self.noun())).help(help),
            None,
        )
    }

    fn message(&self) -> String {
        let place = if self.path.is_empty() {
            String::new()
        } else {
            format!(" {}", place(&self.path))
        };
        format!("unknown {} {}{place}", self.noun(), quoted(&self.key))
    }

    fn noun(&self) -> &'static str {
        if self.is_table { "table" } else { "key" }
    }
}

impl<'t> Table<'t, '_> {
    /// A text that a rule accepts: the rule returns its meaning, or why it is refused.
    pub(super) fn text<T>(
        &mut self,
        key: &'static str,
        rule: impl FnOnce(&str) -> Result<T, Rejected>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let DeValue::String(text) = value.get_ref() else {
            return self.mistyped(key, "a string", value);
        };
        match rule(text) {
            Ok(value) => Some(value),
            Err(rejected) => self.refuse(key, text, value, rejected),
        }
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        self.text(key, |text| {
            all.iter()
                .copied()
                .find(|choice| word(*choice) == text)
                .ok_or_else(|| {
                    let words = || all.iter().map(|choice| word(*choice));
                    let meant = nearest(text, words());
                    let why = meant.map_or("not one of the choices".to_owned(), |word| {
                        format!("did you mean `{word}`?")
                    });
                    Rejected {
                        why,
                        help: format!("use one of {}", list(words())),
                    }
                })
        })
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let DeValue::Boolean(boolean) = value.get_ref() else {
            return self.mistyped(key, "true or false", value);
        };
        Some(*boolean)
    }

    /// A whole number within a range; `of` says what it counts.
    pub(super) fn integer(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i32>,
        of: &str,
    ) -> Option<i32> {
        let (least, most) = (*range.start(), *range.end());
        self.number(key, |written| match written {
            Some(number) if range.contains(&number) => Ok(number),
            other => {
                let low = other.is_some_and(|number| number < least);
                let why = if low {
                    format!("the minimum is {least}")
                } else {
                    format!("the maximum is {most}")
                };
                Err(Rejected {
                    why,
                    help: format!("use a number from {least} to {most}: {of}"),
                })
            }
        })
    }

    /// A whole number that is one of a few; `of` says what it counts.
    pub(super) fn integer_of(&mut self, key: &'static str, all: &[i32], of: &str) -> Option<i32> {
        self.number(key, |written| match written {
            Some(number) if all.contains(&number) => Ok(number),
            other => {
                let distance = |choice: &&i32| choice.abs_diff(other.unwrap_or(i32::MAX));
                let nearest = all.iter().min_by_key(distance).copied().unwrap_or_default();
                let choices = all
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ");
                Err(Rejected {
                    why: format!("the nearest allowed value is {nearest}"),
                    help: format!("use one of {choices}: {of}"),
                })
            }
        })
    }

    /// A whole number that a rule accepts; the rule gets `None` if it does not fit the type.
    fn number(
        &mut self,
        key: &'static str,
        rule: impl FnOnce(Option<i32>) -> Result<i32, Rejected>,
    ) -> Option<i32> {
        let value = self.value(key)?;
        let DeValue::Integer(written) = value.get_ref() else {
            return self.mistyped(key, "a whole number", value);
        };
        match rule(whole(written)) {
            Ok(number) => Some(number),
            Err(rejected) => self.refuse(key, &written.to_string(), value, rejected),
        }
    }

    /// A number above 0, and up to 1; `of` says of what it is a share.
    pub(super) fn share(&mut self, key: &'static str, of: &str) -> Option<Share> {
        let value = self.value(key)?;
        let written = match value.get_ref() {
            DeValue::Integer(whole) => whole.to_string(),
            DeValue::Float(fraction) => fraction.to_string(),
            _ => return self.mistyped(key, "a number", value),
        };
        match written.parse::<Share>() {
            Ok(share) => Some(share),
            Err(NoShare { is_too_much }) => {
                let why = if is_too_much {
                    "the maximum is 1, which is all"
                } else {
                    "it must be above 0"
                };
                let rejected = Rejected {
                    why: why.to_owned(),
                    help: format!(
                        "use a number above 0 and up to 1, such as 0.01 for one of a hundred: {of}"
                    ),
                };
                self.refuse(key, &written, value, rejected)
            }
        }
    }

    /// A table with known keys. An absent table is read as well, as defaults.
    pub(super) fn table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Table<'t, '_>) -> T,
    ) -> T {
        let entries = self.entries_of(key);
        self.findings.read_table(self.path_of(key), entries, read)
    }

    /// A table whose keys are the operator's, and are tables themselves; the reader gets each key
    /// and its place.
    pub(super) fn tables<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&str, Range<usize>, &mut Table<'t, '_>) -> T,
    ) -> Vec<T> {
        let entries = self.entries_of(key);
        let path = self.path_of(key);
        let each = entries.into_iter().flatten().map(|(name, value)| {
            let (name, at) = (name.get_ref().as_ref(), name.span());
            let path = format!("{path}.{name}");
            let DeValue::Table(entries) = value.get_ref() else {
                self.findings
                    .problem(mistyped(&path, &path, "a table", value));
                return None;
            };
            Some(
                self.findings
                    .read_table(path, Some(entries), |table| read(name, at, table)),
            )
        });
        each.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// A list of texts that a rule accepts, each once.
    pub(super) fn texts<T: PartialEq>(
        &mut self,
        key: &'static str,
        rule: impl Fn(&str) -> Result<T, Rejected>,
    ) -> Option<Vec<T>> {
        let value = self.value(key)?;
        self.texts_in(key, value, &rule)
    }

    /// A table whose keys are the operator's, and whose values are lists of texts that a rule accepts, each
    /// once in its list.
    pub(super) fn lists<T: PartialEq>(
        &mut self,
        key: &'static str,
        rule: impl Fn(&str) -> Result<T, Rejected>,
    ) -> BTreeMap<String, Vec<T>> {
        let entries = self.entries_of(key).into_iter().flatten();
        let lists = entries.filter_map(|(name, value)| {
            let name = name.get_ref().as_ref();
            let texts = self.texts_in(&format!("{key}.{name}"), value, &rule);
            Some((name.to_owned(), texts?))
        });
        lists.collect()
    }

    fn texts_in<T: PartialEq>(
        &mut self,
        key: &str,
        value: &Spanned<DeValue>,
        rule: &impl Fn(&str) -> Result<T, Rejected>,
    ) -> Option<Vec<T>> {
        let DeValue::Array(items) = value.get_ref() else {
            return self.mistyped(key, "a list of strings", value);
        };
        let mut read = Vec::<Option<T>>::new();
        for item in items {
            let value = match item.get_ref() {
                DeValue::String(text) => match rule(text) {
                    Ok(value) if read.iter().flatten().any(|before| *before == value) => {
                        self.refuse(key, text, item, twice())
                    }
                    Ok(value) => Some(value),
                    Err(rejected) => self.refuse(key, text, item, rejected),
                },
                _ => self.mistyped(key, "a list of strings", item),
            };
            read.push(value);
        }
        read.into_iter().collect()
    }

    /// A table whose keys are the operator's.
    pub(super) fn entries_of(&mut self, key: &'static str) -> Option<&'t DeTable<'t>> {
        let value = self.value(key)?;
        let DeValue::Table(entries) = value.get_ref() else {
            return self.mistyped(key, "a table", value);
        };
        Some(entries)
    }

    /// Whether the table is present.
    pub(super) fn is_written(&self) -> bool {
        self.entries.is_some()
    }

    /// Whether the key is present, with any value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries
            .is_some_and(|entries| entries.contains_key(key))
    }

    /// The place of a key's value, if it is present.
    pub(super) fn span(&self, key: &str) -> Option<Range<usize>> {
        self.entries?.get(key).map(Spanned::span)
    }

    /// The keys of a table in it, and their places; none if it is no table.
    pub(super) fn places(&self, key: &str) -> Vec<(String, Range<usize>)> {
        let value = self.entries.and_then(|entries| entries.get(key));
        let Some(DeValue::Table(entries)) = value.map(Spanned::get_ref) else {
            return Vec::new();
        };
        let places = entries
            .keys()
            .map(|key| (key.get_ref().to_string(), key.span()));
        places.collect()
    }

    /// Reports a required key as missing, unless it is misspelt or in another table.
    pub(super) fn missing(&mut self, key: &'static str, problem: Problem) {
        self.findings.missing.push((key, problem));
    }

    /// Adds a problem, if there is one.
    pub(super) fn report(&mut self, problem: Option<Problem>) {
        self.findings.problems.extend(problem);
    }

    /// The findings so far.
    pub(super) fn findings(&mut self) -> &mut Findings {
        self.findings
    }

    fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.findings
            .known
            .entry(self.path.clone())
            .or_default()
            .push(key);
        self.entries?.get(key)
    }

    fn refuse<T>(
        &mut self,
        key: &str,
        written: &str,
        value: &Spanned<DeValue>,
        Rejected { why, help }: Rejected,
    ) -> Option<T> {
        let message = format!("`{}` cannot be {}", self.path_of(key), quoted(written));
        self.findings
            .problem(Problem::new(message, value.span(), why).help(help));
        None
    }

    fn mistyped<T>(&mut self, key: &str, expected: &str, value: &Spanned<DeValue>) -> Option<T> {
        self.findings
            .problem(mistyped(&self.path_of(key), key, expected, value));
        None
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn note_unknown(self) {
        let known = self.findings.known.entry(self.path.clone()).or_default();
        let entries = self.entries.into_iter().flatten();
        self.findings.unknown.extend(
            entries
                .filter(|(key, _)| !known.contains(&key.get_ref().as_ref()))
                .map(|(key, value)| Unknown {
                    path: self.path.clone(),
                    key: key.get_ref().to_string(),
                    at: key.span(),
                    is_table: matches!(value.get_ref(), DeValue::Table(_)),
                }),
        );
    }
}

fn mistyped(path: &str, key: &str, expected: &str, value: &Spanned<DeValue>) -> Problem {
    let found = kind(value.get_ref());
    let message = format!("`{path}`: expected {expected}, found {found}");
    Problem::new(message, value.span(), format!("this is {found}")).help(rewrite(
        key,
        expected,
        value.get_ref(),
    ))
}

fn whole(written: &DeInteger) -> Option<i32> {
    i32::from_str_radix(written.as_str(), written.radix()).ok()
}

/// The place of a key of the table at a path, in words.
fn place(path: &str) -> String {
    if path.is_empty() {
        "at the top of the file".to_owned()
    } else {
        format!("in `[{path}]`")
    }
}

fn move_to(key: &str, path: &str) -> String {
    if path.is_empty() {
        format!(
            "move `{key}` above the first `[table]`: keys below a table's line belong to that table"
        )
    } else {
        format!("move `{key}` below the line `[{path}]`")
    }
}

/// The kind of a value, in the words that say what is expected.
pub(super) fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// The replacement for a value of the wrong type: the same value in the right one, if it can be
/// derived.
pub(super) fn rewrite(key: &str, expected: &str, value: &DeValue) -> String {
    match (expected, value) {
        ("a string", DeValue::Integer(number)) => {
            format!("put it in quotes: `{key} = \"{number}\"`")
        }
        ("a string", DeValue::Float(number)) => format!("put it in quotes: `{key} = \"{number}\"`"),
        ("a string", DeValue::Boolean(boolean)) => {
            format!("put it in quotes: `{key} = \"{boolean}\"`")
        }
        ("a string", DeValue::Datetime(time)) => format!("put it in quotes: `{key} = \"{time}\"`"),
        ("a string", _) => format!("write text in quotes: `{key} = \"…\"`"),
        ("a list of strings", _) => {
            "write a list of strings in quotes, such as `[\"one\", \"two\"]`".to_owned()
        }
        ("a whole number", DeValue::String(text))
            if text.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            format!("write only digits, without quotes: `{key} = {digits}`")
        }
        ("a whole number", _) => "write only digits, without quotes or a fraction".to_owned(),
        ("a number", _) => format!("write it without quotes: `{key} = 0.01`"),
        ("true or false", DeValue::String(text)) if matches!(text.as_ref(), "true" | "false") => {
            format!("write it without quotes: `{key} = {text}`")
        }
        ("true or false", _) => format!("write `{key} = true` or `{key} = false`"),
        ("a table", DeValue::Array(array))
            if array
                .iter()
                .all(|item| matches!(item.get_ref(), DeValue::Table(_))) =>
        {
            format!("write `[{key}]`, in single brackets: there is only one")
        }
        (_, _) => format!("write the line `[{key}]` and its keys below it"),
    }
}
