//! Toggles of another system, written into this one.

use futures_util::stream::{StreamExt as _, iter};
use serde::Serialize;

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
    /// Writes toggles of another system as they are there, whatever this one has of these ids; the
    /// revision is this system's next. Those that are the same are not written.
    ///
    /// # Errors
    /// The first error of a write, after all others: as [`Store::set`].
    pub async fn copy(&self, toggles: &[Toggle]) -> Result<Copied, TogglesError> {
        let writes = toggles.iter().map(|toggle| async move {
            let is_written = self.copy_one(toggle).await?;
            Ok::<_, TogglesError>(is_written.then(|| toggle.id().to_owned()))
        });
        let written: Vec<_> = iter(writes).buffered(CONCURRENT).collect().await;
        let mut copied = Copied::default();
        for written in written {
            match written? {
                Some(id) => copied.copied.push(id),
                None => copied.same += 1,
            }
        }
        Ok(copied)
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
