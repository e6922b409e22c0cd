//! `[operations]`: what operators look at, and who is notified.

use super::alarms::{Alarms, email};
use super::table::Table;

/// The dashboard of the system, and alarms beyond those of the other stacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operations {
    /// The mail addresses that its alarms notify. Default: those of `alarms.emails`.
    pub notify: Option<Vec<String>>,
    /// The US dollars that the whole account may cost in a month, above which an alarm rings. Default: no
    /// such alarm.
    pub budget: Option<i32>,
    /// Whether the shell is checked from outside, for which AWS charges. Default: no.
    pub check: bool,
    /// Whether there are alarms on what has its metrics in us-east-1 alone, which are there: on the sites, their
    /// certificates, the check and the budget. An organisation may deny that Region. Default: yes.
    pub edge_alarms: bool,
}

impl Default for Operations {
    fn default() -> Self {
        Self {
            notify: None,
            budget: None,
            check: false,
            edge_alarms: true,
        }
    }
}

impl Operations {
    pub(super) fn read(table: &mut Table) -> Self {
        let default = Self::default();
        Self {
            notify: table.texts("notify", email),
            budget: table.integer(
                "budget",
                1..=i32::MAX,
                "US dollars that the whole account may cost in a month",
            ),
            check: table.boolean("check").unwrap_or(default.check),
            edge_alarms: table.boolean("edge_alarms").unwrap_or(default.edge_alarms),
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
