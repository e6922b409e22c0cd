//! Where a resource is that may be in another Region than the system.

use std::fmt::Debug;

use model::{EDGE_REGION, REGION_TAG, SYSTEM_TAG, Tags};

use crate::account::{Account, SdkClient};
use crate::kit::limits::Limit;

/// The Regions that a resource can state.
pub(crate) const SEARCHED: Limit = Limit::one_of(
    "Region",
    &[EDGE_REGION],
    "Frontage, which looks for what is no longer described there alone",
);

/// A service in the system's Region and in the others where resources of the system can be.
#[derive(Debug)]
pub(crate) struct Places<C> {
    account: Account,
    here: C,
}

impl<C: SdkClient + Clone> Places<C> {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            here: account.client(),
        }
    }

    /// The client for a Region.
    pub(crate) fn at(&self, region: &str) -> C {
        if region == self.account.region() {
            self.here.clone()
        } else {
            self.account.client_in(region)
        }
    }

    /// The client for the Region in an ARN.
    pub(crate) fn of(&self, arn: &str) -> C {
        self.at(region_of(arn).unwrap_or(self.account.region()))
    }

    /// The Region of a resource that states one, or none.
    pub(crate) fn region<'r>(&'r self, stated: Option<&'r str>) -> &'r str {
        stated.unwrap_or(self.account.region())
    }

    /// What a resource in a Region states.
    pub(crate) fn stated(&self, region: &str) -> Option<String> {
        (region != self.account.region()).then(|| region.to_owned())
    }

    /// Tags as they were read, with the Region of the owner: a resource that does not record it is of the
    /// system in whose Region it is.
    pub(crate) fn owned(&self, arn: &str, mut tags: Tags) -> Tags {
        let elsewhere = region_of(arn).filter(|region| *region != self.account.region());
        if let Some(region) = elsewhere.filter(|_| tags.contains_key(SYSTEM_TAG)) {
            tags.entry(REGION_TAG.to_owned())
                .or_insert_with(|| region.to_owned());
        }
        tags
    }

    /// Whether a name in another Region may be of the system in this one: such names end with the Region.
    pub(crate) fn is_name_there(&self, name: &str) -> bool {
        name.ends_with(&format!("-{}", self.account.region()))
    }
}

/// The Region in an ARN.
pub(crate) fn region_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(3).filter(|region| !region.is_empty())
}
