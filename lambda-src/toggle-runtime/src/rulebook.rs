//! The rules of the toggles that are to be sent, and what each client is sent because of them.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use toggle_rules::{Answer, Evaluation, Private, Reason, Rule, evaluate, has_rules};
use tracing::error;

use crate::item::{Item, is_tombstone};
use crate::tally::Count;

/// How many bytes of messages are kept for clients with the same answers.
const KEPT: usize = 16 << 20;

/// The rules of some toggles at one moment.
#[derive(Debug)]
pub struct Rulebook {
    /// By id.
    rules: Vec<(String, Rule)>,
    private: Private,
    /// The toggles whose rules were found to be broken.
    broken: RefCell<BTreeSet<String>>,
}

/// What each toggle with rules is for a client. Clients with the same answers are sent the same messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Answers(Vec<Answer>);

impl Rulebook {
    /// The rules of these toggles at a moment, in milliseconds since the epoch. `find` gives the items that a
    /// toggle's rules refer to.
    pub fn of<'i, F: Fn(&str) -> Option<&'i Item>>(
        toggles: impl IntoIterator<Item = (&'i str, &'i Item, F)>,
        private: &Private,
        at_ms: u64,
    ) -> Self {
        let ruled = toggles
            .into_iter()
            .filter(|(_, item, _)| has_rules(item) && !is_tombstone(item));
        let mut rules: Vec<_> = ruled
            .map(|(id, item, find)| (id.to_owned(), Rule::of(id, item, &find, at_ms)))
            .collect();
        rules.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        Self {
            rules,
            private: private.clone(),
            broken: RefCell::default(),
        }
    }

    /// What the toggles are for a client with this context. A rule that fails is off; it is logged, and counted
    /// in `broken`, once.
    #[must_use]
    pub fn answers(&self, context: Option<&str>, broken: &Count) -> Answers {
        if self.rules.is_empty() {
            return Answers::default();
        }
        let evaluations = evaluate(self.rules.iter().map(|(_, rule)| rule), context);
        let answer = |(id, evaluation): (&String, Evaluation)| {
            if let Reason::Broken(error) = evaluation.reason
                && self.broken.borrow_mut().insert(id.clone())
            {
                broken.add();
                error!(toggle = id, %error, "rule is broken: sent as off");
            }
            evaluation.answer
        };
        let ids = self.rules.iter().map(|(id, _)| id);
        Answers(ids.zip(evaluations).map(answer).collect())
    }

    /// A toggle as a client with these answers is sent it.
    #[must_use]
    pub fn told<'i>(&self, id: &str, item: &'i Item, answers: &Answers) -> Cow<'i, Item> {
        let index = self
            .rules
            .binary_search_by(|(ruled, _)| ruled.as_str().cmp(id));
        let rule = index
            .ok()
            .and_then(|index| self.rules.get(index).zip(answers.0.get(index)));
        match rule {
            Some(((_, rule), answer)) => Cow::Owned(self.private.answered(item, rule, *answer)),
            None => self.private.plain(item),
        }
    }
}

/// Messages for clients with the same answers, which are built once.
#[derive(Debug)]
pub struct Classes<M> {
    built: RefCell<HashMap<Answers, Rc<M>>>,
    bytes: Cell<usize>,
}

impl<M> Default for Classes<M> {
    fn default() -> Self {
        Self {
            built: RefCell::default(),
            bytes: Cell::default(),
        }
    }
}

impl<M> Classes<M> {
    /// The messages for these answers, built with their size in bytes unless they are known.
    pub fn of(&self, answers: &Answers, build: impl FnOnce(&Answers) -> (M, usize)) -> Rc<M> {
        if let Some(known) = self.built.borrow().get(answers) {
            return Rc::clone(known);
        }
        let (messages, bytes) = build(answers);
        let messages = Rc::new(messages);
        let mut built = self.built.borrow_mut();
        if self.bytes.get() + bytes > KEPT {
            built.clear();
            self.bytes.set(0);
        }
        self.bytes.set(self.bytes.get() + bytes);
        built.insert(answers.clone(), Rc::clone(&messages));
        messages
    }
}
