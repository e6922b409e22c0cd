//! What the drivers share: the client, the list of one cache, and a bucket's tags, in which its
//! children's records are.

use std::future::Future;
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Bucket, Tag, Tagging};
use engine::{DriverError, LiveTags, ReadCache, Selection};
use futures_util::future::try_join_all;
use model::{ADDRESS_TAG, Address, SYSTEM_TAG, Tags, child_fingerprint_tag};
use tokio::sync::OwnedMutexGuard;

use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::tagging::{self, Hints};
use crate::kit::wait::{WaitPolicy, retry};

/// How long S3 may take to know a new bucket everywhere, and to end a conflicting change.
pub(super) const CONSISTENCY: WaitPolicy = WaitPolicy::seconds(60);

/// S3 in the system's account and Region.
#[derive(Clone, Debug)]
pub(super) struct S3 {
    pub(super) account: Account,
    pub(super) client: Client,
}

/// What an account and a Region have to do with a bucket's name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// Nobody has it.
    Free,
    /// A bucket of this account and Region.
    Ours,
}

impl S3 {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: super::client(account),
        }
    }

    /// The prefix of the system's buckets.
    pub(super) fn prefix(&self) -> String {
        format!("{}-", self.account.system())
    }

    /// The account's buckets that have a name of the system's, one call (a page) in a reading.
    async fn named_as_ours(&self, cache: &ReadCache) -> Result<Arc<Vec<Bucket>>, DriverError> {
        let prefix = self.prefix();
        cache
            .once(format!("s3:ListBuckets {prefix}"), || async {
                let pages = self
                    .client
                    .list_buckets()
                    .prefix(&prefix)
                    .into_paginator()
                    .page_size(1000)
                    .items()
                    .send();
                pages
                    .collect::<Result<Vec<_>, _>>()
                    .await
                    .map_err(failed("s3:ListAllMyBuckets"))
            })
            .await
    }

    /// The buckets in the Region that may be the system's, by their names and by the tagging index,
    /// with their tags: as the index has them or, of a bucket that it does not show, from the
    /// bucket.
    pub(super) async fn ours(
        &self,
        cache: &ReadCache,
    ) -> Result<Vec<(String, LiveTags)>, DriverError> {
        let hints = tagging::hints(&self.account, cache).await?;
        let names = self.names(&hints, cache).await?;
        let tagged = try_join_all(names.into_iter().map(async |name| {
            let tags = match hints.tags(&self.arn(&name)) {
                Some(tags) => Some(tags),
                None => self
                    .tags(&name, cache)
                    .await?
                    .as_ref()
                    .clone()
                    .map(LiveTags::Read),
            };
            Ok::<_, DriverError>(tags.map(|tags| (name, tags)))
        }));
        Ok(tagged.await?.into_iter().flatten().collect())
    }

    /// What the system's buckets keep a record of: the bucket, the address that the record stands
    /// for, its value. The index may lag, so each is to be confirmed.
    pub(super) async fn recorded(
        &self,
        cache: &ReadCache,
    ) -> Result<Vec<(String, Tags, String)>, DriverError> {
        let mut all = Vec::new();
        for (bucket, tags) in self.ours(cache).await? {
            let Some(tags) = tags.known().filter(|tags| self.is_ours(tags)) else {
                continue;
            };
            let Some((stack, _)) = tags.get(ADDRESS_TAG).and_then(|at| at.rsplit_once('/')) else {
                continue;
            };
            all.extend(records(tags).map(|(name, value)| {
                let address = (ADDRESS_TAG.to_owned(), format!("{stack}/{name}"));
                let system = (SYSTEM_TAG.to_owned(), self.account.system().to_owned());
                (
                    bucket.clone(),
                    Tags::from([system, address]),
                    value.to_owned(),
                )
            }));
        }
        Ok(all)
    }

    async fn names(&self, hints: &Hints, cache: &ReadCache) -> Result<Vec<String>, DriverError> {
        let prefix = self.prefix();
        let listed = self.named_as_ours(cache).await?;
        let here = |bucket: &&Bucket| {
            bucket
                .bucket_region()
                .is_none_or(|region| region == self.account.region())
        };
        let listed = listed
            .iter()
            .filter(here)
            .filter_map(|bucket| bucket.name().map(str::to_owned));
        let arns = self.arn("");
        let hinted = hints
            .names(&arns)
            .filter(|name| !name.starts_with(&prefix))
            .map(str::to_owned);
        Ok(listed.chain(hinted).collect())
    }

    /// Whether the tagging index shows a site of the selected stacks.
    pub(super) async fn suspects(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        Ok(tagging::hints(&self.account, cache)
            .await?
            .shows("s3", selection))
    }

    /// Who has a name. One that begins as the system's do is looked for in the list first.
    ///
    /// # Errors
    /// [`DriverError::Invalid`] if it is another account's or another Region's.
    pub(super) async fn who_has(&self, name: &str, cache: &ReadCache) -> Result<Name, DriverError> {
        if name.starts_with(&self.prefix()) {
            let listed = self.named_as_ours(cache).await?;
            if let Some(bucket) = listed.iter().find(|bucket| bucket.name() == Some(name)) {
                return match bucket.bucket_region() {
                    Some(region) if region != self.account.region() => Err(elsewhere(name)),
                    _ => Ok(Name::Ours),
                };
            }
        }
        self.head(name).await
    }

    /// Who has a name, as it is now. The answer to this call has no body, so it is told by its
    /// status.
    pub(super) async fn head(&self, name: &str) -> Result<Name, DriverError> {
        let call = self
            .client
            .head_bucket()
            .bucket(name)
            .expected_bucket_owner(self.account.id());
        let Err(error) = call.send().await else {
            return Ok(Name::Ours);
        };
        match error
            .raw_response()
            .map(|response| response.status().as_u16())
        {
            Some(404) => Ok(Name::Free),
            Some(403) => Err(foreign(name)),
            Some(301) => Err(elsewhere(name)),
            _ => Err(failed("s3:ListBucket")(error)),
        }
    }

    /// The ARN of a bucket.
    pub(super) fn arn(&self, name: &str) -> String {
        format!("arn:{}:s3:::{name}", self.account.partition())
    }

    /// The one writer of a bucket's settings: S3 aborts overlapping changes, and tags are written
    /// as a whole.
    pub(super) async fn writer(&self, bucket: &str) -> OwnedMutexGuard<()> {
        self.account.lock(format!("s3 {bucket}")).lock_owned().await
    }

    /// A bucket's tags, one call in a cache; none if it is not there.
    pub(super) async fn tags(
        &self,
        bucket: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Option<Tags>>, DriverError> {
        cache
            .once(format!("s3:GetBucketTagging {bucket}"), || {
                self.read_tags(bucket)
            })
            .await
    }

    /// A bucket's tags as they are now; none if it is not there.
    pub(super) async fn read_tags(&self, bucket: &str) -> Result<Option<Tags>, DriverError> {
        let answer = self.client.get_bucket_tagging().bucket(bucket).send().await;
        match answer.map_err(failed("s3:GetBucketTagging")) {
            Ok(answer) => Ok(Some(from_sdk(answer.tag_set()))),
            Err(error) if error.is("NoSuchTagSet") => Ok(Some(Tags::new())),
            Err(error) if error.is("NoSuchBucket") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Changes a bucket's tags. One that is gone has none to change.
    pub(super) async fn change_tags(
        &self,
        bucket: &str,
        change: impl Fn(&mut Tags),
    ) -> Result<(), DriverError> {
        let _writer = self.writer(bucket).await;
        let Some(old) = self.read_tags(bucket).await? else {
            return Ok(());
        };
        let mut new = old.clone();
        change(&mut new);
        if new == old {
            return Ok(());
        }
        written(|| async {
            let tagging = Tagging::builder()
                .set_tag_set(Some(to_sdk(&new)?))
                .build()
                .map_err(incomplete)?;
            self.client
                .put_bucket_tagging()
                .bucket(bucket)
                .tagging(tagging)
                .send()
                .done("s3:PutBucketTagging")
                .await
        })
        .await
    }

    /// Whether tags name this system as the owner.
    pub(super) fn is_ours(&self, tags: &Tags) -> bool {
        tags.get(SYSTEM_TAG)
            .is_some_and(|owner| owner == self.account.system())
    }
}

/// The value of the record that a bucket keeps of something in it, if it keeps one for this name.
pub(super) fn record<'t>(bucket: &'t Tags, name: &str) -> Option<&'t str> {
    bucket.get(&child_fingerprint_tag(name)).map(String::as_str)
}

/// The records that a bucket keeps: names and values.
fn records(bucket: &Tags) -> impl Iterator<Item = (&str, &str)> {
    bucket.iter().filter_map(|(key, value)| {
        let name = key
            .strip_prefix(model::FINGERPRINT_TAG)?
            .strip_prefix(':')?;
        Some((name, value.as_str()))
    })
}

/// The address that these tags of a resource name.
pub(super) fn address(tags: &Tags) -> Result<Address, DriverError> {
    let address = tags
        .get(ADDRESS_TAG)
        .and_then(|address| address.parse().ok());
    address
        .ok_or_else(|| DriverError::internal("something in a bucket is created without an address"))
}

/// Makes a change of a bucket again for as long as S3 aborts it, or does not know the bucket yet.
pub(super) async fn written<F>(call: impl FnMut() -> F) -> Result<(), DriverError>
where
    F: Future<Output = Result<(), DriverError>>,
{
    retry(CONSISTENCY, passes, call).await
}

/// What passes by itself: another change of the bucket is under way, or its creation is not known
/// everywhere.
pub(super) fn passes(error: &DriverError) -> bool {
    error.is("OperationAborted") || error.is("NoSuchBucket")
}

pub(super) fn from_sdk(tags: &[Tag]) -> Tags {
    tags.iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect()
}

pub(super) fn to_sdk(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    tags.iter()
        .map(|(key, value)| {
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .map_err(incomplete)
        })
        .collect()
}

/// A member that S3 needs was not set.
#[allow(clippy::needless_pass_by_value)] // as `map_err` passes it
pub(super) fn incomplete(error: aws_sdk_s3::error::BuildError) -> DriverError {
    DriverError::internal(format!("a call to S3 is incomplete ({error})"))
}

/// The error of a name that another account has.
pub(super) fn foreign(name: &str) -> DriverError {
    DriverError::Invalid(format!(
        "the bucket name `{name}` is taken by another AWS account, or these credentials may not see the bucket: \
         names are shared by all accounts, so choose another `name` in frontage.toml"
    ))
}

fn elsewhere(name: &str) -> DriverError {
    DriverError::Invalid(format!(
        "the bucket `{name}` is in another Region: delete it, or go on with the Region that it is in"
    ))
}
