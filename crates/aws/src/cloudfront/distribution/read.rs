//! The distributions of the account that are the system's.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::types::DistributionSummary;
use engine::{DriverError, ReadCache, Selection};
use futures_util::future::try_join_all;
use model::types::cloudfront::{Distribution, DistributionConfig};
use model::{Address, Owner, Tags};

use super::{Distributions, Live, convert};
use crate::cloudfront::client::WRITES;
use crate::kit::owner_comment::{self, OwnerComment, in_brief};
use crate::kit::tag_store::TagCalls as _;

impl Distributions {
    /// The distribution at an address: by its note or, if that was removed, by its tags.
    pub(super) async fn find(
        &self,
        address: &Address,
        wanted: &DistributionConfig<String>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let summaries = self.client.distributions_once(cache).await?;
        let owner = Owner {
            system: self.client.account.system().to_owned(),
            id: None,
            region: Some(self.client.account.region().to_owned()),
            address: address.clone(),
            fingerprint: String::new(),
        };
        let is_ours = |live: &Live| live.tags.known().is_some_and(|tags| owner.is_of(tags));
        let noted = summaries.iter().filter(|of| owner.is_of(&note(of).tags()));
        let noted = try_join_all(noted.map(|of| self.read_whole(&of.id, cache))).await?;
        // A distribution that somebody copied has our note, and no tags of ours.
        let noted = noted.into_iter().flatten();
        let noted = noted.min_by_key(|of| (!is_ours(of), of.id.clone()));
        if noted.as_ref().is_some_and(is_ours) {
            return Ok(noted);
        }
        let origins: BTreeSet<&str> = wanted.origins.iter().map(|of| of.id.as_str()).collect();
        let alike = summaries
            .iter()
            .filter(|of| note(of).owner.is_none() && origin_ids(of) == origins);
        let alike = try_join_all(alike.map(|of| self.read_whole(&of.id, cache))).await?;
        let owned = alike.into_iter().flatten().filter(is_ours);
        Ok(owned.min_by(|a, b| a.id.cmp(&b.id)).or(noted))
    }

    /// The distributions whose note names the system and a selected stack. Those of another Region are not
    /// read: each takes two calls.
    pub(super) async fn owned(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<Vec<Live>, DriverError> {
        let summaries = self.client.distributions_once(cache).await?;
        let ours = |owner: &Owner| {
            self.client.account.owns(owner) && selection.contains(owner.address.stack())
        };
        let owned = summaries
            .iter()
            .filter(|of| note(of).owner.as_ref().is_some_and(ours))
            .map(|of| self.read_whole(&of.id, cache));
        Ok(try_join_all(owned).await?.into_iter().flatten().collect())
    }

    /// A distribution with its tags, read once per cache, or `None` if it was deleted meanwhile.
    async fn read_whole(&self, id: &str, cache: &ReadCache) -> Result<Option<Live>, DriverError> {
        let found = cache.once(format!("cloudfront:distribution {id}"), || async {
            self.read_live(id).await
        });
        Ok(found.await?.as_ref().clone())
    }

    async fn read_live(&self, id: &str) -> Result<Option<Live>, DriverError> {
        let Some(live) = WRITES.found(self.get(id).await)? else {
            return Ok(None);
        };
        let Some(tags) = self.client.known(&live.distribution.arn).await? else {
            return Ok(None);
        };
        let mut config = convert::config(&live.config)?;
        config.comment = comment(&live.config.comment, &tags);
        let properties = Distribution {
            distribution_config: config,
        };
        Ok(Some(self.live(&live.distribution, properties, tags)))
    }
}

fn note(of: &DistributionSummary) -> OwnerComment {
    owner_comment::parse(&of.comment)
}

/// A comment without its note, if that names the owner in the tags.
fn comment(live: &str, tags: &Tags) -> Option<String> {
    let note = owner_comment::parse(live);
    let owner = Owner::recorded_in(tags);
    if note.owner.as_ref().map(in_brief) == owner.as_ref().map(in_brief) {
        return note.text;
    }
    Some(owner_comment::note_lost(note.text.as_deref()))
}

fn origin_ids(of: &DistributionSummary) -> BTreeSet<&str> {
    of.origins
        .iter()
        .flat_map(|origins| &origins.items)
        .map(|origin| origin.id.as_str())
        .collect()
}
