//! The rules of a toggle as conditions, for formats that have no targeting of flagd's.

use serde_json::{Map, Value};
use toggle_contract::{DEFAULT_VARIANT, TARGETING, VARIANTS, WINDOWS};
use toggle_rules::Window;

use crate::Item;
use crate::item::{targeting, text};
use crate::logic::{Comparison, Condition, Serve, Tree, all, any, parse};
use crate::values::plain_members;

/// What a toggle chooses.
pub(crate) struct Rules {
    pub(crate) variants: Map<String, Value>,
    /// What those get whom nothing is said of; `None`: it is off for them.
    default: Option<String>,
    tree: Tree,
    windows: Option<Vec<Window>>,
}

impl Rules {
    /// # Errors
    /// The attribute that is no list of conditions.
    pub(crate) fn of(item: &Item) -> Result<Self, &'static str> {
        let variants = item
            .get(VARIANTS)
            .and_then(|value| value.get("M")?.as_object());
        let variants = variants.map(plain_members).unwrap_or_default();
        let targeting = targeting(item).map_err(|()| TARGETING)?;
        let own = text(item, DEFAULT_VARIANT).map(str::to_owned);
        let on = (variants.is_empty() && targeting.is_none()).then(|| "on".to_owned());
        let nothing = Tree {
            rules: Vec::new(),
            otherwise: Serve::Nothing,
        };
        let tree = targeting
            .as_ref()
            .map_or(Some(nothing), parse)
            .ok_or(TARGETING)?;
        let windows = text(item, WINDOWS).map(Window::parse).transpose();
        Ok(Self {
            variants,
            default: own.or(on),
            tree,
            windows: windows.map_err(|_| WINDOWS)?,
        })
    }

    /// When it may be on at all: windows that come once. `None`: they come again.
    pub(crate) fn open(&self) -> Option<Condition> {
        let Some(windows) = &self.windows else {
            return Some(Condition::Always);
        };
        let spans = windows.iter().map(|window| match window {
            Window::Span { from, to } => {
                let from =
                    from.map(|at| Condition::Time(Comparison::GreaterOrEqual, at.as_second()));
                let to = to.map(|at| Condition::Time(Comparison::Less, at.as_second()));
                Some(all(from.into_iter().chain(to).collect()))
            }
            Window::Daily { .. } => None,
        });
        Some(any(spans.collect::<Option<_>>()?))
    }

    /// The conditions in their order with what they give; the last one always holds.
    pub(crate) fn list(&self) -> Vec<(Condition, Serve)> {
        let mut list = self.tree.rules.clone();
        list.push((Condition::Always, self.tree.otherwise.clone()));
        list
    }

    /// What is given, without the default; `None` if that is off.
    pub(crate) fn serves(&self, serve: &Serve) -> Option<Serve> {
        match serve {
            Serve::Nothing => {
                let default = self.default.clone()?;
                self.serves(&Serve::Variant(default))
            }
            Serve::Variant(name) if self.variants.is_empty() => ["on", "true"]
                .contains(&name.as_str())
                .then(|| serve.clone()),
            Serve::Variant(name) => {
                let is_off = self.variants.get(name) == Some(&Value::Bool(false));
                (!is_off).then(|| serve.clone())
            }
            Serve::Split(_) => Some(serve.clone()),
        }
    }
}
