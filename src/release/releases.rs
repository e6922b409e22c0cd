//! The releases of one application. The operations on them are in their own modules.

use std::time::Duration;

use aws::Account;

use super::alarms::Alarms;
use super::application::Destination;
use super::mark::Marks;
use super::presence::COUNTS_FOR;
use super::store::Store;

/// The releases of one application.
#[derive(Clone, Debug)]
pub struct Releases {
    pub(super) destination: Destination,
    pub(super) store: Store,
    pub(super) fresh: Duration,
    pub(super) marks: Option<Marks>,
    account: Account,
}

impl Releases {
    /// The releases at a destination.
    #[must_use]
    pub fn new(account: &Account, destination: Destination) -> Self {
        let store = Store::new(account, &destination.bucket);
        Self {
            destination,
            store,
            fresh: COUNTS_FOR,
            marks: None,
            account: account.clone(),
        }
    }

    /// Alarms of the same account, by their whole names.
    #[must_use]
    pub fn alarms(&self, names: &[String]) -> Alarms {
        Alarms::new(&self.account, names)
    }

    /// With marks of each change of what visitors get.
    #[must_use]
    pub fn with_marks(self, marks: Marks) -> Self {
        Self {
            marks: Some(marks),
            ..self
        }
    }

    /// Treats files that no record names as left behind once they are this old. Default: an hour.
    /// Less than the duration of a publish is safe only without other publishers, as in tests.
    #[must_use]
    pub fn with_fresh(self, fresh: Duration) -> Self {
        Self { fresh, ..self }
    }
}
