//! Which of the account's distributions are the system's.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_cloudfront::types::DistributionSummary;
use engine::{DriverError, ReadCache};
use futures_util::future::try_join_all;
use model::types::cloudfront::{Distribution, DistributionConfig};
use model::{ADDRESS_TAG, Address, SYSTEM_TAG, Tags};

use super::{Distributions, Live, is_absent, read};
use crate::cloudfront::{owner_comment, tags};
use crate::failed;

/// What stands behind a comment that lost its note, so that it differs from what it should be.
const NOTE_LOST: &str = "(without the note of its owner)";

impl Distributions {
    /// All distributions of the account, one call in a reading.
    async fn summaries(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<DistributionSummary>>, DriverError> {
        cache
            .once("cloudfront:ListDistributions", || async {
                let mut pages = self.client.list_distributions().into_paginator().send();
                let mut found = Vec::new();
                while let Some(page) = pages.next().await {
                    let page = page.map_err(failed("cloudfront:ListDistributions"))?;
                    found.extend(
                        page.distribution_list
                            .and_then(|list| list.items)
                            .unwrap_or_default(),
                    );
                }
                Ok(found)
            })
            .await
    }

    /// The distribution at an address: by its note or, where somebody took that away, by its tags.
    pub(super) async fn find(
        &self,
        address: &Address,
        wanted: &DistributionConfig<String>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let summaries = self.summaries(cache).await?;
        let owner = Tags::from([
            (SYSTEM_TAG.to_owned(), self.account.system().to_owned()),
            (ADDRESS_TAG.to_owned(), address.to_string()),
        ]);
        let comment_owned = summaries
            .iter()
            .filter(|of| owner_comment::owner(&owner_comment::parse(&of.comment).tags) == owner);
        if let Some(found) = comment_owned.min_by(|one, other| one.id.cmp(&other.id)) {
            return self.read_whole(&found.id, cache).await;
        }
        let origins = wanted
            .origins
            .iter()
            .map(|origin| origin.id.as_str())
            .collect();
        let alike = summaries.iter().filter(|of| {
            owner_comment::parse(&of.comment).tags.is_empty() && origin_ids(of) == origins
        });
        let alike = try_join_all(alike.map(|of| self.read_whole(&of.id, cache))).await?;
        let ours = alike.into_iter().flatten().filter(|live| {
            live.tags
                .known()
                .is_some_and(|tags| owner_comment::owner(tags) == owner)
        });
        Ok(ours.min_by(|one, other| one.id.cmp(&other.id)))
    }

    /// Those whose note names the system.
    pub(super) async fn ours(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let summaries = self.summaries(cache).await?;
        let system = |of: &&DistributionSummary| {
            owner_comment::parse(&of.comment)
                .tags
                .get(SYSTEM_TAG)
                .is_some_and(|system| system == self.account.system())
        };
        let ours = summaries
            .iter()
            .filter(system)
            .map(|of| self.read_whole(&of.id, cache));
        Ok(try_join_all(ours).await?.into_iter().flatten().collect())
    }

    /// A distribution with its tags, read once in a cache; none if it went in between.
    async fn read_whole(&self, id: &str, cache: &ReadCache) -> Result<Option<Live>, DriverError> {
        let found = cache.once(format!("cloudfront:distribution {id}"), || async {
            let read = async {
                let live = self.get(id).await?;
                let tags = tags::read(&self.client, &live.distribution.arn).await?;
                let mut config = read::config(&live.config)?;
                config.comment = comment(&live.config.comment, &tags);
                Ok(self.live(
                    &live.distribution,
                    Distribution {
                        distribution_config: config,
                    },
                    tags,
                ))
            };
            match read.await {
                Err(error) if is_absent(&error) => Ok(None),
                read => read.map(Some),
            }
        });
        Ok(found.await?.as_ref().clone())
    }
}

/// A comment without its note, if that says what the tags do.
fn comment(live: &str, tags: &Tags) -> Option<String> {
    let comment_owned = owner_comment::parse(live);
    if owner_comment::owner(&comment_owned.tags) == owner_comment::owner(tags) {
        return comment_owned.text;
    }
    Some(comment_owned.text.map_or_else(
        || NOTE_LOST.to_owned(),
        |text| format!("{text} {NOTE_LOST}"),
    ))
}

fn origin_ids(of: &DistributionSummary) -> BTreeSet<&str> {
    of.origins
        .iter()
        .flat_map(|origins| &origins.items)
        .map(|origin| origin.id.as_str())
        .collect()
}
