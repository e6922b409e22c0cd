//! `[operations]`: what operators look at, and who is notified.

use super::alarms::{Alarms, email};
use super::table::Table;

/// The dashboard of the system, and alarms beyond those of the other stacks.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Operations {
    /// The mail addresses that its alarms notify. Default: those of `alarms.emails`.
    pub notify: Option<Vec<String>>,
    /// Whether the shell is checked from outside, for which AWS charges. Default: no.
    pub check: bool,
}

impl Operations {
    pub(super) fn read(table: &mut Table) -> Self {
        Self {
            notify: table.texts("notify", email),
            check: table.boolean("check").unwrap_or_default(),
        }
    }

    /// Its alarms' settings: those of `[alarms]`, apart from the addresses that it states itself.
    #[must_use]
    pub fn alarms(&self, of_system: &Alarms) -> Alarms {
        let emails = self.notify.as_ref().unwrap_or(&of_system.emails);
        Alarms {
            emails: emails.clone(),
            ..of_system.clone()
        }
    }
}
