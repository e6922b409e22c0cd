//! Toggles of another system, written into this one.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{StreamExt as _, iter};
use serde::Serialize;
use toggle_rules::is_segment;

use crate::draft::{Draft, is_toggle, next_revision};
use crate::error::TogglesError;
use crate::store::{CONCURRENT, Store};
use crate::toggle::Toggle;

/// Toggles that were copied from another system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// The ids of those that were written.
    pub copied: Vec<String>,
    /// How many were the same before.
    pub same: usize,
}

impl Store {
    /// These toggles, with the segments that their rules name, however far. What is not there is left out.
    pub async fn with_segments(&self, toggles: Vec<Toggle>) -> Result<Vec<Toggle>, TogglesError> {
        let named = |toggle: &Toggle| toggle.references().into_iter().filter(|id| is_segment(id));
        let mut next: BTreeSet<_> = toggles.iter().flat_map(named).collect();
        let mut found = BTreeMap::new();
        while let Some(id) = next.pop_first() {
            if found.contains_key(&id) {
                continue;
            }
            let item = self.read(&id).await?;
            if is_toggle(&item) {
                let segment = Toggle::from_item(item).without_author();
                next.extend(named(&segment));
                found.insert(id, segment);
            }
        }
        Ok(found.into_values().chain(toggles).collect())
    }

    /// Writes toggles and segments of another system as they are there, whatever this one has of these
    /// ids; the revision is this system's next. Those that are the same are not written. What others
    /// refer to is written before them, so that no rule is broken meanwhile.
    ///
    /// # Errors
    /// Before any write, [`TogglesError::Lacking`] if what a toggle's rules refer to is neither among them
    /// nor in this system. The first error of a write, after all others of its kind: as [`Store::set`].
    pub async fn copy(&self, toggles: &[Toggle]) -> Result<Copied, TogglesError> {
        self.check_references(toggles).await?;
        let mut copied = Copied::default();
        for layer in layers(toggles) {
            let writes = layer.into_iter().map(|toggle| async move {
                let is_written = self.copy_one(toggle).await?;
                Ok::<_, TogglesError>(is_written.then(|| toggle.id().to_owned()))
            });
            let written: Vec<_> = iter(writes).buffered(CONCURRENT).collect().await;
            for written in written {
                match written? {
                    Some(id) => copied.copied.push(id),
                    None => copied.same += 1,
                }
            }
        }
        Ok(copied)
    }

    async fn check_references(&self, toggles: &[Toggle]) -> Result<(), TogglesError> {
        let mut known: BTreeSet<_> = toggles
            .iter()
            .map(|toggle| toggle.id().to_owned())
            .collect();
        for toggle in toggles {
            for needed in toggle.references() {
                if known.contains(&needed) {
                    continue;
                }
                if !is_toggle(&self.read(&needed).await?) {
                    let id = toggle.id().to_owned();
                    return Err(TogglesError::Lacking { id, needed });
                }
                known.insert(needed);
            }
        }
        Ok(())
    }

    /// Whether the toggle had to be written.
    async fn copy_one(&self, toggle: &Toggle) -> Result<bool, TogglesError> {
        let id = toggle.id();
        let item = self.read(id).await?;
        if is_toggle(&item) && Toggle::from_item(item).has_content_of(toggle) {
            return Ok(false);
        }
        let write = self.write(id, |item, floor| {
            let draft = Draft {
                set: toggle.content_item(),
                replaces: true,
                revision: next_revision(id, item, floor)?,
                ..Draft::default()
            };
            draft.checked(id, item)
        });
        write.await.map(|_| true)
    }
}

/// The same toggles, in such an order that each refers to none of its own layer or a later one. Those of a
/// circle are the last layer.
fn layers(toggles: &[Toggle]) -> Vec<Vec<&Toggle>> {
    let mut rest: Vec<_> = toggles.iter().map(|of| (of, of.references())).collect();
    let mut layers = Vec::new();
    while !rest.is_empty() {
        let ids: BTreeSet<_> = rest.iter().map(|(of, _)| of.id().to_owned()).collect();
        let (ready, waiting): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|(_, references)| references.is_disjoint(&ids));
        let (layer, left) = if ready.is_empty() {
            (waiting, Vec::new())
        } else {
            (ready, waiting)
        };
        layers.push(layer.into_iter().map(|(of, _)| of).collect());
        rest = left;
    }
    layers
}

/// The ids of the segments that the rules of these toggles name, however far, among all of a system.
#[must_use]
pub fn named_segments(all: &[Toggle], toggles: &[&str]) -> BTreeSet<String> {
    let by_id: BTreeMap<_, _> = all.iter().map(|of| (of.id(), of)).collect();
    let named = |id: &str| {
        let references = by_id.get(id).map(|of| of.references()).unwrap_or_default();
        references.into_iter().filter(|id| is_segment(id))
    };
    let mut next: BTreeSet<_> = toggles.iter().flat_map(|id| named(id)).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = next.pop_first() {
        if found.insert(id.clone()) {
            next.extend(named(&id));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn toggles() -> Vec<Toggle> {
        let text = |json: serde_json::Value| json!({"S": json.to_string()});
        let items = [
            json!({"featureId": {"S": "a"}, "prerequisites": {"SS": ["b"]},
                "targeting": text(json!({"if": [{"$ref": "staff"}, "on", "off"]}))}),
            json!({"featureId": {"S": "b"}}),
            json!({"featureId": {"S": "segment:beta"}, "segment": text(json!({"==": [1, 1]}))}),
            json!({"featureId": {"S": "segment:staff"}, "segment": text(json!({"or": [{"$ref": "beta"}, {"$ref": "gone"}]}))}),
            json!({"featureId": {"S": "segment:other"}, "segment": text(json!({"==": [1, 1]}))}),
        ];
        items.iter().map(Toggle::from_message).collect()
    }

    #[test]
    fn what_others_refer_to_comes_first() {
        let toggles = toggles();
        let ids: Vec<Vec<_>> = layers(&toggles)
            .into_iter()
            .map(|layer| layer.into_iter().map(Toggle::id).collect())
            .collect();
        assert_eq!(
            ids,
            [
                vec!["b", "segment:beta", "segment:other"],
                vec!["segment:staff"],
                vec!["a"]
            ]
        );
        let circle = json!([
            {"featureId": {"S": "a"}, "prerequisites": {"SS": ["b"]}},
            {"featureId": {"S": "b"}, "prerequisites": {"SS": ["a"]}},
        ]);
        let circle: Vec<_> = circle
            .as_array()
            .unwrap()
            .iter()
            .map(Toggle::from_message)
            .collect();
        assert_eq!(layers(&circle).len(), 1);
    }

    #[test]
    fn segments_are_named_directly_and_by_others() {
        let toggles = toggles();
        let named = |ids: &[&str]| {
            named_segments(&toggles, ids)
                .into_iter()
                .collect::<Vec<_>>()
        };
        assert_eq!(
            named(&["a"]),
            ["segment:beta", "segment:gone", "segment:staff"]
        );
        assert_eq!(named(&["b", "none"]), Vec::<String>::new());
    }
}
