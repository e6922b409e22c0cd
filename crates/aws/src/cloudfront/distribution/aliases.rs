//! Alternate domain names: each belongs to one distribution of all accounts.
//!
//! A domain that moves from one site to another, or with a renamed team, is still claimed by the
//! distribution that had it. Nothing else releases it in time: that one is changed or deleted in the
//! same run, and the new one would have to wait for its deletion.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use aws_sdk_cloudfront::types::DistributionConfig as SdkConfig;
use engine::{DriverError, ReadCache, Selection};

use super::Distributions;
use crate::kit::wait::{WaitPolicy, retry};

/// An alias that another distribution has, a disabled one included. Source: the CloudFront developer
/// guide, "Move an alternate domain name".
const TAKEN: &str = "CNAMEAlreadyExists";

/// How long an alias may stay taken after it was released.
const RELEASED: WaitPolicy = WaitPolicy {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(10),
    within: Duration::from_mins(15),
};

impl Distributions {
    /// Makes a write that claims aliases. If other distributions of the system have all that are new to
    /// this one, they are released there first: no description has an alias twice. Otherwise one may be
    /// a stranger's, and the write would be refused after ours were taken down.
    pub(super) async fn claiming<T, F>(
        &self,
        aliases: &[String],
        id: Option<&str>,
        write: impl Fn() -> F,
    ) -> Result<T, DriverError>
    where
        F: Future<Output = Result<T, DriverError>>,
    {
        match write().await {
            Err(error) if error.is(TAKEN) => {
                if !self.release(aliases, id).await? {
                    return Err(error);
                }
                retry(RELEASED, |error| error.is(TAKEN), write).await
            }
            written => written,
        }
    }

    /// Releases aliases from the system's other distributions, if these have all that are new. Returns
    /// whether any was released.
    async fn release(&self, aliases: &[String], id: Option<&str>) -> Result<bool, DriverError> {
        let owned = Box::pin(self.owned(&Selection::All, &ReadCache::default())).await?;
        let held = owned
            .iter()
            .flat_map(|of| &of.properties.distribution_config.aliases);
        let held: BTreeSet<_> = held.collect();
        if !aliases.iter().all(|alias| held.contains(alias)) {
            return Ok(false);
        }
        let mut released = false;
        for holder in owned.iter().filter(|holder| Some(holder.id.as_str()) != id) {
            let held = &holder.properties.distribution_config.aliases;
            if !held.iter().any(|alias| aliases.contains(alias)) {
                continue;
            }
            let without = |mut config: SdkConfig| {
                if let Some(list) = &mut config.aliases {
                    let items = list.items.get_or_insert_default();
                    items.retain(|alias| !aliases.contains(alias));
                    list.quantity = i32::try_from(items.len()).unwrap_or_default();
                }
                Ok(config)
            };
            Box::pin(self.change(&holder.id, without)).await?;
            released = true;
        }
        Ok(released)
    }
}
