//! Toggles and segments that come from elsewhere, before they are written together.

use crate::draft::{Draft, Item};
use crate::error::TogglesError;
use crate::rules::Found;
use crate::store::Store;
use crate::toggle::Toggle;
use crate::write::now_ms;
use toggle_rules::is_segment;

impl Store {
    /// Checks toggles and segments as [`Self::set`] and [`Self::set_segment`] do: what their rules refer to is
    /// among them, or in the table.
    ///
    /// # Errors
    /// [`TogglesError::Rule`], [`TogglesError::NoToggle`] or [`TogglesError::TooLarge`], of the first.
    pub async fn check_together(&self, toggles: &[Toggle]) -> Result<(), TogglesError> {
        let others: Found = toggles
            .iter()
            .map(|toggle| (toggle.id().to_owned(), toggle.to_message()))
            .collect();
        for toggle in toggles {
            let (id, set) = (toggle.id(), toggle.content_item());
            self.check_rules_among(id, &set, &others).await?;
            if !is_segment(id) {
                let draft = Draft {
                    set,
                    replaces: true,
                    revision: now_ms(),
                    ..Draft::default()
                };
                draft.checked(id, &Item::new())?;
            }
        }
        Ok(())
    }
}
